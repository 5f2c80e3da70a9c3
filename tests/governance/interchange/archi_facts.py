"""What an Archi file says, fact by fact, read by the standard library and without the code under test.

A fact is an attribute or a text with the way to it; among nodes of one name the order counts, between names it doesn't.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

TEXTS = {"documentation", "purpose", "content", "notes", "hintContent"}
MORE = "maidinh:more"


def facts(content: bytes, without_more: bool = False) -> dict[str, str]:
    """Every fact of the XML, by its place. `without_more` leaves out what Mái Đình itself noted."""
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True, insert_pis=True))
    found: dict[str, str] = {}
    waiting = [("", ElementTree.fromstring(content, parser))]
    while waiting:
        way, node = waiting.pop()
        here = f"{way}/{_name(node)}"
        found[here] = ""
        for name, value in node.attrib.items():
            found[f"{here}@{name}"] = value
        own = [node.text or "", *(child.tail or "" for child in node)]
        whole = "".join(own)
        if whole.strip() or (not len(node) and node.tag in TEXTS):
            found[f"{here}#text"] = whole if not len(node) else " ".join(whole.split())
        seen: Counter[str] = Counter()
        for child in node:
            if without_more and child.tag == "feature" and child.get("name") == MORE:
                continue
            name = _name(child)
            seen[name] += 1
            waiting.append((f"{here}[{seen[name]}]", child))
    return found


def _name(node: ElementTree.Element) -> str:
    if callable(node.tag):
        return "?comment-or-instruction"
    return node.tag


def of_file(path: Path, without_more: bool = False) -> dict[str, str]:
    """The facts of a plain or zipped file; of an archive also which other entries it has, with their content."""
    content = path.read_bytes()
    if not zipfile.is_zipfile(path):
        return facts(content, without_more)
    with zipfile.ZipFile(path) as archive:
        found = facts(archive.read("model.xml"), without_more)
        for name in archive.namelist():
            if name != "model.xml":
                found[f"zip:{name}"] = archive.read(name).hex()
    return found


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """What was lost, made up or changed."""
    return [
        f"{place}: {before.get(place)!r} became {after.get(place)!r}"
        for place in sorted(before.keys() | after.keys())
        if before.get(place) != after.get(place)
    ]
