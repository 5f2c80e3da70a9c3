"""The form in which an agency writes the text of a contract: read in one go, every fault at its field.

Layer 2. Nothing that was typed is lost. What the form does not ask for (time limit, breaker, how strict the checks are,
when a person is told) is as the version in force declares it for a contract of this name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.timezone import get_default_timezone, localtime
from django.utils.translation import gettext as _
from pydantic import ValidationError

from maidinh.channels.web import rounds
from maidinh.channels.web.contracts_words import Words
from maidinh.exchange.contracts.definition import Statement
from maidinh.exchange.contracts.rules import contract_of
from maidinh.exchange.directory.definition import Contract, Directory

TEXTS = (
    "id",
    "consumer",
    "service",
    "methods",
    "fields",
    "purpose",
    "legal_basis",
    "per_minute",
    "per_day",
    "on_behalf_of",
)
LONGEST = 4000
CARRIED = ("breaker", "timeout_seconds", "checks", "disclose_after_days")
Errors = dict[str, list[str]]


class ContractForm:
    """What was typed, the choices, and the contract that comes of it."""

    def __init__(
        self,
        directory: Directory,
        words: Words,
        declared: Mapping[str, Contract],
        *,
        sample: bool,
        start: Contract | None = None,
    ) -> None:
        self.directory, self.words, self.declared, self.sample = directory, words, declared, sample
        self.typed: dict[str, Any] = dict.fromkeys(TEXTS, "") | {"valid_from": {}, "valid_to": {}}
        if start is not None:
            self._begin(start)

    @property
    def systems(self) -> list[tuple[str, str]]:
        """The systems that can call, by name."""
        found = [each.id for each in self.directory.subsystems if each.id not in self.words.hidden]
        return self._named(found)

    @property
    def services(self) -> list[tuple[str, str]]:
        """The services that can be called, by name."""
        found = [each.id for each in self.directory.services if each.id not in self.words.hidden]
        return self._named(found)

    @property
    def offered(self) -> list[tuple[str, list[str]]]:
        """What may be typed as operations: those that each service offers, by its name."""
        known = {each.id: [f"{way.method} {way.path}" for way in each.methods] for each in self.directory.services}
        return [(name, known[identifier]) for identifier, name in self.services]

    @property
    def agencies(self) -> list[tuple[str, str]]:
        """The agencies on whose behalf a system may act."""
        return sorted(self.words.agencies.items(), key=lambda each: each[1])

    def take(self, request: HttpRequest) -> None:
        """Keep what was sent."""
        self.typed = {name: request.POST.get(name, "")[:LONGEST].replace("\0", "").strip() for name in TEXTS}
        self._from, self.typed["valid_from"] = rounds.typed_date(request, "valid_from")
        self._to, self.typed["valid_to"] = rounds.typed_date(request, "valid_to")

    def contract(self) -> tuple[Contract | None, Errors]:
        """The text, or what is wrong with what was typed, field by field."""
        stated, errors = self._stated()
        if errors:
            return None, errors
        try:
            statement = Statement.model_validate(stated)
        except ValidationError as error:
            return None, {_field(each): [_said(_field(each))] for each in error.errors()}
        found, faults = contract_of(statement, self.directory, self.words.agencies.keys(), get_default_timezone())
        for fault in faults:
            errors.setdefault(fault.field, []).append(_(fault.says) % {"named": fault.named})
        known = self.declared.get(statement.id)
        if found is not None and known is not None:
            found = found.model_copy(update={name: getattr(known, name) for name in CARRIED})
        return found, errors

    def _stated(self) -> tuple[dict[str, Any], Errors]:
        errors: Errors = {}
        for name in ("id", "consumer", "service", "methods", "purpose", "legal_basis"):
            if not self.typed[name]:
                errors[name] = [_said(name)]
        if self._from is None:
            errors["valid_from"] = [_("Enter the first day, with day, month and four-digit year.")]
        if self._to is None:
            errors["valid_to"] = [_("Enter the last day, with day, month and four-digit year.")]
        methods = [line.split(None, 1) for line in _lines(self.typed["methods"])]
        if any(len(each) != 2 for each in methods):
            errors["methods"] = [_said("methods")]
        quota: dict[str, Any] | None = None
        if self.typed["per_minute"] or self.typed["per_day"]:
            quota = {name: self.typed[name] or None for name in ("per_minute", "per_day")}
            for name in ("per_minute", "per_day"):
                wrong = self.typed[name] and not _count(self.typed[name])
                if wrong or (name == "per_minute" and not self.typed[name]):
                    errors[name] = [_said(name)]
        known = self.declared.get(self.typed["id"])
        return {
            "id": self.typed["id"],
            "consumer": self.typed["consumer"],
            "service": self.typed["service"],
            "methods": [{"method": each[0].upper(), "path": each[1]} for each in methods if len(each) == 2],
            "fields": [part for part in self.typed["fields"].replace(",", " ").split() if part],
            "purpose": self.typed["purpose"].replace("\r\n", "\n"),
            "legal_basis": _lines(self.typed["legal_basis"]),
            "valid_from": self._from,
            "valid_to": self._to,
            "quota": quota,
            "on_behalf_of": self.typed["on_behalf_of"] or None,
            "sample": known.sample if known is not None else self.sample,
        }, errors

    def _begin(self, start: Contract) -> None:
        last = localtime(start.valid_to - timedelta(microseconds=1)).date() if start.valid_to else None
        self.typed |= {
            "id": start.id,
            "consumer": start.consumer,
            "service": start.provider_service,
            "methods": "\n".join(f"{each.method} {each.path}" for each in start.methods),
            "fields": " ".join(start.fields),
            "purpose": start.purpose,
            "legal_basis": start.legal_basis.replace("; ", "\n"),
            "per_minute": str(start.quota.per_minute) if start.quota else "",
            "per_day": str(start.quota.per_day or "") if start.quota else "",
            "on_behalf_of": start.on_behalf_of or "",
            "valid_from": _parts(localtime(start.valid_from).date()),
            "valid_to": _parts(last) if last else {},
        }

    def _named(self, identifiers: list[str]) -> list[tuple[str, str]]:
        found = [
            (each, f"{self.words.names.get(each, each)} ({self.words.agency(each.split('/')[2])})")
            for each in identifiers
        ]
        return sorted(found, key=lambda each: each[1])


def _said(name: str) -> str:
    """What is expected of a field."""
    expected = {
        "id": _("Write a short name of letters, digits, dots and hyphens, such as one-stop-land."),
        "consumer": _("Choose the system that calls."),
        "service": _("Choose the service that is called."),
        "methods": _("Write one operation a line: a method and a path, such as GET /parcels/*"),
        "fields": _("Write the names of fields with spaces between them."),
        "purpose": _("Say what the data are for."),
        "legal_basis": _("Name the document that it rests on, one a line."),
        "per_minute": _("Write how many calls a minute are allowed, as a whole number."),
        "per_day": _("Write how many calls a day are allowed, as a whole number."),
    }
    return expected.get(name, _("This is not filled in as it must be."))


def _field(error: Any) -> str:
    place = [str(each) for each in error["loc"]]
    return place[-1] if place[0] == "quota" else place[0]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _count(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text[:10]) <= 10**9


def _parts(day: date) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
