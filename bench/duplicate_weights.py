"""Fits the weights of evidence of duplicates, so that they hold where the words of the terms know nothing.

Learned from all seen parts and from paraphrases (bench/paraphrases.txt). Each set is described several times, with all
words of the terms, with half of the fields of work masked, and with none. Told of sets that weren't learned from:
paraphrases by fifths of their subjects here (`--folds`), parts and agencies by bench.duplicate_across. Prints YAML.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from bench.labelled import read_half
from bench.ranking import average_precision, precision_at_recall, recall_among_first
from maidinh.governance.duplication.classifying import BAGS, Describer
from maidinh.governance.duplication.definition import DuplicationTerms, Profile, read_duplication_terms
from maidinh.governance.duplication.likeness import FEATURES, Floats, Measured, evidence
from maidinh.governance.duplication.profiles import national_platforms
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.definitions.locating import definitions_root

SEED = 6
PENALTY = 0.3
UNLABELLED = 0.04  # what a pair weighs that nobody classed
TRUE = 3.0  # what a true pair weighs: there are fewer of them
AGAINST = ("other_object", "other_mastered", "other_shape", "other_territory", "other_users", "apart_in_time", "fed",
           "continues", "neighbour", "other_title", "other_process", "other_functions", "other_part")  # fmt: skip
SEEN = ("tune", "held-out", "fresh")  # the parts that whoever tunes has seen
PARAPHRASES = "paraphrases"
MASKS = ((0.0, 0), (0.5, SEED), (0.5, SEED + 1), (1.0, 0))  # shares of the fields of work that are masked, and seeds
Labels = dict[frozenset[str], bool]
PROVINCES = ("Tỉnh Thứ Nhất", "Tỉnh Thứ Hai")


@dataclass(frozen=True)
class Examples:
    """Pairs of one set under one mask."""

    values: Floats
    true: Floats
    weights: Floats
    ends: list[tuple[str, str]]
    labels: Labels
    projects: frozenset[str]


def paraphrases(lines: Sequence[str], seed: int) -> tuple[list[Profile], Labels]:
    """What stands, its repeat, a neighbour, and the same in another province; dossiers lack parts as real ones do."""
    chance = random.Random(seed)  # noqa: S311 - a published seed
    profiles, labels = [], {}
    for number, line in enumerate(lines):
        standing, repeat, near = line.split(" | ")
        made = [_made(f"{number}-{name}", text, kind, place, chance) for name, text, kind, place in (
            ("stands", standing, "system", 0), ("repeats", repeat, "project", 0), ("near", near, "project", 0),
            ("elsewhere", standing, "system", 1), ("again", repeat, "project", 1))
            if name != "again" or chance.random() < 0.3]  # fmt: skip
        ids = [each.id for each in made]
        labels |= {frozenset({ids[0], ids[1]}): True, frozenset({ids[0], ids[2]}): False,
                   frozenset({ids[1], ids[2]}): False, frozenset({ids[1], ids[3]}): False}  # fmt: skip
        if len(ids) > 4:
            labels |= {frozenset({ids[3], ids[4]}): True, frozenset({ids[0], ids[4]}): False}
        profiles += made
    return profiles, labels


def _made(name: str, text: str, kind: str, place: int, chance: random.Random) -> Profile:
    title, functions, users = (part.strip() for part in text.split(";"))
    said = [each.strip() for each in functions.split(",")]
    commune = chance.random() < 0.3 and kind == "project"
    return Profile(
        id=name, kind="project" if kind == "project" else "system", title=Text(vi=title),
        summary=Text(vi=f"{functions} cho {users}.") if chance.random() < 0.6 else None,
        masters=[title] if chance.random() < 0.3 else [],
        functions=said if chance.random() < 0.8 else said[:1],
        users=users.split(",") if chance.random() < 0.6 else [],
        territory=[f"Xã Mẫu, {PROVINCES[place]}" if commune else PROVINCES[place]] if chance.random() < 0.9 else [],
        owner=f"Đơn vị {name}", begins=2027 if kind == "project" else 2020, checked=False, sample=True,
    )  # fmt: skip


def masked(terms: DuplicationTerms, share: float, seed: int) -> DuplicationTerms:
    """The terms without that share of their fields of work."""
    chance = random.Random(seed)  # noqa: S311 - a published seed
    kept = [each for each in terms.fields if chance.random() >= share]
    return terms.model_copy(update={"fields": kept})


def examples(profiles: Sequence[Profile], labels: Labels, terms: DuplicationTerms) -> Examples:
    """The evidence of all pairs of which one is a proposal or that are labelled."""
    describer = Describer(terms)
    described = [describer.describe(each) for each in profiles]
    measured = Measured(described)
    pairs = [(n, m) for n in range(len(profiles)) for m in range(len(profiles)) if n != m
             and (profiles[n].kind == "project"
                  or frozenset({profiles[n].id, profiles[m].id}) in labels)]  # fmt: skip
    one, other = np.array(pairs).T
    rows = {name: measured.matrix(name, described) for name in BAGS}
    ends = [(profiles[n].id, profiles[m].id) for n, m in pairs]
    classed = [labels.get(frozenset(each)) for each in ends]
    return Examples(
        evidence(measured, described, one, other, rows), np.array([bool(each) for each in classed], dtype=np.float64),
        np.array([UNLABELLED if each is None else TRUE if each else 1.0 for each in classed]), ends, labels,
        frozenset(each.id for each in profiles if each.kind == "project"),
    )  # fmt: skip


def fit(sets: Sequence[Examples]) -> Floats:
    """A logistic model whose weights have no sign that their evidence can't have; the intercept stands last."""
    values = np.vstack([each.values for each in sets])
    values = np.hstack([values, np.ones((len(values), 1))])
    true = np.concatenate([each.true for each in sets])
    weights = np.concatenate([each.weights / each.weights.sum() for each in sets])
    weights *= 1000 / weights.sum()
    penalty = np.full(values.shape[1], PENALTY)
    penalty[-1] = 0
    fixed = {"continues", "owner"}
    bounds = [(0, 0) if name in fixed else (None, 0) if name in AGAINST else (0, None) for name in FEATURES]

    def loss(at: Floats) -> tuple[float, Floats]:
        sums = values @ at
        likely = 1 / (1 + np.exp(-sums))
        value = float(weights @ (np.logaddexp(0, sums) - true * sums) + (penalty * at * at).sum())
        return value, values.T @ (weights * (likely - true)) + 2 * penalty * at

    start = np.zeros(values.shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x)


