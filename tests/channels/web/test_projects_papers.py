"""The files of a project's papers: kept with the form, lost by no error, handed to its readers alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from maidinh.governance.projects.actions.moving import ProjectRefused
from maidinh.governance.projects.actions.papers import keep_paper
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.audit.models import AuditEntry
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.actions import store_document
from tests.channels.web.benches import fields_in
from tests.channels.web.test_projects import Desk
from tests.governance.projects.appraised import hand_in
from tests.services.results.stages import PDF

pytestmark = pytest.mark.slow
DIGEST = hashlib.sha256(PDF).hexdigest()
WORD = b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00" + b"\x00" * 16 + b"[Content_Types].xml"


@pytest.fixture
def desk(
    sign_in_as: Callable[[Any, Any], None],
    official: Callable[..., Actor],
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """A project officer at work on a project of theirs."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    found = Desk(sign_in_as, official)
    found.begin()
    return found


def typed(desk: Desk, **more: Any) -> dict[str, Any]:
    """The part of the papers as the page holds it, with what is typed into its first row."""
    return {**fields_in(desk.page("/edit/papers")), **{name.replace("__", "."): value for name, value in more.items()}}


def pdf(content: bytes = PDF, name: str = "C:\\giấy tờ\\to-trinh.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/html")


def test_a_paper_is_uploaded_read_by_readers_and_by_nobody_else(
    desk: Desk, official: Callable[..., Actor], citizen: Any, at: datetime
) -> None:
    kind = typed(desk)["papers.0.kind"]
    saved = typed(desk, papers__0__number="01/TTr", do="save") | {"papers.0.sha256-file": pdf()}
    desk.post("/edit/papers", saved)
    row = desk.fresh()
    [paper] = row.project.papers
    assert (paper.kind, paper.number, paper.sha256, paper.file) == (kind, "01/TTr", DIGEST, None)
    html = desk.page("/edit/papers")
    assert "to-trinh.pdf" in html and f"/papers/{DIGEST}" in html and "given" in html
    assert "C:" not in html
    answer = desk.client.get(f"/projects/{desk.code}/papers/{DIGEST}")
    assert answer.content == PDF and answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment") and answer["X-Content-Type-Options"] == "nosniff"
    appraiser = desk.browser(official("project.appraise"))
    assert appraiser.get(f"/projects/{desk.code}/papers/{DIGEST}").status_code == 404  # it is not handed in yet
    hand_in(row, desk.officer, official("project.appraise").agency, at)
    assert "to-trinh.pdf" in desk.page(client=appraiser)
    assert appraiser.get(f"/projects/{desk.code}/papers/{DIGEST}").content == PDF
    assert desk.browser(citizen).get(f"/projects/{desk.code}/papers/{DIGEST}").status_code == 403
    public = desk.browser(None)
    assert public.get(f"/projects/{desk.code}/papers/{DIGEST}").status_code == 302  # to where one signs in
    assert "to-trinh.pdf" not in desk.page(client=public) and DIGEST[:12] not in desk.page(client=public)


def test_an_error_elsewhere_loses_no_file_and_a_file_that_is_refused_loses_no_text(desk: Desk) -> None:
    wrong = typed(desk, papers__0__number="01/TTr", **{"papers__0__dated-day": "31", "papers__0__dated-month": "2"})
    html = desk.post("/edit/papers", wrong | {"papers.0.sha256-file": pdf(), "do": "save"}, 422)
    assert 'href="#papers.0.dated"' in html and "to-trinh.pdf" in html and f'value="{DIGEST}"' in html
    assert "to-trinh.pdf" in desk.page("/edit/papers")  # and still when they come back
    assert desk.fresh().revision == 1
    right = typed(desk, **{"papers__0__dated-day": "", "papers__0__dated-month": ""})
    for content, says in (
        (WORD, "Save it as PDF and upload that"), (b"PK\x03\x04abc", "Unpack it"), (b"<html>", "of another type"),
        (b"", "The file is empty"), (PDF + b"x" * settings.MAIDINH.upload_limit, "larger than"),
    ):  # fmt: skip
        html = desk.post("/edit/papers", right | {"papers.0.sha256-file": pdf(content), "do": "save"}, 422)
        assert 'href="#papers.0.sha256"' in html and 'id="papers.0.sha256"' in html and says in html
        assert 'value="01/TTr"' in html and "to-trinh.pdf" in html
    desk.post("/edit/papers", right | {"do": "save"})
    assert desk.fresh().project.papers[0].sha256 == DIGEST


