"""A project as a change: what the architecture becomes by it, a change read off two models, one moved onto another.

Layer 4, governance. Pure. An element that is retired stays as retired, a relation that is retired is taken out. Only
what is touched is looked at, so that a change of a large architecture takes a moment. Merging is comparison's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from maidinh.governance.architecture.definition import ArchitectureVersion, Element, Relation
from maidinh.governance.architecture.reading import without
from maidinh.governance.comparison.conflicts import Conflict
from maidinh.governance.comparison.difference import Changed, difference
from maidinh.governance.comparison.fields import ORDER
from maidinh.governance.comparison.merging import merge
from maidinh.governance.modelling.definition import Connection, View
from maidinh.governance.modelling.integrity import SHARING_IDS
from maidinh.governance.modelling.metamodel import LAYERED_KINDS
from maidinh.governance.projects.content import NoSuchField, plain_value, thing_content, with_field
from maidinh.governance.projects.definition import SECTIONS, Project, ProposedChange, Section
from maidinh.governance.projects.sayings import N_, At, Fault, form_faults
from maidinh.infrastructure.organisations.definition import Organisations

FORMS: dict[str, type[Element] | type[Relation]] = {"elements": Element, "relations": Relation}
RETIRED = "retired"
Thing = TypeVar("Thing", Element, Relation)


class ProposalRefused(ValueError):
    """A project's changes can't be made in this architecture; `faults` says at which field, all of them at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class Rebased:
    """A project on another version: what it still changes there, what waits for a decision, decisions about nothing."""

    project: Project
    conflicts: tuple[Conflict, ...] = ()
    unused: tuple[str, ...] = ()


def agency_codes(organisations: Organisations) -> dict[str, str]:
    """The code of each agency, by its code and by its short id."""
    return {name: each.code for each in organisations.agencies for name in (each.code, each.id)}


def with_agency_codes(project: Project, codes: Mapping[str, str]) -> Project:
    """The same project with every agency by its code, where the file names it by its short id."""
    changes = [_coded(each, codes) for each in project.changes]
    training = [each.model_copy(update={"agency": codes.get(each.agency, each.agency)}) for each in project.training]
    owner = codes.get(project.owner, project.owner)
    return project.model_copy(update={"owner": owner, "changes": changes, "training": training})


def proposed(
    version: ArchitectureVersion, project: Project, agencies: Mapping[str, str] | None = None
) -> ArchitectureVersion:
    """The architecture with the project's changes made. Raises ProposalRefused.

    `agencies` gives the code of an agency by its short id, for a project that wasn't yet brought to codes.
    """
    return _Proposing(version, project, agencies or {}).made()


def changes_between(old: ArchitectureVersion, new: ArchitectureVersion) -> list[ProposedChange]:
    """What a project has to say to make one model of the other, in elements and relations.

    An element that is gone is retired. Of order and of where things lie nothing is said.
    """
    found = difference(old, new)
    changes: list[ProposedChange] = []
    for name in SECTIONS:
        section, things = found[name], {each.id: each for each in getattr(new, name)}
        changes += [_addition(name, things[each.id]) for each in section.added]
        changes += [change for each in section.changed if (change := _alteration(name, each)) is not None]
        changes += [ProposedChange(action="retire", section=name, item=each.id) for each in section.removed]
    return changes


def rebased(
    project: Project,
    base: ArchitectureVersion,
    current: ArchitectureVersion,
    decisions: Mapping[str, Any] | None = None,
) -> Rebased:
    """The project's changes, written against `base`, on `current`: ours is the project, theirs the current version.

    What isn't decided stays as it is in the current version. Raises ProposalRefused where the changes can't even be
    made in the base, Undecidable where a decision can't be followed.
    """
    merged = merge(base, proposed(base, project), current, decisions, undecided="theirs")
    model = merged.model
    if not isinstance(model, ArchitectureVersion):
        raise TypeError("two versions made no version")
    said = {(each.section, each.item): each for each in project.changes}
    changes = [_as_said(each, said.get((each.section, each.item))) for each in changes_between(current, model)]
    order = {key: n for n, key in enumerate(said)}
    changes.sort(key=lambda each: order.get((each.section, each.item), len(order)))
    moved = project.model_copy(update={"changes": changes, "architecture": current.version})
    return Rebased(moved, merged.conflicts, merged.unused)


