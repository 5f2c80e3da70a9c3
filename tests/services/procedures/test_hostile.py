"""What an official may write into a definition can't have the platform fetch, hang or fall over."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from pydantic import ValidationError

from maidinh.services.authoring.rules import content_of
from maidinh.services.checking.values import Values, impossible
from maidinh.services.decisions.completeness import TooManyCases, gaps_and_overlaps
from maidinh.services.decisions.conditions import parse_cell
from maidinh.services.decisions.definition import DecisionTable
from maidinh.services.decisions.rules import Undecided
from maidinh.services.procedures.definition import Procedure, validator_of
from maidinh.services.procedures.rules import fee_of

SOUND = Path(__file__).parents[2] / "config" / "procedures" / "sound.yaml"
AT_ONCE = 2.0  # seconds; each of these took minutes or had no end
BASIS = {"text": "Mẫu", "checked": False}


def definition(change: Callable[[dict[str, Any]], object]) -> Procedure:
    content = yaml.safe_load(SOUND.read_text("utf-8"))
    change(content)
    return Procedure.model_validate(content)


def table(kind: str, rows: list[dict[str, Any]], columns: int = 1, policy: str = "unique") -> DecisionTable:
    return DecisionTable.model_validate(
        {
            "id": "fees",
            "name": {"vi": "Mức"},
            "hit_policy": policy,
            "inputs": [{"id": f"c{n}", "name": {"vi": "Cột"}, "kind": kind} for n in range(columns)],
            "outputs": [{"id": "amount", "name": {"vi": "Mức"}, "kind": "number"}],
            "rows": [{"when": when, "then": {"amount": 1}, "basis": BASIS} for when in rows],
        }
    )


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "http://127.0.0.1:9/schema.json"},
        {"$ref": "file:///etc/hostname"},
        {"type": "string", "pattern": "("},
    ],
)
def test_a_form_refers_to_nothing_outside_and_can_be_read(schema: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="stands by itself"):
        definition(lambda content: content["answers"]["properties"].update(use=schema))
    with pytest.raises((ValueError, jsonschema_rs.ReferencingError)):
        validator_of({"properties": {"use": schema}})


def test_a_form_may_refer_to_its_own_parts() -> None:
    def own(content: dict[str, Any]) -> None:
        content["answers"] |= {"$defs": {"short": {"type": "string", "maxLength": 5}}}
        content["answers"]["properties"]["use"] = {"$ref": "#/$defs/short"}

    assert not validator_of(definition(own).answers).is_valid({"use": "too long"})


def test_a_pattern_takes_no_time_when_procedures_are_checked() -> None:
    began = time.monotonic()
    assert list(impossible(parse_cell("a" * 200 + "!"), (Values("text", pattern="^(a+)+$"),)))
    assert time.monotonic() - began < AT_ONCE


@pytest.mark.parametrize(
    "cell", [f"[{'.' * 100_000}", ">= 1e99999999", "[0..1e9999]", float("inf"), float("nan"), 1e300, "> 1e-9999"]
)
def test_cells_that_would_hang_are_refused(cell: Any) -> None:
    began = time.monotonic()
    with pytest.raises(ValueError, match=r"expected|longer"):
        parse_cell(cell)
    assert time.monotonic() - began < AT_ONCE


@pytest.mark.parametrize("cells", [("<= 9999-12-31",), (">= 0001-01-01",), ("0001-01-01", "9999-12-31")])
def test_the_first_and_the_last_day_there_is_can_be_proved(cells: tuple[str, ...]) -> None:
    found = gaps_and_overlaps(table("date", [{"c0": cell} for cell in cells]))
    assert len(found) == (0 if len(cells) == 1 else 1)


def test_what_is_not_a_number_stands_beside_numbers() -> None:
    assert gaps_and_overlaps(table("text", [{"c0": "nan"}, {"c0": "not(nan)"}])) == []


def test_a_table_of_too_many_cases_is_told_and_not_tried() -> None:
    wide = table("yes_no", [{f"c{n}": True} for n in range(24)], columns=24, policy="first")
    began = time.monotonic()
    with pytest.raises(TooManyCases):
        gaps_and_overlaps(wide)
    assert time.monotonic() - began < 5 * AT_ONCE


@pytest.mark.parametrize("amount", [10**9, 10**30, -1])
def test_a_term_is_no_longer_than_one_can_count(amount: int) -> None:
    with pytest.raises(ValidationError):
        definition(lambda content: content["cases"][0]["time_limit"]["budget"].update(amount=amount))
    with pytest.raises(ValidationError):
        definition(lambda content: content["steps"][0]["budget"].update(amount=amount))


@pytest.mark.parametrize("ring", [["together"], ["again", "together"], [["again", "posting"], "together"]])
def test_joins_that_lead_to_each_other_are_refused(ring: list[Any]) -> None:
    def ringed(content: dict[str, Any]) -> None:
        join = next(step for step in content["steps"] if step["id"] == "together")
        join["outcomes"][0]["to"] = ring[0]
        if len(ring) > 1:
            again = {**join, "id": "again", "outcomes": [{"id": "on", "name": {"vi": "Tiếp"}, "to": ring[1]}]}
            content["steps"].append(again)

    with pytest.raises(ValidationError, match="leads back to itself"):
        definition(ringed)


@pytest.mark.parametrize("years", [0, -5, 501, 10_000])
def test_a_dossier_is_kept_for_a_time_that_there_is(years: int) -> None:
    with pytest.raises(ValidationError):
        definition(lambda content: content.update(retention={"years": years}))
    assert definition(lambda content: content.update(retention={"years": 70})).retention


def test_a_fee_that_no_fee_is_is_looked_at_by_a_person() -> None:
    fee = {"amount": 50_000, "per": "storeys", "when": "result", "name": {"vi": "Lệ phí"}}
    procedure = definition(lambda content: content["cases"][0].update(fee=fee))
    decided = fee_of(procedure, procedure.cases[0], {"storeys": 3})
    assert decided is not None
    assert decided.amount == 150_000
    for storeys in (10**15 - 1, -3, True, "3"):
        with pytest.raises(Undecided):
            fee_of(procedure, procedure.cases[0], {"storeys": storeys})


@pytest.mark.parametrize("value", [":".join(["59"] * 80_000), ":".join(["1", *["59"] * 400]) + ".5", "1" * 5000])
def test_a_number_without_end_in_a_draft_is_not_computed(value: str) -> None:
    began = time.monotonic()
    assert content_of(f"a: {value}\n") is None
    assert time.monotonic() - began < AT_ONCE
    assert content_of("a: 2026-07-01\nb: '" + "1" * 500 + "'\n") is not None
