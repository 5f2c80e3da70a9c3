"""The pages of a draft: who sees it, what it waits for, how it begins and ends, its history."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from maidinh.governance.drafting.models import Draft
from maidinh.governance.drafting.rules import Edit
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from tests.channels.web.benches import Bench

pytestmark = pytest.mark.slow

BOX = {"x": 1, "y": 2, "width": 120, "height": 55}


def test_a_draft_is_for_its_makers(bench: Bench, official: Callable[..., Actor]) -> None:
    assert 'href="/architecture/drafts/new"' in bench.client.get("/architecture/drafts").content.decode()
    approver = bench.browser(official("architecture.publish"))
    assert "Phiên bản 1.1" in bench.page(client=approver)
    assert "Give the draft up" not in bench.page(client=approver)
    bench.page("/content/elements", client=approver)
    bench.page(client=bench.browser(official("architecture.opine")), status=404)
    assert bench.page(client=Client(), status=302) == ""


def test_the_overview_says_who_acts_and_what_changes(bench: Bench) -> None:
    element = bench.fresh().content["elements"][5]
    bench.another_edits(Edit("elements", element["id"], "name.en", "Renamed"), Edit("elements", "new", "", {
        "id": "new", "kind": "document", "name": {"vi": "Tài liệu"}, "interface": None,
    }))  # fmt: skip
    html = bench.page()
    assert "Now: You" in html
    assert "Components: 1 added, 1 changed" in html
    assert f"{bench.address}/content/elements/items/{element['id']}" in html
    assert "Everything fits together." in html


def test_each_problem_leads_to_its_thing_in_the_readers_language(bench: Bench) -> None:
    flow = next(each for each in bench.fresh().content["relations"] if each.get("contract"))
    bench.another_breaks(Edit("elements", flow["to"], "", None))
    html = bench.page()
    link = f'<a class="govuk-link" href="{bench.address}/content/relations/items/{flow["id"]}">'
    assert re.search(re.escape(link) + rf"[^<]+</a>: leads to {flow['to']}, which is neither", html), html
    bench.client.cookies["django_language"] = "vi"
    assert f"dẫn tới {flow['to']}" in bench.page()


@pytest.mark.parametrize("path", ["", "/content/elements", "/content/relations", "/content/principles", "/header",
                                  "/history", "/files", "/abandon", "/take-in", "/content/elements/new",
                                  "/content/relations/new", "/content/principles/new"])  # fmt: skip
def test_every_page_comes(bench: Bench, path: str) -> None:
    assert bench.page(path).count("<h1") == 1


def newest(bench: Bench) -> Draft:
    with acting(agencies=bench.architect.agencies):
        return Draft.objects.order_by("-pk")[0]


def test_a_draft_begins_from_the_version_in_force(bench: Bench) -> None:
    told = bench.client.post("/architecture/drafts/new", {"origin": "in-force", "version": "no number!"})
    assert told.status_code == 422
    assert 'href="#version"' in told.content.decode() and 'href="#title.vi"' in told.content.decode()
    again = bench.client.post("/architecture/drafts/new", {"origin": "in-force", "version": "1.1", "title.vi": "Hai"})
    assert "There is a draft of version 1.1 already." in again.content.decode()
    assert 'value="Hai"' in again.content.decode()
    made = bench.client.post("/architecture/drafts/new", {"origin": "in-force", "version": "1.2", "title.vi": "Ba"})
    assert made["Location"] == f"/architecture/drafts/{newest(bench).pk}"
    assert (newest(bench).inherits, newest(bench).title) == ("1.0", {"vi": "Ba"})


def test_a_draft_begins_with_a_file(bench: Bench) -> None:
    content = bench.client.get(f"{bench.address}/files/download/yaml").content
    data = {"origin": "file", "version": "1.3", "title.vi": "Từ tệp"}
    broken = SimpleUploadedFile("v.yaml", b"province: [")
    told = bench.client.post("/architecture/drafts/new", data | {"file": broken})
    assert told.status_code == 422
    assert re.search(r"Line \d: from here on the file cannot be read as YAML", told.content.decode())
    file = SimpleUploadedFile("v.yaml", content)
    assert bench.client.post("/architecture/drafts/new", data | {"file": file}).status_code == 302
    assert newest(bench).content["elements"] == bench.fresh().content["elements"]
    own = SimpleUploadedFile("v.yaml", bench.client.get(f"{bench.address}/files/download/own").content)
    data |= {"version": "1.4", "file": own}
    assert bench.client.post("/architecture/drafts/new", data).status_code == 302
    assert newest(bench).content["elements"] == bench.fresh().content["elements"]


def test_a_draft_is_given_up_with_its_reason(bench: Bench) -> None:
    assert bench.post("/abandon", {"reason": "Làm lại"}) == "/architecture/drafts?done=abandoned"
    assert (bench.fresh().state, bench.fresh().note) == ("abandoned", "Làm lại")
    html = bench.page()
    assert "Now: Nobody" in html and "Làm lại" in html
    assert "not edited any more" in bench.post("/header", {"title.vi": "X", "revision": "0"}, status=422)


def test_what_cannot_be_handed_in_is_told(bench: Bench) -> None:
    assert "needs a conclusion" in bench.post("/submit", {}, status=422)


def test_title_and_dates_are_edited(bench: Bench) -> None:
    form = bench.fields("/header")
    wrong = bench.post("/header", form | {"effective_from-day": "31", "effective_from-month": "2"}, status=422)
    assert 'href="#effective_from"' in wrong
    bench.post("/header", form | {"title.en": "Version 1.1", "effective_from-year": "2027", "note.vi": "Mới"})
    content = bench.fresh().content
    assert content["title"] == {"vi": "Phiên bản 1.1", "en": "Version 1.1"}
    assert content["effective_from"].startswith("2027-") and content["note"]["vi"] == "Mới"
    assert "documentation" not in content
    bench.post("/header", bench.fields("/header") | {"note.vi": "", "note.en": "", "documentation.vi": "Mô tả"})
    content = bench.fresh().content
    assert "note" not in content and content["documentation"]["vi"] == "Mô tả"
    bench.post("/header", bench.fields("/header") | {"documentation.vi": ""})
    assert "documentation" not in bench.fresh().content


def test_a_view_is_named_and_documented_and_its_drawing_stays(bench: Bench) -> None:
    assert "Views" not in bench.page()
    bench.page("/content/views/new", status=404)
    drawn = {"id": "v", "name": {"vi": "Sơ đồ"}, "nodes": [{"id": "n", "element": "one-stop", "box": BOX}]}
    bench.another_edits(Edit("views", "v", "", drawn))
    before = bench.item("views", "v")
    assert f'href="{bench.address}/content/views/items/v"' in bench.page("/content/views?q=so+do")
    path = "/content/views/items/v"
    bench.post(path, bench.fields(path))
    assert bench.item("views", "v") == before
    typed = {"name.en": "Drawing", "viewpoint": "Layered", "documentation.vi": "Để làm gì"}
    bench.post(path, bench.fields(path) | typed)
    found = bench.item("views", "v")
    assert found == before | {
        "name": before["name"] | {"en": "Drawing"}, "viewpoint": "Layered",
        "documentation": {"vi": "Để làm gì", "other": []},
    }  # fmt: skip
    assert "Take it out" not in bench.page(path)
    bench.page("/content/views/remove/v", status=404)


def test_history_tells_who_changed_what_and_how(bench: Bench) -> None:
    element = bench.fresh().content["elements"][5]
    bench.another_edits(Edit("elements", element["id"], "name.en", "Second name"))
    removed = bench.fresh().content["principles"][0]
    bench.another_edits(Edit("principles", removed["id"], "", None))
    html = bench.page("/history")
    assert html.index("Revision 2") < html.index("Revision 1") and "tests.second-architect" in html
    assert "Name in English" in html and "Second name" in html and element["name"]["en"] in html
    many = [Edit("elements", each["id"], "note", "Seen") for each in bench.fresh().content["elements"][:9]]
    bench.another_edits(*many)
    assert f'href="{bench.address}/history/3"' in bench.page("/history")
    assert bench.page("/history/3").count("Seen") == 9
    bench.page("/history/4", status=404)
