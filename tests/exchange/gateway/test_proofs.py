"""A system fetches the evidence of its own exchanges, and everyone what judges it; nobody gets another's."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from maidinh.exchange.asic.archive import MIMETYPE, unpack
from maidinh.exchange.asic.trust import read_trust
from maidinh.exchange.evidence.judging import judge_evidence
from maidinh.exchange.gateway import proofs
from maidinh.exchange.gateway.protocol import ProtocolError
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.world import INSTANCE, NOW, PORTAL, REGISTER, SERVICE, STRANGER, Provider, token_for

TARGET = f"/r1/{SERVICE}/persons/1"


@pytest.fixture(scope="module")
def sealed(signer: SignerClient) -> Iterator[None]:
    """The exchange has a seal of its own, certified by the sample's authority."""
    signer.create("exchange:mau")
    span = {"valid_from": NOW - timedelta(days=1), "valid_to": NOW + timedelta(days=300)}
    signer.certify("exchange:mau", common_name="exchange:mau", organisation="Tỉnh Mẫu", **span)
    yield


@pytest.fixture
def exchanged(url: str, signer: SignerClient, provider: Provider) -> Callable[[], str]:
    def call() -> str:
        headers = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token_for(signer, TARGET)}"}
        answer = requests.get(url + TARGET, headers=headers | {"X-Road-Id": f"a/b c:{uuid.uuid4()}"}, timeout=20)
        return answer.headers["X-Road-Id"]

    return call


@pytest.fixture
def fetch(url: str, signer: SignerClient) -> Callable[..., requests.Response]:
    def ask(query_id: str, more: str = "", client: str = PORTAL, **headers: str) -> requests.Response:
        instance, kind, member, subsystem = client.split("/")
        named = {"xRoadInstance": instance, "memberClass": kind, "memberCode": member, "subsystemCode": subsystem}
        prepared = requests.Request("GET", f"{url}/asic", params={"queryId": query_id} | named).prepare()
        assert prepared.url is not None
        target = prepared.url.removeprefix(url) + more
        own = {"Authorization": f"Bearer {token_for(signer, target, client=client)}"}
        return requests.get(url + target, headers=own | headers, timeout=30)

    return ask


def test_both_sides_get_the_evidence_of_an_exchange(
    sealed: None, exchanged: Any, fetch: Any, url: str, tmp_path: Path, rows: Any, record_of: Any
) -> None:
    asked = exchanged()
    answer = fetch(asked, "&force")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/zip"
    name = asked.replace("/", "_").replace(" ", "_").replace(":", "_")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.zip"'
    (row,) = rows("SELECT id, record FROM evidence_exchange WHERE x_road_id = %s", asked)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == [f"{name}-{row['id']}.asice"]
        container = archive.read(archive.namelist()[0])
    assert unpack(container)["record.json"].decode() == row["record"]
    own = record_of(answer)
    assert (own["outcome"], own["service"], own["client"]) == ("allowed", f"{PORTAL}/asic", PORTAL)
    assert own["consumer_agency"] == own["provider_agency"] == "AG1"
    assert len(own["signatures"]) == 1
    single = fetch(asked, "&unique&requestOnly&force", **{"X-Road-Client": PORTAL})
    assert single.headers["Content-Type"] == MIMETYPE
    assert unpack(single.content)["record.json"] == unpack(container)["record.json"]
    with zipfile.ZipFile(io.BytesIO(requests.get(f"{url}/verificationconf", timeout=9).content)) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "verificationconf" / INSTANCE
    assert (tmp_path / "verificationconf" / "instance-identifier").read_text() == INSTANCE
    judged = judge_evidence(container, read_trust([folder]), at=NOW)
    assert judged.trusted, judged.checks
    kinds = {path.name.partition("@")[0] for path in folder.iterdir()}
    assert "person" not in kinds
    assert "caller" not in kinds
    assert {"member", "architecture", "authority", "exchange", "directory.jws"} <= kinds


