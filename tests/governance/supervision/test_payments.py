"""What was paid beside what was approved, added up."""

from __future__ import annotations

from maidinh.governance.supervision.payments import PaymentLine, chosen_lines, paid_by

LINES = [
    PaymentLine("a", "H1", 2027, "local", planned=10),
    PaymentLine("a", "H1", 2027, "local", paid=4),
    PaymentLine("b", "H2", 2026, "central", planned=30),
    PaymentLine("b", "H2", 2027, "central", paid=31),
]


def test_sums_by_year_stand_in_order_and_others_by_size() -> None:
    years = paid_by(LINES, "year")
    assert [(each.key, each.planned, each.paid, each.projects) for each in years] == [
        ("2026", 30, 0, 1), ("2027", 10, 35, 2),
    ]  # fmt: skip
    assert [each.left for each in years] == [30, -25]
    assert [each.key for each in paid_by(LINES, "agency")] == ["H2", "H1"]
    assert [(each.key, each.left) for each in paid_by(LINES, "source")] == [("central", -1), ("local", 6)]


def test_a_year_or_source_alone() -> None:
    assert {each.project for each in chosen_lines(LINES, source="local")} == {"a"}
    assert [each.paid for each in chosen_lines(LINES, year="2027", source="central")] == [31]
    assert not paid_by(chosen_lines(LINES, year="1999"), "year")
