"""Which access a change of contracts gives and takes, and where a proposal stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from maidinh.exchange.contracts import rules
from maidinh.exchange.contracts.rules import GAINED, LOST, NARROWED, WIDENED, access_of, changes, state_of
from maidinh.exchange.directory.definition import Contract
from tests.exchange.world import NOW, SERVICE, contract_for

GET = {"method": "GET", "path": "/persons/*"}
POST = {"method": "POST", "path": "/searches"}


def contract(**changed: Any) -> Contract:
    return Contract.model_validate(contract_for(SERVICE, **{"methods": [GET], "fields": ["name", "born"]} | changed))


def between(before: list[Contract], after: list[Contract]) -> list[tuple[str, str]]:
    found = changes(access_of(before, NOW), access_of(after, NOW))
    return [(each.kind, each.operation.path) for each in found]


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({}, []),
        ({"purpose": "another"}, []),
        ({"methods": [GET, POST]}, [(GAINED, "/searches")]),
        ({"methods": [POST]}, [(LOST, "/persons/*"), (GAINED, "/searches")]),
        ({"fields": ["name"]}, [(NARROWED, "/persons/*")]),
        ({"fields": ["name", "born", "home"]}, [(WIDENED, "/persons/*")]),
        ({"fields": ["name", "home"]}, [(WIDENED, "/persons/*"), (NARROWED, "/persons/*")]),
        ({"fields": []}, [(WIDENED, "/persons/*")]),
        ({"valid_to": NOW + timedelta(days=99)}, [(WIDENED, "/persons/*")]),
        ({"valid_to": None}, [(WIDENED, "/persons/*")]),
        ({"valid_to": NOW + timedelta(days=1)}, [(NARROWED, "/persons/*")]),
        ({"valid_to": NOW}, [(LOST, "/persons/*")]),
        ({"quota": {"per_minute": 5}}, [(NARROWED, "/persons/*")]),
        ({"consumer": "MAU/GOV/AG1/STRANGER"}, [(LOST, "/persons/*"), (GAINED, "/persons/*")]),
    ],
)
def test_what_becomes_of_access(changed: dict[str, Any], kinds: list[tuple[str, str]]) -> None:
    assert between([contract()], [contract(**changed)]) == kinds


def test_two_contracts_allow_together_what_either_allows() -> None:
    other = contract(id="other", fields=["home"], quota={"per_minute": 5}, valid_to=NOW + timedelta(days=99))
    access = next(iter(access_of([contract(), other]).values()))
    assert access.fields == {"name", "born", "home"}
    assert (access.until, access.per_minute) == (other.valid_to, None)
    assert access.contracts == ("contract-persons", "other")
    assert between([contract(), other], [other]) == [(NARROWED, "/persons/*")]


def test_a_proposed_text_takes_the_place_of_the_contract_of_its_name() -> None:
    new, beside = contract(fields=["name"]), contract(id="beside")
    assert rules.replaced([contract(), beside], [new]) == [beside, new]
    assert between([contract()], []) == [(LOST, "/persons/*")]


@pytest.mark.parametrize(
    ("answers", "taken_back", "state"),
    [
        ({}, False, "waiting"), ({"consumer": "signed"}, False, "waiting"),
        ({"consumer": "signed", "provider": "signed"}, False, "agreed"),
        ({"consumer": "signed", "provider": "declined"}, False, "declined"),
        ({"consumer": "signed"}, True, "taken-back"),
    ],
)  # fmt: skip
def test_where_a_proposal_stands(answers: dict[str, str], taken_back: bool, state: str) -> None:
    assert state_of(contract(), answers, taken_back=taken_back) == state
    represented = contract(on_behalf_of="AG3")
    if state == "agreed":
        assert state_of(represented, answers, taken_back=False) == "waiting"
