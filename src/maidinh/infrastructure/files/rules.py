"""What a file is, by its content, and whether it may be taken in.

Layer 7, pure. A name or a browser's claim decides nothing; nothing is unpacked beyond its limit to find out.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
FORMATS = {"pdf": PDF, "jpeg": JPEG, "png": PNG}
ENDINGS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
PIECE = 256 * 1024  # bytes unpacked at a time, so that a bomb is met in pieces
_PDF_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\xfd7zXZ\x00", b"BZh")


@dataclass(frozen=True)
class Limits:
    """What is taken in at most."""

    size: int
    ratio: int


class FileRefused(Exception):
    """The file isn't taken in; `reason` is one of empty, too-large, archive, unknown-type, type, damaged, encrypted,
    unpacks-too-large."""

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


def _by_signature(content: bytes) -> str:
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
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
    allowed = len(content) * limits.ratio
    unpacked = 0
    for match in _PDF_STREAM.finditer(content):
        end = content.find(b"endstream", match.end())
        if end < 0:
            raise FileRefused("damaged")
        unpacked += _inflated(content[match.end() : end], allowed - unpacked)
        if unpacked > allowed:
            raise FileRefused("unpacks-too-large")


def _inflated(packed: bytes, allowed: int) -> int:
    """How large a deflated stream unpacks, or a little more than allowed; another kind of stream counts as it is."""
    reader, size, waiting = zlib.decompressobj(), 0, packed
    try:
        while waiting and size <= allowed and not reader.eof:
            size += len(reader.decompress(waiting, PIECE))
            waiting = reader.unconsumed_tail
    except zlib.error:
        return max(size, len(packed))
    return size
