"""Where a project stands: its legal clock with each body's share, what was asked, verdict, exceptions, approval.

Layer 2. The public is told by agency, in plain words; what an appraiser asked for is for who reads the dossier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.timing import time_left
from maidinh.channels.web import projects_words as words
from maidinh.channels.web.context import language
from maidinh.channels.web.projects_choices import source_names
from maidinh.channels.web.projects_faults import place_of
from maidinh.channels.web.projects_forms import sums
from maidinh.channels.web.projects_words import component_state_names
from maidinh.governance.appraisal.clock import Share
from maidinh.governance.appraisal.queries import clock_of, exceptions_for, verdict_stands
from maidinh.governance.projects.queries import Project, events_for, reports_for
from maidinh.governance.projects.rules import ACCEPTED, APPRAISED, COMPLETED, IN_FORCE, MERGED
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names

REPORTED = (COMPLETED, ACCEPTED, MERGED, IN_FORCE)


def standing(actor: Actor, row: Project, at: datetime, *, inside: bool, writable: bool) -> dict[str, Any]:
    """All that is told of where it stands; `inside` for who reads the dossier, `writable` for who writes in it."""
    agencies = agency_names(language())
    appraisal = row.appraisals.order_by("-number").first()
    shares = _shares(appraisal, agencies, at) if appraisal is not None else []
    running = [each for each in shares if each["running"] and each["due"] is not None]
    now = min(running, key=lambda each: each["due"], default=None)  # what the body has to do next, before the whole
    return {
        "appraisal": appraisal if inside else None,
        "shares": shares,
        "until": now["due"] if now else None,
        "left": now["left"] if now else None,
        "supplements": _supplements(row, agencies, inside=inside, writable=writable),
        "verdicts": _verdicts(row),
        "exceptions": _exceptions(actor, row, agencies),
        "approval": getattr(row, "approval", None),
        "reports": _reports(row, agencies),
        "events": _events(actor, row, agencies, inside=inside),
    }


def money(project: Any) -> dict[str, Any]:
    """What it costs, by year and source."""
    costs = [each.model_dump() for each in project.costs]
    return sums(costs, source_names(), project.total)


def _shares(appraisal: Any, agencies: Mapping[str, str], at: datetime) -> list[dict[str, Any]]:
    """Each body's share of the legal time, in order."""
    found, roles = [], _holder_names()
    reported = appraisal.project.events.filter(kind="completed").order_by("-pk").first()
    for share in _told_of(
        clock_of(appraisal, at), reported.at if reported and appraisal.project.state in REPORTED else None
    ):
        running = (
            share.started_at is not None
            and share.ended_at is None
            and (
                appraisal.closed_at is None
                or appraisal.project.state == APPRAISED  # then whoever decides has their share
            )
        )
        if share.started_at is None and appraisal.closed_at is not None and share.holder == "design":
            continue  # nobody passed it on
        waiting = share.stands
        left = time_left(share.due_at, at) if running and share.due_at and not waiting else None
        state = _("not begun")
        if share.ended_at is not None:
            state = _("done, late") if share.late else _("done")
        elif running:
            state = _("stands still") if waiting else _("late") if share.late else _("running")
        found.append({
            "title": _in_language(share.title), "who": agencies.get(share.holder) or roles.get(share.holder, "–"),
            "started": share.started_at, "due": share.due_at, "ended": share.ended_at, "state": state,
            "tone": "late" if share.late else "wait" if running and waiting else "info" if running else "neutral",
            "running": running, "left": left,
        })  # fmt: skip
    return found


def _told_of(shares: list[Share], reported_at: datetime | None) -> list[Share]:
    """The shares; that of the owner, who has no turn, ends with the report itself."""
    if reported_at is None:
        return shares
    own = [each.holder == "owner" and each.started_at is None for each in shares]
    return [replace(each, ended_at=reported_at) if its else each for each, its in zip(shares, own, strict=True)]


