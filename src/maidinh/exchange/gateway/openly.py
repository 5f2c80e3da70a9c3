"""What the exchange tells everyone, without a call: its members and systems, and what its evidence is judged by.

Layer 6, no Django. Nothing here is about anyone's exchange; it is what the published architecture says, signed.
"""

from __future__ import annotations

from aiohttp import web

from maidinh.exchange.gateway import metadata, proofs, protocol
from maidinh.exchange.gateway.call import Call
from maidinh.exchange.gateway.delivery import SERVER
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.exchange.gateway.protocol import ProtocolError
from maidinh.infrastructure.home import Home

LIST_CLIENTS = f"/{metadata.LIST_CLIENTS}"


def told_openly(call: Call, snapshot: Snapshot | None, home: Home) -> web.Response | None:
    """The answer, or None where the call is one to be mediated."""
    path, _, query = call.raw.partition("?")
    if path not in (LIST_CLIENTS, proofs.VERIFICATIONCONF):
        return None
    if call.method != "GET":
        raise ProtocolError(protocol.INVALID_METHOD, "invalid_method", "ask with GET")
    if snapshot is None:
        raise ProtocolError(protocol.OUTDATED, "no_directory", "no published directory is in force here")
    if path == LIST_CLIENTS:
        kind, body = metadata.clients(snapshot.directory, query, call.accept)
        return web.Response(body=body, headers={"Content-Type": kind, "Server": SERVER})
    headers = {
        "Content-Type": proofs.ZIP, "Content-Disposition": 'attachment; filename="verificationconf.zip"',
        "Server": SERVER,
    }  # fmt: skip
    return web.Response(body=proofs.verification_files(snapshot, home), headers=headers)
