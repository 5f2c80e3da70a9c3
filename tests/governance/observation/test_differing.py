"""What differs between declared and seen: each kind is found, nothing else is, and each names who must act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bench.edges import Scene, operations, scene, traps

from maidinh.exchange.evidence.rules import Operation
from maidinh.governance.conformity.rules import OUTSIDE
from maidinh.governance.observation.declared import declared
from maidinh.governance.observation.definition import ObservationTerm
from maidinh.governance.observation.differing import Difference, Moment, differing
from maidinh.governance.observation.rules import KINDS

AT = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=400)
TERM = ObservationTerm(valid_from=date(2015, 1, 1), unused_after_days=90, kept_days=180, longest_exception_days=366)
AGENCIES = ("H38.1", "H38.2", "H38.5", "H38.6")
INSTANCE = "VN-H38"


def made(edges: int = 64, exchanges: int = 1500, seed: int = 7) -> Scene:
    """A small scene."""
    return scene(edges=edges, exchanges=exchanges, instance=INSTANCE, agencies=AGENCIES, today=AT.date(), seed=seed)


def found(made: Scene, calls: list[Any] | None = None, **more: Any) -> list[Difference]:
    """What is found of a scene."""
    moment = Moment(AT, TERM, LONG_AGO)
    known = declared(made.model, INSTANCE)
    seen = operations(made.calls if calls is None else calls, AT)
    return differing(known, seen, replace(moment, **more), made.served)


@pytest.mark.parametrize("seed", [7, 8])
def test_everything_that_was_put_in_is_found_and_nothing_else(seed: int) -> None:
    scene = made(seed=seed)
    assert {kind for kind, _ in scene.expected} == set(KINDS)
    assert len(list(traps(scene.calls))) > 300
    differences = found(scene)
    assert {(each.kind, each.subject) for each in differences} == scene.expected
    assert len(differences) == len(scene.expected) == 64
    assert all(each.owner in AGENCIES for each in differences)


def test_what_was_seen_of_a_finding_is_counted_with_its_times() -> None:
    scene = made()
    by_subject = {(each.kind, each.subject): each for each in found(scene)}
    for call in scene.calls:
        if call.of is not None:
            each = by_subject[call.of]
            assert (each.count, each.first_at, each.last_at) == (1, AT, AT), each


WORLD: dict[str, Any] = {
    "province": "lao-cai", "version": "1.0", "title": {"vi": "A"}, "framework": "1.0",
    "effective_from": date(2024, 1, 1),
    "elements": [
        {"id": "a", "kind": "information-system", "layer": 5, "name": {"vi": "A"}, "owner": "H38.1", "subsystem": "a",
         "zone": "tslcd"},
        {"id": "b", "kind": "information-system", "layer": 5, "name": {"vi": "B"}, "owner": "H38.2", "subsystem": "b"},
        {"id": "b-data", "kind": "database", "layer": 5, "name": {"vi": "B"}, "owner": "H38.2", "masters": ["person"]},
        {"id": "i", "kind": "interface", "layer": 6, "name": {"vi": "I"}, "owner": "H38.2",
         "interface": {"system": "b", "service": "i", "endpoint": "i",
                       "methods": [{"method": "GET", "path": "/x"}, {"method": "POST", "path": "/x"}]}},
    ],
    "relations": [
        {"id": "f", "kind": "flow", "from": "a", "to": "i", "contract": {
            "id": "c", "methods": [{"method": "GET", "path": "/x"}, {"method": "POST", "path": "/x"}],
            "purpose": {"vi": "A"}, "valid_from": date(2024, 1, 1), "valid_to": date(2027, 1, 1)}},
        {"id": "keeps", "kind": "access", "from": "b", "to": "b-data"},
    ],
}  # fmt: skip
CALLED = Operation("VN-H38/GOV/H38.1/a", "VN-H38/GOV/H38.2/b/i", "GET", "/x", "allowed", "", "tslcd", True, "c", 3,
                   AT - timedelta(days=1), AT)  # fmt: skip


def kinds(*calls: Operation, world: Callable[[dict[str, Any]], None] | None = None, **more: Any) -> list[str]:
    """The kinds of what is found in the smallest province."""
    return [each.kind for each in held(*calls, world=world, **more)]


def held(*calls: Operation, world: Callable[[dict[str, Any]], None] | None = None, **more: Any) -> list[Difference]:
    """What is found in the smallest province."""
    content = {**WORLD, "elements": [dict(each) for each in WORLD["elements"]], "relations": list(WORLD["relations"])}
    if world:
        world(content)
    known = declared(type(made(edges=0, exchanges=0).model).model_validate(content), INSTANCE, ("H38.9",))
    return differing(known, calls, replace(Moment(AT, TERM, LONG_AGO), **more), ())


def test_a_declared_connection_that_is_used_is_no_finding() -> None:
    assert kinds(CALLED) == []


def test_unused_begins_only_after_the_window() -> None:
    assert kinds() == ["unused"]
    assert kinds(replace(CALLED, last_at=AT - timedelta(days=91))) == ["unused"]
    assert kinds(replace(CALLED, last_at=AT - timedelta(days=89))) == []
    assert kinds(published_at=AT - timedelta(days=89)) == []
    assert kinds(published_at=AT, since={"c": LONG_AGO}) == ["unused"]  # a new version carries an old contract on
    assert kinds(replace(CALLED, outcome="refused", reason="directory_expired")) == ["unused"]


def test_whoever_does_not_prove_who_it_is_stays_outside() -> None:
    (stranger,) = held(CALLED, replace(CALLED, authenticated=False, outcome="refused"))
    assert (stranger.kind, stranger.source, stranger.owner) == ("undeclared", OUTSIDE, "H38.2")


def test_an_owner_that_differs_must_be_an_agency_that_exists() -> None:
    moved = replace(CALLED, client="VN-H38/GOV/H38.9/a", outcome="refused", authenticated=False)
    (difference,) = held(CALLED, moved)
    assert (difference.kind, difference.subject, difference.owner) == ("owner-differs", "a", "H38.1")
    assert difference.details == {"declared": "H38.1", "seen": ["H38.9"], "proven": False}
    assert kinds(CALLED, replace(moved, client="VN-H38/GOV/H38.nobody/a")) == ["undeclared"]
    service = replace(CALLED, service="VN-H38/GOV/H38.9/b/i", outcome="refused")
    assert [(each.kind, each.subject) for each in held(CALLED, service)] == [("owner-differs", "b")]


def test_a_refused_operation_is_forgiven_once_the_contract_names_it() -> None:
    refused = replace(CALLED, method="DELETE", path="", outcome="refused", reason="operation_not_in_contract")
    assert kinds(CALLED, refused) == ["method-differs"]
    assert kinds(CALLED, refused, published_at=AT + timedelta(seconds=1)) == []
    assert kinds(CALLED, replace(refused, method="POST", path="/x")) == []


def test_only_a_write_that_went_through_by_another_owner_counts() -> None:
    write = replace(CALLED, method="POST")
    assert kinds(write) == ["not-master"]
    assert kinds(CALLED, replace(write, outcome="failed")) == []
    own = replace(write, client="VN-H38/GOV/H38.2/a")
    assert kinds(own, world=lambda content: content["elements"][0].update(owner="H38.2")) == []
    assert kinds(write, world=lambda content: content["elements"][2].update(masters=[])) == []
    assert kinds(write, world=lambda content: content["elements"][2].update(owner="H38.9")) == []


def platform(content: dict[str, Any], *relations: dict[str, Any]) -> None:
    """Add a shared platform."""
    content["elements"].append(
        {"id": "p", "kind": "shared-platform", "layer": 6, "name": {"vi": "P"}, "owner": "H38.1"}
    )
    content["relations"] += relations


@pytest.mark.parametrize(
    ("relations", "lonely"),
    [
        ([], True),
        ([{"id": "x", "kind": "serving", "from": "p", "to": "a"}], False),
        ([{"id": "x", "kind": "flow", "from": "a", "to": "p"}], False),
        ([{"id": "x", "kind": "serving", "from": "a", "to": "p"}], True),
        ([{"id": "x", "kind": "composition", "from": "p", "to": "b"}], True),
        ([{"id": "x", "kind": "composition", "from": "p", "to": "b-data"}], False),  # b uses it
    ],
)
def test_a_platform_has_a_consumer_where_one_is_declared(relations: list[dict[str, Any]], lonely: bool) -> None:
    assert ("no-consumer" in kinds(CALLED, world=lambda content: platform(content, *relations))) is lonely


def test_a_platform_that_is_called_has_a_consumer() -> None:
    def of_platform(content: dict[str, Any]) -> None:
        platform(content, {"id": "x", "kind": "composition", "from": "p", "to": "i"})
        content["relations"] = [each for each in content["relations"] if each["kind"] != "flow"]

    assert kinds(CALLED, world=of_platform) == ["undeclared"]
    assert kinds(replace(CALLED, outcome="refused"), world=of_platform) == ["no-consumer", "undeclared"]


def test_a_procedure_is_found_by_its_code() -> None:
    def procedures(content: dict[str, Any]) -> None:
        for id, kind, codes in (
            ("service-1.008128", "public-service", None), ("process-1.008128", "procedure", None),
            ("dat-dai", "procedure", {"national": "1.012783"}), ("loose", "procedure", None),
        ):  # fmt: skip
            layered = {"layer": 4} if kind == "public-service" else {}
            content["elements"].append({"id": id, "kind": kind, "name": {"vi": id}, "codes": codes, **layered})

    differences = [each for each in held(CALLED, world=procedures) if each.kind == "not-served"]
    assert [(each.subject, each.details["code"]) for each in differences] == [
        ("dat-dai", "1.012783"), ("service-1.008128", "1.008128"),
    ]  # fmt: skip
