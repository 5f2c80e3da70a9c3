"""The pages of projects: prepared by its owner, seen by others only when handed in; forms that lose nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from maidinh.channels.web.picture import relation_names
from maidinh.channels.web.projects_changes import _relation_name
from maidinh.governance.appraisal.actions.asking import Defect, ask_supplement
from maidinh.governance.appraisal.actions.opening import take_up
from maidinh.governance.appraisal.models import Appraisal
from maidinh.governance.architecture.actions import approve_version, draft_version, publish_version
from maidinh.governance.architecture.queries import declared_organisations
from maidinh.governance.projects.actions.carrying import accept_project
from maidinh.governance.projects.models import Project
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from tests.channels.web.benches import fields_in
from tests.governance.projects.appraised import approve, pass_it

pytestmark = pytest.mark.slow

BEGUN = {
    "title.vi": "Mua máy quét cho bộ phận một cửa", "summary.vi": "Quét giấy tờ ngay khi nhận.", "kind": "purchase",
    "began_on-day": "2", "began_on-month": "11", "began_on-year": "2026",
}  # fmt: skip


class Desk:
    """A project officer's browser, in English, on a project that they began."""

    def __init__(self, sign_in_as: Callable[[Any, Any], None], official: Callable[..., Actor]) -> None:
        self.sign_in_as, self.official = sign_in_as, official
        self.officer = official("project.propose")
        self.client = self.browser(self.officer)

    def browser(self, actor: Actor | None) -> Client:
        client = Client()
        if actor is not None:
            self.sign_in_as(client, actor)
        client.cookies["django_language"] = "en"
        return client

    def begin(self, **more: str) -> Project:
        answer = self.client.post("/projects/new", {**BEGUN, **more})
        assert answer.status_code == 302, _errors(answer)
        self.code = answer["Location"].split("/")[2]
        return self.fresh()

    def fresh(self) -> Project:
        with acting(agencies=self.officer.agencies):
            return Project.objects.select_related("base").get(code=self.code)

    def page(self, path: str = "", status: int = 200, client: Client | None = None) -> str:
        answer = (client or self.client).get(f"/projects/{self.code}{path}")
        assert answer.status_code == status, answer.content.decode()[:2000]
        return str(answer.content.decode())

    def post(self, path: str, data: dict[str, Any], status: int = 302) -> str:
        answer = self.client.post(f"/projects/{self.code}{path}", data)
        assert answer.status_code == status, (answer.get("Location"), _errors(answer))
        return str(answer["Location"] if status == 302 else answer.content.decode())

    def save(self, part: str, data: dict[str, str]) -> str:
        """What is typed into a part over what its form holds, and saved."""
        return self.post(f"/edit/{part}", {**fields_in(self.page(f"/edit/{part}")), **data, "do": "save"})


def _errors(answer: Any) -> list[str]:
    return re.findall(r"error-summary__list.*?</ul>", answer.content.decode(), re.S)


