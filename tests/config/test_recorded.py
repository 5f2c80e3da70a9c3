"""A command finds an installation from its data directory alone, and a demonstration opens no other's."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from maidinh.config import recorded as module
from maidinh.config.cli.doctor import environment_at, environment_meant
from maidinh.config.environment import Environment
from maidinh.config.main import application
from maidinh.config.recorded import NAME, demonstration_meant, environment_here, record, recorded


@pytest.fixture(autouse=True)
def _no_place_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAIDINH_DATA", "MAIDINH_DATABASE_NAME", "MAIDINH_PORT", "MAIDINH_PROVINCE", "MAIDINH_GATEWAY_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a demonstration on ports of its own was started."""
    data = tmp_path / "maidinh-demo" / "vinh-phuc"
    data.mkdir(parents=True)
    record(
        Environment(
            data=data, province="vinh-phuc", database_name="maidinh_demo_vinh_phuc", port=9100, gateway_port=9101,
            services_port=9102, database_url="postgresql://admin:secret@db.example/postgres",
        )
    )  # fmt: skip
    return data


def test_what_is_written_down_is_no_secret(place: Path) -> None:
    told = (place / NAME).read_text("utf-8")
    assert "secret" not in told and "db.example" not in told
    assert recorded(place)["gateway_port"] == 9101


def test_the_directory_alone_is_enough(place: Path) -> None:
    found = environment_at(place, None, None)
    assert (found.province, found.database_name, found.port, found.gateway_port, found.services_port) == (
        "vinh-phuc", "maidinh_demo_vinh_phuc", 9100, 9101, 9102,
    )  # fmt: skip
    assert environment_at(place, None, 9300).gateway_port == 9301


def test_the_variable_does_as_well_and_other_variables_count_more(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIDINH_DATA", str(place))
    assert environment_here().database_name == "maidinh_demo_vinh_phuc"
    monkeypatch.setenv("MAIDINH_PORT", "9500")
    assert (environment_here().port, environment_here().gateway_port) == (9500, 9101)


def test_another_place_named_counts_more_than_the_variables_of_this_one(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIDINH_DATABASE_NAME", "maidinh")
    monkeypatch.setenv("MAIDINH_PROVINCE", "lao-cai")
    found = environment_at(place, None, None)
    assert (found.province, found.database_name) == ("vinh-phuc", "maidinh_demo_vinh_phuc")


@pytest.mark.parametrize("written", ["", "[]", "{", '{"unknown": 1}'])
def test_what_cannot_be_read_says_nothing(tmp_path: Path, written: str) -> None:
    (tmp_path / NAME).write_text(written, "utf-8")
    assert recorded(tmp_path) == {}
    assert environment_at(tmp_path, None, None).database_name == "maidinh"


def test_without_a_place_the_demonstration_that_runs_is_meant(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "default_home", lambda: tmp_path / "maidinh")
    assert demonstration_meant() == place  # the only one that there is
    (tmp_path / "maidinh-demo" / "lao-cai").mkdir()
    assert demonstration_meant() is None
    with socket.socket(socket.AF_UNIX) as listening:
        (place / "run").mkdir()
        monkeypatch.chdir(place)  # a short name: the tests' own folder may be too long for a socket
        listening.bind("run/signer.sock")
        listening.listen()
        monkeypatch.setattr(module, "Home", lambda root: _Relative(root, place))
        assert demonstration_meant() == place
        assert environment_meant(None, None).port == 9100
        assert str(place) in capsys.readouterr().err
        (tmp_path / "maidinh").mkdir()
        assert demonstration_meant() is None
    assert environment_meant(place, None).port == 9100


class _Relative:
    """A home whose signer's socket is named from the working directory."""

    def __init__(self, root: Path, here: Path) -> None:
        self.signer_socket = Path(os.path.relpath(root, here)) / "run/signer.sock"


def test_a_demonstration_opens_no_other_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secrets").mkdir()
    monkeypatch.setenv("MAIDINH_DATA", str(tmp_path))
    unsaid = CliRunner().invoke(application("demo"), ["demo", "--province", "vinh-phuc"])
    assert unsaid.exit_code == 2 and "another installation" in unsaid.output
    (tmp_path / NAME).write_text(json.dumps({"database_name": "maidinh"}), "utf-8")
    for named in ([], ["--data", str(tmp_path)]):
        refused = CliRunner().invoke(application("demo"), ["demo", "--province", "vinh-phuc", *named])
        assert refused.exit_code == 2 and str(tmp_path) in refused.output
