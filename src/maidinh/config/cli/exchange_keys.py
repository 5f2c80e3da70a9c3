"""`maidinh exchange keys list|register|rotate|revoke|prove`: who is recognised on the exchange by which key.

Layer 0, config. Works on the installation's database and signer, in the name of one of its officials; a change is in
force at every gateway within seconds. Exit codes: 0 done, 1 refused, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.cli.doctor import environment_meant
from maidinh.config.cli.drafts import Official, acting_as
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.config.environment import Environment
    from maidinh.exchange.keys.queries import RegisteredKey
    from maidinh.infrastructure.actor import Actor

REFUSED, WRONG_USE, FAILED = 1, 2, 3

app = typer.Typer(help=say("Keys by which systems and agencies are recognised on the exchange."), no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]
Holder = Annotated[str, typer.Argument(help=say("The system's whole identifier, or the agency's code."))]
Data = Annotated[Path | None, typer.Option(help=say("The data directory. Unset: as the settings say."))]


@app.command("list", help=say("The keys of every system and agency: which hold, until when, who has the private half."))
@told_plainly
def list_keys(
    holder: Annotated[str | None, typer.Option(help=say("Only the keys of this system or agency."))] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """The keys of every system and agency: which hold, until when, who has the private half."""
    from django.db import OperationalError

    _settings(data)
    try:
        from maidinh.exchange.keys.queries import registered_keys

        rows = list(registered_keys(holder))
    except OperationalError as error:
        _leave(FAILED, say("The database does not answer: {reason}").format(reason=str(error).strip()))
    at = datetime.now(UTC)
    if as_json:
        print(json.dumps([_document(row, at) for row in rows], ensure_ascii=False, indent=2))
        return
    for row in rows:
        print(_line(row, at))
    if not rows:
        print(say("No key is registered."))


@app.command(help=say("Register a key whose private half the agency keeps; it proves that it has it."))
@told_plainly
def register(
    holder: Holder,
    official: Official,
    request: Annotated[
        Path | None, typer.Option(help=say("A certificate request (PKCS#10) whose common name is the holder."))
    ] = None,
    public_key: Annotated[Path | None, typer.Option(help=say("Instead: the public key, in PEM."))] = None,
    proof: Annotated[Path | None, typer.Option(help=say("With it: what `keys prove` wrote."))] = None,
    last_day: Annotated[
        str | None, typer.Option(help=say("The key's last day, such as 2027-12-31. Unset: none."))
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Register a key whose private half the agency keeps; it proves that it has it."""
    if (request is None) == (public_key is None) or (public_key is None) != (proof is None):
        _leave(WRONG_USE, say("Give --request, or --public-key and --proof."))
    until = _midnight_after(last_day)
    with _changing(data, official) as (actor, signer):
        from maidinh.governance.keyholding.actions import Proof, register_key

        shown = Proof(
            request=request.read_bytes() if request else b"",
            public_key=public_key.read_bytes() if public_key else b"",
            statement=proof.read_text("utf-8") if proof else "",
        )
        row = register_key(
            actor=actor, holder=holder, proof=shown, at=datetime.now(UTC), signer=signer, valid_to=until
        )  # fmt: skip
    _done(row, as_json, say("Registered: {kid}").format(kid=row.kid))


@app.command(help=say("Have the platform make a holder's next key; the one before holds some days more."))
@told_plainly
def rotate(holder: Holder, official: Official, as_json: AsJson = False, data: Data = None) -> None:
    """Have the platform make a holder's next key; the one before holds some days more."""
    with _changing(data, official) as (actor, signer):
        from maidinh.governance.keyholding.actions import rotate_key

        row = rotate_key(actor=actor, holder=holder, at=datetime.now(UTC), signer=signer)
    _done(row, as_json, say("In use from now on: {kid}").format(kid=row.kid))


