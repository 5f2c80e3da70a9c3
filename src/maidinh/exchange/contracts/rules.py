"""What a proposed contract must be, where it stands, and which access a change of contracts gives and takes.

Layer 6. Pure. A contract gives access only while it is declared by the architecture in force, signed by every side, and
within its days; what is proposed here gives none by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from maidinh.exchange.contracts.definition import Statement
from maidinh.exchange.directory import agreements
from maidinh.exchange.directory.definition import Contract, Directory
from maidinh.exchange.jws import timestamp

SIGNED, DECLINED, TAKEN_BACK = VERDICTS = ("signed", "declined", "taken-back")
WAITING, AGREED = "waiting", "agreed"
STATES = (WAITING, AGREED, DECLINED, TAKEN_BACK)
LONGEST_REASON = 2000
GAINED, LOST, WIDENED, NARROWED = ("gained", "lost", "widened", "narrowed")


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """Mark a text for translation; whoever shows it translates it."""
    return text


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field ("" for the whole); `says` is translated by who shows it, with `named` in it."""

    field: str
    says: str
    named: str = ""


@dataclass(frozen=True)
class Operation:
    """One thing that a system may do at a service."""

    consumer: str
    service: str
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.consumer} -> {self.service} {self.method} {self.path}"


@dataclass(frozen=True)
class Access:
    """How far an operation is allowed: which fields of the answer (None: all), until when, how often a minute."""

    fields: frozenset[str] | None
    until: datetime | None
    per_minute: int | None
    contracts: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """What becomes of one operation: gained, lost, widened or narrowed, and from what to what."""

    kind: str
    operation: Operation
    before: Access | None
    after: Access | None
    gained_fields: tuple[str, ...] = ()
    lost_fields: tuple[str, ...] = ()


def contract_of(
    statement: Statement, directory: Directory, agencies: Collection[str], zone: tzinfo
) -> tuple[Contract | None, list[Fault]]:
    """The text that agencies would sign, or what is wrong with what was written, all of it at once."""
    faults = []
    consumer = _named(statement.consumer, [each.id for each in directory.subsystems])
    service = _named(statement.service, [each.id for each in directory.services])
    if consumer is None:
        said = N_("The exchange has no such system, or several: %(named)s.")
        faults.append(Fault("consumer", said, statement.consumer))
    if service is None:
        said = N_("The exchange has no such service, or several: %(named)s.")
        faults.append(Fault("service", said, statement.service))
    offered = {each.id: each.methods for each in directory.services}.get(service or "", ())
    asked = [each.endpoint for each in statement.methods]
    faults += [
        Fault("methods", N_("The service does not offer %(named)s."), f"{each.method} {each.path}")
        for each in asked
        if service is not None and each not in offered
    ]
    if statement.valid_to < statement.valid_from:
        faults.append(Fault("valid_to", N_("The last day is not before the first.")))
    if statement.on_behalf_of and statement.on_behalf_of not in agencies:
        said = N_("There is no agency with the code %(named)s.")
        faults.append(Fault("on_behalf_of", said, statement.on_behalf_of))
    if faults or consumer is None or service is None:
        return None, faults
    return Contract(
        id=statement.id,
        consumer=consumer,
        provider_service=service,
        methods=tuple(asked),
        fields=statement.fields,
        purpose=statement.purpose,
        legal_basis="; ".join(statement.legal_basis),
        valid_from=datetime.combine(statement.valid_from, time(), zone),
        valid_to=datetime.combine(statement.valid_to + timedelta(days=1), time(), zone),
        quota=statement.quota,
        breaker=statement.breaker,
        timeout_seconds=statement.timeout_seconds,
        checks=statement.checks,
        on_behalf_of=statement.on_behalf_of or None,
        disclose_after_days=statement.disclose_after_days,
        sample=statement.sample,
    ), []


