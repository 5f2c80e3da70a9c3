"""Where a service may really be reached: its name is resolved once, the address is judged, and only it is called.

Layer 6, no Django. A registered name that points, today or after it was registered, into a private network would turn
the gateway into a way around every firewall. So an address that is not public is refused unless the service declares
the network it lies in, or it is this installation's own; whoever changes the name's answer meanwhile changes nothing.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from yarl import URL

from maidinh.exchange.directory.definition import Service

KEPT_SECONDS = 30.0
KEPT_NAMES = 1024
NAT64 = ip_network("64:ff9b::/96")
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[list[str]]]


class RefusedAddressError(Exception):
    """No address of the service may be called."""


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name as the machine resolves it. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Destinations:
    """The addresses that the services' names stand for, each asked for once in a while and then kept."""

    def __init__(self, own: Iterable[tuple[str, int]], resolver: Resolve = resolve) -> None:
        self._own = frozenset(own)
        self._resolver = resolver
        self._kept: dict[tuple[str, int], tuple[float, list[str]]] = {}
        self._judged: dict[tuple[str, tuple[str, ...]], tuple[list[str], list[str]]] = {}  # of which, what is permitted

    async def of(self, service: Service) -> list[str]:
        """The addresses at which this service may be called. Raises RefusedAddressError, or OSError without any."""
        place = _place(service.url)
        found = await self._resolved(*place)
        if place in self._own:
            return found
        of, permitted = self._judged.get((service.url, service.networks), ([], []))
        if of is not found:  # asked for anew, so judged anew
            networks = [ip_network(each) for each in service.networks]
            permitted = [each for each in found if _permitted(each, networks)]
            if len(self._judged) >= KEPT_NAMES:
                self._judged.clear()
            self._judged[service.url, service.networks] = (found, permitted)
        if not permitted:
            raise RefusedAddressError(", ".join(found))
        return permitted

    async def _resolved(self, host: str, port: int) -> list[str]:
        now = time.monotonic()
        asked_at, found = self._kept.get((host, port), (now - KEPT_SECONDS, []))
        if now - asked_at < KEPT_SECONDS:
            return found
        try:
            found = [str(ip_address(host))]
        except ValueError:
            found = await self._resolver(host, port)
        if not found:
            raise OSError(f"{host} has no address")
        if len(self._kept) >= KEPT_NAMES:
            self._kept.clear()
        self._kept[host, port] = (now, found)
        return found


@lru_cache(maxsize=KEPT_NAMES)
def _place(url: str) -> tuple[str, int]:
    read = URL(url)
    return read.host or "", read.port or 0


def _permitted(text: str, networks: Iterable[Network]) -> bool:
    address = ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or address
    if any(mapped in network for network in networks):
        return True
    return all(each.is_global and not each.is_multicast for each in _meant(address))


def _meant(address: Address) -> list[Address]:
    """The address and every IPv4 address that hides in it: mapped, 6to4, Teredo and NAT64 lead there in the end."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    hidden: list[Address] = [address]
    if address.sixtofour is not None:
        hidden.append(address.sixtofour)
    if address.teredo is not None:
        hidden.extend(address.teredo)
    if address in NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    return hidden
