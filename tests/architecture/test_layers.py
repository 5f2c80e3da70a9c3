"""Calls go down: the import contracts hold, and an import upwards would be found."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")


def lint(place: Path, source: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--no-cache", "--config", str(place / ".importlinter")],
        capture_output=True,
        text=True,
        cwd=place,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(source)},
        check=False,
    )


def test_contracts_are_kept() -> None:
    verdict = lint(ROOT, ROOT / "src")
    assert verdict.returncode == 0, verdict.stdout
    assert "0 broken" in verdict.stdout


def test_an_import_upwards_is_found(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".importlinter", tmp_path)
    shutil.copytree(
        ROOT / "src/maidinh", tmp_path / "src/maidinh", ignore=shutil.ignore_patterns("__pycache__", "static")
    )
    faulty = tmp_path / "src/maidinh/infrastructure/home.py"
    faulty.write_text(faulty.read_text() + "\nimport maidinh.services.dossiers.rules\n")
    verdict = lint(tmp_path, tmp_path / "src")
    assert verdict.returncode == 1
    assert "Calls go down the seven layers BROKEN" in verdict.stdout
