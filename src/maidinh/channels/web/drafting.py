"""`/architecture/drafts`: the drafts of versions, what each waits for, and the steps that its makers take.

Layer 2. Who may read a draft is asked of the drafting app; whoever may not is told that there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import View, page
from maidinh.channels.web.context import language
from maidinh.channels.web.drafting_conflicts import conflict_rows, decisions_in, faults_at, suited, with_more
from maidinh.channels.web.drafting_problems import problem_rows, told
from maidinh.channels.web.drafting_standing import STATE_TONES, change_groups, next_step, state_names
from maidinh.channels.web.drafting_values import Values, in_language
from maidinh.governance.architecture.actions import VersionRefused
from maidinh.governance.drafting.actions.editing import abandon_draft, take_in_current
from maidinh.governance.drafting.actions.submission import send_back, submit_draft
from maidinh.governance.drafting.queries import (
    APPROVING,
    DRAFTING,
    Draft,
    changed_since_base,
    draft_for,
    drafts_for,
    problems_of,
    unanswered,
    writers_of,
)
from maidinh.governance.drafting.rules import CONCLUDED, CONSULTING, EDITABLE, SUBMITTED, Conflict, EditRefused
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.identity.queries import official

READ = "architecture.read"


def of_draft(view: Callable[..., HttpResponse]) -> View:
    """The view gets the draft itself, where this actor may read it; nobody else learns that there is one."""

    @wraps(view)
    def guarded(request: HttpRequest, draft_id: int, **parts: Any) -> HttpResponse:
        actor = request.actor
        if not actor.signed_in:
            return redirect(f"{reverse('sign-in')}?{urlencode({'next': request.get_full_path()})}")
        found = draft_for(actor, draft_id) if draft_id < 2**63 else None
        if found is None:
            raise Http404(draft_id)
        return view(request, draft=found, **parts)

    return guarded


def drafts(request: HttpRequest) -> HttpResponse:
    """The drafts that this person may read, the last changed first."""
    actor = request.actor
    if not actor.signed_in:
        return redirect(f"{reverse('sign-in')}?{urlencode({'next': request.get_full_path()})}")
    here, names = language(), Names()
    rows = [
        {
            "draft": each,
            "title": in_language(each.title, here),
            "state": state_names()[each.state],
            "tone": STATE_TONES[each.state],
            "author": names.of(each.author),
        }
        for each in drafts_for(actor)
    ]
    context = {"rows": rows, "may_draft": actor.may(DRAFTING), "done": request.GET.get("done", "")}
    return render(request, "architecture/drafts/list.html", context)


@of_draft
def overview(request: HttpRequest, draft: Draft, errors: dict[str, Any] | None = None) -> HttpResponse:
    """One draft: its state, who acts now, what it changes, what does not fit together yet."""
    actor = request.actor
    values = Values(draft.content, language())
    found = problems_of(draft) if draft.state in EDITABLE else []
    context = frame(request, draft) | {
        "author": Names().of(draft.author),
        "step": next_step(draft, actor, waiting=unanswered(draft).count(), problems=len(found)),
        "groups": change_groups(changed_since_base(draft), draft, values),
        "problems": problem_rows(found, draft, values),
        "base": draft.base,
        "outdated": _outdated(draft),
        "may_submit": actor.may(DRAFTING) and draft.state == CONCLUDED,
        "may_ask": actor.may(DRAFTING) and draft.state in EDITABLE and draft.state != CONSULTING,
        "may_send_back": actor.may(APPROVING) and draft.state == SUBMITTED and actor.id not in writers_of(draft),
        "reason": request.POST.get("reason", ""),
        "done": request.GET.get("done", ""),
        "errors": errors or {},
    }
    return render(request, "architecture/drafts/overview.html", context, status=422 if errors else 200)


@of_draft
def submit(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Hand the concluded draft in for approval."""
    try:
        submit_draft(actor=_actor(request), draft_id=draft.pk, at=timezone.now())
    except VersionRefused as refusal:
        return _again(request, draft, {"": [told(each) for each in refusal.reasons]})
    return redirect(f"{reverse('architecture-draft', kwargs={'draft_id': draft.pk})}?done=submitted")


