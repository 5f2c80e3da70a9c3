"""`/architecture/document` and `/architecture/dossier`: the architecture to read, as a file, and put up for issue.

Layer 2. Who works for the province gets the whole; everybody else the public edition, whatever structure they choose.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.governance.architecture.queries import (
    Version,
    current_version,
    declared_organisations,
    kept_version,
    version_as_of,
    versions_for,
)
from maidinh.governance.architecture.rules import DRAFT
from maidinh.governance.documents.building import build
from maidinh.governance.documents.content import Bullets, Chapter, Document, Figure, Note, Paragraph, Table
from maidinh.governance.documents.dossier import Standing, archive, dossier_files, standing
from maidinh.governance.documents.material import Material, prepared
from maidinh.governance.documents.printed import pages_of, write_pdf
from maidinh.governance.documents.reading import Basis, read_basis
from maidinh.governance.documents.word import write_docx
from maidinh.governance.exploring.publication import PublicationRules, read_publication_rules
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.locating import definitions_root

FORMS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
PUBLIC = "public"
KEPT = 12  # files that are kept ready; each is of one version, which never changes
TONES = {"met": "good", "not-met": "late", "person": "wait"}
BLOCKS: dict[type, str] = {Paragraph: "paragraph", Bullets: "bullets", Note: "note", Table: "table", Figure: "figure"}


def document(request: HttpRequest) -> HttpResponse:
    """Which editions there are of the version asked for, each to read or to take along."""
    row, day, errors = _asked(request)
    if row is None:
        return _nothing(request, day, errors)
    basis = _basis()
    whole = request.actor.kind == "official"  # type: ignore[attr-defined]
    plans = sorted((each for each in basis.plans.values() if each.framework), key=lambda each: each.framework or "")
    context = _of(request, row, day) | {
        "structures": [
            {
                "id": each.framework,
                "name": basis.frameworks[str(each.framework)].name,
                "legal": basis.frameworks[str(each.framework)].legal,
                "own": each.framework == row.model.framework,
                "draft": each.draft,
            }
            for each in plans
        ],
        "whole": whole,
        "may_prepare": request.actor.may(DRAFTS),  # type: ignore[attr-defined]
        "errors": {},
    }
    return render(request, "architecture/document.html", context)


def reading(request: HttpRequest) -> HttpResponse:
    """The public edition in plain words, as a page."""
    row, day, errors = _asked(request)
    if row is None:
        return _nothing(request, day, errors)
    made = _built(row, PUBLIC, language(), day or timezone.localdate(), False)
    chapters = [_shown(each) for each in made.chapters]
    context = _of(request, row, day) | {"made": made, "chapters": chapters, "running": made.cover.running}
    return render(request, "architecture/document_reading.html", context)


def file(request: HttpRequest) -> HttpResponse:
    """An edition as a file."""
    row, day, _errors = _asked(request)
    form, edition = request.GET.get("format", "docx"), request.GET.get("edition", PUBLIC)
    known = {each.framework for each in _basis().plans.values()} - {None}
    if row is None or form not in FORMS or edition not in {PUBLIC, *known}:
        raise Http404(edition)
    whole = request.actor.kind == "official" and edition != PUBLIC  # type: ignore[attr-defined]
    content = _file(row.pk, row.hash, edition, form, language(), day or timezone.localdate(), whole)
    kind = edition if whole else PUBLIC if edition == PUBLIC else f"{edition}-{PUBLIC}"
    return attachment(content, f"{row.province}-{row.version}-{kind}.{form}", FORMS[form])


def dossier(request: HttpRequest) -> HttpResponse:
    """How far the dossier is: days to the deadline, checklist with evidence, what is open, the yearly review."""
    row, day, errors = _asked(request)
    if row is None:
        return _nothing(request, day, errors)
    material, found = _standing(row.pk, row.hash, day or timezone.localdate(), language())
    words = {"met": _("met"), "not-met": _("not met"), "person": _("a person checks it")}
    context = _of(request, row, day) | {
        "name": found.plan.name,
        "draft": found.plan.draft,
        "source": found.plan.source,
        "deadline": found.deadline,
        "told": found.deadline.told(material) if found.deadline else "",
        "met": sum(each.status == "met" for each in found.results),
        "results": [
            {
                "id": each.plan.id,
                "title": each.plan.title.in_language(language()),
                "status": words[each.status],
                "tone": TONES[each.status],
                "evidence": each.evidence,
                "remedy": each.plan.remedy.in_language(language()) if each.status == "not-met" else "",
            }
            for each in found.results
        ],
        "work": found.work,
        "reviews": found.reviews,
        "review_basis": found.plan.review.basis.in_language(language()),
    }
    return render(request, "architecture/dossier.html", context)


def dossier_file(request: HttpRequest) -> HttpResponse:
    """The whole dossier as a .zip."""
    row, day, _errors = _asked(request)
    if row is None:
        raise Http404("dossier")
    closing = day or timezone.localdate()
    content = _dossier(row.pk, row.hash, language(), closing)
    return attachment(content, f"dossier-{row.province}-{row.version}-{closing:%Y%m%d}.zip", "application/zip")


@cache
def _basis() -> Basis:
    return read_basis(definitions_root(settings.MAIDINH.definitions) / "national")


@cache
def _rules() -> PublicationRules:
    return read_publication_rules(definitions_root(settings.MAIDINH.definitions) / "national")


@lru_cache(maxsize=KEPT)
def _file(version: int, _hash: str, edition: str, form: str, tongue: str, closing: date, whole: bool) -> bytes:
    row = kept_version(version)
    assert row is not None  # it was just found  # noqa: S101
    made = _built(row, edition, tongue, closing, whole)
    return write_pdf(made) if form == "pdf" else write_docx(made, pages_of(made))


@lru_cache(maxsize=KEPT)
def _dossier(version: int, _hash: str, tongue: str, closing: date) -> bytes:
    material, found = _standing(version, _hash, closing, tongue)
    return archive(dossier_files(material, found))


def _built(row: Version, edition: str, tongue: str, closing: date, whole: bool) -> Document:
    """The document of an edition; unless it is for those who may see the whole, of the public edition of the model."""
    basis = _basis()
    plan = basis.public_plan() if edition == PUBLIC else basis.plan(edition)
    return build(plan, _material(row, plan.framework, tongue, closing, whole))


@lru_cache(maxsize=KEPT)
def _standing(version: int, _hash: str, closing: date, tongue: str) -> tuple[Material, Standing]:
    row = kept_version(version)
    assert row is not None  # it was just found  # noqa: S101
    plan = _basis().dossier(closing)
    material = _material(row, plan.framework, tongue, closing, True)
    return material, standing(material, plan)


def _material(row: Version, framework: str | None, tongue: str, closing: date, whole: bool) -> Material:
    earlier = Version.objects.exclude(state=DRAFT).filter(effective_from__lte=row.effective_from)
    return prepared(
        row.model,
        _basis(),
        closing=closing,
        language=tongue,
        framework=framework,
        organisations=declared_organisations(),
        history=[each.model for each in earlier],
        say=_,
        published=None if whole else _rules(),
    )


def _asked(request: HttpRequest) -> tuple[Version | None, date | None, dict[str, list[str]]]:
    """The version asked for by number or by day, else the one in force; the day; what is wrong with it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    typed, number = request.GET.get("as_of", "").strip(), request.GET.get("version", "")
    day = None
    if typed:
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            told = _("“%(day)s” is no day. Write it as year-month-day: 2026-01-31.") % {"day": typed[:40]}
            return None, None, {"as_of": [told]}
    if number:
        found = versions_for(actor).filter(version=number[:40].replace("\0", " ")).first()
        if found is None:
            raise Http404(number)
        return found, day, {}
    return (version_as_of(actor, day) if day else current_version()), day, {}


