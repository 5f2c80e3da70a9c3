"""Archi's format without loss: what a file says is said again, what a model holds comes back, bad files are refused."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from maidinh.governance.interchange import archi
from maidinh.governance.interchange.archi_kinds import ELEMENT_TYPE_OF_KIND, FOLDER_OF_KIND
from maidinh.governance.interchange.problems import FileRefused
from maidinh.governance.modelling.definition import Box, Element, Model, Point, Property, Words
from tests.governance.interchange.archi_facts import MORE, differences, facts, of_file
from tests.governance.interchange.models import models

EXAMPLES = Path(__file__).parent / "examples"
EVERYTHING, STRANGE = EXAMPLES / "archi-everything.archimate", EXAMPLES / "archi-strange.archimate"
HEAD = (
    '<archimate:model xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:archimate="http://www.archimatetool.com/archimate" name="m" id="m" version="5.0.0">'
)


def given_file(folder: Path, body: str) -> Path:
    path = folder / "given.archimate"
    path.write_text(f"{HEAD}{body}</archimate:model>", "utf-8")
    return path


def again(model: Model) -> Model:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.archimate"
        archi.write(model, path)
        return archi.read(path)


def of_other_formats(model: Model) -> Model:
    """The model, with what was carried for Archi carried for the exchange format instead."""
    text = model.model_dump_json(by_alias=True).replace('"archi":{"attributes"', '"oef":{"attributes"')
    return Model.model_validate_json(text)


# what a file says


@pytest.mark.parametrize("example", [EVERYTHING, STRANGE], ids=lambda path: path.name)
def test_every_fact_of_a_file_is_written_again(example: Path, tmp_path: Path) -> None:
    model = archi.read(example)
    archi.write(model, tmp_path / "again")
    before, after = of_file(example), of_file(tmp_path / "again")
    assert len(before) > 200
    assert differences(before, after) == []
    assert archi.read(tmp_path / "again") == model


def test_the_comparison_sees_every_lost_fact() -> None:
    content = EVERYTHING.read_bytes()
    before = facts(content)
    for old, new in (
        (b'key="also empty" value=""', b'key="also empty"'),
        (b"  spaces before", b" spaces before"),
        (b' locked="true"', b""),
        (b'<bendpoint endX="5"/>', b""),
        (b'<entry key="http://purl.org/dc/elements/1.1/creator" value="b"/>', b""),
        (b'targetConnections="c-plain c-note"', b'targetConnections="c-note c-plain"'),
    ):
        assert old in content
        assert differences(before, facts(content.replace(old, new, 1)))


def test_a_file_laid_out_as_archi_does_comes_back_byte_for_byte(tmp_path: Path) -> None:
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
{HEAD}
  <folder name="Business" id="f" type="business">
    <element xsi:type="archimate:BusinessActor" name="Sở&#xA;Y tế" id="e">
      <documentation>Hai&#xD;
dòng</documentation>
      <property key="k" value="v"/>
    </element>
  </folder>
  <folder name="Views" id="f2" type="diagrams">
    <element xsi:type="archimate:ArchimateDiagramModel" name="v" id="v">
      <child xsi:type="archimate:DiagramObject" id="n" targetConnections="c" fillColor="#ffffb5" archimateElement="e">
        <bounds x="12" y="12" width="120" height="55"/>
        <feature name="iconVisible" value="2"/>
        <sourceConnection xsi:type="archimate:DiagramModelConnection" id="c" source="n" target="n">
          <bendpoint startX="10" startY="-20" endX="10" endY="-20"/>
        </sourceConnection>
      </child>
    </element>
  </folder>
  <purpose>Để thử</purpose>
</archimate:model>
"""
    (tmp_path / "a").write_text(text, "utf-8")
    archi.write(archi.read(tmp_path / "a"), tmp_path / "b")
    assert (tmp_path / "b").read_text("utf-8") == text


# what is understood of it


@pytest.fixture(scope="module")
def model() -> Model:
    return archi.read(EVERYTHING)


def element(model: Model, identifier: str) -> Element:
    return next(each for each in model.elements if each.id == identifier)


