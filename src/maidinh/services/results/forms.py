"""The forms of the one-stop shop about a dossier: which are due, for what occasion, and what each says.

Layer 4, pure. Circular 03/2025/TT-VPCP, Annex I, gives their names (definitions/national/codes/forms.yaml). The wording
of the Annex was not to be had: layout and sentences are this project's own. Forms are Vietnamese documents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from maidinh.services.procedures.definition import SUPPLEMENT, Procedure

RECEIPT, REQUEST, REFUSAL, APOLOGY, STOP, CONTROL = "01", "02", "03", "04", "05", "06"
FOR_APPLICANTS = (RECEIPT, REQUEST, REFUSAL, APOLOGY, STOP)
WHOLE = "slip"  # the occasion of a form that a dossier has once
Filled = tuple[tuple[tuple[str, str], ...], str, tuple[str, ...]]  # facts, title of the points, points
UNITS = {"working_day": "ngày làm việc", "working_hour": "giờ làm việc", "calendar_day": "ngày", "month": "tháng"}


@dataclass(frozen=True)
class Slip:
    """What a form says: `facts` are rows of name and value, `points` are numbered under `points_title`.

    `rows` are the lines of the control slip. `number` stays empty where the form has none yet.
    """

    form: str
    title: str
    agency: str
    official: str
    facts: tuple[tuple[str, str], ...]
    points_title: str = ""
    points: tuple[str, ...] = ()
    parent: str = ""
    number: str = ""
    rows: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Slip:
        """As it was kept when the form was issued."""
        pairs = tuple((name, value) for name, value in content["facts"])
        rows = tuple(tuple(row) for row in content.get("rows", []))
        return cls(**{**content, "facts": pairs, "points": tuple(content["points"]), "rows": rows})


@dataclass(frozen=True)
class Line:
    """One line of a dossier's history, as far as forms ask for it."""

    id: int
    at: datetime
    kind: str
    status: int
    step: str
    agency: str
    actor: str
    reason: str


@dataclass(frozen=True)
class Extension:
    """The date on which the result is due was moved, with an apology."""

    id: str
    at: datetime
    old_due: datetime
    new_due: datetime
    reason: str
    agency: str
    actor: str


@dataclass(frozen=True)
class Defect:
    """One thing that a request for a supplement names; `request` counts the requests from one, `where` is its place."""

    request: int
    where: str
    text: str


@dataclass(frozen=True)
class HandOver:
    """A step of the control slip: who had it from when, until when it was due, and how it ended."""

    step: str
    agency: str
    taken_by: str
    opened_at: datetime
    taken_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    closed_by: str
    outcome: str


@dataclass(frozen=True)
class Told:
    """What is known of a dossier when its forms are filled; names are in Vietnamese, times in the local zone."""

    procedure: Procedure
    status: int
    receiving: str
    submitted_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    limit: Mapping[str, Any]
    papers: tuple[str, ...]
    lines: tuple[Line, ...]
    extensions: tuple[Extension, ...]
    defects: tuple[Defect, ...]
    steps: tuple[HandOver, ...]
    titles: Mapping[str, str]
    agencies: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Due:
    """A form that is due: for what occasion, since when, by whom. `place` counts those of its kind from one."""

    form: str
    occasion: str
    at: datetime
    agency: str
    actor: str
    place: int = 1
    reason: str = ""


def form_number(number: int, year: int, form: str) -> str:
    """A form's number as it stands on it; the sign is this project's own."""
    return f"{number:04d}/{year}/M{form}"


def forms_due(told: Told) -> list[Due]:
    """The forms about a dossier as it stands, in the order in which they came to be due."""
    found = [
        *_receipts(told),
        *(_of_line(REQUEST, line, told, place) for place, line in enumerate(_requests(told), 1)),
        *(_of_line(form, told_last[-1], told) for form, status in ((REFUSAL, 3), (STOP, 8))
          if told.status == status and (told_last := [each for each in told.lines if each.status == status])),
        *(Due(APOLOGY, f"extension:{each.id}", each.at, each.agency, each.actor, place, each.reason)
          for place, each in enumerate(told.extensions, 1)),
    ]  # fmt: skip
    return sorted(found, key=lambda due: (due.at, due.form))


def slip_of(told: Told, due: Due) -> Slip:
    """What a form that is due says."""
    facts, title, points = FILLED[due.form](told, due)
    return Slip(
        form=due.form,
        title=told.titles[due.form],
        agency=told.agencies.get(due.agency, due.agency),
        parent=told.parents.get(due.agency, ""),
        official=told.people.get(due.actor, ""),
        facts=facts,
        points_title=title,
        points=points,
        rows=tuple(_row(place, each) for place, each in enumerate(told.steps, 1)) if due.form == CONTROL else (),
    )


def moment(value: datetime | None) -> str:
    """A moment as forms write it."""
    return value.strftime("%H giờ %M, ngày %d/%m/%Y") if value else ""


