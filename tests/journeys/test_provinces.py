"""A whole procedure in each of the other two provinces, with the same pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from . import citizens
from .officials import Desks
from .running import RunningProvince
from .visits import Visit


@pytest.mark.parametrize(("name", "code"), [("vinh-phuc", "1.008128"), ("ninh-thuan", "1.003650")])
def test_province(
    run_province: Callable[[str], RunningProvince],
    visit: Callable[..., Visit],
    sessions: dict[Any, Any],
    name: str,
    code: str,
) -> None:
    running = run_province(name)
    procedure = next(each for each in running.province.procedures if each.code == code)
    person = running.province.population.personas[0]
    citizen = visit(running)
    citizens.find(citizen, procedure)
    receiving = procedure.receiving[0]
    done = citizens.apply(citizen, procedure, person.full_name, receiving, datetime.now(UTC).date())
    assert Desks(visit, running, sessions).process(done.code, procedure, receiving)[-1] == "handover"
    citizen.open(f"/dossiers/{done.code}")
    citizen.says(citizen.words("Your result is signed."))
