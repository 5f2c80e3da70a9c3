"""`/desk/procedures`: drafts of procedures, from the first day to the decision.

Layer 2. An agency's specialist writes the next version of a procedure, by forms or as text; another person of the
agency approves it or sends it back. Decree 63/2010/NĐ-CP article 8.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import rounds
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.procedure_drafts_names import names_of
from maidinh.channels.web.procedure_drafts_words import (
    PARTS,
    STATES,
    TONES,
    Finding,
    change_in_words,
    finding_in_words,
)
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.definitions.locating import province_root
from maidinh.infrastructure.identity.queries import official
from maidinh.infrastructure.organisations.queries import agencies
from maidinh.services.authoring import actions as acts
from maidinh.services.authoring.actions import DraftRefused
from maidinh.services.authoring.definition import APPROVING, DRAFTING, EDITING, MAIN, READING, SUBMITTED
from maidinh.services.authoring.planning import Moved, move_open, plan_under
from maidinh.services.authoring.queries import (
    Draft,
    Verdict,
    draft_of,
    drafts_of,
    drafts_to_decide,
    files_of,
    later_versions,
    made_of,
    newest_versions,
    revisions_of,
    verdict_on,
    writers_of,
)
from maidinh.services.authoring.rules import content_of
from maidinh.services.procedures.queries import current_version

PER_PAGE = 30
SHOWN_DOSSIERS = 50
MOVED_AT_ONCE = 200  # dossiers in one request; pressing again goes on
TYPED = ("decision", "reason")
Errors = dict[str, str]


def drafts(request: HttpRequest) -> HttpResponse:
    """The drafts of the actor's agencies; what waits for the actor stands first."""
    actor = _actor(request)
    waiting = list(drafts_to_decide(actor))
    shown = Paginator(drafts_of(actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "waiting": [_row(each) for each in waiting],
        "page": shown,
        "rows": [_row(each) for each in shown],
        "may_write": actor.may(DRAFTING),
        "done": request.GET.get("done", ""),
    }
    return render(request, "procedures/drafts.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Begin a draft: from a version that is there, or from a sample."""
    actor = _actor(request)
    asked = ("base", "code", "name", "field")
    typed = {name: request.POST.get(name, "")[:300].replace("\0", "").strip() for name in asked}
    versions = [each for each in newest_versions() if each.procedure.responsible in actor.agencies]
    errors: Errors = {}
    if request.method == "POST":
        version = next((each for each in versions if each.code == typed["base"]), None)
        try:
            if version is not None:
                root = province_root(settings.MAIDINH.province, settings.MAIDINH.definitions)
                files = files_of(version, root)
                row = acts.begin_from_version(actor=actor, version=version, files=files, at=timezone.now())
            elif typed["base"] == "new":
                row = acts.begin_from_skeleton(
                    actor=actor, code=typed["code"], name=typed["name"], field=typed["field"], at=timezone.now()
                )
            else:
                raise DraftRefused(_("Choose what the draft begins with."), field="base")
            return redirect(_address(row, "begun"))
        except DraftRefused as refusal:
            errors[refusal.field or "base"] = " ".join(refusal.reasons)
    choices = [(each.code, f"{each.procedure.name.in_language(language())} ({each.code}, {each.version})")
               for each in versions]  # fmt: skip
    context = {"choices": choices, "typed": typed, "errors": errors}
    return render(request, "procedures/new.html", context, status=422 if errors else 200)


def draft(request: HttpRequest, draft_id: int, errors: Errors | None = None, status: int = 200) -> HttpResponse:
    """One draft: its parts, what is found in it, its history, and what comes next."""
    actor = _actor(request)
    row = found_draft(actor, draft_id)
    frame, verdict = frame_of(actor, row)
    inside = writers_of(row)
    decides = row.state == SUBMITTED and actor.may(APPROVING) and actor.id not in {*inside, row.submitted_by}
    made = made_of(row)
    procedure = verdict.procedure
    first = procedure.effective_from if procedure else None
    offered = current_version(row.code)
    context = frame | {
        "outline": _outline(row, verdict, frame["told"]),
        "writers": sorted(_person(each) for each in inside),
        "submitted_by": _person(row.submitted_by),
        "decided_by": _person(row.decided_by),
        "history": [{"row": each, "who": _person(each.by)} for each in revisions_of(row)],
        "author": _person(row.author),
        "later": later_versions(row) if row.state in (EDITING, SUBMITTED) else [],
        "decides": decides,
        "own": row.state == SUBMITTED and actor.may(APPROVING) and not decides,
        "first_day": first,
        "made": made,
        "in_force": made is not None and offered is not None and offered.pk == made.pk,
        "may_move": made is not None and actor.may(APPROVING) and _takes_over(verdict),
        "typed": {name: request.POST.get(name, "")[:4001] for name in TYPED},
        "decided_on": rounds.typed_date(request, "decided_on")[1] if request.method == "POST" else {},
        "errors": errors or {},
        "done": request.GET.get("done", ""),
        "moved": _moved_asked(request),
    }
    return render(request, "procedures/draft.html", context, status=status)


def effects(request: HttpRequest, draft_id: int) -> HttpResponse:
    """In what the version differs from the one before it, and what becomes of each open dossier."""
    actor = _actor(request)
    row = found_draft(actor, draft_id)
    frame, verdict = frame_of(actor, row)
    context: dict[str, Any] = frame | {"plan": None, "changes": []}
    if verdict.procedure is not None:
        with acting(agencies=agencies(), official=actor.id):
            plan = plan_under(verdict.procedure, {})
        old = row.base.procedure if row.base else None
        context |= {
            "plan": plan,
            "changes": [change_in_words(each, old, verdict.procedure) for each in plan.differences],
            "dossiers": [each for each in plan.fates if each.fate != "stays"][:SHOWN_DOSSIERS],
            "more": max(0, plan.counts["moves"] + plan.counts["held"] - SHOWN_DOSSIERS),
        }
    return render(request, "procedures/effects.html", context)


def act(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Hand in, give up, approve, send back, or move the open dossiers."""
    actor, at = _actor(request), timezone.now()
    row = found_draft(actor, draft_id)
    asked, typed = request.POST.get("act", ""), {name: request.POST.get(name, "") for name in TYPED}
    try:
        if asked == "submit":
            acts.submit_draft(actor=actor, draft_id=row.pk, at=at, judge=settings.JUDGE)
        elif asked == "abandon":
            acts.abandon_draft(actor=actor, draft_id=row.pk, at=at)
        elif asked == "send-back":
            acts.send_back(actor=actor, draft_id=row.pk, reason=typed["reason"], at=at)
        elif asked == "approve":
            decided_on = rounds.typed_date(request, "decided_on")[0]
            acts.approve_draft(actor=actor, draft_id=row.pk, decision=typed["decision"], decided_on=decided_on, at=at,
                               judge=settings.JUDGE)  # fmt: skip
        elif asked == "move":
            return _moved(actor, row)
        else:
            raise Http404(asked)
    except DraftRefused as refusal:
        return draft(request, row.pk, {refusal.field: " ".join(refusal.reasons)}, 422)
    return redirect(_address(row, asked))


def files(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The files of the draft in the folders of the definitions, to be kept beside what is written by hand."""
    row = found_draft(_actor(request), draft_id)
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, text in sorted(row.files.items()):
            archive.writestr(f"procedures/{row.code}/{row.version}/{name}", text)
    name = f"{row.code}-{row.version}-r{row.revision}.zip"
    return attachment(packed.getvalue(), name, "application/zip")


def found_draft(actor: Actor, draft_id: int) -> Draft:
    """The draft; Http404 where the actor's agencies have none such."""
    row = draft_of(actor, draft_id)
    if row is None:
        raise Http404(str(draft_id))
    return row


def frame_of(actor: Actor, row: Draft) -> tuple[dict[str, Any], Verdict]:
    """What every page of a draft shows: its head, what is found in it, and whether the actor writes in it."""
    verdict = verdict_on(row.files, settings.JUDGE)
    content = content_of(row.files[MAIN])
    names = names_of(content)
    findings = [finding_in_words(each, row.files, content, names) for each in verdict.told]
    frame = {
        "draft": row,
        "state": STATES[row.state],
        "tone": TONES[row.state],
        "told": sorted(findings, key=lambda each: (not each.wrong, each.file, each.line)),
        "wrong": sum(each.wrong for each in findings),
        "scenarios": verdict.scenarios,
        "sound": verdict.sound,
        "editable": row.state == EDITING and actor.may(DRAFTING),
        "parts": PARTS,
    }
    return frame, verdict


def waiting(actor: Actor, at: Any) -> int:
    """How many drafts wait for this person's decision: a figure of the home."""
    del at
    return drafts_to_decide(actor).count()


def _moved(actor: Actor, row: Draft) -> HttpResponse:
    """Move the open dossiers that the approved version takes over."""
    if not actor.may(APPROVING):
        raise DraftRefused(_("Whoever approves procedures moves the open dossiers."))
    version = made_of(row)
    if version is None:
        raise DraftRefused(_("The draft is not approved yet."))
    with acting(agencies=agencies(), official=actor.id):
        found: Moved = move_open(version=version, at=timezone.now(), most=MOVED_AT_ONCE)
    asked = f"&moved={found.moved}&left={found.left}&changed={len(found.changed)}"
    return redirect(_address(row, "move") + asked)


def _moved_asked(request: HttpRequest) -> dict[str, int] | None:
    if request.GET.get("done") != "move":
        return None
    told = {name: request.GET.get(name, "0")[:9] for name in ("moved", "left", "changed")}
    return {name: int(value) if value.isdecimal() else 0 for name, value in told.items()}


def _outline(row: Draft, verdict: Verdict, findings: list[Finding]) -> dict[str, list[dict[str, Any]]]:
    """The parts of the procedure with how many faults each has, then the files."""
    told: list[dict[str, Any]] = [
        {"title": title, "href": reverse("procedure-draft-part", args=[row.pk, part]),
         "faults": sum(each.part == part for each in findings)}
        for part, title in PARTS.items()
    ]  # fmt: skip
    shown: list[dict[str, Any]] = [
        {"title": name, "href": f"{reverse('procedure-draft-file', args=[row.pk])}?name={name}", "code": True,
         "faults": sum(each.file == name for each in findings)}
        for name in sorted(row.files)
    ]  # fmt: skip
    return {"parts": told, "files": shown}


def _row(row: Draft) -> dict[str, Any]:
    return {"draft": row, "state": STATES[row.state], "tone": TONES[row.state], "author": _person(row.author)}


def _takes_over(verdict: Verdict) -> bool:
    """Whether the version says that open dossiers move to it."""
    change = verdict.procedure.change if verdict.procedure else None
    return change is not None and change.dossiers == "migrate"


def _person(who: str) -> str:
    found = official(who) if who else None
    return found.name if found else who


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _address(row: Draft, done: str) -> str:
    if done == "abandon":
        return f"{reverse('procedure-drafts')}?done=abandon"
    return f"{reverse('procedure-draft', args=[row.pk])}?done={done}"


BOTH = ("GET", "POST")
ROUTES = [
    page("desk/procedures", drafts, name="procedure-drafts", who=READING),
    page("desk/procedures/new", new, name="procedure-draft-new", who=DRAFTING, methods=BOTH),
    page("desk/procedures/<int:draft_id>", draft, name="procedure-draft", who=READING),
    page("desk/procedures/<int:draft_id>/effects", effects, name="procedure-draft-effects", who=READING),
    page("desk/procedures/<int:draft_id>/act", act, name="procedure-draft-act", who=READING, methods=("POST",)),
    page("desk/procedures/<int:draft_id>/files.zip", files, name="procedure-draft-files", who=READING),
]
