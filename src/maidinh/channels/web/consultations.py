"""`/architecture/drafts/…/opinions`: asking agencies about a draft, answering, concluding. Layer 2."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.channels.routing import page
from maidinh.channels.web import comparison, rounds, sides
from maidinh.channels.web.context import language
from maidinh.channels.web.drafting import frame
from maidinh.channels.web.drafting_problems import told
from maidinh.governance.comparison.concerns import OWNS, concerns
from maidinh.governance.comparison.difference import difference
from maidinh.governance.drafting.actions.consultation import (
    answer_opinion,
    close_consultation,
    conclude,
    open_consultation,
)
from maidinh.governance.drafting.actions.editing import DraftRefused
from maidinh.governance.drafting.queries import (
    DRAFTING,
    OPINING,
    Draft,
    Opinion,
    consultation_for,
    consultations_of,
    draft_for,
    opinions_for,
    problems_of,
    unanswered,
)
from maidinh.governance.drafting.rules import (
    ABANDONED,
    AGREE,
    CONCLUDED,
    CONSULTING,
    EDITABLE,
    PUBLISHED,
    SUBMITTED,
    TAKEN,
)
from maidinh.infrastructure.identity.queries import agencies_with
from maidinh.infrastructure.organisations.queries import agency_names

LONGEST = 4000
DONE = ("asked", "answered", "closed", "concluded")


def opinions(
    request: HttpRequest, draft_id: int, errors: dict[str, list[str]] | None = None, typed: str = ""
) -> HttpResponse:
    """Every round on a draft with its opinions and answers, and what comes next."""
    actor, at = request.actor, timezone.now()  # type: ignore[attr-defined]
    draft = _draft(request, draft_id)
    topics = rounds.Topics(draft.content)
    found = [rounds.round_of(each, opinions_for(actor, each), topics, at) for each in consultations_of(draft)]
    last = found[-1] if found else None
    context = frame(request, draft) | {
        "rounds": list(reversed(found)),
        "last": last,
        "step": _next_step(draft, last),
        "standing": draft.state,
        "may_ask": draft.state in EDITABLE and draft.state != CONSULTING,
        "may_answer": draft.state == CONSULTING,
        "may_submit": draft.state == CONCLUDED,
        "problems": [told(each) for each in problems_of(draft)] if draft.state == CONCLUDED else [],
        "edit": {row["opinion"].pk: _edit(draft, row["opinion"]) for each in found for row in each["rows"]},
        "own": actor.id,
        "errors": errors or {},
        "typed": typed,
        "longest": LONGEST,
        "done": done if (done := request.GET.get("done", "")) in DONE else "",
        "difference": sides.address(sides.base_of(draft, draft.model).key, sides.draft_key(draft)),
        "based": draft.base_id is not None,
        "since": _since_sent(draft, last),
    }
    return render(request, "architecture/opinions/rounds.html", context, status=422 if errors else 200)


def ask(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Choose the agencies; those that the draft touches are chosen already."""
    actor, at = request.actor, timezone.now()  # type: ignore[attr-defined]
    draft = _draft(request, draft_id)
    touched, able = _touched(draft), frozenset(agencies_with(OPINING))
    chosen = [code for code in touched if code in able]
    errors: dict[str, list[str]] = {}
    typed: Any = None
    if request.method == "POST":
        chosen = request.POST.getlist("agencies")
        due_on, typed = rounds.typed_date(request, "due")
        if not chosen:
            errors["agencies"] = [_("Choose at least one agency to be asked.")]
        if due_on is None:
            errors["due"] = [_("Enter the last day for opinions, with day, month and four-digit year.")]
        if due_on is not None and not errors:
            try:
                open_consultation(actor=actor, draft_id=draft.pk, agencies=chosen, due_on=due_on, at=at)
            except DraftRefused as refusal:
                errors["due" if draft.state in EDITABLE and draft.state != CONSULTING else ""] = list(refusal.reasons)
            else:
                return _back(draft.pk, "asked")
    context = frame(request, draft) | {
        "touched": _agency_choices(touched, touched, able),
        "others": _agency_choices([code for code in agency_names(language()) if code not in touched], touched, able),
        "chosen": chosen,
        "typed": typed,
        "errors": errors,
        "running": draft.state == CONSULTING,
    }
    return render(request, "architecture/opinions/ask.html", context, status=422 if errors else 200)