def state_of(contract: Contract, answers: Mapping[str, str], *, taken_back: bool) -> str:
    """Where a proposal stands, from what each side answered."""
    if taken_back:
        return TAKEN_BACK
    if DECLINED in answers.values():
        return DECLINED
    return AGREED if all(answers.get(side) == SIGNED for side in agreements.parties(contract)) else WAITING


def access_of(contracts: Iterable[Contract], at: datetime | None = None) -> dict[Operation, Access]:
    """What these contracts allow together; with a moment, what they still allow from it on."""
    found: dict[Operation, Access] = {}
    for each in contracts:
        if at is not None and each.valid_to is not None and each.valid_to <= at:
            continue
        for endpoint in each.methods:
            operation = Operation(each.consumer, each.provider_service, endpoint.method, endpoint.path)
            granted = Access(
                frozenset(each.fields) or None, each.valid_to, each.quota.per_minute if each.quota else None, (each.id,)
            )
            found[operation] = _joined(found[operation], granted) if operation in found else granted
    return found


def changes(before: Mapping[Operation, Access], after: Mapping[Operation, Access]) -> list[Change]:
    """Which access is gained and lost between two sets of contracts; what stays as it is is left out."""
    found = []
    for operation in sorted({*before, *after}, key=str):
        old, new = before.get(operation), after.get(operation)
        if old is None or new is None:
            found.append(Change(LOST if new is None else GAINED, operation, old, new))
            continue
        gained, lost = _fields_between(old.fields, new.fields)
        more = bool(gained) or (old.fields is not None and new.fields is None)
        less = bool(lost) or (old.fields is None and new.fields is not None)
        more |= _longer(new.until, old.until) or _more_often(new.per_minute, old.per_minute)
        less |= _longer(old.until, new.until) or _more_often(old.per_minute, new.per_minute)
        found += [
            Change(kind, operation, old, new, gained, lost)
            for kind, is_so in ((WIDENED, more), (NARROWED, less))
            if is_so
        ]
    return found


def replaced(standing: Sequence[Contract], proposed: Iterable[Contract]) -> list[Contract]:
    """The contracts after the proposed ones took the places of those with their names."""
    new = {each.id: each for each in proposed}
    return [*(each for each in standing if each.id not in new), *new.values()]


def as_json(change: Change) -> dict[str, object]:
    """A change for machines."""
    operation = change.operation
    return {
        "change": change.kind,
        "consumer": operation.consumer,
        "service": operation.service,
        "method": operation.method,
        "path": operation.path,
        "before": _access_json(change.before),
        "after": _access_json(change.after),
        "gained_fields": list(change.gained_fields),
        "lost_fields": list(change.lost_fields),
    }


def _access_json(access: Access | None) -> dict[str, object] | None:
    if access is None:
        return None
    return {
        "fields": None if access.fields is None else sorted(access.fields),
        "until": None if access.until is None else timestamp(access.until),
        "per_minute": access.per_minute,
        "contracts": list(access.contracts),
    }


def _named(name: str, identifiers: Iterable[str]) -> str | None:
    found = [each for each in identifiers if name in (each, each.rpartition("/")[2])]
    return found[0] if len(found) == 1 else None


def _joined(one: Access, other: Access) -> Access:
    fields = None if one.fields is None or other.fields is None else one.fields | other.fields
    until = None if one.until is None or other.until is None else max(one.until, other.until)
    often = None if one.per_minute is None or other.per_minute is None else one.per_minute + other.per_minute
    return Access(fields, until, often, (*one.contracts, *other.contracts))


def _fields_between(old: frozenset[str] | None, new: frozenset[str] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if old is None or new is None:
        return (), ()
    return tuple(sorted(new - old)), tuple(sorted(old - new))


def _longer(one: datetime | None, other: datetime | None) -> bool:
    return other is not None and (one is None or one > other)


def _more_often(one: int | None, other: int | None) -> bool:
    return other is not None and (one is None or one > other)
