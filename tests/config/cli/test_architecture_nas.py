"""`maidinh architecture nas-check`, and the way of a province's version into the national data set and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from maidinh.config.cli.architecture import app
from maidinh.config.cli.architecture_nas import export_nas, import_nas
from maidinh.governance.architecture.reading import read_versions, resolve
from maidinh.governance.architecture.rules import with_agency_codes
from maidinh.governance.nas.writing import write_data_set
from maidinh.infrastructure.definitions.locating import CHECKOUT
from maidinh.infrastructure.organisations.reading import read_organisations
from tests.governance.nas.small import OBJECTS, STRUCTURE, TASKS, data_set, reference, task, thing
from tests.governance.small import FRAMEWORKS

pytestmark = pytest.mark.slow

PROVINCE = CHECKOUT / "provinces/vinh-phuc"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["nas-check", *(str(each) for each in arguments)])


def stored(path: Path, **sheets: list[dict[str, str]]) -> Path:
    path.write_bytes(write_data_set(STRUCTURE, data_set(**sheets)).content)
    return path


def test_a_file_in_order_is_told_with_its_counts(tmp_path: Path) -> None:
    answer = run(stored(tmp_path / "a.xlsx"), "--json")
    assert answer.exit_code == 0, answer.output
    facts = json.loads(answer.output)
    assert facts["findings"] == facts["hints"] == []
    assert facts["counts"]["objects"] == 3
    assert facts["draft"] is True
    assert run(tmp_path / "a.xlsx").exit_code == 0


def test_each_finding_has_row_field_rule_and_remedy(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MAIDINH_LANGUAGE", "vi")
    things = [thing("KT-1", loai_doi_tuong="Phần mềm"), thing("KT-2"), reference("LQ-1")]
    path = stored(tmp_path / "a.xlsx", **{OBJECTS: things})
    answer = run(path, "--json")
    assert answer.exit_code == 1
    (found,) = json.loads(answer.output)["findings"]
    assert (found["sheet"], found["row"], found["column"], found["rule"]) == (OBJECTS, 2, "E", "V-03")
    assert found["message"] == "Loại đối tượng: “Phần mềm” không có trong danh mục"
    assert found["remedy"].startswith("Chọn một trong: Thành phần logic; Hạ tầng số")
    assert "DM_DOITUONG!E2 [V-03]" in run(path).output


def test_upkeep_and_the_issuing_body_are_taken_into_account(tmp_path: Path) -> None:
    path = stored(tmp_path / "a.xlsx", **{TASKS: [task("ND-1", "NV-1")]})
    assert run(path, "--phase", "upkeep").exit_code == 1
    answer = run(path, "--issuer", "Bộ A", "--json")
    assert [each["rule"] for each in json.loads(answer.output)["findings"]] == ["V-10"]


@pytest.mark.parametrize(("content", "told"), [(b"%PDF-1.7", "a PDF file"), (b"a;b\n", "no .xlsx workbook")])
def test_a_file_of_another_format_is_a_finding(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    answer = run(path, "--json")
    assert answer.exit_code == 1
    assert told in json.loads(answer.stdout)["refused"][0]["text"]


def test_wrong_use_is_told(tmp_path: Path) -> None:
    assert run(tmp_path / "nothing.xlsx").exit_code == 2
    answer = run(stored(tmp_path / "a.xlsx"), "--structure", "2030")
    assert answer.exit_code == 2
    assert "known: 2026-09-draft" in answer.output


@pytest.mark.slow
def test_a_version_goes_into_a_template_and_comes_back(tmp_path: Path) -> None:
    organisations = read_organisations(PROVINCE)
    model = with_agency_codes(resolve(read_versions(PROVINCE), "2.0", FRAMEWORKS), organisations)
    content, lines = export_nas(model, organisations, stored(tmp_path / "template.xlsx"))
    (tmp_path / "set.xlsx").write_bytes(content)
    told = json.loads(run(tmp_path / "set.xlsx", "--json").output)
    assert {each["rule"] for each in told["findings"] if each["sheet"] != TASKS} == {"V-12"}
    assert any(line.startswith("splits: public-portal → P-4-00, P-3-01") for line in lines)
    assert any(line.startswith("nothing yet for component: P-2-14") for line in lines)
    after, kept = import_nas(tmp_path / "set.xlsx", model, organisations)
    assert kept == []
    assert [each.id for each in after.elements] == [each.id for each in model.elements]
    assert [each.contract for each in after.relations] == [each.contract for each in model.relations]


ISSUED = ("--version", "1.0", "--decision", "12/QD", "--closed-on", "2027-01-05", "--decided-on", "2027-01-20",
          "--effective-from", "2027-01-29")  # fmt: skip


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_an_issued_file_is_frozen_once(tmp_path: Path) -> None:
    path, register = stored(tmp_path / "a.xlsx"), tmp_path / "issued.yaml"
    answer = command("nas-issue", path, "--register", register, *ISSUED, "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.output)["closed_on"] == "2027-01-05"
    kept = register.read_text("utf-8")
    again = command("nas-issue", path, "--register", register, *ISSUED)
    assert again.exit_code == 1
    assert "was issued by 12/QD" in again.output
    assert register.read_text("utf-8") == kept
    wrong = stored(tmp_path / "b.xlsx", **{OBJECTS: [thing("KT-1", loai_doi_tuong="Phần mềm")]})
    later = ("--version", "2.0", *ISSUED[2:])
    assert command("nas-issue", wrong, "--register", register, *later).exit_code == 1
    late = (*ISSUED[:4], "--closed-on", "2027-02-01", *ISSUED[6:])
    assert command("nas-issue", path, "--register", tmp_path / "new.yaml", *late).exit_code != 0
    assert not (tmp_path / "new.yaml").exists()


def test_a_change_is_told_with_its_class(tmp_path: Path) -> None:
    things = [thing("KT-1"), thing("KT-2"), reference("LQ-1")]
    before = stored(tmp_path / "a.xlsx", **{OBJECTS: things})
    after = stored(tmp_path / "b.xlsx", **{OBJECTS: [*things, thing("KT-9")]})
    assert command("nas-changes", before, before).exit_code == 0
    answer = command("nas-changes", before, after, "--json")
    assert answer.exit_code == 1
    told = json.loads(answer.output)
    assert told["kind"] == {"id": "major", "new_version": True}
    assert [(each["identity"], each["kind"]) for each in told["differences"]] == [("KT-9", "added")]
    assert "KT-9" in command("nas-changes", before, after).output
