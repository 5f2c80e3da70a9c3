"""Mái Đình's own architecture: its packages as components, its imports as connections.

A development tool (grimp). The definition is definitions/national/maidinh/architecture.yaml; people write names and
descriptions in it and decide what may import what. tests/architecture holds the import graph against it.

    python tools/own_architecture.py           say what differs; exit code 1 where something does
    python tools/own_architecture.py --write   write the imports that there are as the declared ones, for review
"""

from __future__ import annotations

import argparse
import sys
from functools import cache
from pathlib import Path
from typing import Any

import grimp
import yaml

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.conformity.rules import Connection, Flow, Observation, compare
from maidinh.infrastructure.definitions.reading import read_form

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "definitions/national/maidinh/architecture.yaml"
LAYERS = {
    "users": 1, "channels": 2, "portal": 3, "services": 4, "governance": 4, "applications": 5, "exchange": 6,
    "infrastructure": 7,
}  # fmt: skip
PLANNED = "planned"


def component_of(module: str) -> str | None:
    """The component that a module belongs to; None for config, which puts the parts together and may see all."""
    parts = module.split(".")
    if len(parts) < 3 or parts[1] not in LAYERS:
        return None
    return parts[1] if parts[1] == "users" else f"{parts[1]}.{parts[2]}"


@cache
def graph() -> grimp.ImportGraph:
    """Every import of the program."""
    return grimp.build_graph("maidinh", cache_dir=None)


def observed() -> list[Observation]:
    """Every import from one component into another, as often as there are modules that make it."""
    found: dict[Flow, int] = {}
    for importer in graph().modules:
        for imported in graph().find_modules_directly_imported_by(importer):
            source, target = component_of(importer), component_of(imported)
            if source and target and source != target:
                found[Flow(source, target)] = found.get(Flow(source, target), 0) + 1
    return [Observation(flow.source, flow.target, True, count) for flow, count in sorted(found.items())]


def components() -> set[str]:
    """Every component that there is."""
    return {found for found in map(component_of, graph().modules) if found is not None}


def declared(model: ArchitectureVersion) -> list[Flow]:
    """The imports that the definition declares; planned ones need not be there yet."""
    return [Flow(each.from_, each.to) for each in model.relations if each.note != PLANNED]


def planned(model: ArchitectureVersion) -> set[Flow]:
    """The imports that are declared ahead of their time."""
    return {Flow(each.from_, each.to) for each in model.relations if each.note == PLANNED}


def differences(model: ArchitectureVersion, seen: list[Observation]) -> list[Connection]:
    """What is imported and not declared, and what is declared and not imported."""
    allowed = planned(model)
    connections = compare(declared(model), seen)
    return [each for each in connections if each.verdict != "used" and Flow(each.source, each.target) not in allowed]


def candidate(model: ArchitectureVersion | None) -> dict[str, Any]:
    """The definition with today's components and imports, keeping what people wrote."""
    written = {each.id: each for each in model.elements} if model else {}
    content = model.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True) if model else {}
    elements = []
    for found in sorted(components(), key=lambda each: (LAYERS[each.split(".")[0]], each)):
        known = written.get(found)
        elements.append(
            known.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
            if known
            else {
                "id": found,
                "kind": "information-system",
                "layer": LAYERS[found.split(".")[0]],
                "name": {"vi": found, "en": found},
            }
        )
    ahead = [each for each in content.get("relations", []) if each.get("note") == PLANNED]
    relations = [
        {"id": f"{each.source}-{each.target}", "kind": "flow", "from": each.source, "to": each.target}
        for each in observed()
    ]
    return content | {"elements": elements, "relations": relations + ahead}


def as_yaml(content: dict[str, Any]) -> str:
    """The definition as people read it: a relation to a line."""
    head = {key: value for key, value in content.items() if key not in ("elements", "relations")}
    text = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=118)
    for part in ("elements", "relations"):
        text += f"{part}:\n"
        for item in content[part]:
            if part == "relations":
                text += f"  - {_inline(item)}\n"
                continue
            lines = [
                f"{key}: {_inline(value) if isinstance(value, dict | list) else value}" for key, value in item.items()
            ]
            text += "  - " + "\n    ".join(lines) + "\n"
    return text


def _inline(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10_000).strip()


def main() -> int:
    """Say what differs, or write the definition anew."""
    parser = argparse.ArgumentParser(description="Mái Đình's own architecture, held against its imports.")
    parser.add_argument("--write", action="store_true", help="write today's imports as the declared ones, for review")
    arguments = parser.parse_args()
    model = read_form(FILE, ArchitectureVersion) if FILE.exists() else None
    if arguments.write:
        head = "".join(line for line in FILE.read_text("utf-8").splitlines(True) if line.startswith("#"))
        FILE.write_text(head + as_yaml(candidate(model)), "utf-8")
        return 0
    if model is None:
        print(f"{FILE} is missing", file=sys.stderr)
        return 2
    found = differences(model, observed())
    for each in found:
        print(f"{each.verdict}: {each.source} -> {each.target}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
