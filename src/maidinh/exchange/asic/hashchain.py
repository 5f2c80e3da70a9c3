"""X-Road's hash chains, by which one signature or one time stamp covers many messages: recomputed from the files.

Layer 6, pure. A result names the last step of a chain; a step hashes, in order, values that are given, files, and the
outcomes of other steps; each outcome is the digest of the DER list of those values with their algorithms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from asn1crypto import core
from lxml import etree

from maidinh.exchange.asic.xml import DIGESTS, HASHCHAIN, NAMES, MarkupError, decoded, read_xml

STEP_LIMIT = 10_000


class ChainError(ValueError):
    """The chain does not lead from the files to its result; the text says where."""


class _SingleDigest(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("value", core.OctetString), ("method", core.UTF8String), ("transforms", core.SequenceOf)]


@dataclass
class _Chains:
    """The chains of a container, each read once."""

    files: Mapping[str, bytes]
    absent: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    steps: int = 0
    _read: dict[str, etree._Element] = field(default_factory=dict)
    _open: list[tuple[str, str]] = field(default_factory=list)

    def chain(self, name: str) -> etree._Element:
        if name not in self._read:
            if name not in self.files:
                raise ChainError(f"{name} is not in the container")
            try:
                self._read[name] = read_xml(self.files[name])
            except MarkupError as error:
                raise ChainError(f"{name}: {error}") from error
        return self._read[name]

    def step(self, uri: str, current: str) -> bytes:
        """The DER list of a step's values."""
        base, separator, fragment = uri.partition("#")
        name = base.lstrip("/") or current
        found = [each for each in self.chain(name).findall("h:HashStep", NAMES) if each.get("id") == fragment]
        if not separator or not fragment or len(found) != 1:
            raise ChainError(f"{uri!r} names no step of a chain")
        self.steps += 1
        if (name, fragment) in self._open or self.steps > STEP_LIMIT:
            raise ChainError(f"the chain runs in a circle at {uri!r}, or is too long")
        self._open.append((name, fragment))
        values = [self._value(each, name) for each in found[0].iterchildren(tag=etree.Element)]
        self._open.pop()
        return _der_sequence(values)

    def _value(self, element: etree._Element, chain: str) -> bytes:
        kind = etree.QName(element)
        if kind.namespace != HASHCHAIN:
            raise ChainError(f"a step holds a {kind.localname} that is not a chain's")
        method = self._method(element, chain)
        if kind.localname == "HashValue":
            digest = _digest_value(element)
        elif kind.localname == "StepRef":
            digest = hashlib.new(DIGESTS[method], self.step(element.get("URI", ""), chain)).digest()
        elif kind.localname == "DataRef":
            digest = self._data(element, DIGESTS[method])
        else:
            raise ChainError(f"a step holds a {kind.localname}, which nobody knows")
        single = {"value": digest, "method": method, "transforms": []}
        return bytes(_SingleDigest(single).dump())

    def _data(self, element: etree._Element, algorithm: str) -> bytes:
        if element.find("ds:Transforms", NAMES) is not None:
            raise ChainError("a step transforms a file before it hashes it, which is not accepted")
        name, given = element.get("URI", "").lstrip("/"), _digest_value(element)
        self.touched.add(name)
        if name not in self.files:
            self.absent.add(name)  # a batch has messages of others too: their digests stand for them
        elif hashlib.new(algorithm, self.files[name]).digest() != given:
            raise ChainError(f"{name} is not the file that the chain was made over")
        return given

    def _method(self, element: etree._Element, chain: str) -> str:
        own = element.find("ds:DigestMethod", NAMES)
        named = own if own is not None else self.chain(chain).find("h:DefaultDigestMethod", NAMES)
        method = "" if named is None else named.get("Algorithm", "")
        if method not in DIGESTS:
            raise ChainError(f"the chain hashes by {method or 'nothing'}, which is not accepted")
        return method


@dataclass(frozen=True)
class Chained:
    """Which files a result covers, and which it names that are not here."""

    covered: frozenset[str]
    absent: frozenset[str]


def follow(result: str, files: Mapping[str, bytes], *, inputs: frozenset[str]) -> Chained:
    """Recompute a result from the files; every one of `inputs` must be under it. Raises ChainError."""
    chains = _Chains(files)
    root = chains.chain(result)
    method = root.find("ds:DigestMethod", NAMES)
    algorithm = "" if method is None else method.get("Algorithm", "")
    if etree.QName(root) != etree.QName(HASHCHAIN, "HashChainResult") or algorithm not in DIGESTS:
        raise ChainError(f"{result} is no result of a hash chain, or by an algorithm that is not accepted")
    outcome = hashlib.new(DIGESTS[algorithm], chains.step(root.get("URI", ""), "")).digest()
    if outcome != _digest_value(root):
        raise ChainError(f"{result} is not what the chain gives")
    if missing := inputs - chains.touched:
        raise ChainError(f"the chain is not over {', '.join(sorted(missing))}")
    return Chained(frozenset(chains.touched - chains.absent), frozenset(chains.absent))


def _digest_value(element: etree._Element) -> bytes:
    value = element.find("ds:DigestValue", NAMES)
    try:
        return decoded(None if value is None else value.text)
    except MarkupError as error:
        raise ChainError("a digest in the chain is not base64") from error


def _der_sequence(parts: list[bytes]) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return b"\x30" + bytes([size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return b"\x30" + bytes([0x80 | len(length)]) + length + content
