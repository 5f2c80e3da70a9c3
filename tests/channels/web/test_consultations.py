"""Opinions on a draft, as pages: asking, giving, answering, concluding, approving; and what everyone sees of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from maidinh.channels.web import consultations, opinions, rounds
from maidinh.governance.architecture.models import Version
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.drafting.actions.consultation import close_consultation
from maidinh.governance.drafting.actions.submission import submit_draft
from maidinh.governance.drafting.models import Consultation, Draft, Opinion
from maidinh.governance.drafting.queries import unanswered
from maidinh.governance.drafting.rules import CONCLUDED, CONSULTING, EDITING, Edit
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.organisations.queries import agency_names
from tests.governance.drafting.conftest import ASKED, OTHER, Making

pytestmark = pytest.mark.slow

DAY = {"due-day": "30", "due-month": "11", "due-year": "2026"}


@pytest.fixture(autouse=True)
def english(db: None) -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def making(official: Callable[..., Actor], at: datetime, monkeypatch: pytest.MonkeyPatch) -> Making:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return Making(official, at)


@pytest.fixture
def of(sign_in_as: Any) -> Callable[[Actor], Client]:
    """`of(actor)`: a browser in English in which they are signed in."""

    def browser(actor: Actor) -> Client:
        client = Client()
        sign_in_as(client, actor)
        client.cookies["django_language"] = "en"
        return client

    return browser


@pytest.fixture
def own_element(making: Making) -> str:
    """A component that the agency asked owns."""
    return next(each.id for each in current_version().model.elements if each.owner == ASKED)


@pytest.fixture
def draft(making: Making, own_element: str) -> Draft:
    """A draft that changes a component of the agency asked and one of nobody's."""
    draft = making.draft()
    free = next(each.id for each in current_version().model.elements if each.kind == "user-group")
    making.edit(draft, Edit("elements", own_element, "name.en", "Another name"),
                Edit("elements", free, "name.en", "Everyone"), seen=0)  # fmt: skip
    return making.fresh(draft)


@pytest.fixture
def consultation(making: Making, draft: Draft) -> Consultation:
    return making.round(draft)


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content[:800]
    return unescape(answer.content.decode())


def sent(client: Client, address: str, status: int = 302, **data: Any) -> Any:
    answer = client.post(address, data)
    assert answer.status_code == status, re.findall(r"error-summary.*?</div>", answer.content.decode(), re.S)
    return answer


def ticked(html: str, name: str) -> set[str]:
    boxes = re.findall(rf'<input[^>]*name="{name}"[^>]*>', html)
    return {re.search(r'value="([^"]*)"', box)[1] for box in boxes if " checked" in box}  # type: ignore[index]


def changed_in(html: str) -> list[str]:
    return re.findall(r'data-thing="([^"]+)"', html)


def test_agencies_that_the_draft_touches_are_chosen_beforehand(making: Making, of: Any, draft: Draft) -> None:
    html = page(of(making.architect), f"/architecture/drafts/{draft.pk}/opinions/ask")
    assert ASKED in ticked(html, "agencies")
    assert "G12.900.38" not in ticked(html, "agencies")
    assert set(re.findall(r'name="agencies"[^>]*value="([^"]+)"', html)) == set(agency_names("en"))


def test_architect_asks_agencies(making: Making, of: Any, draft: Draft) -> None:
    browser, address = of(making.architect), f"/architecture/drafts/{draft.pk}/opinions/ask"
    answer = sent(browser, address, agencies=[ASKED, OTHER], **DAY)
    assert answer["Location"] == f"/architecture/drafts/{draft.pk}/opinions?done=asked"
    html = page(browser, answer["Location"])
    assert "30/11/2026" in html
    assert "12 days left" in html
    assert agency_names("en")[ASKED] in html
    assert "have not said anything yet" in html
    assert making.fresh(draft).state == CONSULTING
    assert "out for opinions already" in page(browser, address)


def test_what_was_typed_stays_where_asking_fails(making: Making, of: Any, draft: Draft) -> None:
    browser, address = of(making.architect), f"/architecture/drafts/{draft.pk}/opinions/ask"
    bad = browser.post(address, {"agencies": [OTHER], **DAY, "due-month": "13"})
    assert bad.status_code == 422
    html = bad.content.decode()
    assert ticked(html, "agencies") == {OTHER}
    assert 'value="13"' in html
    assert 'href="#due"' in html
    past = browser.post(address, {"agencies": [OTHER], **DAY, "due-year": "2025"})
    assert "has passed" in past.content.decode()
    nobody = browser.post(address, DAY)
    assert 'href="#agencies"' in nobody.content.decode()
    assert making.fresh(draft).state == EDITING


