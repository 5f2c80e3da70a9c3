"""`/open`: the register of projects for everyone: what is built, for whom, how much, by when, is it late.

Layer 2. It says what `/projects` says, from the same rows, to every reader the same. Legal ground: Nghị định
224/2026/NĐ-CP article 24 (publication), Luật Tiếp cận thông tin 2016.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import projects_words
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.open_words import as_of, by_when, money_words, now, standing_names, text_of
from maidinh.channels.web.projects_choices import by_name, source_names
from maidinh.governance.appraisal.queries import approvals_of, newest_verdicts
from maidinh.governance.projects import rules
from maidinh.governance.projects.figures import RegisterRow, chosen, cost_lines
from maidinh.governance.projects.queries import register_rows
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.workbooks.separated import csv_bytes

PER_PAGE = 20
READ = "architecture.read"
FILTERS = ("q", "state", "agency", "year", "source", "late")
LONGEST = 120
MINE = "mine"
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Register:
    """The register as a reader asked for it: what they asked, all rows, those that were chosen, the moment."""

    wanted: dict[str, str]
    rows: list[RegisterRow]
    found: list[RegisterRow]
    at: datetime
    today: date

    @property
    def counted(self) -> list[RegisterRow]:
        """What was chosen, with only the costs of the year or source that was asked for."""
        return cost_lines(self.found, year=self.wanted["year"], source=self.wanted["source"])

    @property
    def changed(self) -> datetime | None:
        """When the register last changed."""
        return max((each.changed for each in self.rows), default=None)

    def query(self, **more: str) -> str:
        """What the address keeps of the filters, ready for something more."""
        kept = {name: value for name, value in {**self.wanted, **more}.items() if value}
        return f"?{urlencode(kept)}"


def register_of(request: HttpRequest) -> Register:
    """The register by the filters of the address; what is no filter's value finds nothing, and breaks nothing."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    wanted = {name: request.GET.get(name, "")[:LONGEST].replace("\0", "").strip() for name in FILTERS}
    if wanted["agency"] == MINE:
        wanted["agency"] = next(iter(sorted(actor.agencies)), "")
    at, today = now()
    rows = register_rows()
    found = chosen(
        rows, state=wanted["state"], agency=wanted["agency"], year=wanted["year"], source=wanted["source"],
        late_on=today if wanted["late"] else None,
    )  # fmt: skip
    asked = fold(wanted["q"]).split()
    if asked:
        found = [row for row in found if all(word in _searched(row) for word in asked)]
    return Register(wanted, rows, found, at, today)


def register(request: HttpRequest) -> HttpResponse:
    """The list, by agency, state, year and source, found by words with or without diacritics."""
    of = register_of(request)
    shown = Paginator(of.found, PER_PAGE).get_page(request.GET.get("page", "")[:9])
    agencies = agency_names(language())
    context = choices(of, agencies, request) | {
        "page": shown, "lines": lines(list(shown), agencies, of.today), "figures": figures(of),
        "query": f"{of.query()}&" if of.query() != "?" else "?",
    }  # fmt: skip
    return render(request, "open/register.html", context)


def register_file(request: HttpRequest) -> HttpResponse:
    """All that was chosen, as a CSV file."""
    of = register_of(request)
    names = (
        "code", "title", "owner_code", "owner", "state", "standing", "total", "approved_total", "asked_total",
        "begins", "ends", "late", "verdict", "verdict_on", "log_entry", "decision", "decided_on", "as_of",
    )  # fmt: skip
    found = [record(each, of) for each in told_of(of.found, of)]
    table = [[_cell(each[name]) for name in names] for each in found]
    return attachment(csv_bytes([names, *table]), "projects.csv", CSV)


def told_of(rows: Sequence[RegisterRow], of: Register) -> list[dict[str, Any]]:
    """Rows with their verdict and decision, by two queries however many they are."""
    del of
    keys = [each.pk for each in rows]
    verdicts, approvals = newest_verdicts(keys), approvals_of(keys)
    agencies = agency_names(language())
    return [
        {
            "row": each, "owner": agencies.get(each.owner, each.owner), "verdict": verdicts.get(each.pk),
            "approval": approvals.get(each.pk),
        }
        for each in rows
    ]  # fmt: skip


