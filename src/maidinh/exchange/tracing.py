"""One trace through consumer, gateway and provider: W3C trace context, spans of OpenTelemetry, sent where told.

Layer 6, no Django. Off unless a process calls `trace_with` or `trace_to`: then nothing of OpenTelemetry is even loaded,
and a span costs one comparison. Spans name services, contracts and outcomes; never a person, a path or a query.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, cast

NAME = "maidinh.exchange"
CARRIED = ("traceparent", "tracestate")
Work = TypeVar("Work", bound=Callable[..., Any])


class _Tracing:
    tracer: Any = None


_state = _Tracing()


def trace_with(provider: Any) -> None:
    """Make spans by this provider of OpenTelemetry's SDK; None ends it."""
    _state.tracer = None if provider is None else provider.get_tracer(NAME)


def trace_to(endpoint: str, process: str) -> Any:
    """Send spans by OTLP over HTTP to a collector; returns the provider, whose shutdown sends what is left."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": f"maidinh-{process}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace_with(provider)
    return provider


def on() -> bool:
    """Whether anybody wants spans."""
    return _state.tracer is not None


@contextmanager
def span(name: str, *, kind: str = "internal", carrier: Mapping[str, str] | None = None, **about: str) -> Iterator[Any]:
    """Everything inside belongs to this span; `carrier` are the headers of a request that began elsewhere.

    Gives the span, or None where tracing is off.
    """
    if _state.tracer is None:
        yield None
        return
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = None if carrier is None else TraceContextTextMapPropagator().extract(carrier)
    with _state.tracer.start_as_current_span(
        name, context=context, kind=SpanKind[kind.upper()], attributes=about, record_exception=False
    ) as made:
        yield made


def traced(name: str) -> Callable[[Work], Work]:
    """A function or coroutine whose every call is a span."""

    def wrap(work: Work) -> Work:
        @functools.wraps(work)
        def plain(*arguments: Any, **named: Any) -> Any:
            if _state.tracer is None:
                return work(*arguments, **named)
            with span(name):
                return work(*arguments, **named)

        async def spanned(*arguments: Any, **named: Any) -> Any:
            with span(name):
                return await work(*arguments, **named)

        @functools.wraps(work)
        def awaited(*arguments: Any, **named: Any) -> Any:
            """The coroutine itself where tracing is off: one more around it would cost each call."""
            return work(*arguments, **named) if _state.tracer is None else spanned(*arguments, **named)

        return cast("Work", awaited if inspect.iscoroutinefunction(work) else plain)

    return wrap


def carried() -> dict[str, str]:
    """The headers by which the next process goes on with the trace; none where tracing is off."""
    if _state.tracer is None:
        return {}
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    headers: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(headers)
    return headers


def came(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The trace's headers among raw ones; one that stands there twice counts as none."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        plain = name.decode("latin-1").lower()
        if plain in CARRIED:
            found.setdefault(plain, []).append(value.decode("latin-1"))
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def sent_on(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[bytes, bytes], ...]:
    """The headers with this process's place in the trace; where tracing is off the caller's own pass unchanged."""
    own = carried()
    if not own:
        return tuple(headers)
    kept = tuple(each for each in headers if each[0].decode("latin-1").lower() not in CARRIED)
    return kept + tuple((name.encode(), value.encode()) for name, value in own.items())
