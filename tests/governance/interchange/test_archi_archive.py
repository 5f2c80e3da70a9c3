"""Archi's zip form: images are kept, and an archive that is hostile or broken is refused without being unpacked."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from maidinh.governance.interchange import archi, archi_archive
from maidinh.governance.interchange.problems import FileRefused
from tests.governance.interchange.archi_facts import differences, of_file

EVERYTHING = Path(__file__).parent / "examples" / "archi-everything.archimate"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def archive(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as found:
        for name, content in entries.items():
            found.writestr(name, content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(FileRefused) as caught:
        archi.read(path)
    return str(caught.value)


def test_images_and_other_entries_are_kept(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "a", **{"model.xml": EVERYTHING.read_bytes(), "images/seal.png": PNG, "images/empty": b"", "x": b"y"}
    )
    model = archi.read(path)
    archi.write(model, tmp_path / "b")
    assert differences(of_file(path), of_file(tmp_path / "b")) == []
    assert of_file(tmp_path / "b")["zip:images/seal.png"] == PNG.hex()
    assert archi.read(tmp_path / "b") == model
    archi.write(model, tmp_path / "c")
    assert (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes()


def test_an_archive_without_images_stays_one(tmp_path: Path) -> None:
    path = archive(tmp_path / "a", **{"model.xml": EVERYTHING.read_bytes()})
    archi.write(archi.read(path), tmp_path / "b")
    assert zipfile.is_zipfile(tmp_path / "b")


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/outside", "images/../../outside", "images\\..\\outside", "C:outside", ".."]
)
def test_no_entry_leads_out_of_the_archive(name: str, tmp_path: Path) -> None:
    path = archive(tmp_path / "a", **{"model.xml": EVERYTHING.read_bytes(), name: b"x"})
    assert "leads out of the archive" in refusal(path)
    model = archi.read(EVERYTHING)
    assert list(tmp_path.iterdir()) == [path]
    assert model


def test_a_bomb_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as found:
        found.writestr("model.xml", EVERYTHING.read_bytes())
        with found.open("images/bomb", "w", force_zip64=True) as entry:
            for _ in range(200):
                entry.write(bytes(1024 * 1024))
    assert path.stat().st_size < 1024 * 1024
    tracemalloc.start()
    try:
        assert "remove images from the model" in refusal(path)
        assert tracemalloc.get_traced_memory()[1] < 4 * archi_archive.FILE_SIZE_LIMIT
    finally:
        tracemalloc.stop()


def test_an_entry_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a", **{"model.xml": EVERYTHING.read_bytes()})
    content = bytearray(path.read_bytes())
    central = content.index(b"PK\x01\x02")
    struct.pack_into("<I", content, central + 24, 10)
    path.write_bytes(content)
    assert str(path) in refusal(path)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"images/a": b"x"}, "no model.xml in the archive"),
        ({"model.xml": b"<a/>"}, "not Archi's <archimate:model>"),
        ({"model.xml": b"<!DOCTYPE a><a/>"}, "DTD"),
        ({"model.xml": b"\x00"}, "not readable as XML"),
    ],
)
def test_what_is_no_model_is_refused(entries: dict[str, bytes], said: str, tmp_path: Path) -> None:
    assert said in refusal(archive(tmp_path / "a", **entries))


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    whole = archive(tmp_path / "a", **{"model.xml": EVERYTHING.read_bytes(), "images/a": PNG}).read_bytes()
    for content in (whole[:100], whole[:-30], whole[:4], whole[:60] + bytes(60) + whole[120:]):
        (tmp_path / "b").write_bytes(content)
        assert "the archive is broken" in refusal(tmp_path / "b")


def test_a_name_that_stands_twice_and_a_password_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with zipfile.ZipFile(path, "w") as found, pytest.warns(UserWarning, match="Duplicate name"):
        found.writestr("model.xml", b"<a/>")
        found.writestr("model.xml", b"<b/>")
    assert "more than once in the archive" in refusal(path)
    content = bytearray(archive(path, **{"model.xml": b"<a/>"}).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert "is encrypted" in refusal(path)


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    many = {f"images/{number}": b"" for number in range(archi_archive.ENTRY_LIMIT)}
    path = archive(tmp_path / "a", **{"model.xml": EVERYTHING.read_bytes()}, **many)
    assert "files in the archive" in refusal(path)
