"""The tables of a draft: filters, pages, and one field of many things changed at once after a look at it."""

from __future__ import annotations

import re
from typing import Any

from maidinh.governance.drafting.rules import Edit
from tests.channels.web.benches import Bench, fields_in


def ids(html: str) -> list[str]:
    return re.findall(r'name="row" value="([^"]+)"', html)


def test_words_find_without_diacritics(bench: Bench) -> None:
    everything = [each["id"] for each in bench.fresh().content["elements"]]
    bench.another_edits(Edit("elements", "z", "", {"id": "z", "kind": "document", "name": {"vi": "Đề án Quýnh quáng"}}))
    assert ids(bench.page("/content/elements?q=quynh+QUANG+de")) == ["z"]
    assert ids(bench.page("/content/elements?q=nothing+of+it")) == []
    assert len(ids(bench.page("/content/elements"))) == min(len(everything) + 1, 50)


def test_each_filter_narrows_the_table(bench: Bench) -> None:
    elements = bench.fresh().content["elements"]
    for name in ("kind", "layer", "owner", "state"):
        value = next(each[name] for each in elements if each.get(name) is not None)
        expected = [each["id"] for each in elements if each.get(name) == value]
        assert ids(bench.page(f"/content/elements?{name}={value}")) == expected[:50]
    nobodys = [each["id"] for each in elements if not each.get("owner")]
    assert ids(bench.page("/content/elements?owner=-")) == nobodys[:50]
    flows = [each["id"] for each in bench.fresh().content["relations"] if each["kind"] == "flow"]
    assert ids(bench.page("/content/relations?kind=flow")) == flows[:50]


def test_fifty_on_a_page(bench: Bench) -> None:
    new = [Edit("elements", f"d{each}", "", {"id": f"d{each}", "kind": "document", "name": {"vi": f"Văn bản {each}"}})
           for each in range(120)]  # fmt: skip
    bench.another_edits(*new)
    count = sum(1 for each in bench.fresh().content["elements"] if each["kind"] == "document")
    pages = [ids(bench.page(f"/content/elements?kind=document&page={page}")) for page in (1, 2, 3)]
    assert [len(each) for each in pages] == [50, 50, count - 100]
    assert "kind=document&amp;page=2" in bench.page("/content/elements?kind=document")


def change(bench: Bench, rows: list[str], field: str, data: dict[str, Any], *, section: str = "elements") -> str:
    """Tick rows, choose the field, give the value, look, do it: where it leads."""
    path = f"/content/{section}/bulk"
    chosen = bench.post(path, {"row": rows, "field": field, "revision": str(bench.fresh().revision)}, status=200)
    sent = {name: value for name, value in fields_in(chosen).items() if name in ("rows", "field", "revision", "filter")}
    looked = bench.post(path, sent | data | {"step": "see"}, status=200)
    assert "Nothing is written yet." in looked
    form = looked[looked.index('value="do"') - 2000 : looked.index("Choose another value")]
    done = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    assert done["step"] == "do"
    return bench.post(path, done)


def test_one_field_of_many_is_changed_after_a_look(bench: Bench) -> None:
    rows = [each["id"] for each in bench.fresh().content["elements"] if each.get("owner")][:3]
    where = change(bench, rows, "owner", {"owner": "H38.6"})
    assert where == f"{bench.address}/content/elements?done=changed"
    assert {bench.item("elements", each)["owner"] for each in rows} == {"H38.6"}
    assert bench.fresh().revision == 1
    with_via = bench.page("/history")
    assert "many at once" in with_via
    change(bench, rows, "personal_data", {"personal_data": "yes"})
    change(bench, rows, "security_level", {"security_level": "4"})
    change(bench, rows, "classification.brm", {"classification.brm": "B1\nB2"})
    found = bench.item("elements", rows[0])
    assert (found["personal_data"], found["security_level"]) == (True, 4)
    assert found["classification"]["brm"] == ["B1", "B2"]
    change(bench, rows, "classification.brm", {"classification.brm": "B2\nB3", "how": "add"})
    assert bench.item("elements", rows[0])["classification"]["brm"] == ["B1", "B2", "B3"]
    change(bench, rows, "classification.brm", {"classification.brm": "B1", "how": "take"})
    assert bench.item("elements", rows[1])["classification"]["brm"] == ["B2", "B3"]
    change(bench, rows, "security_level", {"clear": "yes"})
    assert "security_level" not in bench.item("elements", rows[2])


def test_the_preview_tells_before_and_after(bench: Bench) -> None:
    element = next(each for each in bench.fresh().content["elements"] if each["state"] == "live")
    data = {"rows": element["id"], "field": "state", "step": "see", "state": "retiring"}
    html = bench.post("/content/elements/bulk", data, status=200)
    row = re.search(rf"<th[^>]*>{re.escape(element['name']['en'])}</th>(.*?)</tr>", html, re.S)
    assert row is not None
    assert re.findall(r"<td[^>]*>(.*?)</td>", row[1]) == ["in use", "being retired"]
    assert bench.fresh().revision == 0


def test_all_that_the_filter_finds(bench: Bench) -> None:
    new = [Edit("elements", f"d{each}", "", {"id": f"d{each}", "kind": "document"}) for each in range(60)]
    bench.another_edits(*new)
    sent = {"all": "yes", "filter": "kind=document", "field": "since", "revision": "1"}
    html = bench.post("/content/elements/bulk", sent, status=200)
    bench.post("/content/elements/bulk", fields_in(html) | {"step": "do", "since": "2020"})
    assert {each.get("since") for each in bench.fresh().content["elements"] if each["kind"] == "document"} == {"2020"}


def test_what_is_missing_is_told_and_the_ticks_are_kept(bench: Bench) -> None:
    row = bench.fresh().content["elements"][1]["id"]
    html = bench.post("/content/elements/bulk", {"row": [row]}, status=422)
    assert 'href="#field"' in html and f'value="{row}" checked' in html
    assert 'href="#rows"' in bench.post("/content/elements/bulk", {"field": "owner"}, status=422)
    told = bench.post("/content/elements/bulk", {"rows": row, "field": "owner", "step": "see"}, status=422)
    assert 'href="#owner"' in told
    bare = bench.post(
        "/content/elements/bulk", {"rows": row, "field": "layer", "step": "do", "clear": "yes"}, status=422
    )
    assert "need a layer" in bare
    assert bench.fresh().revision == 0


def test_a_row_that_another_changed_is_decided(bench: Bench) -> None:
    rows = [each["id"] for each in bench.fresh().content["elements"] if each.get("owner")][:3]
    bench.another_edits(Edit("elements", rows[1], "owner", "H38.5"))
    data = {"rows": "\n".join(rows), "field": "owner", "owner": "H38.6", "step": "do", "revision": "0"}
    html = bench.post("/content/elements/bulk", data, status=409)
    assert bench.item("elements", rows[0])["owner"] == bench.item("elements", rows[2])["owner"] == "H38.6"
    bench.post("/conflicts", fields_in(html) | {"choice-0": "ours"})
    assert bench.item("elements", rows[1])["owner"] == "H38.6"
