"""Contracts between agencies in the browser: proposed, read, signed by each side, declined; told to whom it may be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localtime

from maidinh.exchange.contracts.models import Answer, Proposal
from maidinh.exchange.contracts.queries import waiting_count
from maidinh.exchange.directory import agreements
from maidinh.exchange.directory.queries import current_directory
from maidinh.governance.architecture.actions import draft_version, publish_version
from maidinh.governance.architecture.queries import declared_version
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting

LIST, LAND = "/contracts", "one-stop-land"


class Desk:
    """The two sides of the contract about land parcels, and a visitor."""

    def __init__(self, sign_in_as: Callable[[Any, Any], None], official: Callable[..., Actor], at: Any) -> None:
        self.at = at
        standing = next(each for each in current_directory().contracts if each.id == LAND)
        self.standing, sides = standing, agreements.parties(standing)
        self.consumer, self.provider = (official("contract.sign", sides[side]) for side in ("consumer", "provider"))
        self.other = official("contract.sign", "H38.101")
        self.calling, self.providing, self.elsewhere, self.anyone = Client(), Client(), Client(), Client()
        signed_in = ((self.calling, self.consumer), (self.providing, self.provider), (self.elsewhere, self.other))
        for client, actor in signed_in:
            sign_in_as(client, actor)
        for client in (self.anyone, *(each for each, _ in signed_in)):
            client.cookies["django_language"] = "en"
        self.typed = {
            "id": LAND, "consumer": standing.consumer, "service": standing.provider_service,
            "methods": "GET /parcels/*\r\n", "fields": "parcel, area", "purpose": "Tra cứu thửa đất",
            "legal_basis": "Nghị định 47/2020/NĐ-CP, điều 35", "per_minute": "60", "per_day": "", "on_behalf_of": "",
            "valid_from-day": "1", "valid_from-month": "11", "valid_from-year": "2026",
            "valid_to-day": "31", "valid_to-month": "12", "valid_to-year": "2027",
        }  # fmt: skip

    def page(self, client: Client, address: str, status: int = 200) -> str:
        answer = client.get(address)
        assert answer.status_code == status, (address, answer.status_code)
        return answer.content.decode()

    def post(self, client: Client, address: str, status: int = 302, **data: Any) -> str:
        answer = client.post(address, data)
        assert answer.status_code == status, (answer.get("Location"), answer.content.decode()[:3000])
        return answer["Location"] if status == 302 else answer.content.decode()

    def propose(self, **typed: Any) -> Proposal:
        where = self.post(self.calling, f"{LIST}/new", **self.typed | typed)
        assert "done=proposed" in where
        return Proposal.objects.get(pk=int(where.split("/")[2].partition("?")[0]))

    def sign(self, client: Client, row: Proposal, side: str, status: int = 302, **more: Any) -> str:
        data = {"side": side, "digest": row.digest, "read": "yes"} | more
        return self.post(client, f"{LIST}/{row.pk}/sign", status, **data)


@pytest.fixture
def desk(db: None, sign_in_as: Any, official: Callable[..., Actor], at: Any, monkeypatch: Any) -> Desk:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return Desk(sign_in_as, official, at)


def test_everyone_reads_what_is_agreed_and_what_it_says(desk: Desk) -> None:
    html = desk.page(desk.anyone, LIST)
    assert LAND in html
    assert "Propose a contract" not in html
    row = Proposal.objects.get(contract=LAND)
    html = desk.page(desk.anyone, f"{LIST}/{row.pk}")
    for words in (
        *desk.standing.fields,
        "Parcel code (parcel)",
        "GET /parcels/*",
        "The exchange obeys this contract now",
        "A sample",
    ):
        assert words in html
    said = desk.anyone.get(f"{LIST}/{row.pk}/text").json()
    assert said["digest"] == row.digest == agreements.digest(desk.standing)
    assert set(said["signatures"]) == {"consumer", "provider"}
    receipt = desk.anyone.get(f"{LIST}/{row.pk}/proof/provider").json()
    assert receipt["content"]["jws"] == said["signatures"]["provider"]
    desk.page(desk.anyone, f"{LIST}/{row.pk}/proof/delegator", 404)


def test_a_text_is_proposed_read_and_signed_by_both(desk: Desk) -> None:
    row = desk.propose()
    assert row.terms.fields == ("parcel", "area")
    assert row.terms.quota is not None and row.terms.quota.per_minute == 60
    assert row.terms.sample is True
    address = f"{LIST}/{row.pk}"
    html = desk.page(desk.providing, address)
    assert "gets less" in html
    assert "loses access" in html
    assert "fewer fields" in html
    assert 'name="token"' not in html
    assert waiting_count(desk.provider, desk.at) == 1
    assert "Wait for your agency" in desk.page(desk.providing, LIST)
    for stranger in (desk.anyone, desk.elsewhere):
        desk.page(stranger, address, 404)
        assert address not in desk.page(stranger, LIST)
    assert 'href="#read"' in desk.sign(desk.providing, row, "provider", 422, read="")
    assert "another text" in desk.sign(desk.providing, row, "provider", 422, digest="0" * 64)
    assert "done=signed" in desk.sign(desk.providing, row, "provider")
    assert "Your agency has signed" in desk.page(desk.providing, f"{address}?done=signed")
    assert waiting_count(desk.provider, desk.at) == 0
    desk.sign(desk.calling, row, "consumer")
    html = desk.page(desk.anyone, address)
    assert "It opens nothing until the architecture declares exactly this text" in html
    assert Answer.objects.filter(proposal=row, verdict="signed").count() == 2


def test_every_fault_of_the_form_is_told_at_its_field_and_nothing_typed_is_lost(desk: Desk) -> None:
    html = desk.post(desk.calling, f"{LIST}/new", 422, purpose="Chỉ có mục đích")
    for name in ("id", "consumer", "service", "methods", "legal_basis", "valid_from", "valid_to"):
        assert f'href="#{name}"' in html, name
    assert "Chỉ có mục đích" in html
    wrong = {
        "methods": "GET", "id": "a b", "per_minute": "many", "fields": "x" * 201, "valid_to-year": "2025",
        "on_behalf_of": "NOBODY",
    }  # fmt: skip
    for name, value in wrong.items():
        html = desk.post(desk.calling, f"{LIST}/new", 422, **desk.typed | {name: value})
        assert f'href="#{name.partition("-")[0]}"' in html, name
        assert "Tra cứu thửa đất" in html
    html = desk.post(desk.calling, f"{LIST}/new", 422, **desk.typed | {"methods": "DELETE /parcels/*"})
    assert "does not offer DELETE /parcels/*" in html
    html = desk.post(desk.calling, f"{LIST}/new", 422, **desk.typed | {"per_minute": "", "per_day": "5"})
    assert 'href="#per_minute"' in html
    html = desk.post(desk.elsewhere, f"{LIST}/new", 422, **desk.typed)
    assert "Your agency is no side" in html


def test_the_form_begins_with_what_is_declared_and_comes_to_the_same_text(desk: Desk) -> None:
    html = desk.page(desk.calling, f"{LIST}/new?contract={LAND}")
    assert desk.standing.purpose in html
    whole = desk.standing
    same = desk.typed | {
        "methods": "\n".join(f"{each.method} {each.path}" for each in whole.methods), "fields": " ".join(whole.fields),
        "purpose": whole.purpose, "legal_basis": whole.legal_basis.replace("; ", "\n"), "per_minute": "",
    }  # fmt: skip
    first, last = localtime(whole.valid_from), localtime(whole.valid_to) - timedelta(seconds=1)
    for name, day in (("valid_from", first), ("valid_to", last)):
        same |= {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}
    assert "Exactly this text is proposed already" in desk.post(desk.calling, f"{LIST}/new", 422, **same)


def test_what_is_declared_and_not_signed_is_shown_and_proposed_with_one_press(
    desk: Desk, official: Callable[..., Actor], signer: Any, sign_in_as: Callable[[Any, Any], None]
) -> None:
    model, organisations = declared_version("1.0")
    relations = [
        each.model_copy(update={"contract": each.contract.model_copy(update={"fields": ["parcel"]})})
        if each.contract and each.contract.id == LAND else each
        for each in model.relations
    ]  # fmt: skip
    changed = model.model_copy(update={"version": "1.1", "relations": relations})
    architect, publisher = official("architecture.draft"), official("architecture.publish")
    with acting(agencies=architect.agencies, official=architect.id):
        draft = draft_version(actor=architect, version=changed, organisations=organisations, at=desk.at)
    sign_in_as(deciding := Client(), publisher)
    deciding.cookies["django_language"] = "en"
    html = desk.page(deciding, "/architecture/versions/1.1")
    assert f"as this version declares them: {LAND}. Until" in html, "who publishes is told what it closes"
    with acting(agencies=publisher.agencies, official=publisher.id):
        publish_version(actor=publisher, version_id=draft.pk, at=desk.at, signer=signer)
    assert "nobody has proposed it" in desk.page(desk.anyone, LIST)
    assert "Propose the declared text" not in desk.page(desk.elsewhere, LIST)
    assert "Propose the declared text" in desk.page(desk.calling, LIST)
    desk.post(desk.calling, f"{LIST}/declared", 404, contract="no-such")
    assert "no side" in desk.post(desk.elsewhere, f"{LIST}/declared", 422, contract=LAND)
    where = desk.post(desk.calling, f"{LIST}/declared", contract=LAND)
    row = Proposal.objects.get(pk=int(where.split("/")[2].partition("?")[0]))
    assert "The version in force declares this text" in desk.page(desk.providing, f"{LIST}/{row.pk}")
    desk.sign(desk.calling, row, "consumer")
    assert LAND not in {each.id for each in current_directory().contracts}
    desk.sign(desk.providing, row, "provider")
    assert {each.id: each.fields for each in current_directory().contracts}[LAND] == ("parcel",)
    assert "The exchange obeys this contract now" in desk.page(desk.anyone, f"{LIST}/{row.pk}")


def test_a_side_declines_and_the_proposer_takes_back(desk: Desk) -> None:
    row = desk.propose()
    address = f"{LIST}/{row.pk}"
    assert 'href="#reason"' in desk.post(desk.providing, f"{address}/decline", 422, side="provider", reason="")
    desk.post(desk.providing, f"{address}/decline", side="provider", reason="Thừa <trường>")
    html = desk.page(desk.calling, address)
    assert "Thừa &lt;trường&gt;" in html
    assert "can be signed no more" in html
    assert "does not wait" in desk.sign(desk.calling, row, "consumer", 422)
    again = desk.propose()
    assert "Only the agency" in desk.post(desk.providing, f"{LIST}/{again.pk}/take-back", 422)
    desk.post(desk.calling, f"{LIST}/{again.pk}/take-back")
    assert "taken back" in desk.page(desk.calling, f"{LIST}?state=taken-back")
