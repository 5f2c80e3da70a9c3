"""The results of a workbook's sums, written beside the formulas: a preview and a protected view reckon nothing.

Layer 7, infrastructure. Without them whoever only looks at a file sees empty cells where totals stand.
The formulas known are sums of a range and of single cells; of any other nothing is written.
"""

from __future__ import annotations

import re

from openpyxl.worksheet.worksheet import Worksheet

_SUM = re.compile(r"=SUM\(([A-Z]+\d+):([A-Z]+\d+)\)")
_PLUS = re.compile(r"=[A-Z]+\d+(\+[A-Z]+\d+)*")
_WITHOUT = re.compile(rb'(<c r="([A-Z]+\d+)"[^>]*><f>[^<]*</f>)<v ?(?:/>|></v>)')


def results_of(sheet: Worksheet) -> dict[str, int | float]:
    """What each formula of a sheet comes to, by its cell."""
    known: dict[str, int | float | None] = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                _reckoned(sheet, cell.coordinate, known)
    return {name: value for name, value in known.items() if value is not None}


def with_results(xml: bytes, results: dict[str, int | float]) -> bytes:
    """The XML of a sheet with the results in the cells of its formulas."""

    def filled(found: re.Match[bytes]) -> bytes:
        value = results.get(found[2].decode())
        return found[0] if value is None else found[1] + f"<v>{value}</v>".encode()

    return _WITHOUT.sub(filled, xml)


def _reckoned(sheet: Worksheet, name: str, known: dict[str, int | float | None]) -> int | float | None:
    """The value of a cell; None for a formula of another kind. A text counts nothing, as in the program."""
    cell = sheet[name]
    if cell.data_type != "f":
        return cell.value if isinstance(cell.value, int | float) else 0
    if name not in known:
        known[name] = None  # a circle comes to nothing
        text = str(cell.value)
        if found := _SUM.fullmatch(text):
            parts = [each.coordinate for row in sheet[f"{found[1]}:{found[2]}"] for each in row]
        elif _PLUS.fullmatch(text):
            parts = text.removeprefix("=").split("+")
        else:
            return None
        values = [_reckoned(sheet, each, known) for each in parts]
        known[name] = None if None in values else sum(each for each in values if each is not None)
    return known[name]
