"""Contracts between agencies in the reader's language: sides, states, what a change opens and closes.

Layer 2. What may be read of whom is decided here too: a system that is not published is in no contract that is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.channels.web import editions
from maidinh.channels.web.context import language
from maidinh.exchange.contracts import rules
from maidinh.exchange.contracts.queries import Answer, Standing
from maidinh.exchange.contracts.rules import AGREED, DECLINED, GAINED, LOST, TAKEN_BACK, WAITING, WIDENED, Change
from maidinh.exchange.directory import agreements
from maidinh.exchange.directory.definition import Contract, Directory
from maidinh.exchange.evidence.queries import name_of_field
from maidinh.governance.architecture.queries import Version
from maidinh.governance.architecture.rules import service_ids, subsystem_ids
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names

TONES = {WAITING: "wait", AGREED: "good", DECLINED: "stopped", TAKEN_BACK: "neutral"}


class Words:
    """Contracts as pages tell them to one reader."""

    def __init__(self, actor: Actor, version: Version | None, directory: Directory | None) -> None:
        self.agencies = agency_names(language())
        self.names, self.hidden = _names(actor, version)
        self.in_force = {agreements.digest(each) for each in directory.contracts} if directory else set()
        self.directory = directory

    def published(self, contract: Contract) -> bool:
        """Whether this reader may be told of both ends of the contract."""
        service = contract.provider_service.rpartition("/")[0]
        return not self.hidden & {contract.consumer, contract.provider_service, service}

    def agency(self, code: str) -> str:
        """An agency's name."""
        return self.agencies.get(code, code)

    def row(self, contract: Contract) -> dict[str, Any]:
        """What a contract says, for lists and pages."""
        until = contract.valid_to
        return {
            "contract": contract,
            "id": contract.id,
            "consumer": self.names.get(contract.consumer, contract.consumer),
            "service": self.names.get(contract.provider_service, contract.provider_service),
            "parties": [
                {"side": side_names()[side], "agency": self.agency(code)}
                for side, code in agreements.parties(contract).items()
            ],
            "first_day": localtime(contract.valid_from).date(),
            "last_day": localtime(until - timedelta(microseconds=1)).date() if until else None,
            "methods": [f"{each.method} {each.path}" for each in contract.methods],
            "in_force": agreements.digest(contract) in self.in_force,
        }

    def fields(self, contract: Contract) -> list[str]:
        """The fields of the answer, each as people call it with its code beside it."""
        services = self.directory.services if self.directory else ()
        service = next((each for each in services if each.id == contract.provider_service), None)
        named = [(each, name_of_field(service, each, language())) for each in contract.fields]
        return [name if name == code else f"{name} ({code})" for code, name in named]

    def standing(self, found: Standing) -> dict[str, Any]:
        """A proposal with where it stands."""
        return self.row(found.contract) | {
            "row": found.row,
            "state": state_names()[found.state],
            "tone": TONES[found.state],
            "proposed_agency": self.agency(found.row.proposed_agency),
            "sides": [self._side(side, code, found.answers.get(side)) for side, code in found.parties.items()],
        }

    def changes(self, found: Iterable[Change]) -> list[dict[str, str]]:
        """What a change of contracts opens and closes, a line each."""
        return [
            {
                "kind": change_names()[each.kind],
                "tone": "good" if each.kind in (GAINED, WIDENED) else "stopped",
                "consumer": self.names.get(each.operation.consumer, each.operation.consumer),
                "service": self.names.get(each.operation.service, each.operation.service),
                "operation": f"{each.operation.method} {each.operation.path}",
                "how": how(each),
            }
            for each in found
        ]

    def _side(self, side: str, code: str, answer: Answer | None) -> dict[str, Any]:
        return {
            "side": side,
            "name": side_names()[side],
            "agency": self.agency(code),
            "answer": answer,
            "says": answer_names()[answer.verdict] if answer else _("not answered yet"),
            "tone": TONES[AGREED if answer.verdict == rules.SIGNED else DECLINED] if answer else "wait",
        }


def state_names() -> dict[str, str]:
    """What the state of a proposal is called."""
    return {
        WAITING: _("waits for signatures"),
        AGREED: _("signed by every side"),
        DECLINED: _("declined"),
        TAKEN_BACK: _("taken back"),
    }


def answer_names() -> dict[str, str]:
    """What a side said."""
    return {rules.SIGNED: _("signed"), DECLINED: _("has declined"), TAKEN_BACK: _("taken back")}


def side_names() -> dict[str, str]:
    """What the sides of a contract are called."""
    return {
        "consumer": _("Whose system calls"),
        "provider": _("Who provides"),
        "delegator": _("On whose behalf"),
    }


def change_names() -> dict[str, str]:
    """What becomes of access."""
    return {
        GAINED: _("gains access"),
        LOST: _("loses access"),
        WIDENED: _("gets more"),
        rules.NARROWED: _("gets less"),
    }


def how(change: Change) -> str:
    """The particulars of a change: fields, last day, how often."""
    before, after = change.before, change.after
    parts = []
    if change.kind == WIDENED and change.gained_fields:
        parts.append(_("more fields: %(fields)s") % {"fields": ", ".join(change.gained_fields)})
    if change.kind == rules.NARROWED and change.lost_fields:
        parts.append(_("fewer fields: %(fields)s") % {"fields": ", ".join(change.lost_fields)})
    if before and after and before.fields is None and after.fields is not None:
        parts.append(_("only these fields: %(fields)s") % {"fields": ", ".join(sorted(after.fields))})
    if before and after and before.fields is not None and after.fields is None:
        parts.append(_("all fields"))
    if change.kind == GAINED and after:
        fields = ", ".join(sorted(after.fields)) if after.fields else ""
        parts.append(_("fields: %(fields)s") % {"fields": fields} if fields else _("all fields"))
    if before and after and before.until != after.until:
        day = (
            localtime(after.until - timedelta(microseconds=1)).strftime("%d/%m/%Y") if after.until else _("no last day")
        )
        parts.append(_("last day now: %(day)s") % {"day": day})
    if before and after and before.per_minute != after.per_minute:
        often = after.per_minute if after.per_minute is not None else _("without limit")
        parts.append(_("calls a minute now: %(count)s") % {"count": often})
    return "; ".join(parts)


def _names(actor: Actor, version: Version | None) -> tuple[dict[str, str], set[str]]:
    """The names of systems and services by their identifiers, and the identifiers that this reader is not told."""
    if version is None:
        return {}, set()
    whole, shown = version.model, editions.edition_for(actor, version).model
    names: dict[str, str] = {}
    known: set[str] = set()
    for identifiers in (subsystem_ids, service_ids):
        known |= set(identifiers(whole, version.instance).values())
        by_element = {each.id: each.name.in_language(language()) for each in shown.elements}
        names |= {path: by_element[element] for element, path in identifiers(shown, version.instance).items()}
    return names, known - set(names)
