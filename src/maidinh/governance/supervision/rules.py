"""What is reported of a project that was approved, how a risk is named, and what a report may say.

Layer 4, governance. Pure. Legal ground: Nghị định 224/2026/NĐ-CP articles 68 and 69.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

LOW, MEDIUM, HIGH = LEVELS = ("low", "medium", "high")
BUILD, RUN = COST_KINDS = ("build", "run")
OWNER, SUPERVISOR = WRITERS = ("owner", "supervisor")
COMPLETION, FORWARDING, BENEFITS, EVALUATION = REPORTS = ("completion", "forwarding", "benefits", "evaluation")
LONGEST_TEXT = 20_000
MOST = 10**15  # dong; more than all that a province spends


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """A text for people, which is translated where it is shown."""
    return text


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field, "" for the whole; `says` is translated by who shows it."""

    field: str
    says: str


class SupervisionRefused(ValueError):
    """It can't be written down; `faults` says why."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(each.says for each in faults))


def faults_of_milestone(began: date | None, ended: date | None, note: str, *, today: date) -> list[Fault]:
    """What is wrong with a report of a milestone."""
    found = []
    if began is None and ended is None:
        found.append(Fault("began_on", N_("Enter the day on which it began, or the day on which it ended.")))
    if began is not None and began > today:
        found.append(Fault("began_on", N_("This day is still to come. Report what has happened.")))
    if ended is not None and ended > today:
        found.append(Fault("ended_on", N_("This day is still to come. Report what has happened.")))
    if began is None and ended is not None:
        found.append(Fault("began_on", N_("Enter the day on which it began too.")))
    if began is not None and ended is not None and ended < began:
        found.append(Fault("ended_on", N_("It ended before it began. Mend one of the days.")))
    return found + faults_of_text("note", note, required=False)


def faults_of_payment(
    *, year: int, amount: int | None, paid_on: date | None, today: date, corrects: bool, baseline_sources: bool
) -> list[Fault]:
    """What is wrong with a disbursement. One that corrects another may come to nothing."""
    found = []
    if not baseline_sources:
        found.append(Fault("source", N_("Choose the source that the money came from.")))
    if amount is None or amount < 0 or (amount == 0 and not corrects):
        found.append(Fault("amount", N_("Enter the sum in whole dong, more than 0.")))
    elif amount > MOST:
        found.append(Fault("amount", N_("The sum is larger than all that a province spends. Look at the zeros.")))
    if paid_on is None:
        found.append(Fault("paid_on", N_("Enter the day of payment, with day, month and four-digit year.")))
    elif paid_on > today:
        found.append(Fault("paid_on", N_("This day is still to come. Report what has been paid.")))
    elif paid_on.year != year and paid_on.year != year + 1:
        found.append(Fault("year", N_("The budget year is the year of payment, or the one before it.")))
    return found


def faults_of_contract(
    *, number: str, contractor: str, value: int | None, signed_on: date | None, ends_on: date | None, today: date
) -> list[Fault]:
    """What is wrong with a contract or an amendment of one."""
    found = [
        *faults_of_text("number", number, longest=120, missing=N_("Enter the number of the contract.")),
        *faults_of_text("contractor", contractor, longest=300, missing=N_("Enter the name of the contractor.")),
    ]
    if value is None or value <= 0:
        found.append(Fault("value", N_("Enter the value in whole dong, more than 0.")))
    elif value > MOST:
        found.append(Fault("value", N_("The sum is larger than all that a province spends. Look at the zeros.")))
    if signed_on is None:
        found.append(Fault("signed_on", N_("Enter the day of signature, with day, month and four-digit year.")))
    elif signed_on > today:
        found.append(Fault("signed_on", N_("This day is still to come. Enter the contract when it is signed.")))
    if ends_on is None:
        found.append(Fault("ends_on", N_("Enter the day on which the contract ends.")))
    elif signed_on is not None and ends_on < signed_on:
        found.append(Fault("ends_on", N_("It ends before it was signed. Mend one of the days.")))
    return found


def faults_of_text(
    field: str, text: str, *, required: bool = True, longest: int = LONGEST_TEXT, missing: str = ""
) -> list[Fault]:
    """What is wrong with a text."""
    if required and not text:
        return [Fault(field, missing or N_("Say why, so that the next person understands it."))]
    return [Fault(field, N_("The text is too long. Shorten it."))] if len(text) > longest else []
