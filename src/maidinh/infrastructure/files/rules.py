"""What a file is, by its content, and whether it may be taken in.

Layer 7, pure. A name or a browser's claim decides nothing; nothing is unpacked beyond its limit to find out.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
FORMATS = {"pdf": PDF, "jpeg": JPEG, "png": PNG}
ENDINGS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
NAME_LENGTH = 200
PIECE = 256 * 1024  # bytes unpacked at a time, so that a bomb is met in pieces
STEP = 64  # bytes read first past the end that a stream gives itself
STREAMS = 20_000  # of one PDF; a book of a thousand pages has a fifth of that
UNPACKED = 500_000_000  # bytes that one PDF unpacks to at most, however large it is
LEVELS = 4  # of packing within packing
NAME_COST = 100  # looking at a name takes as long as unpacking so many bytes
_MARKER = re.compile(rb"stream(\r\n|\n|\r)?")
_NAME = rb"[^\s/\[\]<>(){}%]"
_UNPACKING = rb"/(?:Fl(?:ateDecode)?|LZW(?:Decode)?|RL|RunLengthDecode)(?!" + _NAME + rb")"
_TWICE = re.compile(_UNPACKING + rb"(?>\s|%[^\r\n]*+|/" + _NAME + rb"++)*?" + _UNPACKING)
_BLANKS = b"\0\t\n\f\r "
_HEX_HEAD = re.compile(rb"[0-9A-Fa-f>]+")
_85_HEAD = re.compile(rb"[!-uz~>]+")
_GROUPS_85 = 5 * 65_536  # characters of ASCII85 taken at a time
_DIGITS_85 = bytes(max(0, min(each - 33, 84)) for each in range(256))
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\xfd7zXZ\x00", b"BZh")

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What an archive names that is a document of an office program, not files to be unpacked.
_OFFICE = re.compile(rb"\[Content_Types\]\.xml|mimetypeapplication/vnd\.oasis\.opendocument")


@dataclass(frozen=True)
class Limits:
    """What is taken in at most."""

    size: int
    ratio: int


class FileRefused(Exception):
    """The file isn't taken in; `reason` is one of empty, too-large, office, archive, unknown-type, type, damaged,
    encrypted, unpacks-too-large."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def media_type_of(content: bytes, *, limits: Limits, formats: tuple[str, ...] = ("pdf", "jpeg", "png")) -> str:
    """The media type of a file that may be taken in. Raises FileRefused."""
    if not content:
        raise FileRefused("empty")
    if len(content) > limits.size:
        raise FileRefused("too-large")
    found = _by_signature(content)
    if found not in {FORMATS[each] for each in formats}:
        raise FileRefused("type")
    {PDF: _check_pdf, JPEG: _check_jpeg, PNG: _check_png}[found](content, limits)
    return found


def file_name(name: str) -> str:
    """The name that somebody gave a file, without a path and without what can't be seen."""
    bare = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    seen = "".join(c for c in bare if unicodedata.category(c)[0] != "C").strip()
    return seen[-NAME_LENGTH:] or "file"


def _by_signature(content: bytes) -> str:
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(_OLD_OFFICE) or (content.startswith(b"PK\x03\x04") and _OFFICE.search(content[:PIECE])):
        raise FileRefused("office")
    if content.startswith(_ARCHIVES) or content[257:262] == b"ustar":
        raise FileRefused("archive")
    raise FileRefused("unknown-type")


def _check_jpeg(content: bytes, limits: Limits) -> None:
    """Segments up to the first frame must be whole, and the picture must end."""
    position, framed = 2, False
    while position + 4 <= len(content) and not framed:
        marker, kind = content[position], content[position + 1]
        if marker != 0xFF:
            raise FileRefused("damaged")
        if kind == 0xFF or 0xD0 <= kind <= 0xD7 or kind == 0x01:
            position += 1 if kind == 0xFF else 2
            continue
        length = struct.unpack(">H", content[position + 2 : position + 4])[0]
        if kind in (0xC0, 0xC1, 0xC2):
            framed = True
            if length < 8 or position + 9 > len(content):
                raise FileRefused("damaged")
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            _check_picture(width, height, len(content), limits)
        position += 2 + length
    if not framed or b"\xff\xd9" not in content[-(64 * 1024) :]:
        raise FileRefused("damaged")


