"""The file formats of a draft: a file that came becomes a model, a model a file.

Layer 2. `read` never writes anything; what is wrong with a file is told with its place, all at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from maidinh.channels.web.drafting_refusals import said, said_of_form, said_of_place
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.queries import current_version, frameworks
from maidinh.governance.architecture.reading import standing_alone, unknown_framework
from maidinh.governance.drafting.content import outline_of as outline_of_content
from maidinh.governance.drafting.queries import Draft, content_at
from maidinh.governance.drafting.reading import MARK, delta, lists_all, whole, written
from maidinh.governance.drafting.rules import IDENTIFIED
from maidinh.governance.interchange.detection import detect
from maidinh.governance.interchange.files import FOREIGN, content_of
from maidinh.governance.interchange.problems import FileRefused
from maidinh.governance.interchange.profile import PREFIX, ProfileError, Unliftable, lift
from maidinh.governance.modelling.definition import Model
from maidinh.governance.modelling.integrity import introduced, outline_of
from maidinh.governance.tables.importing import read_tables
from maidinh.governance.tables.writing import write_workbook
from maidinh.infrastructure.definitions.reading import DefinitionError, read_yaml
from maidinh.infrastructure.workbooks.problems import Place, TableRefused

FROM_REVISION = re.compile(r"draft-(\d+)-r(\d+)")
MOST_PROBLEMS = 200
VIA = {"yaml": "yaml", "oef": "oef", "archimate": "archimate", "xlsx": "spreadsheet", "csv": "spreadsheet"}


@dataclass(frozen=True)
class Incoming:
    """What a file holds: a whole model, or why it can't be used (with line or row)."""

    model: ArchitectureVersion | None
    problems: tuple[str, ...] = ()
    revision: int | None = None  # of the draft that it was made from, where the file says so
    via: str = "yaml"
    lines: Mapping[tuple[Any, ...], int] = field(default_factory=dict)  # where a thing stands, where the file has lines


@dataclass(frozen=True)
class Format:
    """A format in which a draft is handed out."""

    name: str
    label: str | Promise
    ending: str
    media_type: str
    write: Callable[[Draft], bytes]

    def file_name(self, draft: Draft) -> str:
        """What the file is called: the draft and the revision that it was made from stand in it."""
        own = "-own" if self.name == "own" else ""
        return f"{draft.province}-{draft.version}-draft-{draft.pk}-r{draft.revision}{own}{self.ending}"


def read(upload: bytes, name: str, base: Draft | None) -> Incoming:
    """What an uploaded file holds, told by its content. `base`: the draft that it is brought into."""
    with TemporaryDirectory() as place:
        path = Path(place, re.sub(r"[^\w.-]", "-", name)[-80:].lstrip(".") or "file")
        path.write_bytes(upload)
        try:
            kind = detect(path)
            incoming = READERS[kind](path, base)
        except FileRefused as error:
            return _refused(told_of_file(error))
        except DefinitionError as error:
            return _refused(_told(each.line, each.place, said(each.expected)) for each in error.problems)
        except ProfileError as error:
            return _refused(_of_property(each) for each in error.problems)
        except TableRefused as error:
            return _refused(_of_cell(each) for each in error.problems)
        except ValidationError as error:
            return _refused(_of_validation(each, {}) for each in error.errors())
    revision = incoming.revision if incoming.revision is not None else revision_in(name, base)
    broken = _broken(incoming, base, revision)
    return _refused(broken) if broken else Incoming(incoming.model, incoming.problems, revision, VIA[kind])


def _broken(incoming: Incoming, base: Draft | None, revision: int | None) -> list[str]:
    """What doesn't hold together in the file and did in the draft, as it stands and as the file was made from it."""
    if incoming.model is None:
        return []
    before = [] if base is None else [base.content, *([] if revision is None else [content_at(base, revision)])]
    found = introduced(outline_of(incoming.model), *map(outline_of_content, before))
    return [_told(incoming.lines.get(each.at[:2], 0), said_of_place(each.place), said(each.text)) for each in found]


def write(draft: Draft, name: str) -> tuple[bytes, str, str]:
    """The draft as a file of a format: its content, media type and name. KeyError for a format there isn't."""
    found = FORMATS[name]
    return found.write(draft), found.media_type, found.file_name(draft)


def revision_in(text: str, base: Draft | None) -> int | None:
    """The revision of this draft that a file's name or first line gives."""
    found = FROM_REVISION.search(text) or MARK.match(text)
    if found is None or base is None or int(found[1]) != base.pk or int(found[2]) > base.revision:
        return None
    return int(found[2])


def _whole(draft: Draft) -> bytes:
    """Everything, standing alone: what is inherited is in it."""
    return written(draft.pk, draft.revision, standing_alone(draft.model, frameworks()), listed=True).encode()


def _own(draft: Draft) -> bytes:
    """What the version says itself, as its definition file does: the rest is inherited."""
    made_from_it = draft.base is not None and draft.base.version == draft.model.inherits
    base = draft.base.model if made_from_it else None
    return written(draft.pk, draft.revision, delta(base, draft.model, frameworks())).encode()


