"""Reading one XML part of a workbook as a stream: no tree, no DTD, no entity, bounded in depth, number and length.

Layer 7.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

from maidinh.infrastructure.workbooks.problems import Place, TableRefused

CHUNK = 65_536  # bytes
DEPTH_LIMIT, ELEMENT_LIMIT = 64, 20_000_000
TOKEN_LIMIT = 4 * 1024 * 1024  # bytes of one tag or stretch of text

Attributes = dict[str, str]


class Part:
    """A part while it is read. What is met is told to `start`, `end` and `text` with names freed of their namespace."""

    def __init__(
        self,
        path: Path,
        archive: zipfile.ZipFile,
        name: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None],
        text: Callable[[str], None],
    ) -> None:
        self.path, self.archive, self.name = path, archive, name
        self._start, self._end = start, end
        self._depth = self._elements = 0
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._started
        parser.EndElementHandler = self._ended
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        self._parser = parser

    def read(self) -> Iterator[None]:
        """Read it through, a piece at a time. Raises TableRefused."""
        try:
            with self.archive.open(self.name) as file:
                fed = 0
                while chunk := file.read(CHUNK):
                    self._parser.Parse(chunk, False)
                    fed += len(chunk)
                    if fed - max(0, self._parser.CurrentByteIndex) > TOKEN_LIMIT:
                        raise self._refused("a tag or text is longer than any honest one")
                    yield
                self._parser.Parse(b"", True)
                yield
        except expat.ExpatError as error:
            raise self._refused(f"is broken XML in line {error.lineno}: {expat.ErrorString(error.code)}") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
            raise self._refused(f"is damaged ({error}): fetch or save the file again") from None

    def _started(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > DEPTH_LIMIT:
            raise self._refused(f"nests more than {DEPTH_LIMIT} deep")
        if self._elements > ELEMENT_LIMIT:
            raise self._refused(f"holds more than {ELEMENT_LIMIT} elements")
        self._start(name.rpartition(" ")[2], attributes)

    def _ended(self, name: str) -> None:
        self._depth -= 1
        self._end(name.rpartition(" ")[2])

    def _doctype(self, *_: object) -> None:
        raise self._refused("declares a document type or entities, which no workbook needs: save it again")

    def _refused(self, text: str) -> TableRefused:
        return TableRefused(Place(self.path, f"part {self.name!r} {text}"))
