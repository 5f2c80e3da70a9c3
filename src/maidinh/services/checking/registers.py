"""Whether the form asks what a register holds already.

Layer 4. Pure. Legal ground: Decree 224/2026 articles 15 and 18 (what published registers hold isn't asked).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from maidinh.services.checking.catalogue import found
from maidinh.services.checking.findings import Finding
from maidinh.services.checking.surroundings import RegisterField
from maidinh.services.procedures.definition import Procedure

_ASIDE = re.compile(r"\([^)]*\)|[.,:;*?]")


def register_findings(procedure: Procedure, registers: Sequence[RegisterField]) -> Iterator[Finding]:
    """Fields and papers that are asked for although a register holds them.

    What belongs to a thing, such as a parcel, is surely held only where the form takes the thing from the register.
    """
    by_label = {label: each for each in registers for label in map(plain, each.labels)}
    by_name = {each.name.code: each for each in registers}
    sources = [field.from_register for page in procedure.pages for field in page.fields]
    picked = {source.service for source in sources if source is not None}
    for p, page in enumerate(procedure.pages):
        for f, field in enumerate(page.fields):
            if field.from_register is not None:
                continue
            at = ("pages", p, "fields", f)
            labels = (plain(field.label.vi), plain(field.label.en or ""))
            held = next((by_label[label] for label in labels if label and label in by_label), None)
            if held is not None and (not held.listed or held.interface.code in picked):
                yield found("field.held", at, field=field.id, register=held.interface, held=held.name)
            elif maybe := held or by_name.get(field.id):
                yield found("field.maybe-held", at, field=field.id, register=maybe.interface, held=maybe.name)
    for n, paper in enumerate(procedure.papers):
        kind = next((each for each in paper.kinds if each in by_name), None)
        if paper.required and kind is not None:
            held = by_name[kind]
            yield found("paper.held", ("papers", n), paper=paper.id, register=held.interface, held=held.name)


def plain(label: str) -> str:
    """A label without what stands in brackets, without punctuation and capitals, its letters in one form."""
    return " ".join(_ASIDE.sub(" ", unicodedata.normalize("NFC", label)).casefold().split())
