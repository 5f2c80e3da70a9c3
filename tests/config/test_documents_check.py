"""The plans of documents are held against the frameworks: what is forgotten is told with its file."""

from __future__ import annotations

import shutil
from pathlib import Path

from maidinh.config.documents_check import document_problems
from maidinh.governance.architecture.frameworks import read_frameworks
from maidinh.governance.documents.reading import read_dossiers, read_plans, read_words
from maidinh.infrastructure.definitions.locating import definitions_root


def told(national: Path) -> list[str]:
    plans, dossiers, words = read_plans(national), read_dossiers(national), read_words(national)
    frameworks = read_frameworks(definitions_root() / "national")
    return [str(each) for each in document_problems(national, plans, dossiers, words, frameworks)]


def test_what_is_forgotten_is_told(tmp_path: Path) -> None:
    shutil.copytree(definitions_root() / "national/documents", tmp_path / "documents")
    assert told(tmp_path) == []
    for name, old, new in (
        ("national-2.0", "answers: [C-+6]", "answers: [C-99]"),
        ("dossier-2026", "deadline: T-1", "deadline: T-5"),
        ("dossier-2026", "id: K-12", "id: K-13"),
        ("words", "{count} more: see the table", "more: see the table"),
    ):
        file = tmp_path / f"documents/{name}.yaml"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
    found = "\n".join(told(tmp_path))
    assert "no chapter answers C-+6" in found
    assert "C-99 is no content of the framework" in found
    assert "no deadline 'T-5' with a day" in found
    assert "item K-12 isn't on the checklist" in found
    assert "the same places in braces" in found
    assert len(found.splitlines()) == 5