def test_an_agency_sees_its_own_first(making: Making, of: Any, consultation: Consultation, own_element: str) -> None:
    browser = of(making.asked)
    home = page(browser, "/desk")
    assert "Opinions on the architecture" in home
    assert "Due by 28/11/2026." in home
    assert f"/architecture/rounds/{consultation.pk}" in page(browser, "/architecture/rounds")
    html = page(browser, f"/architecture/rounds/{consultation.pk}")
    assert changed_in(html)[0] == f"elements/{own_element}"
    assert len(changed_in(html)) > 1
    assert "your agency's" in html
    assert f"opinion?section=elements&item={own_element}" in html


def test_an_agency_gives_opinions_tied_and_whole(
    making: Making, of: Any, consultation: Consultation, own_element: str
) -> None:
    browser, address = of(making.asked), f"/architecture/rounds/{consultation.pk}/opinion"
    asked = page(browser, f"{address}?section=elements&item={own_element}")
    assert changed_in(asked) == [f"elements/{own_element}"]
    assert "Another name" in asked
    answer = sent(browser, address, section="elements", item=own_element, stance="change", text="Tên cũ\ndễ hiểu hơn")
    assert answer["Location"] == f"/architecture/rounds/{consultation.pk}?done=given"
    sent(browser, address, section="", item="", stance="agree", text="")
    html = page(browser, answer["Location"])
    assert "Tên cũ<br>dễ hiểu hơn" in html
    assert "asks for a change" in html
    assert "the draft as a whole" in html
    with acting(agencies=[ASKED]):
        given = {(each.section, each.item, each.stance, each.agency) for each in Opinion.objects.all()}
    assert given == {("elements", own_element, "change", ASKED), (None, None, "agree", ASKED)}


def test_an_opinion_that_says_nothing_is_asked_again(
    making: Making, of: Any, consultation: Consultation, own_element: str
) -> None:
    browser, address = of(making.asked), f"/architecture/rounds/{consultation.pk}/opinion"
    html = sent(browser, address, 422, section="elements", item=own_element, stance="object", text="").content.decode()
    assert 'href="#text"' in html
    assert 'name="item" value="' + own_element in html
    assert re.search(r'value="object"[^>]* checked', html)
    html = sent(browser, address, 422, section="", item="", stance="", text="Vì sao").content.decode()
    assert 'href="#stance"' in html
    assert "Vì sao</textarea>" in html
    assert "4000" in sent(browser, address, 422, stance="agree", text="a" * 4001).content.decode()
    gone = sent(browser, address, 422, section="elements", item="nothing", stance="object", text="x").content.decode()
    assert "is not in the draft" in gone
    with acting(agencies=[ASKED]):
        assert not Opinion.objects.exists()


def test_any_component_can_be_found_and_spoken_of(making: Making, of: Any, consultation: Consultation) -> None:
    browser = of(making.asked)
    quiet = next(each for each in current_version().model.elements if each.kind == "database")
    html = page(browser, f"/architecture/rounds/{consultation.pk}?q={quiet.id}")
    assert f"item={quiet.id}" in html
    facts = page(browser, f"/architecture/rounds/{consultation.pk}/opinion?section=elements&item={quiet.id}")
    assert quiet.name.en in facts
    assert "Nothing was found." in page(browser, f"/architecture/rounds/{consultation.pk}?q=xyzxyz")


def test_an_agency_sees_the_draft_as_it_was_sent_out(
    making: Making, of: Any, draft: Draft, consultation: Consultation, own_element: str
) -> None:
    making.edit(draft, Edit("elements", own_element, "name.en", "A third name"), seen=1)
    html = page(of(making.asked), f"/architecture/rounds/{consultation.pk}")
    assert "Another name" in html
    assert "A third name" not in html


def test_each_round_tells_what_changed_since_the_one_before(
    making: Making, of: Any, draft: Draft, consultation: Consultation, own_element: str
) -> None:
    architect, between = of(making.architect), f"from=draft-{draft.pk}-r1&to=draft-{draft.pk}"
    assert between not in page(architect, f"/architecture/drafts/{draft.pk}/opinions")
    making.edit(draft, Edit("elements", own_element, "name.en", "A third name"), seen=1)
    assert between in page(architect, f"/architecture/drafts/{draft.pk}/opinions")
    making.conclude(consultation)
    second = making.round(draft)
    browser = of(making.asked)
    assert "since the round before" not in page(browser, f"/architecture/rounds/{consultation.pk}")
    html = page(browser, f"/architecture/rounds/{second.pk}")
    assert f"from=draft-{draft.pk}-r1&to=draft-{draft.pk}-r2" in html
    told = page(browser, f"/architecture/difference?from=draft-{draft.pk}-r1&to=draft-{draft.pk}-r2")
    assert changed_in(told) == [f"elements/{own_element}"]


