"""How the verdict on an architecture reads in a terminal: worst first, rule by rule, by owner; and rules themselves.

Layer 0, config.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from maidinh.config.texts import language, say

if TYPE_CHECKING:
    from maidinh.governance.conformity.definition import Article, Rule, Severity
    from maidinh.governance.conformity.examples import ExampleResult
    from maidinh.governance.conformity.report import Finding, Report

Names = Mapping[str, str]


def told_report(report: Report, shown: Sequence[Finding], agencies: Names, limit: int) -> Iterator[str]:
    """The lines that tell a verdict; of each rule at most `limit` findings (0: all)."""
    words = language()
    held = f"{say('held against the national framework')} {report.framework}" if report.framework else ""
    facts = [each for each in (report.version, held, f"{say('as of')} {report.as_of.isoformat()}") if each]
    yield f"{report.model_name.in_language(words)} ({', '.join(facts)})"
    yield f"{_verdicts()[report.verdict]}. {_totals(report)}"
    for refused in report.refused_rules:
        why = f"{_reasons().get(refused.kind, refused.kind)} ({refused.text})"
        yield f"! {refused.rule}: {say('this rule could not be run, so it counts as broken')}: {why}"
    if not shown:
        return
    yield ""
    yield from _owners(shown, agencies)
    rules: dict[str, list[Finding]] = {}
    for each in shown:
        rules.setdefault(each.rule, []).append(each)
    for severity, title in _severities().items():
        ordered = [name for name in report.by_rule() if name in rules and report.rules[name].severity == severity]
        if ordered:
            yield ""
            yield f"{title} ({sum(len(rules[name]) for name in ordered)})"
        for name in ordered:
            yield from _rule(report.rules[name], rules[name], agencies, limit)


def told_rules(rules: Mapping[str, Rule]) -> Iterator[str]:
    """A line for each rule."""
    marks = _marks()
    for rule in rules.values():
        span = f"{rule.valid_from or ''}..{rule.valid_to or ''}" if rule.valid_from or rule.valid_to else ""
        frameworks = ", ".join(rule.frameworks)
        told = [rule.id, marks[rule.severity], rule.title.in_language(language()), _articles(rule.legal_basis)]
        yield "  ".join(each for each in (*told, frameworks, span) if each)
    yield f"{say('Rules')}: {len(rules)}"


def told_examples(results: Sequence[ExampleResult]) -> Iterator[str]:
    """A line for each example that a rule has, and what is wrong with it."""
    for each in results:
        said = say("as it must") if each.ok else f"{say('NOT as it must')}: {each.text}"
        yield f"{each.rule}  {each.example.named(language())}: {said}"
    wrong = sum(not each.ok for each in results)
    yield f"{say('Examples run')}: {len(results)}. {say('Not as they must')}: {wrong}."


def _rule(rule: Rule, findings: Sequence[Finding], agencies: Names, limit: int) -> Iterator[str]:
    words = language()
    waivable = f"; {say('may be waived by')} {rule.waivable_by}" if rule.waivable_by else ""
    yield f"  {rule.id}  {rule.title.in_language(words)} ({len(findings)})"
    basis = _articles(rule.legal_basis)
    if basis:
        yield f"    {basis}{waivable}"
    for each in findings[: limit or None]:
        yield f"    - {_finding(each, agencies)}"
        if each.path:
            steps = [f"{step.thing.name.in_language(words)} [{step.thing.id}]" for step in each.path]
            yield f"      {' > '.join(steps)}"
    if limit and len(findings) > limit:
        yield f"    … {say('and')} {len(findings) - limit} {say('more; --limit 0 tells all')}"
    yield f"    → {rule.remedy.in_language(words)}"


def _finding(each: Finding, agencies: Names) -> str:
    owner = f" ({agencies.get(each.owner, each.owner)})" if each.owner else ""
    waived = f" [{say('waived until')} {each.waiver.valid_to.isoformat()}]" if each.waiver else ""
    subject = f"{each.subject}{owner}: " if each.subject else ""
    return f"{subject}{each.message.in_language(language())}{waived}"


def _owners(shown: Sequence[Finding], agencies: Names) -> Iterator[str]:
    yield say("By owner")
    counted: dict[str, Counter[str]] = {}
    for each in shown:
        counted.setdefault(each.owner, Counter())[each.severity] += 1
    severities = _severities()
    order = sorted(counted, key=lambda owner: (*(-counted[owner][each] for each in severities), owner))
    for owner in order:
        name = agencies.get(owner, owner) or say("without an owner, or the model as a whole")
        counts = [f"{counted[owner][each]} {_marks()[each]}" for each in severities if counted[owner][each]]
        yield f"  {name}: {', '.join(counts)}"


def _totals(report: Report) -> str:
    marks = _marks()
    parts = [f"{count} {marks[severity]}" for severity, count in report.counts().items()]
    waived = sum(each.waiver is not None for each in report.findings)
    if waived:
        parts.append(f"{waived} {say('waived')}")
    return f"{', '.join(parts)}. {say('Rules run')}: {report.rules_run}."


def _articles(basis: Sequence[Article]) -> str:
    unread = say("not checked against the text")
    return "; ".join(each.text if each.checked else f"{each.text} ({unread})" for each in basis)


def _verdicts() -> dict[str, str]:
    return {
        "conforms": say("Conforms"),
        "conforms-with-waivers": say("Conforms, with waivers"),
        "does-not-conform": say("Does not conform"),
    }


def _severities() -> dict[Severity, str]:
    return {"error": say("Errors: to be mended or waived"), "warning": say("Warnings: to be looked at"),
            "advice": say("Advice: good practice")}  # fmt: skip


def _marks() -> dict[Severity, str]:
    return {"error": say("errors"), "warning": say("warnings"), "advice": say("advice")}


def _reasons() -> dict[str, str]:
    """Why a rule could not be run, by the kinds of `querying.sandbox`."""
    return {
        "empty": say("it is empty"),
        "too-long": say("it is too long"),
        "double-quotes": say("it has double quotes"),
        "null-comparison": say("it compares with NULL"),
        "not-a-question": say("it does more than ask"),
        "not-allowed": say("it asks for what rules may not use"),
        "unknown-name": say("it names a table or column that there is not"),
        "syntax": say("its SQL is not understood"),
        "too-slow": say("it takes too long"),
        "too-many-rows": say("it finds too much"),
        "too-large": say("it makes something too large"),
        "failed": say("it failed"),
    }
