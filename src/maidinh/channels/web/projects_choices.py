"""What the fields of a project's form are chosen from, in the reader's language. Layer 2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from maidinh.channels.web import picture
from maidinh.channels.web.context import language
from maidinh.channels.web.projects_inputs import Option
from maidinh.channels.web.projects_words import cost_kind_names, decision_names, kind_names
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.projects.definition import Project
from maidinh.governance.projects.faults import shared_platforms
from maidinh.governance.projects.measures import MEASURES
from maidinh.governance.projects.queries import Project as Row
from maidinh.infrastructure.definitions.code_lists import CodeList, read_code_lists
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.portal.catalogue.queries import search

SOURCES = "budget-sources"
SYSTEMS = ("information-system", "portal-service", "application-component", "platform", "shared-platform",
           "shared-service", "infrastructure-service")  # fmt: skip


@cache
def budget_sources() -> CodeList | None:
    """The sources that a project's money can come from."""
    return read_code_lists(definitions_root(settings.MAIDINH.definitions) / "national").get(SOURCES)


def source_names() -> dict[str, str]:
    """What each source of money is called."""
    found = budget_sources()
    return {each.code: each.name.in_language(language()) for each in found.codes} if found else {}


def procedure_names() -> dict[str, str]:
    """What each procedure of the province is called, by its code."""
    return {each.code: each.name.in_language(language()) for each in search("")}


def by_name(names: Mapping[str, str]) -> list[Option]:
    """Codes with their names, in the order of the names."""
    return sorted(names.items(), key=lambda each: each[1].casefold())


def project_names(projects: Iterable[Row]) -> dict[str, str]:
    """What each project is called, by its code."""
    return {each.code: str(each.title.get(language()) or each.title["vi"]) for each in projects}


def choices(
    project: Project, version: ArchitectureVersion, law: Mapping[str, list[Option]], projects: Iterable[Row] = ()
) -> dict[str, list[Option]]:
    """Every list that the form of this project uses.

    `law` are the papers and requirements of its pack, `projects` those that it may wait for.
    """
    here = language()
    names = picture.element_names(version, here)
    platforms = {each: names[each] for each in shared_platforms(version)}
    return {
        "kinds": list(kind_names().items()),
        "groups": [(each, _("Group %(letter)s") % {"letter": each}) for each in ("A", "B", "C")],
        "steps": [("1", _("one step")), ("2", _("two steps"))],
        "cost-kinds": list(cost_kind_names().items()),
        "decisions": list(decision_names().items()),
        "sources": list(source_names().items()),
        "agencies": by_name(agency_names(here)),
        "procedures": by_name(procedure_names()),
        "platforms": by_name(platforms),
        "measures": [(each.id, _(each.name)) for each in MEASURES.values()],
        "systems": by_name(_systems(project, version, names)),
        "projects": by_name({code: name for code, name in project_names(projects).items() if code != project.id}),
        "changed": [(each, names.get(each) or _added_name(project, each)) for each in _changed(project)],
        **law,
    }


def _systems(project: Project, version: ArchitectureVersion, names: Mapping[str, str]) -> dict[str, str]:
    """The systems that stand, and those that the project adds."""
    found = {each.id: names[each.id] for each in version.elements if each.kind in SYSTEMS and each.state != "retired"}
    added = [
        each.item for each in project.changes
        if each.section == "elements" and each.action == "add" and (each.value or {}).get("kind") in SYSTEMS
    ]  # fmt: skip
    return found | {each: _added_name(project, each) for each in added}


def _changed(project: Project) -> list[str]:
    return [each.item for each in project.changes if each.section == "elements"]


def _added_name(project: Project, item: str) -> str:
    value: Mapping[str, Any] = next((each.value or {} for each in project.changes if each.item == item), {})
    name = value.get("name") or {}
    return str((name.get("en") if language() == "en" else None) or name.get("vi") or item)
