"""Kept-alive connections to services: used again only where nothing is left over, so that no answer is another's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientError, StreamReader

from maidinh.exchange.gateway.bodies import Body, held
from maidinh.exchange.gateway.connections import ConnectionRefused, Connections, Destination, request_head

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Speaks = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]


class Service:
    """A server that says what it is told, and counts who connects."""

    def __init__(self, speaks: Speaks) -> None:
        self.speaks, self.connected, self.heard = speaks, 0, []  # type: tuple[Speaks, int, list[bytes]]

    async def __aenter__(self) -> Service:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected += 1
        number = self.connected
        while True:
            head = await reader.read(65536)
            if not head:
                break
            self.heard.append(head)
            await self.speaks(reader, writer, number)
            if writer.is_closing():
                break
        writer.close()


async def _taken(content: StreamReader) -> Body:
    return held(await content.read())


def asking(speaks: Speaks, work: Callable[[Callable[..., Awaitable[bytes]], Service], Awaitable[None]]) -> None:
    """Run `work` with a way to ask a service that speaks so."""

    async def run() -> None:
        async with Service(speaks) as service:
            connections = Connections(2)

            async def ask(method: str = "GET", body: bytes = b"") -> bytes:
                head = request_head(method, "/x", [(b"Host", b"a.example")], len(body))
                where = Destination("127.0.0.1", service.port, None)
                message, taken = await connections.ask(where, method, head, held(body), _taken)
                return b"%d %s" % (message.code, taken.data)

            try:
                await work(ask, service)
            finally:
                await connections.close()

    asyncio.run(asyncio.wait_for(run(), 20))


async def plainly(_: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
    writer.write(OK)


def test_one_connection_serves_call_after_call() -> None:
    async def work(ask: Any, service: Service) -> None:
        assert [await ask() for _ in range(3)] == [b"200 ok"] * 3
        assert await ask("POST", b"{}") == b"200 ok"
        assert service.connected == 1
        assert service.heard[0] == b"GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n"
        assert service.heard[3] == b"POST /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\n{}"

    asking(plainly, work)


def test_what_is_said_unasked_is_never_the_next_calls_answer() -> None:
    async def more(_: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        writer.write(OK + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")

    async def later(_: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        writer.write(OK)
        await asyncio.sleep(0.05)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")

    async def work(ask: Any, service: Service) -> None:
        for number in range(1, 4):
            assert await ask() == b"200 ok"
            assert service.connected == number
            await asyncio.sleep(0.1)

    asking(more, work)
    asking(later, work)


def test_a_kept_connection_that_ended_is_made_anew_for_what_may_be_repeated_alone() -> None:
    async def once(_: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        if len(service_of[0].heard) % 2:
            writer.write(OK)
        else:
            writer.close()  # without a word, when the second call is under way

    service_of: list[Service] = []

    async def work(ask: Any, service: Service) -> None:
        service_of.append(service)
        assert await ask() == b"200 ok"
        assert await ask() == b"200 ok"  # the second was not answered, the third is
        assert (service.connected, len(service.heard)) == (2, 3)
        with pytest.raises((ClientError, OSError)):
            await ask("POST", b"{}")
        assert len(service.heard) == 4  # a call that changes something is never sent twice

    asking(once, work)


def test_a_connection_whose_answer_says_so_is_closed() -> None:
    async def last(_: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")

    async def unmeasured(_: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nok")
        writer.close()

    async def work(ask: Any, service: Service) -> None:
        assert [await ask(), await ask()] == [b"200 ok"] * 2
        assert service.connected == 2

    asking(last, work)
    asking(unmeasured, work)


def test_words_before_the_answer_are_passed_over() -> None:
    async def early(_: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK)

    async def work(ask: Any, service: Service) -> None:
        assert [await ask(), await ask()] == [b"200 ok"] * 2

    asking(early, work)


def test_whoever_gives_up_waiting_leaves_no_connection_behind() -> None:
    async def slowly(_: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        if number == 1:
            await asyncio.sleep(0.3)
        writer.write(OK)

    async def work(ask: Any, service: Service) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask("POST", b"{}"), 0.1)
        assert await ask() == b"200 ok"
        assert service.connected == 2

    asking(slowly, work)


def test_where_nobody_listens_nothing_was_sent() -> None:
    async def run() -> None:
        async with Service(plainly) as service:
            port = service.port
        connections = Connections(2)
        with pytest.raises(ConnectionRefused):
            await connections.ask(Destination("127.0.0.1", port, None), "GET", b"", held(b""), _taken)

    asyncio.run(run())


@pytest.mark.parametrize("value", [b"a\r\nX: y", b"a\nX: y", b"a\rX: y", b"a\0"])
def test_a_header_that_would_be_two_is_refused(value: bytes) -> None:
    with pytest.raises(ValueError, match="end of a line"):
        request_head("GET", "/", [(b"A", value)], 0)


@pytest.mark.parametrize(("method", "size", "said"), [
    ("GET", 0, False), ("HEAD", 0, False), ("POST", 0, True), ("DELETE", 0, True), ("GET", 3, True),
])  # fmt: skip
def test_a_body_is_measured_where_one_may_stand(method: str, size: int, said: bool) -> None:
    assert (b"Content-Length: %d\r\n" % size in request_head(method, "/", [], size)) is said
