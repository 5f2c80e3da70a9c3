"""The editor of procedures in the browser: begun, changed by form and as text, handed in, decided by another person."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.services.authoring.definition import MAIN
from maidinh.services.authoring.models import Draft
from maidinh.services.authoring.rewriting import dumped

pytestmark = pytest.mark.slow

CODE, AGENCY = "1.013225", "H38.101"


class Editor:
    """A specialist's browser, a leader's, and the draft between them."""

    def __init__(self, sign_in_as: Callable[[Any, Any], None], official: Callable[..., Actor]) -> None:
        self.sign_in_as = sign_in_as
        self.writer = official("procedure.draft", agency=AGENCY)
        self.leader = official("procedure.approve", agency=AGENCY)
        self.client, self.approving = self.browser(self.writer), self.browser(self.leader)
        answer = self.client.post("/desk/procedures/new", {"base": CODE})
        assert answer.status_code == 302, answer.content.decode()
        self.address = answer["Location"].partition("?")[0]

    def browser(self, actor: Actor) -> Client:
        client = Client()
        self.sign_in_as(client, actor)
        client.cookies["django_language"] = "en"
        return client

    def row(self) -> Draft:
        with acting(agencies=self.writer.agencies):
            return Draft.objects.get(pk=int(self.address.rsplit("/", 1)[1]))

    def content(self) -> dict[str, Any]:
        found = yaml.safe_load(self.row().files[MAIN])
        assert isinstance(found, dict)
        return found

    def page(self, path: str = "", status: int = 200, client: Client | None = None) -> str:
        answer = (client or self.client).get(f"{self.address}{path}")
        assert answer.status_code == status, answer.content.decode()[:2000]
        return unescape(answer.content.decode())

    def form(self, path: str) -> dict[str, str]:
        """What the form on a page would send as it stands."""
        html = self.page(path)
        html = html[html.index("<main") :]
        found = dict(re.findall(r'<input[^>]*\bname="([^"]+)"[^>]*?\bvalue="([^"]*)"', html))
        for name in re.findall(r'<input[^>]*\bname="([^"]+)"[^>]*type="checkbox"', html):
            tag = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', html)
            if tag is not None and " checked" not in tag[0]:
                found.pop(name, None)
        for name, body in re.findall(r'<select[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', html, re.S):
            chosen = re.search(r'<option value="([^"]*)" selected', body)
            found[name] = chosen[1] if chosen else ""
        for name, body in re.findall(r'<textarea[^>]*\bname="([^"]+)"[^>]*>(.*?)</textarea>', html, re.S):
            found[name] = body.removeprefix("\n")
        return found

    def post(self, path: str, data: dict[str, Any], status: int = 302, client: Client | None = None) -> str:
        answer = (client or self.client).post(f"{self.address}{path}", data)
        html = unescape(answer.content.decode())
        assert answer.status_code == status, (answer.get("Location"), html[html.find("<main") :][:3000])
        return answer["Location"] if status == 302 else html


@pytest.fixture
def editor(db: None, sign_in_as: Any, official: Any) -> Editor:
    return Editor(sign_in_as, official)


@pytest.mark.parametrize("part", ["identity", "cases", "papers", "fields", "steps", "tables"])
def test_a_form_that_is_sent_as_it_came_changes_nothing(editor: Editor, part: str) -> None:
    before = editor.row().files
    editor.post(f"/parts/{part}", editor.form(f"/parts/{part}"))
    assert editor.row().files == before and editor.row().revision == 0


def test_a_step_gets_other_hours_and_a_paper_is_added(editor: Editor) -> None:
    before = editor.row().files[MAIN]
    form = editor.form("/parts/steps") | {"steps-1-amount": "2", "why": "Rút ngắn"}
    editor.post("/parts/steps", form)
    editor.post("/parts/papers", editor.form("/parts/papers") | {"new-name_vi": "Giấy xác nhận", "new-required": "yes"})
    content, text = editor.content(), editor.row().files[MAIN]
    assert content["steps"][1]["budget"]["amount"] == 2
    assert content["papers"][-1] == {"id": "giay-xac-nhan", "name": {"vi": "Giấy xác nhận"}}
    assert text != dumped(content) and text.splitlines()[0] == before.splitlines()[0]
    html = editor.page()
    assert "Revision 2: procedure.yaml" in html and "Rút ngắn" in html


def test_nothing_typed_is_lost_on_an_error(editor: Editor) -> None:
    form = editor.form("/parts/identity") | {"name_vi": "", "name_en": "Typed name", "effective_from-month": "13"}
    html = editor.post("/parts/identity", form, status=422)
    assert 'value="Typed name"' in html and 'value="13"' in html and "Write it in Vietnamese." in html
    html = editor.post("/file", {"name": "scenarios/Bad.yaml", "text": "a: 1", "revision": "0"}, status=422)
    assert "a: 1" in html and "small letters" in html
    assert editor.row().revision == 0


def test_another_saves_meanwhile_and_the_text_stays(editor: Editor) -> None:
    form = editor.form("/parts/papers") | {"new-name_vi": "Giấy của tôi"}
    editor.post("/parts/identity", editor.form("/parts/identity") | {"name_en": "Other"})
    html = editor.post("/parts/papers", form, status=409)
    assert "saved this draft meanwhile (revision 1)" in html and "Giấy của tôi" in html


def test_a_finding_has_line_and_remedy_and_stands_against_handing_in(editor: Editor) -> None:
    text = editor.row().files[MAIN].replace("agency: responsible", "agency: H38.999", 1)
    editor.post("/file", {"name": MAIN, "text": text, "revision": "0"})
    html = editor.page()
    assert "Expected the code of an agency of this province (found 'H38.999')" in html
    line = text[: text.index("H38.999")].count("\n") + 1
    assert f"procedure.yaml, line {line}" in html and "agency: H38.999" in html
    assert "Mend what the checks find first" in editor.post("/act", {"act": "submit"}, status=422)


def test_questions_come_and_go(editor: Editor) -> None:
    new = {"new-label_vi": "Số tầng", "new-page": "1", "new-kind": "number", "new-required": "yes"}
    editor.post("/parts/fields", editor.form("/parts/fields") | new)
    content = editor.content()
    assert content["pages"][1]["fields"][-1]["id"] == "so_tang" and "so_tang" in content["answers"]["required"]
    at = f"fields-1-{len(content['pages'][1]['fields']) - 1}-remove"
    editor.post("/parts/fields", editor.form("/parts/fields") | {at: "yes"})
    assert "so_tang" not in editor.content()["answers"]["properties"]
    new = {"new-label_vi": "Loại đất", "new-page": "1", "new-kind": "radios", "new-options": "Đất ở\n"}
    html = editor.post("/parts/fields", editor.form("/parts/fields") | new, status=422)
    assert "Write at least two answers" in html and "Đất ở" in html
    editor.post("/parts/fields", editor.form("/parts/fields") | new | {"new-options": "Đất ở\nĐất khác"})
    content = editor.content()
    assert content["pages"][1]["fields"][-1]["options"] == {"dat_o": {"vi": "Đất ở"}, "dat_khac": {"vi": "Đất khác"}}
    assert content["answers"]["properties"]["loai_dat"]["enum"] == ["dat_o", "dat_khac"]


def test_a_step_is_put_behind_another(editor: Editor) -> None:
    steps = editor.content()["steps"]
    led = steps[1]["outcomes"][0]["to"]
    new = {"new-name_vi": "Kiểm tra lại", "new-after": steps[1]["id"], "new-kind": "appraisal",
           "new-role": "specialist", "new-agency": "responsible", "new-amount": "1"}  # fmt: skip
    editor.post("/parts/steps", editor.form("/parts/steps") | new)
    made = editor.content()["steps"]
    assert made[2]["id"] == "kiem-tra-lai" and made[2]["outcomes"][0]["to"] == led
    assert made[1]["outcomes"][0]["to"] == "kiem-tra-lai"


def test_text_that_is_no_yaml_closes_the_forms_and_stays(editor: Editor) -> None:
    editor.post("/file", {"name": MAIN, "text": "a: [", "revision": "0"})
    assert "can't be read" in editor.page("/parts/steps")
    assert "a: [" in editor.page("/file?name=procedure.yaml")
    assert "Mend what the checks find first" in editor.page("/effects")


def test_files_are_taken_away_and_brought_back(editor: Editor) -> None:
    answer = editor.client.get(f"{editor.address}/files.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        text = packed.read(f"procedures/{CODE}/2.0/procedure.yaml").decode()
    assert text == editor.row().files[MAIN]
    brought = SimpleUploadedFile("x.yaml", text.replace("kind:", "# new\nkind:", 1).encode())
    editor.post("/file", {"name": MAIN, "act": "upload", "revision": "0", "file": brought})
    assert "# new" in editor.row().files[MAIN]
    wrong = SimpleUploadedFile("x.yaml", b"\xff\xfe")
    html = editor.post("/file", {"name": MAIN, "act": "upload", "revision": "1", "file": wrong}, status=422)
    assert "no text in UTF-8" in html


def test_the_whole_way_to_the_portal(editor: Editor) -> None:
    editor.post(
        "/parts/identity", editor.form("/parts/identity") | {"name_vi": "Cấp phép (mới)", "name_en": "Permit, new"}
    )
    assert "Permit, new" in editor.page("/effects") and "Name of the procedure › in English" in editor.page("/effects")
    editor.post("/act", {"act": "submit"})
    assert "Approve the version" not in editor.page()
    assert "They wait for your decision" in unescape(editor.approving.get("/desk/procedures").content.decode())
    assert "Approve the version" in editor.page(client=editor.approving)
    decision = {"act": "approve", "decision": "12/QĐ-UBND", "decided_on-day": "18", "decided_on-month": "11",
                "decided_on-year": "2026"}  # fmt: skip
    editor.post("/act", decision, status=403)
    html = editor.post("/act", decision | {"decision": ""}, status=422, client=editor.approving)
    assert "Write the number of the decision." in html and 'value="2026"' in html
    assert "done=approve" in editor.post("/act", decision, client=editor.approving)
    assert "Permit, new" in unescape(editor.client.get(f"/procedures/{CODE}").content.decode())
    assert "12/QĐ-UBND" in editor.page() and "Take the approved files with you (ZIP)" in editor.page()
    editor.post("/act", {"act": "move"}, client=editor.approving)


def test_sent_back_with_a_reason_and_given_up(editor: Editor) -> None:
    editor.post("/act", {"act": "submit"})
    editor.post("/act", {"act": "send-back", "reason": ""}, status=422, client=editor.approving)
    editor.post("/act", {"act": "send-back", "reason": "Thiếu căn cứ"}, client=editor.approving)
    assert "Thiếu căn cứ" in editor.page()
    assert editor.post("/act", {"act": "abandon"}) == "/desk/procedures?done=abandon"


def test_a_new_procedure_begins_with_a_sample(editor: Editor) -> None:
    answer = editor.client.post("/desk/procedures/new", {"base": "new", "code": "1.09", "name": "Tên", "field": "X"})
    assert answer.status_code == 422 and 'value="1.09"' in answer.content.decode()
    answer = editor.client.post(
        "/desk/procedures/new", {"base": "new", "code": "1.099999", "name": "Tên", "field": "X"}
    )
    assert answer.status_code == 302
    assert "No system realises a public service 1.099999" in unescape(
        editor.client.get(answer["Location"]).content.decode()
    )


def test_every_page_has_one_heading_and_reads_in_vietnamese(editor: Editor) -> None:
    editor.client.cookies["django_language"] = "vi"
    for path in ("", "/effects", "/file?name=procedure.yaml", "/file?name=scenarios/", "/parts/identity"):
        assert editor.page(path).count("<h1") == 1
    assert editor.page("/file?name=other.yaml", status=404)


def test_another_agency_finds_nothing(editor: Editor, official: Any) -> None:
    other = editor.browser(official("procedure.draft", agency="H38.6"))
    editor.page(client=other, status=404)
    editor.post("/act", {"act": "submit"}, status=404, client=other)


def test_conditions_ways_and_a_table_are_written_by_forms_alone(editor: Editor) -> None:
    outcomes = editor.content()["steps"][1]["outcomes"]
    form = editor.form("/parts/steps")
    wrong = {"steps-1-0-r0-when-0-fact": "case", "steps-1-0-r0-when-0-test": "Không có", "steps-1-0-r0-to": "stopped"}
    html = editor.post("/parts/steps", form | wrong, status=422)
    assert 'value="Không có"' in html and "is none of the answers" in html
    case = editor.content()["cases"][0]
    way = {
        "steps-1-0-r0-when-0-test": case["name"]["en"],
        "steps-1-new-name_vi": "Chuyển lại",
        "steps-1-new-to": "stopped",
    }
    editor.post("/parts/steps", form | wrong | way | {"steps-1-new-reason": "yes"})
    made = editor.content()["steps"][1]["outcomes"]
    assert made[0]["routes"] == [{"when": {"case": case["id"]}, "to": "stopped"}] and len(made) == len(outcomes) + 1
    table = {"new-name_vi": "Phí mới", "new-what": "fee", "new-case": case["id"], "new-fact": "case",
             "new-value": "75.000", "new-basis": "Điều 5"}  # fmt: skip
    html = editor.post("/parts/tables", editor.form("/parts/tables") | table | {"new-basis": ""}, status=422)
    assert 'value="75.000"' in html
    editor.post("/parts/tables", editor.form("/parts/tables") | table)
    assert editor.content()["cases"][0]["fee"]["table"] == "phi-moi"
    assert "Table: Phí mới" in editor.page("/parts/tables")
    asked = {"fields-1-0-when-0-fact": "case", "fields-1-0-when-0-test": case["name"]["en"]}
    editor.post("/parts/fields", editor.form("/parts/fields") | asked)
    assert editor.content()["pages"][1]["fields"][0]["when"] == {"case": case["id"]}
