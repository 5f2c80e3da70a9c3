"""pyxroad reads the WSDL from the gateway, calls through it as through a proxy, and understands what comes back."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.soap_world import DETAILS, REGISTER, answering
from tests.exchange.world import NOW, PORTAL, Provider
from tests.judges.conftest import Judge
from tests.judges.exchange import OWN_KEY

CLIENT = Path(__file__).with_name("client.py")


@pytest.fixture
def call(judge: Callable[[str], Judge], url: str, own_key: Path, provider: Provider) -> Callable[..., Any]:
    pyxroad = judge("pyxroad")

    def ask(service: str, **values: str) -> Any:
        arguments = (f"{name}={value}" for name, value in values.items())
        moment = str(int(NOW.timestamp()))
        done = pyxroad.run(
            pyxroad.python, CLIENT, url, PORTAL, service, own_key, OWN_KEY, moment, *arguments
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


def test_it_calls_and_reads_header_and_body(call: Any, provider: Provider, rows: Any) -> None:
    said = call(DETAILS, number="079")
    assert said["body"]["name"] == "Người Mẫu"
    assert said["header"]["client"]["subsystemCode"] == "PORTAL"
    assert said["header"]["service"]["serviceCode"] == "personDetails"
    assert said["header"]["protocolVersion"] == "4.0"
    assert provider.seen[0].raw_path == "/base/soap"
    assert b"079" in provider.seen[0].body
    found = rows("SELECT * FROM evidence_exchange WHERE x_road_id = %s", said["header"]["id"])
    assert [(each["outcome"], each["protocol"], each["service"]) for each in found] == [("allowed", "soap", DETAILS)]


def test_it_calls_one_operation_of_several(call: Any) -> None:
    assert call(f"{REGISTER}/birthDetails", number="1")["body"]["name"] == "Người Mẫu"


def test_it_understands_a_refusal(call: Any, provider: Provider) -> None:
    said = call(f"{REGISTER}/deathDetails", number="1")
    assert said["fault"] == "Server.ServerProxy.AccessDenied"
    assert said["text"].startswith("operation_not_in_contract:")
    assert provider.seen == []


def test_it_reads_the_answer_of_a_provider_that_mixes_up_its_headers(call: Any, provider: Provider) -> None:
    provider.behaviour = functools.partial(answering, order=(4, 3, 2, 1, 0))
    assert call(DETAILS, number="079")["body"]["name"] == "Người Mẫu"
