"""The evidence that two profiles are about the same, as numbers; rare things weigh more than those that many have.

Layer 4, governance. Pure. Rows of sparse matrices are multiplied, so that millions of pairs take seconds: first the
likeliest others of each proposal are found, then only these are weighed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from maidinh.governance.duplication.classifying import BAGS, Bag, Description

FEATURES = (
    "mastered", "object", "held", "field", "functions", "users", "words", "text", "codes", "shape", "territory",
    "time", "owner", "other_object", "other_mastered", "other_shape", "other_territory", "other_users",
    "apart_in_time", "fed", "continues", "near", "letters", "place", "keeper", "contained", "neighbour",
    "titled", "other_title", "process", "other_process", "other_functions",
    "part", "other_part",
)  # fmt: skip
LIKE = (
    "mastered", "object", "field", "functions", "users", "words", "text", "codes", "shape", "owner", "near", "letters",
    "place", "keeper", "titled", "process", "part",
)  # fmt: skip
OTHER = {"other_object": "main", "other_mastered": "mastered", "other_shape": "shape", "other_users": "users",
         "other_title": "titled", "other_process": "process", "other_functions": "functions",
         "other_part": "part"}  # fmt: skip
BLOCKING = {"object": 1.5, "words": 1.2, "mastered": 1.0, "functions": 0.8, "field": 0.4, "codes": 0.2, "near": 0.8,
            "letters": 1.0, "place": 0.6, "users": 0.5}  # fmt: skip
ROWS = 512  # proposals whose candidates are looked for at once
PAIRS = 20_000  # pairs that are weighed at once
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Measured:
    """The profiles that proposals are held against, with how rare each word, object and code is among them."""

    def __init__(self, described: Sequence[Description]) -> None:
        self.described = described
        self._held: dict[str, tuple[sparse.csr_array, Floats]] = {}
        self.columns: dict[str, dict[str, int]] = {}
        self.rarity: dict[str, Floats] = {}
        self.rarest = math.log(len(described) + 1) + 0.3
        for name in BAGS:
            counts = Counter(word for each in described for word in each.bags[name])
            self.columns[name] = {word: n for n, word in enumerate(counts)}
            self.rarity[name] = np.array([self._rarity(count) for count in counts.values()], dtype=np.float64)
        self.rows = {name: self.matrix(name, described) for name in BAGS}
        self.sets = self.having(described)
        self.said = self.having(described, "words")
        self.titles = self.having(described, "text")
        self.blocked = self.together(self.rows)

    def _rarity(self, count: int) -> float:
        return math.log((len(self.described) + 1) / (count + 1)) + 0.3

    def weight(self, name: str, word: str) -> float:
        """How much sharing a word of this kind says."""
        column = self.columns[name].get(word)
        return self.rarest if column is None else float(self.rarity[name][column])

    def matrix(self, name: str, described: Sequence[Description]) -> sparse.csr_array:
        """A row of length 1 for each; words that none of the others has count into the length only."""
        return self._rows("kept" if name == "reading" else name, [each.bags[name] for each in described], unit=True)

    def having(self, described: Sequence[Description], name: str = "main") -> tuple[sparse.csr_array, Floats]:
        """What each is mainly about, or says, and how much that is. Titles are held against all that is said."""
        if described is self.described and name in self._held:
            return self._held[name]
        column = "words" if name == "text" else name
        bags = [each.bags[name] for each in described]
        sums = np.array([sum(self.weight(column, word) for word in bag) for bag in bags], dtype=np.float64)
        found = self._rows(column, [dict.fromkeys(bag, 1.0) for bag in bags], unit=False), sums
        if described is self.described:
            self._held[name] = found
        return found

    def together(self, rows: Mapping[str, sparse.csr_array]) -> sparse.csr_array:
        """All that candidates are found by."""
        return sparse.csr_array(sparse.hstack([rows[name] * math.sqrt(part) for name, part in BLOCKING.items()]))

    def _rows(self, name: str, bags: Sequence[Bag], *, unit: bool) -> sparse.csr_array:
        columns = self.columns[name]
        data: list[float] = []
        indices: list[int] = []
        starts = [0]
        for bag in bags:
            # Of a set, the product of two rows must be the rarity of what they share: each has its root.
            weights = {word: (said * self.weight(name, word)) if unit else math.sqrt(self.weight(name, word))
                       for word, said in bag.items()}  # fmt: skip
            length = math.sqrt(sum(weight * weight for weight in weights.values())) if unit else 1.0
            for word, weight in weights.items():
                if word in columns:
                    data.append(weight / length)
                    indices.append(columns[word])
            starts.append(len(data))
        return sparse.csr_array((data, indices, starts), shape=(len(bags), len(columns)), dtype=np.float64)

    def candidates(self, rows: Mapping[str, sparse.csr_array], most: int) -> tuple[Ints, Ints]:
        """The likeliest others of each proposal: numbers of proposals, and of others."""
        left = self.together(rows)
        ones: list[Ints] = []
        others: list[Ints] = []
        turned = self.blocked.T.tocsr()
        for start in range(0, left.shape[0], ROWS):
            near = (left[start : start + ROWS] @ turned).tocsr()
            for row in range(near.shape[0]):
                at = slice(near.indptr[row], near.indptr[row + 1])
                values, columns = near.data[at], near.indices[at]
                if len(values) > most:
                    columns = columns[np.argpartition(values, -most)[-most:]]
                ones.append(np.full(len(columns), start + row, dtype=np.int64))
                others.append(columns.astype(np.int64))
        return np.concatenate(ones), np.concatenate(others)


def evidence(measured: Measured, proposals: Sequence[Description], one: Ints, other: Ints,
             rows: Mapping[str, sparse.csr_array]) -> Floats:  # fmt: skip
    """A row for each pair, a column for each of FEATURES."""
    found = np.zeros((len(one), len(FEATURES)))
    at = {name: n for n, name in enumerate(FEATURES)}
    for name in LIKE:
        found[:, at[name]] = _products(rows[name], measured.rows[name], one, other)
    shared, sums = measured.having(proposals)
    least = np.minimum(sums[one], measured.sets[1][other])
    found[:, at["held"]] = _products(shared, measured.sets[0], one, other) / np.where(least > 0, least, 1)
    found[:, at["contained"]] = _contained(measured, proposals, one, other)
    known = np.minimum(np.array([each.known for each in proposals])[one],
                       np.array([each.known for each in measured.described])[other])  # fmt: skip
    for feature, name in OTHER.items():
        filled = np.array([bool(each.bags[name]) for each in proposals])[one]
        filled &= np.array([bool(each.bags[name]) for each in measured.described])[other]
        alike = found[:, at["held"]] if name == "main" else found[:, at[name]]
        # What the words of the terms don't cover may be the same: being unknown doesn't speak against it.
        found[:, at[feature]] = (filled & (alike < NOTHING)) * (known if name in ("main", "titled") else 1.0)
    found[:, at["fed"]] = _fed(measured, proposals, one, other)
    found[:, at["neighbour"]] = found[:, at["other_object"]] * found[:, at["field"]]
    for n, (left, right) in enumerate(zip(one, other, strict=True)):
        mine, its = proposals[left], measured.described[right]
        where = territory(mine, its)
        found[n, at["territory"]] = where is True
        found[n, at["other_territory"]] = where is False
        when = time(mine, its)
        found[n, at["time"]] = when is True
        found[n, at["apart_in_time"]] = when is False
        found[n, at["continues"]] = relation(mine, its) is not None
    return found


NATIONAL = "national-platform"
NOTHING = 0.02  # a likeness below it is none


def territory(one: Description, other: Description) -> bool | None:
    """Whether they work in the same place, or one's is within the other's; None where it isn't known."""
    if NATIONAL in (one.profile.kind, other.profile.kind) and not (one.places and other.places):
        return True  # it is there for the whole nation
    if one.nationwide or other.nationwide:
        return True
    if not one.places or not other.places:
        return None
    return _within(one.places, other.places) or _within(other.places, one.places)


