"""`maidinh exchange call`: one call through the exchange, made by hand as one of the declared systems.

Layer 0, config. For trying what a version opened or closed. It signs through the signer of the running installation as
the systems themselves do, and reads nothing but the directory that the gateway keeps; no database. Exit codes:
0 answered, 1 refused, 2 wrong use, 3 nobody can say whether it was carried out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.cli import exchange_audit, exchange_evidence, exchange_operations, exchange_replay, exchange_sandbox
from maidinh.config.cli.doctor import demonstrations_beside, environment_meant
from maidinh.config.cli.exchange_contracts import app as contracts_app
from maidinh.config.cli.exchange_interfaces import interface_check
from maidinh.config.cli.exchange_keys import app as keys_app
from maidinh.config.cli.exchange_operations import unanswered
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.config.environment import Environment
    from maidinh.exchange.client.calls import ExchangeAnswer, ExchangeClient, ExchangeRefused, ExchangeUnavailable
    from maidinh.exchange.directory.definition import Directory, Service

REFUSED, WRONG_USE, FAILED = 1, 2, 3
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


app = typer.Typer(
    help=say("Call through the exchange by hand, its evidence, contracts between agencies."), no_args_is_help=True
)
app.add_typer(keys_app, name="keys")
app.add_typer(contracts_app, name="contracts")
exchange_evidence.add_to(app)
exchange_audit.add_to(app)
exchange_operations.add_to(app)
exchange_replay.add_to(app)
exchange_sandbox.add_to(app)
app.command("interface-check", help=say("Say whether a newer interface breaks those who use the older one."))(
    interface_check
)


@app.callback()
def _group() -> None:
    """Keeps the one command under its name."""


@app.command(help=say("Make one call as a declared system, and say what the exchange answers."))
@told_plainly
def call(
    service: Annotated[str, typer.Argument(help=say("The service: its code or its whole identifier."))],
    system: Annotated[str, typer.Option("--as", help=say("The system that calls: its code or its whole identifier."))],
    path: Annotated[str | None, typer.Option("--path", help=say("What is asked for, such as /parcels/1."))] = None,
    method: Annotated[str, typer.Option("--method", help=say("The method of the call."))] = "GET",
    body: Annotated[Path | None, typer.Option(help=say("A file with a SOAP body's element. Unset: empty."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
    data: Annotated[Path | None, typer.Option(help=say("The data directory. Unset: as the settings say."))] = None,
    port: Annotated[int | None, typer.Option(help=say("The port of its pages; the gateway has the next one."))] = None,
) -> None:
    """Make one call as a declared system, and say what the exchange answers."""
    from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused, ExchangeUnavailable
    from maidinh.infrastructure.keys.client import SignerClient, SignerError

    method = method.upper()
    if method not in METHODS:
        _leave(WRONG_USE, say("The method is one of: {methods}").format(methods=", ".join(METHODS)))
    if path and not path.startswith("/"):
        _leave(WRONG_USE, say("The path begins with a slash: /{path}").format(path=path))
    path = path or ""
    environment = environment_meant(data, port)
    directory = _directory(environment, f"maidinh exchange call {service} --as {system} --path {path or '/'}")
    called = _one("service", service, [each.id for each in directory.services])
    caller = _one("system", system, [each.id for each in directory.subsystems])
    offered = next(each for each in directory.services if each.id == called)
    if body is not None and offered.protocol != "soap":
        _leave(
            WRONG_USE,
            say("Only a SOAP service is called with a body from a file; {named} is none.").format(named=called),
        )
    content = None if body is None else body.read_bytes()
    try:
        with closing(SignerClient.for_caller(environment.home, "operator")) as signer:
            client = ExchangeClient(environment.gateway_url, caller, signer, directory.signing_key(caller, _now()))
            if offered.protocol == "soap":
                answer = _spoken(client, offered, path, content)
            else:
                answer = client.call(called, at=_now(), method=method, path=path)
    except ExchangeRefused as refusal:
        _refused(refusal, caller, called, as_json)
    except ExchangeUnavailable as error:
        _failed(error, caller, called, as_json)
    except SignerError as error:
        _leave(FAILED, f"{error}\n{say('Is the installation running there? Name its --port and --data.')}")
    _answered(answer, caller, called, as_json)


def _spoken(client: ExchangeClient, service: Service, path: str, body: bytes | None) -> ExchangeAnswer:
    """The answer of a SOAP service to this body, or to its operation with nothing in it."""
    from maidinh.exchange.client.soap import empty_body, operation_of
    from maidinh.exchange.interfaces.wsdl import NotXml

    operation = operation_of(service, path)
    try:
        element = empty_body(service, operation) if body is None else body
        return client.call_soap(f"{service.subsystem}/{operation}", element, at=_now())
    except NotXml as error:
        _leave(WRONG_USE, say("The body is no XML that can be sent: {reason}").format(reason=error))
    except ValueError:
        told = say("No WSDL of {named} has the operation {operation}. Give the body: --body FILE.")
        _leave(WRONG_USE, told.format(named=service.id, operation=operation))


def _now() -> datetime:
    return datetime.now(UTC)


def _directory(environment: Environment, again: str) -> Directory:
    """The directory that the gateway works by, from the copy that it keeps."""
    from maidinh.exchange import jws
    from maidinh.exchange.directory.definition import KIND, Directory

    copy = environment.home.gateway / "directory.jws"
    if not copy.is_file():
        told = say("There is no exchange in {place}. Start it: maidinh up, or maidinh demo.")
        beside = [f"{again} --data {folder}" for folder in demonstrations_beside(environment)]
        also = [say("A demonstration lies here; call it with"), *beside] if beside else []
        _leave(WRONG_USE, "\n".join([told.format(place=environment.data), *also]))
    return Directory.model_validate_json(jws.parse(copy.read_text("ascii"), KIND).payload)


def _one(kind: str, named: str, identifiers: Sequence[str]) -> str:
    """The identifier that a name stands for: itself, or the only one that ends in it."""
    found = [each for each in identifiers if named in (each, each.rpartition("/")[2])]
    if len(found) != 1:
        unknown = {
            "service": say("The directory has no such service, or several: {named}. It has:"),
            "system": say("The directory has no such system, or several: {named}. It has:"),
        }[kind]
        _leave(WRONG_USE, "\n  ".join([unknown.format(named=named), *identifiers]))
    return found[0]


def _refused(refusal: ExchangeRefused, caller: str, called: str, as_json: bool) -> NoReturn:
    from maidinh.exchange.operations.reasons import reason_for

    told = reason_for(refusal.reason)
    says, remedy = say(told.says), say(told.remedy)
    if as_json:
        _print_json({
            "outcome": "refused", "client": caller, "service": called, "type": refusal.type, "reason": refusal.reason,
            "says": says, "remedy": remedy, "x_road_id": refusal.x_road_id,
        })  # fmt: skip
    else:
        print(f"{say('Refused')}: {caller} -> {called}")
        print(f"{says} ({refusal.type}: {refusal.reason})\n-> {remedy}")
        print(f"{say('The exchange wrote it down as')} {refusal.x_road_id}")
    sys.exit(REFUSED)


def _failed(error: ExchangeUnavailable, caller: str, called: str, as_json: bool) -> NoReturn:
    """The gateway says what went wrong and under which id; only where it says nothing it may be that none runs."""
    if as_json:
        _print_json({
            "outcome": "failed", "client": caller, "service": called, "type": error.type, "reason": error.reason,
            "says": unanswered(error), "x_road_id": error.x_road_id,
        })  # fmt: skip
        sys.exit(FAILED)
    if error.reason:
        print(f"{say('Failed')}: {caller} -> {called}", file=sys.stderr)
    _leave(FAILED, unanswered(error))


def _answered(answer: ExchangeAnswer, caller: str, called: str, as_json: bool) -> NoReturn:
    content = _content(answer)
    if as_json:
        _print_json({
            "outcome": "allowed", "client": caller, "service": called, "status": answer.status, "body": content,
            "x_road_id": answer.x_road_id,
        })  # fmt: skip
    else:
        print(f"{say('Allowed')}: {caller} -> {called}")
        print(say("The service answered with status {status}:").format(status=answer.status))
        print(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=2))
        print(f"{say('The exchange wrote it down as')} {answer.x_road_id}")
    sys.exit(0)


def _content(answer: ExchangeAnswer) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.body.decode("utf-8", errors="replace")


def _print_json(content: dict[str, Any]) -> None:
    print(json.dumps(content, ensure_ascii=False, indent=2))


def _leave(code: int, message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(code)
