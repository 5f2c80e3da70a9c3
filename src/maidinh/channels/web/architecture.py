"""`/architecture`: what the province declares, what was seen of it, and how a new version comes into force. Layer 2."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import picture
from maidinh.channels.web.context import language
from maidinh.governance.architecture.actions import VersionRefused, load_version, publish_version
from maidinh.governance.architecture.queries import current_version, declared_versions, versions_for
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
    version = _version(request)
    if version is None:
        return render(request, "architecture/none.html", status=404)
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
        "official": actor.kind == "official",
        "undeclared": [each for each in seen if each.verdict == "undeclared"],
    }
    return render(request, "architecture/picture.html", context)


def architecture_json(request: HttpRequest) -> HttpResponse:
    """The same for machines."""
    version = _version(request)
    if version is None:
        return JsonResponse({"error": "no architecture version is in force"}, status=404)
    answer = picture.machine_readable(version.model, _connections(version), version.content)
    facts = {"hash": version.hash, "state": version.state, "signature": version.jws, "instance": version.instance}
    return JsonResponse(answer | facts, json_dumps_params={"ensure_ascii": False})


def element(request: HttpRequest, element: str) -> HttpResponse:
    """One component: what it is, whose, what it is related to, what was seen."""
    version = _version(request)
    found = next((each for each in version.model.elements if each.id == element), None) if version else None
    if version is None or found is None:
        raise Http404(element)
    here = language()
    owners = agency_names(here)
    rows = picture.connection_rows(version.model, _connections(version), here)
    context = {
        "version": version,
        "element": found,
        "kind": picture.kind_name(found.kind),
        "layer": picture.layer_names().get(found.layer or 0, ""),
        "state": picture.state_names().get(found.state, _("in use")),
        "owner": owners.get(found.owner or "", ""),
        "mark": picture.mark_text(found),
        "relations": [
            each
            for each in picture.relation_rows(version.model, here)
            if element in (each["relation"].from_, each["relation"].to)
        ],
        "connections": [each for each in rows if element in (each["connection"].source, each["connection"].target)],
        "official": request.actor.kind == "official",  # type: ignore[attr-defined]
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


def _version(request: HttpRequest) -> Any:
    """The version asked for, or the one in force; Http404 for one that isn't there or isn't the actor's to see."""
    asked = request.GET.get("version", "")
    if not asked:
        return current_version()
    found = versions_for(request.actor).filter(version=asked[:40]).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404(asked)
    return found


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
        "state": states[version.state],
        "tone": STATE_TONES[version.state],
        "author": author.name if author else version.author,
        "publisher": publisher.name if publisher else (version.published_by or ""),
        "publishable": version.state == DRAFT and actor.may("architecture.publish") and version.author != actor.id,
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
