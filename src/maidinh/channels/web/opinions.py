"""`/architecture/rounds`: what an agency was asked about a draft, and what it says of it. Layer 2.

An agency sees the draft as it was sent out: first what it changes of the agency's own, then the rest.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import comparison, meaning, rounds, sides
from maidinh.channels.web.context import language
from maidinh.governance.comparison.concerns import Tie, concerns
from maidinh.governance.drafting.actions.consultation import give_opinion
from maidinh.governance.drafting.actions.editing import DraftRefused
from maidinh.governance.drafting.queries import (
    OPINING,
    Consultation,
    Draft,
    consultation_for,
    consultations_of,
    content_at,
    draft_for,
    open_consultations_for,
    opinions_for,
)
from maidinh.governance.drafting.rules import AGREE, CONSULTING
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names

PER_PAGE = 50
FOUND_AT_MOST = 30
LONGEST = 4000


def asked(request: HttpRequest) -> HttpResponse:
    """The rounds in which the actor's agency may still say something, the most urgent first."""
    actor, at = request.actor, timezone.now()  # type: ignore[attr-defined]
    rows = [
        {
            "round": each,
            "draft": each.draft,
            "title": each.draft.title.get(language()) or each.draft.title.get("vi", ""),
            "due": rounds.due_in_words(each.due_on, at),
            "said": opinions_for(actor, each).filter(agency__in=actor.agencies).count(),
        }
        for each in open_consultations_for(actor)
    ]
    return render(request, "architecture/opinions/asked.html", {"rows": rows})


def consultation(request: HttpRequest, consultation_id: int) -> HttpResponse:
    """What the draft changes for the agency, then the rest; what the agency has said and was answered."""
    actor, at = request.actor, timezone.now()  # type: ignore[attr-defined]
    sent = _Sent(actor, consultation_id)
    rows = comparison.with_ties(sent.compared.rows, sent.ties)
    near, rest = comparison.apart(rows)
    shown = Paginator(rest, PER_PAGE).get_page(request.GET.get("page"))
    topics = rounds.Topics(sent.content)
    wanted = request.GET.get("q", "")[:120]
    context = {
        "round": sent.round,
        "draft": sent.draft,
        "title": sent.compared.new.model.title.in_language(language()),
        "agency": sent.agency_name,
        "open": sent.open,
        "due": rounds.due_in_words(sent.round.due_on, at),
        "own": rounds.opinion_rows(opinions_for(actor, sent.round).filter(agency__in=actor.agencies), topics),
        "near": comparison.grouped(near),
        "near_count": len(near),
        "rest": comparison.grouped(shown),
        "rest_count": len(rest),
        "page": shown,
        "few": comparison.few_fields([*near, *shown]),
        "counts": comparison.counts(rows),
        "ways": comparison.way_names(),
        "tones": comparison.WAY_TONES,
        "meaning": meaning.told(sent.compared.difference, sent.compared.old.model, sent.compared.new.model, language()),
        "difference": sides.address(sent.compared.old.key, sent.compared.new.key) if sent.compared.old.key else "",
        "since": sent.since_last_round(),
        "old": sent.compared.old,
        "wanted": wanted,
        "found": topics.find(wanted, FOUND_AT_MOST),
        "done": request.GET.get("done", ""),
    }
    return render(request, "architecture/opinions/round.html", context)


