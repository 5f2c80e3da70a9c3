"""What is taken in, and what is refused before it can do harm."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib

import pytest

from maidinh.infrastructure.files.rules import JPEG, PDF, PNG, FileRefused, Limits, media_type_of

LIMITS = Limits(size=1_000_000, ratio=100)


def pdf(*streams: bytes, tail: bytes = b"") -> bytes:
    body = b"".join(b"1 0 obj <</Filter/FlateDecode>>\nstream\n" + each + b"\nendstream\nendobj\n" for each in streams)
    return b"%PDF-1.7\n" + body + tail + b"trailer<<>>\nstartxref\n0\n%%EOF\n"


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 14)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg(width: int = 2, height: int = 2) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"\1\x11\0\2\x11\0\3\x11\0"
    return b"\xff\xd8\xff\xe0\0\4ab\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xda\0\2data\xff\xd9"


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.pdf", b"\0" * 100_000)
    return packed.getvalue()


def reason_of(content: bytes, **more: object) -> str:
    with pytest.raises(FileRefused) as refusal:
        media_type_of(content, limits=LIMITS, **more)  # type: ignore[arg-type]
    return refusal.value.reason


def test_the_three_types_are_told_by_their_content():
    assert media_type_of(pdf(zlib.compress(b"text"), zlib.compress(b"more")), limits=LIMITS) == PDF
    assert media_type_of(png(), limits=LIMITS) == PNG
    assert media_type_of(jpeg(), limits=LIMITS) == JPEG


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-" + b"x" * 1_000_000, "too-large"),
        (zipped(), "archive"),
        (gzip.compress(b"x" * 100_000), "archive"),
        (b"x" * 257 + b"ustar" + b"x" * 100, "archive"),
        (b"MZ\x90\0 a program", "unknown-type"),
        (b"<html><script>alert(1)</script>", "unknown-type"),
        (b"%PDF-1.7\nbroken off", "damaged"),
        (pdf(b"x")[:-30] + b"stream\nnever ends", "damaged"),
        (pdf(zlib.compress(b"x"), tail=b"<</Encrypt 5 0 R>>"), "encrypted"),
        (jpeg()[:-2], "damaged"),
        (jpeg()[:12], "damaged"),
        (png()[:-4], "damaged"),
        (png().replace(b"IDAT", b"IDAX"), "damaged"),
    ],
)
def test_what_is_not_an_honest_file_is_refused(content, reason):
    assert reason_of(content) == reason


def test_what_unpacks_beyond_the_limit_is_refused():
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    assert reason_of(pdf(bomb)) == "unpacks-too-large"
    several = [zlib.compress(b"\0" * 200_000, 9)] * 40
    assert reason_of(pdf(*several)) == "unpacks-too-large"
    assert reason_of(png(60_000, 60_000)) == "unpacks-too-large"
    assert reason_of(jpeg(60_000, 60_000)) == "unpacks-too-large"


def test_a_paper_says_which_types_it_takes():
    assert reason_of(png(), formats=("pdf",)) == "type"
    assert media_type_of(png(), limits=LIMITS, formats=("png",)) == PNG