def _as_said(change: ProposedChange, before: ProposedChange | None) -> ProposedChange:
    """The change with the reason and the day that the project gave for it."""
    if before is None:
        return change
    update: dict[str, Any] = {"why": before.why}
    if change.action == before.action == "retire":
        update["on"] = before.on
    return change.model_copy(update=update)


def _addition(section: Section, thing: Element | Relation) -> ProposedChange:
    return ProposedChange(action="add", section=section, item=thing.id, value=thing_content(thing))


def _alteration(section: Section, changed: Changed) -> ProposedChange | None:
    fields = {
        each.path: plain_value(FORMS[section], each.path, each.after)
        for each in changed.fields
        if not each.path.endswith(ORDER) and each.path not in ("folders", "parent", "position")
    }
    if not fields:
        return None
    if section == "elements" and fields.get("state") == RETIRED and set(fields) <= {"state", "dates", "dates.retired"}:
        on = fields.get("dates.retired")
        return ProposedChange.model_validate(
            {"action": "retire", "section": section, "item": changed.thing.id, "on": on}
        )
    return ProposedChange(action="change", section=section, item=changed.thing.id, set=fields)


def _coded(change: ProposedChange, codes: Mapping[str, str]) -> ProposedChange:
    """The change with its owner by code."""
    if change.section != "elements" or not codes:
        return change
    owner = (change.set if change.value is None else change.value).get("owner")
    if not isinstance(owner, str) or owner not in codes:
        return change
    part = "set" if change.value is None else "value"
    return change.model_copy(update={part: getattr(change, part) | {"owner": codes[owner]}})


