"""How much a dossier's state weighs beside its own data, and that supplements don't make it grow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.actions.submission import supplement_dossier
from tests.conftest import NOW
from tests.services.dossiers.synthetic.loading import EVERYBODY, Walk, begin, own_database_with_synthetic_procedures

ROUNDS = 30
LARGEST, DRIFT = 2048, 0.05
# What the applicant handed in and what officials found, and the receipt that proves it: its own data, not its state.
DATA = ("answers", "applicant", "applicant_name", "receipt", "facts")
STATE = f"""
    SELECT pg_column_size(d.*) - (SELECT {" + ".join(f"pg_column_size(d.{name})" for name in DATA)})
        + coalesce((SELECT sum(pg_column_size(t.*) - pg_column_size(t.facts)) FROM dossiers_task t
                    WHERE t.dossier_id = d.id AND t.closed_at IS NULL), 0)
    FROM dossiers_dossier d WHERE d.code = %s"""
HISTORY = """
    SELECT coalesce(sum(size), 0) FROM dossiers_dossier d, LATERAL (
        SELECT pg_column_size(h.*) FROM dossiers_dossierevent h WHERE h.dossier_id = d.id
        UNION ALL SELECT pg_column_size(c.*) FROM dossiers_clockentry c WHERE c.dossier_id = d.id
        UNION ALL SELECT pg_column_size(f.*) FROM dossiers_defect f WHERE f.dossier_id = d.id
        UNION ALL SELECT pg_column_size(t.*) FROM dossiers_task t WHERE t.dossier_id = d.id AND t.closed_at IS NOT NULL
    ) rows(size) WHERE d.code = %s"""


@pytest.fixture(scope="module", autouse=True)
def synthetic() -> Iterator[None]:
    with own_database_with_synthetic_procedures(NOW):
        yield


def weighed(walk: Walk, question: str) -> int:
    with acting(agencies=EVERYBODY), connection.cursor() as cursor:
        cursor.execute(question, [walk.code])
        return int(cursor.fetchone()[0])


@pytest.mark.slow
def test_the_state_stays_flat_over_thirty_supplements(
    synthetic: None, db: None, province: Any, citizen: Any, signer: Any, at: datetime, record_property: Any
) -> None:
    walk = begin(province, citizen, signer, at)
    walk.do("intake", "accept")
    walk.do("consult", "again")
    states, histories = [], []
    for turn in range(ROUNDS):
        walk.do("appraisal", "supplement", reason="no section", again=f"round {turn}")
        states.append(weighed(walk, STATE))
        walk.at += timedelta(days=1)
        with acting(person=citizen.person):
            supplement_dossier(actor=citizen, code=walk.code, papers=[], explanation="here", at=walk.at)
        states.append(weighed(walk, STATE))
        histories.append(weighed(walk, HISTORY))
    open_again, waiting = states[1::2], states[::2]
    told = f"state: {open_again[0]} bytes after the first round, {open_again[-1]} after {ROUNDS}; history: " + (
        f"{(histories[-1] - histories[0]) // (ROUNDS - 1)} bytes a round, {histories[-1]} in all"
    )
    print(told)
    record_property("state", told)
    assert max(states) <= LARGEST, told
    for series in (open_again, waiting):
        assert max(series) <= min(series) * (1 + DRIFT), told
    assert [kind for kind, _ in walk.clock].count("supplement_received") == ROUNDS, "nothing is lost for it"
