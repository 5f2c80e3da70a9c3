"""Data set and model, both ways: nothing of a data set is lost, and a model is not changed by its own data set."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.reading import read_versions, resolve, version_in_force
from maidinh.governance.architecture.rules import with_agency_codes
from maidinh.governance.modelling.definition import Model
from maidinh.governance.nas.mapping.exporting import to_data_set
from maidinh.governance.nas.mapping.importing import DataSetRefused, to_model
from maidinh.governance.nas.records import DataSet, Record
from maidinh.governance.nas.rules import checked
from maidinh.infrastructure.definitions.locating import CHECKOUT
from maidinh.infrastructure.organisations.reading import read_organisations
from tests.governance.nas.mapping.small import EXPLAINED, correspondence
from tests.governance.nas.small import (
    MAPPINGS,
    OBJECTS,
    RELATIONS,
    STRUCTURE,
    TASKS,
    data_set,
    link,
    mapping,
    reference,
    task,
    thing,
)  # fmt: skip
from tests.governance.small import FRAMEWORKS, architecture

pytestmark = pytest.mark.slow

PROVINCES = sorted((CHECKOUT / "provinces").iterdir())
CODES = ["KT-1", "KT-2", "LQ 1", "ND/x"]


def texts(sheet: str) -> st.SearchStrategy[dict[str, str]]:
    """Rows as people fill them in, right and wrong: values of the lists, free texts, placeholders, nothing."""
    fields = {
        each.key: st.one_of(
            st.just(""), st.sampled_from(each.values or ["a"]), st.text("ậ =\n1", min_size=1, max_size=4),
            st.just("Chưa xác định: lý do"), st.sampled_from(["UBND tỉnh Thử", "Công an tỉnh"]),
        )
        for each in STRUCTURE.by_key[sheet].fields
    }  # fmt: skip
    return st.fixed_dictionaries({}, optional=fields).map(lambda row: {k: v for k, v in row.items() if v})


@st.composite
def data_sets(draw: st.DrawFn) -> DataSet:
    """Data sets whose rows can be told apart and whose references lead somewhere."""
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True))
    code = st.sampled_from(codes)
    objects = [
        draw(texts(OBJECTS)) | {"ma_doi_tuong": each, "ten_doi_tuong": draw(st.text("ậ x", min_size=1)) + "."}
        for each in codes
    ]
    relations = [
        {key: text for key, text in draw(texts(RELATIONS)).items() if key != "ma_quan_he"}
        | {"doi_tuong_nguon": draw(code), "doi_tuong_dich": draw(code)}
        for _ in range(draw(st.integers(0, 3)))
    ]
    mappings = [draw(texts(MAPPINGS)) | {"ma_doi_tuong": draw(code)} for _ in range(draw(st.integers(0, 3)))]
    pairs = draw(st.lists(st.tuples(st.sampled_from(["ND-1", "ND-2"]), st.sampled_from(["NV-1", "NV 2"])), unique=True))
    tasks = [
        draw(texts(TASKS))
        | {"ma_noi_dung": gap, "ma_nhiem_vu": job, "doi_tuong_lien_quan": "; ".join(draw(st.lists(code)))}
        for gap, job in pairs
    ]
    rows = {OBJECTS: objects, RELATIONS: relations, MAPPINGS: mappings, TASKS: tasks}
    return DataSet(
        STRUCTURE.id,
        {
            sheet: [
                Record(n, values, draw(st.sampled_from([{}, {"Cột thêm": "=x"}]))) for n, values in enumerate(found, 2)
            ]
            for sheet, found in rows.items()
        },
        history=draw(st.sampled_from([[], [{"Phiên bản": "1.0"}]])),
    )


@pytest.mark.slow
@given(data=data_sets())
@settings(max_examples=80)
def test_a_data_set_read_into_a_model_and_written_again_loses_nothing(data: DataSet) -> None:
    way = correspondence()
    model = to_model(way, data, Model()).model
    assert to_data_set(way, model, explain=False)[0].facts() == data.facts()
    again = to_model(way, data, model)
    assert again.model == model
    assert again.kept == []


def test_a_data_set_in_order_comes_back_to_the_letter() -> None:
    way = correspondence()
    data = data_set()
    assert to_data_set(way, to_model(way, data, Model()).model)[0].facts() == data.facts()


def resolved(province: Path) -> tuple[ArchitectureVersion, dict[str, str], str]:
    versions, organisations = read_versions(province), read_organisations(province)
    model = with_agency_codes(resolve(versions, version_in_force(versions), FRAMEWORKS), organisations)
    return model, {each.code: each.name.vi for each in organisations.agencies}, organisations.code


@pytest.mark.parametrize("province", PROVINCES, ids=lambda path: path.name)
def test_a_version_is_not_changed_by_its_own_data_set(province: Path) -> None:
    model, names, own = resolved(province)
    way = correspondence(names=names, own=own)
    data, report = to_data_set(way, model)
    imported = to_model(way, data, model)
    bare = without_unknown(imported.model)
    assert bare == model
    assert imported.kept == []
    assert report.placed


def without_unknown(model: Model) -> Model:
    """The model without the properties that only say what isn't known yet, and their definitions."""

    def cleaned(things: list) -> list:
        return [
            each.model_copy(update={"properties": [p for p in each.properties if not says_unknown(p)]})
            for each in things
        ]

    update = {"elements": cleaned(model.elements), "relations": cleaned(model.relations), "property_definitions": []}
    return model.model_copy(update=update)


