"""One exchange as a file that proves it to anyone: an ASiC-E container with an XAdES signature over all that is in it.

Layer 6, no Django. It holds the record with the members' own signatures, the entry in the public log with its proof,
the signed state of the log with its time stamp, the directory that decided, and the certificates. The exchange's seal
says who put it together; what it proves is proved by the members' signatures and the log.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from maidinh.exchange.asic.archive import META, RECORD, pack
from maidinh.exchange.asic.sealing import Seal, media_type
from maidinh.exchange.evidence.rules import log_content
from maidinh.infrastructure.keys.identifiers import file_stem
from maidinh.infrastructure.timestamps.responses import token_of
from maidinh.infrastructure.translog.receipt import Receipt

SIGNATURES, DIRECTORY, README = "signatures.json", "directory.jws", "README.txt"
RECEIPT, CHECKPOINT, STAMP = "log/receipt.json", "log/checkpoint.txt", "log/checkpoint.tsr"
BODIES = {"request": "request.body", "response": "response.body"}
XADES_FILE, MANIFEST = f"{META}signatures.xml", f"{META}manifest.xml"
MANIFEST_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
EXPLANATION = """\
Bằng chứng của một lần trao đổi dữ liệu / Evidence of one exchange of data

record.json        bản ghi: ai gọi, dịch vụ nào, theo thỏa thuận nào, khi nào, giá trị băm của nội dung
                   the record: who called, which service, by which contract, when, digests of the content
signatures.json    chữ ký của hai cơ quan trên bản ghi / the two agencies' signatures over the record (JWS, ES256)
log/               mục trong nhật ký công khai, bằng chứng và dấu thời gian
                   the entry in the public log with its proof, and the time stamp over the state of the log
directory.jws      danh bạ đã ký, theo đó lần trao đổi được phép / the signed directory by which it was allowed
keys/              khóa công khai và chứng thư / public keys and certificates

Kiểm tra / to check it:

    maidinh exchange verify FILE.asice --trust AUTHORITY.pem

Không cần phần mềm của chúng tôi / without any program of ours, in the unpacked folder:

    xmlsec1 --verify --trusted-pem AUTHORITY.pem --enabled-key-data x509 \\
        --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties META-INF/signatures.xml
    openssl ts -verify -in log/checkpoint.tsr -data log/checkpoint.txt -CAfile AUTHORITY.pem
"""


class EvidenceError(Exception):
    """The container cannot be made; the text says why and what helps."""


@dataclass(frozen=True)
class Evidence:
    """What is known of one exchange, each part as it was written at the time."""

    id: str
    x_road_id: str
    record: bytes
    signatures: Sequence[Mapping[str, str]]
    receipt: Receipt | None = None
    checkpoint: str = ""
    stamp: bytes = b""
    directory: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)  # by the key's name: public key (PEM)
    certificates: Mapping[str, str] = field(default_factory=dict)  # by the key's name: chain (PEM)


@dataclass(frozen=True)
class Sealing:
    """Who puts the container together: `sign` gives r and s over a message (ES256), `stamp` an answer of RFC 3161."""

    certificates: str
    sign: Callable[[bytes], bytes]
    stamp: Callable[[bytes], bytes] | None = None


def container_for(
    evidence: Evidence, *, seal: Sealing, at: datetime, bodies: Mapping[str, bytes] | None = None
) -> bytes:
    """The container of an exchange. Bodies (`request`, `response`) are taken in where they are those of the record.

    The exchange itself keeps no body; whoever has one may put it beside its evidence.
    """
    files = {README: EXPLANATION.encode(), RECORD: evidence.record, SIGNATURES: _pretty(list(evidence.signatures))}
    if evidence.receipt is not None:
        files[RECEIPT] = evidence.receipt.text().encode()
    if evidence.checkpoint:
        files[CHECKPOINT] = evidence.checkpoint.encode()
    if evidence.stamp:
        files[STAMP] = evidence.stamp
    if evidence.directory:
        files[DIRECTORY] = evidence.directory.encode("ascii")
    for suffix, found in (("pem", evidence.keys), ("crt", evidence.certificates)):
        files |= {f"keys/{file_stem(kid)}.{suffix}": content.encode("ascii") for kid, content in sorted(found.items())}
    files |= _bodies(json.loads(evidence.record), bodies or {})
    drawn = Seal(files, seal.certificates, at)
    drawn.sign(seal.sign(drawn.to_sign))
    if seal.stamp is not None:
        drawn.stamp(token_of(seal.stamp(drawn.to_stamp)))
    return pack(files | {MANIFEST: _manifest(files), XADES_FILE: drawn.document()})


def receipt_for(
    record: Mapping[str, Any], signatures: Sequence[Mapping[str, str]], salt: bytes, leaf: bytes, proof: str | None
) -> Receipt:
    """The receipt of the exchange's entry in the log; `maidinh log verify` reads it too."""
    return Receipt(log_content(record, signatures), salt, leaf, None, proof)


def _bodies(record: Mapping[str, Any], bodies: Mapping[str, bytes]) -> dict[str, bytes]:
    taken: dict[str, bytes] = {}
    for side, content in bodies.items():
        message = record.get(side)
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        if message is None or message["body_sha256"] != digest:
            raise EvidenceError(f"this is not the body of the {side}: its SHA-256 is not the one of the record")
        taken[BODIES[side]] = content
    return taken


def _manifest(files: Mapping[str, bytes]) -> bytes:
    entries = [("/", "application/vnd.etsi.asic-e+zip"), *((name, media_type(name)) for name in files)]
    lines = [
        f'  <manifest:file-entry manifest:full-path="{name}" manifest:media-type="{kind}"/>' for name, kind in entries
    ]
    head = f'<manifest:manifest xmlns:manifest="{MANIFEST_NAMESPACE}" manifest:version="1.2">'
    return "\n".join(
        ['<?xml version="1.0" encoding="UTF-8"?>', head, *lines, "</manifest:manifest>", ""]
    ).encode()  # names are made of key names and words of ours: nothing in them needs escaping


def _pretty(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
