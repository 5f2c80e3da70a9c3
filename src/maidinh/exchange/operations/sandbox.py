"""A system of one's own in a demonstration's exchange: its key, its place in the directory, its sample contract.

Layer 6, pure but for the key. The system is not in the architecture: the next directory that is made from a version
leaves it out, which is what a sandbox is for. Never in an installation that is not a sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from maidinh.exchange.directory.definition import Contract, Directory, Key, Subsystem

LIFETIME = timedelta(days=1)
PURPOSE = "sandbox"
COORDINATE_BYTES = 32


class SandboxRefused(Exception):
    """The directory has nothing that a sandbox could use; `word` says what."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class OwnKey:
    """A key that its holder made itself and keeps: what an agency has that signs without the platform."""

    def __init__(self, private: ec.EllipticCurvePrivateKey | None = None) -> None:
        self._private = private or ec.generate_private_key(ec.SECP256R1())

    @property
    def private_pem(self) -> bytes:
        """The private key; its holder keeps it secret."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public_pem(self) -> str:
        """The public key, which is registered."""
        public = self._private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")

    def sign(self, key: str, message: bytes) -> bytes:
        """Sign as a JWS wants it: r and s, each of 32 bytes; the name says nothing here, there is one key."""
        del key
        r, s = decode_dss_signature(self._private.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")


@dataclass(frozen=True)
class Joined:
    """A directory with the new system in it."""

    directory: Directory
    system: str
    contract: Contract

    @property
    def key_id(self) -> str:
        """The name of the system's key."""
        return key_of(self.system)


def key_of(system: str) -> str:
    """The name of a system's key."""
    return f"caller:{system}"


def joined(directory: Directory, *, service: str, name: str, public_pem: str, serial: int, at: datetime) -> Joined:
    """The directory with a system `name` that may use one service as another system already may."""
    model = next((each for each in directory.contracts if _usable(each, service, at)), None)
    if model is None:
        raise SandboxRefused("no-contract-to-copy")
    system = f"{model.consumer.rpartition('/')[0]}/{name}"
    kid, ends = key_of(system), min(at + LIFETIME, directory.expires_at)
    key = Key(kid=kid, public_key_pem=public_pem, valid_from=at, valid_to=ends, custody="agency")
    zone = next(each.zone for each in directory.subsystems if each.id == model.consumer)
    contract = model.model_copy(
        update={
            "id": f"sandbox-{name}", "consumer": system, "purpose": PURPOSE, "valid_from": at, "valid_to": ends,
            "agreements": (), "on_behalf_of": None, "sample": True,
        }
    )  # fmt: skip
    changed = directory.model_copy(
        update={
            "serial": serial,
            "issued_at": at,
            "subsystems": (*directory.subsystems, Subsystem(id=system, name=name, zone=zone, keys=(key,))),
            "contracts": (*directory.contracts, contract),
        }
    )
    return Joined(Directory.model_validate(changed.model_dump()), system, contract)


def _usable(contract: Contract, service: str, at: datetime) -> bool:
    over = contract.valid_to is not None and contract.valid_to <= at
    reads = any(each.method == "GET" for each in contract.methods)
    named = service in (contract.provider_service, contract.provider_service.rpartition("/")[2])
    return named and reads and contract.valid_from <= at and not over and contract.purpose != PURPOSE