class _Proposing:
    """The changes of one project being made in one version."""

    def __init__(self, version: ArchitectureVersion, project: Project, codes: Mapping[str, str]) -> None:
        self.version, self.changes, self.codes = version, project.changes, codes
        self.things: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
        for name in SECTIONS:
            self.things[name] = {each.id: each for each in getattr(version, name)}
        self.taken = {each.id for name in SHARING_IDS if name not in SECTIONS for each in getattr(version, name)}
        self.gone: set[str] = set()
        self.faults: list[Fault] = []

    def made(self) -> ArchitectureVersion:
        seen: set[tuple[str, str]] = set()
        for n, change in enumerate(self.changes):
            if (change.section, change.item) in seen:
                self._refuse(change, n, "", N_("is changed more than once."), N_("Say it all in one change."))
                continue
            seen.add((change.section, change.item))
            if change.action == "add":
                self._add(n, change)
            elif change.item not in self.things[change.section]:
                self._refuse(change, n, "", N_("is not in the architecture."),
                             N_("Write the id of what is there, or add it."))  # fmt: skip
            elif change.action == "change":
                self._change(n, change)
            else:
                self._retire(n, change)
        if not self.faults:
            self._hold_together()
        if self.faults:
            raise ProposalRefused(self.faults)
        return self._model()

    def _add(self, n: int, change: ProposedChange) -> None:
        if change.item in self.taken or any(change.item in things for things in self.things.values()):
            self._refuse(change, n, "", N_("is in the architecture already."), N_("Change it, or give it another id."))
            return
        value = _coded(change, self.codes).value or {}
        thing = self._formed(change, n, value, "value")
        if thing is not None:
            self.things[change.section][change.item] = thing

    def _change(self, n: int, change: ProposedChange) -> None:
        content, form, count = thing_content(self.things[change.section][change.item]), FORMS[change.section], 0
        for path, value in _coded(change, self.codes).set.items():
            if path == "id":
                self._refuse(change, n, path, N_("never changes."), N_("Retire the old one and add a new one."), "set")
                count += 1
                continue
            try:
                with_field(content, form, path, value)
            except NoSuchField as error:
                says = N_("has nothing there that could be taken out.") if error.absent else N_("is no field of it.")
                remedy = N_("Take the line out.") if error.absent else N_("Look at the name of the field.")
                self._refuse(change, n, path, says, remedy, "set")
                count += 1
        if not count:
            thing = self._formed(change, n, content, "set")
            if thing is not None:
                self.things[change.section][change.item] = thing

    def _retire(self, n: int, change: ProposedChange) -> None:
        if change.section == "relations":
            del self.things["relations"][change.item]
            self.gone.add(change.item)
            return
        element = self.things["elements"][change.item]
        if element.state == RETIRED:
            self._refuse(change, n, "", N_("is retired already."), N_("Take the change out."))
            return
        content = thing_content(element) | {"state": RETIRED}
        if change.on is not None:
            content["dates"] = content.get("dates", {}) | {"retired": change.on.isoformat()}
        self.things["elements"][change.item] = Element.model_validate(content)

    def _formed(self, change: ProposedChange, n: int, content: Mapping[str, Any], word: str) -> Any:
        """The thing that this content is; None, with the faults told, where it is none."""
        name, at = f"changes.{change.item}.{word}", ("changes", n, word)
        try:
            thing = FORMS[change.section].model_validate(content)
        except ValidationError as error:
            self.faults += [_placed(each, change, name, at) for each in form_faults(error, name, at)]
            return None
        if isinstance(thing, Element) and thing.kind in LAYERED_KINDS:
            bare = {"layer": thing.layer is None, "name.vi": not thing.name.in_language("vi")}
            wrong = [path for path, missing in bare.items() if missing]
            for path in wrong:
                self._refuse(change, n, path, N_("is missing."), N_("Write it."), word)
            return None if wrong else thing
        return thing

    def _hold_together(self) -> None:
        """Whether every end leads somewhere, of what was touched and of what hung on what is gone."""
        elements, relations = self.things["elements"], self.things["relations"]
        for n, change in enumerate(self.changes):
            thing = self.things[change.section].get(change.item)
            word = "value" if change.action == "add" else "set"
            for path, end in _ends(thing) if change.action != "retire" else ():
                if end not in elements and (path == "interface.system" or end not in relations):
                    self._refuse(change, n, path, N_("leads to %(end)s, which is not in the architecture."),
                                 N_("Write the id of what is there, or add it."), word, end=end)  # fmt: skip
        places = {each.item: n for n, each in enumerate(self.changes)}
        for each in relations.values() if self.gone else ():
            for end in {each.from_, each.to} & self.gone:
                n = places[end]
                self._refuse(self.changes[n], n, "", N_("is needed by the relation %(other)s."),
                             N_("Retire that one too."), other=each.id)  # fmt: skip

    def _refuse(
        self, change: ProposedChange, n: int, path: str, says: str, remedy: str, word: str = "", **values: str
    ) -> None:
        name = ".".join(part for part in ("changes", change.item, word, path) if part)
        at: At = ("changes", n, *([word] if word else ["item"]), *([path] if word == "set" else path.split(".")))
        self.faults.append(Fault(name, says, values, remedy, tuple(part for part in at if part != "")))

    def _model(self) -> ArchitectureVersion:
        update: dict[str, Any] = {name: list(things.values()) for name, things in self.things.items()}
        if self.gone:
            update["views"] = [_without_lines(each, self.gone) for each in self.version.views]
            update["folders"] = [without(each, frozenset(self.gone)) for each in self.version.folders]
        return self.version.model_copy(update=update)


def _placed(fault: Fault, change: ProposedChange, name: str, at: At) -> Fault:
    """The fault at the field that the change set, where its form tells of one deeper within."""
    path = fault.field.removeprefix(name).lstrip(".")
    own = [each for each in change.set if path == each or path.startswith(f"{each}.") or each.startswith(f"{path}.")]
    if change.action != "change" or not own:
        return fault
    longest = max(own, key=len)
    return Fault(f"{name}.{longest}", fault.says, fault.values, fault.remedy, (*at, longest))


def _ends(thing: BaseModel | None) -> Iterator[tuple[str, str]]:
    if isinstance(thing, Relation):
        yield "from", thing.from_
        yield "to", thing.to
    elif isinstance(thing, Element) and thing.interface is not None:
        yield "interface.system", thing.interface.system


def _without_lines(view: View, gone: Collection[str]) -> View:
    """The view without the lines that show what is gone, and without the lines that end at these."""
    lost = {each.id for each in view.connections if each.relation in gone}
    if not lost:
        return view
    left = [each for each in view.connections if each.id not in lost]
    while hanging := {each.id for each in left if _hangs(each, lost)}:
        lost |= hanging
        left = [each for each in left if each.id not in lost]
    return view.model_copy(update={"connections": left})


def _hangs(line: Connection, lost: Collection[str]) -> bool:
    return line.source in lost or line.target in lost
