"""`/exchange`: what became of a call, what did not go through and why, and how the exchange stands.

Layer 2. Officials see the exchanges of their own agencies, as the database shows them; numbers are for every official
who may read the record or the state of operations. No page shows a query, a body, or a path with somebody's number.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.exchange.directory.queries import current_directory
from maidinh.exchange.evidence.queries import calls_between, calls_under, last_hour, latest_calls, open_calls
from maidinh.exchange.operations import monitoring as monitored
from maidinh.exchange.operations.history import ALLOWED, FAILED, REFUSED, Happened, Unended
from maidinh.exchange.operations.reasons import reason_for
from maidinh.exchange.operations.standing import ServiceHour, ending_keys
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.workbooks.separated import csv_bytes

IN_FLIGHT = 6  # times as long as a service has to answer: a call older than that has ended
SHOWN_DAYS = 30  # how far back the list of what did not go through looks
LONGEST_ID = 255
SHOWN = 50
DAY = "day"
SPANS = {"hour": timedelta(hours=1), DAY: timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
TONES = {ALLOWED: "good", REFUSED: "stopped", FAILED: "late"}


def exchange(request: HttpRequest) -> HttpResponse:
    """Look a call up by its id; below, the latest of one's agencies that were refused or failed."""
    at = timezone.now()
    asked = request.GET.get("id", "").replace("\0", "").strip()[:LONGEST_ID]
    service = request.GET.get("service", "").replace("\0", "")[:511]
    found, lost = calls_under(asked, before=_ended_before(at)) if asked else ([], [])
    latest = (
        []
        if asked
        else latest_calls(outcomes=(REFUSED, FAILED), since=at - timedelta(days=SHOWN_DAYS), service=service)
    )
    words = Words()
    context = {
        "asked": asked,
        "service": service,
        "found": [words.call(each) for each in found],
        "lost": [words.lost(each) for each in lost],
        "latest": [words.call(each) for each in latest],
        "services": [("", _("all")), *((each, words.service(each)) for each in words.services)],
        "hour": [words.hour(each) for each in last_hour(at)],
    }
    return render(request, "exchange/exchange.html", context)


def state(request: HttpRequest) -> HttpResponse:
    """How the exchange stands: directory, last hour, calls without an end, keys about to end."""
    at, directory, words = timezone.now(), current_directory(), Words()
    notice = timedelta(days=settings.MAIDINH.key_notice_days)
    count, oldest = open_calls(_ended_before(at))
    ending = ending_keys(directory, settings.MAIDINH.home.public_keys, until=at + notice)
    context = {
        "directory": directory,
        "expired": directory is not None and directory.expires_at <= at,
        "hour": [words.hour(each) for each in last_hour(at)],
        "open": count,
        "oldest": oldest,
        "notice_days": notice.days,
        "ending": [{"end": each, "kind": _kind(each.kind), "over": each.valid_to <= at} for each in ending],
    }
    return render(request, "exchange/state.html", context)


