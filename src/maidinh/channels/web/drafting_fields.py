"""The fields of elements, relations, principles and views as forms and tables show them: their order, names, widgets.

Layer 2. A field's `path` is where its value stands in the item; `options` names the list of values it is chosen from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maidinh.governance.drafting.content import parts

Label: TypeAlias = str | Promise


@dataclass(frozen=True)
class Field:
    """One field. Widgets: text, long, select, suggest (free, with suggestions), date, check, lines, calls, legal."""

    name: str
    label: Label
    widget: str = "text"
    options: str = ""
    hint: Label = ""
    width: int | None = None
    number: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """Where its value stands in the item."""
        return tuple(self.name.split("."))


@dataclass(frozen=True)
class Group:
    """Fields that belong together under a heading; `open`: shown unfolded also when nothing is in it."""

    legend: Label
    fields: tuple[Field, ...]
    open: bool = False


ONE_A_LINE = _("One on each line.")
CALLS = _("One on each line, such as GET /parcels/*.")

PROVENANCE = Group(
    _("Where this is known from"),
    (
        Field("source", _("Source")),
        Field("confidence", _("Confidence"), "select", "confidence"),
        Field("checked", _("Checked against its source"), "check"),
        Field("sample", _("Sample, not a fact"), "check"),
        Field("note", _("Note"), "long"),
    ),
)
DOCUMENTATION = (
    Field("documentation.vi", _("Documentation in Vietnamese"), "long"),
    Field("documentation.en", _("Documentation in English"), "long"),
)
ELEMENT = (
    Group(
        _("What it is"),
        (
            Field("kind", _("Kind"), "select", "kinds"),
            Field("name.vi", _("Name in Vietnamese")),
            Field("name.en", _("Name in English")),
            Field("layer", _("Layer"), "select", "layers", number=True),
            Field("description.vi", _("Description in Vietnamese"), "long"),
            Field("description.en", _("Description in English"), "long"),
        ),
        open=True,
    ),
    Group(
        _("Whose it is"),
        (
            Field("owner", _("Owner"), "select", "agencies"),
            Field("operator", _("Run by"), "suggest", "agencies", hint=_("The code of an agency, or another name.")),
        ),
        open=True,
    ),
    Group(
        _("Life-cycle"),
        (
            Field("state", _("State"), "select", "states"),
            Field("since", _("Since"), hint=_("As its source says it, such as 2019."), width=20),
            Field("dates.planned", _("Planned from"), "date"),
            Field("dates.live", _("In use from"), "date"),
            Field("dates.retiring", _("Being retired from"), "date"),
            Field("dates.retired", _("Retired from"), "date"),
        ),
    ),
    Group(
        _("Network and security"),
        (
            Field("zone", _("Network zone"), "suggest", "zones"),
            Field("security_level", _("Security level"), "select", "levels", number=True),
            Field("security_basis.text", _("Article or decision for the level"), "legal"),
            Field("security_basis.checked", _("The article was looked up"), "check"),
            Field("personal_data", _("Holds personal data"), "check"),
            Field("masters", _("Authoritative for"), "lines", hint=ONE_A_LINE),
        ),
    ),
    Group(
        _("On the exchange"),
        (
            Field("subsystem", _("Subsystem code"), hint=_("Letters, digits and ' ( ) + , . = ? - only."), width=20),
            Field("interface.system", _("Offered by the system"), "suggest", "elements"),
            Field("interface.service", _("Service code"), width=20),
            Field("interface.endpoint", _("Where it listens"), hint=_("A name of the deployment, or an address.")),
            Field("interface.methods", _("Calls that it offers"), "calls", hint=CALLS),
        ),
    ),
    Group(
        _("Classification and technology"),
        (
            Field("reference", _("In the framework"), "lines", "components", hint=ONE_A_LINE),
            Field("classification.brm", _("Business reference model (BRM)"), "lines", hint=ONE_A_LINE),
            Field("classification.drm", _("Data reference model (DRM)"), "lines", hint=ONE_A_LINE),
            Field("classification.arm", _("Application reference model (ARM)"), "lines", hint=ONE_A_LINE),
            Field("classification.trm", _("Technology reference model (TRM)"), "lines", hint=ONE_A_LINE),
            Field("classification.srm", _("Security reference model (SRM)"), "lines", hint=ONE_A_LINE),
            Field("technology", _("Technology"), "lines", hint=ONE_A_LINE),
        ),
    ),
    Group(
        _("Codes"),
        (
            Field("codes.local", _("Our own code"), width=20),
            Field("codes.source", _("Code in the source system"), width=20),
            Field("codes.national", _("National code"), hint=_("Only as the ministry gave it."), width=20),
        ),
    ),
    Group(_("Documentation"), DOCUMENTATION),
    PROVENANCE,
)
RELATION = (
    Group(
        _("What it is"),
        (
            Field("from", _("From"), "suggest", "elements", hint=_("The id or the name of a component.")),
            Field("kind", _("Kind"), "select", "relation-kinds"),
            Field("to", _("To"), "suggest", "elements", hint=_("The id or the name of a component.")),
            Field("name.vi", _("Name in Vietnamese")),
            Field("name.en", _("Name in English")),
            Field("access", _("Access"), "select", "access"),
            Field("strength", _("Strength of the influence"), width=10),
            Field("directed", _("Direction of an association"), "select", "directions"),
        ),
        open=True,
    ),
    Group(
        _("Contract"),
        (
            Field("contract.id", _("Contract number"), width=20),
            Field("contract.purpose.vi", _("Purpose in Vietnamese"), "long"),
            Field("contract.purpose.en", _("Purpose in English"), "long"),
            Field("contract.methods", _("Calls allowed"), "calls", hint=CALLS),
            Field("contract.fields", _("Fields"), "lines", hint=ONE_A_LINE),
            Field("contract.legal_basis", _("Legal basis"), "laws",
                  hint=_("One on each line. What is added here counts as not yet checked.")),
            Field("contract.valid_from", _("Valid from"), "date"),
            Field("contract.valid_to", _("Valid to"), "date"),
        ),
    ),
    Group(_("Documentation"), DOCUMENTATION),
    PROVENANCE,
)  # fmt: skip
PRINCIPLE = (
    Group(
        _("What it is"),
        (
            Field("kind", _("Kind"), "select", "principle-kinds"),
            Field("statement.vi", _("Statement in Vietnamese"), "long"),
            Field("statement.en", _("Statement in English"), "long"),
        ),
        open=True,
    ),
    PROVENANCE,
)
HEADER_FIELDS = (
    Field("title.vi", _("Title in Vietnamese")),
    Field("title.en", _("Title in English")),
    Field("effective_from", _("Takes effect"), "date", hint=_("The day from which the version is to be in force.")),
    Field("note.vi", _("Note in Vietnamese"), "long"),
    Field("note.en", _("Note in English"), "long"),
    *DOCUMENTATION,
)
VIEW = (
    Group(
        _("What it is"),
        (
            Field("name.vi", _("Name in Vietnamese")),
            Field("name.en", _("Name in English")),
            Field("viewpoint", _("Viewpoint")),
            *DOCUMENTATION,
        ),
        open=True,
    ),
    PROVENANCE,
)
FORMS: dict[str, tuple[Group, ...]] = {
    "elements": ELEMENT, "relations": RELATION, "principles": PRINCIPLE, "views": VIEW,
}  # fmt: skip
BEGUN_AND_TAKEN_OUT = ("elements", "relations", "principles")  # a view is drawn elsewhere, and comes by file
WITH_PROPERTIES = ("elements", "relations")
COSTS = (("cost.build", _("Cost of building")), ("cost.run", _("Cost of a year's running")))
OPTIONAL = (  # parts that are left out where nothing is in them, the inner ones first
    ("contract", "purpose"), ("contract",), ("interface",), ("description",), ("documentation",), ("dates",),
    ("security_basis",), ("cost",), ("codes",),
)  # fmt: skip
BULK = {
    "elements": (
        "owner", "operator", "kind", "layer", "state", "since", "zone", "security_level", "personal_data", "masters",
        "reference", "classification.brm", "classification.drm", "classification.arm", "classification.trm",
        "classification.srm", "technology", "source", "confidence", "checked", "sample",
    ),
    "relations": ("kind", "access", "directed", "source", "confidence", "checked", "sample"),
    "principles": ("kind", "source", "confidence", "checked", "sample"),
    "views": ("viewpoint", "source", "confidence", "checked", "sample"),
}  # fmt: skip
HEADER_LABELS: dict[str, Label] = {each.name: each.label for each in HEADER_FIELDS} | {"framework": _("Framework")}
OTHER_LABELS: dict[str, Label] = {
    "nodes": _("Boxes of the view"), "connections": _("Lines of the view"), "properties": _("Property"),
    "name": _("Name"), "description": _("Description"), "documentation": _("Documentation"), "dates": _("Dates"),
    "interface": _("Interface"), "contract": _("Contract"), "cost": _("Costs"), "codes": _("Codes"),
    "statement": _("Statement"), "classification": _("Classification"), "security_basis": _("Basis of the level"),
    "title": _("Title"), "note": _("Note"), "#order": _("Order"), "viewpoint": _("Viewpoint"), "box": _("Place"),
}  # fmt: skip


def fields(section: str) -> Iterator[Field]:
    """Every field of the form of a section."""
    for group in FORMS[section]:
        yield from group.fields


def field_called(section: str, name: str) -> Field | None:
    """The field of this name."""
    return next((each for each in fields(section) if each.name == name), None)


def bulk_fields(section: str) -> list[Field]:
    """The fields that many items can be given at once."""
    known = {each.name: each for each in fields(section)}
    return [known[name] for name in BULK[section]]


def section_names() -> dict[str, str]:
    """What each section of an architecture is called."""
    return {
        "header": gettext("Title and dates"),
        "elements": gettext("Components"),
        "relations": gettext("Relations"),
        "principles": gettext("Principles and targets"),
        "views": gettext("Views"),
        "folders": gettext("Folders"),
        "property_definitions": gettext("Kinds of properties"),
    }


def label_of(section: str, path: str) -> str:
    """What a field is called, by its path; the rest of a path that has no name of its own is shown as it is."""
    way = parts(path)
    known: dict[tuple[str, ...], Label] = {(each,): label for each, label in OTHER_LABELS.items()}
    known |= {tuple(each.split(".")): label for each, label in HEADER_LABELS.items()} if section == "header" else {}
    if section in FORMS:
        known |= {each.path: each.label for each in fields(section)}
        known |= {tuple(name.split(".")): label for name, label in COSTS}
    for length in range(len(way), 0, -1):
        if way[:length] in known:
            return _joined(str(known[way[:length]]), way[length:])
    return ".".join(way)


def _joined(label: str, rest: Sequence[Any]) -> str:
    return " › ".join((label, *map(str, rest)))
