"""Finding a procedure by what people type: without diacritics, unfinished words, raw Telex or VNI keys.

Layer 3, pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from maidinh.infrastructure.definitions.folding import fold

_TELEX = ((r"dd", "d"), (r"([aeo])\1", r"\1"), (r"([aou])w", r"\1"), (r"^w", "u"), (r"(?<=[^aeiouy])w", "u"))
_TONE = re.compile(r"(?<=[aeiouy])([a-z]*?)[sfrxj]([a-z]*)$")
_FINAL_I, _FINAL_Y = re.compile(r"(?<=\b[bhklmstv])i\b"), re.compile(r"(?<=\b[bhklmstv])y\b")
EVERY_WORD = 100  # points
_CODE = re.compile(r"\d\.?\d*")


@dataclass(frozen=True)
class Searched:
    """What of a procedure is searched: its code, its name as written, its folded text."""

    code: str
    name: str
    folded: str


def wordings(text: str) -> list[str]:
    """What may have been meant, the likeliest first: as typed, as Telex, as VNI, with y for i and i for y (kí, ký)."""
    plain = fold(text)
    meant = [plain, " ".join(map(_of_telex, plain.split())), " ".join(map(_of_vni, plain.split()))]
    meant += [_FINAL_I.sub("y", plain), _FINAL_Y.sub("i", plain)]
    return [each for n, each in enumerate(meant) if each and each not in meant[:n]]


def ranked(text: str, procedures: Iterable[Searched]) -> list[str]:
    """The codes of the procedures that answer the text, the best first."""
    known, partly, most = list(procedures), [], 0
    for meant in wordings(text):
        scored = [(score(text, meant, each), each.code) for each in known]
        found = sorted((each for each in scored if each[0] > 0), key=lambda each: (-each[0], each[1]))
        best = found[0][0] if found else 0
        if best >= EVERY_WORD:  # beside a procedure that has every word, those that share half of them are noise
            return [code for points, code in found if points >= EVERY_WORD]
        if best > most:
            partly, most = [code for _points, code in found], best
    return partly


def score(text: str, folded: str, procedure: Searched) -> int:
    """How well a procedure answers: its code, its name with the diacritics typed, all words, at least half of them."""
    if _CODE.fullmatch(folded):
        return 400 if procedure.code == folded else 300 if procedure.code.startswith(folded) else 0
    words, there = folded.split(), procedure.folded.split()
    matched = sum(any(each.startswith(word) for each in there) for word in words)
    if not words or matched * 2 < len(words):
        return 0
    if matched < len(words):
        return 90 * matched // len(words)
    if _written(text) in _written(procedure.name):
        return 250 if _written(text) != unicodedata.normalize("NFC", folded) else 200
    if f" {folded}" in f" {procedure.folded}":
        return 200
    return 150 if all(word in there for word in words) else 100


def _written(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _of_telex(word: str) -> str:
    if not word.isalpha():
        return word
    for keys, letter in _TELEX:
        word = re.sub(keys, letter, word)
    return _TONE.sub(r"\1\2", word)


def _of_vni(word: str) -> str:
    if not any(each.isalpha() for each in word):
        return word
    return re.sub(r"(?<=[a-z])\d+", "", word)
