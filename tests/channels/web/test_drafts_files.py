"""A draft as a file: out, changed, in again, by those who changed it meanwhile too; nothing is lost on the way."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from maidinh.channels.web.drafting_formats import read
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.reading import inheriting
from maidinh.governance.drafting.rules import Edit
from tests.channels.web.benches import Bench, fields_in
from tests.channels.web.test_drafts_items import FULL
from tests.governance.small import FRAMEWORKS

pytestmark = pytest.mark.slow


def download(bench: Bench, form: str) -> tuple[bytes, str]:
    answer = bench.client.get(f"{bench.address}/files/download/{form}")
    assert answer.status_code == 200
    return answer.content, re.search(r'filename="([^"]+)"', answer["Content-Disposition"])[1]


def upload(bench: Bench, content: bytes, name: str, status: int = 200, **more: Any) -> str:
    data = {"file": SimpleUploadedFile(name, content), **more}
    return bench.post("/files/upload", data, status=status)


@pytest.mark.parametrize("form", ["yaml", "own", "xlsx", "oef", "archimate"])
def test_a_file_that_nobody_touched_changes_nothing(bench: Bench, form: str) -> None:
    first = bench.fresh().content["elements"][0]
    bench.another_edits(
        Edit("elements", "full", "", FULL), Edit("elements", first["id"], "note", "N"),
        Edit("relations", bench.fresh().content["relations"][0]["id"], "", None),
        Edit("views", "v", "", {"id": "v", "nodes": [{"id": "n", "element": "full", "label": {"vi": " a "}}]}),
    )  # fmt: skip
    content, name = download(bench, form)
    assert f"-draft-{bench.draft.pk}-r1" in name
    incoming = read(content, name, bench.fresh())
    assert incoming.problems == () and incoming.revision == 1
    assert "Nothing: the draft says the same already." in upload(bench, content, name)


def test_own_statements_resolve_to_the_whole(bench: Bench) -> None:
    bench.another_edits(Edit("elements", "full", "", FULL), Edit("principles",
                        bench.fresh().content["principles"][0]["id"], "", None))  # fmt: skip
    own = ArchitectureVersion.model_validate(yaml.safe_load(download(bench, "own")[0]))
    whole = ArchitectureVersion.model_validate(yaml.safe_load(download(bench, "yaml")[0]))
    assert [each.id for each in own.elements] == ["full"] and len(own.removes) == 1
    found = inheriting(bench.fresh().base.model, own, FRAMEWORKS)
    assert (found.elements, found.relations, found.principles) == (whole.elements, whole.relations, whole.principles)


def test_a_changed_file_is_looked_at_then_taken_in(bench: Bench) -> None:
    content, name = download(bench, "yaml")
    element = bench.fresh().content["elements"][4]
    model = yaml.safe_load(content)
    model["elements"][4]["name"]["vi"] = "Đổi trong tệp"
    model["elements"].append({"id": "from-file", "kind": "document", "name": {"vi": "Từ tệp"}})
    del model["principles"][0]
    bench.another_edits(Edit("elements", element["id"], "since", "2001"))  # after the download: it is kept
    html = upload(bench, yaml.safe_dump(model, allow_unicode=True).encode(), name)
    assert "made from revision 0" in html and "1 added, 1 changed" in html and "1 removed" in html
    assert bench.fresh().revision == 1, "nothing is written by looking"
    assert bench.post("/files/take", fields_in(html)) == f"{bench.address}?done=taken"
    found = bench.item("elements", element["id"])
    assert (found["name"]["vi"], found["since"]) == ("Đổi trong tệp", "2001")
    assert bench.item("elements", "from-file")
    assert "YAML file" in bench.page("/history")


def test_a_framework_that_is_not_there_is_told_with_its_line(bench: Bench) -> None:
    content, name = download(bench, "yaml")
    number = next(n for n, line in enumerate(content.splitlines(), 1) if line.startswith(b"framework:"))
    text = content.replace(b'framework: "1.0"', b'framework: "9"', 1)
    assert f"Line {number}: framework: expected one of these: 1.0, 2.0" in upload(bench, text, name, status=422)


def test_principles_of_the_framework_say_so(bench: Bench) -> None:
    inherited = bench.fresh().content["principles"][0]
    assert inherited["id"] == "framework-1.0.P-CON-1"
    assert f"{inherited['statement']['en']} (national framework 1.0)" in bench.page("/content/principles")
    page = bench.page(f"/content/principles/items/{inherited['id']}")
    assert "Inherited from national framework 1.0. What you change here" in page
    own = next(each["id"] for each in bench.fresh().content["principles"] if not each["id"].startswith("framework-"))
    assert "Inherited from" not in bench.page(f"/content/principles/items/{own}")


def test_a_field_that_both_changed_is_decided_before(bench: Bench) -> None:
    content, name = download(bench, "yaml")
    element = bench.fresh().content["elements"][4]["id"]
    bench.another_edits(Edit("elements", element, "note", "Theirs"))
    model = yaml.safe_load(content)
    model["elements"][4]["note"] = "In the file"
    html = upload(bench, yaml.safe_dump(model).encode(), name)
    sent = fields_in(html)
    told = bench.post("/files/take", sent, status=422)
    assert "Choose what is to stand in this field" in told and bench.fresh().revision == 1
    bench.post("/files/take", fields_in(told) | {"choice-0": "other", "other-0": "Both"})
    assert bench.item("elements", element)["note"] == "Both"


def test_a_file_of_unknown_revision_is_held_against_the_draft_as_it_stands(bench: Bench) -> None:
    content, _name = download(bench, "yaml")
    bench.another_edits(Edit("elements", "full", "", FULL))
    html = upload(bench, content.partition(b"\n")[2], "mine.yaml")
    assert "it does not say from which revision" in html and "1 removed" in html
    html = upload(bench, content.partition(b"\n")[2], "mine.yaml", from_revision="0")
    assert "made from revision 0" in html and "Nothing: the draft says the same already." in html
    assert 'href="#from_revision"' in upload(bench, content, "mine.yaml", status=422, from_revision="7")


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "v.yaml", "The file is empty"),
        (b"just words", "v.doc", "neither tables nor a model"),
        (b"a: \xff", "v.yaml", "UTF-8"),
        (b"<html/>", "v.xml", "XML whose root is"),
        (
            b'<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/"><elements><element/></elements></model>',
            "v",
            "Line 1",
        ),
        (b"id;kind\nx;nonsense\n", "elements.csv", "B2"),
        (b"a: &x [1]\nb: *x\n", "v.yaml", "b: aliases are not allowed"),
        (b"province: lao-cai\nversion: '1.1'\nelements:\n- {id: a, kind: nonsense}\n", "v.yaml", "Line 4: elements.0"),
        (b"[" * 3000, "v.yaml", "deep"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(bench: Bench, content: bytes, name: str, says: str) -> None:
    html = upload(bench, content, name, status=422)
    assert says in html and 'href="#file"' in html


def test_a_file_of_another_version_is_refused(bench: Bench) -> None:
    content, name = download(bench, "yaml")
    other = content.replace(b'version: "1.1"', b'version: "9.9"', 1)
    assert other != content
    assert "is 1.1 in this draft, not 9.9" in upload(bench, other, name, status=422)
    base = content.replace(b'version: "1.1"', b'version: "1.1"\ninherits: "0.3"', 1)
    assert "The file builds on version 0.3, the draft on version 1.0." in upload(bench, base, name, status=422)


def test_a_file_that_is_too_large_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MAIDINH", settings.MAIDINH.model_copy(update={"upload_limit": 10}))
    assert "larger than" in upload(bench, b"a" * 11, "v.yaml", status=422)


def test_only_what_was_looked_at_is_taken(bench: Bench, official: Any) -> None:
    assert "Choose the file again" in bench.post("/files/take", {"packed": "made up"}, status=422)
    approver = bench.browser(official("architecture.publish"))
    assert approver.get(f"{bench.address}/files/download/yaml").status_code == 200
    assert approver.post(f"{bench.address}/files/take", {}).status_code == 403
    bench.page("/files/download/doc", status=404)


@pytest.mark.parametrize("form", ["oef", "archimate"])
def test_a_draft_that_a_format_cannot_hold_says_why(bench: Bench, form: str) -> None:
    relation = bench.fresh().content["relations"][0]["id"]
    bench.another_breaks(Edit("relations", relation, "to", "gone"))
    html = bench.page(f"/files/download/{form}", status=422)
    assert f"{relation}: leads to &#39;gone&#39;, which is not in the model" in html


def test_a_file_that_does_not_hold_together_is_refused_whatever_its_form(bench: Bench) -> None:
    model = yaml.safe_load(download(bench, "yaml")[0])
    first, second = (each["id"] for each in model["elements"][:2])
    ring = [{"id": f"ring{n}", "kind": "composition", "from": a, "to": b}
            for n, (a, b) in enumerate(((first, second), (second, first)))]  # fmt: skip
    view = {"id": "v", "name": {"vi": "V"}, "nodes": [{"id": "n", "element": "nobody"}]}
    broken = model | {"relations": [*model["relations"], *ring], "views": [view]}
    text = yaml.safe_dump(broken, allow_unicode=True)
    line = text[: text.index("id: ring0")].count("\n") + 1
    html = upload(bench, text.encode(), "v.yaml", status=422)
    assert "the box n shows nobody, which is no component" in html
    assert re.search(rf"Line {line - 1}|Line {line}", html) and f"is part of itself ({first} -&gt; {second}" in html
    table = "id,kind,from,to\n" + "".join(f"{each['id']},composition,{each['from']},{each['to']}\n" for each in ring)
    assert "is part of itself" in upload(bench, table.encode(), "relations.csv", status=422)
    bench.client.cookies["django_language"] = "vi"
    assert "nằm trong chính nó" in upload(bench, table.encode(), "relations.csv", status=422)
    assert bench.fresh().revision == 0


def test_what_did_not_hold_together_before_keeps_no_file_out(bench: Bench) -> None:
    relation = bench.fresh().content["relations"][0]
    bench.another_breaks(Edit("relations", relation["id"], "to", "gone"))
    content, name = download(bench, "yaml")
    model = yaml.safe_load(content.replace(b"# draft", b"# of draft", 1))
    model["elements"][0]["note"] = "In the file"
    bench.another_edits(Edit("relations", relation["id"], "to", relation["to"]))  # mended since
    marked = content.splitlines()[0] + b"\n" + yaml.safe_dump(model, allow_unicode=True).encode()
    assert "1 changed" in upload(bench, marked, name)
    assert "gone" in upload(bench, marked.partition(b"\n")[2], "mine.yaml", status=422), "it would break it anew"
