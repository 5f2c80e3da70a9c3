"""The pages of the documentation: their links lead somewhere, the files they name exist, and they name no machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)]*)?\)")
TOP = "src|tests|tools|definitions|docs"
LAYERS = "config|users|channels|portal|services|governance|applications|exchange|infrastructure"
NAMED = re.compile(rf"`((?:{TOP}|{LAYERS})/[A-Za-z0-9_./-]+)`")
FOREIGN = re.compile(r"/work/|/root/|/home/|pypi\.|pythonhosted|npmjs|\.\./shared", re.I)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [target for target, _ in LINK.findall(prose(page)) if "://" not in target]
    broken = [target for target in targets if not (page.parent / target).resolve().exists()]
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_that_are_named_exist(page: Path) -> None:
    named = {match.split(":")[0].rstrip("/") for match in NAMED.findall(prose(page))}
    gone = [path for path in named if not any((base / path).exists() for base in (ROOT, ROOT / "src/maidinh"))]
    assert not [path for path in gone if not re.search(r"PROVINCE|VERSION|1\.234567", path)]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_machine_and_no_registry_is_named(page: Path) -> None:
    assert not FOREIGN.findall(page.read_text("utf-8"))


def test_every_page_is_found_from_the_first_ones() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md", ROOT / "docs/README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            targets = (page.parent / target for target, _ in LINK.findall(prose(page)) if target.endswith(".md"))
            waiting += [target.resolve() for target in targets if target.exists()]
    assert {name(page) for page in PAGES} <= {name(page) for page in reached} | {"docs/README.md"}


def test_both_readmes_tell_the_same() -> None:
    english, vietnamese = ((ROOT / each).read_text("utf-8") for each in ("README.md", "README.vi.md"))
    for pattern in (r"^#+", r"\]\((?!README)([^)]+)\)", r"^    make \w+"):
        found = [set(re.findall(pattern, text, re.M)) for text in (english, vietnamese)]
        assert found[0] == found[1]
    assert [len(re.findall(r"^## ", text, re.M)) for text in (english, vietnamese)] == [8, 8]
