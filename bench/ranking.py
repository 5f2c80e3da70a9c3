"""How well pairs are ranked: precision, recall, the area under their curve, and a proposal's first five.

Equal scores are taken together, so that no order among them is luck.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

Scored = Sequence[tuple[float, bool]]  # a pair's score, and whether it is true
FIRST = 5


def steps(scored: Scored) -> Iterator[tuple[float, float, float]]:
    """Threshold, precision and recall at each score, from the highest; nothing is found at a score of 0."""
    true = sum(is_true for _, is_true in scored)
    ranked = sorted((pair for pair in scored if pair[0] > 0), reverse=True)
    hits = 0
    for place, (score, is_true) in enumerate(ranked, start=1):
        hits += is_true
        if place == len(ranked) or ranked[place][0] < score:
            yield score, hits / place, hits / true


def average_precision(scored: Scored) -> float:
    """The area under precision over recall, in steps; true pairs that are never found count as missed."""
    area = before = 0.0
    for _, precision, recall in steps(scored):
        area += precision * (recall - before)
        before = recall
    return area


def precision_at_recall(scored: Scored, wanted: float) -> float:
    """The best precision with at least that recall; 0 when the recall isn't reached."""
    return max((precision for _, precision, recall in steps(scored) if recall >= wanted), default=0.0)


def at_threshold(scored: Scored, threshold: float) -> tuple[float, float]:
    """Precision and recall of what scores at least that."""
    found = [is_true for score, is_true in scored if score > 0 and score >= threshold]
    true = sum(is_true for _, is_true in scored)
    return (sum(found) / len(found) if found else 0.0), sum(found) / true


def best_threshold(scored: Scored) -> float:
    """Where the harmonic mean of precision and recall is highest: how a peer is given its threshold."""
    best = max(steps(scored), key=lambda step: 2 * step[1] * step[2] / (step[1] + step[2] or 1))
    return best[0]


def recall_among_first(ranked: Mapping[str, Sequence[str]], partners: Mapping[str, Collection[str]]) -> float:
    """Of what each proposal should be told, the part among its first five; the mean of all proposals."""
    parts = []
    for proposal, wanted in partners.items():
        shown = set(ranked.get(proposal, ())[:FIRST])
        parts.append(len(shown & set(wanted)) / min(FIRST, len(wanted)))
    return sum(parts) / len(parts)
