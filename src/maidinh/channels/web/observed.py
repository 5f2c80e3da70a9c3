"""`/architecture/observed`: what runs otherwise than declared, who must act, and what was decided on it.

Layer 2. Officials read each finding; everyone is told how many there are, of which agency.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from maidinh.channels.routing import page
from maidinh.channels.web import rounds
from maidinh.channels.web.context import language
from maidinh.channels.web.observed_words import GONE, Words, kind_names, refusal_name, state_names
from maidinh.governance.observation.actions.deciding import (
    PROPOSING,
    DecisionRefused,
    acting_for,
    decide_finding,
    open_remedy,
)
from maidinh.governance.observation.queries import (
    DECIDE,
    Finding,
    counts,
    decisions_on,
    finding_for,
    findings_for,
    findings_of_agency_count,
    findings_open_count,
    last_asked,
    observation_terms,
    reads_findings,
)
from maidinh.governance.observation.rules import (
    ASK,
    ASKED,
    CLOSE,
    EXCEPT,
    FROM,
    LONGEST_TEXT,
    OPEN,
    PROPOSE,
    REFUSE,
)
from maidinh.governance.projects.actions.preparing import ProjectRefused
from maidinh.governance.projects.queries import projects_for
from maidinh.governance.projects.rules import IN_FORCE, REFUSED, WITHDRAWN
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.identity.queries import official

PER_PAGE = 30
ENDED = (IN_FORCE, REFUSED, WITHDRAWN)
WAITING, MINE, ALL = "waiting", "mine", "all"
Errors = dict[str, list[str]]


def observed(request: HttpRequest) -> HttpResponse:
    """All of them by kind, agency and state for officials; how many there are for everyone."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    words, inside = Words(), reads_findings(actor)
    counted = counts()
    by_owner, by_kind = Counter[str](), Counter[str]()
    for each in counted:
        if each.state in (OPEN, ASKED):
            by_owner[each.owner] += each.count
            by_kind[each.kind] += each.count
    asked = {name: request.GET.get(name, "")[:60].replace("\0", "") for name in ("kind", "owner", "state")}
    asked["state"] = asked["state"] or WAITING
    found = _filtered(findings_for(actor), actor, asked) if inside else findings_for(actor)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    owners = sorted(((code, words.agency(code)) for code in {each.owner for each in counted}), key=lambda pair: pair[1])
    mine = [(MINE, _("my agency"))] if inside else []
    context = {
        "inside": inside,
        "total": sum(by_kind.values()),
        "by_kind": [(words.kinds[kind], by_kind[kind], f"?kind={kind}") for kind in kind_names() if by_kind[kind]],
        "by_owner": [(words.agency(code), number, f"?owner={code}") for code, number in by_owner.most_common()],
        "page": shown,
        "rows": [words.row(each) for each in shown],
        "kinds": [("", _("all")), *kind_names().items()],
        "owners": [("", _("all")), *mine, *owners],
        "states": [(WAITING, _("somebody must act")), *state_names().items(), (ALL, _("all"))],
        "asked": asked,
        "query": f"?{urlencode(asked)}&",
    }
    return render(request, "architecture/observed.html", context)


def _filtered(found: QuerySet[Finding], actor: Actor, asked: dict[str, str]) -> QuerySet[Finding]:
    if asked["kind"]:
        found = found.filter(kind=asked["kind"])
    if asked["owner"]:
        found = found.filter(owner__in=actor.agencies if asked["owner"] == MINE else [asked["owner"]])
    if asked["state"] == ALL:
        return found
    if asked["state"] == GONE:
        return found.filter(gone_at__isnull=False)
    states = (OPEN, ASKED) if asked["state"] == WAITING else (asked["state"],)
    return found.filter(gone_at__isnull=True, state__in=states)


