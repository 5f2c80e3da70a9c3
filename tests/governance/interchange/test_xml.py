"""Hostile, broken and huge XML is refused with its place, before a tree of it exists."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from lxml import etree

from maidinh.governance.interchange import xml
from maidinh.governance.interchange.problems import SHOWN, FileRefused, Place

BILLION = """<?xml version="1.0"?>
<!DOCTYPE model [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<model>&c;</model>"""
OUTSIDE = """<?xml version="1.0"?>
<!DOCTYPE model [<!ENTITY secret SYSTEM "file:///etc/hostname">]>
<model>&secret;</model>"""


def refused(tmp_path: Path, content: bytes) -> Place:
    path = tmp_path / "model.xml"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refusal:
        xml.parse(path)
    (problem,) = refusal.value.problems
    assert str(refusal.value) == str(problem)
    assert str(problem).startswith(f"{path}:{problem.line}: ")
    return problem


@pytest.mark.parametrize("text", [BILLION, OUTSIDE, '<!DOCTYPE m PUBLIC "-//x" "http://example.org/m.dtd">\n<m/>'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused(tmp_path: Path, text: str, encoding: str) -> None:
    problem = refused(tmp_path, text.encode(encoding))
    assert "document type" in problem.text
    assert problem.line == (1 if text.startswith("<!") else 2)


def test_a_public_entity_is_not_fetched_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    assert "undefined entity" in refused(tmp_path, b"<m>\n&nowhere;</m>").text


def test_too_deep(tmp_path: Path) -> None:
    fits = b"<a>" * xml.DEPTH_LIMIT + b"</a>" * xml.DEPTH_LIMIT
    (tmp_path / "fits.xml").write_bytes(fits)
    assert xml.parse(tmp_path / "fits.xml").tag == "a"
    problem = refused(tmp_path, b"<a>\n" * (xml.DEPTH_LIMIT + 1) + b"</a>" * (xml.DEPTH_LIMIT + 1))
    assert problem.line == xml.DEPTH_LIMIT + 1


@pytest.mark.parametrize("unit", [b"<a/>", b'<a b="" c=""/>', b"<!---->", b"<?a?>"])
def test_too_many_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit: bytes) -> None:
    monkeypatch.setattr(xml, "NODE_LIMIT", 1000)
    assert "1000" in refused(tmp_path, b"<m>" + unit * 1000 + b"</m>").text


def test_too_many_attributes(tmp_path: Path) -> None:
    many = " ".join(f'a{n}=""' for n in range(xml.ATTRIBUTE_LIMIT + 1))
    problem = refused(tmp_path, f"<m>\n<b {many}/></m>".encode())
    assert (problem.line, problem.place) == (2, "b")
    assert "1000 attributes" in problem.text


def test_a_file_of_200_megabytes_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    tracemalloc.start()
    with pytest.raises(FileRefused, match="209715200 bytes"):
        xml.parse(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1024 * 1024


def test_content_read_elsewhere_has_the_same_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "FILE_SIZE_LIMIT", 3)
    with pytest.raises(FileRefused, match=r"model\.xml:0: 4 bytes"):
        xml.parse_content(b"<a/>", Path("model.xml"))


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"<a>\n<b>\n</a>", 3), (b"", 1), (b"<a/>\n<b/>", 2), (b"<a>\xff</a>", 1), (b"\x00\x01\x02", 1), (b"plain", 1)],
)
def test_broken_xml_names_its_line(tmp_path: Path, content: bytes, line: int) -> None:
    problem = refused(tmp_path, content)
    assert problem.line == line
    assert "export it" in problem.text


@pytest.mark.parametrize("encoding", ["no-such-thing", "big5"])
def test_an_encoding_that_can_not_be_read_is_refused(tmp_path: Path, encoding: str) -> None:
    assert "UTF-8" in refused(tmp_path, f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode()).text


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"none\.xml:0: the file can't be read"):
        xml.parse(tmp_path / "none.xml")


def test_text_is_kept_to_the_letter(tmp_path: Path) -> None:
    path = tmp_path / "model.xml"
    path.write_bytes("<a b='&#10; &lt;x'> một\n\t hai &#13;<![CDATA[<c>]]> </a>".encode())
    root = xml.parse(path)
    assert (root.text, root.get("b")) == (" một\n\t hai \r<c> ", "\n <x")


def test_one_kept_part_is_parsed_again_and_nothing_else() -> None:
    assert xml.fragment('<a xmlns="urn:x">1</a>').tag == "{urn:x}a"
    assert xml.fragment("<!-- a -->").text == " a "
    for text in ("<a/><b/>", "", "<a>", "</kept><kept>"):
        with pytest.raises(etree.XMLSyntaxError):
            xml.fragment(text)


def test_a_message_names_at_most_so_many_problems() -> None:
    places = [Place(Path("f"), n, "", "wrong") for n in range(SHOWN + 2)]
    error = FileRefused(places)
    assert str(error).endswith("\n... and 2 more")
    assert error.problems == places
