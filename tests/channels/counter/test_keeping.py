"""An official scans and verifies papers in the browser; the applicant is offered them, sees and removes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.portal.forms.actions import begin_draft
from maidinh.services.papers.models import KeptPaper
from maidinh.services.procedures.queries import current_version
from tests.channels.counter.test_desk import words
from tests.services.papers.handed import LAND_SPLIT, PAPER, handed_in, receiver_of
from tests.services.results.stages import PDF

Browser = Callable[[Actor], Client]


def test_a_paper_is_scanned_verified_offered_revoked_and_taken_out(
    db: None, citizen: Actor, signer: Any, province: Any, browser: Browser
) -> None:
    dossier = handed_in(citizen, signer, timezone.now() - timedelta(days=1))
    client = browser(receiver_of(province, dossier.receiving))
    address = reverse("desk-keeping", args=[dossier.code])
    assert address in client.get(reverse("desk-dossier", args=[dossier.code])).content.decode()
    assert client.get(address).status_code == 200
    wrong = client.post(address, {"deed": "scan", "paper": PAPER, "file": SimpleUploadedFile("a.exe", b"MZ")})
    assert wrong.status_code == 422
    assert f'href="#file-{PAPER}"' in wrong.content.decode()
    scan = SimpleUploadedFile("quét.pdf", PDF + b"%scan\n%%EOF\n", content_type="application/pdf")
    assert client.post(address, {"deed": "scan", "paper": PAPER, "file": scan}).status_code == 302
    with acting(person=citizen.person):
        digest = dossier.papers.get(name="quét.pdf").document_id
    keep = {"deed": "keep", "paper": PAPER, "digest": digest, "number": "AA 1", "issuer": "VPĐK"}
    refused = client.post(address, keep | {"until": "tomorrow"})
    assert refused.status_code == 422
    assert 'value="AA 1"' in refused.content.decode(), "what was typed is still there"
    assert client.post(address, keep | {"until": "01/01/2020"}).status_code == 422
    assert client.post(address, keep | {"until": ""}).status_code == 302
    told = words(client.get(reverse("desk-dossier", args=[dossier.code])))
    assert "Verified by" in told
    assert "Scanned at the counter" in told
    assert "Number: AA 1." in told

    version = current_version(LAND_SPLIT)
    with acting(person=citizen.person):
        where = {"case": version.procedure.cases[0].id, "receiving": version.procedure.receiving[0]}
        draft = begin_draft(actor=citizen, version=version, at=timezone.now(), **where)
        kept = KeptPaper.objects.get().pk
    own = browser(citizen)
    papers = reverse("application-papers", args=[draft.pk])
    assert "You handed in “quét.pdf” on" in words(own.get(papers))
    assert own.post(papers, {"paper": PAPER, "again": "kept:999999"}).status_code == 422
    assert own.post(papers, {"paper": PAPER, "again": f"kept:{kept}"}).status_code == 302
    assert "Used again" in words(own.get(papers))

    store = reverse("my-papers")
    assert "AA 1" in words(own.get(store))
    assert own.get(reverse("my-paper", args=[kept])).content.startswith(b"%PDF")
    assert dossier.code in words(own.post(store, {"kept": kept})), "an open dossier rests on it"
    assert client.post(address, {"deed": "revoke", "kept": kept}).status_code == 422
    assert client.post(address, {"deed": "revoke", "kept": kept, "reason": "Mờ"}).status_code == 302
    assert client.post(address, {"deed": "revoke", "kept": kept, "reason": "Mờ"}).status_code == 409
    assert "Mờ" in words(own.get(store))
    assert "You handed in" not in words(own.get(papers))
    assert own.get(reverse("my-paper", args=[10**9])).status_code == 404
