"""Broken, huge and hostile files are refused before they cost anything, with the place and the remedy."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from maidinh.infrastructure.workbooks.problems import TableRefused
from maidinh.infrastructure.workbooks.reading import Workbook
from maidinh.infrastructure.workbooks.separated import csv_rows
from maidinh.infrastructure.workbooks.writing import SheetPlan, workbook_bytes

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HONEST = workbook_bytes([SheetPlan("Bảng", [["mã"]], [["KT-1"]])])


def altered(path: Path, change: Callable[[str, bytes], bytes | None], **added: bytes) -> Path:
    """The honest workbook with its parts changed; None takes a part out."""
    with zipfile.ZipFile(io.BytesIO(HONEST)) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                target.writestr(name, content)
        for name, content in added.items():
            target.writestr(name, content)
    return path


def sheet(path: Path, rows: str, before: str = "") -> Path:
    text = f'<?xml version="1.0"?>{before}<worksheet {NAMESPACE}><sheetData>{rows}</sheetData></worksheet>'
    return altered(path, lambda name, content: text.encode() if name == SHEET else content)


def refusal(path: Path) -> str:
    with pytest.raises(TableRefused) as caught, Workbook(path) as workbook:
        for name in workbook.sheets:
            for _ in workbook.rows(name):
                pass
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old .xls file"),
        (b"%PDF-1.7 ...", "a PDF file"),
        (b"ma;ten\n1;2\n", "no .xlsx workbook: save it as an Excel workbook"),
        (b"", "no .xlsx workbook"),
        (HONEST[: len(HONEST) // 2], "ends too early"),
        (b"PK\x05\x06" + b"\0" * 18, "plain archive"),
    ],
)
def test_a_file_of_another_format_is_told_by_what_it_is(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.xlsx"
    path.write_bytes(content)
    assert told in refusal(path)
    assert str(path) in refusal(path)


def test_a_word_document_is_no_workbook(tmp_path: Path) -> None:
    path = altered(tmp_path / "a.xlsx", lambda name, content: content, **{"word/document.xml": b"<a/>"})
    assert "a Word document" in refusal(path)


def test_a_bomb_is_seen_before_it_is_unpacked(tmp_path: Path) -> None:
    path = altered(tmp_path / "a.xlsx", lambda name, content: b" " * (8 << 20) if name == SHEET else content)
    assert "unpacks to more than 200 times its size" in refusal(path)


def test_too_many_parts_are_seen_in_the_end_record(tmp_path: Path) -> None:
    many = {f"xl/media/{n}.txt": b"" for n in range(2_001)}
    assert "parts, more than the 2000" in refusal(altered(tmp_path / "a.xlsx", lambda _, content: content, **many))


def test_a_name_that_leads_outside_is_refused(tmp_path: Path) -> None:
    path = altered(tmp_path / "a.xlsx", lambda _, content: content, **{"../../etc/cron": b"x"})
    assert "leads out of the archive" in refusal(path)


def test_a_directory_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    at = HONEST.rfind(b"PK\x05\x06")
    path = tmp_path / "a.xlsx"
    path.write_bytes(HONEST[: at + 12] + struct.pack("<I", 2**31) + HONEST[at + 16 :])
    assert "parts, more than" in refusal(path)


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_entities_are_refused_in_every_part(part: str, tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'

    def change(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        at = content.index(b"?>") + 2 if content.startswith(b"<?xml") else 0
        return content[:at] + bomb + content[at:]

    assert "document type or entities" in refusal(altered(tmp_path / "a.xlsx", change))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("<row><c><v>", "broken XML in line 1"),
        ('<row r="2"/><row r="1"><c/></row>', "row 2: row 1 stands after it"),
        ('<row r="7"><c r="ZZZ7"><v>1</v></c></row>', "Bảng: ZZZ7: goes beyond the 512 columns"),
        ('<row r="7"><c r="B7" t="s"><v>99</v></c></row>', "Bảng: B7: points to a text that isn't there"),
        ('<row r="7"><c r="B7"><v>12a</v></c></row>', "Bảng: B7: says it holds a number but holds '12a'"),
        ("<a>" * 70 + "</a>" * 70, "nests more than 64 deep"),
        (f'<row r="3"><c r="A3" t="inlineStr"><is><t>{"ậ" * 1_100_000}</t></is></c></row>', "A3: holds a text of more"),
        (f"<row><c r='A1' s='{'9' * 5_000_000}'/></row>", "longer than any honest one"),
    ],
)
def test_a_broken_sheet_is_told_with_the_cell(rows: str, told: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("maidinh.infrastructure.workbooks.archive.RATIO_LIMIT", 1e9)
    assert told in refusal(sheet(tmp_path / "a.xlsx", rows))


def test_a_sheet_with_too_many_rows_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("maidinh.infrastructure.workbooks.sheet.ROW_LIMIT", 3)
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 6))
    assert "more than the 3 rows" in refusal(sheet(tmp_path / "a.xlsx", rows))


def test_a_sheet_with_too_many_cells_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("maidinh.infrastructure.workbooks.sheet.CELL_COUNT_LIMIT", 3)
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="B{n}"><v>1</v></c></row>' for n in range(1, 4))
    assert "row 2: there are more than the 3 cells" in refusal(sheet(tmp_path / "a.xlsx", rows))


def test_links_to_other_files_are_not_followed(tmp_path: Path) -> None:
    """A sheet whose relation leads outside of the file is no sheet."""

    def change(name: str, content: bytes) -> bytes:
        if name == "xl/_rels/workbook.xml.rels":
            return content.replace(
                b'Target="/xl/worksheets/sheet1.xml"', b'TargetMode="External" Target="file:///etc/x"'
            )
        return content

    path = altered(tmp_path / "a.xlsx", change)
    with Workbook(path) as workbook:
        assert workbook.sheets == []


def test_two_hundred_megabytes_are_refused_by_their_size_alone(tmp_path: Path) -> None:
    for name, reader in (("a.xlsx", Workbook), ("a.csv", lambda path: list(csv_rows(path)))):
        path = tmp_path / name
        with path.open("wb") as file:
            file.truncate(200 << 20)
        with pytest.raises(TableRefused, match="209715200 bytes, more than the 67108864"):
            reader(path)


@pytest.mark.slow
def test_millions_of_cells_in_one_row_stay_in_bounded_memory(tmp_path: Path) -> None:
    """Cells that say nothing cost nothing; measured in a process of its own."""
    noise = Random(1).randbytes(40_000).hex()
    row = "<row r='1'>" + "".join(f"<!--{noise[n % 79_000 : n % 79_000 + 40]}--><c r='A1'/>" for n in range(1_200_000))
    path = sheet(tmp_path / "a.xlsx", f"{row}</row>")
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from maidinh.infrastructure.workbooks.reading import Workbook\n"
        "with Workbook(Path(sys.argv[1])) as book:\n    assert list(book.rows(book.sheets[0])) == []\n"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 150 * 1024, f"{done.stdout} KiB"
