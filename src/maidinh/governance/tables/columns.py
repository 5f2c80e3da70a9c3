"""The columns in which a model stands in a spreadsheet: a stable key, a Vietnamese heading, and where the value lies.

Layer 4, governance. Pure. A column shows a value as text and reads a text as a value; what has no column isn't touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from maidinh.governance.modelling.definition import LifeCycle
from maidinh.governance.modelling.metamodel import ELEMENT_KINDS, RELATION_KINDS

LIST_SEPARATOR = "\n"
Path = tuple[str, ...]


class Unreadable(Exception):
    """A text isn't what its column holds; the message says what was expected."""


@dataclass(frozen=True)
class Kind:
    """How a value is shown and read."""

    name: str
    show: Callable[[Any], str]
    read: Callable[[str], Any]


@dataclass(frozen=True)
class Column:
    """A column: its key, its heading, the way to the value, how it is shown, and what may be chosen.

    `whole`: what holds the value says nothing without it, and goes with it.
    """

    key: str
    heading: str
    path: Path
    kind: Kind
    choices: tuple[str, ...] = ()
    meaning: str = ""
    whole: bool = False

    def shown(self, content: Mapping[str, Any]) -> str:
        """The value as text; nothing when there is none."""
        value: Any = content
        for step in self.path:
            value = value.get(step) if isinstance(value, Mapping) else None
        return "" if value is None else self.kind.show(value)

    def read_into(self, content: dict[str, Any], text: str) -> None:
        """Put what the text says where the value lies; an empty text takes it out. Raises Unreadable."""
        value = self.kind.read(text) if text else None
        if self.choices and text and text not in self.choices:
            raise Unreadable(f"expected one of {', '.join(self.choices)}")
        at = content
        for step in self.path[:-1]:
            inner = at.get(step)
            if inner is None:
                if value is None:
                    return
                inner = at[step] = {}
            at = inner
        if value is None and self.whole:
            content.pop(self.path[0], None)
        elif value is None:
            at.pop(self.path[-1], None)
        else:
            at[self.path[-1]] = value


def _read_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Unreadable("expected a whole number") from None


def _read_truth(text: str) -> bool:
    told = text.strip().casefold()
    if told in ("có", "x", "true", "1", "yes"):
        return True
    if told in ("không", "false", "0", "no"):
        return False
    raise Unreadable("expected “có” or “không”")


def _show_list(value: list[str]) -> str:
    return LIST_SEPARATOR.join(value)


def _read_list(text: str) -> list[str]:
    return text.split(LIST_SEPARATOR)


def _show_amounts(value: list[Mapping[str, int]]) -> str:
    return LIST_SEPARATOR.join(f"{each['year']}: {each['amount']}" for each in value)


def _read_amounts(text: str) -> list[dict[str, int]]:
    found = []
    for line in text.split(LIST_SEPARATOR):
        year, _, amount = line.partition(":")
        digits = amount.strip().replace(".", "").replace(" ", "")
        if not (year.strip().isdigit() and digits.isdigit()):
            raise Unreadable("expected a line “2027: 1000000” for each year")
        found.append({"year": int(year), "amount": int(digits)})
    return found


TEXT = Kind("text", str, str)
NUMBER = Kind("number", str, _read_number)
TRUTH = Kind("truth", lambda value: "có" if value else "không", _read_truth)
LIST = Kind("list", _show_list, _read_list)
AMOUNTS = Kind("amounts", _show_amounts, _read_amounts)
DAY = Kind("day", str, str)
STATES = get_args(LifeCycle)

