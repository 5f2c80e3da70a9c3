"""The XML schemas that interfaces of the X-Road family refer to, here, so that nothing is fetched from anywhere.

Layer 6, pure. Written for Mái Đình from the protocols' texts; they declare what these declare, in fewer words.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
COPIES = {
    "http://x-road.eu/xsd/xroad.xsd": "xroad.xsd",
    "http://x-road.eu/xsd/identifiers": "identifiers.xsd",
    "http://x-road.eu/xsd/representation.xsd": "representation.xsd",
    "http://www.w3.org/XML/1998/namespace": "xml.xsd",
    "http://ws-i.org/profiles/basic/1.1/xsd": "swaref.xsd",
    "http://www.w3.org/2005/05/xmlmime": "xmlmime.xsd",
}


@cache
def copy_named(name: str) -> bytes | None:
    """A schema by its file's name."""
    return (FOLDER / name).read_bytes() if name in COPIES.values() else None
