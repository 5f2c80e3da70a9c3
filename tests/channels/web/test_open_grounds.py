"""Reasons in public: counted by agency and procedure, without a dossier, a person or what somebody wrote."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.rules import Found
from tests.services.results.stages import official_of, open_step, submitted


def given(citizen: Any, signer: Any, province: Any, key: str, outcome: str, **more: Any) -> Any:
    now = timezone.now()
    dossier = submitted(citizen, signer, now, key=key)
    task = open_step(dossier)[0]
    clerk = official_of(dossier, task, province)
    with acting(agencies=clerk.agencies):
        complete_task(actor=clerk, task_id=task.pk, outcome=outcome, at=now, **more)
    return dossier


def table(client: Client, **wanted: str) -> list[dict[str, str]]:
    answer = client.get(reverse("open-reasons-file"), wanted)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_everyone_reads_the_reasons_and_nobodys_words(
    db: None, citizen: Any, signer: Any, province: Any, client: Client
) -> None:
    refused = given(citizen, signer, province, "a", "refuse", reason="Của ông Nguyễn Văn Kín")
    asked = [Found("paper", "relationship", "Mờ của bà Kín"), Found("field", "phone", "Sai")]
    for key in ("b", "c"):
        given(citizen, signer, province, key, "supplement", found=asked)
    rows = table(client)
    counted = {(row["kind"], row["what"]): int(row["number"]) for row in rows if row["agency"] == "H38.101"}
    assert counted == {
        ("refusal", "intake:refuse"): 1, ("supplement", "paper:relationship"): 2, ("supplement", "field:phone"): 2,
    }  # fmt: skip
    assert {row["kind"] for row in table(client, kind="refusal")} == {"refusal"}
    assert table(client, agency="H38.999") == []
    assert table(client, year=str(timezone.localdate().year - 1)) == []
    client.cookies["django_language"] = "en"
    page = client.get(reverse("open-reasons")).content.decode()
    for known in ("Proof of relationship", "Telephone number", "Refuse the dossier"):
        assert known in page
    for hidden in ("Kín", refused.code, citizen.name):
        assert hidden not in page
        assert hidden not in str(rows)


def test_only_counts_come_out_of_the_database(db: None) -> None:
    with connection.cursor() as cursor:
        for table in ("dossiers_dossier", "dossiers_dossierevent", "dossiers_defect", "dossiers_extension"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET ROLE maidinh_owner")
