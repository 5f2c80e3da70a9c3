"""Which kinds of findings there are, in which states they stand, and which decision leads from one to another.

Layer 4, governance. Pure. The database holds the same steps (see the migration).
Legal ground: Nghị định 47/2020/NĐ-CP; Nghị định 224/2026/NĐ-CP articles 23 and 24.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

UNDECLARED = "undeclared"  # a connection that nobody declared
UNUSED = "unused"  # a declared one that nobody uses
OWNER_DIFFERS = "owner-differs"
ZONE_DIFFERS = "zone-differs"
METHOD_DIFFERS = "method-differs"
NOT_SERVED = "not-served"  # a procedure that is declared and not served
NOT_MASTER = "not-master"  # a register written by someone who is not its master
NO_CONSUMER = "no-consumer"  # a shared platform that nobody uses
KINDS = (
    UNDECLARED, NOT_MASTER, OWNER_DIFFERS, ZONE_DIFFERS, METHOD_DIFFERS, UNUSED, NOT_SERVED, NO_CONSUMER,
)  # fmt: skip
STANDING = (UNUSED, NOT_SERVED, NO_CONSUMER)  # found where nothing is seen, so no traffic says that they go on

OPEN, PROPOSED, ASKED, EXCEPTED, CLOSED = STATES = ("open", "proposed", "asked", "excepted", "closed")
PROPOSE, ASK, EXCEPT, REFUSE, CLOSE, REOPEN = DECISIONS = ("propose", "ask", "except", "refuse", "close", "reopen")
BY_PEOPLE = (PROPOSE, ASK, EXCEPT, REFUSE, CLOSE)
LEADS_TO = {PROPOSE: PROPOSED, ASK: ASKED, EXCEPT: EXCEPTED, REFUSE: OPEN, CLOSE: CLOSED, REOPEN: OPEN}
FROM = {
    PROPOSE: (OPEN, PROPOSED, EXCEPTED),
    ASK: (OPEN, PROPOSED, EXCEPTED),
    EXCEPT: (ASKED,),
    REFUSE: (ASKED,),
    CLOSE: (OPEN, PROPOSED, EXCEPTED),
    REOPEN: (PROPOSED, EXCEPTED, CLOSED),
}
LONGEST_TEXT = 4000


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field of a decision; `says` is translated by who shows it."""

    field: str
    says: str


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """A text for people, which the page translates."""
    return text


SEEN_AGAIN = N_("It was seen again after it was closed.")
STILL_SO = N_("It was closed, and it is still so.")
EXCEPTION_OVER = N_("The last day of the exception is past.")
PROJECT_OVER = N_("The project that should mend it has ended, and it is still so.")


def fault_of_reason(reason: str) -> Fault | None:
    """What is wrong with the reason of a decision."""
    if not reason:
        return Fault("reason", N_("Say why, so that the next person understands it."))
    if len(reason) > LONGEST_TEXT:
        return Fault("reason", N_("The reason is too long: write 4,000 characters or fewer."))
    return None


def fault_of_last_day(until: date | None, *, today: date, longest_days: int) -> Fault | None:
    """What is wrong with the last day of an exception that is asked for."""
    if until is None:
        return Fault("until", N_("Enter the last day, with day, month and four-digit year."))
    if until <= today:
        return Fault("until", N_("The last day must lie in the future."))
    if (until - today).days > longest_days:
        return Fault("until", N_("That is longer than an exception may last. Choose an earlier last day."))
    return None


def over(until: date | None, today: date) -> bool:
    """Whether an exception has ended."""
    return until is not None and until < today
