"""Folders that Archi can't hold are laid out below its own, and come back; what was moved in Archi is moved in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from maidinh.governance.interchange import archi
from maidinh.governance.interchange.archi_folders import within
from maidinh.governance.modelling.definition import Folder, Model


def folder(name: str, *holds: Any) -> dict[str, Any]:
    return {"name": {"vi": name}, "holds": list(holds)}


def model_with(*folders: dict[str, Any]) -> Model:
    return Model.model_validate({
        "elements": [
            {"id": "actor", "kind": "business-actor"}, {"id": "role", "kind": "business-role"},
            {"id": "system", "kind": "application-component"}, {"id": "node", "kind": "node"},
        ],
        "relations": [{"id": "flow", "kind": "flow", "from": "actor", "to": "system"}],
        "views": [{"id": "view"}],
        "property_definitions": [{"id": "owner", "name": {"vi": "Chủ quản"}}],
        "folders": list(folders),
    })  # fmt: skip


MIXED = folder(
    "Lĩnh vực y tế",
    "system",
    folder("Con người", "role", "actor"),
    "view",
    "actor",  # a second time
    folder("Trống"),
    "owner",  # no concept
)


@pytest.mark.parametrize(
    "folders",
    [
        [],
        [MIXED],
        [MIXED, folder("Thứ hai", "flow")],
        [folder("Business", "actor"), folder("Views", "view")],
        [folder("Business", "actor", folder("Sâu", "role"))],
        [folder("Business", "actor", "system")],  # mixed below a name of Archi's
        [folder("Business", "actor"), folder("business", "role")],
        [folder("Nơi khác"), folder("Nơi khác")],
        [{"kind": "business", "id": "f", "holds": ["actor"]}, {"kind": "diagrams", "id": "g", "holds": ["view"]}],
    ],
    ids=lambda folders: f"{len(folders)} folders",
)
def test_every_tree_comes_back(folders: list[dict[str, Any]], tmp_path: Path) -> None:
    model = model_with(*folders)
    archi.write(model, tmp_path / "a")
    assert archi.read(tmp_path / "a") == model


def in_archi(path: Path) -> dict[str, list[str]]:
    """Which folders each thing lies in, outermost first, as Archi shows them."""
    found: dict[str, list[str]] = {}
    open_: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        if "<folder" in line:
            name = re.search(r'name="([^"]*)"', line)
            open_.append(name[1] if name else "")
            if line.endswith("/>"):
                open_.pop()
        elif "</folder" in line:
            open_.pop()
        elif "<element" in line:
            identifier = re.search(r' id="([^"]*)"', line)
            assert identifier
            found[identifier[1]] = [*open_]
    return found


def test_archi_has_everything_once_in_the_folder_of_its_layer(tmp_path: Path) -> None:
    archi.write(model_with(MIXED), tmp_path / "a")
    assert in_archi(tmp_path / "a") == {
        "system": ["Application", "Lĩnh vực y tế"],
        "role": ["Business", "Lĩnh vực y tế", "Con người"],
        "actor": ["Business", "Lĩnh vực y tế", "Con người"],
        "view": ["Views", "Lĩnh vực y tế"],
        "node": ["Technology &amp; Physical"],
        "flow": ["Relations"],
    }


def held(folders: list[Folder]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in folders:
        found[each.name.in_language("vi")] = [held_ for held_ in each.holds if isinstance(held_, str)]
        found |= held([inner for inner in each.holds if isinstance(inner, Folder)])
    return found


def edited(tmp_path: Path, edit: Any) -> list[Folder]:
    path = tmp_path / "a"
    archi.write(model_with(MIXED), path)
    before = path.read_text("utf-8")
    after = edit(before)
    assert after != before
    path.write_text(after, "utf-8")
    return archi.read(path).folders


def line(text: str, identifier: str) -> str:
    return next(each for each in text.splitlines(True) if "<element" in each and f'id="{identifier}"' in each)


def test_what_was_moved_in_archi_is_moved_in_the_tree(tmp_path: Path) -> None:
    def to_the_parent(text: str) -> str:
        role = line(text, "role")
        return re.sub(r"(\s*</folder>)", lambda end: end[1] + "\n" + role, text.replace(role, ""), count=2)

    def out_of_it(text: str) -> str:
        role = line(text, "role")
        text = text.replace(role, "")
        start = text.index('type="business">') + len('type="business">')
        return text[:start] + "\n" + role + text[start:]

    found = held(edited(tmp_path, out_of_it))
    assert found["Con người"] == ["actor"]
    assert not any("role" in each for each in found.values())
    assert found["Lĩnh vực y tế"] == ["system", "view", "actor", "owner"]


def test_what_was_added_renamed_or_removed_in_archi(tmp_path: Path) -> None:
    def add(text: str) -> str:
        role = line(text, "role")
        new = role + role.replace('id="role"', 'id="new"')
        return text.replace(role, new).replace('name="Con người"', 'name="Nhân sự"')

    found = held(edited(tmp_path, add))
    assert found["Nhân sự"] == ["role", "actor", "new"]
    assert "Con người" not in found

    def remove(text: str) -> str:
        return text.replace(line(text, "role"), "")

    assert held(edited(tmp_path, remove))["Con người"] == ["actor"]


def test_a_folder_made_in_archi_is_taken_into_the_tree(tmp_path: Path) -> None:
    def add(text: str) -> str:
        role = line(text, "role")
        inner = f'<folder name="Mới" id="new-folder">{role}</folder>'
        return text.replace(role, inner).replace(
            '<folder name="Views"', '<folder name="Ngoài" id="outer" type="user"/><folder name="Views"'
        )

    folders = edited(tmp_path, add)
    found = held(folders)
    assert found["Mới"] == ["role"]
    assert found["Con người"] == ["actor"]
    assert found["Ngoài"] == []
    assert [each.name.in_language("vi") for each in folders] == ["Lĩnh vực y tế", "Ngoài"]
    assert sorted(each for folder_ in folders for each in within(folder_)).count("role") == 1


def test_what_was_added_to_archis_own_folders_belongs_to_none_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "a"
    model = model_with()
    archi.write(model, path)
    text = path.read_text("utf-8")
    actor = line(text, "actor")
    path.write_text(text.replace(actor, actor + actor.replace('id="actor"', 'id="new"')), "utf-8")
    found = archi.read(path)
    assert found.folders == []
    assert {each.id for each in found.elements} == {"actor", "role", "system", "node", "new"}


def test_a_new_element_of_a_model_from_archi_lies_in_archis_folder(tmp_path: Path) -> None:
    model = model_with({"kind": "business", "id": "f", "name": {"vi": "Nghiệp vụ"}, "holds": ["actor"]})
    archi.write(model, tmp_path / "a")
    assert in_archi(tmp_path / "a")["role"] == ["Nghiệp vụ"]
    assert archi.read(tmp_path / "a") == model
