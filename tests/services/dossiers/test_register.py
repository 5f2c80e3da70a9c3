"""The register turned page by page: every dossier once, in order, from either side; counted for its agency alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.models import Dossier
from maidinh.services.dossiers.register import Place, leaf_for, number_received, received_for
from tests.services.results.stages import official_of, open_step, submitted

DAY = timedelta(days=1)


@pytest.fixture
def dossiers(db: None, citizen: Actor, signer: Any, at: datetime) -> list[Any]:
    """Seven in two days: the second, third and fourth came at the same moment, the last a day later."""
    moments = [at, *[at + timedelta(minutes=1)] * 3, at + timedelta(minutes=2), at + timedelta(minutes=3), at + DAY]
    return [submitted(citizen, signer, moment, key=f"n{place}") for place, moment in enumerate(moments)]


@pytest.fixture
def clerk(dossiers: list[Any], province: Any) -> Actor:
    return official_of(dossiers[0], open_step(dossiers[0])[0], province)


def turned(clerk: Actor, which: tuple[Any, ...], size: int) -> list[list[int]]:
    """The pages from the first to the last, each as its ids; turning back from each finds the one before."""
    leaf = leaf_for(clerk, *which, size)
    leaves = [leaf]
    while leaf.after is not None:
        leaf = leaf_for(clerk, *which, size, after=leaf.after)
        leaves.append(leaf)
    assert leaves[0].before is None
    for earlier, later in pairwise(leaves):
        assert leaf_for(clerk, *which, size, before=later.before) == earlier
    return [[line.id for line in leaf.lines] for leaf in leaves]


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7])
def test_turning_shows_each_dossier_once_in_order(dossiers: list[Any], clerk: Actor, at: datetime, size: int) -> None:
    agency, ids = dossiers[0].receiving, [each.pk for each in dossiers]
    with acting(agencies=clerk.agencies, official=clerk.id):
        for until, expected in ((at + 2 * DAY, ids), (at + DAY, ids[:6])):
            which = (agency, at, until)
            assert turned(clerk, which, size) == [expected[n : n + size] for n in range(0, len(expected), size)]
            assert [line.id for line in received_for(clerk, *which)] == expected
            assert number_received(clerk, *which) == len(expected)
        later = (agency, at + DAY, at + 2 * DAY)
        assert leaf_for(clerk, *later, size, before=Place(at + 2 * DAY, 0)).lines[0].id == ids[6]
        assert leaf_for(clerk, *later, size, after=Place(at, 0)).lines[0].id == ids[6]
        assert leaf_for(clerk, agency, at, at + DAY, size, after=Place(at + DAY, 0)).lines == []


def test_nobody_counts_or_turns_another_agencys_register(dossiers: list[Any], clerk: Actor, at: datetime) -> None:
    stranger = Actor(kind="official", id="x", agencies=("H38.999",), roles=clerk.roles, permissions=clerk.permissions)
    which = (dossiers[0].receiving, at, at + 2 * DAY)
    for agencies in (["H38.999"], []):
        with acting(agencies=agencies), connection.cursor() as cursor:
            cursor.execute("SELECT dossiers_received(%s, %s, %s)", which)
            assert cursor.fetchone() == (0,)
            assert not Dossier.objects.exists()
    with acting(agencies=stranger.agencies):
        assert (number_received(stranger, *which), leaf_for(stranger, *which, 5).lines) == (0, [])
        assert received_for(stranger, *which) == []


def test_the_agency_that_received_a_dossier_takes_part_in_it(dossiers: list[Any], clerk: Actor) -> None:
    both = [*clerk.agencies, "H38.999"]
    with acting(agencies=both), pytest.raises(IntegrityError, match="takes_part"), transaction.atomic():
        Dossier.objects.filter(pk=dossiers[0].pk).update(agencies=["H38.999"])
