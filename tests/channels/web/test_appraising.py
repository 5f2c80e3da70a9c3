"""The appraiser's pages: the queue, the appraisal, what is asked, judged and signed; the opinions of other bodies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.utils import translation

from maidinh.governance.appraisal.models import Appraisal, BodyOpinion, Meeting, Supplement, Verdict
from maidinh.infrastructure.actor import Actor
from tests.channels.web.appraised import Bench, errors_in, page, sent

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def english(db: None) -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def bench(
    sign_in_as: Any, official: Callable[..., Actor], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> Bench:  # fmt: skip
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return Bench(sign_in_as, official, at)


def test_smoke(bench: Bench) -> None:
    row = bench.handed_in()
    browser = bench.of(bench.appraiser)
    open("/tmp/q.html", "w").write(page(browser, "/appraisals"))
    address = f"/appraisals/{row.pk}"
    sent(browser, f"{address}/take-up")
    open("/tmp/a.html", "w").write(page(browser, address))
    for each in ("supplement", "opinion", "meeting", "verdict"):
        open(f"/tmp/{each}.html", "w").write(page(browser, f"{address}/{each}"))
    print([(e["requirement"], e["result"]) for e in row.assessment["results"]])