def test_nobody_gets_the_evidence_of_others(sealed: None, exchanged: Any, fetch: Any) -> None:
    asked = exchanged()
    assert fetch(asked, "&force", client=STRANGER).status_code == 404
    assert fetch(str(uuid.uuid4()), "&force").status_code == 404
    unsigned = fetch(asked, "&force", Authorization="")
    assert (unsigned.status_code, unsigned.headers["X-Road-Error"]) == (400, "Client.AuthenticationFailed")
    other = fetch(asked, "&force", **{"X-Road-Client": STRANGER})
    assert (other.status_code, other.headers["X-Road-Error"]) == (400, "Client.BadRequest")


def test_without_force_the_log_must_hold_it_first(
    sealed: None, exchanged: Any, fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = fetch(exchanged())
    assert (early.status_code, early.json()["message"].partition(":")[0]) == (500, "not_yet_proved")

    async def proved(*_: Any, **__: Any) -> dict[str, bytes]:
        return {"1": proofs.zipped({"log/checkpoint.txt": b"x"}), "2": proofs.zipped({"log/checkpoint.txt": b"y"})}

    monkeypatch.setattr(proofs, "containers_for", proved)
    late = fetch("some-id")
    with zipfile.ZipFile(io.BytesIO(late.content)) as archive:
        assert archive.namelist() == ["some-id-1.asice", "some-id-2.asice"]
    several = fetch("some-id", "&unique&responseOnly")
    assert several.json()["message"].startswith("not_unique")


def test_a_signature_counts_for_one_question(sealed: None, exchanged: Any, fetch: Any) -> None:
    answer = fetch(exchanged(), "&force")
    token = answer.request.headers["Authorization"]
    again = requests.get(answer.url, headers={"Authorization": token}, timeout=9)
    assert again.json()["message"].startswith("replayed")


def test_the_database_that_is_away_is_told(sealed: None, fetch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any, **__: Any) -> dict[str, bytes]:
        raise OSError("away")

    monkeypatch.setattr(proofs, "containers_for", away)
    answer = fetch("some-id")
    assert (answer.status_code, json.loads(answer.content)["message"].partition(":")[0]) == (500, "no_evidence")


WHOLE = "queryId=a&xRoadInstance=I&memberClass=C&memberCode=M&subsystemCode=S"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (None, "missing_parameter"), (WHOLE.replace("queryId=a", "queryId="), "missing_parameter"),
        (WHOLE.replace("&subsystemCode=S", ""), "missing_parameter"), (WHOLE + "&unique", "invalid_parameters"),
        (WHOLE + "&requestOnly&responseOnly", "invalid_parameters"), (WHOLE + "&queryId=b", "invalid_query"),
        (WHOLE.replace("queryId=a", "queryId=%0a"), "invalid_parameters"),
        (WHOLE.replace("memberCode=M", "memberCode=a%2Fb"), "invalid_client"),
        (WHOLE.replace("memberCode=M", "memberCode=.."), "invalid_client"),
    ],
)  # fmt: skip
def test_parameters_that_are_refused(query: str | None, reason: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        proofs.asked_in(query)
    assert (refused.value.status, refused.value.reason) == (400, reason)


def test_parameters_that_are_read() -> None:
    asked = proofs.asked_in(f"{WHOLE}&unique&requestOnly&force")
    assert (asked.client, asked.query_id, asked.service) == ("I/C/M/S", "a", "I/C/M/S/asic")
    assert asked.flags == {"unique", "requestOnly", "force"}


def test_everyone_may_fetch_what_judges_evidence_and_only_fetch(url: str) -> None:
    refused = requests.post(f"{url}/verificationconf", timeout=9)
    assert refused.headers["X-Road-Error"] == "Client.InvalidHttpMethod"
    first, second = (requests.get(f"{url}/verificationconf", timeout=9) for _ in range(2))
    assert first.headers["Content-Type"] == "application/zip"
    assert first.content == second.content
    assert REGISTER.encode() not in first.content[:200]
