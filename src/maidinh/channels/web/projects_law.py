"""What the law asks of a project, by the pack that it began under: the papers, and the requirements it answers.

Layer 2. The pack is a definition (national/appraisal); nothing of it stands here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from maidinh.channels.web.projects_inputs import Option
from maidinh.governance.projects.definition import Project


def law_choices(pack: str) -> dict[str, list[Option]]:
    """The papers and the requirements of a pack, to choose from."""
    del pack
    return {"papers": [], "requirements": []}


def papers_asked(project: Project, pack: str) -> list[dict[str, Any]]:
    """The papers that the law asks for of this project, and whether each is given."""
    del project, pack
    return []


def requirements_asked(project: Project, pack: str) -> list[dict[str, Any]]:
    """The requirements that a project answers in words, and what it says."""
    del project, pack
    return []


def offered_rows(project: Project, pack: str, part: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Rows that the form proposes: a paper that is asked for and not there, a requirement without an answer."""
    if part == "papers":
        missing = [each for each in papers_asked(project, pack) if not each["given"]]
        return {"papers": [{"kind": each["kind"]} for each in missing]}
    if part == "reuse":
        silent = [each for each in requirements_asked(project, pack) if not each["said"]]
        return {"statements": [{"requirement": each["id"]} for each in silent]}
    return {}