def _receipts(told: Told) -> list[Due]:
    if told.accepted_at is None:
        return []
    # Of a step: who submitted or paid may have done so at the same moment, and accepts nothing.
    first = next((line for line in told.lines if line.at == told.accepted_at and line.step), None)
    actor = first.actor if first else ""
    return [
        Due(form, WHOLE, told.accepted_at, told.receiving, actor) for form in (RECEIPT, CONTROL)
    ]  # both go with the dossier from its reception on


def _of_line(form: str, line: Line, told: Told, place: int = 1) -> Due:
    return Due(form, f"line:{line.id}", line.at, line.agency or told.receiving, line.actor, place, line.reason)


def _requests(told: Told) -> list[Line]:
    """The lines at which a step ended with a request to the applicant."""
    asking = {
        f"{step.id}:{outcome.id}"
        for step in told.procedure.steps
        for outcome in step.outcomes
        if any(places == (SUPPLEMENT,) for places in map(tuple, outcome.targets()))
    }
    return [line for line in told.lines if line.status == 5 and f"{line.step}:{line.kind.partition(':')[2]}" in asking]


def _receipt(told: Told, due: Due) -> tuple[tuple[tuple[str, str], ...], str, tuple[str, ...]]:
    facts = (
        ("Số lượng giấy tờ", f"{len(told.papers):02d}"),
        ("Thời gian giải quyết", _budget(told.limit)),
        ("Nhận hồ sơ lúc", moment(told.accepted_at)),
        ("Hẹn trả kết quả", moment(told.due_at)),
        ("Nhận kết quả tại", told.agencies.get(told.receiving, told.receiving)),
    )
    return facts, "Thành phần hồ sơ đã nộp", told.papers


def _request(told: Told, due: Due) -> tuple[tuple[tuple[str, str], ...], str, tuple[str, ...]]:
    named = tuple(f"{each.where}: {each.text}" if each.where else each.text
                  for each in told.defects if each.request == due.place)  # fmt: skip
    facts = (*_times(told, due), ("Lần yêu cầu", f"{due.place:02d}"))
    return facts, "Nội dung cần bổ sung, hoàn thiện", named or points_in(due.reason)


def _apology(told: Told, due: Due) -> tuple[tuple[tuple[str, str], ...], str, tuple[str, ...]]:
    moved = told.extensions[due.place - 1]
    facts = (
        ("Nhận hồ sơ lúc", moment(told.accepted_at)),
        ("Đã hẹn trả kết quả", moment(moved.old_due)),
        ("Hẹn lại ngày trả kết quả", moment(moved.new_due)),
    )
    return facts, "Lý do", points_in(moved.reason)


def _times(told: Told, due: Due, made: str = "Lập phiếu lúc") -> tuple[tuple[str, str], ...]:
    return (("Nộp hồ sơ lúc", moment(told.submitted_at)), (made, moment(due.at)))


def _control(told: Told) -> tuple[tuple[str, str], ...]:
    return (
        ("Nhận hồ sơ lúc", moment(told.accepted_at)),
        ("Thời gian giải quyết", _budget(told.limit)),
        ("Hẹn trả kết quả", moment(told.due_at)),
    )


def _row(place: int, each: HandOver) -> tuple[str, ...]:
    if each.closed_at is None:
        result = "Đang giải quyết"
    elif each.due_at is None:
        result = "Đã xong"
    else:
        result = "Quá hạn" if each.closed_at > each.due_at else "Đúng hạn"
    return (
        str(place),
        each.step,
        each.agency,
        each.taken_by or each.closed_by,
        _short(each.opened_at),
        _short(each.taken_at),
        _short(each.due_at),
        _short(each.closed_at),
        result,
        each.outcome,
    )


def _short(value: datetime | None) -> str:
    return value.strftime("%H:%M %d/%m/%Y") if value else ""


def _budget(limit: Mapping[str, Any]) -> str:
    amount = int(limit["amount"])
    return f"{amount:02d} {UNITS[limit['unit']]}" if amount else "Trong ngày"


def points_in(reason: str) -> tuple[str, ...]:
    """The points of a reason that was written line by line."""
    return tuple(line.strip(" -•\t") for line in reason.splitlines() if line.strip(" -•\t"))


def _refusal(told: Told, due: Due) -> Filled:
    return _times(told, due), "Lý do không tiếp nhận", points_in(due.reason)


def _stop(told: Told, due: Due) -> Filled:
    return _times(told, due, "Thông báo lúc"), "Lý do dừng giải quyết", points_in(due.reason)


def _control_slip(told: Told, due: Due) -> Filled:
    return _control(told), "", ()


FILLED: dict[str, Callable[[Told, Due], Filled]] = {
    RECEIPT: _receipt,
    REQUEST: _request,
    REFUSAL: _refusal,
    APOLOGY: _apology,
    STOP: _stop,
    CONTROL: _control_slip,
}
