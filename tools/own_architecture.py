"""Mái Đình's own architecture: its packages as components, its imports, rights to data and sockets as relations.

A development tool (grimp). The definition is definitions/national/maidinh/architecture.yaml, what it is held to is
rules.yaml beside it; people write names and descriptions and decide what may import what. The rules' engine holds what
is seen of the program against it: imports in its source, the database's grants (tests/architecture/tables.yaml, which
its tests hold against the database), the sockets at which running processes listen.

    python tools/own_architecture.py           say what differs; exit code 1 where something does
    python tools/own_architecture.py --write   write the imports and grants that there are as declared, for review
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import grimp
import yaml

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.conformity.checking import check
from maidinh.governance.conformity.reading import read_rules
from maidinh.governance.conformity.report import Finding
from maidinh.governance.modelling.definition import Property, Relation
from maidinh.infrastructure.definitions.reading import read_form

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "definitions/national/maidinh/architecture.yaml"
RULES = FILE.with_name("rules.yaml")
TABLES = ROOT / "tests/architecture/tables.yaml"
SOURCE = ROOT / "src/maidinh"
LAYERS = {
    "users": 1, "channels": 2, "portal": 3, "services": 4, "governance": 4, "applications": 5, "exchange": 6,
    "infrastructure": 7,
}  # fmt: skip
COMPONENT = "information-system"
PLANNED, OBSERVED = "planned", "observed"
LISTENING = "0A"  # the state of a socket in /proc/net/tcp
UNIX_LISTENING = "00010000"  # the flag of a socket that accepts, in /proc/net/unix
Pair = tuple[str, str]


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


def components() -> set[str]:
    """Every component that there is."""
    return {found for found in map(component_of, graph().modules) if found is not None}


def imports() -> list[Relation]:
    """Every import from one component into another, as seen in the source."""
    found: set[Pair] = set()
    for importer in graph().modules:
        for imported in graph().find_modules_directly_imported_by(importer):
            source, target = component_of(importer), component_of(imported)
            if source and target and source != target:
                found.add((source, target))
    return [seen("flow", source, target, "import") for source, target in sorted(found)]


def grants() -> list[Relation]:
    """Which role of the database reads or writes the data of which component."""
    homes = {path.parent.name: f"{path.parents[1].name}.{path.parent.name}" for path in SOURCE.rglob("models.py")}
    letters: dict[Pair, str] = {}
    for table, held in yaml.safe_load(TABLES.read_text("utf-8")).items():
        home = homes.get(table.split("_")[0])
        for role, rights in held.items():
            if home is not None and set(rights.upper()) <= set("SIUD"):
                letters[role, home] = letters.get((role, home), "") + rights.upper()
    return [
        seen("access", f"role.{role}", home, "grant", access=_mode(rights))
        for (role, home), rights in sorted(letters.items())
    ]


def listening(pids: Mapping[str, Iterable[int]], names: Mapping[str, str]) -> list[Relation]:
    """At which sockets these processes listen; `names` gives the element of an address (`:8000`, a socket's path)."""
    addresses = dict(_listening_addresses())
    found: set[Pair] = set()
    for process, own in pids.items():
        for pid in own:
            for inode in _sockets(pid) & addresses.keys():
                found.add((f"process.{process}", names.get(addresses[inode], f"socket{addresses[inode]}")))
    return [seen("assignment", process, place, "socket") for process, place in sorted(found)]


def family(pid: int) -> set[int]:
    """A process and all that it started, and what those did."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text("utf-8", "replace").rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue  # it ended meanwhile
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def seen(kind: str, source: str, target: str, what: str, access: str | None = None) -> Relation:
    """A relation that was seen and is not declared by itself."""
    content = {"id": f"seen-{what}-{source}-{target}", "kind": kind, "from": source, "to": target, "access": access}
    return Relation.model_validate({**content, "properties": [{"key": OBSERVED, "value": what}]})


def findings(model: ArchitectureVersion, observed: Iterable[Relation]) -> list[Finding]:
    """What of the program is otherwise than its architecture says, by the rules of the house."""
    declared = [
        each.model_copy(update={"properties": [Property(key=PLANNED, value="true")]}) if each.note == PLANNED else each
        for each in model.relations
    ]
    held = model.model_copy(update={"relations": [*declared, *observed]})
    report = check(held, read_rules(RULES), as_of=model.effective_from)
    if report.refused_rules:
        raise ValueError(f"rules of the house that can't run: {report.refused_rules}")
    return list(report.findings)


def candidate(model: ArchitectureVersion | None) -> dict[str, Any]:
    """The definition with today's components, imports and grants, keeping what people wrote."""
    written = {each.id: each for each in model.elements} if model else {}
    content = model.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True) if model else {}
    elements = []
    for found in sorted(components(), key=lambda each: (LAYERS[each.split(".")[0]], each)):
        layer, name = LAYERS[found.split(".")[0]], {"vi": found, "en": found}
        elements.append(
            _plain(written[found])
            if found in written
            else {"id": found, "kind": COMPONENT, "layer": layer, "name": name}
        )
    others = [_plain(each) for each in written.values() if each.kind != COMPONENT]
    kept = [
        each
        for each in content.get("relations", [])
        if each.get("note") == PLANNED or each["kind"] not in ("flow", "access")
    ]
    relations = [_declared(each) for each in (*imports(), *grants())]
    return content | {"elements": elements + others, "relations": relations + kept}


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


def _mode(letters: str) -> str:
    reads, writes = "S" in letters, bool(set(letters) & set("IUD"))
    return "read-write" if reads and writes else "write" if writes else "read"


def _declared(relation: Relation) -> dict[str, Any]:
    told = {"id": f"{relation.from_}-{relation.to}", "kind": relation.kind, "from": relation.from_, "to": relation.to}
    return told | ({"access": relation.access} if relation.access else {})


def _plain(element: Any) -> dict[str, Any]:
    found: dict[str, Any] = element.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    return found


def _listening_addresses() -> Iterator[tuple[str, str]]:
    """The inode and the address of every socket that listens: `:port`, or the path of a Unix socket."""
    for table in ("tcp", "tcp6"):
        lines = Path(f"/proc/net/{table}").read_text("ascii").splitlines()[1:]
        for words in (line.split() for line in lines):
            if words[3] == LISTENING:
                yield words[9], f":{int(words[1].rpartition(':')[2], 16)}"
    for words in (line.split() for line in Path("/proc/net/unix").read_text("utf-8").splitlines()[1:]):
        if words[3] == UNIX_LISTENING and len(words) > 7:
            yield words[6], words[7]


def _sockets(pid: int) -> set[str]:
    found = set()
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            target = str(descriptor.readlink())
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except OSError:
        return found  # it ended meanwhile
    return found


def _inline(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10_000).strip()


def main() -> int:
    """Say what differs, or write the definition anew."""
    parser = argparse.ArgumentParser(description="Mái Đình's own architecture, held against its imports and grants.")
    parser.add_argument("--write", action="store_true", help="write what there is as declared, for review")
    arguments = parser.parse_args()
    model = read_form(FILE, ArchitectureVersion) if FILE.exists() else None
    if arguments.write:
        head = "".join(line for line in FILE.read_text("utf-8").splitlines(True) if line.startswith("#"))
        FILE.write_text(head + as_yaml(candidate(model)), "utf-8")
        return 0
    if model is None:
        print(f"{FILE} is missing", file=sys.stderr)
        return 2
    found = findings(model, [*imports(), *grants()])
    for each in found:
        print(f"{each.rule}: {each.message.in_language('en')}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
