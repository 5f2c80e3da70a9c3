"""The gateway itself, from the bytes of a connection to the bytes of the answer, with nothing around it but memory.

An input is a byte (1: the connection showed the caller's certificate), what comes on the connection, and after a line
`--ANSWER` what the service would answer. `@TOKEN@` stands for a token that the caller signs for the very request.
Held: no unforeseen error, and an exchange in the log for whatever was read of a service, whole, before the answer.
"""

from __future__ import annotations

import asyncio
import logging
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from maidinh.exchange.client.own_key import OwnKey
from maidinh.exchange.directory.definition import Directory
from maidinh.exchange.gateway import app as gateway_app
from maidinh.exchange.gateway import proofs
from maidinh.exchange.gateway.app import Gateway
from maidinh.exchange.gateway.bodies import held
from maidinh.exchange.gateway.call import Call
from maidinh.exchange.gateway.directory import Snapshot
from maidinh.exchange.gateway.forwarding import Answer, Forwarded
from maidinh.exchange.gateway.listening import Listener
from maidinh.exchange.gateway.mediation import Mediator
from maidinh.exchange.gateway.protocol import FIELD_NAME
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.exchange.gateway.soap_calls import SoapCalls
from maidinh.exchange.gateway.writer import ExchangeRow, IntentRow, ReplayedError
from maidinh.exchange.gateway.zones import read_zones
from maidinh.infrastructure.home import Home
from tests.exchange.agreements import signed_content
from tests.exchange.interfaces.documents import DOCUMENT
from tests.exchange.soap_world import envelope, headers_of, multipart, request
from tests.exchange.world import INSTANCE, NOW, PORTAL, PROVINCE, REGISTER, SERVICE, directory_for, token_for
from tests.security.fuzzing.targets import Run
from tests.security.fuzzing.tokens import certificate

OWN = OwnKey(ec.derive_private_key(7, ec.SECP256R1()))
BETWEEN, TOKEN = b"\n--ANSWER\n", b"@TOKEN@"
OPEN = (b"\x00", b"\x01")
TURNS = 2_000  # of the loop, for one input
REQUEST_LINE = re.compile(rb"([!-~]+) ([!-~]+) HTTP")
REQUEST_ID = re.compile(rb"(?i)\r\nx-road-request-id: ([0-9a-f-]{36})\r\n")


def _request(method: str, path: str, *lines: str, body: bytes = b"", answer: bytes = b"", shown: int = 1) -> bytes:
    head = [f"{method} {path} HTTP/1.1", "Host: gateway", f"X-Road-Client: {PORTAL}", *lines]
    head += [f"Content-Length: {len(body)}"] if body else []
    return OPEN[shown] + "\r\n".join([*head, "", ""]).encode() + body + (BETWEEN + answer if answer else b"")


def seeds() -> Sequence[bytes]:
    """Calls that are allowed, each kind of them; and two that come one after the other on a connection."""
    person = b'200 OK\nContent-Type: application/json\n\n{"number": "079012345678", "name": "A", "home": {}}'
    read, xml = f"/r1/{SERVICE}/persons/079012345678", "Content-Type: text/xml; charset=utf-8"
    asked = "queryId=a&xRoadInstance=MAU&memberClass=GOV&memberCode=AG1&subsystemCode=PORTAL"
    kind, letter = multipart(request(), b"\x00\x01")
    spoken = envelope(list(headers_of().values()), "<c:personDetailsResponse><name>A</name></c:personDetailsResponse>")
    answered = b"200 OK\nContent-Type: text/xml\n\n" + spoken
    signed = "Authorization: Bearer @TOKEN@"
    chunks = b'5\r\n{"nam\r\n9\r\ne":"Lan"}\r\n0\r\n\r\n'
    return [
        _request("GET", read, answer=person), _request("GET", read, signed, answer=person, shown=0),
        _request("GET", f"{read}?day=2026-01-01&limit=3", "Accept: text/xml", answer=b"404 No\n\n{}"),
        _request("POST", f"/r1/{SERVICE}/searches", "Content-Type: application/json", body=b'{"name": "Lan"}',
                 answer=b'200 OK\nContent-Type: application/json\n\n{"found": []}'),
        _request("POST", f"/r1/{SERVICE}/searches", "Transfer-Encoding: chunked", "Content-Type: application/json")
        + chunks,
        _request("HEAD", read), _request("DELETE", read, "Expect: 100-continue"), _request("CONNECT", "host:443"),
        _request("GET", f"/r1/{REGISTER}/listMethods"),
        _request("GET", f"/r1/{REGISTER}/allowedMethods", signed, shown=0),
        _request("GET", f"/r1/{REGISTER}/getOpenAPI?serviceCode=persons"), _request("GET", f"/asic?{asked}&force"),
        _request("GET", "/listClients"), _request("GET", "/verificationconf"), _request("GET", "/health"),
        _request("GET", "/wsdl?wsdl"), _request("GET", "/xroad.xsd"),
        _request("POST", "/", xml, body=request(), answer=answered),
        _request("POST", "/", f"Content-Type: {kind}", 'SOAPAction: "urn:civil:personDetails"', body=letter,
                 answer=answered),
        _request("POST", "http://host/", xml, body=request(f"{REGISTER}/getWsdl", "<x:getWsdl/>")),
        _request("POST", "/", xml, body=request(f"{REGISTER}/listMethods", "<x:listMethods/>")),
        _request("GET", read) + _request("GET", f"{read}/x")[1:],
        _request("GET", read, "X-Road-Represented-Party: GOV/AG2", "X-Road-Issue: 1", "X-Road-Id: q"),
    ]  # fmt: skip


