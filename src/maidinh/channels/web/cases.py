"""Choosing a procedure's case and the agency that receives: the first question of every application. Layer 2."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from maidinh.channels.web.context import language
from maidinh.channels.web.jinja import vn_money
from maidinh.channels.wording import budget_in_words
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.services.procedures.definition import Fee, Procedure


def case_choices(procedure: Procedure) -> list[dict[str, str]]:
    """The cases to choose from, each with its time and fee."""
    choices = []
    for case in procedure.cases:
        fee = _("no fee") if case.fee is None else _fee_in_words(case.fee)
        hint = f"{budget_in_words(case.time_limit.budget)}, {fee}"
        choices.append({"value": case.id, "text": case.name.in_language(language()), "hint": hint})
    return choices


def _fee_in_words(fee: Fee) -> str:
    return _("the fee follows from your answers") if fee.amount is None else vn_money(fee.amount)


def receiving_choices(procedure: Procedure) -> list[tuple[str, str]]:
    """The agencies that receive."""
    names = agency_names(language())
    return [(code, names.get(code, code)) for code in procedure.receiving]


def posted_case(procedure: Procedure, posted: Mapping[str, str]) -> tuple[tuple[str, str], dict[str, str]]:
    """The case and agency that were chosen; where there is only one, nobody is asked."""
    errors = {}
    cases, agencies = [case.id for case in procedure.cases], procedure.receiving
    case = cases[0] if len(cases) == 1 else posted.get("case", "")
    receiving = agencies[0] if len(agencies) == 1 else posted.get("receiving", "")
    if case not in cases:
        errors["case"] = _("Choose your case")
    if receiving not in agencies:
        errors["receiving"] = _("Choose where your dossier is received")
    return (case, receiving), errors
