"""Which papers fit what a procedure asks: kind, format, validity; no dossier is needed to tell."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from maidinh.services.papers.rules import Digitised, Offer, kinds_of, offered_for, usable_at
from maidinh.services.procedures.definition import Paper

AT = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)
TODAY = AT.date()


def paper(**more: object) -> Paper:
    return Paper.model_validate({"id": "p", "name": {"vi": "Giấy"}, "kind": "land-certificate", **more})


def offer(reference: str, **more: object) -> Offer:
    known = {
        "kind": "land-certificate",
        "digest": "0" * 64,
        "name": "a.pdf",
        "size": 1,
        "media_type": "application/pdf",
    }
    return Offer(
        reference=reference, **{**known, "agency": "H38.101", "verified_by": "x", "verified_at": AT, "handed_in_at": AT,
                                **more})  # fmt: skip


def test_it_is_of_the_kind_and_format_and_still_valid() -> None:
    offers = [
        offer("kept:1", valid_until=TODAY),
        offer("kept:2", valid_until=date(2026, 11, 17)),
        offer("kept:3", kind="building-permit"),
        offer("kept:4", media_type="image/png"),
        offer("kept:5", handed_in_at=AT.replace(day=19)),
    ]
    assert [each.reference for each in offered_for(paper(), offers, TODAY)] == ["kept:5", "kept:4", "kept:1"]
    assert [each.reference for each in offered_for(paper(formats=["pdf"]), offers, TODAY)] == ["kept:5", "kept:1"]


def test_a_paper_of_no_kind_takes_nothing() -> None:
    assert offered_for(paper(kind=None), [offer("kept:1")], TODAY) == []
    assert kinds_of([paper(), paper(kind=None)]) == {"land-certificate"}


def test_a_result_says_that_it_is_one() -> None:
    assert offer("result:H38.101-1/KQ").is_result
    assert not offer("kept:1").is_result


@pytest.mark.parametrize(
    ("more", "usable"),
    [
        ({}, True),
        ({"kind": "building-permit"}, False),
        ({"media_type": "video/mp4"}, False),
        ({"since": AT + timedelta(minutes=1)}, False),
        ({"until": AT}, False),
        ({"until": AT + timedelta(minutes=1)}, True),
        ({"valid_until": TODAY}, True),
        ({"valid_until": date(2026, 11, 17)}, False),
    ],
)
def test_what_could_be_used_again_is_told_of_that_moment(more: dict[str, object], usable: bool) -> None:
    had = Digitised(**{"kind": "land-certificate", "media_type": "application/pdf", "since": AT, **more})
    assert usable_at([paper(kind=None), paper()], [had], AT, TODAY) is usable
    assert not usable_at([paper(kind=None)], [had], AT, TODAY)
    assert not usable_at([paper()], [], AT, TODAY)
