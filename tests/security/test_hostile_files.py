"""Files made to do harm: refused with a reason that a person understands, or kept and served so that they cannot.

A file may be two things at once; it is always served as the one it was taken for, and nothing in it runs as ours.
"""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction

from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.files.models import Document
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.dossiers.actions.submission import SubmittedPaper, submit_dossier
from maidinh.services.procedures.queries import current_version
from tests.architecture.inhabitants import World
from tests.infrastructure.files.test_rules import jpeg, pdf, png, zipped
from tests.services.results.stages import answers_for, version_of_kind

HTML = b"<!DOCTYPE html><script>alert(1)</script>"
BOMB = zlib.compress(b"\0" * 60_000_000)
REFUSED = {
    "nothing": b"",
    "a page that says it is a PDF": HTML,
    "a page before a PDF": HTML + pdf(b"x"),
    "a picture that runs": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "an archive": zipped(),
    "a packed file": gzip.compress(pdf(b"x")),
    "a program": b"MZ\x90\0" + b"\0" * 500,
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "an animation": b"GIF89a" + b"\0" * 100,
    "a picture as large as a wall": png(width=60_000, height=60_000),
    "a photo as large as a wall": jpeg(width=65_000, height=65_000),
    "a photo that ends too soon": jpeg()[:-8],
    "a picture that ends too soon": png()[:-13],
    "a picture with a wrong sum": png()[:-1] + b"\0",
    "a PDF that ends too soon": pdf(b"x")[:-20],
    "a PDF behind a password": pdf(b"x", tail=b"<</Encrypt 5 0 R>>"),
    "a PDF that unpacks to gigabytes": pdf(*[BOMB] * 3),
}
TWO_THINGS = {
    "a photo with an archive behind it": (jpeg() + zipped() + b"\xff\xd9", "image/jpeg"),
    "a photo with a page behind it": (jpeg() + HTML + b"\xff\xd9", "image/jpeg"),
    "a picture with a page behind it": (png() + HTML, "image/png"),
    "a PDF with a page in it": (pdf(b"x", tail=HTML), "application/pdf"),
    "a PDF with a program": (pdf(b"x", tail=b"<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"), "application/pdf"),
}
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile-files")]


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_and_not_kept(world: World, name: str) -> None:
    file = BytesIO(REFUSED[name])
    file.name = "../../a.pdf"
    paper = world.draft.procedure.procedure.papers[0].id
    with transaction.atomic():
        before = Document.objects.count()
        answer = world.browser("citizen").post(f"/applications/{world.draft.pk}/papers", {"paper": paper, "file": file})
        assert answer.status_code == 422, answer.status_code
        assert "govuk-error-message" in answer.content.decode()
        assert Document.objects.count() == before
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", TWO_THINGS)
def test_a_file_that_is_two_things_is_served_as_one_of_them(world: World, name: str) -> None:
    content, media_type = TWO_THINGS[name]
    with transaction.atomic():
        dossier, digest = _handed_in(world, content)
        for who, address in (("citizen", "/dossiers/{}/papers/{}"), ("one-stop", "/desk/dossiers/{}/papers/{}")):
            answer = world.browser(who).get(address.format(dossier.code, digest))
            assert answer["Content-Type"] == media_type
            assert answer["X-Content-Type-Options"] == "nosniff"
            policy = answer["Content-Security-Policy"]
            assert "default-src 'none'" in policy or "script-src 'none'" in policy
            assert "no-store" in answer["Cache-Control"]
            assert answer.content == content
        transaction.set_rollback(True)


def _handed_in(world: World, content: bytes) -> tuple[Any, str]:
    actor, version = world.citizen, current_version(version_of_kind("same-day").code)
    with acting(person=actor.person):
        digest = store_document(content=BytesIO(content), at=world.at).digest
        paper = version.procedure.papers[0].id
        made = submit_dossier(
            actor=actor, version=version, case=version.procedure.cases[0].id, receiving="H38.101",
            answers=answers_for(version, actor), papers=[SubmittedPaper(paper, digest, "a.html")], channel=2,
            key=digest, at=world.at, log=LogKeeper(world.signer, "lao-cai", 60),
        )  # fmt: skip
    return made.dossier, digest
