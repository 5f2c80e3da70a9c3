"""`maidinh architecture document|dossier` on plain files, with the exit codes that scripts rely on."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader
from typer.testing import CliRunner, Result

from maidinh.config.cli.architecture import app
from maidinh.governance.interchange.files import content_of
from maidinh.governance.modelling.definition import Model
from maidinh.infrastructure.definitions.locating import definitions_root

pytestmark = pytest.mark.slow

VERSION = definitions_root() / "provinces/ninh-thuan/architecture/1.0"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.mark.slow
def test_word_document_in_the_structure_of_another_framework(tmp_path: Path) -> None:
    target = tmp_path / "out.docx"
    answer = run("document", VERSION, "-o", target, "--framework", "national-2.0", "--as-of", "2026-11-26", "--json")
    assert answer.exit_code == 0, answer.output
    facts = json.loads(answer.output)
    assert (facts["plan"], facts["framework"], facts["closing_date"]) == ("national-2.0", "2.0", "2026-11-26")
    assert (facts["chapters"], facts["figures"]) == (35, 8)
    assert "XII. Tổ chức thực hiện › 2. Giám sát, đánh giá" in [each["place"] for each in facts["open_points"]]
    word = docx.Document(str(target))
    assert "Kế hoạch phát triển chính quyền điện tử" in [each.text for each in word.paragraphs]


def test_public_edition_in_english_as_pdf(tmp_path: Path) -> None:
    model = tmp_path / "model.yaml"
    content = {
        "name": {"en": "Foreign"},
        "elements": [{"id": "a", "kind": "application-component", "name": {"en": "A"}}],
    }
    model.write_bytes(content_of(Model.model_validate(content), "yaml"))
    target = tmp_path / "out.pdf"
    answer = run("document", model, "-o", target, "--public", "--language", "en", "--as-of", "2026-11-26", "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.output)["plan"] == "public"
    text = "".join(page.extract_text() for page in PdfReader(target).pages)
    assert "What the public edition leaves out" in text
    assert "No content yet: systems and platforms" in text


def test_wrong_use_is_told(tmp_path: Path) -> None:
    answer = run("document", VERSION, "-o", tmp_path / "out.odt")
    assert answer.exit_code == 2
    assert ".docx, .pdf" in answer.output
    answer = run("document", VERSION, "-o", tmp_path / "out.pdf", "--framework", "national-3.0")
    assert answer.exit_code == 2
    assert "'3.0'" in answer.output
    answer = run("document", tmp_path, "-o", tmp_path / "out.pdf")
    assert answer.exit_code == 2
    assert "there is no version.yaml" in answer.output


def test_dossier_as_archive_and_as_folder(tmp_path: Path) -> None:
    model = tmp_path / "model.yaml"
    system = {"id": "a", "kind": "information-system", "layer": 5, "name": {"vi": "Hệ thống A"}}
    model.write_bytes(content_of(Model.model_validate({"name": {"vi": "Thử"}, "elements": [system]}), "yaml"))
    target = tmp_path / "dossier.zip"
    answer = run("dossier", model, "-o", target, "--closing-date", "2026-11-26", "--json")
    assert answer.exit_code == 1, "items of the checklist aren't met"
    facts = json.loads(answer.output)
    assert (facts["dossier"], facts["draft"], facts["ready"]) == ("dossier-2026", True, False)
    assert facts["deadline"] == {"due": "2027-01-29", "days": 64}
    assert {each["status"] for each in facts["checklist"]} == {"met", "not-met", "person"}
    with zipfile.ZipFile(io.BytesIO(target.read_bytes())) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    folder = tmp_path / "dossier"
    told = run("dossier", model, "-o", folder, "--closing-date", "2026-11-26")
    assert told.exit_code == 1
    assert "K-1 not met" in told.output
    found = {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}
    assert found == content, "the same files, whichever way they are written"
