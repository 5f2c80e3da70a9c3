"""A building permit from the search for it to its verification, on a phone with scripts; officials with scripts too."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Browser
from pypdf import PdfReader

from . import citizens
from .officials import Desks
from .running import RunningProvince
from .visits import Visit

OWNER = "Nguyễn Văn Thành"


def test_permit_on_a_phone(
    lao_cai: RunningProvince, visit: Callable[..., Visit], sessions: dict[Any, Any], browser: Browser
) -> None:
    procedure = next(each for each in lao_cai.province.procedures if each.code == "1.013225")
    receiving = procedure.receiving[0]
    owner = visit(lao_cai)
    citizens.find(owner, procedure)
    done = citizens.apply(owner, procedure, OWNER, receiving, datetime.now(UTC).date())
    assert done.pages <= 14
    assert done.typed <= 8

    receipt = owner.download(owner.button("Download the receipt (PDF)"))
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(receipt)).pages)
    assert done.code in text
    assert OWNER in text

    steps = Desks(visit, lao_cai, sessions).process(done.code, procedure, receiving)
    assert steps == ["intake", "appraisal", "field-check", "signature", "handover"]

    owner.open("/notices")
    owner.follow(owner.main.get_by_role("link", name=done.code).first)
    result = owner.download(owner.main.get_by_role("link", name=owner.words("Download the result (PDF)")))
    anyone = visit(lao_cai)
    anyone.open("/verify")
    anyone.field(anyone.words("The result as PDF")).set_input_files(
        {"name": "ket-qua.pdf", "mimeType": "application/pdf", "buffer": result}
    )
    anyone.press("Verify the file")
    anyone.says(anyone.words("Genuine: this very file was issued here and its signature holds."))

    anyone.open("/track")
    anyone.field(anyone.words("Code on the receipt")).fill(done.code)
    anyone.field(anyone.words("Secret on the receipt")).fill(done.secret)
    anyone.press("Track")
    anyone.says(done.code)