def _read_yaml(path: Path, base: Draft | None) -> Incoming:
    content, lines = read_yaml(path, limit=settings.MAIDINH.upload_limit)
    try:
        model = ArchitectureVersion.model_validate(content)
    except ValidationError as error:
        return _refused(_of_validation(detail, lines) for detail in error.errors())
    with path.open(encoding="utf-8") as file:
        first_line = file.readline(200)
    revision, known = revision_in(first_line, base), frameworks()
    at = {
        (section, each.id): lines[section, place]
        for section in IDENTIFIED
        for place, each in enumerate(getattr(model, section))
        if (section, place) in lines
    }
    if model.framework not in known:
        found = unknown_framework(path, model.framework, known)
        return _refused([_told(found.line, found.place, said(found.expected))])
    row = current_version() if base is None else base.base
    if model.inherits is not None and (row is None or row.version != model.inherits):
        words = {"inherits": model.inherits, "base": row.version if row is not None else "–"}
        text = _("The file builds on version %(inherits)s, the draft on version %(base)s. Upload the whole version.")
        return _refused([text % words])
    try:
        before = None if row is None else row.model
        seen, listed = base.model if base is not None else before or model, lists_all(model, first_line, known)
        made = whole(before, model, seen, known, listed=listed)
        return Incoming(made, (), revision, lines=at)
    except ValueError as error:
        return _refused([said(str(error))])


def _read_foreign(path: Path, base: Draft | None) -> Incoming:
    """A model of another tool; where it says of no version what it is, it is the content of the draft."""
    found = lift(FOREIGN[detect(path)](path))
    if isinstance(found, ArchitectureVersion):
        return Incoming(found)
    if base is None:
        text = _("The file does not say of which province and version it is. Begin a draft, then bring the file in.")
        return _refused([text])
    header = {name: getattr(base.model, name) for name in ArchitectureVersion.model_fields.keys() - Model.model_fields}
    return Incoming(ArchitectureVersion.model_validate(_parts(found) | header))


def _read_table(path: Path, base: Draft | None) -> Incoming:
    if base is None:
        return _refused([_("A spreadsheet changes a draft that there is. Begin a draft, then bring the file in.")])
    found = read_tables(path, base.model)
    if found.problems:
        return _refused(_of_cell(each) for each in found.problems)
    return Incoming(ArchitectureVersion.model_validate(_parts(found.model)))


def _parts(model: Model) -> dict[str, Any]:
    return {name: getattr(model, name) for name in type(model).model_fields}


def told_of_file(error: FileRefused) -> list[str]:
    """What is wrong with a model's file, or keeps a model out of one, in the language of the page."""
    shown = error.problems[:MOST_PROBLEMS]
    return [_told(each.line, said_of_place(each.place), said(each.text)) for each in shown]


def _refused(problems: Iterable[str]) -> Incoming:
    """Nothing can be used. A file can have a problem in every line; the first ones tell enough."""
    return Incoming(None, tuple(islice(problems, MOST_PROBLEMS)))


def _of_validation(detail: Any, lines: dict[Any, int]) -> str:
    place = tuple(detail["loc"])
    while place and place not in lines:
        place = place[:-1]
    return _told(lines.get(place, 0), ".".join(map(str, detail["loc"])), said_of_form(detail))


def _of_cell(found: Place) -> str:
    """A problem of a spreadsheet: sheet, cell, what was expected."""
    return ": ".join(part for part in (found.sheet, said_of_place(found.cell), said(found.text)) if part)


def _of_property(found: Unliftable) -> str:
    """A property in which another tool keeps a field of ours: whose, which, what was expected."""
    field = f"{PREFIX}{found.field}" if found.field else ""
    return ": ".join(part for part in (found.item, field, said(found.expected)) if part)


def _told(line: int, place: str, text: str) -> str:
    where = f"{_('Line %(line)s') % {'line': line}}: " if line else ""
    return f"{where}{f'{place}: ' if place else ''}{text}"


YAML, XML = "application/yaml", "application/xml"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
READERS: dict[str, Callable[[Path, Draft | None], Incoming]] = {
    "yaml": _read_yaml, "oef": _read_foreign, "archimate": _read_foreign, "xlsx": _read_table, "csv": _read_table,
}  # fmt: skip
ENDINGS = (".yaml", ".yml", ".xlsx", ".csv", ".xml", ".archimate")  # that a browser offers first
FORMATS = {
    each.name: each
    for each in (
        Format("yaml", gettext_lazy("YAML, the whole version"), ".yaml", YAML, _whole),
        Format("own", gettext_lazy("YAML, only what it changes in the version that it builds on"), ".yaml", YAML, _own),
        Format("xlsx", gettext_lazy("Spreadsheet (.xlsx)"), ".xlsx", WORKBOOK,
               lambda draft: write_workbook(draft.model)),
        Format("oef", gettext_lazy("ArchiMate exchange file"), ".xml", XML,
               lambda draft: content_of(draft.model, "oef")),
        Format("archimate", gettext_lazy("Archi model"), ".archimate", XML,
               lambda draft: content_of(draft.model, "archimate")),
    )
}  # fmt: skip
