"""The directory: who may be connected to whom, as the published architecture declares it.

Layer 6. Publishing an architecture version makes one of these; the gateway obeys the newest one whose signature holds
and knows nothing else. A contract (thỏa thuận kết nối) names purpose, legal basis, fields and dates.
Legal ground: Nghị định 47/2020/NĐ-CP (managing, connecting and sharing digital data of state agencies).
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from ipaddress import ip_network
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    field_serializer,
    field_validator,
    model_validator,
)

from maidinh.exchange.jws import canonical_json, timestamp

KIND = "maidinh-directory+jws"
PART = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9'()+,\-.=?_]+"  # X-Road's recommended characters, and never a step in a path
SUBSYSTEM_ID = re.compile(rf"{PART}(?:/{PART}){{3}}")
SERVICE_ID = re.compile(rf"{PART}(?:/{PART}){{4}}")
RESERVED = ("listMethods", "allowedMethods", "getOpenAPI", "getWsdl", "asic")  # what the exchange itself answers
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
Method = Literal["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
Custody = Literal["agency", "platform"]
Protocol = Literal["rest", "soap"]
Part = Annotated[str, Field(pattern=r"^[A-Za-z0-9'()+,\-.=?_]+$", max_length=100)]


def architecture_key(province: str) -> str:
    """The key that signs the directories of a province."""
    return f"architecture:{province}"


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Endpoint(_Declared):
    """One operation; in the path `*` stands for one step and a last `**` for all that follow."""

    method: Method
    path: str = Field(pattern=r"^/")


class Key(_Declared):
    """A public key by which a member or a subsystem is recognised, with the time in which it may be used.

    `custody` says who holds the private one: the platform's signer, or the agency itself.
    """

    kid: str
    public_key_pem: str
    valid_from: AwareDatetime
    valid_to: AwareDatetime | None = None
    custody: Custody = "platform"

    @field_serializer("valid_from", "valid_to")
    def _moment(self, at: datetime | None) -> str | None:
        return None if at is None else timestamp(at)

    def valid(self, at: datetime) -> bool:
        """Whether the key may be used at this moment."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


class Member(_Declared):
    """An organisation of the exchange; `agency` is its code in the organisation register.

    `keys` sign its evidence and its contracts; the newest that is valid is used, all that were valid then verify.
    """

    member_class: Part
    code: str = Field(pattern=r"^[A-Za-z0-9.-]+$", max_length=100)
    name: str
    agency: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", max_length=100)
    keys: tuple[Key, ...] = ()

    @property
    def key_id(self) -> str:
        """The first key that signs this member's evidence; where a later one does, `signing_key` names it."""
        return f"member:{self.code}"

    def signing_key(self, at: datetime) -> str:
        """The key with which the platform signs this member's evidence at a moment."""
        return _newest(self.keys, at) or self.key_id

    def custody_of(self, kid: str) -> Custody:
        """Who holds the private half of a key."""
        return next((each.custody for each in self.keys if each.kid == kid), "platform")


class Subsystem(_Declared):
    """An information system that calls or is called: instance/class/member/subsystem."""

    id: str
    name: str
    zone: str = ""
    keys: tuple[Key, ...] = ()

    @field_validator("id")
    @classmethod
    def _four_parts(cls, value: str) -> str:
        return _matching(SUBSYSTEM_ID, value)

    def signing_key(self, at: datetime) -> str:
        """The key with which the platform signs this system's calls at a moment, where it holds one."""
        return _newest(self.keys, at) or f"caller:{self.id}"

    @property
    def member(self) -> tuple[str, str]:
        """Class and code of the member that it belongs to."""
        _, member_class, code, _ = self.id.split("/")
        return member_class, code


class Subject(_Declared):
    """Where a call to a service names the person whom the answer is about: a step of the path, or a field.

    `place` is `path` with `name` the number of the open step (`/owners/*/parcels`: "1", the first `*`), `query` or
    `body` with the field's name. Such calls stand in that person's own ledger. Where the service's OpenAPI document
    marks the person's parameters and fields itself (`x-maidinh-subject: true`), the marks count.
    """

    place: Literal["path", "query", "body"]
    name: str = Field(min_length=1, max_length=100)


