"""What a result is called, how its verification code is written, and how its text is filled from the answers.

Layer 4, pure. The code is read out, typed and scanned, so it has no letters that look like digits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.services.procedures.definition import FormField, Procedure

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
FEWEST_WITH_DOTS = 10_000
CODE_LENGTH = 16
BLANK = "……"
WITH_STAMP, WITHOUT_STAMP = "B-T", "B-B"  # levels of a PAdES signature
_PLACE = re.compile(r"\{([a-z][a-z0-9_-]*)\}")
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def result_number(dossier: str, turn: int = 1) -> str:
    """The number of a result: that of its dossier, and the turn where it replaces another."""
    return f"{dossier}/KQ" if turn == 1 else f"{dossier}/KQ-{turn}"


def turn_of(number: str) -> int:
    """Which result of its dossier a number is, from one."""
    turn = number.rpartition("/KQ-")[2]
    return int(turn) if "/KQ-" in number and turn.isdigit() else 1


def verification_code(*, dossier: str, procedure: str, answers: Mapping[str, Any], salt: str, turn: int = 1) -> str:
    """The code under which anyone can verify the result; the salt of the receipt keeps it from being guessed."""
    content: dict[str, Any] = {"dossier": dossier, "procedure": procedure, "answers": dict(answers), "salt": salt}
    if turn > 1:
        content["turn"] = turn
    number = int.from_bytes(hashlib.sha256(content_hash(content).encode("ascii")).digest()[:10], "big")
    letters = [ALPHABET[number >> (5 * place) & 31] for place in reversed(range(CODE_LENGTH))]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, CODE_LENGTH, 4))


def read_code(typed: str) -> str | None:
    """The verification code that somebody typed, in its one form; None when it is no such code."""
    letters = re.sub(r"[\s\-–]", "", typed).upper().translate(_LOOKALIKES)
    if len(letters) != CODE_LENGTH or set(letters) - set(ALPHABET):
        return None
    return "-".join(letters[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def answer_in_words(field: FormField, value: Any, language: str) -> str:
    """An answer as people write it: the option's name, a date by day, month and year, a number with its dots."""
    if value is None or value == "":
        return ""
    if field.options and str(value) in field.options:
        return field.options[str(value)].in_language(language)
    if isinstance(value, bool):
        return {True: {"vi": "Có", "en": "Yes"}, False: {"vi": "Không", "en": "No"}}[value][language]
    if isinstance(value, int | float):
        # Four digits stand together, as one writes them: it may be a year.
        whole, _, part = (f"{value:,}" if abs(value) >= FEWEST_WITH_DOTS else f"{value}").partition(".")
        return whole.replace(",", ".") + (f",{part}" if part and part != "0" else "")
    if isinstance(value, str) and (day := _day(value)) is not None:
        return f"{day:%d/%m/%Y}"
    return str(value)


def answers_in_words(procedure: Procedure, answers: Mapping[str, Any], language: str) -> dict[str, str]:
    """Every answer of a dossier in words, by its field."""
    fields = (field for page in procedure.pages for field in page.fields)
    return {field.id: answer_in_words(field, answers.get(field.id), language) for field in fields}


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its {places} filled; what was not answered stays visibly blank."""
    return _PLACE.sub(lambda place: values.get(place[1]) or BLANK, text)


def places_of(text: str) -> list[str]:
    """The fields that a result's text takes its answers from, in their order."""
    return list(dict.fromkeys(_PLACE.findall(text)))


def _day(value: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
