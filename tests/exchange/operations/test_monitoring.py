"""Operational monitoring data: X-Road's names and times, each side once, nothing of a person."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

from maidinh.exchange.operations.history import happened_under
from maidinh.exchange.operations.monitoring import COLUMNS, FAULTS, answer, records, table
from maidinh.infrastructure.workbooks.separated import csv_bytes
from tests.exchange.operations.test_command import run  # noqa: F401 - the command on the tests' installation
from tests.exchange.world import NOW

PROTOCOL = Path(__file__).resolve().parents[3] / "docs/reference/exchange-protocol.md"


def test_a_record_of_each_side_under_x_roads_names(one_of_each: str, cursor_as: Any) -> None:
    with cursor_as("owner") as cursor:
        found = happened_under(cursor, one_of_each)
    allowed = next(each for each in found if each.outcome == "allowed")
    client, producer = records([allowed], None)
    assert (client["securityServerType"], producer["securityServerType"]) == ("Client", "Producer")
    moment = int(NOW.timestamp() * 1000)
    assert client == {
        "monitoringDataTs": moment // 1000, "securityServerType": "Client", "requestInTs": moment,
        "requestOutTs": moment, "responseInTs": moment, "responseOutTs": moment, "clientXRoadInstance": "MAU",
        "clientMemberClass": "GOV", "clientMemberCode": "AG1", "clientSubsystemCode": "PORTAL",
        "serviceXRoadInstance": "MAU", "serviceMemberClass": "GOV", "serviceMemberCode": "AG2",
        "serviceSubsystemCode": "POPULATION", "serviceCode": "persons", "serviceType": "REST",
        "messageId": one_of_each, "messageProtocolVersion": "1", "xRequestId": str(allowed.id), "requestSize": 0,
        "responseSize": allowed.response_size, "restMethod": "GET", "restPath": "/persons/*", "statusCode": 200,
        "succeeded": True,
    }  # fmt: skip
    assert list(client) == [name for name in COLUMNS if name in client]


def test_an_agency_has_its_own_side_only(one_of_each: str, cursor_as: Any) -> None:
    with cursor_as("owner") as cursor:
        found = happened_under(cursor, one_of_each)
    sides = {
        agency: {each["securityServerType"] for each in records(found, [agency])} for agency in ("AG1", "AG2", "AG7")
    }
    assert sides == {"AG1": {"Client"}, "AG2": {"Producer"}, "AG7": set()}


def test_what_failed_names_the_fault_and_leaves_out_what_was_not_reached(one_of_each: str, cursor_as: Any) -> None:
    with cursor_as("owner") as cursor:
        found = {each["faultString"]: each for each in records(happened_under(cursor, one_of_each), ["AG1"])
                 if "faultString" in each}  # fmt: skip
    refused, failed = found["no_contract"], found["service_unreachable"]
    assert refused["faultCode"] == "Server.ServerProxy.AccessDenied" and not refused["succeeded"]
    assert not {"requestOutTs", "responseInTs", "statusCode", "responseSize"} & set(refused)
    assert failed["faultCode"] == "Server.ServerProxy.NetworkError"
    assert "requestOutTs" in failed and "responseInTs" not in failed


def test_the_faults_are_those_of_the_protocols_page() -> None:
    rows = re.findall(r"^\| `((?:Client|Server)\.[^`]+)` \|([^|]+)\|", PROTOCOL.read_text("utf-8"), re.M)
    documented = {word: kind for kind, words in rows for word in re.findall(r"`([a-z_]+)`", words)}
    ours = {word: kind for kind, words in FAULTS.items() for word in words}
    assert {word: documented.get(word) for word in ours} == ours


def test_more_than_fits_says_from_where_to_go_on(one_of_each: str, cursor_as: Any) -> None:
    with cursor_as("owner") as cursor:
        found = happened_under(cursor, one_of_each)
    assert answer(found, None, whole=False)["nextRecordsFrom"] == int(NOW.timestamp())
    assert set(answer(found, None, whole=True)) == {"records"}


def test_a_spreadsheet_has_every_column(one_of_each: str, cursor_as: Any) -> None:
    with cursor_as("owner") as cursor:
        lines = csv_bytes(table(records(happened_under(cursor, one_of_each), ["AG2"]))).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(lines)))
    assert len(rows) == 3 and list(rows[0]) == list(COLUMNS)
    assert {row["succeeded"] for row in rows} == {"true", "false"}


def test_the_command(one_of_each: str, run: Any) -> None:  # noqa: F811
    window = ("--since", "2026-11-20T01:00:00+0000", "--until", "2026-11-20T03:00:00+0000")
    found = json.loads(run("monitoring", *window, "--agency", "AG2", "--json").stdout)["records"]
    mine = [each for each in found if each["messageId"] == one_of_each]
    assert len(mine) == 3 and {each["securityServerType"] for each in mine} == {"Producer"}
    assert run("monitoring", *window, "--agency", "AG7", "--json").stdout.strip() == '{"records": []}'
    assert run("monitoring", *window, "--csv").stdout.startswith("monitoringDataTs,securityServerType,")
    assert run("monitoring", "--csv", "--json").exit_code == 2