class Words:
    """Calls in the reader's language, with the names that the directory in force gives."""

    def __init__(self) -> None:
        directory = current_directory()
        self.systems = {each.id: each.name for each in directory.subsystems} if directory else {}
        self.services = [each.id for each in directory.services] if directory else []
        self.agencies = agency_names(language())
        self.outcomes = {ALLOWED: _("went through"), REFUSED: _("refused"), FAILED: _("failed")}

    def system(self, identifier: str) -> str:
        """What a system is called; one that nobody declared keeps what it called itself."""
        return self.systems.get(identifier, identifier) or _("Unknown")

    def service(self, identifier: str) -> str:
        """What a service is called: the system that offers it, and its code."""
        system, _sign, code = identifier.rpartition("/")
        return f"{self.systems[system]}: {code}" if system in self.systems else identifier or _("Unknown")

    def call(self, each: Happened) -> dict[str, Any]:
        """One exchange as pages show it."""
        why = reason_for(each.reason) if each.reason else None
        return {
            "call": each,
            "href": f"{reverse('exchange')}?{urlencode({'id': each.x_road_id})}",
            "about": f"{self.system(each.client)} → {self.service(each.service)}",
            "outcome": self.outcomes[each.outcome],
            "tone": TONES[each.outcome],
            "says": _(why.says) if why else "",
            "remedy": _(why.remedy) if why else "",
            "consumer": self.agencies.get(each.consumer_agency, each.consumer_agency),
            "provider": self.agencies.get(each.provider_agency, each.provider_agency),
            "steps": [
                {"title": _step(name), "at": moment, "text": "" if moment else _("not reached")}
                for name, moment in each.steps()
            ],
        }

    def lost(self, each: Unended) -> dict[str, Any]:
        """A call without an end."""
        return {"call": each, "about": f"{self.system(each.client)} → {self.service(each.service)}"}

    def hour(self, each: ServiceHour) -> dict[str, Any]:
        """The last hour of one service."""
        return {
            "name": self.service(each.service),
            "hour": each,
            "reasons": [(_(reason_for(word).says), number) for word, number in each.reasons.most_common(3)],
        }


def _ended_before(at: datetime) -> datetime:
    return at - IN_FLIGHT * timedelta(seconds=settings.MAIDINH.gateway_timeout)


def _step(name: str) -> str:
    names: dict[str, str] = {
        "received": _("The call came in"),
        "forwarded": _("It was sent on to the service"),
        "answered": _("The service answered"),
        "logged": _("It was signed, logged and answered"),
    }
    return names[name]


def _kind(name: str) -> str:
    names: dict[str, str] = {"key": _("key"), "certificate": _("certificate")}
    return names[name]


def monitoring(request: HttpRequest) -> HttpResponse:
    """Operational monitoring data of one's agencies: how many of what time, and as files."""
    span, found, whole = _monitored(request)
    words = Words()
    mine = list(monitored.records(found, request.actor.agencies))
    context = {
        "spans": list(_spans().items()),
        "span": span,
        "count": len(mine),
        "succeeded": sum(each["succeeded"] for each in mine),
        "whole": whole,
        "shown": [words.call(each) for each in reversed(found[-SHOWN:])],
    }
    return render(request, "exchange/monitoring.html", context)


def monitoring_file(request: HttpRequest, form: str) -> HttpResponse:
    """The same as a file: JSON as X-Road answers it, or CSV."""
    actor: Actor = request.actor
    _span, found, whole = _monitored(request)
    if form == "json":
        content = json.dumps(monitored.answer(found, actor.agencies, whole=whole), ensure_ascii=False)
        return attachment(content.encode(), "monitoring.json", "application/json")
    if form == "csv":
        lines = csv_bytes(monitored.table(monitored.records(found, actor.agencies)))
        return attachment(lines, "monitoring.csv", "text/csv; charset=utf-8")
    raise Http404(form)


def _monitored(request: HttpRequest) -> tuple[str, list[Happened], bool]:
    at = timezone.now()
    span = request.GET.get("span", "")
    span = span if span in SPANS else DAY
    found = calls_between(at - SPANS[span], at, limit=monitored.LIMIT + 1)
    return span, found[: monitored.LIMIT], len(found) <= monitored.LIMIT


def _spans() -> dict[str, str]:
    return {
        "hour": _("the last hour"),
        DAY: _("the last day"),
        "week": _("the last week"),
        "month": _("the last 30 days"),
    }


ROUTES = [
    page("exchange", exchange, name="exchange", who="exchange.read"),
    page("exchange/monitoring", monitoring, name="exchange-monitoring", who="exchange.read"),
    page("exchange/monitoring.<str:form>", monitoring_file, name="exchange-monitoring-file", who="exchange.read"),
    page("exchange/state", state, name="exchange-state", who="operations.read"),
]