def answer(request: HttpRequest, opinion_id: int) -> HttpResponse:
    """Answer one opinion: taken in, in part, or not, and why."""
    actor, at = request.actor, timezone.now()  # type: ignore[attr-defined]
    given = Opinion.objects.select_related("consultation").filter(pk=opinion_id).first()
    if given is None:
        raise Http404(opinion_id)
    draft = _draft(request, given.consultation.draft_id)
    errors: dict[str, list[str]] = {}
    typed = {"answer": request.POST.get("answer", ""), "text": request.POST.get("text", "")[: LONGEST + 1]}
    if request.method == "POST":
        errors = _answer_errors(typed)
        if not errors:
            try:
                answer_opinion(actor=actor, opinion_id=given.pk, answer=typed["answer"], text=typed["text"], at=at)
            except DraftRefused as refusal:
                errors = {"": list(refusal.reasons)}
            else:
                return redirect(f"{_address(draft.pk)}?done=answered#opinion-{given.pk}")
    topics = rounds.Topics(draft.content)
    row = rounds.opinion_rows([given], topics)[0]
    tied = None if given.section is None else (given.section, given.item or "")
    context = frame(request, draft) | {
        "row": row,
        "round": given.consultation,
        "options": list(rounds.answer_names().items()),
        "typed": typed,
        "errors": errors,
        "longest": LONGEST,
        "edit": _edit(draft, given),
        "changed": [each for each in _compared(draft).rows if tied == (each.section, each.id)] if tied else [],
        "ways": comparison.way_names(),
        "tones": comparison.WAY_TONES,
        "waiting": unanswered(draft).exclude(pk=given.pk).count(),
        "own": given.by == actor.id,
        "can": given.answer is None and draft.state == CONSULTING,
    }
    return render(request, "architecture/opinions/answer.html", context, status=422 if errors else 200)


def close(request: HttpRequest, consultation_id: int) -> HttpResponse:
    """Take no more opinions in a round."""
    draft_id = _round(request, consultation_id).draft_id
    try:
        close_consultation(actor=request.actor, consultation_id=consultation_id, at=timezone.now())  # type: ignore[attr-defined]
    except DraftRefused as refusal:
        return opinions(request, draft_id, {"": list(refusal.reasons)})
    return _back(draft_id, "closed")


def end(request: HttpRequest, consultation_id: int) -> HttpResponse:
    """Conclude a round, every opinion answered."""
    draft_id = _round(request, consultation_id).draft_id
    text = request.POST.get("conclusion", "")[: LONGEST + 1]
    if not text.strip() or len(text) > LONGEST:
        told = _("Write the conclusion.") if not text.strip() else _too_long()
        return opinions(request, draft_id, {"conclusion": [told]}, text)
    try:
        conclude(actor=request.actor, consultation_id=consultation_id, conclusion=text, at=timezone.now())  # type: ignore[attr-defined]
    except DraftRefused as refusal:
        return opinions(request, draft_id, {"conclusion": list(refusal.reasons)}, text)
    return _back(draft_id, "concluded")


def _draft(request: HttpRequest, draft_id: int) -> Draft:
    draft = draft_for(request.actor, draft_id)  # type: ignore[attr-defined]
    if draft is None:
        raise Http404(draft_id)
    return draft


def _round(request: HttpRequest, consultation_id: int) -> Any:
    found = consultation_for(request.actor, consultation_id)  # type: ignore[attr-defined]
    if found is None:
        raise Http404(consultation_id)
    return found


def _compared(draft: Draft) -> sides.Compared:
    return sides.compared(sides.base_of(draft, draft.model), sides.of_draft(draft))


def _touched(draft: Draft) -> list[str]:
    """The agencies that what the draft changes concerns, the owners first."""
    base = sides.base_of(draft, draft.model).model
    found = concerns(difference(base, draft.model), base, draft.model)
    known = agency_names(language())
    return sorted((code for code in found if code in known), key=lambda code: (OWNS not in found[code].values(), code))


