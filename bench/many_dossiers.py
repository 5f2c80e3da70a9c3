"""So many dossiers, made in the database itself by a published seed: no person and no place of them is real.

One in twenty is open, among the newest. They spread over a year in order, over the procedures that are offered and the
steps of each process, over the agencies of the sample and a hundred others; a dossier's data are 1.2 KB. Everything is
a function of the dossier's number and the seed.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from bench.steps import answers_of

SEED = 20261127
OTHERS = 100  # agencies of a province that the sample has no officials of; they have eight in ten dossiers
PERSONS_EACH = 3  # dossiers of a person
AT_ONCE = 100_000
TABLES = ("dossiers_dossier", "dossiers_task", "dossiers_dossierevent")
FAMILIES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Giàng Vàng Sùng Thào".split()
MIDDLES = "Văn Thị Hữu Đức Thanh Minh Ngọc Quang Thu Xuân Mạnh Kim Bá Đình Hồng Gia".split()
GIVEN = ("An Bình Chi Dung Giang Hà Hải Hạnh Hiếu Hoa Hùng Hương Khánh Lan Linh Long Mai Nam Nga Ngân Nhung Phong Phúc"
         " Quân Quỳnh Sơn Tâm Thảo Thắng Trang Tuấn Vân Vinh Yến").split()  # fmt: skip

CHANCE = f"abs(hashint8extended(i * 64 + {{}}, {SEED}))"
KINDS = "CREATE TEMP TABLE kinds (n int PRIMARY KEY, version bigint, hash text, code text, made jsonb)"
NUMBERED = f"""
CREATE TEMP TABLE numbered AS
SELECT i, k.version, k.hash, k.made ->> 'case' AS "case", coalesce(p.other, k.made ->> 'receiving') AS receiving,
       coalesce(p.other, k.made ->> 'responsible') AS responsible, coalesce(p.other, k.made ->> 'agency') AS agency,
       k.made ->> 'step' AS step,
       k.made ->> 'first' AS first, k.made ->> 'first_role' AS first_role, k.made ->> 'role' AS role,
       k.code AS procedure,
       CASE WHEN p.other IS NULL THEN
           ARRAY(SELECT DISTINCT x FROM unnest(ARRAY[k.made ->> 'receiving', k.made ->> 'responsible',
                                                     k.made ->> 'agency']) AS x ORDER BY x)
           ELSE ARRAY[p.other] END AS agencies,
       i > %(count)s * 0.92 AND {CHANCE.format(4)} %% 8 < 5 AS open,
       %(now)s::timestamptz - make_interval(secs => 31536000 * (1 - i / %(count)s::float8) + 60) AS submitted,
       '9' || lpad((1 + {CHANCE.format(3)} %% greatest(%(count)s / {PERSONS_EACH}, 1))::text, 11, '0') AS person
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i
JOIN kinds k ON k.n = {CHANCE.format(1)} %% (SELECT count(*) FROM kinds)
CROSS JOIN LATERAL (SELECT CASE WHEN {CHANCE.format(5)} %% 10 < 8 THEN
    'H38.9' || lpad(({CHANCE.format(6)} %% {OTHERS})::text, 2, '0') END AS other) AS p
"""  # noqa: S608 - numbers of this file
NAMED = """
CREATE TEMP TABLE named AS
SELECT n.*, receiving || '-' || to_char(submitted, 'YYYYMMDD') || '-' || lpad(i::text, 7, '0') AS dossier,
       upper(substr(translate(md5(i::text || '{seed}'), '01', '23'), 1, 12)) AS secret,
       (%(families)s::text[])[1 + abs(hashtext(person || 'a')) %% {families}] || ' '
       || (%(middles)s::text[])[1 + abs(hashtext(person || 'b')) %% {middles}] || ' '
       || (%(given)s::text[])[1 + abs(hashtext(person || 'c')) %% {given}] AS name
FROM numbered n
""".format(seed=SEED, families=len(FAMILIES), middles=len(MIDDLES), given=len(GIVEN))  # noqa: UP032
VALUES = {
    "id": "i", "code": "dossier", "procedure_id": "version", '"case"': '"case"', "channel": "1 + i % 2",
    "applicant": "person", "applicant_name": "name",
    "answers": "jsonb_build_object('full_name', name, 'area', 50 + i % 300, 'description', %(description)s::text || i)",
    "receiving": "receiving", "responsible": "responsible", "agencies": "agencies",
    "status": "CASE WHEN open THEN 4 ELSE 10 END", "submitted_at": "submitted",
    "promised_at": "submitted + interval '20 days'", "accepted_at": "submitted + interval '3 hours'",
    "due_at": "submitted + interval '20 days' + (i % 40) * interval '1 day'",
    "finished_at": "CASE WHEN open THEN NULL ELSE submitted + interval '9 days' + (i % 20) * interval '1 day' END",
    "returned_at": "CASE WHEN open THEN NULL ELSE submitted + interval '10 days' + (i % 20) * interval '1 day' END",
    "supplements": "(i % 11 = 0)::int", "suspensions": "'[]'::jsonb",
    '"limit"': "'{\"amount\": 20, \"unit\": \"calendar_day\"}'::jsonb", "facts": "'{}'::jsonb",
    "waiting": "ARRAY[]::varchar[]", "returned_way": "CASE WHEN open THEN '' ELSE 'counter' END", "returned_note": "''",
    "rule_pack": "%(pack)s", "tracking_secret": "secret",
    "tracking_digest": "encode(sha256(convert_to(dossier || ':' || secret, 'UTF8')), 'hex')",
    "receipt": "jsonb_build_object('content', jsonb_build_object('kind', 'dossier-submitted', 'code', dossier,"
    " 'procedure', procedure, 'procedure_hash', hash, 'agency', receiving, 'submitted_at', submitted,"
    " 'promised_at', submitted + interval '20 days', 'papers', '[]'::jsonb), 'salt', md5(dossier) || md5(secret),"
    " 'leaf', encode(sha256(convert_to(dossier, 'UTF8')), 'hex'), 'promise', md5(secret) || md5(dossier || secret)"
    " || md5(secret || dossier), 'proof', NULL)",
    "entry": "i",
}  # fmt: skip
TASKS = """
INSERT INTO dossiers_task (dossier_id, step, role, agency, opened_at, due_at, suspends, asked, claimed_by, assigned_by,
                           closed_at, closed_by, outcome, reason, findings, facts)
