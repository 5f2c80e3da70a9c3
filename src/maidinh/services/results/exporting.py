"""Everything of a dossier as the parts of a bundle: data, papers, forms, result, receipts with proofs, keys.

Layer 4. Read as the reader may read it; the act of exporting is recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.files.queries import open_document
from maidinh.infrastructure.files.rules import ENDINGS
from maidinh.infrastructure.translog.promises import with_proof
from maidinh.services.dossiers.queries import dossier_for, history_of, lines_of, papers_of
from maidinh.services.dossiers.rules import case_of
from maidinh.services.fees.queries import charge_of
from maidinh.services.results.actions import Installation, prepare_slip
from maidinh.services.results.bundle import DATA, PROCEDURE, SUBMISSION, SUMMARY, pack, summary
from maidinh.services.results.forms import moment
from maidinh.services.results.gathering import told_of
from maidinh.services.results.models import Result, Revocation
from maidinh.services.results.queries import forms_of, slip_as_issued, stamping_of
from maidinh.services.results.rules import answers_in_words

KEYS = ("log@*.pem", "promise@*.pem", "authority@*.crt")
TIMES = ("submitted_at", "promised_at", "accepted_at", "due_at", "finished_at", "returned_at")


class NoSuchDossier(LookupError):
    """There is no such dossier, or it is not the reader's to see."""


@transaction.atomic
def export_dossier(*, actor: Actor, code: str, installation: Installation, at: datetime) -> bytes:
    """The whole dossier as a ZIP. Raises NoSuchDossier; DocumentDamaged where a file is not what was stored."""
    dossier = dossier_for(actor, code)
    if dossier is None:
        raise NoSuchDossier(code)
    parts = dict(_parts(dossier, installation))
    record_act(actor=actor, action="export dossier", subject=code, at=at, details={"files": len(parts)})
    return pack(parts, dossier=code, at=at)


def _parts(dossier: Any, installation: Installation) -> Iterator[tuple[str, bytes]]:
    data = _data(dossier)
    yield DATA, _json(data)
    yield PROCEDURE, _json(dossier.procedure.content)
    yield SUMMARY, _summary(dossier, data)
    for place, paper in enumerate(papers_of(dossier), 1):
        with open_document(paper.document_id) as stream:
            ending = ENDINGS[paper.document.media_type]
            yield f"papers/{place:02d}-{_plain(paper.paper)}.{ending}", stream.read()
    for form in forms_of(dossier):
        made = prepare_slip(dossier=dossier, slip=slip_as_issued(form), installation=installation, at=form.issued_at)
        yield f"forms/{form.form}-{form.year}-{form.number:04d}.pdf", made
    yield SUBMISSION, _json(with_proof(dossier.receipt, dossier.entry))
    for place, result in enumerate(Result.objects.filter(dossier=dossier).order_by("id"), 1):
        yield f"result/{place:02d}.pdf", _bytes_of(result.document_id)
        yield f"receipts/result-{place:02d}.json", _json(with_proof(result.receipt, result.entry))
        if stamping := stamping_of(result):
            yield f"result/{place:02d}-stamped.pdf", _bytes_of(stamping.document_id)
            yield f"receipts/result-{place:02d}-stamped.json", _json(with_proof(stamping.receipt, stamping.entry))
    for place, revoked in enumerate(Revocation.objects.filter(result__dossier=dossier).order_by("id"), 1):
        yield f"receipts/revocation-{place:02d}.json", _json(with_proof(revoked.receipt, revoked.entry))
    for pattern in KEYS:
        for file in sorted(settings.MAIDINH.home.public_keys.glob(pattern)):
            yield f"keys/{file.name}", file.read_bytes()


def _bytes_of(digest: str) -> bytes:
    with open_document(digest) as stream:
        return stream.read()


def _data(dossier: Any) -> dict[str, Any]:
    procedure, charge = dossier.procedure.procedure, charge_of(dossier.pk)
    return {
        "code": dossier.code,
        "procedure": {"code": procedure.code, "hash": dossier.procedure.hash, "name": procedure.name.vi},
        "case": {"id": dossier.case, "name": case_of(procedure, dossier.case).name.vi},
        "channel": dossier.channel,
        "applicant": {"number": dossier.applicant, "name": dossier.applicant_name},
        "receiving": dossier.receiving,
        "responsible": dossier.responsible,
        "status": int(dossier.status),
        **{name: _iso(getattr(dossier, name)) for name in TIMES},
        "limit": dossier.limit,
        "clock": [
            {
                name: getattr(line, name)
                for name in ("serial", "kind", "step", "agency", "by", "reason", "amount", "unit")
            }
            | {name: _iso(getattr(line, name)) for name in ("at", "old_due", "new_due")}
            for line in lines_of(dossier)
        ],
        "supplements": dossier.supplements,
        "rule_pack": dossier.rule_pack,
        "answers": dossier.answers,
        "facts": dossier.facts,
        "papers": [
            {"paper": paper.paper, "name": paper.name, "sha256": paper.document_id, "added_at": _iso(paper.added_at)}
            for paper in papers_of(dossier)
        ],
        "fee": charge and {"amount": charge.amount, "paid_at": _iso(charge.paid_at), "receipt": charge.receipt_number},
        "steps": [
            {name: getattr(task, name) for name in ("step", "role", "agency", "claimed_by", "closed_by", "outcome")}
            | {name: getattr(task, name) for name in ("reason", "findings", "facts")}
            | {name: _iso(getattr(task, name)) for name in ("opened_at", "claimed_at", "due_at", "closed_at")}
            for task in dossier.tasks.order_by("id")
        ],
        "history": [
            {name: getattr(event, name) for name in ("kind", "status", "step", "agency", "actor", "reason", "public")}
            | {"at": _iso(event.at)}
            for event in history_of(dossier, public_only=False)
        ],
    }


def _summary(dossier: Any, data: dict[str, Any]) -> bytes:
    procedure, told = dossier.procedure.procedure, told_of(dossier)
    words = answers_in_words(procedure, dossier.answers, "vi")
    head = [
        ("Mã hồ sơ", dossier.code),
        ("Thủ tục", f"{procedure.name.vi} ({procedure.code})"),
        ("Người nộp", dossier.applicant_name),
        ("Cơ quan tiếp nhận", told.agencies.get(dossier.receiving, dossier.receiving)),
        ("Cơ quan giải quyết", told.agencies.get(dossier.responsible, dossier.responsible)),
        ("Nộp hồ sơ lúc", moment(told.submitted_at)),
        ("Tiếp nhận lúc", moment(told.accepted_at)),
        ("Hẹn trả kết quả", moment(told.due_at)),
    ]
    answers = [(field.label.vi, words[field.id]) for page in procedure.pages for field in page.fields]
    steps = [(each.step, f"{each.agency}; {each.closed_by}; {moment(each.closed_at)}; {each.outcome}")
             for each in told.steps]  # fmt: skip
    history = [(moment(line.at), f"{line.kind} {line.reason}".strip()) for line in told.lines]
    papers = [(paper["paper"], f"{paper['name']} (SHA-256 {paper['sha256']})") for paper in data["papers"]]
    sections = [
        ("Hồ sơ", head),
        ("Thông tin kê khai", answers),
        ("Giấy tờ đã nộp", papers),
        ("Các bước giải quyết", steps),
        ("Lịch sử", history),
    ]
    return summary(f"Hồ sơ {dossier.code}", sections)


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _iso(value: datetime | None) -> str | None:
    return timezone.localtime(value).isoformat() if value else None


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", name)
