"""The disk for uploads is full: the person is told, nothing is half-kept, and it goes on once there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.models import Document
from maidinh.portal.forms.queries import draft_for
from tests.architecture.inhabitants import filled_draft
from tests.infrastructure.files.test_rules import pdf

ROOM = 1024  # KiB


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The place for files is a file system of a megabyte."""
    if os.geteuid() != 0 and not os.environ.get("CI"):
        pytest.skip("only root can make a small file system; CI runs as root")
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}k", "tmpfs", str(place)], check=True)
    try:
        (place / "files").mkdir()
        monkeypatch.setattr(settings, "MAIDINH", settings.MAIDINH.model_copy(update={"data": place}))
        yield place / "files"
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_an_upload_that_finds_no_room_leaves_nothing(
    sign_in_as: Callable[[Client, Actor], None], citizen: Actor, at: datetime, small_disk: Path
) -> None:
    draft = filled_draft(citizen, at)
    browser = Client(raise_request_exception=False)
    sign_in_as(browser, citizen)
    held = files_in(small_disk)
    rows = Document.objects.count()

    answer = upload(browser, draft, os.urandom(2 * ROOM * 1024))
    assert answer.status_code == 503
    assert "<h1" in answer.content.decode() and "Errno" not in answer.content.decode()
    assert files_in(small_disk) == held
    assert Document.objects.count() == rows
    with acting(person=citizen.person):
        assert draft_for(citizen, draft.pk).papers == draft.papers

    assert upload(browser, draft, b"small").status_code == 302
    with acting(person=citizen.person):
        assert len(draft_for(citizen, draft.pk).papers) == len(draft.papers) + 1


def files_in(place: Path) -> list[Path]:
    return sorted(each for each in place.rglob("*") if each.is_file())


def upload(browser: Client, draft: Any, content: bytes) -> Any:
    file = BytesIO(pdf(content))
    file.name = "large.pdf"
    paper = draft.procedure.procedure.papers[0].id
    return browser.post(f"/applications/{draft.pk}/papers", {"paper": paper, "file": file})
