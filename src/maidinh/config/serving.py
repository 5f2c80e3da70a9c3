"""What each of the four processes does: web, gateway, worker, signer.

Layer 0, config: the only place that puts the parts together.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from maidinh.config.environment import Environment

if TYPE_CHECKING:
    from maidinh.infrastructure.translog.promises import Enters

WATCH_SECONDS = 5.0
REMIND_SECONDS = 600  # days are what matters; a look at every dossier that waits
COMPUTE_SECONDS = 1.0
COUNT_SECONDS = 2.0
COLLECT_SECONDS = 0.5
RECONCILE_SECONDS = 300.0
PORTAL_SECONDS, PORTAL_LONGEST_SECONDS = 0.5, 30.0
PUT_AWAY_SECONDS = 60.0
PUT_AWAY_MOST = 20  # dossiers at a time, so that the rest of the worker has its turn
ANCHOR_RETRY_SECONDS = 300.0
LATE_AT_MOST = timedelta(minutes=10)  # how long after it came in a call may be written down
NEVER = datetime.min.replace(tzinfo=UTC)


def serve_web(environment: Environment) -> None:
    """Pages, until stopped."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "maidinh.config.wsgi:application",
        address=environment.host,
        port=environment.port,
        interface=Interfaces.WSGI,
        workers=environment.web_workers,
        blocking_threads=environment.web_threads,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()


def serve_gateway(environment: Environment) -> None:
    """The exchange, until stopped."""
    from maidinh.config.mutual import revocation_settings, tls_settings
    from maidinh.exchange.gateway.app import serve_gateway as serve
    from maidinh.exchange.gateway.settings import GatewaySettings
    from maidinh.exchange.gateway.zones import read_zones
    from maidinh.exchange.subjects import key_in
    from maidinh.governance.architecture.rules import instance_of
    from maidinh.infrastructure.database.connections import Connections
    from maidinh.infrastructure.definitions.locating import province_root
    from maidinh.infrastructure.keys.client import AsyncSignerClient
    from maidinh.infrastructure.organisations.reading import read_organisations

    _trace(environment, "gateway")
    connections = Connections(environment.home, environment.database_url, environment.database_name)
    # Of the definitions the code alone: a gateway that was killed is back sooner, whatever else there is to read.
    organisations = read_organisations(province_root(environment.province, environment.definitions))
    serve(
        GatewaySettings(
            instance=instance_of(organisations.code),
            province=environment.province,
            dsn=connections.dsn("gateway"),
            home=environment.home,
            signer=AsyncSignerClient.for_caller(environment.home, "gateway"),
            host=environment.gateway_host,
            port=environment.gateway_port,
            window=timedelta(seconds=environment.exchange_clock_window),
            body_limit=environment.exchange_body_limit,
            error_form=environment.exchange_error_form,
            metrics_port=environment.gateway_metrics_port,
            kept_for=timedelta(hours=environment.exchange_kept_hours),
            kept_limit=environment.exchange_kept_limit,
            zones=read_zones(environment.gateway_zones),
            subject_key=key_in(environment.home.secrets),
            tls=tls_settings(environment, datetime.now(UTC)),
            revocation=revocation_settings(environment),
            own_services=frozenset({("127.0.0.1", environment.services_port)}),
        )
    )


def _trace(environment: Environment, process: str) -> None:
    """Send this process's part of each trace, if a collector is set."""
    if environment.otlp_endpoint:
        from maidinh.exchange.tracing import trace_to

        trace_to(environment.otlp_endpoint, process)


def serve_signer(environment: Environment) -> None:
    """Signatures, until stopped."""
    from maidinh.infrastructure.keys.signer import serve_signer as serve

    serve(environment.home)


