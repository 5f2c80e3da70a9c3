from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db.migrations import RunSQL

from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.database.policies import (
    AGENCIES_OVERLAP,
    AGENCY_OF,
    ANY_OF,
    EVERY_ROW,
    PERSON_IS,
    TRACKING_IS,
    VISIBLE_WITH,
    Rows,
    append_only,
    grant,
    protect,
)

ALL = "SELECT, INSERT, UPDATE, DELETE"
AN = "11111111-1111-1111-1111-111111111111"
BINH = "22222222-2222-2222-2222-222222222222"
TABLES = """
CREATE TABLE dossier (id int PRIMARY KEY, agency varchar(20) NOT NULL, seen_by text[] NOT NULL, person uuid, code text);
CREATE TABLE paper (id int PRIMARY KEY, dossier_id int NOT NULL REFERENCES dossier, code text);
CREATE INDEX ON dossier (person);
CREATE INDEX ON dossier (agency);
"""
MIGRATION = [
    protect(
        "dossier",
        web=Rows(
            using=ANY_OF(
                AGENCY_OF("agency"), AGENCIES_OVERLAP("seen_by"), PERSON_IS("person", "uuid"), TRACKING_IS("code")
            ),
            check=AGENCY_OF("agency"),
        ),
        worker={"SELECT": EVERY_ROW, "UPDATE": Rows(PERSON_IS("person"))},
    ),
    protect("paper", web=VISIBLE_WITH("paper", "dossier_id", "dossier")),
    grant("dossier", "web", ALL),
    grant("dossier", "worker", ["select", "update"]),
    grant("paper", "web", ALL),
]
ROWS = [(1, "A", ["A"], AN, "x"), (2, "B", ["B"], BINH, "y"), (3, "B", ["A", "B"], None, None), (4, "", [""], None, "")]


def run(owner: psycopg.Connection, operations: list[RunSQL], *, back: bool = False) -> None:
    for operation in reversed(operations) if back else operations:
        for statement in operation.reverse_sql if back else operation.sql:
            owner.execute(statement)


@pytest.fixture
def owner(prepared: Connections) -> Iterator[psycopg.Connection]:
    with psycopg.connect(prepared.dsn("owner"), autocommit=True) as connection:
        connection.execute(TABLES)
        for row in ROWS:
            connection.execute("INSERT INTO dossier VALUES (%s, %s, %s, %s, %s)", row)
            connection.execute("INSERT INTO paper VALUES (%s, %s, 'c')", [row[0] * 10, row[0]])
        run(connection, MIGRATION)
        yield connection
        connection.execute("DROP TABLE paper, dossier")


def seen(
    connections: Connections, query: str = "SELECT id FROM dossier", *, role: str = "web", **told: str
) -> list[int]:
    with psycopg.connect(connections.dsn(role)) as connection:
        for name, value in told.items():
            connection.execute("SELECT set_config(%s, %s, true)", [f"maidinh.{name}", value])
        return sorted(row[0] for row in connection.execute(query).fetchall())


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, []),
        ({"agencies": "", "person": "", "tracking": ""}, []),
        ({"agencies": "A"}, [1, 3]),
        ({"agencies": "B"}, [2, 3]),
        ({"agencies": "A,B"}, [1, 2, 3]),
        ({"agencies": "a"}, []),
        ({"agencies": "A%"}, []),
        ({"person": AN}, [1]),
        ({"person": AN.replace("1", "3")}, []),
        ({"tracking": "y"}, [2]),
        ({"agencies": "A", "person": BINH, "tracking": "none"}, [1, 2, 3]),
    ],
)
def test_rows_exist_for_those_they_concern(
    prepared: Connections, owner: psycopg.Connection, told: dict[str, str], expected: list[int]
) -> None:
    assert seen(prepared, **told) == expected
    assert seen(prepared, "SELECT dossier_id FROM paper", **told) == expected


