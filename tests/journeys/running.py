"""A province of our own, run as an operator runs it: `maidinh up` with its four processes, in a temporary place."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from maidinh.config.environment import Environment
from maidinh.config.processes import free_ports
from maidinh.config.provinces import Province, read_province
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.database.parent import dies_with_parent
from maidinh.infrastructure.database.roles import drop_database

LARGEST_UPLOAD = 2_000_000  # bytes: small, so that a file too large is quickly made


class RunningProvince:
    """A province that listens; `address` is its first page."""

    def __init__(self, name: str) -> None:
        self.place = Path(tempfile.mkdtemp(prefix=f"maidinh-journeys-{name}-", dir="/tmp"))
        self.place.chmod(0o711)
        web, gateway, services = free_ports(3)
        self.environment = Environment(
            data=self.place / "home",
            database_name=f"maidinh_journeys_{os.getpid()}_{name.replace('-', '_')}",
            province=name,
            port=web,
            gateway_port=gateway,
            services_port=services,
            upload_limit=LARGEST_UPLOAD,
            sample=True,
        )
        self.province: Province = read_province(name)
        self.process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        """Where its first page is."""
        return self.environment.address

    def own(self, address: str) -> bool:
        """Whether an address is the province's, or that of its stand-in identity provider."""
        places = (f"{self.environment.address}/", f"{self.environment.services_url}/identity/", "data:")
        return address.startswith(places)

    def start(self) -> None:
        """Return when every process does its work."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MAIDINH_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "maidinh", "up"],
            env={**kept, **self.environment.variables()},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it calls the kernel and nothing else
        )
        assert self.process.stderr is not None
        told = []
        for line in self.process.stderr:
            told.append(line)
            if self.address in line:
                return
        raise RuntimeError(f"the province did not start: {''.join(told[-20:])}")

    def stop(self) -> None:
        """Stop it in good order and leave nothing behind."""
        if self.process is not None:
            self.process.terminate()
            self.process.communicate(timeout=60)
        if self.environment.database_url is not None:
            connections = Connections(
                self.environment.home, self.environment.database_url, self.environment.database_name
            )
            drop_database(connections.admin_dsn, self.environment.database_name)
        shutil.rmtree(self.place, ignore_errors=True)

    def failures(self) -> list[str]:
        """What the processes wrote of faults of their own; that somebody was not allowed to is none."""
        told = []
        for file in sorted(self.environment.home.output.glob("*.log")):
            tracing = False
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
                tracing = tracing or line.startswith("Traceback")
                ended = tracing and not line.startswith((" ", "Traceback"))
                if "page failed" in line or (ended and "PermissionDenied" not in line):
                    told.append(f"{file.name}: {line}")
                tracing = tracing and not ended
        return told
