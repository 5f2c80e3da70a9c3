"""The parts of one running installation and how they are started, watched and stopped together.

Layer 0, config.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from maidinh.config.environment import Environment
from maidinh.config.supervisor import ProcessSpec, Supervisor
from maidinh.infrastructure.database.embedded import EmbeddedPostgres
from maidinh.infrastructure.keys.client import SignerClient, token_path

_direct = build_opener(ProxyHandler({}))  # loopback is never asked through a proxy


class PortTaken(Exception):
    """Another program listens where one of ours should; `setting` gives another place."""

    def __init__(self, place: str, reason: str | None, setting: str) -> None:
        self.place, self.reason, self.setting = place, reason, setting
        super().__init__(f"{place} is taken ({reason}); give another with {setting}")


def supervisor_of(environment: Environment) -> Supervisor:
    """The four processes, and the embedded database where no other is given."""
    variables = environment.variables()
    specs = [
        _spec("signer", variables, lambda: _signer_answers(environment), early=True),
        _spec("web", variables, lambda: _answers(f"http://{environment.host}:{environment.port}/health"), early=True),
        _spec("gateway", variables, lambda: _answers(f"{environment.gateway_url}/health", degraded=True)),
        _spec("worker", variables, lambda: _answers(f"{environment.services_url}/health")),
    ]
    home = environment.home
    foundations = [EmbeddedPostgres(home)] if environment.database_url is None else []
    return Supervisor(specs, home.output, run=home.run, foundations=foundations)


def check_ports(environment: Environment) -> None:
    """Raise PortTaken where a port is in use, naming the setting that gives another."""
    for name, host, port in (
        ("MAIDINH_PORT", environment.host, environment.port),
        ("MAIDINH_GATEWAY_PORT", environment.gateway_host, environment.gateway_port),
        ("MAIDINH_GATEWAY_TLS_PORT", environment.gateway_host, environment.gateway_tls_port),
        ("MAIDINH_SERVICES_PORT", "127.0.0.1", environment.services_port),
    ):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise PortTaken(f"{host}:{port}", error.strerror, name) from None


def free_ports(count: int) -> list[int]:
    """So many ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _spec(name: str, variables: dict[str, str], ready: Callable[[], bool], *, early: bool = False) -> ProcessSpec:
    environment = {**variables, "MAIDINH_PROCESS": name, "DJANGO_SETTINGS_MODULE": "maidinh.config.settings"}
    return ProcessSpec(name, [sys.executable, "-m", "maidinh", "serve", name], environment, ready, early)


def _answers(address: str, *, degraded: bool = False) -> bool:
    """Whether a process answers; `degraded` takes one that runs and says that it can't work yet."""
    try:
        with _direct.open(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except HTTPError as error:
        return degraded and error.code == 503
    except (URLError, OSError):
        return False


def _signer_answers(environment: Environment) -> bool:
    if not token_path(environment.home, "operator").exists():
        return False
    return SignerClient.for_caller(environment.home, "operator", patience=1).ready()