def test_rows_are_added_and_taken_out_with_their_files(desk: Desk) -> None:
    kind = typed(desk)["papers.0.kind"]
    two = typed(desk, papers__count="2", papers__0__kind=kind, papers__1__kind=kind, papers__1__was="")
    other = PDF + b"%other\n"
    sent = {"papers.0.sha256-file": pdf(), "papers.1.sha256-file": pdf(other, "du-toan.pdf")}
    html = desk.post("/edit/papers", two | sent | {"do": "add:papers"}, 200)
    assert "to-trinh.pdf" in html and "du-toan.pdf" in html and 'name="papers.2.kind"' in html
    below = two | {"papers.0.sha256": DIGEST, "papers.1.sha256-file": pdf(b"", "trang.pdf"), "do": "remove:papers:0"}
    html = desk.post("/edit/papers", below, 422)
    assert 'href="#papers.0.sha256"' in html and "to-trinh.pdf" not in html  # the row below moved up, its error with it
    desk.post("/edit/papers", typed(desk, papers__1__sha256=DIGEST, do="save"))
    assert desk.fresh().project.papers[0].sha256 == DIGEST
    desk.post("/edit/papers", typed(desk, do="save") | {"papers.0.sha256-out": "yes", "papers.0.file": "Tủ số 3"})
    [paper] = desk.fresh().project.papers
    assert (paper.sha256, paper.file) == (None, "Tủ số 3")  # a paper may be a place alone
    assert "Tủ số 3" in desk.page()


def test_a_digest_known_from_elsewhere_opens_nothing(desk: Desk, at: datetime) -> None:
    stranger = store_document(content=BytesIO(PDF + b"%stranger\n"), at=at).digest
    html = desk.post("/edit/papers", typed(desk, papers__0__sha256=stranger, do="save"), 422)
    assert "Choose it again" in html
    declared = typed(desk, papers__0__sha256="", papers__0__number="1", do="save")
    desk.post("/edit/papers", declared)
    files = desk.client.get(f"/projects/{desk.code}.yaml").content.decode()
    assert "papers:" in files
    brought = re.sub(r"( +)number: ['\"]?1['\"]?\n", rf"\g<0>\g<1>sha256: {stranger}\n", files)
    assert stranger in brought
    sent = {"file": SimpleUploadedFile("p.yaml", brought.encode()), "seen": "2"}
    desk.client.post("/projects/upload", sent)
    assert desk.fresh().project.papers[0].sha256 == stranger  # what a file says of itself is kept
    assert "Its fingerprint is written here, the file is not." in desk.page("/edit/papers")
    assert desk.client.get(f"/projects/{desk.code}/papers/{stranger}").status_code == 404
    for name in ("papers.x.sha256-file", "sha256-file", "papers.0.number-file"):
        desk.post("/edit/papers", typed(desk, do="save") | {name: pdf(b"", "a.pdf")})  # no field of this page


def test_only_its_owner_gives_a_file_and_only_while_it_is_theirs(
    desk: Desk, official: Callable[..., Actor], at: datetime
) -> None:
    row, agency = desk.fresh(), official("project.appraise").agency
    other = replace(desk.officer, agencies=(agency,))
    with acting(agencies=other.agencies, person=other.id), pytest.raises(ProjectRefused):
        keep_paper(actor=other, project_id=row.pk, name="a.pdf", content=BytesIO(PDF), at=at)
    with acting(agencies=desk.officer.agencies, person=desk.officer.id):
        for name in ("a.pdf", "a.pdf", "b.pdf"):
            keep_paper(actor=desk.officer, project_id=row.pk, name=name, content=BytesIO(PDF), at=at)
        assert list(row.paper_files.order_by("pk").values_list("name", flat=True)) == ["a.pdf", "b.pdf"]
        assert AuditEntry.objects.filter(action="project.paper").count() == 2
    hand_in(row, desk.officer, official("project.appraise").agency, at)
    with acting(agencies=desk.officer.agencies, person=desk.officer.id), pytest.raises(ProjectRefused):
        keep_paper(actor=desk.officer, project_id=row.pk, name="c.pdf", content=BytesIO(PDF), at=at)
