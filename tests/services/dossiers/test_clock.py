"""The clock of a dossier: what the database keeps as due is what its ledger comes to, also through supplements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.timezone import localtime
from typer.testing import CliRunner

from maidinh.config.cli import dossier as group
from maidinh.infrastructure.database.scope import acting
from maidinh.services.clock.explanation import explain
from maidinh.services.clock.ledger import Ledger
from maidinh.services.clock.reckoning import reckon
from maidinh.services.dossiers.actions.submission import supplement_dossier
from maidinh.services.dossiers.models import Dossier
from maidinh.services.dossiers.queries import clock_of
from tests.services.dossiers.conftest import LICENCE
from tests.services.dossiers.test_steps import Counter


@pytest.fixture
def supplemented(
    submit: Any, province: Any, official: Any, citizen: Any, at: Any
) -> tuple[Counter, list[tuple[Dossier, Ledger]]]:
    """A licence whose supplement was asked for and came, with its clock as it was after each step."""
    counter = Counter(submit(LICENCE, key="clock").dossier, province, official, at)
    seen = [look(counter)]
    counter.do("accept")
    seen.append(look(counter))
    counter.pay()
    counter.at += timedelta(days=3)
    counter.do("supplement", reason="the drawing lacks the section")
    seen.append(look(counter))
    counter.at += timedelta(days=4)
    with acting(person=citizen.person):
        supplement_dossier(actor=citizen, code=counter.code, papers=[], explanation="here", at=counter.at)
    seen.append(look(counter))
    return counter, seen


def look(counter: Counter) -> tuple[Dossier, Ledger]:
    with counter.everyone():
        dossier = Dossier.objects.select_related("procedure").get(code=counter.code)
        return dossier, clock_of(dossier)


def test_the_ledger_comes_to_what_is_kept_as_due(supplemented: Any) -> None:
    _, seen = supplemented
    (submitted, first), (accepted, second), (waiting, third), (after, fourth) = seen
    assert reckon(first).due == submitted.promised_at
    assert reckon(second).due == accepted.due_at
    standing = reckon(third)
    assert standing.due is None and standing.last_due == waiting.due_at
    assert reckon(fourth).due == after.due_at > accepted.due_at


def test_the_explanation_tells_of_the_stop_and_of_the_new_start(supplemented: Any) -> None:
    _, (_, _, _, (after, clock)) = supplemented
    lines = explain(clock)
    kinds = [line.kind for line in lines if line.entry is not None]
    assert kinds == ["stopped", "starts_again"], "the rule pack in force lets the term start again"
    assert lines[-1].at == after.due_at
    counted = [line.count for line in lines if line.kind == "counted"]
    assert counted[-1] == clock.budget.amount and counted.count(1) == 2, "counted once more from the first"


def test_the_command_explains_a_dossier_from_the_database(supplemented: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    counter, (_, _, _, (after, _)) = supplemented

    @contextmanager
    def reading(_environment: Any, _agency: Any) -> Iterator[Any]:
        from django.db import connection

        with counter.everyone(), connection.cursor() as cursor:
            yield cursor.cursor

    monkeypatch.setattr("maidinh.config.cli.dossier_reading.reading", reading)
    run = CliRunner().invoke
    told = json.loads(run(group.app, ["explain", counter.code, "--json"]).output)
    assert told["dossier"] == counter.code and told["accepted"] is True
    assert datetime.fromisoformat(told["due"]) == after.due_at
    assert [step["event"] for step in told["steps"] if "event" in step] == ["supplement_asked", "supplement_received"]
    words = run(group.app, ["explain", counter.code], env={"MAIDINH_LANGUAGE": "en"}).output
    assert words.startswith(f"Due: 17:00 {localtime(after.due_at):%d/%m/%Y}")
    missing = run(group.app, ["explain", "H38-20260101-0000000"], env={"MAIDINH_LANGUAGE": "en"})
    assert missing.exit_code == 2 and "There is no dossier" in missing.output
