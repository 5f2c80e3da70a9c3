"""The gateway writes its SQL by hand; here it is held against the models that make the tables."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.db import connection, models

from maidinh.exchange.evidence.models import Exchange, Intent
from maidinh.exchange.gateway import directory, writer
from maidinh.infrastructure.translog.models import Entry

SAME = {
    "uuid": "uuid", "varchar": "text", "text": "text", "bigint": "bigint", "integer": "bigint", "boolean": "boolean",
    "timestamp with time zone": "timestamptz", "jsonb": "jsonb", "bytea": "bytea",
}  # fmt: skip


def kinds(model: type[models.Model]) -> dict[str, str]:
    found = {}
    for field in model._meta.concrete_fields:
        kind = (field.db_type(connection) or "").partition("(")[0]
        found[field.column] = SAME[kind]
    return found


@pytest.mark.parametrize(("row", "model", "own"), [
    (writer.IntentRow, Intent, set()),
    (writer.ExchangeRow, Exchange, {"log_entry"}),
])  # fmt: skip
def test_the_writers_columns_are_the_models(row: type, model: type[models.Model], own: set[str]) -> None:
    columns = dict(writer.COLUMNS[row])
    columns.pop("leaf", None)
    assert columns == {name: kind for name, kind in kinds(model).items() if name not in own}


def test_the_tables_are_the_models() -> None:
    assert f"INSERT INTO {Intent._meta.db_table} " in writer.INSERT_INTENTS
    assert f"INSERT INTO {Exchange._meta.db_table} " in writer.INSERT_EXCHANGES
    assert f"INSERT INTO {Entry._meta.db_table} (created_at, leaf, idempotency)" in writer.INSERT_EXCHANGES
    required = {each.column for each in Entry._meta.concrete_fields if not each.null and not each.primary_key}
    assert required == {"created_at", "leaf", "idempotency"}


def test_the_channel_and_table_of_the_directory_are_the_publishers() -> None:
    from maidinh.exchange.directory import actions
    from maidinh.exchange.directory.models import PublishedDirectory

    assert directory.CHANNEL == actions.CHANNEL
    assert f"FROM {PublishedDirectory._meta.db_table} " in directory.NEWER


def test_the_gateway_loads_without_django() -> None:
    program = (
        "import sys, maidinh.exchange.gateway.app; sys.exit(any(m.partition('.')[0] == 'django' for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
