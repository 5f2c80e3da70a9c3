"""The training plan that follows from a roadmap: who must learn what before which system starts, and who has learnt it.

Layer 4, governance. Pure: the day on which it is looked at is given. Dates move with the roadmap: a project that was
written for one year and starts in another moves its trainings by as many years.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from maidinh.governance.projects.definition import Project
from maidinh.governance.roadmap.definition import Roadmap
from maidinh.infrastructure.definitions.definition import Text

TrainingState = Literal["done", "done-late", "late", "open"]


class Record(Protocol):
    """What was held: of which training of which project, how many people, on which day."""

    @property
    def project(self) -> str: ...

    @property
    def training(self) -> str: ...

    @property
    def people(self) -> int: ...

    @property
    def held_on(self) -> date: ...


@dataclass(frozen=True)
class TrainingItem:
    """A line of the plan: `agency` learns, `owner` is the project's.

    `due` is the day by the roadmap, `written` the one that the project states.
    """

    project: str
    project_title: Text
    training: str
    agency: str
    owner: str
    subject: Text
    people: int
    due: date
    written: date
    start: int
    trained: int
    last_held: date | None
    state: TrainingState

    @property
    def missing(self) -> int:
        """How many people have not learnt it yet."""
        return max(self.people - self.trained, 0)


def training_plan(
    projects: Mapping[str, Project], roadmap: Roadmap, records: Iterable[Record] = (), *, today: date
) -> list[TrainingItem]:
    """A line for each training of each project that has a place in the roadmap, the earliest due first."""
    held: dict[tuple[str, str], list[Record]] = {}
    for each in records:
        held.setdefault((each.project, each.training), []).append(each)
    found = []
    for code, project in projects.items():
        start = roadmap.starts.get(code)
        if start is None:
            continue
        moved = start - planned_start(project)
        for training in project.training:
            due = moved_by(training.before, moved)
            done = sorted(held.get((code, training.id), ()), key=lambda record: record.held_on)
            trained, enough = 0, None
            for record in done:
                trained += record.people
                if enough is None and trained >= training.people:
                    enough = record.held_on
            found.append(TrainingItem(
                project=code, project_title=project.title, training=training.id,
                agency=training.agency, owner=project.owner,
                subject=training.subject, people=training.people, due=due, written=training.before, start=start,
                trained=trained, last_held=done[-1].held_on if done else None, state=_state(due, enough, today),
            ))  # fmt: skip
    return sorted(found, key=lambda item: (item.due, item.agency, item.project, item.training))


def planned_start(project: Project) -> int:
    """The year for which a project was written: of its schedule, else of its money, else in which it was begun."""
    if project.schedule:
        return min(each.begins for each in project.schedule).year
    building = [each.year for each in project.costs if each.kind == "build"]
    return min(building, default=project.began_on.year)


def moved_by(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 28 where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _state(due: date, enough: date | None, today: date) -> TrainingState:
    if enough is not None:
        return "done" if enough < due else "done-late"
    return "late" if today >= due else "open"
