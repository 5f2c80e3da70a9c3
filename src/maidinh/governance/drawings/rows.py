"""The table twin of a generated drawing: every component and every relation of it, drawn or not, and why not.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Collection

from maidinh.governance.drawings.bundles import Choice
from maidinh.governance.drawings.picture import BoxRow, LineRow
from maidinh.governance.drawings.plan import Plan, Tie
from maidinh.governance.drawings.wording import Wording
from maidinh.governance.modelling.definition import Element


def box_rows(plan: Plan, wording: Wording, drawn: Collection[str]) -> tuple[BoxRow, ...]:
    """Every component: in the order of the bands, then those beside."""
    room = wording.say("There is no room for it in the drawing.")
    rows: dict[str, BoxRow] = {}
    for strip in plan.strips:
        for group in strip.groups:
            place = f"{strip.title} · {group.title}" if group.title else strip.title
            for item in group.items:
                shown = item.element.id in drawn
                rows.setdefault(item.element.id, _row(item.element, place, wording, shown, "" if shown else room))
    for element, why in plan.beside:
        rows.setdefault(element.id, _row(element, "", wording, False, why))
    return tuple(rows.values())


def _row(element: Element, place: str, wording: Wording, drawn: bool, why: str) -> BoxRow:
    return BoxRow(
        element=element.id, name=wording.name(element), kind=wording.kind(element.kind), place=place,
        owner=wording.owner(element.owner), state=wording.state(element.state), drawn=drawn, why=why,
    )  # fmt: skip


def line_rows(plan: Plan, wording: Wording, choice: Choice) -> tuple[LineRow, ...]:
    """Every relation of the drawing."""
    names = {item.element.id: wording.name(item.element) for s in plan.strips for g in s.groups for item in g.items}
    names |= {each.id: wording.name(each) for each, _ in plan.beside if each.id not in names}
    drawn = choice.drawn
    counted = {tie.id for ties in choice.hidden.values() for tie in ties}
    many = wording.say("Too many lines: the box counts it.")
    beside = wording.say("An end of it is not drawn.")
    return tuple(
        line_row(tie, names, wording, tie.id in drawn, "" if tie.id in drawn else many if tie.id in counted else beside)
        for tie in plan.ties
    )


def line_row(tie: Tie, names: dict[str, str], wording: Wording, drawn: bool, why: str) -> LineRow:
    """What the table says of a tie."""
    name = tie.relation.name.in_language(wording.language) if tie.relation and tie.relation.name else ""
    return LineRow(
        relation=tie.relation.id if tie.relation else "", source=tie.source,
        source_name=names.get(tie.source, tie.source), verb=wording.verb(tie.kind), target=tie.target,
        target_name=names.get(tie.target, tie.target), name=name or tie.label, drawn=drawn, why=why,
    )  # fmt: skip
