"""A small portfolio and its roadmap, written by hand, on which pictures, plans and trainings are tried."""

from __future__ import annotations

from maidinh.governance.projects.definition import Project
from maidinh.governance.roadmap.definition import Portfolio, Roadmap
from maidinh.governance.roadmap.plans import SourceOfMoney
from maidinh.infrastructure.definitions.definition import Text

BILLION = 10**9
NAMES = {"H62.1": "Sở Khoa học và Công nghệ", "H62.2": "Sở Nội vụ"}
SOURCES = {
    "local-investment": SourceOfMoney(Text(vi="Ngân sách tỉnh, đầu tư", en="Provincial, investment"), False),
    "local-regular": SourceOfMoney(Text(vi="Ngân sách tỉnh, thường xuyên", en="Provincial, recurrent"), True),
}


def _spend(after: int, source: str, kind: str, amount: int) -> dict[str, object]:
    return {"after": after, "source": source, "kind": kind, "amount": amount * BILLION}


PORTFOLIO = Portfolio.model_validate({
    "id": "small", "title": {"vi": "Lộ trình <mẫu> & thử", "en": "A <small> & plain roadmap"}, "sample": True,
    "years": [2026, 2027, 2028, 2029], "standing": ["lgsp"],
    "budgets": [{"year": 2027, "source": "local-investment", "amount": 50 * BILLION, "carries_over": True}],
    "phases": [
        {"id": "p1", "title": {"vi": "Giai đoạn 1", "en": "Phase 1"}, "begins": "2026-01-01", "ends": "2027-12-31",
         "targets": [{"id": "t", "title": {"vi": "Trực tuyến", "en": "Online"}, "measure": "dossiers-online",
                      "target": 80, "unit": {"vi": "%", "en": "%"}}]},
        {"id": "p2", "title": {"vi": "Giai đoạn 2", "en": "Phase 2"}, "begins": "2028-01-01", "ends": "2028-12-30"},
    ],
    "demands": [
        {"id": "data-hub", "title": {"vi": "Kho dữ liệu dùng chung", "en": "Shared data hub"}, "agency": "H62.1",
         "value": 9, "duration": 2, "deadline": 2027, "mandate": {"text": "Nghị định mẫu", "checked": False},
         "work": [{"agency": "H62.2", "amount": 1}],
         "spend": [_spend(0, "local-investment", "build", 4), _spend(1, "local-investment", "build", 6),
                   _spend(2, "local-regular", "run", 1), _spend(3, "local-regular", "run", 2)]},
        {"id": "one-stop", "title": {"vi": "=Một cửa số", "en": "=Digital one-stop"}, "agency": "H62.1", "value": 5,
         "duration": 1, "needs": ["data-hub"], "pinned": 2028, "deadline": 2027,
         "spend": [_spend(0, "local-investment", "build", 3)]},
        {"id": "people", "title": {"vi": "Quản lý cán bộ", "en": "Staff records"}, "agency": "H62.2", "value": 2,
         "spend": [_spend(0, "aid", "build", 7)]},
    ],
})  # fmt: skip
ROADMAP = Roadmap(
    portfolio="small", status="optimal", starts={"data-hub": 2026, "one-stop": 2028}, value=14,
)  # fmt: skip


def project(code: str, **more: object) -> Project:
    """A project that says as much as the builders read."""
    said = {
        "id": code, "title": {"vi": "Kho dữ liệu dùng chung"}, "summary": {"vi": "Gom dữ liệu một nơi."},
        "owner": "H62.1", "kind": "investment", "began_on": "2025-06-01", "architecture": "v1", "total": 0,
        "legal_basis": [{"text": "Quyết định mẫu"}],
        "training": [{"id": "desk", "agency": "H62.2", "subject": {"vi": "Dùng kho dữ liệu"}, "people": 20,
                      "before": "2027-02-28"}],
    }  # fmt: skip
    return Project.model_validate(said | more)
