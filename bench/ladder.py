"""The gateway with less than it does: one step of the ladder more each time, so that the cost of each is seen.

W0 forwards; W1 recognises the caller by its signed token and looks for the contract; W2 checks against the interface;
W3 signs the evidence and vouches for the caller to the service; W4, the gateway as it is, commits the intent before it
forwards and the evidence before it answers. Below W4 nothing may be run but this bench: nothing is written down.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from tests.exchange.world import INSTANCE, NOW, PROVINCE

from maidinh.exchange.gateway import app, protocol
from maidinh.exchange.gateway.bodies import Body
from maidinh.exchange.gateway.call import Admitted, Call, Question
from maidinh.exchange.gateway.checks import check_answer, check_request
from maidinh.exchange.gateway.forwarding import Answer, Forwarded, target_for
from maidinh.exchange.gateway.mediation import Mediator
from maidinh.exchange.gateway.protocol import ProtocolError
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.exchange.gateway.tls import TlsSettings
from maidinh.exchange.tracing import trace_to
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import AsyncSignerClient


class Forwarding(Mediator):
    """W0: to the service and back."""

    def admit(self, call: Call) -> Admitted | Question:
        target = protocol.read_target(call.raw)
        call.service, call.forwarded = target.service, target.forwarded
        call.snapshot = self._keeper.snapshot
        self._read_headers(call)
        return cast(Admitted, None)  # carry() below asks for none

    async def carry(self, call: Call, admitted: Admitted | Question, body: Body) -> Answer:
        call.request = body
        return self._answer(call, await self._across(call, body))

    async def fail(self, call: Call, error: ProtocolError) -> None:
        return None

    async def _across(self, call: Call, body: Body) -> Answer:
        if call.snapshot is None:
            raise ProtocolError(protocol.OUTDATED, "no_directory")
        service = call.snapshot.register.services[call.service]
        request = Forwarded(call.method, target_for(service, call.forwarded), call.kept, body)
        call.answer = await self._forwarder.forward(request, service)
        return call.answer


class Admitting(Forwarding):
    """W1: only for whom the directory knows, only what a contract names."""

    def admit(self, call: Call) -> Admitted | Question:
        return Mediator.admit(self, call)

    async def carry(self, call: Call, admitted: Admitted | Question, body: Body) -> Answer:
        self._bind(call, cast(Admitted, admitted).caller, body)
        return await super().carry(call, admitted, body)


class Checking(Admitting):
    """W2: held against the published interface both ways, and cut to the contract's fields."""

    async def carry(self, call: Call, admitted: Admitted | Question, body: Body) -> Answer:
        allowed = cast(Admitted, admitted)
        self._bind(call, allowed.caller, body)
        await check_request(call, allowed.terms, body)
        return self._answer(call, await check_answer(call, allowed.terms, await self._across(call, body)))


class Signing(Mediator):
    """W3: all but the log."""

    async def _write(self, row: Any) -> None:
        return None


MEDIATORS: dict[str, type[Mediator]] = {
    "W0": Forwarding, "W1": Admitting, "W2": Checking, "W3": Signing, "W4": Mediator,
}  # fmt: skip


def main() -> None:
    """Serve one step until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=list(MEDIATORS))
    parser.add_argument("home", type=Path)
    parser.add_argument("signer", type=Path)
    parser.add_argument("dsn")
    parser.add_argument("port", type=int)
    parser.add_argument("--certificates", type=Path, help="listen for mutual TLS too, on the next port")
    parser.add_argument("--collector", help="count for Prometheus, and send spans to this address")
    given = parser.parse_args()
    tls, folder = None, given.certificates
    if folder is not None:
        named = (folder / "server.crt", folder / "server.key", (folder / "authority.crt",))
        tls = TlsSettings(given.port + 1, *named)
    if given.collector:
        trace_to(given.collector, "gateway")
    shift = NOW.timestamp() - time.time()

    def clock() -> datetime:
        return datetime.fromtimestamp(time.time() + shift, UTC)

    app.Mediator = MEDIATORS[given.step]  # type: ignore[misc]
    app.serve_gateway(
        GatewaySettings(
            instance=INSTANCE, province=PROVINCE, dsn=given.dsn, home=Home(given.home),
            signer=AsyncSignerClient.for_caller(Home(given.signer), "gateway"), port=given.port, reuse_port=True,
            clock=clock, tls=tls, metrics_port=0 if given.collector else None,
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
