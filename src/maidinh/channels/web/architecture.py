"""`/architecture`: what the province declares, what was seen of it, and how a new version comes into force. Layer 2."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import component, picture
from maidinh.channels.web.context import language
from maidinh.governance.architecture.actions import VersionRefused, load_version, publish_version
from maidinh.governance.architecture.queries import (
    Version,
    current_version,
    declared_versions,
    version_as_of,
    versions_for,
)
from maidinh.governance.architecture.rules import DRAFT, SUPERSEDED
from maidinh.governance.conformity.queries import connections
from maidinh.governance.conformity.rules import Connection
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.reading import DefinitionError
from maidinh.infrastructure.identity.queries import official
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.translog.promises import with_proof

STATE_TONES = {"draft": "wait", "published": "good", "superseded": "neutral"}


def architecture(request: HttpRequest) -> HttpResponse:
    """The picture in seven bands and the tables that say the same."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        version = asked_version(request)
    except ValueError as error:
        return render(request, "architecture/none.html", nothing(actor, [str(error)]), status=422)
    if version is None:
        return render(request, "architecture/none.html", nothing(actor, [], asked_day(request)), status=404)
    seen, owners = _connections(version), agency_names(language())
    related = request.GET.get("relations", "yes") == "yes"
    markup = picture.picture(
        version.model,
        seen,
        language=language(),
        owners=owners,
        official=actor.kind == "official",
        relations=related,
    )
    context = {
        "version": version,
        "versions": versions_for(actor),
        "picture": mark_safe(markup),  # noqa: S308 - made by an XML writer that escapes
        "connections": picture.connection_rows(version.model, seen, language()),
        "relations": picture.relation_rows(version.model, language()),
        "layers": picture.layer_rows(version.model, owners, language()),
        "related": related,
        "as_of": asked_day(request),
        "official": actor.kind == "official",
        "undeclared": [each for each in seen if each.verdict == "undeclared"],
    }
    return render(request, "architecture/picture.html", context)


def architecture_json(request: HttpRequest) -> HttpResponse:
    """The same for machines."""
    try:
        version = asked_version(request)
    except ValueError as error:
        return JsonResponse({"error": str(error)}, status=422)
    if version is None:
        told = "no architecture version was in effect on that day" if asked_day(request) else "no version is in force"
        return JsonResponse({"error": told}, status=404)
    answer = picture.machine_readable(version.model, _connections(version), version.content)
    decision, decided_on = version.decided
    facts = {
        "hash": version.hash,
        "state": version.state,
        "signature": version.jws,
        "instance": version.instance,
        "effective_from": version.effective_from.isoformat(),
        "decision": decision or None,
        "decided_on": decided_on.isoformat() if decided_on else None,
    }
    return JsonResponse(answer | facts, json_dumps_params={"ensure_ascii": False})


def element(request: HttpRequest, element: str) -> HttpResponse:
    """One component: what it is, whose, what it is related to, what was seen."""
    try:
        version = asked_version(request)
    except ValueError as error:
        raise Http404(element) from error
    found = next((each for each in version.model.elements if each.id == element), None) if version else None
    if version is None or found is None:
        raise Http404(element)
    here, model, inside = language(), version.model, request.actor.kind == "official"  # type: ignore[attr-defined]
    owners = agency_names(here)
    rows = picture.connection_rows(model, _connections(version), here)
    context = {
        "version": version,
        "element": found,
        "facts": component.fact_rows(found, model, agencies=owners, language=here, official=inside),
        "documentation": found.documentation.in_language(here) if found.documentation else "",
        "costs": component.cost_rows(found),
        "properties": component.property_rows(found, model, here),
        "network": component.is_network(found),
        "members": component.standing_in(found, model, agencies=owners, language=here)
        if component.is_network(found)
        else [],
        "mark": picture.mark_text(found),
        "relations": [
            each
            for each in picture.relation_rows(model, here)
            if element in (each["relation"].from_, each["relation"].to)
        ],
        "connections": [each for each in rows if element in (each["connection"].source, each["connection"].target)],
        "official": inside,
    }
    return render(request, "architecture/element.html", context)


