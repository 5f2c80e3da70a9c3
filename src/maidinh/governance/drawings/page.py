"""A drawing with its table as one HTML page that stands alone: readable on a phone, in print and without a network.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from maidinh.governance.drawings.picture import Box, Picture
from maidinh.governance.drawings.svg import write
from maidinh.governance.drawings.wording import Wording

STYLE = """
body { margin: 0 auto; padding: 16px; max-width: 1900px; background: #fff; color: #0b0c0c;
  font: 16px/1.45 "Be Vietnam Pro", "Noto Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; }
h2 { margin-top: 32px; font-size: 1.25rem; }
a { color: #1a65a6; }
:focus { outline: 3px solid #0b0c0c; outline-offset: 2px; box-shadow: 0 0 0 6px #fd0; }
.wide { overflow-x: auto; border: 1px solid #b9a88a; }
.wide svg { display: block; }
svg a:focus path { stroke: #0b0c0c; stroke-width: 3px; }
table { border-collapse: collapse; min-width: 40rem; width: 100%; }
th, td { padding: 6px 12px; border-bottom: 1px solid #cecece; text-align: left; vertical-align: top; }
:target { background: #fff6d6; }
@page { size: A4 landscape; margin: 12mm; }
@media print { .wide { overflow: visible; border: 0; } .wide svg { max-width: 100%; height: auto; }
  tr { break-inside: avoid; } body { padding: 0; } }
"""


def standalone(picture: Picture, wording: Wording) -> str:
    """The page. The boxes lead to their rows in the table, and the rows back to the boxes."""
    say, told = wording.say, escape(picture.title)
    svg = write(picture, link=_row_of)
    parts = [
        f'<!doctype html>\n<html lang="{picture.language}"><head><meta charset="utf-8"><title>{told}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{STYLE}</style></head><body><main>",
        f"<h1>{told}</h1><p>{escape(picture.description)}</p>",
        *(f"<p>{escape(each)}</p>" for each in picture.notes),
        f'<p><a href="#components">{escape(say("To the table"))}</a></p>',
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(say("Drawing"))}">{svg}</div>',
        f'<h2 id="components">{escape(say("Components"))}</h2>',
        _table(say("Components"), component_heads(wording), _component_cells(picture, wording)),
    ]
    if picture.line_rows:
        parts.append(f'<h2 id="relations">{escape(say("Relations"))}</h2>')
        parts.append(_table(say("Relations"), relation_heads(wording), _relation_cells(picture, wording)))
    parts.append("</main></body></html>\n")
    return "\n".join(parts)


def component_heads(wording: Wording) -> list[str]:
    """The headings of the table of components."""
    say = wording.say
    return [
        say("Component"),
        say("Kind"),
        say("Place in the drawing"),
        say("Owner"),
        say("State"),
        say("In the drawing"),
    ]


def relation_heads(wording: Wording) -> list[str]:
    """The headings of the table of relations."""
    say = wording.say
    return [say("From"), say("Relation"), say("To"), say("Name"), say("In the drawing")]


def drawn_text(drawn: bool, why: str, wording: Wording) -> str:
    """What a row says of being drawn."""
    return why or (wording.say("drawn") if drawn else wording.say("only here"))


def _row_of(box: Box) -> str | None:
    return f"#row-{box.element}" if box.element else None


def _component_cells(picture: Picture, wording: Wording) -> Iterable[tuple[str, list[str]]]:
    first = {each.element: each.id for each in reversed(picture.boxes) if each.element}
    for each in picture.box_rows:
        name = escape(each.name)
        if each.element in first:
            name = f'<a href="#box-{escape(first[each.element])}">{name}</a>'
        shown = drawn_text(each.drawn, each.why, wording)
        state = each.state or wording.say("in use")
        yield each.element, [name, *map(escape, (each.kind, each.place, each.owner, state, shown))]


def _relation_cells(picture: Picture, wording: Wording) -> Iterable[tuple[str, list[str]]]:
    for each in picture.line_rows:
        shown = drawn_text(each.drawn, each.why, wording)
        yield "", list(map(escape, (each.source_name, each.verb, each.target_name, each.name, shown)))


def _table(caption: str, heads: Sequence[str], rows: Iterable[tuple[str, list[str]]]) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = []
    for id_, (first, *others) in rows:
        place = f' id="row-{escape(id_)}"' if id_ else ""
        cells = "".join(f"<td>{each}</td>" for each in others)
        body.append(f'<tr{place}><th scope="row">{first}</th>{cells}</tr>')
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    return f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}">{table}</div>'
