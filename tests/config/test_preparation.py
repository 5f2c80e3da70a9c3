"""What an installation begins with: the sample projects of its province, each at its own agency, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings

from maidinh.config.preparation import open_projects
from maidinh.governance.projects.models import Project
from maidinh.governance.projects.queries import declared_projects
from maidinh.infrastructure.database.scope import acting


@pytest.mark.slow
def test_sample_projects_are_begun_once_by_their_own_agencies(own_database: str, province: Any, at: datetime) -> None:
    assert open_projects(settings.MAIDINH, settings.CONNECTIONS, province, at) == []
    with acting(agencies=[each.code for each in province.organisations.agencies]):
        begun = {row.code: (row.state, row.owner, row.sample) for row in Project.objects.all()}
    assert begun
    officers = {each.agency for each in province.organisations.officials if "project-officer" in each.roles}
    assert {owner for _, owner, _ in begun.values()} <= officers
    assert {state for state, _, _ in begun.values()} == {"preparing"}
    assert begun.keys() <= declared_projects().keys()
    assert open_projects(settings.MAIDINH, settings.CONNECTIONS, province, at) == []
    with acting(agencies=[each.code for each in province.organisations.agencies]):
        assert Project.objects.count() == len(begun)


def test_nothing_is_made_up_where_people_work_for_real(db: None, province: Any, at: datetime) -> None:
    real = settings.MAIDINH.model_copy(update={"sample": False})
    assert open_projects(real, settings.CONNECTIONS, province, at) == []
    assert not Project.objects.exists()
