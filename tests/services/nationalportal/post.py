"""A province's side for the tests: dossiers with a history, the worker's part, and a clock that the test moves."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from maidinh.infrastructure.database.scope import acting
from maidinh.services.dossiers.actions.progress import note
from maidinh.services.dossiers.models import Dossier, Paper
from maidinh.services.nationalportal.actions.delivering import Courier, Sent, deliver_one
from maidinh.services.nationalportal.actions.enqueuing import enqueue_news
from maidinh.services.nationalportal.adapters.portal import Portal
from maidinh.services.nationalportal.models import Link, Message
from maidinh.services.nationalportal.rules import Patience
from tests.services.fees.till import COPY, Roles
from tests.services.nationalportal.hostile import Double

FIRST = 10**9
HOLD = timedelta(minutes=2)
PATIENCE = Patience(timedelta(seconds=2), timedelta(minutes=10), 0.5)


class Post:
    """The queue of one test: `at` is what every clock says."""

    def __init__(self, dossier: Dossier, citizen: Any, roles: Roles, at: datetime, seed: int = 1) -> None:
        self.dossier, self.citizen, self.roles, self.at = dossier, citizen, roles, at
        self.double = Double()
        self.portal = Portal(self.double.transport)
        self.chance = random.Random(seed)
        self.courier = Courier(PATIENCE, HOLD, lambda: self.at, self.chance.random)
        self.dossiers: list[Dossier] = []

    def dossier_like(self, number: int) -> Dossier:
        """A copy of the submitted dossier, brought by the same citizen."""
        with acting(person=self.citizen.person):
            with connection.cursor() as cursor:
                cursor.execute("SELECT to_jsonb(d)::text FROM dossiers_dossier d WHERE id = %s", [self.dossier.pk])
                row = json.loads(cursor.fetchone()[0]) | {"id": FIRST + number, "code": f"post-{number}"}
                cursor.execute(COPY, [json.dumps(row)])
            made = Dossier.objects.select_related("procedure").get(pk=row["id"])
            paper = Paper.objects.filter(dossier=self.dossier).order_by("id")[0]
            Paper.objects.create(
                dossier=made, paper=paper.paper, document_id=paper.document_id, name=paper.name, added_at=self.at
            )
            note(made, "submitted", self.citizen, self.at)
        self.dossiers.append(made)
        return made

    def happens(self, dossier: Dossier, official: Any, status: int, step: str = "") -> None:
        """A line of the dossier's history, with the status that it has from then on."""
        dossier.status = status
        with acting(agencies=dossier.agencies, official=official.id):
            note(dossier, "noted", official, self.at, step=step)

    def told(self, dossier: Dossier) -> None:
        """The worker takes note of an event of the dossier."""
        self.as_worker(lambda: enqueue_news(dossier_id=dossier.pk, at=self.at))

    def send(self) -> Sent:
        """One message goes out, or nothing is due."""
        return self.as_worker(lambda: deliver_one(portal=self.portal, courier=self.courier))

    def settle(self, within: timedelta = timedelta(hours=2)) -> None:
        """The worker works until nothing waits, the clock moving on where nothing is due."""
        until = self.at + within
        while self.at < until:
            if self.send() == "nothing":
                if not self.as_worker(lambda: Link.objects.filter(state="waiting").exists()):
                    return
                self.at += timedelta(seconds=20)
        raise AssertionError("messages still wait")

    def sent_out(self) -> dict[str, list[tuple[int, str]]]:
        """What we hold to be delivered: of each dossier, serial and kind in their order."""
        rows = self.as_worker(
            lambda: list(
                Message.objects.filter(state="delivered")
                .order_by("link_id", "serial")
                .values_list("link__dossier__code", "serial", "message")
            )
        )
        found: dict[str, list[tuple[int, str]]] = {}
        for code, serial, message in rows:
            found.setdefault(code, []).append((serial, message))
        return found

    def in_book(self) -> dict[str, list[tuple[int, str]]]:
        """The same as the portal has it."""
        return {
            rows[0]["MaHoSoDonVi"]: [(row["SoThuTu"], row["MaTinNhan"]) for row in rows]
            for rows in self.double.book.values()
        }

    def as_worker(self, do: Callable[[], Any]) -> Any:
        """Do something in the worker's role."""
        with self.roles.role("worker"):
            return do()
