"""What a payment provider is to us: begin, tell, give back, list a day; and how it can fail. Layer 4, adapter.

Every call may be made again with the same number and counts once at the provider. An implementation is gateway.py; the
stand-in of a sample installation, which speaks the same, is stand_in.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from maidinh.services.fees.definition import Asked, Statement


class ProviderUnavailable(Exception):
    """The provider did not answer, or nobody can say whether it did what was asked: ask again."""


class ProviderRefused(Exception):
    """The provider answered that it won't; asking again changes nothing."""


class ForgedNotice(Exception):
    """What came is not signed by the provider, is too old, or can't be read; `reason` is a word."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Notice:
    """What a provider called to tell, under the provider's own number for the call."""

    number: str
    statement: Statement


class Provider(Protocol):
    """A payment provider. The calls that go out are made outside any transaction, by the worker."""

    @property
    def id(self) -> str:
        """What our rows call it."""

    def check(self) -> str | None:
        """What is wrong with the way to the provider; None when it answers."""

    def begin(self, asked: Asked) -> str:
        """Where the payer is sent. Raises ProviderUnavailable, ProviderRefused."""

    def transactions(self, order: str) -> list[Statement]:
        """All that happened under one of our orders. Raises ProviderUnavailable."""

    def refund(self, number: str, reference: str, amount: int) -> bool:
        """Give a transaction's money back; whether it is back already. Raises ProviderUnavailable, ProviderRefused."""

    def day(self, day: date) -> list[Statement]:
        """Every transaction of a day, those given back told as such. Raises ProviderUnavailable."""

    def read_notice(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
        """What a call to us says, once its signature holds. Raises ForgedNotice."""
