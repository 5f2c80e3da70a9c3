"""Opening the archive that a workbook is: sizes, number of parts and ratios are looked at before anything is unpacked.

Layer 7. What isn't an .xlsx is told by what it is, for a file of another format is the commonest mistake.
"""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

from maidinh.infrastructure.workbooks.problems import Place, TableRefused

MEBIBYTE = 1024 * 1024
FILE_LIMIT = 64 * MEBIBYTE  # bytes of a workbook or CSV file
PART_LIMIT, TOTAL_LIMIT = 128 * MEBIBYTE, 256 * MEBIBYTE  # bytes, unpacked
ENTRY_LIMIT, DIRECTORY_LIMIT = 2_000, MEBIBYTE
RATIO_LIMIT, RATIO_FROM = 200, MEBIBYTE  # honest sheets pack to a tenth or twentieth
TAIL = 65_557  # bytes: the longest end record with its comment
END, LOCATOR64 = b"PK\x05\x06", b"PK\x06\x07"
BEGINNINGS = (
    (b"\xd0\xcf\x11\xe0", "an old .xls file, or a workbook locked with a password"),
    (b"%PDF", "a PDF file"),
    (b"{\\rtf", "an RTF file"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x89PNG", "a picture"),
    (b"Rar!", "a RAR archive"),
)
REMEDY = "save it as an Excel workbook (.xlsx), without a password"


def open_archive(path: Path) -> zipfile.ZipFile:
    """The archive of a workbook. Raises TableRefused; reads no more than its directory."""
    size = path.stat().st_size
    if size > FILE_LIMIT:
        raise TableRefused(Place(path, f"has {size} bytes, more than the {FILE_LIMIT} that are read: split it"))
    with path.open("rb") as file:
        _look_at_ends(path, file, size)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, EOFError, struct.error) as error:
        raise TableRefused(Place(path, f"is damaged ({error}): fetch or save it again")) from None
    try:
        _look_at_parts(path, archive)
    except TableRefused:
        archive.close()
        raise
    return archive


def _look_at_ends(path: Path, file: io.BufferedReader, size: int) -> None:
    """What the first bytes say of the format, and whether the directory at the end is of a bearable size."""
    head = file.read(8)
    for beginning, what in BEGINNINGS:
        if head.startswith(beginning):
            raise TableRefused(Place(path, f"is {what}, no .xlsx workbook: {REMEDY}"))
    if not head.startswith(b"PK"):
        raise TableRefused(Place(path, f"is no .xlsx workbook: {REMEDY}"))
    file.seek(max(0, size - TAIL))
    tail = file.read(TAIL)
    at = len(tail) - 22 if tail[-22:-18] == END else tail.rfind(END)
    if at < 0 or len(tail) - at < 22:
        raise TableRefused(Place(path, "ends too early: fetch or save it again"))
    if tail[max(0, at - 20) :].startswith(LOCATOR64):
        raise TableRefused(Place(path, f"is packed as a ZIP64 archive, which no workbook of this size is: {REMEDY}"))
    entries, directory = struct.unpack("<HI", tail[at + 10 : at + 16])
    if entries > ENTRY_LIMIT or directory > DIRECTORY_LIMIT:
        raise TableRefused(Place(path, f"holds {entries} parts, more than the {ENTRY_LIMIT} that are read"))


def _look_at_parts(path: Path, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    problems = [Place(path, f"part {part.filename!r}: {fault}") for part in parts if (fault := _fault_of(part))]
    names = [part.filename for part in parts]
    if len(names) > ENTRY_LIMIT:
        problems.append(Place(path, f"holds {len(names)} parts, more than the {ENTRY_LIMIT} that are read"))
    if len(names) != len(set(names)):
        problems.append(Place(path, "holds two parts of the same name: save it again"))
    total = sum(part.file_size for part in parts)
    if total > TOTAL_LIMIT:
        problems.append(Place(path, f"unpacks to {total} bytes, more than the {TOTAL_LIMIT} that are read: split it"))
    if not problems and "[Content_Types].xml" not in names:
        problems.append(Place(path, f"is a plain archive, no .xlsx workbook: {REMEDY}"))
    for folder, what in (("word/", "a Word document"), ("ppt/", "a presentation")):
        if not problems and any(name.startswith(folder) for name in names):
            problems.append(Place(path, f"is {what}, no .xlsx workbook: {REMEDY}"))
    if problems:
        raise TableRefused(*problems)


def _fault_of(part: zipfile.ZipInfo) -> str | None:
    if part.filename.startswith(("/", "\\")) or ".." in Path(part.filename).parts:
        return "its name leads out of the archive"
    if part.flag_bits & 1:
        return f"is encrypted: {REMEDY}"
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in a way that workbooks aren't"
    if part.file_size > PART_LIMIT:
        return f"unpacks to {part.file_size} bytes, more than the {PART_LIMIT} that are read"
    if part.file_size > RATIO_FROM and part.file_size > RATIO_LIMIT * max(1, part.compress_size):
        return f"unpacks to more than {RATIO_LIMIT} times its size: a trap, or an empty sheet formatted to the last row"
    return None
