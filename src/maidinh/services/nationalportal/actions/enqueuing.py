"""Making messages of what happened to a dossier: once for each row of it, in the dossier's own order.

Layer 4, part of the national portal's actions. An event only says that there is something new; what is told is read
from the dossier's rows past the last ones told. So an event that comes twice adds nothing, and one that comes late
changes no order.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from maidinh.infrastructure.identity.queries import official
from maidinh.services.dossiers.queries import Dossier, DossierEvent, Paper, Task, dossier_numbered
from maidinh.services.dossiers.rules import step_of
from maidinh.services.nationalportal.definition import Kind
from maidinh.services.nationalportal.models import Link, Message
from maidinh.services.nationalportal.rules import merged, message_id

Made = tuple[Kind, str, dict[str, Any], datetime]


@transaction.atomic
def enqueue_news(*, dossier_id: int, at: datetime) -> int:
    """Add a message for each row of the dossier that was not told yet; how many there were."""
    link = locked_link(dossier_id)
    dossier = dossier_numbered(dossier_id)
    made = [*_beginning(link, dossier), *_papers(link, dossier), *_happened(link, dossier)]
    if link.last_serial == 0:  # the portal gives its code first, then takes the papers, then the dossier
        made = [made[0], *(each for each in made if each[0] == "file"), made[1], *_rest(made)]
    _add(link, dossier.code, made, at)
    return len(made)


def enqueue_unknown(*, at: datetime, limit: int = 200) -> int:
    """Begin to tell dossiers that the portal never heard of: those that are older than the connection."""
    told = Link.objects.filter(dossier=OuterRef("pk"))
    found = list(Dossier.objects.exclude(Exists(told)).order_by("pk").values_list("pk", flat=True)[:limit])
    for dossier_id in found:
        enqueue_news(dossier_id=dossier_id, at=at)
    return len(found)


@transaction.atomic
def enqueue_one(*, dossier_id: int, kind: Kind, source: str, content: dict[str, Any], at: datetime) -> None:
    """Add one message after all that happened before it; once for its source."""
    enqueue_news(dossier_id=dossier_id, at=at)
    link = locked_link(dossier_id)
    if not Message.objects.filter(link=link, source=source).exists():
        _add(link, dossier_numbered(dossier_id).code, [(kind, source, content, at)], at)


@transaction.atomic
def enqueue_refusal(*, code: str, source: str, content: dict[str, Any], at: datetime) -> None:
    """Add an answer about a dossier that we don't have, in the order of the answers about this code; once."""
    Link.objects.get_or_create(unknown_code=code)
    link = Link.objects.select_for_update().get(unknown_code=code)
    if not Message.objects.filter(link=link, source=source).exists():
        _add(link, f"?{code}", [("answer", source, content | {"CoHoSo": False}, at)], at)  # no dossier's code begins so


def locked_link(dossier_id: int) -> Link:
    """The dossier's link under lock, made where there is none."""
    Link.objects.get_or_create(dossier_id=dossier_id)
    return Link.objects.select_for_update().get(dossier_id=dossier_id)


def _rest(made: list[Made]) -> Iterator[Made]:
    return (each for each in made[2:] if each[0] != "file")


def _add(link: Link, code: str, made: list[Made], at: datetime) -> None:
    rows = [
        Message(
            link=link,
            serial=link.last_serial + number,
            kind=kind,
            source=source,
            message=message_id(code, link.last_serial + number),
            content=content,
            at=moment,
        )
        for number, (kind, source, content, moment) in enumerate(made, start=1)
    ]
    Message.objects.bulk_create(rows)
    link.last_serial += len(rows)
    if rows and link.state == "idle":
        link.state, link.next_at = "waiting", at
    link.save()


def _beginning(link: Link, dossier: Dossier) -> Iterator[Made]:
    if link.last_serial:
        return
    about = {
        "MaHoSoDonVi": dossier.code,
        "MaTTHC": dossier.procedure.code,
        "MaDonViTiepNhan": dossier.receiving,
        "KenhThucHien": dossier.channel,
    }
    yield "code", "code", about, dossier.submitted_at
    papers = Paper.objects.filter(dossier=dossier).order_by("id")
    content = about | {
        "NgayTiepNhan": dossier.submitted_at.isoformat(),
        "NgayKetThucTheoQuyDinh": dossier.promised_at.isoformat(),
        "ThanhPhanHoSo": [{"MaGiayTo": each.paper, "Bam": each.document_id} for each in papers],
    }
    yield "dossier", "dossier", content, dossier.submitted_at


def _papers(link: Link, dossier: Dossier) -> Iterator[Made]:
    rows = Paper.objects.filter(dossier=dossier, pk__gt=link.last_paper).select_related("document").order_by("id")
    for paper in rows:
        content = {
            "MaGiayTo": paper.paper,
            "TenTep": paper.name,
            "Bam": paper.document_id,
            "DinhDang": paper.document.media_type,
        }
        yield "file", f"paper:{paper.pk}", content, paper.added_at
        link.last_paper = paper.pk


def _happened(link: Link, dossier: Dossier) -> Iterator[Made]:
    """The public lines of the history and the steps that were opened; a status where it changed."""
    lines = DossierEvent.objects.filter(dossier=dossier, pk__gt=link.last_event).order_by("id")
    steps = Task.objects.filter(dossier=dossier, pk__gt=link.last_task).order_by("id")
    due = dossier.due_at or dossier.promised_at
    row: DossierEvent | Task
    for row in merged([(line.at, line) for line in lines], [(step.opened_at, step) for step in steps]):
        if isinstance(row, Task):
            link.last_task = row.pk
            yield "progress", f"task:{row.pk}", _opened(dossier, row) | _dated(row.opened_at, due), row.opened_at
            continue
        link.last_event = row.pk
        if row.public:
            yield "progress", f"event:{row.pk}", _line(dossier, row) | _dated(row.at, due), row.at
        if row.status != link.last_status:
            link.last_status = row.status
            content = {"TrangThai": row.status, "MaDonViXuLy": row.agency or dossier.receiving, "LyDo": row.reason}
            yield "status", f"status:{row.pk}", content | _dated(row.at, due), row.at


def _opened(dossier: Dossier, task: Task) -> dict[str, Any]:
    step = step_of(dossier.procedure.procedure, task.step)
    return {
        "NguoiXuLy": "",
        "MaDonViXuLy": task.agency or dossier.responsible,
        "NoiDungXuLy": step.name.vi,
        "BatDau": True,
    }


def _line(dossier: Dossier, line: DossierEvent) -> dict[str, Any]:
    told = line.kind
    if line.step:
        step = step_of(dossier.procedure.procedure, line.step)
        outcome = next((each.name.vi for each in step.outcomes if line.kind == f"{step.kind}:{each.id}"), line.kind)
        told = f"{step.name.vi}: {outcome}"
    known = official(line.actor) if line.agency else None
    return {
        "NguoiXuLy": known.name if known is not None else "",
        "MaDonViXuLy": line.agency or dossier.receiving,
        "NoiDungXuLy": told,
        "BatDau": False,
    }


def _dated(at: datetime, due: datetime) -> dict[str, Any]:
    return {"ThoiDiem": at.isoformat(), "NgayKetThucTheoQuyDinh": due.isoformat()}
