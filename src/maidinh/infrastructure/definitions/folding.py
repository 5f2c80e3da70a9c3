"""Vietnamese without its diacritics, for searching: what people type on a phone finds what is written in full.

Layer 7. đ is a letter of its own and does not decompose, so it is folded by hand.
"""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Lower case, without diacritics, one space between words: `Đăng ký  Đất` becomes `dang ky dat`."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).replace("đ", "d")
    words = "".join(c if c.isalnum() or c == "." else " " for c in bare)
    return " ".join(words.split())
