"""CSV as spreadsheet programs and people write it; what can't be read is told with its row."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.infrastructure.workbooks.problems import TableRefused
from maidinh.infrastructure.workbooks.separated import csv_bytes, csv_rows

FIELDS = st.text(st.sampled_from("=+-@',;\"\n\r\t aậ") | st.characters(exclude_categories=["Cs"]), max_size=12)


def rows(path: Path, content: bytes) -> list[tuple[int, list[str]]]:
    path.write_bytes(content)
    return [(row.number, [row.text(n) for n in range(1, max(row.cells) + 1)]) for row in csv_rows(path)]


@given(content=st.lists(st.lists(FIELDS, min_size=1, max_size=4), max_size=6), delimiter=st.sampled_from(",;\t"))
def test_written_and_read_to_the_letter(content: list[list[str]], delimiter: str, tmp_path_factory) -> None:
    written = csv_bytes([["mã", "tên", "lớp", "x"], *content], delimiter)
    found = dict(rows(tmp_path_factory.getbasetemp() / "a.csv", written))
    for number, row in enumerate(content, 2):
        while row and not row[-1]:
            row.pop()
        assert found.get(number, []) == row


@pytest.mark.parametrize(
    "content",
    [
        "mã;tên\nKT-1;Kho, chung\n".encode(),
        "\ufeffmã;tên\r\nKT-1;Kho, chung\r\n".encode(),
        'mã,tên\nKT-1,"Kho, chung"'.encode(),
        "mã\ttên\nKT-1\tKho, chung".encode(),
    ],
)
def test_mark_delimiter_and_line_ends_do_not_matter(content: bytes, tmp_path: Path) -> None:
    assert rows(tmp_path / "a.csv", content) == [(1, ["mã", "tên"]), (2, ["KT-1", "Kho, chung"])]


def test_a_field_over_several_lines_is_one_row(tmp_path: Path) -> None:
    found = rows(tmp_path / "a.csv", 'a,b\n"một\r\nhai",c\n\n,\nd,e\n'.encode())
    assert found == [(1, ["a", "b"]), (2, ["một\r\nhai", "c"]), (5, ["d", "e"])]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("mã,tên\n".encode() + "Tỉnh".encode("utf-16"), "isn't UTF-8 in or after line 2: save it as"),
        (b'a,b\n1,2\n"open,', "row 3: can't be read as CSV"),
        (b"a\n" + b"," * 600, "row 2: goes beyond the 512 columns"),
        (b'a\n"' + b"x\n" * 600_000, "row 2: can't be read as CSV: field larger than field limit"),
        (b"x" * 5_000_000, "line 1 is longer than any honest one"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_row(content: bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(TableRefused) as caught:
        rows(tmp_path / "a.csv", content)
    assert told in str(caught.value)


def test_a_byte_out_of_place_far_in_the_file_is_told_with_its_line(tmp_path: Path) -> None:
    lines = b"".join(b"%06d,row\n" % n for n in range(30_000)) + b"\xff,row\n"
    with pytest.raises(TableRefused, match="line 30001"):
        rows(tmp_path / "a.csv", lines)