def ready() -> Run:
    """One connection after the other, each with a gateway that knows nothing of the one before."""
    logging.disable(logging.WARNING)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    world = _World(Path(tempfile.mkdtemp(prefix="fuzzing-")))
    return lambda data: loop.run_until_complete(world.hear(data))


class _Signer:
    async def sign(self, key: str, message: bytes) -> bytes:
        """A signature of any key: nobody here verifies one of the gateway's own."""
        return OWN.sign(key, message)

    async def sign_each(self, asked: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Several at once."""
        return [OWN.sign(key, message) for key, message in asked]


class _Log:
    """The log: what was written, in its order, and no message id twice."""

    def __init__(self) -> None:
        self.rows: list[ExchangeRow] = []
        self.intents: list[IntentRow] = []

    async def write(self, row: IntentRow | ExchangeRow) -> None:
        """As the database would."""
        await asyncio.sleep(0)
        if isinstance(row, ExchangeRow):
            row.record.encode("utf-8")
            assert "\x00" not in f"{row.x_road_id}{row.path}{row.represented}{row.client}{row.method}{row.record}"
            self.rows.append(row)
            return
        if any((each.client, each.jti) == (row.client, row.jti) for each in self.intents):
            raise ReplayedError
        self.intents.append(row)


class _Service:
    """The service behind the gateway; what it answers stands in the input."""

    def __init__(self, log: _Log) -> None:
        self.answer = Answer(200, "OK", (), held(b""))
        self._log = log
        self.asked = 0

    async def forward(self, request: Forwarded, service: Any) -> Answer:
        """Answer, once it is sure that the log has the intent and that the contract is about this."""
        await asyncio.sleep(0)
        self.asked += 1
        assert len(self._log.intents) >= self.asked, "forwarded before the log had it"
        assert request.target.startswith("/base/"), request.target
        assert not any(name.lower() == b"authorization" for name, _ in request.headers)
        for name, value in request.headers:
            assert FIELD_NAME.fullmatch(name)
            assert not set(value.decode("utf-8")) & {"\r", "\n", "\x00"}
        return replace(self.answer, body=held(self.answer.body.data))


class _Wire(asyncio.Transport):
    """The connection: what the gateway writes to it."""

    def __init__(self, certificate: bytes) -> None:
        super().__init__({"peername": ("127.0.0.1", 5), "sockname": ("127.0.0.1", 8), "certificate": certificate})
        self.written = bytearray()
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    abort = close

    def pause_reading(self) -> None:
        """Nothing more comes anyway."""

    resume_reading = pause_reading


class _World:
    """What every input meets: a directory, and a gateway made anew."""

    def __init__(self, folder: Path) -> None:
        home = Home(folder)
        home.prepare()
        self.settings = GatewaySettings(
            instance=INSTANCE, province=PROVINCE, dsn="", home=home, signer=_Signer(), clock=lambda: NOW,
            subject_key=bytes(32), zones=read_zones("lan=127.0.0.0/8"), receive_seconds=5,
        )  # fmt: skip
        written = directory_for(lambda _: OWN.public_pem).model_dump(mode="json")
        written["services"][0]["openapi"] = DOCUMENT
        written["contracts"][0]["fields"] = ["name"]
        for contract in written["contracts"]:
            del contract["agreements"]  # made anew for what they say now
        content = signed_content(written, NOW - timedelta(days=1))
        self.snapshot = Snapshot(Directory.model_validate(content), "a.b.c")
        gateway_app.certificate_shown = lambda transport: transport.get_extra_info("certificate")  # type: ignore[assignment]
        proofs.containers_for = _containers  # type: ignore[assignment]

    async def hear(self, data: bytes) -> None:
        """Take one connection to its end, and look at what is left of it."""
        came, _, answered = data[1:].partition(BETWEEN)
        log, gateway, calls = _Log(), Gateway(self.settings), list[Call]()
        gateway.keeper.snapshot = self.snapshot
        service = _Service(log)
        service.answer = _answer(answered)
        mediator = gateway._mediator = Mediator(self.settings, gateway.keeper, log, service, gateway.revocations)  # type: ignore[arg-type]
        gateway._soap = SoapCalls(self.settings, gateway.keeper, mediator)
        opened = mediator.open

        def opening(*given: Any, **named: Any) -> Call:
            calls.append(opened(*given, **named))
            return calls[-1]

        mediator.open = opening  # type: ignore[method-assign]
        wire = _Wire(certificate() if data[:1] == OPEN[1] else b"")
        connection = Listener(gateway.watch.watched(gateway._handle), self.settings)()
        told: list[str] = []
        handler = _Told(told)
        logging.getLogger().addHandler(handler)
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(str(context)))
        try:
            connection.connection_made(wire)
            connection.data_received(_signed(came))
            await _until_quiet()
            connection.connection_lost(None)
            await _until_quiet()
        finally:
            logging.getLogger().removeHandler(handler)
        assert not told, told
        _look(bytes(wire.written), calls, log)


class _Told(logging.Handler):
    """Errors that were logged are errors."""

    def __init__(self, told: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        self._told.append(self.format(record))


def _look(written: bytes, calls: Sequence[Call], log: _Log) -> None:
    assert b"internal_error" not in written
    assert written == b"" or written.startswith(b"HTTP/")
    recorded = {str(each.id): each for each in log.rows}
    assert len(recorded) == len(log.rows), "an exchange stands twice in the log"
    for call in calls:
        if call.service or call.intended:
            assert str(call.id) in recorded, f"no record of {call.service}"
    assert {str(each.id) for each in log.intents} <= recorded.keys()
    for answered in REQUEST_ID.findall(written):
        call = next(each for each in calls if str(each.id) == answered.decode())
        assert not call.service or str(call.id) in recorded
    for row in log.rows:
        if row.outcome == "allowed":
            assert (row.authenticated, row.client) == (True, PORTAL)
            assert row.contract or row.service.rpartition("/")[2] in (
                "listMethods", "allowedMethods", "getOpenAPI", "getWsdl", "asic",
            ), row.service  # fmt: skip


def _signed(came: bytes) -> bytes:
    found = REQUEST_LINE.match(came)
    if TOKEN not in came or found is None:
        return came
    body = came.partition(b"\r\n\r\n")[2]
    token = token_for(OWN, found[2].decode(), method=found[1].decode(), body=body)
    return came.replace(TOKEN, token.encode())


def _answer(text: bytes) -> Answer:
    """An answer as a client of HTTP gives it: what no client would let through is not tried."""
    head, _, body = text.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    status, _, reason = first.decode("latin-1").partition(" ")
    number = int(status) if status.isascii() and status.isdigit() and len(status) == 3 and status[0] in "2345" else 200
    pairs = [(name, value.strip(b" \t")) for name, _, value in (each.partition(b":") for each in lines)]
    headers = tuple(each for each in pairs if FIELD_NAME.fullmatch(each[0]) and not set(each[1]) & {0, 10, 13})
    return Answer(number, reason, headers, held(body))


async def _containers(*_: Any, **__: Any) -> dict[str, bytes]:
    await asyncio.sleep(0)
    return {"1": proofs.zipped({"record.json": b"{}"})}


async def _until_quiet() -> None:
    """Until nothing is ready to run but this: whoever still waits, waits for bytes that do not come."""
    ready: Any = getattr(asyncio.get_running_loop(), "_ready")  # noqa: B009 - the loop tells nobody else
    for _ in range(TURNS):
        await asyncio.sleep(0)
        if not ready:
            return
    raise AssertionError("the gateway does not come to rest")
