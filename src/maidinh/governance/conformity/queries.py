"""Reading waivers and rules, and holding what was seen on the exchange against the architecture in force.

Layer 4, governance. What was granted and what is in force is public; what is asked for or proposed is for those who
ask, decide and write.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.timezone import localtime

from maidinh.exchange.evidence.queries import observed_connections
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Framework
from maidinh.governance.architecture.queries import declared_organisations
from maidinh.governance.conformity import definition
from maidinh.governance.conformity.checking import Checker, asked_apart, check
from maidinh.governance.conformity.definition import Rule
from maidinh.governance.conformity.examples import ExampleResult, tried
from maidinh.governance.conformity.models import RuleVersion, Waiver
from maidinh.governance.conformity.proposing import APPROVED, PROPOSED, in_force
from maidinh.governance.conformity.reading import Surroundings, read_rules, read_surroundings
from maidinh.governance.conformity.report import Report
from maidinh.governance.conformity.rules import Connection, compare, declared_flows, observations
from maidinh.governance.conformity.waiving import ASKED, GRANTED, REFUSED, WaiverTerms, holds, read_waiver_terms
from maidinh.governance.querying.apart import ask_apart
from maidinh.governance.querying.loading import load
from maidinh.governance.querying.sandbox import Answer
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.locating import definitions_root, province_root

KEPT_REPORTS = 32
INSIDE = ("conformity.ask-waiver", "conformity.decide-waiver", "conformity.write-rule", "conformity.approve-rule")


def connections(model: ArchitectureVersion, *, instance: str, since: datetime, at: datetime) -> list[Connection]:
    """Every connection that the model declares at this moment or that was seen since then, with its verdict."""
    seen = observations(model, instance, observed_connections(since))
    return compare(declared_flows(model, instance, localtime(at)), seen)


def takes_part(actor: Actor) -> bool:
    """Whether the actor asks, decides or writes, and so sees what is not public yet."""
    return any(actor.may(permission) for permission in INSIDE)


@cache
def waiver_terms() -> WaiverTerms:
    """How long waivers may last; read once."""
    return read_waiver_terms(_national())


def waivers_for(actor: Actor) -> QuerySet[Waiver]:
    """The waivers that this actor may see, the last asked for first."""
    found = Waiver.objects.order_by("-asked_at", "-pk")
    return found if takes_part(actor) else found.filter(decided_at__isnull=False).exclude(state__in=(ASKED, REFUSED))


def waiver_for(actor: Actor, waiver_id: int) -> Waiver | None:
    """One waiver, if this actor may see it."""
    return waivers_for(actor).filter(pk=waiver_id).first() if waiver_id < 2**63 else None


def waivers_on(day: date) -> list[Waiver]:
    """The waivers that hold on a day, in the order in which they were asked for."""
    granted = Waiver.objects.filter(decided_at__isnull=False, valid_from__lte=day, valid_until__gte=day)
    found = granted.exclude(state__in=(ASKED, REFUSED)).order_by("pk")
    return [each for each in found if waiver_holds(each, day)]


def waiver_holds(row: Waiver, day: date) -> bool:
    """Whether this waiver counts on a day."""
    if row.decided_at is None or row.state in (ASKED, REFUSED):
        return False
    return holds(row.valid_from, row.valid_until, localtime(row.decided_at).date(), row.ended_on, day)


def waivers_to_decide(actor: Actor) -> QuerySet[Waiver]:
    """What waits for this actor's decision: asked by somebody else, of a rule that names a role of theirs."""
    found = Waiver.objects.filter(state=ASKED, role__in=actor.roles).exclude(asked_by=actor.id)
    return found.order_by("asked_at", "pk") if actor.may("conformity.decide-waiver") else found.none()


def waivers_ending_for(actor: Actor) -> QuerySet[Waiver]:
    """The waivers that end soon and that this actor asked for or decided on."""
    mine = Q(asked_by=actor.id) | Q(decided_by=actor.id)
    return Waiver.objects.filter(mine, state=GRANTED, reminded_at__isnull=False).order_by("valid_until", "pk")


@cache
def rules_of_files() -> Mapping[str, Rule]:
    """The rules that the definitions hold for this province; read once. Raises DefinitionError."""
    return read_rules(_national(), province_root(settings.MAIDINH.province, settings.MAIDINH.definitions))


def rule_versions_for(actor: Actor) -> QuerySet[RuleVersion]:
    """The versions of the province's own rules that this actor may see, the newest of each rule first."""
    found = RuleVersion.objects.filter(province=settings.MAIDINH.province).order_by("rule", "-number")
    return found if takes_part(actor) else found.filter(state=APPROVED)


def rules_to_decide(actor: Actor) -> QuerySet[RuleVersion]:
    """The proposals of other people that wait for this actor."""
    found = RuleVersion.objects.filter(state=PROPOSED).exclude(written_by=actor.id)
    return found.order_by("written_at", "pk") if actor.may("conformity.approve-rule") else found.none()


