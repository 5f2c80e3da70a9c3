"""Holding a model against the rules: all of them, or after an edit those that the edit may concern.

Layer 4, governance. Pure. Legal ground: Nghị định 224/2026/NĐ-CP article 23.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Framework
from maidinh.governance.conformity.definition import Rule, Waiver
from maidinh.governance.conformity.programs import PROGRAMS
from maidinh.governance.conformity.report import Finding, Named, RefusedRule, Report, Step
from maidinh.governance.modelling.catalogues import Shelf
from maidinh.governance.modelling.definition import Element, Model, Relation, View
from maidinh.governance.querying.apart import ask_apart
from maidinh.governance.querying.footprints import met, whole
from maidinh.governance.querying.loading import Image
from maidinh.governance.querying.paths import Dependencies
from maidinh.governance.querying.sandbox import SECONDS, Answer, Refused, ask
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.infrastructure.organisations.definition import Organisations

SUBJECT, PATH, CAUSE, OTHER, OTHERS = "subject", "path", "cause", "other", "others"
PLACE = re.compile(r"\{(\w+)\}")
NOTHING = "–"
Asking = Callable[[Image, str, float], Answer]


@dataclass(frozen=True)
class Outcome:
    """What one rule answered, or why it did not; the findings of it, and which things they name."""

    answer: Answer | None
    refusal: Refused | None = None
    findings: tuple[Finding, ...] = ()
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
        self.framework, self.as_of, self.seconds, self._asking = framework, as_of, seconds, asking
        asked_for = framework.id if framework else None
        self.rules = {each.id: each for each in sorted(given, key=lambda rule: rule.id) if each.holds(asked_for, as_of)}
        self._hashes = {each.id: content_hash(each) for each in self.rules.values()}
        self._rule_hash = content_hash(self._hashes)
        self._waivers = tuple(waivers)
        self.image = Image(model, as_of=as_of, framework=framework, shelf=shelf, organisations=organisations)
        self._digests = {each: _digest(thing) for each, thing in self.image.things.items()}
        self._dependencies: Dependencies | None = None
        self._names: dict[str, Named] = {}
        self._outcomes = {each: self._asked(rule) for each, rule in self.rules.items()}
        self.asked: tuple[str, ...] = tuple(self.rules)
        self.report = self._report()

    def edited(self, model: Model) -> Report:
        """The report on the edited model; `asked` names the rules that had to run again for it."""
        change = self.image.changed(model)
        if change.columns.get("depends"):
            self._dependencies = None
        for each in change.ids:
            self._names.pop(each, None)
            thing = self.image.things.get(each)
            if thing is None:
                self._digests.pop(each, None)
            else:
                self._digests[each] = _digest(thing)
        again = []
        for each, outcome in self._outcomes.items():
            if outcome.answer is None or met(outcome.answer.footprint, change):
                again.append(each)
                self._outcomes[each] = self._asked(self.rules[each])
            elif outcome.names & change.ids:
                self._outcomes[each] = self._told(self.rules[each], outcome.answer)
        self.asked = tuple(again)
        self.report = self._report()
        return self.report

    def columns(self, rule: str) -> tuple[str, ...]:
        """What the rule returned; nothing where it was refused."""
        answer = self._outcomes[rule].answer
        return answer.columns if answer else ()

    def _asked(self, rule: Rule) -> Outcome:
        try:
            answer = self._answer(rule)
        except Refused as refusal:
            return Outcome(None, refusal)
        return self._told(rule, answer)

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

    def _told(self, rule: Rule, answer: Answer) -> Outcome:
        names: set[str] = set()
        place = answer.columns.index(SUBJECT)
        ordered = sorted(set(answer.rows), key=lambda row: (str(row[place] or ""), repr(row)))
        found = tuple(self._finding(rule, dict(zip(answer.columns, row, strict=True)), names) for row in ordered)
        return Outcome(answer, None, found, frozenset(names))

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
            model_hash=self._model_hash(),
            version=model.version if isinstance(model, ArchitectureVersion) else None,
            framework=self.framework.id if self.framework else None,
            as_of=self.as_of,
            rules=self.rules,
            rule_hash=self._rule_hash,
            findings=tuple(each for outcome in self._outcomes.values() for each in outcome.findings),
            refused_rules=refused,
            seconds={each: it.answer.seconds for each, it in self._outcomes.items() if it.answer is not None},
        )

    def _model_hash(self) -> str:
        """The identity of what the rules saw, whatever the order in the file."""
        found = hashlib.sha256(_header_digest(self.image.model))
        found.update(b"".join(self._digests[each] for each in sorted(self._digests)))
        return found.hexdigest()


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


def _digest(thing: Any) -> bytes:
    serializer = type(thing).__pydantic_serializer__
    return hashlib.sha256(serializer.to_json(thing, exclude_defaults=True, by_alias=True)).digest()


def _header_digest(model: Model) -> bytes:
    things = {"elements", "relations", "principles", "views", "folders"}
    serializer = type(model).__pydantic_serializer__
    return bytes(serializer.to_json(model, exclude=things, exclude_defaults=True, by_alias=True))


def _name_of(model: Model) -> Text:
    if isinstance(model, ArchitectureVersion):
        return model.title
    return _two(model.name, model.identifier or NOTHING)


def _two(words: Any, otherwise: str) -> Text:
    if words is None:
        return Text(vi=otherwise)
    vietnamese = words.in_language("vi").strip()
    return Text(vi=vietnamese or otherwise, en=(words.en or "").strip() or None)
