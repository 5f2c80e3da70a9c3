"""What is known of a procedure that isn't done here, in words: its time, its fee, who deals with it. Layer 2."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maidinh.channels.wording import budget_in_words
from maidinh.infrastructure.calendars.definition import Budget
from maidinh.services.catalogue.definition import Offer

CHANNELS: dict[str, Any] = {
    "online": gettext_lazy("online"),
    "in_person": gettext_lazy("in person"),
    "post": gettext_lazy("by post"),
}
LEVELS: dict[str, Any] = {
    "ministry": gettext_lazy("Ministry"),
    "province": gettext_lazy("Province"),
    "commune": gettext_lazy("Commune"),
    "other": gettext_lazy("Other bodies"),
}
UNCHECKED: dict[str, Any] = {
    "identity": gettext_lazy("name and code"),
    "time": gettext_lazy("time limit"),
    "fee": gettext_lazy("fee"),
    "papers": gettext_lazy("papers"),
    "run_by": gettext_lazy("which system runs it"),
}
SET_BY: dict[str, Any] = {
    "province": gettext_lazy("The council of the province sets it."),
    "law": gettext_lazy("The law sets it; the record doesn't give the amount."),
    "note": gettext_lazy("See the note."),
    "unknown": gettext_lazy("The record doesn't say."),
}


def offer_in_words(offer: Offer, *, same_day: bool) -> dict[str, str]:
    """The channels, the time and the fee of one line of a record."""
    return {
        "channels": ", ".join(str(CHANNELS[channel]) for channel in offer.channels),
        "time": _time(offer, same_day),
        "fee": _fee(offer),
    }


def _time(offer: Offer, same_day: bool) -> str:
    if same_day:
        return str(_("The same day; received late in the afternoon, the next working day"))
    if offer.amount is None:
        return str(_("The record doesn't say."))
    if offer.unit is None:
        return str(_("%(number)s (the record doesn't say of what; probably working days)") % {"number": offer.amount})
    return budget_in_words(Budget(amount=offer.amount, unit=offer.unit))


def _fee(offer: Offer) -> str:
    if offer.fee is None:
        return str(SET_BY[offer.fee_set_by or "unknown"])
    if offer.fee == 0:
        return str(_("No fee"))
    grouped = f"{offer.fee:,}".replace(",", ".")
    return f"{grouped} {'đ' if offer.currency == 'VND' else offer.currency}"
