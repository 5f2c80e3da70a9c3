"""How a draft of an architecture version is made: its states, what an edit may do, when it may be handed in.

Layer 4, governance. Pure. Opinions of the agencies, answers, conclusion, approval, publication: in this order, and the
database holds the same (see the first migration).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.comparison.conflicts import Conflict, Undecidable
from maidinh.governance.comparison.merging import merge
from maidinh.governance.comparison.parts import Incomparable
from maidinh.governance.drafting.content import (
    HEADER,
    ORDER,
    SECTIONS,
    Change,
    Content,
    Path,
    done,
    outline_of,
    path_of,
    put,
    things,
    where,
)
from maidinh.governance.modelling.integrity import SHARING_IDS, Defect, introduced
from maidinh.infrastructure.definitions.hashing import content_hash

__all__ = ["Conflict", "Decisions", "Edit", "EditRefused", "Together", "Undecided", "brought_together", "edited"]

Decisions = Mapping[str, Any]  # by a conflict's key: "ours", "theirs", "base" or {"value": …}

EDITING, CONSULTING, CONCLUDED, SUBMITTED = "editing", "consulting", "concluded", "submitted"
PUBLISHED, ABANDONED = "published", "abandoned"
STATES = (EDITING, CONSULTING, CONCLUDED, SUBMITTED, PUBLISHED, ABANDONED)
LIVING = (EDITING, CONSULTING, CONCLUDED, SUBMITTED)
EDITABLE = (EDITING, CONSULTING, CONCLUDED)
WAYS = ("form", "table", "bulk", "spreadsheet", "yaml", "oef", "archimate", "merge", "project")
STANCES = AGREE, CHANGE, OBJECT = ("agree", "change", "object")
ANSWERS = TAKEN, PARTLY, DECLINED = ("taken", "partly", "declined")
FIXED = ("province", "version", "inherits", "decision", "decided_on", "removes")
IDENTIFIED = ("elements", "relations", "principles", "views", "property_definitions")


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """A text for people, which the page translates."""
    return text


NOT_KEPT = N_("has a character that cannot be kept")
UNKEPT = re.compile("[\0\ud800-\udfff]")  # what the database takes in no text
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")


@dataclass(frozen=True)
class Edit:
    """A field to be set: None takes it away; with no path, the whole item is added or (None) taken away."""

    section: str
    item: str
    path: str
    value: Any

    @property
    def way(self) -> Path:
        """The way down to the field."""
        return path_of(self.section, self.item, self.path)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field; `says` is a text for people (to be translated), `values` fills it.

    `decided`: near which conflict's key a decision was made that can't be followed.
    """

    section: str
    item: str
    path: str
    says: str
    values: Mapping[str, str] = field(default_factory=dict)
    decided: str = ""

    def __str__(self) -> str:
        place = " ".join(each for each in (self.section, self.item, self.path) if each)
        return f"{place}: {self.says.format(**self.values)}"


class EditRefused(ValueError):
    """The edits can't be made; `faults` names each field and says why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class Together:
    """Two contents brought together: what came of it, what somebody must decide, the decisions about nothing."""

    content: Content
    conflicts: tuple[Conflict, ...] = ()
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Undecided:
    """An edit of which something waits for a decision.

    What was wanted since revision `seen` was merged into revision `stood`; what nobody disputes is kept as `kept`.
    """

    seen: int
    stood: int
    kept: int
    via: str
    wanted: tuple[Change, ...]
    decided: Decisions = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For a page that carries it until it is decided."""
        wanted = [[list(each.path), each.after, each.place] for each in self.wanted]
        return {"seen": self.seen, "stood": self.stood, "kept": self.kept, "via": self.via, "wanted": wanted,
                "decided": dict(self.decided)}  # fmt: skip

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Undecided:
        """What `as_json` gave."""
        wanted = tuple(Change(tuple(path), None, after, place) for path, after, place in found["wanted"])
        return cls(**{**found, "wanted": wanted})

    def together(self, seen: Content, stood: Content, decisions: Decisions | None = None) -> Together:
        """What was wanted merged into what stood then, as far as it is decided. Raises EditRefused."""
        return brought_together(seen, done(seen, self.wanted), stood, {**self.decided, **(decisions or {})})


