"""`maidinh log key|witness|anchor|reopen`: who sees the log from outside, and how it goes on after a restore.

Layer 0, config. `witness` runs without an installation, on somebody else's machine. `reopen` is for an operator whose
database was set back, while the sequencer refuses to sign.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maidinh.config.cli.doctor import environment_at, environment_meant
from maidinh.config.cli.log_checks import FAILED, WRONG_USE, Data, Json, Language, Log, published_here, speak, stop
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.config.environment import Environment
    from maidinh.infrastructure.translog.note import NoteKey
    from maidinh.infrastructure.translog.published import PublishedLog

CLAIM_SECONDS = 20.0


def witness(
    folder: Annotated[Path, typer.Option(help=say("Where the witness keeps its key and what it saw."))],
    name: Annotated[str, typer.Option(help=say("The name of the witness, such as an address of its own."))],
    log: Annotated[list[str], typer.Option("--log-key", help=say("The verifier key of a log that it watches."))],
    host: Annotated[str, typer.Option(help=say("The address it listens on."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=say("The port it listens on."))] = 8010,
    language: Language = None,
) -> None:
    """Serve until stopped; the verifier key is printed first."""
    speak(language)
    from maidinh.infrastructure.translog.note import NoteError, read_key, valid_name
    from maidinh.infrastructure.translog.witness import Witness, serve_witness

    if not valid_name(name):
        stop(WRONG_USE, say("A witness's name has no blanks and no plus sign."))
    try:
        logs = {key.name: key for key in map(read_key, log)}
        seeing = Witness(folder, name, logs)
    except (NoteError, OSError, ValueError) as error:
        stop(WRONG_USE, str(error))
    typer.echo(seeing.key.text)
    typer.echo(
        say("The witness listens on {address}. Stop it with Ctrl+C.").format(address=f"http://{host}:{port}"), err=True
    )
    serve_witness(seeing, host, port, lambda: int(time.time()))


def key(data: Data = None, as_json: Json = False, language: Language = None) -> None:
    """Print the verifier key."""
    speak(language)
    from maidinh.infrastructure.translog.published import PublishedLog

    environment = environment_meant(data, None)
    published = PublishedLog(environment.home.log)
    if published.checkpoint() is None:
        stop(WRONG_USE, say("There is no checkpoint in {folder}.").format(folder=published.root))
    found = _log_key(environment, published)
    typer.echo(json.dumps({"name": found.name, "key": found.text}) if as_json else found.text)


def anchor(
    to: Annotated[str | None, typer.Option(help=say("A folder or an address. Unset: as the settings say."))] = None,
    log: Log = None,
    data: Data = None,
    as_json: Json = False,
    language: Language = None,
) -> None:
    """Anchor the newest checkpoint, the witnessed one where there is one."""
    speak(language)
    from maidinh.infrastructure.translog.anchors import AnchorError, anchor_at

    published, note, _ = published_here(log, data)
    place = to or environment_at(data, None, None).log_anchor
    if not place:
        stop(WRONG_USE, say("Say where with --to, or set MAIDINH_LOG_ANCHOR."))
    try:
        left = anchor_at(place).leave(published.witnessed() or note)
    except AnchorError as error:
        stop(FAILED, str(error))
    typer.echo(json.dumps({"place": left}) if as_json else say("The checkpoint is at {place}.").format(place=left))


def reopen(
    reason: Annotated[str, typer.Option(help=say("Why: it is entered into the new log."))],
    data: Data = None,
    as_json: Json = False,
    language: Language = None,
) -> None:
    """Close the old files, name the new log, and enter what it continues."""
    speak(language)
    from maidinh.infrastructure.translog.published import PublishedLog
    from maidinh.infrastructure.translog.reopening import NotReopenedError, citation, close_files

    if not reason.strip():
        stop(WRONG_USE, say("Say why. It stands in the new log."))
    environment = environment_at(data, None, None)
    published, at = PublishedLog(environment.home.log), datetime.now(UTC)
    release = _claimed(published)
    try:
        cited = citation(published, _log_key(environment, published), rows=_entries(environment), reason=reason, at=at)
        place = close_files(published, cited, _entered(environment, cited, at))
    except NotReopenedError as error:
        stop(WRONG_USE, str(error))
    except OSError as error:
        stop(FAILED, str(error))
    finally:
        release()
    text = say("The log goes on as {origin}. The old one, of {size} entries, stays published under {place}.")
    values = {"origin": cited["origin"], "size": cited["size"], "lost": cited["lost"], "place": str(place)}
    typer.echo(json.dumps(values) if as_json else text.format(**values))


def _log_key(environment: Environment, published: PublishedLog) -> NoteKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    from maidinh.infrastructure.keys.identifiers import file_stem
    from maidinh.infrastructure.translog.note import NoteKey
    from maidinh.infrastructure.translog.reopening import origin_here
    from maidinh.infrastructure.translog.rules import origin_of

    place = environment.home.public_keys / f"{file_stem(f'log:{environment.province}')}.pem"
    if not place.is_file():
        stop(WRONG_USE, say("There is no installation in {place}. Name its --data.").format(place=environment.data))
    public = load_pem_public_key(place.read_bytes())
    if not isinstance(public, Ed25519PublicKey):
        stop(FAILED, f"{place}: Ed25519")
    return NoteKey(origin_here(published, origin_of(environment.province)), public)


def _entries(environment: Environment) -> int:
    import psycopg

    from maidinh.infrastructure.database.connections import Connections

    connections = Connections(environment.home, environment.database_url, environment.database_name)
    try:
        with psycopg.connect(connections.dsn("sequencer"), connect_timeout=5) as connection:
            row = connection.execute("SELECT count(*) FROM translog_entry WHERE index IS NOT NULL").fetchone()
    except psycopg.Error as error:
        stop(FAILED, str(error).strip())
    return int(row[0]) if row else 0


def _entered(environment: Environment, cited: dict[str, Any], at: datetime) -> dict[str, Any]:
    import os

    os.environ |= environment.variables() | {
        "MAIDINH_PROCESS": "web", "DJANGO_SETTINGS_MODULE": "maidinh.config.settings",
    }  # fmt: skip
    import django

    django.setup()
    from django.db import transaction

    from maidinh.infrastructure.translog.actions import append_entry
    from maidinh.infrastructure.translog.receipt import Receipt
    from maidinh.infrastructure.translog.reopening import KIND, ROLE

    with transaction.atomic():
        done = append_entry(kind=KIND, agency=environment.province, role=ROLE, content=cited, at=at)
    return Receipt(cited, done.salt, done.leaf, None, None).document()


def _claimed(published: PublishedLog) -> Callable[[], None]:
    """The sequencer's place; a sequencer that signs keeps it, one that refuses to sign lets it go now and then."""
    until = time.monotonic() + CLAIM_SECONDS
    while (release := published.claim()) is None:
        if time.monotonic() > until:
            stop(WRONG_USE, say("The log is being signed as usual, so there is nothing to open anew."))
        time.sleep(0.05)
    return release
