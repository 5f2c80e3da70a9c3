"""Findings of conformity in the reader's language: grouped by rule, the worst first, filtered, counted. Layer 2.

The public is told what can be found in the public edition too, and nothing that a rule of the group `security` found:
a finding would otherwise tell what the edition withholds. Of the rest everyone is told how much it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from maidinh.channels.web import picture
from maidinh.channels.web.context import language
from maidinh.governance.conformity.definition import GROUPS, SEVERITIES
from maidinh.governance.conformity.report import Finding, Report
from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.organisations.queries import agency_names

SEVERITY_TONES = {"error": "late", "warning": "wait", "advice": "info"}
VERDICT_TONES = {"conforms": "good", "conforms-with-waivers": "wait", "does-not-conform": "late"}
INSIDE_GROUPS = frozenset({"security"})
FIRST = 3  # findings of a rule that the list shows; the rule's own page shows all
FILTERS = ("severity", "group", "owner", "q", "waived")


def severity_names() -> dict[str, str]:
    """How grave a finding is."""
    return {"error": _("error"), "warning": _("warning"), "advice": _("advice")}


def severity_counts() -> dict[str, str]:
    """The same, of several."""
    return {"error": _("errors"), "warning": _("warnings"), "advice": _("advice")}


def verdict_names() -> dict[str, str]:
    """What comes of a check."""
    return {
        "conforms": _("conforms"),
        "conforms-with-waivers": _("conforms with waivers"),
        "does-not-conform": _("does not conform"),
    }


def group_names() -> dict[str, str]:
    """What the groups of rules are called."""
    return {
        "framework": _("National framework"),
        "principle": _("Principles"),
        "data": _("Data"),
        "connection": _("Connections"),
        "security": _("Security"),
        "zone": _("Network zones"),
        "technology": _("Technology"),
        "life-cycle": _("Life cycle"),
        "ownership": _("Agencies in charge"),
        "classification": _("Classification"),
        "model": _("Model"),
        "reuse": _("Reuse"),
        "roadmap": _("Roadmap"),
        "cost": _("Costs"),
        "interface": _("Interfaces"),
        "service": _("Public services"),
        "house": _("The house itself"),
    }


def group_of(rule: str) -> str:
    """The group of a rule, by its id."""
    return rule.partition(".")[0]


def group_choices() -> list[tuple[str, str]]:
    """The groups of rules to choose from."""
    names = group_names()
    return [(each, names.get(each, each)) for each in GROUPS]


def group_name(rule: str) -> str:
    """What the group of a rule is called."""
    group = group_of(rule)
    return group_names().get(group, group)


@dataclass(frozen=True)
class Places:
    """Where the things of the architecture that was checked are shown."""

    version: str = ""
    draft: int | None = None
    elements: frozenset[str] = frozenset()
    items: Mapping[str, str] = field(default_factory=dict)

    def of(self, subject: str) -> str:
        """The page of a thing; nothing for what has none."""
        if self.draft is not None:
            section = self.items.get(subject)
            parts = {"draft_id": self.draft, "section": section, "item": subject}
            return reverse("architecture-draft-item", kwargs=parts) if section else ""
        if subject not in self.elements:
            return ""
        query = f"?{urlencode({'version': self.version})}" if self.version else ""
        return reverse("architecture-element", kwargs={"element": subject}) + query


class Wording:
    """The findings of one report in words; `public` is the report of what the reader may see, None who sees all."""

    def __init__(self, report: Report, places: Places, *, public: Report | None, asks: bool = False) -> None:
        self.report, self.rules, self.places, self.asks = report, report.rules, places, asks
        self.inside = public is None
        self._public = frozenset(_told(each) for each in public.findings) if public is not None else frozenset()
        self.agencies, self.here = agency_names(language()), language()
        self.severities, self.groups = severity_names(), group_names()

    def shown(self) -> list[Finding]:
        """The findings that this reader is told."""
        return [each for each in self.report.worst_first() if self.tells(each)]

    def tells(self, finding: Finding) -> bool:
        """Whether this reader is told more of a finding than that there is one."""
        return self.inside or (group_of(finding.rule) not in INSIDE_GROUPS and _told(finding) in self._public)

    def kept_inside(self, rule: str = "") -> int:
        """How many findings, of one rule or of all, this reader is told the number of only."""
        return sum(not self.tells(each) for each in self.report.findings if rule in ("", each.rule))

    def row(self, finding: Finding) -> dict[str, Any]:
        """A finding as pages show it."""
        rule = self.rules.get(finding.rule)
        waivable = rule.waivable_by if rule else None
        asked = {"rule": finding.rule, "subject": finding.subject}
        if self.places.draft is not None:
            asked["draft"] = str(self.places.draft)
        may_ask = self.asks and waivable is not None and finding.waiver is None
        return {
            "finding": finding,
            "rule": finding.rule,
            "title": rule.title.in_language(self.here) if rule else finding.rule,
            "name": self._name(finding),
            "kind": picture.kind_name(finding.kind) if finding.kind else "",
            "owner": self.agencies.get(finding.owner, finding.owner),
            "href": self.places.of(finding.subject),
            "message": finding.message.in_language(self.here),
            "remedy": finding.remedy.in_language(self.here),
            "law": [each.text for each in finding.legal_basis],
            "others": [
                {"name": each.name.in_language(self.here), "href": self.places.of(each.id)} for each in finding.others
            ],
            "path": [
                {"name": step.thing.name.in_language(self.here), "href": self.places.of(step.thing.id), "via": step.via}
                for step in finding.path
            ],
            "severity": self.severities[finding.severity],
            "tone": SEVERITY_TONES[finding.severity],
            "waiver": finding.waiver,
            "ask": f"{reverse('waiver-ask')}?{urlencode(asked)}" if may_ask else "",
        }

    def chosen(self, wanted: Mapping[str, str]) -> list[Finding]:
        """The findings that fit the filters; the text is looked for without diacritics."""
        words = fold(wanted.get("q", ""))
        return [
            each
            for each in self.shown()
            if wanted.get("severity") in ("", None, each.severity)
            and wanted.get("group") in ("", None, group_of(each.rule))
            and wanted.get("owner") in ("", None, each.owner or "-")
            and {"yes": each.waiver is not None, "no": each.waiver is None}.get(wanted.get("waived", ""), True)
            and (not words or words in fold(f"{self._name(each)} {each.subject} {self._title(each.rule)} {each.rule}"))
        ]

    def about(self, subjects: Container[str]) -> list[dict[str, Any]]:
        """The findings about some things, the worst first, those with a waiver last."""
        return [self.row(each) for each in self.shown() if each.subject in subjects]

    def by_rule(self, findings: Iterable[Finding]) -> list[dict[str, Any]]:
        """The findings by their rule, the worst rule first, each with its first ones."""
        groups: dict[str, list[Finding]] = {}
        for each in findings:
            groups.setdefault(each.rule, []).append(each)
        return [
            {
                "rule": rule,
                "title": self._title(rule),
                "group": self.groups.get(group_of(rule), group_of(rule)),
                "severity": self.severities[found[0].severity],
                "tone": SEVERITY_TONES[found[0].severity],
                "count": len(found),
                "waived": sum(each.waiver is not None for each in found),
                "remedy": found[0].remedy.in_language(self.here),
                "rows": [self.row(each) for each in found[:FIRST]],
                "more": max(0, len(found) - FIRST),
            }
            for rule, found in sorted(groups.items(), key=_gravity)
        ]

    def owners(self) -> list[tuple[str, str]]:
        """The agencies that findings are about, by name; those without one under `-`."""
        codes = {each.owner or "-" for each in self.shown()}
        names = {code: self.agencies.get(code, code) for code in codes if code != "-"}
        found = sorted(names.items(), key=lambda pair: pair[1])
        return [*found, *([("-", _("no agency in charge"))] if "-" in codes else [])]

    def counts_by_owner(self) -> list[dict[str, Any]]:
        """How much each agency has to mend, the most errors first."""
        found: dict[str, Counter[str]] = {}
        for each in self.shown():
            if each.waiver is None:
                found.setdefault(each.owner or "-", Counter())[each.severity] += 1
        names = dict(self.owners())
        lines = [{"code": code, "name": names[code], **_by_severity(counts)} for code, counts in found.items()]
        return sorted(lines, key=lambda line: (-line["error"], -line["warning"], -line["advice"], line["name"]))

    def counts_by_group(self) -> list[dict[str, Any]]:
        """How much there is of each group of rules, what is kept inside as well."""
        found: dict[str, Counter[str]] = {}
        for each in self.report.findings:
            if each.waiver is None:
                found.setdefault(group_of(each.rule), Counter())[each.severity] += 1
        told = {group_of(each.rule) for each in self.shown() if each.waiver is None}
        lines = [
            {"code": code, "name": self.groups.get(code, code), "told": code in told, **_by_severity(counts)}
            for code, counts in found.items()
        ]
        return sorted(lines, key=lambda line: (-line["error"], -line["warning"], -line["advice"], line["name"]))

    def _name(self, finding: Finding) -> str:
        return finding.name.in_language(self.here) if finding.subject else _("the architecture as a whole")

    def _title(self, rule: str) -> str:
        found = self.rules.get(rule)
        return found.title.in_language(self.here) if found else rule


def totals(report: Report) -> dict[str, int]:
    """How many findings of each severity stand without a waiver, and how many with one."""
    counts = Counter(each.severity for each in report.findings if each.waiver is None)
    return {**_by_severity(counts), "waived": sum(each.waiver is not None for each in report.findings)}


def _told(finding: Finding) -> tuple[str, str, str | None]:
    """What a finding says: the same of two editions only if both hold what it is about."""
    return finding.rule, finding.subject, finding.message.vi


def _by_severity(counts: Counter[str]) -> dict[str, int]:
    return {each: counts[each] for each in SEVERITIES}


def _gravity(group: tuple[str, list[Finding]]) -> tuple[int, int, str]:
    rule, found = group
    return SEVERITIES.index(found[0].severity), -len(found), rule
