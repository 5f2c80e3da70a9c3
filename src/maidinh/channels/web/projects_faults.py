"""What is wrong in a project, told at the field where it is mended: a sentence, what to do, a link to the place.

Layer 2. A fault names its field by a path with ids (`schedule.build.after`, `changes.one-stop.set.zone`); a form names
its inputs by position. Defects that an appraiser wrote use the same paths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from maidinh.channels.web import picture
from maidinh.channels.web.context import language
from maidinh.channels.web.fields import Words
from maidinh.channels.web.jinja import vn_date
from maidinh.channels.web.projects_parts import CHANGES, PARTS, ROWS, Column, part_holding
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.projects.definition import Project, ProposedChange
from maidinh.governance.projects.faults import Fault

DAY, THOUSANDS = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"-?\d{1,3}(,\d{3})+")
KEYS = {"schedule": "id", "benefits": "id", "training": "id", "reuse": "platform", "statements": "requirement"}


@dataclass(frozen=True)
class Place:
    """Where a field is written: its part, the name of its input, what it is called, the change it belongs to."""

    part: str
    name: str
    label: str
    change: ProposedChange | None = None
    row: int | None = None

    def href(self, code: str) -> str:
        """The page with the field, at the field."""
        anchor = f"#{self.name}" if self.name else ""
        if self.change is not None:
            return change_address(code, self.change.section, self.change.item) + anchor
        return reverse("project-edit", kwargs={"code": code, "part": self.part}) + anchor


@dataclass(frozen=True)
class Told:
    """One fault for people."""

    place: Place
    text: str
    href: str


def change_address(code: str, section: str, item: str) -> str:
    """The page of one change of a project."""
    return f"{reverse('project-change', kwargs={'code': code})}?{urlencode({'section': section, 'item': item})}"


def said(fault: Fault) -> str:
    """A fault in the reader's language, with what to do."""
    values = {name: _as_offices_write(value) for name, value in fault.values.items()}
    return " ".join(_(each) % values for each in (fault.says, fault.remedy) if each)


def _as_offices_write(value: str) -> str:
    """A day and an amount of a fault as the other pages write them: 27/11/2026, 1.250.000."""
    if DAY.fullmatch(value):
        return vn_date(date.fromisoformat(value))
    return value.replace(",", ".") if THOUSANDS.fullmatch(value) else value


def told(faults: Iterable[Fault], project: Project) -> list[Told]:
    """Faults with their places, in the order of the parts of the form."""
    found, listed = [], list(faults)
    names = _names(project) if any(each.field.startswith("changes") for each in listed) else {}
    for fault in listed:
        place = place_of(fault.field, project, names)
        text = f"{place.label}: {said(fault)}" if place.label else said(fault)
        found.append(Told(place, text, place.href(project.id)))
    order = list(PARTS)
    return sorted(found, key=lambda each: order.index(each.place.part))


def errors_of(faults: Iterable[Fault], project: Project, part: str = "") -> dict[str, list[str]]:
    """Faults by the name of their input, for a form's summary; what stands in another part is told of the whole."""
    errors: dict[str, list[str]] = {}
    for each in told(faults, project):
        name = each.place.name if each.place.part == part else ""
        errors.setdefault(name, []).append(each.text)
    return errors


def place_of(field: str, project: Project, names: Mapping[str, str] | None = None) -> Place:
    """Where a path of the project's form is written."""
    way = field.split(".")
    if way[0] == "changes":
        return _of_change(field.partition(".")[2], project, _names(project) if names is None else names)
    part = part_holding(field)
    if field == "":
        return Place(part.id, "", "")
    rows = ROWS.get(way[0])
    if rows is None or len(way) == 1:
        return _of_field(part.fields, field, part.id, str(rows.title) if rows else "")
    row = _row(way[0], way[1], project)
    if row is None:
        return Place(part.id, "", str(rows.title))
    column = next((each for each in rows.columns if each.name == (way[2] if len(way) > 2 else "")), rows.columns[0])
    label = _("%(rows)s %(number)s, %(column)s") % {"rows": rows.one, "number": row + 1, "column": column.label}
    return Place(part.id, f"{way[0]}.{row}.{column.name}", label, row=row)


def _names(project: Project) -> dict[str, str]:
    """What the elements are called that the project may speak of: those in force, those it adds."""
    version = current_version()
    known = picture.element_names(version.model, language()) if version is not None else {}
    added = [each for each in project.changes if each.section == "elements" and each.value]
    return known | {each.item: change_title(each, {}) for each in added}


def _of_field(fields: Sequence[Column], field: str, part: str, title: str) -> Place:
    column = next((each for each in fields if field in (each.name, each.name.partition(".")[0])), None)
    if column is not None:
        return Place(part, column.name, str(column.label))
    first = field.partition(".")[0]
    column = next((each for each in fields if each.name == first), None)
    if column is not None:
        return Place(part, column.name, str(column.label))
    names = {"owner": _("Owner"), "architecture": _("Version of the architecture"), "id": _("Code")}
    return Place(part, "", title or names.get(first, field))


def _row(name: str, key: str, project: Project) -> int | None:
    """The position of a row that is named by its position or its id."""
    rows: Sequence[Any] = getattr(project, name)
    keys = [str(getattr(each, KEYS[name])) for each in rows] if name in KEYS else list(map(str, rows))
    if key in keys:
        return keys.index(key)
    return int(key) if key.isdecimal() and int(key) < len(rows) else None


def _of_change(rest: str, project: Project, names: Mapping[str, str]) -> Place:
    """The change whose item stands first in the path; items may have dots, so the longest that fits."""
    fitting = [each for each in project.changes if rest == each.item or rest.startswith(f"{each.item}.")]
    numbered = rest.partition(".")[0]
    if not fitting and numbered.isdecimal() and int(numbered) < len(project.changes):
        fitting, change = [], project.changes[int(numbered)]
        path = rest.partition(".")[2]
    elif not fitting:
        return Place(CHANGES.id, "", str(CHANGES.title))
    else:
        change = max(fitting, key=lambda each: len(each.item))
        path = rest[len(change.item) + 1 :]
    name = path.removeprefix("set.").removeprefix("value.") if path not in ("set", "value") else ""
    title = change_title(change, names)
    label = f"{title}, {Words({}, {}).label(name)}" if name else title
    return Place(CHANGES.id, name, label, change)


def change_title(change: ProposedChange, names: Mapping[str, str]) -> str:
    """What the thing of a change is called."""
    if change.item in names:
        return names[change.item]
    value = change.value or {}
    name = value.get("name") or {}
    found = (name.get("en") if language() == "en" else None) or name.get("vi")
    if found or change.section == "elements":
        return str(found or change.item)
    if value:
        return " → ".join(names.get(str(value.get(end)), str(value.get(end))) for end in ("from", "to"))
    return change.item
