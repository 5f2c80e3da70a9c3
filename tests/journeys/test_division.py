"""Land divided without any script, on the narrowest screen, in English; one page of it with the keyboard alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pypdf import PdfReader

from . import citizens
from .officials import Desks
from .running import RunningProvince
from .visits import NARROWEST, Visit

FARMER = "Lù Thị Mai"


def test_division_without_scripts(
    lao_cai: RunningProvince, visit: Callable[..., Visit], sessions: dict[Any, Any]
) -> None:
    procedure = next(each for each in lao_cai.province.procedures if each.code == "1.012784")
    receiving = procedure.receiving[0]
    farmer = visit(lao_cai, language="en", javascript=False, size=NARROWEST)
    citizens.find(farmer, procedure)
    citizens.begin(farmer, procedure, FARMER, receiving)
    for page in procedure.pages[:-1]:
        citizens.answer_page(farmer, procedure, page, datetime.now(UTC).date())
    farmer.heading(procedure.pages[-1].title.in_language("en"))
    citizens.answer_by_keyboard(farmer, procedure, procedure.pages[-1].id)
    farmer.heading("Your papers")
    citizens.upload_all(farmer, procedure)
    code, _secret = citizens.submit(farmer)
    receipt = farmer.download(farmer.button("Download the receipt (PDF)"))
    assert code in "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(receipt)).pages)

    desks = Desks(visit, lao_cai, sessions, language="en", javascript=False)
    assert desks.process(code, procedure, receiving)[-1] == "handover"

    farmer.open("/dossiers")
    farmer.follow(farmer.main.get_by_role("link", name=procedure.short_name.in_language("en")).first)
    assert farmer.download(farmer.main.get_by_role("link", name="Download the result (PDF)")).startswith(b"%PDF-")
    number = farmer.main.locator("a[href^='/verify/']")
    farmer.follow(number)
    farmer.says("A result was issued here under this code.")
