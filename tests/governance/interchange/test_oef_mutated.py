"""Thousands of files that nobody wrote: the examples, changed at random places. Each is kept whole or refused whole."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lxml import etree

from maidinh.governance.interchange import oef
from maidinh.governance.interchange.problems import FileRefused
from tests.governance.interchange.oef_facts import CONTAINERS, difference

EXAMPLES = Path(__file__).parent / "examples"
VALUES = ["", " ", "1", "-7", "0", "007", "1.5", "x y", "true", "a:BusinessActor", "Container", "é\n\t", "100000", "vi"]
NAMES = [
    "xml:lang", "zz", "x", "w", "r", "a", "size", "style", "lineWidth", "name", "type", "version", "viewpoint",
    "accessType", "isDirected", "modifier", "xpathPart",
]  # fmt: skip
OEF = "{http://www.opengroup.org/xsd/archimate/3.0/}"
TAGS = [
    "name",
    "documentation",
    "label",
    "properties",
    "property",
    "value",
    "style",
    "font",
    "bendpoint",
    "item",
    "new",
]


def _may_repeat(node: etree._Element) -> bool:
    """Two containers of the same things are one list of them: which thing stood in which is no fact."""
    return isinstance(node.tag, str) and node.tag.removeprefix(OEF) not in CONTAINERS


def mutate(root: etree._Element, chance: random.Random) -> str:
    """Change the tree at one place; what was done, in words."""
    element = chance.choice(list(root.iter(etree.Element)))
    action = chance.choice(["text", "set", "drop", "insert", "foreign", "remark", "copy", "shuffle", "delete", "type"])
    if action == "text":
        element.text = chance.choice([*VALUES, None])
    elif action in ("set", "type"):
        name = chance.choice(NAMES) if action == "set" else "{http://www.w3.org/2001/XMLSchema-instance}type"
        name = name.replace("xml:", "{http://www.w3.org/XML/1998/namespace}")
        element.set(name, chance.choice(VALUES))
    elif action == "drop" and element.attrib:
        del element.attrib[chance.choice(sorted(element.attrib))]
    elif action == "insert":
        new = etree.Element(OEF + chance.choice(TAGS))
        new.text = chance.choice([*VALUES, None])
        element.insert(chance.randint(0, len(element)), new)
    elif action == "foreign":
        new = etree.Element(chance.choice(["{urn:example:other}thing", "plain"]), {"{urn:example:other}a": "1"})
        element.insert(chance.randint(0, len(element)), new)
    elif action == "remark":
        new = chance.choice([etree.Comment(" remark "), etree.ProcessingInstruction("tool", "says so")])
        element.insert(chance.randint(0, len(element)), new)
    elif action == "copy" and (children := [each for each in element if _may_repeat(each)]):
        child = chance.choice(children)
        copy = etree.fromstring(etree.tostring(child, with_tail=False))
        if not any(each.get("identifier") for each in copy.iter(etree.Element)):
            element.append(copy)
    elif action == "shuffle":
        children = list(element)
        chance.shuffle(children)
        element[:] = children
    elif action == "delete" and element.getparent() is not None and element.tail is not None:
        tail, before = element.tail, element.getprevious()
        parent = element.getparent()
        parent.remove(element)
        if tail.strip():
            (parent if before is None else before).set("moved", tail)
    return f"{action} {element.tag.rpartition('}')[2]} {element.get('identifier', '')}"


def check(seed: int, folder: Path) -> bool:
    """Whether the file of that seed was taken in; fails where a fact of it is lost."""
    chance = random.Random(seed)
    tree = etree.parse(str(EXAMPLES / chance.choice(["everything.oef.xml", "odd.oef.xml"])))
    done = [mutate(tree.getroot(), chance) for _ in range(chance.randint(1, 4))]
    given, again = folder / "given.xml", folder / "again.xml"
    tree.write(str(given), encoding="UTF-8", xml_declaration=True)
    try:
        model = oef.read(given)
    except FileRefused as refusal:
        assert refusal.problems and all(each.text for each in refusal.problems)
        return False
    oef.write(model, again)
    found = difference(given, again)
    assert found == {"lost": [], "added": []}, (seed, done, found)
    back = oef.read(again)
    oef.write(back, given)
    assert given.read_bytes() == again.read_bytes(), (seed, done)
    return True


def test_a_few_changed_files(tmp_path: Path) -> None:
    assert sum(check(seed, tmp_path) for seed in range(20)) >= 10


@pytest.mark.slow
def test_many_changed_files(tmp_path: Path) -> None:
    assert sum(check(seed, tmp_path) for seed in range(20, 170)) >= 75
