"""The signer process: answers at a Unix socket and signs what its caller is permitted to have signed.

Layer 7, no Django. It is the only process whose code reads private keys. A caller is known by its user id (SO_PEERCRED)
and by its token; `permissions.py` says what each may ask for. Where all run under one account, as they do unless an
installation arranges otherwise, this keeps apart by convention what the operating system does not. One JSON object a
line, each with its answer; no answer and no log line ever holds a secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import os
import secrets
import signal
import socket
import struct
from collections.abc import Collection
from datetime import datetime
from typing import Any

from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import LINE_LIMIT, decode, encode, token_path
from maidinh.infrastructure.keys.identifiers import KeyNameError
from maidinh.infrastructure.keys.keyring import KeyRefusedError, Keyring
from maidinh.infrastructure.keys.permissions import CALLERS, allowed, may_be_signed, noted

HELLO_SECONDS = 5.0
BATCH_LIMIT = 1000

logger = logging.getLogger(__name__)


def prepare_tokens(home: Home) -> None:
    """Make the token of each caller unless it is there. Any process may do this first; all read the same."""
    for caller in CALLERS:
        path = token_path(home, caller)
        if path.exists():
            continue
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(32) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # whoever links first decides; a rename would let the second one win
        draft.unlink()


class Signer:
    """Takes requests of callers to a keyring."""

    def __init__(self, keyring: Keyring, tokens: dict[str, str], uids: Collection[int]) -> None:
        self._keyring = keyring
        self._digests = {caller: hashlib.sha256(token.encode()).digest() for caller, token in tokens.items()}
        self._uids = frozenset(uids)
        self._tasks: set[asyncio.Task[None]] = set()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends."""
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            caller = await self._greet(reader, writer)
            while caller is not None and (line := await reader.readline()):
                writer.write(_line(self.answer(caller, line)))
                await writer.drain()
        except (OSError, ValueError, asyncio.CancelledError):  # a lost peer, a line beyond the limit, or our own end
            pass
        finally:
            writer.close()

    async def end(self) -> None:
        """Close every connection."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def answer(self, caller: str, line: bytes) -> dict[str, Any]:
        """Do what one request asks and say what came of it."""
        request = _object(line)
        if request is None:
            return _refusal(None, "invalid", "a request is one JSON object on one line")
        return self._reply(caller, request)

    def _reply(self, caller: str, request: dict[str, Any]) -> dict[str, Any]:
        number = request.get("id")
        try:
            return {"id": number} | self._do(caller, request)
        except KeyNameError as error:
            return _refusal(number, "invalid", str(error))
        except KeyRefusedError as error:
            return _refusal(number, error.code, str(error))
        except (KeyError, TypeError, ValueError):
            return _refusal(number, "invalid", "a field of the request is missing or of the wrong form")
        except Exception:
            logger.exception("signer: %s of %s failed", request.get("op"), caller)
            return _refusal(number, "failed", "the signer could not do it; its own output says why")

    def _do(self, caller: str, request: dict[str, Any]) -> dict[str, Any]:
        operation = request["op"]
        if operation == "ping":
            return {"pong": True}
        if operation == "batch":
            requests = request["requests"]
            if not isinstance(requests, list) or len(requests) > BATCH_LIMIT:
                raise KeyRefusedError("invalid", f"a batch is a list of at most {BATCH_LIMIT} requests")
            if any(not isinstance(each, dict) or each.get("op") == "batch" for each in requests):
                raise KeyRefusedError("invalid", "a batch holds single requests")
            return {"answers": [self._reply(caller, each) for each in requests]}
        key = request["key"]
        if not allowed(caller, operation, key):
            logger.warning("signer: refused %s of %s to %s", operation, key, caller)
            raise KeyRefusedError("forbidden", f"{caller} may not have {operation} done with this key")
        if operation == "sign":
            return self._sign(caller, key, decode(request["message"]))
        return self._perform(operation, key, request)

    def _sign(self, caller: str, key: str, message: bytes) -> dict[str, Any]:
        if not may_be_signed(caller, key, message):
            logger.warning("signer: refused %s another statement by %s", caller, key)
            raise KeyRefusedError("forbidden", f"{caller} may have this key sign one kind of statement only")
        done = {"signature": encode(self._keyring.sign(key, message))}
        if noted(caller, key):
            logger.warning("signer: %s had %s sign %s", caller, key, hashlib.sha256(message).hexdigest())
        return done

    def _perform(self, operation: str, key: str, request: dict[str, Any]) -> dict[str, Any]:
        ring = self._keyring
        match operation:
            case "sign_digest":
                algorithm = request.get("digest_algorithm", "sha256")
                done = {"signature": encode(ring.sign_digest(key, decode(request["digest"]), algorithm))}
            case "public":
                done = {"public": ring.public(key)}
            case "certificate":
                done = {"certificate": ring.certificate(key)}
            case "create":
                done = {"public": ring.create(key, request.get("algorithm"))}
            case "certify":
                chain = ring.certify(
                    key,
                    common_name=request["common_name"],
                    organisation=request["organisation"],
                    valid_from=datetime.fromisoformat(request["valid_from"]),
                    valid_to=datetime.fromisoformat(request["valid_to"]),
                )
                done = {"certificate": chain}
            case "certify_key":
                chain = ring.certify_key(
                    key,
                    request["public"],
                    common_name=request["common_name"],
                    organisation=request["organisation"],
                    valid_from=datetime.fromisoformat(request["valid_from"]),
                    valid_to=datetime.fromisoformat(request["valid_to"]),
                )
                done = {"certificate": chain}
            case "revoke":
                ring.revoke(key)
                done = {"revoked": key}
            case _:
                raise KeyRefusedError("invalid", "there is no such operation")
        return done

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str | None:
        caller = None
        async with asyncio.timeout(HELLO_SECONDS):
            line = await reader.readline()  # also from a stranger: closing on unread words would lose our answer
        if _peer_uid(writer) in self._uids:
            with contextlib.suppress(ValueError, AttributeError, KeyError, TypeError):
                shown = hashlib.sha256(json.loads(line)["token"].encode()).digest()
                for name, digest in self._digests.items():
                    if hmac.compare_digest(shown, digest):
                        caller = name
        if caller is None:
            logger.warning("signer: turned away a caller without a valid token, uid %s", _peer_uid(writer))
            writer.write(_line(_refusal(None, "unauthenticated", "no caller has this user id and token")))
        else:
            writer.write(_line({"caller": caller}))
        await writer.drain()
        return caller


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _line(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer).encode() + b"\n"


def _refusal(number: Any, code: str, message: str) -> dict[str, Any]:
    return {"id": number, "error": {"code": code, "message": message}}


def _peer_uid(writer: asyncio.StreamWriter) -> int:
    connection = writer.get_extra_info("socket")
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1])


async def _serve(home: Home, uids: Collection[int]) -> None:
    keyring = Keyring(home)
    try:
        tokens = {caller: token_path(home, caller).read_text("ascii").strip() for caller in CALLERS}
        for key in keyring.names():
            keyring.public(key)
        signer = Signer(keyring, tokens, uids)
        path = home.signer_socket
        path.unlink(missing_ok=True)  # holding the keyring's lock, we know that nobody serves it
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(mask)
        if set(uids) != {os.geteuid(), 0}:
            path.chmod(0o666)  # other users' processes reach it; the user id and the token decide
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        server = await asyncio.start_unix_server(signer.converse, sock=listener, limit=LINE_LIMIT)
        await stop.wait()
        server.close()
        await signer.end()
        path.unlink(missing_ok=True)
    finally:
        keyring.close()


def serve_signer(home: Home, *, uids: Collection[int] = ()) -> None:
    """Serve until SIGTERM. `uids` are further users whose processes may connect, besides our own and root."""
    home.prepare()
    prepare_tokens(home)
    asyncio.run(_serve(home, {os.geteuid(), 0, *uids}))
