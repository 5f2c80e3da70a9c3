"""A database of its own that offers the synthetic procedures, and dossiers walked through them by officials."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.identity import queries as identity
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.dossiers.actions.steps import complete_task
from maidinh.services.dossiers.actions.submission import SubmittedPaper, submit_dossier
from maidinh.services.dossiers.models import ClockEntry, Dossier, Task

BUILDING, ENVIRONMENT = "9.000001", "9.000002"
COLLEAGUES = {  # who works beside the officials of the sample province
    "test.specialist": ("H38.101", ["specialist"]),
    "test.clerk": ("H38.101", ["one-stop-official"]),
    "test.gone": ("H38.101", ["specialist"]),
}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" + (
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)
EVERYBODY = ("H38.101", "H38.6", "H38.1.1", "H38.5.1")


@contextmanager
def own_database_with_synthetic_procedures(at: datetime) -> Iterator[None]:
    """A copy of the prepared database in which the synthetic procedures are offered and colleagues work."""
    from django.conf import settings
    from django.db import connections

    from maidinh.infrastructure.database.roles import drop_database
    from tests.conftest import _clone, _connect_to

    before = settings.CONNECTIONS.database
    name = f"{before}_synthetic"
    _clone(os.environ["MAIDINH_TEST_TEMPLATE"], name)
    _connect_to(name)
    try:
        _load(at)
        yield
    finally:
        connections.close_all()
        _connect_to(before)
        drop_database(settings.CONNECTIONS.admin_dsn, name)


def _load(at: datetime) -> None:
    from django.conf import settings

    from maidinh.infrastructure.database.standing import as_role
    from maidinh.infrastructure.definitions.reading import read_form
    from maidinh.infrastructure.identity.models import Official
    from maidinh.services.procedures.actions import apply_procedure
    from maidinh.services.procedures.definition import Procedure

    with as_role(settings.CONNECTIONS, "owner"):
        for name in ("building", "environment"):
            procedure = read_form(Path(__file__).parent / f"{name}.yaml", Procedure)
            apply_procedure(procedure=procedure, at=at)
        for who, (agency, roles) in COLLEAGUES.items():
            Official.objects.create(id=who, name=who, title_vi=who, agency_id=agency, roles=roles, sample=True)


class Walk:
    """One dossier, its steps done by officials of the right agency and role, an hour apart."""

    def __init__(self, code: str, province: Any, at: datetime, log: LogKeeper) -> None:
        self.code, self.province, self.at, self.log = code, province, at, log

    @property
    def dossier(self) -> Dossier:
        with acting(agencies=EVERYBODY):
            return Dossier.objects.select_related("procedure").get(code=self.code)

    @property
    def clock(self) -> list[tuple[str, datetime]]:
        """The lines of its clock: their kind and moment."""
        with acting(agencies=EVERYBODY):
            lines = ClockEntry.objects.filter(dossier__code=self.code).order_by("serial")
            return list(lines.values_list("kind", "at"))

    @property
    def open(self) -> dict[str, Task]:
        with acting(agencies=EVERYBODY):
            tasks = Task.objects.filter(dossier__code=self.code, closed_at__isnull=True)
            return {task.step: task for task in tasks}

    def task(self, step: str) -> Task:
        """The last task of a step, open or closed."""
        with acting(agencies=EVERYBODY):
            return Task.objects.filter(dossier__code=self.code, step=step).order_by("-id")[0]

    def actor(self, step: str) -> Actor:
        """Who does an open step."""
        task = self.open[step]
        for person in self.province.organisations.officials:
            if person.agency == task.agency and task.role in person.roles:
                return actor_of(person.id)
        raise LookupError(task.role)

    def do(self, step: str, outcome: str, *, hours: int = 1, actor: Actor | None = None, **more: Any) -> Dossier:
        """Close an open step."""
        actor, task = actor or self.actor(step), self.open[step]
        self.at += timedelta(hours=hours)
        with acting(agencies=actor.agencies, official=actor.id):
            return complete_task(actor=actor, task_id=task.pk, outcome=outcome, at=self.at, log=self.log, **more)


def actor_of(official_id: str) -> Actor:
    """The actor that an official is."""
    person = identity.official(official_id)
    assert person is not None
    return identity.actor_of_official(person)


def begin(province: Any, citizen: Actor, signer: Any, at: datetime, *, storeys: int = 2, key: str = "one") -> Walk:
    """A dossier of the building procedure, just submitted."""
    from maidinh.services.procedures.queries import current_version

    log = LogKeeper(signer, "lao-cai", 60)
    version = current_version(BUILDING)
    assert version is not None
    with acting(person=citizen.person):
        plan = SubmittedPaper("plan", store_document(content=io.BytesIO(PDF), at=at).digest, "plan.pdf")
        made = submit_dossier(
            actor=citizen,
            version=version,
            case="standard",
            receiving="H38.101",
            answers={"full_name": citizen.name, "storeys": storeys},
            papers=[plan],
            channel=2,
            key=key,
            at=at,
            log=log,
        ).dossier
    return Walk(made.code, province, at, log)
