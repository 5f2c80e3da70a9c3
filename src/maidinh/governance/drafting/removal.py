"""Taking a thing out of a draft with all that hangs on it: relations, boxes and lines of views, places in folders.

Layer 4, governance. Pure. What stood in a box that goes stays where it was drawn; what only names the thing in a field
of its own is told, and left for people to mend.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from maidinh.governance.drafting.content import Content
from maidinh.governance.drafting.rules import Edit


@dataclass(frozen=True)
class Hanging:
    """What hangs on a thing: relations by id; boxes and lines by view; how many folders hold it; who else names it."""

    relations: tuple[str, ...] = ()
    boxes: tuple[tuple[str, int], ...] = ()
    lines: tuple[tuple[str, int], ...] = ()
    folders: int = 0
    named_by: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether something would go with it."""
        return bool(self.relations or self.boxes or self.lines or self.folders)


def hanging(content: Content, section: str, item: str) -> Hanging:
    """What hangs on an element, relation, principle or view."""
    gone = _going(content, section, item)
    boxes, lines = [], []
    for view in content.get("views", ()):
        if view["id"] == item:
            continue
        kept, taken = _without(view, gone)
        lost = len(view.get("connections", ())) - len(kept["connections"])
        boxes += [(view["id"], taken)] if taken else []
        lines += [(view["id"], lost)] if lost else []
    named = [
        each["id"]
        for each in content.get("elements", ())
        if (each.get("interface") or {}).get("system") == item or each.get("zone") == item
    ]
    folders = sum(1 for folder in _folders(content.get("folders", ())) if gone & _ids(folder.get("holds", ())))
    relations = tuple(each["id"] for each in content.get("relations", ()) if each["id"] in gone - {item})
    return Hanging(relations, tuple(boxes), tuple(lines), folders, tuple(named) if section == "elements" else ())


def removal(content: Content, section: str, item: str) -> list[Edit]:
    """The edits that take the thing out with all that hangs on it."""
    gone = _going(content, section, item)
    edits = [Edit("relations", each["id"], "", None) for each in content.get("relations", ()) if each["id"] in gone]
    if section != "relations":
        edits.append(Edit(section, item, "", None))
    for view in content.get("views", ()):
        if view["id"] == item:
            continue
        kept, _taken = _without(view, gone)
        edits += [
            Edit("views", view["id"], part, kept[part])
            for part in ("nodes", "connections")
            if kept[part] != view.get(part, [])
        ]
    folders = [_cleared(folder, gone) for folder in content.get("folders", ())]
    if folders != content.get("folders", []):
        edits.append(Edit("folders", "", "", folders))
    return edits


def _going(content: Content, section: str, item: str) -> set[str]:
    """The thing and every relation that ends at it, or at a relation that goes."""
    gone = {item}
    if section in ("principles", "views"):
        return gone
    while True:
        more = {
            each["id"]
            for each in content.get("relations", ())
            if each["id"] not in gone and (each["from"] in gone or each["to"] in gone)
        }
        if not more:
            return gone
        gone |= more


def _without(view: Mapping[str, Any], gone: set[str]) -> tuple[dict[str, list[Any]], int]:
    """The boxes and lines of a view that stay, and how many boxes go."""
    taken: set[str] = set()
    nodes = _nodes_left(view.get("nodes", ()), gone, taken)
    lines = list(view.get("connections", ()))
    dropped = {each["id"] for each in lines if each.get("relation") in gone} | taken
    while True:
        more = {
            each["id"]
            for each in lines
            if each["id"] not in dropped and (each.get("source") in dropped or each.get("target") in dropped)
        }
        if not more:
            break
        dropped |= more
    return {"nodes": nodes, "connections": [each for each in lines if each["id"] not in dropped]}, len(taken)


def _nodes_left(nodes: Iterable[Mapping[str, Any]], gone: set[str], taken: set[str]) -> list[Any]:
    left: list[Any] = []
    for node in nodes:
        inner = _nodes_left(node.get("nodes", ()), gone, taken)
        if node.get("element") in gone or node.get("view") in gone:
            taken.add(node["id"])
            left += inner  # boxes are placed from the corner of the view, so these stay where they are
        else:
            left.append({**node, "nodes": inner} if "nodes" in node else node)
    return left


def _folders(folders: Iterable[Any]) -> Iterable[Mapping[str, Any]]:
    for folder in folders:
        if isinstance(folder, Mapping):
            yield folder
            yield from _folders(folder.get("holds", ()))


def _ids(held: Iterable[Any]) -> set[str]:
    return {each for each in held if isinstance(each, str)}


def _cleared(folder: Any, gone: set[str]) -> Any:
    if not isinstance(folder, Mapping):
        return folder
    kept = [_cleared(each, gone) for each in folder.get("holds", ()) if not (isinstance(each, str) and each in gone)]
    return {**folder, "holds": kept} if "holds" in folder else folder
