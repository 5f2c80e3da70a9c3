"""The definitions that come with the product: in order, honest about their sources, and readable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from maidinh.applications.registers.reading import read_population
from maidinh.config.definitions_check import check_definitions
from maidinh.config.definitions_schemas import stale_schemas
from maidinh.governance.architecture.frameworks import read_frameworks
from maidinh.governance.architecture.reading import read_versions, resolve, version_in_force
from maidinh.governance.modelling.catalogues import read_catalogues
from maidinh.infrastructure.definitions.code_lists import read_code_list
from maidinh.infrastructure.definitions.definition import Provenance
from maidinh.infrastructure.definitions.locating import CHECKOUT
from maidinh.infrastructure.definitions.reading import read_yaml
from maidinh.infrastructure.definitions.rule_packs import read_rule_packs, rule_pack_at
from maidinh.infrastructure.organisations.reading import read_organisations
from maidinh.services.procedures.reading import read_procedures
from tests.governance.small import FRAMEWORKS

NATIONAL = CHECKOUT / "national"
PROVINCES = sorted(path for path in (CHECKOUT / "provinces").iterdir() if path.is_dir())
FILES = sorted(CHECKOUT.rglob("*.yaml"))


def named(path: Path) -> str:
    return path.name


def walk(content: Any) -> Iterator[Any]:
    yield content
    for child in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from walk(child)


@cache
def content(path: Path) -> Any:
    """What a file says; read once for all that is asked of it."""
    return read_yaml(path)[0]


def test_the_definitions_are_in_order() -> None:
    findings = check_definitions(CHECKOUT)
    assert [str(problem) for problem in findings.problems] == []
    assert findings.files == len(FILES)


def test_the_schemas_are_those_of_the_forms() -> None:
    assert stale_schemas(CHECKOUT) == []


def test_the_schemas_name_their_dialect() -> None:
    for path in (CHECKOUT / "schemas").glob("*.json"):
        assert json.loads(path.read_text("utf-8"))["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_no_definition_names_this_machine_or_our_working_papers(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"/work/|/root/|/tmp/|\.md\b|reference\.yaml|provinces\.yaml", text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_what_comes_from_memory_is_never_checked(path: Path) -> None:
    for part in walk(content(path)):
        if isinstance(part, dict) and part.get("confidence") in ("memory", "low", "own"):
            assert part.get("checked") is False, part


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_sample_content_is_never_shown_as_official(path: Path) -> None:
    for part in walk(content(path)):
        if isinstance(part, dict) and part.get("sample") is True:
            assert not Provenance(sample=True, checked=part.get("checked", True)).official


@pytest.mark.parametrize("province", PROVINCES, ids=named)
def test_an_element_names_its_source_or_says_it_is_a_sample(province: Path) -> None:
    for version in read_versions(province).values():
        for item in (*version.elements, *version.relations, *version.principles):
            assert item.source or item.sample, item.id


@pytest.mark.parametrize("province", PROVINCES, ids=named)
def test_every_province_has_procedures_of_every_kind(province: Path) -> None:
    kinds = {procedure.kind for procedure in read_procedures(province)}
    assert kinds == {"joint", "licence", "same-day"}


@pytest.mark.parametrize("province", PROVINCES, ids=named)
def test_a_joint_procedure_goes_through_two_agencies_beside_the_counter(province: Path) -> None:
    joint = next(p for p in read_procedures(province) if p.kind == "joint")
    agencies = {joint.responsible if s.agency == "responsible" else s.agency for s in joint.steps} - {"receiving"}
    assert len(agencies) >= 2


@pytest.mark.parametrize("province", PROVINCES, ids=named)
def test_people_type_little_and_are_not_asked_what_registers_hold(province: Path) -> None:
    held = {"full_name", "personal_number", "date_of_birth", "residence", "parcel"}
    for procedure in read_procedures(province):
        fields = [field for page in procedure.pages for field in page.fields]
        asked = [field for field in fields if field.from_register is None]
        typed = [field.id for field in asked]
        assert sum(field.when is None for field in asked) <= 8 and len(asked) <= 10, (procedure.code, typed)
        assert not held & set(typed)


@pytest.mark.parametrize("province", PROVINCES, ids=named)
def test_every_text_of_a_procedure_is_there_in_both_languages(province: Path) -> None:
    for path in province.glob("procedures/*/*/procedure.yaml"):
        for part in walk(content(path)):
            if isinstance(part, dict) and "vi" in part:
                assert part.get("en"), part


@pytest.mark.parametrize("province", PROVINCES, ids=named)
def test_vietnamese_sentences_are_short(province: Path) -> None:
    for path in province.glob("procedures/*/*/procedure.yaml"):
        content = read_yaml(path)[0]
        texts = [part["vi"] for part in walk({k: v for k, v in content.items() if k != "name"}) if _is_text(part)]
        for sentence in (s for text in texts for s in re.split(r"[.!?;:\n]", text)):
            assert len(sentence.split()) <= 20, sentence


def _is_text(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get("vi"), str)


@pytest.mark.parametrize("province", PROVINCES, ids=named)
def test_one_system_has_a_key_but_no_contract(province: Path) -> None:
    versions = read_versions(province)
    model = resolve(versions, version_in_force(versions), FRAMEWORKS)
    callers = {relation.from_ for relation in model.relations if relation.contract}
    providers = {element.interface.system for element in model.elements if element.interface}
    silent = [e.id for e in model.elements if e.subsystem and e.id not in callers | providers]
    assert len(silent) == 1
    assert callers == {"one-stop"}


@pytest.mark.parametrize("province", PROVINCES, ids=named)
def test_all_seven_layers_are_there_and_the_picture_is_connected(province: Path) -> None:
    versions = read_versions(province)
    model = resolve(versions, version_in_force(versions), FRAMEWORKS)
    assert {element.layer for element in model.elements} - {None} == set(range(1, 8))
    ends: dict[str, set[str]] = {element.id: set() for element in model.elements}
    for relation in model.relations:
        ends[relation.from_].add(relation.to)
        ends[relation.to].add(relation.from_)
    seen, ahead = set[str](), ["one-stop"]
    while ahead:
        at = ahead.pop()
        if at not in seen:
            seen.add(at)
            ahead.extend(ends[at])
    assert {element.id for element in model.elements if element.state != "retired"} <= seen


VERSIONS = [(path, version) for path in PROVINCES for version in sorted(read_versions(path))]


@pytest.mark.parametrize(("province", "version"), VERSIONS, ids=lambda each: getattr(each, "name", each))
def test_an_architecture_is_filled_out(province: Path, version: str) -> None:
    model = resolve(read_versions(province), version, FRAMEWORKS)
    assert len(model.elements) >= 150
    assert sum(element.source is not None for element in model.elements) >= 40
    kinds = {element.kind for element in model.elements}
    assert kinds >= {
        "information-system", "database", "shared-platform", "shared-service", "agency", "procedure", "network-zone",
        "network", "data-centre", "technology-product", "requirement", "plateau", "gap", "work-package", "document",
    }  # fmt: skip
    assert {each.kind for each in model.principles} == {"principle", "vision", "target"}
    ends = {end for relation in model.relations for end in (relation.from_, relation.to)}
    lonely = [element.id for element in model.elements if element.id not in ends]
    assert len(lonely) <= len(model.elements) * 0.02, lonely
    connected = {each.from_ for each in model.relations if each.to in ("tslcd", "wan") and each.kind == "association"}
    assert len(connected) >= 10, "who is connected to the dedicated network"


@pytest.mark.parametrize(("province", "version"), VERSIONS, ids=lambda each: getattr(each, "name", each))
def test_what_an_architecture_makes_up_it_calls_a_sample(province: Path, version: str) -> None:
    model = resolve(read_versions(province), version, FRAMEWORKS)
    for item in (*model.elements, *model.relations, *model.principles):
        assert item.source or (item.sample and not item.checked), item.id
        assert not (item.source and item.confidence is None), item.id
    for element in model.elements:
        assert element.sample or element.cost is None, f"{element.id}: a cost that nobody published"
        assert element.name.vi and element.name.en, element.id
        assert element.security_level is None or element.security_basis or element.note, element.id
        if element.codes:
            assert (element.codes.source, element.codes.national) == (None, None), element.id


@pytest.mark.parametrize(("province", "version"), VERSIONS, ids=lambda each: getattr(each, "name", each))
def test_systems_and_data_are_classified_and_gaps_have_work(province: Path, version: str) -> None:
    model = resolve(read_versions(province), version, FRAMEWORKS)
    placed = [each for each in model.elements if each.kind in ("information-system", "database", "shared-service")]
    bare = [each.id for each in placed if not each.classification]
    assert len(bare) <= len(placed) * 0.1, bare
    for kind, other in (("gap", "plateau"), ("work-package", None)):
        for element in (each for each in model.elements if each.kind == kind):
            near = {each.to for each in model.relations if each.from_ == element.id}
            assert near, element.id
            assert other is None or near & {each.id for each in model.elements if each.kind == other}, element.id


@pytest.mark.parametrize("province", PROVINCES, ids=named)
def test_personas_can_stand_for_people_with_and_without_land(province: Path) -> None:
    personas = read_population(province).personas
    assert any(persona.parcels for persona in personas)
    assert any(not persona.parcels for persona in personas)


@pytest.mark.parametrize("province", PROVINCES, ids=named)
def test_whoever_drafts_the_architecture_does_not_publish_it(province: Path) -> None:
    officials = read_organisations(province).officials
    drafting = {person.id for person in officials if "architect" in person.roles}
    publishing = {person.id for person in officials if "architecture-approver" in person.roles}
    assert drafting
    assert publishing
    assert not drafting & publishing


def test_the_second_version_of_an_architecture_replaces_and_adds() -> None:
    versions = read_versions(CHECKOUT / "provinces" / "vinh-phuc")
    first, second = resolve(versions, "1.0", FRAMEWORKS), resolve(versions, "2.0", FRAMEWORKS)
    before, after = ({e.id: e for e in v.elements} for v in (first, second))
    assert before.keys() < after.keys()
    assert before["one-stop"].name != after["one-stop"].name
    assert {r.id for r in first.relations} - {r.id for r in second.relations} == set(versions["2.0"].removes)


def test_rule_packs_follow_each_other_without_a_gap() -> None:
    packs = read_rule_packs(NATIONAL)
    for earlier, later in pairwise(packs):
        assert earlier.valid_to is not None
        assert (later.valid_from - earlier.valid_to).days == 1
    assert rule_pack_at(packs, date(2026, 7, 1)).id == "2026-07"
    with pytest.raises(LookupError):
        rule_pack_at(packs, date(2010, 1, 1))
    assert packs[-1].value("dossier.cutoff") == "15:00:00"
    with pytest.raises(KeyError):
        packs[-1].value("dossier.unheard-of")


def test_frameworks_follow_each_other_and_invent_no_codes() -> None:
    frameworks = sorted(read_frameworks(NATIONAL).values(), key=lambda each: each.valid_from)
    assert [framework.id for framework in frameworks] == ["1.0", "2.0", "2026-1425"]
    assert [len(framework.layers) for framework in frameworks] == [7, 7, 4]
    models = {model.id: model for model in frameworks[1].reference_models}
    assert set(models) == {"BRM", "DRM", "ARM", "TRM", "SRM"}
    coded = [part["code"] for part in walk([m.model_dump() for m in models.values()]) if _has_code(part)]
    assert coded
    assert all(re.fullmatch(r"DRM\d{3}(\.\d{3})?", code) for code in coded)


def _has_code(part: Any) -> bool:
    return isinstance(part, dict) and bool(part.get("code"))


def test_catalogues_invent_no_codes_and_reach_every_reference_model() -> None:
    frameworks = read_frameworks(NATIONAL)
    catalogues = list(read_catalogues(NATIONAL).values())
    of_frameworks = [each for framework in frameworks.values() for each in framework.catalogues()]
    assert {each.model for each in (*catalogues, *of_frameworks)} == {"brm", "drm", "arm", "trm", "srm", "technology"}
    assert not [item.code for each in catalogues for entry in each.entries for item in entry.all() if item.code]
    components = {component for framework in frameworks.values() for component in framework.component_ids()}
    for catalogue in (each for each in catalogues if each.model in ("arm", "srm")):
        leaves = {item.id for entry in catalogue.entries for item in entry.all() if not item.children}
        assert leaves <= components
    (technology,) = (each for each in catalogues if each.model == "technology")
    standards = [each for each in technology.products if each.kind == "standard"]
    assert sum(len(each.places) for each in standards) >= 140
    assert all(each.source for each in standards)
    assert all(each.sample for each in technology.products if each.kind == "product")
    assert {each.stage for each in technology.products} == {"adopt", "keep", "retire"}


def test_the_national_status_codes_are_the_ten_known_ones() -> None:
    statuses = read_code_list(NATIONAL, "dossier-statuses")
    assert [code.code for code in statuses.codes] == [str(n) for n in range(1, 11)]
    assert [code.code for code in statuses.codes if code.properties["terminal"]] == ["3", "8", "10"]
    unknown = statuses.named("99")
    assert unknown is None
