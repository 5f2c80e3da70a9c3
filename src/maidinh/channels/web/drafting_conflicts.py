"""Fields that two people changed at once: each is shown with what stood there, yours and theirs, and decided apart.

Layer 2. What is to be decided travels with the page, signed for its draft and its person, so that nothing that was
typed is lost and nothing else is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from maidinh.channels.web.drafting_differing import field_of, note_of, said, thing_of
from maidinh.channels.web.drafting_inputs import LINE_END
from maidinh.channels.web.drafting_refusals import said_of_fault
from maidinh.channels.web.drafting_values import Values, language_of
from maidinh.governance.drafting.rules import Conflict, Fault, Undecided

CHOICES = ("base", "ours", "theirs", "other")
SALT = "architecture.conflicts"
BY_ITS_KEY = {"properties", "other", "build", "run"}  # values that stand in a list only because one key may come twice


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
            "number": number, "key": each.key, "name": thing_of(each, values), "field": field_of(each),
            "note": note_of(each, values), "base": said(each, values, each.base),
            "ours": said(each, values, each.ours), "theirs": said(each, values, each.theirs),
            "language": language_of(each.path), "typable": _typable(each),
            "choice": choice,
            "other": "" if was is None else str(posted.get(f"other-{was}", "")),
            "error": (errors or {}).get(f"choice-{was}") if was is not None else None,
        })  # fmt: skip
    return rows


def named(errors: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The errors as the summary tells them: of a conflict with the name of its field, for each says the same."""
    of = {f"choice-{row['number']}": f"{row['name']} – {row['field']}" for row in rows}
    return {key: f"{of[key]}: {said}" if key in of and isinstance(said, str) else said for key, said in errors.items()}


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


def with_more(conflicts: Iterable[Conflict], left: Iterable[Conflict]) -> tuple[tuple[Conflict, ...], dict[str, str]]:
    """The conflicts with those that only a decision raised, and what tells people of these."""
    found = {each.key: each for each in conflicts}
    more = [each for each in left if each.key not in found]
    told = {"": _("Your decisions raise another question. Decide on it too: nothing is written before.")}
    return (*found.values(), *more), told if more else {}


def faults_at(faults: Iterable[Fault], posted: Mapping[str, Any]) -> dict[str, Any]:
    """What is wrong with decisions, by field of the form: at the value that somebody wrote, where it is about that."""
    errors: dict[str, Any] = {}
    for fault in faults:
        stem, _slash, place = fault.decided.rpartition("/")
        near = f"{stem}/{place.partition('.')[0]}"
        written = [
            f"choice-{number}"
            for number in range(_count(posted))
            if posted.get(f"choice-{number}") == "other" and str(posted.get(f"key-{number}", "")).startswith(near)
        ]
        where = written[0] if fault.decided and written else ""
        errors.setdefault(where, []).append(said_of_fault(fault, with_place=not where))
    return errors


def sealed(undecided: Undecided, **more: Any) -> str:
    """What is to be decided, as a text that only this installation can have written."""
    return signing.dumps({"undecided": undecided.as_json(), **more}, salt=SALT, compress=True)


def opened(text: str, **expected: Any) -> tuple[Undecided, dict[str, Any]] | None:
    """What `sealed` wrote; None for what it didn't write, or wrote for another draft or person."""
    try:
        found = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    if any(found.get(name) != value for name, value in expected.items()):
        return None
    return Undecided.from_json(found.pop("undecided")), found


def changed_with(conflict: Conflict, section: str, item: str, path: str) -> bool:
    """Whether this change of the draft is what the conflict is about, or may be."""
    own, name = conflict.thing
    where = conflict.path.removesuffix(":order")
    if own in ("folders", "strays") or where == "folders":
        return section == "folders"
    if own in ("nodes", "connections"):
        return (section, item) == ("views", name.partition("/")[0])
    if own == "header" and conflict.kind == "order":
        return section in (where, "header") and not item
    return (section, item) == (own, name)


def _typable(conflict: Conflict) -> bool:
    standing = [each for each in (conflict.base, conflict.ours, conflict.theirs) if each is not None]
    if conflict.kind not in ("field", "unfit") or conflict.path in ("parent", "folders"):
        return False
    if _by_its_key(conflict.path) and any(len(each) > 1 for each in standing if isinstance(each, list)):
        return False
    plain = [part for each in standing for part in (each if isinstance(each, list) else [each])]
    return all(isinstance(each, (str, int)) and not isinstance(each, bool) for each in plain)


def _by_its_key(path: str) -> bool:
    return not BY_ITS_KEY.isdisjoint(path.split("."))


def _like(text: Any, conflict: Conflict) -> Any:
    """What was typed in the form in which the field has its values."""
    standing = [each for each in (conflict.ours, conflict.theirs, conflict.base) if each is not None]
    if not any(isinstance(each, list) for each in standing):
        return _number(text) if any(isinstance(each, int) for each in standing) else text or None
    lines = [text] if _by_its_key(conflict.path) else [line.strip() for line in LINE_END.split(text)]
    numbers = any(isinstance(part, int) for each in standing for part in each)
    return [_number(line) if numbers else line for line in lines if line] or None


def _number(text: Any) -> Any:
    written = str(text).strip()
    return int(written) if written.isascii() and written.isdigit() else text or None


def _own(posted: Mapping[str, Any], number: int) -> str:
    return LINE_END.sub("\n", str(posted.get(f"other-{number}", ""))).strip()


def _count(posted: Mapping[str, Any]) -> int:
    text = str(posted.get("conflicts", ""))
    return min(int(text), 2000) if text.isdecimal() and len(text) < 6 else 0