_DOCUMENTATION = (
    Column("documentation.vi", "Tài liệu", ("documentation", "vi"), TEXT),
    Column("documentation.en", "Tài liệu (tiếng Anh)", ("documentation", "en"), TEXT),
)
_PROVENANCE = (
    Column("source", "Nguồn", ("source",), TEXT),
    Column("confidence", "Độ tin cậy", ("confidence",), TEXT, ("high", "medium", "low", "memory", "own")),
    Column("checked", "Đã kiểm tra", ("checked",), TRUTH, ("có", "không")),
    Column("sample", "Nội dung mẫu", ("sample",), TRUTH, ("có", "không")),
    Column("note", "Ghi chú", ("note",), TEXT),
)
ELEMENTS = (
    Column("id", "Mã", ("id",), TEXT, meaning="Không đổi; dòng có mã mới là phần tử mới"),
    Column("kind", "Loại", ("kind",), TEXT, tuple(sorted(ELEMENT_KINDS))),
    Column("layer", "Lớp", ("layer",), NUMBER, tuple("1234567")),
    Column("name.vi", "Tên", ("name", "vi"), TEXT),
    Column("name.en", "Tên (tiếng Anh)", ("name", "en"), TEXT),
    Column("description.vi", "Mô tả", ("description", "vi"), TEXT),
    Column("description.en", "Mô tả (tiếng Anh)", ("description", "en"), TEXT),
    *_DOCUMENTATION,
    Column("owner", "Chủ quản", ("owner",), TEXT, meaning="Mã cơ quan"),
    Column("operator", "Đơn vị vận hành", ("operator",), TEXT, meaning="Mã cơ quan"),
    Column("state", "Trạng thái vòng đời", ("state",), TEXT, STATES),
    Column("since", "Từ khi", ("since",), TEXT),
    *(
        Column(f"dates.{state}", f"Ngày chuyển sang {name}", ("dates", state), DAY, meaning="Năm-tháng-ngày")
        for state, name in zip(STATES, ("dự kiến", "vận hành", "thay thế", "kết thúc"), strict=True)
    ),
    Column("subsystem", "Phân hệ trên trục", ("subsystem",), TEXT),
    Column("zone", "Vùng mạng", ("zone",), TEXT),
    Column("security_level", "Cấp độ an toàn", ("security_level",), NUMBER, tuple("12345")),
    Column("security_basis", "Căn cứ cấp độ", ("security_basis", "text"), TEXT, whole=True),
    Column("personal_data", "Dữ liệu cá nhân", ("personal_data",), TRUTH, ("có", "không")),
    Column("masters", "Là nguồn gốc của", ("masters",), LIST, meaning="Mỗi dòng trong ô một thực thể dữ liệu"),
    Column("reference", "Thành phần khung", ("reference",), LIST, meaning="Mỗi dòng trong ô một mã"),
    *(
        Column(f"classification.{model}", f"Phân loại {model.upper()}", ("classification", model), LIST)
        for model in ("brm", "drm", "arm", "trm", "srm")
    ),
    Column("technology", "Công nghệ", ("technology",), LIST),
    Column("cost.build", "Chi phí xây dựng", ("cost", "build"), AMOUNTS, meaning="Mỗi dòng trong ô: năm: số đồng"),
    Column("cost.run", "Chi phí vận hành", ("cost", "run"), AMOUNTS, meaning="Mỗi dòng trong ô: năm: số đồng"),
    Column("codes.local", "Mã cục bộ", ("codes", "local"), TEXT),
    Column("codes.source", "Mã nguồn", ("codes", "source"), TEXT, meaning="Do chủ quản cấp; không tự đặt"),
    Column("codes.national", "Mã quốc gia", ("codes", "national"), TEXT, meaning="Do hệ thống quốc gia cấp"),
    *_PROVENANCE,
)
RELATIONS = (
    Column("id", "Mã", ("id",), TEXT, meaning="Không đổi; dòng có mã mới là quan hệ mới"),
    Column("kind", "Loại", ("kind",), TEXT, tuple(sorted(RELATION_KINDS))),
    Column("from", "Từ", ("from",), TEXT, meaning="Mã phần tử hoặc quan hệ"),
    Column("to", "Đến", ("to",), TEXT, meaning="Mã phần tử hoặc quan hệ"),
    Column("name.vi", "Tên", ("name", "vi"), TEXT),
    Column("name.en", "Tên (tiếng Anh)", ("name", "en"), TEXT),
    Column("access", "Truy cập", ("access",), TEXT, ("access", "read", "write", "read-write")),
    Column("strength", "Mức ảnh hưởng", ("strength",), TEXT),
    Column("directed", "Có hướng", ("directed",), TRUTH, ("có", "không")),
    *_DOCUMENTATION,
    *_PROVENANCE,
)
PRINCIPLES = (
    Column("id", "Mã", ("id",), TEXT),
    Column("kind", "Loại", ("kind",), TEXT, ("principle", "vision", "target")),
    Column("statement.vi", "Nội dung", ("statement", "vi"), TEXT),
    Column("statement.en", "Nội dung (tiếng Anh)", ("statement", "en"), TEXT),
    *_PROVENANCE,
)
VIEWS = (
    Column("id", "Mã", ("id",), TEXT, meaning="Sơ đồ được vẽ, không thêm được ở đây"),
    Column("name.vi", "Tên", ("name", "vi"), TEXT),
    Column("name.en", "Tên (tiếng Anh)", ("name", "en"), TEXT),
    Column("viewpoint", "Góc nhìn", ("viewpoint",), TEXT),
    *_DOCUMENTATION,
    *_PROVENANCE,
)
PROPERTIES = (
    Column("id", "Mã", ("id",), TEXT, meaning="Phần tử, quan hệ hoặc sơ đồ, rồi số thứ tự: mã#1, mã#2; số mới là thêm"),
    Column("key", "Thuộc tính", ("key",), TEXT),
    Column("value", "Giá trị", ("value",), TEXT),
)
REMOVE = Column("remove", "Xóa", ("remove",), TRUTH, ("x",), "Ghi x để xóa; xóa dòng không có nghĩa là xóa phần tử")


@dataclass(frozen=True)
class Table:
    """One sheet: which list of the model it shows, and in which columns."""

    key: str
    name: str
    columns: tuple[Column, ...]
    can_add: bool = True


TABLES = (
    Table("elements", "Phần tử", ELEMENTS),
    Table("relations", "Quan hệ", RELATIONS),
    Table("principles", "Nguyên tắc", PRINCIPLES),
    Table("views", "Sơ đồ", VIEWS, can_add=False),
    Table("properties", "Thuộc tính", PROPERTIES),
)
BY_KEY = {table.key: table for table in TABLES}