def test_texts_are_kept_to_the_letter(model: Model) -> None:
    health = element(model, "e-health")
    assert health.documentation is not None
    assert health.documentation.in_language("vi").startswith("  spaces before,\r\na carriage return, a tab\tand")
    assert [(each.key, each.value) for each in health.properties[:5]] == [
        ("owner", "a"), ("owner", "b"), ("owner", "a"), ("empty", ""), ("also empty", ""),
    ]  # fmt: skip
    assert health.properties[-1].value == "one\ntwo\tthree"
    assert element(model, "e-nameless").name == Words()
    assert element(model, "e-empty-name").name.other[0].text == ""
    assert {"owner", "empty", " spaces "} <= {each.id for each in model.property_definitions}


def test_types_and_attributes_of_relations(model: Model) -> None:
    found = {each.id: each for each in model.relations}
    access = {name: found[f"r-{name}"].access for name in ("write", "write-said", "read", "access", "read-write")}
    assert access == {
        "write": "write", "write-said": "write", "read": "read", "access": "access", "read-write": "read-write",
    }  # fmt: skip
    assert [found[each].directed for each in ("r-association", "r-directed", "r-undirected")] == [None, True, False]
    assert (found["r-influence"].strength, found["r-association"].to) == ("++", "r-flow")
    assert {each.id: each.kind for each in model.elements if each.kind.endswith("junction")} == {
        "e-and": "and-junction", "e-and-said": "and-junction", "e-or": "or-junction",
    }  # fmt: skip


def test_older_and_unknown_types_have_a_kind() -> None:
    model = archi.read(STRANGE)
    kinds = {each.id: each.kind for each in model.elements}
    assert kinds["e1"] == "communication-network"
    assert kinds["e2"] == "technology-service"
    assert kinds["e4"] == "or-junction"
    assert kinds["e5"] == "grouping"
    assert kinds["a%20b%2Fc%23d%3Fe"] == "product"
    assert {each.id: each.kind for each in model.relations}["r1"] == "serving"
    assert {each.id: each.kind for each in model.relations}["r4"] == "association"
    assert model.views[0].connections[0].relation == "r1"


def test_places_are_counted_from_the_corner_of_the_view(model: Model) -> None:
    view = next(each for each in model.views if each.id == "v-main")
    boxes = {each.id: each.box for each in view.all_nodes()}
    assert boxes["n-inner"] == Box(x=-28, y=4, width=120, height=55)
    assert boxes["n-innermost"] == Box(x=-28, y=4, width=120, height=55)
    assert boxes["n-note"] == Box(x=310, y=230, width=185, height=80)
    lines = {each.id: each for each in view.connections}
    # both ends say where the first bend is: (-40 + 100) + 12 = (-28 + 60) - 372 is not so, the nearer one counts more
    assert lines["c-access"].bends[0] == Point(x=round(72 * 0.75 - 340 * 0.25), y=round(-44 * 0.75 + 15 * 0.25))
    assert lines["c-of-line"].source == "c-plain"
    assert [each.kind for each in view.nodes] == ["element", "container", "view", "label"]
    assert view.viewpoint == "Application Cooperation"


def test_styles_are_understood(model: Model) -> None:
    view = next(each for each in model.views if each.id == "v-main")
    style = view.nodes[0].style
    assert style is not None
    assert style.model_dump(exclude_defaults=True) == {
        "fill": "#ffffb5", "fill_opacity": 50, "line": "#5c5c5c", "line_opacity": 39, "line_width": 3,
        "text": "#0000ff", "font": "Segoe UI", "font_size": "14", "font_style": ["bold", "italic"],
    }  # fmt: skip


# what a model holds


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(models())
def test_every_model_comes_back(model: Model) -> None:
    given_ = of_other_formats(model)
    assert again(given_) == given_


def test_what_the_profile_adds_comes_back_though_nobody_lowered_it() -> None:
    given_ = Model.model_validate({
        "elements": [
            {
                "id": "he-thong", "kind": "information-system", "layer": 5, "name": {"vi": "Một cửa", "en": "One stop"},
                "owner": "so-noi-vu", "security_level": 3, "cost": {"build": [{"year": 2026, "amount": 5}]},
                "source": "a source", "sample": True,
            },
            {"id": "csdl", "kind": "database", "layer": 5, "name": {"vi": "CSDL"}},
        ],
        "relations": [{"id": "r", "kind": "access", "from": "he-thong", "to": "csdl"}],
        "principles": [{"id": "p", "kind": "principle", "statement": {"vi": "Dùng chung"}}],
    })  # fmt: skip
    assert again(given_) == given_


