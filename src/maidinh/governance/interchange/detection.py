"""Of which format a file is, told from what it holds and never from its name. Layer 4, governance.

Only the beginning is looked at, and nothing is parsed that could do harm: whoever reads the file afterwards checks it.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Literal

from maidinh.governance.interchange import archi_archive
from maidinh.governance.interchange.archi_kinds import ARCHIMATE, OLDER
from maidinh.governance.interchange.oef_vocabulary import FAMILY
from maidinh.governance.interchange.problems import FileRefused, Place

FileFormat = Literal["oef", "archimate", "xlsx", "csv", "yaml"]

LOOKED_AT = 64 * 1024  # bytes; comments may stand before the root of an XML file
KNOWN = "the ArchiMate exchange format, Archi's format, a workbook (.xlsx), CSV or YAML"
_BEFORE_ROOT = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<![^>\[]*(?:\[.*?\]\s*)?>\s*)*", re.DOTALL)
_ROOT = re.compile(r"<(?:([\w.-]+):)?([\w.-]+)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)")
_NAMESPACE = r"\sxmlns{prefix}\s*=\s*[\"']([^\"']*)[\"']"
_YAML = re.compile(r"(?:---|%YAML|#|- |[\w\"'{\[][^\n,;\t]*:(?:\s|$)|\{|\[)")


def detect(path: Path) -> FileFormat:
    """The format of the file. Raises FileRefused, naming what is known, for one that is none of them."""
    try:
        with path.open("rb") as file:
            start = file.read(LOOKED_AT)
    except OSError as error:
        raise _refused(path, f"the file can't be read: {error.strerror}") from None
    if start.startswith(archi_archive.SIGNATURE):
        return _archive(path)
    text = _text(path, start)
    beginning = text.lstrip("\ufeff \t\r\n")
    if beginning.startswith("<"):
        return _xml(path, beginning)
    if not beginning:
        raise _refused(path, f"the file is empty: give {KNOWN}")
    return "yaml" if _is_yaml(beginning) else "csv" if _is_csv(beginning) else _unknown(path)


def _archive(path: Path) -> FileFormat:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise _refused(path, f"the archive is broken ({error}): save it again") from None
    if archi_archive.MODEL in names:
        return "archimate"
    if "xl/workbook.xml" in names:
        return "xlsx"
    raise _refused(path, f"an archive with neither a model of Archi nor a workbook: give {KNOWN}")


def _text(path: Path, start: bytes) -> str:
    """The beginning as text; of a character that is cut in two at its end nothing is said."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start.decode("utf-16", "replace")
    if b"\x00" in start:
        raise _refused(path, f"no text: give {KNOWN}")
    return start.decode("utf-8", "replace")


def _xml(path: Path, beginning: str) -> FileFormat:
    before = _BEFORE_ROOT.match(beginning)
    root = _ROOT.match(beginning, before.end() if before else 0)
    if root is None:
        raise _refused(path, "XML without a root in sight: export the model from the tool that made it again")
    prefix, name, attributes = root.groups()
    found = re.search(_NAMESPACE.format(prefix=f":{re.escape(prefix)}" if prefix else ""), f" {attributes}")
    namespace = found[1] if found else ""
    if name == "model" and namespace in OLDER | {ARCHIMATE}:
        return "archimate"
    if name == "model" and namespace.startswith(FAMILY):
        return "oef"
    raise _refused(path, f"XML whose root is <{name}> of {namespace or 'no namespace'}: give {KNOWN}")


def _is_yaml(beginning: str) -> bool:
    """Whether the first line that says something is one of YAML."""
    lines = (line for line in beginning.splitlines() if line.strip())
    first = next((line for line in lines if not line.lstrip().startswith("#")), "")
    return bool(_YAML.match(first)) if first else beginning.startswith("#")


def _is_csv(beginning: str) -> bool:
    """Whether the first line has columns."""
    line = beginning.splitlines()[0]
    return any(separator in line for separator in ",;\t")


def _unknown(path: Path) -> FileFormat:
    raise _refused(path, f"neither tables nor a model: give {KNOWN}")


def _refused(path: Path, text: str) -> FileRefused:
    return FileRefused([Place(path, 0, "", text)])