def _holder_names() -> dict[str, str]:
    """Who has a share of the time before it is known which agency."""
    return {
        "focal": _("the focal body of the appraisal"), "design": _("the body that appraises the design"),
        "appraiser": _("the appraising body"), "decider": _("who decides on the project"), "owner": _("the owner"),
    }  # fmt: skip


def _supplements(row: Project, agencies: Mapping[str, str], *, inside: bool, writable: bool) -> list[dict[str, Any]]:
    """What was asked for, the newest first; each defect with the place where it is mended."""
    found = []
    for appraisal in row.appraisals.order_by("-number"):
        for each in appraisal.supplements.order_by("-number"):
            defects = []
            for defect in each.defects if inside else ():
                place = place_of(str(defect.get("field", "")), row.project)
                defects.append({
                    "label": place.label or _("The project as a whole"), "says": defect.get("says", ""),
                    "basis": defect.get("basis", ""), "href": place.href(row.code) if writable else "",
                })  # fmt: skip
            found.append({
                "supplement": each, "agency": agencies.get(each.asked_agency, each.asked_agency), "defects": defects,
                "count": len(each.defects), "reason": each.reason if inside else "", "open": each.answered_at is None,
            })  # fmt: skip
    return found


def _verdicts(row: Project) -> list[dict[str, Any]]:
    names = words.verdict_names()
    found = []
    for each in row.verdicts.select_related("version", "revision").order_by("-given_at"):
        stands = verdict_stands(each)
        found.append({
            "verdict": each, "name": names.get(each.result, each.result), "stands": stands,
            "tone": words.VERDICT_TONES.get(each.result, "neutral"),
            "version": each.version.version, "revision": each.revision.number,
            "conditions": each.conditions, "met": set(each.met.values_list("condition", flat=True)),
        })  # fmt: skip
    return found


def _exceptions(actor: Actor, row: Project, agencies: Mapping[str, str]) -> list[dict[str, Any]]:
    names = {"asked": _("asked for"), "granted": _("granted"), "refused": _("refused"), "ended": _("ended")}
    tones = {"asked": "wait", "granted": "good", "refused": "stopped", "ended": "neutral"}
    return [
        {
            "exception": each, "state": names.get(each.state, each.state), "tone": tones.get(each.state, "neutral"),
            "agency": agencies.get(each.agency, each.agency),
        }
        for each in exceptions_for(actor).filter(project=row)
    ]  # fmt: skip


def _reports(row: Project, agencies: Mapping[str, str]) -> list[dict[str, Any]]:
    """The newest report of each component of the project."""
    names, newest = component_state_names(), {}
    for each in reports_for(project=row):
        newest.setdefault(each.element, each)
    return [
        {
            "report": each, "state": names.get(each.state, each.state), "tone": words.COMPONENT_TONES[each.state],
            "agency": agencies.get(each.agency, each.agency),
        }
        for each in newest.values()
    ]  # fmt: skip


def _events(actor: Actor, row: Project, agencies: Mapping[str, str], *, inside: bool) -> list[dict[str, Any]]:
    """What happened, the newest first, by agency; reasons only for who reads the dossier."""
    found, last = [], ""
    for event in events_for(actor, row):
        last, before = event.kind.rpartition(".")[2], last
        if last == before == "revised":
            continue  # one line for a sitting of changes: the newest
        told = event.details.get("reason") or event.details.get("summary") or event.details.get("record") or ""
        found.append({
            "title": words.event_title(event.kind, event.details), "at": event.at,
            "who": agencies.get(event.agency, event.agency), "text": told if inside else "",
        })  # fmt: skip
    return found


def late_schedule(row: Project, today: date) -> list[Any]:
    """The stages that should have ended and whose project is still being built."""
    return [each for each in row.project.schedule if each.ends < today] if row.state == "building" else []


def _in_language(text: Any) -> str:
    return text if isinstance(text, str) else str(text.in_language(language()))
