"""What is derived is current: reference tables, decisions and their list, and what publiccode.yml must say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = ROOT / "docs/decisions"


def test_the_tables_are_what_the_code_says() -> None:
    tool = ROOT / "tools/reference.py"
    done = subprocess.run([sys.executable, tool, "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}run: python tools/reference.py"


def test_every_command_says_how_it_ends() -> None:
    page = (ROOT / "docs/reference/commands.md").read_text("utf-8")
    sections = re.split(r"^## ", page, flags=re.M)[1:]
    silent = [section.splitlines()[0] for section in sections if "xit code" not in section]
    assert [heading for heading in silent if "maidinh serve" not in heading] == []


def test_decisions_are_short_numbered_and_listed() -> None:
    records = sorted(DECISIONS.glob("[0-9]*.md"))
    listed = (DECISIONS / "README.md").read_text("utf-8")
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text("utf-8")
        headings = re.findall(r"^## (\w+)", text, re.M)
        assert headings == ["Context", "Decision", "Consequences", "Serves"], path.name
        assert text.count("\n") <= 40, path.name
        title = text.splitlines()[0].removeprefix(f"# {path.name[:4]} ")
        assert f"[{path.name[:4]}]({path.name}) | {title} |" in listed, path.name


def test_publiccode_says_what_the_standard_wants() -> None:
    content = yaml.safe_load((ROOT / "publiccode.yml").read_text("utf-8"))
    wanted = {"publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus", "softwareType"}
    assert wanted | {"description", "legal", "maintenance", "localisation"} <= set(content)
    for language in ("vi", "en"):
        words = content["description"][language]
        assert len(words["shortDescription"]) <= 150
        assert 500 <= len(words["longDescription"]) <= 10_000
        assert len(words["genericName"]) <= 35
        assert words["features"]
    assert content["legal"]["license"] == "Apache-2.0"
    assert content["maintenance"]["contacts"]


def test_the_changelog_is_grouped_by_who_notices() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    groups = set(re.findall(r"^### (.+)$", text, re.M))
    assert groups <= {"Citizens and businesses", "Officials", "Architects", "Integrators", "Operators", "Definitions"}
    assert "## [Unreleased]" in text
