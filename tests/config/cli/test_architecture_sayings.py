"""What is wrong with a model, told in the language of the terminal."""

from __future__ import annotations

import pytest

from maidinh.config.cli.architecture_sayings import told, told_at_end


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("relation r: nowhere is no element and no relation", "quan hệ r: dẫn tới nowhere"),
        ("a: this id stands 2 times; every id stands once", "a: mã định danh này bị trùng"),
        ("contract 01 stands more than once", "01"),
        ("relation r: i does not offer DELETE /x", "DELETE /x"),
        ("Value error, 'system' is no kind of element", "'system' không phải loại thành phần"),
    ],
)
def test_a_problem_is_told_in_vietnamese(monkeypatch: pytest.MonkeyPatch, line: str, part: str) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "vi")
    said = told(line)
    assert part in said
    assert "stands" not in said and "is no" not in said and "does not" not in said
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    assert told(line) == line.removeprefix("Value error, ")


def test_what_nobody_knows_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "vi")
    assert told("something quite new") == "something quite new"
    assert told("x" * 5_000) == "x" * 5_000


def test_the_place_in_front_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "vi")
    assert told_at_end("model.yaml:3: elements.0.id: Field required", "Field required") == (
        "model.yaml:3: elements.0.id: bắt buộc phải có"
    )
