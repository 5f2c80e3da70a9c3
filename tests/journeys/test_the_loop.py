"""The loop closed: refused, proposed, returned, mended, approved, built, merged, published, signed, allowed, observed.

In the browser and at the gateway. Everyone is somebody else: the agency's project officer, the appraiser, who decides,
the architect, who publishes, the leaders who sign the contract.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import expect

from maidinh.exchange.client.calls import ExchangeClient, ExchangeRefused
from maidinh.governance.architecture.rules import instance_of, service_ids, subsystem_ids, with_agency_codes
from maidinh.governance.modelling.definition import Words
from maidinh.infrastructure.keys.client import SignerClient

from .officials import Desks
from .running import RunningProvince
from .visits import Visit

CODE, VERSION = "tra-cuu-thua-dat-2027", "9.2"
ALLOWED_WITHIN, FOUND_WITHIN = 10.0, 60.0  # seconds after publication, after the traffic
DEFECTS = ("Nêu rõ ai được đào tạo.", "Mục tiêu phải đo được; bổ sung cách đo.")
SAYS = {
    "digital-plan": "Nằm trong kế hoạch chuyển đổi số năm 2027.",
    "standards": "Theo danh mục tiêu chuẩn của tỉnh.",
    "ipv6": "Máy chủ dùng IPv4 và IPv6.",
    "service-quality": "Sẵn sàng 99,5% trong giờ làm việc.",
}


@dataclass
class Caller:
    """A system that is declared and has no contract, and the services that it calls."""

    running: RunningProvince
    element: str = field(init=False)
    name: str = field(init=False)
    owner: str = field(init=False)
    land: str = field(init=False)
    people: str = field(init=False)
    interface: str = field(init=False)
    owner_of_land: str = field(init=False)
    parcel: str = field(init=False)
    forgotten: Words = field(init=False)

    def __post_init__(self) -> None:
        province = self.running.province
        model = with_agency_codes(province.newest, province.organisations)
        instance = instance_of(province.organisations.code)
        declared = {relation.from_ for relation in model.relations if relation.contract}
        providers = {element.interface.system for element in model.elements if element.interface}
        systems, services = subsystem_ids(model, instance), service_ids(model, instance)
        self.element, self.name = next(each for each in systems.items() if each[0] not in declared | providers)
        self.owner = next(each.owner or "" for each in model.elements if each.id == self.element)
        self.interface, self.land = next(each for each in services.items() if each[1].endswith("/land"))
        self.owner_of_land = next(each.owner or "" for each in model.elements if each.id == self.interface)
        owned = next(each.parcels[0] for each in province.population.personas if each.parcels)
        self.parcel = f"/parcels/{owned}"
        register, self.people = next(each for each in services.items() if each[1].endswith("/population"))
        self.forgotten = next(each.name for each in model.elements if each.id == register)

    def call(self, service: str, path: str) -> int:
        """The status of the answer. Raises ExchangeRefused where the gateway lets it not through."""
        here = self.running.environment
        signer = SignerClient.for_caller(here.home, "operator")
        client = ExchangeClient(here.gateway_url, self.name, signer, f"caller:{self.name}")
        return client.call(service, at=datetime.now(UTC), path=path).status


def test_the_loop_is_closed(
    run_province: Callable[[str], RunningProvince],
    visit: Callable[..., Visit],
    sessions: dict[Any, Any],
    tmp_path: Path,
) -> None:
    running = run_province("vinh-phuc")
    caller, desks = Caller(running), Desks(visit, running, sessions)
    people = {role: desks.seat(_official(running, role)) for role in
              ("project-officer", "appraiser", "project-approver", "architect", "architecture-approver")}  # fmt: skip
    officer, appraiser, approver = people["project-officer"], people["appraiser"], people["project-approver"]
    with pytest.raises(ExchangeRefused):
        caller.call(caller.land, caller.parcel)

    _proposed(officer, caller, tmp_path)
    appraisal = _returned(appraiser)
    _mended(officer)
    _agreed(appraiser, appraisal, caller, lambda agency: desks.seat(_opining(running, agency)))
    _judged(appraiser, appraisal)
    _approved(approver, officer)
    _built_and_accepted(officer, approver)
    with pytest.raises(ExchangeRefused):
        caller.call(caller.land, caller.parcel)  # what is approved and built is not in force yet
    draft = _merged(people["architect"])
    _handed_in(people["architect"], draft)
    _published(people["architecture-approver"])
    signed = _signed(desks.seat(_leader(running, caller.owner)), desks.seat(_leader(running, caller.owner_of_land)))
    assert _allowed(caller, signed) == 200

    with pytest.raises(ExchangeRefused):
        caller.call(caller.people, "/persons/000000000000")  # what the project forgot
    _found(people["architect"], caller)
    anyone = visit(running)
    anyone.open(f"/projects/{CODE}")
    anyone.says(anyone.words("In force in"))
    expect(anyone.main).not_to_contain_text(_official(running, "project-officer").name)


def _proposed(officer: Visit, caller: Caller, place: Path) -> None:
    """A project from a file: what is wrong is told at its place, then it is taken in and handed in."""
    stated = _project(caller, officer)
    broken = place / "broken.yaml"
    broken.write_text(yaml.safe_dump({**stated, "total": 1}, allow_unicode=True), "utf-8")
    whole = place / "project.yaml"
    whole.write_text(yaml.safe_dump(stated, allow_unicode=True), "utf-8")
    for file, faulty in ((broken, True), (whole, False)):
        officer.open("/projects/upload")
        officer.main.locator("input[type=file]").set_input_files(file)
        officer.press("Take it in")
        officer.open(f"/projects/{CODE}/hand-in")
        expect(officer.main.locator("a[href*='/edit/money']")).to_have_count(1 if faulty else 0)
    officer.open(f"/projects/{CODE}/difference")
    officer.says("may call" if officer.language == "en" else "được gọi")
    officer.open(f"/projects/{CODE}/hand-in")
    officer.press("Hand in")
    officer.says(officer.words("The legal time"))


def _returned(appraiser: Visit) -> str:
    """The appraiser finds it in the queue, takes it up and returns it with two defects; where the appraisal is."""
    appraiser.open("/appraisals")
    appraiser.follow(appraiser.main.locator("a", has_text="Tra cứu thửa đất").first)
    appraisal = appraiser.path.split("?")[0]
    appraiser.press(appraiser.main.locator("form[action$='/take-up'] button"))
    appraiser.open(f"{appraisal}/supplement")
    appraiser.main.locator("[name='reason']").fill("Bổ sung hai nội dung.")
    for place, (where, says) in enumerate((("training", DEFECTS[0]), ("benefits", DEFECTS[1]))):
        if not appraiser.main.locator(f"[name='defect-{place}-says']").count():
            appraiser.press("Add a line")
        appraiser.main.locator(f"[name='defect-{place}-field']").select_option(where)
        appraiser.main.locator(f"[name='defect-{place}-says']").fill(says)
    appraiser.press("Send the request")
    appraiser.says(DEFECTS[1])
    return appraisal


def _mended(officer: Visit) -> None:
    """The owner sees both defects on the project, follows each to its place, mends it and answers."""
    for name, place, value in (
        (DEFECTS[0], "people", "12"),
        (DEFECTS[1], "how", "Đếm lượt tra cứu qua trục kết nối."),
    ):
        officer.open(f"/projects/{CODE}")
        officer.follow(officer.main.locator("li", has_text=name).locator("a").first)
        officer.main.locator(f"[name$='{place}']").first.fill(value)
        officer.press("Save and show all parts")
    officer.open(f"/projects/{CODE}/answer")
    officer.press("Answer")


def _agreed(appraiser: Visit, appraisal: str, caller: Caller, seat: Callable[[str], Visit]) -> None:
    """Whose register it is agrees that it may be asked; before, the checks say that this is missing."""
    if caller.owner_of_land == caller.owner:
        return
    appraiser.open(f"{appraisal}/opinion")
    appraiser.main.locator("[name='agency']").select_option(caller.owner_of_land)
    appraiser.main.locator("[name='question']").fill("Đồng ý cho tra cứu thửa đất không?")
    _fill_day(appraiser, "due", date.today() + timedelta(days=5))
    appraiser.press("Ask")
    theirs = seat(caller.owner_of_land)
    theirs.open("/appraisals/opinions")
    theirs.follow(theirs.main.locator("a", has_text="Tra cứu thửa đất").first)
    theirs.main.locator("[name='stance'][value='agree']").check()
    theirs.press("Give this opinion")
    appraiser.open(appraisal)
    appraiser.press(appraiser.main.locator("form[action$='/check'] button"))


def _judged(appraiser: Visit, appraisal: str) -> None:
    appraiser.open(f"{appraisal}/verdict")
    for each in appraiser.main.locator("select[name^='result-']").all():
        if each.input_value() not in ("met", "not-applicable"):
            name = (each.get_attribute("name") or "").removeprefix("result-")
            each.select_option("met")
            appraiser.main.locator(f"[name='why-{name}']").fill("Đã xem hồ sơ.")
    appraiser.main.locator("input[name='result'][value='pass']").check()
    appraiser.main.locator("[name='reasons']").fill("Hồ sơ đầy đủ; kết nối có căn cứ; giá hợp lý.")
    appraiser.press("Read it once more")
    appraiser.press("Sign the verdict")
    opinion = appraiser.download(appraiser.main.locator(f"a[href*='{appraisal}/opinion.pdf']").first)
    assert opinion.startswith(b"%PDF")


def _approved(approver: Visit, officer: Visit) -> None:
    officer.open(f"/projects/{CODE}/approval", expected=403)
    approver.open("/desk")
    approver.open(f"/projects/{CODE}/approval")
    approver.press("Approve the project", expected=422)
    approver.main.locator("[name='decision']").fill("345/QĐ-UBND")
    _fill_day(approver, "decided_on", date.today())
    approver.press("Approve the project")
    approver.says(approver.words("The project is approved. Its owner can begin."))


def _built_and_accepted(officer: Visit, approver: Visit) -> None:
    officer.open(f"/projects/{CODE}")
    officer.press("The work begins")
    officer.open(f"/projects/{CODE}/completion")
    _fill_day(officer, "completed_on", date.today())
    officer.main.locator("[name='summary']").fill("Đã kết nối thử, đủ chức năng.")
    officer.press("Report it")
    approver.open(f"/projects/{CODE}/acceptance")
    approver.main.locator("[name='record']").fill("Biên bản 12/BB, đạt.")
    approver.press("Accept the project")


def _merged(architect: Visit) -> str:
    """The architect brings what was accepted into a new draft; its address."""
    architect.open(f"/projects/{CODE}")
    architect.follow(architect.main.get_by_role("button", name=architect.words("Bring it into the architecture")))
    architect.main.locator("input[name='draft'][value='new']").check()
    architect.main.locator("[name='version']").fill(VERSION)
    architect.main.locator("[name='title']").fill("Kiến trúc có tra cứu thửa đất")
    architect.press("Bring it in")
    architect.open("/architecture/drafts")
    architect.follow(architect.main.get_by_role("link", name=re.compile("có tra cứu thửa đất")).first)
    return architect.path.split("?")[0]


def _handed_in(architect: Visit, draft: str) -> None:
    """One agency is asked, says nothing; the round is concluded and the draft handed in."""
    architect.open(draft)
    architect.follow(architect.main.get_by_role("button", name=architect.words("Ask agencies for their opinion")))
    boxes = architect.main.locator("input[name='agencies']").all()
    if not any(each.is_checked() for each in boxes):
        boxes[0].check()
    _fill_day(architect, "due", date.today().replace(year=date.today().year + 1))
    architect.press("Ask them")
    architect.press("Close the round")
    architect.main.locator("textarea[name='conclusion']").fill("Thống nhất.")
    architect.press("Conclude the round")
    architect.press("Hand in for approval")


def _published(approver: Visit) -> None:
    approver.open(f"/architecture/versions/{VERSION}")
    approver.main.locator("[name='decision']").fill("678/QĐ-UBND")
    _fill_day(approver, "decided_on", date.today())
    approver.press(approver.main.locator("form[action$='/approve'] button"))
    approver.press(approver.main.locator("form[action$='/publish'] button"))


def _signed(calling: Visit, providing: Visit) -> float:
    """Both agencies sign the text that is declared now: the one proposes it, and the exchange follows the last one."""
    calling.open("/contracts")
    calling.press(calling.main.locator("form[action$='/declared'] button"))
    contract = calling.path.partition("?")[0]
    for leader in (calling, providing):
        leader.open(contract)
        leader.main.locator("[name='read']").check()
        leader.press(leader.main.locator("form[action$='/sign'] button"))
    providing.says(providing.words("The exchange obeys this contract now."))
    return time.monotonic()


def _allowed(caller: Caller, since: float) -> int:
    """The status of the first call that is let through."""
    while True:
        try:
            return caller.call(caller.land, caller.parcel)
        except ExchangeRefused:
            assert time.monotonic() - since < ALLOWED_WITHIN, "the gateway does not follow what was published"
            time.sleep(0.2)


def _found(architect: Visit, caller: Caller) -> None:
    """The flow that the project forgot is shown with its owner."""
    begun = time.monotonic()
    owner = next(each for each in caller.running.province.organisations.agencies if each.code == caller.owner)
    while True:
        architect.open("/architecture/observed?kind=undeclared")
        named = owner.name.in_language(architect.language), caller.forgotten.in_language(architect.language)
        row = architect.main.locator("li", has_text=named[0]).filter(has_text=named[1])
        if row.count():
            break
        assert time.monotonic() - begun < FOUND_WITHIN, "the undeclared flow is no finding"
        time.sleep(1)
    architect.follow(row.first.locator("a").first)
    architect.says(owner.name.in_language(architect.language))


def _project(caller: Caller, officer: Visit) -> dict[str, Any]:
    official = _official(caller.running, "project-officer")
    flow = f"{caller.element}--flow--{caller.interface}"
    return {
        "id": CODE, "title": {"vi": "Tra cứu thửa đất"}, "summary": {"vi": "Không yêu cầu bản sao giấy chứng nhận."},
        "owner": official.agency, "kind": "service", "began_on": date.today(),
        "architecture": caller.running.province.newest.version, "total": 300_000_000, "sample": True,
        "changes": [{"action": "add", "section": "relations", "item": flow, "value": {
            "id": flow, "kind": "flow", "from": caller.element, "to": caller.interface,
            "name": {"vi": "Tra cứu thửa đất"},
            "contract": {
                "id": "tra-cuu-thua-dat", "methods": [{"method": "GET", "path": "/parcels/*"}],
                "fields": ["parcel", "address"], "purpose": {"vi": "Không yêu cầu bản sao giấy chứng nhận."},
                "legal_basis": [{"text": "Nghị định 47/2020/NĐ-CP, điều 35"}],
                "valid_from": date.today(), "valid_to": date.today().replace(year=date.today().year + 2),
            }, "sample": True}}],
        "costs": [{"year": 2027, "source": "local-regular", "kind": "build", "amount": 300_000_000}],
        "schedule": [{"id": "connect", "title": {"vi": "Kết nối"}, "begins": date(2027, 1, 4),
                      "ends": date(2027, 6, 30)}],
        "benefits": [{"id": "copies", "title": {"vi": "Bản sao phải nộp"}, "unit": {"vi": "bản"}, "baseline": 900,
                      "target": 0, "by": date(2027, 12, 31)}],
        "training": [{"id": "users", "agency": official.agency, "subject": {"vi": "Tra cứu"}, "people": 1,
                      "before": date(2027, 5, 31)}],
        "statements": [{"requirement": each, "says": {"vi": says}} for each, says in SAYS.items()],
        "papers": [{"kind": "submission", "number": "1/TTr", "dated": date.today()},
                   {"kind": "lease-plan", "number": "2/KH", "dated": date.today()}],
    }  # fmt: skip


def _official(running: RunningProvince, role: str) -> Any:
    return next(each for each in running.province.organisations.officials if role in each.roles)


def _leader(running: RunningProvince, agency: str) -> Any:
    """Who signs contracts for an agency."""
    return next(each for each in running.province.organisations.officials
                if each.agency == agency and "leader" in each.roles)  # fmt: skip


def _opining(running: RunningProvince, agency: str) -> Any:
    """Who gives an agency's opinion."""
    return next(each for each in running.province.organisations.officials
                if each.agency == agency and {"specialist", "leader"} & set(each.roles))  # fmt: skip


def _fill_day(seat: Visit, name: str, day: date) -> None:
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        seat.main.locator(f"[name='{name}-{part}']").fill(str(value))
