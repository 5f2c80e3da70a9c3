"""What another agency owns is not changed without its say: told by the checks, asked for, held by the database."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from maidinh.governance.appraisal.actions.asking import ask_opinion, give_opinion
from maidinh.governance.appraisal.actions.opening import check_again
from maidinh.governance.appraisal.actions.refusing import AppraisalRefused
from maidinh.governance.appraisal.models import Appraisal
from maidinh.infrastructure.organisations.definition import Agency, Organisations
from tests.governance.appraisal.conftest import Appraising
from tests.governance.appraisal.test_gate import put, verdict_row
from tests.governance.appraisal.written import CONTRACT, Content, assessed, content, element, relation

TEXT = {"vi": "Tên", "en": "Name"}
OFFERED = {
    "system": "staff",
    "service": "spare",
    "endpoint": "registers/spare",
    "methods": [{"method": "GET", "path": "/a"}],
}
THEIRS = {"id": "spare", "kind": "interface", "layer": 6, "name": TEXT, "owner": "H99.3"}


def change(item: str, section: str = "elements", **what: Any) -> Content:
    return {"action": "change", "section": section, "item": item, "set": what}


@pytest.mark.parametrize(
    ("added", "code"),
    [
        (change("staff", **{"name.en": "Personnel"}), "change"),
        ({"action": "retire", "section": "elements", "item": "staff"}, "retire"),
        (element(THEIRS | {"interface": OFFERED}), "add"),
        (element({**THEIRS, "kind": "information-system", "owner": "H99.4", "subsystem": "staff-2"}), "add"),
        (relation("permits", "flow", "staff-interface", contract=CONTRACT | {"id": "permits-staff"}), "contract"),
        (relation("staff", "association", "staff-data"), "add"),
    ],
    ids=["changed", "retired", "an interface on it", "in its name", "its contract", "between what is theirs"],
)
def test_whose_say_is_needed_is_told_until_they_agree(added: Content, code: str) -> None:
    said = content()
    said["changes"].append(added)
    found = assessed(said)
    result = found.result_of("owners-agree")
    assert (found.must_agree, result.result) == (("H99.4",), "undetermined")
    assert [(each.code, each.against, "H99.4" in each.says.vi) for each in result.proof] == [(code, True, True)]
    assert all("{" not in each.says.vi + (each.says.en or "") for each in result.proof)
    agreed = assessed(said, agreed={"H99.4"})
    assert (agreed.must_agree, agreed.result_of("owners-agree").result) == (("H99.4",), "met")


def test_what_is_its_own_and_a_relation_to_others_needs_nobody() -> None:
    said = content()
    said["changes"].append(relation("permits", "association", "staff"))
    assert assessed(said).must_agree == ()


def test_an_agency_speaks_for_its_units_and_the_province_for_no_other() -> None:
    def agency(code: str, parent: str | None) -> Agency:
        return Agency.model_validate({
            "code": code, "id": code.lower(), "name": TEXT, "kind": "department", "tier": "province", "parent": parent,
        })  # fmt: skip

    tree = [agency("H99", None), agency("H99.3", "H99"), agency("H99.4", "H99.3")]
    here = Organisations.model_validate({"province": "test", "name": TEXT, "code": "H99", "agencies": tree})
    said = content()
    said["changes"].append(change("staff", **{"name.en": "Personnel"}))
    assert assessed(said, organisations=here).must_agree == (), "a unit of the owner's"
    above = deepcopy(said) | {"owner": "H99", "changes": [said["changes"][-1]]}
    assert assessed(above, organisations=here).must_agree == ("H99.4",), "the root is no agency of everything"


def asked(here: Appraising, row: Appraisal, stance: str, text: str = "") -> None:
    due = here.at.date() + timedelta(days=5)
    opinion = here.do(ask_opinion, here.appraiser, appraisal_id=row.pk, agency="H38.6", question="Đồng ý?", due_on=due)
    here.do(give_opinion, here.opining, opinion_id=opinion.pk, stance=stance, text=text)


@pytest.fixture
def crossing(appraising: Appraising) -> Appraisal:
    """A project that changes what the agency H38.6 owns, being appraised."""
    theirs = change("planning", **{"name.en": "Renamed by another"})
    return appraising.begin(appraising.open(changes=[theirs]))


def test_no_verdict_passes_before_the_owner_agreed(appraising: Appraising, crossing: Appraisal) -> None:
    with pytest.raises(AppraisalRefused, match="have not agreed"):
        appraising.verdict(crossing)
    judged = [{**each, "result": "met", "why": "Đã xem"} for each in crossing.assessment["results"]]
    with pytest.raises(DatabaseError, match="has not agreed"):
        put(appraising.appraiser, "appraisal_verdict", verdict_row(appraising, crossing, results=judged))
    asked(appraising, crossing, "agree-with-changes", "Sửa tên khác")
    with pytest.raises(AppraisalRefused, match="have not agreed"):
        appraising.verdict(crossing)


def test_the_owner_agrees_to_one_text_and_is_asked_again_about_another(
    appraising: Appraising, crossing: Appraisal
) -> None:
    asked(appraising, crossing, "agree")
    with pytest.raises(AppraisalRefused, match="has given its opinion about what the project says now"):
        asked(appraising, crossing, "agree")
    changes = [each.model_dump(exclude_none=True) for each in crossing.project.project.changes]
    appraising.supplement(crossing)
    row = appraising.answer(crossing.project, changes=[*changes, change("flood-warning", **{"name.en": "Wider"})])
    with pytest.raises(AppraisalRefused, match="have not agreed"):
        appraising.verdict(row)
    asked(appraising, row, "agree")
    row = appraising.do(check_again, appraising.appraiser, appraisal_id=row.pk)
    found = {each["requirement"]: each["result"] for each in row.assessment["results"]}
    assert found["owners-agree"] == "met"
    verdict = appraising.verdict(row)
    assert verdict.result == "pass"
    assert verdict.receipt["content"]["number"] == f"01/{appraising.at.year}/KQTĐ"