def told(name: str, weights: Floats, found: Examples) -> None:
    """Recall among the first five, precision at recall 0.75, area."""
    sums = found.values @ weights[:-1] + weights[-1]
    scores: dict[str, dict[str, float]] = {}
    for (one, other), value in zip(found.ends, 1 / (1 + np.exp(-sums)), strict=True):
        scores.setdefault(one, {})[other] = float(value)
    partners: dict[str, set[str]] = {}
    for ends, true in found.labels.items():
        for mine in ends & found.projects if true else ():
            partners.setdefault(mine, set()).update(ends - {mine})
    ranked = {one: sorted(others, key=lambda other: -others[other]) for one, others in scores.items()}
    scored = []
    for ends, true in found.labels.items():
        one, other = sorted(ends)
        scored.append((max(scores.get(one, {}).get(other, 0.0), scores.get(other, {}).get(one, 0.0)), true))
    limits = [
        f"{t:.1f}: {sum(y for s, y in scored if s >= t) / max(1, sum(s >= t for s, _ in scored)):.2f}"
        f"/{sum(y for s, y in scored if s >= t) / sum(y for _, y in scored):.2f}"
        for t in (0.2, 0.3, 0.4, 0.5)
    ]
    print(f"# {name:34} first five {recall_among_first(ranked, partners):.2f}  at recall 0.75 "
          f"{precision_at_recall(scored, 0.75):.2f}  area {average_precision(scored):.2f}  | "
          f"{'  '.join(limits)}")  # fmt: skip


def learned_from(parts: Sequence[str], terms: DuplicationTerms) -> dict[str, list[Examples]]:
    """The examples of each part under each mask; `paraphrases` are one more."""
    under = [masked(terms, *mask) for mask in MASKS]
    found = {}
    for name in parts:
        half = read_half(name)
        profiles = [*half.profiles, *national_platforms(definitions_root() / "national", terms)]
        labels = {each.ends: each.true for each in half.pairs}
        found[name] = [examples(profiles, labels, each) for each in under]
    found[PARAPHRASES] = [examples(*paraphrases(_lines(), SEED + n), each) for n, each in enumerate(under)]
    return found


def _lines() -> list[str]:
    text = Path(__file__).with_name("paraphrases.txt").read_text("utf-8")
    return [each for each in text.splitlines() if each and not each.startswith("#")]


def main() -> None:
    """Measures subjects that were left out, then fits on all and prints the weights."""
    terms = read_duplication_terms(definitions_root() / "national")
    sets = learned_from(SEEN, terms)
    lines, of_parts = _lines(), [each for name in SEEN for each in sets[name]]
    for fold in range(5 if "--folds" in sys.argv else 0):
        under = [masked(terms, *mask) for mask in MASKS]
        learned = [line for n, line in enumerate(lines) if n % 5 != fold]
        others = [line for n, line in enumerate(lines) if n % 5 == fold]
        weights = fit([*of_parts, *(examples(*paraphrases(learned, SEED + n), each) for n, each in enumerate(under))])
        told(f"fold {fold}, all masked", weights, examples(*paraphrases(others, SEED), under[-1]))
    weights = fit([*of_parts, *sets[PARAPHRASES]])
    print("    weights:")
    for name, value in weights_by_name(weights).items():
        print(f"      {name}: {value:.2f}")


def weights_by_name(weights: Floats) -> dict[str, float]:
    """As the terms state them; `continues` and `third` are set by hand."""
    found = dict(zip(("intercept", *FEATURES), [weights[-1], *weights[:-1]], strict=True))
    return {name: round(float(value), 2) + 0.0 for name, value in found.items()} | {"continues": -2.5, "third": -2.0}


if __name__ == "__main__":
    main()
