"""What people type into a project's form, and the project that comes of it: amounts, figures, rows, faults."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from django.utils import translation

from maidinh.channels.web.drafting_inputs import Wrong
from maidinh.channels.web.jinja import vn_decimal
from maidinh.channels.web.observed_words import refusal_name
from maidinh.channels.web.projects_faults import place_of, said
from maidinh.channels.web.projects_forms import PartForm, free_key, sums
from maidinh.channels.web.projects_inputs import money, parsed, shown
from maidinh.channels.web.projects_parts import BENEFITS, MONEY, PARTS, SCHEDULE, SERVICES, Column, part_holding
from maidinh.exchange.directory import rules as directory_rules
from maidinh.governance.projects.definition import Project
from maidinh.governance.projects.faults import Fault

AMOUNT = Column("amount", "Amount", "money")
FIGURE = Column("baseline", "Now", "decimal")
PROJECT = Project.model_validate({
    "id": "small-one", "title": {"vi": "Một"}, "summary": {"vi": "Hai"}, "owner": "H38.5", "kind": "purchase",
    "began_on": "2026-10-01", "architecture": "1.0", "total": 5,
    "costs": [{"year": 2027, "source": "local", "kind": "build", "amount": 5}],
    "schedule": [
        {"id": "buy", "title": {"vi": "Mua", "en": "Buy"}, "begins": "2027-01-01", "ends": "2027-02-01"},
        {"id": "install", "title": {"vi": "Lắp"}, "begins": "2027-02-02", "ends": "2027-03-01", "after": ["buy"]},
    ],
    "changes": [
        {"action": "change", "section": "elements", "item": "one-stop", "set": {"zone": "wan"}},
        {"action": "change", "section": "elements", "item": "one-stop.v2", "set": {"name.vi": "Mới"}},
    ],
})  # fmt: skip
CONTENT = PROJECT.model_dump(mode="json", exclude_defaults=True)


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.250.000", 1_250_000), ("1,250,000", 1_250_000), ("1250000", 1_250_000), ("1 250 000 ₫", 1_250_000),
        ("3,5 tỷ", 3_500_000_000), ("3.5 tỷ", 3_500_000_000), ("850 triệu", 850_000_000),
        ("1.200 triệu", 1_200_000_000),
        ("2.000.000 đồng", 2_000_000), ("500 nghìn", 500_000), ("0", 0),
    ],
)  # fmt: skip
def test_amounts_are_read_as_offices_write_them(text: str, amount: int) -> None:
    assert money(AMOUNT, text) == amount


@pytest.mark.parametrize("text", ["-5", "(5)", "1,5", "abc", "5 sọt", "1.2.3", "12 34 tỷ x", "9" * 17, "٣"])
def test_what_is_no_amount_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(Wrong, match="Amount"):
        money(AMOUNT, text)


def test_figures_have_a_comma_and_come_back_as_they_were() -> None:
    for text, value in (("12,5", 12.5), ("1.250", 1250.0), ("0,25", 0.25), ("-3", -3.0), ("40 %", 40.0)):
        found = parsed(FIGURE, text, None)
        assert found == value
        assert parsed(FIGURE, shown(FIGURE, found), None) == value


def test_what_stands_in_a_project_comes_back_of_its_form_unchanged() -> None:
    for part in (SCHEDULE, MONEY, BENEFITS, SERVICES):
        choices = {"sources": [("local", "Local")], "cost-kinds": [("build", "build"), ("run", "run")]}
        form = PartForm(part, CONTENT, choices)
        data = _sent(form)
        again = PartForm(part, CONTENT, choices, data).read()
        assert again is not None
        assert {key: value for key, value in again.items() if value} == CONTENT


def test_a_row_is_taken_out_and_the_others_keep_what_has_no_field() -> None:
    data = _sent(PartForm(SCHEDULE, CONTENT, {})) | {"do": "remove:schedule:1"}
    form = PartForm(SCHEDULE, CONTENT, {}, data)
    assert form.asks_for_rows
    left = form.read()
    assert left is not None
    assert left["schedule"] == [CONTENT["schedule"][0]]  # with its English title


def test_a_field_leads_to_its_input_by_id_or_position() -> None:
    places = {
        "schedule.install.after": ("schedule", "schedule.1.after"), "costs.0.amount": ("money", "costs.0.amount"),
        "total": ("money", "total"), "title": ("general", "title.vi"), "costs.9.amount": ("money", ""),
        "changes.one-stop.set.zone": ("changes", "zone"), "changes.one-stop.v2.set.name.vi": ("changes", "name.vi"),
        "changes.1.set.name.vi": ("changes", "name.vi"), "": ("general", ""), "nonsense.3": ("general", ""),
        "legal_basis.0.text": ("general", "legal_basis"), "architecture": ("general", ""),
    }  # fmt: skip
    for field, (part, name) in places.items():
        place = place_of(field, PROJECT)
        assert (place.part, place.name) == (part, name), field
    assert place_of("changes.one-stop.v2.set.name.vi", PROJECT).change == PROJECT.changes[1]


def test_every_field_of_a_project_is_written_in_some_part() -> None:
    held = {name for part in PARTS.values() for name in part.holds}
    assert held >= set(Project.model_fields) - {"source", "confidence", "checked", "sample", "note"}
    assert part_holding("training.a.before").id == "services"


def test_sums_are_by_year_source_and_kind() -> None:
    costs = [
        {"year": 2028, "source": "a", "kind": "run", "amount": 7},
        {"year": 2027, "source": "a", "kind": "build", "amount": 5},
        {"year": 2027, "source": "b", "kind": "build", "amount": 6},
    ]
    found = sums(costs, {"a": "A"}, 12)
    assert found["sources"] == ["A", "b"]
    assert [(each["year"], each["amounts"], each["total"]) for each in found["years"]] == [
        (2027, [5, 6], 11), (2028, [7, 0], 7)
    ]  # fmt: skip
    assert (found["by_source"], found["build"], found["run"], found["all"], found["missing"]) == ([12, 6], 11, 7, 18, 1)


def test_a_key_is_made_of_words_and_is_free() -> None:
    assert free_key("Nâng cấp Cổng!", set()) == "nang-cap-cong"
    assert free_key("Nâng cấp", {"nang-cap", "nang-cap-2"}) == "nang-cap-3"
    assert free_key("!!!", set()) == "x"


def _sent(form: PartForm) -> dict[str, str]:
    """What a browser sends of a form as it was shown."""
    cells = [*form.fields(), *(cell for table in form.tables() for line in table["lines"] for cell in line["cells"])]
    data: dict[str, str] = {}
    for cell in cells:
        value = cell["value"]
        if isinstance(value, dict):
            data |= {f"{cell['name']}-{part}": text for part, text in value.items()}
        elif value is not False:
            data[cell["name"]] = "yes" if value is True else str(value)
    for table in form.tables():
        data[f"{table['rows'].name}.count"] = str(table["count"])
        data |= {f"{line['base']}.was": str(line["was"]) for line in table["lines"]}
    return data


def test_a_fault_writes_days_and_amounts_as_the_pages_do() -> None:
    fault = Fault("total", "%(day)s, %(sum)s, %(name)s.", {"day": "2027-01-04", "sum": "1,250,000,000", "name": "a-b"})
    assert said(fault) == "04/01/2027, 1.250.000.000, a-b."


@pytest.mark.parametrize(
    ("figure", "written"), [(90.05, "90,05"), (20.0, "20"), (1234.5, "1.234,5"), (0, "0"), (-2.5, "-2,5")]
)
def test_a_figure_keeps_its_places(figure: float, written: str) -> None:
    assert vn_decimal(figure) == written


def test_a_relation_is_told_by_the_names_of_its_ends() -> None:
    change = {"action": "add", "section": "relations", "item": "a--b", "value": {"id": "a--b", "from": "a", "to": "b"}}
    project = PROJECT.model_copy(update={"changes": Project.model_validate(CONTENT | {"changes": [change]}).changes})
    assert place_of("changes.a--b", project, {"a": "Permits", "b": "Parcels"}).label == "Permits → Parcels"


def test_every_reason_of_the_exchange_has_words() -> None:
    reasons = set(re.findall(r'return "([a-z_]+_[a-z_]+)"', inspect.getsource(directory_rules)))
    assert "no_contract" in reasons
    assert not [each for each in reasons if refusal_name(each) == each]


def test_a_needed_project_is_chosen_by_its_name() -> None:
    lists = {"projects": [("camera-2027", "Camera giao thông")]}
    typed = _sent(PartForm(SCHEDULE, CONTENT, lists)) | {
        "needs.count": "2", "needs.0.code": "camera giao thong", "needs.1.code": "camera-2028",
    }  # fmt: skip
    content = PartForm(SCHEDULE, CONTENT, lists, typed).read()
    assert content is not None
    assert content["needs"] == ["camera-2027", "camera-2028"]  # what is not known is told by the checks
