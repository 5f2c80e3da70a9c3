"""The facts of an exchange file by the identity of its things, read by expat and by nothing of the project's.

A fact is something said of a thing that has an identifier: an attribute, a text in a language, a value of a property, a
colour, the n-th bend of a line, the folder that holds it. Where in the file it is said is no fact.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.parsers import expat

Facts = Counter[tuple[str, ...]]
TEXTS = {"name", "documentation", "label", "value", "schema", "schemaversion"}
NOT_SAID = {"schemaLocation"}


class _Collecting:
    def __init__(self) -> None:
        self.facts: Facts = Counter()
        self.owners: list[tuple[str, ...]] = [()]
        self.labels: list[str] = []
        self.text: list[str] = []
        self.languages: list[str] = []
        self.bends = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        self.text = []
        self.languages.append(plain.pop("lang", ""))
        identifier = plain.pop("identifier", None)
        if name == "item":
            self.labels.append("")
            if reference := plain.get("identifierRef"):
                self.facts["folder", "/".join(self.labels), reference] += 1
            self.owners.append(("folder", "/".join(self.labels)))
            return
        if identifier is not None:
            owner: tuple[str, ...] = (name, identifier)
            self.facts[("is", *self.owners[-1][:2], name, identifier)] += 1
            self.bends = 0
        elif name == "bendpoint":
            self.bends += 1
            owner = (*self.owners[-1], f"bend {self.bends}")
        elif name == "property":
            owner = (*self.owners[-1], "property", plain.pop("propertyDefinitionRef", ""))
        else:
            owner = (*self.owners[-1], name)
        self.owners.append(owner)
        for key, value in plain.items():
            if key not in NOT_SAID:
                self.facts[(*owner, f"@{key}", value)] += 1

    def hear(self, text: str) -> None:
        self.text.append(text)

    def end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        owner, language = self.owners.pop(), self.languages.pop()
        text = "".join(self.text)
        self.text = []
        if name == "item":
            self.labels.pop()
        elif name == "label" and self.labels:
            self.labels[-1] = text
            self.owners[-1] = ("folder", "/".join(self.labels))
            self.facts["folder", "/".join(self.labels), "label", language] += 1
        elif name in TEXTS or text.strip():
            self.facts[(*owner, language, text)] += 1


def facts(path: Path) -> Facts:
    """Every fact of the file, as often as it is said."""
    collecting = _Collecting()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = collecting.start
    parser.EndElementHandler = collecting.end
    parser.CharacterDataHandler = collecting.hear
    with path.open("rb") as file:
        parser.ParseFile(file)
    return collecting.facts


def lost(before: Path, after: Path) -> tuple[int, int, list[str]]:
    """How many facts the second file lost, of how many, and the commonest sorts of them."""
    one = facts(before)
    gone = one - facts(after)
    sorts = Counter(_sort(fact) for fact in gone.elements())
    return gone.total(), one.total(), [f"{count} {sort}" for sort, count in sorts.most_common(4)]


def _sort(fact: tuple[str, ...]) -> str:
    named = [part.split(" ")[0] for part in fact[2:-1] if part.startswith("@") or part.isalpha()]
    return " ".join([fact[0], *named])