def content_of(model: ArchitectureVersion) -> Content:
    """The model as a draft keeps it."""
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def as_begun(model: ArchitectureVersion, *, version: str, title: Mapping[str, Any], **more: Any) -> Content:
    """What a draft begins with: the model under a new number, without the decision of the one it came from."""
    content = content_of(model) | {"version": version, "title": dict(title)} | more
    kept = {key: value for key, value in content.items() if key not in ("decision", "decided_on") and value is not None}
    if not NUMBER.fullmatch(version):
        raise EditRefused([Fault(HEADER, "", "version", N_("has letters, digits, dots and hyphens only, 40 at most"))])
    if (unkept := _unreadable(kept, ())) is not None:
        raise EditRefused([Fault(*where(unkept), NOT_KEPT)])
    return content_of(valid(kept | {"removes": []}))


def hash_of(content: Content) -> str:
    """The identity of a draft's content."""
    return content_hash(content)


def edited(content: Content, edits: Iterable[Edit]) -> Content:
    """The content with the edits made, valid as a whole. Raises EditRefused with everything that is wrong."""
    made, faults, touched = content, [], set()
    for edit in edits:
        fault = next(_faults_before(made, edit), None)
        if fault is None:
            try:
                made = put(made, edit.way, _wrapped(edit))
            except KeyError:
                fault = (N_("leads to nothing in the draft"), {})
        if fault is not None:
            faults.append(Fault(edit.section, edit.item, edit.path, *fault))
        touched.add(edit.way[:2] if edit.section in SECTIONS else ())
    if faults:
        raise EditRefused(faults)
    return _normal(made, touched)


def replaced(content: Content, model: ArchitectureVersion) -> Content:
    """The content that a whole model makes. Raises EditRefused where it changes what a draft keeps."""
    sent = content_of(model)
    kept = {key: content[key] for key in FIXED if key in content}
    faults = [
        Fault(
            HEADER, "", key, N_("is {kept} in this draft, not {sent}"), {"kept": kept.get(key, "-"), "sent": sent[key]}
        )
        for key in FIXED
        if key in sent and sent[key] != kept.get(key) and key not in ("inherits", "removes")
    ]
    found = {key: value for key, value in sent.items() if key not in FIXED} | kept
    if (unreadable := _unreadable(found, ())) is not None:
        faults.append(Fault(*where(unreadable), NOT_KEPT))
    if faults:
        raise EditRefused(faults)
    return found


def checked(content: Content) -> Content:
    """The content if it is valid as a whole, as a draft keeps it. Raises EditRefused."""
    return content_of(valid(content))


def valid(content: Content) -> ArchitectureVersion:
    """The model that the content is. Raises EditRefused naming the fields."""
    try:
        return ArchitectureVersion.model_validate(content)
    except ValidationError as error:
        raise EditRefused([_fault(content, detail) for detail in error.errors()]) from None


def brought_together(base: Content, ours: Content, theirs: Content, decisions: Decisions | None = None) -> Together:
    """Our changes since `base` brought into theirs, where what isn't decided stays as it stands.

    Raises EditRefused where a decision can't be followed.
    """
    if base == theirs or ours in (base, theirs):
        return Together(ours if base == theirs else theirs, (), tuple(decisions or ()))
    standing = valid(theirs)
    try:
        found = merge(valid(base), valid(ours), standing, decisions, undecided="theirs")
    except (Incomparable, Undecidable) as error:
        reasons = error.problems if isinstance(error, Incomparable) else [str(error)]
        at = getattr(error, "key", "")
        raise EditRefused([Fault(HEADER, "", "", "{reason}", {"reason": each}, at) for each in reasons]) from None
    merged: Content = found.model.model_dump(mode="json", by_alias=True, exclude_none=True)
    return Together(_as_kept(merged, content_of(standing), theirs), found.conflicts, found.unused)


def _as_kept(merged: Content, standing: Content, theirs: Content) -> Content:
    """The merged content with what nobody changed just as it is kept, also where the model would write it otherwise."""
    content: Content = {}
    for key, value in merged.items():
        if value == standing.get(key):
            content |= {key: theirs[key]} if key in theirs else {}
            continue
        content[key] = value
        normal, kept = things(standing.get(key)) or {}, things(theirs.get(key)) or {}
        if key in SECTIONS and things(value) is not None:
            content[key] = [kept.get(each["id"], each) if each == normal.get(each["id"]) else each for each in value]
    return content


