"""A road to the database that can be cut and opened again, as if the database were away for one process alone."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Relay:
    """Listens on a port and passes everything on to the database of a DSN."""

    def __init__(self, dsn: str, host: str = "127.0.0.1") -> None:
        self._dsn = dsn
        self.host = host
        self._open = True
        self._through = threading.Event()
        self._through.set()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listening = socket.create_server((host, 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def dsn(self) -> str:
        """The same database by way of this relay."""
        return make_conninfo(self._dsn, host=self.host, port=self._listening.getsockname()[1], hostaddr=None)

    def cut(self) -> None:
        """From now on the database is away."""
        self._open = False
        for pair in self._pairs:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def fall_silent(self) -> None:
        """From now on nothing goes through, and nobody is told: a cable was pulled."""
        self._through.clear()

    def speak(self) -> None:
        """What waited goes through, and what comes after it."""
        self._through.set()

    def restore(self) -> None:
        """From now on it is there."""
        self._open = True

    def close(self) -> None:
        """End for good."""
        self.cut()
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listening.accept()
                if not self._open:
                    here.close()
                    continue
                there = self._database()
                self._pairs.append((here, there))
                for source, target in ((here, there), (there, here)):
                    threading.Thread(target=_pass_on, args=(source, target, self._through), daemon=True).start()

    def _database(self) -> socket.socket:
        where: dict[str, Any] = conninfo_to_dict(self._dsn)
        host, port = str(where.get("host", "127.0.0.1")), int(where.get("port") or 5432)
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        found = socket.socket(socket.AF_UNIX)
        found.connect(str(Path(host) / f".s.PGSQL.{port}"))
        return found


def _pass_on(source: socket.socket, target: socket.socket, through: threading.Event) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            through.wait()
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
