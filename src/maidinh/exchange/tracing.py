"""One trace through consumer, gateway and provider: W3C trace context, spans of OpenTelemetry, sent where told.

Layer 6, no Django. Off unless a process calls `trace_with` or `trace_to`: then nothing of OpenTelemetry is even loaded,
and a span costs one comparison. Spans name services, contracts and outcomes; never a person, a path or a query.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar, cast

NAME = "maidinh.exchange"
_NOTHING: AbstractContextManager[Any] = nullcontext()
CARRIED = ("traceparent", "tracestate")
Work = TypeVar("Work", bound=Callable[..., Any])


class _Tracing:
    """What makes spans, and of OpenTelemetry what each span needs: looked up once, since a call has eight of them."""

    tracer: Any = None
    api: Any = None
    context: Any = None
    propagator: Any = None


_state = _Tracing()


def trace_with(provider: Any) -> None:
    """Make spans by this provider of OpenTelemetry's SDK; None ends it."""
    if provider is None:
        _state.tracer = None
        return
    from opentelemetry import context, trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    _state.api, _state.context, _state.propagator = trace, context, TraceContextTextMapPropagator()
    _state.tracer = provider.get_tracer(NAME)


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


def span(
    name: str, *, kind: str = "internal", carrier: Mapping[str, str] | None = None, **about: str
) -> AbstractContextManager[Any]:
    """Everything inside belongs to this span; `carrier` are the headers of a request that began elsewhere.

    Gives the span, or None where tracing is off.
    """
    return _NOTHING if _state.tracer is None else _Span(name, kind, carrier, about)


class _Span(AbstractContextManager[Any]):
    """One span that is the current one inside; an error that leaves it is its status."""

    def __init__(self, name: str, kind: str, carrier: Mapping[str, str] | None, about: Mapping[str, str]) -> None:
        begun = None if carrier is None else _state.propagator.extract(carrier)
        kinds = _state.api.SpanKind
        self._made = _state.tracer.start_span(name, context=begun, kind=kinds[kind.upper()], attributes=about)

    def __enter__(self) -> Any:
        self._token = _state.context.attach(_state.api.set_span_in_context(self._made))
        return self._made

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        _state.context.detach(self._token)
        if error is not None:
            said = f"{type(error).__name__}: {error}"
            self._made.set_status(_state.api.Status(_state.api.StatusCode.ERROR, said))
        self._made.end()


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
    headers: dict[str, str] = {}
    _state.propagator.inject(headers)
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