def _check_png(content: bytes, limits: Limits) -> None:
    """Chunks must be whole from header to end."""
    position = 8
    seen: list[bytes] = []
    while position + 12 <= len(content):
        length, kind = struct.unpack(">I4s", content[position : position + 8])
        end = position + 12 + length
        if end > len(content):
            raise FileRefused("damaged")
        if zlib.crc32(content[position + 4 : end - 4]) != struct.unpack(">I", content[end - 4 : end])[0]:
            raise FileRefused("damaged")
        if not seen:
            if kind != b"IHDR" or length != 13:
                raise FileRefused("damaged")
            width, height = struct.unpack(">II", content[position + 8 : position + 16])
            _check_picture(width, height, len(content), limits)
        seen.append(kind)
        position = end
        if kind == b"IEND":
            break
    if not seen or seen[-1] != b"IEND" or b"IDAT" not in seen:
        raise FileRefused("damaged")


def _check_picture(width: int, height: int, size: int, limits: Limits) -> None:
    if not width or not height:
        raise FileRefused("damaged")
    # A picture is a compressed archive of its pixels; three bytes each.
    if width * height * 3 > max(size, PIECE) * limits.ratio:
        raise FileRefused("unpacks-too-large")


def _check_pdf(content: bytes, limits: Limits) -> None:
    """It must end as a PDF, be readable without a password, and not unpack beyond the limit."""
    if b"%%EOF" not in content[-2048:] or b"startxref" not in content[-4096:]:
        raise FileRefused("damaged")
    if b"/Encrypt" in content:
        raise FileRefused("encrypted")
    budget = _Budget(len(content), limits)
    _refuse_packed_twice(content, budget)
    whole = memoryview(content)
    for number, (begin, end) in enumerate(_pdf_streams(content)):
        if number >= STREAMS:
            raise FileRefused("unpacks-too-large")
        _unpack_stream(whole, begin, end, budget)


def _pdf_streams(content: bytes) -> Iterator[tuple[int, int]]:
    """Where each stream begins and ends, in one pass over the file; a stream holds no other."""
    begun = None
    for number, found in enumerate(_MARKER.finditer(content)):
        if number >= 4 * STREAMS:
            raise FileRefused("damaged")
        before = content[max(0, found.start() - 3) : found.start()]
        if before == b"end":
            if begun is not None:
                yield begun, found.start() - 3
            begun = None
        elif found[1] and not before[-1:].isalpha():
            if begun is not None:
                raise FileRefused("damaged")
            begun = found.end()
    if begun is not None:
        raise FileRefused("damaged")


class _Budget:
    """What may still be read and unpacked of one file, so that the work stays in proportion to its size."""

    def __init__(self, size: int, limits: Limits) -> None:
        self.to_read = 3 * size  # once as it stands, once out of text, and once for streams that do not end
        self.to_unpack = min(size * limits.ratio, UNPACKED)

    def read(self, size: int) -> None:
        self.to_read -= size
        if self.to_read < 0:
            raise FileRefused("damaged")

    def unpack(self, size: int) -> None:
        self.to_unpack -= size
        if self.to_unpack < 0:
            raise FileRefused("unpacks-too-large")


class _Level:
    """One level of deflate; what comes out may be deflated again, whatever the file says of its filters."""

    def __init__(self, budget: _Budget, depth: int = 1) -> None:
        self.budget, self.depth = budget, depth
        self.reader: Any = None
        self.inner: _Level | None = None
        self.deflated = True
        self.size = 0

    @property
    def hungry(self) -> bool:
        """Whether more can follow."""
        return self.deflated and not (self.reader and self.reader.eof)

    def feed(self, waiting: bytes | memoryview) -> None:
        if self.reader is None:
            self.deflated = len(waiting) < 2 or _starts_deflated(waiting)
            self.reader = zlib.decompressobj() if self.deflated else None
        while len(waiting) and self.hungry:
            try:
                piece = self.reader.decompress(waiting, PIECE)
            except zlib.error:
                self.deflated = False
                return
            waiting = self.reader.unconsumed_tail
            if piece:
                self._take(piece)

    def _take(self, piece: bytes) -> None:
        if self.depth > LEVELS:
            raise FileRefused("unpacks-too-large")
        self.size += len(piece)
        self.budget.unpack(len(piece))
        _refuse_packed_twice(piece, self.budget)
        self.inner = self.inner or _Level(self.budget, self.depth + 1)
        self.inner.feed(piece)


