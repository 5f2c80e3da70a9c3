"""What is taken in, and what is refused before it can do harm."""

from __future__ import annotations

import base64
import gzip
import io
import random
import struct
import zipfile
import zlib
from contextlib import suppress

import pytest

from maidinh.infrastructure.files.rules import JPEG, PDF, PIECE, PNG, STREAMS, FileRefused, Limits, media_type_of

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


def zipped(name: str = "a.pdf", content: bytes = b"\0" * 100_000, way: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", way) as archive:
        archive.writestr(name, content)
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
        (zipped("[Content_Types].xml"), "office"),
        (zipped("mimetype", b"application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED), "office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old Word file", "office"),
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


class Counted:
    """zlib's reader, and how many bytes all readers were given together."""

    given = 0
    made = zlib.decompressobj

    def __init__(self) -> None:
        self.reader = type(self).made()

    def decompress(self, data: bytes, most: int) -> bytes:
        Counted.given += len(data)
        return self.reader.decompress(data, most)

    @property
    def unconsumed_tail(self) -> bytes:
        return self.reader.unconsumed_tail

    @property
    def eof(self) -> bool:
        return self.reader.eof


def read_of(content: bytes, monkeypatch: pytest.MonkeyPatch, limits: Limits = LIMITS) -> int:
    """How many bytes are given to be unpacked until the file is taken in or refused."""
    Counted.given = 0
    monkeypatch.setattr("maidinh.infrastructure.files.rules.zlib.decompressobj", Counted)
    with suppress(FileRefused):
        media_type_of(content, limits=limits)
    monkeypatch.undo()
    return Counted.given


def test_streams_that_share_one_end_are_refused_and_none_is_read_twice(monkeypatch):
    several = b"%PDF-1.7\n" + (b"stream\n" + zlib.compress(b"")) * 2000 + b"\nendstream\nstartxref\n0\n%%EOF\n"
    assert reason_of(several) == "damaged"
    assert read_of(several, monkeypatch) <= len(several)


@pytest.mark.parametrize("stream", [zlib.compress(b"text"), zlib.compress(b"cut off")[:-6], b"x\x9c", b"plain"])
def test_the_work_grows_with_the_file_and_not_faster(stream, monkeypatch):
    for many in (200, 2000):
        content = pdf(*[stream] * many)
        assert read_of(content, monkeypatch) <= 4 * len(content) + PIECE


def test_streams_that_swallow_what_follows_them_are_read_a_few_times_at_most(monkeypatch):
    endless = zlib.compress(b"", 0)[:2] + b"\0\xff\xff\0\0"  # says: 65535 bytes follow as they are
    content = pdf(*[endless] * 2000)
    assert read_of(content, monkeypatch) <= 4 * len(content) + PIECE
    assert reason_of(content) == "damaged"


def test_a_pdf_has_only_so_many_streams():
    roomy = Limits(size=20_000_000, ratio=1000)
    with pytest.raises(FileRefused):
        media_type_of(pdf(*[b""] * (STREAMS + 1)), limits=roomy)
    assert media_type_of(pdf(*[b""] * (STREAMS // 4)), limits=roomy) == PDF


def test_an_ordinary_large_pdf_is_taken_in():
    page = b"BT /F1 12 Tf 72 720 Td (a stream, and its endstream) Tj ET\n" * 40
    picture = random.Random(1).randbytes(400_000)
    content = pdf(*[zlib.compress(page + bytes([n % 256])) for n in range(800)], picture, zlib.compress(picture))
    assert media_type_of(content, limits=LIMITS) == PDF


ZEROS = zlib.compress(b"\0" * 100_000_000, 9)


def deflated_without_end(data: bytes) -> bytes:
    """As it stands, in a block that is not the last."""
    return b"\x78\x01\0" + struct.pack("<HH", len(data), 0xFFFF ^ len(data)) + data


@pytest.mark.parametrize(
    "stream",
    [
        zlib.compress(ZEROS, 9),
        zlib.compress(zlib.compress(ZEROS, 9), 9),
        ZEROS.hex().encode() + b">",
        base64.a85encode(ZEROS, wrapcol=72) + b"~>",
        base64.a85encode(zlib.compress(ZEROS, 9).hex().encode()) + b"~>",
        deflated_without_end(b"\nendstream\n") + ZEROS[2:],
    ],
    ids=["twice", "three times", "hex", "ascii85", "hex in ascii85", "behind a false end"],
)
def test_a_bomb_is_found_however_it_is_wrapped(stream):
    room = b"%" * 3000  # for what comes out first, which may be a hundred times as large as the file
    assert reason_of(pdf(stream, tail=room)) == "unpacks-too-large"


@pytest.mark.parametrize(
    "filters",
    [
        b"[/FlateDecode/FlateDecode]",
        b"[ /FlateDecode % twice\n  /FlateDecode ]",
        b"[/Fl /Fl]",
        b"[/FlateDecode\r\n/ASCIIHexDecode\r\n/FlateDecode]",
        b"[/LZWDecode/FlateDecode]",
        b"[/RL/Fl]",
    ],
)
def test_filters_that_unpack_twice_are_refused(filters):
    assert reason_of(pdf(tail=b"2 0 obj <</Filter" + filters + b">> endobj\n")) == "unpacks-too-large"
    inline = b"BI /W 1 /H 1 /F " + filters + b" ID x EI"
    assert reason_of(pdf(zlib.compress(inline))) == "unpacks-too-large"


@pytest.mark.parametrize("filters", [b"[/ASCII85Decode/FlateDecode]", b"[/AHx/A85/Fl]", b"[/FlateDecode/DCTDecode]"])
def test_filters_that_unpack_once_are_taken_in(filters):
    text = base64.a85encode(zlib.compress(b"text" + b"\0" * 64)) + b"~>"
    assert media_type_of(pdf(text, tail=b"<</Filter" + filters + b">>"), limits=LIMITS) == PDF
