"""The fields of a project by their dotted paths, in words: to choose what a defect is about, and to say it. Layer 2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web import picture
from maidinh.channels.web.context import language
from maidinh.channels.web.projects_law import law_names
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.projects.definition import Project, ProposedChange

LONGEST_NAME = 90
WHOLE = "whole"  # stands for the empty path, which no list of choices can hold


def part_names() -> dict[str, str]:
    """The parts of a project's form."""
    return {
        "title": _("Title"),
        "summary": _("Summary"),
        "owner": _("Agency in charge"),
        "kind": _("Kind of project"),
        "group": _("Group of projects"),
        "design_steps": _("Steps of design"),
        "emergency": _("Emergency"),
        "began_on": _("Began on"),
        "architecture": _("Version of the architecture"),
        "legal_basis": _("Legal basis"),
        "total": _("Total to build"),
        "changes": _("Changes of the architecture"),
        "costs": _("Costs"),
        "schedule": _("Schedule"),
        "benefits": _("Benefits"),
        "procedures": _("Procedures that it improves"),
        "training": _("Training"),
        "reuse": _("Shared platforms"),
        "needs": _("Projects that it needs"),
        "statements": _("Statements on the requirements"),
        "papers": _("Papers"),
    }


def choices(project: Project, *more: str) -> list[tuple[str, str]]:
    """What a defect can be about, in the order of the form; `more` are paths that it must have as well."""
    found = {WHOLE: _("The project as a whole")}
    for part, name in part_names().items():
        found[part] = name
        for path, item in _items(project, part):
            found[path] = f"{name}: {item}"[:LONGEST_NAME]
    for path in more:
        found.setdefault(path, name_of(project, path))
    return list(found.items())


def name_of(project: Project, path: str) -> str:
    """What a dotted path of the form is called; the nearest thing above it that has a name, and the rest as it is."""
    if path in ("", WHOLE):
        return _("The project as a whole")
    part, _dot, rest = path.partition(".")
    name = part_names().get(part)
    if name is None or not rest:
        return name or path
    named = [(key, item) for key, item in _items(project, part) if path == key or path.startswith(f"{key}.")]
    if not named:
        return f"{name}: {rest}"
    key, item = max(named, key=lambda pair: len(pair[0]))
    below = path[len(key) :].strip(".")
    return f"{name}: {item}" + (f" ({below})" if below else "")


def _items(project: Project, part: str) -> Iterator[tuple[str, str]]:
    """The paths of the things of a part, as the faults of a project name them, and what each is called."""
    here, law = language(), law_names()
    if part == "changes":
        known = _element_names() if any(not change.value for change in project.changes) else {}
        for change in project.changes:
            yield f"changes.{change.item}", _change(change, known)
    elif part == "costs":
        for number, cost in enumerate(project.costs):
            kind = _("to build") if cost.kind == "build" else _("to run")
            yield f"costs.{number}", _("line %(line)s, %(year)s, %(kind)s") % {
                "line": number + 1, "year": cost.year, "kind": kind,
            }  # fmt: skip
    elif part == "reuse":
        known = _element_names()
        yield from ((f"reuse.{each.platform}", known.get(each.platform, each.platform)) for each in project.reuse)
    elif part == "statements":
        yield from (
            (f"statements.{each.requirement}", law.get(each.requirement, each.requirement))
            for each in project.statements
        )
    elif part == "papers":
        for paper in project.papers:
            yield (
                f"papers.{paper.kind}",
                paper.title.in_language(here) if paper.title else law.get(paper.kind, paper.kind),
            )
    elif part in ("schedule", "benefits"):
        for each in getattr(project, part):
            yield f"{part}.{each.id}", each.title.in_language(here)
    elif part == "training":
        yield from ((f"training.{each.id}", each.subject.in_language(here)) for each in project.training)


def _element_names() -> dict[str, str]:
    version = current_version()
    return picture.element_names(version.model, language()) if version is not None else {}


def _change(change: ProposedChange, known: Mapping[str, str]) -> str:
    value: Mapping[str, Any] = change.value or {}
    name = value.get("name")
    said = (name.get(language()) or name.get("vi")) if isinstance(name, Mapping) else None
    said = said or known.get(change.item)
    return f"{said} ({change.item})" if said else change.item
