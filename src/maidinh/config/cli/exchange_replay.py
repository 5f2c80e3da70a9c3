"""`maidinh exchange replay`: a call that failed, made again.

Layer 0, config. Reads the evidence as the machine's operator, or with --agency as that agency; the request comes from
what the gateway kept sealed, the signature from the signer of the running installation. Exit codes: 0 answered, 1 not
made again or refused, 2 wrong use, 3 it failed again or nobody can say.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from maidinh.config.cli import exchange_operations
from maidinh.config.cli.doctor import environment_meant
from maidinh.config.cli.exchange_operations import Agency, Data, Json, Port, leave
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from maidinh.config.environment import Environment
    from maidinh.exchange.client.calls import ExchangeAnswer
    from maidinh.exchange.operations.history import Happened

NOT_MADE, FAILED = 1, 3


def add_to(group: typer.Typer) -> None:
    """Register the command."""
    group.command("replay", help=say("Make a call again that failed, under the same X-Road-Id."))(replay)


@told_plainly
def replay(
    asked: Annotated[str, typer.Argument(metavar="ID", help=say("The X-Road-Id of the call, or its request id."))],
    agency: Agency = None,
    as_json: Json = False,
    data: Data = None,
    port: Port = None,
) -> None:
    """Make a failed call again."""
    from maidinh.exchange.client.calls import ExchangeRefused, ExchangeUnavailable
    from maidinh.exchange.operations.reasons import reason_for
    from maidinh.exchange.operations.replaying import REFUSALS, ReplayRefused, call_to_repeat
    from maidinh.infrastructure.keys.client import SignerError

    environment, now = environment_meant(data, port), exchange_operations.now()
    try:
        with exchange_operations.reading(environment, agency) as cursor:
            attempts = call_to_repeat(cursor, asked, agency=agency, now=now)
        failed, answer = _made_again(environment, attempts, now)
    except ReplayRefused as refusal:
        _not_made(refusal.word, say(REFUSALS[refusal.word]), as_json)
    except ExchangeRefused as refusal:
        told = reason_for(refusal.reason)
        _not_made(refusal.reason, f"{say(told.says)}\n-> {say(told.remedy)}", as_json)
    except ExchangeUnavailable as error:
        leave(FAILED, f"{say('It failed again, or nobody can say:')} {error}")
    except SignerError as error:
        told_key = say("The system's key is not in this signer, or the signer does not answer: {reason}")
        leave(FAILED, told_key.format(reason=error))
    if as_json:
        print(json.dumps({
            "outcome": "allowed", "x_road_id": answer.x_road_id, "failed": str(failed.id),
            "request_id": answer.request_id, "status": answer.status,
        }))  # fmt: skip
        return
    print(f"{say('Answered')}: {failed.client} -> {failed.service}")
    print(say("The service answered with status {status}:").format(status=answer.status).removesuffix(":"))
    print(f"{say('The exchange wrote it down as')} {answer.x_road_id} ({answer.request_id})")


def _made_again(
    environment: Environment, attempts: Sequence[Happened], now: datetime
) -> tuple[Happened, ExchangeAnswer]:
    """Take the request, so that nobody else makes it meanwhile, and make it; an unclear end puts it back."""
    from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused, ExchangeUnavailable
    from maidinh.exchange.operations.kept import KeptRequests
    from maidinh.exchange.operations.replaying import ReplayRefused, make_again, reached
    from maidinh.infrastructure.keys.client import SignerClient

    hours = timedelta(hours=environment.exchange_kept_hours)
    kept = KeptRequests(environment.home, lifetime=hours, size_limit=environment.exchange_kept_limit)
    failed = next((each for each in attempts if kept.holds(each.id, now)), attempts[0])
    ended: Exception
    with (
        closing(SignerClient.for_caller(environment.home, "operator")) as signer,
        kept.taken(failed.id, now) as request,
    ):
        if request is None:
            raise ReplayRefused("not-kept")
        client = ExchangeClient(environment.gateway_url, request.client, signer, f"caller:{request.client}")
        try:
            return failed, make_again(client, request, at=now)
        except ExchangeRefused as refusal:
            ended = refusal
        except ExchangeUnavailable as error:
            if not reached(error):
                raise
            ended = error
    raise ended


def _not_made(word: str, says: str, as_json: bool) -> NoReturn:
    if as_json:
        print(json.dumps({"outcome": "not-made", "reason": word, "says": says}, ensure_ascii=False))
    else:
        print(f"{says} ({word})", file=sys.stderr)
    sys.exit(NOT_MADE)
