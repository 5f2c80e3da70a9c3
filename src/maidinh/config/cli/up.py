"""`maidinh up`: run this installation, by its settings, until stopped."""

from __future__ import annotations

import sys

from maidinh.config.failures import told_plainly
from maidinh.config.texts import say


@told_plainly
def command() -> None:
    """Start the installation and serve until stopped."""
    from maidinh.config.environment import Environment
    from maidinh.config.installation import Installation

    environment = Environment()
    Installation(environment).run(
        lambda: print(f"{say('Running at')} {environment.address}", file=sys.stderr, flush=True)
    )
