"""Three-way merge of a procedure's files: those a draft began from, those of the newest version, and the draft's. Pure.

Layer 4. Field by field; what has an id is found again by it, and keeps its place. What both sides changed differently
is a question for the author, and until it is answered the draft's own words stand. An answer counts only for the values
that it was given about: where one of them changed since, the question is asked again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from maidinh.infrastructure.definitions.sequences import Side, merge_list, merge_order
from maidinh.services.authoring.definition import MAIN, Files
from maidinh.services.authoring.rewriting import alike, rewritten
from maidinh.services.authoring.rules import content_of, renewed

BASE, THEIRS, MINE = "base", "theirs", "mine"
CHOICES = (BASE, THEIRS, MINE)
ORDER = ":order"
WHOLE_KEYS = ("when", "to", "routes")  # conditions and ways: half of one side's with half of the other's is neither's


class _Absent:
    """A field that a side doesn't have; an empty one is something else."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()


@dataclass(frozen=True)
class Field:
    """A place in the files with its three values. Path: the file, then keys, ids and the numbers of items without."""

    path: tuple[str, ...]
    base: Any
    theirs: Any
    mine: Any

    @property
    def key(self) -> str:
        """The place, and which values it was about."""
        said = json.dumps([repr(each) for each in (self.path, self.base, self.theirs, self.mine)])
        return f"{'/'.join(self.path)[:200]}@{hashlib.sha256(said.encode()).hexdigest()[:16]}"

    def side(self, choice: str) -> Any:
        """What one side says."""
        return {BASE: self.base, THEIRS: self.theirs, MINE: self.mine}[choice]


@dataclass(frozen=True)
class Merged:
    """What comes of a merge: the files, every question, those still open, and what was taken over without one."""

    files: Files
    conflicts: tuple[Field, ...]
    open: tuple[Field, ...]
    taken: tuple[Field, ...]


def merge_files(base: Files, theirs: Files, mine: Files, version: str, decisions: Mapping[str, str]) -> Merged:
    """The draft with what the newest version changed. `version`: what the draft is to be called.

    Number and first day are the draft's own, the day after the newest version's at the earliest.
    """
    sides = [dict(each) for each in (base, theirs, mine)]
    own, newest = content_of(mine.get(MAIN, "")) or {}, content_of(theirs.get(MAIN, "")) or {}
    first, before = own.get("effective_from"), newest.get("effective_from")
    begins = first if isinstance(first, date) else date.min
    later = max(begins, before + timedelta(days=1)) if isinstance(before, date) else begins
    for side, day in zip(sides[:2], (begins, later), strict=True):
        if MAIN in side:
            side[MAIN] = renewed(side[MAIN], version, day)
    if own:
        sides[2][MAIN] = rewritten(mine[MAIN], own | {"version": version})
    merging = _Merging(decisions)
    files = {name: merging.file(name, *(side.get(name) for side in sides)) for name in dict.fromkeys(
        name for side in reversed(sides) for name in side
    )}  # fmt: skip
    kept = {name: text for name, text in files.items() if text is not None}
    return Merged(kept, tuple(merging.conflicts), tuple(merging.open), tuple(merging.taken))


