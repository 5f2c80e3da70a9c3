"""Vietnamese without its diacritics, for searching: what people type on a phone finds what is written in full.

Layer 7. đ is a letter of its own and does not decompose, so it is folded by hand.
"""

from __future__ import annotations

import unicodedata


class _Bare(dict[int, str]):
    """What each character becomes, worked out when it is first met: folding looks at no character's neighbours."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFD", chr(code).casefold())
        bare = "".join(c for c in decomposed if not unicodedata.combining(c)).replace("đ", "d")
        self[code] = "".join(c if c.isalnum() or c == "." else " " for c in bare)
        return self[code]


_BARE = _Bare()


def fold(text: str) -> str:
    """Lower case, without diacritics, one space between words: `Đăng ký  Đất` becomes `dang ky dat`."""
    return " ".join(text.translate(_BARE).split())
