"""Mái Đình is built as its own architecture declares: its imports, held against it by its own conformity engine."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

from maidinh.governance.architecture.definition import ArchitectureVersion, Relation
from maidinh.governance.architecture.rules import problems
from maidinh.governance.conformity.rules import Observation
from maidinh.infrastructure.definitions.reading import read_form

TOOL = Path(__file__).resolve().parents[2] / "tools/own_architecture.py"


@cache
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("own_architecture", TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def model() -> ArchitectureVersion:
    return read_form(tool().FILE, ArchitectureVersion)


def test_every_import_is_declared_and_every_declared_one_is_used() -> None:
    found = [
        f"{each.verdict}: {each.source} -> {each.target}" for each in tool().differences(model(), tool().observed())
    ]
    assert not found, "write the definition, or mend the import (tools/own_architecture.py)"


def test_every_component_is_declared_where_it_stands() -> None:
    assert {each.id for each in model().elements} == tool().components()
    assert {each.id: each.layer for each in model().elements} == {
        each: tool().LAYERS[each.split(".")[0]] for each in tool().components()
    }
    assert problems(model()) == []
    assert all(each.description for each in model().elements), "say what each component is"


def test_an_undeclared_import_would_be_found() -> None:
    seen = [*tool().observed(), Observation("infrastructure.audit", "services.dossiers", True)]
    (found,) = tool().differences(model(), seen)
    assert (found.source, found.target, found.verdict) == ("infrastructure.audit", "services.dossiers", "undeclared")


def test_a_declared_import_that_is_gone_would_be_found_unless_it_is_planned() -> None:
    def with_relation(note: str | None) -> ArchitectureVersion:
        relation = Relation.model_validate(
            {"id": "x", "kind": "flow", "from": "users", "to": "exchange.gateway", "note": note}
        )
        return model().model_copy(update={"relations": [*model().relations, relation]})

    (found,) = tool().differences(with_relation(None), tool().observed())
    assert (found.source, found.target, found.verdict) == ("users", "exchange.gateway", "unused")
    assert tool().differences(with_relation("planned"), tool().observed()) == []
