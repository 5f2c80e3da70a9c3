"""Mái Đình is built as its own architecture declares: imports and grants, held against it by its own rules' engine."""

from __future__ import annotations

import importlib.util
import socket
from functools import cache
from os import getpid
from pathlib import Path
from types import ModuleType

import pytest

from maidinh.governance.architecture.definition import ArchitectureVersion, Relation
from maidinh.governance.architecture.rules import problems
from maidinh.governance.conformity.examples import tried
from maidinh.governance.conformity.reading import Surroundings, read_rules
from maidinh.governance.conformity.report import Finding
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


def told(found: list[Finding]) -> list[tuple[str, str, str]]:
    return [(each.rule, each.subject, str(each.values["other"])) for each in found]


def seen() -> list[Relation]:
    return [*tool().imports(), *tool().grants()]


def with_relation(**content: str | None) -> ArchitectureVersion:
    relation = Relation.model_validate({"id": "x", **content})
    return model().model_copy(update={"relations": [*model().relations, relation]})


def test_every_import_and_grant_is_declared_and_every_declared_one_is_there() -> None:
    found = [f"{each.rule}: {each.message.in_language('en')}" for each in tool().findings(model(), seen())]
    assert not found, "write the definition, or mend the program (tools/own_architecture.py)"


def test_every_component_is_declared_where_it_stands() -> None:
    declared = {each.id: each.layer for each in model().elements if each.kind == tool().COMPONENT}
    assert declared == {each: tool().LAYERS[each.split(".")[0]] for each in tool().components()}
    assert problems(model()) == []
    assert all(each.description for each in model().elements), "say what each component is"


def test_the_rules_of_the_house_say_what_their_examples_say() -> None:
    rules = read_rules(tool().RULES)
    assert len(rules) == 6
    assert [each.text for rule in rules.values() for each in tried(rule, Surroundings()) if not each.ok] == []


def test_an_undeclared_import_would_be_found() -> None:
    more = tool().seen("flow", "infrastructure.audit", "services.dossiers", "import")
    assert told(tool().findings(model(), [*seen(), more])) == [
        ("house.undeclared-import", "infrastructure.audit", "services.dossiers")
    ]


def test_a_declared_import_that_is_gone_would_be_found_unless_it_is_planned() -> None:
    ends = {"kind": "flow", "from": "users", "to": "exchange.gateway"}
    assert told(tool().findings(with_relation(**ends), seen())) == [
        ("house.unused-import", "users", "exchange.gateway")
    ]
    assert tool().findings(with_relation(**ends, note="planned"), seen()) == []


@pytest.mark.parametrize(
    ("role", "home", "mode", "rule"),
    [
        ("role.gateway", "services.dossiers", "read", "house.undeclared-grant"),
        ("role.web", "services.nationalportal", "read-write", "house.undeclared-grant"),
    ],
)
def test_a_grant_beyond_what_is_declared_would_be_found(role: str, home: str, mode: str, rule: str) -> None:
    more = tool().seen("access", role, home, "grant", access=mode)
    kept = [each for each in seen() if (each.from_, each.to) != (role, home)]
    found = told(tool().findings(model(), [*kept, more]))
    assert (rule, role, home) in found


def test_a_declared_right_that_is_not_granted_would_be_found() -> None:
    declared = with_relation(
        **{"kind": "access", "from": "role.sequencer", "to": "services.dossiers", "access": "read"}
    )
    assert told(tool().findings(declared, seen())) == [("house.unused-grant", "role.sequencer", "services.dossiers")]


def test_a_socket_at_which_a_process_listens_is_seen_and_found_undeclared(tmp_path: Path) -> None:
    with socket.socket() as one, socket.socket(socket.AF_UNIX) as other:
        one.bind(("127.0.0.1", 0))
        one.listen()
        other.bind(str(tmp_path / "s"))
        other.listen()
        names = {f":{one.getsockname()[1]}": "socket.web", str(tmp_path / "s"): "socket.signer"}
        found = tool().listening({"web": tool().family(getpid()) & {getpid()}}, names)
    places = {each.to for each in found}
    assert {"socket.web", "socket.signer"} <= places
    only = [each for each in found if each.to in ("socket.web", "socket.signer")]
    assert ("house.undeclared-socket", "process.web", "socket.signer") in told(tool().findings(model(), only))
    assert ("house.silent-socket", "process.signer", "socket.signer") in told(tool().findings(model(), only))
    assert ("house.undeclared-socket", "process.web", "socket.web") not in told(tool().findings(model(), only))