def test_who_was_not_asked_sees_nothing(making: Making, of: Any, draft: Draft, consultation: Consultation) -> None:
    browser = of(making.unasked)
    assert "not asked about anything" in page(browser, "/architecture/rounds")
    page(browser, f"/architecture/rounds/{consultation.pk}", 404)
    page(browser, f"/architecture/rounds/{consultation.pk}/opinion", 404)
    sent(browser, f"/architecture/rounds/{consultation.pk}/opinion", 404, stance="agree")
    page(browser, f"/architecture/drafts/{draft.pk}/opinions", 403)


def test_an_agency_sees_only_its_own_opinions(making: Making, of: Any, consultation: Consultation) -> None:
    making.opinion(consultation, making.other, text="Điều của cơ quan khác")
    assert "Điều của cơ quan khác" not in page(of(making.asked), f"/architecture/rounds/{consultation.pk}")
    assert "Điều của cơ quan khác" in page(of(making.other), f"/architecture/rounds/{consultation.pk}")


def test_architect_answers(making: Making, of: Any, draft: Draft, consultation: Consultation, own_element: str) -> None:
    given = making.opinion(consultation, section="elements", item=own_element)
    browser, address = of(making.architect), f"/architecture/opinions/{given.pk}/answer"
    table = page(browser, f"/architecture/drafts/{draft.pk}/opinions")
    assert address in table
    there = {"draft_id": draft.pk, "section": "elements", "item": own_element}
    assert f'href="{reverse("architecture-draft-item", kwargs=there)}"' in table
    with acting(agencies=making.architect.agencies):
        assert consultations.to_answer(making.architect, making.at) == 1
    html = sent(browser, address, 422, answer="declined", text=" ").content.decode()
    assert 'href="#text"' in html
    assert re.search(r'value="declined"[^>]* checked', html)
    assert 'href="#answer"' in sent(browser, address, 422, answer="", text="x").content.decode()
    answer = sent(browser, address, answer="partly", text="Một phần")
    assert answer["Location"].endswith(f"?done=answered#opinion-{given.pk}")
    assert "Một phần" in page(browser, f"/architecture/drafts/{draft.pk}/opinions")
    assert "answered: taken in, in part" in page(browser, address)
    again = sent(browser, address, 422, answer="taken", text="").content.decode()
    assert "answered already" in again
    assert "Một phần" in page(of(making.asked), f"/architecture/rounds/{consultation.pk}")
    page(browser, "/architecture/opinions/999999/answer", 404)


def test_a_round_ends_with_its_conclusion(making: Making, of: Any, draft: Draft, consultation: Consultation) -> None:
    given = making.opinion(consultation)
    browser, back = of(making.architect), f"/architecture/drafts/{draft.pk}/opinions"
    conclude = f"/architecture/rounds/{consultation.pk}/conclude"
    assert "opinion must be answered first" in page(browser, back)
    early = sent(browser, conclude, 422, conclusion="Xong").content.decode()
    assert "no answer yet" in early
    making.answer(given)
    assert "Concluding ends the round for them" in page(browser, back)
    closed = sent(browser, f"/architecture/rounds/{consultation.pk}/close")
    assert "The round is closed: no more opinions come in." in page(browser, closed["Location"])
    assert "closed already" in sent(browser, f"/architecture/rounds/{consultation.pk}/close", 422).content.decode()
    assert "This round of opinions is closed." in page(of(making.asked), f"/architecture/rounds/{consultation.pk}")
    assert 'href="#conclusion"' in sent(browser, conclude, 422, conclusion=" ").content.decode()
    done = sent(browser, conclude, conclusion="Các cơ quan\nthống nhất")
    assert "Các cơ quan<br>thống nhất" in page(browser, done["Location"])
    assert making.fresh(draft).state == CONCLUDED
    assert not unanswered(draft).exists()
    assert f"/architecture/drafts/{draft.pk}/submit" in page(browser, back)
    page(browser, "/architecture/drafts/999999/opinions", 404)
    sent(browser, "/architecture/rounds/999999/close", 404)


