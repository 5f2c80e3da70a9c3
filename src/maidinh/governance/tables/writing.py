"""A model as a spreadsheet, or as one CSV file for each of its lists.

Layer 4, governance. A text that no cell can hold stands there as a mark that means: as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from maidinh.governance.modelling.definition import Model
from maidinh.governance.tables.columns import REMOVE, TABLES, Column, Table
from maidinh.infrastructure.workbooks.cells import fits
from maidinh.infrastructure.workbooks.separated import csv_bytes
from maidinh.infrastructure.workbooks.writing import Choice, SheetPlan, workbook_bytes

KEPT = "⟦giữ nguyên⟧"
INSTRUCTIONS, LISTS = "Hướng dẫn", "Danh mục"
ADVICE = (
    ("Sửa", "Sửa ô nào thì chỉ thông tin đó thay đổi; cột không có trong tệp thì giữ nguyên."),
    ("Xóa nội dung", "Để trống ô thì thông tin của ô đó bị xóa."),
    ("Thêm", "Thêm dòng với mã mới; điền ít nhất mã, loại và tên."),
    ("Xóa", "Ghi x vào cột “Xóa”. Xóa cả dòng không có nghĩa là xóa phần tử."),
    ("Nhiều giá trị", "Mỗi giá trị một dòng trong ô (Alt+Enter)."),
    ("Thuộc tính", "Mã gồm mã phần tử, dấu # và số thứ tự; số mới là thuộc tính thêm."),
    (KEPT, "Văn bản dài hơn một ô chứa được: giữ nguyên như trong mô hình."),
    ("Dòng 2", "Dòng ẩn mang tên cột cho máy đọc; không xóa."),
)


def write_workbook(model: Model) -> bytes:
    """The model as a workbook: one sheet for each list, instructions, and the lists to choose from."""
    return workbook_bytes(_sheets(model))


def write_csv(model: Model, delimiter: str = ",") -> dict[str, bytes]:
    """The model as CSV files by the name of their list, with the machine keys as headings."""
    return {
        f"{table.key}.csv": csv_bytes([[each.key for each in all_columns(table)], *rows_of(model, table)], delimiter)
        for table in TABLES
    }


def all_columns(table: Table) -> tuple[Column, ...]:
    """The columns of a sheet, with the one that takes a row out of the model."""
    return (*table.columns, REMOVE)


def rows_of(model: Model, table: Table) -> Iterator[list[str]]:
    """The rows of a list of the model."""
    for content in contents_of(model, table):
        shown = (column.shown(content) for column in table.columns)
        yield [text if fits(text) else KEPT for text in shown]


def contents_of(model: Model, table: Table) -> Iterator[Mapping[str, Any]]:
    """What each row of a list shows, by the names of the model's fields."""
    if table.key == "properties":
        for thing in (*model.elements, *model.relations, *model.views):
            for number, each in enumerate(thing.properties, 1):
                if each.value is not None:
                    yield {"id": f"{thing.id}#{number}", "key": each.key, "value": each.value}
        return
    for item in getattr(model, table.key):
        yield item.model_dump(mode="json", by_alias=True)


def _sheets(model: Model) -> Iterator[SheetPlan]:
    lists = [(table, column) for table in TABLES for column in all_columns(table) if column.choices]
    places = {(table.key, column.key): n for n, (table, column) in enumerate(lists, 1)}
    meanings = [[f"{t.name}: {c.heading}", c.meaning] for t in TABLES for c in all_columns(t) if c.meaning]
    yield SheetPlan(INSTRUCTIONS, [["Việc", "Cách làm"]], [*map(list, ADVICE), *meanings], widths={1: 30, 2: 90})
    for table in TABLES:
        columns = all_columns(table)
        yield SheetPlan(
            table.name,
            [[each.heading for each in columns], [each.key for each in columns]],
            rows_of(model, table),
            hidden_rows=[2],
            choices={
                n: Choice(LISTS, places[table.key, each.key], len(each.choices) + 1)
                for n, each in enumerate(columns, 1)
                if each.choices
            },
        )
    depth = max(len(column.choices) for _, column in lists)
    yield SheetPlan(
        LISTS,
        [[f"{table.name}: {column.heading}" for table, column in lists]],
        [[c.choices[n] if n < len(c.choices) else "" for _, c in lists] for n in range(depth)],
        hidden=True,
    )
