"""Agencies agree: one proposes, each signs for itself, the exchange follows; SQL can do no more."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from maidinh.exchange import jws
from maidinh.exchange.contracts import actions
from maidinh.exchange.contracts.actions import ContractRefused, decline, propose, take_back
from maidinh.exchange.contracts.models import Answer, Proposal
from maidinh.exchange.contracts.queries import proposal_for, proposals_for, signatures, to_sign
from maidinh.exchange.directory import agreements
from maidinh.exchange.directory.actions import publish_directory
from maidinh.exchange.directory.definition import Contract, Directory
from maidinh.exchange.directory.queries import current_directory
from maidinh.governance.architecture.actions import draft_version, publish_version, sign_contract
from maidinh.governance.architecture.queries import declared_version
from maidinh.infrastructure.actor import Actor, NotAllowed
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.events.models import Event
from maidinh.infrastructure.keys.client import SignerClient
from maidinh.infrastructure.translog.models import Entry
from maidinh.infrastructure.translog.rules import commitment_of, read_leaf

pytestmark = pytest.mark.usefixtures("db")
LAND = "one-stop-land"


class Table:
    """The two agencies of the contract about land parcels, and a contract between them that nobody has signed yet."""

    def __init__(self, official: Callable[..., Actor], signer: Any, at: datetime) -> None:
        self.at, self.signer = at, signer
        self.standing = next(each for each in current_directory().contracts if each.id == LAND)
        sides = agreements.parties(self.standing)
        self.consumer = official("contract.sign", sides["consumer"])
        self.provider = official("contract.sign", sides["provider"])
        self.stranger = replace(self.consumer, id="tests.stranger", agencies=("H38.8",))
        self.wider = self.standing.model_copy(
            update={"fields": (*self.standing.fields, "owner"), "agreements": (), "sample": True}
        )

    def do(self, action: Callable[..., Any], actor: Actor, **what: Any) -> Any:
        with acting(agencies=actor.agencies, official=actor.id):
            return action(actor=actor, **({"at": self.at} | what))

    def propose(self, contract: Contract | None = None, actor: Actor | None = None) -> Proposal:
        return self.do(propose, actor or self.consumer, contract=contract or self.wider)

    def sign(
        self, row: Proposal, side: str, actor: Actor, action: Callable[..., Any] = actions.sign, **more: Any
    ) -> Answer:
        what = {"proposal_id": row.pk, "side": side, "digest": row.digest, "signer": self.signer} | more
        return self.do(action, actor, **what)

    def both(self, row: Proposal, action: Callable[..., Any] = actions.sign) -> None:
        self.sign(row, "consumer", self.consumer, action)
        self.sign(row, "provider", self.provider, action)


@pytest.fixture
def table(db: None, official: Callable[..., Actor], signer: Any, at: datetime) -> Iterator[Table]:
    with translation.override("en"):
        yield Table(official, signer, at)


def refused(words: str, act: Callable[[], Any], field: str = "") -> None:
    with pytest.raises(ContractRefused, match=words) as said:
        act()
    assert [each.field for each in said.value.faults] == [field]


def publish(table: Table, official: Callable[..., Actor], contract: dict[str, Any]) -> None:
    """A version like the one in force, in which the land contract says something else."""
    model, organisations = declared_version("1.0")
    relations = [
        each.model_copy(update={"contract": each.contract.model_copy(update=contract)})
        if each.contract and each.contract.id == LAND else each
        for each in model.relations
    ]  # fmt: skip
    changed = model.model_copy(update={"version": "1.1", "relations": relations})
    architect, publisher = official("architecture.draft"), official("architecture.publish")
    row = table.do(draft_version, architect, version=changed, organisations=organisations)
    table.do(publish_version, publisher, version_id=row.pk, signer=table.signer)


def carried() -> dict[str, Contract]:
    return {each.id: each for each in current_directory().contracts}


def test_the_samples_of_the_definitions_are_signed_and_say_so(table: Table) -> None:
    members = current_directory().members
    for each in carried().values():
        assert agreements.lacking(each, members) == ()
        for signed in each.agreements:
            assert jws.parse(signed.jws, agreements.KIND).claims()["sample"] is True
    assert Answer.objects.filter(verdict="signed", sample=False).count() == 0


def test_a_changed_contract_falls_until_both_have_signed_it_and_holds_from_then_on(
    table: Table, official: Callable[..., Actor]
) -> None:
    publish(table, official, {"fields": list(table.wider.fields)})
    assert LAND not in carried(), "the architecture declares what nobody has signed"
    row = table.propose()
    assert row.digest == agreements.digest(table.wider)
    assert [each.row for each in to_sign(table.provider)] == [row]
    serial = current_directory().serial
    table.sign(row, "consumer", table.consumer, sign_contract)
    assert LAND not in carried()
    assert current_directory().serial == serial, "half a contract is none"
    answer = table.sign(row, "provider", table.provider, sign_contract)
    assert carried()[LAND].fields == table.wider.fields
    assert current_directory().serial == serial + 1
    assert to_sign(table.provider) == []
    leaf = read_leaf(bytes(Entry.objects.get(pk=answer.entry).leaf))
    content = answer.receipt["content"]
    assert (leaf["kind"], leaf["agency"]) == ("contract-signed", table.provider.agency)
    assert leaf["commitment"] == commitment_of(content, base64.b64decode(answer.receipt["salt"]))
    assert (content["text"], content["signed_by"], content["jws"]) == (row.digest, table.provider.id, answer.jws)
    assert Event.objects.filter(name="contract.signed", payload__proposal=row.pk).count() == 2


def test_signed_first_and_declared_later_is_the_same(table: Table, official: Callable[..., Actor]) -> None:
    table.both(table.propose(), sign_contract)
    assert carried()[LAND].fields == table.standing.fields, "what is agreed and not declared opens nothing"
    publish(table, official, {"fields": list(table.wider.fields)})
    assert carried()[LAND].fields == table.wider.fields


def test_only_a_side_proposes_and_only_for_itself_signs(table: Table) -> None:
    refused("no side", lambda: table.propose(actor=table.stranger))
    nobody = replace(table.consumer, permissions=frozenset())
    with pytest.raises(NotAllowed):
        table.propose(actor=nobody)
    row = table.propose()
    refused("proposed already", lambda: table.propose(actor=table.provider))
    refused("not asked", lambda: table.sign(row, "provider", table.consumer))
    refused("no such contract", lambda: table.sign(row, "consumer", table.stranger))
    refused("not asked", lambda: table.sign(row, "delegator", table.consumer))
    refused("another text", lambda: table.sign(row, "consumer", table.consumer, digest="0" * 64))
    with pytest.raises(NotAllowed):
        table.sign(row, "consumer", nobody)
    table.sign(row, "consumer", table.consumer)
    refused("not asked", lambda: table.sign(row, "consumer", table.consumer))
    assert Answer.objects.filter(proposal=row).count() == 1


def test_who_is_represented_signs_as_a_third(
    table: Table, official: Callable[..., Actor], operator: SignerClient
) -> None:
    third = official("contract.sign", "H38.101")
    row = table.propose(table.wider.model_copy(update={"on_behalf_of": third.agency}))
    table.both(row)
    assert proposal_for(third, row.pk).state == "waiting"
    assert [each.row for each in to_sign(third)] == [row]
    refused("no key on the exchange", lambda: table.sign(row, "delegator", third))
    operator.create(f"member:{third.agency}")
    table.sign(row, "delegator", third)
    assert proposal_for(third, row.pk).state == "agreed"


def test_declined_and_taken_back_end_it(table: Table) -> None:
    row = table.propose()
    table.sign(row, "consumer", table.consumer)
    said = {"proposal_id": row.pk, "side": "provider"}
    refused("Say why", lambda: table.do(decline, table.provider, reason=" ", **said), "reason")
    refused("2000", lambda: table.do(decline, table.provider, reason="x" * 2001, **said), "reason")
    table.do(decline, table.provider, reason="Quá nhiều trường", **said)
    assert row.digest not in signatures(), "the signature that was given counts no more"
    refused("does not wait", lambda: table.sign(row, "provider", table.provider))
    again = table.propose()
    refused("Only the agency", lambda: table.do(take_back, table.provider, proposal_id=again.pk))
    table.do(take_back, table.consumer, proposal_id=again.pk)
    refused("does not wait", lambda: table.sign(again, "provider", table.provider))
    assert proposal_for(table.consumer, again.pk).state == "taken-back"
    whole = table.propose()
    table.both(whole)
    refused("does not wait", lambda: table.do(take_back, table.consumer, proposal_id=whole.pk))
    assert row.digest in signatures()


def test_what_waits_is_seen_by_its_sides_and_what_is_agreed_by_everyone(table: Table, citizen: Actor) -> None:
    row = table.propose()
    for actor, seen in ((table.consumer, True), (table.provider, True), (table.stranger, False), (citizen, False)):
        assert (proposal_for(actor, row.pk) is not None) is seen
    table.both(row)
    for actor in (table.stranger, citizen):
        assert proposal_for(actor, row.pk) is not None
    assert {each.row.contract for each in proposals_for(citizen)} >= {LAND, "one-stop-population"}


@pytest.fixture
def operator() -> Iterator[SignerClient]:
    from django.conf import settings

    client = SignerClient.for_caller(settings.MAIDINH.home, "operator", patience=10)
    yield client
    client.close()


def test_an_agency_signs_with_its_own_key_outside(table: Table, operator: SignerClient) -> None:
    row = table.propose()

    def token(side: agreements.Side, kid: str, at: datetime) -> str:
        signed = agreements.to_sign(agreements.claims(row.terms, side, at), kid)
        return jws.compact(signed, operator.sign(kid, signed))

    consumer, provider = table.consumer.agency, table.provider.agency
    for given, words in (
        ("nonsense", "no signature on a contract"),
        (token("consumer", f"member:{provider}", table.at), "does not hold"),
        (token("provider", f"member:{provider}", table.at), "does not hold"),
        (token("consumer", f"member:{consumer}", table.at + timedelta(minutes=1)), "still to come"),
    ):
        refused(words, lambda given=given: table.sign(row, "consumer", table.consumer, token=given), "token")
    made = token("consumer", f"member:{consumer}", table.at - timedelta(hours=1))
    answer = table.sign(row, "consumer", table.consumer, token=f"  {made}\n")
    assert (answer.custody, answer.jws) == ("agency", made)


def told(who: Actor, statement: str, *values: Any) -> None:
    with acting(agencies=who.agencies, official=who.id), connection.cursor() as cursor:
        cursor.execute(statement, values)


ADD = (
    "INSERT INTO contracts_answer (proposal_id, side, agency, verdict, reason, jws, custody, answered_by, answered_at,"
    " sample, entry, receipt) SELECT %s, side, agency, verdict, reason, jws, custody, %s, answered_at, sample, entry,"
    " receipt FROM contracts_answer WHERE id = %s"
)


def test_nothing_is_signed_changed_or_removed_by_sql(table: Table) -> None:
    row = table.propose()
    with transaction.atomic():
        true = table.sign(row, "consumer", table.consumer)
        transaction.set_rollback(True)
    del true
    other = Answer.objects.filter(agency=table.consumer.agency, verdict="signed").first()
    for who, by in ((table.consumer, table.consumer.id), (table.consumer, "sample"), (table.provider, "x")):
        with pytest.raises(DatabaseError):
            told(who, ADD, row.pk, by, other.pk)
    for statement in (
        "UPDATE contracts_proposal SET text = text WHERE id = %s", "DELETE FROM contracts_proposal WHERE id = %s",
        "UPDATE contracts_answer SET verdict = verdict WHERE proposal_id = %s",
        "DELETE FROM contracts_answer WHERE proposal_id = %s",
    ):  # fmt: skip
        with pytest.raises(DatabaseError):
            told(table.consumer, statement, row.pk)
    text = table.propose(table.wider.model_copy(update={"fields": ("a",)}))
    with pytest.raises(DatabaseError, match="as it stands"):
        told(table.consumer, "INSERT INTO contracts_proposal (contract, digest, text, consumer_agency, provider_agency,"
             " delegator_agency, proposed_by, proposed_agency, proposed_at) SELECT contract, digest, text || ' ',"
             " consumer_agency, provider_agency, '', proposed_by, proposed_agency, proposed_at FROM contracts_proposal"
             " WHERE id = %s", text.pk)  # fmt: skip


def test_no_directory_carries_a_contract_without_signatures_that_are_kept(table: Table) -> None:
    standing = current_directory()

    def sent(contract: Contract) -> Directory:
        others = tuple(each for each in standing.contracts if each.id != LAND)
        return standing.model_copy(update={"serial": standing.serial + 1, "contracts": (*others, contract)})

    signed = carried()[LAND].agreements
    foreign = tuple(each.model_copy(update={"jws": each.jws + "A"}) for each in signed)
    for given in ((), signed[:1], foreign):
        directory = sent(table.standing.model_copy(update={"agreements": given}))
        with pytest.raises(DatabaseError, match="is not signed by its sides"), transaction.atomic():
            publish_directory(directory=directory, signer=table.signer, at=table.at)
    with transaction.atomic():
        publish_directory(directory=sent(table.standing), signer=table.signer, at=table.at)
        transaction.set_rollback(True)
