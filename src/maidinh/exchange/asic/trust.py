"""Whom a verifier believes: authorities that issue certificates, and public keys that it was given by name.

Layer 6, no Django. From files: a PEM file of certificates makes each of them an authority; a public key vouches for
what its file name says (`member@H38.1.pem`, `log@lao-cai.pem`); of a folder only those and the authorities count.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from asn1crypto.x509 import Certificate as Asn1Certificate
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_pem_x509_certificates
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, ValidationError

from maidinh.infrastructure.keys.identifiers import key_of_stem, kind_of
from maidinh.infrastructure.translog.trust import KeyFileError, TrustedKeys, read_keys

LOG_KINDS = ("log", "promise")


@dataclass(frozen=True)
class Trust:
    """What was given to a verifier. Nothing given means that nobody is believed."""

    roots: tuple[Certificate, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)  # by the key's name: public key (PEM)
    logs: TrustedKeys = field(default_factory=lambda: TrustedKeys(()))

    @property
    def anybody(self) -> bool:
        """Whether anybody is believed at all."""
        return bool(self.roots or self.keys or self.logs.keys)


def read_trust(paths: Iterable[Path]) -> Trust:
    """Read files and folders; raises KeyFileError for one that has neither certificate nor key."""
    roots: list[Certificate] = []
    keys: dict[str, str] = {}
    logs: list[Path] = []
    for path in paths:
        files = [path]
        if path.is_dir():
            files = [*sorted(path.glob("authority@*.crt")), *sorted(path.glob("*@*.pem"))]
            files = [each for each in files if each.suffix == ".crt" or key_of_stem(each.stem)]
            if not files:
                raise KeyFileError(f"{path}: no certificate of an authority and no public key is in this directory")
        for each in files:
            _sort(each, roots, keys, logs)
    return Trust(tuple(roots), keys, read_keys(logs) if logs else TrustedKeys(()))


def _sort(path: Path, roots: list[Certificate], keys: dict[str, str], logs: list[Path]) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
    name = key_of_stem(path.stem)
    if b"BEGIN CERTIFICATE" in content:
        try:
            roots += load_pem_x509_certificates(content)
        except ValueError as error:
            raise KeyFileError(f"{path}: not a certificate that can be read") from error
    elif name is not None and kind_of(name) not in LOG_KINDS:
        keys[name] = content.decode("ascii", errors="replace")
    else:
        logs.append(path)


def certified(
    certificate: Certificate, others: Sequence[Certificate], roots: Sequence[Certificate], at: datetime
) -> str:
    """Why the certificate is not one for signing documents under the roots at that time; empty where it is."""
    context = ValidationContext(
        trust_roots=[_asn1(each) for each in roots], moment=at, allow_fetching=False, revocation_mode="soft-fail"
    )
    validator = CertificateValidator(
        _asn1(certificate), intermediate_certs=[_asn1(each) for each in others], validation_context=context
    )
    try:
        asyncio.run(validator.async_validate_usage(key_usage={"non_repudiation"}))
    except (ValidationError, PathBuildingError, PathValidationError, ValueError) as error:
        return str(error)
    return ""


def _asn1(certificate: Certificate) -> Asn1Certificate:
    return Asn1Certificate.load(certificate.public_bytes(Encoding.DER))