def held_together(after: Content, *before: Content) -> None:
    """Raises EditRefused where the content doesn't hold together in a way in which all of those before it did."""
    found = introduced(outline_of(after), *map(outline_of, before))
    if found:
        raise EditRefused([_broken(each) for each in found])


def _broken(defect: Defect) -> Fault:
    section, item, path = (*defect.at, "", "", "")[:3] if defect.at else (HEADER, "", "")
    return Fault(section, item, path, "{reason}", {"reason": defect.text})


def _faults_before(content: Content, edit: Edit) -> Iterator[tuple[str, dict[str, str]]]:
    """Why an edit can't even be tried; the first of them is told."""
    way = edit.way
    if edit.section not in (*SECTIONS, HEADER):
        yield N_("is no section of an architecture"), {}
    if not way or any(not part for part in way):
        yield N_("names no field"), {}
    if edit.section == HEADER and (edit.item or way[:1] == () or way[0] in (*FIXED, *SECTIONS)):
        yield N_("is not set in a draft"), {}
    if _unreadable(edit.value, way) is not None:
        yield NOT_KEPT, {}
    if edit.section in IDENTIFIED and ORDER not in way:
        yield from _item_faults(content, edit)


def _item_faults(content: Content, edit: Edit) -> Iterator[tuple[str, dict[str, str]]]:
    standing = edit.item in (things(content.get(edit.section, [])) or {})
    if not edit.item:
        yield N_("names no item"), {}
    if not standing and (edit.path or edit.value is None):
        yield N_("is not in the draft"), {}
    if edit.path:
        if edit.way[2:] == ("id",):
            yield N_("is what others refer to and stays as it is"), {}
        return
    if edit.value is None:
        return
    if standing:
        yield N_("is in the draft already"), {}
    if not isinstance(edit.value, Mapping) or edit.value.get("id") != edit.item:
        yield N_("needs a value with its id"), {}
    for section in SHARING_IDS if edit.section in SHARING_IDS else ():
        if edit.item in _ids(content, section):
            yield N_("is an id that stands in {section} already"), {"section": section}


def _wrapped(edit: Edit) -> Any:
    """The value to be put; a property may be set by its key and a plain text."""
    way = edit.way
    if len(way) > 1 and way[-2] == "properties" and isinstance(edit.value, str):
        return {"key": way[-1], "value": edit.value}
    return edit.value


def _normal(content: Content, touched: Collection[Path]) -> Content:
    """The content with what was touched checked and written as the model writes it."""
    reduced = {key: value for key, value in content.items() if key not in SECTIONS}
    whole = [section for section in SECTIONS if (section,) in touched or section == "folders"]
    for section in SECTIONS:
        found = things(content.get(section, [])) or {}
        names = [way[1] for way in touched if len(way) == 2 and way[0] == section and way[1] in found]
        reduced[section] = content.get(section, []) if section in whole else [found[name] for name in names]
    normal = content_of(valid(reduced))
    for section in SECTIONS:
        if section in whole or section not in content:
            continue
        renewed = things(normal.get(section, [])) or {}
        normal[section] = [renewed.get(str(each.get("id")), each) for each in content[section]]
    return normal


def _ids(content: Content, section: str) -> list[str]:
    return [each["id"] for each in content.get(section, ())]


def _unreadable(value: Any, at: Path) -> Path | None:
    """Where a text holds the character that no database keeps; None where none does."""
    if isinstance(value, str):
        return at if UNKEPT.search(value) else None
    pairs: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        pairs = value.items()
    elif isinstance(value, (list, tuple)):
        pairs = enumerate(value)
    found = (_unreadable(each, (*at, UNKEPT.sub("", str(name)))) for name, each in pairs)
    return next((each for each in found if each is not None), None)


def _fault(content: Content, detail: Any) -> Fault:
    """What pydantic says of a field, under the names by which people know it."""
    way: list[str] = []
    at: Any = content
    for part in detail["loc"]:
        if isinstance(part, int) and isinstance(at, list) and part < len(at):
            at = at[part]
            way.append(str(at.get("id", part)) if isinstance(at, Mapping) else str(part))
        else:
            at = at.get(part) if isinstance(at, Mapping) else None
            way.append(str(part))
    section, item, path = where(tuple(way)) if way else (HEADER, "", "")
    return Fault(section, item, path, "{reason}", {"reason": detail["msg"]})
