"""OEF without loss: what a file states is stated again, what a model holds comes back, bad files are refused whole."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from maidinh.governance.interchange import oef
from maidinh.governance.interchange.problems import FileRefused
from maidinh.governance.modelling.definition import Model
from maidinh.governance.modelling.integrity import defects
from tests.governance.interchange.models import models
from tests.governance.interchange.oef_facts import difference, facts, instructions
from tests.governance.interchange.schemas import invalid, oef_schema

EXAMPLES = Path(__file__).parent / "examples"
EVERYTHING, ODD = EXAMPLES / "everything.oef.xml", EXAMPLES / "odd.oef.xml"
NOTHING_LOST = {"lost": [], "added": []}
HEAD = (
    '<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" identifier="m"><name>m</name>'
)
Written = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(body: str) -> Path:
        path = tmp_path / "given.xml"
        path.write_text(HEAD + body + "</model>", "utf-8")
        return path

    return write


def again(path: Path, folder: Path) -> Path:
    other = folder / "again.xml"
    oef.write(oef.read(path), other)
    return other


# what a file states


@pytest.mark.parametrize("example", [EVERYTHING, ODD], ids=lambda path: path.name)
def test_every_fact_of_a_file_is_written_again(example: Path, tmp_path: Path) -> None:
    other = again(example, tmp_path)
    assert sum(facts(example).values()) > 150
    assert difference(example, other) == NOTHING_LOST
    assert instructions(other) == []
    assert oef.read(other) == oef.read(example)


def test_the_comparison_sees_a_lost_fact(tmp_path: Path) -> None:
    """Each line taken out of the example, and each text changed, is a difference."""
    text = EVERYTHING.read_text("utf-8")
    changes = [
        ('<property propertyDefinitionRef="p-status"><value>one</value></property>', ""),
        ("  </documentation>", " </documentation>"),
        ("\tdòng hai", " dòng hai"),
        ('a="40"', 'a="41"'),
        ('<item identifierRef="e-or"/>', ""),
        ('<bendpoint x="300" y="27"/>', ""),
        ("<!-- between the views -->", ""),
        ("<value/>", "<value>x</value>"),
        (' xml:lang="de-AT"', ""),
        ("kept  ", "kept "),
    ]
    for old, new in changes:
        assert old in text
        (tmp_path / "changed.xml").write_text(text.replace(old, new, 1), "utf-8")
        assert difference(EVERYTHING, tmp_path / "changed.xml") != NOTHING_LOST, old


def test_what_the_example_states_is_in_the_model() -> None:
    model = oef.read(EVERYTHING)
    elements = {each.id: each for each in model.elements}
    relations = {each.id: each for each in model.relations}
    assert (model.name.vi, model.name.en, model.name.other[0].text) == ("Mọi thứ", "Everything", "no language")
    assert model.documentation is not None
    assert model.documentation.vi == "  Dòng một\n\n\tdòng hai  "
    assert model.documentation.other[0].text == "Zeile <eins> & \r Ende"
    assert [each.phrases()[0].text for each in elements["e-actor"].properties] == [
        "one",
        "two",
        "one",
        "",
        " 12 ",
        "chữ",
    ]
    assert elements["e-data"].name.vi == " giữ  khoảng trắng "
    assert [elements[each].kind for each in ("e-or", "e-stream", "e-actor")] == [
        "or-junction", "value-stream", "business-actor",
    ]  # fmt: skip
    assert (relations["r-access"].access, relations["r-access-2"].access) == ("read-write", None)
    assert (relations["r-influence"].strength, relations["r-directed"].directed) == ("++", True)
    assert relations["r-undirected"].directed is False
    assert (relations["r-of-relation"].from_, relations["r-of-relation"].to) == ("e-actor", "r-access")
    assert {each.id: each.type for each in model.property_definitions}["p-unused"] == "currency"
    assert [each.name.vi for each in model.folders] == ["Nghiệp vụ", None, None, None, None]
    assert model.folders[0].holds[0] == "e-actor"
    view = model.views[0]
    nodes = {each.id: each for each in view.all_nodes()}
    assert (view.viewpoint, len(nodes), len(view.connections)) == ("Application Cooperation", 8, 4)
    assert [nodes[f"n-{each}"].kind for each in ("group", "system", "note", "door")] == [
        "container", "element", "label", "view",
    ]  # fmt: skip
    assert nodes["n-door"].view == nodes["n-system"].view == "v-other"
    style, box = nodes["n-group"].style, nodes["n-part"].box
    assert style is not None
    assert (style.fill, style.fill_opacity, style.line, style.text) == ("#ffffb5", 40, "#0102ff", "#001020")
    assert (style.font, style.font_size, style.font_style) == ("Segoe UI", "9.5", ["bold", "italic"])
    assert box is not None
    assert (box.x, box.y, box.width, box.height) == (40, 90, 120, 55)
    first, _, line, _ = view.connections
    assert [(each.x, each.y) for each in first.bends] == [(300, 27), (300, 80)]
    assert first.starts is not None
    assert (first.starts.x, line.target, line.relation) == (500, "c-directed", None)


def test_a_change_is_written_though_the_file_had_it_in_its_own_way(tmp_path: Path) -> None:
    """What is kept for the sake of the letter never hides what the model says now."""
    model = oef.read(ODD)
    view = model.views[0]
    node = view.nodes[0]
    assert node.box is not None and node.style is not None
    moved = node.model_copy(update={
        "box": node.box.model_copy(update={"y": 7}), "style": node.style.model_copy(update={"line": "#ffffff"}),
    })  # fmt: skip
    connection = view.connections[0]
    bent = connection.model_copy(update={"bends": [connection.bends[2], connection.bends[0]]})
    renamed = model.elements[0].model_copy(update={"kind": "node"})
    properties = [model.properties[0].model_copy(update={"value": "6"}), *model.properties[1:]]
    views = [
        view.model_copy(update={"nodes": [moved, *view.nodes[1:]], "connections": [bent, *view.connections[1:]]}),
        *model.views[1:],
    ]
    change = {"views": views, "elements": [renamed, *model.elements[1:]], "properties": properties}
    changed = model.model_copy(update=change)
    oef.write(changed, tmp_path / "changed.xml")
    back = oef.read(tmp_path / "changed.xml")
    assert back.views[0].nodes[0].box == moved.box
    assert back.views[0].nodes[0].style == moved.style
    assert back.views[0].connections[0].bends == bent.bends
    assert back.elements[0].kind == "node"
    assert back.properties == properties


# what a model holds


@pytest.mark.slow
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(models())
def test_a_model_comes_back_as_it_was(model: Model) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.xml"
        oef.write(model, path)
        back = oef.read(path)
        assert without_oef(back) == without_oef(model)
        oef.write(back, Path(folder) / "again.xml")
        assert difference(path, Path(folder) / "again.xml") == NOTHING_LOST
        assert oef.read(Path(folder) / "again.xml") == back


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(models())
def test_a_written_model_is_valid_under_the_schema(model: Model) -> None:
    schema = oef_schema()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.xml"
        oef.write(model, path)
        assert invalid(schema, path) == []


def without_oef(model: Model) -> object:
    """The model without what only tells in which form OEF had it."""

    def strip(part: object) -> object:
        if isinstance(part, dict):
            return {name: strip(each) for name, each in part.items() if name != "oef"}
        return [strip(each) for each in part] if isinstance(part, list) else part

    return strip(model.model_dump())


@pytest.mark.parametrize("version", ["3.0", "3.1"])
def test_the_example_is_valid_before_and_after(version: str, tmp_path: Path) -> None:
    schema = oef_schema(version)
    text = re.sub(r"<ex:(\w+)[^>]*?(/>|>.*?</ex:\1>)|ex:\w+=\"[^\"]*\"", "", EVERYTHING.read_text("utf-8"))
    text = text.replace('<item identifierRef="ext-1"/>', "").replace(
        ' xml:lang="vi">\n  <name xml:lang="en">Ever', ">\n  <name>Ever"
    )
    if version == "3.0":
        text = re.sub('xsi:type="ValueStream"', 'xsi:type="Capability"', re.sub(r' isDirected="\w+"', "", text))
    (tmp_path / "given.xml").write_text(text, "utf-8")
    assert invalid(schema, tmp_path / "given.xml") == []
    assert invalid(schema, again(tmp_path / "given.xml", tmp_path)) == []


def test_identifiers_that_are_no_names_are_given_back(tmp_path: Path) -> None:
    content = {
        "elements": [{"id": "1", "kind": "node"}, {"id": "id-1", "kind": "node"}, {"id": "a:b", "kind": "node"}],
        "relations": [{"id": "2", "kind": "flow", "from": "1", "to": "a:b"}],
        "folders": [{"id": "1", "holds": ["1", "2"]}],
    }
    path = tmp_path / "model.xml"
    oef.write(Model.model_validate(content), path)
    text = path.read_text("utf-8")
    names = re.findall(r'identifier="([^"]+)"', text)
    assert len(set(names)) == len(names) == 6
    assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", name) for name in names)
    assert sum("ids" in said for said in instructions(path)) == 1
    back = oef.read(path)
    assert [each.id for each in back.elements] == ["1", "id-1", "a:b"]
    assert (back.relations[0].from_, back.folders[0].id, back.folders[0].holds) == ("1", "1", ["1", "2"])


def test_identifiers_are_given_back_though_the_instruction_stands_last(tmp_path: Path) -> None:
    """Another tool may move it; views are read before the end of the file."""
    content = {
        "elements": [{"id": "1", "kind": "node"}],
        "views": [{"id": "2", "nodes": [{"id": "3", "element": "1"}], "connections": [{"id": "4", "source": "3"}]}],
    }
    path = tmp_path / "model.xml"
    oef.write(Model.model_validate(content), path)
    text = path.read_text("utf-8")
    (instruction,) = re.findall(r'<\?maidinh \{"ids".*?\?>', text)
    path.write_text(text.replace(instruction, "").replace("</model>", f"{instruction}</model>"), "utf-8")
    view = oef.read(path).views[0]
    assert (view.id, view.nodes[0].id, view.nodes[0].element, view.connections[0].source) == ("2", "3", "1", "3")


def test_what_can_not_be_written_is_refused_before_a_file_exists(tmp_path: Path) -> None:
    content = {
        "elements": [{"id": "a", "kind": "node", "name": {"vi": "bell \x07"}}, {"id": "b", "kind": "node"}],
        "relations": [{"id": "r", "kind": "flow", "from": "a", "to": "nowhere"}],
        "folders": [{"id": "f", "holds": ["gone"]}],
        "views": [{"id": "v", "nodes": [{"id": "n", "element": "gone"}], "connections": [{"id": "c", "source": "x"}]}],
    }
    with pytest.raises(FileRefused) as refusal:
        oef.write(Model.model_validate(content), tmp_path / "model.xml")
    assert [each.place for each in refusal.value.problems] == ["a", "r", "f", "n", "c"]
    assert "control character" in str(refusal.value)
    assert not (tmp_path / "model.xml").exists()


# bad files


def test_everything_that_is_wrong_is_told_at_once(written: Written) -> None:
    path = written("""
