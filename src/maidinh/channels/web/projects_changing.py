"""One change of the architecture as a form: only the fields that its kind needs, and the proposed change of it.

Layer 2. Fields, their labels and how they are typed are those of the drafts of the architecture (drafting_fields). A
value that was not touched is not part of the change.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from maidinh.channels.web.drafting_fields import Field, field_called
from maidinh.channels.web.drafting_inputs import Wrong, parsed, shown, typed
from maidinh.channels.web.drafting_values import Values
from maidinh.channels.web.projects_forms import free_key
from maidinh.governance.architecture.definition import ArchitectureVersion, Element, Relation
from maidinh.governance.drafting.content import value_at
from maidinh.governance.modelling.metamodel import LAYERED_KINDS
from maidinh.governance.projects.content import with_field
from maidinh.governance.projects.definition import ProposedChange

Label: TypeAlias = str | Promise
FORMS: dict[str, type[Element] | type[Relation]] = {"elements": Element, "relations": Relation}
WHY = Field("why", _("Why"), "long", hint=_("One sentence, for whoever appraises it."))
ON = Field("on", _("Out of use from"), "date")


@dataclass(frozen=True)
class Shape:
    """What the form of one kind of thing asks for. `needed` must be given for a new one."""

    title: Label
    hint: Label
    section: str
    kind: str
    fields: tuple[str, ...]
    needed: tuple[str, ...] = ()


WHAT = ("name.vi", "name.en", "description.vi", "owner")
SAFE = ("zone", "security_level", "security_basis.text", "personal_data")
CONTRACT = (
    "from", "to", "name.vi", "contract.purpose.vi", "contract.methods", "contract.fields", "contract.legal_basis",
    "contract.valid_from", "contract.valid_to",
)  # fmt: skip
SHAPES = {
    "system": Shape(
        _("An information system"), _("Software that people or other systems work with."), "elements",
        "information-system", (*WHAT, *SAFE, "technology", "subsystem"), ("name.vi", "owner"),
    ),
    "data": Shape(
        _("A database"), _("Data that are kept, and for what they are the authoritative source."), "elements",
        "database", (*WHAT, "masters", *SAFE), ("name.vi", "owner"),
    ),
    "interface": Shape(
        _("An interface"), _("Where a system answers the calls of others on the data exchange."), "elements",
        "interface", (*WHAT, "interface.system", "interface.service", "interface.endpoint", "interface.methods"),
        ("name.vi", "owner", "interface.system", "interface.service", "interface.endpoint", "interface.methods"),
    ),
    "connection": Shape(
        _("A connection with its contract"), _("One system calls an interface: what may flow, why, until when."),
        "relations", "flow", CONTRACT,
        ("from", "to", "contract.purpose.vi", "contract.methods", "contract.valid_from", "contract.valid_to"),
    ),
    "technology": Shape(
        _("A technology or product"), _("Such as an operating system or a database product."), "elements",
        "technology-product", ("name.vi", "name.en", "description.vi", "classification.trm"), ("name.vi",),
    ),
    "zone": Shape(
        _("A network zone"), _("A part of the network with its own protection."), "elements", "network-zone",
        (*WHAT, "security_level"), ("name.vi",),
    ),
    "platform": Shape(
        _("A shared platform"), _("Software that many agencies use together."), "elements", "shared-platform",
        (*WHAT, *SAFE, "technology", "subsystem"), ("name.vi", "owner"),
    ),
    "relation": Shape(
        _("Another relation"), _("For example: one system serves another, data are read by a system."), "relations",
        "", ("from", "kind", "to", "name.vi", "access"), ("from", "kind", "to"),
    ),
}  # fmt: skip
OF_KIND = {each.kind: name for name, each in SHAPES.items() if each.kind}
ANY_ELEMENT = (*WHAT, *SAFE, "technology")
LATER = ("state", "dates.live", "dates.retiring")


class ChangeForm:
    """The form of one change: of a thing that is there (`standing`), or of a new one of a shape.

    `before` is what the project says of it so far. `content` is the architecture with the project's other changes.
    """

    def __init__(
        self,
        section: str,
        values: Values,
        *,
        shape: str = "",
        standing: Mapping[str, Any] | None = None,
        before: ProposedChange | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.section, self.values, self.standing, self.before, self.data = section, values, standing, before, data
        self.errors: dict[str, str] = {}
        self.now: dict[str, Any] = copy.deepcopy(dict(standing or {}))
        if before is not None and before.value is not None:
            self.now = copy.deepcopy(before.value)
        for path, value in (before.set if before is not None else {}).items():
            with_field(self.now, FORMS[section], path, value)
        self.shape = SHAPES[shape or self._shape_name()]
        if not self.now and self.shape.kind:
            self.now["kind"] = self.shape.kind

    @property
    def adds(self) -> bool:
        """Whether the thing is new."""
        return self.standing is None

    def fields(self) -> list[Field]:
        """The fields that this kind of thing needs; of a standing thing also its state."""
        kind = str(self.now.get("kind", ""))
        names = self.shape.fields if kind in OF_KIND or self.section == "relations" else ANY_ELEMENT
        if self.section == "elements" and kind in LAYERED_KINDS:
            names = (*names[:2], "layer", *names[2:])
        if not self.adds:
            names = (*names, *(LATER if self.section == "elements" else ()))
            names = tuple(each for each in names if self.section == "elements" or each not in ("from", "to", "kind"))
        return [found for name in names if (found := field_called(self.section, name)) is not None]

    def rows(self) -> list[dict[str, Any]]:
        """The fields for the page."""
        why = {"vi": self.before.why.vi} if self.before is not None and self.before.why else {}
        holding = [(field, value_at(self.now, field.path)) for field in self.fields()] + [(WHY, why.get("vi"))]
        return [
            {
                "field": field, "widget": field.widget, "error": self.errors.get(field.name),
                "value": shown(field, self._offered(field, value)) if self.data is None else typed(field, self.data),
                "options": self.values.options(field.options, shown(field, value)) if field.widget == "select" else [],
            }
            for field, value in holding
        ]  # fmt: skip

    def read(self) -> ProposedChange | None:
        """The change that was typed; None where something is wrong, which `errors` says, or where nothing changes."""
        data, found = self.data or {}, copy.deepcopy(self.now)
        for field in self.fields():
            before = value_at(self.now, field.path)
            try:
                value = parsed(field, data, before, self.values)
            except Wrong as wrong:
                self.errors[field.name] = str(wrong)
                continue
            if self.adds and field.name in self.shape.needed and value in (None, "", []):
                words = {"label": field.label}
                self.errors[field.name] = gettext("Enter an answer for “%(label)s”") % words
            if value != before and not (value in (None, [], False) and before is None):
                with_field(found, FORMS[self.section], field.name, None if value in ([], "") else value)
        if self.errors:
            return None
        why = str(data.get("why", "")).strip()[:2000]
        made = self._added(found) if self.adds else self._changed(found)
        if made is None or not self._formed(made["value"] if self.adds else found):
            return None
        return ProposedChange.model_validate(made | ({"why": {"vi": why}} if why else {}))

    def _added(self, found: dict[str, Any]) -> dict[str, Any]:
        if "id" not in found:
            found = {"id": self._new_id(found), **found}
        if "contract" in found and not found["contract"].get("id"):
            found["contract"] = {"id": found["id"][:60], **found["contract"]}
        found.setdefault("checked", False)
        return {"action": "add", "section": self.section, "item": found["id"], "value": found}

    def _changed(self, found: dict[str, Any]) -> dict[str, Any] | None:
        """The fields that differ from what stands in the architecture, with those that have no field here."""
        standing = self.standing or {}
        names = {field.name: field.path for field in self.fields()}
        kept = {path: value for path, value in (self.before.set if self.before else {}).items() if path not in names}
        made = {
            name: value_at(found, path)
            for name, path in names.items()
            if value_at(found, path) != value_at(standing, path)
            and not (_is_nothing(value_at(found, path)) and _is_nothing(value_at(standing, path)))
        }
        if not kept | made:
            self.errors[""] = gettext(
                "Nothing differs from what stands in the architecture. Change a field, or go back."
            )
            return None
        item = str(standing["id"])
        return {"action": "change", "section": self.section, "item": item, "set": kept | made}

    def _formed(self, found: Mapping[str, Any]) -> bool:
        try:
            FORMS[self.section].model_validate(found)
        except ValidationError as error:
            known = {field.path: field for field in self.fields()}
            for detail in error.errors():
                way = tuple(map(str, detail["loc"]))
                field = next((known[way[:n]] for n in range(len(way), 0, -1) if way[:n] in known), None)
                words = {"label": field.label if field else ".".join(way)}
                text = gettext("“%(label)s” is not written as expected. Check it for mistakes") % words
                self.errors.setdefault(field.name if field else "", text)
            return False
        if found.get("kind") in LAYERED_KINDS and found.get("layer") is None:
            self.errors["layer"] = gettext("A component of this kind needs a layer")
        return not self.errors

    def _new_id(self, found: Mapping[str, Any]) -> str:
        taken = {each["id"] for name in FORMS for each in self.values.content.get(name, ())}
        if self.section == "elements":
            return free_key(str((found.get("name") or {}).get("vi", "")), taken)
        stem = f"{found.get('from')}--{found.get('kind')}--{found.get('to')}"
        number, made = 1, stem
        while made in taken:
            number += 1
            made = f"{stem}-{number}"
        return made

    def _offered(self, field: Field, value: Any) -> Any:
        """What a new thing most likely has: the layer that others of its kind have."""
        if value is not None or not self.adds or field.name != "layer":
            return value
        layers = Counter(
            each.get("layer") for each in self.values.content.get("elements", ()) if each["kind"] == self.shape.kind
        )
        return layers.most_common(1)[0][0] if layers else None

    def _shape_name(self) -> str:
        kind = str(self.now.get("kind", ""))
        if self.section == "relations":
            return "connection" if self.now.get("contract") or kind == "flow" else "relation"
        return OF_KIND.get(kind, "system")


def content_with(version: ArchitectureVersion, changes: list[ProposedChange]) -> dict[str, list[dict[str, Any]]]:
    """Elements and relations of a version as JSON, with what the changes add; for choosing from."""
    found: dict[str, list[dict[str, Any]]] = {
        name: [each.model_dump(mode="json", by_alias=True, exclude_defaults=True) for each in getattr(version, name)]
        for name in FORMS
    }
    for change in changes:
        if change.value is not None:
            found[change.section].append(change.value)
    return found


def retirement(section: str, item: str, on: str | None, why: str) -> ProposedChange:
    """The change that retires a thing."""
    said = {"why": {"vi": why}} if why else {}
    return ProposedChange.model_validate({"action": "retire", "section": section, "item": item, "on": on} | said)


def _is_nothing(value: Any) -> bool:
    return value in (None, "", [], {}, False)
