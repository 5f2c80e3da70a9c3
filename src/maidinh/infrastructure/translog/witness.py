"""A witness: cosigns a log's checkpoint once it is shown that nothing it saw before was changed (C2SP tlog-witness).

Layer 7, no Django, no database: a small process that the inspectorate, the council or another province runs on a
machine of its own. It keeps one checkpoint for each log, durable before it answers, and never signs a fork.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from maidinh.infrastructure.translog.cosignature import WitnessKey, cosignature_line, to_cosign
from maidinh.infrastructure.translog.merkle import consistent
from maidinh.infrastructure.translog.note import NoteError, NoteKey, Tree, open_checkpoint, open_note, unchecked_tree

BODY_LIMIT = 64 * 1024
PROOF_LIMIT = 63  # hashes; the specification's bound
SIZE_TYPE = "text/x.tlog.size"


class WitnessRefusedError(Exception):
    """The checkpoint is not cosigned: the status of the answer, and its text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Witness:
    """One witness with its key and what it saw, in a folder of its own."""

    def __init__(self, folder: Path, name: str, logs: Mapping[str, NoteKey]) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._logs = dict(logs)
        self._private = _own_key(folder / "witness.pem")
        self.key = WitnessKey(name, self._private.public_key())

    def add_checkpoint(self, body: str, at: int) -> str:
        """Cosign what the body shows (old size, proof, checkpoint), or raise WitnessRefusedError."""
        old, proof, note = _read_request(body)
        try:
            origin = unchecked_tree(note).origin
        except NoteError as error:
            raise WitnessRefusedError(400, str(error)) from error
        log = self._logs.get(origin)
        if log is None:
            raise WitnessRefusedError(404, "this witness does not know the log")
        try:
            new = open_checkpoint(note, [log])
            text, _ = open_note(note, [log])
        except NoteError as error:
            raise WitnessRefusedError(403, str(error)) from error
        self._check(self._seen(log), old, new, proof)
        _write_durable(self._place(origin), text)
        return cosignature_line(self.key, at, self._private.sign(to_cosign(text, at)))

    def seen(self, origin: str) -> Tree | None:
        """The last state of this log that was cosigned here."""
        log = self._logs.get(origin)
        return self._seen(log) if log is not None else None

    def _check(self, seen: Tree | None, old: int, new: Tree, proof: list[bytes]) -> None:
        size = seen.size if seen is not None else 0
        if old > new.size:
            raise WitnessRefusedError(400, "the old size is larger than the checkpoint's")
        if old != size or (seen is not None and new.size == size and new.root != seen.root):
            raise WitnessRefusedError(409, f"{size}\n")
        if seen is None:
            if proof:
                raise WitnessRefusedError(422, "there is nothing yet that a proof could begin with")
            return
        if not consistent(seen.size, seen.root, new.size, new.root, proof):
            raise WitnessRefusedError(422, "the proof does not show that the log only grew")

    def _seen(self, log: NoteKey) -> Tree | None:
        place = self._place(log.name)
        return unchecked_tree(place.read_text("utf-8") + "\n") if place.exists() else None

    def _place(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.seen"


def witness_application(witness: Witness, clock: Callable[[], int]) -> web.Application:
    """The witness over HTTP: POST /add-checkpoint."""
    turn = asyncio.Lock()

    async def add(request: web.Request) -> web.Response:
        body = await request.content.read(BODY_LIMIT + 1)
        if len(body) > BODY_LIMIT:
            return web.Response(status=413, text="the request is too large\n")
        try:
            text = body.decode("utf-8")
            async with turn:
                line = witness.add_checkpoint(text, clock())
        except UnicodeDecodeError:
            return web.Response(status=400, text="the request is not text\n")
        except WitnessRefusedError as error:
            kind = SIZE_TYPE if error.status == 409 else "text/plain"
            return web.Response(status=error.status, body=error.text.encode(), content_type=kind)
        return web.Response(text=line)

    async def key(_: web.Request) -> web.Response:
        return web.Response(text=witness.key.text + "\n")

    application = web.Application()
    application.router.add_post("/add-checkpoint", add)
    application.router.add_get("/key", key)
    return application


def serve_witness(witness: Witness, host: str, port: int, clock: Callable[[], int]) -> None:
    """Serve until SIGTERM or SIGINT."""
    asyncio.run(_serve(witness, host, port, clock))


async def _serve(witness: Witness, host: str, port: int, clock: Callable[[], int]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(witness_application(witness, clock), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    await stop.wait()
    await runner.cleanup()


def _read_request(body: str) -> tuple[int, list[bytes], str]:
    head, separator, note = body.partition("\n\n")
    lines = head.split("\n")
    word, _, number = lines[0].partition(" ")
    if not separator or word != "old" or not number.isascii() or not number.isdigit() or len(number) > 19:
        raise WitnessRefusedError(400, "a request begins with the old size and has a checkpoint after an empty line")
    if len(lines) - 1 > PROOF_LIMIT:
        raise WitnessRefusedError(400, "the proof is longer than any tree is high")
    try:
        return int(number), [base64.b64decode(line, validate=True) for line in lines[1:]], note
    except (binascii.Error, ValueError) as error:
        raise WitnessRefusedError(400, "a line of the proof is not base64") from error


def _own_key(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        made = Ed25519PrivateKey.generate()
        _write_durable(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii"))
    loaded = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(loaded, Ed25519PrivateKey):
        raise ValueError(f"{path} is not the key of a witness")
    return loaded


def _write_durable(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
