"""Quotas over several gateways, circuit breakers and contracts' own time-outs, with the moment to try again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import requests
from aiohttp import web

from maidinh.exchange.directory.definition import Contract
from maidinh.exchange.gateway.app import Gateway
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.exchange.gateway.limits import Limits
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.gateway.test_checks import answering, directory
from tests.exchange.world import NOW, PORTAL, SERVICE, Provider, contract_for, token_for

TARGET = f"/r1/{SERVICE}/persons/1"


@pytest.fixture
def under(
    start_gateway: Any, signer: SignerClient, provider: Provider, request: pytest.FixtureRequest
) -> Callable[..., list[Gateway]]:
    """Gateways that obey one contract of this test's own name."""

    def make(count: int = 1, **contract: Any) -> list[Gateway]:
        made = directory(signer, provider.port, {}, id=f"limits-{request.node.name}"[:200], **contract)
        gateways = [start_gateway() for _ in range(count)]
        for each in gateways:
            each.keeper.snapshot = Snapshot(made, "")
        return gateways

    return make


@pytest.fixture
def call(signer: SignerClient, clock: Any) -> Callable[..., requests.Response]:
    def make(gateway: Gateway, token: str | None = None) -> requests.Response:
        token = token or token_for(signer, TARGET, at=clock.now)
        headers = {"X-Road-Client": PORTAL, "Authorization": f"Bearer {token}"}
        return requests.get(f"http://127.0.0.1:{gateway.port}{TARGET}", headers=headers, timeout=20)

    return make


def test_a_quota_holds_over_several_gateways_and_says_when_to_try_again(
    under: Any, call: Any, provider: Provider, clock: Any, record_of: Any
) -> None:
    clock.now = NOW + timedelta(seconds=45)
    gateways = under(2, quota={"per_minute": 5})
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(call, gateways * 4))
    assert sorted(each.status_code for each in answers) == [200] * 5 + [429] * 3
    assert len(provider.seen) == 5
    refused = next(each for each in answers if each.status_code == 429)
    assert (refused.headers["X-Road-Error"], refused.headers["Retry-After"]) == ("Client.QuotaExceeded", "15")
    assert (record_of(refused)["outcome"], record_of(refused)["reason"]) == ("refused", "quota_exceeded")
    clock.now += timedelta(seconds=15)
    assert call(gateways[0]).status_code == 200


def test_a_quota_of_the_day_begins_when_the_day_does(under: Any, call: Any, clock: Any) -> None:
    clock.now = NOW + timedelta(hours=1)  # the contract began at NOW, the day before
    (gateway,) = under(quota={"per_minute": 5, "per_day": 2})
    assert [call(gateway).status_code for _ in range(3)] == [200, 200, 429]
    assert call(gateway).headers["Retry-After"] == str(23 * 3600)
    clock.now = NOW + timedelta(days=1)
    assert call(gateway).status_code == 200


def test_a_token_seen_before_takes_nothing_from_the_contract(
    under: Any, call: Any, signer: SignerClient, clock: Any
) -> None:
    (gateway,) = under(quota={"per_minute": 3})
    token = token_for(signer, TARGET, at=clock.now)
    assert [call(gateway, token).status_code for _ in range(6)] == [200, 400, 400, 400, 400, 400]
    assert [call(gateway).status_code for _ in range(3)] == [200, 200, 429]


def test_a_large_quota_is_taken_in_portions_and_never_exceeded(database: Any) -> None:
    contract = Contract.model_validate(contract_for(SERVICE, id="portions", quota={"per_minute": 1000}))

    async def spend() -> tuple[int, int]:
        limits = [Limits(database.dsn("gateway")) for _ in range(3)]
        given = refused = 0
        for _ in range(400):
            for each in limits:
                try:
                    await each.take(contract, NOW)
                    given += 1
                except Exception as error:
                    assert getattr(error, "reason", "") == "quota_exceeded"
                    refused += 1
        for each in limits:
            await each.close()
        return given, refused

    assert asyncio.run(spend()) == (1000, 200)


def test_what_cannot_be_counted_is_not_sent(under: Any, call: Any, provider: Provider) -> None:
    (gateway,) = under(quota={"per_minute": 5})
    gateway._mediator._limits._dsn = "host=/nowhere"
    answer = call(gateway)
    assert (answer.status_code, answer.headers["X-Road-Error"]) == (500, "Server.ServerProxy.LoggingFailed")
    assert provider.seen == []


def test_a_failing_service_is_left_alone_then_tried_once(
    under: Any, call: Any, provider: Provider, clock: Any, record_of: Any
) -> None:
    (gateway,) = under(breaker={"failures": 2, "pause_seconds": 30})
    provider.behaviour = answering({}, 503)
    assert [call(gateway).status_code for _ in range(2)] == [503, 503]
    assert len(provider.seen) == 2
    clock.now += timedelta(seconds=10)
    refused = call(gateway)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "20")
    assert refused.headers["X-Road-Error"] == "Server.ServerProxy.ServiceUnavailable"
    assert record_of(refused)["reason"] == "circuit_open"
    assert len(provider.seen) == 2
    clock.now += timedelta(seconds=20)
    assert "X-Road-Error" not in call(gateway).headers  # tried, and failed once more
    assert call(gateway).headers["Retry-After"] == "30"
    clock.now += timedelta(seconds=30)
    provider.behaviour = answering({})
    assert [call(gateway).status_code for _ in range(3)] == [200, 200, 200]


def test_a_success_between_failures_keeps_the_circuit_closed(under: Any, call: Any, provider: Provider) -> None:
    (gateway,) = under(breaker={"failures": 2, "pause_seconds": 30})
    for status in (503, 200, 503, 404, 503):
        provider.behaviour = answering({}, status)
        assert call(gateway).status_code == status


def test_while_one_call_tries_the_others_wait(under: Any, call: Any, provider: Provider, clock: Any) -> None:
    (gateway,) = under(breaker={"failures": 1, "pause_seconds": 5})
    provider.behaviour = answering({}, 500)
    call(gateway)
    clock.now += timedelta(seconds=5)

    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(0.5)
        return web.json_response({})

    provider.behaviour = slow
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(call, [gateway] * 4))
    assert sorted(each.status_code for each in answers) == [200, 503, 503, 503]


def test_a_contract_has_its_own_time_out(under: Any, call: Any, provider: Provider, record_of: Any) -> None:
    (gateway,) = under(timeout_seconds=1)

    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(2)
        return web.json_response({})

    provider.behaviour = slow
    answer = call(gateway)
    assert record_of(answer)["reason"] == "service_timeout"
