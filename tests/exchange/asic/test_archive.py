"""Containers are ZIP files of strangers: what could mislead or exhaust a reader is refused."""

from __future__ import annotations

import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.exchange.asic import archive
from maidinh.exchange.asic.archive import ArchiveError, pack, unpack

FILES = {"record.json": b"{}", "keys/a@b.pem": b"x" * 1000}


def test_equal_files_give_equal_bytes_and_the_type_comes_first() -> None:
    content = pack(FILES)
    assert content == pack(dict(FILES))
    assert content[30:38] == b"mimetype"
    assert content[38:69] == archive.MIMETYPE.encode()
    assert unpack(content) == {"mimetype": archive.MIMETYPE.encode(), **FILES}


def zipped(*entries: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(name, content)
    return target.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no ZIP"),
        (b"PK\x03\x04 and so on", "no ZIP"),
        (pack(FILES)[:-30], "no ZIP"),
        (zipped(("a", b"1"), ("a", b"2")), "one name"),
        (zipped(("../a", b"1")), "name"),
        (zipped(("/a", b"1")), "name"),
        (zipped(("a\nb", b"1")), "name"),
    ],
)
def test_what_misleads_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(ArchiveError, match=says):
        unpack(content)


def test_what_exhausts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "TOTAL_LIMIT", 10_000)
    with pytest.raises(ArchiveError, match="more than"):
        unpack(zipped(("a", bytes(20_000))))
    monkeypatch.setattr(archive, "ENTRY_LIMIT", 3)
    with pytest.raises(ArchiveError, match="more than"):
        unpack(zipped(*((str(number), b"") for number in range(4))))
    lying = bytearray(zipped(("a", bytes(5_000))))
    place = lying.rindex(b"PK\x01\x02") + 24
    lying[place : place + 4] = (10).to_bytes(4, "little")  # the directory says ten bytes
    with pytest.raises(ArchiveError):
        unpack(bytes(lying))


@given(st.binary(max_size=200), st.integers(0, 400))
def test_no_bytes_break_the_reader(noise: bytes, at: int) -> None:
    content = pack(FILES)
    at %= len(content)
    with contextlib.suppress(ArchiveError):
        unpack(content[:at] + noise + content[at + len(noise) :])