SELECT i, first, first_role, receiving, submitted, submitted + interval '8 hours', false, false, '', '',
       submitted + interval '3 hours', 'bench.one', 'accept', '', '', '{}'::jsonb FROM named
 WHERE NOT open OR first <> step
UNION ALL
SELECT i, step, role, agency, submitted + interval '3 hours',
       CASE WHEN i % 3 = 0 THEN NULL ELSE submitted + interval '5 days' + (i % 60) * interval '1 day' END,
       false, false, CASE WHEN i % 2 = 0 THEN 'bench.' || (i % 7) ELSE '' END, '',
       CASE WHEN open THEN NULL ELSE submitted + interval '9 days' END, CASE WHEN open THEN '' ELSE 'bench.two' END,
       CASE WHEN open THEN '' ELSE 'pass' END, '', '', '{}'::jsonb FROM named WHERE open OR first <> step
"""
EVENTS = """
INSERT INTO dossiers_dossierevent (dossier_id, at, kind, status, step, agency, actor, reason, public)
SELECT i, submitted, 'submitted', 1, '', '', 'account:' || i % 300000, '', true FROM named
UNION ALL SELECT i, submitted + interval '3 hours', 'intake:accept', 2, first, receiving, 'bench.one', '', true
FROM named
UNION ALL SELECT i, submitted + interval '9 days', 'appraisal:pass', 10, step, agency, 'bench.two', '', true
FROM named WHERE NOT open
"""


def make(admin: str, first: int, last: int, kinds: list[dict[str, Any]], *, now: Any, count: int, pack: str) -> None:
    """Make the dossiers numbered from `first` to `last` of `count`, past the policies as their administrator."""
    words = {"description": answers_of(0)["description"][:1000], "pack": pack, "families": FAMILIES,
             "middles": MIDDLES, "given": GIVEN, "now": now, "count": count}  # fmt: skip
    with psycopg.connect(make_conninfo(admin, dbname="maidinh"), autocommit=True) as connection:
        run = connection.execute
        run("SET session_replication_role = replica")  # the keys are right, and checked by nobody twenty million times
        run("SET synchronous_commit = off")
        run("SET maintenance_work_mem = '256MB'")
        indexes = _without_indexes(connection) if last - first > AT_ONCE else []
        triggers = _without_triggers(connection)
        run(KINDS)
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO kinds VALUES (%s, %s, %s, %s, %s)",
                               [(n, each["version"], each["hash"], each["code"], json.dumps(each["made"]))
                                for n, each in enumerate(kinds)])  # fmt: skip
        known = {row[0] for row in run("SELECT column_name FROM information_schema.columns"
                                       " WHERE table_name = 'dossiers_dossier'").fetchall()}  # fmt: skip
        values = {name: value for name, value in VALUES.items() if name.strip('"') in known}
        dossiers = f"INSERT INTO dossiers_dossier ({', '.join(values)}) SELECT {', '.join(values.values())} FROM named"  # noqa: S608
        for begin in range(first, last + 1, AT_ONCE):
            part = words | {"first": begin, "last": min(begin + AT_ONCE - 1, last)}
            for statement in (NUMBERED, NAMED):
                run(psycopg.ClientCursor(connection).mogrify(statement, part))
            run(psycopg.ClientCursor(connection).mogrify(dossiers.replace(" % ", " %% "), part))
            for statement in (TASKS, EVENTS, "DROP TABLE numbered, named"):
                run(statement)
        for each in (*triggers, *indexes):
            run(each)
        for table in TABLES:
            run(f"VACUUM (ANALYZE) {table}")
            run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608


def _without_triggers(connection: psycopg.Connection[Any]) -> list[str]:
    """Disable what refuses rows that nobody submitted; how to enable it again as it was."""
    found = connection.execute(
        "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        " AND tgrelid = ANY(%s::regclass[])", [list(TABLES)],
    ).fetchall()  # fmt: skip
    for table, name, _ in found:
        connection.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
    always = {"A": "ENABLE ALWAYS", "R": "ENABLE REPLICA", "O": "ENABLE"}
    return [f'ALTER TABLE {table} {always[how]} TRIGGER "{name}"' for table, name, how in found]


def _without_indexes(connection: psycopg.Connection[Any]) -> list[str]:
    """Drop the indexes that hold no constraint; how to make them again."""
    found = connection.execute(
        "SELECT i.indexname, i.indexdef FROM pg_indexes i JOIN pg_class c ON c.relname = i.indexname"
        " LEFT JOIN pg_constraint k ON k.conindid = c.oid WHERE i.tablename = ANY(%s) AND k.oid IS NULL",
        [list(TABLES)],
    ).fetchall()
    for name, _ in found:
        connection.execute(f'DROP INDEX "{name}"')
    return [made for _, made in found]


def secret_of(number: int) -> str:
    """The secret on the receipt of the dossier with this number."""
    digest = hashlib.md5(f"{number}{SEED}".encode()).hexdigest()  # noqa: S324 - a seed, no secret
    return digest.translate(str.maketrans("01", "23"))[:12].upper()