<elements>
<element identifier="a" xsi:type="Node"><name>a</name></element>
<element identifier="a" xsi:type="Node"><properties><property propertyDefinitionRef="p0"/></properties></element>
<element xsi:type="Node"><name>no identifier</name></element>
<element identifier="b/c" xsi:type="Node"><name>slash</name></element>
</elements>
<relationships>
<relationship identifier="r" xsi:type="Flow" source="a" target="gone"/>
<relationship identifier="s" xsi:type="Flow" source="a"/>
</relationships>
<organizations><item><label>f</label><item identifierRef="lost"/></item></organizations>
<views><diagrams><view identifier="v" xsi:type="Diagram"><name>v</name>
<node identifier="n" xsi:type="Element" elementRef="r" x="1" y="1" w="1" h="1"/>
<node identifier="o" xsi:type="Label" x="1" y="1" w="1" h="1"><viewRef ref="a"/></node>
<connection identifier="n" xsi:type="Relationship" relationshipRef="a" source="n" target="a"/>
</view></diagrams></views>""")
    with pytest.raises(FileRefused) as refusal:
        oef.read(path)
    assert [(each.line, each.place) for each in refusal.value.problems] == [
        (4, "a"), (4, "a"), (5, ""), (6, "'b/c'"), (9, "r"), (10, "s"), (12, "folder"),
        (14, "n"), (15, "o"), (16, "n"), (16, "n"), (16, "n"),
    ]  # fmt: skip
    said = "target names 'gone', which is no element or relationship in the file: add it or remove the reference"
    assert str(refusal.value).splitlines()[4] == f"{path}:9: r: {said}"


def test_a_cycle_of_composition_is_read_and_told(written: Written) -> None:
    path = written("""<elements><element identifier="a" xsi:type="Node"/>
