"""`/architecture`: what the province declares, what was seen of it, and how a new version comes into force. Layer 2."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import editions, picture
from maidinh.channels.web.context import language
from maidinh.channels.web.drafting_problems import told
from maidinh.channels.web.traffic import seen_on
from maidinh.governance.architecture.actions import VersionRefused, load_version, publish_version
from maidinh.governance.architecture.queries import (
    declared_versions,
    versions_for,
)
from maidinh.governance.architecture.rules import DRAFT
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
        version = editions.asked_version(request)
    except ValueError as error:
        return render(request, "architecture/none.html", editions.nothing(actor, [str(error)]), status=422)
    if version is None:
        context = editions.nothing(actor, [], editions.asked_day(request))
        return render(request, "architecture/none.html", context, status=404)
    model = editions.edition_for(actor, version).model
    seen, owners = seen_on(version, model), agency_names(language())
    related = request.GET.get("relations", "yes") == "yes"
    markup = picture.picture(
        model,
        seen,
        language=language(),
        owners=owners,
        official=editions.is_inside(actor),
        relations=related,
    )
    context = {
        "version": version,
        "versions": versions_for(actor),
        "picture": mark_safe(markup),  # noqa: S308 - made by an XML writer that escapes
        "connections": picture.connection_rows(model, seen, language()),
        "relations": picture.relation_rows(model, language()),
        "layers": picture.layer_rows(model, owners, language()),
        "related": related,
        "which": f"?{urlencode(kept)}" if (kept := editions.kept(request, version)) else "",
        "as_of": editions.asked_day(request),
        "official": editions.is_inside(actor),
        "undeclared": [each for each in seen if each.verdict == "undeclared"],
    }
    return render(request, "architecture/picture.html", context)


def architecture_json(request: HttpRequest) -> HttpResponse:
    """The same for machines."""
    try:
        version = editions.asked_version(request)
    except ValueError as error:
        return JsonResponse({"error": str(error)}, status=422)
    if version is None:
        asked = editions.asked_day(request) is not None
        told = "no architecture version was in effect on that day" if asked else "no version is in force"
        return JsonResponse({"error": told}, status=404)
    actor = request.actor  # type: ignore[attr-defined]
    edition = editions.edition_for(actor, version)
    inside = editions.is_inside(actor)
    content = version.content if inside else edition.model.model_dump(mode="json", by_alias=True, exclude_none=True)
    answer = picture.machine_readable(edition.model, seen_on(version, edition.model), content)
    decision, decided_on = version.decided
    facts = {
        "hash": version.hash,
        "edition": "whole" if inside else "public",
        "left_out": {each.rule.id: each.count for each in edition.left_out},
        "state": version.state,
        "signature": version.jws,
        "instance": version.instance,
        "effective_from": version.effective_from.isoformat(),
        "decision": decision or None,
        "decided_on": decided_on.isoformat() if decided_on else None,
    }
    return JsonResponse(answer | facts, json_dumps_params={"ensure_ascii": False})


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
        return versions(request, {"version": [told(each) for each in refusal.reasons]})
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
    page("architecture/versions", versions, name="architecture-versions", who=READ),
    page("architecture/versions/load", load, name="architecture-load", who=DRAFTS, methods=("POST",)),
    page("architecture/versions/<int:version_id>/publish", publish, name="architecture-publish", who=PUBLISHES,
         methods=("POST",)),
    page("architecture/versions/<int:version_id>/proof", proof, name="architecture-proof", who=READ),
]  # fmt: skip