@app.command(help=say("Revoke a key for good: no gateway recognises it any more."))
@told_plainly
def revoke(
    key: Annotated[str, typer.Argument(help=say("The key's name, as `list` shows it."))],
    official: Official,
    reason: Annotated[str, typer.Option(help=say("Why; it is entered in the public log."))],
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Revoke a key for good: no gateway recognises it any more."""
    with _changing(data, official) as (actor, signer):
        from maidinh.governance.keyholding.actions import revoke_key

        row = revoke_key(actor=actor, kid=key, reason=reason, at=datetime.now(UTC), signer=signer)
    _done(row, as_json, say("Revoked: {kid}").format(kid=row.kid))


@app.command(help=say("Show that a private key is yours: sign the statement that `register --proof` wants. Offline."))
@told_plainly
def prove(
    holder: Holder,
    private_key: Annotated[Path, typer.Option(help=say("Your private key (P-256), in PEM without a password."))],
    instance: Annotated[
        str | None, typer.Option(help=say("The exchange, such as VN-H62. Unset: the holder's own."))
    ] = None,
) -> None:
    """Show that a private key is yours: sign the statement that `register --proof` wants. Offline."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    from maidinh.exchange import jws
    from maidinh.exchange.keys.rules import PROOF_KIND, statement_claims

    exchange = instance or (holder.partition("/")[0] if "/" in holder else "")
    if not exchange:
        _leave(WRONG_USE, say("Name the exchange with --instance: an agency's code does not say it."))
    try:
        key = load_pem_private_key(private_key.read_bytes(), password=None)
    except (TypeError, ValueError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        _leave(WRONG_USE, say("{file} holds no private key on the curve P-256 in PEM form.").format(file=private_key))
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
    claims = statement_claims(pem, holder=holder, instance=exchange, at=datetime.now(UTC))
    signed = jws.signing_input(jws.header(holder, PROOF_KIND), jws.canonical_json(claims))
    r, s = decode_dss_signature(key.sign(signed, jws.ES256))
    print(jws.compact(signed, r.to_bytes(32, "big") + s.to_bytes(32, "big")))


def _settings(data: Path | None) -> None:
    """Have everything that follows read the settings of the installation at that place."""
    os.environ |= _settled(environment_meant(data, None)).variables()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maidinh.config.settings")
    import django
    from django.conf import settings

    django.setup()
    if not settings.CONNECTIONS.prepared:
        _leave(WRONG_USE, say("There is no installation here yet. Start it: maidinh up, or set MAIDINH_DATA."))


def _settled(environment: Environment) -> Environment:
    """The settings with the name of the database that the place has: a demonstration's is called after its province."""
    import psycopg

    from maidinh.infrastructure.database.connections import Connections

    demonstration = f"maidinh_demo_{environment.province.replace('-', '_')}"
    try:
        with psycopg.connect(Connections(environment.home, environment.database_url).admin_dsn) as connection:
            found = connection.execute(
                "SELECT datname FROM pg_database WHERE datname = ANY(%s)", [[environment.database_name, demonstration]]
            ).fetchall()
    except (psycopg.Error, OSError):
        return environment  # what is wrong with it, whoever reads a table will say
    names = {name for (name,) in found}
    if environment.database_name in names or demonstration not in names:
        return environment
    return environment.model_copy(update={"database_name": demonstration})


@contextmanager
def _changing(data: Path | None, official: str) -> Iterator[tuple[Actor, Any]]:
    """In the name of an official, with the signer; what is refused is told, and the process ends."""
    _settings(data)
    from django.conf import settings
    from django.utils.translation import gettext

    from maidinh.exchange.keys.rules import KeyRefused
    from maidinh.infrastructure.actor import NotAllowed
    from maidinh.infrastructure.keys.client import SignerClient, SignerError

    try:
        with acting_as(official) as actor:
            try:
                yield actor, SignerClient.for_caller(settings.MAIDINH.home, "operator")
            except KeyRefused as refusal:
                _leave(REFUSED, gettext(refusal.says))
            except NotAllowed as refusal:
                told = say("This official may not do this; it needs the permission {permission}.")
                _leave(WRONG_USE, told.format(permission=refusal.permission))
    except SignerError as error:
        _leave(FAILED, f"{error}\n{say('Is the installation running there? Name its --port and --data.')}")


def _midnight_after(text: str | None) -> datetime | None:
    """The moment at which a key with this last day ends, by the clock of the place."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        _leave(WRONG_USE, say("Write the last day as 2027-12-31."))
    import zoneinfo

    from maidinh.config.settings import TIME_ZONE

    return datetime.combine(day + timedelta(days=1), time(), zoneinfo.ZoneInfo(TIME_ZONE))


def _document(row: RegisteredKey, at: datetime) -> dict[str, Any]:
    from maidinh.exchange.keys.rules import state_of

    return {
        "kid": row.kid,
        "holder": row.holder,
        "state": state_of(row.term, at),
        "custody": row.custody,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
        "reason": row.reason,
        "sha256": row.thumbprint,
        "public_key_pem": row.public_key_pem,
    }


def _line(row: RegisteredKey, at: datetime) -> str:
    from django.utils.timezone import localtime

    from maidinh.exchange.keys.rules import state_of

    states = {
        "future": say("does not hold yet"), "valid": say("in force"), "ending": say("in force until {day}"),
        "ended": say("ended {day}"), "revoked": say("revoked"),
    }  # fmt: skip
    day = f"{localtime(row.valid_to):%d/%m/%Y %H:%M}" if row.valid_to else ""
    custody = {"platform": say("kept by the platform"), "agency": say("kept by the agency")}[row.custody]
    return f"{row.kid}  {states[state_of(row.term, at)].format(day=day)}, {custody}  sha256:{row.thumbprint[:16]}"


def _done(row: RegisteredKey, as_json: bool, told: str) -> None:
    at = datetime.now(UTC)
    if as_json:
        print(json.dumps(_document(row, at), ensure_ascii=False, indent=2))
    else:
        print(f"{told}\n{say('The exchange follows within seconds.')}")


def _leave(code: int, message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(code)