<element identifier="b" xsi:type="Node"/></elements>
<relationships><relationship identifier="r" xsi:type="Composition" source="a" target="b"/>
<relationship identifier="s" xsi:type="Composition" source="b" target="a"/></relationships>""")
    assert [str(each) for each in defects(oef.read(path))] == [
        "element a: is part of itself by composition: a -> b -> a"
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('<model xmlns="http://www.opengroup.org/xsd/archimate"/>', "ArchiMate 2.1: open it in its tool"),
        ("<model/>", "expected <model> in the namespace"),
        ('<view xmlns="http://www.opengroup.org/xsd/archimate/3.0/"/>', "expected <model>"),
    ],
)
def test_another_format_is_refused_with_a_remedy(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "f.xml").write_text(content, "utf-8")
    with pytest.raises(FileRefused, match=said):
        oef.read(tmp_path / "f.xml")


def test_a_later_namespace_of_the_family_is_kept(tmp_path: Path) -> None:
    text = EVERYTHING.read_text("utf-8").replace("archimate/3.0/", "archimate/3.4/")
    (tmp_path / "f.xml").write_text(text, "utf-8")
    assert 'xmlns="http://www.opengroup.org/xsd/archimate/3.4/"' in again(tmp_path / "f.xml", tmp_path).read_text(
        "utf-8"
    )


@pytest.mark.parametrize(
    "said", ["not json", "[1]", '{"ids": 3, "implied": {"a": 1}}', '{"offset": "x", "nameless": 0}']
)
def test_an_instruction_that_others_wrote_does_no_harm(written: Written, said: str) -> None:
    path = written(
        f"<?maidinh {said}?><elements><element identifier='a' xsi:type='Node'><name>a</name></element></elements>"
    )
    assert oef.read(path).elements[0].name.other[0].text == "a"


def test_what_is_not_understood_takes_no_longer_the_more_there_is_of_it(written: Written, tmp_path: Path) -> None:
    count = 20_000  # took a minute while each was counted again
    path = written(f"<elements>{'<x/>' * count}{'<!---->' * count}</elements>")
    oef.write(oef.read(path), tmp_path / "again.xml")
    again = (tmp_path / "again.xml").read_text()
    assert (again.count("<x"), again.count("<!--")) == (count, count)
