"""A file's format is told from its content: names lie, and what is no model is refused with what would be one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from maidinh.governance.interchange import archi, detection, oef
from maidinh.governance.interchange.problems import FileRefused
from maidinh.governance.modelling.definition import Model

EXAMPLES = Path(__file__).parent / "examples"
ARCHI = "http://www.archimatetool.com/archimate"
OEF = "http://www.opengroup.org/xsd/archimate/3.0/"


@pytest.mark.parametrize(
    ("content", "format_"),
    [
        (f'<archimate:model xmlns:archimate="{ARCHI}"/>', "archimate"),
        ("<a:model xmlns:b='x' xmlns:a='http://www.bolton.ac.uk/archimate'>", "archimate"),
        (f'<?xml version="1.0"?>\n<!-- <a> -->\n<?x y?><model name="a > b" xmlns="{OEF}">', "oef"),
        ('\ufeff<model xmlns="http://www.opengroup.org/xsd/archimate">', "oef"),
        (f'<!DOCTYPE model [<!ENTITY a "b">]><model xmlns="{OEF}">', "oef"),
        ("id: a\nname: b\n", "yaml"),
        ("---\n- a\n", "yaml"),
        ("# một chú thích\n\nprovince: lao-cai\n", "yaml"),
        ('{"elements": []}', "yaml"),
        ("elements:\n  - id: a, b\n", "yaml"),
        ("id,name\na,b\n", "csv"),
        ("\ufeffMã;Tên\n1;2\n", "csv"),
        ("id\tname\n", "csv"),
        ('"id","kind: of what"\n', "csv"),
    ],
)
def test_by_content(content: str, format_: str, tmp_path: Path) -> None:
    path = tmp_path / "named.png"
    path.write_text(content, "utf-8")
    assert detection.detect(path) == format_


def test_utf_16_is_understood(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(f'<model xmlns="{OEF}">', "utf-16")
    assert detection.detect(tmp_path / "a") == "oef"


@pytest.mark.parametrize("entry", [("model.xml", "archimate"), ("xl/workbook.xml", "xlsx")])
def test_archives(entry: tuple[str, str], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        archive.writestr(entry[0], "x")
    assert detection.detect(tmp_path / "a") == entry[1]


def test_what_we_write_and_what_we_have_is_told_apart(tmp_path: Path) -> None:
    archi.write(Model(), tmp_path / "a")
    oef.write(Model(), tmp_path / "b")
    assert (detection.detect(tmp_path / "a"), detection.detect(tmp_path / "b")) == ("archimate", "oef")
    for path in EXAMPLES.glob("*.archimate"):
        assert detection.detect(path) == "archimate"
    for path in EXAMPLES.glob("*.oef.xml"):
        assert detection.detect(path) == "oef"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"  \n", "the file is empty"),
        (b"just words", "neither tables nor a model"),
        (b"\x00\x01\x02", "no text"),
        (b"<html><body/></html>", "XML whose root is <html> of no namespace"),
        (b"<model/>", "XML whose root is <model> of no namespace"),
        (b"<!-- never ends", "XML without a root in sight"),
        (b"PK\x03\x04 broken", "the archive is broken"),
    ],
)
def test_what_is_none_of_them_is_refused_with_what_would_be(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "model.archimate"
    path.write_bytes(content)
    with pytest.raises(FileRefused, match=said):
        detection.detect(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="can't be read"):
        detection.detect(tmp_path / "nowhere")
    with pytest.raises(FileRefused, match="can't be read"):
        archi.read(tmp_path / "nowhere")