@lru_cache(maxsize=65536)
def _within(narrow: frozenset[str], wide: frozenset[str]) -> bool:
    """Whether each place of one is a place of the other, or named after one: the economic zone of a province."""
    return all(any(place == each or place.endswith(f" {each}") for place in narrow) for each in wide)


def time(one: Description, other: Description) -> bool | None:
    """Whether both run in the same years; what has no end goes on. None where it isn't known."""
    if "project" not in (one.profile.kind, other.profile.kind):
        return True
    if any(each.begins is None and each.kind == "project" for each in (one.profile, other.profile)):
        return None
    last = _last(one), _last(other)
    return (one.profile.begins or 0) <= last[1] and (other.profile.begins or 0) <= last[0]


def _last(described: Description) -> int:
    """The year in which a project or system ends; what stands goes on after it was built."""
    goes_on = described.profile.kind != "project" or described.profile.ends is None
    return 9999 if goes_on else described.profile.ends or 9999


def relation(one: Description, other: Description) -> str | None:
    """What the two declare to be to each other: `phase`, `instance`, `reuse`, `siblings`; None for nothing."""
    for mine, its in ((one.profile, other.profile), (other.profile, one.profile)):
        if mine.phase_of == its.id:
            return "phase"
        if mine.instance_of == its.id:
            return "instance"
        if its.id in mine.reuses:
            return "reuse"
    mine, its = one.profile, other.profile
    if mine.instance_of and mine.instance_of == its.instance_of and territory(one, other) is False:
        return "siblings"
    if one.continuing != other.continuing and mine.owner and mine.owner == its.owner and time(one, other) is False:
        return "phase"
    return None


def _contained(measured: Measured, proposals: Sequence[Description], one: Ints, other: Ints) -> Floats:
    """Which part of what one title says stands anywhere on the other side; of both directions the larger."""
    titles, said = measured.having(proposals, "text"), measured.having(proposals, "words")
    mine = _products(titles[0], measured.said[0], one, other) / np.maximum(titles[1][one], 1e-9)
    its = _products(said[0], measured.titles[0], one, other) / np.maximum(measured.titles[1][other], 1e-9)
    return np.maximum(mine, its)


def _fed(measured: Measured, proposals: Sequence[Description], one: Ints, other: Ints) -> Floats:
    """How much one only reads, or names as linked, what the other keeps and it doesn't keep itself."""
    kept, reading = measured.matrix("kept", proposals), measured.matrix("reading", proposals)
    both = _products(kept, measured.rows["kept"], one, other)
    mine = _products(reading, measured.rows["kept"], one, other)
    its = _products(kept, measured.rows["reading"], one, other)
    return np.maximum(np.maximum(mine, its) - both, 0)


def _products(left: sparse.csr_array, right: sparse.csr_array, one: Ints, other: Ints) -> Floats:
    """The products of rows in pairs, so many at once that they stay small in memory."""
    parts = [
        np.asarray(left[one[n : n + PAIRS]].multiply(right[other[n : n + PAIRS]]).sum(axis=1)).ravel()
        for n in range(0, len(one), PAIRS)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)
