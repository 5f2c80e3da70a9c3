"""Pure rules of drafts: what a next version is called, what a text says at its head, how a beginning looks.

Layer 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import yaml

from maidinh.infrastructure.definitions.reading import DEPTH_LIMIT, NUMBER_LIMIT
from maidinh.services.authoring.definition import FILE_LIMIT, FILE_NAME, FILES_LIMIT, MAIN, Files
from maidinh.services.authoring.rewriting import dumped, rewritten
from maidinh.services.procedures.definition import Procedure
from maidinh.services.procedures.skeletons import QUESTIONS, SAMPLE, STEPS

NUMERIC = frozenset("0123456789abcdefABCDEFxXoO_+-.:")
HEADED = re.compile(r"^version:[ \t]*(?P<value>[^\s#].*?)[ \t]*(?:#.*)?$", re.M)


def next_version(taken: Iterable[str]) -> str:
    """A number that none of these versions has: one more than the highest whole number, as `2.0`."""
    known = set(taken)
    highest = max((int(found.group()) for each in known if (found := re.match(r"\d+", each))), default=0)
    number = highest + 1
    while f"{number}.0" in known:
        number += 1
    return f"{number}.0"


def version_in(text: str) -> str:
    """What the text says its version is; "" where it can't be told."""
    found = HEADED.search(text)
    return found["value"].strip("'\"") if found else ""


def content_of(text: str) -> dict[str, Any] | None:
    """The content of a text of keys and values; None where it is none, or nested or repeated beyond reading."""
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH_LIMIT or isinstance(event, yaml.AliasEvent):
                return None
            if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and _too_long(event.value):
                return None
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ArithmeticError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _too_long(plain: str) -> bool:
    """Whether a value that YAML may take for a number is longer than one is: reading it takes the square of that."""
    return len(plain) > NUMBER_LIMIT and not set(plain) - NUMERIC


def renewed(text: str, version: str, begins: date) -> str:
    """The text of an older version as the beginning of the next one: its number, its first day, no last day."""
    content = content_of(text)
    if content is None:
        return text
    new = {key: value for key, value in content.items() if key not in ("effective_to", "change")}
    return rewritten(text, new | {"version": version, "effective_from": begins})


def text_of(procedure: Procedure) -> str:
    """The YAML of a version of which no file is left."""
    content = procedure.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for name in ("effective_from", "effective_to"):
        if content.get(name):
            content[name] = date.fromisoformat(content[name])
    return dumped(content)


def skeleton(code: str, name: str, field: str, version: str, agency: str, begins: date) -> str:
    """The YAML of a procedure that is still to be told: a sample process and form, marked as a sample."""
    limit = {"budget": {"amount": 10, "unit": "working_day"}, "checked": False}
    content = {
        "code": code, "version": version, "name": {"vi": name}, "short_name": {"vi": name[:60]},
        "field": {"vi": field}, "kind": "licence", "effective_from": begins,
        "published_by": "(chưa ghi quyết định công bố)",
        "legal_basis": [{"text": "(chưa ghi căn cứ pháp lý)", "checked": False}],
        "responsible": agency, "receiving": [agency],
        "applicants": [{"vi": "Cá nhân, tổ chức"}], "channels": ["online", "in_person", "post"],
        "cases": [{"id": "standard", "name": {"vi": name[:60]}, "time_limit": limit}],
        **QUESTIONS, "steps": STEPS,
        "result": {
            "code": f"KQ.G01.{code[2:]}", "name": {"vi": "Kết quả"}, "title": {"vi": "Kết quả giải quyết"},
            "body": {"vi": "{full_name}"},
        },
        **SAMPLE,
    }  # fmt: skip
    return dumped(content)


def refused_files(files: Mapping[str, str]) -> list[str]:
    """The names that no file of a procedure has, or whose text is too long."""
    wrong = [name for name, text in files.items() if not FILE_NAME.fullmatch(name) or len(text) > FILE_LIMIT]
    return sorted({*wrong, *([] if MAIN in files else [MAIN]), *(["…"] if len(files) > FILES_LIMIT else [])})


def changed_files(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str | None]:
    """The text of every file that differs; None of one that is gone."""
    return {name: after.get(name) for name in sorted({*before, *after}) if before.get(name) != after.get(name)}


def kept_text(text: str) -> str:
    """A text as it is kept: one kind of line end, and no character that a database refuses."""
    clean = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return clean.encode("utf-8", "replace").decode("utf-8")


def with_file(files: Mapping[str, str], name: str, text: str | None) -> Files:
    """The files with one of them written anew, or taken out."""
    kept = {each: content for each, content in files.items() if each != name}
    return kept if text is None else kept | {name: kept_text(text)}