def _of(request: HttpRequest, row: Version, day: date | None) -> dict[str, Any]:
    """What all of these pages show of the version."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    query = f"version={row.version}" + (f"&as_of={day.isoformat()}" if day else "")
    return {
        "version": row,
        "versions": versions_for(actor),
        "title": row.model.title.in_language(language()),
        "closing": day or timezone.localdate(),
        "as_of": day,
        "query": query,
    }


def _nothing(request: HttpRequest, day: date | None, errors: dict[str, list[str]]) -> HttpResponse:
    context = {"day": day, "errors": errors, "typed": request.GET.get("as_of", "")[:40]}
    return render(request, "architecture/document_none.html", context, status=422 if errors else 404)


def _shown(chapter: Chapter) -> dict[str, Any]:
    """A chapter as the page shows it."""
    blocks = []
    for each in chapter.blocks:
        shown = {"kind": BLOCKS[type(each)], "block": each}
        if isinstance(each, Figure):
            shown["svg"] = mark_safe(each.svg)  # noqa: S308 - made by an XML writer that escapes
        blocks.append(shown)
    return {"id": chapter.id, "heading": chapter.heading, "blocks": blocks}


READ, DRAFTS = "architecture.read", "architecture.draft"
ROUTES = [
    page("architecture/document", document, name="architecture-document", who=READ),
    page("architecture/document/read", reading, name="architecture-document-reading", who=READ),
    page("architecture/document/file", file, name="architecture-document-file", who=READ),
    page("architecture/dossier", dossier, name="architecture-dossier", who=DRAFTS),
    page("architecture/dossier/file", dossier_file, name="architecture-dossier-file", who=DRAFTS),
]
