"""The auditor's work on exchanges: every row held against its record, its signatures, its entry in the log, its intent.

Layer 6, no Django. `translog.inspection` holds the log's entries against what was published and signed; here the rows
are held against those entries. So whatever was changed, dropped, exchanged or put in since, by a superuser too, is
found, and the exchange is named. Calls whose caller was not recognised are in no log and are no evidence of anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from maidinh.exchange import jws
from maidinh.exchange.directory.definition import KIND as DIRECTORY_KIND
from maidinh.exchange.directory.definition import Directory, architecture_key
from maidinh.exchange.evidence.rules import (
    INTENT,
    LOG_KIND,
    LOG_ROLE,
    UNENDED_KIND,
    Beside,
    log_content,
    unended_leaf,
    verify_record,
)
from maidinh.infrastructure.keys.identifiers import KeyNameError, file_stem
from maidinh.infrastructure.translog.rules import ContentError, leaf_for, read_leaf
from maidinh.infrastructure.translog.verification import N_, Check

INTENDED = tuple(name for name in INTENT if name != "jti")  # the token's id has no column of its own in an exchange
EXCHANGES = f"""
SELECT x.*, entry.leaf, entry.idempotency, intent.id AS intended, intent.jti, intent.received_at,
    {", ".join(f"intent.{name} AS intended_{name}" for name in INTENDED)}, concerned.subjects
FROM evidence_exchange AS x
LEFT JOIN translog_entry AS entry ON entry.id = x.log_entry
LEFT JOIN evidence_intent AS intent ON intent.id = x.id
LEFT JOIN (SELECT exchange, array_agg(subject) AS subjects FROM evidence_concerned GROUP BY exchange) AS concerned
    ON concerned.exchange = x.id
ORDER BY x.finished_at, x.id
"""  # noqa: S608 - names of our own columns
ALONE = f"""
SELECT entry.id AS entry, entry.index, entry.leaf, entry.idempotency, intent.id, intent.received_at,
    {", ".join(f"intent.{name}" for name in INTENT)}
