"""Fields that two people changed at once: each is shown with what stood there, yours and theirs, and decided apart.

Layer 2. What is to be decided travels with the page, signed for its draft and its person, so that nothing that was
typed is lost and nothing else is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from maidinh.channels.web.drafting_fields import label_of, section_names
from maidinh.channels.web.drafting_inputs import LINE_END
from maidinh.channels.web.drafting_values import Values, language_of
from maidinh.governance.drafting.merge import Conflict
from maidinh.governance.drafting.rules import Edit

CHOICES = ("base", "ours", "theirs", "other")


def conflict_rows(
    conflicts: Iterable[Conflict],
    values: Values,
    *,
    posted: Mapping[str, Any] | None = None,
    errors: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Each conflict for the page, with what was chosen so far."""
    posted, rows = posted or {}, []
    before = {str(posted.get(f"key-{number}")): number for number in range(_count(posted))}
    for number, each in enumerate(conflicts):
        was = before.get(each.key)
        choice = "" if was is None else str(posted.get(f"choice-{was}", ""))
        rows.append({
            "number": number, "key": each.key, "section": section_names().get(each.section, each.section),
            "name": values.names.get(each.item, each.item),
            "field": label_of(each.section, each.path) if each.path else _("The whole"),
            "base": values.said(each.section, each.path, each.base),
            "ours": values.said(each.section, each.path, each.ours),
            "theirs": values.said(each.section, each.path, each.theirs),
            "language": language_of(each.path), "typable": _typable(each),
            "choice": choice,
            "other": "" if was is None else str(posted.get(f"other-{was}", "")),
            "error": (errors or {}).get(f"choice-{was}") if was is not None else None,
        })  # fmt: skip
    return rows


def decisions_in(posted: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was decided, by conflict, and what is missing, by field; a value of one's own stays the text it is."""
    decisions: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for number in range(_count(posted)):
        key, choice = str(posted.get(f"key-{number}", "")), str(posted.get(f"choice-{number}", ""))
        if choice not in CHOICES:
            errors[f"choice-{number}"] = _("Choose what is to stand in this field")
            continue
        decisions[key] = {"value": _own(posted, number)} if choice == "other" else choice
    return decisions, errors


def suited(decisions: Mapping[str, Any], conflicts: Iterable[Conflict]) -> dict[str, Any]:
    """The decisions with each value of one's own in the form that its field has (numbers, lists)."""
    known = {each.key: each for each in conflicts}
    return {
        key: {"value": _like(each["value"], known[key])} if isinstance(each, Mapping) and key in known else each
        for key, each in decisions.items()
    }


def edits_of(decisions: Mapping[str, Any], conflicts: Sequence[Conflict]) -> list[Edit]:
    """The edits that carry decisions out in a draft in which `theirs` stands."""
    edits = []
    for each in conflicts:
        decision = decisions.get(each.key)
        if decision in (None, "theirs"):
            continue
        value = decision["value"] if isinstance(decision, Mapping) else getattr(each, str(decision))
        if value != each.theirs:
            edits += _edits(each, value)
    return edits


def sealed(conflicts: Sequence[Conflict], **more: Any) -> str:
    """The conflicts as a text that only this installation can have written."""
    rows = [[each.section, each.item, each.path, each.base, each.ours, each.theirs] for each in conflicts]
    return signing.dumps({"conflicts": rows, **more}, salt="architecture.conflicts", compress=True)


def opened(text: str, **expected: Any) -> tuple[tuple[Conflict, ...], dict[str, Any]] | None:
    """What `sealed` wrote; None for what it didn't write, or wrote for another draft or person."""
    try:
        found = signing.loads(text, salt="architecture.conflicts")
    except signing.BadSignature:
        return None
    if any(found.get(name) != value for name, value in expected.items()):
        return None
    conflicts = tuple(Conflict(*row) for row in found.pop("conflicts"))
    return conflicts, found


def _edits(conflict: Conflict, value: Any) -> list[Edit]:
    edit = Edit(conflict.section, conflict.item, conflict.path, value)
    if conflict.item and not conflict.path and conflict.theirs is not None and value is not None:
        return [Edit(conflict.section, conflict.item, "", None), edit]  # a whole thing is put in place of another
    return [edit]


def _typable(conflict: Conflict) -> bool:
    standing = [each for each in (conflict.base, conflict.ours, conflict.theirs) if each is not None]
    if any(isinstance(each, bool) for each in standing) or not conflict.path:
        return False
    return all(
        isinstance(each, (str, int)) or (isinstance(each, list) and all(isinstance(part, str) for part in each))
        for each in standing
    )


def _like(text: Any, conflict: Conflict) -> Any:
    for each in (conflict.ours, conflict.theirs, conflict.base):
        if isinstance(each, list):
            return [line.strip() for line in LINE_END.split(text) if line.strip()]
        if isinstance(each, int) and str(text).strip().isdigit():
            return int(text)
    return text or None


def _own(posted: Mapping[str, Any], number: int) -> str:
    return LINE_END.sub("\n", str(posted.get(f"other-{number}", ""))).strip()


def _count(posted: Mapping[str, Any]) -> int:
    text = str(posted.get("conflicts", ""))
    return min(int(text), 2000) if text.isdecimal() and len(text) < 6 else 0
