"""`/architecture/rules`: the rules of conformity, and how an architect writes one of the province's own.

Layer 2. A rule is tried before it is kept, on an architecture and on its own examples, in a process of its own; another
person puts it into force.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import appraisals, findings, rounds, rule_forms, sides
from maidinh.channels.web.context import language
from maidinh.channels.web.rule_forms import Typed, said_of, said_of_example
from maidinh.channels.web.rule_tables import tables
from maidinh.channels.web.rule_words import RuleWords, role_name
from maidinh.governance.conformity.actions import rulebook as acts
from maidinh.governance.conformity.actions.rulebook import APPROVING, WRITING, ExamplesFailed, RuleRefused
from maidinh.governance.conformity.definition import SEVERITIES, Rule
from maidinh.governance.conformity.proposing import APPROVED, PROPOSED, REFUSED, WITHDRAWN, in_force
from maidinh.governance.conformity.queries import (
    RuleVersion,
    asked_of,
    examples_of,
    rule_of,
    rule_versions_for,
    rules_of_files,
    rules_on,
    rules_to_decide,
    takes_part,
)
from maidinh.governance.querying.sandbox import Refused
from maidinh.governance.querying.schema import TABLES
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.identity.queries import official, roles

PER_PAGE, ROWS_SHOWN = 50, 50
TONES = {PROPOSED: "wait", APPROVED: "good", REFUSED: "stopped", WITHDRAWN: "stopped"}
FILTERS = ("q", "group", "severity", "origin")
Errors = dict[str, list[str]]


def rules(request: HttpRequest) -> HttpResponse:
    """Every rule by which the province is checked today; those that wait for somebody first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today, here = localtime(timezone.now()).date(), language()
    wanted = {name: request.GET.get(name, "")[:120].replace("\0", "") for name in FILTERS}
    words, of_files = fold(wanted["q"]), rules_of_files()
    found = [
        RuleWords(each, here)
        for each in sorted(rules_on(today).values(), key=lambda rule: rule.id)
        if wanted["group"] in ("", each.group)
        and wanted["severity"] in ("", each.severity)
        and wanted["origin"] in ("", "files" if each.id in of_files else "own")
    ]
    found = [each for each in found if not words or words in fold(f"{each.title} {each.id} {each.explanation}")]
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    waiting = list(rules_to_decide(actor))
    own = [row for row in rule_versions_for(actor).filter(state=PROPOSED) if row not in waiting]
    context = {
        "page": shown,
        "total": len(found),
        "wanted": wanted,
        "filtered": any(wanted.values()),
        "of_files": of_files,
        "waiting": [_version_row(each, today) for each in waiting],
        "proposed": [_version_row(each, today) for each in own],
        "groups": findings.group_choices(),
        "severities": findings.severity_names(),
        "origins": [("files", _("of the definitions")), ("own", _("of the province, written here"))],
        "may_write": actor.may(WRITING),
        "query": appraisals.asked_again(wanted, *FILTERS),
    }
    return render(request, "architecture/conformity/rules.html", context)


def rule(request: HttpRequest, rule: str, errors: Errors | None = None, status: int = 200) -> HttpResponse:
    """One rule: what it asks and how, its examples, its versions; the forms of who decides and who ends it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = localtime(timezone.now()).date()
    versions = list(rule_versions_for(actor).filter(rule=rule[:80].replace("\0", "")))
    of_files = rules_of_files().get(rule)
    row = _asked_version(request, versions)
    shown = of_files or (rule_of(row) if row is not None else None)
    if shown is None:
        raise Http404(rule)
    own = of_files is None
    inside = takes_part(actor)
    context = {
        "rule": RuleWords(shown, language()),
        "own": own,
        "row": _version_row(row, today) if row is not None and own else None,
        "versions": [_version_row(each, today) for each in versions] if own else [],
        "people": _people(row) if row is not None and inside else {},
        "checked_today": shown.id in rules_on(today) and (of_files is not None or _in_force(row, today)),
        "may_decide": own and row is not None and row.state == PROPOSED and actor.may(APPROVING)
        and row.written_by != actor.id,
        "may_take_back": own and row is not None and row.state == PROPOSED and row.written_by == actor.id,
        "may_end": own and row is not None and row.state == APPROVED and row.in_force_to is None
        and actor.may(APPROVING),
        "may_write": own and actor.may(WRITING),
        "typed": {name: request.POST.get(name, "")[:4001] for name in ("approved", "decision", "reason")},
        "last_day": rounds.typed_date(request, "last_day")[1] if request.method == "POST" else _parts(today),
        "done": request.GET.get("done", ""),
        "errors": errors or {},
    }  # fmt: skip
    return render(request, "architecture/conformity/rule_text.html", context, status=status)


def write(request: HttpRequest) -> HttpResponse:
    """The form of a rule: try it, then keep it for another person."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return _form(request, _begun(actor, request.GET.get("rule", "")), {})
    typed = rule_forms.typed_in(request)
    made, errors = rule_forms.made_of(typed)
    if request.POST.get("step") == "try":
        return _tried(request, typed, made, errors)
    if made is None:
        return _form(request, typed, errors, status=422)
    try:
        row = acts.propose_rule(actor=actor, rule=made, at=timezone.now())
    except ExamplesFailed as failed:
        told = [said_of_example(each, language()) for each in failed.results]
        return _form(request, typed, {"examples": told}, status=422)
    except RuleRefused as refusal:
        return _form(request, typed, {"id": list(refusal.reasons)}, status=422)
    return redirect(f"{_address(row.rule)}?number={row.number}&done=proposed")


