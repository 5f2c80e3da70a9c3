"""Which papers the law asks for of a project, and which of them it has.

Layer 4, governance. Pure. Legal ground: the papers' own, in the pack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from maidinh.governance.appraisal.definition import AppraisalPack, PaperKind
from maidinh.governance.projects.definition import Paper, Project
from maidinh.infrastructure.definitions.definition import Text


@dataclass(frozen=True)
class Required:
    """A paper that is asked for, the one that was given, and what made it be asked for."""

    paper: PaperKind
    given: Paper | None
    why: Text

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        given = None if self.given is None else self.given.model_dump(mode="json", exclude_none=True)
        return {
            "paper": self.paper.id,
            "title": self.paper.title.model_dump(exclude_none=True),
            "basis": [each.model_dump() for each in self.paper.basis],
            "given": given,
            "why": self.why.model_dump(exclude_none=True),
        }


def required_papers(pack: AppraisalPack, project: Project) -> list[Required]:
    """Every paper that this project's kind, group, steps, sources and amount ask for, in the order of the pack."""
    given = {each.kind: each for each in reversed(project.papers) if each.number or each.file or each.sha256}
    return [Required(each, given.get(each.id), each.why) for each in pack.papers if pack.holds(each.when, project)]
