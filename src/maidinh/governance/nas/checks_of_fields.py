"""Checks of the data set that look at one row: is it filled, does it say something that may stand there.

Layer 4, governance. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from maidinh.governance.nas.conditions import Situation
from maidinh.governance.nas.definition import Check, DataField, DataSheet
from maidinh.governance.nas.found import Found, field_of, plain, rows_of, short
from maidinh.governance.nas.records import Record, begins_with_placeholder, parts_of, said
from maidinh.infrastructure.definitions.definition import Text

_FULL_DATE = re.compile(r"(?<!\d)(?:(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d{2})-(\d{2}))(?!\d)")


def is_required(situation: Situation, sheet: DataSheet, data_field: DataField, record: Record) -> bool:
    """Whether a field must be filled in this row, by its level and condition."""
    if data_field.level != "mandatory":
        return False
    return data_field.required_when is None or situation.holds(data_field.required_when, sheet, record)


def required(situation: Situation, check: Check) -> Iterator[Found]:
    """Mandatory fields that are empty, or say that they don't apply where they do, or name no code."""
    structure = situation.structure
    levels = {level.id: level for level in structure.levels}
    for sheet, record in rows_of(situation, check):
        for each in sheet.fields:
            if not is_required(situation, sheet, each, record):
                continue
            told = record.says(each.key)
            placeholder = begins_with_placeholder(structure, told)
            excused = placeholder == "not-applicable" and (each.not_applicable or told in each.values)
            if told and (placeholder is None or excused or (placeholder == "unknown" and each.type != "code")):
                continue
            level = levels[each.level]
            why = each.condition or level.meaning
            yield Found(
                sheet, record, each.key, short(told), Text(vi=f"{level.vi}: {why.vi}", en=f"{level.vi}: {why.en}")
            )


def values(situation: Situation, check: Check) -> Iterator[Found]:
    """Values that aren't on the list of their field; codes of the commune model that aren't official."""
    structure = situation.structure
    for sheet, record in rows_of(situation, check):
        for each in sheet.fields:
            allowed = {said(value) for value in each.values}
            if each.type == "commune-code" and situation.commune_codes:
                allowed = {said(value) for value in situation.commune_codes}
            if not allowed or each.open:
                continue
            for part in _separated(situation, each, record):
                placeholder = begins_with_placeholder(structure, part)
                unknown = placeholder == "unknown"
                spared = placeholder == "not-applicable" and (
                    each.not_applicable or not is_required(situation, sheet, each, record)
                )
                if part not in allowed and not unknown and not spared:
                    yield Found(sheet, record, each.key, short(part), plain(_nearest(part, each, allowed)))


def references(situation: Situation, check: Check) -> Iterator[Found]:
    """Codes of rows that aren't there."""
    for sheet, record in rows_of(situation, check):
        for each in sheet.fields:
            for code in parts_of(situation.structure, each, record.values.get(each.key, "")) if each.references else []:
                if situation.referred(str(each.references), code) is None:
                    target = str(each.references).partition(".")[0]
                    yield Found(sheet, record, each.key, short(code), plain(target))


def explained(situation: Situation, check: Check) -> Iterator[Found]:
    """Placeholders that must be explained, in the cell itself or in the row's notes, and aren't."""
    structure = situation.structure
    wanting = {each.id: said(each.vi) for each in structure.placeholders if each.explained}
    for sheet, record in rows_of(situation, check):
        notes = " ".join(record.says(each.key) for each in sheet.fields if each.role in ("note", "result"))
        for each in sheet.fields:
            told = record.says(each.key)
            placeholder = begins_with_placeholder(structure, told)
            if placeholder in wanting:
                explanation = f"{told[len(wanting[placeholder]) :]} {notes}"
                missing = [p.what for p in check.patterns if not re.search(p.pattern, explanation)]
                if missing:
                    expected = Text(
                        vi=", ".join(m.vi for m in missing), en=", ".join(m.in_language("en") for m in missing)
                    )
                    yield Found(sheet, record, each.key, short(told), expected)


