"""Duplicate investment found in the labelled set, beside TF-IDF cosine and token-set ratio; and how long it takes.

Quality is told of the half that is held out and, apart from it, of the fresh and the blind part; the blind one was seen
by nobody who tunes. A peer's wording and threshold are chosen on the other half. Each pair counts by its higher score
of the two directions. The peers see all words and codes that we see.
Quality is told of the parts `held-out` and `fresh` apart. Weights were learned from both by now, so their figures
flatter: bench.duplicate_across tells what weights reach that were learned from the others. A peer's wording and
threshold are chosen on the tuning half. Each pair counts by its higher score of the two directions.
The peers see all words and codes that we see.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from statistics import median
from typing import Any

from bench.environment import measured, peak_megabytes
from bench.investments import COUNT, SEED, investments
from bench.labelled import BLIND, FRESH, HALVES, NATIONAL, TRUE, Half, makeup, read_half, with_wrong_codes
from bench.ranking import at_threshold, average_precision, best_threshold, precision_at_recall, recall_among_first
from bench.report import Report
from maidinh.governance.duplication.definition import Profile
from maidinh.infrastructure.definitions.locating import definitions_root

NOISE = {0: [0], 10: [1011, 1012, 1013], 30: [3031, 3032, 3033]}  # per cent of wrong codes: the seeds
WANTED_RECALL = 0.75
WRONG, MISSED = 20.0, 10.0  # per cent: at that recall; among the first five
MATRIX, SINGLE = 30.0, 0.3  # seconds
SINGLES = 40
QUICK = 150  # projects and systems each
SLOW_PEERS = {"token-set ratio": 600}  # each pair is a comparison of its own: of 3,000 x 3,000 it takes minutes
TUNE, HELD_OUT = HALVES
MEASURED = (HELD_OUT, FRESH, BLIND)
Scores = dict[str, dict[str, float]]  # proposal: other: score


def run(report: Report) -> None:
    """Measure the ranking on what isn't tuned on at each share of wrong codes, then the time on the generated ones."""
    for part in MEASURED:
        report.say(f"{part}: {makeup(read_half(part)).told()}")
    for share, seeds in NOISE.items():
        if not (report.quick and share):
            _ranking(report, share, seeds)
    _timing(report, QUICK if report.quick else COUNT)


def _ranking(report: Report, share: int, seeds: Sequence[int]) -> None:
    peers = () if report.quick else tuple(PEERS)
    found = {name: [_child("rank", name, str(share), str(seed), *MEASURED) for seed in seeds]
             for name in ("ours", *peers)}  # fmt: skip
    told = "no wrong codes" if not share else f"{share} % wrong codes, seeds {', '.join(map(str, seeds))}"
    measures = (
        ("not among the first five", "missed", None if share else MISSED),
        (f"wrong among those found at recall {WANTED_RECALL}", "wrong", None if share else WRONG),
        ("area above precision over recall", "above", None),
        ("wrong at the threshold", "wrong_told", None),
        ("missed at the threshold", "missed_told", None),
        ("wrong at that recall, among all pairs of the part", "wrong_all", None),
    )
    for part, (what, key, bound) in product(MEASURED, measures):
        ours = [each[part][key] for each in found["ours"]]
        for name in peers or [None]:
            peer: dict[str, Any] = (
                {"peer": [each[part][key] for each in found[name]], "peer_name": name} if name else {}
            )
            report.row(f"{part}: {what}", ours, unit="%", bound=bound, note=told, **peer)


def _timing(report: Report, count: int) -> None:
    """A slow peer is measured on fewer, and so are we beside it: a ratio is of the same size."""
    ours = _child("time", "ours", str(count))
    size = f"{count} x {count}, seed {SEED}, peak {ours['peak']:.0f} MB"
    report.row("planted pairs not among the first five", ours["missed"] * 100, unit="%", note=size)
    report.row("one new project", ours["single"], bound=SINGLE, note=f"{size}, slowest {max(ours['single']):.2f} s")
    if report.quick:
        report.row("all projects against all systems", ours["matrix"], bound=MATRIX, note=size)
        return
    for name in PEERS:
        fewer = SLOW_PEERS.get(name, count)
        mine = ours if fewer == count else _child("time", "ours", str(fewer))
        theirs = _child("time", name, str(fewer))
        note = f"{fewer} x {fewer}, seed {SEED}, peak {mine['peak']:.0f} MB"
        bound = MATRIX if fewer == count else None
        report.row("all projects against all systems", mine["matrix"], bound=bound, note=note,
                   peer=theirs["matrix"], peer_name=name)  # fmt: skip


def _child(*arguments: str) -> dict[str, Any]:
    found = measured(["-m", "bench.duplicates", *arguments])
    if found is None:
        raise SystemExit(f"duplicates: {' '.join(arguments)} fails; the message stands above")
    return found


def rank(name: str, share: int, seed: int, parts: Sequence[str] = MEASURED) -> dict[str, dict[str, float]]:
    """How one way ranks each part; what the way lets one choose is chosen on the half for tuning."""
    threshold = 0.0
    way: Way = _ours
    if name != "ours":
        tune = _half(TUNE, share, seed)
        ways = [PEERS[name](wording) for wording in (_title, _everything)]
        of_tune = [(_scored(tune, each(tune.profiles, tune.profiles)), each) for each in ways]
        scored, way = max(of_tune, key=lambda pair: average_precision(pair[0]))
        threshold = best_threshold(scored)
    return {part: _measures(_half(part, share, seed), way, threshold) for part in parts}


