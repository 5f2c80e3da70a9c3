"""Who read my data: each time a system of an agency read data about the person who signed in. Layer 2.

What is told is what the contract said when it happened. Legal ground: Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.exchange.evidence.queries import SHOWN, Reading, proof_of_reading, readings_for
from maidinh.infrastructure.organisations.queries import agency_names

WHO = "exchange.read-own"
PER_PAGE = 10


def data_read(request: HttpRequest) -> HttpResponse:
    """The newest first; what one system read on one day under one contract stands together."""
    found, names = readings_for(request.actor, timezone.now()), agency_names(language())
    groups = [_told(list(held), names) for _, held in groupby(found, _together)]
    shown = Paginator(groups, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": shown, "groups": list(shown), "count": len(found), "most": SHOWN}
    return render(request, "web/data_read.html", context)


def proof(request: HttpRequest, reading: UUID) -> HttpResponse:
    """The signed record of one reading, with the proof that it is in the public log."""
    found = proof_of_reading(request.actor, reading, timezone.now())
    if found is None:
        raise Http404
    text = json.dumps(found, ensure_ascii=False, indent=2)
    return attachment(text.encode(), f"{reading}.json", "application/json")


def _together(reading: Reading) -> tuple[Any, ...]:
    return timezone.localtime(reading.at).date(), reading.system, reading.contract.id, reading.given


def _told(held: Sequence[Reading], names: Mapping[str, str]) -> dict[str, Any]:
    first = held[0]
    return {
        "day": first.at,
        "agency": names.get(first.agency, first.agency),
        "system": first.system,
        "source": names.get(first.provider, first.provider),
        "fields": first.fields_in(language()),
        "purpose": first.contract.purpose,
        "legal_basis": first.contract.legal_basis,
        "contract": first.contract.id,
        "given": first.given,
        "behalf": names.get(first.contract.on_behalf_of or "", first.contract.on_behalf_of or ""),
        "sample": first.contract.sample,
        "readings": held,
    }


ROUTES = [
    page("my/data", data_read, name="my-data", who=WHO),
    page("my/data/<uuid:reading>/proof.json", proof, name="my-data-proof", who=WHO),
]
