"""The document as a tree: every content of the framework has its chapter, and nothing is filled with prose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from maidinh.governance.documents.building import build
from maidinh.governance.documents.content import Bullets, Chapter, Document, Figure, Note, Paragraph, Table
from maidinh.governance.documents.material import Material
from maidinh.governance.documents.reading import Basis, framework_id, misfits
from maidinh.governance.modelling.definition import Property
from tests.governance.small import element

FRAMEWORKS = ("1.0", "2.0", "2026-1425")


def chapter(document: Document, identifier: str) -> Chapter:
    return next(each for _, each in document.all_chapters() if each.id == identifier)


def texts(document: Document) -> list[str]:
    found: list[str] = []
    for _, each in document.all_chapters():
        for block in each.blocks:
            if isinstance(block, Paragraph | Note):
                found.append(block.text)
            elif isinstance(block, Bullets):
                found += block.items
            elif isinstance(block, Table):
                found += [cell for row in block.rows for cell in row]
    return found


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_content_of_the_framework_has_its_chapter(
    framework: str, basis: Basis, of_province: Callable[..., Material]
) -> None:
    document = build(basis.plan(framework), of_province(framework))
    answered = {content for _, each in document.all_chapters() for content in each.answers}
    assert {each.id for each in basis.frameworks[framework].contents if each.id} <= answered
    assert all(each.blocks or each.chapters for _, each in document.all_chapters()), "a chapter says nothing at all"


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_tables_and_figures_count_on(framework: str, basis: Basis, of_province: Callable[..., Material]) -> None:
    document = build(basis.plan(framework), of_province(framework))
    tables = list(document.tables())
    assert [each.number for each in tables] == list(range(1, len(tables) + 1))
    assert [each.number for each in document.figures()] == list(range(1, len(list(document.figures())) + 1))
    for each in tables:
        assert all(len(row) == len(each.headings) == len(each.widths) for row in each.rows)
        assert sum(each.widths) == pytest.approx(1, abs=0.01)
        assert min(each.widths) > 0.02, f"a column of table {each.number} starves"


def test_every_element_that_has_an_owner_stands_in_the_document(
    basis: Basis, of_province: Callable[..., Material]
) -> None:
    material = of_province("2.0")
    said = set(texts(build(basis.plan("2.0"), material)))
    kinds = ("information-system", "database", "portal-service", "shared-platform", "work-package")
    missing = [each.id for each in material.model.elements if each.kind in kinds and material.name(each) not in said]
    assert missing == []


def test_what_the_model_lacks_is_said_and_listed(basis: Basis, small: Callable[..., Material]) -> None:
    document = build(basis.plan("2.0"), small())
    (note,) = [each for each in chapter(document, "vision").blocks if isinstance(each, Note)]
    assert (note.kind, note.text) == ("missing", "Chưa có nội dung: tầm nhìn")
    points = {each.place: each.what for each in document.open_points}
    assert points["III. Tầm nhìn"] == "tầm nhìn"
    assert points["XII. Tổ chức thực hiện › 2. Giám sát, đánh giá"] == "giám sát, đánh giá việc thực hiện kiến trúc"
    notes = [each for _, found in document.all_chapters() for each in found.blocks if isinstance(each, Note)]
    assert sum(each.kind == "missing" for each in notes) == len(document.open_points)


def test_a_chapter_that_people_wrote_isnt_open_any_more(basis: Basis, small: Callable[..., Material]) -> None:
    phrases = [{"text": "Giám sát mỗi quý.\n\nBáo cáo mỗi năm.", "language": "vi"}]
    written = [Property.model_validate({"key": "document:supervision", "values": phrases})]
    document = build(basis.plan("2.0"), small(properties=written))
    assert chapter(document, "supervision").blocks == (Paragraph("Giám sát mỗi quý."), Paragraph("Báo cáo mỗi năm."))
    assert not [each for each in document.open_points if "Giám sát" in each.place]


def test_numbers_are_those_of_the_form(basis: Basis, of_province: Callable[..., Material]) -> None:
    document = build(basis.plan("2026-1425"), of_province("2026-1425"))
    assert chapter(document, "current").heading == "V. Hiện trạng kiến trúc số"
    assert chapter(document, "current-1-2").heading == "1.2. An ninh mạng"
    assert chapter(document, "annex-07").heading == "Phụ lục 07. Danh mục kiểm tra trước khi ban hành"
    public = build(basis.public_plan(), of_province("2.0"))
    assert [each.number for each in public.chapters][:3] == ["1.", "2.", "3."]


def test_annexes_are_extracted_from_the_data_set(basis: Basis, of_province: Callable[..., Material]) -> None:
    material = of_province("2026-1425")
    document = build(basis.plan("2026-1425"), material)
    data, structure = material.data[0], material.correspondence.structure
    (objects, _mappings) = [each for each in chapter(document, "annex-01").blocks if isinstance(each, Table)]
    name = structure.field("objects", "name").key
    records = data.records[structure.sheet("objects").key]
    assert [row[1] for row in objects.rows] == [each.says(name) for each in records]
    (relations,) = [each for each in chapter(document, "annex-04").blocks if isinstance(each, Table)]
    assert len(relations.rows) == len(data.records[structure.sheet("relations").key])


def test_states_are_those_of_the_closing_date(basis: Basis, small: Callable[..., Material]) -> None:
    dates = {"planned": date(2024, 1, 1), "live": date(2025, 6, 1), "retired": date(2027, 1, 1)}
    elements = [element("one-stop", "information-system", 4, owner="H99.1", dates=dates)]
    told = {}
    for closing in (date(2025, 1, 1), date(2026, 1, 1), date(2027, 1, 1)):
        document = build(basis.plan("2.0"), small(how={"closing": closing}, elements=elements, relations=[]))
        (table,) = [each for each in chapter(document, "application").blocks if isinstance(each, Table)]
        told[closing.year] = table.rows[0][3]
    assert told == {2025: "Dự kiến", 2026: "Đang vận hành", 2027: "Đã dừng"}


def test_sample_content_is_marked(basis: Basis, small: Callable[..., Material]) -> None:
    elements = [element("one-stop", "information-system", 4, owner="H99.1", sample=True)]
    whole = build(basis.plan("2.0"), small(elements=elements, relations=[]))
    assert whole.cover.mark == "MẪU - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
    (table,) = [each for each in chapter(whole, "application").blocks if isinstance(each, Table)]
    assert table.rows[0][1] == "Tên one-stop\u00a0(*)"
    assert "không có giá trị pháp lý" in table.note
    partly = build(basis.plan("2.0"), small(elements=elements, relations=[], sample=False))
    assert partly.cover.mark == "CÓ NỘI DUNG MẪU - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
    without = build(basis.plan("2.0"), small(sample=False))
    assert without.cover.mark == ""


def test_in_english(basis: Basis, of_province: Callable[..., Material]) -> None:
    document = build(basis.plan("2.0"), of_province("2.0", language="en"))
    assert chapter(document, "gaps").heading == "X. Gaps"
    vietnamese = set("ăđơưạảấầậắếềệịọốồộớờợụủứừữ")
    labels = [each.title for _, each in document.all_chapters()] + [each.caption for each in document.tables()]
    assert not [each for each in labels if vietnamese & set(each)]


def test_a_framework_is_named_either_way(basis: Basis) -> None:
    assert framework_id("national-2.0") == framework_id("2.0") == "2.0"
    with pytest.raises(LookupError, match=r"known: national-1\.0"):
        basis.plan("3.0")


def test_a_content_without_a_chapter_is_found(basis: Basis) -> None:
    plan = basis.plan("2.0")
    shorter = plan.model_copy(update={"chapters": plan.chapters[1:]})
    assert misfits(shorter, basis.frameworks) == ["no chapter answers C-+1, which the framework asks for"]
    assert misfits(plan, basis.frameworks) == []


def test_a_model_of_another_tool_has_a_document_too(basis: Basis) -> None:
    from maidinh.governance.documents.material import prepared
    from maidinh.governance.modelling.definition import Model

    content: dict[str, Any] = {"name": {"en": "Foreign"}, "elements": [{"id": "a", "kind": "application-component"}]}
    material = prepared(Model.model_validate(content), basis, closing=date(2026, 1, 1), language="en")
    document = build(basis.plan(material.framework.id), material)
    assert document.cover.title == "Foreign"
    assert document.cover.issued_with == ""


def test_views_that_people_drew_stand_in_an_annex(basis: Basis, small: Callable[..., Material]) -> None:
    box = {"x": 10, "y": 10, "width": 120, "height": 60}
    view = {"id": "v1", "name": {"vi": "Toàn cảnh tự vẽ"}, "nodes": [{"id": "n1", "element": "one-stop", "box": box}]}
    how = {"say": lambda text: f"«{text}»"}
    document = build(basis.plan("2.0"), small(how=how, views=[view]))
    (figure,) = [each for each in chapter(document, "views").blocks if isinstance(each, Figure)]
    assert figure.caption == "Toàn cảnh tự vẽ"
    assert "Tên one-stop" in figure.svg
    assert "«" in figure.svg, "its own words are translated"
    assert min(figure.size) > 10
    assert "views" not in [each.id for _, each in build(basis.plan("2.0"), small()).all_chapters()]


def test_readers_get_names_where_the_data_set_has_codes(of_province: Callable[..., Material], basis: Basis) -> None:
    material = of_province("2026-1425")
    document = build(basis.plan("2026-1425"), material)
    (relations,) = [each for each in chapter(document, "annex-04").blocks if isinstance(each, Table)]
    names = {each.name.vi for each in material.model.elements}
    assert {cell for row in relations.rows for cell in (row[0], row[2])} <= names
    undecided = {cell for row in relations.rows for cell in row if cell.startswith("Chưa xác định")}
    assert undecided == {"Chưa xác định"}, "the reason is told once, in the list of open points"


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_data_has_names_and_no_keys(basis: Basis, province: Callable[..., Any], version: str) -> None:
    from maidinh.governance.documents.material import prepared

    found = province(version)
    material = prepared(found.pop("model"), basis, closing=date(2026, 11, 26), **found)
    keys = {key for each in material.model.elements for key in each.masters}
    assert keys, "the version says who is the master of which data"
    assert not [key for key in keys if material.data_entity(key) == key]


def test_the_year_alone_names_a_framework(of_province: Callable[..., Material]) -> None:
    assert of_province("2026").framework.id == "2026-1425"
