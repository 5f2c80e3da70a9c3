"""A gateway in a process of its own, for tests that measure it from outside: `python -m tests.exchange.gateway.child`.

It is told its settings as one JSON line, says its port as one line, and ends on SIGTERM.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maidinh.exchange.gateway.app import Gateway
from maidinh.exchange.gateway.settings import GatewaySettings
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import AsyncSignerClient
from tests.exchange.world import INSTANCE, NOW, PROVINCE


@dataclass(frozen=True)
class Child:
    """A running gateway."""

    pid: int
    port: int

    def memory(self, name: str) -> int:
        """One figure of /proc/<pid>/status in bytes, such as VmRSS or VmHWM."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))

    def forget_peak(self) -> None:
        """From now on VmHWM is the peak since now."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


@contextmanager
def child_gateway(settings: GatewaySettings, signer_home: Path, **changes: Any) -> Iterator[Child]:
    """The same gateway as `settings` describe, as a process."""
    told = {"dsn": settings.dsn, "home": str(settings.home.root), "signer": str(signer_home), "changes": changes}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.exchange.gateway.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(told) + "\n")
        process.stdin.close()
        yield Child(process.pid, int(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait(20)


async def serve(told: dict[str, Any]) -> None:
    """Run until SIGTERM."""
    settings = GatewaySettings(
        instance=INSTANCE, province=PROVINCE, dsn=told["dsn"], home=Home(Path(told["home"])),
        signer=AsyncSignerClient.for_caller(Home(Path(told["signer"])), "gateway", patience=5), clock=lambda: NOW,
        **told["changes"],
    )  # fmt: skip
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    gateway = Gateway(settings)
    await gateway.start()
    while gateway.keeper.snapshot is None:
        await asyncio.sleep(0.02)
    print(gateway.port, flush=True)
    await stop.wait()
    await gateway.stop()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.stdin.readline())))