def says_unknown(prop) -> bool:
    return prop.key.startswith("nas:") and (prop.value or "").startswith("Chưa xác định")


@pytest.mark.parametrize("province", PROVINCES, ids=lambda path: path.name)
def test_a_province_s_version_can_be_sent_once_what_is_unknown_is_explained(province: Path) -> None:
    model, names, own = resolved(province)
    data, report = to_data_set(correspondence(names=names, own=own, **EXPLAINED), model)
    verdict = checked(STRUCTURE, data, "issue", names[own])
    codes = {"ma_noi_dung", "ma_nhiem_vu", "doi_tuong_lien_quan"}  # codes and pairs, which nobody can explain away
    of_codes = {each.vi for each in STRUCTURE.by_key[TASKS].fields if each.key in codes}
    assert [str(each) for each in verdict.findings if (each.sheet, each.field in of_codes) != (TASKS, True)] == []
    assert report.unknown > 0
    told = set(report.left_out) | set(report.placed) | set(report.unplaced)
    assert told == {each.id for each in model.elements if each.kind not in ("gap", "work-package")}


def test_what_was_edited_in_the_file_changes_the_model_and_nothing_else() -> None:
    way = correspondence()
    base = architecture()
    data = to_data_set(way, base)[0]
    rows = data.records[OBJECTS]
    at = next(n for n, row in enumerate(rows) if row.values["ma_doi_tuong"] == "register")
    changed = {"ten_doi_tuong": "Sổ đăng ký mới", "trang_thai_vong_doi": "Hợp nhất", "dau_moi_xac_nhan": "Phòng A"}
    rows[at] = Record(rows[at].row, dict(rows[at].values) | changed)
    after = to_model(way, data, base).model
    before = {each.id: each for each in base.elements}["register"]
    register = {each.id: each for each in after.elements}["register"]
    assert register.name.vi == "Sổ đăng ký mới"
    assert register.name.en == before.name.en
    assert register.state == "retiring"
    assert {"nas:dau_moi_xac_nhan": "Phòng A"}.items() <= {p.key: p.value for p in register.properties}.items()
    assert isinstance(after, ArchitectureVersion)
    assert register.subsystem == before.subsystem
    assert {r.id: r.contract for r in after.relations} == {r.id: r.contract for r in base.relations}


def test_a_property_gives_way_to_what_the_model_says_later() -> None:
    way = correspondence()
    things = [thing("KT-1", trang_thai_vong_doi="Nâng cấp"), thing("KT-2"), reference("LQ-1")]
    model = to_model(way, data_set(**{OBJECTS: things}), Model()).model
    element = model.elements[0]
    assert to_data_set(way, model)[0].records[OBJECTS][0].values["trang_thai_vong_doi"] == "Nâng cấp"
    retired = model.model_copy(
        update={"elements": [element.model_copy(update={"state": "retired"}), *model.elements[1:]]}
    )
    assert to_data_set(way, retired)[0].records[OBJECTS][0].values["trang_thai_vong_doi"] == "Kết thúc sử dụng"


