"""`python -m maidinh`: the command line."""

from __future__ import annotations

from maidinh.config.main import main

main()
