"""What people type, and what they call their files, is shown as text wherever it is shown, and does nothing."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.dossiers.actions.steps import complete_task, record_payment
from maidinh.services.dossiers.actions.submission import SubmittedPaper, request_withdrawal, submit_dossier
from maidinh.services.dossiers.queries import open_task_of
from maidinh.services.procedures.queries import current_version
from tests.architecture.inhabitants import World
from tests.services.results.stages import PDF, answers_for, version_of_kind

MARK = "zq9"
HOSTILE = f'"\'><script>{MARK}()</script><img src=x onerror={MARK}()>{{{{7*7}}}}{{% raw %}}#panic("{MARK}")'
LIVE = (f"<script>{MARK}", f"<img src=x onerror={MARK}", "\"'><")
SHOWN = f"&lt;script&gt;{MARK}"
FILE = f'a\r\nSet-Cookie: {MARK}=1\r\n"; filename=b.html;{HOSTILE}\u202e.pdf'
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile-texts")]


@pytest.fixture(scope="module")
def dossier(world: World) -> Any:
    """A licence whose every text is hostile, waiting for the field check and asked back."""
    actor, version, at = world.citizen, current_version(version_of_kind("licence").code), world.at
    forms = version.procedure.answers["properties"]
    free = {name for name, form in forms.items() if form["type"] == "string" and "enum" not in form}
    answers = answers_for(version, actor) | dict.fromkeys(free, HOSTILE)
    with acting(person=actor.person):
        digest = store_document(content=BytesIO(PDF), at=at).digest
        papers = [SubmittedPaper(paper.id, digest, FILE[:200]) for paper in version.procedure.papers if paper.required]
        made = submit_dossier(
            actor=actor, version=version, case=version.procedure.cases[0].id, receiving="H38.101", answers=answers,
            papers=papers, channel=2, key="hostile", at=at, log=LogKeeper(world.signer, "lao-cai", 60),
        ).dossier  # fmt: skip
    _through(world, made)
    with acting(person=actor.person):
        request_withdrawal(actor=actor, code=made.code, reason=HOSTILE, at=at + timedelta(hours=2))
    return made


def _through(world: World, dossier: Any) -> None:
    """As far as a step whose findings everyone after it reads."""
    for who, outcome in (("one-stop", "accept"), ("specialist", "pass"), ("consulted", "confirm")):
        actor = world.actors[who]
        with acting(agencies=actor.agencies):
            task = open_task_of(dossier)
            when = world.at + timedelta(minutes=len(outcome))
            complete_task(actor=actor, task_id=task.pk, outcome=outcome, findings=HOSTILE, reason=HOSTILE, at=when)
            if who == "one-stop":
                record_payment(actor=actor, code=dossier.code, receipt_number=HOSTILE[:60], at=when)


def harmless(answer: Any) -> str:
    """The page, once nothing hostile lives in it."""
    assert answer.status_code < 500, answer.status_code
    page: str = answer.content.decode()
    for live in LIVE:
        assert live not in page
    assert "49{" not in page and ">49" not in page
    return page


@pytest.mark.parametrize(
    ("who", "address", "shown"),
    [
        ("citizen", "/dossiers/{code}", True),
        ("citizen", "/dossiers", False),
        ("citizen", "/dossiers/{code}/withdraw", False),
        ("one-stop", "/desk/dossiers/{code}", True),
        ("leader", "/desk/dossiers/{code}", True),
        ("leader", "/desk/dossiers/{code}/sign", True),
        ("leader", "/desk/sign", False),
        ("leader", "/desk/dossiers", False),
        ("consulted", "/desk/dossiers/{code}", True),
    ],
)
def test_kept_texts_are_shown_as_texts(world: World, dossier: Any, who: str, address: str, shown: bool) -> None:
    answer = world.browser(who).get(address.format(code=dossier.code))
    assert answer.status_code == 200
    page = harmless(answer)
    assert not shown or SHOWN in page


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("anonymous", "/procedures?q={text}"),
        ("anonymous", "/track?code={text}"),
        ("anonymous", "/verify/{text}"),
        ("anonymous", "/architecture?version={text}"),
        ("anonymous", "/architecture?relations={text}"),
        ("anonymous", "/architecture/elements/{text}"),
        ("anonymous", "/sign-in/return?code={text}&state={text}&error={text}&error_description={text}"),
        ("anonymous", "/{text}"),
        ("one-stop", "/desk/dossiers?q={text}&step={text}&state={text}&page={text}"),
        ("one-stop", "/desk/dossiers/{text}"),
        ("citizen", "/dossiers/{text}"),
        ("citizen", "/notices?page={text}"),
        ("architect", "/architecture/versions?done={text}"),
    ],
)
def test_what_stands_in_an_address_is_shown_as_text(world: World, who: str, address: str) -> None:
    from urllib.parse import quote

    harmless(world.browser(who).get(address.format(text=quote(HOSTILE, safe=""))))


@pytest.mark.parametrize(
    ("who", "address", "data"),
    [
        ("anonymous", "/track", {"code": HOSTILE, "secret": HOSTILE}),
        ("anonymous", "/verify", {"code": HOSTILE}),
        ("citizen", "/procedures/1.013225/begin", {"case": HOSTILE, "receiving": HOSTILE}),
        ("citizen", "/applications/{draft}/papers", {"paper": HOSTILE}),
        ("citizen", "/applications/{draft}/case", {"case": HOSTILE, "receiving": HOSTILE}),
        ("citizen", "/applications/{draft}/check", {"declaration": HOSTILE}),
        ("architect", "/architecture/versions/load", {"version": HOSTILE}),
        ("leader", "/desk/dossiers/{code}/sign", {"task": HOSTILE, "outcome": HOSTILE, "reason": HOSTILE}),
        ("one-stop", "/desk/dossiers/{code}/outcome", {"task": HOSTILE, "outcome": HOSTILE, "findings": HOSTILE}),
        ("one-stop", "/desk/dossiers/{code}/payment", {"receipt_number": HOSTILE}),
    ],
)
def test_what_is_posted_comes_back_as_text(
    world: World, dossier: Any, who: str, address: str, data: dict[str, str]
) -> None:
    harmless(world.browser(who).post(address.format(code=dossier.code, draft=world.draft.pk), data))


def test_a_file_keeps_a_harmless_name(world: World, dossier: Any) -> None:
    digest = store_document(content=BytesIO(PDF), at=world.at).digest
    for who, address in (("citizen", "/dossiers/{}/papers/{}"), ("one-stop", "/desk/dossiers/{}/papers/{}"),
                         ("one-stop", "/desk/dossiers/{}/papers/{}?save=1")):  # fmt: skip
        answer = world.browser(who).get(address.format(dossier.code, digest))
        assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
        named = answer["Content-Disposition"]
        assert "\r" not in named and "\n" not in named
        assert named.count("filename") == 1 or 'filename="' not in named
        assert MARK not in answer.cookies


def test_an_upload_loses_path_and_hidden_characters_of_its_name(world: World) -> None:
    from maidinh.infrastructure.files.rules import file_name

    assert file_name("../../etc/passwd.pdf") == "passwd.pdf"
    assert file_name("C:\\Users\\a\\giấy.pdf") == "giấy.pdf"
    assert file_name("a\r\nb\0c\u202egpj.exe") == "abcgpj.exe"
    assert file_name("\u200b\r\n") == "file"
    assert len(file_name("x" * 999 + ".pdf")) == 200
    assert "\n" not in file_name(FILE) and "\u202e" not in file_name(FILE)


@pytest.mark.parametrize("address", ["/desk/dossiers/{}/draft", "/desk/dossiers/{}/slips/01"])
def test_documents_are_typeset_from_texts_and_not_from_programs(world: World, dossier: Any, address: str) -> None:
    answer = world.browser("leader").get(address.format(dossier.code))
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")


def test_a_receipt_of_hostile_texts_is_a_document(world: World, dossier: Any) -> None:
    browser: Client = world.browser("citizen")
    assert browser.get(f"/dossiers/{dossier.code}/receipt.pdf").content.startswith(b"%PDF-")
    assert browser.get(f"/dossiers/{dossier.code}/receipt.json").json()["content"]["code"] == dossier.code