def test_codes_stay_apart_and_none_is_made_up() -> None:
    way = correspondence()
    data = data_set()
    data.records[OBJECTS][2] = Record(4, reference("LQ-1"), {"Mã định danh NAS": "VN-77"})
    model = to_model(way, data, Model()).model
    codes = {each.id: each.codes for each in model.elements}["LQ-1"]
    assert codes is not None
    assert (codes.local, codes.source, codes.national) == ("LQ-1", "BA.0001", "VN-77")
    assert to_data_set(way, model)[0].facts() == data.facts()
    bare = to_data_set(way, architecture())[0].records[OBJECTS]
    assert all(not row.values.get("ma_nguon") and not row.extra for row in bare)


def test_gaps_and_tasks_are_paired_by_their_relations() -> None:
    way = correspondence()
    model = to_model(way, data_set(), Model()).model
    kinds = {each.id: each.kind for each in model.elements}
    pairs = {(r.from_, r.to) for r in model.relations if {kinds[r.from_], kinds[r.to]} == {"gap", "work-package"}}
    assert pairs == {("NV-1", "ND-1"), ("NV-2", "ND-1")}
    assert {(r.from_, r.to) for r in model.relations if r.from_ == "ND-1"} == {("ND-1", "KT-1"), ("ND-1", "KT-2")}
    alone = model.model_copy(update={"relations": [r for r in model.relations if r.from_ != "NV-2"]})
    data, report = to_data_set(way, alone)
    assert report.unpaired == ["NV-2"]
    assert [row.values.get("ma_noi_dung") for row in data.records[TASKS]] == ["ND-1", None]
    assert without_unknown(to_model(way, data, alone).model).relations == alone.relations


@pytest.mark.parametrize(
    ("sheets", "told"),
    [
        ({OBJECTS: [thing("KT-1"), thing("KT-1"), thing("KT-2"), reference("LQ-1")]}, "DM_DOITUONG!3 [V-01]"),
        ({OBJECTS: [thing("KT-1", ten_doi_tuong=""), thing("KT-2"), reference("LQ-1")]}, "DM_DOITUONG!2 [V-02]"),
        ({RELATIONS: [link("KT-1", "KT-8")]}, "QH_KETNOI!2 [V-04]"),
        ({MAPPINGS: [mapping("")]}, "ANHXA!2 [V-02]"),
        ({TASKS: [task("ND-1", "NV-1"), task("ND-1", "NV-1")]}, "HOANTHIEN_NV!3 [V-05]"),
        ({TASKS: [task("ND-1", "NV-1"), task("ND-1", "")]}, "HOANTHIEN_NV!3 [FORM]"),
        ({TASKS: [task("", "NV-1"), task("ND-1", "NV-1")]}, "HOANTHIEN_NV!2 [FORM]"),
        ({TASKS: [task("ND-1", "NV-1"), task("", "")]}, "HOANTHIEN_NV!3 [FORM]"),
    ],
)
def test_rows_that_cannot_be_told_apart_or_lead_nowhere_are_refused(sheets: dict, told: str) -> None:
    with pytest.raises(DataSetRefused) as caught:
        to_model(correspondence(), data_set(**sheets), Model())
    assert told in str(caught.value)


@pytest.mark.slow
def test_a_large_data_set_takes_seconds() -> None:
    rng = random.Random(1)
    things = [thing(f"KT-{n}") for n in range(1_000)]
    links = [link(f"KT-{rng.randrange(1_000)}", f"KT-{rng.randrange(1_000)}") for _ in range(2_000)]
    jobs = [task(f"ND-{n}", f"NV-{n}", doi_tuong_lien_quan=f"KT-{n}") for n in range(300)]
    data = data_set(**{OBJECTS: things, RELATIONS: links, MAPPINGS: [], TASKS: jobs})
    way = correspondence()
    assert to_data_set(way, to_model(way, data, Model()).model)[0].facts() == data.facts()
