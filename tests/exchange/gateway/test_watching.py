"""The gateway's numbers: by service, outcome and reason, on a loopback port, with nothing of a caller in them."""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from typing import Any

import pytest
import requests

from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused, ExchangeUnavailable
from maidinh.exchange.gateway.app import Gateway
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.world import DEAD, NOW, PORTAL, SERVICE, STRANGER, Provider


def numbers(gateway: Gateway) -> dict[str, float]:
    """What Prometheus would read."""
    answer = requests.get(f"http://127.0.0.1:{gateway.watch.port}/metrics", timeout=5)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain")
    lines = [line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


@pytest.fixture
def watched(start_gateway: Any, provider: Provider) -> Gateway:
    return start_gateway(metrics_port=0)


@pytest.fixture
def client_of(watched: Gateway, signer: SignerClient) -> Any:
    url = f"http://127.0.0.1:{watched.port}"
    return lambda system: ExchangeClient(url, system, signer, f"caller:{system}")


def test_calls_are_counted_by_service_outcome_and_reason(watched: Gateway, client_of: Any) -> None:
    client_of(PORTAL).call(SERVICE, at=NOW, path="/persons/012345678901", query={"name": "Nguyễn"})
    with pytest.raises(ExchangeRefused):
        client_of(STRANGER).call(SERVICE, at=NOW, path="/persons/1")
    with pytest.raises(ExchangeUnavailable):
        client_of(PORTAL).call(DEAD, at=NOW, path="/persons/1")
    with pytest.raises(ExchangeRefused):
        client_of(PORTAL).call(f"{SERVICE}-made-up-by-the-caller", at=NOW)
    found = numbers(watched)
    for service, outcome, reason in (
        (SERVICE, "allowed", ""), (SERVICE, "refused", "no_contract"), (DEAD, "failed", "service_unreachable"),
        ("unknown", "refused", "unknown_service"),
    ):  # fmt: skip
        assert found[f'maidinh_exchanges_total{{outcome="{outcome}",reason="{reason}",service="{service}"}}'] == 1
    assert found[f'maidinh_exchange_seconds_count{{service="{SERVICE}"}}'] == 2
    assert found[f'maidinh_service_seconds_count{{service="{SERVICE}"}}'] == 1
    assert found[f'maidinh_exchange_bytes_sum{{direction="response",service="{SERVICE}"}}'] > 10
    assert watched.keeper.snapshot is not None
    assert found["maidinh_directory_serial"] == watched.keeper.snapshot.serial
    assert found["maidinh_exchanges_under_way"] == 0
    text = str(found)
    assert not [word for word in ("012345678901", "Nguy", "made-up", PORTAL, STRANGER) if word in text]


def test_the_logs_lag_and_the_databases_state(watched: Gateway, client_of: Any) -> None:
    client_of(PORTAL).call(SERVICE, at=NOW, path="/persons/1")
    ends = time.monotonic() + 12  # nobody sequences here: what was written waits
    while numbers(watched)["maidinh_log_waiting"] < 1 and time.monotonic() < ends:
        time.sleep(0.2)
    found = numbers(watched)
    assert found["maidinh_log_waiting"] >= 1
    assert found["maidinh_log_lag_seconds"] >= 0
    assert found["maidinh_database_connected"] == 1


def test_nothing_else_is_served_there_and_nothing_at_all_by_default(watched: Gateway, gateway: Gateway) -> None:
    here = f"http://127.0.0.1:{watched.watch.port}"
    assert requests.get(f"{here}/", timeout=5).status_code == 404
    assert requests.post(f"{here}/metrics", timeout=5).status_code == 404
    assert requests.get(f"http://127.0.0.1:{watched.port}/metrics", timeout=5).status_code == 400
    assert gateway.watch.port == 0


def test_a_second_gateway_process_takes_the_next_port(start_gateway: Any) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        taken = held.getsockname()[1]
        assert start_gateway(metrics_port=taken).watch.port in range(taken + 1, taken + 8)


def test_a_service_that_is_left_alone_is_seen(watched: Gateway) -> None:
    assert not [name for name in numbers(watched) if name.startswith("maidinh_breaker_open")]
    from maidinh.exchange.gateway.limits import _Circuit

    circuits = watched._mediator._limits._circuits
    circuits["contract-1"] = _Circuit(failures=3, closed_from=NOW + timedelta(seconds=9))
    circuits["contract-2"] = _Circuit(failures=3, closed_from=NOW - timedelta(seconds=1))
    found = {name: value for name, value in numbers(watched).items() if name.startswith("maidinh_breaker_open")}
    assert found == {'maidinh_breaker_open{contract="contract-1"}': 1}
    circuits.clear()
    assert not [name for name in numbers(watched) if name.startswith("maidinh_breaker_open")]
