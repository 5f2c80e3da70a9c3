"""The results beside the formulas of a workbook: whoever opens it without reckoning sees the totals."""

from __future__ import annotations

import io
import zipfile

from openpyxl import Workbook, load_workbook

from maidinh.infrastructure.workbooks.reckoned import results_of, with_results


def _book() -> Workbook:
    book = Workbook()
    for line in ([2, 3, "=SUM(A1:B1)"], [5, "x", "=SUM(A2:B2)"], ["=C1+C2", "=A3", "=MAX(A1:A2)"]):
        book.active.append(line)
    book.active["A4"], book.active["B4"] = "=SUM(A4:A5)", "=C3+A1"
    return book


def test_sums_of_sums_are_reckoned_and_other_formulas_are_left() -> None:
    assert results_of(_book().active) == {"C1": 5, "C2": 5, "A3": 10, "B3": 10}


def test_a_viewer_that_reckons_nothing_reads_the_results() -> None:
    book, kept, out = _book(), io.BytesIO(), io.BytesIO()
    book.save(kept)
    with zipfile.ZipFile(kept) as found, zipfile.ZipFile(out, "w") as made:
        for name in found.namelist():
            content = found.read(name)
            made.writestr(name, with_results(content, results_of(book.active)) if "sheet1" in name else content)
    sheet = load_workbook(out, data_only=True).active
    assert [sheet[name].value for name in ("C1", "A3", "B3", "C3")] == [5, 10, 10, None]
    assert load_workbook(out).active["A3"].value == "=C1+C2"
