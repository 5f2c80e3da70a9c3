"""What agencies sign, and that nothing but their signatures on exactly that text opens anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from maidinh.exchange import jws
from maidinh.exchange.directory import agreements
from maidinh.exchange.directory.definition import Agreement, Contract, Directory, Key, Member
from maidinh.exchange.directory.rules import Allowed, Refused, Register
from tests.exchange.agreements import Hands, agreed, agreement, key_of, kid_of
from tests.exchange.world import NOW, PORTAL, REGISTER, SERVICE, contract_for, directory_for

SIGNED_AT = NOW - timedelta(days=1)


def contract(**changes: Any) -> Contract:
    return Contract.model_validate(contract_for(SERVICE, **changes))


def member(code: str, *keys: Key) -> Member:
    return Member(member_class="GOV", code=code, name=code, agency=code, keys=keys or (key_of(code, SIGNED_AT),))


MEMBERS = (member("AG1"), member("AG2"), member("AG3"))


def answer(made: Directory) -> Allowed | Refused:
    return Register(made).decide(PORTAL, SERVICE, "GET", "/persons/1", NOW)


def directory(**changes: Any) -> Directory:
    return directory_for(lambda key: "PEM", **changes)


def test_both_sides_have_signed_and_a_third_where_somebody_is_represented() -> None:
    assert agreements.lacking(agreed(contract(), SIGNED_AT), MEMBERS) == ()
    assert agreements.lacking(contract(), MEMBERS) == ("consumer", "provider")
    represented = contract(on_behalf_of="AG3")
    assert agreements.parties(represented) == {"consumer": "AG1", "provider": "AG2", "delegator": "AG3"}
    assert agreements.lacking(agreed(represented, SIGNED_AT), MEMBERS) == ()
    two = tuple(agreement(represented, side, SIGNED_AT) for side in ("consumer", "provider"))
    assert agreements.lacking(represented.model_copy(update={"agreements": two}), MEMBERS) == ("delegator",)


def test_a_text_leaves_out_what_is_at_its_default_so_that_a_new_field_changes_no_signed_text() -> None:
    text = agreements.text(contract(sample=False))
    for name in (
        b"quota",
        b"breaker",
        b"timeout_seconds",
        b"checks",
        b"agreements",
        b"on_behalf_of",
        b"null",
    ):
        assert name not in text
    assert agreements.digest(contract()) == agreements.digest(agreed(contract(), SIGNED_AT))
    again = Contract.model_validate_json(agreements.text(contract(quota={"per_minute": 5})))
    assert agreements.text(again) == agreements.text(contract(quota={"per_minute": 5}))


CHANGES: list[dict[str, Any]] = [
    {"id": "contract-other"}, {"fields": ["full_name", "residence"]}, {"purpose": "to sell it"},
    {"legal_basis": "another"}, {"valid_to": NOW + timedelta(days=21)}, {"valid_from": NOW - timedelta(days=2)},
    {"methods": [{"method": "GET", "path": "/**"}]}, {"quota": {"per_minute": 1000}}, {"checks": "record"},
    {"timeout_seconds": 600}, {"breaker": {"failures": 9, "pause_seconds": 1}}, {"on_behalf_of": "AG3"},
    {"consumer": "MAU/GOV/AG1/STRANGER"}, {"sample": False},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_signature_is_over_one_text_and_no_other(change: dict[str, Any]) -> None:
    signed = agreed(contract(), SIGNED_AT).agreements
    other = contract(**change).model_copy(update={"agreements": signed})
    assert set(agreements.lacking(other, MEMBERS)) >= {"consumer", "provider"}
    made = directory(contracts=[other.model_dump()])
    assert not isinstance(answer(made), Allowed)


def forged(**claims: Any) -> tuple[Agreement, ...]:
    """Both signatures, the consumer's with other claims under its own key."""
    stated = agreements.claims(contract(), "consumer", SIGNED_AT) | claims
    signed = agreements.to_sign(stated, kid_of("AG1"))
    token = jws.compact(signed, Hands().sign(kid_of("AG1"), signed))
    one = Agreement(side="consumer", agency="AG1", jws=token, signed_at=SIGNED_AT)
    return one, agreement(contract(), "provider", SIGNED_AT)


