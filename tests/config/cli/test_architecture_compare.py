"""`maidinh architecture diff|merge`: from files alone, with the exit codes that scripts rely on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from maidinh.config.cli.architecture import app
from maidinh.governance.architecture.reading import read_versions, resolve
from maidinh.governance.interchange.files import read_model
from maidinh.infrastructure.definitions.locating import definitions_root
from tests.governance.small import FRAMEWORKS

pytestmark = pytest.mark.slow

PROVINCES = definitions_root() / "provinces"
OLD, NEW = (PROVINCES / "vinh-phuc/architecture" / each for each in ("1.0", "2.0"))

MODEL = """\
elements:
  - {id: a, kind: platform, name: {vi: Nền tảng}, state: STATE, owner: OWNER}
  - {id: b, kind: agency, name: {vi: Sở}}
relations:
  - {id: r, kind: serving, from: a, to: b}
"""


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def file(folder: Path, name: str, state: str = "live", owner: str = "H99.1") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(MODEL.replace("STATE", state).replace("OWNER", owner), "utf-8")
    return path


def test_a_version_is_compared_with_all_it_inherits() -> None:
    answer = run("diff", OLD, NEW, "--json")
    assert answer.exit_code == 1
    found = json.loads(answer.output)
    assert {each["id"] for each in found["elements"]["added"]} >= {"open-data", "payment"}
    assert found["elements"]["removed"] == []
    assert [each["id"] for each in found["relations"]["removed"]] == ["e-cabinet--serving--leaders"]
    assert {each["path"] for each in found["header"]["changed"]} >= {"version", "framework"}


def test_no_difference() -> None:
    answer = run("diff", OLD, OLD / "version.yaml")
    assert answer.exit_code == 0
    assert answer.output.strip() == "No difference."


def test_it_reads_worst_first(tmp_path: Path) -> None:
    answer = run("diff", file(tmp_path, "old"), file(tmp_path, "new", state="retired", owner="H99.2"))
    assert answer.exit_code == 1
    assert "stops: an element is retired: a  Nền tảng" in answer.output
    assert "concerns: b" in answer.output
    assert "state: live -> retired" in answer.output
    assert answer.output.index("What it means") < answer.output.index("Changed")


def test_two_releases_merge_and_the_result_is_a_version(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    answer = run("merge", NEW, NEW, OLD, "-o", base)
    assert answer.exit_code == 0, answer.output
    old = resolve(read_versions(PROVINCES / "vinh-phuc"), "1.0", FRAMEWORKS)
    assert read_model(base) == old
    assert run("merge", OLD, NEW, OLD, "-o", base).exit_code == 0
    assert read_model(base).elements == resolve(read_versions(PROVINCES / "vinh-phuc"), "2.0", FRAMEWORKS).elements
    assert getattr(read_model(base), "inherits", "") is None, "what it inherited stands in it"


def test_conflicts_are_told_and_decided(tmp_path: Path) -> None:
    base, ours, theirs = (
        file(tmp_path, "base"), file(tmp_path, "ours", "retiring", "H99.2"), file(tmp_path, "theirs", "retired"),
    )  # fmt: skip
    out, decisions = tmp_path / "out.yaml", tmp_path / "decisions.yaml"
    answer = run("merge", base, ours, theirs, "-o", out)
    assert answer.exit_code == 1
    assert "elements/a/state" in answer.output
    assert "conflicts left: 1" in answer.output
    merged = yaml.safe_load(out.read_text("utf-8"))["elements"][0]
    assert (merged.get("state", "live"), merged["owner"]) == ("live", "H99.2")

    told = json.loads(run("merge", base, ours, theirs, "--json").output)
    (conflict,) = told["conflicts"]
    assert (conflict["base"], conflict["ours"], conflict["theirs"]) == ("live", "retiring", "retired")
    assert told["model"]["elements"][0]["owner"] == "H99.2"

    decisions.write_text(json.dumps({conflict["key"]: "theirs", "elements/b/name.vi": "ours"}), "utf-8")
    answer = run("merge", base, ours, theirs, "-o", out, "--decisions", decisions)
    assert answer.exit_code == 0
    assert "a decision about no conflict: elements/b/name.vi" in answer.output
    assert yaml.safe_load(out.read_text("utf-8"))["elements"][0]["state"] == "retired"


def test_without_a_file_the_model_goes_to_standard_output(tmp_path: Path) -> None:
    base, ours = file(tmp_path, "base"), file(tmp_path, "ours", "retiring")
    answer = run("merge", base, ours, base)
    assert answer.exit_code == 0
    assert yaml.safe_load(answer.stdout)["elements"][0]["state"] == "retiring"


def test_wrong_use(tmp_path: Path) -> None:
    good = file(tmp_path, "good")
    other = file(tmp_path, "other", "retired")
    assert run("diff", good, tmp_path / "none.yaml").exit_code == 2
    assert run("diff", good, tmp_path).exit_code == 2
    picture = tmp_path / "picture.svg"
    picture.write_text("<svg/>", "utf-8")
    assert run("diff", good, picture).exit_code == 3
    assert run("merge", good, good, good, "-o", tmp_path / "out.docx").exit_code == 2
    assert run("merge", good, good, good, "-o", tmp_path / "no/such/folder.yaml").exit_code == 2
    decisions = tmp_path / "decisions.yaml"
    decisions.write_text("elements/a/state: mine\n", "utf-8")
    answer = run("merge", good, other, good, "--decisions", decisions)
    assert answer.exit_code == 2
    assert "expected ours, theirs, base" in answer.output


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("elements: [{id: a, kind: castle}]", "is no kind of element"),
        ("elements: [{id: a", "not readable as YAML"),
        ("elements: [{id: a, kind: node}, {id: a, kind: node}]", "every id stands once"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_no_difference(tmp_path: Path, text: str, remedy: str) -> None:
    good, bad = file(tmp_path, "good"), tmp_path / "bad.yaml"
    bad.write_text(text, "utf-8")
    answer = run("diff", good, bad)
    assert answer.exit_code == 3
    assert remedy in answer.output


def test_a_version_that_inherits_what_there_is_not(tmp_path: Path) -> None:
    shutil.copytree(NEW, tmp_path / "x/architecture/2.0")
    answer = run("diff", tmp_path / "x/architecture/2.0", NEW)
    assert answer.exit_code == 3
    assert "expected the inherited version at" in answer.output


def test_formats_meet(tmp_path: Path) -> None:
    base, ours = file(tmp_path, "base"), file(tmp_path, "ours", "retiring")
    for name in ("base.xml", "base.archimate"):
        assert run("merge", base, base, base, "-o", tmp_path / name).exit_code == 0
        answer = run("diff", tmp_path / name, ours, "--json")
        found = json.loads(answer.stdout)
        assert [each["id"] for each in found["elements"]["changed"]] == ["a"], answer.output
        assert {each["path"] for each in found["elements"]["changed"][0]["fields"]} == {"state"}
        assert not found["elements"]["added"] and not found["elements"]["removed"]
