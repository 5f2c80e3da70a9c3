"""What stands in for the outside in a sample installation: the registers' own service, the identity provider,
the time-stamping authority, the payment gateway, the national portal.

Layer 0, config. Where a province connects its real ones, their addresses stand in the architecture and the settings.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from aiohttp import hdrs, web

from maidinh.applications.registers.provider import register_application
from maidinh.config.environment import Environment
from maidinh.config.provinces import read_province
from maidinh.infrastructure.database.connections import Connections


def sample_application(environment: Environment) -> web.Application:
    """The registers, and the identity provider unless a real issuer is set; /health says that it runs."""
    from maidinh.governance.architecture.rules import instance_of, service_ids, with_agency_codes

    province = read_province(environment.province, environment.definitions)
    connections = Connections(environment.home, environment.database_url, environment.database_name)
    application = web.Application()

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    application.router.add_get("/health", health)
    model = with_agency_codes(province.newest, province.organisations)
    identifiers = service_ids(model, instance_of(province.organisations.code))
    services = {identifier.rsplit("/", 1)[1]: identifier for identifier in identifiers.values()}
    registers = register_application(
        connections.dsn("worker"), services=services, public_keys=environment.home.public_keys
    )
    _include(application, registers)
    if environment.oidc_issuer is None:
        _include(application, _identity(environment))
    if environment.timestamp_url is None:
        application.router.add_post("/timestamps", _timestamping(environment))
    if environment.payment_url is None:
        _include(application, _payments(environment))
    if environment.sample:
        _include(application, _national_portal(environment, services))
    return application


def _national_portal(environment: Environment, services: dict[str, str]) -> web.Application:
    """The stand-in national portal, where the architecture says that the exchange reaches one here."""
    from maidinh.infrastructure.definitions.locating import definitions_root
    from maidinh.services.catalogue.reading import read_procedure_catalogue
    from maidinh.services.nationalportal.adapters.portal import SERVICE
    from maidinh.services.nationalportal.adapters.stand_in import national_portal_application

    return national_portal_application(
        path=f"/{SERVICE}",
        service=services.get(SERVICE),
        public_keys=environment.home.public_keys,
        kept=environment.data / "stand-in-national-portal.json",
        catalogue=read_procedure_catalogue(definitions_root(environment.definitions) / "national"),
        now=lambda: datetime.now(UTC),
    )


def _payments(environment: Environment) -> web.Application:
    """The stand-in payment gateway; it takes no money and says so."""
    from maidinh.config.payments import payment_secret
    from maidinh.services.fees.adapters.stand_in import payment_application

    return payment_application(
        address=f"{environment.services_url}/payments",
        secret=payment_secret(environment),
        kept=environment.data / "stand-in-payments.json",
        now=lambda: datetime.now(UTC),
    )


def _timestamping(environment: Environment) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The stand-in time-stamping authority; its key lies with the signer."""
    from maidinh.infrastructure.keys.client import SignerClient
    from maidinh.infrastructure.timestamps.asking import REPLY
    from maidinh.infrastructure.timestamps.authority import answer_query

    signer, key = SignerClient.for_caller(environment.home, "worker"), f"timestamp:{environment.province}"

    def stamp(query: bytes) -> bytes:
        return answer_query(
            query,
            certificates=signer.certificate(key),
            sign=lambda digest: signer.sign_digest(key, digest),
            serial=uuid.uuid4().int >> 1,
            at=datetime.now(UTC),
        )

    async def timestamps(request: web.Request) -> web.Response:
        return web.Response(body=await asyncio.to_thread(stamp, await request.read()), content_type=REPLY)

    return timestamps


def _identity(environment: Environment) -> web.Application:
    from maidinh.infrastructure.identity.adapters.personas import citizen_persona, official_personas
    from maidinh.infrastructure.identity.adapters.stand_in import Client, stand_in_application

    province = read_province(environment.province, environment.definitions)
    citizens = [
        citizen_persona(person=persona.person, name=persona.full_name, note=persona.story)
        for persona in province.population.personas
    ]
    return stand_in_application(
        personas=[*citizens, *official_personas(organisations=province.organisations, roles=province.roles)],
        issuer=environment.issuer,
        signing_key=environment.home.secrets / "stand-in-identity.pem",
        clients={environment.oidc_client_id: Client(redirect_uris=(f"{environment.address}/sign-in/return",))},
    )


def _include(application: web.Application, part: web.Application) -> None:
    """Serve the part's routes as they are, with its own life."""
    application.router.add_routes(
        [
            web.route(route.method, route.resource.canonical, route.handler)
            for route in part.router.routes()
            if route.resource is not None and route.method != hdrs.METH_HEAD  # a GET route brings its HEAD along
        ]
    )
    application.on_startup.extend(part.on_startup)
    application.on_cleanup.extend(part.on_cleanup)
    application.cleanup_ctx.extend(part.cleanup_ctx)
