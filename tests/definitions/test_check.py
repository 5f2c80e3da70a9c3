"""The check of definitions: each mistake, put into a copy, is found with its file, line and what was expected."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from maidinh.config.cli.definitions import app
from maidinh.config.definitions_check import check_definitions
from maidinh.config.definitions_schemas import write_schemas
from maidinh.infrastructure.definitions.locating import CHECKOUT
from maidinh.infrastructure.definitions.reading import Problem

pytestmark = pytest.mark.slow

PROVINCE = "provinces/lao-cai"
COPY = f"{PROVINCE}/procedures/2.000908/1.0/procedure.yaml"
PERMIT = f"{PROVINCE}/procedures/1.013225/1.0/procedure.yaml"
ARCHITECTURE = f"{PROVINCE}/architecture/1.0/version.yaml"
ORGANISATIONS = f"{PROVINCE}/organisations.yaml"
TECHNOLOGY = "national/catalogues/technology.yaml"
RULES = "national/conformity/ownership.yaml"
SECOND = "provinces/vinh-phuc/architecture/2.0/version.yaml"
PROJECT = f"{PROVINCE}/projects/giam-ngheo-2027.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(CHECKOUT, tmp_path / "definitions")
    return tmp_path / "definitions"


def alter(root: Path, file: str, old: str, new: str) -> int:
    """Replace the first occurrence; returns the line on which it stood."""
    path = root / file
    text = path.read_text("utf-8")
    assert old in text, f"{old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def problems(root: Path, file: str) -> list[Problem]:
    province = Path(file).parts[1] if file.startswith("provinces/") else None
    return [problem for problem in check_definitions(root, province).problems if problem.file == root / file]


MISTAKES = [
    (PROJECT, "total: 5200000000", "total: 5200000001", "they differ by 1."),
    (PROJECT, "    begins: 2027-04-01", "    begins: 2027-03-01", "but report, which comes first, ends 2027-03-31"),
    (PROJECT, "owner: snnmt", "owner: nobody", "is nobody, which is no agency of the province"),
    (PROJECT, "platform: sso", "platform: sos", "is sos, which is no shared platform"),
    (PROJECT, "kind: information-system", "kind: wonder", "'wonder' is no kind of element"),
    (PROJECT, "architecture: '1.0'", "architecture: '0.9'", "Rebase the project onto that version"),
    (RULES, "waivable_by: architecture-approver", "waivable_by: nobody", "expected a role of roles.yaml"),
    (RULES, "fails: ['']", "fails: [t]", "did not find 't'"),
    (RULES, "SELECT '' AS subject", "DELETE AS subject", "begins with SELECT"),
    (RULES, "severity: warning", "severity: grave", "Input should be"),
    (COPY, "responsible: H38.101", "responsible: H38.999", "expected the code of an agency"),
    (COPY, "role: specialist", "role: wizard", "expected a role of roles.yaml"),
    (COPY, "role: specialist", "role: one-stop-official", "has no permission dossier.process"),
    (COPY, "role: leader", "role: architect", "has no permission dossier.sign"),
    (COPY, "to: signature}", "to: search}", "no outcome leads to step signature"),
    (COPY, "to: returned}", "to: handover}", "no way leads from step handover to an end"),
    (COPY, "{full_name}", "{nickname}", "{nickname} is no field of the form"),
    (COPY, "code: KQ.G15.000020", "code: KQ.X99.000020", "expected KQ.<ministry>.<six digits>"),
    (COPY, "budget: {amount: 1, unit: working_hour}", "budget: {amount: 3, unit: working_hour}", "add up to more"),
    (COPY, "service: population", "service: people", "no interface of the architecture offers"),
    (COPY, "path: '/persons/{person}'", "path: '/people/{person}'", "allows GET /people/*"),
    (COPY, "field: full_name", "field: religion", "covers the fields religion"),
    (COPY, "additionalProperties: false", "additionalProperties: true", "expected type: object"),
    (COPY, "minLength: 2, maxLength: 80", "minLength: 2", "expected a bound"),
    (PERMIT, "requires_fee: true", "requires_fee: false", "one step must say requires_fee"),
    (PERMIT, "follows: parcel", "follows: full_name", "is no field that is chosen from a register"),
    (PERMIT, "amount: 15,", "amount: 5,", "more than the limit of case house"),
    (ARCHITECTURE, "owner: H38.1\n", "owner: H38.77\n", "its owner H38.77 is no agency"),
    (ARCHITECTURE, "to: population-interface", "to: nowhere", "nowhere is no element"),
    (ARCHITECTURE, "framework: '1.0'", "framework: '9.9'", "expected one of 1.0"),
    (ARCHITECTURE, "reference: [U-CIT]", "reference: [U-XYZ]", "no framework has a component 'U-XYZ'"),
    (ARCHITECTURE, "province: lao-cai", "province: ha-noi", "expected lao-cai, the folder's name"),
    (SECOND, "inherits: '1.0'", "inherits: '0.9'", "no architecture version '0.9'"),
    (SECOND, "inherits: '1.0'", "inherits: '2.0'", "inherits itself"),
    (SECOND, "removes: [e-cabinet--serving--leaders]", "removes: [ghost]", "removes what it doesn't inherit: ghost"),
    (ORGANISATIONS, "roles: [architect]", "roles: [architect, architecture-approver]", "must be different people"),
    (ORGANISATIONS, "roles: [auditor]", "roles: [spy]", "expected roles of roles.yaml"),
    (f"{PROVINCE}/registers/land.yaml", "owner: '000018000001'", "owner: '000018000009'", "no persona has the number"),
    (
        f"{PROVINCE}/registers/population.yaml",
        "communes: [H38.101",
        "communes: [H38.5",
        "expected the code of a commune",
    ),
    (ARCHITECTURE, "drm: [data-1]", "drm: [DRM999]", "the catalogue of DRM has no entry 'DRM999'"),
    (ARCHITECTURE, "technology: [oracle-database]", "technology: [abacus]", "is called 'abacus'"),
    (ARCHITECTURE, "zone: tslcd", "zone: moon", "expected a network-zone or one of"),
    (TECHNOLOGY, "category: trm-csdl", "category: trm-abacus", "has no entry 'trm-abacus'"),
    (TECHNOLOGY, "replaced_by: [postgresql]", "replaced_by: [abacus]", "expected another product"),
    (TECHNOLOGY, "id: technology", "id: machines", "expected technology, the file's name"),
    ("examples/merger-2025/decisions.yaml", "lgsp|lgsp", "lgsp|lgps", "elements:lgsp|lgps is no collision"),
    ("examples/merger-2025/decisions.yaml", "lgsp|lgsp", "lgsp|lgps", "expected a decision on elements:lgsp|lgsp"),
    ("examples/project-appraisal/tra-cuu-thua-dat-2027.yaml", "id: tra-cuu-thua", "id: tra-cuu-nha", "the file's name"),
    ("examples/project-appraisal/kho-thua-dat-2027.yaml", "total: 4200000000", "total: x", "should be a valid integer"),
    ("national/rule-packs/2025.yaml", "valid_from: 2025-07-01", "valid_from: 2025-06-01", "2020 is still in force"),
    ("national/nas/2026-09-draft.yaml", "role: record-kind", "role: recorder", "Input should be"),
    ("national/nas/2026-09-draft.yaml", "id: 2026-09-draft", "id: 2026-09", "expected 2026-09-draft, the file's name"),
    ("national/nas/commune-model-2026.yaml", "tier: provincial", "tier: lunar", "Input should be"),
    ("national/nas/mapping-2026-09.yaml", "structure: 2026-09-draft", "structure: x", "expected one of 2026-09-draft"),
    ("national/nas/mapping-2026-09.yaml", "- P-4-01", "- P-9-01", "becomes P-9-01, which isn't in force"),
    (ARCHITECTURE, "document: land.yaml", "document: lan.yaml", "expected a file of interfaces/"),
    (ARCHITECTURE, "personal_number, full_name,", "personal_number, full_nam,", "names the field full_nam"),
    ("national/interfaces/land.yaml", "#/components/responses/Problem", "#/components/x", "there is nothing at this"),
    ("national/codes/channels.yaml", "id: channels", "id: ways", "expected channels, the file's name"),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), MISTAKES, ids=[f"{m[2][:40]}" for m in MISTAKES])
def test_a_mistake_is_found_where_it_stands(root: Path, file: str, old: str, new: str, expected: str) -> None:
    alter(root, file, old, new)
    told = problems(root, file)
    found = [problem for problem in told if expected in problem.expected]
    assert found, told
    assert all(problem.line > 0 and problem.place for problem in found)


def test_two_masters_of_one_entity_are_a_hint_and_no_problem(root: Path) -> None:
    alter(root, ARCHITECTURE, "masters: [parcel]", "masters: [person]")
    findings = check_definitions(root, "lao-cai")
    assert findings.problems == []
    hints = [hint for hint in findings.hints if hint.file == root / ARCHITECTURE]
    assert [hint.expected for hint in hints] == ["land-data, population-data are all master of person"]
    told = CliRunner().invoke(app, ["check", "--province", "lao-cai", "--definitions", str(root)])
    assert told.exit_code == 0
    assert "are all master of person" in told.output


def test_a_province_extends_the_nations_catalogues(root: Path) -> None:
    alter(root, ARCHITECTURE, "technology: [oracle-database]", "technology: [abacus]")
    assert problems(root, ARCHITECTURE)
    own = root / PROVINCE / "catalogues/own.yaml"
    product = "{id: abacus, name: {vi: Bàn tính}, stage: keep, places: [{category: trm-csdl}]}"
    own.write_text(f"id: own\nmodel: technology\nname: {{vi: Riêng}}\nproducts:\n  - {product}\n", "utf-8")
    assert problems(root, ARCHITECTURE) == []


def test_the_line_is_that_of_the_mistake(root: Path) -> None:
    line = alter(root, COPY, "responsible: H38.101", "responsible: H38.999")
    found = [problem for problem in problems(root, COPY) if problem.place == "responsible"]
    assert [problem.line for problem in found] == [line]


def test_an_agency_without_the_official_that_a_step_needs_is_found(root: Path) -> None:
    alter(root, ORGANISATIONS, "agency: H38.102\n", "agency: H38.101\n")
    assert any("agency H38.102 has no official with the role one-stop-official" in str(p) for p in problems(root, COPY))


def test_a_contract_that_ended_is_found(root: Path) -> None:
    text = (root / ARCHITECTURE).read_text("utf-8").replace("valid_to: 2027-12-31", "valid_to: 2020-12-31")
    (root / ARCHITECTURE).write_text(text, "utf-8")
    assert any(re.search(r"has no contract for .+ \[population\]", str(problem)) for problem in problems(root, COPY))


def test_two_versions_in_force_at_once_are_found(root: Path) -> None:
    shutil.copytree((root / COPY).parent, (root / COPY).parents[1] / "1.1")
    later = COPY.replace("/1.0/", "/1.1/")
    alter(root, later, "version: '1.0'", "version: '1.1'")
    assert any("version 1.0 is still in force" in str(problem) for problem in problems(root, later))


def test_a_folder_that_says_something_else_is_found(root: Path) -> None:
    (root / COPY).parent.rename((root / COPY).parents[1] / "7")
    assert any("the folders say 2.000908/7" in str(problem) for problem in check_definitions(root).problems)


def test_a_file_that_cannot_be_read_does_not_hide_the_others(root: Path) -> None:
    alter(root, COPY, "kind: same-day", "kind: [")
    alter(root, ORGANISATIONS, "roles: [auditor]", "roles: [spy]")
    assert problems(root, COPY)
    assert problems(root, ORGANISATIONS)


def test_the_command_tells_people_and_machines(root: Path) -> None:
    alter(root, COPY, "responsible: H38.101", "responsible: H38.999")
    run = CliRunner()
    told = run.invoke(app, ["check", "--definitions", str(root)])
    assert told.exit_code == 1
    assert f"{root / COPY}:" in told.output
    answer = json.loads(run.invoke(app, ["check", "--json", "--definitions", str(root)]).output)
    assert {problem["file"] for problem in answer["problems"]} == {str(root / COPY)}
    other = run.invoke(app, ["check", "--province", "vinh-phuc", "--definitions", str(root)])
    assert other.exit_code == 0


def test_wrong_use_is_told_apart_from_findings(root: Path, tmp_path: Path) -> None:
    run = CliRunner()
    assert run.invoke(app, ["check", "--province", "atlantis", "--definitions", str(root)]).exit_code == 2
    assert run.invoke(app, ["check", "--definitions", str(tmp_path)]).exit_code == 2
    assert run.invoke(app, ["check", "--unheard-of"]).exit_code == 2


def test_stale_schemas_are_told_and_written(root: Path) -> None:
    run = CliRunner()
    (root / "schemas" / "roles.schema.json").write_text("{}", "utf-8")
    (root / "schemas" / "old.schema.json").write_text("{}", "utf-8")
    told = run.invoke(app, ["schemas", "--definitions", str(root)])
    assert told.exit_code == 1
    assert "roles.schema.json" in told.output
    assert run.invoke(app, ["schemas", "--write", "--definitions", str(root)]).exit_code == 0
    assert write_schemas(root) == []
    assert not (root / "schemas" / "old.schema.json").exists()
