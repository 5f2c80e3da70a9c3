"""A service's name leads only where its declaration lets it: no private network, no rebinding, no redirect."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import requests
from aiohttp import web

from maidinh.exchange.directory.actions import publish_directory
from maidinh.exchange.directory.definition import Service
from maidinh.exchange.directory.queries import current_serial
from maidinh.exchange.gateway.destinations import Destinations, RefusedAddressError
from maidinh.infrastructure.keys.client import SignerClient
from tests.exchange.world import ANYTHING, NOW, SERVICE, Provider, contract_for, directory_for, token_for

PUBLIC = "203.0.114.9"
HOSTILE = (
    "127.0.0.1", "10.0.0.5", "172.16.9.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::7", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.5", "2002:7f00:1::", "2002:a00:5::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
)  # fmt: skip


def service(url: str, *networks: str) -> Service:
    return Service.model_validate(
        {"id": SERVICE, "url": url, "methods": ANYTHING, "networks": networks, "timeout_seconds": 2}
    )


class Names:
    """A name server that answers as told, and another answer each time if several are given."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def reached(names: Names, asked: Service, own: tuple[tuple[str, int], ...] = ()) -> list[str]:
    return asyncio.run(Destinations(own, names).of(asked))


@pytest.mark.parametrize("address", HOSTILE)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(RefusedAddressError):
        reached(Names([address]), service("https://register.example/api"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://[::1]/x", "http://[::ffff:10.0.0.5]/"])
def test_an_address_written_out_is_refused_too(url: str) -> None:
    with pytest.raises(RefusedAddressError):
        reached(Names([PUBLIC]), service(url))


@pytest.mark.parametrize(("url", "address"), [
    ("http://2130706433/", "127.0.0.1"),
    ("http://0x7f.1/", "127.0.0.1"),
    ("http://localhost/", "127.0.0.1"),
])  # fmt: skip
def test_other_spellings_of_an_address_are_judged_by_what_they_mean(url: str, address: str) -> None:
    with pytest.raises(RefusedAddressError, match=address):
        asyncio.run(Destinations(()).of(service(url)))


def test_what_is_public_declared_or_our_own_is_reached() -> None:
    assert reached(Names([PUBLIC, "2001:4860::8"]), service("https://a.example")) == [PUBLIC, "2001:4860::8"]
    assert reached(Names(["10.2.0.9"]), service("https://a.example", "10.2.0.0/16")) == ["10.2.0.9"]
    assert reached(Names(["::ffff:10.2.0.9"]), service("https://a.example", "10.2.0.0/16")) == ["::ffff:10.2.0.9"]
    assert reached(Names([]), service("http://127.0.0.1:8002/land"), (("127.0.0.1", 8002),)) == ["127.0.0.1"]
    with pytest.raises(RefusedAddressError):
        reached(Names([]), service("http://127.0.0.1:8003/land"), (("127.0.0.1", 8002),))
    with pytest.raises(RefusedAddressError):
        reached(Names(["10.3.0.9"]), service("https://a.example", "10.2.0.0/16"))


def test_of_several_addresses_only_the_permitted_are_called() -> None:
    assert reached(Names(["10.0.0.5", PUBLIC, "127.0.0.1"]), service("https://a.example")) == [PUBLIC]


def test_a_name_is_asked_for_once_in_a_while_and_a_name_without_address_is_an_error() -> None:
    names = Names([PUBLIC], ["127.0.0.1"])
    kept = Destinations((), names)
    asked = service("https://a.example")
    assert [asyncio.run(kept.of(asked)) for _ in range(3)] == [[PUBLIC]] * 3
    assert names.asked == 1
    with pytest.raises(OSError, match="no address"):
        reached(Names([]), asked)


def test_a_network_that_is_none_is_told_when_the_directory_is_made() -> None:
    with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 network"):
        service("https://a.example", "the inner one")


@pytest.fixture
def ask(start_gateway: Any, orm_as: Any, signer: SignerClient, provider: Provider) -> Callable[..., requests.Response]:
    """Call a service at the provider under the name `register.example`, which `names` resolves."""

    def call(names: Names, networks: list[str]) -> requests.Response:
        declared = [{
            "id": SERVICE, "url": f"http://register.example:{provider.port}/base", "methods": ANYTHING,
            "timeout_seconds": 5, "networks": networks,
        }]  # fmt: skip
        with orm_as("web"):
            sent = directory_for(
                signer.public, serial=current_serial() + 1, services=declared, contracts=[contract_for(SERVICE)]
            )
            publish_directory(directory=sent, signer=signer, at=NOW)
        gateway = start_gateway(resolve=names)
        target = f"/r1/{SERVICE}/persons/1"
        headers = {"X-Road-Client": "MAU/GOV/AG1/PORTAL", "Authorization": f"Bearer {token_for(signer, target)}"}
        url = f"http://127.0.0.1:{gateway.port}{target}"
        return requests.get(url, headers=headers, timeout=20, allow_redirects=False)

    yield call
    with orm_as("web"):  # the other tests' directory again
        again = directory_for(signer.public, provider.port, serial=current_serial() + 1)
        publish_directory(directory=again, signer=signer, at=NOW)


def test_a_name_that_turns_to_this_machine_is_refused_and_recorded(
    ask: Any, provider: Provider, record_of: Any
) -> None:
    answer = ask(Names(["127.0.0.1"]), ["10.0.0.0/8"])
    assert answer.headers["X-Road-Error"] == "Server.ServerProxy.NetworkError"
    assert answer.json()["message"].startswith("address_refused:")
    row = record_of(answer)
    assert (row["outcome"], row["reason"]) == ("failed", "address_refused")
    assert provider.seen == []


def test_a_declared_network_is_reached_under_the_declared_name_and_no_redirect_is_followed(
    ask: Any, provider: Provider
) -> None:
    async def redirect(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "http://169.254.169.254/latest"})

    provider.behaviour = redirect
    names = Names(["10.9.9.9", "127.0.0.1"], ["10.9.9.9"])
    answer = ask(names, ["127.0.0.0/8"])
    assert (answer.status_code, names.asked) == (302, 1)
    assert provider.seen[0].header("Host") == f"register.example:{provider.port}"
    assert provider.seen[0].raw_path == "/base/persons/1"
    assert len(provider.seen) == 1
