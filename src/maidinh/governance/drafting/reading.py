"""A draft as a version.yaml for git, and read again: what it says itself, and which revision somebody worked on.

Layer 4, governance. The file is what an architecture version's file is: what it inherits is left out. Its first line
names draft and revision, so that what others changed meanwhile is merged and not written over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.frameworks import Framework
from maidinh.governance.architecture.reading import INHERITED, following, inheriting
from maidinh.governance.modelling.writing import to_yaml
from maidinh.infrastructure.definitions.reading import DefinitionError, Problem, read_form

MODEL_SIZE_LIMIT = 64 * 1024 * 1024  # bytes
MARK = re.compile(r"^# draft (?P<draft>[0-9]{1,18}) revision (?P<revision>[0-9]{1,9})\b(?P<whole> whole)?")
HEADER = (
    "# draft {draft} revision {revision}{form}: keep this line, so that pushing merges what others changed since.\n"
    "# maidinh architecture draft-push sends the file back.\n"
)


@dataclass(frozen=True)
class Pulled:
    """A draft's file: of which draft and revision, what it states itself, and whether that is the whole of it."""

    draft: int
    revision: int
    own: ArchitectureVersion
    listed: bool = False


def delta(
    base: ArchitectureVersion | None, resolved: ArchitectureVersion, frameworks: Mapping[str, Framework]
) -> ArchitectureVersion:
    """What a version states itself, beside what it inherits from its base and its framework: `whole` undoes this."""
    if base is None or (base.folders and not resolved.folders):  # having no folder any more can only be said whole
        base = None
        framework = frameworks.get(resolved.framework)
        given = {"principles": framework.inherited_principles() if framework else []}
    else:
        base = following(base, resolved.framework, frameworks) if resolved.framework in frameworks else base
        given = {section: getattr(base, section) for section in INHERITED}
    own: dict[str, Any] = {"inherits": None if base is None else base.version}
    gone: list[str] = []
    for section in INHERITED:
        inherited = {item.id: item for item in given.get(section, ())}
        here = {item.id: item for item in getattr(resolved, section)}
        own[section] = [item for name, item in here.items() if inherited.get(name) != item]
        gone += [name for name in inherited if name not in here]
    return resolved.model_copy(update=own | {"removes": sorted(set(gone))})


def lists_all(own: ArchitectureVersion, first_line: str, frameworks: Mapping[str, Framework]) -> bool:
    """Whether a file that inherits no version lists all of it: by its first line, else if a national principle stands.

    Where none does, the version begins with those of its framework, as a version among the definitions.
    """
    mark = MARK.match(first_line)
    if own.inherits is not None or mark is not None:
        return own.inherits is None and mark is not None and mark["whole"] is not None
    framework = frameworks.get(own.framework)
    national = {each.id for each in framework.inherited_principles()} if framework else set()
    return any(each.id in national for each in own.principles)


def whole(
    base: ArchitectureVersion | None,
    own: ArchitectureVersion,
    seen: ArchitectureVersion,
    frameworks: Mapping[str, Framework],
    *,
    listed: bool = False,
) -> ArchitectureVersion:
    """The version with what it inherits, in the order in which the draft had it; what is new comes last in its list.

    What is `listed` whole in a file that inherits no version is all there is: nothing of its framework comes back.
    Raises ValueError for another base than the file's, as for whatever `resolve` refuses.
    """
    if listed and own.inherits is None:
        return own.model_copy(update={"removes": []})
    if own.inherits is not None and (base is None or base.version != own.inherits):
        raise ValueError(
            f"the file inherits {own.inherits}, the draft is made from {base.version if base else 'nothing'}"
        )
    resolved = inheriting(base if own.inherits is not None else None, own, frameworks)
    ordered = {}
    for section in INHERITED:
        if own.inherits is None and len(getattr(resolved, section)) == len(getattr(own, section)):
            continue  # the file lists all of it, in its own order
        places = {item.id: place for place, item in enumerate(getattr(seen, section))}
        ordered[section] = sorted(getattr(resolved, section), key=lambda item: places.get(item.id, len(places)))
    return resolved.model_copy(update=ordered)


def written(draft: int, revision: int, own: ArchitectureVersion, *, listed: bool = False) -> str:
    """The file's text; `listed` says in it that it lists all of the version."""
    return HEADER.format(draft=draft, revision=revision, form=" whole" if listed else "") + to_yaml(own)


def read_pulled(path: Path) -> Pulled:
    """Read a draft's file. Raises DefinitionError naming the line."""
    own = read_form(path, ArchitectureVersion, limit=MODEL_SIZE_LIMIT)
    comments = takewhile(lambda line: not line or line.startswith("#"), path.read_text("utf-8").splitlines())
    found = next(filter(None, map(MARK.match, comments)), None)
    if found is None:
        expected = "expected the line '# draft NUMBER revision NUMBER' above everything else: pull the draft again"
        raise DefinitionError([Problem(path, 1, "", expected)])
    return Pulled(int(found["draft"]), int(found["revision"]), own, found["whole"] is not None)
