"""What readers and rules of models say is wrong, in the language of the terminal.

Layer 0, config. They tell it in English; the pages know how each is said, and the command line says it as they do. What
nobody recognises is told as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from maidinh.config.texts import language, say

Patterns = tuple[tuple[re.Pattern[str], str], ...]
PLACE = re.compile(r"((?:element|relation|view|folder) .*?): (.*)", re.S)
OF_PYDANTIC = "Value error, "
LONGEST = 2_000  # characters of a text that are looked at; no honest one has more


def told(line: str) -> str:
    """What is wrong, as a line: of a thing (`element x: …`), or of the whole."""
    line = line.removeprefix(OF_PYDANTIC)
    if language() != "vi":
        return line
    whole, inside, places = _patterns()
    found = PLACE.fullmatch(line)
    if found is not None:
        return f"{_said(found[1], places)}: {_said(found[2], inside)}"
    first, colon, rest = line.partition(": ")
    if colon and " " not in first:  # an id
        return f"{first}: {_said(rest, inside)}"
    return _said(line, whole)


def told_at_end(line: str, text: str) -> str:
    """The line, with the text that it ends with told as above."""
    return f"{line[: -len(text)]}{told(text)}" if text and line.endswith(text) else line


def _said(text: str, patterns: Patterns) -> str:
    if len(text) > LONGEST:
        return text
    for pattern, known in patterns:
        found = pattern.fullmatch(text)
        if found is not None:
            parts = {
                name: _said(value, patterns) if name.startswith(("say", "word")) else value
                for name, value in found.groupdict().items()
            }
            return say(known) % parts
    return text


@cache
def _patterns() -> tuple[Patterns, Patterns, Patterns]:
    """Of lines about the whole, of texts about one thing, of places."""
    from maidinh.channels.web import drafting_sayings as known

    general = (known.FORMS, known.YAML, known.MODEL, known.MODEL_FILES, known.TABLES, known.WORKBOOKS, known.AROUND)
    inside = _compiled((known.OF_THE_EXCHANGE, *general))
    return _compiled((known.OF_ITS_WHOLE, *general)), inside, _compiled((known.PLACES,))


def _compiled(groups: Iterable[Iterable[tuple[str, str]]]) -> Patterns:
    return tuple((re.compile(pattern, re.S), text) for group in groups for pattern, text in group)