def serve_worker(environment: Environment) -> None:
    """Events, payments, the national portal, the log, its time stamps, the sample's own services, until stopped.

    A part that ends unasked ends the process, so that the supervisor starts all of it again.
    """
    import django

    django.setup()
    _trace(environment, "worker")
    stop, failed = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parts = [_sequence, _witness, _anchor, _stamp, _serve_sample, _deliver, _count, _compute, _collect, _put_away]
    parts += [_hear_portal, *[_tell_portal] * environment.national_portal_senders]
    threads = [threading.Thread(target=_part, args=(part, environment, stop, failed)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed.is_set():
        sys.exit(1)


def _part(
    run: Callable[[Environment, threading.Event], None],
    environment: Environment,
    stop: threading.Event,
    failed: threading.Event,
) -> None:
    try:
        run(environment, stop)
    finally:
        if not stop.is_set():
            failed.set()
            stop.set()


def _sequence(environment: Environment, stop: threading.Event) -> None:
    from maidinh.infrastructure.database.connections import Connections
    from maidinh.infrastructure.keys.client import SignerClient
    from maidinh.infrastructure.translog.published import PublishedLog
    from maidinh.infrastructure.translog.reopening import origin_here
    from maidinh.infrastructure.translog.rules import origin_of
    from maidinh.infrastructure.translog.sequencer import run_sequencer

    connections = Connections(environment.home, environment.database_url, environment.database_name)
    run_sequencer(
        connections.dsn("sequencer"),
        environment.home,
        SignerClient.for_caller(environment.home, "worker"),
        lambda: origin_here(PublishedLog(environment.home.log), origin_of(environment.province)),
        stop,
        key=f"log:{environment.province}",
        interval=environment.log_interval,
    )


def _witness(environment: Environment, stop: threading.Event) -> None:
    """Have the log's states cosigned by those outside, where any are named."""
    from maidinh.infrastructure.translog.published import PublishedLog
    from maidinh.infrastructure.translog.witnessing import Witnessing, read_witnesses, run_witnessing

    witnesses = read_witnesses(environment.log_witnesses)
    if not witnesses:
        stop.wait()
        return
    witnessing = Witnessing(PublishedLog(environment.home.log), witnesses, environment.log_quorum)
    run_witnessing(witnessing, stop, interval=environment.log_interval)


def _anchor(environment: Environment, stop: threading.Event) -> None:
    """Leave the log's state outside from time to time, where a place is named."""
    import structlog

    from maidinh.infrastructure.translog.anchors import AnchorError, anchor_at
    from maidinh.infrastructure.translog.published import PublishedLog

    log, published = structlog.get_logger(__name__), PublishedLog(environment.home.log)
    while environment.log_anchor and not stop.is_set():
        wait: float = environment.log_interval
        try:
            note = published.witnessed() or published.checkpoint()
            if note is not None:
                log.info("the log's state was left outside", place=anchor_at(environment.log_anchor).leave(note))
                wait = environment.log_anchor_interval
        except (AnchorError, OSError) as error:
            log.error("the log's state was not left outside", error=str(error))
            wait = ANCHOR_RETRY_SECONDS
        stop.wait(wait)
    stop.wait()


def _stamp(environment: Environment, stop: threading.Event) -> None:
    """Time stamps over the log; where no authority is set there are none, and the log is what it is."""
    from maidinh.infrastructure.database.connections import Connections
    from maidinh.infrastructure.timestamps.asking import read_roots
    from maidinh.infrastructure.translog.published import PublishedLog
    from maidinh.infrastructure.translog.reopening import origin_here
    from maidinh.infrastructure.translog.rules import origin_of
    from maidinh.infrastructure.translog.stamping import Authority, run_stamping

    if environment.timestamping is None:
        stop.wait()
        return
    roots = timestamping_roots(environment)
    connections = Connections(environment.home, environment.database_url, environment.database_name)
    run_stamping(
        connections.dsn("worker"),
        origin_here(PublishedLog(environment.home.log), origin_of(environment.province)),
        Authority(environment.timestamping, lambda: read_roots(roots.read_bytes())),
        stop,
        interval=environment.timestamp_interval,
    )


def timestamping_roots(environment: Environment) -> Path:
    """Under whose certificates a time stamp is believed: those of the setting, or in a sample the sample authority."""
    from maidinh.infrastructure.keys.identifiers import file_stem
    from maidinh.infrastructure.keys.keyring import AUTHORITY

    return environment.timestamp_roots or environment.home.public_keys / f"{file_stem(AUTHORITY)}.crt"


def _deliver(environment: Environment, stop: threading.Event) -> None:
    """Deliver events as they come; look every few seconds for what runs otherwise than declared and what ends."""
    import structlog
    from django.db import DatabaseError, InterfaceError, close_old_connections

    from maidinh.config.measuring import service_figures
    from maidinh.governance.appraisal.actions.exceptions import watch_exceptions
    from maidinh.governance.conformity.actions.waivers import watch_waivers
    from maidinh.governance.conformity.actions.watching import watch_connections
    from maidinh.governance.observation.actions.watching import watch_traffic
    from maidinh.governance.supervision.actions.watching import watch_supervision
    from maidinh.infrastructure.events.actions import deliver_events
    from maidinh.portal.inbox.actions import tell_of_newer_versions
    from maidinh.services.dossiers.actions.reminding import remind_of_supplements
    from maidinh.services.procedures.queries import offered

    log = structlog.get_logger(__name__)
    watched, reminded, entered = 0.0, 0.0, NEVER
    while not stop.is_set():
        try:
            delivered = deliver_events(at=datetime.now(UTC))
            if time.monotonic() - watched > WATCH_SECONDS:
                watch_connections(at=datetime.now(UTC))
                watch_traffic(at=datetime.now(UTC), served_procedures=[each.code for each in offered()])
                watch_waivers(at=datetime.now(UTC))
                watch_exceptions(at=datetime.now(UTC))
                watch_supervision(at=datetime.now(UTC), running=service_figures)
                watched = time.monotonic()
                if not reminded or time.monotonic() - reminded > REMIND_SECONDS:
                    remind_of_supplements(at=datetime.now(UTC))
                    tell_of_newer_versions(at=datetime.now(UTC))
                    reminded = time.monotonic()
                entered = _enter_unended(environment, entered)
        except (DatabaseError, InterfaceError) as error:
            log.warning("events wait for the database", error=str(error).strip())
            close_old_connections()
            delivered = 0
        if not delivered:
            stop.wait(0.5)


def _enter_unended(environment: Environment, until: datetime) -> datetime:
    """Enter the calls without an end into the log, once in a promise's time; the moment up to which that was done.

    Whoever starts looks at all there are, and then again at what just went by: a call with a long body comes to be
    written down well after it came in.
    """
    from maidinh.exchange.evidence.actions import enter_unended
    from maidinh.exchange.subjects import key_in

    now, promise = datetime.now(UTC), timedelta(seconds=environment.log_promise)
    if until != NEVER and now - until < 2 * promise:
        return until
    since = until if until == NEVER else until - LATE_AT_MOST
    while enter_unended(since=since, before=now - promise, key=key_in(environment.home.secrets), at=now):
        continue
    return now - promise


def _count(_: Environment, stop: threading.Event) -> None:
    """Count the dossiers that something happened to, so that the measures follow."""
    import structlog
    from django.db import DatabaseError, InterfaceError, close_old_connections

    from maidinh.services.measures.actions import await_uncounted, count_waiting

    log, looked = structlog.get_logger(__name__), False
    while not stop.is_set():
        try:
            if not looked:
                await_uncounted()
                looked = True
            counted = count_waiting()
        except (DatabaseError, InterfaceError) as error:
            log.warning("measures wait for the database", error=str(error).strip())
            close_old_connections()
            counted = 0
        if not counted:
            stop.wait(COUNT_SECONDS)


def _compute(_: Environment, stop: threading.Event) -> None:
    """Compute the roadmaps that planners asked for, apart from the events, which a long one would hold up."""
    import structlog
    from django.db import DatabaseError, InterfaceError, close_old_connections

    from maidinh.governance.roadmap.actions.computing import compute_waiting

    log = structlog.get_logger(__name__)
    while not stop.is_set():
        try:
            computed = compute_waiting(at=datetime.now(UTC))
        except (DatabaseError, InterfaceError) as error:
            log.warning("roadmaps wait for the database", error=str(error).strip())
            close_old_connections()
            computed = 0
        if not computed:
            stop.wait(COMPUTE_SECONDS)


def _collect(environment: Environment, stop: threading.Event) -> None:
    """Take fees online, where a payment gateway is set: apart from the events, which a slow gateway would hold up."""
    import structlog
    from django.db import DatabaseError, InterfaceError, close_old_connections

    from maidinh.config.payments import provider_of
    from maidinh.services.fees.actions.collecting import collect
    from maidinh.services.fees.actions.reconciling import reconcile_when_due
    from maidinh.services.fees.adapters.provider import ProviderUnavailable

    log, provider, compared = structlog.get_logger(__name__), provider_of(environment), 0.0
    while provider is not None and not stop.is_set():
        done = 0
        try:
            done = collect(provider=provider, now=lambda: datetime.now(UTC))
            if not compared or time.monotonic() - compared > RECONCILE_SECONDS:
                compared = time.monotonic()
                reconcile_when_due(provider=provider, at=datetime.now(UTC))
        except ProviderUnavailable as error:
            log.warning("payments wait for the gateway", error=str(error))
        except (DatabaseError, InterfaceError) as error:
            log.warning("payments wait for the database", error=str(error).strip())
            close_old_connections()
        if not done:
            stop.wait(COLLECT_SECONDS)
    stop.wait()


def _tell_portal(environment: Environment, stop: threading.Event) -> None:
    """Tell the national portal what waits, until stopped; where it is silent, ever more rarely."""
    import structlog
    from django.db import DatabaseError, InterfaceError, close_old_connections

    from maidinh.config.national import courier_of, portal_of
    from maidinh.services.nationalportal.actions.delivering import deliver_one

    log, portal, courier = structlog.get_logger(__name__), portal_of(environment), courier_of(environment)
    silent = 0
    while portal is not None and not stop.is_set():
        sent = "nothing"
        try:
            sent = deliver_one(portal=portal, courier=courier)
        except (DatabaseError, InterfaceError) as error:
            log.warning("the national portal waits for the database", error=str(error).strip())
            close_old_connections()
        silent = silent + 1 if sent == "unavailable" else 0
        if silent:  # beside the pause of that dossier: a portal that is down is not asked by all of them at once
            stop.wait(min(PORTAL_SECONDS * 2 ** min(silent, 10), PORTAL_LONGEST_SECONDS))
        elif sent == "nothing":
            stop.wait(PORTAL_SECONDS)
    stop.wait()


def _hear_portal(environment: Environment, stop: threading.Event) -> None:
    """Ask the national portal what it has to tell, and apply it; begin to tell it of dossiers it never heard of."""
    import structlog
    from django.db import DatabaseError, InterfaceError, close_old_connections

    from maidinh.config.national import courier_of, portal_of
    from maidinh.services.nationalportal.actions.enqueuing import enqueue_unknown
    from maidinh.services.nationalportal.actions.receiving import apply_waiting, take_changes
    from maidinh.services.nationalportal.adapters.portal import PortalUnavailable

    log, portal, courier = structlog.get_logger(__name__), portal_of(environment), courier_of(environment)
    while portal is not None and not stop.is_set():
        done = 0
        try:
            done += enqueue_unknown(at=courier.now())
            done += take_changes(portal=portal, now=courier.now)
        except PortalUnavailable as error:
            log.warning("the national portal's list can't be read", error=str(error))
        except (DatabaseError, InterfaceError) as error:
            log.warning("the national portal waits for the database", error=str(error).strip())
            close_old_connections()
        try:
            done += apply_waiting(portal=portal, patience=courier.patience, now=courier.now)
        except (DatabaseError, InterfaceError) as error:
            log.warning("what the national portal told waits for the database", error=str(error).strip())
            close_old_connections()
        if not done:
            stop.wait(environment.national_portal_interval)
    stop.wait()


def _put_away(environment: Environment, stop: threading.Event) -> None:
    """Late time stamps, archives of what ended, disposals, messages long delivered: apart, for none is urgent."""
    import structlog
    from django.db import DatabaseError, InterfaceError, close_old_connections
    from django.utils.timezone import localdate

    from maidinh.channels.counter.signing import installation
    from maidinh.infrastructure.files.queries import DocumentDamaged
    from maidinh.infrastructure.translog.promises import Unpromised
    from maidinh.services.archives.actions import archive_ended, destroy_granted
    from maidinh.services.nationalportal.actions.pruning import empty_handled, prune_delivered

    log = structlog.get_logger(__name__)
    keeper = Unpromised()
    while not stop.wait(PUT_AWAY_SECONDS):
        try:
            _stamp_results(environment, keeper)
            ended = localdate() - timedelta(days=1)
            archive_ended(
                until=ended, installation=installation(), log=keeper, at=datetime.now(UTC), most=PUT_AWAY_MOST
            )
            destroy_granted(log=keeper, at=datetime.now(UTC))
            before = datetime.now(UTC) - timedelta(days=environment.national_portal_days)
            prune_delivered(before=before)
            empty_handled(before=before)
        except (DocumentDamaged, ValueError) as error:
            log.error("something was not put away", error=str(error))
        except (DatabaseError, InterfaceError) as error:
            log.warning("archives wait for the database", error=str(error).strip())
            close_old_connections()


def _stamp_results(environment: Environment, keeper: Enters) -> None:
    """Give results that were signed without a time stamp theirs, where an authority is set and answers."""
    import structlog

    from maidinh.infrastructure.timestamps.asking import PATIENCE_SECONDS, answering_within
    from maidinh.services.results.stamping import stamp_later

    address = environment.timestamping
    if address is None:
        return
    authorities = sorted(environment.home.public_keys.glob("authority@*.crt"))
    trusted = [path.read_text("ascii") for path in (*authorities, timestamping_roots(environment))]
    try:
        stamp_later(
            asking=lambda: answering_within(address, PATIENCE_SECONDS),
            trusted=trusted,
            log=keeper,
            at=datetime.now(UTC),
        )
    except OSError as error:
        structlog.get_logger(__name__).warning("time stamps of results wait", error=str(error))


def _serve_sample(environment: Environment, stop: threading.Event) -> None:
    asyncio.run(_sample(environment, stop))


async def _sample(environment: Environment, stop: threading.Event) -> None:
    from aiohttp import web

    from maidinh.config.sample import sample_application

    runner = web.AppRunner(sample_application(environment), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", environment.services_port).start()
    while not stop.is_set():
        await asyncio.sleep(0.2)
    await runner.cleanup()
