"""A dossier brought to the stage that a test wants, by the people of the prepared province."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.files.actions import store_document
from maidinh.infrastructure.identity import queries as identity
from maidinh.infrastructure.translog.promises import LogKeeper
from maidinh.services.dossiers.actions.steps import complete_task, record_payment
from maidinh.services.dossiers.actions.submission import SubmittedPaper, submit_dossier
from maidinh.services.dossiers.queries import open_task_of
from maidinh.services.dossiers.rules import step_of
from maidinh.services.fees.queries import charge_of
from maidinh.services.procedures.queries import current_version, offered
from maidinh.services.procedures.rules import goes_straight

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" + (
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)


def version_of_kind(kind: str) -> Any:
    """The offered procedure of a kind (same-day, licence, joint) whose steps follow each other."""
    return next(v for v in offered() if v.procedure.kind == kind and goes_straight(v.procedure))


def answers_for(version: Any, citizen: Actor) -> dict[str, Any]:
    """Answers that the form's schema takes."""
    made: dict[str, Any] = {}
    for name, form in version.procedure.answers["properties"].items():
        if form.get("enum"):
            made[name] = form["enum"][0]
        elif form["type"] in ("integer", "number"):
            made[name] = form.get("minimum", 1)
        elif form.get("format") == "date":
            made[name] = "1985-03-27"
        else:
            made[name] = {"full_name": citizen.name, "personal_number": citizen.person}.get(name, f"{name} <b>&#</b>")
    return made


def submitted(citizen: Actor, signer: Any, at: datetime, kind: str = "same-day", key: str = "one") -> Any:
    """A dossier just submitted, with every paper the procedure asks for."""
    version = current_version(version_of_kind(kind).code)
    with acting(person=citizen.person):
        papers = [
            SubmittedPaper(paper.id, store_document(content=BytesIO(PDF), at=at).digest, f"Giấy tờ {paper.id}.pdf")
            for paper in version.procedure.papers
            if paper.required
        ]
        return submit_dossier(
            actor=citizen,
            version=version,
            case=version.procedure.cases[0].id,
            receiving=version.procedure.receiving[0],
            answers=answers_for(version, citizen),
            papers=papers,
            channel=2,
            key=key,
            at=at,
            log=LogKeeper(signer, "lao-cai", 60),
        ).dossier


def official_of(dossier: Any, task: Any, province: Any, besides: tuple[str, ...] = ()) -> Actor:
    """An official of the task's agency and role, other than those named."""
    for person in province.organisations.officials:
        if person.agency == task.agency and task.role in person.roles and person.id not in besides:
            return identity.actor_of_official(identity.official(person.id))
    raise LookupError(f"{task.agency} has no {task.role}")


def open_step(dossier: Any) -> tuple[Any, Any]:
    """The open task and its step, seen as every agency that takes part."""
    with acting(agencies=dossier.agencies):
        dossier.refresh_from_db()
    with acting(agencies=dossier.agencies):
        task = open_task_of(dossier)
    return task, step_of(dossier.procedure.procedure, task.step) if task else None


def advanced_to(dossier: Any, kind: str, province: Any, at: datetime) -> Any:
    """The dossier taken forward by each step's first outcome until a step of this kind is open; the task."""
    for hour in range(1, 20):
        task, step = open_step(dossier)
        if step.kind == kind:
            return task
        actor, when = official_of(dossier, task, province), at + timedelta(minutes=hour)
        with acting(agencies=actor.agencies):
            if step.requires_fee and charge_of(dossier.pk) is not None:
                charge_paid(dossier, province, when)
            complete_task(actor=actor, task_id=task.pk, outcome=step.outcomes[0].id, at=when)
    raise AssertionError(f"no step of kind {kind} is reached")


def charge_paid(dossier: Any, province: Any, at: datetime) -> None:
    person = province.official_with("fee.record", dossier.receiving)
    actor = identity.actor_of_official(identity.official(person.id))
    with acting(agencies=actor.agencies):
        record_payment(actor=actor, code=dossier.code, receipt_number="BL-1", at=at)
