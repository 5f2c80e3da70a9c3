"""`maidinh dossier export` and `verify`: a dossier as one file, and checking such a file anywhere.

Layer 0, config. `export` reads this installation's database as the machine's operator, for the agency that received
the dossier, and the act is recorded. `verify` needs the file and public keys and asks nobody. Exit codes: 0 done,
1 findings, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

FINDINGS, WRONG_USE, FAILED = 1, 2, 3
Json = Annotated[bool, typer.Option("--json", help=say("Print JSON."))]


@told_plainly
def export(
    code: Annotated[str, typer.Argument(metavar="CODE", help=say("The dossier's code."), show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help=say("The file to write; an existing one is kept."))],
    as_json: Json = False,
) -> None:
    """Write a dossier with everything that belongs to it into one file."""
    if output.exists():
        _leave(say("{file} exists. Choose another name.").format(file=output))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maidinh.config.settings")
    import django
    from django.conf import settings
    from django.db import OperationalError

    django.setup()
    from maidinh.channels.counter.signing import installation
    from maidinh.infrastructure.actor import Actor
    from maidinh.infrastructure.database.scope import acting
    from maidinh.infrastructure.files.queries import DocumentDamaged
    from maidinh.services.results.exporting import NoSuchDossier, export_dossier

    if not settings.CONNECTIONS.prepared:
        _leave(say("There is no installation here yet. Start it: maidinh up, or set MAIDINH_DATA."))
    agency = code.rsplit("-", 2)[0]
    operator = Actor("system", id="operator", agencies=(agency,), permissions=frozenset({"dossier.read-agency"}))
    try:
        with acting(agencies=operator.agencies):
            made = export_dossier(actor=operator, code=code, installation=installation(), at=datetime.now(UTC))
    except (NoSuchDossier, ValueError):
        _leave(say("There is no dossier {code} in this installation.").format(code=code))
    except DocumentDamaged as error:
        print(say("A stored file is damaged: {reason}").format(reason=error), file=sys.stderr)
        sys.exit(FAILED)
    except OperationalError as error:
        print(say("The database does not answer: {reason}").format(reason=str(error).strip()), file=sys.stderr)
        sys.exit(FAILED)
    with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(made)
    told = {"dossier": code, "file": str(output), "bytes": len(made)}
    words = say("{dossier} is in {file} ({bytes} bytes). It holds personal data.").format(**told)
    print(json.dumps(told, ensure_ascii=False) if as_json else words)


@told_plainly
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("The exported dossier."), show_default=False)],
    key: Annotated[
        list[Path] | None, typer.Option("--key", help=say("A public key (PEM or verifier key) or a folder of them."))
    ] = None,
    trust: Annotated[
        list[Path] | None, typer.Option("--trust", help=say("The certificate of an authority (PEM) that signers have."))
    ] = None,
    as_json: Json = False,
) -> None:
    """Check an exported dossier with nothing but the file and public keys."""
    from maidinh.infrastructure.translog.trust import KeyFileError, read_keys
    from maidinh.services.results.bundle import BundleError, examine

    try:
        keys = read_keys(key) if key else None
        authorities = [path.read_text("ascii") for path in trust or _authorities(key or [])]
        checks = examine(file, keys, authorities, at=datetime.now(UTC))
    except (KeyFileError, BundleError) as error:
        _leave(str(error))
    holds = all(check.ok is not False for check in checks)
    if as_json:
        found = [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks]
        print(json.dumps({"ok": holds, "checks": found}, ensure_ascii=False))
    else:
        words = {True: say("holds"), False: say("FAILS"), None: say("not checked")}
        width = max(len(word) for word in words.values())
        for check in checks:
            print(f"{words[check.ok]:<{width}}  {check.name}: {say(check.text).format(**check.values)}")
        print(say("The exported dossier holds.") if holds else say("The exported dossier does not hold."))
    sys.exit(0 if holds else FINDINGS)


def _authorities(places: list[Path]) -> list[Path]:
    return [each for place in places if place.is_dir() for each in sorted(place.glob("authority@*.crt"))]


def _leave(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(WRONG_USE)
