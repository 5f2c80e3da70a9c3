"""Reading architecture versions: those kept, those the definitions offer, and where this installation runs them.

Layer 4, governance. A published architecture is public; a draft is for who drafts or publishes.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils.timezone import get_default_timezone

from maidinh.exchange.contracts.queries import proposals_over
from maidinh.exchange.contracts.rules import AGREED
from maidinh.exchange.directory import agreements
from maidinh.exchange.directory.definition import Contract, Key
from maidinh.exchange.keys.queries import keys_of_holders
from maidinh.governance.architecture import reading, rules
from maidinh.governance.architecture.definition import ArchitectureVersion, Relation
from maidinh.governance.architecture.frameworks import Framework, read_frameworks
from maidinh.governance.architecture.models import Version, Withdrawal
from maidinh.governance.architecture.rules import ASKED, CONFIRMED, DRAFT, ENDED, PUBLISHED
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.locating import definitions_root, province_root
from maidinh.infrastructure.keys.identifiers import file_stem
from maidinh.infrastructure.organisations.definition import Organisations
from maidinh.infrastructure.organisations.reading import read_organisations

WITHDRAWAL_READERS = ("connection.withdraw", "connection.confirm-withdrawal")
DRAFT_READERS = ("architecture.draft", "architecture.approve", "architecture.publish")


def current_version() -> Version | None:
    """The version in force; None where none was published yet."""
    return Version.objects.filter(state=PUBLISHED).order_by("-published_at").first()


def kept_version(version_id: int) -> Version | None:
    """The version with this id; None where there is none."""
    return Version.objects.filter(pk=version_id).first()


def version_numbered(version: str) -> Version | None:
    """The version of this number that is, or was, in force; None where there is none."""
    return Version.objects.filter(version=version).exclude(state=DRAFT).first()


def contract_in_force(version: Version, contract: str) -> Relation | None:
    """The flow that carries a contract of a version; None where it has no such contract."""
    return next((each for each in version.model.relations if each.contract and each.contract.id == contract), None)


def withdrawn_contracts(province: str) -> frozenset[str]:
    """The contracts that two people have stopped: no directory holds them until two people end that."""
    return frozenset(standing_withdrawals(province).values_list("contract", flat=True))


def standing_withdrawals(province: str) -> QuerySet[Withdrawal]:
    """What two people have stopped and not let stand again, the oldest first."""
    return Withdrawal.objects.filter(province=province, state=CONFIRMED, ends__isnull=True).order_by("pk")


def takes_part_in_withdrawals(actor: Actor) -> bool:
    """Whether the actor asks for or decides on withdrawals."""
    return any(actor.may(permission) for permission in WITHDRAWAL_READERS)


def withdrawals_for(actor: Actor) -> QuerySet[Withdrawal]:
    """Withdrawals and their ends that this actor may see, the newest first; what stood is for everyone."""
    found = Withdrawal.objects.select_related("version", "ends").order_by("-asked_at", "-pk")
    if takes_part_in_withdrawals(actor):
        return found
    return found.filter(state__in=(CONFIRMED, ENDED))


def withdrawal_for(actor: Actor, withdrawal_id: int) -> Withdrawal | None:
    """One of them; None where there is none for this actor."""
    return withdrawals_for(actor).filter(pk=withdrawal_id).first()


def withdrawals_to_confirm(actor: Actor) -> QuerySet[Withdrawal]:
    """What other people asked and this actor may decide, the longest waiting first."""
    found = withdrawals_for(actor).filter(state=ASKED).exclude(asked_by=actor.id).order_by("asked_at", "pk")
    return found if actor.may("connection.confirm-withdrawal") else found.none()


def declared_organisations() -> Organisations:
    """The agencies of this province as the definitions state them. Raises DefinitionError."""
    return read_organisations(_definitions())


def versions() -> QuerySet[Version]:
    """Every version, the newest first."""
    return Version.objects.order_by("-effective_from", "-submitted_at")


def versions_for(actor: Actor) -> QuerySet[Version]:
    """The versions that this actor may see: drafts only for who drafts or publishes."""
    if any(actor.may(permission) for permission in DRAFT_READERS):
        return versions()
    return versions().exclude(state=DRAFT)


def version_as_of(actor: Actor, day: date) -> Version | None:
    """The version that was in effect on a day, by its effective date; None before the first. Never a draft."""
    found = versions_for(actor).exclude(state=DRAFT).filter(effective_from__lte=day)
    return found.order_by("-effective_from", "-published_at").first()


def declared_versions() -> list[str]:
    """The versions that this province's definitions hold, in the order in which they took effect."""
    found = reading.read_versions(_definitions(), frameworks())
    return sorted(found, key=lambda version: (found[version].effective_from, version))


def declared_version(version: str) -> tuple[ArchitectureVersion, Organisations]:
    """A version from the definitions with all it inherits, and the agencies it names. ValueError if there is none."""
    root, national = _definitions(), frameworks()
    return reading.resolve(reading.read_versions(root, national), version, national), read_organisations(root)


def frameworks() -> dict[str, Framework]:
    """The national frameworks that versions follow, by id. Raises DefinitionError."""
    return read_frameworks(definitions_root(settings.MAIDINH.definitions) / reading.NATIONAL)


def declared_contracts(row: Version) -> list[Contract]:
    """Every contract that a version declares between running systems, as its agencies sign it."""
    return rules.declared_contracts(row.model, row.instance, get_default_timezone())


def unsigned_contracts(row: Version) -> list[str]:
    """The contracts that a version declares and not every side has signed: with it in force they open nothing yet."""
    declared = {agreements.digest(each): each.id for each in declared_contracts(row)}
    known = proposals_over(declared)
    return [name for digest, name in declared.items() if digest not in known or known[digest].state != AGREED]


def deployment(row: Version, at: datetime) -> rules.Deployment:
    """Where this installation runs what the version declares, and the public keys that its members and systems have."""
    here, national = settings.MAIDINH, definitions_root(settings.MAIDINH.definitions) / reading.NATIONAL
    files = {
        subsystem: here.home.public_keys / f"{file_stem(f'caller:{subsystem}')}.pem"
        for subsystem in rules.subsystem_ids(row.model, row.instance).values()
    }
    return rules.Deployment(
        keys={subsystem: path.read_text("ascii") for subsystem, path in files.items() if path.exists()},
        addresses={endpoint: _address(endpoint, here.services_url) for endpoint in rules.endpoints(row.model)},
        zone=get_default_timezone(),
        lifetime=timedelta(days=here.directory_days),
        timeout_seconds=here.gateway_timeout,
        members={code: _member_keys(code, at) for code in rules.member_codes(row.model, row.instance)},
        documents=reading.interface_documents(_definitions(), national),
        registered=keys_of_holders(at),
    )


def _member_keys(code: str, at: datetime) -> tuple[Key, ...]:
    """The key by which an agency signs its evidence and its contracts, where the signer keeps one."""
    kid = f"member:{code}"
    path = settings.MAIDINH.home.public_keys / f"{file_stem(kid)}.pem"
    if not path.exists():
        return ()
    return (Key(kid=kid, public_key_pem=path.read_text("ascii"), valid_from=at),)


def _definitions() -> Path:
    return province_root(settings.MAIDINH.province, settings.MAIDINH.definitions)


def _address(endpoint: str, services_url: str) -> str:
    return endpoint if "://" in endpoint else f"{services_url}/{endpoint}"