FROM translog_entry AS entry LEFT JOIN evidence_intent AS intent ON entry.idempotency = 'unended:' || intent.id
WHERE NOT EXISTS (SELECT 1 FROM evidence_exchange AS x WHERE x.log_entry = entry.id) ORDER BY entry.id
"""  # noqa: S608 - names of our own columns
UNENDED = """
SELECT intent.id, intent.client, intent.service, intent.received_at FROM evidence_intent AS intent
WHERE NOT EXISTS (SELECT 1 FROM evidence_exchange AS x WHERE x.id = intent.id) ORDER BY intent.received_at, intent.id
"""
DIRECTORIES = "SELECT serial, jws, hash FROM directory_publisheddirectory ORDER BY serial"
# What a changed row may break in its reader.
BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


@dataclass
class Inspector:
    """Goes through the exchanges of one installation; `connection` is of the owner, who sees every row."""

    connection: psycopg.Connection[Any]
    public_keys: Path
    province: str
    secret: bytes | None = (
        None  # by which calls without an end were entered; unset: only whether they are there is seen
    )
    count: int = 0
    _directories: dict[int, Directory] = field(default_factory=dict)
    _keys: dict[str, str | None] = field(default_factory=dict)

    def findings(self) -> Iterator[Check]:
        """Everything that does not hold, by name; last, what can be said of the whole."""
        sound = True
        for check in self._found():
            sound = sound and check.ok is not False
            yield check
        if sound:
            text = N_("All {count} exchanges are as they were recorded, signed and entered into the log.")
            yield Check("exchanges", True, text, {"count": self.count})

    def _found(self) -> Iterator[Check]:
        yield from self._read_directories()
        for row in self._rows(EXCHANGES):
            self.count += 1
            for name, text, values in self._exchange(row):
                yield Check(name, False, text, {"id": str(row["id"])} | values)
        yield from self._alone()
        for row in self._rows(UNENDED):
            values = {"id": str(row["id"]), "client": row["client"], "service": row["service"],
                      "at": row["received_at"].isoformat()}  # fmt: skip
            text = N_("Call {id} of {at}, {client} to {service}: forwarded, and no end was recorded.")
            yield Check("unended", None, text, values)

    def _rows(self, statement: str) -> Iterator[dict[str, Any]]:
        with self.connection.transaction(), self.connection.cursor("inspected", row_factory=dict_row) as cursor:
            cursor.itersize = 1000
            cursor.execute(statement)
            yield from cursor

    def _read_directories(self) -> Iterator[Check]:
        key = architecture_key(self.province)
        for row in self._rows(DIRECTORIES):
            try:
                parsed = jws.parse(row["jws"], DIRECTORY_KIND)
                jws.verify(parsed, jws.public_key((self.public_keys / f"{file_stem(key)}.pem").read_bytes()))
                directory = Directory.model_validate_json(parsed.payload)
                if (directory.serial, directory.hash()) != (row["serial"], row["hash"]):
                    raise ValueError("another directory stands in its place")
                self._directories[row["serial"]] = directory
            except (jws.InvalidToken, OSError, *BROKEN) as error:
                values = {"serial": row["serial"], "key": key, "reason": error}
                text = N_("Directory {serial} is not as it was signed by {key}: {reason}.")
                yield Check("directory", False, text, values)

    def _exchange(self, row: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
        try:
            record = json.loads(row["record"])
            if jws.canonical_json(record).decode() != row["record"]:
                raise ValueError("it is not in its canonical form")
            different = _different(row, record)
        except BROKEN as error:
            yield "record", N_("Exchange {id}: its record cannot be read: {reason}."), {"reason": error}
            return
        if different:
            text = N_("Exchange {id}: its row says otherwise than its record: {columns}.")
            yield "row", text, {"columns": ", ".join(different)}
        if "kept" in record and _kept(row) != record["kept"]:
            text = N_(
                "Exchange {id}: what is kept beside its record was changed: whom it is about, whose it is, or when it "
                "was sent on."
            )
            yield "beside", text, {}
        yield from self._signed(row, record)
        yield from _entered(row, record)
        yield from _intended(row, record)

    def _signed(self, row: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
        signers: list[str] = []
        entries: list[Any] = row["signatures"] if isinstance(row["signatures"], list) else [None]
        for entry in entries:
            kid = "?"
            try:
                kid = str(json.loads(jws.from_base64url(entry["protected"]))["kid"])
                key = self._key(kid, record["directory"]["serial"])
                signers += verify_record(row["record"].encode(), [entry], {} if key is None else {kid: key})
            except (jws.InvalidToken, *BROKEN) as error:
                text = N_("Exchange {id}: {key} did not sign its record: {reason}.")
                yield "signature", text, {"key": kid, "reason": error}
        directory = self._directories.get(record["directory"]["serial"])
        if directory is not None and directory.hash() != record["directory"]["hash"]:
            text = N_("Exchange {id}: directory {serial} is not the one that decided.")
            yield "directory", text, {"serial": record["directory"]["serial"]}
        owners = {kid.removeprefix("member:").partition("/")[0] for kid in signers}
        missing = {each for each in record["members"].values() if each} - owners
        if record["outcome"] == "allowed" and missing:
            text = N_("Exchange {id}: not signed by {members}, who took part.")
            yield "signature", text, {"members": ", ".join(sorted(missing))}

    def _key(self, kid: str, serial: int) -> str | None:
        directory = self._directories.get(serial)
        declared = [
            key.public_key_pem
            for member in (directory.members if directory else ())
            for key in member.keys
            if key.kid == kid
        ]
        if declared:
            return declared[0]
        if kid not in self._keys:
            try:
                self._keys[kid] = (self.public_keys / f"{file_stem(kid)}.pem").read_text("ascii")
            except (KeyNameError, OSError, ValueError):
                self._keys[kid] = None
        return self._keys[kid]

    def _alone(self) -> Iterator[Check]:
        for row in self._rows(ALONE):
            values = {"index": "?" if row["index"] is None else row["index"], "key": row["idempotency"]}
            try:
                kind = read_leaf(bytes(row["leaf"]))["kind"]
            except ContentError:
                text = N_("Entry {index} of the log ({key}) cannot be read.")
                yield Check("entry", False, text, values)
                continue
            if kind == LOG_KIND:
                text = N_("Entry {index} of the log ({key}) speaks of an exchange that is not there.")
                yield Check("entry", False, text, values)
            elif kind == UNENDED_KIND and not self._unended(row):
                text = N_(
                    "Entry {index} of the log ({key}) speaks of a call without an end whose intent is not there or was "
                    "changed."
                )
                yield Check("entry", False, text, values)

    def _unended(self, row: Mapping[str, Any]) -> bool:
        if row["id"] is None:
            return False
        try:
            return self.secret is None or unended_leaf(row, self.secret) == bytes(row["leaf"])
        except (ContentError, *BROKEN):
            return False


def _different(row: Mapping[str, Any], record: Mapping[str, Any]) -> list[str]:
    """The columns that do not say what the record says."""
    request, response, checks = record["request"] or {}, record["response"] or {}, record["checks"]
    told = {
        "id": record["ids"]["request_id"], "x_road_id": record["ids"]["x_road_id"],
        "serial": record["directory"]["serial"], "status": response.get("status"),
        "request_hash": request.get("hash", ""), "request_size": request.get("size", 0),
        "response_hash": response.get("hash", ""), "response_size": response.get("size", 0),
        "protocol": checks["protocol"], "zone": checks["zone"], "request_verdict": checks["request"],
        "response_verdict": checks["response"], "cut": checks["cut"],
    }  # fmt: skip
    told |= {
        name: record[name]
        for name in ("client", "service", "contract", "method", "path", "outcome", "reason", "started_at",
                     "finished_at")
    }  # fmt: skip
    held = {**row, "id": str(row["id"])} | {name: jws.timestamp(row[name]) for name in ("started_at", "finished_at")}
    return [name for name, value in told.items() if held[name] != value]


def _kept(row: Mapping[str, Any]) -> str:
    subjects = [bytes(each) for each in row["subjects"] or ()]
    if row["subject"] is not None:
        subjects.append(bytes(row["subject"]))
    return Beside(
        authenticated=row["authenticated"], represented=row["represented"], subjects=subjects,
        consumer_agency=row["consumer_agency"], provider_agency=row["provider_agency"], jti=row["jti"] or "",
        forwarded_at=row["forwarded_at"], answered_at=row["answered_at"],
    ).digest(bytes(row["salt"]))  # fmt: skip


def _entered(row: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The entry in the log is the one that this exchange was entered with."""
    if row["log_entry"] is None:
        if row["authenticated"] and row["provider_agency"]:
            yield "entry", N_("Exchange {id}: it has no entry in the log."), {}
        return
    if row["leaf"] is None:
        yield "entry", N_("Exchange {id}: its entry in the log is not in the database."), {}
        return
    try:
        leaf = leaf_for(
            kind=LOG_KIND, agency=row["provider_agency"], role=LOG_ROLE,
            content=log_content(record, row["signatures"]), salt=bytes(row["salt"]), at=row["finished_at"],
        )  # fmt: skip
    except (ContentError, *BROKEN) as error:
        yield "entry", N_("Exchange {id}: no entry in the log can be made of it: {reason}."), {"reason": error}
        return
    if leaf != bytes(row["leaf"]):
        yield "entry", N_("Exchange {id}: its entry in the log commits to something else."), {}
    if row["idempotency"] != f"exchange:{row['id']}":
        text = N_("Exchange {id}: its entry in the log is named {key}.")
        yield "entry", text, {"key": row["idempotency"]}


def _intended(row: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What was forwarded was intended before, as the same call."""
    if (record["outcome"] == "refused") == (row["intended"] is not None):
        if row["intended"] is None:
            yield "intent", N_("Exchange {id}: the intent before it is missing."), {}
        else:
            yield "intent", N_("Exchange {id}: it was refused, and yet there is an intent."), {}
        return
    if row["intended"] is None:
        return
    different = [name for name in INTENDED if row[name] != row[f"intended_{name}"]]
    if row["received_at"] != row["started_at"]:
        different.append("received_at")
    if different:
        text = N_("Exchange {id}: the intent before it says otherwise: {columns}.")
        yield "intent", text, {"columns": ", ".join(different)}
