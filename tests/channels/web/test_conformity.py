"""Verdicts, waivers and rules in the browser: what each reader is told, what is refused, nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from maidinh.governance.architecture.queries import current_version
from maidinh.governance.conformity.actions.rulebook import decide_rule, propose_rule
from maidinh.governance.conformity.models import RuleVersion, Waiver
from maidinh.governance.conformity.queries import rule_of, rules_of_files
from maidinh.governance.conformity.waiving import ASKED, GRANTED
from maidinh.governance.drafting.rules import Edit
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from tests.channels.web.benches import Bench, fields_in
from tests.governance.conformity.own import EXAMPLES, rule_finding, rule_named
from tests.governance.conformity.texts import EXAMPLES_YAML

pytestmark = pytest.mark.slow

MARKED = "model.marked"
SECRET = "security.marked"
LOOP = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS subject FROM n WHERE i < 0"


class Desk:
    """An architect, an approver and anyone, and a rule that finds the first component of the version in force."""

    def __init__(self, bench: Bench, official: Callable[..., Actor], signer: Any) -> None:
        self.bench, self.at, self.signer = bench, bench.at, signer
        self.architect, self.approver = bench.architect, official("conformity.approve-rule")
        self.element = current_version().model.elements[0]
        for name in (MARKED, SECRET):
            self.rule(name)
        self.anyone = Client()
        self.anyone.cookies["django_language"] = "en"
        self.deciding = bench.browser(self.approver)

    def rule(self, name: str, **more: Any) -> RuleVersion:
        """A rule of the province in force that finds the component."""
        with acting(agencies=self.architect.agencies):
            found = rule_finding(name, self.element.id, **more)
            row = propose_rule(actor=self.architect, rule=found, at=self.at)
        with acting(agencies=self.approver.agencies):
            return decide_rule(actor=self.approver, version_id=row.pk, approved=True, decision="Cần", at=self.at,
                               signer=self.signer)  # fmt: skip

    def page(self, address: str, client: Client | None = None, status: int = 200) -> str:
        """A page."""
        answer = (client or self.anyone).get(address)
        assert answer.status_code == status, (address, answer.status_code, answer.content.decode()[-2000:])
        return answer.content.decode()

    def post(self, client: Client, address: str, status: int = 302, **data: Any) -> str:
        """Where a form leads, or the page that comes back."""
        answer = client.post(address, data)
        html = answer.content.decode()
        assert answer.status_code == status, (answer.get("Location"), re.findall(r"error-summary.*?</div>", html, re.S))
        return answer["Location"] if status == 302 else html

    def waiver(self) -> Waiver:
        """The one waiver there is."""
        with acting(agencies=self.architect.agencies):
            return Waiver.objects.get()

    def versions(self, rule: str = "") -> int:
        """How many versions of rules are kept, or of one rule."""
        with acting(agencies=self.architect.agencies):
            found = RuleVersion.objects.all()
            return (found.filter(rule=rule) if rule else found).count()

    def asked(self, **more: Any) -> dict[str, Any]:
        """What the form of a waiver sends."""
        first, last = self.at.date(), self.at.date() + timedelta(days=90)
        return {
            "rule": MARKED, "subject": self.element.id, "justification": "Đang thay thế",
            "legal_ground": "Kế hoạch 12/KH-UBND", **day("valid_from", first), **day("valid_until", last),
        } | more  # fmt: skip


def day(name: str, value: date) -> dict[str, str]:
    """A date field as it is sent."""
    return {f"{name}-day": str(value.day), f"{name}-month": str(value.month), f"{name}-year": str(value.year)}


@pytest.fixture
def desk(bench: Bench, official: Callable[..., Actor], signer: Any) -> Desk:
    return Desk(bench, official, signer)


def test_everyone_reads_the_verdict_but_not_what_security_rules_found(desk: Desk) -> None:
    html = desk.page("/architecture/conformity")
    assert "does not conform" in html
    assert f'data-finding="{MARKED}/{desk.element.id}"' in html
    assert f'href="/architecture/elements/{desk.element.id}?version=' in html
    assert f'data-finding="{SECRET}' not in html
    assert "told to officials only" in html
    assert f'data-finding="{SECRET}' in desk.page("/architecture/conformity", desk.deciding)
    assert "Ask for a waiver" not in html
    assert "Ask for a waiver" in desk.page("/architecture/conformity", desk.bench.client)


def test_a_finding_does_not_tell_what_is_not_published(desk: Desk) -> None:
    ended = "technology.at-its-end"
    model = current_version().model
    live = {each.id for each in model.elements if each.technology and each.state in ("live", "retiring")}
    for address in ("/architecture/conformity?group=technology", f"/architecture/conformity/{ended}"):
        inside, outside = desk.page(address, desk.deciding), desk.page(address)
        found = set(re.findall(rf'data-finding="{ended}/([^"]+)"', inside))
        assert found & live
        assert not set(re.findall(rf'data-finding="{ended}/([^"]+)"', outside)) & live
        assert "told to officials only" in outside and "told to officials only" not in inside
    told = desk.anyone.get("/architecture/conformity.json").json()
    assert not {each["subject"] for each in told["findings"] if each["rule"] == ended} & live
    hidden = sorted(found & live)[0]
    assert f'data-finding="{ended}/' not in desk.page(f"/architecture/elements/{hidden}")
    assert f'data-finding="{ended}/{hidden}"' in desk.page(f"/architecture/elements/{hidden}", desk.deciding)


def test_a_component_and_its_agency_tell_what_does_not_conform(desk: Desk) -> None:
    address = f"/architecture/elements/{desk.element.id}"
    html = desk.page(address)
    assert f'data-finding="{MARKED}/{desk.element.id}"' in html and SECRET not in html
    assert f'href="/architecture/conformity/{MARKED}"' in html and "Ask for a waiver" not in html
    inside = desk.page(address, desk.bench.client)
    assert f'data-finding="{SECRET}/{desk.element.id}"' in inside and "Ask for a waiver" in inside
    counted = desk.deciding.get("/architecture/conformity.json").json()["findings"]
    about = {each["subject"] for each in counted}
    related = {each.from_ for each in current_version().model.relations if each.id in about}
    quiet = next(each for each in current_version().model.elements if each.id not in about | related)
    assert "No rule finds anything to mend here." in desk.page(f"/architecture/elements/{quiet.id}", desk.deciding)
    owner = next(each["owner"] for each in counted if each["owner"] and each["severity"] == "error")
    mine = [each for each in counted if each["owner"] == owner]
    agency = desk.page(f"/architecture/agencies/{owner}", desk.deciding)
    assert f'href="/architecture/conformity?owner={owner}&amp;waived=no#findings"' in agency
    assert len(re.findall("data-finding=", agency)) == min(3, len(mine))
    assert f'<span class="md-figures__value">{len(mine)}</span> <span class="md-figures__text">finding' in agency


def test_the_report_is_the_same_for_machines(desk: Desk) -> None:
    told = desk.anyone.get("/architecture/conformity.json").json()
    assert told["verdict"] == "does-not-conform"
    assert MARKED in {each["rule"] for each in told["findings"]}
    assert SECRET not in {each["rule"] for each in told["findings"]}
    assert told["kept_inside"] >= 1
    inside = desk.deciding.get("/architecture/conformity.json")
    assert SECRET in {each["rule"] for each in inside.json()["findings"]}
    assert inside.content == desk.deciding.get("/architecture/conformity.json").content


@pytest.mark.parametrize(
    ("query", "status"),
    [("as_of=1990-01-01", 404), ("version=1.0&as_of=0001-01-01", 200), ("as_of=9999-12-31", 200), ("as_of=x", 422),
     ("version=0.9", 404), ("framework=7", 404), ("severity=error&group=model&q=khong-co", 200),
     ("owner=-&waived=yes&page=99", 200)],
)  # fmt: skip
def test_what_an_address_asks_for(desk: Desk, query: str, status: int) -> None:
    for name in ("conformity", "conformity.json"):
        desk.page(f"/architecture/{name}?{query}", status=status)


def test_a_rule_is_checked_from_the_day_on_which_it_came_into_force(desk: Desk) -> None:
    before = (desk.at - timedelta(days=1)).date()
    assert MARKED not in desk.page(f"/architecture/conformity?as_of={before}")
    desk.page(f"/architecture/conformity/{MARKED}?as_of={before}", status=404)
    html = desk.page(f"/architecture/conformity/{MARKED}")
    assert "1 finding" in html
    assert "has no agency in charge" in html


def test_a_draft_says_what_it_breaks_anew_and_what_it_mends(desk: Desk) -> None:
    desk.rule("model.renamed", select="SELECT id AS subject FROM element WHERE name = 'A'")
    desk.bench.another_edits(Edit("elements", desk.element.id, "name.vi", "A"))
    html = desk.bench.page("/conformity")
    fresh = html[html.index('id="new"') : html.index('id="findings"')]
    assert f'data-finding="model.renamed/{desk.element.id}"' in fresh
    assert MARKED not in fresh
    desk.bench.page("/conformity?as_of=x", status=422)
    answer = desk.bench.client.get(f"{desk.bench.address}/conformity.json")
    assert "model.renamed" in {each["rule"] for each in answer.json()["findings"]}
    assert desk.anyone.get(f"{desk.bench.address}/conformity").status_code == 302


def test_a_waiver_is_asked_for_decided_by_another_and_then_counts(desk: Desk) -> None:
    form = f"/architecture/waivers/new?rule={MARKED}&subject={desk.element.id}"
    assert "Ask for a waiver" in desk.page(form, desk.bench.client)
    where = desk.post(desk.bench.client, "/architecture/waivers/new", **desk.asked())
    assert desk.page("/architecture/waivers").count("/architecture/waivers/") == 0, "what is asked for is not public"
    page = where.partition("?")[0]
    desk.page(page, status=404)
    assert "Waits for your decision" in desk.page("/architecture/waivers", desk.deciding)
    html = desk.post(desk.deciding, f"{page}/decide", 422, decision="Có lộ trình")
    assert fields_in(html)["decision"] == "Có lộ trình"
    desk.post(desk.deciding, f"{page}/decide", 422, granted="yes")
    desk.post(desk.deciding, f"{page}/decide", granted="yes", decision="Có lộ trình")
    public = desk.page(page)
    assert "Có lộ trình" in public
    assert desk.architect.name not in public
    assert desk.approver.name in desk.page(page, desk.bench.client)
    assert "waived until" in desk.page(f"/architecture/conformity/{MARKED}")
    assert desk.anyone.get(f"{page}/proof").json()["content"]["rule"] == MARKED
    late = (desk.at + timedelta(days=91)).date()
    assert "waived until" not in desk.page(f"/architecture/conformity/{MARKED}?as_of={late}")
    assert desk.post(desk.bench.client, f"{page}/withdraw", 422)
    desk.post(desk.bench.client, f"{page}/withdraw", reason="Đã thay")
    assert "waived until" not in desk.page(f"/architecture/conformity/{MARKED}")


def test_a_waiver_of_what_a_security_rule_found_tells_everyone_no_details(desk: Desk) -> None:
    where = desk.post(desk.bench.client, "/architecture/waivers/new", **desk.asked(rule=SECRET)).partition("?")[0]
    desk.post(desk.deciding, f"{where}/decide", granted="yes", decision="Có lộ trình")
    name = desk.element.name.in_language("vi")
    for address in ("/architecture/waivers", where):
        html = desk.page(address)
        assert "a finding about security" in html
        assert name not in html
        assert "Đang thay thế" not in html
        assert name in desk.page(address, desk.bench.client)
    assert desk.anyone.get(f"{where}/proof").status_code == 404
    assert desk.deciding.get(f"{where}/proof").status_code == 200


def test_what_is_wrong_with_a_waiver_stands_at_its_field_and_nothing_is_lost(desk: Desk) -> None:
    wrong = desk.asked(justification=" ", **day("valid_until", desk.at.date() + timedelta(days=900)))
    html = desk.post(desk.bench.client, "/architecture/waivers/new", 422, **wrong)
    assert 'href="#justification"' in html
    assert 'href="#valid_until"' in html
    assert fields_in(html)["legal_ground"] == "Kế hoạch 12/KH-UBND"
    html = desk.post(desk.bench.client, "/architecture/waivers/new", 422, **desk.asked(**{"valid_until-day": "40"}))
    assert fields_in(html)["valid_until-day"] == "40"
    with acting(agencies=desk.architect.agencies):
        assert not Waiver.objects.exists()
    assert desk.bench.client.get(f"/architecture/waivers/new?rule={MARKED}&subject=none").status_code == 404
    desk.post(desk.bench.client, "/architecture/waivers/new", **desk.asked())
    html = desk.post(desk.bench.client, "/architecture/waivers/new", 422, **desk.asked())
    assert "asked for already" in html


def test_nobody_decides_on_their_own_waiver_or_for_another_role(desk: Desk, official: Callable[..., Actor]) -> None:
    desk.post(desk.bench.client, "/architecture/waivers/new", **desk.asked())
    row = desk.waiver()
    appraiser = official("conformity.decide-waiver", agency="H38.2")
    assert "appraiser" in appraiser.roles
    told = desk.post(desk.bench.browser(appraiser), f"/architecture/waivers/{row.pk}/decide", 422, granted="yes",
                     decision="x")  # fmt: skip
    assert "another role" in told
    assert desk.waiver().state == ASKED
    answer = desk.bench.client.post(f"/architecture/waivers/{row.pk}/decide", {"granted": "yes", "decision": "x"})
    assert answer.status_code == 403


def test_a_rule_is_tried_kept_and_put_into_force_by_another(desk: Desk) -> None:
    form = typed()
    html = desk.post(
        desk.bench.client, "/architecture/rules/new", 200, **form, step="try", on=current_version().version
    )
    assert "What came of the trial" in html
    assert html.count("as it says") >= 2
    assert not desk.versions("ownership.named")
    where = desk.post(desk.bench.client, "/architecture/rules/new", **form, step="save")
    desk.page(where.partition("?")[0], status=404)
    html = desk.page(where, desk.deciding)
    assert "Put it into force" in html or "put it into force" in html
    number = {"number": "1"}
    desk.post(desk.deciding, "/architecture/rules/ownership.named/decide", 422, **number, approved="yes")
    desk.post(desk.deciding, "/architecture/rules/ownership.named/decide", **number, approved="yes", decision="Cần")
    assert "ownership.named" in desk.page("/architecture/rules?q=he thong&origin=own")
    assert "Write the next version" in desk.page("/architecture/rules/ownership.named", desk.bench.client)
    again = fields_in(desk.page("/architecture/rules/new?rule=ownership.named", desk.bench.client))
    assert again["select"] == form["select"]
    html = desk.post(desk.bench.client, "/architecture/rules/new", 422, **form, step="save")
    assert "says the same" in html
    end = day("last_day", desk.at.date()) | number
    desk.post(desk.deciding, "/architecture/rules/ownership.named/end", 422, **end)
    never = day("last_day", date.max) | number
    desk.post(desk.deciding, "/architecture/rules/ownership.named/end", 422, **never, reason="x")
    desk.post(desk.deciding, "/architecture/rules/ownership.named/end", **end, reason="Đã có quy tắc quốc gia")
    tomorrow = desk.at.date() + timedelta(days=1)
    desk.page(f"/architecture/conformity/ownership.named?as_of={tomorrow}", status=404)
    desk.page("/architecture/conformity/ownership.named")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("select", "told"),
    [
        (LOOP, "it loops|the rule loops"),
        ("DELETE FROM element", "A rule only asks"),
        ('SELECT "ide" AS subject FROM element', "Double quotes"),
        ("SELECT id AS subject FROM nowhere", "no such table"),
        ("SELECT id FROM element", "column named subject"),
        ("SELECT a.id AS subject FROM element a, element b, element c, element d", "more than|loops"),
        ("", "Write the question"),
    ],
)
def test_a_hostile_question_is_stopped_and_the_form_comes_back(desk: Desk, select: str, told: str) -> None:
    form = typed(select=select)
    for step in ("try", "save"):
        begun = datetime.now()
        html = desk.post(desk.bench.client, "/architecture/rules/new", 422, **form, step=step,
                         on=current_version().version)  # fmt: skip
        assert (datetime.now() - begun).total_seconds() < 8
        sent = fields_in(html)
        assert sent["select"] == select
        assert sent["examples"].strip() == EXAMPLES_YAML.strip()
        if step == "try":
            assert re.search(told, html), re.findall(r"error-message.*?</p>", html, re.S)
    assert not desk.versions("ownership.named")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("id", "Named", "Write a group"),
        ("id", next(iter(rules_of_files())), "a rule of the definitions|A rule of the definitions"),
        ("examples", "- title: [", "Line [12]"),
        ("examples", "title: x", "Write a list"),
        ("examples", EXAMPLES_YAML.replace("fails: [a]", "passes: true"), "passes and one that fails"),
        ("examples", EXAMPLES_YAML.replace("fails: [a]", "fails: [b]"), "it should find b, and finds a"),
        ("message_vi", "", "Say in Vietnamese"),
        ("valid_from-day", "77", "Enter a day"),
        ("severity", "grave", "Choose how grave"),
    ],
)
def test_a_rule_that_is_wrong_is_not_kept(desk: Desk, field: str, value: str, told: str) -> None:
    count = desk.versions()
    html = desk.post(desk.bench.client, "/architecture/rules/new", 422, **typed(**{field: value}), step="save")
    assert re.search(told, html), re.findall(r"error-message.*?</p>", html, re.S)
    assert desk.versions() == count


def test_what_waits_is_a_figure_at_home(desk: Desk) -> None:
    desk.post(desk.bench.client, "/architecture/waivers/new", **desk.asked())
    row = desk.waiver()
    home = desk.page("/desk", desk.deciding)
    assert "/architecture/waivers" in home
    assert "Decide whether a finding may stand until a day" in home
    assert row.state == ASKED
    assert GRANTED not in home


def typed(**more: str) -> dict[str, str]:
    """What the form of a rule sends."""
    rule = rule_named("ownership.named", examples=EXAMPLES)
    return {
        "id": rule.id, "title_vi": rule.title.vi, "explanation_vi": rule.explanation.vi, "severity": "error",
        "applies_to": "system", "select": rule.select or "", "message_vi": rule.message.vi,
        "remedy_vi": rule.remedy.vi, "waivable_by": "architecture-approver", "legal_basis": "Điều 23",
        "examples": EXAMPLES_YAML,
    } | more  # fmt: skip


def test_a_rule_that_cannot_be_asked_is_told_and_is_no_pass(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    row = desk.rule("model.slow", severity="advice")
    broken = rule_of(row).model_copy(update={"select": "SELECT id AS subject FROM gone"})
    monkeypatch.setattr("maidinh.governance.conformity.queries.rule_of", lambda _row: broken)
    html = desk.page("/architecture/conformity?as_of=" + desk.at.date().isoformat())
    assert "Rules that could not be checked" in html
    assert "There is no such table or column" in html
    assert "There is no such table or column" in desk.page("/architecture/conformity/model.slow")
