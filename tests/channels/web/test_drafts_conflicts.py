"""What two people changed at once, as pages ask it: lists, things that come back, orders, questions, versions."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
import yaml
from django.conf import settings

from maidinh.channels.web.drafting_conflicts import sealed
from maidinh.governance.architecture.actions import approve_version, publish_version
from maidinh.governance.drafting.actions.editing import edit_draft
from maidinh.governance.drafting.rules import Edit
from maidinh.infrastructure.database.scope import acting
from tests.channels.web.benches import Bench, fields_in
from tests.channels.web.test_drafts_files import download, upload
from tests.channels.web.test_drafts_items import FULL, summary
from tests.governance.drafting.conftest import Making

pytestmark = pytest.mark.slow


@pytest.fixture
def full(bench: Bench) -> dict[str, Any]:
    """An element with something in every field."""
    bench.another_edits(Edit("elements", "full", "", FULL))
    return bench.item("elements", "full")


def test_lists_are_merged_item_by_item_and_each_value_is_typed_as_its_field_has_it(
    bench: Bench, full: dict[str, Any]
) -> None:
    path = "/content/elements/items/full"
    mine = bench.fields(path) | {"masters": "b\na\nmine", "cost.build-0-amount": "2", "property-0-value": "my\nvalue"}
    bench.another_edits(
        Edit("elements", "full", "masters", ["a", "theirs", "b"]),
        Edit("elements", "full", "cost.build.2026.amount", 3),
        Edit("elements", "full", "properties", [{"key": "one", "value": "theirs"}, *full["properties"][1:]]),
    )
    html = bench.post(path, mine, status=409)
    assert bench.item("elements", "full")["masters"] == ["b", "a", "mine", "theirs"]
    for text in ("Cost of building › 2026", "2 ₫", "3 ₫", "1.500.000.000 ₫", "Property › one"):
        assert text in unescape(html)
    sent = fields_in(html)
    number = {value: name.removeprefix("key-") for name, value in sent.items() if name.startswith("key-")}
    cost, property_ = number["elements/full/cost.build.2026"], number["elements/full/properties.one"]
    typed = {f"choice-{cost}": "other", f"other-{cost}": "much", f"choice-{property_}": "other",
             f"other-{property_}": "two\r\nlines"}  # fmt: skip
    wrong = bench.post("/conflicts", sent | typed, status=422)
    assert summary(wrong) == [f"choice-{cost}"] and "expected a whole number" in unescape(wrong)
    assert fields_in(wrong)[f"other-{property_}"] == "two\r\nlines"
    bench.post("/conflicts", fields_in(wrong) | typed | {f"other-{cost}": "7"})
    found = bench.item("elements", "full")
    assert found["cost"]["build"] == [{"year": 2026, "amount": 7}]
    assert found["properties"][0] == {"key": "one", "value": "two\nlines"} | found["properties"][0]


def test_a_thing_taken_out_comes_back_with_all_that_needs_it(bench: Bench, full: dict[str, Any]) -> None:
    flow = {"kind": "flow", "from": "one-stop", "to": "full", "revision": "1"}
    bench.another_edits(Edit("elements", "full", "", None))
    html = bench.post("/content/relations/new", flow, status=409)
    assert "One side took this out, the other needs it. What goes with it:" in unescape(html)
    assert "It goes, with what needs it" in html and "tests.second-architect" in html
    assert "→ Line one" in unescape(html), "what the draft does not have is called by its name too"
    content = bench.fresh().content
    assert not {"full", "one-stop-full"} & {each["id"] for part in ("elements", "relations") for each in content[part]}
    where = bench.post("/conflicts", fields_in(html) | {"choice-0": "ours"})
    assert where == f"{bench.address}/content/relations/items/one-stop-full?done=saved"
    assert bench.item("elements", "full") == full and bench.item("relations", "one-stop-full")["to"] == "full"


def test_what_was_changed_once_more_is_asked_again_with_the_view_that_it_is_in(
    bench: Bench, full: dict[str, Any]
) -> None:
    view = {"id": "v", "name": {"vi": "Sơ đồ"}, "nodes": [{"id": "n", "element": "one-stop", "label": {"vi": "Cũ"}}]}
    bench.another_edits(Edit("views", "v", "", view))
    mine = [Edit("views", "v", "nodes.n.label.vi", "Của tôi"), Edit("elements", "full", "note", "Mine")]
    bench.another_edits(Edit("views", "v", "nodes.n.label.vi", "Của họ"))
    with acting(agencies=bench.architect.agencies):
        outcome = edit_draft(actor=bench.architect, draft_id=bench.draft.pk, edits=mine, seen_revision=2, via="form",
                             at=bench.at)  # fmt: skip
    assert [each.key for each in outcome.conflicts] == ["nodes/v/n/label.vi"]
    page = bench.post("/conflicts", {"sealed": sealed(
        outcome.undecided, draft=bench.draft.pk, person=bench.architect.id, back=bench.address, saved=1,
    )}, status=409)  # fmt: skip
    assert "Sơ đồ › Cũ – Text in Vietnamese (tests.second-architect)" in unescape(page)
    bench.another_edits(Edit("views", "v", "nodes.n.label.vi", "Lần nữa"))
    again = bench.post("/conflicts", fields_in(page) | {"choice-0": "ours"}, status=409)
    assert {"Của họ", "Của tôi", "Lần nữa"} <= {*re.findall(r"Của họ|Của tôi|Lần nữa", unescape(again))}
    bench.post("/conflicts", fields_in(again) | {"choice-0": "other", "other-0": "Cả hai"})
    assert bench.item("views", "v")["nodes"][0]["label"]["vi"] == "Cả hai"


def test_a_decision_that_raises_a_question_asks_it_before_anything_is_written(
    bench: Bench, full: dict[str, Any]
) -> None:
    """Who decides that a relation leads to what is gone, is asked whether that comes back."""
    bench.another_edits(Edit("relations", "r1", "", {"id": "r1", "kind": "flow", "from": "one-stop", "to": "zalo"}))
    path = "/content/relations/items/r1"
    mine = bench.fields(path) | {"to": "full"}
    bench.another_edits(Edit("elements", "full", "", None), Edit("relations", "r1", "to", "lgsp"))
    html = bench.post(path, mine, status=409)
    assert "key-1" not in html
    asked = bench.post("/conflicts", fields_in(html) | {"choice-0": "ours"}, status=422)
    assert "Your decisions raise another question." in unescape(asked) and bench.item("relations", "r1")["to"] == "lgsp"
    sent = fields_in(asked)
    assert (sent["choice-0"], sent["key-1"]) == ("ours", "elements/full/")
    bench.post("/conflicts", sent | {"choice-1": "ours"})
    assert bench.item("relations", "r1")["to"] == "full" and bench.item("elements", "full") == full


def test_two_orders_are_told_by_what_moved(bench: Bench) -> None:
    content, name = download(bench, "yaml")
    ids = [each["id"] for each in bench.fresh().content["elements"]]
    bench.another_edits(Edit("elements", "", "#order", [ids[3], *ids[:3], *ids[4:]]))
    model = yaml.safe_load(content)
    model["elements"].insert(0, model["elements"].pop(5))
    html = unescape(upload(bench, yaml.safe_dump(model).encode(), name))
    assert "Both sides put these in another order." in html and "Components – Order" in html
    assert re.search(r"from place 6 to place 1\b", html) and re.search(r"from place 4 to place 1\b", html)
    bench.post("/files/take", fields_in(html) | {"choice-0": "ours"})
    now = [each["id"] for each in bench.fresh().content["elements"]]
    assert (now[0], now[1]) == (ids[5], ids[0])


def test_the_version_in_force_is_taken_in_as_decided_and_no_choice_is_lost(bench: Bench, official: Any) -> None:
    making, first = Making(official, bench.at), bench.fresh().content["elements"][0]["id"]
    other = making.submitted("1.9", Edit("elements", first, "name.en", "in force"),
                             Edit("elements", first, "security_level", 2))  # fmt: skip
    bench.another_edits(Edit("elements", first, "name.en", "mine"), Edit("elements", first, "security_level", 3))
    making.do(approve_version, making.approver, version_id=other.made_id, decision="1/QĐ", decided_on=bench.at.date())
    making.do(publish_version, making.approver, version_id=other.made_id, signer=settings.SIGNER)
    html = bench.post("/take-in", {}, status=409)
    sent = fields_in(html)
    keys = {value: name.removeprefix("key-") for name, value in sent.items() if name.startswith("key-")}
    name, level = (keys[f"elements/{first}/{field}"] for field in ("name.en", "security_level"))
    missing = bench.post("/take-in", sent | {f"choice-{name}": "theirs"}, status=422)
    assert summary(missing) == [f"choice-{level}"] and fields_in(missing)[f"choice-{name}"] == "theirs"
    typed = fields_in(missing) | {f"choice-{level}": "other", f"other-{level}": "9"}
    wrong = bench.post("/take-in", typed, status=422)
    assert summary(wrong) == [f"choice-{level}"] and fields_in(wrong)[f"other-{level}"] == "9"
    bench.post("/take-in", fields_in(wrong) | {f"other-{level}": "4"})
    found = bench.item("elements", first)
    assert (found["name"]["en"], found["security_level"], bench.fresh().inherits) == ("mine", 4, "1.9")
