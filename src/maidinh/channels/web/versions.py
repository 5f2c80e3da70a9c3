"""`/architecture/versions/2.0`: one version with its decision, what it changes, and the opinions behind it. Layer 2.

Whoever approves reads it here and sets the decision, or sends it back; once in force it is for everyone to read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import comparison, meaning, rounds, sides
from maidinh.channels.web.context import language
from maidinh.governance.architecture.actions import APPROVING, PUBLISHING, VersionRefused, approve_version
from maidinh.governance.architecture.queries import Version, unsigned_contracts, versions_for
from maidinh.governance.architecture.rules import DRAFT, PUBLISHED
from maidinh.governance.drafting.queries import Draft, consultations_of, drafts_for, opinions_for
from maidinh.governance.drafting.rules import SUBMITTED
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.identity.queries import official

LONGEST_DECISION = 120
Errors = dict[str, list[str]]


def version(
    request: HttpRequest, version: str, errors: Errors | None = None, typed: dict[str, Any] | None = None
) -> HttpResponse:
    """What the version is, what it changes, what the agencies said; the forms of whoever approves and publishes."""
    actor = request.actor  # type: ignore[attr-defined]
    row = _version(actor, version)
    compared = sides.compared(_before(actor, row), sides.of_version(row, actor))
    wrote = actor.id in row.writers
    waits = row.state == DRAFT and row.approved_at is None and row.needs_approval
    ready = row.state == DRAFT and not waits
    decides = row.state == DRAFT and not wrote and (actor.may(APPROVING) or actor.may(PUBLISHING))
    context = {
        "version": row,
        "title": row.model.title.in_language(language()),
        "decision": row.decided,
        "people": _people(row) if actor.kind == "official" else {},
        "old": compared.old,
        "new": compared.new,
        "counts": comparison.counts(compared.rows),
        "ways": comparison.way_names(),
        "meaning": meaning.told(compared.difference, compared.old.model, compared.new.model, language()),
        "difference": sides.address(compared.old.key, compared.new.key) if compared.old.key else "",
        "rounds": _rounds(actor, row),
        "step": _next_step(row, waits),
        "wrote": wrote,
        "may_approve": waits and not wrote and actor.may(APPROVING),
        "refused": row.state == DRAFT and wrote and (actor.may(APPROVING) or actor.may(PUBLISHING)),
        "may_publish": ready and not wrote and actor.may(PUBLISHING),
        "unsigned": unsigned_contracts(row) if decides else [],
        "draft": _draft_of(actor, row) if waits and not wrote and actor.may(APPROVING) else None,
        "errors": errors or {},
        "typed": typed or {},
        "done": request.GET.get("done", ""),
    }
    return render(request, "architecture/version.html", context, status=422 if errors else 200)


def approve(request: HttpRequest, version: str) -> HttpResponse:
    """Set the decision: its number and its day stand with the version from here on."""
    actor = request.actor  # type: ignore[attr-defined]
    row = _version(actor, version)
    decided_on, day = rounds.typed_date(request, "decided_on")
    decision = request.POST.get("decision", "").replace("\0", "").strip()[: LONGEST_DECISION + 1]
    typed = {"decision": decision, "decided_on": day}
    errors: Errors = {}
    if not decision:
        errors["decision"] = [_("Give the number of the decision.")]
    elif len(decision) > LONGEST_DECISION:
        errors["decision"] = [_("Write %(count)s characters or fewer.") % {"count": LONGEST_DECISION}]
    if decided_on is None:
        errors["decided_on"] = [_("Enter the day of the decision, with day, month and four-digit year.")]
    if decided_on is not None and not errors:
        try:
            approve_version(actor=actor, version_id=row.pk, decision=decision, decided_on=decided_on, at=timezone.now())
        except VersionRefused as refusal:
            errors = {"decided_on" if row.approved_at is None and row.state == DRAFT else "": list(refusal.reasons)}
        else:
            return _back(row, "approved")
    return _again(request, version, errors, typed)


def opinions(request: HttpRequest, version: str) -> HttpResponse:
    """The table of opinions and answers behind a version, with the conclusion and the decision. Agencies only."""
    actor = request.actor  # type: ignore[attr-defined]
    row = _version(actor, version)
    context = {
        "version": row,
        "title": row.model.title.in_language(language()),
        "decision": row.decided,
        "rounds": _rounds(actor, row),
    }
    return render(request, "architecture/opinions/public.html", context)


def _version(actor: Actor, version: str) -> Version:
    named = version[:40].replace("\0", " ")
    found = versions_for(actor).select_related("base").filter(version=named).first()
    if found is None:
        raise Http404(version)
    return found


def _draft_of(actor: Actor, row: Version) -> Draft | None:
    """The draft that was handed in as this version."""
    return drafts_for(actor).filter(made=row, state=SUBMITTED).first()


def _rounds(actor: Actor, row: Version) -> list[dict[str, Any]]:
    """The rounds behind the version as the actor may see them: makers always, everyone once it is in force."""
    draft = Draft.objects.filter(made=row).first()
    if draft is None:
        return []
    topics = rounds.Topics(row.content)
    found = [each for each in consultations_of(draft) if each.concluded_at is not None]
    return [rounds.round_of(each, opinions_for(actor, each), topics, timezone.now()) for each in found]


def _before(actor: Actor, row: Version) -> sides.Side:
    """What the version was made from, else the one that was in effect before it."""
    if row.base is None:
        earlier = versions_for(actor).exclude(state=DRAFT).exclude(pk=row.pk)
        earlier = earlier.filter(effective_from__lte=row.effective_from).order_by("-effective_from", "-published_at")
        before = earlier.first()
        if before is not None:
            return sides.of_version(before, actor)
    return sides.base_of(row, row.model, actor)


def _people(row: Version) -> dict[str, str]:
    """Who wrote, approved and published it, by name; for officials."""
    named = {
        "authors": sorted(row.writers),
        "approved": [row.approved_by] if row.approved_by else [],
        "published": [row.published_by] if row.published_by else [],
    }
    return {what: ", ".join(map(_name, who)) for what, who in named.items()}


def _name(official_id: str) -> str:
    found = official(official_id)
    return found.name if found else official_id


def _next_step(row: Version, waits: bool) -> dict[str, str]:
    if waits:
        return {
            "who": _("Whoever approves architecture versions"),
            "text": _("They set the decision, or send it back. Nobody who wrote in it can do that."),
        }
    if row.state == DRAFT:
        day = row.effective_from.strftime("%d/%m/%Y")
        return {
            "who": _("Whoever publishes architecture versions"),
            "text": _("They put it into force, from %(day)s on.") % {"day": day},
        }
    in_force = _("It is in force.") if row.state == PUBLISHED else _("It was superseded by a later version.")
    return {"who": _("Nobody"), "text": in_force}


def _again(request: HttpRequest, name: str, errors: Errors, typed: dict[str, Any]) -> HttpResponse:
    return version(request, name, errors, typed)


def _back(row: Version, done: str) -> HttpResponse:
    return redirect(f"{reverse('architecture-version', kwargs={'version': row.version})}?done={done}")


def to_approve(actor: Actor, at: datetime) -> int:
    """How many versions of other people wait for approval: a figure of the approver's home."""
    del at
    waiting = versions_for(actor).filter(state=DRAFT, needs_approval=True, approved_at__isnull=True)
    return sum(actor.id not in row.writers for row in waiting.only("author", "authors"))


READ = "architecture.read"
VERSION = "architecture/versions/<path:version>"  # the longer addresses first, for a number may hold a slash
ROUTES = [
    page(f"{VERSION}/approve", approve, name="architecture-approve", who=APPROVING, methods=("POST",)),
    page(f"{VERSION}/opinions", opinions, name="architecture-version-opinions", who=READ),
    page(VERSION, version, name="architecture-version", who=READ),
]
