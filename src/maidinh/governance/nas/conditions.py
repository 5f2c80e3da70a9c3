"""Whether a condition of the data set's definition holds for a row.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from maidinh.governance.nas.definition import Condition, DataSetStructure, DataSheet, Phase
from maidinh.governance.nas.records import DataSet, Record, begins_with_placeholder, parts_of, said


@dataclass
class Situation:
    """A data set in a phase of its life; `issuer` is the body that issues it, as its name stands in the data."""

    structure: DataSetStructure
    data: DataSet
    phase: Phase
    issuer: str | None = None
    commune_codes: frozenset[str] = frozenset()
    _indices: dict[str, dict[str, Record]] = field(default_factory=dict)

    def holds(self, condition: Condition, sheet: DataSheet, record: Record) -> bool:  # noqa: PLR0911 - one of each kind
        """Whether the condition holds for this row of this sheet."""
        if condition.field is not None:
            return self._of_field(condition, sheet, record)
        if condition.phase is not None:
            return self.phase == condition.phase
        if condition.issuer is not None:
            return self.is_issuer(record.says(condition.issuer))
        if condition.all is not None:
            return all(self.holds(each, sheet, record) for each in condition.all)
        if condition.any is not None:
            return any(self.holds(each, sheet, record) for each in condition.any)
        if condition.not_ is not None:
            return not self.holds(condition.not_, sheet, record)
        return self._of_others(condition, sheet, record)

    def is_issuer(self, name: str) -> bool:
        """Whether this is the name of the body that issues the data set; never, when that isn't known."""
        return bool(self.issuer) and said(self.issuer or "").casefold() == said(name).casefold()

    def referred(self, references: str, code: str) -> Record | None:
        """The row that a reference (`SHEET.field`) with this code leads to."""
        if references not in self._indices:
            sheet, _, key = references.partition(".")
            records = self.data.records.get(sheet, [])
            self._indices[references] = {each.says(key): each for each in reversed(records) if each.says(key)}
        return self._indices[references].get(said(code))

    def _of_field(self, condition: Condition, sheet: DataSheet, record: Record) -> bool:
        key = str(condition.field)
        text = record.values.get(key, "")
        if condition.filled is not None:
            there = bool(said(text)) and begins_with_placeholder(self.structure, text) is None
            return there == condition.filled
        if condition.has is not None:
            data_field = next(each for each in sheet.fields if each.key == key)
            return bool(set(parts_of(self.structure, data_field, text)) & {said(each) for each in condition.has})
        return said(text) in {said(each) for each in condition.is_ or ()}

    def _of_others(self, condition: Condition, sheet: DataSheet, record: Record) -> bool:
        """Conditions on the rows that this one refers to."""
        if condition.via is not None and condition.where is not None:
            target_sheet, target = self._followed(sheet, record, condition.via)
            return target is not None and self.holds(condition.where, target_sheet, target)
        ends = [self._followed(sheet, record, key)[1] for key in condition.differ or ()]
        told = [end.says(str(condition.by)) for end in ends if end is not None]
        known = all(text and begins_with_placeholder(self.structure, text) is None for text in told)
        return len(told) == 2 and known and told[0] != told[1]

    def _followed(self, sheet: DataSheet, record: Record, key: str) -> tuple[DataSheet, Record | None]:
        references = next(str(each.references) for each in sheet.fields if each.key == key)
        target = self.structure.by_key[references.partition(".")[0]]
        return target, self.referred(references, record.says(key))