@of_draft
def sent_back(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Make a draft again of what was handed in, and say why."""
    reason = request.POST.get("reason", "")
    try:
        send_back(actor=_actor(request), draft_id=draft.pk, reason=reason, at=timezone.now())
    except VersionRefused as refusal:
        return _again(request, draft, {"reason": list(refusal.reasons)})
    return redirect(f"{reverse('architecture-draft', kwargs={'draft_id': draft.pk})}?done=sent-back")


@of_draft
def abandon(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Give the draft up, after asking."""
    errors: dict[str, Any] = {}
    reason = request.POST.get("reason", "").replace("\0", "").strip()
    if request.method == "POST":
        try:
            abandon_draft(actor=_actor(request), draft_id=draft.pk, at=timezone.now(), reason=reason)
        except VersionRefused as refusal:
            errors = {"": list(refusal.reasons)}
        else:
            return redirect(f"{reverse('architecture-drafts')}?done=abandoned")
    context = frame(request, draft) | {"errors": errors, "reason": reason}
    return render(request, "architecture/drafts/abandon.html", context, status=422 if errors else 200)


@of_draft
def take_in(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Bring the version in force into a draft that was made from the one before, deciding field by field."""
    errors: dict[str, Any] = {}
    conflicts: tuple[Conflict, ...] = ()
    if request.method == "POST":
        decisions, missing = decisions_in(request.POST)
        try:
            conflicts = left = _left_of_taking_in(request, draft)
            if conflicts and decisions and not missing:
                left = _left_of_taking_in(request, draft, suited(decisions, conflicts))
            if not left:
                return redirect(f"{reverse('architecture-draft', kwargs={'draft_id': draft.pk})}?done=taken-in")
            conflicts, errors = with_more(conflicts, left)
            errors |= missing
        except VersionRefused as refusal:
            errors = {"": list(refusal.reasons)}
        except EditRefused as refusal:
            errors = faults_at(refusal.faults, request.POST)
    values = Values(draft.content, language())
    context = frame(request, draft) | {
        "errors": errors,
        "outdated": _outdated(draft),
        "conflicts": conflict_rows(conflicts, values, posted=request.POST, errors=errors),
    }
    status = 422 if errors else 409 if conflicts else 200
    return render(request, "architecture/drafts/take_in.html", context, status=status)


def _left_of_taking_in(
    request: HttpRequest, draft: Draft, decisions: dict[str, Any] | None = None
) -> tuple[Conflict, ...]:
    """Take the version in force in; every field that somebody must decide first."""
    return take_in_current(actor=_actor(request), draft_id=draft.pk, at=timezone.now(), decisions=decisions).conflicts


class Names:
    """The names of officials, each asked for once."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def of(self, official_id: str) -> str:
        """The official's name; the id itself for one who is no longer known."""
        if official_id not in self.known:
            found = official(official_id)
            self.known[official_id] = found.name if found is not None else official_id
        return self.known[official_id]


def frame(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    """What every page of a draft shows: which draft it is, how it stands, the way to its other pages."""
    actor = request.actor
    return {
        "draft": draft,
        "title": in_language(draft.title, language()),
        "state": state_names()[draft.state],
        "tone": STATE_TONES[draft.state],
        "editable": actor.may(DRAFTING) and draft.state in EDITABLE,
        "pages": _pages(request, draft),
    }


def _pages(request: HttpRequest, draft: Draft) -> list[dict[str, Any]]:
    """The pages of a draft, for the menu at their head."""
    own = {"draft_id": draft.pk}

    def item(text: str, name: str, **more: Any) -> dict[str, Any]:
        href = reverse(name, kwargs=own | more)
        return {"text": text, "href": href, "current": request.path == href}

    items = [
        item(_("Overview"), "architecture-draft"),
        item(_("Components"), "architecture-draft-table", section="elements"),
        item(_("Relations"), "architecture-draft-table", section="relations"),
        item(_("Principles and targets"), "architecture-draft-table", section="principles"),
        *([item(_("Views"), "architecture-draft-table", section="views")] if draft.content.get("views") else []),
        item(_("History of the draft"), "architecture-draft-history"),
        item(_("Files"), "architecture-draft-files"),
        item(_("Conformity"), "architecture-draft-conformity"),
    ]
    at = len(items) - 2  # before the history
    if request.actor.may(DRAFTING):
        items.insert(at, item(_("Opinions"), "architecture-draft-opinions"))
    if request.actor.may(DRAFTING) and draft.state in EDITABLE:
        items.insert(at, item(_("Title and dates"), "architecture-draft-header"))
    return items


def _outdated(draft: Draft) -> bool:
    """Whether another version came into force since the draft was made."""
    return draft.state in EDITABLE and draft.base is not None and draft.base.superseded_at is not None


def _actor(request: HttpRequest) -> Actor:
    return request.actor


def _again(request: HttpRequest, draft: Draft, errors: dict[str, Any]) -> HttpResponse:
    return overview(request, draft_id=draft.pk, errors=errors)


WHOLE = ("GET", "POST")
ROUTES = [
    page("architecture/drafts", drafts, name="architecture-drafts", who=READ),
    page("architecture/drafts/<int:draft_id>", overview, name="architecture-draft", who=READ),
    page("architecture/drafts/<int:draft_id>/submit", submit, name="architecture-draft-submit", who=DRAFTING,
         methods=("POST",)),
    page("architecture/drafts/<int:draft_id>/send-back", sent_back, name="architecture-draft-send-back",
         who=APPROVING, methods=("POST",)),
    page("architecture/drafts/<int:draft_id>/abandon", abandon, name="architecture-draft-abandon", who=DRAFTING,
         methods=WHOLE),
    page("architecture/drafts/<int:draft_id>/take-in", take_in, name="architecture-draft-take-in", who=DRAFTING,
         methods=WHOLE),
]  # fmt: skip
