"""The ZIP file that an ASiC-E container is (ETSI EN 319 162-1): equal contents give equal bytes, and reading suspects.

Layer 6, pure. What a container unpacks to is bounded before anything of it is unpacked.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

MIMETYPE = "application/vnd.etsi.asic-e+zip"
MIMETYPE_NAME, META = "mimetype", "META-INF/"
RECORD = "record.json"  # by this file a container of ours is known
MEBIBYTE = 1024 * 1024
FILE_LIMIT, TOTAL_LIMIT, ENTRY_LIMIT = 256 * MEBIBYTE, 512 * MEBIBYTE, 1_000
# What a forged file may break in its reader: places before its beginning, structures that end too early, other methods.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError, RuntimeError, ValueError, OSError,
)  # fmt: skip
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of the format; the times that count stand in the signatures


class ArchiveError(ValueError):
    """The bytes are no container that can be read; the text says why."""


def pack(files: Mapping[str, bytes]) -> bytes:
    """The container of these files, its media type first and uncompressed as the standard asks."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in {MIMETYPE_NAME: MIMETYPE.encode(), **files}.items():
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name == MIMETYPE_NAME else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return target.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """The files of a container by name, the media type among them."""
    if len(content) > FILE_LIMIT:
        raise ArchiveError(f"it has more than {FILE_LIMIT // MEBIBYTE} MiB")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
            _look_at(entries)
            return {entry.filename: _read(archive, entry) for entry in entries}
    except ArchiveError:
        raise
    except UNREADABLE as error:
        raise ArchiveError(f"it is no ZIP file that can be read ({error})") from error


def _look_at(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > ENTRY_LIMIT or sum(entry.file_size for entry in entries) > TOTAL_LIMIT:
        raise ArchiveError(f"it holds more than {ENTRY_LIMIT} files or {TOTAL_LIMIT // MEBIBYTE} MiB")
    if len(set(names)) != len(names):
        raise ArchiveError("it holds two files of one name")  # readers would differ about which one counts
    for name in names:
        if not name or name.startswith("/") or "\\" in name or ".." in name.split("/") or not name.isprintable():
            raise ArchiveError(f"it holds a file with a name that is not one of a container: {name!r}")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        content = stream.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise ArchiveError(f"{entry.filename} is not of the size that it says")
    return content
