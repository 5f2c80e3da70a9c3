"""What the judges of containers are given: containers that hold, and what may be done to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from maidinh.exchange.asic.archive import unpack
from maidinh.exchange.evidence.container import container_for
from tests.exchange.evidence.by_hand import AUTHORITY, BODY, evidence, sealing
from tests.infrastructure.timestamps.standing_in import AT

SIGNATURE = "META-INF/signatures.xml"
Files = dict[str, bytes]


def right(*, stamped: bool = True) -> Files:
    """A container of ours, unpacked."""
    return unpack(container_for(evidence(), seal=sealing(stamped=stamped), at=AT, bodies={"response": BODY}))


def _changed(name: str, change: Callable[[bytes], bytes]) -> Callable[[Files], Files]:
    return lambda files: {**files, name: change(files[name])}


TAMPERINGS: Mapping[str, Callable[[Files], Files]] = {
    "record": _changed("record.json", lambda content: content.replace(b'"allowed"', b'"refused"')),
    "body": _changed("response.body", lambda content: content + b" "),
    "stamp": _changed("log/checkpoint.tsr", lambda content: content[:-1] + bytes([content[-1] ^ 1])),
    "missing": lambda files: {name: content for name, content in files.items() if name != "signatures.json"},
    "signing time": _changed(SIGNATURE, lambda content: content.replace(b"03:00:00Z<", b"03:00:01Z<")),
    "digest": _changed(SIGNATURE, lambda content: content.replace(b"DigestValue>", b"DigestValue>A", 1)),
    "value": _changed(SIGNATURE, lambda content: _flip_after(content, b"SignatureValue Id")),
}


def _flip_after(content: bytes, mark: bytes) -> bytes:
    place = content.index(b">", content.index(mark)) + 5
    return content[:place] + (b"A" if content[place : place + 1] != b"A" else b"B") + content[place + 1 :]


def lay_out(files: Files, folder: Path) -> Path:
    """Unpack the files as anyone would, with the authority's certificate beside them."""
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (folder / "AUTHORITY.pem").write_bytes(AUTHORITY.root.public_bytes(Encoding.PEM))
    return folder
