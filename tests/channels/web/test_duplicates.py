"""The pages of duplicates: what is found is shown with its reasons, decided once by the right person, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import Error, transaction
from django.utils import translation

from maidinh.channels.web import duplicates
from maidinh.governance.duplication.judging import Searcher
from maidinh.governance.duplication.models import Decision
from maidinh.governance.duplication.queries import all_duplicates, duplicates_for
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from tests.channels.web.appraised import Bench, page, sent

pytestmark = pytest.mark.slow
TITLE = {"vi": "Xây dựng phần mềm quản lý văn bản và điều hành, công văn đi đến, hồ sơ công việc"}


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


def test_the_figure_of_the_home_is_kept_and_never_old(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[int] = []
    within = Searcher.within

    def counted(self: Searcher, ids: Iterable[str], *, limit: int = 10) -> Any:
        searched.append(1)
        return within(self, ids, limit=limit)

    monkeypatch.setattr(Searcher, "within", counted)

    def waiting() -> int:
        with acting(agencies=bench.appraiser.agencies, person=bench.appraiser.id):
            found = duplicates.waiting(bench.appraiser, bench.at)
            assert found == sum(each.open for _row, group in all_duplicates(bench.appraiser) for each in group)
            return found

    first = bench.begin(title=TITLE, summary=TITLE)
    before = waiting()
    assert before and waiting() == before and len(searched) == 1
    with acting(agencies=bench.appraiser.agencies, person=bench.appraiser.id):
        found = next(each for each in duplicates_for(bench.appraiser, first.project) if each.open)
    form = {"other": found.key, "seen": first.project.hash, "number": "0", "decision": "different", "reason": "Khác"}
    sent(bench.of(bench.appraiser), f"/projects/{first.project.code}/duplicates/decide", **form)
    assert waiting() == before - 1 and len(searched) == 1
    bench.begin(code="van-ban-2-2026", title=TITLE, summary=TITLE)
    assert waiting() > before and len(searched) == 2


def test_a_finding_is_shown_decided_and_kept(bench: Bench) -> None:
    row = bench.begin(title=TITLE, summary=TITLE)
    code, browser = row.project.code, bench.of(bench.appraiser)
    html = page(browser, f"/projects/{code}/duplicates")
    assert "Both are about" in html
    assert "To decide" in html
    assert f'href="/projects/{code}/duplicates"' in page(browser, "/duplicates")
    assert f'href="/projects/{code}/duplicates"' in page(browser, f"/appraisals/{row.pk}")
    with acting(agencies=bench.appraiser.agencies, person=bench.appraiser.id):
        found = next(each for each in duplicates_for(bench.appraiser, row.project) if each.open)
        before = duplicates.waiting(bench.appraiser, bench.at)
    where, form = f"/projects/{code}/duplicates/decide", {"other": found.key, "seen": row.project.hash, "number": "0"}

    refused = browser.post(where, form | {"decision": "different", "reason": " "})
    assert refused.status_code == 422
    assert "Say why, so that the next person understands it." in refused.content.decode()
    stale = browser.post(where, form | {"seen": "0" * 64, "decision": "different", "reason": "Một việc khác"})
    assert stale.status_code == 422
    assert "Một việc khác" in stale.content.decode()
    assert not Decision.objects.exists()

    answer = sent(browser, where, **form, decision="different", reason="Chỉ dùng nội bộ <một> đơn vị")
    html = page(browser, answer["Location"])
    assert "The decision is kept." in html
    assert "Chỉ dùng nội bộ" in html
    raw = browser.get(answer["Location"]).content.decode()
    assert "&lt;một&gt;" in raw
    assert "<một>" not in raw
    with acting(agencies=bench.appraiser.agencies, person=bench.appraiser.id):
        assert duplicates.waiting(bench.appraiser, bench.at) == before - 1
        decided = {each.key: each for each in duplicates_for(bench.appraiser, row.project)}
        assert not decided[found.key].open
        kept = Decision.objects.get()
        for change in (lambda: Decision.objects.update(reason="khác"), lambda: Decision.objects.all().delete()):
            with pytest.raises(Error), transaction.atomic():
                change()
        with pytest.raises(Error), transaction.atomic():  # by who wrote in the project
            Decision.objects.create(**_same(kept, by=row.project.author))
        with pytest.raises(Error), transaction.atomic():  # on another state of the project
            Decision.objects.create(**_same(kept, project_hash="0" * 64))


def _same(kept: Decision, **more: Any) -> dict[str, Any]:
    fields = ("project", "project_hash", "other_kind", "other", "other_hash", "found", "score", "decision", "reason",
              "by", "agency", "at")  # fmt: skip
    return {name: getattr(kept, name) for name in fields} | more


def test_the_owner_reads_it_and_does_not_decide(bench: Bench) -> None:
    row = bench.begin(title=TITLE, summary=TITLE)
    browser = bench.of(bench.officer)
    html = page(browser, f"/projects/{row.project.code}/duplicates")
    assert "Both are about" in html
    assert "What is decided?" not in html
    assert browser.post(f"/projects/{row.project.code}/duplicates/decide", {}).status_code == 403
