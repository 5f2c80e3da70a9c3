"""Law is data: no number of days, fee or place name stands in Python."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src/maidinh"
DAYS_OR_MONEY = re.compile(
    r"\b\d+\s*(working[ _-]?days?|calendar[ _-]?days?|ngày|dong|đồng|VND|₫)"
    r"|\b(fee|deadline|time_limit)\w*\s*=\s*\d{2,}",
    re.I,
)


def place_names() -> set[str]:
    names = set()
    for path in (ROOT / "definitions/provinces").glob("*/organisations.yaml"):
        content = yaml.safe_load(path.read_text("utf-8"))
        names.add(content["name"]["vi"].removeprefix("Tỉnh ").strip())
        for agency in content["agencies"]:
            if agency["kind"] == "commune":
                names.add(re.sub(r"^(UBND\s+)?(xã|phường|thị trấn)\s+", "", agency["name"]["vi"], flags=re.I).strip())
    return {name for name in names if len(name) > 3}


@cache
def texts() -> list[tuple[str, str]]:
    """Every line of code and every text in it, docstrings apart."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        docs = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                found.append((f"{path.relative_to(ROOT)}:{node.lineno}", node.value))
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                found.append((f"{path.relative_to(ROOT)}:{node.lineno}", ast.unparse(node)))
    return found


def test_no_days_or_money_in_python() -> None:
    found = [f"{place}: {text[:80]}" for place, text in texts() if DAYS_OR_MONEY.search(text)]
    assert not found


def test_no_place_name_in_python() -> None:
    names = place_names()
    assert len(names) > 5
    pattern = re.compile("|".join(re.escape(name) for name in sorted(names)))
    found = [f"{place}: {text[:80]}" for place, text in texts() if pattern.search(text)]
    assert not found


def test_the_search_would_find_them() -> None:
    assert DAYS_OR_MONEY.search("within 15 working days")
    assert DAYS_OR_MONEY.search("fee = 75000")
