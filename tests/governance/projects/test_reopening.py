"""What two people stopped and a project opens again: by the same contract, or between the same systems by another."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from maidinh.governance.architecture.actions import ask_withdrawal, decide_withdrawal
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.projects.actions.carrying import merge_project
from maidinh.governance.projects.actions.moving import ProjectRefused
from maidinh.governance.projects.proposal import proposed
from maidinh.governance.projects.queries import reopened
from maidinh.governance.projects.reopening import Stopped, reopenings, systems_joined
from maidinh.infrastructure.database.scope import acting
from tests.governance.projects.conftest import Carrying, proposal

pytestmark = pytest.mark.slow
WHY = "Lộ mật khẩu của hệ thống gọi, phải dừng ngay để kiểm tra."


def again(contract: str, **more: Any) -> list[dict[str, Any]]:
    """The change by which a project opens a standing call anew, beside the old one."""
    standing = next(each for each in current_version().model.relations if each.contract)
    content = standing.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    content["contract"] |= {"id": contract}
    item = "call-anew"
    return [{"action": "add", "section": "relations", "item": item, "value": content | {"id": item} | more}]


def withdraw(carrying: Carrying, official: Any, contract: str) -> int:
    asks, confirms = official("connection.withdraw"), official("connection.confirm-withdrawal")
    asked = carrying.do(ask_withdrawal, asks, contract=contract, reason=WHY, legal_ground="Công văn số 12/STTTT")
    with acting(agencies=confirms.agencies, person=confirms.id):
        decide_withdrawal(actor=confirms, withdrawal_id=asked.pk, confirmed=True, decision="Đồng ý dừng",
                          at=carrying.at, signer=settings.SIGNER)  # fmt: skip
    return int(asked.pk)


def test_a_merge_tells_what_was_stopped_and_opens_it_by_another_contract_only_where_that_is_meant(
    carrying: Carrying, official: Any
) -> None:
    standing = next(each.contract.id for each in current_version().model.relations if each.contract)
    row = carrying.accepted(carrying.open(changes=again("a-new-number")))
    assert reopened(row) == ()
    withdrawal = withdraw(carrying, official, standing)  # after the verdict, so that no check has told of it
    [found] = reopened(row)
    assert (found.contract, found.stopped.contract, found.renewed) == ("a-new-number", standing, True)
    assert found.stopped.withdrawal == withdrawal
    with pytest.raises(ProjectRefused, match=f"a-new-number \\({standing}\\)") as refused:
        carrying.merge(row)
    assert [each.field for each in refused.value.faults] == ["reopening"]
    assert carrying.fresh(row).state == "accepted"
    merged = carrying.do(merge_project, carrying.architect, project_id=row.pk, draft_id=None, version="1.1",
                         title={"vi": "Phiên bản 1.1"}, reopening=True)  # fmt: skip
    assert merged.draft_id is not None
    with acting(agencies=carrying.officer.agencies):
        assert carrying.fresh(row).events.get(kind="merged").details["reopens"] == ["a-new-number"]


def test_systems_count_and_not_the_interface_or_the_number(db: None) -> None:
    version = current_version().model
    relation = next(each for each in version.relations if each.contract)
    elements = {each.id: each for each in version.elements}
    joined = systems_joined(relation, elements)
    assert joined == (relation.from_, elements[relation.to].interface.system)
    stopped = Stopped(7, "stopped", joined)
    for contract, found in (("stopped", False), ("another", True)):
        after = proposed(version, proposal(changes=again(contract)))
        [each] = reopenings(after, {"call-anew"}, [stopped])
        assert (each.item, each.contract, each.renewed) == ("call-anew", contract, found)
    assert reopenings(after, {"something-else"}, [stopped]) == ()
    assert reopenings(after, {"call-anew"}, [Stopped(7, "x", (joined[1], joined[0]))]) == ()
    assert reopenings(after, {"call-anew"}, [Stopped(7, "x", ("", ""))]) == ()  # nobody knows any more what it joined
