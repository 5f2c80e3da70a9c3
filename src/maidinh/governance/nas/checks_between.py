"""Checks of the data set that hold rows against each other: repeated codes, differing accounts, gaps without a task.

Layer 4, governance. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from maidinh.governance.nas.conditions import Situation
from maidinh.governance.nas.definition import Check
from maidinh.governance.nas.found import Found, field_of, plain, rows_of, short
from maidinh.governance.nas.records import Record, begins_with_placeholder, parts_of, said


def unique(situation: Situation, check: Check) -> Iterator[Found]:
    """Rows whose fields say together what an earlier row says; capital letters make no difference."""
    first: dict[tuple[str, ...], int] = {}
    for sheet, record in rows_of(situation, check):
        told = tuple(record.says(key) for key in check.fields)
        if all(told):
            folded = tuple(each.casefold() for each in told)
            if folded in first:
                yield Found(sheet, record, check.fields[-1], short(" - ".join(told)), other=str(first[folded]))
            first.setdefault(folded, record.row)


def consistent(situation: Situation, check: Check) -> Iterator[Found]:
    """Fields that differ from the first row with the same code."""
    first: dict[str, Record] = {}
    for sheet, record in rows_of(situation, check):
        code = record.says(str(check.by))
        if not code:
            continue
        if code not in first:
            first[code] = record
            continue
        for key in check.fields:
            data_field = field_of(sheet, key)
            here, there = (
                parts_of(situation.structure, data_field, r.values.get(key, "")) for r in (record, first[code])
            )
            if sorted(here) != sorted(there):
                yield Found(sheet, record, key, short(code), other=str(first[code].row))


def paired(situation: Situation, check: Check) -> Iterator[Found]:
    """Codes none of whose rows has the other field."""
    first: dict[str, tuple[Found, bool]] = {}
    for sheet, record in rows_of(situation, check):
        code = record.says(str(check.by))
        told = record.says(check.fields[0])
        has = bool(told) and begins_with_placeholder(situation.structure, told) is None
        if code:
            found, already = first.get(code, (Found(sheet, record, check.fields[0], short(code)), False))
            first[code] = (found, already or has)
    yield from (found for found, has in first.values() if not has)


def similar(situation: Situation, check: Check) -> Iterator[Found]:
    """Rows whose name says nearly what an earlier one's says, with the same second field and another code."""
    first: dict[tuple[str, str], Record] = {}
    name, beside = check.fields
    for sheet, record in rows_of(situation, check):
        key = (_essence(record.says(name)), _essence(record.says(beside)))
        if not key[0]:
            continue
        earlier = first.setdefault(key, record)
        same = check.by is not None and earlier.says(check.by) == record.says(check.by)
        if earlier is not record and not same:
            yield Found(sheet, record, name, short(record.says(name)), other=str(earlier.row))


def continues(situation: Situation, check: Check) -> Iterator[Found]:
    """Rows that say what is to be changed, of objects that all stay as they are."""
    staying = {said(each) for each in check.values}
    option = situation.structure.field("objects", "option").key
    referring, own = check.fields
    for sheet, record in rows_of(situation, check):
        data_field = field_of(sheet, referring)
        codes = parts_of(situation.structure, data_field, record.values.get(referring, ""))
        targets = [situation.referred(str(data_field.references), code) for code in codes]
        resting = [each for each in targets if each is not None and each.says(option) in staying]
        if resting and (record.says(own) in staying or len(resting) == len(codes)):
            code = codes[targets.index(resting[0])]
            yield Found(sheet, record, referring, short(code), plain(resting[0].says(option)), str(resting[0].row))


def same_ends(situation: Situation, check: Check) -> Iterator[Found]:
    """Relations that lead from an object to itself."""
    source, target = check.fields
    for sheet, record in rows_of(situation, check):
        if record.says(source) and record.says(source) == record.says(target):
            yield Found(sheet, record, target, short(record.says(source)))


def _essence(text: str) -> str:
    """A name without marks, case, signs and order of its words."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    plain_letters = "".join(each for each in bare if not unicodedata.combining(each))
    return " ".join(sorted(re.findall(r"\w+", plain_letters)))
