"""What the command line says, in the language of the terminal: Vietnamese where LANG says so, else English.

Layer 0, config. The same catalogue as the pages.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[1] / "locale"


def language() -> str:
    """`vi` or `en`, by the usual variables."""
    for variable in ("MAIDINH_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "vi" if value.startswith("vi") else "en"
    return "en"


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation("django", LOCALE, languages=[code], fallback=True)


def say(text: str) -> str:
    """The text in the terminal's language."""
    return _catalogue(language()).gettext(text)


def saying(code: str) -> Callable[[str], str]:
    """How texts are said in a language that was asked for."""
    return _catalogue(code).gettext
