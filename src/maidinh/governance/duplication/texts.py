"""From what an owner wrote to what it is about: objects, kind of system, users, places and the words that are left.

Layer 4, governance. Pure. The longest word of the terms fits first. A text without any diacritics is read by its bare
letters; one that has them is read as it is written, for bare letters mean many things.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from maidinh.governance.duplication.definition import DuplicationTerms
from maidinh.infrastructure.definitions.folding import fold

TOKEN = re.compile(r"\w+(?:[&\-]\w+)*", re.UNICODE)
CLAUSE = re.compile(r"[,.;:()\n\"“”]+")
NUMBER = re.compile(r"[\divx]+$")
Tree = dict[str, "Tree | str"]
END = ""  # the key in a tree under which the meaning stands


@dataclass(frozen=True)
class Meaning:
    """What one text is about. `linked` are objects that it only names as what it is linked to.

    Of the syllables that say something, `said` in number, the words of the terms cover `known`.
    """

    objects: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    shared: bool = False
    continuing: bool = False
    known: int = 0
    said: int = 0
    linked_words: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()


@dataclass
class _Reading:
    objects: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    processes: list[str] = field(default_factory=list)
    known: int = 0
    said: int = 0


class Vocabulary:
    """The words of the terms, made ready for reading texts."""

    def __init__(self, terms: DuplicationTerms) -> None:
        self.abbreviations = {_plain(each): _plain(said).split() for each, said in terms.abbreviations.items()}
        self.units = {_plain(each) for each in terms.place_units}
        self._objects = _both(_named((each.id, (each.vi, *each.words)) for each in terms.objects()))
        self._shapes = _both(_named((each.id, (each.vi, *each.words)) for each in terms.shapes))
        self._users = _both(_named((each.id, (each.vi, *each.words)) for each in terms.users))
        self._processes = _both(_named((each.id, (each.vi, *each.words)) for each in terms.processes))
        self._synonyms = _both(_named(terms.synonyms.items()))
        self._idle = _both(dict.fromkeys(terms.boilerplate, "idle"))
        self._linking = _both(dict.fromkeys(terms.linking, "link"))
        self._shared = _both(dict.fromkeys(terms.shared, "shared"))
        self._continuing = _both(dict.fromkeys(terms.continuing, "continuing"))
        self.unit_words = {word for each in self.units for word in each.split()}
        self.communes = [_plain(each) for each in terms.commune_units]
        self.whole = {fold(each) for each in terms.whole}
        self.everywhere = {fold(each) for each in terms.everywhere}
        self.read = lru_cache(maxsize=65536)(self._read)

    def tokens(self, text: str) -> list[str]:
        """The words of a text, in full: `QLVB` becomes `quản lý văn bản`."""
        found: list[str] = []
        for match in TOKEN.findall(_plain(text)):
            if match in self.abbreviations:
                found += self.abbreviations[match]
                continue
            for part in re.split(r"[&\-]", match):
                found += self.abbreviations.get(part, [part])
        return found

    def place(self, text: str) -> frozenset[str]:
        """The places that a stated territory names, without the kind of place; empty for the whole nation."""
        found = set()
        for part in re.split(r"[,;()]", text.replace(".", " ")):
            words = _plain(part).split()
            whole = fold(" ".join(words))
            if any(whole == each or whole.startswith(f"{each} ") for each in self.whole):
                continue
            while len(words) > 1 and words[0] in self.unit_words:
                words = words[1:]
            name = fold(" ".join(words))
            if name and name not in self.everywhere:
                found.add(name)
        return frozenset(found)

    def nationwide(self, territory: Iterable[str]) -> bool:
        """Whether a stated territory is the whole nation."""
        return any(fold(part.strip()) in self.everywhere for each in territory for part in re.split(r"[,;()]", each))

    def names_province(self, territory: Iterable[str]) -> bool:
        """Whether a stated territory names more than communes."""
        parts = [_plain(part) for each in territory for part in re.split(r"[,;()]", each) if part.strip()]
        return not parts or any(not part.startswith(tuple(f"{unit} " for unit in self.communes)) for part in parts)

    def _read(self, text: str) -> Meaning:
        reading = _Reading()
        bare = text.isascii()
        whole: list[str] = []
        linked_words: list[str] = []
        for clause in CLAUSE.split(self._without_places(text, reading)):
            tokens = self.tokens(clause)
            whole += [*tokens, "."]
            cut = next((n for n in range(len(tokens)) if _longest(self._linking[bare], tokens, n)[0]), len(tokens))
            cut = cut if cut > 0 else 0
            self._clause(tokens[:cut], bare, reading, reading.objects)
            beyond = _Reading()
            self._clause(tokens[cut:], bare, beyond, reading.linked)
            linked_words += beyond.words
        return Meaning(
            tuple(reading.objects), tuple(reading.linked), tuple(reading.shapes), tuple(reading.users),
            tuple(reading.words), tuple(reading.places), _any(self._shared[bare], whole),
            _any(self._continuing[bare], whole), reading.known, reading.said, tuple(linked_words),
            tuple(reading.processes),
        )  # fmt: skip

    def _clause(self, tokens: Sequence[str], bare: bool, into: _Reading, objects: list[str]) -> None:
        objects += [meaning for _, meaning in _found(self._objects[bare], tokens)]
        into.shapes += [meaning for _, meaning in _found(self._shapes[bare], tokens)]
        into.users += [meaning for _, meaning in _found(self._users[bare], tokens)]
        into.processes += [meaning for _, meaning in _found(self._processes[bare], tokens)]
        plainer = self._plainer(tokens, bare)
        if plainer != tokens:
            objects += [meaning for _, meaning in _found(self._objects[bare], plainer)]
            into.processes += [meaning for _, meaning in _found(self._processes[bare], plainer)]
        tokens = plainer
        kept: list[str] = []
        n = 0
        while n < len(tokens):
            length, _ = _longest(self._idle[bare], tokens, n)
            named, _ = _longest(self._objects[bare], tokens, n)
            if named > length or (named and named == length > 1):
                kept += tokens[n : n + named]
                into.known += named
                n += named
            elif length:
                kept.append("")
                n += length
            else:
                kept.append("" if NUMBER.match(tokens[n]) else tokens[n])
                n += 1
        bare_words = [fold(each) if bare else each for each in kept]
        into.said += sum(bool(each) for each in kept)
        into.words += [each for each in bare_words if each]
        into.words += [f"{one} {two}" for one, two in pairwise(bare_words) if one and two]

    def _plainer(self, tokens: Sequence[str], bare: bool) -> Sequence[str]:
        """The same with the plain words of administration for what people say; words of an object stay."""
        out: list[str] = []
        n = 0
        while n < len(tokens):
            length, plain = _longest(self._synonyms[bare], tokens, n)
            named, _ = _longest(self._objects[bare], tokens, n)
            if named > 1 and named >= length:
                out += tokens[n : n + named]
                n += named
            elif length:
                out += (fold(plain) if bare else plain).split()
                n += length
            else:
                out.append(tokens[n])
                n += 1
        return out

    def _without_places(self, text: str, reading: _Reading) -> str:
        """The text without names of places: a unit, then words that begin with a capital."""
        parts = re.split(r"(\s+)", text)
        out: list[str] = []
        n = 0
        while n < len(parts):
            if _plain(parts[n]).rstrip(".") in self.units:
                last = n
                name: list[str] = []
                while last + 2 < len(parts) and parts[last + 2][:1].isupper() and len(name) < 4:
                    name.append(parts[last + 2].rstrip(",.;:)"))
                    last += 2
                    if parts[last][-1:] in ",.;:)":
                        break
                if name and _plain(name[0]) not in self.abbreviations:
                    reading.places.append(fold(" ".join(name)))
                    out.append(" ." if parts[last][-1:] in ",.;:)" else " ")
                    n = last + 1
                    continue
            out.append(parts[n])
            n += 1
        return "".join(out)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip()


def _named(groups: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    return {word: name for name, words in groups for word in words}


def _both(words: dict[str, str]) -> tuple[Tree, Tree]:
    """Two trees: of the words as they are written, and of their bare letters."""
    written: Tree = {}
    bare: Tree = {}
    for word, meaning in words.items():
        tokens = [part for match in TOKEN.findall(_plain(word)) for part in re.split(r"[&\-]", match)]
        _plant(written, tokens, meaning)
        _plant(bare, fold(" ".join(tokens)).split(), meaning)
    return written, bare


def _plant(tree: Tree, tokens: Sequence[str], meaning: str) -> None:
    for token in tokens:
        below = tree.setdefault(token, {})
        if isinstance(below, str):
            return
        tree = below
    tree.setdefault(END, meaning)


def _longest(tree: Tree, tokens: Sequence[str], at: int) -> tuple[int, str]:
    """How many tokens from `at` on are one word of the tree, and its meaning; 0 where none is."""
    found, length, n = "", 0, at
    while n < len(tokens):
        below = tree.get(tokens[n])
        if not isinstance(below, dict):
            break
        tree, n = below, n + 1
        meaning = tree.get(END)
        if isinstance(meaning, str):
            found, length = meaning, n - at
    return length, found


def _found(tree: Tree, tokens: Sequence[str]) -> Iterator[tuple[int, str]]:
    n = 0
    while n < len(tokens):
        length, meaning = _longest(tree, tokens, n)
        if length:
            yield n, meaning
        n += length or 1


def _any(tree: Tree, tokens: Sequence[str]) -> bool:
    return next(_found(tree, tokens), None) is not None
