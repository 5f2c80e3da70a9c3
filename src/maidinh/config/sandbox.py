"""A system of one's own in a demonstration: declared in a version, with a sample contract, published, its key known.

Layer 0, config. It goes the way that every system goes, since the database lets nothing else onto the exchange: the
sample's architect drafts a version with it, samples of both agencies sign, the sample's approver publishes
it. Never where real people decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.rules import declared_contracts, instance_of, service_ids, subsystem_ids
from maidinh.governance.modelling.definition import Words

if TYPE_CHECKING:
    from maidinh.config.environment import Environment
    from maidinh.infrastructure.keys.client import SignerClient

DAYS = 1  # after them the sample contract ends
PREFIX = "sandbox-"


class SandboxRefused(Exception):
    """Nothing in the version in force lets a system read from this service."""


@dataclass(frozen=True)
class Joined:
    """A version with the new system, and what its program needs to know."""

    model: ArchitectureVersion
    system: str
    service: str

    @property
    def key_id(self) -> str:
        """The name of the system's key."""
        return f"caller:{self.system}"


def joined(model: ArchitectureVersion, *, instance: str, service: str, name: str, today: date) -> Joined:
    """The version with a system `name` that may use one service as another system already may."""
    services = service_ids(model, instance)
    for relation in model.relations:
        contract, identifier = relation.contract, services.get(relation.to, "")
        if contract is None or service not in (identifier, identifier.rpartition("/")[2]):
            continue
        reads = any(each.method == "GET" for each in contract.methods)
        like = next((each for each in model.elements if each.id == relation.from_ and each.subsystem), None)
        if like is None or not reads or not contract.valid_from <= today <= contract.valid_to:
            continue
        words = Words(vi=f"Hệ thống thử nghiệm {name}", en=f"Sandbox system {name}")
        system = like.model_copy(update={"id": name, "name": words, "subsystem": name, "codes": None})
        own = contract.model_copy(
            update={
                "id": name, "valid_from": today, "valid_to": today + timedelta(days=DAYS), "on_behalf_of": None,
                "purpose": Words(vi="Thử kết nối", en="Trying a connection"),
            }
        )  # fmt: skip
        number = f"{model.version.partition(f'-{PREFIX}')[0]}-{name}"
        changed = model.model_copy(
            update={
                "version": number,
                "elements": [*model.elements, system],
                "relations": [
                    *model.relations,
                    relation.model_copy(update={"id": f"{name}-reads", "from_": name, "contract": own}),
                ],
            }
        )
        whole = ArchitectureVersion.model_validate(changed.model_dump(by_alias=True, exclude_none=True))
        return Joined(whole, subsystem_ids(whole, instance)[name], identifier)
    raise SandboxRefused(service)


def publish_with(
    environment: Environment, *, service: str, name: str, public_pem: str, at: datetime, signer: SignerClient
) -> tuple[Joined, int]:
    """Declare and publish it, as the sample's two officials do; returns it with the directory's serial.

    Called as the role of the web process, with Django's settings those of the installation.
    """
    from django.db import transaction
    from django.utils.timezone import get_default_timezone, localtime

    from maidinh.config.provinces import read_province
    from maidinh.exchange.contracts.actions import agree_samples
    from maidinh.exchange.directory.queries import current_serial
    from maidinh.exchange.keys.actions import Following, keep_key
    from maidinh.exchange.keys.rules import AGENCY
    from maidinh.governance.architecture.actions import draft_version, publish_version
    from maidinh.governance.architecture.queries import current_version
    from maidinh.infrastructure.database.scope import acting
    from maidinh.infrastructure.identity.queries import actor_of_official, official

    province, version = read_province(environment.province, environment.definitions), current_version()
    if version is None:
        raise SandboxRefused(service)
    instance = instance_of(province.organisations.code)
    found = joined(version.model, instance=instance, service=service, name=name, today=localtime(at).date())
    drafts, publishes = (official(province.official_with(f"architecture.{may}").id) for may in ("draft", "publish"))
    if drafts is None or publishes is None:
        raise SandboxRefused(service)
    author, approver = actor_of_official(drafts), actor_of_official(publishes)
    with acting(agencies=author.agencies), transaction.atomic():
        how = Following(AGENCY, author.id, timedelta(0))
        keep_key(holder=found.system, public_key_pem=public_pem, how=how, at=at)
        row = draft_version(actor=author, version=found.model, organisations=province.organisations, at=at)
    declared = declared_contracts(found.model, instance, get_default_timezone())
    agree_samples(contracts=[each for each in declared if each.id == name], at=at, signer=signer)
    with acting(agencies=approver.agencies):
        publish_version(actor=approver, version_id=row.pk, at=at, signer=signer)
    return found, current_serial()
