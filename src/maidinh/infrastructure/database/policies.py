"""Row-level security, privileges and append-only tables, written once for the migrations of every app.

Layer 7, infrastructure. A condition is SQL over the row; the names in capitals below build the usual ones from who
acts, which `scope.acting` tells the database in each transaction. Where nobody has been told, no row matches.
"""

# ruff: noqa: N802 - in a migration the conditions are read as SQL

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import migrations

from maidinh.infrastructure.database.roles import ROLES, role_name

NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")
EVERY_ROW = "true"
REFUSAL = "maidinh_refuse_change"


@dataclass(frozen=True)
class Rows:
    """Which rows are seen, and which may be written where that differs."""

    using: str
    check: str | None = None


Condition = str | Rows
Policy = Condition | Mapping[str, Condition]  # one condition for every command, or one each for some of COMMANDS


def AGENCY_OF(column: str) -> str:
    """The row's agency is one of those the actor acts for."""
    return f"{_quoted(column)} = ANY ((SELECT string_to_array({_setting('agencies')}, ','))::text[])"


def AGENCIES_OVERLAP(column: str) -> str:
    """One of the row's agencies (text[]) is one of those the actor acts for."""
    return f"{_quoted(column)}::text[] && (SELECT string_to_array({_setting('agencies')}, ','))::text[]"


def PERSON_IS(column: str, kind: str | None = None) -> str:
    """The row is the acting person's; name the column's type if it is not text, and an index on it is used."""
    return _equals(column, "person", kind)


def TRACKING_IS(column: str, kind: str | None = None) -> str:
    """The row is the one whose tracking code the visitor has given."""
    return _equals(column, "tracking", kind)


def VISIBLE_WITH(table: str, column: str, parent: str, key: str = "id", *, where: str | None = None) -> str:
    """The row is seen where the row it belongs to is seen: the parent's own policy decides.

    Who may see the whole may not always write its parts: `where` is a further condition over the parent's columns.
    """
    of_row = f"{_quoted(table)}.{_quoted(column)}"
    more = "" if where is None else f" AND ({where})"
    return f"EXISTS (SELECT 1 FROM {_quoted(parent)} AS whole WHERE whole.{_quoted(key)} = {of_row}{more})"  # noqa: S608 - quoted names


def ANY_OF(*conditions: str) -> str:
    """At least one of the conditions holds."""
    return " OR ".join(f"({condition})" for condition in conditions)


def ALL_OF(*conditions: str) -> str:
    """Every one of the conditions holds."""
    return " AND ".join(f"({condition})" for condition in conditions)


def protect(
    table: str,
    *,
    web: Policy | None = None,
    gateway: Policy | None = None,
    worker: Policy | None = None,
    sequencer: Policy | None = None,
    owner: Policy | None = None,
) -> migrations.RunSQL:
    """Force row-level security on a table; a role without a policy sees nothing, the owner included.

    The owner needs a policy only where later migrations read or change the rows. Privileges are apart: see `grant`.
    """
    forward = [
        f"ALTER TABLE {_quoted(table)} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {_quoted(table)} FORCE ROW LEVEL SECURITY",
    ]
    backward = [
        f"ALTER TABLE {_quoted(table)} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {_quoted(table)} DISABLE ROW LEVEL SECURITY",
    ]
    policies = {"web": web, "gateway": gateway, "worker": worker, "sequencer": sequencer, "owner": owner}
    for role, policy in policies.items():
        if policy is None:
            continue
        by_command = policy if isinstance(policy, Mapping) else {"ALL": policy}
        for command, condition in by_command.items():
            forward.append(_policy(table, role, command, condition))
            backward.insert(0, f"DROP POLICY {_policy_name(role, command)} ON {_quoted(table)}")
    return migrations.RunSQL(forward, backward)


def grant(table: str, role: str, privileges: str | Iterable[str], columns: Iterable[str] = ()) -> migrations.RunSQL:
    """Let a role use a table: `grant("fees_fee", "web", "SELECT, INSERT")`; columns narrow what may be set or read."""
    words = privileges.split(",") if isinstance(privileges, str) else list(privileges)
    names = [word.strip().upper() for word in words]
    if not names or not set(names) <= set(COMMANDS):
        raise ValueError(f"privileges are some of {', '.join(COMMANDS)}, not {privileges!r}")
    narrowed = f" ({', '.join(_quoted(column) for column in columns)})" if (columns := list(columns)) else ""
    what = ", ".join(name + narrowed for name in names)
    forward = f"GRANT {what} ON {_quoted(table)} TO {role_name(role)}"
    return migrations.RunSQL([forward], [f"REVOKE {what} ON {_quoted(table)} FROM {role_name(role)}"])


def append_only(table: str, *, except_columns: Iterable[str] = ()) -> migrations.RunSQL:
    """Refuse to change, remove or empty rows to everyone, the owner too; columns filled in later may be excepted."""
    columns = [_checked(column) for column in except_columns]
    arguments = ", ".join(f"'{column}'" for column in columns)
    at_once = "DELETE OR TRUNCATE" if columns else "UPDATE OR DELETE OR TRUNCATE"
    name, target = f"{REFUSAL}_rows", _quoted(table)
    # By row as well, because a partition written to directly passes by its parent's statement trigger.
    forward = [
        _REFUSAL_FUNCTION,
        f"CREATE TRIGGER {REFUSAL} BEFORE {at_once} ON {target} FOR EACH STATEMENT EXECUTE FUNCTION {REFUSAL}()",
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {target}"
        f" FOR EACH ROW EXECUTE FUNCTION {REFUSAL}({arguments})",
        f"ALTER TABLE {target} ENABLE ALWAYS TRIGGER {REFUSAL}",
        f"ALTER TABLE {target} ENABLE ALWAYS TRIGGER {name}",
    ]
    return migrations.RunSQL(forward, [f"DROP TRIGGER {each} ON {target}" for each in (REFUSAL, name)])


_REFUSAL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {REFUSAL}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_LEVEL = 'ROW' AND TG_NARGS > 0 THEN
        IF (to_jsonb(OLD) - TG_ARGV)::text = (to_jsonb(NEW) - TG_ARGV)::text THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are kept as they were written', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def _policy(table: str, role: str, command: str, condition: Condition) -> str:
    rows = condition if isinstance(condition, Rows) else Rows(condition)
    statement = f"CREATE POLICY {_policy_name(role, command)} ON {_quoted(table)} FOR {command} TO {role_name(role)}"
    if command != "INSERT":
        statement += f" USING ({rows.using})"
    if command == "INSERT" or rows.check is not None:
        statement += f" WITH CHECK ({rows.using if rows.check is None else rows.check})"
    return statement


def _policy_name(role: str, command: str) -> str:
    if command not in (*COMMANDS, "ALL") or role not in ROLES:
        raise ValueError(f"no policy for {command!r} by {role!r}")
    return f"{role}_{command.lower()}"


def _setting(name: str) -> str:
    return f"current_setting('maidinh.{name}', true)"


def _equals(column: str, setting: str, kind: str | None) -> str:
    # In a SELECT of its own the setting is read once a query and not once a row.
    value = f"SELECT nullif({_setting(setting)}, '')"
    if kind is None:
        return f"{_quoted(column)}::text = ({value})"
    return f"{_quoted(column)} = ({value}::{_checked(kind)})"


def _quoted(name: str) -> str:
    return f'"{_checked(name)}"'


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a table or column here")
    return name
