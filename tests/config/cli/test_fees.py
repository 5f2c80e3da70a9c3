"""`maidinh fees reconcile`: what it tells of a day, and its exit codes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from maidinh.config import payments
from maidinh.config.cli.fees import app
from maidinh.config.environment import Environment
from tests.services.fees.hostile import HostileProvider
from tests.services.fees.till import Statement

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("payments")]


@pytest.fixture
def provider(own_database: str, monkeypatch: pytest.MonkeyPatch) -> HostileProvider:
    found = HostileProvider()
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setattr(payments, "provider_of", lambda _: found)
    monkeypatch.setattr(Environment, "variables", lambda _: {})
    return found


def test_a_day_is_compared_and_findings_end_with_one(provider: HostileProvider, at: Any) -> None:
    day = ["reconcile", "--date", "2026-11-18"]
    agreed = CliRunner().invoke(app, day)
    assert (agreed.exit_code, "Everything agrees." in agreed.stdout) == (0, True)
    provider.held["r"] = Statement("NOBODYS", "r", 5, "VND", "paid", at)
    for _ in range(2):
        found = CliRunner().invoke(app, [*day, "--json"])
        assert found.exit_code == 1
        told = json.loads(found.stdout)
        assert (told["lines"], told["paid"]) == (1, 5)
        assert [each["kind"] for each in told["findings"]] == ["unknown_order"]
    assert "not ours" in CliRunner().invoke(app, day).stdout
    provider.faults = ["outage"]
    assert CliRunner().invoke(app, day).exit_code == 3
    assert CliRunner().invoke(app, ["reconcile", "--date", "yesterday"]).exit_code == 2