def record(told: dict[str, Any], of: Register) -> dict[str, Any]:
    """One project as open data: the fields of docs/reference/open-data.md."""
    row, verdict, approval = told["row"], told["verdict"], told["approval"]
    approved = row.standing == "approved"
    return {
        "code": row.code,
        "title": text_of(row.title),
        "summary": text_of(row.summary),
        "owner_code": row.owner,
        "owner": told["owner"],
        "kind": row.kind,
        "state": row.state,
        "standing": row.standing,
        "total": row.total,
        "approved_total": row.total if approved else 0,
        "asked_total": row.total if row.standing == "asked" else 0,
        "costs": [
            {"year": int(each["year"]), "source": each["source"], "kind": each["kind"], "amount": int(each["amount"])}
            for each in row.costs
        ],
        "begins": row.begins,
        "ends": row.ends,
        "late": bool(row.late_stages(of.today)),
        "verdict": verdict.result if verdict else None,
        "verdict_on": verdict.given_at.date() if verdict else None,
        "project_hash": verdict.project_hash if verdict else None,
        "log_entry": verdict.entry if verdict else None,
        "decision": approval.decision if approval else None,
        "decided_on": approval.decided_on if approval else None,
        "as_of": of.at,
    }


def lines(rows: Sequence[RegisterRow], agencies: dict[str, str], today: date) -> list[dict[str, Any]]:
    """Projects as the list shows them."""
    states = projects_words.state_names()
    return [
        {
            "row": each, "title": text_of(each.title), "summary": text_of(each.summary),
            "owner": agencies.get(each.owner, each.owner), "state": states[each.state],
            "tone": projects_words.TONES[each.state], "money": money_words(each.total), "when": by_when(each, today),
        }
        for each in rows
    ]  # fmt: skip


def figures(of: Register) -> list[dict[str, Any]]:
    """The few figures at the head: how many, how much is approved, how much is asked for, how many are late."""
    totals = {name: sum(each.total for each in of.found if each.standing == name) for name in ("approved", "asked")}
    late = sum(1 for each in of.found if each.late_stages(of.today))
    return [
        {"value": len(of.found), "text": _("projects found")},
        {"value": money_words(totals["approved"]), "text": _("to build or buy, approved")},
        {"value": money_words(totals["asked"]), "text": _("asked for, not approved yet")},
        {"value": late, "text": _("projects late"), "tone": "late" if late else "",
         "href": reverse("open-projects") + of.query(late="1")},
    ]  # fmt: skip


def choices(of: Register, agencies: dict[str, str], request: HttpRequest) -> dict[str, Any]:
    """What can be filtered by: only what some project has."""
    names, standings, sources = projects_words.state_names(), standing_names(), source_names()
    present = {each.state for each in of.rows}
    years = sorted({str(line["year"]) for each in of.rows for line in each.costs})
    used = {str(line["source"]) for each in of.rows for line in each.costs}
    groups = {each.standing for each in of.rows} & {"approved", "asked"}
    actor: Actor = request.actor  # type: ignore[attr-defined]
    mine = bool(actor.agencies) and bool({each.owner for each in of.rows} & set(actor.agencies))
    return {
        "wanted": of.wanted,
        "states": [
            ("", _("all")),
            *((each, _("money %(standing)s") % {"standing": standings[each]}) for each in sorted(groups)),
            *((each, names[each]) for each in rules.STATES if each in present),
        ],
        "agencies": [("", _("all")), *by_name({each.owner: agencies.get(each.owner, each.owner) for each in of.rows})],
        "years": [("", _("all")), *((each, each) for each in years)],
        "sources": [("", _("all")), *by_name({each: sources.get(each, each) for each in used})],
        "as_of": as_of(of.at, of.changed),
        "mine": mine,
        "address": of.query() if of.query() != "?" else "",
    }  # fmt: skip


def _searched(row: RegisterRow) -> str:
    return fold(" ".join(filter(None, (row.code, *row.title.values(), *row.summary.values()))))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


ROUTES = [
    page("open", register, name="open-projects", who=READ),
    page("open/projects.csv", register_file, name="open-projects-file", who=READ),
]
