"""The file formats of a draft: a file that came becomes a model, a model a file.

Layer 2. `read` never writes anything; what is wrong with a file is told with its place, all at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from maidinh.channels.web.drafting_refusals import said, said_of_form
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.architecture.reading import resolve
from maidinh.governance.drafting.content import Content, things
from maidinh.governance.drafting.models import Draft
from maidinh.governance.drafting.rules import content_of
from maidinh.infrastructure.definitions.reading import DefinitionError, read_yaml

MERGED = ("elements", "relations", "principles")  # what a version inherits item by item
FROM_REVISION = re.compile(r"draft-(\d+)-r(\d+)")
MOST_PROBLEMS = 200


@dataclass(frozen=True)
class Incoming:
    """What a file holds: a whole model, or why it can't be used (with line or row)."""

    model: ArchitectureVersion | None
    problems: tuple[str, ...] = ()
    revision: int | None = None  # of the draft that it was made from, where the file says so


@dataclass(frozen=True)
class Format:
    """A format in which a draft is handed out and, by its endings, taken in."""

    name: str
    via: str
    label: str | Promise
    endings: tuple[str, ...]
    media_type: str
    write: Callable[[Draft], bytes]
    read: Callable[[bytes, Draft | None], Incoming]

    def file_name(self, draft: Draft) -> str:
        """What the file is called: the draft and the revision that it was made from stand in it."""
        ending = self.endings[0]
        return f"{draft.province}-{draft.version}-draft-{draft.pk}-r{draft.revision}.{self.name}{ending}".replace(
            f".{ending[1:]}{ending}", ending
        )


def read(upload: bytes, name: str, base: Draft | None) -> Incoming:
    """What an uploaded file holds; its name says the format. `base`: the draft that it is brought into."""
    found = next((each for each in FORMATS.values() if name.lower().endswith(each.endings)), None)
    if found is None:
        known = ", ".join(dict.fromkeys(ending for each in FORMATS.values() for ending in each.endings))
        return Incoming(
            None, (_("The file is in none of the formats that are read here: %(known)s") % {"known": known},)
        )
    incoming = found.read(upload, base)
    revision = incoming.revision if incoming.revision is not None else revision_in(name, base)
    return Incoming(incoming.model, incoming.problems[:MOST_PROBLEMS], revision)


def way_of(name: str) -> str:
    """By which way the history says that a file of this name came in."""
    return next((each.via for each in FORMATS.values() if name.lower().endswith(each.endings)), "yaml")


def write(draft: Draft, name: str) -> tuple[bytes, str, str]:
    """The draft as a file of a format: its content, media type and name. KeyError for a format there isn't."""
    found = FORMATS[name]
    return found.write(draft), found.media_type, found.file_name(draft)


def revision_in(text: str, base: Draft | None) -> int | None:
    """The revision of this draft that a file's name or first line gives."""
    found = FROM_REVISION.search(text)
    if found is None or base is None or int(found[1]) != base.pk or int(found[2]) > base.revision:
        return None
    return int(found[2])


def _whole(draft: Draft) -> bytes:
    """Everything, standing alone: what is inherited is in it."""
    return _yaml({key: each for key, each in draft.content.items() if key != "inherits"}, draft)


def _own(draft: Draft) -> bytes:
    """What the version says itself, as its definition file does: the rest is inherited."""
    return _yaml(own_statements(draft), draft)


def own_statements(draft: Draft) -> Content:
    """The draft without what it inherits unchanged. All of it, where it was not made from what it inherits."""
    content = dict(draft.content)
    if draft.base is None or draft.base.version != content.get("inherits"):
        return {key: each for key, each in content.items() if key != "inherits"}
    inherited, removed = content_of(draft.base.model), []
    for section in MERGED:
        known, kept = things(inherited.get(section, [])) or {}, things(content.get(section, [])) or {}
        content[section] = [each for name, each in kept.items() if known.get(name) != each]
        removed += [name for name in known if name not in kept]
    return content | {"removes": removed}


def _yaml(content: Content, draft: Draft) -> bytes:
    head = f"# draft-{draft.pk}-r{draft.revision}: {draft.province} {draft.version}\n"
    slim = ArchitectureVersion.model_validate(content).model_dump(
        mode="json", by_alias=True, exclude_none=True, exclude_defaults=True
    )
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text = yaml.dump(slim, Dumper=dumper, allow_unicode=True, sort_keys=False, width=120)
    return f"{head}{text}".encode()


def _read_yaml(upload: bytes, base: Draft | None) -> Incoming:
    with TemporaryDirectory() as place:
        path = Path(place, "version.yaml")
        path.write_bytes(upload)
        try:
            content, lines = read_yaml(path, limit=settings.MAIDINH.upload_limit)
        except DefinitionError as error:
            return Incoming(None, tuple(_told(each.line, each.place, said(each.expected)) for each in error.problems))
    try:
        model = ArchitectureVersion.model_validate(content)
    except ValidationError as error:
        return Incoming(None, tuple(_of_validation(detail, lines) for detail in error.errors()))
    revision = revision_in(upload[:200].decode("utf-8", "replace").partition("\n")[0], base)
    if model.inherits is None:
        return Incoming(model, (), revision)
    return _resolved(model, base, revision)


def _resolved(model: ArchitectureVersion, base: Draft | None, revision: int | None) -> Incoming:
    """The model with what it inherits, in the order in which the draft holds it."""
    row = current_version() if base is None else base.base
    origin = None if row is None else row.model.model_copy(update={"inherits": None})
    if origin is None or origin.version != model.inherits:
        words = {"inherits": model.inherits, "base": origin.version if origin is not None else "–"}
        text = _("The file builds on version %(inherits)s, the draft on version %(base)s. Upload the whole version.")
        return Incoming(None, (text % words,))
    try:
        whole = resolve({origin.version: origin, model.version: model}, model.version)
        standing = {} if base is None else base.content
        ordered: dict[str, Any] = {}
        for section in MERGED:
            places = {each["id"]: number for number, each in enumerate(standing.get(section, ()))}
            ordered[section] = sorted(getattr(whole, section), key=lambda each: places.get(each.id, len(places)))
        return Incoming(whole.model_copy(update=ordered), (), revision)
    except ValueError as error:
        return Incoming(None, (said(str(error)),))


def _of_validation(detail: Any, lines: dict[Any, int]) -> str:
    place = tuple(detail["loc"])
    while place and place not in lines:
        place = place[:-1]
    return _told(lines.get(place, 1), ".".join(map(str, detail["loc"])), said_of_form(detail))


def _told(line: int, place: str, text: str) -> str:
    found = f"{place}: {text}" if place else text
    return f"{_('Line %(line)s') % {'line': line}}: {found}" if line else found


YAML = "application/yaml"
FORMATS = {
    each.name: each
    for each in (
        Format("yaml", "yaml", gettext_lazy("YAML, the whole version"), (".yaml", ".yml"), YAML, _whole, _read_yaml),
        Format("own", "yaml", gettext_lazy("YAML, only what it changes in the version that it builds on"),
               (".yaml", ".yml"), YAML, _own, _read_yaml),
    )
}  # fmt: skip
