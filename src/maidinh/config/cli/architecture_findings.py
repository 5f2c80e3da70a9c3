"""How differences, their consequences and conflicts read in a terminal: worst first, grouped.

Layer 0, config.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.governance.comparison.conflicts import Conflict
    from maidinh.governance.comparison.consequences import Consequence
    from maidinh.governance.comparison.difference import Change, Changed, Difference, Named
    from maidinh.governance.comparison.merging import Merge

NONE = "–"
LENGTH = 90  # characters of a value that are shown
NEARBY = 20  # characters shown before the first that differs in long values


def told_difference(found: Difference, meaning: list[Consequence]) -> Iterator[str]:
    """The lines that tell a difference."""
    if meaning:
        yield say("What it means")
        for each in meaning:
            yield from _consequence(each)
    sections = _sections()
    for title, mark, verdict in (
        (say("Removed"), "-", "removed"),
        (say("Changed"), "~", "changed"),
        (say("Added"), "+", "added"),
        (say("Moved"), ">", "moved"),
    ):
        held = [(name, getattr(found[name], verdict)) for name in sections]
        if any(items for _, items in held):
            yield title
        for name, items in held:
            if items:
                yield f"  {sections[name]} ({len(items)})"
            for item in items:
                yield from _changed(item, mark) if verdict in ("changed", "moved") else [_named(item, mark)]
    if found.renumbered:
        yield say("Perhaps the same under another id")
        for pair in found.renumbered:
            yield f"  ? {pair.removed.id} -> {pair.added.id}  {pair.added.kind}  {pair.added.name}"
    yield _totals(found)


def told_merge(found: Merge, output: Path | None, stream: TextIO) -> None:
    """Print what came of a merge; the conflicts as a table."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, soft_wrap=False)
    told_conflicts(found.conflicts, stream)
    for section, name in found.dropped:
        console.print(Text(f"{say('went along, as decided')}: {section}/{name}"))
    for key in found.unused:
        console.print(Text(f"{say('a decision about no conflict')}: {key}"))
    written = f"{output}: " if output else ""
    console.print(Text(f"{written}{say('conflicts left')}: {len(found.conflicts)}"))


def told_conflicts(conflicts: Sequence[Conflict], stream: TextIO) -> None:
    """Print the conflicts as a table; nothing where there are none."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not conflicts:
        return
    kinds = _conflict_kinds()
    table = Table(show_lines=True)
    for title in (say("field"), say("base"), say("ours"), say("theirs")):
        table.add_column(title, overflow="fold")
    for each in conflicts:
        because = f"\n{', '.join(each.because)}" if each.because else ""
        name = f"\n{each.name}" if each.name else ""
        table.add_row(
            Text(f"{each.key}{name}\n{kinds[each.kind]}{because}"),
            *(Text(_value(value)) for value in (each.base, each.ours, each.theirs)),
        )
    Console(file=stream, highlight=False, soft_wrap=False).print(table)


def _sections() -> dict[str, str]:
    return {
        "elements": say("elements"), "relations": say("relations"), "principles": say("principles"),
        "views": say("views"), "nodes": say("nodes of views"), "connections": say("connections of views"),
        "folders": say("folders"), "property_definitions": say("property definitions"),
        "strays": say("ids in folders that nothing bears"), "header": say("the model itself"),
    }  # fmt: skip


def _named(item: Named, mark: str) -> str:
    ends = f"  ({item.ends[0]} -> {item.ends[1]})" if item.ends else ""
    shown = [each for each in (item.id, item.kind, item.name) if each]
    return f"    {mark} {'  '.join(shown)}{ends}"


def _changed(item: Changed, mark: str) -> Iterator[str]:
    if item.thing.section != "header":
        yield _named(item.thing, mark)
    yield from (_change(each) for each in item.fields)


def _change(change: Change) -> str:
    before, after = _whole(change.before), _whole(change.after)
    alike = _alike(before, after)
    if max(len(before), len(after)) > LENGTH and alike > NEARBY:
        before, after = (f"…{each[alike - NEARBY :]}" for each in (before, after))
    return f"        {change.path}: {_cut(before)} -> {_cut(after)}"


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin alike with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))


def _consequence(it: Consequence) -> Iterator[str]:
    shown = f"{it.subject}  {it.name}" if it.name else it.subject
    yield f"  {_weights()[it.weight]}: {_meanings()[it.kind]}: {shown}"
    if it.consumer:
        yield f"        {it.consumer} -> {it.provider}"
    elif it.concerns:
        yield f"        {say('concerns')}: {', '.join(it.concerns)}"
    yield from (_change(each) for each in it.changes)


def _totals(found: Difference) -> str:
    sections = _sections()
    counts = [
        f"{sections[name]} +{len(section.added)} -{len(section.removed)} ~{len(section.changed)} >{len(section.moved)}"
        for name, section in ((name, found[name]) for name in sections)
        if section
    ]
    return ", ".join(counts) or say("No difference.")


def _value(value: Any) -> str:
    return _cut(_whole(value))


def _whole(value: Any) -> str:
    if value is None:
        return NONE
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shown.replace("\n", "⏎")


def _cut(shown: str) -> str:
    return shown if len(shown) <= LENGTH else f"{shown[: LENGTH - 1]}…"


def _weights() -> dict[str, str]:
    return {"stops": say("stops"), "limits": say("limits"), "changes": say("changes"), "allows": say("allows")}


def _meanings() -> dict[str, str]:
    return {
        "contract-lost": say("the exchange no longer allows this contract"),
        "contract-gained": say("the exchange allows a new contract"),
        "contract-readdressed": say("one end of the contract gets another address on the exchange"),
        "contract-narrowed": say("the contract allows less"),
        "contract-widened": say("the contract allows more"),
        "contract-expiring": say("the contract ends soon"),
        "contract-grounds-changed": say("the contract's purpose or legal basis changed"),
        "element-removed": say("a running element is gone"),
        "element-retired": say("an element is retired"),
        "element-retiring": say("an element is being retired"),
        "element-live": say("an element goes live"),
        "element-put-off": say("an element is only planned"),
        "zone-changed": say("an element stands in another network zone"),
        "owner-changed": say("an element has another owner"),
        "operator-changed": say("an element has another operator"),
        "security-level-changed": say("an element's security level changed"),
        "personal-data-changed": say("whether an element holds personal data changed"),
        "address-changed": say("an element's address on the exchange changed"),
        "interface-changed": say("what an interface offers changed"),
        "kind-changed": say("an element is of another kind"),
        "relation-dangles": say("a relation leads to what is gone"),
        "interface-without-system": say("an interface's system is gone"),
        "zone-missing": say("an element's network zone is gone"),
        "view-shows-what-is-gone": say("a view shows what is gone"),
        "project-removed": say("a project under way is gone"),
        "project-added": say("a project is new"),
        "project-changed": say("a project changed"),
        "project-touched": say("a project under way has to do with what changed"),
    }


def _conflict_kinds() -> dict[str, str]:
    return {
        "field": say("both changed it"),
        "removed": say("one removed what the other changed"),
        "needed": say("one removed what the other needs"),
        "incomplete": say("left out until these are decided"),
        "unfit": say("each right alone, not together"),
        "order": say("two orders"),
        "cycle": say("together they lead round in a circle"),
        "same-id": say("two things want one id"),
    }
