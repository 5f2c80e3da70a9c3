"""Settings: read from the environment, handed on to the processes, and refused where they would be dangerous."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from maidinh.config.environment import Environment

pytestmark = pytest.mark.slow


def test_a_child_process_gets_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = Environment(data=tmp_path, port=9001, seed=7, upload_limit=1234, gateway_zones="lan=10.0.0.0/8")
    for name, value in here.variables().items():
        monkeypatch.setenv(name, value)
    assert Environment() == here


def test_without_an_issuer_nothing_but_a_sample_runs() -> None:
    with pytest.raises(ValidationError, match="MAIDINH_OIDC_ISSUER"):
        Environment(sample=False)
    assert not Environment(sample=False, oidc_issuer="https://issuer.example").sample


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("MAIDINH_PORT", "eighty", "port"),
        ("MAIDINH_PORT", "99999", "port"),
        ("MAIDINH_GATEWAY_ZONES", "lan", "zone=network"),
        ("MAIDINH_SAMPLE", "0", "MAIDINH_OIDC_ISSUER"),
    ],
)
def test_a_wrong_setting_is_told_in_a_line(variable: str, value: str, told: str, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "MAIDINH_DATA": str(tmp_path), variable: value}
    done = subprocess.run(
        [sys.executable, "-m", "maidinh", "up"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_province_is_told_with_those_there_are(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "MAIDINH_DATA": str(tmp_path), "MAIDINH_PROVINCE": "atlantis"}
    done = subprocess.run(
        [sys.executable, "-m", "maidinh", "up"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "lao-cai" in done.stderr