class Service(_Declared):
    """A service behind the exchange: subsystem/service; `url` is the only place the gateway will ever send it to.

    `openapi` or `wsdl` is its published interface, against which requests and answers are checked. `networks` are
    private address ranges in which it may lie; without them only public addresses and declared names are called.
    """

    id: str
    url: str
    methods: tuple[Endpoint, ...]
    protocol: Protocol = "rest"
    openapi: dict[str, Any] | None = None
    wsdl: str | None = None
    subject: Subject | None = None
    networks: tuple[str, ...] = ()
    timeout_seconds: int = Field(gt=0)

    @field_validator("id")
    @classmethod
    def _five_parts(cls, value: str) -> str:
        if value.rpartition("/")[2] in RESERVED:
            raise ValueError(f"{value!r}: the exchange itself answers under this name; give the service another")
        return _matching(SERVICE_ID, value)

    @field_validator("url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("expected an http or https address")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("expected an address without user, query and fragment")
        return value.rstrip("/")

    @field_validator("networks")
    @classmethod
    def _real_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            ip_network(each)
        return value

    @property
    def subsystem(self) -> str:
        """The subsystem that offers it."""
        return self.id.rpartition("/")[0]

    @property
    def code(self) -> str:
        """Its own name."""
        return self.id.rpartition("/")[2]


class Quota(_Declared):
    """How often a contract may be used; more is answered with the moment from which it may be tried again."""

    per_minute: int = Field(gt=0)
    per_day: int | None = Field(default=None, gt=0)


class Breaker(_Declared):
    """After so many failures of the service in a row nothing is sent to it for so many seconds."""

    failures: int = Field(gt=0)
    pause_seconds: int = Field(gt=0)


class Agreement(_Declared):
    """One agency's signature on a contract's text: a compact JWS over its canonical form."""

    side: Literal["consumer", "provider", "delegator"]
    agency: str
    jws: str
    signed_at: AwareDatetime

    @field_serializer("signed_at")
    def _moment(self, at: datetime) -> str:
        return timestamp(at)


class Contract(_Declared):
    """An agreement that lets one subsystem use parts of one service.

    `fields` are all that an answer may hold (empty: all). With `checks` at `refuse` what does not fit the published
    interface is not let through; at `record` the verdict is only written down. `on_behalf_of` is the agency for which
    the consumer may act; then that agency signed too. A person is told of a call under it `disclose_after_days` days
    later, at once where none are named.
    """

    id: str
    consumer: str
    provider_service: str
    methods: tuple[Endpoint, ...]
    fields: tuple[str, ...] = ()
    purpose: str
    legal_basis: str
    valid_from: AwareDatetime
    valid_to: AwareDatetime | None = None
    quota: Quota | None = None
    breaker: Breaker | None = None
    timeout_seconds: int | None = Field(default=None, gt=0)
    checks: Literal["refuse", "record"] = "refuse"
    on_behalf_of: str | None = None
    disclose_after_days: int | None = Field(default=None, gt=0)
    agreements: tuple[Agreement, ...] = ()
    sample: bool = False

    @field_serializer("valid_from", "valid_to")
    def _moment(self, at: datetime | None) -> str | None:
        return None if at is None else timestamp(at)


class Directory(_Declared):
    """All that the exchange of one province allows, under one serial number."""

    instance: Part
    province: str
    serial: int = Field(gt=0)
    architecture_version: str
    architecture_hash: str
    issued_at: AwareDatetime
    expires_at: AwareDatetime
    members: tuple[Member, ...]
    subsystems: tuple[Subsystem, ...]
    services: tuple[Service, ...]
    contracts: tuple[Contract, ...]

    @field_serializer("issued_at", "expires_at")
    def _moment(self, at: datetime) -> str:
        return timestamp(at)

    @model_validator(mode="after")
    def _whole(self) -> Directory:
        if self.expires_at <= self.issued_at:
            raise ValueError("a directory expires after it is issued")
        members = _unique("member", [(each.member_class, each.code) for each in self.members])
        subsystems = _unique("subsystem", [each.id for each in self.subsystems])
        services = _unique("service", [each.id for each in self.services])
        _unique("contract", [each.id for each in self.contracts])
        callers = [key.kid for each in self.subsystems for key in each.keys]
        _unique("key", [*callers, *(key.kid for each in self.members for key in each.keys)])
        for subsystem in self.subsystems:
            _known("member", subsystem.member, members, subsystem.id)
            if subsystem.id.split("/")[0] != self.instance:
                raise ValueError(f"{subsystem.id}: belongs to another instance than {self.instance}")
        for service in self.services:
            _known("subsystem", service.subsystem, subsystems, service.id)
        for contract in self.contracts:
            _known("subsystem", contract.consumer, subsystems, contract.id)
            _known("service", contract.provider_service, services, contract.id)
        return self

    def signing_key(self, subsystem: str, at: datetime) -> str:
        """The key with which the platform signs a system's calls at a moment."""
        found = next((each for each in self.subsystems if each.id == subsystem), None)
        return f"caller:{subsystem}" if found is None else found.signing_key(at)

    def canonical(self) -> bytes:
        """The bytes that are signed, and whose hash names the directory."""
        return canonical_json(self.model_dump(mode="json"))

    def hash(self) -> str:
        """SHA-256 of the canonical form, in hexadecimal."""
        return hashlib.sha256(self.canonical()).hexdigest()


def _newest(keys: tuple[Key, ...], at: datetime) -> str | None:
    """The name of the newest key that holds at this moment and lies with the platform."""
    usable = [each for each in keys if each.custody == "platform" and each.valid(at)]
    return max(usable, key=lambda each: (each.valid_from, each.kid)).kid if usable else None


def _matching(pattern: re.Pattern[str], value: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"{value!r} is not an identifier of the exchange")
    return value


def _unique(what: str, values: list[Any]) -> set[Any]:
    seen = set(values)
    if len(seen) != len(values):
        twice = next(value for value in values if values.count(value) > 1)
        raise ValueError(f"{what} {twice} stands there twice")
    return seen


def _known(what: str, value: Any, known: set[Any], place: str) -> None:
    if value not in known:
        raise ValueError(f"{place}: {what} {value} is not in the directory")
