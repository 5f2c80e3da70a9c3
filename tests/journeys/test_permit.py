"""A building permit from the search for it to its verification, on a phone with scripts; officials with scripts too."""

from __future__ import annotations

import io
import time
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
COUNTED_WITHIN = 30  # seconds


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

    anyone.open(f"/open/measures?procedure={procedure.code}&by=month")
    figures = measured(anyone, lao_cai, procedure.code)
    for name in ("on-time", "results-electronic", "minutes-to-submission", "fields-typed", "fields-prefilled"):
        assert figures[name]["part"] >= (name != "minutes-to-submission"), name
        assert figures[name]["whole"] >= 1, name


def measured(reader: Visit, province: RunningProvince, procedure: str) -> dict[str, Any]:
    """What is counted of a procedure in public, once the worker has counted its dossier."""
    until = time.monotonic() + COUNTED_WITHIN
    while True:
        told = reader.page.request.get(f"{province.address}/api/open/measures.json?procedure={procedure}").json()
        index = told["index"]
        figures = {each["id"]: each for group in index["groups"] for each in group["indicators"]}
        figures |= {each["id"]: each for each in index["measures"]}
        if (figures["on-time"]["whole"] and figures["fields-typed"]["whole"]) or time.monotonic() > until:
            return figures
        time.sleep(0.5)
