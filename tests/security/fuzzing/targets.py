"""The targets: for each parser what it is given and what must hold whatever it is given.

A target takes any bytes. What its parser refuses in its own words is well; everything else that it raises is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

Run = Callable[[bytes], None]


@dataclass(frozen=True)
class Target:
    """A parser under fire: the module that makes it ready, and the code that leads the search."""

    module: str
    led_by: tuple[str, ...]
    slow: int = 1  # of so many inputs it gets one, because it takes so much longer over each

    def made(self) -> Run:
        """What takes one input; imported here and not before, so that the code in it can be led by."""
        return import_module(f"tests.security.fuzzing.{self.module}").ready()  # type: ignore[no-any-return]

    def seeds(self) -> Sequence[bytes]:
        """Inputs that the parser takes, from which the search begins."""
        return import_module(f"tests.security.fuzzing.{self.module}").seeds()  # type: ignore[no-any-return]


GATEWAY = "maidinh.exchange.gateway"
TRANSLOG = "maidinh.infrastructure.translog"
TARGETS = {
    "gateway": Target("whole_gateway", ("maidinh.exchange",), slow=2),
    "addresses": Target("addresses", (GATEWAY, "maidinh.exchange.directory")),
    "envelopes": Target("envelopes", (GATEWAY, "maidinh.exchange.interfaces")),
    "multipart": Target("multipart", (GATEWAY,)),
    "tokens": Target("tokens", (GATEWAY, "maidinh.exchange.jws", "maidinh.exchange.keys")),
    "containers": Target("containers", ("maidinh.exchange", TRANSLOG, "maidinh.infrastructure.timestamps"), slow=5),
    "interfaces": Target("interfaces", ("maidinh.exchange.interfaces",)),
    "log": Target("log_files", (TRANSLOG,)),
}