def test_every_kind_of_element_has_a_type_and_a_folder(tmp_path: Path) -> None:
    given_ = Model.model_validate({"elements": [{"id": each, "kind": each} for each in ELEMENT_TYPE_OF_KIND]})
    assert again(given_) == given_
    assert ELEMENT_TYPE_OF_KIND.keys() == FOLDER_OF_KIND.keys()
    archi.write(given_, tmp_path / "a")
    folders = [each for each in (tmp_path / "a").read_text("utf-8").splitlines() if "<folder" in each]
    assert [each.split('"')[1] for each in folders] == [
        "Strategy", "Business", "Application", "Technology &amp; Physical", "Motivation",
        "Implementation &amp; Migration", "Other", "Relations", "Views",
    ]  # fmt: skip


# what is edited


def changed(model: Model, identifier: str, **update: Any) -> Model:
    elements = [each.model_copy(update=update) if each.id == identifier else each for each in model.elements]
    return model.model_copy(update={"elements": elements})


def test_an_edit_changes_that_fact_and_no_other(model: Model, tmp_path: Path) -> None:
    archi.write(changed(model, "e-health", name=Words(other=[{"text": "Sở mới"}])), tmp_path / "a")  # type: ignore[list-item]
    found = differences(of_file(EVERYTHING), of_file(tmp_path / "a"))
    assert len(found) == 1
    assert "'Sở Y tế' became 'Sở mới'" in found[0]


def test_an_edited_style_replaces_how_the_file_wrote_it(model: Model, tmp_path: Path) -> None:
    view = next(each for each in model.views if each.id == "v-main")
    node = view.nodes[0]
    assert node.style is not None
    node = node.model_copy(update={"style": node.style.model_copy(update={"fill": "#010203", "font_size": "9"})})
    views = [
        each.model_copy(update={"nodes": [node, *view.nodes[1:]]}) if each.id == view.id else each
        for each in model.views
    ]
    archi.write(model.model_copy(update={"views": views}), tmp_path / "a")
    found = differences(of_file(EVERYTHING), of_file(tmp_path / "a"))
    assert len(found) == 2
    assert any("'#FFFFB5' became '#010203'" in each for each in found)
    assert any("became '1|Segoe UI|9.0|3|'" in each for each in found)


def test_a_text_edited_in_archi_leaves_the_other_languages(tmp_path: Path) -> None:
    given_ = Model.model_validate({
        "elements": [{
            "id": "a", "kind": "business-actor", "name": {"vi": "Sở Y tế", "en": "Health"},
            "properties": [{
                "key": "k", "values": [{"text": "một", "language": "vi"}, {"text": "one", "language": "en"}],
            }],
        }],
    })  # fmt: skip
    path = tmp_path / "a"
    archi.write(given_, path)
    text = path.read_text("utf-8").replace('name="Sở Y tế"', 'name="Sở Y tế mới"').replace('value="một"', 'value="hai"')
    text = text.replace('<property key="k"', '<property key="new" value="x"/><property key="k"')
    path.write_text(text, "utf-8")
    found = archi.read(path).elements[0]
    assert found.name == Words(vi="Sở Y tế mới", en="Health")
    assert found.properties[0] == Property(key="new", value="x")
    assert [each.text for each in found.properties[1].phrases()] == ["hai", "one"]


# what is refused


