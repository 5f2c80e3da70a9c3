"""What differs between two architectures, as a page and for machines; drafts only for who may see them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from maidinh.channels.web import comparison, fields, meaning
from maidinh.governance.architecture.actions import draft_version, publish_version
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.queries import current_version, declared_version, version_as_of
from maidinh.governance.comparison.difference import difference
from maidinh.governance.drafting.actions.editing import edit_draft, open_draft
from maidinh.governance.drafting.rules import Edit
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from tests.governance.small import architecture

pytestmark = pytest.mark.slow

TITLE = {"vi": "Bản mới", "en": "The new one"}


@pytest.fixture
def architect(official: Callable[..., Actor]) -> Actor:
    return official("architecture.draft")


@pytest.fixture
def approver(official: Callable[..., Actor]) -> Actor:
    return official("architecture.publish")


@pytest.fixture
def second(db: None, architect: Actor, approver: Actor, at: datetime, signer: Any) -> str:
    """A second version in force: one system retired, another renamed."""
    model, organisations = declared_version("1.0")
    elements = [
        each.model_copy(update={"state": "retired"}) if each.id == "tourism" else each for each in model.elements
    ]
    day = at.date()
    changed = model.model_copy(update={"version": "1.1", "elements": elements, "effective_from": day})
    with acting(agencies=architect.agencies):
        row = draft_version(actor=architect, version=changed, organisations=organisations, at=at)
        publish_version(actor=approver, version_id=row.pk, at=at + timedelta(minutes=5), signer=signer)
    return "1.1"


def page(client: Any, address: str, status: int = 200) -> str:
    client.cookies["django_language"] = "en"
    answer = client.get(address)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def changed_in(html: str) -> set[str]:
    return set(re.findall(r'data-thing="([^"]+)"', html))


def test_what_differs_is_told_with_before_and_after(client: Any, second: str) -> None:
    html = page(client, f"/architecture/difference?from=1.0&to={second}")
    assert changed_in(html) == {"header/", "elements/tourism"}
    assert re.search(r"State</dt>.*?Before</div>in use<.*?After</div>retired<", html, re.S)
    assert 'data-consequence="element-retired"' in html
    assert "/architecture/elements/tourism?version=1.1" in html
    assert "style=" not in html


def test_versions_in_force_and_before_are_compared_unasked(client: Any, second: str) -> None:
    assert changed_in(page(client, "/architecture/difference")) == {"header/", "elements/tourism"}
    assert "/architecture/difference" in page(client, "/architecture/versions")


def test_one_version_alone_leaves_a_choice(client: Any, db: None) -> None:
    html = page(client, "/architecture/difference")
    assert "Choose two versions to see what differs." in html
    assert 'name="from"' in html


def test_filters_leave_what_was_asked_for(client: Any, second: str) -> None:
    pair = f"/architecture/difference?from=1.0&to={second}"
    assert changed_in(page(client, f"{pair}&section=elements")) == {"elements/tourism"}
    assert changed_in(page(client, f"{pair}&way=added")) == set()
    owner = next(each.owner for each in current_version().model.elements if each.id == "tourism")
    assert changed_in(page(client, f"{pair}&owner={owner}")) == {"elements/tourism"}
    assert changed_in(page(client, f"{pair}&kind=channel")) == set()
    assert "Show everything" in page(client, f"{pair}&kind=channel")


def test_the_same_two_do_not_differ(client: Any, db: None) -> None:
    assert "Nothing differs." in page(client, "/architecture/difference?from=1.0&to=1.0")


def test_machines_get_the_same(client: Any, second: str) -> None:
    answer = json.loads(page(client, f"/architecture/difference.json?from=1.0&to={second}"))
    (changed,) = answer["elements"]["changed"]
    assert (changed["id"], changed["fields"]) == (
        "tourism", [{"path": "state", "before": "live", "after": "retired"}],
    )  # fmt: skip
    assert [each["kind"] for each in answer["consequences"]] == ["element-retired"]
    assert (answer["from"], answer["to"]) == ("1.0", second)


def test_machines_are_told_what_is_missing(client: Any, db: None) -> None:
    assert "from and to" in json.loads(page(client, "/architecture/difference.json", 404))["error"]
    page(client, "/architecture/difference.json?from=1.0&to=9.9", 404)


@pytest.mark.parametrize("key", ["9.9", "draft-999999", "draft-x", "1.0%00", "draft-99999999999"])
def test_what_is_not_there_is_not_compared(client: Any, db: None, key: str) -> None:
    page(client, f"/architecture/difference?from=1.0&to={key}", 404)


def test_a_draft_is_compared_by_its_makers_alone(
    client: Any, sign_in_as: Any, architect: Actor, official: Callable[..., Actor], at: datetime
) -> None:
    with acting(agencies=architect.agencies):
        draft = open_draft(actor=architect, version="3.0", title=TITLE, at=at, base=current_version().pk)
        for state in ("retiring", "retired"):
            edit_draft(actor=architect, draft_id=draft.pk, edits=[Edit("elements", "tourism", "state", state)],
                       seen_revision=0 if state == "retiring" else 1, via="form", at=at)  # fmt: skip
    address = f"/architecture/difference?from=1.0&to=draft-{draft.pk}"
    page(client, address, 404)
    sign_in_as(client, official("architecture.opine"))
    page(client, address, 404)
    sign_in_as(client, architect)
    html = page(client, address)
    assert "elements/tourism" in changed_in(html)
    assert f'value="draft-{draft.pk}"' in html
    between = page(client, f"/architecture/difference?from=draft-{draft.pk}-r1&to=draft-{draft.pk}")
    assert changed_in(between) == {"elements/tourism"}
    assert "being retired" in between
    page(client, f"/architecture/difference?from=1.0&to=draft-{draft.pk}-r9", 404)


def test_the_version_of_a_day(client: Any, second: str, at: datetime, architect: Actor) -> None:
    first = declared_version("1.0")[0].effective_from
    day, before = at.date(), at.date() - timedelta(days=1)
    assert version_as_of(architect, day).version == second
    assert version_as_of(architect, before).version == "1.0"
    assert version_as_of(architect, first - timedelta(days=1)) is None
    html = page(client, f"/architecture?as_of={before}")
    assert "version 1.0 was in effect" in html
    told = json.loads(page(client, f"/architecture.json?as_of={before}"))
    assert (told["version"], told["effective_from"]) == ("1.0", first.isoformat())
    early = page(client, f"/architecture?as_of={first - timedelta(days=1)}", 404)
    assert first.strftime("%d/%m/%Y") in early
    page(client, f"/architecture.json?as_of={first - timedelta(days=1)}", 404)


def test_a_day_that_is_none_is_told(client: Any, db: None) -> None:
    html = page(client, "/architecture?as_of=31-31-2026", 422)
    assert 'id="as_of-error"' in html
    assert "year-month-day" in json.loads(page(client, "/architecture.json?as_of=x", 422))["error"]
    page(client, "/architecture/elements/tourism?as_of=x", 422)


def test_a_draft_is_never_as_of(db: None, architect: Actor, at: datetime) -> None:
    model, organisations = declared_version("1.0")
    changed = model.model_copy(update={"version": "1.1", "effective_from": at.date()})
    with acting(agencies=architect.agencies):
        draft_version(actor=architect, version=changed, organisations=organisations, at=at)
        assert version_as_of(architect, at.date()).version == "1.0"


def told(old: ArchitectureVersion, new: ArchitectureVersion) -> list[comparison.Row]:
    words = comparison.Wording(old, new, language="en", agencies={"H99.1": "Office", "H99.2": "Police"})
    return words.rows(difference(old, new))


def test_a_drawing_is_told_with_what_lies_in_it() -> None:
    box = {"x": 1, "y": 1, "width": 10, "height": 10}
    drawing = {"id": "v", "name": {"vi": "Hình"}, "nodes": [{"id": "n", "element": "one-stop", "box": box}]}
    nodes = [{"id": "n", "element": "one-stop", "box": box | {"x": 9}}, {"id": "m", "element": "register", "box": box}]
    rows = told(architecture(views=[drawing]), architecture(views=[drawing | {"nodes": nodes}]))
    (row,) = rows
    assert (row.section, row.title, row.way) == ("views", "Hình", "changed")
    assert [(each.before, each.after) for each in row.fields] == [("", "1 added, 1 moved")]
    (moved,) = told(architecture(views=[drawing]), architecture(views=[drawing | {"nodes": nodes[:1]}]))
    assert moved.way == "moved"


def test_many_fields_are_folded_away() -> None:
    one = comparison.Row("elements", "a", "changed", "A", fields=(comparison.Field("State", "x", "y"),))
    assert comparison.few_fields([one] * comparison.OPEN_UP_TO)
    assert not comparison.few_fields([one] * (comparison.OPEN_UP_TO + 1))


def test_relations_are_told_as_sentences_and_count_for_the_owners_of_their_ends() -> None:
    (row,) = told(architecture(), architecture(relations=[architecture().relations[0].model_dump(by_alias=True)]))
    assert row.title == "one-stop serves citizens"
    assert row.holders == {"H99.1"}
    assert comparison.chosen([row], owner="H99.1") == [row]
    assert not comparison.chosen([row], owner="H99.2")


def test_every_consequence_has_a_sentence() -> None:
    found = meaning.sentences()
    old = architecture()
    parts = old.model_dump(mode="json", by_alias=True, exclude_none=True)
    parts["elements"] = [
        each | ({"state": "retired"} if each["id"] == "register" else {}) for each in parts["elements"]
    ]
    parts["relations"][0]["contract"]["valid_to"] = "2027-01-01"
    new = ArchitectureVersion.model_validate(parts)
    told = {each["kind"] for each in meaning.as_json(difference(old, new), old, new)}
    assert told and told <= found.keys()
    areas = {each["area"]: each["sentences"] for each in meaning.told(difference(old, new), old, new, "en")}
    assert any("register is retired" in each.text for each in areas["systems"])
    assert areas["exchange"] and not areas["projects"]


@pytest.mark.parametrize(
    ("path", "value", "label", "text"),
    [
        ("state", "live", "State", "in use"),
        ("owner", "H99.1", "Owner", "Office"),
        ("name.vi", "Cổng", "Name (in Vietnamese)", "Cổng"),
        ("cost.run.2027", 1250000, "Cost of running, 2027", "1.250.000\N{NO-BREAK SPACE}₫"),
        ("contract.valid_to", "2027-01-31", "Contract: valid until", "31/01/2027"),
        ("contract.methods", [{"method": "GET", "path": "/x"}], "Contract: calls allowed", "GET /x"),
        ("personal_data", True, "Personal data", "yes"),
        ("zone", "core", "Network zone", "Core zone"),
        ("properties.Chủ sở hữu", ["a", "b"], "Property (Chủ sở hữu)", "a; b"),
        ("masters:order", ["b", "a"], "Authoritative for: order", "b; a"),
        ("something.else", {"a": 1}, "something.else", '{"a": 1}'),
        ("layer", 4, "Layer", "4. Online services"),
        ("description", None, "Description", ""),
    ],
)
def test_fields_are_told_in_words(path: str, value: Any, label: str, text: str) -> None:
    from django.utils.translation import override

    with override("en"):
        words = fields.Words({"core": "Core zone"}, {"H99.1": "Office"})
        assert (words.label(path), words.value(path, value)) == (label, text)
