"""Issued versions of the national data set: frozen, told apart by the class of what changed, closed on one day.

Layer 4, governance. Pure. Which field changes how much stands in the structure; here is what follows from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pydantic import Field, model_validator

from maidinh.governance.nas.definition import ChangeClass, ChangeKind, DataSetStructure, Role, SheetRole
from maidinh.governance.nas.records import DataSet, Record, parts_of
from maidinh.infrastructure.definitions.definition import Form

IDENTITY: dict[SheetRole, tuple[Role, ...]] = {
    "objects": ("code",),
    "relations": ("from", "kind", "to", "code"),
    "mappings": ("object", "document", "document-code", "overview"),
    "tasks": ("gap", "task"),
}
WEIGHT: tuple[ChangeClass, ...] = ("minor", "undetermined", "major")


class IssuedDataSet(Form):
    """An issued version as it was frozen: the file by its hash, the decision, the day on which the data were closed."""

    version: str
    structure: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    closed_on: date
    effective_from: date
    decision: str
    decided_on: date

    @model_validator(mode="after")
    def _days_follow(self) -> IssuedDataSet:
        if self.closed_on > self.decided_on:
            raise ValueError(f"the data must close ({self.closed_on}) by the day of the decision")
        if self.effective_from < self.decided_on:
            raise ValueError(f"it can't take effect ({self.effective_from}) before the day of the decision")
        return self


class IssuedDataSets(Form):
    """The register of what was issued, in the order in which it was."""

    issued: tuple[IssuedDataSet, ...] = ()


@dataclass(frozen=True)
class Difference:
    """One thing that differs between two data sets: a row that came or went, or a field of a row."""

    sheet: str
    identity: str
    kind: str
    field: str | None = None
    before: str = ""
    after: str = ""
    weight: ChangeClass = "undetermined"


@dataclass(frozen=True)
class Change:
    """What changed between two data sets, and the class of it all together: that of the weightiest difference."""

    differences: list[Difference]
    kind: ChangeKind | None

    @property
    def new_version(self) -> bool:
        """Whether the change goes before the competent level and makes a new version of the framework."""
        return self.kind is not None and self.kind.new_version


class Frozen(Exception):
    """An issued version isn't what it was, or would be overwritten."""


def changed(structure: DataSetStructure, before: DataSet, after: DataSet) -> Change:
    """What changed from one data set to another, classified by the structure."""
    found = [each for sheet in structure.sheets for each in _of_sheet(structure, sheet.role, before, after)]
    weight = max((each.weight for each in found), key=WEIGHT.index, default=None)
    return Change(found, next((each for each in structure.changes if each.id == weight), None))


def frozen(issued: Iterable[IssuedDataSet], new: IssuedDataSet, content: bytes) -> IssuedDataSet:
    """The new version beside those issued before. Raises Frozen when its content isn't as it says, or it isn't new."""
    if hashlib.sha256(content).hexdigest() != new.sha256:
        raise Frozen(f"version {new.version}: the file is not the one whose hash is given")
    for each in issued:
        if each.version == new.version:
            raise Frozen(f"version {new.version} was issued by {each.decision}: give the change a version of its own")
        if each.sha256 == new.sha256:
            raise Frozen(f"version {new.version} is the same file as version {each.version}: no re-issue is needed")
        if each.effective_from > new.effective_from or each.closed_on > new.closed_on:
            raise Frozen(f"version {new.version} is older than version {each.version}, which was issued before")
    return new


def unchanged(issued: IssuedDataSet, content: bytes) -> None:
    """Nothing, when the file is the one that was issued. Raises Frozen."""
    found = hashlib.sha256(content).hexdigest()
    if found != issued.sha256:
        raise Frozen(
            f"version {issued.version} was issued as {issued.sha256[:16]}… and the file is {found[:16]}…: "
            f"restore the issued file; a change makes a new version"
        )


def history_entry(structure: DataSetStructure, new: IssuedDataSet, change: Change, by: str) -> dict[str, str]:
    """The row of the history sheet for an issued version, in the order of its fields."""
    fields = next((each.fields for each in structure.help_sheets if each.role == "history"), [])
    codes = dict.fromkeys(each.identity.partition(" · ")[0] for each in change.differences)
    told = change.kind.vi if change.kind else ""
    values = [new.version, f"{new.closed_on:%d/%m/%Y}", told, new.decision, "; ".join(codes), by]
    return {name: value for name, value in zip(fields, values, strict=False) if value}


def _of_sheet(structure: DataSetStructure, role: SheetRole, before: DataSet, after: DataSet) -> Iterator[Difference]:
    sheet = structure.sheet(role)
    earlier = _by_identity(structure, role, before.records.get(sheet.key, []))
    later = _by_identity(structure, role, after.records.get(sheet.key, []))
    added: ChangeClass = "minor" if role == "mappings" else "major"
    for identity in sorted(later.keys() - earlier.keys()):
        yield Difference(sheet.key, identity, "added", weight=added)
    for identity in sorted(earlier.keys() - later.keys()):
        yield Difference(sheet.key, identity, "removed", weight=added)
    for identity in sorted(earlier.keys() & later.keys()):
        for each in sheet.fields:
            was, now = (parts_of(structure, each, rows[identity].values.get(each.key, "")) for rows in (earlier, later))
            if sorted(was) != sorted(now):
                yield Difference(sheet.key, identity, "changed", each.key, "; ".join(was), "; ".join(now), each.change)
        further = earlier[identity].extra.keys() | later[identity].extra.keys()
        for heading in sorted(further):
            texts = earlier[identity].extra.get(heading, ""), later[identity].extra.get(heading, "")
            if texts[0] != texts[1]:
                yield Difference(sheet.key, identity, "changed", heading, *texts)


def _by_identity(structure: DataSetStructure, role: SheetRole, records: list[Record]) -> dict[str, Record]:
    keys = [structure.by_role[role, each].key for each in IDENTITY[role] if (role, each) in structure.by_role]
    found: dict[str, Record] = {}
    for record in records:
        stem = " · ".join(record.says(key) for key in keys)
        identity, number = stem, 1
        while identity in found:
            number += 1
            identity = f"{stem} ({number})"
        found[identity] = record
    return found
