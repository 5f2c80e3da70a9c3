"""`maidinh exchange audit`, as the operator runs it; what it finds is tried in tests/faults/test_tampering.py."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from maidinh.config.cli.exchange import app
from tests.exchange.evidence.conftest import World
from tests.exchange.evidence.test_command import installation

__all__ = ["installation"]
RUN = CliRunner()


def test_the_operator_is_told_what_holds_and_what_does_not(
    installation: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr("maidinh.infrastructure.home.Home.log", installation.home.log)
    request_id = installation.call().headers["X-Road-Request-Id"]
    installation.sequence()
    done = RUN.invoke(app, ["audit", "--json"])
    found = json.loads(done.stdout)
    assert (done.exit_code, found["ok"]) == (0, True), done.stdout
    kept = tmp_path / "earlier.checkpoint"
    kept.write_text((installation.home.log / "checkpoint").read_text())
    forge(installation, request_id, "AG2")
    try:
        told = RUN.invoke(app, ["audit", "--against", str(kept), "--language", "en"])
        assert told.exit_code == 1
        assert f"FAILS        Exchange {request_id}: what is kept beside its record was changed" in told.stdout
        assert told.stdout.endswith("Log and exchanges do not hold.\n")
    finally:
        forge(installation, request_id, "AG1")


def forge(installation: World, request_id: str, agency: str) -> None:
    """As only a superuser can."""
    triggers = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'evidence_exchange'::regclass AND NOT tgisinternal"
    with psycopg.connect(installation.database.admin_dsn, dbname=installation.database.database) as connection:
        names = [row[0] for row in connection.execute(triggers).fetchall()]
        connection.execute("ALTER TABLE evidence_exchange DISABLE TRIGGER USER")
        connection.execute("UPDATE evidence_exchange SET consumer_agency = %s WHERE id = %s", [agency, request_id])
        for name in names:
            connection.execute(f"ALTER TABLE evidence_exchange ENABLE ALWAYS TRIGGER {name}")
