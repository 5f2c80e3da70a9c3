"""Which network zone a call comes from: the networks that each zone of the architecture has here.

Layer 6, no Django. Only the peer's own address counts, never a header about it: what stands in a header anyone may
write. Legal ground: Nghị định 224/2026/NĐ-CP article 24 (what runs is held against what was declared).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

OUTSIDE = "outside"  # an address in none of the networks that were told
LONGEST = 60
Network = IPv4Network | IPv6Network


class Zones:
    """The zones by their networks; of two networks that hold an address the narrower one counts."""

    def __init__(self, networks: Iterable[tuple[Network, str]] = ()) -> None:
        self._networks = sorted(networks, key=lambda each: -each[0].prefixlen)
        self.of = lru_cache(maxsize=4096)(self._of)

    def _of(self, peer: str | None) -> str:
        if not self._networks or not peer:
            return ""
        try:
            address = ip_address(peer.partition("%")[0])
        except ValueError:
            return OUTSIDE
        address = getattr(address, "ipv4_mapped", None) or address
        return next((zone for network, zone in self._networks if address in network), OUTSIDE)


def in_its_zone(seen: str, declared: str) -> bool:
    """Whether a call from the zone `seen` may be of a system declared in that zone; nothing said forbids nothing."""
    return not seen or not declared or seen == declared


def read_zones(text: str) -> Zones:
    """`dmz=10.1.0.0/16,10.2.0.0/16;lan=192.168.0.0/16` as an installation's settings write it. Raises ValueError."""
    found: dict[Network, str] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        zone, sign, networks = (each.strip() for each in part.partition("="))
        if not sign or not zone or len(zone) > LONGEST or zone == OUTSIDE:
            raise ValueError(f"{part!r} is no zone with its networks; write zone=network,network;zone=network")
        for written in filter(None, (each.strip() for each in networks.split(","))):
            network = _network(zone, written)
            if found.setdefault(network, zone) != zone:
                raise ValueError(f"the network {network} is in zone {found[network]} and in zone {zone}")
    return Zones(found.items())


def _network(zone: str, written: str) -> Network:
    try:
        return ip_network(written)
    except ValueError as error:
        raise ValueError(f"zone {zone}: {error}; write a network such as 10.1.0.0/16") from error
