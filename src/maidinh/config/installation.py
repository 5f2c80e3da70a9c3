"""One installation started, prepared, watched and stopped: what `maidinh up` and `maidinh demo` share.

Layer 0, config.
"""

from __future__ import annotations

import os
import secrets
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from maidinh.config.environment import Environment
from maidinh.config.processes import check_ports, supervisor_of
from maidinh.config.provinces import Province, read_province
from maidinh.config.recorded import record
from maidinh.config.supervisor import Supervisor
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.keys.signer import prepare_tokens

RENEWAL_CHECK = 3600.0  # seconds; a directory is renewed when half its life is over


class Installation:
    """An environment with its province; reading it fails before anything is started when a definition is wrong."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.province: Province = read_province(environment.province, environment.definitions)
        self.supervisor: Supervisor = supervisor_of(environment)

    def prepare_place(self) -> None:
        """Make the directories and secrets that the processes expect. Raises PortTaken."""
        check_ports(self.environment)
        home = self.environment.home
        home.prepare()
        record(self.environment)
        key = home.secrets / "django.key"
        if not key.exists():
            with (
                suppress(FileExistsError),
                os.fdopen(os.open(key, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file,
            ):
                file.write(secrets.token_urlsafe(48))
        prepare_tokens(home)
        connections = Connections(home, self.environment.database_url, self.environment.database_name)
        connections.passwords  # noqa: B018 - made now, so that processes started at once don't each make their own

    def prepare(self) -> None:
        """What happens between the database's start and the processes': schema, definitions, keys, architecture."""
        os.environ.update(self.environment.variables())
        os.environ["MAIDINH_PROCESS"] = "web"
        os.environ["DJANGO_SETTINGS_MODULE"] = "maidinh.config.settings"
        import django

        django.setup()
        from django.conf import settings
        from django.db import connections

        from maidinh.config.preparation import adopt_sample_roadmap, open_projects, prepare_installation

        now = datetime.now(UTC)
        prepare_installation(self.environment, settings.CONNECTIONS, self.province, now)
        for line in open_projects(self.environment, settings.CONNECTIONS, self.province, now):
            print(f"a sample project was not begun: {line}", file=sys.stderr, flush=True)
        for line in adopt_sample_roadmap(self.environment, settings.CONNECTIONS, self.province, now):
            print(f"the sample roadmap was not adopted: {line}", file=sys.stderr, flush=True)
        connections.close_all()

    def run(self, on_ready: Callable[[], None]) -> None:
        """Start, serve until stopped, stop."""
        self.prepare_place()
        ended = threading.Event()
        keeper = threading.Thread(target=self._keep_directory, args=(ended,), name="directory", daemon=True)

        def ready() -> None:
            keeper.start()
            on_ready()

        try:
            self.supervisor.run_until_stopped(prepare=self.prepare, on_ready=ready)
        finally:
            ended.set()

    def _keep_directory(self, ended: threading.Event) -> None:
        """Renew the exchange's directory in good time: an expired one would stop every exchange."""
        from django.conf import settings

        from maidinh.config.preparation import publish_architecture

        while not ended.wait(RENEWAL_CHECK):
            try:
                publish_architecture(self.environment, settings.CONNECTIONS, self.province, datetime.now(UTC))
            except Exception as fault:  # tried again in an hour; nothing may end this thread
                print(f"the directory was not renewed: {fault}", file=sys.stderr, flush=True)
