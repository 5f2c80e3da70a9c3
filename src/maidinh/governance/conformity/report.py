"""What a check found: findings that explain themselves, and the verdict.

Layer 4, governance. Pure. The same model, rules and day give the same bytes, whatever the order in the files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from maidinh.governance.conformity.definition import SEVERITIES, Article, Rule, Severity, Waiver
from maidinh.infrastructure.definitions.definition import Text

Verdict = Literal["conforms", "conforms-with-waivers", "does-not-conform"]
Value = str | int | float | None
NOBODY = ""  # the owner of what has none


@dataclass(frozen=True)
class Named:
    """A thing of the model by its id, with what it is called and what it is."""

    id: str
    name: Text
    kind: str = ""


@dataclass(frozen=True)
class Step:
    """One step of the way from the subject to the cause: the thing, and by which relation or field it is reached."""

    thing: Named
    via: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing that a rule finds: what, of whom, why, by which article, and what to do."""

    rule: str
    severity: Severity
    subject: str
    name: Text
    kind: str
    owner: str
    path: tuple[Step, ...]
    values: Mapping[str, Value]
    others: tuple[Named, ...]
    message: Text
    remedy: Text
    legal_basis: tuple[Article, ...]
    rule_hash: str
    waiver: Waiver | None = None

    @property
    def group(self) -> str:
        """What its rule is about."""
        return self.rule.partition(".")[0]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        told: dict[str, Any] = {
            "rule": self.rule, "rule_hash": self.rule_hash, "severity": self.severity, "subject": self.subject,
            "name": _text(self.name), "kind": self.kind or None, "owner": self.owner or None,
            "message": _text(self.message), "remedy": _text(self.remedy), "values": dict(self.values),
            "others": [_named(each) for each in self.others],
            "path": [_named(each.thing) | {"via": each.via or None} for each in self.path],
            "legal_basis": [each.model_dump(mode="json", exclude_none=True) for each in self.legal_basis],
        }  # fmt: skip
        if self.waiver is not None:
            told["waiver"] = {
                "number": self.waiver.number, "valid_to": self.waiver.valid_to.isoformat(),
                "approved_by": self.waiver.approved_by,
            }  # fmt: skip
        return told


@dataclass(frozen=True)
class RefusedRule:
    """A rule that could not be asked, and why; what it would have found is not known."""

    rule: str
    kind: str
    text: str


@dataclass(frozen=True)
class Report:
    """What a check found, of which model, by which rules, as of which day."""

    model_name: Text
    model_hash: str
    version: str | None
    framework: str | None
    as_of: date
    rules: Mapping[str, Rule]
    rule_hash: str
    findings: tuple[Finding, ...]
    refused_rules: tuple[RefusedRule, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def rules_run(self) -> int:
        """How many rules were asked and answered."""
        return len(self.rules) - len(self.refused_rules)

    @property
    def verdict(self) -> Verdict:
        """Whether the model conforms. A rule that could not be asked is no pass."""
        errors = [each for each in self.findings if each.severity == "error"]
        if self.refused_rules or any(each.waiver is None for each in errors):
            return "does-not-conform"
        return "conforms-with-waivers" if errors else "conforms"

    def counts(self) -> dict[Severity, int]:
        """How many findings of each severity are not waived."""
        found = Counter(each.severity for each in self.findings if each.waiver is None)
        return {severity: found[severity] for severity in SEVERITIES}

    def worst_first(self) -> list[Finding]:
        """The findings, the worst first, those of one rule together."""
        return sorted(self.findings, key=lambda each: (each.waiver is not None, SEVERITIES.index(each.severity)))

    def by_owner(self) -> dict[str, list[Finding]]:
        """The findings of each owner (`''`: nobody), whoever has the most errors first."""
        found: dict[str, list[Finding]] = {}
        for each in self.worst_first():
            found.setdefault(each.owner, []).append(each)
        return dict(sorted(found.items(), key=lambda pair: (_weight(pair[1]), pair[0])))

    def by_rule(self) -> dict[str, list[Finding]]:
        """The findings of each rule, the worst rules first, those with the most findings before others."""
        found: dict[str, list[Finding]] = {}
        for each in self.findings:
            found.setdefault(each.rule, []).append(each)
        order = sorted(found, key=lambda rule: (SEVERITIES.index(self.rules[rule].severity), -len(found[rule]), rule))
        return {rule: found[rule] for rule in order}

    def as_json(self) -> dict[str, Any]:
        """For machines; nothing in it depends on when or how fast it was made."""
        return {
            "model": {"name": _text(self.model_name), "hash": self.model_hash, "version": self.version},
            "framework": self.framework, "as_of": self.as_of.isoformat(), "verdict": self.verdict,
            "rules": {"run": self.rules_run, "hash": self.rule_hash,
                      "refused": [vars(each) for each in self.refused_rules]},
            "counts": {**self.counts(), "waived": sum(each.waiver is not None for each in self.findings)},
            "findings": [each.as_json() for each in self.findings],
        }  # fmt: skip


def _weight(findings: list[Finding]) -> tuple[int, ...]:
    found = Counter(each.severity for each in findings if each.waiver is None)
    return tuple(-found[severity] for severity in SEVERITIES)


def _text(text: Text) -> dict[str, str]:
    return {"vi": text.vi, **({"en": text.en} if text.en else {})}


def _named(named: Named) -> dict[str, Any]:
    return {"id": named.id, "name": _text(named.name), "kind": named.kind or None}