@pytest.fixture
def desk(
    sign_in_as: Callable[[Any, Any], None],
    official: Callable[..., Actor],
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """A project officer at work; the clock of the pages stands at the moment of the tests."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return Desk(sign_in_as, official)


def test_a_project_is_begun_with_a_title_and_refused_without(desk: Desk) -> None:
    answer = desk.client.post("/projects/new", {**BEGUN, "title.vi": "", "began_on-day": "31", "began_on-month": "2"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#title.vi"' in html and 'href="#began_on"' in html
    assert "Quét giấy tờ ngay khi nhận." in html  # nothing typed is lost
    row = desk.begin()
    assert (row.code, row.owner, row.state) == ("mua-may-quet-cho-bo-phan-mot-cua", desk.officer.agency, "preparing")
    assert row.base.version == row.project.architecture
    assert desk.begin().code == "mua-may-quet-cho-bo-phan-mot-cua-2"


def test_every_page_of_a_fresh_project_comes(desk: Desk) -> None:
    desk.begin()
    parts = [f"/edit/{part}" for part in ("general", "money", "schedule", "benefits", "services", "reuse", "papers")]
    for path in (
        "",
        "/write",
        "/check",
        "/changes",
        "/difference",
        "/history",
        "/files",
        "/withdraw",
        "/hand-in",
        *parts,
    ):
        desk.page(path)
    assert "/edit/papers" in desk.page("/hand-in")  # what is still missing is said before it is handed in
    for name in ("system", "data", "interface", "connection", "technology", "zone", "platform", "relation"):
        desk.page(f"/change?new={name}")
    for address in ("/projects", "/projects/upload", "/components", "/components/report"):
        assert desk.client.get(address).status_code == 200


def test_money_adds_up_and_an_amount_that_does_not_is_told_at_its_field(desk: Desk) -> None:
    desk.begin()
    typed = {
        "total": "1,2 tỷ", "costs.count": "1", "costs.0.was": "", "costs.0.year": "2027",
        "costs.0.source": _first_source(desk), "costs.0.kind": "build", "costs.0.amount": "-5",
    }  # fmt: skip
    html = desk.post("/edit/money", {**typed, "do": "save"}, 422)
    assert 'href="#costs.0.amount"' in html and "less than nothing" in html and "1,2 tỷ" in html
    html = desk.post("/edit/money", {**typed, "costs.0.amount": "1.000.000.000", "do": "add:costs"}, 200)
    assert 'name="costs.1.year"' in html and 'value="1.000.000.000"' in html
    html = desk.post("/edit/money", {**typed, "costs.0.amount": "1.000.000.000", "do": "sum"}, 200)
    assert "They differ by 200.000.000" in html.replace("\N{NO-BREAK SPACE}", " ")
    assert desk.fresh().revision == 1  # the buttons saved nothing
    desk.post("/edit/money", {**typed, "total": "", "costs.0.amount": "1 tỷ", "do": "save"})
    assert desk.fresh().project.total == desk.fresh().project.costs[0].amount == 1_000_000_000


def test_a_part_with_something_amiss_is_shown_again_and_left_by_who_insists(desk: Desk) -> None:
    desk.begin()
    typed = {
        "total": "1,2 tỷ", "costs.count": "1", "costs.0.was": "", "costs.0.year": "2027", "do": "next",
        "costs.0.source": _first_source(desk), "costs.0.kind": "build", "costs.0.amount": "1 tỷ",
    }  # fmt: skip
    assert desk.post("/edit/money", typed).endswith("/edit/money")
    assert desk.fresh().revision == 2 and "Still to be mended in this part" in desk.page("/edit/money")
    typed |= {"costs.0.was": "0", "seen": "2"}
    assert not desk.post("/edit/money", typed).endswith("/edit/money")
    assert desk.fresh().revision == 2


def test_what_could_not_be_saved_is_there_again_and_can_be_thrown_away(desk: Desk) -> None:
    desk.begin()
    desk.post("/edit/benefits", {"benefits.count": "1", "benefits.0.title": "Chờ ít hơn", "do": "save"}, 422)
    html = desk.page("/edit/benefits")
    assert "It is not saved yet." in html and "Chờ ít hơn" in html
    assert "not saved yet" in desk.page("/write")
    desk.post("/edit/benefits", {"benefits.count": "1", "benefits.0.title": "Chờ ít hơn", "do": "discard"})
    assert "Chờ ít hơn" not in desk.page("/edit/benefits")


def test_a_benefit_names_the_figure_that_the_system_counts(desk: Desk) -> None:
    desk.begin()
    system = next(each for each in desk.fresh().base.model.elements if each.kind == "information-system")
    html = desk.page("/edit/benefits")
    assert 'value="dossiers-on-time"' in html and f'value="{system.id}"' in html and 'list="list-procedures"' in html
    typed = {
        "benefits.count": "1", "benefits.0.was": "", "benefits.0.title": "Gọi nhiều hơn", "benefits.0.unit": "lượt",
        "benefits.0.baseline": "0", "benefits.0.target": "900", "benefits.0.by-day": "1", "benefits.0.by-month": "6",
        "benefits.0.by-year": "2029", "benefits.0.system": system.id, "do": "next",
    }  # fmt: skip
    assert desk.post("/edit/benefits", typed).endswith("/edit/benefits")  # saved, and shown again: something is amiss
    html = desk.page("/edit/benefits")
    assert 'href="#benefits.0.measure"' in html and "a system or a procedure is named" in html
    typed |= {"benefits.0.was": "0", "benefits.0.measure": "exchanges", "seen": "2"}
    assert not desk.post("/edit/benefits", typed).endswith("/edit/benefits")
    (benefit,) = desk.fresh().project.benefits
    assert (benefit.measure, benefit.system, benefit.procedure) == ("exchanges", system.id, None)
    assert "Choose one of the answers" in desk.post("/edit/benefits", typed | {"benefits.0.measure": "tea"}, 422)


def test_stages_follow_each_other_by_number_and_a_circle_is_told_at_its_field(desk: Desk) -> None:
    desk.begin()
    stage = {"begins-day": "1", "begins-month": "3", "begins-year": "2027", "ends-day": "1", "ends-month": "6",
             "ends-year": "2027"}  # fmt: skip
    rows = {f"schedule.{n}.{name}": value for n in (0, 1) for name, value in stage.items()}
    rows |= {"schedule.count": "2", "schedule.0.title": "Mua", "schedule.1.title": "Lắp", "schedule.0.after": "2",
             "schedule.1.after": "1", "needs": ""}  # fmt: skip
    html = desk.post("/edit/schedule", {**rows, "schedule.1.after": "7", "do": "save"}, 422)
    assert 'href="#schedule.1.after"' in html and "There is no stage number 7" in html
    desk.post("/edit/schedule", {**rows, "do": "save"})
    assert [(each.id, each.after) for each in desk.fresh().project.schedule] == [("mua", ["lap"]), ("lap", ["mua"])]
    html = desk.page("/check")
    assert "#schedule.0.after" in html or "#schedule.1.after" in html
    assert "error-summary" in desk.page("/edit/schedule")


def test_a_thing_of_the_architecture_is_found_changed_and_taken_out_again(desk: Desk) -> None:
    row = desk.begin()
    system = next(each for each in row.base.model.elements if each.kind == "information-system" and each.name.vi)
    html = desk.page(f"/changes?q={system.id}")
    assert f"item={system.id}" in html
    address = f"/change?section=elements&item={system.id}"
    fields = {**fields_in(desk.page(address)), "technology": "PostgreSQL 17", "why": "Cũ", "do": "save"}
    html = desk.post("/change", {**fields, "technology": "\n".join(system.technology)}, 422)
    assert "Nothing differs" in html
    desk.post("/change", fields)
    (change,) = desk.fresh().project.changes
    assert (change.action, change.item, change.set) == ("change", system.id, {"technology": ["PostgreSQL 17"]})
    assert "PostgreSQL 17" in desk.page("/difference") and "PostgreSQL 17" in desk.page(address)
    desk.post("/change", {"section": "elements", "item": system.id, "seen": "2", "do": "take-out"})
    assert desk.fresh().project.changes == []


def test_a_new_system_and_its_connection_are_added_and_a_relation_is_retired(desk: Desk) -> None:
    row = desk.begin()
    html = desk.post("/change", {"new": "system", "seen": "1", "name.vi": "", "do": "save"}, 422)
    assert 'href="#name.vi"' in html and 'href="#owner"' in html
    form = {**fields_in(desk.page("/change?new=system")), "name.vi": "Hệ thống quét", "owner": row.owner, "do": "save"}
    assert form["layer"], "the layer of other systems is offered"
    desk.post("/change", form)
    target = next(each.id for each in row.base.model.elements if each.kind == "interface")
    flow = {
        **fields_in(desk.page("/change?new=connection")), "from": "Hệ thống quét", "to": target,
        "contract.purpose.vi": "Tra cứu", "contract.methods": "GET /persons/*", "do": "save",
        **{f"contract.valid_{end}-{part}": value for end, year in (("from", "2027"), ("to", "2029"))
           for part, value in (("day", "1"), ("month", "1"), ("year", year))},
    }  # fmt: skip
    desk.post("/change", flow)
    gone = next(each.id for each in row.base.model.relations if each.kind == "flow")
    seen = str(desk.fresh().revision)
    desk.post("/change", {"section": "relations", "item": gone, "way": "retire", "seen": seen, "do": "save"})
    changes = desk.fresh().project.changes
    assert [each.action for each in changes] == ["add", "add", "retire"]
    assert changes[1].value["from"] == changes[0].item == "he-thong-quet"
    assert changes[1].value["contract"]["id"]
    assert "Hệ thống quét" in desk.page("/difference") and "Hệ thống quét" in desk.page()


def test_a_relation_with_a_name_of_its_own_says_what_it_joins() -> None:
    names, verb = {"a": "Phần mềm", "b": "Dịch vụ"}, relation_names()["flow"]
    ends = {"from": "a", "to": "b"}
    assert _relation_name({**ends, "name": {"vi": "Tra cứu"}}, "flow", names) == f"Phần mềm {verb} Dịch vụ"
    assert _relation_name(ends, "flow", names) == _relation_name(None, "flow", names) == verb


def test_two_people_write_in_one_project(desk: Desk) -> None:
    desk.begin()
    old = fields_in(desk.page("/edit/general"))
    desk.save("general", {"title.vi": "Mua máy quét tốt"})
    desk.post("/edit/general", {**old, "summary.vi": "Quét nhanh.", "do": "save"})
    project = desk.fresh().project
    assert (project.title.vi, project.summary.vi) == ("Mua máy quét tốt", "Quét nhanh.")
    html = desk.post("/edit/general", {**old, "title.vi": "Tên thứ ba", "do": "save"}, 422)
    assert "changed by somebody else" in html and "Tên thứ ba" in html


def test_a_project_goes_out_as_a_file_and_comes_back(desk: Desk) -> None:
    desk.begin()
    for form in ("yaml", "xlsx"):
        answer = desk.client.get(f"/projects/{desk.code}.{form}")
        assert answer.status_code == 200
        upload = io.BytesIO(answer.content.replace("Quét giấy tờ".encode(), "Quét hồ sơ".encode()))
        upload.name = f"project.{form}"
        assert desk.client.post("/projects/upload", {"file": upload}).status_code == 302
    assert desk.fresh().project.summary.vi.startswith("Quét hồ sơ")
    bad = io.BytesIO(b"id: x\ntitle: {vi: A}\ntotal: nothing\n")
    bad.name = "bad.yaml"
    answer = desk.client.post("/projects/upload", {"file": bad})
    assert answer.status_code == 422 and "Line 3" in answer.content.decode()
    assert desk.client.get(f"/projects/{desk.code}.doc").status_code == 404


def test_what_is_prepared_is_its_owners_alone(desk: Desk, official: Callable[..., Actor]) -> None:
    row = desk.begin()
    for reader in (
        desk.browser(None),
        desk.browser(official("project.appraise")),
        desk.browser(official("architecture.draft")),
    ):
        desk.page("", 404, reader)
        assert row.title["vi"] not in reader.get("/projects").content.decode()
    assert row.title["vi"] in desk.client.get("/projects?q=may+quet&state=preparing").content.decode()
    assert 'data-project="' not in desk.client.get("/projects?q=zzzz").content.decode().split("All projects")[1]


def test_a_withdrawn_project_says_why(desk: Desk) -> None:
    desk.begin()
    html = desk.post("/withdraw", {"reason": ""}, 422)
    assert 'href="#reason"' in html
    assert desk.post("/withdraw", {"reason": "Không còn cần"}) == "/projects"
    assert desk.fresh().state == "withdrawn"
    assert desk.client.get(f"/projects/{desk.code}/edit/money").status_code == 302  # nothing is written any more


def test_how_far_a_component_is_is_reported_by_its_agency(desk: Desk, at: datetime) -> None:
    html = desk.client.get("/components").content.decode()
    found = re.search(r'element=([^"]+)"', html)
    assert found, "the agency owns components"
    day = {f"as_of-{name}": str(getattr(at, name)) for name in ("day", "month", "year")}
    report = {"element": found[1], "state": "building", "percent": "140", **day}
    answer = desk.client.post("/components/report", report)
    assert answer.status_code == 422 and 'href="#percent"' in answer.content.decode()
    assert desk.client.post("/components/report", {**report, "percent": "40"}).status_code == 302
    assert "40 %" in desk.client.get("/components").content.decode()


def _first_source(desk: Desk) -> str:
    options = re.search(r'<select[^>]*name="costs.0.source".*?</select>', desk.page("/edit/money"), re.S)
    assert options is not None
    return next(iter(re.findall(r'option value="([^"]+)"', options[0])), "")


def _written(desk: Desk) -> Project:
    """A purchase with everything that it must say, typed part by part."""
    desk.begin()
    days = {f"{name}-{part}": value for name, year, month in (("begins", "2027", "3"), ("ends", "2027", "6"))
            for part, value in (("day", "1"), ("month", month), ("year", year))}  # fmt: skip
    desk.post("/edit/money", {
        "costs.count": "1", "costs.0.was": "", "costs.0.year": "2027", "costs.0.source": _first_source(desk),
        "costs.0.kind": "build", "costs.0.amount": "200 triệu", "total": "", "do": "save",
    })  # fmt: skip
    desk.post("/edit/schedule", {"schedule.count": "1", "schedule.0.title": "Mua sắm", "needs": "", "do": "save",
                                 **{f"schedule.0.{name}": value for name, value in days.items()}})  # fmt: skip
    form = {**fields_in(desk.page("/change?new=system")), "name.vi": "Máy quét", "owner": desk.officer.agency,
            "zone": "tslcd", "do": "save"}  # fmt: skip
    desk.post("/change", form)
    checked = desk.page("/check")
    assert "Nothing stands in the way of handing it in." in checked, re.findall(r"<li><a.*?</li>", checked)
    return desk.fresh()


def test_from_handing_in_to_the_draft_of_the_architecture(
    desk: Desk, official: Callable[..., Actor], at: datetime
) -> None:
    row = _written(desk)
    appraiser, approver, architect = (official(f"{each}") for each in (
        "project.appraise", "project.approve", "architecture.draft"))  # fmt: skip
    assert desk.post("/hand-in", {}).endswith("done=handed-in")
    html = desk.page()
    assert "The legal time" in html and "being appraised" in html
    with acting(agencies=appraiser.agencies, person=appraiser.id):
        appraisal = Appraisal.objects.get(project=row)
        take_up(actor=appraiser, appraisal_id=appraisal.pk, at=at)
        defects = [Defect("costs.0.amount", "Giá cao hơn báo giá", ""), Defect("", "Thiếu thuyết minh", "")]
        ask_supplement(actor=appraiser, appraisal_id=appraisal.pk, defects=defects, reason="Bổ sung", at=at)
    html = desk.page()
    assert f"/projects/{desk.code}/edit/money#costs.0.amount" in html and "Giá cao hơn báo giá" in html
    nobody = desk.page(client=desk.browser(None))
    assert "2 things were asked for" in nobody and "Giá cao hơn báo giá" not in nobody
    desk.save("general", {"summary.vi": "Quét giấy tờ, không nhập lại."})
    assert desk.post("/answer", {}).endswith("done=answered")
    assert "not decided on" in desk.post("/take-back", {}, 422)
    pass_it(desk.fresh(), appraiser, at)
    assert "Take it back to mend it" in desk.page()
    approve(desk.fresh(), approver, at)
    html = desk.page()
    assert "Take it back to mend it" not in html
    assert "01/QĐ-UBND" in html and "approved: the baseline" in desk.page("/history")
    assert desk.post("/begin", {}).endswith("done=begun")
    day = {f"as_of-{name}": str(getattr(at, name)) for name in ("day", "month", "year")}
    desk.post("/progress", {"element": "may-quet", "state": "trial", "percent": "80", **day})
    assert "80 %" in desk.page()
    html = desk.post("/completion", {"summary": ""}, 422)
    assert 'href="#completed_on"' in html and 'href="#summary"' in html
    done = {f"completed_on-{name}": str(getattr(at, name)) for name in ("day", "month", "year")}
    before = desk.page().count("not begun")
    desk.post("/completion", {"summary": "Đã lắp", **done})
    assert desk.page().count("not begun") == before - 1  # the report on completion is there
    with acting(agencies=approver.agencies, person=approver.id):
        accept_project(actor=approver, project_id=row.pk, record="Biên bản 1", at=at)
    client = desk.browser(architect)
    assert "Bring it into the architecture" in desk.page(client=client)
    answer = client.post(f"/projects/{desk.code}/merge", {"draft": "new"})
    assert answer.status_code == 422 and 'href="#version"' in answer.content.decode()
    answer = client.post(f"/projects/{desk.code}/merge", {"draft": "new", "version": "1.3", "title": "Bản 1.3"})
    assert answer.status_code == 302 and answer["Location"].startswith("/architecture/drafts/")
    assert "in a draft of the architecture" in desk.page()


def test_the_public_reads_no_names_and_no_secrets(desk: Desk) -> None:
    row = _written(desk)
    desk.post("/hand-in", {})
    html = desk.page(client=desk.browser(None))
    assert "200.000.000" in html and "Mua sắm" in html and row.title["vi"] in html
    for secret in (desk.officer.name, desk.officer.id, "tslcd"):
        assert secret not in html
        assert secret not in desk.page("/difference", client=desk.browser(None))
    for path in ("/history", "/files", ".yaml", "/write", "/edit/money"):
        assert desk.browser(None).get(f"/projects/{desk.code}{path}").status_code == 302  # to the sign-in


def test_a_field_that_the_architecture_changed_meanwhile_is_decided_by_the_owner(
    desk: Desk, official: Callable[..., Actor], at: datetime
) -> None:
    row = desk.begin()
    system = next(each for each in row.base.model.elements if each.kind == "information-system" and each.name.vi)
    address = f"/change?section=elements&item={system.id}"
    desk.post("/change", {**fields_in(desk.page(address)), "name.vi": "Tên của dự án", "do": "save"})
    assert desk.client.get(f"/projects/{desk.code}/rebase").status_code == 302  # nothing to be brought over yet
    renamed = system.model_copy(update={"name": system.name.model_copy(update={"vi": "Tên mới"})})
    elements = [renamed if each.id == system.id else each for each in row.base.model.elements]
    newer = row.base.model.model_copy(update={"version": "1.9", "elements": elements})
    published(newer, official, at)
    assert "/rebase" in desk.page("/check")
    html = desk.page("/rebase")
    assert "Tên của dự án" in html and "Tên mới" in html
    html = desk.post("/rebase", fields_in(html), 422)
    assert "choice-0" in html
    found = {**fields_in(desk.page("/rebase")), "choice-0": "ours"}
    assert desk.post("/rebase", found).endswith("done=rebased")
    project = desk.fresh().project
    assert (project.architecture, project.changes[0].set) == ("1.9", {"name.vi": "Tên của dự án"})


def published(model: Any, official: Callable[..., Actor], at: datetime) -> None:
    """Put another version into force."""
    architect, approver = official("architecture.draft"), official("architecture.publish")
    with acting(agencies=architect.agencies):
        row = draft_version(actor=architect, version=model, organisations=declared_organisations(), at=at)
    with acting(agencies=approver.agencies):
        approve_version(actor=approver, version_id=row.pk, decision="02/QĐ", decided_on=at.date(), at=at)
        publish_version(actor=approver, version_id=row.pk, at=at + timedelta(minutes=5), signer=settings.SIGNER)