def versions(request: HttpRequest, errors: dict[str, list[str]] | None = None) -> HttpResponse:
    """Every version with its decision, its signature and its proof; the forms of who drafts and who publishes."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = [_version_row(version, actor) for version in versions_for(actor)]
    kept = {row["version"].version for row in rows if row["version"].state != DRAFT}
    drafts = [each for each in declared_versions() if each not in kept] if actor.may("architecture.draft") else []
    context = {
        "rows": rows,
        "drafts": drafts,
        "several": sum(row["version"].state != DRAFT for row in rows) > 1,
        "may_draft": actor.may("architecture.draft"),
        "done": request.GET.get("done", ""),
        "errors": errors or {},
    }
    return render(request, "architecture/versions.html", context, status=422 if errors else 200)


def load(request: HttpRequest) -> HttpResponse:
    """Take a version from the definitions as a draft."""
    try:
        load_version(actor=request.actor, version=request.POST.get("version", ""), at=timezone.now())  # type: ignore[attr-defined]
    except VersionRefused as refusal:
        return versions(request, {"version": list(refusal.reasons)})
    except DefinitionError as error:
        return versions(request, {"version": [str(problem) for problem in error.problems]})
    return redirect(f"{reverse('architecture-versions')}?done=loaded")


def publish(request: HttpRequest, version_id: int) -> HttpResponse:
    """Put a draft of somebody else into force."""
    try:
        publish_version(
            actor=request.actor,  # type: ignore[attr-defined]
            version_id=version_id,
            at=timezone.now(),
            signer=settings.SIGNER,
        )
    except VersionRefused as refusal:
        return versions(request, {"": list(refusal.reasons)})
    return redirect(f"{reverse('architecture-versions')}?done=published")


def proof(request: HttpRequest, version_id: int) -> HttpResponse:
    """The receipt of a published version: what was entered in the log, the promise, and the proof once it is there."""
    version = versions_for(request.actor).filter(pk=version_id, entry__isnull=False).first()  # type: ignore[attr-defined]
    if version is None:
        raise Http404(version_id)
    name = f"architecture-{version.province}-{version.version}.json"
    return JsonResponse(
        with_proof(version.receipt, version.entry),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def asked_version(request: HttpRequest) -> Version | None:
    """The version asked for by number or by day, or the one in force; Http404 for one that isn't the actor's to see.

    ValueError for a day that is none.
    """
    asked, day = request.GET.get("version", ""), asked_day(request)
    if day is not None:
        return version_as_of(request.actor, day)  # type: ignore[attr-defined]
    if not asked:
        return current_version()
    found = versions_for(request.actor).filter(version=asked[:40].replace("\0", " ")).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404(asked)
    return found


def asked_day(request: HttpRequest) -> date | None:
    """The day asked for; ValueError for one that is none."""
    asked = request.GET.get("as_of", "").strip()
    if not asked:
        return None
    try:
        return date.fromisoformat(asked)
    except ValueError:
        raise ValueError(_("“%(day)s” is no day. Write it as year-month-day: 2026-01-31.") % {"day": asked}) from None


def nothing(actor: Actor, problems: list[str], day: date | None = None) -> dict[str, Any]:
    """What is said where no version is to be shown; the first one there is, for whoever asked for a day before it."""
    first = versions_for(actor).exclude(state=DRAFT).order_by("effective_from", "published_at").first()
    return {"day": day, "errors": {"as_of": problems} if problems else {}, "first": first}


def _connections(version: Any) -> list[Connection]:
    """What is declared and seen; traffic since the version in force was published, also held against a draft."""
    at, current = timezone.now(), current_version()
    since = current.published_at if current is not None and version.state != SUPERSEDED else at
    return connections(version.model, instance=version.instance, since=since or at, at=at)


def _version_row(version: Any, actor: Actor) -> dict[str, Any]:
    author, publisher = official(version.author), official(version.published_by or "")
    states = {"draft": _("draft"), "published": _("in force"), "superseded": _("superseded")}
    return {
        "version": version,
        "title": version.model.title.in_language(language()),
        "decision": version.decided,
        "state": states[version.state],
        "tone": STATE_TONES[version.state],
        "author": author.name if author else version.author,
        "publisher": publisher.name if publisher else (version.published_by or ""),
        "waits": version.state == DRAFT and version.needs_approval and version.approved_at is None,
        "publishable": version.state == DRAFT
        and actor.may("architecture.publish")
        and actor.id not in version.writers
        and (version.approved_at is not None or not version.needs_approval),
    }


READ, DRAFTS, PUBLISHES = "architecture.read", "architecture.draft", "architecture.publish"
ROUTES = [
    page("architecture", architecture, name="architecture", who=READ),
    page("architecture.json", architecture_json, name="architecture-json", who=READ),
    page("architecture/elements/<str:element>", element, name="architecture-element", who=READ),
    page("architecture/versions", versions, name="architecture-versions", who=READ),
    page("architecture/versions/load", load, name="architecture-load", who=DRAFTS, methods=("POST",)),
    page("architecture/versions/<int:version_id>/publish", publish, name="architecture-publish", who=PUBLISHES,
         methods=("POST",)),
    page("architecture/versions/<int:version_id>/proof", proof, name="architecture-proof", who=READ),
]  # fmt: skip
