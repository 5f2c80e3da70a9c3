"""What became of a call: every exchange of its id, for those who took part and for nobody else."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from maidinh.exchange.operations.history import between, happened_under, latest, unended_under
from tests.exchange.world import DEAD, NOW, PORTAL, SERVICE, STRANGER


def test_all_exchanges_of_an_id_are_told_step_by_step(one_of_each: str, cursor_as: Any) -> None:
    with cursor_as("owner") as cursor:
        found = {each.outcome: each for each in happened_under(cursor, one_of_each)}
    assert set(found) == {"allowed", "refused", "failed"}
    allowed, refused, failed = found["allowed"], found["refused"], found["failed"]
    assert (allowed.client, allowed.service, allowed.path, allowed.contract) == (
        PORTAL, SERVICE, "/persons/*", "contract-persons",
    )  # fmt: skip
    assert allowed.succeeded and (allowed.status, allowed.reason) == (200, "")
    assert [name for name, moment in allowed.steps() if moment is None] == []
    assert (refused.client, refused.reason, refused.succeeded) == (STRANGER, "no_contract", False)
    assert [name for name, moment in refused.steps() if moment is None] == ["forwarded", "answered"]
    assert (failed.service, failed.reason) == (DEAD, "service_unreachable")
    assert [name for name, moment in failed.steps() if moment is None] == ["answered"]
    document = allowed.document()
    assert document["started_at"] == "2026-11-20T02:00:00.000000Z" and document["id"] == str(allowed.id)
    assert not {"record", "subject", "salt"} & set(document)


def test_one_is_found_by_its_request_id(one_of_each: str, cursor_as: Any) -> None:
    with cursor_as("owner") as cursor:
        one = happened_under(cursor, one_of_each)[0]
        assert happened_under(cursor, str(one.id)) == [one]
        assert happened_under(cursor, str(uuid.uuid4())) == happened_under(cursor, "'; DROP") == []


@pytest.mark.parametrize(("agency", "seen"), [("AG1", 3), ("AG2", 3), ("AG7", 0)])
def test_an_agency_sees_its_own(one_of_each: str, cursor_as: Any, agency: str, seen: int) -> None:
    with cursor_as("web", agency) as cursor:
        assert len(happened_under(cursor, one_of_each)) == seen
        mine = latest(cursor, outcomes=("refused", "failed"), since=NOW - timedelta(hours=1))
        assert bool(mine) == bool(seen)


def test_the_latest_that_did_not_go_through(one_of_each: str, cursor_as: Any) -> None:
    with cursor_as("owner") as cursor:
        since = NOW - timedelta(hours=1)
        every = latest(cursor, outcomes=("refused", "failed"), since=since)
        dead = latest(cursor, outcomes=("refused", "failed"), since=since, service=DEAD)
        assert {each.outcome for each in every} == {"refused", "failed"}
        assert {each.service for each in dead} == {DEAD}
        assert len(latest(cursor, outcomes=("refused", "failed"), since=since, limit=1)) == 1
        assert latest(cursor, outcomes=("failed",), since=NOW + timedelta(days=400)) == []
        assert between(cursor, since=NOW - timedelta(days=9), until=NOW - timedelta(days=8), limit=9) == []
        assert len(between(cursor, since=NOW, until=NOW + timedelta(seconds=1), limit=2)) == 2


def test_a_call_without_an_end_is_told(one_of_each: str, database: Any, cursor_as: Any) -> None:
    import psycopg

    lost, shared = uuid.uuid4(), f"lost-{uuid.uuid4()}"
    with psycopg.connect(database.dsn("gateway"), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO evidence_intent (id, client, jti, x_road_id, service, contract, serial, request_hash,"
            " consumer_agency, provider_agency, received_at) VALUES (%s, %s, %s, %s, %s, '', 1, '', 'AG1', 'AG2', %s)",
            [lost, PORTAL, str(lost), shared, SERVICE, NOW - timedelta(minutes=5)],
        )
    with cursor_as("owner") as cursor:
        assert [each.id for each in unended_under(cursor, shared, before=NOW)] == [lost]
        assert unended_under(cursor, shared, before=NOW - timedelta(hours=1)) == []
        assert unended_under(cursor, one_of_each, before=NOW + timedelta(days=1)) == []