def refusal(path: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(FileRefused) as caught:
        archi.read(path)
    return [(each.line, each.place, each.text) for each in caught.value.problems]


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = given_file(
        tmp_path,
        """
<folder name="Business" id="f" type="business">
<element xsi:type="archimate:BusinessActor" id="e" profiles="nobody"/>
<element xsi:type="archimate:BusinessActor" id="e"/>
<element xsi:type="archimate:BusinessActor" name="no id"/>
<element xsi:type="archimate:FlowRelationship" id="r" source="gone" target="e"/>
<element xsi:type="archimate:FlowRelationship" id="r2" source="e"/>
</folder><folder name="Views" id="f" type="diagrams">
<element xsi:type="archimate:ArchimateDiagramModel" id="v">
<child xsi:type="archimate:DiagramObject" id="n" archimateElement="r">
<sourceConnection id="c" source="n" target="no"/></child>
<child xsi:type="archimate:DiagramModelReference" id="n2" model="e"/>
<child xsi:type="archimate:DiagramObject" id="n" archimateElement="e"/>
</element></folder>""",
    )
    found = refusal(path)
    assert [line for line, _, _ in found] == [3, 4, 5, 6, 7, 8, 10, 11, 12, 13]
    assert found[0][2] == "its profile names 'nobody', which isn't in the file: add it or remove the reference"
    assert found[1][1:] == ("e", "this identifier stands in line 3 already: give each thing its own")
    assert "no id" in found[2][1]
    assert "its source names 'gone'" in found[3][2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<model/>", "not Archi's <archimate:model>"),
        ('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "DTD"),
        ("<a><b></a>", "not readable as XML"),
        ("", "not readable as XML"),
    ],
)
def test_what_is_no_model_is_refused(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(content, "utf-8")
    assert said in refusal(path)[0][2]


@pytest.mark.parametrize(
    "more",
    [
        '{"name": {"vi": 5}}', '{"name": 5}', "[]", "not json", '{"kind": "nobody"}', '{"properties": 7}',
        '{"layer": 99}', '{"carried": {"oef": 1}}', '{"carried": 1}', "[" * 100_000,
    ],
)  # fmt: skip
def test_a_note_that_somebody_spoiled_is_refused_or_kept(more: str, tmp_path: Path) -> None:
    value = more.replace('"', "&quot;")
    path = given_file(
        tmp_path,
        '<folder name="Business" id="f" type="business"><element xsi:type="archimate:BusinessActor" id="e" name="x">'
        f'<feature name="{MORE}" value="{value}"/></element></folder>',
    )
    try:
        found = archi.read(path)
    except FileRefused as refused:
        assert refused.problems[0].place == "e"
    else:
        assert again(found) == found


def test_a_spoiled_note_of_the_whole_model_is_refused(tmp_path: Path) -> None:
    for more in (
        {"folder_tree": [5]},
        {"folder_tree": 5},
        {"elements": 5},
        {"property_definitions": [5]},
        {"property_definitions": [{"name": 5}]},
    ):
        value = json.dumps(more).replace('"', "&quot;")
        assert refusal(given_file(tmp_path, f'<feature name="{MORE}" value="{value}"/>'))


def test_what_archi_could_not_open_is_not_written(tmp_path: Path) -> None:
    given_ = Model.model_validate({
        "elements": [{"id": "a", "kind": "node"}, {"id": "a", "kind": "node"}],
        "relations": [{"id": "r", "kind": "flow", "from": "a", "to": "gone"}],
        "views": [{
            "id": "v", "nodes": [{"id": "n", "element": "r"}, {"id": "n", "kind": "view", "view": "a"}],
            "connections": [{"id": "c", "source": "n", "target": "gone", "relation": "a"}],
        }],
    })  # fmt: skip
    with pytest.raises(FileRefused) as caught:
        archi.write(given_, tmp_path / "a")
    told = {(each.place, each.text.partition(":")[0]) for each in caught.value.problems}
    assert told == {
        ("a", "this identifier stands more than once"),
        ("r", "its target names 'gone', which isn't in the model"),
        ("n", "this identifier stands more than once in view 'v'"),
        ("c", "its target names 'gone', which isn't in view 'v'"),
        ("n", "its element names 'r', which isn't in the model"),
        ("c", "its relation names 'a', which isn't in the model"),
        ("n", "its view names 'a', which isn't in the model"),
    }
    assert not (tmp_path / "a").exists()


def test_a_character_that_xml_does_not_allow_is_refused_with_its_place(tmp_path: Path) -> None:
    given_ = Model.model_validate({"elements": [{"id": "a", "kind": "node", "name": {"vi": "x\x0b"}}]})
    with pytest.raises(FileRefused) as caught:
        archi.write(given_, tmp_path / "a")
    assert caught.value.problems[0].place == "a"