def test_what_was_told_ends_with_the_transaction(prepared: Connections, owner: psycopg.Connection) -> None:
    with psycopg.connect(prepared.dsn("web")) as web:
        web.execute("SELECT set_config('maidinh.agencies', 'A', true)")
        assert web.execute("SELECT count(*) FROM dossier").fetchone() == (2,)
        web.commit()
        assert web.execute("SELECT count(*) FROM dossier").fetchone() == (0,)


def test_writing_is_held_to_its_own_condition(prepared: Connections, owner: psycopg.Connection) -> None:
    with psycopg.connect(prepared.dsn("web"), autocommit=True) as web:
        web.execute("SELECT set_config('maidinh.agencies', 'A', false)")
        web.execute("INSERT INTO dossier VALUES (5, 'A', '{}', null, null)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            web.execute("INSERT INTO dossier VALUES (6, 'B', '{A}', null, null)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            web.execute("UPDATE dossier SET agency = 'B' WHERE id = 1")
        assert web.execute("UPDATE dossier SET code = 'z' WHERE id = 2").rowcount == 0
        assert web.execute("DELETE FROM dossier WHERE id = 2").rowcount == 0
    with psycopg.connect(prepared.dsn("worker"), autocommit=True) as worker:
        worker.execute("SELECT set_config('maidinh.person', %s, false)", [AN])
        assert worker.execute("SELECT count(*) FROM dossier").fetchone() == (5,)
        assert worker.execute("UPDATE dossier SET code = 'z'").rowcount == 1
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
            worker.execute("DELETE FROM dossier")


def test_who_sees_the_whole_may_be_kept_from_writing_parts(prepared: Connections, owner: psycopg.Connection) -> None:
    run(owner, [protect("paper", web=VISIBLE_WITH("paper", "dossier_id", "dossier"))], back=True)
    part = VISIBLE_WITH("paper", "dossier_id", "dossier", where=AGENCIES_OVERLAP("seen_by"))
    run(owner, [protect("paper", web={"SELECT": EVERY_ROW, "INSERT": part, "UPDATE": part})])
    with psycopg.connect(prepared.dsn("web"), autocommit=True) as web:
        web.execute("SELECT set_config('maidinh.tracking', 'x', false), set_config('maidinh.agencies', 'B', false)")
        assert web.execute("SELECT id FROM dossier ORDER BY id").fetchall() == [(1,), (2,), (3,)]
        assert web.execute("UPDATE paper SET code = 'd'").rowcount == 2
        assert web.execute("UPDATE paper SET code = 'd' WHERE dossier_id = 1").rowcount == 0
        web.execute("INSERT INTO paper VALUES (21, 2, 'c')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            web.execute("INSERT INTO paper VALUES (11, 1, 'c')")


def test_no_role_passes_over_the_policies(prepared: Connections, owner: psycopg.Connection) -> None:
    assert owner.execute("SELECT count(*) FROM dossier").fetchone() == (0,)
    for role in ("web", "gateway", "worker", "sequencer"):
        with psycopg.connect(prepared.dsn(role), autocommit=True) as connection:
            for statement in (
                "ALTER TABLE dossier DISABLE ROW LEVEL SECURITY",
                "DROP POLICY web_all ON dossier",
                "SET ROLE postgres",
                f"ALTER ROLE maidinh_{role} BYPASSRLS",
                "TRUNCATE dossier",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
            # Switched off it does not show more rows, it refuses.
            connection.execute("SET row_security = off")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT count(*) FROM paper")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        seen(prepared, role="gateway")


def test_the_conditions_use_indexes(prepared: Connections, owner: psycopg.Connection) -> None:
    run(owner, [protect("dossier", web=EVERY_ROW)], back=True)
    owner.execute("SET enable_seqscan = off")
    for condition in (AGENCY_OF("agency"), PERSON_IS("person", "uuid")):
        plan = owner.execute(f"EXPLAIN SELECT 1 FROM dossier WHERE {condition}").fetchall()
        assert any("Index Cond" in line for (line,) in plan), plan
    run(owner, [protect("dossier", web=EVERY_ROW)])


def test_the_way_back_leaves_nothing(prepared: Connections, owner: psycopg.Connection) -> None:
    run(owner, MIGRATION, back=True)
    left = owner.execute("SELECT count(*) FROM pg_policies WHERE tablename IN ('dossier', 'paper')").fetchone()
    forced = owner.execute("SELECT relrowsecurity OR relforcerowsecurity FROM pg_class WHERE relname = 'dossier'")
    assert (left, forced.fetchone()) == ((0,), (False,))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        seen(prepared)
    run(owner, MIGRATION)


@pytest.mark.parametrize("statement", ["UPDATE entry SET words = 'b'", "DELETE FROM entry", "TRUNCATE entry",
                                       "UPDATE entry SET words = 'b' WHERE false", "DELETE FROM whole"])  # fmt: skip
def test_append_only_rows_stay_even_for_the_owner_and_a_superuser(prepared: Connections, statement: str) -> None:
    with psycopg.connect(prepared.dsn("owner"), autocommit=True) as owner:
        owner.execute("CREATE TABLE whole (id int PRIMARY KEY)")
        owner.execute("CREATE TABLE entry (words text, whole_id int REFERENCES whole ON DELETE CASCADE)")
        owner.execute("INSERT INTO whole VALUES (1)")
        operation = append_only("entry")
        run(owner, [operation])
        try:
            owner.execute("INSERT INTO entry VALUES ('a', 1) ON CONFLICT DO NOTHING")
            with pytest.raises(psycopg.errors.RestrictViolation, match="rows of entry are kept"):
                owner.execute(statement)
            with psycopg.connect(prepared.admin_dsn, dbname=prepared.database, autocommit=True) as superuser:
                superuser.execute("SET session_replication_role = replica")
                if "whole" not in statement:
                    with pytest.raises(psycopg.errors.RestrictViolation):
                        superuser.execute(statement)
            assert owner.execute("SELECT words FROM entry").fetchall() == [("a",)]
            run(owner, [operation], back=True)
            owner.execute("UPDATE entry SET words = 'b'")
        finally:
            owner.execute("DROP TABLE entry, whole")


def test_append_only_holds_for_partitions_and_spares_excepted_columns(prepared: Connections) -> None:
    with psycopg.connect(prepared.dsn("owner"), autocommit=True) as owner:
        owner.execute("CREATE TABLE entry (id int, words text, proof text) PARTITION BY RANGE (id)")
        owner.execute("CREATE TABLE entry_1 PARTITION OF entry FOR VALUES FROM (0) TO (10)")
        run(owner, [append_only("entry", except_columns=["proof"])])
        try:
            owner.execute("INSERT INTO entry VALUES (1, 'a', null)")
            owner.execute("UPDATE entry SET proof = 'p'")
            for statement in ("UPDATE entry_1 SET words = 'b'", "UPDATE entry SET words = 'b', proof = 'q'",
                              "DELETE FROM entry_1", "DELETE FROM entry", "TRUNCATE entry"):  # fmt: skip
                with pytest.raises(psycopg.errors.RestrictViolation):
                    owner.execute(statement)
            assert owner.execute("SELECT * FROM entry").fetchall() == [(1, "a", "p")]
        finally:
            owner.execute("DROP TABLE entry")


@pytest.mark.parametrize("name", ['x"; DROP TABLE y; --', "Upper", "", "a b"])
def test_names_that_are_none_are_refused(name: str) -> None:
    for build in (
        AGENCY_OF,
        PERSON_IS,
        append_only,
        lambda n: protect(n, web=EVERY_ROW),
        lambda n: grant(n, "web", ALL),
    ):
        with pytest.raises(ValueError, match="no name"):
            build(name)


def test_unknown_roles_privileges_and_commands_are_refused() -> None:
    with pytest.raises(ValueError, match="admin"):
        grant("dossier", "admin", ALL)
    with pytest.raises(ValueError, match="TRUNCATE"):
        grant("dossier", "web", "SELECT, TRUNCATE")
    with pytest.raises(ValueError, match="EXPLAIN"):
        protect("dossier", web={"EXPLAIN": EVERY_ROW})