@pytest.mark.parametrize(
    "claims",
    [
        {"agency": "AG2"}, {"side": "provider"}, {"text": "0" * 64}, {"contract": "other"}, {"kind": "evidence"},
        {"signed_at": jws.timestamp(NOW)}, {"surprise": 1}, {"sample": "yes"},
    ],
    ids=lambda claims: next(iter(claims)),
)  # fmt: skip
def test_other_claims_are_no_signature(claims: dict[str, Any]) -> None:
    assert agreements.lacking(contract().model_copy(update={"agreements": forged()}), MEMBERS) == ()
    spoiled = contract().model_copy(update={"agreements": forged(**claims)})
    assert agreements.lacking(spoiled, MEMBERS) == ("consumer",)


def test_one_side_does_not_sign_for_the_other() -> None:
    one, two = agreed(contract(), SIGNED_AT).agreements
    for pair in ((one, one), (one,), (one, two.model_copy(update={"jws": one.jws}))):
        assert agreements.lacking(contract().model_copy(update={"agreements": pair}), MEMBERS) == ("provider",)
    swapped = (MEMBERS[0], member("AG2", key_of("AG1", SIGNED_AT)))
    assert agreements.lacking(agreed(contract(), SIGNED_AT), swapped) == ("provider",)


def test_a_key_that_is_gone_or_had_ended_takes_its_signatures_with_it() -> None:
    whole, key = agreed(contract(), SIGNED_AT), key_of("AG2", SIGNED_AT)
    later = key.model_copy(update={"valid_to": NOW})
    assert agreements.lacking(whole, (MEMBERS[0], member("AG2", later))) == ()
    ended = key.model_copy(update={"valid_to": SIGNED_AT})
    for members in ((MEMBERS[0], member("AG2", ended)), (MEMBERS[0], member("AG2", key_of("X", NOW))), MEMBERS[:1]):
        assert agreements.lacking(whole, members) == ("provider",)


@pytest.mark.parametrize("token", ["", "a.b.c", "e30.e30.e30", "..", "x" * 5000])
def test_a_token_of_another_form_is_no_signature(token: str) -> None:
    spoiled = tuple(each.model_copy(update={"jws": token}) for each in agreed(contract(), SIGNED_AT).agreements)
    assert agreements.lacking(contract().model_copy(update={"agreements": spoiled}), MEMBERS) == (
        "consumer",
        "provider",
    )
    with pytest.raises(jws.InvalidToken):
        agreements.agreement_from(token)


def test_a_statement_of_another_kind_under_the_same_key_is_no_signature() -> None:
    stated = jws.canonical_json(agreements.claims(contract(), "consumer", SIGNED_AT))
    signed = jws.signing_input(jws.header(kid_of("AG1"), "maidinh-evidence+jws"), stated)
    token = jws.compact(signed, Hands().sign(kid_of("AG1"), signed))
    one = Agreement(side="consumer", agency="AG1", jws=token, signed_at=SIGNED_AT)
    two = agreement(contract(), "provider", SIGNED_AT)
    assert agreements.lacking(contract().model_copy(update={"agreements": (one, two)}), MEMBERS) == ("consumer",)


def test_a_contract_that_is_not_signed_allows_nothing_and_says_so() -> None:
    assert isinstance(answer(directory()), Allowed)
    bare = contract_for(SERVICE) | {"agreements": []}
    assert answer(directory(contracts=[bare])) == Refused("contract_not_signed")
    other = contract_for(SERVICE, id="other")
    assert isinstance(answer(directory(contracts=[bare, other])), Allowed)
    half = contract().model_copy(update={"agreements": agreed(contract(), SIGNED_AT).agreements[1:]}).model_dump()
    assert answer(directory(contracts=[half])) == Refused("contract_not_signed")
    assert Register(directory(contracts=[bare])).decide(REGISTER, SERVICE, "GET", "/persons/1", NOW) == Refused(
        "no_contract"
    )
