"""`maidinh log verify|prove|audit`: the transparency log checked from files alone.

Layer 0, config. `verify` needs a receipt and public keys and asks nobody; `prove` and `audit` read the published files;
`audit` also compares the database's entries where one answers. Exit codes: 0 all holds, 1 findings, 2 wrong use,
3 failed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from maidinh.config.cli.doctor import environment_meant
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.config.environment import Environment
    from maidinh.infrastructure.translog.note import Tree
    from maidinh.infrastructure.translog.published import PublishedLog
    from maidinh.infrastructure.translog.trust import TrustedKeys
    from maidinh.infrastructure.translog.verification import Check, Quorum

FINDINGS, WRONG_USE, FAILED = 1, 2, 3

Keys = Annotated[list[Path], typer.Option("--key", help=say("A public key (PEM or verifier key) or a folder of them."))]
Log = Annotated[Path | None, typer.Option("--log", help=say("The folder of the published log. Unset: this machine's."))]
Data = Annotated[Path | None, typer.Option("--data", help=say("The data directory. Unset: as the settings say."))]
Json = Annotated[bool, typer.Option("--json", help=say("Print JSON."))]
Witnesses = Annotated[list[Path] | None, typer.Option("--witness", help=say("A witness's verifier key, in a file."))]
Quorum_ = Annotated[int, typer.Option("--quorum", min=1, help=say("How many of the witnesses must have seen it."))]
Language = Annotated[str | None, typer.Option("--language", help=say("vi or en. Unset: by LANG."))]


def verify(
    file: Annotated[Path, typer.Argument(help=say("The receipt, a JSON file."))],
    key: Keys,
    origin: Annotated[str | None, typer.Option(help=say("The log that the receipt must be of."))] = None,
    witness: Witnesses = None,
    quorum: Quorum_ = 1,
    as_json: Json = False,
    language: Language = None,
) -> None:
    """Check a receipt offline."""
    speak(language)
    from maidinh.infrastructure.translog.trust import KeyFileError, read_keys
    from maidinh.infrastructure.translog.verification import verdict, verify_receipt

    try:
        text = file.read_text("utf-8", errors="replace")
        keys = read_keys(key)
    except (KeyFileError, OSError) as error:
        stop(WRONG_USE, str(error))
    seen = _quorum(witness, quorum)
    checks = verify_receipt(text, keys, at=datetime.now(UTC), origin=origin, quorum=seen)
    holds = verdict(checks)
    closing = say("The receipt holds.") if holds else say("The receipt does not hold.")
    tell(checks, holds, closing, as_json)


def prove(
    entry: Annotated[str, typer.Argument(help=say("An index, a leaf's hash (hex), or a receipt file."))],
    log: Log = None,
    data: Data = None,
    attach: Annotated[bool, typer.Option(help=say("Write the proof into the receipt file."))] = False,
    as_json: Json = False,
    language: Language = None,
) -> None:
    """Make a proof from the published files."""
    speak(language)
    from maidinh.infrastructure.translog.merkle import inclusion_proof
    from maidinh.infrastructure.translog.proof import Proof
    from maidinh.infrastructure.translog.receipt import ReceiptError, read_receipt
    from maidinh.infrastructure.translog.tiles import TileError

    published, note, tree = published_here(log, data)
    receipt = None
    try:
        if not entry.isascii() or not (entry.isdigit() or _is_hash(entry)):
            receipt = read_receipt(Path(entry).read_text("utf-8"))
        index = _index(published, tree, receipt.leaf if receipt else entry)
        if index is None or index >= tree.size:
            stop(FINDINGS, say("The entry is not in the log of {size} entries.").format(size=tree.size))
        proof = Proof(index, inclusion_proof(index, tree.size, published.subtree(tree.size)), note)
        if receipt is not None and attach:
            document = receipt.document() | {"proof": proof.text}
            Path(entry).write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")
    except (OSError, ReceiptError) as error:
        stop(WRONG_USE, str(error))
    except TileError as error:
        stop(FAILED, str(error))
    typer.echo(json.dumps({"index": index, "proof": proof.text}) if as_json else proof.text, nl=as_json)


def audit(
    key: Annotated[list[Path] | None, typer.Option("--key", help=say("The log's public key."))] = None,
    log: Log = None,
    data: Data = None,
    database: Annotated[str | None, typer.Option(help=say("A database to compare too. Unset: this machine's."))] = None,
    witness: Witnesses = None,
    quorum: Quorum_ = 1,
    against: Annotated[
        list[Path] | None, typer.Option(help=say("A checkpoint that was kept elsewhere, or a folder of them."))
    ] = None,
    no_database: Annotated[bool, typer.Option("--no-database", help=say("Compare no database."))] = False,
    as_json: Json = False,
    language: Language = None,
) -> None:
    """Audit the published log."""
    speak(language)
    from maidinh.infrastructure.translog.inspection import inspect_earlier, inspect_log, unreadable
    from maidinh.infrastructure.translog.published import PublishedLog
    from maidinh.infrastructure.translog.tiles import TileError
    from maidinh.infrastructure.translog.trust import KeyFileError, read_keys
    from maidinh.infrastructure.translog.verification import check_quorum

    own = None if log else environment_meant(data, None)
    published = PublishedLog(own.home.log if own else log)
    try:
        keys = read_keys(given) if (given := key or _own_key(own)) else None
    except KeyFileError as error:
        stop(WRONG_USE, str(error))
    if own and published.checkpoint() is None:
        stop(WRONG_USE, say("There is no checkpoint in {folder}.").format(folder=published.root))
    checks, tree = inspect_log(published, keys)
    seen = _quorum(witness, quorum)
    if seen is not None:
        checks.append(check_quorum(published.witnessed() or published.checkpoint() or "", seen))
    witnessed = published.witnessed()
    kept = [*kept_in(against or []), *([witnessed] if witnessed else [])]
    try:
        if tree is not None and kept:
            checks += inspect_earlier(published, tree, kept, keys)
        if tree is not None and not no_database:
            checks += _compare_database(published, tree, keys, database, own)
    except TileError as error:
        checks.append(unreadable(error))
    holds = all(check.ok is not False for check in checks)
    closing = say("The log holds.") if holds else say("The log does not hold.")
    tell(checks, holds, closing, as_json)


def _own_key(own: Environment | None) -> list[Path]:
    """The key that this machine publishes, for its own log; whoever audits from outside brings one."""
    from maidinh.infrastructure.keys.identifiers import file_stem

    place = own.home.public_keys / f"{file_stem(f'log:{own.province}')}.pem" if own else None
    return [place] if place and place.is_file() else []


def _quorum(files: Sequence[Path] | None, count: int) -> Quorum | None:
    from maidinh.infrastructure.translog.cosignature import read_witness_key
    from maidinh.infrastructure.translog.note import NoteError
    from maidinh.infrastructure.translog.verification import Quorum

    if not files:
        return None
    try:
        return Quorum(tuple(read_witness_key(each.read_text("utf-8")) for each in files), count)
    except (NoteError, OSError, UnicodeDecodeError) as error:
        stop(WRONG_USE, str(error))


def kept_in(places: Sequence[Path]) -> list[str]:
    """The checkpoints in these files and folders."""
    files = [each for place in places for each in (sorted(place.glob("*.checkpoint")) if place.is_dir() else [place])]
    try:
        return [each.read_text("utf-8") for each in files]
    except OSError as error:
        stop(WRONG_USE, f"{error.filename}: {error.strerror}")
    except UnicodeDecodeError as error:
        stop(WRONG_USE, str(error))


def _compare_database(
    published: PublishedLog, tree: Tree, keys: TrustedKeys | None, database: str | None, own: Environment | None
) -> list[Check]:
    import psycopg

    from maidinh.infrastructure.translog.inspection import inspect_database
    from maidinh.infrastructure.translog.verification import N_, Check

    address = database or (_database_of(own) if own else None)
    if address is None:
        return [Check("row", None, N_("No database was compared."))]
    try:
        with psycopg.connect(address, connect_timeout=5) as connection:
            return inspect_database(published, tree, keys, connection)
    except psycopg.Error as error:
        if database is not None:
            stop(FAILED, str(error).strip())
        told = N_("No database was compared: {reason}")
        return [Check("row", None, told, {"reason": str(error).strip()})]


def _database_of(environment: Environment) -> str | None:
    from maidinh.infrastructure.database.connections import Connections

    if not (environment.home.secrets / "database.json").exists():
        return None
    return Connections(environment.home, environment.database_url, environment.database_name).dsn("web")


def published_here(log: Path | None, data: Path | None) -> tuple[PublishedLog, str, Tree]:
    from maidinh.infrastructure.translog.note import NoteError, unchecked_tree
    from maidinh.infrastructure.translog.published import PublishedLog

    published = PublishedLog(log or environment_meant(data, None).home.log)
    note = published.checkpoint()
    if note is None:
        stop(WRONG_USE, say("There is no checkpoint in {folder}.").format(folder=published.root))
    try:
        return published, note, unchecked_tree(note)
    except NoteError as error:
        stop(FAILED, str(error))


def _is_hash(text: str) -> bool:
    return len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)


def _index(published: PublishedLog, tree: Tree, entry: str | bytes) -> int | None:
    from maidinh.infrastructure.translog.inspection import place_of, place_of_hash

    if isinstance(entry, bytes):
        return place_of(published, tree, entry)
    return place_of_hash(published, tree, bytes.fromhex(entry)) if _is_hash(entry) else int(entry)


def tell(checks: Sequence[Check], holds: bool, closing: str, as_json: bool) -> NoReturn:
    """Print what each check found, and leave with 0 or 1."""
    if as_json:
        found = [{"name": check.name, "ok": check.ok, "detail": detail_of(check)} for check in checks]
        typer.echo(json.dumps({"ok": holds, "checks": found}, ensure_ascii=False))
    else:
        words = {True: say("holds"), False: say("FAILS"), None: say("not checked")}
        width = max(len(word) for word in words.values())
        for check in checks:
            typer.echo(f"{words[check.ok]:<{width}}  {detail_of(check)}")
        typer.echo(closing)
    raise typer.Exit(0 if holds else FINDINGS)


def detail_of(check: Check) -> str:
    return say(check.text).format(**check.values)


def speak(language: str | None) -> None:
    if language is not None:
        if language not in ("vi", "en"):
            stop(WRONG_USE, say("The language is vi or en."))
        os.environ["MAIDINH_LANGUAGE"] = language


def stop(code: int, message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)
