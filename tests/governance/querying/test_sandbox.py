"""A rule can read the model and nothing else, for a second and no longer; each refusal says why."""

from __future__ import annotations

import time
from datetime import date

import pytest

from maidinh.governance.querying.apart import ask_apart
from maidinh.governance.querying.loading import Image, load
from maidinh.governance.querying.sandbox import SQL_LENGTH, Refused, ask
from tests.governance.querying.building import model

DAY = date(2026, 10, 1)
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS subject FROM n WHERE i < 0"
GROWING = (
    "WITH RECURSIVE n(i) AS (SELECT 'xxxxxxxxxx' UNION ALL SELECT i || i FROM n) SELECT length(i) AS subject FROM n"
)


@pytest.fixture(scope="module")
def image() -> Image:
    elements = [{"id": f"e{number}", "description": {"vi": "Mô tả " * 20}} for number in range(300)]
    return load(model(elements, [("serving", "e0", f"e{number}") for number in range(1, 300)]), as_of=DAY)


@pytest.mark.parametrize(
    ("sql", "kind", "said"),
    [
        ("", "empty", "SELECT"),
        ("SELECT '" + "x" * SQL_LENGTH + "'", "too-long", "longer"),
        ("DELETE FROM element", "not-a-question", "SELECT"),
        ("WITH x AS (SELECT 1) DELETE FROM element", "not-allowed", "DELETE"),
        ("WITH x AS (SELECT 1) UPDATE element SET id = 'x'", "not-allowed", "only reads"),
        ("WITH x AS (SELECT 1) INSERT INTO zone SELECT * FROM element", "not-allowed", "INSERT"),
        ("ATTACH 'x' AS y", "not-a-question", "SELECT"),
        ("PRAGMA user_version", "not-a-question", "SELECT"),
        ("EXPLAIN SELECT 1", "not-a-question", "SELECT"),
        ("SELECT 1 AS subject; DROP TABLE element", "not-allowed", "semicolon"),
        ("SELECT * FROM pragma_database_list", "not-allowed", "open to rules"),
        ("SELECT count(*) AS subject FROM pragma_table_list", "not-allowed", "open to rules"),
        ("SELECT name AS subject FROM sqlite_master", "not-allowed", "sqlite_master"),
        ("SELECT count(*) AS subject FROM sqlite_schema", "not-allowed", "sqlite_schema"),
        ("SELECT value AS subject FROM json_each('[1]')", "not-allowed", "open to rules"),
        ("SELECT load_extension('x') AS subject", "not-allowed", "load_extension"),
        ("SELECT ? AS subject", "not-allowed", "no parameters"),
        ("SELECT randomblob(1000000000) AS subject", "not-allowed", "randomblob"),
        ("SELECT zeroblob(1000000000) AS subject", "not-allowed", "zeroblob"),
        ("SELECT id AS subject FROM element ORDER BY random()", "not-allowed", "random"),
        ("SELECT current_date AS subject", "not-allowed", "current_date"),
        ("SELECT date('now') AS subject", "not-allowed", "as_of"),
        ("SELECT readfile('/etc/hostname') AS subject", "unknown-name", "readfile"),
        ("SELECT x'00' AS subject", "not-allowed", "bytes"),
        ('SELECT id AS subject FROM element WHERE kindd = "system"', "double-quotes", "misspelt"),
        ("SELECT id AS subject FROM element WHERE owner = NULL", "null-comparison", "IS NULL"),
        ("SELECT id AS subject FROM element WHERE owner <> null", "null-comparison", "IS NULL"),
        ("SELECT id AS subject FROM element WHERE owner IN (NULL)", "null-comparison", "IS NULL"),
        ("SELECT id AS subject FROM elemen", "unknown-name", "elemen"),
        ("SELECT idd AS subject FROM element", "unknown-name", "idd"),
        ("SELECT id AS subject FROM", "syntax", "incomplete"),
        ("SELECT a.id AS subject FROM element a, element b, element c", "too-many-rows", "rows"),
        (f"SELECT '{'x' * 12_000}' AS subject, replace('xx', 'x', '{'y' * 6_000}') AS b", "too-large", "a row"),
        (GROWING, "too-large", "too large"),
        ("SELECT group_concat(a.description) AS subject FROM element a, element b", "too-large", "too large"),
    ],
)  # fmt: skip
def test_what_a_rule_may_not_do_is_refused_with_the_reason(image: Image, sql: str, kind: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(image.connection, sql)
    assert refused.value.kind == kind
    assert said in refused.value.text
    assert image.connection.execute("SELECT count(*) FROM element").fetchone() == (300,)


@pytest.mark.parametrize(
    "sql",
    [
        ENDLESS,
        "SELECT count(*) AS subject FROM relation a, relation b, relation c, relation d",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n) SELECT count(*) AS subject FROM n",
    ],
)
def test_what_takes_too_long_is_stopped(image: Image, sql: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Refused, match="loops or joins") as refused:
        ask(image.connection, sql, seconds=0.1)
    assert refused.value.kind == "too-slow"
    assert time.monotonic() - begun < 2


