"""How well duplicates are found in parts, and of agencies, that the weights weren't learned from.

Leave one part out, then leave a fifth of all agencies out. The words of the terms are the same each time: they aren't
learned, but who wrote them may have seen the parts. Each figure with the middle 90 per cent of 1,000 resamplings of
pairs and of proposals; a difference within them is noise. `python -m bench.duplicate_across`, about three minutes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TypeVar
from zlib import crc32

import numpy as np

from bench.duplicate_weights import SEEN, Examples, fit, learned_from, weights_by_name
from bench.duplicates import NOISE, WANTED_RECALL, Scores
from bench.labelled import TRUE, Half, read_half, with_wrong_codes
from bench.ranking import precision_at_recall, recall_among_first
from maidinh.governance.duplication.classifying import Describer
from maidinh.governance.duplication.definition import DuplicationTerms, read_duplication_terms
from maidinh.governance.duplication.judging import Searcher
from maidinh.governance.duplication.profiles import national_platforms
from maidinh.infrastructure.definitions.locating import definitions_root

RESAMPLED, SEED = 1000, 6
FOLDS = 5
Each = TypeVar("Each")


def with_platforms(part: str, share: int, seed: int, terms: DuplicationTerms) -> Half:
    """A part with that per cent of wrong codes, and the national platforms beside it."""
    half = read_half(part)
    wrong = with_wrong_codes(half.profiles, share=share / 100, seed=seed)
    platforms = national_platforms(definitions_root() / "national", terms)
    return half.model_copy(update={"profiles": [*wrong, *platforms]})


def scored_pairs(half: Half, scores: Scores) -> list[tuple[float, bool]]:
    """The higher score of both directions of each labelled pair, and whether it is true."""
    both = [(scores.get(each.one, {}).get(each.other, 0.0), scores.get(each.other, {}).get(each.one, 0.0))
            for each in half.pairs]  # fmt: skip
    return [(max(score), each.true) for score, each in zip(both, half.pairs, strict=True)]


def found_by(half: Half, weights: dict[str, float], terms: DuplicationTerms, describer: Describer) -> Scores:
    """What is told with these weights, by proposal."""
    term = terms.newest().model_copy(update={"weights": weights})
    searcher = Searcher(half.profiles, terms, term=term, describer=describer)
    found = searcher.all(half.profiles, limit=len(half.profiles))
    return {one: {each.other.id: each.score for each in its if each.kind in TRUE} for one, its in found.items()}


def interval(sample: Sequence[Each], measure: Callable[[Sequence[Each]], float]) -> tuple[float, float]:
    """The middle 90 per cent of what resampling gives."""
    chance = random.Random(SEED)  # noqa: S311 - a published seed
    found = sorted(measure(chance.choices(sample, k=len(sample))) for _ in range(RESAMPLED))
    return found[RESAMPLED // 20], found[-RESAMPLED // 20]


def without(sets: Sequence[Examples], owners: Collection[str], owner_of: dict[str, str]) -> list[Examples]:
    """The examples of which neither side is of one of these owners."""
    kept = []
    for each in sets:
        rows = np.array([not {owner_of.get(one, ""), owner_of.get(other, "")} & set(owners)
                         for one, other in each.ends])  # fmt: skip
        ends = [pair for pair, row in zip(each.ends, rows, strict=True) if row]
        kept.append(
            replace(each, values=each.values[rows], true=each.true[rows], weights=each.weights[rows], ends=ends)
        )
    return kept


def fold_of(owner: str) -> int:
    """Which fold an agency is in."""
    return crc32(owner.encode()) % FOLDS


def told(name: str, scored: list[tuple[float, bool]], ranked: list[tuple[list[str], set[str]]]) -> None:
    """Prints both measures with their intervals."""

    def recall(sample: Sequence[tuple[list[str], set[str]]]) -> float:
        numbered = dict(enumerate(sample))
        return recall_among_first({f"{n}": each[0] for n, each in numbered.items()},
                                  {f"{n}": each[1] for n, each in numbered.items()})  # fmt: skip

    def precision(sample: Sequence[tuple[float, bool]]) -> float:
        return precision_at_recall(sample, WANTED_RECALL) if any(true for _, true in sample) else 0.0

    first, wide = recall(ranked), interval(ranked, recall)
    right, around = precision(scored), interval(scored, precision)
    print(f"{name:44} first five {first:.2f} ({wide[0]:.2f}-{wide[1]:.2f})  at recall {WANTED_RECALL} {right:.2f} "
          f"({around[0]:.2f}-{around[1]:.2f})")  # fmt: skip


def _ranked(half: Half, scores: Scores, owners: Collection[str] | None = None) -> list[tuple[list[str], set[str]]]:
    owner_of = {each.id: each.owner for each in half.profiles}
    return [(sorted(scores.get(one, {}), key=lambda other: -scores[one][other]), wanted)
            for one, wanted in half.partners().items() if owners is None or owner_of[one] in owners]  # fmt: skip


def main() -> None:
    """Leaves out each part, with each share of wrong codes; then each fifth of the agencies."""
    terms = read_duplication_terms(definitions_root() / "national")
    describer, sets = Describer(terms), learned_from(SEEN, terms)
    for part in SEEN:
        weights = weights_by_name(fit([each for name in sets if name != part for each in sets[name]]))
        for share, seeds in NOISE.items():
            half = with_platforms(part, share, seeds[0], terms)
            scores = found_by(half, weights, terms, describer)
            told(f"{part}, learned from the others, {share} % wrong", scored_pairs(half, scores), _ranked(half, scores))
    halves = {part: with_platforms(part, 0, 0, terms) for part in SEEN}
    owner_of = {each.id: each.owner or "" for half in halves.values() for each in half.profiles}
    scored: list[tuple[float, bool]] = []
    ranked: list[tuple[list[str], set[str]]] = []
    for fold in range(FOLDS):
        left = {owner for half in halves.values() for owner in half.agencies if fold_of(owner) == fold}
        learned = [each for name, group in sets.items() for each in (without(group, left, owner_of) if name in halves
                                                                      else group)]  # fmt: skip
        weights = weights_by_name(fit(learned))
        for half in halves.values():
            scores = found_by(half, weights, terms, describer)
            # A pair counts in the fold of its first end: each pair once, never with weights learned from it.
            mine = [each for each in half.pairs if owner_of[each.one] in left]
            scored += scored_pairs(half.model_copy(update={"pairs": mine}), scores)
            ranked += _ranked(half, scores, left)
    told(f"all parts, agencies left out by {FOLDS} folds", scored, ranked)


if __name__ == "__main__":
    main()
