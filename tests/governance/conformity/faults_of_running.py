"""Faults of what runs and what is planned: interfaces, security, technologies, reuse, services, roadmap."""

from __future__ import annotations

from tests.governance.conformity.clean import Content
from tests.governance.conformity.tampering import (
    NOW,
    THEN,
    Fault,
    add,
    both,
    drop,
    edit,
    relate,
    thing,
    without_field,
)


def _misdirected(said: Content) -> None:
    thing(said, "staff-interface")["interface"]["system"] = "nowhere"


def _gone(said: Content) -> None:
    said["relations"].append({"id": "torn", "kind": "association", "from": "lgsp", "to": "nowhere"})


def _shown(said: Content) -> None:
    said["views"][0]["nodes"].append({"id": "other", "element": "nowhere"})


FAULTS_OF_RUNNING: tuple[Fault, ...] = (
    # interface
    Fault("an interface of an unknown system", NOW, _misdirected, ("interface.unknown-system staff-interface",)),
    Fault(
        "an interface without description and provider",
        NOW,
        both(
            edit("staff-interface", interface=None),
            drop("staff--realization--staff-interface", "lgsp--composition--staff-interface"),
        ),
        (
            "interface.master-without-interface",
            "interface.no-provider staff-interface",
            "interface.not-on-the-platform staff-interface",
            "interface.undescribed staff-interface",
        ),
    ),
    Fault(
        "an interface without standard",
        NOW,
        edit("land-interface", technology=None),
        ("interface.no-standard land-interface",),
    ),
    Fault(
        "an interface outside the platform",
        NOW,
        drop("lgsp--composition--land-interface"),
        ("interface.not-on-the-platform land-interface",),
    ),
    Fault(
        "an interface that nobody calls",
        NOW,
        drop("reporting--flow--staff-interface"),
        ("interface.unused staff-interface",),
    ),
    Fault(
        "a master without interface",
        NOW,
        both(drop("staff-interface"), edit("staff", subsystem=None)),
        ("interface.master-without-interface",),
    ),
    # security
    Fault("no level", NOW, edit("ioc", security_level=None, security_basis=None), ("security.no-level ioc",)),
    Fault(
        "no level in 2021",
        THEN,
        edit("ioc", security_level=None, security_basis=None),
        ("security.no-level-before-2026 ioc",),
    ),
    Fault(
        "no levels at all",
        NOW,
        both(without_field("security_level"), without_field("security_basis")),
        ("security.no-levels",),
    ),
    Fault("a level without basis", NOW, edit("ioc", security_basis=None), ("security.level-without-basis ioc",)),
    Fault(
        "personal data at level 1",
        NOW,
        edit("ioc", security_level=1, personal_data=True),
        ("security.personal-data-at-level-1 ioc",),
    ),
    Fault(
        "online services below level 3",
        NOW,
        edit("one-stop", security_level=2),
        ("security.online-service-level one-stop", "security.reads-from-higher-level one-stop"),
    ),
    Fault(
        "a shared platform below level 3",
        NOW,
        edit("common", security_level=2),
        ("security.shared-platform-level common",),
    ),
    Fault(
        "a lower system reads higher data",
        NOW,
        edit("staff", security_level=2),
        ("security.reads-from-higher-level staff",),
    ),
    Fault(
        "personal data in a public zone",
        NOW,
        edit("people-data", zone="dmz"),
        ("security.personal-data-in-public-zone people-data",),
    ),
    Fault("no backup", NOW, drop("backup"), ("security.no-backup",)),
    Fault("no logs", NOW, edit("soc", name={"vi": "Phòng chống mã độc"}), ("security.no-logs",)),
    Fault(
        "a password given away",
        NOW,
        edit("ioc", description={"vi": "Mật khẩu: 1234"}),
        ("security.sensitive-configuration ioc",),
    ),
    Fault(
        "an inner address given away",
        NOW,
        edit("ioc", description={"vi": "Máy chủ 10.1.2.3"}),
        ("security.sensitive-configuration ioc",),
    ),
    # zone
    Fault("an unknown zone", NOW, edit("ioc", zone="vung-la"), ("zone.unknown ioc",)),
    Fault("no zone", NOW, edit("ioc", zone=None), ("zone.missing ioc",)),
    Fault(
        "a database that the Internet reaches",
        NOW,
        edit("document-data", zone="internet"),
        ("zone.database-exposed document-data",),
    ),
    Fault(
        "the Internet touches the servers",
        NOW,
        relate("zone-internet association zone-servers"),
        ("zone.past-the-dmz zone-internet",),
    ),
    Fault(
        "a flow across zones",
        NOW,
        both(edit("meetings", zone="lan"), relate("meetings flow documents")),
        ("zone.across-zones meetings",),
    ),
    Fault(
        "an empty zone",
        NOW,
        both(
            add({"id": "zone-test", "kind": "network-zone", "name": {"vi": "Vùng thử nghiệm"}}),
            relate("zone-test association zone-lan"),
        ),
        ("zone.empty zone-test",),
    ),
    # technology
    Fault("an unknown technology", NOW, edit("ioc", technology=["phan-mem-la"]), ("technology.unknown ioc",)),
    Fault(
        "a technology at its end",
        NOW,
        edit("ioc", technology=["sql-server-2012"]),
        ("technology.at-its-end ioc", "technology.no-plan"),
    ),
    Fault(
        "a technology that ends soon", THEN, edit("ioc", technology=["sql-server-2012"]), ("technology.ends-soon ioc",)
    ),
    Fault("no technology", NOW, edit("ioc", technology=None), ("technology.none-named",)),
    Fault("no IPv6", NOW, edit("tslcd", technology=None), ("technology.no-ipv6",)),
    # life-cycle
    Fault(
        "needs what is gone",
        NOW,
        edit("common", state="retired", dates={"retired": "2025-01-01"}),
        (
            "framework.platforms-2026 P-2-12",
            "framework.platforms-2026 P-2-13",
            "framework.platforms-2026 P-2-14",
            "life-cycle.needs-retired documents",
            "life-cycle.needs-retired ioc",
        ),
    ),
    Fault("needs what is planned", NOW, relate("ai assignment one-stop"), ("life-cycle.needs-planned one-stop",)),
    Fault(
        "needs what is ending",
        NOW,
        edit("common", state="retiring", dates={"retiring": "2026-01-01", "retired": "2027-01-01"}),
        ("life-cycle.needs-retiring documents", "life-cycle.needs-retiring ioc"),
    ),
    Fault("a state that its dates contradict", NOW, edit("ioc", state="planned"), ("life-cycle.declared-differs ioc",)),
    Fault(
        "dates out of order",
        NOW,
        edit("ioc", dates={"live": "2018-01-01", "retired": "2017-01-01"}),
        (
            "framework.applications-2026 P-3-05",
            "framework.applications-2026 P-3-06",
            "framework.applications-2026 P-3-07",
            "life-cycle.dates-out-of-order ioc",
            "life-cycle.declared-differs ioc",
        ),
    ),
    Fault(
        "no end date",
        NOW,
        edit("meetings", state="retiring", dates={"live": "2018-01-01", "retiring": "2026-01-01"}),
        ("life-cycle.no-end-date meetings",),
    ),
    Fault(
        "planned without work",
        NOW,
        both(drop("work-ai--realization--ai", "gap-ai--association--ai")),
        ("cost.planned-without-cost ai", "life-cycle.planned-without-work ai", "roadmap.work-without-result work-ai"),
    ),
    # ownership
    Fault("no owner", NOW, edit("ioc", owner=None), ("ownership.no-owner ioc",)),
    Fault(
        "no owners at all",
        NOW,
        both(without_field("owner"), drop("review")),
        (
            "ownership.none-named",
            "security.no-level national-portal",
            "security.no-level ndxp",
            "security.no-level vneid",
            "technology.none-named",
            "zone.missing national-portal",
            "zone.missing ndxp",
            "zone.missing vneid",
        ),
    ),
    Fault("an unknown agency", NOW, edit("ioc", owner="H99.77"), ("ownership.unknown-agency ioc",)),
    Fault(
        "an agency without any part",
        NOW,
        add({"id": "agency-new", "kind": "agency", "name": {"vi": "Sở Mới"}, "owner": "H99.8"}),
        ("ownership.agency-without-anything agency-new",),
    ),
    # classification
    Fault(
        "an unknown code", NOW, edit("ioc", classification={"arm": ["KHONG-CO"]}), ("classification.unknown-code ioc",)
    ),
    Fault("a system unclassified", NOW, edit("ioc", classification=None), ("classification.system-unclassified ioc",)),
    Fault(
        "a database unclassified",
        NOW,
        edit("staff-data", classification=None),
        ("classification.database-unclassified staff-data",),
    ),
    Fault(
        "a procedure unclassified",
        NOW,
        edit("intake", classification=None),
        ("classification.procedure-unclassified intake",),
    ),
    Fault("nothing classified", THEN, without_field("classification"), ("classification.none",)),
    # model
    Fault(
        "nothing in it",
        NOW,
        lambda said: said.update(elements=[], relations=[], views=[]),
        ("framework.not-mapped", "model.empty"),
    ),
    Fault("a torn relation", NOW, _gone, ("model.dangling torn",)),
    Fault("a relation to itself", NOW, relate("lgsp serving lgsp"), ("model.self-relation lgsp-serving-lgsp",)),
    Fault("a relation twice", NOW, relate("web serving citizens"), ("model.repeated-relation web-serving-citizens",)),
    Fault(
        "an orphan",
        NOW,
        add({"id": "bus", "kind": "channel", "layer": 2, "name": {"vi": "Xe lưu động"}}),
        ("model.orphan bus", "service.idle-channel bus"),
    ),
    Fault(
        "an island",
        NOW,
        both(
            add(
                {"id": "one", "kind": "node", "name": {"vi": "Máy 1"}},
                {"id": "two", "kind": "node", "name": {"vi": "Máy 2"}},
            ),
            relate("one association two"),
        ),
        ("model.island one",),
    ),
    Fault(
        "no name",
        NOW,
        both(add({"id": "one", "kind": "node"}), relate("one association data-centre")),
        ("model.nameless one",),
    ),
    Fault("a name twice", NOW, edit("meetings", name={"vi": "Quản lý văn bản"}), ("model.same-name documents",)),
    Fault("a subsystem twice", NOW, edit("meetings", subsystem="land"), ("model.same-subsystem land",)),
    Fault(
        "a national code twice",
        NOW,
        both(edit("ioc", codes={"national": "X.1"}), edit("meetings", codes={"national": "X.1"})),
        ("model.same-national-code ioc",),
    ),
    Fault(
        "a part of itself",
        NOW,
        relate("land-interface composition lgsp"),
        ("model.part-of-itself land-interface",),
    ),
    Fault("drawn and missing", NOW, _shown, ("model.drawn-and-missing view",)),
    Fault("unchecked contents", NOW, edit("ioc", checked=False), ("model.unchecked",)),
    # reuse
    Fault(
        "a shared platform built again",
        NOW,
        edit("land", reference=["P-3-03", "P-2-12"]),
        ("reuse.platform-rebuilt land",),
    ),
    Fault(
        "a shared platform built again in 2021",
        THEN,
        edit("land", reference=["AP-SECTOR", "SI-GIS"]),
        ("reuse.platform-rebuilt-before-2026 land",),
    ),
    Fault(
        "a national platform built again",
        NOW,
        edit("ioc", name={"vi": "Nền tảng định danh và xác thực điện tử của tỉnh"}),
        ("reuse.national-rebuilt ioc",),
    ),
    Fault(
        "two one-stop systems",
        NOW,
        edit("meetings", reference=["P-3-04", "P-3-01"]),
        ("reuse.one-per-province meetings",),
    ),
    Fault(
        "the same application twice",
        NOW,
        edit("ioc", classification={"arm": ["AP-DOC"]}),
        ("reuse.same-business documents",),
    ),
    Fault(
        "a platform that serves nobody",
        NOW,
        both(drop("common--serving--documents", "common--serving--ioc")),
        ("connection.no-position common", "reuse.unused-platform common"),
    ),
    Fault("a system that runs nowhere", NOW, drop("data-centre--assignment--ioc"), ("reuse.no-hosting ioc",)),
    Fault("no cloud", NOW, drop("cloud"), ("reuse.no-cloud",)),
    # service
    Fault(
        "a service without system",
        NOW,
        both(
            drop("one-stop--realization--service-copy", "service-copy--serving--public-portal"),
            relate("service-copy serving web"),
        ),
        ("service.no-system service-copy",),
    ),
    Fault(
        "a service without channel",
        NOW,
        drop("service-copy--serving--public-portal"),
        ("service.no-channel service-copy",),
    ),
    Fault(
        "a procedure that nothing supports",
        NOW,
        both(drop("one-stop--serving--intake"), relate("intake association counter")),
        ("service.unserved-procedure intake",),
    ),
    Fault(
        "a channel without users",
        NOW,
        both(drop("post--serving--citizens"), relate("post association intake")),
        ("service.idle-channel post",),
    ),
    Fault(
        "a portal without channel",
        NOW,
        both(drop("information-portal--serving--web"), relate("information-portal association lgsp")),
        ("service.unreached-portal information-portal",),
    ),
    Fault(
        "forgotten users",
        NOW,
        drop("reporting--serving--leaders", "ioc--serving--leaders"),
        ("model.orphan leaders", "service.forgotten-users leaders"),
    ),
    Fault(
        "a portal not joined to the national one",
        NOW,
        both(
            edit("public-portal", classification={"arm": ["PS-DVC"]}),
            drop("public-portal--flow--national-portal"),
            relate("national-portal serving web"),
        ),
        ("service.portal-not-joined public-portal",),
    ),
    Fault("accessibility not asked for", NOW, drop("req-access"), ("service.no-accessibility",)),
    # roadmap
    Fault("no gaps", NOW, drop("gap-ai"), ("roadmap.no-gaps",)),
    Fault(
        "no work",
        NOW,
        drop("work-ai"),
        ("cost.planned-without-cost ai", "roadmap.gap-without-work gap-ai", "roadmap.no-work"),
    ),
    Fault(
        "a gap without work",
        NOW,
        drop("work-ai--association--gap-ai"),
        ("roadmap.gap-without-work gap-ai", "roadmap.work-without-gap work-ai"),
    ),
    Fault(
        "a gap without plateau",
        NOW,
        drop("gap-ai--association--plateau-now", "gap-ai--association--plateau-target"),
        ("roadmap.gap-without-plateau gap-ai",),
    ),
    Fault(
        "work without result",
        NOW,
        drop("work-ai--realization--ai"),
        ("cost.planned-without-cost ai", "roadmap.work-without-result work-ai"),
    ),
    Fault("work without lead", NOW, edit("work-ai", owner=None), ("roadmap.work-without-lead work-ai",)),
    Fault(
        "work without term",
        NOW,
        edit("work-ai", dates=None, cost=None),
        ("cost.planned-without-cost ai", "cost.work-without-cost work-ai", "roadmap.work-without-dates work-ai"),
    ),
    Fault("an empty plateau", NOW, drop("plateau-target--aggregation--ai"), ("roadmap.empty-plateau plateau-target",)),
    Fault(
        "plateaus out of order",
        NOW,
        relate("plateau-target triggering plateau-now"),
        ("roadmap.plateau-order plateau-target",),
    ),
    Fault("later than its plateau", NOW, relate("plateau-now aggregation ai"), ("roadmap.late-for-its-plateau ai",)),
    # cost
    Fault(
        "work without cost",
        NOW,
        edit("work-ai", cost=None),
        ("cost.planned-without-cost ai", "cost.work-without-cost work-ai"),
    ),
    Fault("a system without running cost", NOW, edit("ioc", cost=None), ("cost.no-run-cost",)),
    Fault(
        "planned without cost",
        NOW,
        both(edit("work-ai", cost=None)),
        ("cost.planned-without-cost ai", "cost.work-without-cost work-ai"),
    ),
)