def test_the_clock_is_whoevers_asks(image: Image) -> None:
    ticks = iter(range(1_000_000))
    with pytest.raises(Refused) as refused:
        ask(image.connection, ENDLESS, seconds=5, clock=lambda: float(next(ticks)))
    assert refused.value.kind == "too-slow"


def test_after_a_refusal_the_next_rule_runs(image: Image) -> None:
    with pytest.raises(Refused):
        ask(image.connection, ENDLESS, seconds=0.05)
    found = ask(image.connection, "SELECT id AS subject FROM element WHERE id = 'e1'")
    assert found.rows == (("e1",),)


def test_the_footprint_names_the_columns_that_are_read(image: Image) -> None:
    found = ask(
        image.connection,
        "WITH s AS (SELECT id, owner FROM system) SELECT s.id AS subject FROM s JOIN serving v ON v.source = s.id "
        "WHERE s.owner IS NULL",
    )
    assert found.footprint == {("system", "id"), ("system", "owner"), ("serving", "source")}
    assert len(found.rows) == 299


def test_counting_rows_alone_reads_the_table(image: Image) -> None:
    assert ("element", "") in ask(image.connection, "SELECT count(*) AS subject FROM element").footprint


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("lower('ĐẤT ĐAI')", "đất đai"),
        ("fold('Đăng ký  Đất')", "dang ky dat"),
        ("date('2026-01-31', '+1 month')", "2026-02-28"),
        ("date('2024-02-29', '-1 year')", "2023-02-28"),
        ("date('2026-12-31', '+1 day')", "2027-01-01"),
        ("date('2026-12-31', '+1 fortnight')", None),
        ("date(NULL)", None),
        ("days('2026-01-01', '2026-03-01')", 59),
        ("days(NULL, '2026-03-01')", None),
        ("'it''s ''said'''", "it's 'said'"),
        ("'NULL = NULL -- \"'", 'NULL = NULL -- "'),
    ],
)
def test_functions_know_vietnamese_and_days(image: Image, expression: str, value: str | int | None) -> None:
    assert ask(image.connection, f"SELECT {expression} AS subject").rows == ((value,),)


def test_a_rule_that_somebody_just_wrote_runs_in_a_process_of_its_own(image: Image) -> None:
    found = ask_apart(image.connection, "SELECT id AS subject, owner FROM element WHERE fold(id) = 'e7'")
    assert (found.columns, found.rows) == (("subject", "owner"), (("e7", None),))
    assert ("element", "owner") in found.footprint


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sql", "kind"), [(ENDLESS, "too-slow"), ("SELECT hex(1) AS subject", "not-allowed"), (GROWING, "too-large")]
)
def test_the_other_process_says_what_was_wrong(image: Image, sql: str, kind: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Refused) as refused:
        ask_apart(image.connection, sql, seconds=0.3)
    assert refused.value.kind == kind
    assert time.monotonic() - begun < 4
