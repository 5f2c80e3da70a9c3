"""Which role may touch which table, and whose rows it then sees: declared in tables.yaml, tried by SQL.

The pages are not asked here. What is tried is what is left when a page is wrong: the database's own refusal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import Error, connection, transaction
from django.db.utils import ProgrammingError

from maidinh.infrastructure.database.scope import acting
from tests.architecture.inhabitants import World

TABLE = Path(__file__).with_name("tables.yaml")
LETTERS = {"SELECT": "S", "INSERT": "I", "UPDATE": "U", "DELETE": "D"}
ROLES = ("web", "gateway", "worker", "sequencer")
OUTSIDERS = ("nobody", "other-citizen", "one-stop-elsewhere", "specialist-elsewhere", "leader-elsewhere", "architect",
             "administrator", "auditor")  # fmt: skip
INSIDERS = ("citizen", "one-stop", "specialist", "leader", "consulted")
SEEN = {  # who sees rows, of those above
    "everyone": {*OUTSIDERS, *INSIDERS},
    "its parties": set(INSIDERS),
    "its parties so far": set(INSIDERS) - {"consulted"},  # the agency whose step comes later isn't one yet
    "its applicant": {"citizen"},
    "its agency": {*OUTSIDERS, *INSIDERS} - {"nobody", "citizen", "other-citizen"},
    "officials": {*OUTSIDERS, *INSIDERS} - {"nobody", "citizen", "other-citizen"},
    "its agency alone": {"one-stop", "specialist", "leader"},
    "its makers and asked": {"architect", "consulted"},
    "its makers and all asked": {"architect", "consulted", "one-stop", "specialist", "leader"},  # two agencies were
    "none here": set(),
}
OF_DOSSIERS = ("dossiers_dossier", "dossiers_task", "dossiers_paper", "dossiers_dossierevent", "fees_charge",
               "results_result", "forms_draft")  # fmt: skip
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tables")]


@cache
def declared() -> dict[str, dict[str, str]]:
    """The table."""
    table: dict[str, dict[str, str]] = yaml.safe_load(TABLE.read_text("utf-8"))
    return table


def scope_of(world: World, who: str) -> Mapping[str, Any]:
    """What the database is told of somebody."""
    if who == "nobody":
        return {}
    actor = world.actors[who]
    return {"person": actor.person} if actor.kind == "citizen" else {"agencies": actor.agencies}


def rows(statement: str, *values: Any) -> list[Any]:
    """What a statement finds, as whoever acts now."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def test_every_role_may_do_with_every_table_what_is_declared(db: None) -> None:
    tables = rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')"
    )
    held = {name: {role: "".join(_held(role, name, word) for word in LETTERS) for role in ROLES} for (name,) in tables}
    found = {name: {role: letters for role, letters in roles.items() if letters} for name, roles in held.items()}
    assert found == {name: {r: line[r] for r in ROLES if r in line} for name, line in declared().items()}


def _held(role: str, table: str, word: str) -> str:
    [(whole, column)] = rows(
        "SELECT has_table_privilege(%s, %s, %s), CASE WHEN %s = 'DELETE' THEN false ELSE"
        " has_any_column_privilege(%s, %s, replace(%s, 'DELETE', 'SELECT')) END",
        f"maidinh_{role}", table, word, word, f"maidinh_{role}", table, word,
    )  # fmt: skip
    return LETTERS[word] if whole else LETTERS[word].lower() if column else ""


def test_row_level_security_is_forced_wherever_rows_are_not_for_everyone(db: None) -> None:
    forced = {name for (name,) in rows("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")}
    wanted = {name for name, line in declared().items() if line["seen"].startswith("its")}
    assert wanted | set(OF_DOSSIERS) <= forced


@pytest.mark.parametrize("table", sorted(declared()))
def test_rows_are_seen_by_whom_it_is_declared(world: World, table: str) -> None:
    found = set()
    for who in (*OUTSIDERS, *INSIDERS):
        try:
            with acting(**scope_of(world, who)):
                found |= {who} if rows(f"SELECT 1 FROM {table} LIMIT 1") else set()
        except ProgrammingError:
            assert declared()[table]["seen"] == "nobody"
    assert found == SEEN.get(declared()[table]["seen"], set())


def test_an_agency_that_takes_part_later_sees_nothing_before(world: World) -> None:
    early = world.dossiers["intake"].pk
    with acting(**scope_of(world, "consulted")):
        assert rows("SELECT 1 FROM dossiers_dossier WHERE id = %s", world.dossiers["checking"].pk)
        assert not rows("SELECT 1 FROM dossiers_dossier WHERE id = %s", early)
        for table in ("dossiers_task", "dossiers_paper", "dossiers_dossierevent"):
            assert not rows(f"SELECT 1 FROM {table} WHERE dossier_id = %s", early)


def test_news_of_a_dossier_is_for_the_agency_it_is_written_for(world: World) -> None:
    news = "SELECT 1 FROM events_event WHERE payload ? 'code'"
    for who in (*OUTSIDERS, "citizen"):
        with acting(**scope_of(world, who)):
            assert not rows(news), who
    with acting(**scope_of(world, "one-stop")):
        assert rows(news)


@pytest.mark.parametrize("table", OF_DOSSIERS)
def test_outsiders_change_nothing(world: World, table: str) -> None:
    with acting(**scope_of(world, "citizen")):
        (row,), (column,) = _sample(table), _changeable(table)
    for who in OUTSIDERS:
        assert _changed(world, who, f"UPDATE {table} SET {column} = {column}") == 0, who
        assert _changed(world, who, f"DELETE FROM {table}") == 0, who
        slipped_in = f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s)"
        assert _changed(world, who, slipped_in, json.dumps(row)) == 0, who


def test_a_citizen_puts_nothing_under_another_citizens_name(world: World) -> None:
    with acting(**scope_of(world, "citizen")):
        (row,) = _sample("dossiers_dossier")
    statement = "INSERT INTO dossiers_dossier SELECT * FROM jsonb_populate_record(NULL::dossiers_dossier, %s)"
    assert _changed(world, "other-citizen", statement, json.dumps(row | {"id": 10**9, "code": "another"})) == 0


def _sample(table: str) -> Iterator[dict[str, Any]]:
    [(row,)] = rows(f"SELECT to_jsonb(t) FROM {table} t LIMIT 1")
    yield (json.loads(row) if isinstance(row, str) else row) | {"id": _fresh(table)}


def _fresh(table: str) -> Any:
    return "00000000-0000-4000-8000-000000000000" if table == "forms_draft" else 10**9


def _changeable(table: str) -> Iterator[str]:
    found = rows(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND has_column_privilege(attrelid, attnum, 'UPDATE') ORDER BY attnum LIMIT 1",
        table,
    )
    yield found[0][0] if found else "id"


def _changed(world: World, who: str, statement: str, *values: Any) -> int:
    """How many rows a statement changes; none where the database refuses it as not permitted."""
    try:
        with transaction.atomic(), acting(**scope_of(world, who)), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.rowcount)
    except Error as refusal:
        if getattr(refusal.__cause__, "sqlstate", "") != "42501":  # insufficient_privilege
            raise
        return 0
