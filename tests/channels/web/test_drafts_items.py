"""The forms of a draft's things: every field, what nobody touched, mistakes, conflicts, what hangs on what goes."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from maidinh.governance.drafting.rules import Edit
from tests.channels.web.benches import Bench, fields_in

pytestmark = pytest.mark.slow

FULL: dict[str, Any] = {
    "id": "full",
    "kind": "information-system",
    "layer": 5,
    "name": {
        "vi": "Hệ thống  đủ trường ",
        "en": "Line one\nline two",
        "other": [{"text": "complet", "language": "fr"}],
    },
    "description": {"vi": "Mô tả\r\nhai dòng"},
    "documentation": {"other": [{"text": "no language"}]},
    "owner": "H38.2",
    "operator": "Đơn vị ngoài",
    "state": "retiring",
    "since": "2019",
    "dates": {"planned": "2018-02-03", "live": "2019-01-01"},
    "subsystem": "FULL.1",
    "zone": "tslcd",
    "security_level": 3,
    "security_basis": {"text": "Điều 9", "checked": True},
    "personal_data": True,
    "masters": ["a", "b"],
    "reference": ["x"],
    "classification": {"arm": ["A1"], "brm": ["B1", "B2"]},
    "technology": ["postgresql"],
    "cost": {"build": [{"year": 2026, "amount": 1500000000}], "run": [{"year": 2027, "amount": 1}]},
    "codes": {"local": "L1"},
    "properties": [
        {"key": "one", "value": ""},
        {"key": "same", "value": "1"},
        {"key": "same", "value": "2\n3"},
        {"key": "many", "values": [{"text": "vi", "language": "vi"}, {"text": "none"}]},
    ],
    "carried": {"archi": {"attributes": {"x": "1"}}},
    "source": "A source",
    "confidence": "low",
    "checked": False,
    "sample": True,
    "note": "A note",
}


@pytest.fixture
def full(bench: Bench) -> dict[str, Any]:
    """An element with something in every field."""
    bench.another_edits(Edit("elements", "full", "", FULL))
    return bench.item("elements", "full")


def summary(html: str) -> list[str]:
    """The fields that the page says are wrong."""
    found = re.search(r"govuk-error-summary__list.*?</ul>", html, re.S)
    return re.findall(r'href="#([^"]+)"', found[0]) if found else []


@pytest.mark.parametrize("section", ["elements", "relations", "principles"])
def test_a_form_that_nobody_touched_changes_nothing(bench: Bench, full: dict[str, Any], section: str) -> None:
    before = bench.fresh()
    one_of_each = {each["kind"]: each for each in reversed(before.content[section])}
    fullest = max(before.content[section], key=lambda each: len(str(each)))
    for each in (*one_of_each.values(), fullest):
        path = f"/content/{section}/items/{each['id']}"
        bench.post(path, bench.fields(path))
    after = bench.fresh()
    assert after.revision == before.revision and after.content == before.content


def test_a_browser_rewrites_line_ends_and_nothing_changes(bench: Bench, full: dict[str, Any]) -> None:
    before, path = bench.fresh(), "/content/elements/items/full"
    form = {name: re.sub("\r\n|\n", "\r\n", value) for name, value in bench.fields(path).items()}
    bench.post(path, form)
    assert bench.fresh().content == before.content


def test_each_field_is_written_alone(bench: Bench, full: dict[str, Any]) -> None:
    path = "/content/elements/items/full"
    typed = {
        "name.vi": "Tên mới", "layer": "4", "owner": "H38.6", "dates.retired-day": "5", "dates.retired-month": "6",
        "dates.retired-year": "2030", "security_level": "", "masters": "b\r\nc", "classification.brm": "",
        "classification.srm": "S1", "cost.build-0-amount": "2.000.000", "cost.build-1-year": "2028",
        "cost.build-1-amount": "7 ₫", "codes.local": "", "codes.national": "N-1", "property-0-value": "set",
        "property-1-remove": "yes", "property-3-value-1": "changed", "property-4-key": "added", "property-4-value": "5",
        "security_basis.text": "", "operator": "", "description.en": "Described",
    }  # fmt: skip
    bench.post(path, bench.fields(path) | typed)
    found = bench.item("elements", "full")
    assert found["name"] == full["name"] | {"vi": "Tên mới"}
    assert found["description"] == full["description"] | {"en": "Described"}
    assert (found["layer"], found["owner"], found["masters"]) == (4, "H38.6", ["b", "c"])
    assert found["dates"] == full["dates"] | {"retired": "2030-06-05"}
    assert found["classification"] == {"arm": ["A1"], "srm": ["S1"]}
    assert found["cost"]["build"] == [{"year": 2026, "amount": 2000000}, {"year": 2028, "amount": 7}]
    assert found["codes"] == {"national": "N-1"}
    assert [(each["key"], each.get("value")) for each in found["properties"]] == [
        ("one", "set"), ("same", "2\n3"), ("many", None), ("added", "5"),
    ]  # fmt: skip
    assert [each["text"] for each in found["properties"][2]["values"]] == ["vi", "changed"]
    assert not {"security_level", "security_basis", "operator"} & found.keys()
    assert found["carried"] == full["carried"]
    assert "added" in {each["id"] for each in bench.fresh().content["property_definitions"]}


def test_an_interface_and_a_contract_are_made_by_form(bench: Bench, full: dict[str, Any]) -> None:
    data = {
        "kind": "interface", "layer": "6", "name.vi": "Dịch vụ đủ", "owner": "H38.2", "state": "live",
        "interface.system": "Hệ thống đủ trường", "interface.service": "full", "interface.endpoint": "full",
        "interface.methods": "GET /a/*\nPOST /b", "revision": "1",
    }  # fmt: skip
    where = bench.post("/content/elements/new", data)
    assert where == f"{bench.address}/content/elements/items/dich-vu-du?done=saved"
    assert bench.item("elements", "dich-vu-du")["interface"] == {
        "system": "full", "service": "full", "endpoint": "full",
        "methods": [{"method": "GET", "path": "/a/*"}, {"method": "POST", "path": "/b"}],
        "networks": [], "protocol": "rest",
    }  # fmt: skip
    flow = {
        "from": "one-stop", "kind": "flow", "to": "dich-vu-du", "contract.id": "C-9", "contract.methods": "GET /a/*",
        "contract.purpose.vi": "Tra cứu", "contract.legal_basis": "Điều 1", "contract.fields": "name",
        "contract.valid_from-day": "1", "contract.valid_from-month": "1", "contract.valid_from-year": "2027",
    }  # fmt: skip
    wrong = bench.post("/content/relations/new", flow, status=422)
    assert summary(wrong) == ["contract.valid_to"]
    assert fields_in(wrong)["contract.purpose.vi"] == "Tra cứu"
    until = {f"contract.valid_to-{part}": value for part, value in (("day", "1"), ("month", "1"), ("year", "2029"))}
    bench.post("/content/relations/new", flow | until)
    made = bench.item("relations", "one-stop-dich-vu-du")
    assert made["contract"]["legal_basis"] == [{"text": "Điều 1", "checked": False}]
    assert (made["contract"]["valid_to"], made["contract"]["methods"][0]["path"]) == ("2029-01-01", "/a/*")


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"kind": ""}, "kind"),
        ({"layer": ""}, "layer"),
        ({"layer": "9"}, "layer"),
        ({"owner": "H99"}, "owner"),
        ({"dates.live-day": "31", "dates.live-month": "2", "dates.live-year": "2020"}, "dates.live"),
        ({"dates.live-year": ""}, "dates.live"),
        ({"subsystem": "has space"}, "subsystem"),
        ({"interface.service": "x"}, "interface.system"),
        ({"interface.system": "nobody at all"}, "interface.system"),
        ({"interface.methods": "FETCH /x"}, "interface.methods"),
        ({"cost.build-0-year": "26"}, "cost.build-0-year"),
        ({"cost.build-0-amount": "-5"}, "cost.build-0-year"),
        ({"cost.build-1-year": "2026", "cost.build-1-amount": "1"}, "cost.build-1-year"),
        ({"property-0-key": ""}, "property-0-key"),
        ({"property-4-value": "no key"}, "property-4-key"),
        ({"note": "a\0b"}, "note"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_typed_is_lost(
    bench: Bench, full: dict[str, Any], typed: dict[str, str], wrong: str
) -> None:
    path = "/content/elements/items/full"
    form = bench.fields(path) | {"description.vi": "Kept as typed"} | typed
    html = bench.post(path, form, status=422)
    assert wrong in summary(html)
    assert f'id="{wrong}"' in html
    again = fields_in(html)
    assert {name: again[name] for name in ("description.vi", "technology")} == {
        "description.vi": "Kept as typed", "technology": "postgresql",
    }  # fmt: skip
    assert bench.fresh().revision == 1


def test_more_rows_are_given_and_nothing_is_written(bench: Bench, full: dict[str, Any]) -> None:
    path = "/content/elements/items/full"
    form = bench.fields(path) | {"name.vi": "Chưa lưu", "more": "yes"}
    html = bench.post(path, form, status=200)
    assert "property-10-key" in html and fields_in(html)["name.vi"] == "Chưa lưu"
    assert bench.fresh().revision == 1


def test_ids_are_free_and_readable(bench: Bench) -> None:
    data = {"kind": "document", "name.vi": "Đề án số 06", "state": "live"}
    assert "/items/de-an-so-06?" in bench.post("/content/elements/new", data)
    assert "/items/de-an-so-06-2?" in bench.post("/content/elements/new", data)
    assert summary(bench.post("/content/elements/new", data | {"id": "de-an-so-06"}, status=422)) == ["id"]
    nameless = {"kind": "database", "layer": "5", "state": "live"}
    assert summary(bench.post("/content/elements/new", nameless, status=422)) == ["name.vi"]
    assert summary(bench.post("/content/elements/new", data | {"id": "a b"}, status=422)) == ["id"]
    bench.post("/content/principles/new", {"kind": "target", "statement.vi": "100% trực tuyến"})
    assert bench.item("principles", "100-truc-tuyen")["kind"] == "target"


def test_what_two_change_apart_is_kept_from_both(bench: Bench, full: dict[str, Any]) -> None:
    path = "/content/elements/items/full"
    mine = bench.fields(path) | {"since": "2020"}
    bench.another_edits(Edit("elements", "full", "note", "Theirs"))
    assert bench.post(path, mine).endswith("?done=saved")
    found = bench.item("elements", "full")
    assert (found["since"], found["note"]) == ("2020", "Theirs")


def test_what_two_change_at_once_is_decided_field_by_field(bench: Bench, full: dict[str, Any]) -> None:
    path = "/content/elements/items/full"
    mine = bench.fields(path) | {"since": "2020", "note": "Mine", "name.vi": "Của tôi", "security_level": "5",
                                 "source": "My source"}  # fmt: skip
    bench.another_edits(*(Edit("elements", "full", where, value) for where, value in (
        ("note", "Theirs"), ("name.vi", "Của họ"), ("security_level", 4), ("source", None),
    )))  # fmt: skip
    html = bench.post(path, mine, status=409)
    assert bench.item("elements", "full")["since"] == "2020", "what nobody else changed is saved"
    for text in ("Mine", "Theirs", "A note", "Của tôi", "Của họ", "tests.second-architect"):
        assert text in unescape(html)
    keys = {value: name.removeprefix("key-") for name, value in fields_in(html).items() if name.startswith("key-")}
    sent = fields_in(html)
    undecided = bench.post("/conflicts", sent | {f"choice-{keys['elements/full/note']}": "ours"}, status=422)
    assert len(summary(undecided)) == 3 and fields_in(undecided)[f"choice-{keys['elements/full/note']}"] == "ours"
    decided = {"note": "ours", "name.vi": "theirs", "security_level": "other", "source": "base"}
    choices = {f"choice-{keys[f'elements/full/{name}']}": choice for name, choice in decided.items()}
    other = {f"other-{keys['elements/full/security_level']}": "2"}
    bench.post("/conflicts", sent | choices | other)
    found = bench.item("elements", "full")
    assert (found["note"], found["name"]["vi"], found["security_level"], found["source"]) == (
        "Mine", "Của họ", 2, "A source",
    )  # fmt: skip


def test_an_item_taken_out_meanwhile_comes_back_if_so_decided(bench: Bench, full: dict[str, Any]) -> None:
    path = "/content/elements/items/full"
    mine = bench.fields(path) | {"since": "2020"}
    bench.another_edits(Edit("elements", "full", "", None))
    html = bench.post(path, mine, status=409)
    bench.post("/conflicts", fields_in(html) | {"choice-0": "ours"})
    assert bench.item("elements", "full") == full | {"since": "2020"}


def test_decisions_of_another_draft_are_not_taken(bench: Bench) -> None:
    assert bench.post("/conflicts", {"sealed": "made up", "conflicts": "1", "choice-0": "ours"}) == bench.address


def test_taking_out_says_what_goes_with_it(bench: Bench, full: dict[str, Any]) -> None:
    bench.another_edits(
        Edit("relations", "r1", "", {"id": "r1", "kind": "flow", "from": "full", "to": "one-stop"}),
        Edit("relations", "r2", "", {"id": "r2", "kind": "association", "from": "one-stop", "to": "r1"}),
        Edit("views", "v", "", {
            "id": "v", "name": {"vi": "Sơ đồ"},
            "nodes": [{"id": "n1", "element": "full", "nodes": [{"id": "n2", "element": "one-stop"}]}],
            "connections": [{"id": "c1", "relation": "r1", "source": "n1", "target": "n2"}],
        }),
        Edit("folders", "", "", [{"id": "f", "holds": ["full", "one-stop", {"id": "g", "holds": ["r2"]}]}]),
    )  # fmt: skip
    path = "/content/elements/remove/full"
    html = bench.page(path)
    assert "1 box in the view “Sơ đồ”" in html and "1 line in the view “Sơ đồ”" in html
    assert html.count("/content/relations/items/r") == 2
    form = bench.fields(path)
    assert summary(bench.post(path, form, status=422)) == ["confirm"]
    assert bench.item("elements", "full")
    bench.post(path, form | {"confirm": "yes"})
    content = bench.fresh().content
    gone = {"full", "r1", "r2"}
    assert not gone & {each["id"] for section in ("elements", "relations") for each in content[section]}
    view = next(each for each in content["views"] if each["id"] == "v")
    assert [each["id"] for each in view["nodes"]] == ["n2"] and view["connections"] == []
    assert content["folders"][0]["holds"] == ["one-stop", {**content["folders"][0]["holds"][1], "holds": []}]


def test_who_may_not_edit_reads_the_same(bench: Bench, full: dict[str, Any], official: Any) -> None:
    approver = bench.browser(official("architecture.publish"))
    html = bench.page("/content/elements/items/full", client=approver)
    assert "<form" not in html[html.index('id="main-content"') :]
    for text in ("Điều 9", "1.500.000.000 ₫", "A source", "Đơn vị ngoài"):
        assert text in html
    answer = approver.post(f"{bench.address}/content/elements/items/full", {"kind": "agency"})
    assert answer.status_code == 403
    bench.page("/content/elements/items/nothing", status=404)
    bench.page("/content/nothing", status=404)
