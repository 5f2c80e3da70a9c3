"""A project's content: no empty parts, the same hash for the same project."""

from __future__ import annotations

import json

from maidinh.governance.projects.content import content_of, hash_of
from maidinh.governance.projects.definition import Project
from tests.governance.projects.written import content, project


def test_empty_parts_are_left_out_and_everything_else_comes_back() -> None:
    found = content_of(project(needs=[], group=None))
    assert "needs" not in found
    assert "group" not in found
    assert found["changes"][2]["set"]["name.en"] is None
    assert Project.model_validate(json.loads(json.dumps(found))) == project(needs=[], group=None)


def test_the_hash_is_of_what_is_said() -> None:
    one = hash_of(content_of(project()))
    again = json.loads(json.dumps(content_of(Project.model_validate(content_of(project())))))
    assert hash_of(again) == one
    assert hash_of(content_of(project(total=1))) != one


def test_a_number_with_a_point_has_one_form() -> None:
    benefit = content()["benefits"][0]
    hashes = {
        hash_of(content_of(project(benefits=[benefit | {"target": target}]))) for target in (5, 5.0, "5", 5.5, "5.50")
    }
    assert len(hashes) == 2
    assert content_of(project(benefits=[benefit | {"target": 5.0}]))["benefits"][0]["target"] == 5
