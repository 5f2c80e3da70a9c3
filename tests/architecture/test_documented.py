"""Every setting, event and command stands in the reference, and nothing there is gone from the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from maidinh.config.environment import Environment
from maidinh.config.main import application
from maidinh.infrastructure.events.definition import EVENTS

REFERENCE = Path(__file__).resolve().parents[2] / "docs/reference"


def test_settings() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (REFERENCE / "settings.md").read_text("utf-8"), re.M))
    assert documented == set(Environment.documented())


def test_events() -> None:
    documented = set(re.findall(r"^\| `([a-z_.]+)`", (REFERENCE / "events.md").read_text("utf-8"), re.M))
    assert documented == set(EVENTS)


def test_commands() -> None:
    documented = set(re.findall(r"^## `maidinh ([a-z -]+)`", (REFERENCE / "commands.md").read_text("utf-8"), re.M))
    assert documented == set(_commands(typer.main.get_command(application())))


def _commands(group: Any, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        inside = getattr(command, "commands", None)
        yield from _commands(command, f"{before}{name} ") if inside else [f"{before}{name}"]


def test_glossary_pairs_every_table_with_its_vietnamese_word() -> None:
    from django.apps import apps

    glossary = (REFERENCE / "glossary.md").read_text("utf-8").casefold()
    for model in apps.get_models():
        if model.__module__.startswith("maidinh."):
            words = re.sub(r"(?<!^)(?=[A-Z])", " ", model.__name__).casefold()
            assert f"| {words} |" in glossary, f"{model.__name__} is not in the glossary"
