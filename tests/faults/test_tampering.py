"""Every forgery by a superuser of the database, or by root on the files, is found, and what was forged is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import SignerClient
from maidinh.infrastructure.translog.note import unchecked_tree
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.verification import Check, Quorum, check_quorum
from maidinh.infrastructure.translog.witness import Witness, WitnessRefusedError
from maidinh.infrastructure.translog.witnessing import Witnessing
from tests.exchange.world import Loop
from tests.faults.forgery import ORIGIN, Books

Superuser = psycopg.Connection[Any]
COLUMNS = {  # of an exchange's row: what each is changed to
    "x_road_id": "'other'", "client": "'MAU/GOV/AG1/STRANGER'", "authenticated": "false", "service": "service || 'x'",
    "method": "'PUT'", "path": "'/other'", "zone": "'core'", "protocol": "'soap'", "represented": "'GOV/AG9'",
    "request_verdict": "'valid'", "response_verdict": "'broken'", "cut": "cut + 1", "subject": "'\\x01'::bytea",
    "forwarded_at": "forwarded_at + interval '1 microsecond'", "answered_at": "NULL", "outcome": "'failed'",
    "reason": "'none'", "contract": "'other'", "serial": "serial + 1", "status": "404",
    "request_hash": "reverse(request_hash)", "response_hash": "reverse(response_hash)",
    "request_size": "request_size + 1", "response_size": "response_size + 1",
    "started_at": "started_at - interval '1 microsecond'", "finished_at": "finished_at + interval '1 day'",
    "consumer_agency": "'AG2'", "provider_agency": "'AG1'", "record": "replace(record, 'GET', 'PUT')",
    "salt": "decode(repeat('00', 32), 'hex')", "log_entry": "NULL",
    "signatures": "'[]'::jsonb",
}  # fmt: skip
INTENDED = {
    "client": "'MAU/GOV/AG1/STRANGER'", "jti": "'other'", "x_road_id": "'other'", "service": "'other'",
    "contract": "'other'", "serial": "9", "request_hash": "'other'", "consumer_agency": "'AG2'",
    "provider_agency": "'AG1'", "received_at": "received_at - interval '1 hour'",
}  # fmt: skip


Cases = dict[str, tuple[list[str], str]]  # by what was done: the statements, and what must be told of it
ENTRY = "(SELECT log_entry FROM evidence_exchange WHERE id = %(id)s)"


@pytest.fixture(scope="module")
def books(database: Any, own_home: Home, signer: SignerClient, loop: Loop, published: str, certified: None,
          exchange_home: Home) -> Books:  # fmt: skip
    made = Books(database, own_home, signer, loop)
    made.fill(exchange_home)
    return made


def failing(checks: list[Check]) -> str:
    return "\n".join(check.detail for check in checks if check.ok is False)


def found(books: Books, *statements: str, **values: Any) -> str:
    """What an audit says after a superuser did this."""
    with books.as_superuser() as connection:
        for statement in statements:
            assert connection.execute(statement, values).rowcount != 0, f"nothing was changed by {statement}"
        return failing(books.audited(connection))


def test_what_nobody_touched_holds(books: Books) -> None:
    with books.as_superuser() as connection:
        checks = books.audited(connection, None, *books.kept)
    assert failing(checks) == ""
    told = "\n".join(check.detail for check in checks)
    assert "All 6 exchanges" in told
    assert f"Call {books.open_call}" in told
    assert all(f"The state of {size} entries" in told for size in (290, 293, 297))


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_row_is_named(books: Books, column: str) -> None:
    told = found(
        books, f"UPDATE evidence_exchange SET {column} = {COLUMNS[column]} WHERE id = %(id)s",
        id=books.exchanges["second"],
    )  # fmt: skip
    assert f"Exchange {books.exchanges['second']}" in told
    assert not any(books.exchanges[other] in told for other in ("first", "third", "failed", "about two people"))


@pytest.mark.parametrize("column", INTENDED)
def test_a_changed_intent_of_a_call_without_an_end_is_named(books: Books, column: str) -> None:
    change = f"UPDATE evidence_intent SET {column} = {INTENDED[column]} WHERE id = %(id)s"
    assert f"(unended:{books.open_call}) speaks of a call without an end" in found(books, change, id=books.open_call)


def test_an_intent_of_a_call_without_an_end_that_is_gone_is_named(books: Books) -> None:
    told = found(books, "DELETE FROM evidence_intent WHERE id = %(id)s", id=books.open_call)
    assert f"Entry 296 of the log (unended:{books.open_call}) speaks of a call without an end" in told


@pytest.mark.parametrize("column", INTENDED)
def test_a_changed_intent_is_named(books: Books, column: str) -> None:
    told = found(
        books, f"UPDATE evidence_intent SET {column} = {INTENDED[column]} WHERE id = %(id)s",
        id=books.exchanges["failed"],
    )  # fmt: skip
    assert f"Exchange {books.exchanges['failed']}" in told
    assert not any(books.exchanges[other] in told for other in ("first", "second", "third"))


def _held(books: Books, cases: Cases) -> None:
    """Each case, made by a superuser, is told in all its places."""
    names = {"id": "first", "other": "second", "refused": "refused", "about": "about two people"}
    keys = {name: books.exchanges[of] for name, of in names.items()} | {"place": books.index_of("first")}
    for name, (statements, expected) in cases.items():
        told = found(books, *statements, **keys)
        for each in expected.split(" && "):
            assert re.search(each, told), f"{name}: {told}"


def test_what_is_gone_exchanged_or_put_in_is_named(books: Books) -> None:
    first, second, refused = (books.exchanges[name] for name in ("first", "second", "refused"))
    about, place = books.exchanges["about two people"], books.index_of("first")
    swap = """
        UPDATE evidence_exchange AS x SET {0} = y.{0} FROM evidence_exchange AS y
        WHERE x.id IN (%(id)s, %(other)s) AND y.id IN (%(id)s, %(other)s) AND x.id <> y.id"""
    cases: Cases = {
        "an exchange gone": (["DELETE FROM evidence_exchange WHERE id = %(id)s"], f"Entry {place} .*exchange:{first}"),
        "with its entry": (
            [f"DELETE FROM translog_entry WHERE id = {ENTRY}", "DELETE FROM evidence_exchange WHERE id = %(id)s"],
            f"Entry {place} is missing",
        ),
        "with all that is after it": (
            ["DELETE FROM evidence_exchange", "DELETE FROM translog_entry WHERE index >= %(place)s"],
            f"297 entries, the database only {place}",
        ),
        "an intent gone": (["DELETE FROM evidence_intent WHERE id = %(id)s"],
        f"{first}: the intent before it is missing"),
        "an intent put in": (
            ["UPDATE evidence_intent SET id = %(refused)s WHERE id = %(id)s"], f"{refused}: it was refused, and yet"
        ),
        "a person gone": (
            ["DELETE FROM evidence_concerned WHERE exchange = %(about)s AND get_byte(subject, 0) = 9"],
            f"{about}: what is kept beside",
        ),
        "a person put in": (
            ["INSERT INTO evidence_concerned (exchange, subject) VALUES (%(id)s, '\\x01')"],
            f"{first}: what is kept beside",
        ),
        "records exchanged": ([swap.format("record")], f"{first}: its row says otherwise && {second}: its row"),
        "signatures exchanged": ([swap.format("signatures")], f"{first}: member:AG1 did not sign && {second}: member"),
        "entries exchanged": ([swap.format("log_entry")], f"{first}: its entry && {second}: its entry"),
    }  # fmt: skip
    _held(books, cases)


def test_what_is_changed_of_the_log_in_the_database_is_named(books: Books) -> None:
    first, place = books.exchanges["first"], books.index_of("first")
    insert = "INSERT INTO translog_entry (created_at, leaf, idempotency) SELECT created_at, {0}, 'exchange:x' "
    cases: Cases = {
        "leaves exchanged": (
            ["UPDATE translog_entry AS e SET leaf = f.leaf FROM translog_entry AS f WHERE e.index + f.index = 15"
             " AND e.index IN (7, 8)"],
            "Entry 7 in the database is not the one && Entry 8 in the database",
        ),
        "a bit of a leaf": (
            ["UPDATE translog_entry SET leaf = set_bit(leaf, 801, 1 - get_bit(leaf, 801)) WHERE index = %(place)s"],
            f"Entry {place} in the database is not && {first}: its entry",
        ),
        "an entry renamed": (
            [f"UPDATE translog_entry SET idempotency = 'other' WHERE id = {ENTRY}"], f"{first}: .* is named other"
        ),
        "an entry moved": (["UPDATE translog_entry SET index = 900 WHERE index = 3"], "Entry 3 is missing"),
        "an entry put in": (
            [insert.format("leaf") + f"FROM translog_entry WHERE id = {ENTRY}"], r"\(exchange:x\) speaks of an exchange"
        ),
        "an unreadable entry put in": (
            [insert.format("'\\x00'::bytea") + f"FROM translog_entry WHERE id = {ENTRY}"],
            r"\(exchange:x\) cannot be read"
        ),
        "an exchange made up": (
            ["CREATE TEMP TABLE made AS SELECT * FROM evidence_exchange WHERE id = %(id)s",
             "UPDATE made SET id = '00000000-0000-4000-8000-000000000001'",
             "INSERT INTO evidence_exchange SELECT * FROM made"],
            "Exchange 00000000-0000-4000-8000-000000000001: its row says otherwise than its record: id",
        ),
        "a directory": (
            ["UPDATE directory_publisheddirectory SET jws = replace(jws, '.', '.e')"],
            "Directory 1 is not as it was signed"
        ),
        "a directory's number": (
            ["UPDATE directory_publisheddirectory SET serial = 5"], "Directory 5 is not as it was signed"
        ),
        "a checkpoint's root": (
            ["UPDATE translog_checkpoint SET root = set_bit(root, 3, 1 - get_bit(root, 3)) WHERE size = 293"],
            "recorded checkpoint of 293 entries does not hold",
        ),
        "a checkpoint's signature": (
            ["UPDATE translog_checkpoint SET note = overlay(note placing 'AAAA' from length(note) - 20)"
             " WHERE size = 290"],
            "recorded checkpoint of 290 entries does not hold",
        ),
        "the newest checkpoint": (
            ["DELETE FROM translog_checkpoint WHERE size = 297"], "checkpoint of 297 entries is not recorded"
        ),
    }  # fmt: skip
    _held(books, cases)


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(bytes(content))


def swap(path: Path, one: slice, other: slice) -> None:
    content = bytearray(path.read_bytes())
    content[one], content[other] = content[other], content[one]
    path.write_bytes(bytes(content))


def without_entry(log: Path) -> None:
    """The first entry of the last bundle is taken out; the length is before each."""
    path = log / "tile/entries/001.p/41"
    content = path.read_bytes()
    path.write_bytes(content[2 + int.from_bytes(content[:2], "big") :])


FILES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a bit of an entry": (lambda log: flip(log / "tile/entries/000", 70), "Entry 0 in tile/entries/000 is not the one"),
    "a bit of the newest entries": (
        lambda log: flip(log / "tile/entries/001.p/41", -5), "Entry 296 in tile/entries/001.p/41 is not the one",
    ),
    "an entry gone": (without_entry, "tile/entries/001.p/41: a bundle should have 41 entries and has 40"),
    "an entry put in": (
        lambda log: (log / "tile/entries/001.p/41").write_bytes(
            b"\0\1x" + (log / "tile/entries/001.p/41").read_bytes()
        ),
        "tile/entries/001.p/41: a bundle should have 41 entries and has 42",
    ),
    "a cut bundle": (
        lambda log: (log / "tile/entries/000").write_bytes((log / "tile/entries/000").read_bytes()[:-9]),
        "tile/entries/000: a bundle of entries ends within",
    ),
    "a bundle gone": (lambda log: (log / "tile/entries/000").unlink(), "tile/entries/000 is missing"),
    "a bit of a tile": (lambda log: flip(log / "tile/0/000", 70), "tile/0/000 is not what the entries give"),
    "hashes exchanged": (
        lambda log: swap(log / "tile/0/001.p/41", slice(0, 32), slice(32, 64)), "tile/0/001.p/41 is not what",
    ),
    "a bit of a higher tile": (lambda log: flip(log / "tile/1/000.p/1", 0), "tile/1/000.p/1 is not what"),
    "a cut tile": (
        lambda log: (log / "tile/0/000").write_bytes((log / "tile/0/000").read_bytes()[:-32]),
        "tile/0/000 cannot be read",
    ),
    "a tile gone": (lambda log: (log / "tile/0/000").unlink(), "tile/0/000 cannot be read: tile/0/000 is missing"),
    "a bit of an earlier tile": (lambda log: flip(log / "tile/0/001.p/37", 40), "tile/0/001.p/37 is not the beginning"),
    "a bit of earlier entries": (
        lambda log: flip(log / "tile/entries/001.p/34", 40), "tile/entries/001.p/34 is not the beginning",
    ),
    "no checkpoint": (lambda log: (log / "checkpoint").unlink(), "There is no checkpoint"),
    "the checkpoint's size": (
        lambda log: (log / "checkpoint").write_text((log / "checkpoint").read_text().replace("\n297\n", "\n298\n")),
        "did not sign this checkpoint",
    ),
    "the checkpoint's signature": (lambda log: flip(log / "checkpoint", -9), "checkpoint"),
    "an empty checkpoint": (lambda log: (log / "checkpoint").write_text(""), "The checkpoint is damaged"),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FILES)
def test_a_changed_file_is_named(books: Books, tmp_path: Path, forgery: str) -> None:
    act, expected = FILES[forgery]
    home = books.copy(tmp_path / "copy")
    act(home.log)
    with books.as_superuser() as connection:
        told = failing(books.audited(connection, home))
    assert expected in told, told


def test_an_earlier_state_put_back_is_found_by_the_rows_and_by_whoever_remembers(books: Books, tmp_path: Path) -> None:
    home = books.copy(tmp_path / "copy")
    (home.log / "checkpoint").write_text(books.kept[1])
    with books.as_superuser() as connection:
        told = failing(books.audited(connection, home, books.kept[2]))
    assert told.count("A state of 297 entries was signed, and the log has only 293") == 2


def test_a_checkpoint_of_another_tree_is_found_though_the_real_key_signed_it(books: Books, tmp_path: Path) -> None:
    home = books.copy(tmp_path / "copy")
    PublishedLog(home.log).publish(books.sign(297, b"\7" * 32))
    with books.as_superuser() as connection:
        told = failing(books.audited(connection, home))
    assert "The entries do not give the root that was signed" in told
    assert "Entry" not in told, "no entry was touched"


def test_a_member_key_that_was_exchanged_is_found(books: Books, tmp_path: Path) -> None:
    home = books.copy(tmp_path / "copy")
    (home.public_keys / "member@AG2.pem").write_bytes((home.public_keys / "member@AG1.pem").read_bytes())
    with books.as_superuser() as connection:
        told = failing(books.audited(connection, home))
    assert f"Exchange {books.exchanges['first']}: member:AG2 did not sign" in told


@pytest.fixture
def rewritten(books: Books, tmp_path: Path) -> Iterator[tuple[Home, Superuser, str]]:
    """Another whole log: one exchange is gone from rows, tiles and entries, all of it signed with the real key."""
    home, gone = books.copy(tmp_path / "rewritten"), books.index_of("first")
    with books.as_superuser() as connection:
        connection.execute("DELETE FROM evidence_exchange WHERE id = %s", [books.exchanges["first"]])
        connection.execute("DELETE FROM evidence_intent WHERE id = %s", [books.exchanges["first"]])
        connection.execute("DELETE FROM translog_entry WHERE index = %s", [gone])
        books.rewrite(home, connection, lambda leaves: None)
        yield home, connection, PublishedLog(home.log).checkpoint() or ""


def test_a_whole_other_log_is_found_by_whoever_remembers(books: Books, rewritten: tuple[Home, Superuser, str]) -> None:
    home, connection, _ = rewritten
    assert failing(books.audited(connection, home)) == "", "from inside there is nothing to see: it is consistent"
    told = failing(books.audited(connection, home, *books.kept))
    assert "The log of today is not the one that was signed with 293 entries: it was changed." in told
    assert "A state of 297 entries was signed, and the log has only 296" in told


def test_a_witness_does_not_cosign_a_whole_other_log(
    books: Books, rewritten: tuple[Home, Superuser, str], tmp_path: Path
) -> None:
    home, _, note = rewritten
    witness = Witness(tmp_path / "witness", "witness.example/council", {ORIGIN: books.note_key})
    own = Witnessing(books.published, (), 1)
    for size in (293, 297):
        kept = next(each for each in books.kept if unchecked_tree(each).size == size)
        old = 0 if size == 293 else 293
        witness.add_checkpoint(own._request(old, kept, unchecked_tree(kept)), 1)
    forged = Witnessing(PublishedLog(home.log), (), 1)
    with pytest.raises(WitnessRefusedError):
        witness.add_checkpoint(forged._request(297, note, unchecked_tree(note)), 2)
    seen = check_quorum(note, Quorum((witness.key,), 1))
    assert seen.ok is False
    assert "0 of the 1 witnesses" in seen.detail
