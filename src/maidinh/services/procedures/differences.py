"""What differs between two versions of a procedure, and how much each difference weighs. Pure.

Layer 4. Cosmetic: words and sources only. Compatible: whatever was good under the old version is good under the new
one. Breaking: something is gone, asked for now, or leads, costs or lasts otherwise; a dossier or an answer that was
good may not be any more. Decree 63/2010/NĐ-CP article 8 names the parts that are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from maidinh.services.procedures.definition import Procedure

Weight = Literal["cosmetic", "compatible", "breaking"]
WEIGHTS: tuple[Weight, ...] = ("cosmetic", "compatible", "breaking")
Path = tuple[str, ...]

IDENTITY = ("code", "version", "effective_from", "effective_to", "change")
WORDS = frozenset({
    "name", "short_name", "field", "label", "hint", "title", "body", "note", "source", "confidence", "checked",
    "sample", "basis", "legal_basis", "reference", "published_by", "process_approved_by", "applicants",
    "online_reason", "findings", "widget",
})  # fmt: skip
EASIER = {  # parts that ask less when they become this
    "required": False, "reason": False, "requires_fee": False, "online_level": "full", "minimum": None, "fee": None,
}  # fmt: skip
FREE = frozenset({"retention", "from_register", "personal"})  # nobody's dossier depends on them
RESULT = ("result", "body")
NAMED_PARTS = frozenset({"cases", "papers", "fields", "pages", "tables", "steps"})
NAMED_WITHIN = frozenset({"outcomes", "facts", "options"})


@dataclass(frozen=True)
class Difference:
    """One place in which two versions differ; `before` or `after` is None where there was or is nothing."""

    weight: Weight
    path: Path
    before: Any
    after: Any

    @property
    def place(self) -> str:
        """Where it is, as one word: `steps.appraisal.role`."""
        return ".".join(self.path)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"class": self.weight, "place": self.place, "before": self.before, "after": self.after}


def differences(old: Procedure, new: Procedure) -> list[Difference]:
    """Everything in which the new version differs, the weightiest first; what moved between pages counts as itself."""
    before, after = _parts_of(old), _parts_of(new)
    found = [Difference(_weight(path, was, now), path, was, now) for path, was, now in _walk((), before, after)]
    if old.steps[0].id != new.steps[0].id:
        found.append(Difference("breaking", ("first_step",), old.steps[0].id, new.steps[0].id))
    return sorted(found, key=lambda each: (-WEIGHTS.index(each.weight), each.path))


def weight_of(found: list[Difference]) -> Weight | None:
    """The weight of all of them together: that of the weightiest; None where nothing differs."""
    return max((each.weight for each in found), key=WEIGHTS.index, default=None)


def _parts_of(procedure: Procedure) -> dict[str, Any]:
    """The content with each list of named parts keyed by their ids, and the fields apart from their pages."""
    content = procedure.model_dump(mode="json", by_alias=True)
    pages = content.pop("pages")
    content["fields"] = [field for page in pages for field in page["fields"]]
    content["pages"] = [{"id": page["id"], "title": page["title"]} for page in pages]
    answers = content.pop("answers")
    content["answers"] = {name: each for name, each in answers.items() if name not in ("properties", "required")}
    content["answers"]["properties"] = dict(answers.get("properties", {}))
    content["answers"]["required"] = dict.fromkeys(answers.get("required", ()), True)
    for name in IDENTITY:
        content.pop(name, None)
    keyed: dict[str, Any] = _keyed(content)
    return keyed


def _keyed(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _keyed(each) for name, each in content.items()}
    if isinstance(content, list):
        if content and all(isinstance(each, dict) and "id" in each for each in content):
            return {each["id"]: _keyed({name: part for name, part in each.items() if name != "id"}) for each in content}
        if all(isinstance(each, str) for each in content):
            return sorted(content)
    return content


def _walk(path: Path, before: Any, after: Any) -> Iterator[tuple[Path, Any, Any]]:
    """The deepest places that differ; a part that only one of them has is one difference."""
    before, after = ({} if each == [] else each for each in (before, after))
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from _walk((*path, name), before.get(name), after.get(name))
    else:
        yield path, before, after


def _weight(path: Path, before: Any, after: Any) -> Weight:
    if path[0] == "answers":
        return _of_answers(path, before, after)
    keys = _keys_of(path)
    if "options" in keys:  # a choice that is gone was somebody's answer
        return "compatible" if before is None else "breaking" if after is None else "cosmetic"
    if FREE & set(keys) or (keys[0], keys[-1]) == ("papers", "kind") or keys[:2] in (("result", "title"), RESULT):
        return "compatible"
    if path[0] == "pages" or WORDS & set(keys):
        return "cosmetic"
    return "compatible" if _asks_no_more(path, before, after) else "breaking"


def _asks_no_more(path: Path, before: Any, after: Any) -> bool:
    """Whether what was good before is still good, for a part that isn't only words."""
    part, last = path[0], path[-1]
    if last in EASIER and after == EASIER[last]:
        return True
    if part in ("receiving", "channels") or last == "formats":
        return set(before or ()) <= set(after or ())
    if before is None and _is_new_part(path):
        return not _asks(part, path, after)
    return (after is None and part == "papers" and len(path) == 2) or (part, path[2:3]) == ("steps", ("budget",))


def _keys_of(path: Path) -> Path:
    """The path without the ids of parts, which may read like any key."""
    keys = [path[0]]
    for at, name in enumerate(path[1:], 1):
        of_part = at == 1 and path[0] in NAMED_PARTS
        within = path[at - 1] in NAMED_WITHIN and path[0] != "tables" and not (at == 2 and path[0] in NAMED_PARTS)
        if not of_part and not within:
            keys.append(name)
    return tuple(keys[:2]) if path[0] == "tables" else tuple(keys)


def _of_answers(path: Path, before: Any, after: Any) -> Weight:
    """A schema that takes every answer it took before is compatible; what it takes otherwise isn't looked into."""
    last = path[-1]
    if last in ("title", "description", "examples", "$comment", "$id"):
        return "cosmetic"
    wider = (
        (path[1:2] == ("required",) and not after)
        or (path[1:2] == ("properties",) and len(path) == 3 and before is None)  # that it must be is under `required`
        or (last == "enum" and set(map(str, before or ())) <= set(map(str, after or ())))
        or (last in ("maxLength", "maximum") and before is not None and (after is None or after >= before))
        or (last in ("minLength", "minimum") and before is not None and (after is None or after <= before))
        or last == "default"
    )
    return "compatible" if wider else "breaking"


def _is_new_part(path: Path) -> bool:
    """A part with an id of its own: a case, paper, field, step, outcome, fact, table."""
    return len(path) == 2 or (path[0] == "steps" and len(path) == 4 and path[2] in ("outcomes", "facts"))


def _asks(part: str, path: Path, after: Any) -> bool:
    """Whether a new part asks for something that was good without it."""
    if part == "papers":
        return bool(after.get("required", True))
    return len(path) == 4 and path[2] == "facts" and bool(after.get("required", True))
