"""The targets of the fuzzing themselves: what they begin with is taken, and what breaks one is told."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from maidinh.exchange.asic.trust import Trust
from maidinh.exchange.evidence.judging import judge_evidence
from maidinh.exchange.gateway import app, proofs
from maidinh.exchange.gateway.call import Call
from tests.exchange.world import NOW
from tests.security.fuzzing import whole_gateway
from tests.security.fuzzing.targets import TARGETS

FOUND = {
    "addresses": [b"/asic?queryId=a&xRoadInstance=\xe8&memberClass=GOV&memberCode=A&subsystemCode=P"],
    "containers": [
        b"PK\x03\x04\x14\x00\x00si.asic-e+zipPK\x01\x02\x14\x03\x14" + bytes(7) + b"!\x00\x8a!\xf9E\x1f\x00\x00\x00"
        b"\x1f\x00\x00\x00\x08" + bytes(9) + b"\x00\xa4\x01\x00\x00\x00\x00mimetype"
        b"PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x006\x00\x00\x00E" + bytes(5),
    ],
    "gateway": [b"\x01GET /listClients\r\nHost: gateway\r\n\r\n"],
    "interfaces": [b"o- a list", b"osingle"],
    "multipart": [b"\x00\x01multipart/related; boundary=b0\n\r\n--b0\r\nContent-Type: text/xml\r\n\r\n<a/>\r\n--b0--"],
}


@pytest.mark.parametrize("name", [each for each in TARGETS if each not in ("containers", "gateway")])
def test_a_target_takes_what_it_begins_with_and_what_was_found_once(name: str) -> None:
    run = TARGETS[name].made()
    for data in (*TARGETS[name].seeds(), *FOUND.get(name, ())):
        run(data)


@pytest.mark.parametrize("data", FOUND["containers"])
def test_a_container_that_broke_the_reader_once_is_refused(data: bytes) -> None:
    judged = judge_evidence(data, Trust(), at=NOW)
    assert [(check.name, check.ok) for check in judged.checks] == [("archive", False)]


@pytest.fixture
def hear(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], list[str]]]:
    """What the log of the gateway's target says of an input."""
    said: list[str] = []
    look = whole_gateway._look

    def looking(written: bytes, calls: Any, log: Any) -> None:
        said.extend(each.reason or each.outcome for each in log.rows)
        look(written, calls, log)

    monkeypatch.setattr(whole_gateway, "_look", looking)
    for module, name in ((app, "certificate_shown"), (proofs, "containers_for")):
        monkeypatch.setattr(module, name, getattr(module, name))  # the target puts its own there
    run = TARGETS["gateway"].made()

    def hearing(data: bytes) -> list[str]:
        said.clear()
        run(data)
        return list(said)

    yield hearing
    asyncio.set_event_loop(None)
    logging.disable(logging.NOTSET)


def test_the_gateway_s_target_reaches_every_kind_of_call(hear: Callable[[bytes], list[str]]) -> None:
    said = [hear(each) for each in (*TARGETS["gateway"].seeds(), *FOUND["gateway"])]
    assert sum(each == ["allowed"] for each in said) >= 10
    assert ["operation_not_in_contract"] in said
    assert [len(each) for each in said].count(2) == 1


def test_a_call_without_a_record_breaks_the_gateway_s_target() -> None:
    call = Call(uuid.uuid4(), "GET", "/r1/a", "lan", (), NOW, "id", service="a/b/c/d/e")
    with pytest.raises(AssertionError, match="no record of a/b/c/d/e"):
        whole_gateway._look(b"HTTP/1.1 200 OK\r\n\r\n", [call], whole_gateway._Log())