def decide(request: HttpRequest, rule: str) -> HttpResponse:
    """Put the version that waits into force, or refuse it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _version(actor, rule, request.POST.get("number", ""))
    choice = request.POST.get("approved", "")
    if choice not in ("yes", "no"):
        return _again(request, row, {"approved": [_("Choose whether the rule is put into force.")]})
    try:
        acts.decide_rule(actor=actor, version_id=row.pk, approved=choice == "yes", at=timezone.now(),
                         decision=request.POST.get("decision", ""), signer=settings.SIGNER)  # fmt: skip
    except RuleRefused as refusal:
        return _again(request, row, {"decision": list(refusal.reasons)})
    return _back(row, "approved" if choice == "yes" else "refused")


def end(request: HttpRequest, rule: str) -> HttpResponse:
    """Check the rule no more after a day."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _version(actor, rule, request.POST.get("number", ""))
    last_day, _typed = rounds.typed_date(request, "last_day")
    if last_day is None:
        return _again(request, row, {"last_day": [_("Enter the last day, with day, month and four-digit year.")]})
    try:
        acts.end_rule(actor=actor, version_id=row.pk, last_day=last_day, reason=request.POST.get("reason", ""),
                      at=timezone.now())  # fmt: skip
    except RuleRefused as refusal:
        return _again(request, row, {"reason": list(refusal.reasons)})
    return _back(row, "ended")


def take_back(request: HttpRequest, rule: str) -> HttpResponse:
    """Take a proposal of one's own back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _version(actor, rule, request.POST.get("number", ""))
    try:
        acts.take_back_rule(actor=actor, version_id=row.pk, at=timezone.now())
    except RuleRefused as refusal:
        return _again(request, row, {"": list(refusal.reasons)})
    return _back(row, "taken-back")


def _tried(request: HttpRequest, typed: Typed, made: Rule | None, errors: Errors) -> HttpResponse:
    """What the question finds in an architecture, and what comes of the examples; nothing is kept."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    side = sides.side_for(actor, request.POST.get("on", "")[:60])
    wrong: Errors = {}
    trial: dict[str, Any] = {}
    if side is None:
        wrong["on"] = [_("Choose the architecture on which the rule is tried.")]
    elif not typed["select"]:
        wrong["select"] = [_("Write the question: a SELECT that returns a column named subject.")]
    else:
        try:
            answer = asked_of(side.model, typed["select"], day=localtime(timezone.now()).date())
        except Refused as refusal:
            wrong["select"] = [said_of(refusal)]
        else:
            if "subject" not in answer.columns:
                wrong["select"] = [_("The question must return a column named subject: SELECT id AS subject …")]
            read: dict[str, list[str]] = {}
            for table, column in sorted(answer.footprint):
                read.setdefault(table, []).append(column)
            names = {each.id: each.name.in_language(language()) for each in side.model.elements}
            place = answer.columns.index("subject") if "subject" in answer.columns else 0
            trial = {
                "names": [names.get(str(row[place]), "–") for row in answer.rows[:ROWS_SHOWN]],
                "on": side.title, "columns": answer.columns, "rows": answer.rows[:ROWS_SHOWN],
                "count": len(answer.rows), "more": max(0, len(answer.rows) - ROWS_SHOWN),
                "milliseconds": round(answer.seconds * 1000), "footprint": read,
            }  # fmt: skip
    results = examples_of(made) if made is not None and not wrong else []
    trial_examples = [{"ok": each.ok, "text": said_of_example(each, language())} for each in results]
    if not wrong and not made:
        trial["unfinished"] = [text for texts in errors.values() for text in texts]
    return _form(request, typed, wrong, trial=trial, examples=trial_examples, status=422 if wrong else 200)