def _unpack_stream(whole: memoryview, begin: int, end: int, budget: _Budget) -> None:
    """Count what a stream unpacks to; one that is not deflated counts as it is."""
    level, packed = _Level(budget), whole[begin:end]
    budget.read(len(packed))
    for piece in _pieces(packed):
        level.feed(piece)
    # A reader that trusts the length given reads on past a word that only looks like the end.
    step = STEP
    while level.reader and level.hungry and end < len(whole):
        piece = whole[end : end + step]
        budget.read(len(piece))
        level.feed(piece)
        end, step = end + step, min(2 * step, PIECE)
    if level.size:
        return
    budget.unpack(len(packed))
    data = _out_of_text(bytes(packed), budget)
    if data is not None:
        level = _Level(budget)
        for piece in _pieces(memoryview(data)):
            level.feed(piece)


def _pieces(whole: memoryview) -> Iterator[memoryview]:
    for at in range(0, len(whole), PIECE):
        yield whole[at : at + PIECE]


def _refuse_packed_twice(text: bytes, budget: _Budget) -> None:
    """A list of filters that unpacks what it has unpacked only serves to hide how large it becomes."""
    if not (b"/Fl" in text or b"/LZW" in text or b"/RL" in text or b"/RunLength" in text):
        return
    budget.unpack(NAME_COST * text.count(b"/"))
    if _TWICE.search(text):
        raise FileRefused("unpacks-too-large")


def _out_of_text(data: bytes, budget: _Budget) -> bytes | None:
    """What ASCIIHex or ASCII85 stand for, one in the other too; None where it is neither."""
    found = None
    for _ in range(LEVELS):
        decoded = _out_of_hex(data) or _out_of_85(data, budget)
        if not decoded:
            break
        budget.read(len(decoded))
        found = data = decoded
    return found


def _out_of_hex(data: bytes) -> bytes | None:
    if not _HEX_HEAD.fullmatch(data[:64].translate(None, _BLANKS)):
        return None
    digits = data.partition(b">")[0].translate(None, _BLANKS)
    try:
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    except ValueError:
        return None


def _out_of_85(data: bytes, budget: _Budget) -> bytes | None:
    """Decoded whole only where the beginning shows something packed, or text again: it is slow."""
    beginning = data[:64].translate(None, _BLANKS).removeprefix(b"<~")[:20]
    if not _85_HEAD.fullmatch(beginning):
        return None
    try:
        head = _decoded_85(beginning.partition(b"~")[0].replace(b"z", b"!!!!!"))
        if not (_starts_deflated(head) or _HEX_HEAD.fullmatch(head) or _85_HEAD.fullmatch(head)):
            return None
        text = data.partition(b"~>")[0].translate(None, _BLANKS).removeprefix(b"<~")
        budget.read(4 * text.count(b"z"))
        groups = text.replace(b"z", b"!!!!!")
        return b"".join(_decoded_85(groups[at : at + _GROUPS_85]) for at in range(0, len(groups), _GROUPS_85))
    except struct.error:
        return None


def _decoded_85(text: bytes) -> bytes:
    missing = -len(text) % 5
    digits = (text + b"u" * missing).translate(_DIGITS_85)
    first, second, third, fourth, fifth = (digits[place::5] for place in range(5))
    groups = zip(first, second, third, fourth, fifth, strict=True)
    numbers = [a * 85**4 + b * 85**3 + c * 85**2 + d * 85 + e for a, b, c, d, e in groups]
    return struct.pack(f">{len(numbers)}I", *numbers)[: 4 * len(numbers) - missing]


def _starts_deflated(data: bytes | memoryview) -> bool:
    return len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
