"""Which architecture is held against the rules, as of which day, by which framework, for whom. Layer 2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.web.context import language
from maidinh.channels.web.editions import edition_for, is_inside, publication_rules
from maidinh.channels.web.findings import Places, Wording
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Framework
from maidinh.governance.architecture.queries import Version, current_version, version_as_of, versions_for
from maidinh.governance.conformity.actions.waivers import ASKING
from maidinh.governance.conformity.definition import Rule
from maidinh.governance.conformity.queries import Appraised, framework_for, report_on, surroundings
from maidinh.governance.conformity.report import Report
from maidinh.governance.drafting.queries import Draft, draft_for
from maidinh.governance.exploring.publication import public_edition
from maidinh.infrastructure.actor import Actor

ITEMS = ("elements", "relations", "principles", "views")


class NoSuchDay(ValueError):
    """What was typed is no day."""


@dataclass(frozen=True)
class Appraisal:
    """One architecture and what the rules say of it, for one reader."""

    actor: Actor
    model: ArchitectureVersion
    key: tuple[Any, ...]
    day: date
    framework: Framework | None
    version: str = ""
    draft: int | None = None
    row: Version | None = None

    @cached_property
    def report(self) -> Report:
        """What was found."""
        return report_on(Appraised(self.key, self.model), framework=self.framework, day=self.day)

    @cached_property
    def words(self) -> Wording:
        """The findings in the reader's language."""
        public = None if is_inside(self.actor) else self._public()
        return Wording(self.report, self._places(), public=public, asks=self.actor.may(ASKING))

    @property
    def title(self) -> str:
        """What was checked."""
        title, version = self.model.title.in_language(language()), self.model.version
        said = _("draft %(version)s") if self.draft is not None else _("version %(version)s")
        return title if version in title and self.draft is None else f"{title} ({said % {'version': version}})"

    def address(self, rule: str = "") -> str:
        """Where the verdict, or one rule of it, is shown."""
        if self.draft is not None:
            return reverse("architecture-draft-conformity", kwargs={"draft_id": self.draft})
        return reverse("conformity-rule", kwargs={"rule": rule}) if rule else reverse("conformity")

    def as_json(self) -> dict[str, Any]:
        """For machines; what is told to officials only is left out for everyone else, and its number is said."""
        told = self.report.as_json()
        if not self.words.inside:
            told["findings"] = [each.as_json() for each in self.report.findings if self.words.tells(each)]
            told["kept_inside"] = self.words.kept_inside()
        return told

    def _shown(self) -> ArchitectureVersion:
        """The architecture as the reader may see it."""
        if self.row is not None:
            return edition_for(self.actor, self.row).model
        return self.model if is_inside(self.actor) else public_edition(self.model, publication_rules())

    def _public(self) -> Report:
        """What the rules find in what is public."""
        return report_on(Appraised((*self.key, "public"), self._shown()), framework=self.framework, day=self.day)

    def _places(self) -> Places:
        if self.draft is None:
            return Places(self.version, elements=frozenset(each.id for each in self._shown().elements))
        items = {each.id: section for section in ITEMS for each in getattr(self.model, section)}
        return Places(draft=self.draft, items=items)


@dataclass(frozen=True)
class Found:
    """A finding that a waiver is asked for: of which rule, in which version, as the page says it."""

    rule: Rule
    name: str
    version: str
    row: dict[str, Any]
    back: str


def of_version(actor: Actor, asked: Mapping[str, str]) -> Appraisal | None:
    """The version of an address (`version`, `as_of`, `framework`), else the one in force; None where there is none.

    Raises NoSuchDay; Http404 for a version or framework that isn't there.
    """
    day = _day(asked.get("as_of", ""))
    row = _version(actor, asked.get("version", "")[:40].replace("\0", " "), day)
    if row is None:
        return None
    today = localtime(timezone.now()).date()
    framework = _framework(asked.get("framework", ""), row.model, day or today)
    return Appraisal(actor, row.model, ("version", row.hash), day or today, framework, version=row.version, row=row)


def of_read(actor: Actor, version: Version, day: date) -> Appraisal:
    """A version that a page is about, as of the day that it is read for."""
    framework = _framework("", version.model, day)
    return Appraisal(
        actor, version.model, ("version", version.hash), day, framework, version=version.version, row=version
    )


def of_draft(actor: Actor, draft: Draft, asked: Mapping[str, str]) -> Appraisal:
    """A draft as it stands, as of a day."""
    day = _day(asked.get("as_of", "")) or localtime(timezone.now()).date()
    framework = _framework(asked.get("framework", ""), draft.model, day)
    key = ("draft", draft.pk, draft.revision)
    return Appraisal(actor, draft.model, key, day, framework, version=draft.version, draft=draft.pk)


def base_of(actor: Actor, draft: Draft, day: date, framework: Framework | None) -> Appraisal | None:
    """What the draft was made from, held against the same; None where it is all new."""
    if draft.base is None:
        return None
    return Appraisal(
        actor,
        draft.base.model,
        ("version", draft.base.hash),
        day,
        framework,
        version=draft.base.version,
        row=draft.base,
    )


def finding_for(actor: Actor, rule: str, subject: str, draft: str) -> Found | None:
    """The finding that an address names, in the version in force or in a draft; None where there is none today."""
    appraisal: Appraisal | None
    if draft:
        row = draft_for(actor, int(draft)) if draft.isascii() and draft.isdigit() and len(draft) < 18 else None
        appraisal = of_draft(actor, row, {}) if row is not None else None
    else:
        appraisal = of_version(actor, {})
    if appraisal is None:
        return None
    finding = next((each for each in appraisal.words.shown() if (each.rule, each.subject) == (rule, subject)), None)
    if finding is None or finding.waiver is not None:
        return None
    told = appraisal.words.row(finding)
    back = appraisal.address(rule)
    name = finding.name.vi if subject else ""
    return Found(appraisal.report.rules[rule], name, appraisal.model.version, told, back)


def framework_choices() -> list[tuple[str, str]]:
    """The national frameworks to hold an architecture against."""
    found = sorted(surroundings().frameworks.values(), key=lambda each: each.valid_from)
    return [(each.id, f"{each.name} ({each.legal})") for each in found]


def asked_again(asked: Mapping[str, str], *names: str) -> str:
    """What an address keeps of what was asked."""
    kept = {name: asked[name] for name in names if asked.get(name)}
    return f"?{urlencode(kept)}&" if kept else "?"


def _framework(asked: str, model: ArchitectureVersion, day: date) -> Framework | None:
    if asked and asked not in surroundings().frameworks:
        raise Http404(asked)
    return framework_for(asked or model.framework, day)


def _version(actor: Actor, version: str, day: date | None) -> Version | None:
    if version:
        found = versions_for(actor).filter(version=version).first()
        if found is None:
            raise Http404(version)
        return found
    return version_as_of(actor, day) if day is not None else current_version()


def _day(asked: str) -> date | None:
    text = asked.strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text[:20])
    except ValueError:
        raise NoSuchDay(
            _("“%(day)s” is no day. Write it as year-month-day: 2026-01-31.") % {"day": text[:40]}
        ) from None
