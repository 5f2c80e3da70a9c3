"""One trace through consumer, gateway and provider, by W3C trace context; nothing changes where it is off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from maidinh.exchange import tracing
from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused
from tests.exchange.world import NOW, SERVICE, Provider

STEPS = ("receive", "authenticate", "log intent", "forward", "sign", "log")
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.trace_with(provider)
    yield exporter
    tracing.trace_with(None)


def by_name(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {each.name: each for each in exporter.get_finished_spans()}


def parent(span: ReadableSpan) -> int:
    assert span.parent is not None
    return span.parent.span_id


def own(span: ReadableSpan) -> int:
    assert span.context is not None
    return span.context.span_id


def test_consumer_gateway_and_provider_are_one_trace(
    spans: InMemorySpanExporter, portal: ExchangeClient, provider: Provider
) -> None:
    answer = portal.call(SERVICE, at=NOW, path="/persons/012345678901", query={"name": "Nguyễn"})
    found = by_name(spans)
    assert set(found) == {"exchange call", "exchange", *STEPS}
    assert len({each.context.trace_id for each in found.values() if each.context}) == 1
    assert parent(found["exchange"]) == own(found["exchange call"])
    for step in STEPS[:4]:
        assert parent(found[step]) == own(found["exchange"])
    given = provider.seen[0].header("traceparent")
    assert given is not None and f"{own(found['forward']):016x}" in given
    about = dict(found["exchange"].attributes or {})
    assert (about["maidinh.service"], about["maidinh.outcome"]) == (SERVICE, "allowed")
    assert about["maidinh.request_id"] == answer.request_id
    assert not [
        each for each in found.values() if "012345678901" in str(each.attributes) or "Nguy" in str(each.attributes)
    ]


def test_a_refused_call_has_a_span_that_says_why(
    spans: InMemorySpanExporter, portal: ExchangeClient, provider: Provider
) -> None:
    with pytest.raises(ExchangeRefused):
        portal.call(SERVICE, at=NOW, path="/owners/1")
    about = dict(by_name(spans)["exchange"].attributes or {})
    assert (about["maidinh.outcome"], about["maidinh.reason"]) == ("refused", "operation_not_in_contract")


def test_where_it_is_off_the_callers_own_trace_passes_unchanged(portal: ExchangeClient, provider: Provider) -> None:
    portal._session.headers["traceparent"] = PARENT
    portal.call(SERVICE, at=NOW, path="/persons/1")
    assert provider.seen[0].header("traceparent") == PARENT
    assert tracing.carried() == {}


def test_a_trace_that_began_elsewhere_goes_on(
    spans: InMemorySpanExporter, portal: ExchangeClient, provider: Provider
) -> None:
    with tracing.span("work", carrier={"traceparent": PARENT}):
        portal.call(SERVICE, at=NOW, path="/persons/1")
    found = by_name(spans)
    assert {f"{each.context.trace_id:032x}" for each in found.values() if each.context} == {PARENT.split("-")[1]}


@pytest.mark.parametrize(("headers", "taken"), [
    ([(b"TraceParent", PARENT.encode())], {"traceparent": PARENT}),
    ([(b"traceparent", b"a"), (b"traceparent", b"b")], {}),
    ([(b"X-Other", b"1")], {}),
])  # fmt: skip
def test_what_came_is_read_once(headers: list[tuple[bytes, bytes]], taken: dict[str, str]) -> None:
    assert tracing.came(headers) == taken


def test_a_broken_parent_begins_a_new_trace(spans: InMemorySpanExporter) -> None:
    with tracing.span("work", carrier={"traceparent": "broken"}) as made:
        pass
    assert made is not None and made.parent is None


def test_a_collector_gets_what_was_traced() -> None:
    import http.server
    import threading

    got: list[tuple[str, bytes]] = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    provider = tracing.trace_to(f"http://127.0.0.1:{server.server_port}/v1/traces", "gateway")
    try:
        with tracing.span("work"):
            pass
        provider.shutdown()
    finally:
        tracing.trace_with(None)
        server.shutdown()
    assert [path for path, _ in got] == ["/v1/traces"]
    assert b"maidinh-gateway" in got[0][1] and b"work" in got[0][1]
