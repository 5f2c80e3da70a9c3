"""A dossier as the desk shows it: answers with their source, papers, clock, history, fee.

Layer 2: reads and words only; nothing here changes a dossier.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from maidinh.channels.timing import SUPPLEMENT, time_left
from maidinh.channels.wording import REGISTER, budget_in_words, form_name, language, line_title, status_name
from maidinh.infrastructure.identity.queries import official
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.services.archives.queries import disposal_of
from maidinh.services.clock.telling import rows
from maidinh.services.dossiers.queries import clock_of, history_of, lines_of
from maidinh.services.dossiers.rules import case_of, step_of, stretches_of
from maidinh.services.fees.queries import charge_of
from maidinh.services.papers.queries import reused_in, scanned_in, verified_in
from maidinh.services.results.forms import form_number
from maidinh.services.results.rules import answers_in_words

ENDED = (3, 8, 10)
TONES = {3: "stopped", 5: "wait", 6: "wait", 7: "stopped", 8: "stopped", 9: "good", 10: "good"}


def sheet_of(dossier: Any, at: datetime) -> dict[str, Any]:
    """Everything the desk shows of a dossier besides its open task."""
    agencies = agency_names(language())
    return {
        "dossier": dossier,
        "procedure": dossier.procedure.procedure,
        "case": case_of(dossier.procedure.procedure, dossier.case).name,
        "status": status_name(dossier.status),
        "receiving": agencies.get(dossier.receiving, dossier.receiving),
        "responsible": agencies.get(dossier.responsible, dossier.responsible),
        "answers": answers(dossier),
        "papers": papers(dossier),
        "clock": clock(dossier, at),
        "history": history(dossier, agencies),
        "charge": charge_of(dossier.pk),
        "destroyed": None if dossier.applicant else disposal_of(dossier),
    }


def answers(dossier: Any) -> list[dict[str, Any]]:
    """The answers page by page, each with where it comes from."""
    procedure = dossier.procedure.procedure
    words = answers_in_words(procedure, dossier.answers, language())
    return [
        {
            "title": page.title.in_language(language()),
            "rows": [
                {
                    "label": field.label.in_language(language()),
                    "value": words[field.id],
                    "register": _register(field),
                }
                for field in page.fields
            ],
        }
        for page in procedure.pages
    ]


def _register(field: Any) -> str:
    source = field.from_register
    return str(REGISTER.get(source.service, source.service)) if source else ""


def papers(dossier: Any) -> list[dict[str, Any]]:
    """The papers the procedure asks for, each with the files that were handed in."""
    files: dict[str, list[dict[str, Any]]] = {}
    kept, reused, scanned = verified_in(dossier), reused_in(dossier), scanned_in(dossier)
    for paper in dossier.papers.select_related("document").order_by("id"):
        files.setdefault(paper.paper, []).append(
            {
                "name": paper.name,
                "digest": paper.document_id,
                "size": paper.document.size,
                "added_at": paper.added_at,
                "href": reverse("desk-paper", kwargs={"code": dossier.code, "digest": paper.document_id}),
                "kept": kept.get((paper.paper, paper.document_id)),
                "reused": reused.get((paper.paper, paper.document_id)),
                "scanned": (paper.paper, paper.document_id) in scanned,
            }
        )
    asked = dossier.procedure.procedure.papers
    return [
        {
            "id": paper.id,
            "name": paper.name.in_language(language()),
            "kinds": paper.kinds,
            "formats": tuple(paper.formats),
            "required": paper.required,
            "copies": paper.copies,
            "files": files.get(paper.id, []),
        }
        for paper in asked
    ]


def clock(dossier: Any, at: datetime) -> dict[str, Any]:
    """When the dossier is due and how that comes about."""
    limit = case_of(dossier.procedure.procedure, dossier.case).time_limit
    due = dossier.due_at or dossier.promised_at
    running = dossier.status not in ENDED and dossier.finished_at is None
    ledger = clock_of(dossier)
    return {
        "limit": budget_in_words(ledger.budget),
        "basis": limit.reference.text if limit.reference else "",
        "checked": limit.official,
        "due": due,
        "promised": dossier.due_at is None,
        "left": time_left(due, at, paused=dossier.status == SUPPLEMENT) if running else None,
        "pauses": [{"since": each.since, "until": each.until} for each in stretches_of(lines_of(dossier))],
        "days": rows(ledger, _, language()),
        "pack": dossier.rule_pack,
    }


def history(dossier: Any, agencies: dict[str, str]) -> list[dict[str, Any]]:
    """The history, the newest first, with who did each thing and for which agency."""
    events = history_of(dossier, public_only=False)
    names = people({event.actor for event in events}, dossier)
    lines = [
        {
            "title": line_title(event.kind, event.step, dossier.procedure.procedure),
            "at": event.at,
            "who": ", ".join(part for part in (names[event.actor], agencies.get(event.agency, event.agency)) if part),
            "text": event.reason,
            "tone": TONES.get(event.status, ""),
        }
        for event in events
    ]
    return lines[::-1]


def people(ids: set[str], dossier: Any) -> dict[str, str]:
    """Names of those who acted: officials by their own, the applicant by theirs."""
    found = {}
    for one in ids:
        person = None if one.startswith("account:") else official(one)
        found[one] = person.name if person else (dossier.applicant_name if one.startswith("account:") else one)
    return found


def findings_of(dossier: Any) -> list[dict[str, Any]]:
    """What officials noted at earlier steps, for those who come after them."""
    procedure = dossier.procedure.procedure
    done = dossier.tasks.exclude(findings="").order_by("id")
    return [
        {
            "step": step_of(procedure, task.step).name.in_language(language()),
            "at": task.closed_at,
            "text": task.findings,
        }
        for task in done
    ]


def slips_of(issued: list[Any]) -> list[dict[str, Any]]:
    """The forms that were issued about a dossier: number of the form, its name, its own number, its place."""
    many = {form for form in (each.form for each in issued) if [each.form for each in issued].count(form) > 1}
    return [
        {
            "number": each.form,
            "title": form_name(each.form),
            "sign": form_number(each.number, each.year, each.form),
            "at": each.issued_at,
            "query": f"?no={each.number}" if each.form in many else "",
        }
        for each in issued
    ]