def give(request: HttpRequest, consultation_id: int) -> HttpResponse:
    """Say what the agency thinks of one thing in the draft, or of the whole."""
    actor, at = request.actor, timezone.now()  # type: ignore[attr-defined]
    sent = _Sent(actor, consultation_id)
    source = request.POST if request.method == "POST" else request.GET
    section = source.get("section", "") or None
    item = None if section is None else source.get("item", "")
    typed = {"stance": request.POST.get("stance", ""), "text": request.POST.get("text", "")[: LONGEST + 1]}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        errors = _errors(typed)
        if not errors:
            try:
                give_opinion(actor=actor, consultation_id=sent.round.pk, stance=typed["stance"], text=typed["text"],
                             at=at, section=section, item=item)  # fmt: skip
            except DraftRefused as refusal:
                errors = {"": list(refusal.reasons)}
            else:
                return redirect(f"{_address(sent.round.pk)}?done=given")
    topics = rounds.Topics(sent.content)
    rows = [each for each in sent.compared.rows if (each.section, each.id) == (section, item)]
    stances = {"agree": _("We agree"), "change": _("We ask for a change"), "object": _("We object")}
    context = {
        "round": sent.round,
        "draft": sent.draft,
        "agency": sent.agency_name,
        "open": sent.open,
        "topic": topics.topic(section, item),
        "section": section or "",
        "item": item or "",
        "changed": rows,
        "facts": topics.facts(section, item, agency_names(language())),
        "ways": comparison.way_names(),
        "tones": comparison.WAY_TONES,
        "stances": list(stances.items()),
        "typed": typed,
        "errors": errors,
        "longest": LONGEST,
    }
    return render(request, "architecture/opinions/give.html", context, status=422 if errors else 200)


class _Sent:
    """A draft as it was sent out in a round to one of the actor's agencies; Http404 where it was not."""

    def __init__(self, actor: Actor, consultation_id: int) -> None:
        found = consultation_for(actor, consultation_id)
        codes = [] if found is None else sorted(each.agency for each in found.invitations.all())
        mine = next((code for code in codes if code in actor.agencies), None)
        draft = draft_for(actor, found.draft_id) if found is not None and mine is not None else None
        if found is None or mine is None or draft is None:
            raise Http404(consultation_id)
        new = sides.of_draft_at(draft, found.revision)
        if new is None:
            raise Http404(consultation_id)
        self.round: Consultation = found
        self.draft: Draft = draft
        self.agency = mine
        self.agency_name = agency_names(language()).get(mine, mine)
        self.open = found.open and draft.state == CONSULTING
        self.content = content_at(draft, found.revision)
        self.compared = sides.compared(sides.base_of(draft, new.model), new)

    def since_last_round(self) -> str:
        """Where it is told what changed since the round before; nothing in the first one."""
        before = consultations_of(self.draft).filter(round__lt=self.round.round).last()
        if before is None:
            return ""
        old, new = (sides.draft_key(self.draft, each.revision) for each in (before, self.round))
        return sides.address(old, new)

    @property
    def ties(self) -> dict[tuple[str, str], Tie]:
        """What differs of what the agency owns or uses."""
        it = self.compared
        return concerns(it.difference, it.old.model, it.new.model).get(self.agency, {})


def _errors(typed: dict[str, str]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if typed["stance"] not in rounds.stance_names():
        errors["stance"] = [_("Choose whether you agree, ask for a change, or object.")]
    elif typed["stance"] != AGREE and not typed["text"].strip():
        errors["text"] = [_("Say what should be changed, or why you object.")]
    if len(typed["text"]) > LONGEST:
        errors["text"] = [_("Write %(count)s characters or fewer.") % {"count": LONGEST}]
    return errors


def _address(consultation_id: int) -> str:
    return reverse("architecture-round", kwargs={"consultation_id": consultation_id})


def waiting(actor: Actor, at: datetime) -> int:
    """In how many rounds the actor's agency is asked: a figure of its home."""
    del at
    return int(open_consultations_for(actor).count())


def due(actor: Actor, at: datetime) -> date | None:
    """The next day by which an opinion is due."""
    del at
    found: Any = open_consultations_for(actor).first()
    return None if found is None else found.due_on


ROUTES = [
    page("architecture/rounds", asked, name="architecture-rounds", who=OPINING),
    page("architecture/rounds/<int:consultation_id>", consultation, name="architecture-round", who=OPINING),
    page("architecture/rounds/<int:consultation_id>/opinion", give, name="architecture-round-opinion", who=OPINING,
         methods=("GET", "POST")),
]  # fmt: skip