class _Merging:
    """One merge, with the questions that it raises."""

    def __init__(self, decisions: Mapping[str, str]) -> None:
        self.decisions = decisions
        self.conflicts: list[Field] = []
        self.open: list[Field] = []
        self.taken: list[Field] = []

    def file(self, name: str, base: str | None, theirs: str | None, mine: str | None) -> str | None:
        """The text of one file; None where it is gone."""
        if theirs in (mine, base):
            return mine
        texts = [base, theirs, mine]
        contents = [ABSENT if text is None else content_of(text) for text in texts]
        if mine is None or theirs is None or None in contents:
            found = self._merged((name,), *(ABSENT if text is None else text for text in texts))
            return found if isinstance(found, str) else None
        content = self._merged((name,), *contents)
        return _written(base or "", theirs, mine, content)

    def _merged(self, path: tuple[str, ...], base: Any, theirs: Any, mine: Any) -> Any:
        if alike(theirs, mine) or alike(theirs, base):
            return mine
        field = Field(path, base, theirs, mine)
        if not _whole(path, theirs, mine):
            if isinstance(theirs, dict) and isinstance(mine, dict):
                return self._mapping(path, base if isinstance(base, dict) else {}, theirs, mine)
            if isinstance(theirs, list) and isinstance(mine, list):
                return self._list(field, base if isinstance(base, list) else [], theirs, mine)
        return self._settled(field)

    def _settled(self, field: Field) -> Any:
        """What one side alone changed; else what the author chose, and the draft's own where nothing was chosen yet."""
        if alike(field.mine, field.base):
            self.taken.append(field)
            return field.theirs
        self.conflicts.append(field)
        choice = self.decisions.get(field.key, "")
        if choice in CHOICES:
            return field.side(choice)
        self.open.append(field)
        return field.mine

    def _mapping(self, path: tuple[str, ...], *sides: dict[Any, Any]) -> dict[Any, Any]:
        base, theirs, mine = sides
        found = {
            key: self._merged((*path, str(key)), *(side.get(key, ABSENT) for side in sides))
            for key in dict.fromkeys([*mine, *theirs, *base])
        }
        return {key: value for key, value in found.items() if value is not ABSENT}

    def _list(self, field: Field, base: list[Any], theirs: list[Any], mine: list[Any]) -> Any:
        sides = (base, theirs, mine)
        if all(map(_identified, sides)):
            return self._by_id(field.path, *({each["id"]: each for each in side} for side in sides))
        merged = merge_list(*sides)
        if merged is not None and not alike(mine, base):
            return merged
        if _changed_in_place(base, theirs) and _changed_in_place(base, mine):
            return [
                self._merged((*field.path, str(number)), *items)
                for number, items in enumerate(zip(*sides, strict=True), 1)
            ]
        return self._settled(field)

    def _by_id(self, path: tuple[str, ...], *sides: dict[str, Any]) -> list[Any]:
        items = self._mapping(path, *sides)
        base, theirs, mine = (list(side) for side in sides)
        line, clash = merge_order(base, theirs, mine, items)
        if clash:
            field = Field((*path, ORDER), base, theirs, mine)
            self._settled(field)
            chosen = self.decisions.get(field.key, MINE)
            prefer: dict[str, Side] = {BASE: "base", THEIRS: "ours", MINE: "theirs"}  # as the sides are handed over
            line, _clash = merge_order(base, theirs, mine, items, prefer.get(chosen, "theirs"))
        return [items[ident] for ident in line]


def _whole(path: tuple[str, ...], *sides: Any) -> bool:
    """Whether a value is decided as one: a condition, a way, an amount with its unit, a ground with its mark."""
    if path[-1] in WHOLE_KEYS:
        return True
    return any(isinstance(each, dict) and ({"amount", "unit"} <= each.keys() or "text" in each) for each in sides)


def _identified(items: list[Any]) -> bool:
    ids = [each.get("id") if isinstance(each, dict) else None for each in items]
    return all(isinstance(each, str) for each in ids) and len(set(ids)) == len(ids)


def _changed_in_place(base: list[Any], side: list[Any]) -> bool:
    """Whether items without ids stand where they stood, some of them changed: none more, none less, none moved."""
    if len(base) != len(side) or not all(isinstance(each, dict) for each in (*base, *side)):
        return False
    return not any(
        alike(item, other) for n, item in enumerate(side) for m, other in enumerate(base) if n != m and item != base[n]
    )


def _written(base: str, theirs: str, mine: str, content: Any) -> str:
    """The content in the text of the side that loses the fewest comments; what the author noted counts first."""
    noted, known = _comments(mine) - _comments(base), _comments(theirs)
    texts = [rewritten(text, content) for text in (mine, theirs)]
    return min(texts, key=lambda text: (len(noted - _comments(text)), len(known - _comments(text))))


def _comments(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if line.lstrip().startswith("#")}
