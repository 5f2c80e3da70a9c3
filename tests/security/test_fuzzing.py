"""The targets of the fuzzing themselves: what they begin with is taken, and what breaks one is told."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the log holds after each input of the gateway's target."""
    rows: list[list[tuple[str, str]]] = []
    look = whole_gateway._look

    def looking(written: bytes, calls: Any, log: Any) -> None:
        rows.append([(each.outcome, each.reason) for each in log.rows])
        look(written, calls, log)

    monkeypatch.setattr(whole_gateway, "_look", looking)
    return rows
