"""Whatever a reader of files can say against a file, a page can say: no text in the code is one that nobody knows."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from pydantic import BaseModel, ValidationError

from maidinh.channels.web.drafting_formats import read
from maidinh.channels.web.drafting_refusals import LONGEST, recognised, said, said_of_form, said_of_place
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.comparison.parts import Incomparable, take_apart
from maidinh.governance.modelling import definition
from maidinh.governance.modelling.definition import Model
from tests.channels.web.benches import Bench
from tests.channels.web.texts import FILL, SOURCE, texts_in

pytestmark = pytest.mark.slow

TOLD_BY = (
    "governance/interchange/*.py", "governance/tables/*.py", "infrastructure/workbooks/*.py",
    "governance/modelling/integrity.py", "governance/modelling/definition.py", "governance/architecture/definition.py",
    "governance/comparison/agreement.py", "governance/comparison/conflicts.py", "governance/comparison/merging.py",
    "governance/architecture/reading.py", "infrastructure/definitions/reading.py",
)  # fmt: skip
MODULES = sorted(path for pattern in TOLD_BY for path in (SOURCE / "maidinh").glob(pattern) if path.stem != "__init__")
OF_THE_CODE = {  # no file leads to these: they would be mistakes in the code
    f"'{FILL}' is no format to write; known: {FILL}",
    "principles are properties of a model that is written: lower it first",
}
ENGLISH = re.compile(
    r"\b(is|are|the|its|has|only|not|no|holds|shows|more|than|should|must|expected|required|and|or|it|to|of|found"
    r"|element|relation|view|row|column|part|names)\b"
)
FORMS = [
    each
    for each in (*vars(definition).values(), ArchitectureVersion)
    if isinstance(each, type) and issubclass(each, BaseModel) and each.model_fields
]
WRONG: tuple[Any, ...] = (None, "", "a b\n/?", 1.5, -1, 10**6, 10**5000, [], {}, [None], {"x": None}, True, b"\xff")


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    with translation.override("vi"):
        yield


def english(texts: Iterable[str]) -> list[str]:
    """Those in which English is left, apart from names of kinds and what is quoted of the file."""
    return [text for text in texts if ENGLISH.search(re.sub(r"'[^']*'|<[^>]*>|\w+(-\w+)+", "", text))]


def unknown_in(text: str) -> str:
    """The text, or that part of it, that no pattern knows; nothing where all is known."""
    if not text.strip(f"{FILL}' "):
        return ""
    found = recognised(text)
    if found is None:
        return text
    return next((part for name, each in found[1].items() if name.startswith("say") and (part := unknown_in(each))), "")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_text_in_the_code_is_known(path: Path) -> None:
    texts = texts_in(path)
    assert texts.lost == []
    told = texts.found.keys() - OF_THE_CODE
    assert [text for text in told if unknown_in(text)] == [], "add a pattern to drafting_sayings.py"
    assert english(map(said, told)) == []


def test_the_texts_are_found_at_all() -> None:
    found = {text for path in MODULES for text in texts_in(path).found}
    assert len(found) > 150 and found >= OF_THE_CODE
    assert {
        "is a PDF file, no .xlsx workbook: save it as an Excel workbook (.xlsx), without a password",  # of a constant
        "part '7': its name leads out of the archive",  # of a function
        "the relation has no target: give it one or remove it",  # of a loop
        "the cell holds a formula: put the value itself in its place",  # of an assignment
        "a text has a character that XML can't hold, such as a control character: remove it",  # of another module
    } <= found


def test_a_text_that_nobody_knows_is_noticed() -> None:
    assert unknown_in("something new is wrong: mend it") == "something new is wrong: mend it"
    assert unknown_in("part '7' is odd") == "is odd"
    assert unknown_in("a.b: something else (found '7')") == "something else"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_form_of_a_value_is_known(form: type[BaseModel]) -> None:
    fields = [field.alias or name for name, field in form.model_fields.items()]
    told: dict[str, Any] = {}
    for content in ({}, None, {"nothing": 1}, *({name: wrong} for name in fields for wrong in WRONG)):
        with pytest.raises(ValidationError) as refused:
            form.model_validate(content)
            form.model_validate({"": None})  # not every field minds every value
        told |= {each["msg"]: each for each in refused.value.errors()}
    assert told and [text for text in told if unknown_in(text.removeprefix("Value error, "))] == []
    assert english(said(f"a.0: {text} (found 'x')") for text in told) == []
    assert english(map(said_of_form, told.values())) == []


@pytest.mark.parametrize(
    ("place", "says"),
    [("element a", "thành phần a"), ("row 12", "dòng 12"), ("column C", "cột C"), ("C12", "C12"), ("a.0.b", "a.0.b")],
)
def test_places(place: str, says: str) -> None:
    assert said_of_place(place) == says


def test_ids_that_stand_twice_are_told_in_the_language_of_the_page() -> None:
    node, folder = {"id": "n"}, {"id": "f"}
    twice = {"views": [{"id": "v", "nodes": [node, node], "connections": [node, node]}], "folders": [folder, folder]}
    with pytest.raises(Incomparable) as refused:
        take_apart(Model.model_validate(twice))
    assert len(refused.value.problems) == 3
    assert [each for each in refused.value.problems if unknown_in(each)] == []
    assert all("bị trùng" in said(each) for each in refused.value.problems)


def test_an_endless_text_is_shortened() -> None:
    text = said(f"'{' names ' * 100_000}' is no kind of element (found {'x' * 100_000})")
    assert len(text) < 2 * LONGEST


def _archive(**parts: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return buffer.getvalue()


OEF = '<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
ARCHI = '<archimate:model xmlns:archimate="http://www.archimatetool.com/archimate" xmlns:xsi="x"'
FILES = (
    f"{OEF}><elements><element/></elements></model>",
    f"{OEF}><elements><element identifier='a'/><element identifier='a'/></elements><relationships><relationship "
    "identifier='r' source='b'/></relationships></model>",
    f"{OEF}><views><diagrams><view identifier='v'><node identifier='n' elementRef='e'/><connection identifier='c' "
    "source='x' target='n' relationshipRef='q'/></view></diagrams></views></model>",
    f"{OEF}><elements>",
    f"<!DOCTYPE model>{OEF}/>",
    f"{ARCHI}><folder id='f'><element/><element id='r' source='x' target='y'/></folder></archimate:model>",
    f"{OEF}><name>M</name><elements><element identifier='a' xsi:type='Node'><name>A</name><properties><property "
    "propertyDefinitionRef='maidinh.layer'><value>zz</value></property></properties></element></elements>"
    "<propertyDefinitions><propertyDefinition identifier='maidinh.layer' type='string'/></propertyDefinitions></model>",
    f"{OEF}><name>M</name><elements><element identifier='a' xsi:type='Node'/></elements><relationships>"
    "<relationship identifier='r' xsi:type='Composition' source='a' target='a'/></relationships></model>",
    "<html/>", "just words", "\0", "[",
    "province: x\nelements: {}\n",
)  # fmt: skip


@pytest.mark.parametrize(
    "content", [*(each.encode() for each in FILES), _archive(a="b"), _archive(xl__workbook_xml="")]
)
def test_a_file_is_refused_in_the_language_of_the_page(content: bytes) -> None:
    problems = read(content, "elements", None).problems
    assert problems and english(problems) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("id,kind,layer\nx,nonsense,\ny,agency,z\n,agency,1\nx,,\n", "A4: thiếu mã: hãy điền mã"),
        ("id,kind\n=1,\n", "B2: bắt buộc phải có"),
        ("id,id\n", "dòng 1: một cột có hai lần"), ("a,b\n1,2\n", "10 dòng đầu"),
        ('id,kind\n"x\n', "dòng 2: từ đây không đọc được"), ("id,state\nx,gone\n", "B2: "),
    ],
)  # fmt: skip
def test_a_table_is_refused_in_the_language_of_the_page(bench: Bench, content: str, says: str) -> None:
    problems = read(content.encode(), "elements.csv", bench.fresh()).problems
    assert says in "\n".join(problems) and english(problems) == []