def finding(request: HttpRequest, finding_id: int, errors: Errors | None = None, status: int = 200) -> HttpResponse:
    """One finding: what happened, who must act, what to do; its decisions, and the forms of who decides."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row, words = _found(actor, finding_id), Words()
    asked, decided = last_asked(row), decisions_on(actor, row)
    people = {each.by: found.name for each in decided if each.by and (found := official(each.by))}
    today = localtime(timezone.now()).date()
    term = observation_terms().on(today)
    may = actor.may(DECIDE) and not row.gone_at
    projects = [each for each in projects_for(actor) if each.state not in ENDED] if may else []
    titles = [(each.code, f"{each.code}: {each.title.get(language()) or each.title['vi']}") for each in projects]
    beginning = acting_for(actor, row)
    context = {
        "beginning": words.agency(beginning) if beginning not in (None, row.owner) else "",
        "row": words.row(row),
        "finding": row,
        "links": _links(words, row),
        "facts": _facts(words, row),
        "decided": [words.decided(each, people) for each in decided],
        "until": decided[0].until if row.state == "excepted" and decided else None,
        "may_decide": may and row.state in FROM[CLOSE],
        "may_answer": may and asked is not None and asked.by != actor.id,
        "own": asked is not None and asked.by == actor.id,
        "asked": asked,
        "may_open": beginning is not None and row.state in FROM[PROPOSE] and not row.gone_at,
        "projects": titles,
        "longest_days": term.longest_exception_days if term else 0,
        "longest_text": LONGEST_TEXT,
        "typed": {name: value[: LONGEST_TEXT + 1] for name, value in request.POST.items()},
        "typed_until": rounds.typed_date(request, "ask-until")[1] if request.method == "POST" else {},
        "done": request.GET.get("done", ""),
        "errors": errors or {},
    }  # fmt: skip
    return render(request, "architecture/observed_finding.html", context, status=status)


def decide(request: HttpRequest, finding_id: int) -> HttpResponse:
    """A project will mend it, it may stand until a day, it is settled; or what another person asked is answered."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _found(actor, finding_id)
    form = request.POST.get("form", "")
    decision = form if form in (PROPOSE, ASK, CLOSE) else ""
    if form == "answer":
        decision = {"yes": EXCEPT, "no": REFUSE}.get(request.POST.get("answer-granted", ""), "")
        if not decision:
            return finding(request, finding_id, {"answer-granted": [_("Choose whether you grant or refuse it.")]}, 422)
    until = rounds.typed_date(request, "ask-until")[0] if decision == ASK else None
    try:
        decide_finding(
            actor=actor, finding_id=finding_id, decision=decision, reason=request.POST.get(f"{form}-reason", ""),
            project=_project(request, actor), until=until, at=timezone.now(),
        )  # fmt: skip
    except DecisionRefused as refusal:
        return finding(request, finding_id, _errors(refusal, form), 422)
    return redirect(f"{_address(finding_id)}?done={decision}")


def _project(request: HttpRequest, actor: Actor) -> str:
    """The project that was chosen, if this person sees it and it can mend anything."""
    chosen = request.POST.get("propose-project", "")
    found = projects_for(actor).filter(code=chosen).exclude(state__in=ENDED).first() if chosen else None
    return found.code if found else ""


def begin(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Begin the project that would mend it, with the change that declares what runs."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _found(actor, finding_id)
    told = {}
    for each in ("vi", "en"):
        with override(each):
            words = Words()
            told[each] = (f"{words.kinds[row.kind]}: {words.about(row)}"[:300], words.happened(row))
    title, summary = (Text(vi=told["vi"][part], en=told["en"][part]) for part in (0, 1))
    try:
        opened = open_remedy(actor=actor, finding_id=finding_id, title=title, summary=summary, at=timezone.now())
    except DecisionRefused as refusal:
        return finding(request, finding_id, _errors(refusal, ""), 422)
    except ProjectRefused as refusal:
        return finding(request, finding_id, {"": [str(refusal)]}, 422)
    return redirect(reverse("project", kwargs={"code": opened.code}))


def _links(words: Words, row: Finding) -> list[dict[str, str]]:
    named = dict.fromkeys(each for each in (row.source, row.target, row.element) if each and each != "outside")
    return [words.link(each) for each in named]


def _facts(words: Words, row: Finding) -> list[tuple[str, str]]:
    """What is known of it besides, each with its name."""
    details: dict[str, Any] = row.details
    found = [
        (_("Found in version"), row.version),
        (_("Contract"), row.contract or _("none")),
        (_("Operations declared"), ", ".join(details["declared"]) if row.kind == "method-differs" else ""),
        (_("Methods"), ", ".join(details.get("methods", []))),
        (_("Why the exchange refused"), ", ".join(refusal_name(each) for each in details.get("reasons", []))),
        (_("Owner of the data"), words.agency(details["master"]) if details.get("master") else ""),
    ]
    return [(name, value) for name, value in found if value]


def _found(actor: Actor, finding_id: int) -> Finding:
    row = finding_for(actor, finding_id)
    if row is None:
        raise Http404(finding_id)
    return row


def _errors(refusal: DecisionRefused, form: str) -> Errors:
    errors: Errors = {}
    for fault in refusal.faults:
        errors.setdefault(f"{form}-{fault.field}" if fault.field and form else "", []).append(fault.says)
    return errors


def _address(finding_id: int) -> str:
    return reverse("observed-finding", kwargs={"finding_id": finding_id})


def to_act(actor: Actor, at: datetime) -> int:
    """How many differences wait for a decision: a figure of the homes of those who decide."""
    del at
    return findings_open_count(actor)


def of_agency(actor: Actor, at: datetime) -> int:
    """How many differences the actor's own agency must act on: a figure of its people's homes."""
    del at
    return findings_of_agency_count(actor)


READ = "architecture.read"
FINDING = "architecture/observed/<int:finding_id>"
ROUTES = [
    page("architecture/observed", observed, name="observed", who=READ),
    page(FINDING, finding, name="observed-finding", who=READ),
    page(f"{FINDING}/decide", decide, name="observed-decide", who=DECIDE, methods=("POST",)),
    page(f"{FINDING}/project", begin, name="observed-project", who=PROPOSING, methods=("POST",)),
]
