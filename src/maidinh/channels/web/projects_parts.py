"""The parts of a project's form: which fields and rows each has, what they are called, how they are typed.

Layer 2. A field's name is its path in the project's form, so that a fault told of that path leads to the field. What
is changed in the architecture has pages of its own (see projects_changes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Label: TypeAlias = str | Promise


@dataclass(frozen=True)
class Column:
    """A field, or a column of rows.

    Widgets: text, long, words (a text in Vietnamese), long-words, year, whole, money, decimal, date, select, radios,
    check, lines, laws, suggest, after (numbers of other rows), file (the digest of one that is kept).
    """

    name: str
    label: Label
    widget: str = "text"
    options: str = ""
    hint: Label = ""
    width: int | None = None
    required: bool = True


@dataclass(frozen=True)
class Rows:
    """Rows of one list of the project. `plain`: the list holds the values of its one column; `beside`: in one line."""

    name: str
    title: Label
    one: Label
    add: Label
    columns: tuple[Column, ...]
    identified: bool = False
    plain: bool = False
    beside: bool = False
    hint: Label = ""


@dataclass(frozen=True)
class Part:
    """A page of the form."""

    id: str
    title: Label
    hint: Label
    fields: tuple[Column, ...] = ()
    rows: tuple[Rows, ...] = ()
    holds: tuple[str, ...] = ()


GENERAL = Part(
    "general", _("The project in short"), _("What it is called, what it is for, whose it is."),
    fields=(
        Column("title.vi", _("Title")),
        Column("title.en", _("Title in English"), required=False),
        Column("summary.vi", _("What it is for"), "long", hint=_("Two or three sentences that anyone understands.")),
        Column("summary.en", _("What it is for, in English"), "long", required=False),
        Column("kind", _("Kind"), "radios", "kinds"),
        Column("group", _("Group of the project"), "select", "groups", required=False,
               hint=_("For an investment project only. Leave it empty where there is none.")),
        Column("design_steps", _("Steps of the design"), "select", "steps", required=False,
               hint=_("For an investment project only.")),
        Column("emergency", _("It is urgent by order of an authority"), "check", required=False),
        Column("began_on", _("Day on which the preparation began"), "date",
               hint=_("It decides by which law the project is appraised.")),
        Column("legal_basis", _("Legal basis"), "laws", required=False, hint=_("One on each line.")),
    ),
    holds=("title", "summary", "owner", "kind", "group", "design_steps", "emergency", "began_on", "architecture",
           "legal_basis", "id"),
)  # fmt: skip
CHANGES = Part(
    "changes", _("What changes in the architecture"),
    _("Systems, data, interfaces, connections, technology and zones that it adds, changes or retires."),
    holds=("changes",),
)  # fmt: skip
MONEY = Part(
    "money", _("Money"), _("What each year costs, from which source. Amounts are in dong."),
    fields=(
        Column("total", _("Total to build or buy, as the papers state it"), "money", required=False, width=20,
               hint=_("Leave it empty to take the sum of the rows below. You may write 3,5 tỷ or 850 triệu.")),
    ),
    rows=(
        Rows("costs", _("Costs by year and source"), _("Cost"), _("Add a row"), (
            Column("year", _("Year"), "year", width=4),
            Column("source", _("Source of the money"), "select", "sources"),
            Column("kind", _("Spent"), "select", "cost-kinds"),
            Column("amount", _("Amount"), "money", width=20),
            Column("component", _("For the component"), "select", "changed", required=False),
        ), beside=True),
    ),
    holds=("costs", "total"),
)  # fmt: skip
SCHEDULE = Part(
    "schedule", _("Schedule"), _("The stages, from when to when, and what has to end before."),
    rows=(
        Rows("schedule", _("Stages"), _("Stage"), _("Add a stage"), (
            Column("title", _("What is done"), "words"),
            Column("begins", _("Begins"), "date"),
            Column("ends", _("Ends"), "date"),
            Column("after", _("After which stages"), "after", required=False, width=10,
                   hint=_("Their numbers, such as 1, 2.")),
        ), identified=True),
        Rows("needs", _("Projects that must be finished before"), _("Project"), _("Add a project"), (
            Column("code", _("Code or name of the project"), "suggest", "projects"),
        ), plain=True),
    ),
    holds=("schedule", "needs"),
)  # fmt: skip
BENEFITS = Part(
    "benefits", _("Benefits"), _("What gets better, in figures: now, later, by which day."),
    rows=(
        Rows("benefits", _("Benefits"), _("Benefit"), _("Add a benefit"), (
            Column("title", _("What gets better"), "words"),
            Column("unit", _("Unit"), "words", width=10, hint=_("Such as days, percent, dossiers.")),
            Column("baseline", _("At present"), "decimal", width=10),
            Column("target", _("Target"), "decimal", width=10),
            Column("by", _("By"), "date"),
            Column("how", _("How it is measured"), "long-words", required=False),
            Column("measure", _("Figure that the system counts by itself"), "select", "measures", required=False,
                   hint=_("Then everyone sees what was reached, with no report. Leave it empty where none fits.")),
            Column("system", _("Of which system"), "select", "systems", required=False,
                   hint=_("For exchanges and running cost. Empty: of the whole province.")),
            Column("procedure", _("Of which procedure"), "suggest", "procedures", required=False,
                   hint=_("For dossiers: code or name. Empty: of all procedures.")),
        ), identified=True),
    ),
    holds=("benefits",),
)  # fmt: skip
SERVICES = Part(
    "services", _("Procedures and training"), _("Which procedures get better, who has to learn what."),
    rows=(
        Rows("procedures", _("Procedures that it improves"), _("Procedure"), _("Add a procedure"), (
            Column("code", _("Code or name of the procedure"), "suggest", "procedures"),
        ), plain=True),
        Rows("training", _("Training"), _("Training course"), _("Add a course"), (
            Column("agency", _("Whose people"), "select", "agencies"),
            Column("subject", _("What they learn"), "words"),
            Column("people", _("How many people"), "whole", width=5),
            Column("before", _("Before"), "date"),
        ), identified=True),
    ),
    holds=("procedures", "training"),
)  # fmt: skip
REUSE = Part(
    "reuse", _("Reuse and statements"), _("Which shared platforms it uses, and what it says to each requirement."),
    rows=(
        Rows("reuse", _("Shared platforms"), _("Platform"), _("Add a platform"), (
            Column("platform", _("Platform"), "select", "platforms"),
            Column("decision", _("The project"), "select", "decisions"),
            Column("reason", _("Why"), "long-words", required=False,
                   hint=_("Needed where the project builds its own.")),
        )),
        Rows("statements", _("What the project says to the requirements"), _("Statement"), _("Add a statement"), (
            Column("requirement", _("Requirement"), "select", "requirements"),
            Column("says", _("What the project says"), "long-words"),
            Column("not_applicable", _("Does not apply to this project; the reason is written above"), "check",
                   required=False),
        )),
    ),
    holds=("reuse", "statements"),
)  # fmt: skip
PAPERS = Part(
    "papers", _("Papers"), _("The papers that the law asks for, each with its number, day and file."),
    rows=(
        Rows("papers", _("Papers"), _("Paper"), _("Add a paper"), (
            Column("kind", _("Which paper"), "select", "papers"),
            Column("title", _("What it is called"), "words", required=False),
            Column("number", _("Number"), width=20, required=False),
            Column("dated", _("Day"), "date", required=False),
            Column("sha256", _("The file"), "file", "files", required=False),
            Column("file", _("Where it is kept"), required=False,
                   hint=_("Where the file is not uploaded here: its place in the document system.")),
        )),
    ),
    holds=("papers",),
)  # fmt: skip
PARTS = {each.id: each for each in (GENERAL, CHANGES, MONEY, SCHEDULE, BENEFITS, SERVICES, REUSE, PAPERS)}
ROWS = {rows.name: rows for part in PARTS.values() for rows in part.rows}


def part_holding(field: str) -> Part:
    """The part in which a path of the project's form is written."""
    first = field.partition(".")[0]
    return next((part for part in PARTS.values() if first in part.holds), GENERAL)


def after(part: Part) -> Part | None:
    """The part that follows; None after the last one."""
    order = list(PARTS.values())
    place = order.index(part) + 1
    return order[place] if place < len(order) else None
