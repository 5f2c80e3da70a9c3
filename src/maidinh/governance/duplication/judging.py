"""Which standing or planned things a proposal would pay for again: found, classed, with reasons and the saving.

Layer 4, governance. Pure. Legal ground: Nghị định 224/2026/NĐ-CP article 23 clause 1. The likelihood is a logistic
sum of the evidence by the weights of the terms, so that each reason can be told; nothing is learned while it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from maidinh.governance.duplication.classifying import BAGS, Describer, Description
from maidinh.governance.duplication.definition import CodeModel, DuplicationTerm, DuplicationTerms, Profile, Shares
from maidinh.governance.duplication.likeness import FEATURES, NATIONAL, Floats, Ints, Measured, evidence, relation
from maidinh.governance.duplication.reasons import DATA, Names, Reason, named, reasons_of

Class = Literal["duplicate", "overlap", "should-reuse", "complementary"]
SERIOUS: tuple[Class, ...] = ("duplicate", "overlap", "should-reuse")
CONTINUES = FEATURES.index("continues")
THIRDS = 6  # of the likeliest, those among which a third is looked for
CODES: tuple[CodeModel, ...] = ("brm", "drm", "arm")


@dataclass(frozen=True)
class Flag:
    """A classification that the words of a profile contradict, or that is missing where they speak for one."""

    model: CodeModel
    declared: tuple[str, ...]
    predicted: str
    confidence: float


@dataclass(frozen=True)
class Finding:
    """A proposal and what it resembles; `score` is the likelihood, 0 to 1, that the same is paid for twice."""

    proposal: Profile
    other: Profile
    kind: Class
    score: float
    reasons: tuple[Reason, ...]
    saving: int
    flags: tuple[Flag, ...] = ()


class Searcher:
    """Profiles, made ready for holding many proposals against them. `terms` are weighed as they hold last.

    `names` are those of classifications, by `brm:<code>` (see `reading.catalogue_names`). A `describer` of the same
    terms may be shared, so that nothing is taken apart twice.
    """

    def __init__(
        self, profiles: Sequence[Profile], terms: DuplicationTerms, *, term: DuplicationTerm | None = None,
        names: Names | None = None, describer: Describer | None = None,
    ) -> None:  # fmt: skip
        self.terms = terms
        self.term = term or terms.newest()
        self.describer = describer or Describer(terms)
        self.described = [self.describer.describe(each) for each in profiles]
        self.places = {each.id: n for n, each in enumerate(profiles)}
        self.measured = Measured(self.described) if self.described else None
        self.names = dict(names or {})
        self.names |= {
            each.id: (each.vi, each.en) for each in (*terms.users, *terms.shapes, *terms.processes, *terms.objects())
        }
        self.names |= {f"{DATA}{code}": (each.vi, each.en or each.vi) for code, each in terms.entities.items()}
        self.weights = np.array([self.term.weights.get(name, 0.0) for name in FEATURES])

    def search(self, profile: Profile, *, limit: int = 10) -> list[Finding]:
        """What one proposal resembles, the likeliest first."""
        return self.all([profile], limit=limit)[profile.id]

    def all(self, proposals: Sequence[Profile], *, limit: int = 10) -> dict[str, list[Finding]]:
        """The same for many proposals, by their ids."""
        if self.measured is None:
            return {each.id: [] for each in proposals}
        described = [self.describer.describe(each) for each in proposals]
        rows = {name: self.measured.matrix(name, described) for name in BAGS}
        found = self._found(self.measured, described, rows, limit)
        return {each.id: its for each, its in zip(proposals, found, strict=True)}

    def within(self, ids: Iterable[str], *, limit: int = 10) -> dict[str, list[Finding]]:
        """The same for those of the profiles themselves that have these ids."""
        named = [each for each in ids if each in self.places]
        if self.measured is None or not named:
            return {}
        numbers = [self.places[each] for each in named]
        rows = {name: sparse.csr_array(self.measured.rows[name][numbers]) for name in BAGS}
        found = self._found(self.measured, [self.described[each] for each in numbers], rows, limit)
        return dict(zip(named, found, strict=True))

    def code_flags(self, profile: Profile) -> list[Flag]:
        """The codes of a profile that its words contradict."""
        return flags_of(self.describer.describe(profile), self.term.thresholds.predicted)

    def _found(
        self, measured: Measured, described: Sequence[Description], rows: Mapping[str, sparse.csr_array], limit: int
    ) -> list[list[Finding]]:
        found: list[list[Finding]] = [[] for _ in described]
        if not described:
            return found
        one, other = self._pairs(described, *measured.candidates(rows, self.term.candidates))
        values = evidence(measured, described, one, other, rows)
        sums = values @ self.weights + self.term.weights.get("intercept", 0.0)
        apart = sums - values[:, CONTINUES] * self.weights[CONTINUES]
        whole = _likelihood(apart)
        third = self._third(measured, described, one, other, _likelihood(sums)) * self.term.weights.get("third", 0.0)
        scores = _likelihood(sums + third)
        told = np.flatnonzero(whole >= min(self.term.thresholds.told, self.term.thresholds.complementary))
        for n in told[np.argsort(-scores[told], kind="stable")]:
            mine = found[one[n]]
            if len(mine) >= limit:
                continue
            each = self._finding(described[one[n]], self.described[other[n]], float(scores[n]), float(whole[n]),
                                 dict(zip(FEATURES, values[n].tolist(), strict=True)))  # fmt: skip
            if each is not None:
                mine.append(each)
        return found

    def _third(
        self, measured: Measured, described: Sequence[Description], one: Ints, other: Ints, scores: Floats
    ) -> Floats:
        """How much a proposal and another one both repeat something that stands: that comes first, not the other."""
        limit, against = self.term.thresholds.complementary, np.zeros(len(one))
        near: dict[int, list[tuple[int, int]]] = {}
        for n in np.flatnonzero(scores >= limit):
            near.setdefault(int(one[n]), []).append((int(n), int(other[n])))
        asked: list[tuple[int, int, int]] = []
        for mine, pairs in near.items():
            if described[mine].profile.kind == "project":
                best = sorted(pairs, key=lambda pair: -scores[pair[0]])[:THIRDS]
                ours = [each for each in best if self.described[each[1]].profile.kind == "project"]
                standing = [each for each in best if self.described[each[1]].profile.kind != "project"]
                asked += [(n, q, m) for n, q in ours for m, _ in standing]
        if not asked:
            return against
        pairs_of = np.array([(q, other[m]) for _, q, m in asked], dtype=np.int64)
        values = evidence(measured, self.described, pairs_of[:, 0], pairs_of[:, 1], measured.rows)
        apart = values @ self.weights - values[:, CONTINUES] * self.weights[CONTINUES]
        theirs = _likelihood(apart + self.term.weights.get("intercept", 0.0))
        for (pair, _, beside), likely in zip(asked, theirs.tolist(), strict=True):
            if likely >= limit:
                against[pair] = max(against[pair], min(scores[beside], likely))
        return against

    def _pairs(self, described: Sequence[Description], one: Ints, other: Ints) -> tuple[Ints, Ints]:
        """The candidates, and those that a proposal itself names; never itself."""
        named = [
            (n, self.places[each])
            for n, mine in enumerate(described)
            for each in {mine.profile.phase_of, mine.profile.instance_of, *mine.profile.reuses}
            if each in self.places
        ]
        more = np.array(named, dtype=np.int64).reshape(-1, 2)
        pairs = np.unique(np.concatenate([np.stack([one, other], axis=1), more]), axis=0)
        mine = np.array([self.places.get(each.profile.id, -1) for each in described], dtype=np.int64)
        pairs = pairs[mine[pairs[:, 0]] != pairs[:, 1]]
        return pairs[:, 0], pairs[:, 1]

    def _finding(
        self, mine: Description, its: Description, score: float, apart: float, values: dict[str, float]
    ) -> Finding | None:
        limits = self.term.thresholds
        declared = relation(mine, its)
        kind: Class
        if declared is not None:
            if apart < limits.complementary:
                return None
            kind = "complementary"
        elif score < limits.told or values["other_territory"]:
            return None
        elif "project" not in (mine.profile.kind, its.profile.kind):
            twice = self._run_twice(mine, its)
            kind, declared = ("overlap", "run_twice") if twice else ("complementary", "standing")
        elif its.shared:
            kind = "should-reuse"
        elif score >= limits.duplicate and values["held"] >= limits.covered:
            kind = "duplicate"
        else:
            kind = "overlap"
        return Finding(
            mine.profile, its.profile, kind, round(score, 3),
            reasons_of(mine, its, values, declared, self.names), self.saving(mine.profile, kind, score),
            tuple(flags_of(mine, limits.predicted)),
        )  # fmt: skip

    def _run_twice(self, mine: Description, its: Description) -> bool:
        """Whether a system is run beside what serves the whole nation, in a field where a province has no own part."""
        system, wide = (its, mine) if _serves_all(mine) else (mine, its)
        if system.profile.kind != "system" or not _serves_all(wide):
            return False
        fields = {self.describer.field_of[each].id for each in system.bags["main"]}
        return not fields & set(self.terms.layered)

    def code_name(self, model: CodeModel, code: str, language: str) -> str:
        """What a classification is called, with its code."""
        return named(f"{model}:{code}", self.names)[language == "en"].replace(f"{model.upper()} ", "")

    def saving(self, profile: Profile, kind: Class, score: float) -> int:
        """Dong that need not be spent: shares of building, and of some years of running; 0 where likeness is weak."""
        if score < self.term.thresholds.saving:
            return 0
        shares = self.shares(kind)
        build = profile.build_cost if profile.kind == "project" else 0  # what stands was paid for
        return round(build * shares.build + profile.run_cost * shares.run * self.term.saving.years)

    def shares(self, kind: Class) -> Shares:
        """Which shares of the costs a class saves."""
        saving = self.term.saving
        known = {"duplicate": saving.duplicate, "overlap": saving.overlap, "should-reuse": saving.should_reuse}
        return known.get(kind, Shares(build=0, run=0))


def flags_of(described: Description, confidence: float) -> list[Flag]:
    """Where the words speak clearly for one code of a model and the profile declares none, or only others."""
    found = []
    for model in CODES:
        foretold = described.foretold[model]
        if not foretold:
            continue
        best, share = max(foretold.items(), key=lambda each: (each[1], each[0]))
        declared = tuple(described.profile.classification.get(model, ()))
        if share >= confidence and not set(declared) & set(foretold):
            found.append(Flag(model, declared, best, round(share, 2)))
    return found


def code_flags(profile: Profile, terms: DuplicationTerms) -> list[Flag]:
    """The codes of one profile that its words contradict."""
    return flags_of(Describer(terms).describe(profile), terms.newest().thresholds.predicted)


def _serves_all(described: Description) -> bool:
    return described.profile.kind == NATIONAL or described.nationwide


def _likelihood(sums: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-sums)))
