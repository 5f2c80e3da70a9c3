"""How wide a text is in the fonts of the distribution, and how it breaks into lines of a given width. Layer 7.

Read from the fonts themselves, so that what is drawn for a page, a PDF and a picture has the same line breaks.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from pathlib import Path

import maidinh

FONTS = Path(maidinh.__file__).parent / "fonts"
REGULAR, BOLD = "BeVietnamPro-Regular.ttf", "BeVietnamPro-Bold.ttf"
UNKNOWN = 1.0  # of the size: as wide as a full character of any script
ELLIPSIS = "…"
BREAKS = "-/_"  # after these a word too long for a line is broken, else anywhere


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line of text at a size."""
    advances = _advances(BOLD if bold else REGULAR)
    return size * sum(map(advances.__getitem__, text))


def tidy(text: str) -> str:
    """The text as one line, without what can't be drawn."""
    if text.isprintable():
        return " ".join(unicodedata.normalize("NFC", text).split())
    kept = (" " if each.isspace() else each for each in text if each.isspace() or _drawable(each))
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def wrapped(text: str, room: float, size: float, *, bold: bool = False, lines: int = 3) -> list[str]:
    """The text in at most so many lines that are no wider than the room; an ellipsis tells that some is missing."""
    words, found, line = tidy(text).split(" "), [], ""
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        longer = f"{line} {word}" if line else word
        if width(longer, size, bold=bold) <= room:
            line = longer
            continue
        if line:
            waiting.append(word)
            found.append(line)
            line = ""
        else:
            head = _head(word, room, size, bold)
            if head != word:
                head = head[: max(head.rfind(each) for each in BREAKS) + 1] or head
            found.append(head)
            if rest := word[len(head) :]:
                waiting.append(rest)
        if len(found) == lines:
            if waiting:
                found[-1] = shortened(f"{found[-1]} {waiting[-1]}", room, size, bold=bold, cut=True)
            return found
    return [*found, line] if line else found


def shortened(text: str, room: float, size: float, *, bold: bool = False, cut: bool = False) -> str:
    """The text, or as much of its beginning as there is room for and an ellipsis; `cut` sets that in any case."""
    text = tidy(text)
    if not cut and width(text, size, bold=bold) <= room:
        return text
    left = room - width(ELLIPSIS, size, bold=bold)
    if left < 0:
        return ""
    kept = _head(text, left, size, bold, least=0).rstrip(" ,;:-–(")
    return kept + ELLIPSIS


def _head(text: str, room: float, size: float, bold: bool, least: int = 1) -> str:
    """As many characters from the beginning as the room holds, but at least so many."""
    advances, used = _advances(BOLD if bold else REGULAR), 0.0
    for at, each in enumerate(text):
        used += size * advances[each]
        if used > room:
            return text[: max(at, least)]
    return text


def _drawable(character: str) -> bool:
    """No control character, no surrogate, none that XML refuses."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Cn", "Co") and character not in "\ufffe\uffff"


class Advances(dict[str, float]):
    """The width of each character of a font, and of those it lacks."""

    def __missing__(self, character: str) -> float:
        return 0.0 if unicodedata.combining(character) else UNKNOWN


@cache
def _advances(font: str) -> Advances:
    """The width of every character of a font, as a share of its size."""
    data = (FONTS / font).read_bytes()
    tables = {}
    for at in range(12, 12 + 16 * struct.unpack_from(">H", data, 4)[0], 16):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, at)
        tables[tag] = offset
    units = struct.unpack_from(">H", data, tables[b"head"] + 18)[0]
    measured = struct.unpack_from(">H", data, tables[b"hhea"] + 34)[0]
    widths = struct.unpack_from(f">{measured * 2}H", data, tables[b"hmtx"])[::2]  # width, then the left side bearing
    glyphs = _glyphs(data, tables[b"cmap"])
    return Advances({chr(code): widths[min(glyph, measured - 1)] / units for code, glyph in glyphs})


def _glyphs(data: bytes, cmap: int) -> list[tuple[int, int]]:
    """Each character code with its glyph, from the table of the basic plane (format 4)."""
    for at in range(cmap + 4, cmap + 4 + 8 * struct.unpack_from(">H", data, cmap + 2)[0], 8):
        offset = cmap + struct.unpack_from(">HHI", data, at)[2]
        if struct.unpack_from(">H", data, offset)[0] == 4:
            return _segments(data, offset)
    raise ValueError("the font has no table of the characters of the basic plane")


def _segments(data: bytes, offset: int) -> list[tuple[int, int]]:
    count = struct.unpack_from(">H", data, offset + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, offset + 14)
    starts = struct.unpack_from(f">{count}H", data, offset + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", data, offset + 16 + 4 * count)
    ranges = offset + 16 + 6 * count
    found = []
    for number, (start, end, delta) in enumerate(zip(starts, ends, deltas, strict=True)):
        jump = struct.unpack_from(">H", data, ranges + 2 * number)[0]
        for code in range(start, end + 1):
            if code == 0xFFFF:
                continue
            glyph = code
            if jump:
                glyph = struct.unpack_from(">H", data, ranges + 2 * number + jump + 2 * (code - start))[0]
                if glyph == 0:
                    continue
            found.append((code, (glyph + delta) & 0xFFFF))
    return found
