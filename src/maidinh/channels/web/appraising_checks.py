"""What the automatic checks said of a project, and the shares of its clock, as pages show them. Layer 2.

The assessment is the one that was kept with the appraisal (`governance/appraisal/checking`, as JSON).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from maidinh.channels.web import appraising_fields, appraising_words, projects_words
from maidinh.channels.web.appraising_words import RESULT_TONES, text
from maidinh.channels.web.context import language
from maidinh.channels.web.findings import SEVERITY_TONES, severity_names
from maidinh.channels.wording import budget_in_words
from maidinh.governance.appraisal.clock import Share
from maidinh.governance.appraisal.definition import AppraisalPack
from maidinh.governance.appraisal.rules import GRADES, NOT_MET, UNDETERMINED
from maidinh.governance.projects.definition import Project
from maidinh.infrastructure.organisations.queries import agency_names

TO_JUDGE = (NOT_MET, UNDETERMINED)
DOSSIER = "dossier"  # the requirement that the papers are there, in every pack


class Checks:
    """An assessment in the reader's language: its requirements with their results, findings, platforms, papers."""

    def __init__(self, assessment: Mapping[str, Any], pack: AppraisalPack) -> None:
        self.assessment, self.pack = assessment, pack
        self.requirements = {each.id: each for each in pack.requirements}
        self.names, self.severities = result_names(pack), severity_names()
        self.results = [self._result(each) for each in assessment.get("results", ())]

    @property
    def counts(self) -> list[dict[str, Any]]:
        """How many requirements have each of the four results."""
        found = Counter(each["result"] for each in self.results)
        return [
            {"text": self.names[each], "value": found[each], "tone": RESULT_TONES[each]}
            for each in GRADES
            if found[each]
        ]

    @property
    def to_judge(self) -> list[dict[str, Any]]:
        """The requirements that a person must look at, those that are not met first."""
        found = [each for each in self.results if each["result"] in TO_JUDGE]
        return sorted(found, key=lambda each: TO_JUDGE.index(each["result"]))

    @property
    def settled(self) -> list[dict[str, Any]]:
        """The requirements that the checks found met, or that do not apply."""
        return [each for each in self.results if each["result"] not in TO_JUDGE]

    @property
    def introduced(self) -> list[dict[str, Any]]:
        """What the change would break."""
        return self._findings("introduced")

    @property
    def mended(self) -> list[dict[str, Any]]:
        """What the change mends."""
        return self._findings("mended")

    @property
    def standing(self) -> int:
        """How many findings the architecture has with or without the project."""
        kept = self.assessment.get("standing", ())
        return kept if isinstance(kept, int) else len(kept)

    @property
    def reuse(self) -> list[dict[str, Any]]:
        """The shared platforms that could serve the project, who uses them, and what the project says."""
        agencies, decisions = agency_names(language()), projects_words.decision_names()
        return [
            {
                "name": text(each.get("name")) or each["platform"],
                "owner": agencies.get(each.get("owner") or "", each.get("owner") or ""),
                "consumers": [text(one) for one in each.get("consumers", ())],
                "decision": decisions.get(each.get("decision") or "", ""),
                "reason": text(each.get("reason")),
            }
            for each in self.assessment.get("reuse", ())
        ]

    @property
    def papers(self) -> list[dict[str, Any]]:
        """The papers that the law asks for, and whether they are there."""
        return [
            {
                "title": text(each.get("title") or each.get("paper")),
                "given": bool(each.get("given")),
                "number": (each.get("given") or {}).get("number", "") if isinstance(each.get("given"), Mapping) else "",
                "why": text(each.get("why") or each.get("basis")),
            }
            for each in self.assessment.get("papers", ())
        ]

    def defects(self, project: Project) -> list[dict[str, str]]:
        """What is not met, as defects to begin a request with, each tied to the field where it is mended."""
        return [
            {
                "field": field_of(each, project),
                "says": "\n".join(part for part in (each["says"], *each["proof"], each["remedy"]) if part),
                "basis": each["basis"],
            }
            for each in self.results
            if each["result"] == NOT_MET
        ]

    def _result(self, each: Mapping[str, Any]) -> dict[str, Any]:
        requirement = self.requirements.get(each["requirement"])
        title = each.get("title") or (requirement.title if requirement else each["requirement"])
        proof = [one for one in each.get("proof", ()) if one.get("against")] or list(each.get("proof", ()))
        return {
            "id": each["requirement"],
            "title": text(title),
            "result": each["result"],
            "name": self.names[each["result"]],
            "tone": RESULT_TONES[each["result"]],
            "says": text(each.get("says")),
            "basis": text(each.get("basis")),
            "proof": [text(one) for one in proof],
            "elements": [one["element"] for one in proof if one.get("element")],
            "remedy": text(each.get("remedy")),
            "fixed": each["result"] == NOT_MET and requirement is not None and requirement.answered_by == "check",
            "by_person": requirement is not None and requirement.answered_by == "appraiser",
            "findings": [self._finding(one) for one in each.get("findings", ())],
        }

    def _findings(self, name: str) -> list[dict[str, Any]]:
        return [self._finding(each) for each in self.assessment.get(name, ())]

    def _finding(self, each: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "rule": each.get("rule", ""),
            "href": reverse("rule", kwargs={"rule": each["rule"]}) if each.get("rule") else "",
            "subject": each.get("subject", ""),
            "name": text(each.get("name")) or each.get("subject", ""),
            "message": text(each.get("message")),
            "remedy": text(each.get("remedy")),
            "severity": self.severities.get(each.get("severity", ""), ""),
            "tone": SEVERITY_TONES.get(each.get("severity", ""), "neutral"),
        }


def result_names(pack: AppraisalPack) -> dict[str, str]:
    """What the four results are called, by the law of the project."""
    return {each.id: text(each.name) for each in pack.results}


def field_of(result: Mapping[str, Any], project: Project) -> str:
    """Where in the form a requirement is mended: the changed thing that a finding is about, else the statement."""
    changed = {each.item for each in project.changes}
    about = [*(each["subject"] for each in result["findings"]), *result["elements"]]
    if about:
        return next((f"changes.{each}" for each in about if each in changed), "changes")
    if result["id"] == DOSSIER:
        return "papers"
    stated = f"statements.{result['id']}"
    return stated if any(path == stated for path, _name in appraising_fields.choices(project)) else "statements"


def shares_in_words(shares: Sequence[Share], at: datetime, agencies: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each body's share of the clock: how much it has, since when, until when, and how it stands."""
    holders = appraising_words.holder_names()
    rows = []
    for share in shares:
        if share.started_at is None:
            said = _("not begun")
        elif share.ended_at is not None:
            said = _("ended late") if share.late else _("ended in time")
        else:
            said = ""
        running = share.started_at is not None and share.ended_at is None
        rows.append(
            {
                "title": text(share.title),
                "holder": holders.get(share.holder, agencies.get(share.holder, share.holder)),
                "budget": budget_in_words(share.budget),
                "part": share.part_of is not None,
                "share": share,
                "left": appraising_words.left(share.due_at, at, stands=share.stands) if running else None,
                "said": said,
            }
        )
    return rows
