"""Setting documents: a template and its facts become a PDF/A, with the fonts of the distribution and no others.

Layer 7. Facts reach the template as data, never as markup, so nothing that a person typed can be read as a command.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import segno
import typst

import maidinh

NO_FONT = "could not be displayed"  # what typst says of a letter that no font has
FONTS = Path(maidinh.__file__).parent / "fonts"
PIXELS = 40_000_000  # the most that a picture of a drawing has


def typeset(template: Path, facts: dict[str, Any], *, at: datetime, foreign_letters: bool = False) -> bytes:
    """The PDF/A-3b of a template; it reads `sys.inputs.facts` as JSON. Equal facts and time give equal bytes.

    PDF/A refuses a letter that no font has. With `foreign_letters` such a text becomes a plain PDF instead.
    """
    try:
        return _compiled(template, facts, at, ["a-3b"])
    except typst.TypstError as error:
        if not foreign_letters or NO_FONT not in str(error):
            raise
    return _compiled(template, facts, at, [])


def _compiled(template: Path, facts: dict[str, Any], at: datetime, standards: list[str]) -> bytes:
    made: bytes = typst.compile(
        template.read_bytes(),
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
        pdf_standards=standards,  # type: ignore[arg-type]
        timestamp=int(at.timestamp()),
    )
    return made


def asked(template: Path, facts: dict[str, Any], label: str) -> Any:
    """What a template tells of itself once it is set: the values of its metadata under a label."""
    told = typst.query(
        template.read_bytes(),
        f"<{label}>",
        field="value",
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
    )
    return json.loads(told)


def pictured(svg: str, width: float, height: float, form: Literal["png", "pdf"], *, title: str = "") -> bytes:
    """A drawing of that size in pixels as PNG (twice as fine, up to a bound) or as PDF, in our own fonts."""
    template = """#set document(title: sys.inputs.title, date: none)
#set page(width: eval(sys.inputs.width) * 1pt, height: eval(sys.inputs.height) * 1pt, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, alt: sys.inputs.title)"""
    facts = {"svg": svg, "title": title, "width": f"{width:.1f}", "height": f"{height:.1f}"}
    finer = max(0.2, min(2.0, (PIXELS / (width * height)) ** 0.5))
    more: dict[str, Any] = {"ppi": 72.0 * finer} if form == "png" else {"timestamp": 0}
    made: bytes = typst.compile(
        template.encode(), font_paths=[FONTS], ignore_system_fonts=True, sys_inputs=facts, format=form, **more
    )
    return made


def qr_code(address: str) -> str:
    """An SVG with the address as a QR code that a wrinkled print still gives back."""
    return segno.make(address, error="m", micro=False).svg_inline(border=2)


def day_in_words(day: date) -> str:
    """The date as documents write it (Decree 30/2020/NĐ-CP, Annex I)."""
    return f"Ngày {day:%d} tháng {day:%m} năm {day:%Y}"


def check() -> str | None:
    """What is wrong with this adapter on this machine; None when it works."""
    if not list(FONTS.glob("*.ttf")):
        return f"no fonts in {FONTS}"
    try:
        typst.compile(b"Check", font_paths=[FONTS], ignore_system_fonts=True)
    except RuntimeError as error:
        return f"documents cannot be set: {error}"
    return None
