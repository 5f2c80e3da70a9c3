"""Which version is offered: the day decides, and no day has two."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from maidinh.config.failures import told_plainly
from maidinh.infrastructure.database.scope import acting
from maidinh.services.procedures.actions import ValidityOverlaps, VersionChanged, apply_procedure
from maidinh.services.procedures.models import ProcedureVersion
from maidinh.services.procedures.queries import current_version, offered

CODE = "1.013225"
FIRST, NEXT = date(2026, 7, 1), date(2027, 3, 1)


@pytest.fixture
def first(province: Any) -> Any:
    return next(each for each in province.procedures if each.code == CODE and each.version == "1.0")


@pytest.fixture
def owner(own_database: str, role: Any) -> Any:
    with role("owner"):
        yield


def test_a_version_takes_its_place_on_its_day(owner: None, first: Any, at: Any) -> None:
    apply_procedure(procedure=first.model_copy(update={"version": "9.0", "effective_from": NEXT}), at=at)
    assert current_version(CODE, date(2026, 6, 30)) is None
    assert current_version(CODE, date(2027, 2, 28)).version == "1.0"
    assert current_version(CODE, NEXT).version == "9.0"
    for day in (date(2027, 2, 28), NEXT):
        assert {each.code: each.version for each in offered(day)}[CODE] == current_version(CODE, day).version


def test_after_its_last_day_nothing_is_offered_though_an_older_one_had_no_end(owner: None, first: Any, at: Any) -> None:
    ending = {"version": "9.0", "effective_from": NEXT, "effective_to": date(2027, 12, 31)}
    apply_procedure(procedure=first.model_copy(update=ending), at=at)
    assert current_version(CODE, date(2027, 12, 31)).version == "9.0"
    assert current_version(CODE, date(2028, 1, 1)) is None
    assert CODE not in {each.code for each in offered(date(2028, 1, 1))}


@pytest.mark.parametrize(
    ("begins", "ends"), [(FIRST, None), (date(2026, 1, 1), FIRST), (date(2026, 1, 1), date(2029, 1, 1))]
)
def test_two_versions_on_one_day_are_refused(owner: None, first: Any, at: Any, begins: date, ends: Any) -> None:
    other = first.model_copy(update={"version": "9.0", "effective_from": begins, "effective_to": ends})
    with pytest.raises(ValidityOverlaps, match=r"version 9\.0 .* version 1\.0"):
        apply_procedure(procedure=other, at=at)
    assert not ProcedureVersion.objects.filter(version="9.0").exists()


def test_the_last_day_may_be_filled_in_once_and_nothing_else(owner: None, first: Any, at: Any) -> None:
    kept = ProcedureVersion.objects.get(code=CODE, version="1.0")
    closed = first.model_copy(update={"effective_to": date(2027, 2, 28)})
    same = apply_procedure(procedure=closed, at=at)
    assert (same.pk, same.hash, same.effective_to) == (kept.pk, kept.hash, date(2027, 2, 28))
    assert apply_procedure(procedure=closed, at=at).pk == kept.pk
    with pytest.raises(VersionChanged):
        apply_procedure(procedure=closed.model_copy(update={"responsible": "H38.102"}), at=at)


def test_a_call_of_today_is_that_of_the_day(db: None, at: Any) -> None:
    with acting():
        assert [each.code for each in offered()] == [each.code for each in offered(at.date())]


def test_a_kept_version_with_another_content_is_told_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    @told_plainly
    def command() -> None:
        raise VersionChanged("1.013227", "1.0")

    with pytest.raises(SystemExit) as ended:
        command()
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert "1.013227" in told and "1.0" in told and "Traceback" not in told
