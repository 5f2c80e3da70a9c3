"""Codes that survive reading aloud, and texts filled from answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.infrastructure.definitions.definition import Text
from maidinh.services.procedures.definition import FormField
from maidinh.services.results.rules import BLANK, answer_in_words, filled, read_code, verification_code

FACTS = {"dossier": "H00-1", "procedure": "ab" * 32, "answers": {"x": 1}, "salt": "c2FsdA=="}


def test_a_code_depends_on_everything_it_stands_for() -> None:
    code = verification_code(**FACTS)
    assert code == verification_code(**FACTS)
    for change in ({"dossier": "H00-2"}, {"procedure": "cd" * 32}, {"answers": {"x": 2}}, {"salt": "b3RoZXI="}):
        assert verification_code(**FACTS | change) != code


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_code_is_read_back_however_it_is_typed(salt: str, dossier: str) -> None:
    code = verification_code(**FACTS | {"salt": salt, "dossier": dossier})
    assert read_code(code) == code
    assert read_code(f" {code.replace('-', ' ').lower()} ") == code
    assert read_code(code.replace("-", "").replace("0", "O").replace("1", "l")) == code


@pytest.mark.parametrize(
    "typed", ["", "ABCD", "U" * 16, "ABCD-EFGH-JKMN-PQR", "ABCD-EFGH-JKMN-PQRS-T", "ÀBCD-EFGH-JKMN-PQRS"]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


def field(**parts: object) -> FormField:
    return FormField.model_validate({"id": "x", "label": {"vi": "x"}, **parts})


def test_answers_in_words() -> None:
    options = {"yes": Text(vi="Đồng ý", en="Agreed")}
    assert answer_in_words(field(options=options), "yes", "vi") == "Đồng ý"
    assert answer_in_words(field(options=options), "yes", "en") == "Agreed"
    assert answer_in_words(field(), "2026-09-02", "vi") == "02/09/2026"
    assert answer_in_words(field(), "2026-13-45", "vi") == "2026-13-45"
    assert answer_in_words(field(), 1250000, "vi") == "1.250.000"
    assert answer_in_words(field(), 1985, "vi") == "1985", "it may be a year"
    assert answer_in_words(field(), 12.5, "vi") == "12,5"
    assert answer_in_words(field(), True, "en") == "Yes"
    assert answer_in_words(field(), None, "vi") == ""


def test_what_was_not_answered_stays_visibly_blank() -> None:
    assert filled("Cấp cho {full_name}, {missing}.", {"full_name": "An"}) == f"Cấp cho An, {BLANK}."
    assert filled("{a}", {"a": "{b}", "b": "secret"}) == "{b}"
