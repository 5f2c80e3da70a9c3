"""Archi's file as a zip archive: `model.xml` and the images that its views show.

Layer 4, governance. Nothing is unpacked to disk. The images stay with the model, as base64 under `zip/NAME` of its
`carried["archi"]`.
"""

from __future__ import annotations

import base64
import binascii
import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from maidinh.governance.interchange.problems import FileRefused, Place
from maidinh.governance.interchange.xml import FILE_SIZE_LIMIT

MODEL = "model.xml"
KEPT = "zip/"
ENTRY_LIMIT = 2_000
DAY = (1980, 1, 1, 0, 0, 0)  # of every entry, so that the same model gives the same file
SIGNATURE = b"PK\x03\x04"


def is_archive(path: Path) -> bool:
    """Whether the file is a zip archive."""
    with path.open("rb") as file:
        return file.read(4) == SIGNATURE


def unpacked(path: Path) -> tuple[bytes, dict[str, str]]:
    """The model's XML, and what else the archive holds, as carried attributes. Raises FileRefused."""
    if path.stat().st_size > FILE_SIZE_LIMIT:
        raise _refused(path, "", f"more than the {FILE_SIZE_LIMIT} bytes that are read: remove images from the model")
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise _refused(path, "", f"the archive is broken ({error}): save the model in Archi again") from None


def _read(archive: zipfile.ZipFile, path: Path) -> tuple[bytes, dict[str, str]]:
    entries = [each for each in archive.infolist() if not each.is_dir()]
    problems = [Place(path, 0, each.filename, text) for each in entries if (text := _wrong(each))]
    names = [each.filename for each in entries]
    problems += [
        Place(path, 0, each, "stands more than once in the archive: save the model in Archi again")
        for each in sorted({each for each in names if names.count(each) > 1} if len(names) <= ENTRY_LIMIT else ())
    ]
    if len(entries) > ENTRY_LIMIT:
        problems.append(Place(path, 0, "", f"more than {ENTRY_LIMIT} files in the archive"))
    if MODEL not in names:
        problems.append(Place(path, 0, "", f"no {MODEL} in the archive: this isn't a model that Archi saved"))
    if problems:
        raise FileRefused(problems)
    left = FILE_SIZE_LIMIT
    found: dict[str, bytes] = {}
    for entry in entries:
        with archive.open(entry) as file:
            found[entry.filename] = file.read(left + 1)
        left -= len(found[entry.filename])
        if left < 0:
            text = f"unpacked it has more than the {FILE_SIZE_LIMIT} bytes that are read: remove images from the model"
            raise _refused(path, entry.filename, text)
    content = found.pop(MODEL)
    kept = {KEPT + name: base64.b64encode(each).decode("ascii") for name, each in found.items()}
    return content, kept | {KEPT: ""}


def _wrong(entry: zipfile.ZipInfo) -> str | None:
    name = entry.filename
    parts = PurePosixPath(name).parts
    if "\\" in name or ":" in name or name.startswith("/") or ".." in parts:
        return "leads out of the archive: only plain names are read"
    return "is encrypted: save the model without a password" if entry.flag_bits & 1 else None


def packed(content: bytes, kept: Mapping[str, str], path: Path) -> bytes:
    """The archive of the model's XML and what came with it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(MODEL), content)
        for name, text in sorted(kept.items()):
            if name != KEPT:
                try:
                    archive.writestr(_entry(name.removeprefix(KEPT)), base64.b64decode(text, validate=True))
                except binascii.Error:
                    raise _refused(path, name, "isn't base64: restore the image or remove it") from None
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _refused(path: Path, place: str, text: str) -> FileRefused:
    return FileRefused([Place(path, 0, place, text)])
