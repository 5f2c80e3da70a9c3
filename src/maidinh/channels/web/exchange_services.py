"""`/exchange/services`: what the exchange offers, operation by operation, and how each is tried.

Layer 2. From the published directory, which is public; the interface is what the service's agency published.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.exchange.client.calls import encoded
from maidinh.exchange.directory.definition import Directory, Service
from maidinh.exchange.directory.queries import current_directory
from maidinh.exchange.operations.trying import curl, offer_of
from maidinh.infrastructure.organisations.queries import agency_names

CLIENT = "INSTANCE/GOV/AGENCY/SYSTEM"


def services(request: HttpRequest) -> HttpResponse:
    """Every service of the directory in force."""
    directory = current_directory()
    rows = [_row(directory, each) for each in directory.services] if directory else []
    return render(request, "exchange/services.html", {"rows": sorted(rows, key=lambda row: row["name"])})


def service(request: HttpRequest, service: str) -> HttpResponse:
    """One service: its operations, and a command for each to copy."""
    directory = current_directory()
    found = next((each for each in directory.services if each.id == service), None) if directory else None
    if directory is None or found is None:
        raise Http404(service)
    offer, gateway = offer_of(found), settings.MAIDINH.gateway_url
    operations = [
        {
            "operation": each,
            "curl": curl(each, gateway=gateway, service=encoded(found.id), client=CLIENT),
            "by_hand": f"maidinh exchange call {found.id} --as SYSTEM --method {each.method} --path '{each.example()}'",
        }
        for each in offer.operations
    ]
    contracts = [each for each in directory.contracts if each.provider_service == found.id]
    context = {
        "row": _row(directory, found),
        "service": found,
        "offer": offer,
        "operations": operations,
        "contracts": len(contracts),
    }
    return render(request, "exchange/service.html", context)


def _row(directory: Directory, service: Service) -> dict[str, Any]:
    system = next(each for each in directory.subsystems if each.id == service.subsystem)
    member = next(each for each in directory.members if (each.member_class, each.code) == system.member)
    return {
        "service": service,
        "href": reverse("exchange-service", kwargs={"service": service.id}),
        "name": f"{system.name}: {service.code}",
        "agency": agency_names(language()).get(member.agency, member.name),
        "published": service.openapi is not None or service.wsdl is not None,
    }


ROUTES = [
    page("exchange/services", services, name="exchange-services", who="architecture.read"),
    page("exchange/services/<path:service>", service, name="exchange-service", who="architecture.read"),
]
