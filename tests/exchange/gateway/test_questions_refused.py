"""Who may call nothing learns nothing either: a revoked key, another zone, a system that is gone, at every question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from maidinh.exchange.gateway import metadata, proofs
from maidinh.exchange.gateway.app import Gateway
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.exchange.gateway.zones import read_zones
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.soap_world import request
from tests.exchange.world import INSTANCE, PORTAL, REGISTER, Provider, token_for

OWN = f"queryId=a&xRoadInstance={INSTANCE}&memberClass=GOV&memberCode=AG1&subsystemCode=PORTAL"
QUESTIONS = {
    "listMethods": f"/r1/{REGISTER}/listMethods",
    "allowedMethods": f"/r1/{REGISTER}/allowedMethods",
    "getOpenAPI": f"/r1/{REGISTER}/getOpenAPI?serviceCode=persons",
    "asic": f"/asic?{OWN}&force",
    "SOAP listMethods": "listMethods",
    "SOAP allowedMethods": "allowedMethods",
    "SOAP getWsdl": "getWsdl",
}
BODIES = {
    "getWsdl": "<x:getWsdl><x:serviceCode>personDetails</x:serviceCode></x:getWsdl>",
    "listMethods": "<x:listMethods/>", "allowedMethods": "<x:allowedMethods/>",
}  # fmt: skip
Ask = Callable[[Gateway, str], requests.Response]


@pytest.fixture
def ask(signer: SignerClient) -> Ask:
    def asking(gateway: Gateway, question: str) -> requests.Response:
        url, target = f"http://127.0.0.1:{gateway.port}", QUESTIONS[question]
        if target.startswith("/"):
            own = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token_for(signer, target)}"}
            return requests.get(url + target, headers=own, timeout=20)
        body = request(f"{REGISTER}/{target}", BODIES[target])
        token = token_for(signer, "/", method="POST", body=body)
        headers = {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Bearer {token}"}
        return requests.post(f"{url}/", data=body, headers=headers, timeout=20)

    return asking


def change(gateway: Gateway, **changes: Any) -> None:
    """A newer directory in which something else is said of the caller."""
    snapshot = gateway.keeper.snapshot
    assert snapshot is not None
    systems = [each.model_copy(update=changes) if each.id == PORTAL else each for each in snapshot.directory.subsystems]
    gateway.keeper.snapshot = Snapshot(snapshot.directory.model_copy(update={"subsystems": tuple(systems)}), "")


@pytest.mark.parametrize(("changes", "reason"), [({"keys": ()}, "unknown_key"), ({"zone": "dmz"}, "wrong_zone")])
def test_a_revoked_key_and_another_zone_get_no_answer_to_any_question(
    start_gateway: Any, ask: Ask, provider: Provider, record_of: Any, monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any], reason: str,
) -> None:  # fmt: skip
    gateway = start_gateway(zones=read_zones("lan=127.0.0.0/8"))
    before = {question: ask(gateway, question) for question in QUESTIONS}
    answered = {question for question, answer in before.items() if "X-Road-Error" not in answer.headers}
    assert answered == QUESTIONS.keys() - {"asic", "getOpenAPI"}  # of which there is none in this province

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("the answer was looked for")

    change(gateway, **changes)
    for module, name in ((metadata, "told"), (proofs, "containers_for")):
        monkeypatch.setattr(module, name, never)
    for question in QUESTIONS:
        answer = ask(gateway, question)
        row = record_of(answer)
        assert (row["outcome"], row["reason"], row["signatures"]) == ("refused", reason, []), question
        assert PORTAL not in answer.text
        assert "personDetails" not in answer.text
    assert provider.seen == []


def test_evidence_that_is_being_gathered_goes_to_no_key_that_was_revoked_meanwhile(
    start_gateway: Any, ask: Ask, record_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = start_gateway()

    async def slowly(*_: Any, **__: Any) -> dict[str, bytes]:
        change(gateway, keys=())
        return {"1": proofs.zipped({"record.json": b"secret"})}

    monkeypatch.setattr(proofs, "containers_for", slowly)
    answer = ask(gateway, "asic")
    assert answer.json()["message"].startswith("key_revoked:")
    assert b"secret" not in answer.content
    assert (record_of(answer)["outcome"], record_of(answer)["reason"]) == ("failed", "key_revoked")
