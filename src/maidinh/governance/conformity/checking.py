"""Holding a model against the rules: all of them, or after an edit those that the edit may concern.

Layer 4, governance. Pure. Legal ground: Nghị định 224/2026/NĐ-CP article 23.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Framework
from maidinh.governance.conformity.definition import Rule, Waiver
from maidinh.governance.conformity.identity import Identity
from maidinh.governance.conformity.programs import PROGRAMS
from maidinh.governance.conformity.report import Finding, Named, RefusedRule, Report, Step
from maidinh.governance.modelling.catalogues import Shelf
from maidinh.governance.modelling.definition import Element, Model, Relation, View
from maidinh.governance.querying.apart import ask_apart
from maidinh.governance.querying.footprints import met, whole
from maidinh.governance.querying.loading import Change, Image
from maidinh.governance.querying.narrowing import Narrowing, Probe, Probes, narrowing
from maidinh.governance.querying.paths import Dependencies
from maidinh.governance.querying.sandbox import SECONDS, Answer, Refused, ask, fits
from maidinh.infrastructure.definitions.collection import uncollected
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.infrastructure.organisations.definition import Organisations

SUBJECT, PATH, CAUSE, OTHER, OTHERS = "subject", "path", "cause", "other", "others"
PLACE = re.compile(r"\{(\w+)\}")
NOTHING = "–"
Row = tuple[Any, ...]
Asking = Callable[[Image, str, float], Answer]


@dataclass(frozen=True)
class Outcome:
    """What one rule answered, or why it did not; the findings by their rows, each with the things that it names."""

    answer: Answer | None
    refusal: Refused | None = None
    told: Mapping[Row, tuple[Finding, frozenset[str]]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


def asked_here(image: Image, sql: str, seconds: float) -> Answer:
    """Ask in this process: for rules that came with the definitions."""
    return ask(image.connection, sql, seconds=seconds)


def asked_apart(image: Image, sql: str, seconds: float) -> Answer:
    """Ask in a process of its own that is ended when it takes too much: for rules that somebody just wrote."""
    return ask_apart(image.connection, sql, seconds=seconds)


class Checker:
    """A model held against rules, and held again after each edit."""

    def __init__(
        self,
        model: Model,
        rules: Mapping[str, Rule] | Iterable[Rule],
        *,
        as_of: date,
        framework: Framework | None = None,
        shelf: Shelf | None = None,
        organisations: Organisations | None = None,
        waivers: Iterable[Waiver] = (),
        seconds: float = SECONDS,
        asking: Asking = asked_here,
    ) -> None:
        given = rules.values() if isinstance(rules, Mapping) else rules
        self.asked: tuple[str, ...] = ()
        self.framework, self.as_of, self.seconds, self._asking = framework, as_of, seconds, asking
        asked_for = framework.id if framework else None
        self.rules = {each.id: each for each in sorted(given, key=lambda rule: rule.id) if each.holds(asked_for, as_of)}
        self._hashes = {each.id: content_hash(each) for each in self.rules.values()}
        self._rule_hash = content_hash(self._hashes)
        self._waivers = tuple(waivers)
        with uncollected():
            self._first(model, shelf, organisations)

    def _first(self, model: Model, shelf: Shelf | None, organisations: Organisations | None) -> None:
        """Load the model and ask every rule."""
        self.image = Image(model, as_of=self.as_of, framework=self.framework, shelf=shelf, organisations=organisations)
        self._identity = Identity(self.image.things)
        self._dependencies: Dependencies | None = None
        self._names: dict[str, Named] = {}
        self._probes: Probes | None = None
        self._outcomes = {each: self._asked(rule, Outcome(None), frozenset()) for each, rule in self.rules.items()}
        self.asked = tuple(self.rules)
        self.report = self._report()

    def edited(self, model: Model) -> Report:
        """The report on the edited model; `asked` names the rules that had to run again for it."""
        with uncollected():
            return self._again(model)

    def tried(self, model: Model) -> Report:
        """The report on the edited model, while the one that is held stays as it was: what an edit would bring."""
        held, report, asked, outcomes = self.image.model, self.report, self.asked, dict(self._outcomes)
        try:
            return self.edited(model)
        finally:
            with uncollected():
                self._moved(held)
            self.report, self.asked, self._outcomes = report, asked, outcomes

    def _moved(self, model: Model) -> tuple[Change, set[Probe]]:
        """Bring the tables and all that is remembered of things up to the model, without asking a rule."""
        if self._probes is None:
            self._probes = Probes(self._all_probes(), self._rows)
        change = self.image.changed(model)
        turned = self._probes.turned(change)
        if change.columns.get("depends"):
            self._dependencies = None
        for each in change.ids:
            self._names.pop(each, None)
            thing = self.image.things.get(each)
            self._identity.put(each, thing)
        return change, turned

    def _again(self, model: Model) -> Report:
        change, turned = self._moved(model)
        again = []
        for each, outcome in self._outcomes.items():
            subjects = self._concerned(self.rules[each], outcome.answer, change, turned)
            if subjects is None or subjects:
                again.append(each)
                self._outcomes[each] = self._asked(self.rules[each], outcome, change.ids, subjects)
            elif outcome.answer is not None and outcome.names & change.ids:
                self._outcomes[each] = self._told(self.rules[each], outcome.answer, outcome, change.ids)
        self.asked = tuple(again)
        self.report = self._report()
        return self.report

    def columns(self, rule: str) -> tuple[str, ...]:
        """What the rule returned; nothing where it was refused."""
        answer = self._outcomes[rule].answer
        return answer.columns if answer else ()

    def _narrowing(self, rule: Rule) -> Narrowing | None:
        """How the rule is asked of some subjects only. A process of its own for each such question would be slower."""
        return narrowing(rule.select) if rule.select and self._asking is asked_here else None

    def _all_probes(self) -> Iterator[Probe]:
        for rule in self.rules.values():
            narrow = self._narrowing(rule)
            yield from narrow.probes if narrow else ()

    def _rows(self, sql: str) -> tuple[Row, ...]:
        return self._asking(self.image, sql, self.seconds).rows

    def _concerned(self, rule: Rule, answer: Answer | None, change: Change, turned: set[Probe]) -> set[str] | None:
        """The subjects of which the rule must be asked again: none, some, or None for all."""
        if answer is None:
            return None
        if not met(answer.footprint, change):
            return set()
        narrow = self._narrowing(rule)
        told_by_ways = CAUSE in answer.columns and PATH not in answer.columns
        if narrow is None or told_by_ways or not turned.isdisjoint(narrow.probes):
            return None
        return narrow.concerned(self.image.connection, change, answer.footprint)

    def _asked(self, rule: Rule, before: Outcome, changed: frozenset[str], subjects: set[str] | None = None) -> Outcome:
        try:
            answer = self._narrowly(rule, before.answer, subjects) or self._answer(rule)
        except Refused as refusal:
            return Outcome(None, refusal)
        return self._told(rule, answer, before, changed)

    def _narrowly(self, rule: Rule, before: Answer | None, subjects: set[str] | None) -> Answer | None:
        """What the rule answered before, with what it answers now of these subjects; None where that can't be told."""
        narrow = None if before is None or subjects is None else self._narrowing(rule)
        if before is None or subjects is None or narrow is None:
            return None
        try:
            found = self._asking(self.image, narrow.sql(subjects), self.seconds)
        except Refused:
            return None
        place = before.columns.index(SUBJECT)
        rows = (*(row for row in before.rows if row[place] not in subjects), *found.rows)
        return Answer(before.columns, rows, before.footprint, found.seconds) if fits(rows) else None

    def _answer(self, rule: Rule) -> Answer:
        if rule.program is not None:
            if rule.program not in PROGRAMS:
                known = ", ".join(sorted(PROGRAMS))
                raise Refused("unknown-name", f"no program is called {rule.program!r} (known: {known})")
            program = PROGRAMS[rule.program]
            return Answer(program.columns, program.answer(self.image), program.footprint)
        answer = self._asking(self.image, rule.select or "", self.seconds)
        if SUBJECT not in answer.columns:
            raise Refused("unknown-name", f"the rule must return a column named {SUBJECT}: SELECT … AS {SUBJECT}")
        if CAUSE in answer.columns and PATH not in answer.columns:
            return Answer(answer.columns, answer.rows, answer.footprint | whole("depends"), answer.seconds)
        return answer

    def _told(self, rule: Rule, answer: Answer, before: Outcome, changed: frozenset[str]) -> Outcome:
        """The findings; those of rows that were there before stay, unless they name what changed, or tell a way."""
        place = answer.columns.index(SUBJECT)
        ways = CAUSE in answer.columns
        told: dict[Row, tuple[Finding, frozenset[str]]] = {}
        for row in sorted(set(answer.rows), key=lambda row: (str(row[place] or ""), repr(row))):
            known = None if ways else before.told.get(row)
            if known is None or known[1] & changed:
                names: set[str] = set()
                known = self._finding(rule, dict(zip(answer.columns, row, strict=True)), names), frozenset(names)
            told[row] = known
        every = frozenset(each for _, names in told.values() for each in names)
        return Outcome(answer, None, told, every)

    def _finding(self, rule: Rule, row: dict[str, Any], names: set[str]) -> Finding:
        subject = str(row.pop(SUBJECT) or "")
        others = tuple(
            self._named(each, names)
            for column in (OTHER, OTHERS)
            if row.get(column)
            for each in sorted({part.strip() for part in str(row[column]).split(",")})
        )
        path = self._path(subject, row, names)
        named = self._named(subject, names) if subject else Named("", _name_of(self.image.model))
        thing = self.image.things.get(subject)
        owner = self.image.around.agency(thing.owner) if isinstance(thing, Element) else None
        message = self._message(rule, row, named, others)
        return Finding(
            rule.id, rule.severity, subject, named.name, named.kind, owner or "", path, row, others, message,
            rule.remedy, tuple(rule.legal_basis), self._hashes[rule.id], self._waiver(rule, subject),
        )  # fmt: skip

    def _message(self, rule: Rule, row: dict[str, Any], named: Named, others: tuple[Named, ...]) -> Text:
        def said(text: str, language: str) -> str:
            values = {key: NOTHING if value is None else str(value) for key, value in row.items()}
            values |= {
                key: ", ".join(each.name.in_language(language) for each in others)
                for key in (OTHER, OTHERS)
                if key in row
            }
            values |= {"name": named.name.in_language(language), SUBJECT: named.id}
            return PLACE.sub(lambda place: values.get(place[1], NOTHING), text)

        english = said(rule.message.en, "en") if rule.message.en else None
        return Text(vi=said(rule.message.vi, "vi"), en=english)

    def _path(self, subject: str, row: dict[str, Any], names: set[str]) -> tuple[Step, ...]:
        if row.get(PATH):
            ids = [part.strip() for part in str(row[PATH]).split(",")]
            return tuple(Step(self._named(each, names)) for each in ids)
        if row.get(CAUSE):
            if self._dependencies is None:
                self._dependencies = Dependencies.of(self.image.connection)
            cause = str(row[CAUSE])
            way = self._dependencies.shortest(subject, cause) or self._dependencies.shortest(
                subject, cause, "needed-by"
            )
            steps = [Step(self._named(hop.to, names), hop.via) for hop in way or ()]
            return (Step(self._named(subject, names)), *steps)
        return ()

    def _named(self, each: str, names: set[str]) -> Named:
        names.add(each)
        known = self._names.get(each)
        if known is None:
            thing = self.image.things.get(each)
            if isinstance(thing, Element | View | Relation):
                known = Named(each, _two(thing.name, each), thing.kind)
            else:
                known = Named(each, self._elsewhere(each))
            self._names[each] = known
        return known

    def _elsewhere(self, each: str) -> Text:
        """What a catalogue, the framework or an agency calls it; else its id."""
        shelf = self.image.around.shelf
        if each in shelf.products:
            return shelf.products[each].name
        for entry in self.framework.components if self.framework else ():
            if entry.id == each and (entry.vi or entry.en):
                return Text(vi=entry.vi or entry.en or each, en=entry.en)
        return Text(vi=each)

    def _waiver(self, rule: Rule, subject: str) -> Waiver | None:
        if rule.waivable_by is None:
            return None
        return next((each for each in self._waivers if each.covers(rule.id, subject, self.as_of)), None)

    def _report(self) -> Report:
        model = self.image.model
        refused = tuple(
            RefusedRule(each, outcome.refusal.kind, outcome.refusal.text)
            for each, outcome in self._outcomes.items()
            if outcome.refusal is not None
        )
        return Report(
            model_name=_name_of(model),
            model_hash=self._identity.of(model),
            version=model.version if isinstance(model, ArchitectureVersion) else None,
            framework=self.framework.id if self.framework else None,
            as_of=self.as_of,
            rules=self.rules,
            rule_hash=self._rule_hash,
            findings=tuple(each for outcome in self._outcomes.values() for each, _ in outcome.told.values()),
            refused_rules=refused,
            seconds={each: it.answer.seconds for each, it in self._outcomes.items() if it.answer is not None},
        )


def check(
    model: Model,
    rules: Mapping[str, Rule] | Iterable[Rule],
    *,
    as_of: date,
    framework: Framework | None = None,
    shelf: Shelf | None = None,
    organisations: Organisations | None = None,
    waivers: Iterable[Waiver] = (),
    asking: Asking = asked_here,
) -> Report:
    """The model held against all rules that are in force for the framework on the day."""
    return Checker(
        model, rules, as_of=as_of, framework=framework, shelf=shelf, organisations=organisations, waivers=waivers,
        asking=asking,
    ).report  # fmt: skip


def _name_of(model: Model) -> Text:
    if isinstance(model, ArchitectureVersion):
        return model.title
    return _two(model.name, model.identifier or NOTHING)


def _two(words: Any, otherwise: str) -> Text:
    if words is None:
        return Text(vi=otherwise)
    vietnamese = (words.vi or words.in_language("vi")).strip()
    return Text(vi=vietnamese or otherwise, en=(words.en or "").strip() or None)
