"""What a system may fetch to prove an exchange to others: `/asic` its own evidence, `/verificationconf` what judges it.

Layer 6, no Django. The addresses and parameters are X-Road's, so that its clients can ask. Evidence is for the systems
that took part, each of which signs the question as it signs a call; keys and the directory are for everyone. One
container holds both messages of an exchange, so `requestOnly` and `responseOnly` change nothing but are understood.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import psycopg

from maidinh.exchange.asic.archive import EARLIEST, MIMETYPE
from maidinh.exchange.evidence.container import CHECKPOINT, EvidenceError
from maidinh.exchange.gateway import protocol
from maidinh.exchange.gateway.archive import containers_for
from maidinh.exchange.gateway.bodies import held
from maidinh.exchange.gateway.call import Call
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.exchange.gateway.forwarding import Answer
from maidinh.exchange.gateway.metadata import parameters
from maidinh.exchange.gateway.protocol import ProtocolError
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import SignerError
from maidinh.infrastructure.keys.identifiers import KeyNameError, file_stem, key_of_stem, kind_of

ASIC, VERIFICATIONCONF = "/asic", "/verificationconf"
CLIENT = ("xRoadInstance", "memberClass", "memberCode", "subsystemCode")
FLAGS = ("unique", "requestOnly", "responseOnly", "force")
VOUCHING = ("architecture", "authority", "exchange", "log", "member", "promise", "timestamp")
ZIP = "application/zip"
LONGEST_ID = 255


@dataclass(frozen=True)
class Asked:
    """Which evidence is asked for, and by whom."""

    client: str
    query_id: str
    flags: frozenset[str]

    @property
    def service(self) -> str:
        """Under which name the question stands in the evidence: the system asks about itself."""
        return f"{self.client}{ASIC}"


def asked_in(query: str | None) -> Asked:
    """Read the parameters of `/asic`, or refuse them."""
    given = parameters(query)
    for name in ("queryId", *CLIENT):
        if not given.get(name):
            raise ProtocolError(protocol.BAD_REQUEST, "missing_parameter", f"the parameter {name} must be specified")
    flags = frozenset(name for name in FLAGS if name in given)
    sides = flags & {"requestOnly", "responseOnly"}
    if len(sides) > 1:
        text = "requestOnly and responseOnly cannot be used at the same time"
        raise ProtocolError(protocol.BAD_REQUEST, "invalid_parameters", text)
    if "unique" in flags and not sides:
        text = "unique is not applicable without requestOnly or responseOnly"
        raise ProtocolError(protocol.BAD_REQUEST, "invalid_parameters", text)
    if not protocol.VISIBLE.fullmatch(given["queryId"]):
        raise ProtocolError(protocol.BAD_REQUEST, "invalid_parameters", "queryId is not an id of a message")
    client = protocol.read_client("/".join(quote(given[name], safe="") for name in CLIENT))
    return Asked(client, given["queryId"], flags)


async def evidence_for(settings: GatewaySettings, call: Call, asked: Asked) -> Answer:
    """The containers of the exchanges that are asked for, as one file each in a ZIP, or the only one itself."""
    try:
        found = await containers_for(settings, asked.client, asked.query_id, at=call.started_at)
    except EvidenceError as error:
        raise ProtocolError(protocol.INTERNAL, "no_evidence", str(error)) from error
    except (SignerError, TimeoutError) as error:
        raise ProtocolError(protocol.SIGNING_FAILED, "signing_failed", "evidence could not be sealed") from error
    except (psycopg.Error, OSError) as error:
        raise ProtocolError(protocol.INTERNAL, "no_evidence", "the evidence cannot be read now") from error
    if not found:
        raise ProtocolError(protocol.NOT_FOUND, "not_found", "no exchange of this system has this id")
    if "force" not in asked.flags and not all(_proved(each) for each in found.values()):
        text = "the public log does not hold it yet; ask again in a minute, or with force"
        raise ProtocolError(protocol.INTERNAL, "not_yet_proved", text)
    name = file_name(asked.query_id)
    if "unique" in asked.flags:
        if len(found) > 1:
            text = "several exchanges have this id; ask without unique"
            raise ProtocolError(protocol.BAD_REQUEST, "not_unique", text)
        (only,) = found
        return _file(f"{name}-{only}.asice", MIMETYPE, found[only])
    return _file(f"{name}.zip", ZIP, zipped({f"{name}-{each}.asice": found[each] for each in found}))


def verification_files(snapshot: Snapshot, home: Home) -> bytes:
    """All that judging evidence of this exchange needs, as a folder that `maidinh exchange verify --trust` takes."""
    directory = snapshot.directory
    files = {"instance-identifier": directory.instance.encode()}
    place = f"{directory.instance}/"
    files[f"{place}directory.jws"] = snapshot.token.encode("ascii")
    for member in directory.members:
        for key in member.keys:
            stem = _stem(key.kid)
            if stem:
                files[f"{place}{stem}.pem"] = key.public_key_pem.encode("ascii")
    for path in sorted(home.public_keys.iterdir()):
        key_name = key_of_stem(path.stem)
        if path.suffix in (".pem", ".crt") and key_name and kind_of(key_name) in VOUCHING:
            files.setdefault(f"{place}{path.name}", path.read_bytes())
    return zipped({f"verificationconf/{name}": content for name, content in files.items()})


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A ZIP file; equal contents give equal bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return target.getvalue()


def file_name(query_id: str) -> str:
    """A name for a file from a message's id, which may hold anything."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", query_id)[:LONGEST_ID]


def _file(name: str, kind: str, content: bytes) -> Answer:
    headers = ((b"Content-Type", kind.encode()), (b"Content-Disposition", f'attachment; filename="{name}"'.encode()))
    return Answer(200, "OK", headers, held(content))


def _proved(container: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        return CHECKPOINT in archive.namelist()


def _stem(kid: str) -> str | None:
    try:
        return file_stem(kid)
    except KeyNameError:
        return None
