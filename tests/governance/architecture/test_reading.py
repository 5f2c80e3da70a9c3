"""A version begins with the principles of the framework that it follows, and goes on with the versions before it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maidinh.governance.architecture.definition import ArchitectureVersion, Principle
from maidinh.governance.architecture.frameworks import Framework, UnknownFramework, framework_of
from maidinh.governance.architecture.reading import (
    following,
    frameworks_around,
    inheriting,
    read_versions,
    resolve,
    standing_alone,
    without,
)
from maidinh.governance.drafting.reading import delta, lists_all, whole, written
from maidinh.governance.modelling.definition import Folder
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.definitions.reading import DefinitionError
from tests.governance.small import FRAMEWORKS, architecture, principle


def framework(name: str, *principles: dict[str, Any]) -> Framework:
    stated = [{"vi": f"Nguyên tắc {each.get('id')}", "source": "Nguồn"} | each for each in principles]
    return Framework.model_validate({
        "id": name, "catalogue_id": name, "name": name, "legal": f"QĐ {name}", "issuer": "Bộ", "issued": "2020-01-01",
        "valid_from": "2020-01-01", "source": "x", "layers": [], "components": [], "principles": stated,
    })  # fmt: skip


TWO = {
    "1": framework("1", {"id": "a"}, {"id": "b"}, {"id": "d", "draft": True}, {"vi": "Chỉ là đề mục"}),
    "2": framework("2", {"id": "a", "meaning": "Means a", "where": "Điều 2"}, {"id": "c"}),
}
OWN = principle("own")


def version(number: str, inherits: str | None, of: str, *stated: Principle, removes: tuple[str, ...] = ()) -> Any:
    parts = {"version": number, "inherits": inherits, "framework": of, "removes": list(removes)}
    bare = architecture(elements=[], relations=[])
    return bare.model_copy(update=parts | {"principles": list(stated)})


def ids(model: ArchitectureVersion) -> list[str]:
    return [each.id for each in model.principles]


def test_a_version_begins_with_its_frameworks_principles() -> None:
    found = resolve({"1.0": version("1.0", None, "1", OWN)}, "1.0", TWO)
    assert ids(found) == ["framework-1.a", "framework-1.b", "own"], "drafts and headings aren't inherited"
    first = TWO["2"].inherited_principles()[0]
    assert (first.statement.vi, first.statement.en, first.source) == ("Nguyên tắc a", "Means a", "Nguồn, Điều 2")
    assert [framework_of(each) for each in ids(found)] == ["1", "1", None]
    assert framework_of("framework-2026-1425.core-1") == "2026-1425" and framework_of("framework-2.0.P-CON-1") == "2.0"


def test_a_province_replaces_or_removes_one() -> None:
    ours = principle("framework-1.a", vi="Chặt hơn")
    line = {
        "1.0": version("1.0", None, "1", OWN, ours, removes=("framework-1.b",)),
        "1.1": version("1.1", "1.0", "1", principle("more"), removes=("own",)),
    }
    assert ids(resolve(line, "1.0", TWO)) == ["own", "framework-1.a"]
    found = resolve(line, "1.1", TWO)
    assert ids(found) == ["framework-1.a", "more"] and found.principles[0] == ours
    wrong = {"1.0": version("1.0", None, "1", removes=("framework-2.a",))}
    with pytest.raises(ValueError, match=r"1\.0 removes what it doesn't inherit: framework-2\.a"):
        resolve(wrong, "1.0", TWO)


def test_another_framework_takes_the_place_of_the_old_one() -> None:
    ours = principle("framework-1.b", vi="Của tỉnh")
    line = {
        "1.0": version("1.0", None, "1", OWN, ours),
        "2.0": version("2.0", "1.0", "2", principle("new"), removes=("framework-2.c",)),
    }
    assert ids(resolve(line, "2.0", TWO)) == ["framework-2.a", "own", "framework-1.b", "new"], "restated ones stay"
    again = following(resolve(line, "1.0", TWO), "2", TWO)
    assert (again.framework, ids(again)) == ("2", ["framework-2.a", "framework-2.c", "own", "framework-1.b"])


def test_a_framework_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnknownFramework, match=r"version 1\.0 follows framework '9', .* \(known: 1, 2\)"):
        resolve({"1.0": version("1.0", None, "9")}, "1.0", TWO)
    province = tmp_path / "lao-cai"
    folder = province / "architecture/1.0"
    folder.mkdir(parents=True)
    text = (definitions_root() / "provinces/lao-cai/architecture/1.0/version.yaml").read_text("utf-8")
    (folder / "version.yaml").write_text(text.replace("framework: '1.0'", "framework: '9'", 1), "utf-8")
    line = text[: text.index("framework: '1.0'")].count("\n") + 1
    with pytest.raises(DefinitionError) as refused:
        read_versions(province, FRAMEWORKS)
    assert str(refused.value) == (
        f"{folder / 'version.yaml'}:{line}: framework: expected one of 1.0, 2.0, 2026-1425 (found '9')"
    )


def test_frameworks_are_those_that_a_version_lies_among(tmp_path: Path) -> None:
    shutil.copytree(definitions_root() / "national/frameworks", tmp_path / "national/frameworks")
    (tmp_path / "national/frameworks/2.0.yaml").unlink()
    among = tmp_path / "provinces/x/architecture/1.0"
    assert set(frameworks_around(among)) == {"1.0", "2026-1425"}
    assert set(frameworks_around(definitions_root() / "provinces")) == set(FRAMEWORKS)


def test_a_file_says_whether_it_lists_all_of_a_version() -> None:
    national = TWO["1"].inherited_principles()
    some, own, later = version("1.0", None, "1", *national[:1]), version("1.0", None, "1"), version("2", "1.0", "1")
    for mark, all_of_some in (("", True), (written(3, 4, some), False), (written(3, 4, some, listed=True), True)):
        assert lists_all(some, mark.partition("\n")[0], TWO) is all_of_some
    assert not lists_all(own, "", TWO), "it begins with its framework"
    assert lists_all(own, "# draft 3 revision 4 whole: keep", TWO), "whoever takes out all of them means it"
    assert not lists_all(later, "# draft 3 revision 4 whole: keep", TWO)


IDS = ["framework-1.a", "framework-1.b", "framework-2.a", "framework-2.c", "own", "x"]
STATED = st.lists(st.sampled_from(IDS), unique=True).map(lambda names: [principle(each) for each in names])


@given(before=STATED, of=st.sampled_from("12"), now=STATED, to=st.sampled_from("12"), kept=st.booleans())
def test_what_a_version_leaves_out_comes_back_whatever_its_framework(
    before: list[Principle], of: str, now: list[Principle], to: str, kept: bool
) -> None:
    base = version("1.0", None, of, *before)
    inherited = TWO[to].inherited_principles()[:1] if kept else []
    others = [each for each in now if each.id not in {item.id for item in inherited}]
    model = version("1.1", "1.0", to, *inherited, *others)
    for origin in (base, None):
        own = delta(origin, model, TWO)
        if origin is None:
            assert [each for each in own.principles if each in inherited] == [], "what is inherited stands in no file"
        assert whole(origin, own, model, TWO) == model.model_copy(update={"inherits": own.inherits})
    alone = standing_alone(model, TWO)
    assert whole(None, alone, base, TWO, listed=True) == model.model_copy(update={"inherits": None})
    assert inheriting(None, alone, TWO) == model.model_copy(update={"inherits": None})


def test_folders_within_folders_lose_what_is_removed() -> None:
    outer = Folder.model_validate({"id": "a", "holds": ["x", {"id": "b", "holds": ["x", "y"]}]})
    assert without(outer, frozenset({"x"})) == Folder.model_validate(
        {"id": "a", "holds": [{"id": "b", "holds": ["y"]}]}
    )