def test_approver_decides_and_the_public_sees_the_table(
    making: Making, of: Any, client: Client, draft: Draft, consultation: Consultation, own_element: str, signer: Any
) -> None:
    given = making.opinion(consultation, section="elements", item=own_element, text="Giữ tên cũ")
    making.answer(given, answer="declined", text="Tên mới theo quyết định")
    making.conclude(consultation)
    making.do(submit_draft, making.architect, draft_id=draft.pk)
    client.cookies["django_language"] = "en"
    page(client, "/architecture/versions/1.1", 404)
    page(client, "/architecture/versions/1.1/opinions", 404)
    browser = of(making.approver)
    html = page(browser, "/architecture/versions/1.1")
    assert "Giữ tên cũ" in html
    assert "Các cơ quan thống nhất" in html
    assert 'data-section="elements"' in html
    assert "Publish version" not in html
    assert "Publish version 1.1" not in page(browser, "/architecture/versions")
    wrong = sent(
        browser, "/architecture/versions/1.1/approve", 422, decision="", **day("decided_on", 17)
    ).content.decode()
    assert 'href="#decision"' in wrong
    assert 'value="17"' in wrong
    late = sent(browser, "/architecture/versions/1.1/approve", 422, decision="9/QĐ", **day("decided_on", 29))
    assert "not to come" in late.content.decode()
    sent(browser, "/architecture/versions/1.1/approve", decision="2345/QĐ-UBND", **day("decided_on", 17))
    html = page(browser, "/architecture/versions/1.1?done=approved")
    assert "Publish version 1.1" in html
    assert "Approve version" not in html
    assert "approved already" in sent(
        browser, "/architecture/versions/1.1/approve", 422, decision="1", **day("decided_on", 17)
    ).content.decode()  # fmt: skip
    sent(browser, f"/architecture/versions/{Version.objects.get(version='1.1').pk}/publish")
    table = page(client, "/architecture/versions/1.1/opinions")
    for text in ("Giữ tên cũ", "Tên mới theo quyết định", "Các cơ quan thống nhất", "2345/QĐ-UBND", "17/11/2026"):
        assert text in table
    for person in (making.asked, making.architect, making.approver):
        assert person.name not in table
        assert person.id not in table
    assert "2345/QĐ-UBND" in page(client, "/architecture/versions")
    told = client.get("/architecture.json").json()
    assert (told["decision"], told["decided_on"]) == ("2345/QĐ-UBND", "2026-11-17")
    assert "/architecture/versions/1.1/opinions" in page(client, "/architecture/versions")


def day(name: str, number: int) -> dict[str, str]:
    return {f"{name}-day": str(number), f"{name}-month": "11", f"{name}-year": "2026"}


def test_who_wrote_in_a_version_is_refused(making: Making, of: Any, draft: Draft) -> None:
    as_architect = replace(making.architect, id=making.approver.id)
    making.edit(draft, Edit("header", "", "note", {"vi": "sửa"}), seen=1, actor=as_architect)
    making.conclude(making.round(draft))
    making.do(submit_draft, making.architect, draft_id=draft.pk)
    browser = of(making.approver)
    html = page(browser, "/architecture/versions/1.1")
    assert "You wrote in this version." in html
    assert "/approve" not in html
    refused = sent(browser, "/architecture/versions/1.1/approve", 422, decision="1", **day("decided_on", 17))
    assert "Somebody else must approve it." in refused.content.decode()
    sent(of(making.architect), "/architecture/versions/1.1/approve", 403)


def test_a_version_without_opinions_says_so(client: Client, db: None) -> None:
    client.cookies["django_language"] = "en"
    assert "did not go out for opinions" in page(client, "/architecture/versions/1.0/opinions")
    assert "did not go out for opinions" in page(client, "/architecture/versions/1.0")


def test_due_days_are_told_in_words(at: datetime) -> None:
    today = at.date()
    told = [rounds.due_in_words(today + timedelta(days=days), at) for days in (-2, -1, 0, 1, 5)]
    assert told == ["2 days past", "1 day past", "today is the last day", "1 day left", "5 days left"]


def test_the_home_counts_rounds(making: Making, consultation: Consultation) -> None:
    with acting(agencies=making.asked.agencies):
        assert opinions.waiting(making.asked, making.at) == 1
        assert opinions.due(making.asked, making.at) == consultation.due_on
    with acting(agencies=making.unasked.agencies):
        assert opinions.waiting(making.unasked, making.at) == 0
        assert opinions.due(making.unasked, making.at) is None
    making.do(close_consultation, making.architect, consultation_id=consultation.pk)
    with acting(agencies=making.asked.agencies):
        assert opinions.waiting(making.asked, making.at) == 0


def test_a_character_that_no_database_keeps_breaks_nothing(
    making: Making, of: Any, client: Client, draft: Draft, consultation: Consultation
) -> None:
    sent(of(making.asked), f"/architecture/rounds/{consultation.pk}/opinion", stance="object", text="a\0b")
    given = making.opinion(consultation)
    browser = of(making.architect)
    sent(browser, f"/architecture/opinions/{given.pk}/answer", answer="partly", text="a\0b")
    for address in ("versions/%00", "versions/%00/opinions", "difference?from=%00", "elements/a?version=%00"):
        page(client, f"/architecture/{address}", 404)
    page(client, "/architecture?version=%00", 404)
    page(of(making.asked), f"/architecture/rounds/{consultation.pk}?q=%00")
    sent(of(making.approver), "/architecture/versions/1.0/approve", 422, decision="\0", **day("decided_on", 17))