@lru_cache(maxsize=256)
def _rule_kept(version_id: int, digest: str) -> Rule:
    return Rule.model_validate(RuleVersion.objects.values_list("content", flat=True).get(pk=version_id, hash=digest))


def rule_of(row: RuleVersion) -> Rule:
    """The rule that a version keeps."""
    return _rule_kept(row.pk, row.hash)


def own_rules_on(day: date) -> list[RuleVersion]:
    """The province's own rules in force on a day, without their text; a rule of the definitions goes before them."""
    of_files = rules_of_files().keys()
    kept = RuleVersion.objects.filter(province=settings.MAIDINH.province, state=APPROVED).defer("content")
    found = {
        row.rule: row
        for row in kept.order_by("number")
        if row.rule not in of_files and in_force(row.in_force_from, row.in_force_to, day)
    }
    return list(found.values())


def rules_on(day: date) -> dict[str, Rule]:
    """The rules by which the province is checked as of a day: those of its definitions, and its own in force then."""
    return {**rules_of_files(), **{row.rule: rule_of(row) for row in own_rules_on(day)}}


@cache
def surroundings() -> Surroundings:
    """The frameworks and catalogues that a model is held against; read once. Raises DefinitionError."""
    return read_surroundings(_national(), province_root(settings.MAIDINH.province, settings.MAIDINH.definitions))


def framework_for(named: str, day: date) -> Framework | None:
    """The framework that a version names, else the one in force on a day, else none."""
    known = surroundings().frameworks
    held = [
        each for each in known.values() if each.valid_from <= day and (each.valid_to is None or day <= each.valid_to)
    ]
    return known.get(named) or max(held, key=lambda each: each.valid_from, default=None)


@dataclass(frozen=True)
class Appraised:
    """What is held against the rules: a model under the key by which it is told apart from every other content."""

    key: Hashable
    model: ArchitectureVersion


@contextmanager
def checker_on(appraised: Appraised, *, framework: Framework | None, day: date) -> Iterator[Checker]:
    """The model held against the rules as of a day, ready to try edits; the last one is kept, one at a time uses it."""
    key, held = _held(appraised, framework, day)
    with _CHECKING:
        if key not in _CHECKERS:
            _CHECKERS.clear()
            _CHECKERS[key] = Checker(appraised.model, **held())
        try:
            yield _CHECKERS[key]
        except Exception:
            _CHECKERS.clear()  # what an edit left half done is not used again
            raise


def report_on(appraised: Appraised, *, framework: Framework | None, day: date) -> Report:
    """What a check finds as of a day; kept in this process, for many people ask the same."""
    key, held = _held(appraised, framework, day)
    found = _REPORTS.get(key)
    if found is None:
        found = check(appraised.model, **held())
        _REPORTS.put(key, found)
    return found


def _held(
    appraised: Appraised, framework: Framework | None, day: date
) -> tuple[Hashable, Callable[[], dict[str, Any]]]:
    """How a model is held against the rules as of a day: the key to keep it under, and what the check takes."""
    own, waived = own_rules_on(day), waivers_on(day)
    rules_key = tuple((row.rule, row.number) for row in own)
    waivers_key = tuple(row.pk for row in waived)
    key = (appraised.key, framework.id if framework else None, day, rules_key, waivers_key)
    return key, lambda: {
        "rules": {**rules_of_files(), **{row.rule: rule_of(row) for row in own}},
        "framework": framework,
        "as_of": day,
        "shelf": surroundings().shelf,
        "organisations": declared_organisations(),
        "waivers": [_as_waiver(row) for row in waived],
    }


def asked_of(model: ArchitectureVersion, sql: str, *, day: date) -> Answer:
    """What a question that somebody just wrote finds in a model, asked in a process of its own. Raises Refused."""
    image = load(
        model,
        as_of=day,
        framework=framework_for(model.framework, day),
        shelf=surroundings().shelf,
        organisations=declared_organisations(),
    )
    return ask_apart(image.connection, sql)


def examples_of(rule: Rule) -> list[ExampleResult]:
    """What comes of the examples of a rule that somebody just wrote, each run in a process of its own."""
    return tried(rule, surroundings(), asking=asked_apart)


class _Kept:
    """The reports asked for last, by what they are about."""

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, Report] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Report | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: Hashable, report: Report) -> None:
        with self._lock:
            self._found[key] = report
            while len(self._found) > KEPT_REPORTS:
                self._found.popitem(last=False)


_REPORTS = _Kept()
_CHECKERS: dict[Hashable, Checker] = {}
_CHECKING = Lock()


def _as_waiver(row: Waiver) -> definition.Waiver:
    return definition.Waiver(
        rule=row.rule,
        subject=row.subject,
        valid_from=row.valid_from,
        valid_to=row.valid_until,
        justification=row.justification,
        legal_ground=row.legal_ground,
        approved_by=row.decided_role or "",
        number=str(row.pk),
    )


def _national() -> Path:
    return definitions_root(settings.MAIDINH.definitions) / "national"
