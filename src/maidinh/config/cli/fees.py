"""`maidinh fees reconcile`: a day of online payments compared with the payment gateway's list.

Layer 0, config. Works on the installation's database as the worker does, and asks the gateway of its settings. Exit
codes: 0 everything agrees, 1 findings, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from maidinh.config.cli.doctor import environment_at
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

FINDINGS, FAILED = 1, 3
WORDS = {
    "unknown_order": "The gateway took money for an order that is not ours.",
    "wrong_amount": "Another amount was paid than is charged. The fee counts as not paid.",
    "wrong_currency": "It was paid in another currency. The fee counts as not paid.",
    "paid_twice": "The fee was paid twice. The second payment goes back by itself.",
    "not_at_provider": "We have this payment; the gateway's list of the day does not.",
    "refund_unasked": "The gateway gave money back that nobody asked for.",
    "refund_refused": "The gateway refuses to give this money back.",
}

app = typer.Typer(help=say("Fees that are paid online."), no_args_is_help=True)


@app.callback()
def fees() -> None:
    """Fees that are paid online."""


@app.command(help=say("Compare a day of online payments with the payment gateway's list."))
@told_plainly
def reconcile(
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=say("The day. Unset: yesterday."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
    data: Annotated[Path | None, typer.Option(help=say("The data directory. Unset: as the settings say."))] = None,
    port: Annotated[
        int | None, typer.Option(help=say("The port of its pages; the next two are looked at too."))
    ] = None,
) -> None:
    """Compare a day of online payments with the payment gateway's list."""
    from maidinh.config.payments import provider_of

    environment = environment_at(data, None, port)
    os.environ.update(environment.variables())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maidinh.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import OperationalError
    from django.utils.timezone import localtime

    from maidinh.infrastructure.database.standing import as_role
    from maidinh.services.fees.actions import reconciling
    from maidinh.services.fees.adapters.provider import ProviderRefused, ProviderUnavailable
    from maidinh.services.fees.queries import findings_of_day

    provider, at = provider_of(environment), datetime.now(UTC)
    if provider is None or not settings.CONNECTIONS.prepared:
        _leave(
            say("No fees are paid online here: set MAIDINH_PAYMENT_URL, and start the installation with maidinh up.")
        )
    day = date.date() if date else localtime(at).date() - timedelta(days=1)
    try:
        with as_role(settings.CONNECTIONS, "worker"):
            row = reconciling.reconcile(provider=provider, day=day, at=at)
            found = findings_of_day(day)
    except (ProviderUnavailable, ProviderRefused) as error:
        _leave(say("The payment gateway does not answer: {reason}. Try again later.").format(reason=error))
    except OperationalError as error:
        _leave(say("The database does not answer: {reason}").format(reason=str(error).strip()))
    if as_json:
        print(json.dumps({
            "day": day.isoformat(), "provider": row.provider, "lines": row.lines, "paid": row.paid,
            "given_back": row.given_back, "findings": [_document(each) for each in found],
        }, ensure_ascii=False, indent=2))  # fmt: skip
    else:
        told = say("{day}: {lines} transactions, {paid} dong paid, {back} dong given back.")
        print(told.format(day=day.isoformat(), lines=row.lines, paid=row.paid, back=row.given_back))
        for each in found:
            print(f"{each.order} {each.reference}: {say(WORDS[each.kind])}")
        print(say("Everything agrees.") if not found else f"{say('To settle')}: {len(found)}")
    sys.exit(FINDINGS if found else 0)


def _document(row: Any) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "order": row.order,
        "reference": row.reference,
        "dossier": row.dossier,
        "told": row.told,
        "expected": row.expected,
        "currency": row.currency,
    }


def _leave(reason: str) -> NoReturn:
    print(reason, file=sys.stderr)
    sys.exit(FAILED)