def _form(
    request: HttpRequest, typed: Typed, errors: Errors, *, trial: dict[str, Any] | None = None,
    examples: list[dict[str, Any]] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    actor: Actor = request.actor  # type: ignore[attr-defined]
    waivers = [each.id for each in roles().roles if "conformity.decide-waiver" in each.permissions]
    context = {
        "typed": typed,
        "errors": errors,
        "trial": trial or {},
        "examples": examples or [],
        "severities": [(each, findings.severity_names()[each]) for each in SEVERITIES],
        "table_choices": [(name, name) for name in TABLES],
        "tables": tables(),
        "functions": rule_forms.functions(),
        "waivers": [("", _("nobody")), *((each, role_name(each, language())) for each in waivers)],
        "framework_choices": appraisals.framework_choices(),
        "sides": sides.choices(actor),
        "on": request.POST.get("on", "") or sides.usual(actor)[1],
    }
    return render(request, "architecture/conformity/write.html", context, status=status)


def _begun(actor: Actor, asked: str) -> Typed:
    """An empty form, or the newest version of a rule of the province to go on from."""
    row = rule_versions_for(actor).filter(rule=asked[:80].replace("\0", "")).first() if asked else None
    if asked and row is None:
        raise Http404(asked)
    return rule_forms.typed_as(rule_of(row)) if row is not None else Typed()


def _asked_version(request: HttpRequest, versions: list[RuleVersion]) -> RuleVersion | None:
    """The version that an address names, else the one that is or was in force last, else the newest."""
    asked = request.POST.get("number", "") or request.GET.get("number", "")
    if asked:
        found = next((each for each in versions if str(each.number) == asked), None)
        if found is None and versions:
            raise Http404(asked)
        return found
    held = [each for each in versions if each.state == APPROVED]
    return next(iter(held or versions), None)


def _version(actor: Actor, rule: str, number: str) -> RuleVersion:
    known = number.isascii() and number.isdigit() and len(number) < 10
    found = rule_versions_for(actor).filter(rule=rule[:80].replace("\0", ""), number=int(number)) if known else None
    row = found.first() if found is not None else None
    if row is None:
        raise Http404(rule)
    return row


def _in_force(row: RuleVersion | None, day: date) -> bool:
    return row is not None and row.state == APPROVED and in_force(row.in_force_from, row.in_force_to, day)


def _version_row(row: RuleVersion, today: date) -> dict[str, Any]:
    names = {
        PROPOSED: _("waits for another person"),
        APPROVED: _("in force"),
        REFUSED: _("refused"),
        WITHDRAWN: _("taken back"),
    }
    over = row.state == APPROVED and not _in_force(row, today)
    return {
        "version": row,
        "title": RuleWords(rule_of(row), language()).title,
        "href": f"{_address(row.rule)}?number={row.number}",
        "state": _("ended") if over else names[row.state],
        "tone": "neutral" if over else TONES[row.state],
        "last_day": row.in_force_to - timedelta(days=1) if row.in_force_to else None,
    }


def _people(row: RuleVersion) -> dict[str, str]:
    """Who wrote, decided and ended it, by name; for those who take part."""
    return {
        what: (found.name if (found := official(who)) else who)
        for what, who in (("written", row.written_by), ("decided", row.decided_by), ("ended", row.ended_by))
        if who
    }


def _again(request: HttpRequest, row: RuleVersion, errors: Errors) -> HttpResponse:
    return rule(request, row.rule, errors, 422)


def _back(row: RuleVersion, done: str) -> HttpResponse:
    return redirect(f"{_address(row.rule)}?number={row.number}&done={done}")


def _parts(day: date) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}


def _address(rule: str) -> str:
    return reverse("rule", kwargs={"rule": rule})


def to_decide(actor: Actor, at: datetime) -> int:
    """How many rules of other people wait for this person: a figure of their home."""
    del at
    return int(rules_to_decide(actor).count())


READ = "architecture.read"
RULE = "architecture/rules/<str:rule>"
ROUTES = [
    page("architecture/rules", rules, name="rules", who=READ),
    page("architecture/rules/new", write, name="rule-write", who=WRITING, methods=("GET", "POST")),
    page(RULE, rule, name="rule", who=READ),
    page(f"{RULE}/decide", decide, name="rule-decide", who=APPROVING, methods=("POST",)),
    page(f"{RULE}/end", end, name="rule-end", who=APPROVING, methods=("POST",)),
    page(f"{RULE}/take-back", take_back, name="rule-take-back", who=WRITING, methods=("POST",)),
]
