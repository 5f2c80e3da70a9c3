"""Every request that the matrix makes: each page by each of its methods, on objects in each state that matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from maidinh.channels.routing import PAGES
from maidinh.exchange.directory.queries import current_directory
from maidinh.exchange.keys.queries import registered_keys
from tests.architecture.asked import Asked
from tests.architecture.inhabitants import World
from tests.architecture.requests_dossiers import desk_asked, own_dossiers_asked
from tests.architecture.requests_procedures import procedure_drafts_asked
from tests.governance.conformity.own import SELECT
from tests.governance.conformity.texts import EXAMPLES_YAML

NOBODYS = "00000000-0000-4000-8000-000000000000"
RULE = {
    "id": "ownership.typed", "title_vi": "Có cơ quan chủ quản", "explanation_vi": "Để có người chịu trách nhiệm.",
    "severity": "error", "applies_to": "system", "select": SELECT, "message_vi": "{name} chưa có cơ quan chủ quản.",
    "remedy_vi": "Ghi cơ quan chủ quản.", "examples": EXAMPLES_YAML,
}  # fmt: skip
LAND = "VN-H38/GOV/H38.5.1/land-register"
CONTRACT = {
    "id": "land-population", "consumer": LAND, "service": "VN-H38/GOV/G01.900.38/population-register/population",
    "methods": "GET /persons/*", "purpose": "Đối chiếu chủ sử dụng đất", "legal_basis": "Nghị định 47/2020/NĐ-CP",
    **{f"{name}-{part}": value for name, year in (("valid_from", "2026"), ("valid_to", "2027"))
       for part, value in (("day", "1"), ("month", "12"), ("year", year))},
}  # fmt: skip


READINGS = ("architecture-explorer", "architecture-agencies", "architecture-coverage", "architecture-timeline",
            "architecture-technology")  # fmt: skip


def requests_in(world: World) -> Iterator[Asked]:
    """All of them; a page that is missing here is found by the test."""
    for made in (
        _plain, _applications, _architecture, _drafts, _opinions, _conformity, _connections, _contracts, _rules,
        _roadmap, _projects, _appraisals, own_dossiers_asked, desk_asked, _roadmap_plans, _exchange_keys,
        procedure_drafts_asked,
    ):  # fmt: skip
        yield from made(world)


def _plain(world: World) -> Iterator[Asked]:
    for name in ("home", "health", "keys", "verifier", "exchange", "exchange-state", "exchange-monitoring",
                 "exchange-services", "procedures",
                 "architecture", "architecture-json", "architecture-versions",
                 "dossiers", "notices", "track", "verify", "desk", "worklist", "signing", "sign-in",
                 "sign-in-return", "architecture-difference", "architecture-difference-json",
                 "architecture-rounds", "conformity", "conformity-json", "waivers", "rules", "observed",
        "supervision", "systems-in-use",
                 "architecture-diagrams", "architecture-document", "architecture-document-reading",
                 "architecture-document-file", "architecture-dossier", "architecture-dossier-file"):  # fmt: skip
        yield Asked(name, "GET", "it")
    directory = current_directory()
    offered = directory.services[0].id if directory else "none"
    for on, service in (("it", offered), ("none", "no/such/service")):
        yield Asked("exchange-service", "GET", on, {"service": service})
    for form, on in (("json", "it"), ("xml", "none")):
        yield Asked("exchange-monitoring-file", "GET", on, {"form": form})
    yield Asked("notices", "POST", "it", data={"up_to": "1"})
    yield Asked("my-data", "GET", "it")
    yield Asked("my-papers", "GET", "it")
    yield Asked("my-papers", "POST", "it", data={"kept": "1"})
    yield Asked("my-paper", "GET", "none", {"kept": 10**9})
    yield Asked("my-data-proof", "GET", "none", {"reading": NOBODYS})
    yield Asked("language", "POST", "it", data={"language": "en"})
    yield Asked("sign-out", "POST", "it")
    yield Asked("procedure", "GET", "offered", {"code": "1.013225"})
    yield Asked("procedure", "GET", "none", {"code": "9.999999"})
    dossier = world.dossiers["intake"]
    yield Asked("track", "POST", "right", data={"code": dossier.code, "secret": dossier.tracking_secret})
    yield Asked("track", "POST", "wrong", data={"code": dossier.code, "secret": "WRONGWRONG22"})
    code = world.verification_code()
    yield Asked("verify", "POST", "published", data={"code": code})
    yield Asked("verify-code", "GET", "published", {"code": code})
    yield Asked("verify-code", "GET", "none", {"code": "0000000000000000"})
    for path in ("../secrets/django.key", "tile/0/999"):
        yield Asked("log-file", "GET", "outside" if "secrets" in path else "none", {"path": path})
    file = next(each.name for each in sorted(settings.MAIDINH.home.public_keys.iterdir()) if each.suffix == ".pem")
    yield Asked("key-file", "GET", "public", {"file": file})
    yield Asked("key-file", "GET", "none", {"file": "nobody.pem"})


def _applications(world: World) -> Iterator[Asked]:
    procedure = world.draft.procedure.procedure
    chosen = {"case": procedure.cases[0].id, "receiving": procedure.receiving[0]}
    page = {"page": procedure.pages[0].id}
    digest = world.draft.papers[0]["digest"]
    removed = {"paper": procedure.papers[0].id, "digest": digest}
    for method, data in (("GET", {}), ("POST", chosen)):
        yield Asked("procedure-begin", method, "offered", {"code": procedure.code}, data)
    for on, draft in (("draft", world.draft.pk), ("submitted", world.submitted_draft.pk), ("none", NOBODYS)):
        where = {"draft": draft}
        yield Asked("application", "GET", on, where)
        yield Asked("application-submitted", "GET", on, where)
        yield Asked("application-paper-remove", "POST", on, where, removed)
        for method in ("GET", "POST"):
            posted = method == "POST"
            yield Asked("application-case", method, on, where, chosen if posted else {})
            yield Asked("application-page", method, on, where | page)
            yield Asked("application-papers", method, on, where)
            yield Asked("application-check", method, on, where, {"declaration": "yes"} if posted else {})
            yield Asked("application-discard", method, on, where)


def _architecture(world: World) -> Iterator[Asked]:
    element = world.province.newest.elements[0].id
    yield Asked("architecture-element", "GET", "declared", {"element": element})
    yield Asked("architecture-element", "GET", "none", {"element": "nothing"})
    for name, more in (("architecture-diagram", {}), ("architecture-diagram-file", {"form": "svg"})):
        yield Asked(name, "GET", "it", {"view": "zones"} | more)
        yield Asked(name, "GET", "none", {"view": "nothing"} | more)
        yield Asked(name, "GET", "draft", {"view": "zones"} | more, query="?version=1.1")
    for name in READINGS:
        yield Asked(name, "GET", "it")
    for name in ("architecture", "architecture-json", "architecture-diagrams", *READINGS):
        yield Asked(name, "GET", "draft", query="?version=1.1")
        yield Asked(name, "GET", "none", query="?version=0.1")
    yield Asked("architecture-element", "GET", "draft", {"element": element}, query="?version=1.1")
    owner = next(each.owner for each in world.province.newest.elements if each.owner)
    for name, parts in (
        ("architecture-impact", {"element": element}),
        ("architecture-impact-file", {"element": element, "form": "csv"}),
        ("architecture-agencies-file", {"form": "csv"}),
        ("architecture-agency", {"code": owner}),
    ):
        yield Asked(name, "GET", "it", parts)
        yield Asked(name, "GET", "draft", parts, query="?version=1.1")
        yield Asked(name, "GET", "none", parts | ({"form": "doc"} if "form" in parts else dict.fromkeys(parts, "none")))
    yield Asked("architecture-load", "POST", "published", data={"version": "1.0"})
    for on, number in world.architecture.items():
        yield Asked("architecture-publish", "POST", on, {"version_id": number})
        yield Asked("architecture-proof", "GET", on, {"version_id": number})


def _drafts(world: World) -> Iterator[Asked]:
    begun = {"origin": "in-force", "version": "7.1", "title.vi": "Phiên bản 7.1"}
    yield Asked("architecture-drafts", "GET", "it")
    yield Asked("architecture-draft-new", "GET", "it")
    yield Asked("architecture-draft-new", "POST", "it", data=begun)
    element = {"section": "elements", "item": world.province.newest.elements[0].id}
    title = {"title.vi": "Tên khác", **{f"effective_from-{part}": "10" for part in ("day", "month")}}
    paper = {"kind": "document", "name.vi": "Văn bản", "state": "live"}
    many = {"rows": element["item"], "field": "since", "since": "2020", "step": "do"}
    forms = (
        ("header", {}, title | {"effective_from-year": "2027"}), ("new-item", {"section": "elements"}, paper),
        ("item", element, paper), ("remove", element, {"confirm": "yes"}), ("bulk", {"section": "elements"}, many),
        ("upload", {}, {}), ("abandon", {}, {"reason": "Làm lại"}), ("take-in", {}, {}),
    )  # fmt: skip
    for on in ("fresh", "draft", "handed-in", "none"):
        where = {"draft_id": world.drafting.get(on, 10**9)}
        name = {"draft": "asked"}.get(on, on)
        yield Asked("architecture-draft", "GET", name, where)
        yield Asked("architecture-draft-table", "GET", name, where | {"section": "elements"})
        yield Asked("architecture-draft-history", "GET", name, where)
        yield Asked("architecture-draft-revision", "GET", name, where | {"revision": 1})
        yield Asked("architecture-draft-files", "GET", name, where)
        yield Asked("architecture-draft-download", "GET", name, where | {"form": "yaml"})
        for page, parts, data in forms:
            yield Asked(f"architecture-draft-{page}", "GET", name, where | parts)
            yield Asked(f"architecture-draft-{page}", "POST", name, where | parts, data)
        yield Asked("architecture-draft-decide", "POST", name, where)
        yield Asked("architecture-draft-take", "POST", name, where, {"packed": "nothing"})
        yield Asked("architecture-draft-submit", "POST", name, where)
        yield Asked("architecture-draft-send-back", "POST", name, where, {"reason": "Bổ sung"})


def _opinions(world: World) -> Iterator[Asked]:
    ids, nobody = world.drafting, 10**9
    due = {"due-day": "31", "due-month": "12", "due-year": "2026"}
    for on, number in (("fresh", ids["fresh"]), ("asked", ids["draft"]), ("none", nobody)):
        where = {"draft_id": number}
        yield Asked("architecture-draft-opinions", "GET", on, where)
        yield Asked("architecture-draft-ask", "GET", on, where)
        yield Asked("architecture-draft-ask", "POST", on, where, {"agencies": ["H38.6"], **due})
    for on, number in (("given", ids["opinion"]), ("none", nobody)):
        where = {"opinion_id": number}
        yield Asked("architecture-opinion-answer", "GET", on, where)
        yield Asked("architecture-opinion-answer", "POST", on, where, {"answer": "taken", "text": "Done"})
    for on, number in (("open", ids["consultation"]), ("ended", ids["ended"]), ("none", nobody)):
        where = {"consultation_id": number}
        yield Asked("architecture-round", "GET", on, where)
        yield Asked("architecture-round-opinion", "GET", on, where)
        yield Asked("architecture-round-opinion", "POST", on, where, {"stance": "agree", "text": "Good"})
        yield Asked("architecture-round-close", "POST", on, where)
        yield Asked("architecture-round-conclude", "POST", on, where, {"conclusion": "Agreed"})
    decided = {"decision": "12/QĐ-UBND", "decided_on-day": "1", "decided_on-month": "11", "decided_on-year": "2026"}
    for on, version in (("in-force", "1.0"), ("handed-in", "2.2"), ("none", "0.1")):
        yield Asked("architecture-version", "GET", on, {"version": version})
        yield Asked("architecture-version-opinions", "GET", on, {"version": version})
        yield Asked("architecture-approve", "POST", on, {"version": version}, decided)
    for name in ("architecture-difference", "architecture-difference-json"):
        yield Asked(name, "GET", "draft", query=f"?from=1.0&to=draft-{ids['draft']}")
        yield Asked(name, "GET", "none", query="?from=1.0&to=0.1")


def _conformity(world: World) -> Iterator[Asked]:
    for name in ("conformity", "conformity-json"):
        yield Asked(name, "GET", "draft", query="?version=1.1")
        yield Asked(name, "GET", "none", query="?version=0.1")
    for on, rule in world.rules.items():
        yield Asked("conformity-rule", "GET", on, {"rule": rule})
    for on in ("fresh", "draft", "handed-in", "none"):
        where = {"draft_id": world.drafting.get(on, 10**9)}
        for name in ("architecture-draft-conformity", "architecture-draft-conformity-json"):
            yield Asked(name, "GET", {"draft": "asked"}.get(on, on), where)
    days = {f"{name}-{part}": value for name, year in (("valid_from", "2026"), ("valid_until", "2027"))
            for part, value in (("day", "1"), ("month", "12" if year == "2026" else "6"), ("year", year))}  # fmt: skip
    reasons = {"justification": "Đang thay thế", "legal_ground": "Kế hoạch năm"} | days
    subject = world.province.newest.elements[0].id
    for on, rule in (("found", "ownership.approved"), ("none", "ownership.none")):
        yield Asked("waiver-ask", "GET", on, query=f"?rule={rule}&subject={subject}")
        yield Asked("waiver-ask", "POST", on, data={"rule": rule, "subject": subject} | reasons)
    for on, number in world.waivers.items():
        where = {"waiver_id": number}
        yield Asked("waiver", "GET", on, where)
        yield Asked("waiver-proof", "GET", on, where)
        yield Asked("waiver-decide", "POST", on, where, {"granted": "no", "decision": "Chưa đủ căn cứ"})
        yield Asked("waiver-withdraw", "POST", on, where, {"reason": "Đã khắc phục"})
    yield Asked("observed-finding", "GET", "none", {"finding_id": 10**9})
    yield Asked("observed-decide", "POST", "none", {"finding_id": 10**9}, {"form": "close", "close-reason": "Đã tắt"})
    yield Asked("observed-project", "POST", "none", {"finding_id": 10**9})


def _connections(world: World) -> Iterator[Asked]:
    yield Asked("connections", "GET", "it")
    contracts = [each.contract.id for each in world.province.newest.relations if each.contract]
    reasons = {"reason": "Lộ khoá", "legal_ground": "Báo cáo sự cố"}
    for on, contract in (("withdrawn", contracts[-1]), ("fresh", contracts[0]), ("none", "no-such-contract")):
        yield Asked("connection-withdraw", "GET", on, query=f"?contract={contract}")
        yield Asked("connection-withdraw", "POST", on, data={"contract": contract} | reasons)
    for on, number in world.withdrawals.items():
        where = {"withdrawal_id": number}
        yield Asked("connection-withdrawal", "GET", on, where)
        yield Asked("connection-withdrawal-proof", "GET", on, where)
        yield Asked("connection-withdrawal-decide", "POST", on, where, {"confirmed": "no", "decision": "Chưa cần"})
        yield Asked("connection-withdrawal-take-back", "POST", on, where)
        yield Asked("connection-withdrawal-end", "GET", on, where)
        yield Asked("connection-withdrawal-end", "POST", on, where, reasons)


def _contracts(world: World) -> Iterator[Asked]:
    yield Asked("contracts", "GET", "it")
    yield Asked("contract-propose", "GET", "it")
    yield Asked("contract-propose", "POST", "it", data=CONTRACT)
    for on, contract in (("signed", "one-stop-land"), ("none", "no-such-contract")):
        yield Asked("contract-declared", "POST", on, data={"contract": contract})
    for on, number in world.contracts.items():
        where = {"proposal_id": number}
        for name in ("contract", "contract-text"):
            yield Asked(name, "GET", on, where)
        yield Asked("contract-proof", "GET", on, where | {"side": "provider"})
        digest = world.digests.get(on, "")
        signed = {"side": "provider", "digest": digest, "read": "yes"}
        yield Asked("contract-sign", "POST", on, where, signed)
        yield Asked("contract-decline", "POST", on, where, {"side": "provider", "reason": "Thừa trường"})
        yield Asked("contract-take-back", "POST", on, where)


def _exchange_keys(world: World) -> Iterator[Asked]:
    del world
    row = registered_keys().first()
    assert row is not None
    yield Asked("exchange-keys", "GET", "it")
    for method in ("GET", "POST"):
        for on, holder, kid in (("known", row.holder, row.kid), ("none", "nobody", "nothing")):
            for name, data in (
                ("exchange-key-register", {"holder": holder, "request": ""}),
                ("exchange-key-rotate", {"holder": holder}),
                ("exchange-key-revoke", {"key": kid, "reason": "Lộ khóa"}),
            ):
                query = f"?{urlencode(data)}" if method == "GET" else ""
                yield Asked(name, method, on, data=data if method == "POST" else {}, query=query)


def _rules(world: World) -> Iterator[Asked]:
    yield Asked("rule-write", "GET", "it")
    yield Asked("rule-write", "POST", "it", data=RULE | {"step": "save"})
    for on, rule in world.rules.items():
        where, number = {"rule": rule}, {"number": "1"}
        yield Asked("rule", "GET", on, where)
        yield Asked("rule-decide", "POST", on, where, number | {"approved": "yes", "decision": "Cần thiết"})
        yield Asked("rule-take-back", "POST", on, where, number)
        last = {
            "last_day-day": "31",
            "last_day-month": "12",
            "last_day-year": "2027",
            "reason": "Thay bằng quy tắc mới",
        }
        yield Asked("rule-end", "POST", on, where, number | last)


def _roadmap(world: World) -> Iterator[Asked]:
    for name in ("roadmap", "roadmap-scenarios", "roadmap-compare", "roadmap-new"):
        yield Asked(name, "GET", "it")
    yield Asked("roadmap-new", "POST", "it", data={"name": "Phương án 2", "first_year": "2027", "years": "5"})
    demand = {f"{name}-{n}": value for n in (0, 1)
              for name, value in (("value", "7"), ("tier", "1"), ("deadline", ""), ("pinned", ""))}  # fmt: skip
    for on, number in world.scenarios.items():
        where, seen = {"scenario_id": number}, {"seen": "1"}
        yield Asked("roadmap-scenario", "GET", on, where)
        yield Asked("roadmap-file", "GET", on, where | {"form": "yaml"})
        yield Asked("roadmap-compute", "POST", on, where, {"go": "yes"})
        yield Asked("roadmap-adopt", "POST", on, where, {"decision": "12/QĐ-UBND", "text": "Phù hợp"})
        for name, data in (
            ("roadmap-money", {"amount-2027-local-budget": "3.000.000.000", "form": "table"}),
            ("roadmap-demands", demand),
            ("roadmap-capacity", {"capacity-H38.5-2027": "2"}),
        ):
            yield Asked(name, "GET", on, where)
            yield Asked(name, "POST", on, where, seen | data)


def _projects(world: World) -> Iterator[Asked]:
    began = {f"began_on-{part}": value for part, value in (("day", "1"), ("month", "10"), ("year", "2026"))}
    yield Asked("projects", "GET", "it")
    yield Asked("duplicates", "GET", "it")
    for name, data in (
        ("project-new", {"title.vi": "Mua máy quét", "summary.vi": "Quét giấy tờ", "kind": "purchase"} | began),
        ("project-upload", {"seen": ""}),
        ("component-report", {"element": "nothing"}),
    ):
        yield Asked(name, "GET", "it")
        yield Asked(name, "POST", "it", data=data)
    yield Asked("components", "GET", "it")
    for name in ("open-projects", "open-projects-file", "open-money", "open-api-projects", "open-api-money",
                 "open-api-exceptions", "open-api-roadmap"):  # fmt: skip
        yield Asked(name, "GET", "it")
    yield Asked("open-money-file", "GET", "it", {"dimension": "year"})
    yield Asked("open-money-file", "GET", "none", {"dimension": "name"})
    yield Asked("open-payments-file", "GET", "it", {"dimension": "year"})
    yield Asked("open-payments-file", "GET", "none", {"dimension": "name"})
    yield Asked("open-roadmap-file", "GET", "it", {"dimension": "year"})
    yield Asked("open-roadmap-file", "GET", "none", {"dimension": "name"})
    day = {f"{name}-{part}": value for name in ("as_of", "completed_on")
           for part, value in (("day", "2"), ("month", "11"), ("year", "2026"))}  # fmt: skip
    stage = {f"schedule.0.{name}-{part}": value for name in ("begins", "ends")
             for part, value in (("day", "2"), ("month", "11"), ("year", "2027"))}  # fmt: skip
    posted: tuple[tuple[str, Mapping[str, Any], Mapping[str, Any]], ...] = (
        ("project-edit", {"part": "schedule"}, {"schedule.count": "1", "schedule.0.title": "Mua"} | stage),
        ("project-change", {}, {"new": "zone", "name.vi": "Vùng mới", "do": "save"}),
        ("project-rebase", {}, {}), ("project-hand-in", {}, {}), ("project-answer", {}, {}),
        ("project-withdraw", {}, {"reason": "Không còn cần"}), ("project-merge", {}, {"draft": "new"}),
        ("project-progress", {}, {"element": "soil-watch", "state": "trial", "percent": "5"} | day),
        ("project-completion", {}, {"summary": "Đã xong"} | day),
    )  # fmt: skip
    for on, code in world.projects.items():
        where = {"code": code}
        yield Asked("project-supervision", "GET", on, where)
        yield Asked("project-supervision-report", "POST", on, where, {
            "form": "payment", "payment-year": "2026", "payment-source": "local-investment", "payment-kind": "build",
            "payment-amount": "5000", "payment-paid_on-day": "2", "payment-paid_on-month": "11",
            "payment-paid_on-year": "2026",
        })  # fmt: skip
        rated = {"form": "rating", "rating-level": "low", "rating-reasons": "Đúng tiến độ"}
        yield Asked("project-supervision-judge", "POST", on, where, rated)
        yield Asked("project-duplicate-decide", "POST", on, where, {"other": "none", "decision": "accept"})
        yield Asked("project-duplicates", "GET", on, where)
        for name in ("project", "project-difference", "project-history", "project-files", "project-write",
                     "project-check", "project-changes"):  # fmt: skip
            yield Asked(name, "GET", on, where)
        for name in ("open-project", "open-project-short", "open-api-project"):
            yield Asked(name, "GET", on, where)
        yield Asked("project-paper", "GET", on, where | {"digest": world.project_paper})
        yield Asked("project-file", "GET", on, where | {"form": "yaml"})
        yield Asked("project-begin", "POST", on, where)
        yield Asked("project-take-back", "POST", on, where)
        for name, parts, data in posted:
            query = "?new=zone" if name == "project-change" else ""
            yield Asked(name, "GET", on, where | parts, query=query)
            yield Asked(name, "POST", on, where | parts, data)
    another = {"code": world.projects["approved"], "digest": world.stranger_digest}
    yield Asked("project-paper", "GET", "paper-of-another", another)


def _appraisals(world: World) -> Iterator[Asked]:
    for name in ("appraisals", "approvals", "exceptions", "opinions-on-projects"):
        yield Asked(name, "GET", "it")
    days = {f"{name}-{part}": value for name, year in (("due", "2026"), ("held_on", "2026"), ("decided_on", "2026"),
            ("valid_until", "2027"), ("review_on", "2026")) for part, value in (
            ("day", "18" if name in ("held_on", "decided_on") else "30"), ("month", "11"), ("year", year))}  # fmt: skip
    forms: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("supplement", {"defects": "1", "defect-0-field": "costs", "defect-0-says": "Thiếu", "reason": "Chưa đủ"}),
        ("opinion", {"agency": "H38.101", "question": "Có trùng không?"} | days),
        ("meeting", {"chair": "Phó Giám đốc", "agencies": ["H38.5"], "minutes": "Thống nhất"} | days),
        ("verdict", {"step": "sign", "result": "fail", "reasons": "Chưa phù hợp", "conditions": "0"}),
    )
    for on in ("running", "passed", "none"):
        where = {"appraisal_id": world.appraisals[on]}
        yield Asked("appraisal", "GET", on, where)
        yield Asked("appraisal-document", "GET", on, where)
        for name in ("take-up", "forward", "check", "move"):
            yield Asked(f"appraisal-{name}", "POST", on, where)
        for name, data in forms:
            yield Asked(f"appraisal-{name}", "GET", on, where)
            yield Asked(f"appraisal-{name}", "POST", on, where, data)
    for on, number in world.project_opinions.items():
        yield Asked("opinion-on-project", "GET", on, {"opinion_id": number})
        yield Asked("opinion-on-project", "POST", on, {"opinion_id": number}, {"stance": "agree"})
    record = dict.fromkeys(("unmet", "cause", "alternatives", "effects", "controls", "remedy"), "Nội dung")
    for on in ("running", "passed", "failed", "none"):
        where = {"code": world.appraised[on]}
        for name, data in (
            ("project-approval", {"choice": "approve", "decision": "15/QĐ-UBND"} | days),
            ("project-acceptance", {"step": "accept", "record": "Biên bản số 1"}),
            ("project-exception", record | {"agency": "H38.5"} | days | {"valid_until-month": "5"}),
        ):
            yield Asked(name, "GET", on, where)
            yield Asked(name, "POST", on, where, data)
    for on, number in world.project_exceptions.items():
        yield Asked("exception", "GET", on, {"exception_id": number})
        yield Asked("exception-decide", "POST", on, {"exception_id": number}, {"granted": "no", "text": "Chưa đủ"})


def undeclared_methods() -> Iterator[tuple[str, str]]:
    """Each page with each method that it does not take."""
    for page in PAGES.values():
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            if method not in page.methods:
                yield page.name, method


def _roadmap_plans(world: World) -> Iterator[Asked]:
    """Pictures, plans and training while no roadmap is adopted."""
    del world
    for name in ("roadmap-timeline", "roadmap-plans", "training-plan"):
        yield Asked(name, "GET", "it")
    plan = {"agency": "H62.1", "year": 2027}
    yield Asked("roadmap-plan", "GET", "none", plan)
    yield Asked("roadmap-plan-file", "GET", "none", plan | {"form": "xlsx"})
    yield Asked("roadmap-timeline-file", "GET", "none", {"drawing": "years", "form": "svg"})
    yield Asked("training-plan-file", "GET", "none", {"form": "xlsx"})
    line = {"project": "none", "training": "none"}
    yield Asked("training-record", "GET", "none", line)
    yield Asked("training-record", "POST", "none", line, data={"people": "1"})
