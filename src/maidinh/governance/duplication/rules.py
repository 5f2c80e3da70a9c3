"""What may be decided on a finding, and what a decision must say.

Layer 4, governance. Pure. The database holds the same (see the migration).
"""

from __future__ import annotations

from dataclasses import dataclass

CONFIRM = "confirm"  # it is a duplicate: nothing is built
DIFFERENT = "different"  # it is not the same: this stands in later searches
REUSE = "reuse"  # what stands is used instead
ACCEPT = "accept"  # both are accepted, with a reason
DECISIONS = (CONFIRM, DIFFERENT, REUSE, ACCEPT)
CLASSES = ("duplicate", "overlap", "should-reuse", "complementary")
SERIOUS = CLASSES[:3]
LONGEST_TEXT = 4000


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field of a decision; `says` is translated by who shows it."""

    field: str
    says: str


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """A text for people, which the page translates."""
    return text


def faults_of(decision: str, reason: str) -> list[Fault]:
    """What is wrong with a decision."""
    found = []
    if decision not in DECISIONS:
        found.append(Fault("decision", N_("Choose what is decided.")))
    if not reason:
        found.append(Fault("reason", N_("Say why, so that the next person understands it.")))
    elif len(reason) > LONGEST_TEXT:
        found.append(Fault("reason", N_("The reason is too long: write 4,000 characters or fewer.")))
    return found
