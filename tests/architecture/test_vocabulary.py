"""Nobody guesses where something stands: the closed vocabulary of files, their size, their docstrings."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src/maidinh"
IN_AN_APP = {
    "__init__", "actions", "adapters", "admin", "apps", "datasets", "definition", "handlers", "migrations", "models",
    "queries", "reading", "rules",
}  # fmt: skip
NOUNS = {  # pure or process modules of an app that the vocabulary has no word for, each by its noun
    "infrastructure/translog": {
        "anchors", "cosignature", "inspection", "merkle", "note", "promise", "promises", "proof", "published",
        "receipt", "reopening", "sequencer", "stamping", "tiles", "trust", "verification", "witness", "witnessing",
    },
    "exchange/evidence": {"container", "gathering", "inspection", "judging"},
    "services/dossiers": {"register"},
    "services/measures": {"gathering", "telling"},
    "services/results": {"bundle", "exporting", "forms", "gathering", "register", "stamping"},
    "applications/registers": {"provider"},
    "exchange/directory": {"agreements"},
    "services/authoring": {"judging", "merging", "planning", "rewriting"},
    "services/procedures": {"differences", "skeletons"},
    "governance/architecture": {"frameworks"},
    "governance/observation": {"declared", "differing", "remedy"},
    "governance/duplication": {
        "profiles", "texts", "likeness", "judging", "classifying", "reasons",
    },
    "governance/roadmap": {
        "checking", "programme", "solving", "conflicts", "marginal", "scenarios", "demands", "timeline", "plateaus",
        "plans", "training", "files", "ledger", "refusing", "wording", "sheets", "sums",
    },
    "governance/supervision": {"rating", "progress", "evaluation", "use", "measures", "payments"},
    "governance/drafting": {"content", "removal"},
    "governance/conformity": {"checking", "examples", "identity", "programs", "proposing", "report", "waiving"},
    "governance/appraisal": {
        "assessment", "case", "checking", "clock", "owning", "packs", "papers", "reuse", "soundness",
    },
    "governance/projects": {
        "content", "faults", "figures", "fitting", "measures", "proposal", "reopening", "sayings", "sheets", "tables",
    },
}  # fmt: skip
REFUSED = {"utils", "helpers", "common", "base", "core", "managers", "misc", "services"}
FILE_LIMIT, FUNCTION_LIMIT = 500, 80

FILES = sorted(SOURCE.rglob("*.py"))
APPS = sorted(path.parent for path in SOURCE.rglob("models.py"))


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@cache
def tree_of(path: Path) -> ast.Module:
    """The code of a file; read once for all that is asked of it."""
    return ast.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("app", APPS, ids=name)
def test_an_app_holds_only_known_files(app: Path) -> None:
    allowed = IN_AN_APP | NOUNS.get(name(app), set())
    found = {
        path.stem for path in app.iterdir() if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__")
    }
    assert found <= allowed, f"{sorted(found - allowed)}: a file of an app has one of the known names"


def test_no_file_has_a_name_that_says_nothing() -> None:
    found = [name(path) for path in FILES if path.stem in REFUSED and path.parent != SOURCE]
    assert not found


@pytest.mark.parametrize("path", FILES, ids=name)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text("utf-8")
    if "migrations" in path.parts:
        return
    lines = text.count("\n")
    assert lines <= FILE_LIMIT, f"{lines} lines"
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            assert size <= FUNCTION_LIMIT, f"{node.name} has {size} lines"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_module_says_what_it_is(path: Path) -> None:
    tree = tree_of(path)
    if path.name == "__init__.py":
        assert not tree.body, "a package's __init__ stays empty, so that importing a part imports nothing else"
    else:
        assert ast.get_docstring(tree), "the module has no docstring"