def _measures(half: Half, way: Way, threshold: float) -> dict[str, float]:
    scores = way(half.profiles, half.profiles)
    scored = _scored(half, scores)
    precision, recall = at_threshold(scored, threshold)
    ranked = {proposal: sorted(others, key=lambda other: -others[other]) for proposal, others in scores.items()}
    return {
        "missed": 100 * (1 - recall_among_first(ranked, half.partners())),
        "wrong": 100 * (1 - precision_at_recall(scored, WANTED_RECALL)),
        "above": 100 * (1 - average_precision(scored)),
        "wrong_told": 100 * (1 - precision), "missed_told": 100 * (1 - recall),
        "wrong_all": 100 * (1 - precision_at_recall(_every_pair(half, scores), WANTED_RECALL)),
    }  # fmt: skip


def _half(name: str, share: int, seed: int) -> Half:
    """A part with its wrong codes, and the national platforms beside it."""
    from maidinh.governance.duplication.profiles import national_platforms

    half = read_half(name)
    wrong = with_wrong_codes(half.profiles, share=share / 100, seed=seed)
    return half.model_copy(update={"profiles": [*wrong, *national_platforms(definitions_root() / "national")]})


def _scored(half: Half, scores: Scores) -> list[tuple[float, bool]]:
    return [(_score(scores, pair.one, pair.other), pair.true) for pair in half.pairs]


def _every_pair(half: Half, scores: Scores) -> list[tuple[float, bool]]:
    """All pairs within the part: what no one labelled counts as different. Of national platforms only the labelled."""
    labels = {pair.ends: pair.true for pair in half.pairs}
    own = sorted(each.id for each in half.profiles if not each.id.startswith(NATIONAL))
    ends = {frozenset({one, other}) for place, one in enumerate(own) for other in own[:place]} | set(labels)
    return [(_score(scores, *sorted(pair)), labels.get(pair, False)) for pair in ends]


def _score(scores: Scores, one: str, other: str) -> float:
    return max(scores.get(one, {}).get(other, 0.0), scores.get(other, {}).get(one, 0.0))


def _ours(proposals: Sequence[Profile], others: Sequence[Profile]) -> Scores:
    """What the product says is a duplicate, an overlap or should be reused; what is complementary scores nothing."""
    searcher = _searcher(others)
    return {
        each.id: {
            found.other.id: found.score for found in searcher.search(each, limit=len(others)) if found.kind in TRUE
        }
        for each in proposals
    }


def _searcher(others: Sequence[Profile]) -> Any:
    from maidinh.governance.duplication.definition import read_duplication_terms
    from maidinh.governance.duplication.judging import Searcher

    return Searcher(list(others), read_duplication_terms(definitions_root() / "national"))


def _title(profile: Profile) -> str:
    title: str = profile.title.vi
    return title


def _everything(profile: Profile) -> str:
    codes = [code for all_of_one in profile.classification.values() for code in all_of_one]
    texts = [profile.title.vi, profile.summary.vi if profile.summary else "", *profile.masters, *profile.reads]
    return " ".join([*texts, *profile.functions, *profile.users, *profile.territory, *codes])


Way = Callable[[Sequence[Profile], Sequence[Profile]], Scores]


def _tfidf(wording: Callable[[Profile], str]) -> Way:
    def scores(proposals: Sequence[Profile], others: Sequence[Profile]) -> Scores:
        from sklearn.feature_extraction.text import TfidfVectorizer

        shaping = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
        against = shaping.fit_transform([wording(each) for each in others])
        table = (shaping.transform([wording(each) for each in proposals]) @ against.T).toarray()
        return _from_table(proposals, others, table)

    return scores


def _token_set(wording: Callable[[Profile], str]) -> Way:
    def scores(proposals: Sequence[Profile], others: Sequence[Profile]) -> Scores:
        from rapidfuzz import fuzz, process, utils

        one, two = ([utils.default_process(wording(each)) for each in side] for side in (proposals, others))
        return _from_table(proposals, others, process.cdist(one, two, scorer=fuzz.token_set_ratio) / 100)

    return scores


def _from_table(proposals: Sequence[Profile], others: Sequence[Profile], table: Iterable[Any]) -> Scores:
    """The best hundred of each row, without the proposal itself; of a small set that is all."""
    names = [each.id for each in others]
    kept = max(100, 200 if len(names) < 500 else 0)
    found: Scores = {}
    for proposal, row in zip(proposals, table, strict=True):
        best = row.argsort()[::-1][: kept + 1]
        found[proposal.id] = {names[place]: float(row[place]) for place in best if names[place] != proposal.id}
    return found


PEERS: dict[str, Callable[[Callable[[Profile], str]], Way]] = {"TF-IDF cosine": _tfidf, "token-set ratio": _token_set}


def timed(name: str, count: int) -> dict[str, Any]:
    """All against all with everything that has to be made ready, then single projects; and what was planted."""
    made = investments(count)
    begun = time.perf_counter()
    if name != "ours":
        PEERS[name](_everything)(made.projects, made.systems)
        return {"matrix": time.perf_counter() - begun, "peak": peak_megabytes()}
    searcher = _searcher(made.systems)
    found = searcher.all(made.projects)
    matrix, single = time.perf_counter() - begun, []
    for project in made.projects[:SINGLES]:
        begun = time.perf_counter()
        searcher.search(project)
        single.append(time.perf_counter() - begun)
    ranked = {project: [each.other.id for each in those] for project, those in found.items()}
    told = recall_among_first(ranked, {project: {system} for project, system in made.planted.items()})
    return {"matrix": matrix, "single": single, "middle": median(single), "missed": 1 - told, "peak": peak_megabytes()}


if __name__ == "__main__":
    task, who, *rest = sys.argv[1:]
    print(json.dumps(rank(who, int(rest[0]), int(rest[1]), rest[2:]) if task == "rank" else timed(who, int(rest[0]))))
