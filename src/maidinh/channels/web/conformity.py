"""`/architecture/conformity`: whether the architecture conforms, what is to be mended, by whom, by which article.

Layer 2. For everyone, as of any day and by any framework; a draft's page is for who may read the draft and says first
what is new against the version that it was made from.
"""

from __future__ import annotations

from typing import Any, cast

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import appraisals, findings
from maidinh.channels.web.appraisals import Appraisal, NoSuchDay
from maidinh.channels.web.context import language
from maidinh.channels.web.drafting import frame, of_draft
from maidinh.channels.web.rule_forms import said_of
from maidinh.channels.web.rule_words import RuleWords
from maidinh.governance.conformity.report import RefusedRule
from maidinh.governance.drafting.queries import Draft
from maidinh.governance.querying.sandbox import Kind, Refused
from maidinh.infrastructure.actor import Actor

RULES_PER_PAGE, FINDINGS_PER_PAGE = 12, 50
WHICH = ("version", "as_of", "framework")


def conformity(request: HttpRequest) -> HttpResponse:
    """The verdict, how much of what, whose, and each rule that is broken with its first findings."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = _asked(request)
    try:
        appraisal = appraisals.of_version(actor, asked)
    except NoSuchDay as error:
        context = {"errors": {"as_of": [str(error)]}, "asked": asked}
        return render(request, "architecture/conformity/none.html", context, status=422)
    if appraisal is None:
        return render(request, "architecture/conformity/none.html", {"errors": {}, "asked": asked}, status=404)
    return render(request, "architecture/conformity/verdict.html", _context(request, appraisal, asked))


def conformity_json(request: HttpRequest) -> HttpResponse:
    """The same for machines; the same bytes for the same version, rules and day."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        appraisal = appraisals.of_version(actor, _asked(request))
    except NoSuchDay as error:
        return JsonResponse({"error": str(error)}, status=422)
    if appraisal is None:
        return JsonResponse({"error": "no version is in force"}, status=404)
    return _json(appraisal)


def rule(request: HttpRequest, rule: str) -> HttpResponse:
    """One rule with everything that it found, page by page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = _asked(request)
    try:
        appraisal = appraisals.of_version(actor, asked)
    except NoSuchDay as error:
        context = {"errors": {"as_of": [str(error)]}, "asked": asked}
        return render(request, "architecture/conformity/none.html", context, status=422)
    if appraisal is None or rule not in appraisal.report.rules:
        raise Http404(rule)
    words = appraisal.words
    found = [each for each in words.chosen(asked) if each.rule == rule]
    shown = Paginator(found, FINDINGS_PER_PAGE).get_page(request.GET.get("page"))
    refused = next((each for each in appraisal.report.refused_rules if each.rule == rule), None)
    context = {
        "appraisal": appraisal,
        "rule": RuleWords(appraisal.report.rules[rule], language()),
        "rows": [words.row(each) for each in shown],
        "page": shown,
        "total": len(found),
        "kept_inside": words.kept_inside(rule),
        "refused": _why(refused) if refused else "",
        "query": appraisals.asked_again(asked, *WHICH, "owner", "waived", "q"),
        "back": appraisals.asked_again(asked, *WHICH).rstrip("?&"),
    }
    return render(request, "architecture/conformity/rule.html", context)


@of_draft
def draft_conformity(request: HttpRequest, draft: Draft) -> HttpResponse:
    """What the draft breaks; first what is new against the version that it was made from, and what it mends."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = _asked(request)
    try:
        appraisal = appraisals.of_draft(actor, draft, asked)
    except NoSuchDay as error:
        context = frame(request, draft) | {"errors": {"as_of": [str(error)]}, "asked": asked}
        return render(request, "architecture/conformity/draft_none.html", context, status=422)
    base = appraisals.base_of(actor, draft, appraisal.day, appraisal.framework)
    before = {(each.rule, each.subject) for each in base.report.findings} if base else set()
    after = {(each.rule, each.subject) for each in appraisal.report.findings}
    fresh = [each for each in appraisal.words.shown() if (each.rule, each.subject) not in before]
    mended = [each for each in base.words.shown() if (each.rule, each.subject) not in after] if base else []
    context = frame(request, draft) | _context(request, appraisal, asked) | {
        "base": draft.base,
        "fresh": appraisal.words.by_rule(fresh) if base else [],
        "fresh_count": len(fresh),
        "mended": base.words.by_rule(mended) if base else [],
        "mended_count": len(mended),
    }  # fmt: skip
    return render(request, "architecture/conformity/draft.html", context)


@of_draft
def draft_conformity_json(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The same for machines."""
    try:
        return _json(appraisals.of_draft(request.actor, draft, _asked(request)))  # type: ignore[attr-defined]
    except NoSuchDay as error:
        return JsonResponse({"error": str(error)}, status=422)


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "")[:120].replace("\0", "") for name in (*WHICH, *findings.FILTERS)}


def _why(refused: RefusedRule) -> str:
    """Why a rule could not be asked, in the reader's language."""
    return said_of(Refused(cast(Kind, refused.kind), refused.text))


def _json(appraisal: Appraisal) -> JsonResponse:
    name = f"conformity-{appraisal.model.version}-{appraisal.day.isoformat()}.json"
    return JsonResponse(
        appraisal.as_json(),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def _context(request: HttpRequest, appraisal: Appraisal, asked: dict[str, str]) -> dict[str, Any]:
    report, words = appraisal.report, appraisal.words
    chosen = words.chosen(asked)
    groups = words.by_rule(chosen)
    shown = Paginator(groups, RULES_PER_PAGE).get_page(request.GET.get("page"))
    return {
        "appraisal": appraisal,
        "report": report,
        "asked": asked,
        "errors": {},
        "verdict": findings.verdict_names()[report.verdict],
        "verdict_tone": findings.VERDICT_TONES[report.verdict],
        "totals": findings.totals(report),
        "severities": findings.severity_names(),
        "plurals": findings.severity_counts(),
        "by_group": words.counts_by_group(),
        "by_owner": words.counts_by_owner(),
        "groups": shown,
        "rules_broken": len(groups),
        "chosen": len(chosen),
        "kept_inside": words.kept_inside(),
        "filtered": any(asked[name] for name in findings.FILTERS),
        "group_choices": findings.group_choices(),
        "owner_choices": words.owners(),
        "framework_choices": appraisals.framework_choices(),
        "refused": [
            {"rule": each.rule, "title": RuleWords(report.rules[each.rule], language()).title, "reason": _why(each)}
            for each in report.refused_rules
        ],
        "which": appraisals.asked_again(asked, *WHICH).rstrip("&"),
        "which_and": appraisals.asked_again(asked, *WHICH),
        "query": appraisals.asked_again(asked, *WHICH, *findings.FILTERS),
        "waived_choices": [("", _("all")), ("no", _("without a waiver")), ("yes", _("with a waiver"))],
    }


READ = "architecture.read"
DRAFT = "architecture/drafts/<int:draft_id>/conformity"
ROUTES = [
    page("architecture/conformity", conformity, name="conformity", who=READ),
    page("architecture/conformity.json", conformity_json, name="conformity-json", who=READ),
    page("architecture/conformity/<str:rule>", rule, name="conformity-rule", who=READ),
    page(DRAFT, draft_conformity, name="architecture-draft-conformity", who=READ),
    page(f"{DRAFT}.json", draft_conformity_json, name="architecture-draft-conformity-json", who=READ),
]
