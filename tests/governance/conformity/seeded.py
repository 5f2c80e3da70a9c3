"""Faults put into the clean architecture, one at a time, and every finding that follows from each.

A fault is a name, a framework, what is done to the content, and the findings: `rule subject`, the subject empty where
it is the model itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.governance.conformity.clean import Content

NOW, THEN = "2026-1425", "2.0"


@dataclass(frozen=True)
class Fault:
    """One fault: what is done, and what must be found; nothing else may be."""

    name: str
    framework: str
    done: Callable[[Content], Any]
    found: tuple[str, ...]
    day: date | None = None


def thing(said: Content, id_: str) -> Content:
    """An element, relation, principle or view of the content."""
    of = [*said["elements"], *said["relations"], *said["principles"], *said["views"]]
    return next(each for each in of if each["id"] == id_)


def edit(id_: str, **fields: Any) -> Callable[[Content], None]:
    """Fields of a thing are set; None takes one away."""

    def done(said: Content) -> None:
        found = thing(said, id_)
        found.update(fields)
        for field in [each for each, value in fields.items() if value is None]:
            del found[field]

    return done


def agreed(id_: str, **fields: Any) -> Callable[[Content], None]:
    """Fields of a contract are set."""
    return lambda said: thing(said, id_)["contract"].update(fields)


def drop(*ids: str) -> Callable[[Content], None]:
    """Things are taken away, with the relations at them."""

    def done(said: Content) -> None:
        for section in ("elements", "relations", "principles", "views"):
            said[section] = [
                each for each in said[section] if not {each["id"], each.get("from"), each.get("to")} & set(ids)
            ]

    return done


def add(*elements: Content) -> Callable[[Content], None]:
    """Elements come."""
    return lambda said: said["elements"].extend(elements)


def relate(*relations: str) -> Callable[[Content], None]:
    """Relations come: `from kind to`."""

    def done(said: Content) -> None:
        for one, kind, other in (each.split() for each in relations):
            said["relations"].append({"id": f"{one}-{kind}-{other}", "kind": kind, "from": one, "to": other})

    return done


def both(*steps: Callable[[Content], Any]) -> Callable[[Content], None]:
    """One after the other."""

    def done(said: Content) -> None:
        for step in steps:
            step(said)

    return done


def without_field(field: str) -> Callable[[Content], None]:
    """No element says this."""

    def done(said: Content) -> None:
        for each in said["elements"]:
            each.pop(field, None)

    return done


def _unreferenced(*components: str) -> Callable[[Content], None]:
    def done(said: Content) -> None:
        for each in said["elements"]:
            each["reference"] = [one for one in each["reference"] if one not in components]

    return done


def system(id_: str, owner: str = "H99.2", **more: Any) -> Content:
    """A running information system that lacks nothing but relations."""
    said: Content = {
        "id": id_, "kind": "information-system", "layer": 5, "name": {"vi": f"Hệ thống {id_}"}, "owner": owner,
        "zone": "tslcd", "security_level": 2, "security_basis": {"text": "Nghị định 85/2016/NĐ-CP, điều 8"},
        "technology": ["postgresql"], "classification": {"arm": ["AP-SECTOR"]},
        "cost": {"run": [{"year": 2021, "amount": 1}, {"year": 2026, "amount": 1}]},
    }  # fmt: skip
    return said | more


def joined(id_: str) -> Callable[[Content], None]:
    """The system serves officials and stands in the data centre."""
    return relate(f"{id_} serving officials", f"data-centre assignment {id_}")


def _gone(said: Content) -> None:
    said["relations"].append({"id": "torn", "kind": "association", "from": "lgsp", "to": "nowhere"})


def _shown(said: Content) -> None:
    said["views"][0]["nodes"].append({"id": "other", "element": "nowhere"})


def _misdirected(said: Content) -> None:
    thing(said, "staff-interface")["interface"]["system"] = "nowhere"


def _raised(said: Content) -> None:
    for each in said["elements"]:
        each["layer"] = 2 if each["layer"] == 1 else each["layer"]


CALL = "one-stop--flow--people-interface"
FAULTS: tuple[Fault, ...] = (
    # framework
    Fault("nothing is mapped", NOW, without_field("reference"), ()),
    Fault("a code that no framework has", NOW, edit("web", reference=["KHONG-CO"]), ()),
    Fault("checked against a framework that ended", THEN, lambda said: None, (), date(2026, 10, 1)),
    Fault("the old framework after the deadline", THEN, lambda said: None, (), date(2027, 3, 1)),
    Fault("checked before the framework began", THEN, lambda said: None, (), date(2019, 9, 1)),
    Fault("made by another framework", THEN, lambda said: said.update(framework="1.0"), ()),
    Fault("a layer without components", THEN, _raised, ()),
    Fault("no security architecture", THEN, both(without_field("security_level"), without_field("security_basis")), ()),
    Fault("no shared data store", NOW, _unreferenced("P-2-01"), ()),
    Fault("no security systems", NOW, _unreferenced("P-1-11"), ()),
    Fault("no provincial portal", NOW, _unreferenced("P-4-01"), ()),
    Fault("no measuring", NOW, _unreferenced("P-4-12"), ()),
    Fault("no data centre", NOW, _unreferenced("P-1-01"), ()),
    Fault("no operations centre", NOW, _unreferenced("P-3-05"), ()),
    Fault("no video platform", NOW, _unreferenced("P-2-14"), ()),
    Fault("no sharing platform", NOW, _unreferenced("P-2-11"), ()),
    Fault("no one-stop system", NOW, _unreferenced("P-3-01"), ()),
    Fault("no sharing platform in 2.0", THEN, _unreferenced("SI-LGSP"), ()),
    Fault("no public portal in 2.0", THEN, _unreferenced("PS-DVC"), ()),
    Fault("no leaders in 2.0", THEN, _unreferenced("U-LEAD"), ()),
    Fault("no kiosk in 2.0", THEN, _unreferenced("CH-KIOSK"), ()),
    Fault("no sign-on in 2.0", THEN, _unreferenced("PS-SSO"), ()),
    Fault("no payment in 2.0", THEN, _unreferenced("OS-PAY"), ()),
    Fault("no document system in 2.0", THEN, _unreferenced("AP-DOC"), ()),
    Fault("no dictionary in 2.0", THEN, _unreferenced("DB-DICT"), ()),
    Fault("no maps in 2.0", THEN, _unreferenced("SI-GIS"), ()),
    Fault("no trust services in 2.0", THEN, _unreferenced("IN-PKI"), ()),
    Fault("no steering in 2.0", THEN, _unreferenced("GV-GOV"), ()),
    Fault("no nationally shared security", NOW, _unreferenced("P-1-10"), ()),
    Fault("no commune model", NOW, _unreferenced("HTS7", "HTS8", "ANM4", "DL5", "NTL4", "KTT1", "KTT2", "KTT3"), ()),
    Fault("VNeID is not shown", NOW, drop("vneid"), ()),
    # principle
    Fault("no vision", NOW, drop("vision"), ()),
    Fault("no principles", NOW, drop(*(f"core-{number}" for number in range(1, 8))), ()),
    Fault("no target", NOW, drop("target"), ()),
    Fault("a core principle left out", NOW, drop("core-3"), ()),
    Fault("a target without a number", NOW, edit("target", statement={"vi": "Phục vụ tốt hơn"}), ()),
    Fault("a requirement that nothing realizes", NOW,
          add({"id": "req-new", "kind": "requirement", "name": {"vi": "Dữ liệu ở định dạng mở"}}), ()),
    # data
    Fault("two masters", NOW, edit("shared-data", masters=["person"]), ()),
    Fault("two masters in 2021", THEN, edit("shared-data", masters=["person"]), ()),
    Fault("an entity without master", NOW,
          both(add({"id": "entity-road", "kind": "data-entity", "name": {"vi": "Đường"}}),
               relate("entity-road association land")), ()),
    Fault("no entity model", NOW, drop(*(f"entity-{each}" for each in "person parcel dossier official document".split())),
          ()),
    Fault("a database that nothing uses", NOW, drop("lgsp--access--shared-data"), ()),
    Fault("a database of another agency", NOW, relate("people access land-data"), ()),
    Fault("a database of another agency in 2021", THEN, relate("people access land-data"), ()),
    Fault("personal data unmarked", NOW, edit("land", personal_data=None), ()),
    Fault("a personal entity in a plain database", NOW, edit("staff-data", personal_data=None), ()),
    Fault("an entity kept twice", NOW, relate("shared-data realization entity-document"), ()),
    # connection
    Fault("a call without contract", NOW, edit(CALL, contract=None), ()),
    Fault("a contract that ended", NOW, agreed(CALL, valid_to="2026-01-31"), ()),
    Fault("a contract that ends soon", NOW, agreed(CALL, valid_to="2026-10-31"), ()),
    Fault("a contract that has not begun", NOW, agreed(CALL, valid_from="2027-01-01"), ()),
    Fault("a contract turned round", NOW, agreed(CALL, valid_from="2028-01-01"), ()),
    Fault("a contract without legal basis", NOW, agreed(CALL, legal_basis=[]), ()),
    Fault("a contract without purpose", NOW, agreed(CALL, purpose={}), ()),
    Fault("personal data without limits", NOW, agreed(CALL, fields=[]), ()),
    Fault("past the platform", NOW, relate("staff flow land"), ()),
    Fault("straight to a national platform", NOW,
          both(add(system("national", "G02", zone=None)), relate("national serving officials", "staff flow national")),
          ()),
    Fault("a system without position", NOW, both(add(system("lonely")), relate("data-centre assignment lonely")), ()),
    # interface
    Fault("an interface of an unknown system", NOW, _misdirected, ()),
    Fault("an interface without description and provider", NOW,
          both(edit("staff-interface", interface=None), drop("staff--realization--staff-interface",
                                                             "lgsp--composition--staff-interface")), ()),
    Fault("an interface without standard", NOW, edit("land-interface", technology=None), ()),
    Fault("an interface outside the platform", NOW, drop("lgsp--composition--land-interface"), ()),
    Fault("an interface that nobody calls", NOW, drop("reporting--flow--staff-interface"), ()),
    Fault("a master without interface", NOW,
          both(drop("staff-interface"), edit("staff", subsystem=None)), ()),
    # security
    Fault("no level", NOW, edit("ioc", security_level=None, security_basis=None), ()),
    Fault("no level in 2021", THEN, edit("ioc", security_level=None, security_basis=None), ()),
    Fault("no levels at all", NOW, both(without_field("security_level"), without_field("security_basis")), ()),
    Fault("a level without basis", NOW, edit("ioc", security_basis=None), ()),
    Fault("personal data at level 1", NOW, edit("ioc", security_level=1, personal_data=True), ()),
    Fault("online services below level 3", NOW, edit("one-stop", security_level=2), ()),
    Fault("a shared platform below level 3", NOW, edit("common", security_level=2), ()),
    Fault("a lower system reads higher data", NOW, edit("staff", security_level=2), ()),
    Fault("personal data in a public zone", NOW, edit("people-data", zone="dmz"), ()),
    Fault("no backup", NOW, drop("backup"), ()),
    Fault("no logs", NOW, edit("soc", name={"vi": "Phòng chống mã độc"}), ()),
    # zone
    Fault("an unknown zone", NOW, edit("ioc", zone="vung-la"), ()),
    Fault("no zone", NOW, edit("ioc", zone=None), ()),
    Fault("a database that the Internet reaches", NOW, edit("document-data", zone="internet"), ()),
    Fault("the Internet touches the servers", NOW, relate("zone-internet association zone-servers"), ()),
    Fault("a flow across zones", NOW, both(edit("meetings", zone="lan"), relate("meetings flow documents")), ()),
    Fault("an empty zone", NOW,
          both(add({"id": "zone-test", "kind": "network-zone", "name": {"vi": "Vùng thử nghiệm"}}),
               relate("zone-test association zone-lan")), ()),
    # technology
    Fault("an unknown technology", NOW, edit("ioc", technology=["phan-mem-la"]), ()),
    Fault("a technology at its end", NOW, edit("ioc", technology=["sql-server-2012"]), ()),
    Fault("a technology that ends soon", THEN, edit("ioc", technology=["sql-server-2012"]), ()),
    Fault("no technology", NOW, edit("ioc", technology=None), ()),
    Fault("no IPv6", NOW, edit("tslcd", technology=None), ()),
    # life-cycle
    Fault("needs what is gone", NOW, edit("common", state="retired", dates={"retired": "2025-01-01"}), ()),
    Fault("needs what is planned", NOW, relate("ai assignment one-stop"), ()),
    Fault("needs what is ending", NOW,
          edit("common", state="retiring", dates={"retiring": "2026-01-01", "retired": "2027-01-01"}), ()),
    Fault("a state that its dates contradict", NOW, edit("ioc", state="planned"), ()),
    Fault("dates out of order", NOW, edit("ioc", dates={"live": "2018-01-01", "retired": "2017-01-01"}), ()),
    Fault("no end date", NOW, edit("meetings", state="retiring", dates={"live": "2018-01-01", "retiring": "2026-01-01"}),
          ()),
    Fault("planned without work", NOW, both(drop("work-ai--realization--ai", "gap-ai--association--ai")), ()),
    # ownership
    Fault("no owner", NOW, edit("ioc", owner=None), ()),
    Fault("no owners at all", NOW, both(without_field("owner"), drop("review")), ()),
    Fault("an unknown agency", NOW, edit("ioc", owner="H99.77"), ()),
    Fault("an agency without any part", NOW,
          add({"id": "agency-new", "kind": "agency", "name": {"vi": "Sở Mới"}, "owner": "H99.8"}), ()),
    # classification
    Fault("an unknown code", NOW, edit("ioc", classification={"arm": ["KHONG-CO"]}), ()),
    Fault("a system unclassified", NOW, edit("ioc", classification=None), ()),
    Fault("a database unclassified", NOW, edit("staff-data", classification=None), ()),
    Fault("a procedure unclassified", NOW, edit("intake", classification=None), ()),
    Fault("nothing classified", THEN, without_field("classification"), ()),
    # model
    Fault("nothing in it", NOW, lambda said: said.update(elements=[], relations=[], views=[]), ()),
    Fault("a torn relation", NOW, _gone, ()),
    Fault("a relation to itself", NOW, relate("lgsp serving lgsp"), ()),
    Fault("a relation twice", NOW, relate("web serving citizens"), ()),
    Fault("an orphan", NOW, add({"id": "bus", "kind": "channel", "layer": 2, "name": {"vi": "Xe lưu động"}}), ()),
    Fault("an island", NOW,
          both(add({"id": "one", "kind": "node", "name": {"vi": "Máy 1"}}, {"id": "two", "kind": "node", "name": {"vi": "Máy 2"}}),
               relate("one association two")), ()),
    Fault("no name", NOW,
          both(add({"id": "one", "kind": "node"}), relate("one association data-centre")), ()),
    Fault("a name twice", NOW, edit("meetings", name={"vi": "Quản lý văn bản"}), ()),
    Fault("a subsystem twice", NOW, edit("meetings", subsystem="land"), ()),
    Fault("a national code twice", NOW,
          both(edit("ioc", codes={"national": "X.1"}), edit("meetings", codes={"national": "X.1"})), ()),
    Fault("a part of itself", NOW, relate("land-interface composition lgsp"), ()),
    Fault("drawn and missing", NOW, _shown, ()),
    Fault("unchecked contents", NOW, edit("ioc", checked=False), ()),
    # reuse
    Fault("a shared platform built again", NOW, edit("land", reference=["P-3-03", "P-2-12"]), ()),
    Fault("a national platform built again", NOW, edit("ioc", name={"vi": "Nền tảng định danh và xác thực điện tử của tỉnh"}),
          ()),
    Fault("two one-stop systems", NOW, edit("meetings", reference=["P-3-04", "P-3-01"]), ()),
    Fault("the same application twice", NOW, edit("ioc", classification={"arm": ["AP-DOC"]}), ()),
    Fault("a platform that serves nobody", NOW,
          both(drop("common--serving--documents", "common--serving--ioc")), ()),
    Fault("a system that runs nowhere", NOW, drop("data-centre--assignment--ioc"), ()),
    Fault("no cloud", NOW, drop("cloud"), ()),
    # service
    Fault("a service without system", NOW, both(drop("one-stop--realization--service-copy",
                                                     "service-copy--serving--public-portal"),
                                                relate("service-copy serving web")), ()),
    Fault("a service without channel", NOW, drop("service-copy--serving--public-portal"), ()),
    Fault("a procedure that nothing supports", NOW, both(drop("one-stop--serving--intake"), relate("intake association counter")),
          ()),
    Fault("a channel without users", NOW, both(drop("post--serving--citizens"), relate("post association intake")), ()),
    Fault("a portal without channel", NOW, both(drop("information-portal--serving--web"),
                                                relate("information-portal association lgsp")), ()),
    Fault("forgotten users", NOW, drop("reporting--serving--leaders", "ioc--serving--leaders"), ()),
    # roadmap
    Fault("no gaps", NOW, drop("gap-ai"), ()),
    Fault("no work", NOW, drop("work-ai"), ()),
    Fault("a gap without work", NOW, drop("work-ai--association--gap-ai"), ()),
    Fault("a gap without plateau", NOW, drop("gap-ai--association--plateau-now", "gap-ai--association--plateau-target"), ()),
    Fault("work without result", NOW, drop("work-ai--realization--ai"), ()),
    Fault("work without lead", NOW, edit("work-ai", owner=None), ()),
    Fault("work without term", NOW, edit("work-ai", dates=None, cost=None), ()),
    Fault("an empty plateau", NOW, drop("plateau-target--aggregation--ai"), ()),
    Fault("plateaus out of order", NOW, relate("plateau-target triggering plateau-now"), ()),
    Fault("later than its plateau", NOW, relate("plateau-now aggregation ai"), ()),
    # cost
    Fault("work without cost", NOW, edit("work-ai", cost=None), ()),
    Fault("a system without running cost", NOW, edit("ioc", cost=None), ()),
    Fault("planned without cost", NOW,
          both(edit("work-ai", cost=None)), ()),
)  # fmt: skip
