"""What the law asks of a project, by the pack that it began under: the papers, and the requirements it answers.

Layer 2. The pack is a definition (national/appraisal); nothing of it stands here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from maidinh.channels.web.context import language
from maidinh.channels.web.projects_inputs import Option
from maidinh.governance.appraisal.definition import AppraisalPack
from maidinh.governance.appraisal.packs import read_packs
from maidinh.governance.appraisal.papers import required_papers
from maidinh.governance.projects.definition import Project
from maidinh.infrastructure.definitions.definition import LegalBasis
from maidinh.infrastructure.definitions.locating import definitions_root


@cache
def packs() -> Mapping[str, AppraisalPack]:
    """The packs of the law, by id."""
    return read_packs(definitions_root(settings.MAIDINH.definitions) / "national")


def pack_name(pack: str) -> str:
    """What the law is called that a project is appraised by; nothing where there is none."""
    found = packs().get(pack)
    return found.name.in_language(language()) if found else ""


def law_choices(pack: str) -> dict[str, list[Option]]:
    """The papers of a pack, and what a project may say something to: requirements, and exemptions it claims."""
    found, here = packs().get(pack), language()
    if found is None:
        return {"papers": [], "requirements": []}
    answered = [each for each in found.requirements if each.answered_by == "statement"]
    claimed = [each for each in found.exemptions if each.claimed]
    return {
        "papers": [(each.id, each.title.in_language(here)) for each in found.papers],
        "requirements": [(each.id, each.title.in_language(here)) for each in (*answered, *claimed)],
    }


def law_names() -> dict[str, str]:
    """What papers, requirements and exemptions are called, by id; the newest pack's word where several have it."""
    here = language()
    return {
        each.id: each.title.in_language(here)
        for pack in sorted(packs().values(), key=lambda pack: pack.valid_from)
        for each in (*pack.papers, *pack.requirements, *pack.exemptions)
    }


def papers_asked(project: Project, pack: str) -> list[dict[str, Any]]:
    """The papers that the law asks for of this project, and whether each is given."""
    found, here = packs().get(pack), language()
    if found is None:
        return []
    return [
        {
            "kind": each.paper.id, "title": each.paper.title.in_language(here), "given": each.given is not None,
            "basis": _basis(each.paper.basis) + _unread(project, each.paper.checked), "why": each.why.in_language(here),
        }
        for each in required_papers(found, project)
    ]  # fmt: skip


def requirements_asked(project: Project, pack: str) -> list[dict[str, Any]]:
    """The requirements that a project answers in words, and whether it does."""
    found, here = packs().get(pack), language()
    if found is None:
        return []
    said = {each.requirement for each in project.statements}
    return [
        {"id": each.id, "title": each.title.in_language(here), "basis": _basis(each.basis), "said": each.id in said}
        for each in found.requirements_of(project)
        if each.answered_by == "statement"
    ]


def still_missing(project: Project, pack: str) -> dict[str, list[dict[str, Any]]]:
    """What can be handed in without, and will be asked for: papers, and requirements without an answer."""
    return {
        "papers": [each for each in papers_asked(project, pack) if not each["given"]],
        "requirements": [each for each in requirements_asked(project, pack) if not each["said"]],
    }


def offered_rows(project: Project, pack: str, part: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Rows that the form proposes: a paper that is asked for and not there, a requirement without an answer."""
    if part == "papers":
        there = {each.kind for each in project.papers}
        missing = [each for each in papers_asked(project, pack) if not each["given"] and each["kind"] not in there]
        return {"papers": [{"kind": each["kind"]} for each in missing]}
    if part == "reuse":
        silent = [each for each in requirements_asked(project, pack) if not each["said"]]
        return {"statements": [{"requirement": each["id"]} for each in silent]}
    return {}


def _unread(project: Project, checked: bool | None) -> str:
    """That the papers of a purchase from regular funds stand as a setting here, where the text was not read for it."""
    return f" ({_('not checked for purchases')})" if project.kind == "purchase" and checked is False else ""


def _basis(basis: Sequence[LegalBasis]) -> str:
    return "; ".join(each.text for each in basis)
