"""`maidinh exchange export` and `maidinh exchange verify`: the evidence of an exchange as a file, and what it is worth.

Layer 0, config. `export` reads the database of a running installation as its owner and has its signer seal the file;
`verify` reads files alone and asks nobody. Exit codes: 0 done or it holds, 1 findings, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.cli.doctor import environment_meant
from maidinh.config.cli.log_checks import detail_of, speak
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    import psycopg

    from maidinh.config.environment import Environment
    from maidinh.exchange.asic.judging import Judged
    from maidinh.exchange.asic.trust import Trust
    from maidinh.exchange.evidence.container import Evidence

FINDINGS, WRONG_USE, FAILED = 1, 2, 3
FILE_LIMIT = 256 * 1024 * 1024
Body = Annotated[Path | None, typer.Option(help=say("The body that was exchanged, to be put beside its evidence."))]


def add_to(group: typer.Typer) -> None:
    """Register both commands."""
    group.command("export", help=say("Write the evidence of one exchange as a file that proves it to anyone."))(export)
    group.command("verify", help=say("Say what the evidence in a file is worth: ours, or a container of X-Road."))(
        verify
    )


@told_plainly
def export(
    exchange: Annotated[str, typer.Argument(help=say("The exchange: its X-Road-Id or X-Road-Request-Id."))],
    output: Annotated[Path, typer.Option("--output", "-o", help=say("The file to write, such as evidence.asice."))],
    request: Body = None,
    response: Body = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
    data: Annotated[Path | None, typer.Option(help=say("The data directory. Unset: as the settings say."))] = None,
    port: Annotated[int | None, typer.Option(help=say("The port of its pages; the gateway has the next one."))] = None,
) -> None:
    """Write the evidence of one exchange."""
    from maidinh.exchange.evidence.container import EvidenceError, container_for
    from maidinh.exchange.evidence.gathering import sealing_for
    from maidinh.infrastructure.keys.client import SignerClient, SignerError
    from maidinh.infrastructure.timestamps.asking import TimestampError

    environment = environment_meant(data, port)
    bodies = {side: path.read_bytes() for side, path in (("request", request), ("response", response)) if path}
    at = datetime.now(UTC)
    try:
        evidence = _one(environment, exchange)
        with closing(SignerClient.for_caller(environment.home, "operator")) as signer:
            sealed = sealing_for(environment.home, environment.province, signer.sign, stamp=_stamping(environment))
            try:
                content, stamped = container_for(evidence, seal=sealed, at=at, bodies=bodies), sealed.stamp is not None
            except TimestampError as error:
                print(say("The file gets no time stamp of its own: {reason}").format(reason=error), file=sys.stderr)
                plain = sealing_for(environment.home, environment.province, signer.sign)
                content, stamped = container_for(evidence, seal=plain, at=at, bodies=bodies), False
    except EvidenceError as error:
        _leave(FINDINGS, str(error))
    except SignerError as error:
        _leave(FAILED, f"{error}\n{say('Is the installation running there? Name its --port and --data.')}")
    output.write_bytes(content)
    proved = evidence.receipt is not None and evidence.receipt.proof is not None
    if as_json:
        print(json.dumps({
            "file": str(output), "x_road_id": evidence.x_road_id, "request_id": evidence.id, "bytes": len(content),
            "proved": proved, "log_stamped": bool(evidence.stamp), "stamped": stamped,
        }, ensure_ascii=False))  # fmt: skip
        return
    print(say("Written: {file}").format(file=output))
    if evidence.receipt is not None and not proved:
        print(say("Its entry is not in the published log yet; export it again in a minute for the proof."))
    elif proved and not evidence.stamp:
        print(say("The log was not stamped since; export it again later for the time stamp."))


def verify(
    file: Annotated[Path, typer.Argument(help=say("The container (.asice)."))],
    trust: Annotated[
        list[Path] | None,
        typer.Option(help=say("Certificates of authorities, public keys, or a folder of them. Unset: this machine's.")),
    ] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help=say("Judge only whether the file agrees with itself, whoever made it."))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
    language: Annotated[str | None, typer.Option(help=say("vi or en. Unset: by LANG."))] = None,
) -> None:
    """Judge a container offline."""
    speak(language)
    from maidinh.exchange.evidence.judging import judge_evidence
    from maidinh.infrastructure.translog.trust import KeyFileError

    try:
        if file.stat().st_size > FILE_LIMIT:
            _leave(FINDINGS, say("The file is larger than any container that is read: {file}").format(file=file))
        content, believed = file.read_bytes(), _trust(trust, alone)
    except KeyFileError as error:
        _leave(WRONG_USE, str(error))
    except OSError as error:
        _leave(WRONG_USE, f"{error.filename}: {error.strerror}")
    judged = judge_evidence(content, believed, at=datetime.now(UTC))
    _tell(judged, judged.sound and (alone or judged.trusted), as_json)


def _one(environment: Environment, asked: str) -> Evidence:
    import psycopg

    from maidinh.exchange.evidence.gathering import Archive
    from maidinh.infrastructure.translog.rules import origin_of

    try:
        with _connected(environment) as connection:
            found = Archive(connection, environment.home, origin_of(environment.province)).found(asked)
    except psycopg.OperationalError as error:
        _leave(FAILED, f"{str(error).strip()}\n{say('Is the installation running there? Name its --port and --data.')}")
    if not found:
        _leave(FINDINGS, say("The exchange has written down no call {id}.").format(id=asked))
    if len(found) > 1:
        several = say("Several calls have this X-Road-Id. Name one by its X-Road-Request-Id:")
        _leave(WRONG_USE, "\n  ".join([several, *(each.id for each in found)]))
    return found[0]


def _connected(environment: Environment) -> psycopg.Connection[Any]:
    """The installation's database as its owner; a demonstration's has a name of its own."""
    import psycopg

    from maidinh.config.environment import demonstration_database
    from maidinh.infrastructure.database.connections import Connections

    home, address = environment.home, environment.database_url
    if not Connections(home, address).prepared:
        told = say("There is no installation in {place}. Name its --data.")
        _leave(WRONG_USE, told.format(place=environment.data))
    try:
        own = Connections(home, address, environment.database_name)
        return psycopg.connect(own.dsn("owner"), connect_timeout=5)
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error):
            raise
        demonstration = Connections(home, address, demonstration_database(environment.province))
        return psycopg.connect(demonstration.dsn("owner"), connect_timeout=5)


def _stamping(environment: Environment) -> Callable[[bytes], bytes] | None:
    from maidinh.config.serving import timestamping_roots
    from maidinh.infrastructure.timestamps.asking import ask_authority, read_roots

    url = environment.timestamping
    if url is None:
        return None
    return lambda data: (
        ask_authority(url, data, roots=read_roots(timestamping_roots(environment).read_bytes())).response
    )


def _trust(paths: list[Path] | None, alone: bool) -> Trust:
    """What was given; otherwise what this machine publishes, if there is an installation on it."""
    from maidinh.config.recorded import environment_here
    from maidinh.exchange.asic.trust import Trust, read_trust

    if paths:
        return read_trust(paths)
    here = environment_here().home.public_keys
    return read_trust([here]) if not alone and any(here.glob("authority@*.crt")) else Trust()


def _tell(judged: Judged, holds: bool, as_json: bool) -> NoReturn:
    if as_json:
        checks = [{"name": check.name, "ok": check.ok, "detail": detail_of(check)} for check in judged.checks]
        proved = None if judged.proved_at is None else judged.proved_at.isoformat()
        answer = {"ok": holds, "kind": judged.kind, "sound": judged.sound, "trusted": judged.trusted}
        print(json.dumps(answer | {"proved_at": proved, "checks": checks}, ensure_ascii=False))
    else:
        _tell_checks(judged.checks)
        print(_closing(judged, holds))
    sys.exit(0 if holds else FINDINGS)


def _tell_checks(checks: Sequence[Any]) -> None:
    words = {True: say("holds"), False: say("FAILS"), None: say("not checked")}
    width = max(len(word) for word in words.values())
    for check in checks:
        print(f"{words[check.ok]:<{width}}  {detail_of(check)}")


def _closing(judged: Judged, holds: bool) -> str:
    if not judged.sound:
        return say("The evidence does not hold.")
    if judged.trusted:
        return say("The evidence holds.")
    if holds:
        return say("The file agrees with itself. Who made it was not judged.")
    return say("The file agrees with itself, but nobody whom you trust vouches for it. Name an authority: --trust")


def _leave(code: int, message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(code)