def _agency_choices(codes: list[str], touched: list[str], able: frozenset[str]) -> list[dict[str, str]]:
    names = agency_names(language())
    unable = _("Nobody of this agency can answer here yet.")
    return [{"value": code, "text": names[code], "hint": "" if code in able else unable} for code in codes]


def _answer_errors(typed: dict[str, str]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if typed["answer"] not in rounds.answer_names():
        errors["answer"] = [_("Choose whether the opinion is taken in, in part, or not.")]
    elif typed["answer"] != TAKEN and not typed["text"].strip():
        errors["text"] = [_("Say why the opinion is not taken in whole.")]
    if len(typed["text"]) > LONGEST:
        errors["text"] = [_too_long()]
    return errors


def _too_long() -> str:
    return _("Write %(count)s characters or fewer.") % {"count": LONGEST}


def _edit(draft: Draft, given: Opinion) -> str:
    return rounds.item_address(draft, given.section, given.item) if draft.state in EDITABLE else ""


def _next_step(draft: Draft, last: dict[str, Any] | None) -> dict[str, str]:
    """What happens next, and who acts now."""
    plain = {
        SUBMITTED: (_("Whoever approves architecture versions"), _("They read it, set the decision, or send it back.")),
        PUBLISHED: (_("Nobody"), _("The version is in force. Opinions and answers are public.")),
        ABANDONED: (_("Nobody"), _("The draft was given up.")),
        CONCLUDED: (_("You, or another architect"), _("Hand the draft in for approval. A change reopens it.")),
    }
    who, text = plain.get(draft.state, (_("You, or another architect"), _("Ask the agencies for their opinion.")))
    if draft.state == CONSULTING and last is not None:
        text = _round_step(last)
        if last["round"].open and not last["waiting"] and last["silent"]:
            who = _("The agencies asked: %(names)s") % {"names": ", ".join(last["silent"])}
    return {"who": who, "text": text}


def _round_step(last: dict[str, Any]) -> str:
    waiting, silent = last["waiting"], len(last["silent"])
    if waiting:
        return ngettext("%(num)s opinion waits for an answer.", "%(num)s opinions wait for an answer.", waiting) % {
            "num": waiting
        }
    if last["round"].open and silent:
        return ngettext(
            "%(num)s agency has not said anything yet.", "%(num)s agencies have not said anything yet.", silent
        ) % {"num": silent}
    return _("Every opinion is answered. Write the conclusion.")


def _since_sent(draft: Draft, last: dict[str, Any] | None) -> str:
    """Where it is told what changed since the draft was sent out last; nothing where nothing did."""
    if last is None or last["round"].revision == draft.revision:
        return ""
    return sides.address(sides.draft_key(draft, last["round"].revision), sides.draft_key(draft))


def _address(draft_id: int) -> str:
    return reverse("architecture-draft-opinions", kwargs={"draft_id": draft_id})


def _back(draft_id: int, done: str) -> HttpResponse:
    return redirect(f"{_address(draft_id)}?done={done}")


def to_answer(actor: Any, at: Any) -> int:
    """How many opinions wait for an answer, over all drafts: a figure of the architect's home."""
    del at
    found = Opinion.objects.filter(consultation__draft__state=CONSULTING, answer__isnull=True)
    return found.exclude(stance=AGREE, text="").exclude(by=actor.id).count()


ROUTES = [
    page("architecture/drafts/<int:draft_id>/opinions", opinions, name="architecture-draft-opinions", who=DRAFTING),
    page("architecture/drafts/<int:draft_id>/opinions/ask", ask, name="architecture-draft-ask", who=DRAFTING,
         methods=("GET", "POST")),
    page("architecture/opinions/<int:opinion_id>/answer", answer, name="architecture-opinion-answer", who=DRAFTING,
         methods=("GET", "POST")),
    page("architecture/rounds/<int:consultation_id>/close", close, name="architecture-round-close", who=DRAFTING,
         methods=("POST",)),
    page("architecture/rounds/<int:consultation_id>/conclude", end, name="architecture-round-conclude", who=DRAFTING,
         methods=("POST",)),
]  # fmt: skip
