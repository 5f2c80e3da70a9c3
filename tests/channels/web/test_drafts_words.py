"""What the rules and readers say in English reaches the pages in Vietnamese: every line that they can say today."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from pydantic import ValidationError

from maidinh.channels.web.drafting_problems import problem_rows, told
from maidinh.channels.web.drafting_refusals import said, said_of_form
from maidinh.channels.web.drafting_values import Values
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.rules import problems
from maidinh.governance.drafting.models import Draft
from maidinh.infrastructure.definitions.reading import DefinitionError, read_yaml

pytestmark = pytest.mark.slow

ENGLISH = re.compile(r"\b(is|the|its|has|only|not|holds|shows|more|than|should|must|expected|required)\b")
CONTRACT = {
    "id": "c", "methods": [{"method": "GET", "path": "/a"}], "purpose": {"vi": "Mục đích"}, "valid_from": "2026-01-02",
    "valid_to": "2026-01-01",
}  # fmt: skip
BASE = {"province": "x", "version": "1", "title": {"vi": "T"}, "framework": "f", "effective_from": "2026-01-01"}


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    with translation.override("vi"):
        yield


def test_every_problem_of_an_architecture() -> None:
    interface = {"system": "nobody", "service": "s", "endpoint": "e", "methods": [{"method": "GET", "path": "/b"}]}
    elements = [
        {"id": "a", "kind": "agency", "owner": "H1", "subsystem": "S"},
        {"id": "b", "kind": "agency", "owner": "H1", "subsystem": "S"},
        {"id": "c", "kind": "agency", "subsystem": "T"},
        {"id": "d", "kind": "agency", "interface": interface},
        {"id": "e", "kind": "agency", "interface": interface | {"system": "f"}},
        {"id": "f", "kind": "agency"},
    ]
    ends = [("r1", "flow", "a", "gone", None), ("r2", "serving", "a", "d", CONTRACT),
            ("r3", "flow", "f", "d", CONTRACT), ("r4", "flow", "a", "f", CONTRACT)]  # fmt: skip
    relations = [
        {"id": name, "kind": kind, "from": source, "to": target, "contract": contract}
        for name, kind, source, target, contract in ends
    ]
    relations += [
        {"id": f"w{number}", "kind": "composition", "from": a, "to": b}
        for number, (a, b) in enumerate((("a", "b"), ("b", "a")))
    ]
    nodes = [{"id": "n", "element": "gone"}, {"id": "m", "kind": "view", "view": "gone"}, {"id": "n"}]
    views = [{"id": "v", "nodes": nodes, "connections": [{"id": "l", "relation": "x", "source": "gone"}]}]
    folders = [{"id": "o", "holds": ["gone"]}]
    parts = {"elements": elements, "relations": relations, "views": views, "folders": folders}
    model = ArchitectureVersion.model_validate(BASE | parts)
    model.elements.append(model.elements[5])  # no file leads to this, a model that was put together may
    lines = problems(model, ["H2"])
    assert len({re.sub(r"\b(r?\d|[a-fvno]|S|T|H1)\b", "", line) for line in lines}) >= 18, lines
    rows = problem_rows(lines, Draft(pk=1), Values({}, "vi"))
    assert [row["text"] for row in rows if ENGLISH.search(row["text"])] == []
    assert [text for line in lines if ENGLISH.search(text := told(line))] == []
    assert all(row["href"] for row in rows if row["name"] in {*"abcdef", "r1", "r2", "r3", "r4"})


@pytest.mark.parametrize(
    "text",
    ["[", "a: &x [1]\nb: *x", "a: 1\na: 2", "a: !!python/name:x 1", "[" * 60, "", "? [a]\n: 1", "a: 2026-99-99"],
)
def test_every_refusal_of_the_reader(tmp_path: Path, text: str) -> None:
    path = tmp_path / "v.yaml"
    path.write_text(text)
    with pytest.raises(DefinitionError) as refused:
        read_yaml(path)
    assert [each.expected for each in refused.value.problems if ENGLISH.search(said(each.expected))] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": None}, {"extra": 1}, {"effective_from": "never"}, {"elements": {}}, {"elements": [1]},
        {"sample": "x"},
        {"elements": [{"id": "a b", "kind": "agency"}]}, {"elements": [{"id": "a", "kind": "x"}]},
        {"elements": [{"id": "a", "kind": "agency", "layer": 9}]}, {"elements": [{"id": "a", "kind": "agency"}] * 2},
        {"elements": [{"id": "a", "kind": "agency", "layer": "x", "state": "x"}]},
        {"elements": [{"id": "a", "kind": "database"}]},
        {"relations": [{"id": "r", "kind": "x", "from": "a", "to": "b"}]},
        {"elements": [{"id": "a", "kind": "database", "layer": 5}]},
        {"elements": [{"id": "a", "kind": "agency", "properties": [{"key": "k"}]}]}, {"title": {"vi": ""}},
    ],
)  # fmt: skip
def test_every_refusal_of_the_form(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        ArchitectureVersion.model_validate(BASE | wrong)
    assert [told for each in refused.value.errors() if ENGLISH.search(told := said_of_form(each))] == []