def secrets(situation: Situation, check: Check) -> Iterator[Found]:
    """Texts that look like what must not be sent. The text itself isn't repeated in the finding."""
    for sheet, record in rows_of(situation, check):
        for each in sheet.fields:
            text = record.values.get(each.key, "")
            for pattern in check.patterns if text else ():
                if re.search(pattern.pattern, text):
                    yield Found(sheet, record, each.key, "", pattern.what)


def period(situation: Situation, check: Check) -> Iterator[Found]:
    """Times that are neither a date nor a concrete period, and dates that no calendar has."""
    for sheet, record in rows_of(situation, check):
        for key in check.fields:
            told = record.says(key)
            if not told or begins_with_placeholder(situation.structure, told):
                continue
            shaped = any(re.fullmatch(pattern.pattern, told) for pattern in check.patterns)
            if not shaped or not all(_is_a_day(each) for each in _FULL_DATE.finditer(told)):
                yield Found(sheet, record, key, short(told))


def filled_for(situation: Situation, check: Check) -> Iterator[Found]:
    """Fields that must say something in the rows for which the check's condition holds."""
    for sheet, record in rows_of(situation, check):
        for key in check.fields:
            placeholder = begins_with_placeholder(situation.structure, record.says(key))
            excused = placeholder == "unknown" or (
                placeholder == "not-applicable" and field_of(sheet, key).not_applicable
            )
            if not record.says(key) or (placeholder is not None and not excused):
                yield Found(sheet, record, key, other=short(record.says(check.by or "")))


def parts(situation: Situation, check: Check) -> Iterator[Found]:
    """A part that doesn't belong to what the first field says."""
    whole, part = check.fields
    allowed = {said(key): {said(each) for each in found} for key, found in check.parts.items()}
    for sheet, record in rows_of(situation, check):
        told = record.says(part)
        if told and record.says(whole) in allowed and told not in allowed[record.says(whole)]:
            if begins_with_placeholder(situation.structure, told) == "unknown":
                continue
            expected = plain(", ".join(sorted(allowed[record.says(whole)])))
            yield Found(sheet, record, part, short(told), expected, short(record.says(whole)))


def not_issuer(situation: Situation, check: Check) -> Iterator[Found]:
    """Rows that name the issuing body where another must stand."""
    for sheet, record in rows_of(situation, check):
        for key in check.fields:
            if situation.is_issuer(record.says(key)):
                yield Found(sheet, record, key, short(record.says(key)))


def unconfirmed(situation: Situation, check: Check) -> Iterator[Found]:
    """Fields that are filled although only somebody else can know."""
    for sheet, record in rows_of(situation, check):
        for key in check.fields:
            told = record.says(key)
            if told and begins_with_placeholder(situation.structure, told) is None:
                yield Found(sheet, record, key, short(told))


def prefix(situation: Situation, check: Check) -> Iterator[Found]:
    """Codes that begin with none of the prefixes."""
    prefixes = tuple(each.prefix for each in situation.structure.codes)
    for sheet, record in rows_of(situation, check):
        for key in check.fields:
            told = record.says(key)
            if told and not told.startswith(prefixes):
                yield Found(sheet, record, key, short(told))


def _separated(situation: Situation, data_field: DataField, record: Record) -> list[str]:
    text = record.values.get(data_field.key, "")
    if data_field.type != "commune-code":
        return parts_of(situation.structure, data_field, text)
    return [part for each in re.split(r"[;,\n]", text) if (part := said(each))]


def _nearest(found: str, data_field: DataField, allowed: set[str]) -> str:
    """The values to choose from; the one meant, when only case or signs differ."""
    key = re.sub(r"\W+", "", found).casefold()
    meant = [value for value in allowed if re.sub(r"\W+", "", value).casefold() == key]
    if meant:
        return meant[0]
    return "; ".join(data_field.values) if data_field.values else f"{min(allowed)} … {max(allowed)}"


def _is_a_day(found: re.Match[str]) -> bool:
    day, month, year = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
