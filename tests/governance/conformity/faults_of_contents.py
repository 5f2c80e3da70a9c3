"""Faults of what the architecture holds: framework, principles, data, connections."""

from __future__ import annotations

from datetime import date

from tests.governance.conformity.clean import Content
from tests.governance.conformity.tampering import (
    NOW,
    THEN,
    Fault,
    add,
    agreed,
    both,
    drop,
    edit,
    relate,
    system,
    unmapped,
    without_field,
)


def _raised(said: Content) -> None:
    for each in said["elements"]:
        each["layer"] = 2 if each["layer"] == 1 else each["layer"]


CALL = "one-stop--flow--people-interface"

FAULTS_OF_CONTENTS: tuple[Fault, ...] = (
    # framework
    Fault("nothing is mapped", NOW, without_field("reference"), ("framework.not-mapped",)),
    Fault("a code that no framework has", NOW, edit("web", reference=["KHONG-CO"]), ("framework.unknown-component",)),
    Fault("checked against a framework that ended", THEN, lambda said: None, ("framework.expired",), date(2026, 10, 1)),
    Fault("the old framework after the deadline", THEN, lambda said: None, ("framework.overdue",), date(2027, 3, 1)),
    Fault(
        "checked before the framework began",
        THEN,
        lambda said: None,
        (
            "connection.contract-not-yet one-stop",
            "connection.contract-not-yet reporting",
            "framework.too-early",
        ),
        date(2019, 9, 1),
    ),
    Fault(
        "made by another framework", THEN, lambda said: said.update(framework="1.0"), ("framework.declared-differs",)
    ),
    Fault(
        "a layer without components",
        THEN,
        _raised,
        (
            "framework.empty-layer",
            *(f"model.wrong-layer {each}" for each in "citizens businesses officials leaders other-agencies".split()),
        ),
    ),
    Fault(
        "no security architecture",
        THEN,
        both(without_field("security_level"), without_field("security_basis")),
        ("framework.component-architectures", "security.no-levels"),
    ),
    Fault(
        "not reviewed for a year",
        NOW,
        lambda said: said.update(effective_from=date(2025, 1, 1)),
        ("framework.review-due-2026",),
    ),
    Fault("no shared data store", NOW, unmapped("P-2-01"), ("framework.data-2026 P-2-01",)),
    Fault("no security systems", NOW, unmapped("P-1-11"), ("framework.security-2026 P-1-11",)),
    Fault("no provincial portal", NOW, unmapped("P-4-01"), ("framework.channels-2026 P-4-01",)),
    Fault("no measuring", NOW, unmapped("P-4-12"), ("framework.measuring-2026 P-4-12",)),
    Fault("no data centre", NOW, unmapped("P-1-01"), ("framework.infrastructure-2026 P-1-01",)),
    Fault("no operations centre", NOW, unmapped("P-3-05"), ("framework.applications-2026 P-3-05",)),
    Fault("no video platform", NOW, unmapped("P-2-14"), ("framework.platforms-2026 P-2-14",)),
    Fault(
        "no sharing platform",
        NOW,
        unmapped("P-2-11"),
        ("framework.platforms-2026 P-2-11", "framework.sharing-platform"),
    ),
    Fault("no one-stop system", NOW, unmapped("P-3-01"), ("framework.applications-2026 P-3-01", "framework.one-stop")),
    Fault("no sharing platform in 2.0", THEN, unmapped("SI-LGSP"), ("framework.sharing-platform",)),
    Fault("no public portal in 2.0", THEN, unmapped("PS-DVC"), ("framework.public-portal",)),
    Fault("no leaders in 2.0", THEN, unmapped("U-LEAD"), ("framework.users U-LEAD",)),
    Fault("no kiosk in 2.0", THEN, unmapped("CH-KIOSK"), ("framework.channels CH-KIOSK",)),
    Fault("no sign-on in 2.0", THEN, unmapped("PS-SSO"), ("framework.portals PS-SSO",)),
    Fault("no payment in 2.0", THEN, unmapped("OS-PAY"), ("framework.online-services OS-PAY",)),
    Fault("no document system in 2.0", THEN, unmapped("AP-DOC"), ("framework.applications AP-DOC",)),
    Fault("no dictionary in 2.0", THEN, unmapped("DB-DICT"), ("framework.data DB-DICT",)),
    Fault("no maps in 2.0", THEN, unmapped("SI-GIS"), ("framework.integration SI-GIS",)),
    Fault("no trust services in 2.0", THEN, unmapped("IN-PKI"), ("framework.infrastructure IN-PKI",)),
    Fault("no steering in 2.0", THEN, unmapped("GV-GOV"), ("framework.cross-cutting GV-GOV",)),
    Fault("no nationally shared security", NOW, unmapped("P-1-10"), ("framework.shared-2026 P-1-10",)),
    Fault(
        "no commune model",
        NOW,
        unmapped("HTS7", "HTS8", "ANM4", "DL5", "NTL4", "KTT1", "KTT2", "KTT3"),
        ("framework.commune-model-2026",),
    ),
    Fault(
        "VNeID is not shown",
        NOW,
        drop("vneid"),
        ("framework.national-systems-2026", "framework.shared-2026 P-2-10", "framework.shared-2026 P-3-00"),
    ),
    # principle
    Fault("no vision", NOW, drop("vision"), ("principle.no-vision",)),
    Fault(
        "no principles",
        NOW,
        drop(*(f"core-{number}" for number in range(1, 8))),
        ("principle.core", "principle.no-principles"),
    ),
    Fault("no target", NOW, drop("target"), ("principle.no-targets",)),
    Fault("a core principle left out", NOW, drop("core-3"), ("principle.core",)),
    Fault(
        "a target without a number",
        NOW,
        edit("target", statement={"vi": "Phục vụ tốt hơn"}),
        ("principle.unmeasured-target target",),
    ),
    Fault(
        "a requirement that nothing realizes",
        NOW,
        add({"id": "req-new", "kind": "requirement", "name": {"vi": "Dữ liệu ở định dạng mở"}}),
        ("principle.unrealized-requirement req-new",),
    ),
    # data
    Fault("two masters", NOW, edit("shared-data", masters=["person"]), ("data.one-master people-data",)),
    Fault(
        "two masters in 2021",
        THEN,
        edit("shared-data", masters=["person"]),
        ("data.one-source-before-2026 people-data",),
    ),
    Fault(
        "an entity without master",
        NOW,
        both(
            add({"id": "entity-road", "kind": "data-entity", "name": {"vi": "Đường"}}),
            relate("entity-road association land"),
        ),
        ("data.entity-without-master entity-road",),
    ),
    Fault(
        "no entity model",
        NOW,
        drop(*(f"entity-{each}" for each in "person parcel dossier official document".split())),
        ("data.no-entity-model",),
    ),
    Fault(
        "a database that nothing uses", NOW, drop("lgsp--access--shared-data"), ("data.unused-database shared-data",)
    ),
    Fault("a database of another agency", NOW, relate("people access land-data"), ("data.direct-access people",)),
    Fault(
        "a database of another agency in 2021",
        THEN,
        relate("people access land-data"),
        ("data.direct-access-before-2026 people",),
    ),
    Fault("personal data unmarked", NOW, edit("land", personal_data=None), ("data.unmarked-personal-data land",)),
    Fault(
        "a personal entity in a plain database",
        NOW,
        edit("staff-data", personal_data=None),
        ("data.personal-entity-in-plain-database staff-data",),
    ),
    Fault(
        "an entity kept twice",
        NOW,
        relate("shared-data realization entity-document"),
        ("data.kept-twice entity-document",),
    ),
    # connection
    Fault("a call without contract", NOW, edit(CALL, contract=None), ("connection.flow-without-contract one-stop",)),
    Fault("a contract that ended", NOW, agreed(CALL, valid_to="2026-01-31"), ("connection.contract-expired one-stop",)),
    Fault(
        "a contract that ends soon",
        NOW,
        agreed(CALL, valid_to="2026-10-31"),
        ("connection.contract-ends-soon one-stop",),
    ),
    Fault(
        "a contract that has not begun",
        NOW,
        agreed(CALL, valid_from="2027-01-01"),
        ("connection.contract-not-yet one-stop",),
    ),
    Fault(
        "a contract turned round",
        NOW,
        agreed(CALL, valid_from="2028-01-01"),
        ("connection.contract-dates-reversed one-stop", "connection.contract-not-yet one-stop"),
    ),
    Fault(
        "a contract without legal basis",
        NOW,
        agreed(CALL, legal_basis=[]),
        ("connection.contract-without-basis one-stop",),
    ),
    Fault(
        "a contract without purpose", NOW, agreed(CALL, purpose={}), ("connection.contract-without-purpose one-stop",)
    ),
    Fault(
        "personal data without limits",
        NOW,
        agreed(CALL, fields=[]),
        ("connection.personal-data-without-limits one-stop",),
    ),
    Fault("past the platform", NOW, relate("staff flow land"), ("connection.past-the-platform staff",)),
    Fault(
        "straight to a national platform",
        NOW,
        both(add(system("national", "G02", zone=None)), relate("national serving officials", "staff flow national")),
        ("connection.past-the-platform staff", "connection.past-the-province staff"),
    ),
    Fault(
        "a system without position",
        NOW,
        both(add(system("lonely")), relate("data-centre assignment lonely")),
        ("connection.no-position lonely",),
    ),
    Fault(
        "a flow that does not say what flows",
        NOW,
        edit("lgsp--flow--ndxp", name=None),
        ("connection.unnamed-flow lgsp--flow--ndxp",),
    ),
)
