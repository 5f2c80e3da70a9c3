"""Every word that can stand in a record as its reason is told in words, with a remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import maidinh.exchange.gateway as gateway
from maidinh.exchange.operations.reasons import OTHERWISE, REASONS, reason_for

PROTOCOL = Path(__file__).resolve().parents[3] / "docs/reference/exchange-protocol.md"
RAISED = re.compile(r"(?:ProtocolError\([^()\"]*|NotAuthenticError\(|Refused\(|InvalidToken\()\"([a-z_]+)\"")


def documented() -> set[str]:
    """The words of the protocol's table of errors."""
    rows = re.findall(r"^\| `(?:Client|Server)\.[^|]+\|([^|]+)\|", PROTOCOL.read_text("utf-8"), re.M)
    return {word for row in rows for word in re.findall(r"`([a-z_]+)`", row)}


def test_every_documented_word_is_told() -> None:
    found = documented()
    assert len(found) > 30
    assert not found - set(REASONS)


def test_every_word_that_the_gateway_says_is_told() -> None:
    source = "".join(file.read_text("utf-8") for file in Path(gateway.__path__[0]).rglob("*.py"))
    found = set(RAISED.findall(source))
    assert len(found) > 15
    assert not found - set(REASONS)


@pytest.mark.parametrize("word", sorted(REASONS))
def test_a_reason_is_a_sentence_and_its_remedy_another(word: str) -> None:
    told = REASONS[word]
    assert told.says.endswith(".") and told.remedy.endswith((".", ".md")) and told.says != told.remedy


def test_a_new_word_is_not_passed_over_in_silence() -> None:
    assert reason_for("something_new") is OTHERWISE
