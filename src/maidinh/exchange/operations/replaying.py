"""Which failed call may be made again: the one that is meant, still unanswered, and of a method that may come twice.

Layer 6, no Django. A call that failed may have taken effect, so only safe and idempotent methods come into question;
and one that was answered after all under the same X-Road-Id, or is under way, is never made again.
"""

from __future__ import annotations

from datetime import datetime

from maidinh.exchange.client.calls import ExchangeAnswer, ExchangeClient, ExchangeUnavailable
from maidinh.exchange.operations.history import ALLOWED, FAILED, Cursor, Happened, happened_under, unended_under
from maidinh.exchange.operations.kept import REPEATABLE, KeptRequest


def N_(text: str) -> str:  # noqa: N802 - marks a text for translation
    """The text itself; it is translated where it is told."""
    return text


REFUSALS = {
    "unknown": N_("The exchange has written down no call with this id."),
    "not-failed": N_("No call with this id failed. Only a call that failed can be made again."),
    "answered": N_("The call was answered after all, so it is not made again."),
    "under-way": N_("A call with this id is under way, or nobody wrote down its end. Ask the provider first."),
    "not-repeatable": N_("The call may not be made twice: its method is neither safe nor idempotent."),
    "several": N_("Several calls with this X-Road-Id failed. Name one by its request id."),
    "other-agency": N_("Only the agency whose system called may have the call made again."),
    "not-kept": N_("The request is not kept any more, or was too large. The calling system must call again itself."),
}


class ReplayRefused(Exception):
    """The call is not made again; `word` is one of REFUSALS."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def call_to_repeat(cursor: Cursor, asked: str, *, agency: str | None, now: datetime) -> list[Happened]:
    """The failed call that is meant with all its attempts, the newest first; or ReplayRefused."""
    named = happened_under(cursor, asked)
    if not named:
        raise ReplayRefused("unknown")
    failed = [each for each in named if each.outcome == FAILED]
    if not failed:
        raise ReplayRefused("answered" if any(each.outcome == ALLOWED for each in named) else "not-failed")
    if len({_operation(each) for each in failed}) > 1:
        raise ReplayRefused("several")
    newest = failed[-1]
    if agency is not None and newest.consumer_agency != agency:
        raise ReplayRefused("other-agency")
    if newest.method not in REPEATABLE or newest.protocol != "rest":
        raise ReplayRefused("not-repeatable")
    family = happened_under(cursor, newest.x_road_id)
    if any(each.outcome == ALLOWED and _operation(each) == _operation(newest) for each in family):
        raise ReplayRefused("answered")
    if unended_under(cursor, newest.x_road_id, before=now):
        raise ReplayRefused("under-way")
    return [each for each in reversed(family) if each.outcome == FAILED and _operation(each) == _operation(newest)]


def make_again(client: ExchangeClient, request: KeptRequest, *, at: datetime) -> ExchangeAnswer:
    """Make the call again: another exchange, signed anew, under the same X-Road-Id.

    Raises what the client raises. Where the gateway itself was not reached, ExchangeUnavailable has no X-Road-Id, and
    the request is to be put back; in every other case the gateway has written down what came of it.
    """
    return client.again(
        method=request.method, target=request.target, headers=request.headers, body=request.body,
        x_road_id=request.x_road_id, at=at,
    )  # fmt: skip


def reached(error: ExchangeUnavailable) -> bool:
    """Whether the gateway itself answered, and so wrote down what came of the call."""
    return bool(error.x_road_id)


def _operation(call: Happened) -> tuple[str, str, str, str]:
    return call.client, call.service, call.method, call.path
