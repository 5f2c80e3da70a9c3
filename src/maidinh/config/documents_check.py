"""Whether the plans of documents fit together: every content of a framework has its chapter, every word its place.

Layer 0, config. Part of the check of all definitions.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from pathlib import Path

from maidinh.governance.architecture.frameworks import Framework
from maidinh.governance.documents.definition import DocumentPlan, DocumentWords, DossierPlan
from maidinh.governance.documents.reading import FOLDER, WORDS, misfits
from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.reading import Problem


def document_problems(
    national: Path,
    plans: Mapping[str, DocumentPlan],
    dossiers: Mapping[str, DossierPlan],
    words: DocumentWords,
    frameworks: Mapping[str, Framework],
) -> Iterator[Problem]:
    """What doesn't fit: contents without a chapter, a dossier of an unknown document, a deadline without a day."""
    for plan in plans.values():
        file = Document(national / FOLDER / f"{plan.id}.yaml")
        yield from (file.problem(("chapters",), each) for each in misfits(plan, frameworks))
    for dossier in dossiers.values():
        file = Document(national / FOLDER / f"{dossier.id}.yaml")
        if dossier.document not in plans:
            yield file.problem(("document",), f"expected one of {', '.join(plans)} (found {dossier.document!r})")
        framework = frameworks.get(dossier.framework)
        if framework is None:
            yield file.problem(("framework",), f"there is no framework {dossier.framework!r}")
            continue
        asked = {each.id for each in framework.checklist}
        listed = {each.id for each in dossier.checklist}
        for missing in sorted(f"{each}" for each in asked - listed):
            yield file.problem(("checklist",), f"the framework's item {missing} isn't on the checklist")
        if not any(each.id == dossier.deadline and each.due for each in framework.deadlines):
            yield file.problem(("deadline",), f"the framework has no deadline {dossier.deadline!r} with a day")
    file = Document(national / FOLDER / WORDS)
    for label, text in words.labels.items():
        if _places(text, "vi") != _places(text, "en"):
            yield file.problem(("labels", label), "expected the same places in braces in both languages")


def _places(text: Text, language: str) -> set[str]:
    told = text.in_language(language)
    return {name for _, name, _, _ in string.Formatter().parse(told) if name}
