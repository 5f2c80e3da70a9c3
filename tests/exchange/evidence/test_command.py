"""`maidinh exchange export` and `verify`, as the operator and anyone else runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner

from maidinh.config.cli.exchange import app
from maidinh.config.environment import Environment
from maidinh.exchange.asic.archive import pack
from tests.exchange.asic.xroad import Member, batch_stamped
from tests.exchange.evidence.conftest import World
from tests.exchange.world import PROVINCE
from tests.infrastructure.timestamps.standing_in import OwnAuthority, OwnTimestamps

RUN = CliRunner()


@pytest.fixture
def installation(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The environment of whoever runs the command beside that exchange."""
    monkeypatch.setenv("MAIDINH_DATABASE_NAME", world.database.database)
    monkeypatch.setenv("MAIDINH_PROVINCE", PROVINCE)
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setenv("MAIDINH_SERVICES_PORT", "9")  # nobody stamps
    return world


def test_an_exchange_is_exported_and_verified(installation: World, tmp_path: Path, monkeypatch: Any) -> None:
    answer = installation.call()
    target, body = tmp_path / "evidence.asice", tmp_path / "answer.json"
    body.write_bytes(answer.content)
    asked = answer.headers["X-Road-Id"]
    monkeypatch.setattr("maidinh.infrastructure.home.Home.log", installation.home.log)
    given = ["export", asked, "-o", str(target), "--response", str(body), "--json"]
    done = RUN.invoke(app, given)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["x_road_id"], told["proved"], told["stamped"]) == (asked, False, False)
    assert "no time stamp" in done.stderr

    judged = RUN.invoke(app, ["verify", str(target), "--json"])
    found = json.loads(judged.stdout)
    assert (judged.exit_code, found["ok"], found["kind"], found["trusted"]) == (0, True, "maidinh", True), judged.output
    assert any(check["name"] == "body" for check in found["checks"])

    damaged = tmp_path / "damaged.asice"
    damaged.write_bytes(target.read_bytes().replace(b"mimetypeapplication", b"mimetypeApplication"))
    told = RUN.invoke(app, ["verify", str(damaged), "--language", "en"])
    assert (told.exit_code, "does not hold" in told.stdout) == (1, True)


def test_what_cannot_be_exported_says_why(installation: World, tmp_path: Path) -> None:
    target = str(tmp_path / "x.asice")
    none = RUN.invoke(app, ["export", "nothing", "-o", target])
    assert (none.exit_code, "no call nothing" in none.stderr) == (1, True)
    other = tmp_path / "other"
    other.write_bytes(b"other")
    asked = installation.call().headers["X-Road-Request-Id"]
    foreign = RUN.invoke(app, ["export", asked, "-o", target, "--request", str(other)])
    assert (foreign.exit_code, "not the body" in foreign.stderr) == (1, True)
    for _ in range(2):
        installation.call(**{"X-Road-Id": "twice"})
    several = RUN.invoke(app, ["export", "twice", "-o", target])
    assert (several.exit_code, len(several.stderr.splitlines())) == (2, 3)
    empty = RUN.invoke(app, ["export", asked, "-o", target, "--data", str(tmp_path / "nowhere")])
    assert (empty.exit_code, "no installation" in empty.stderr) == (2, True)
    assert not Path(target).exists()


def test_a_foreign_container_is_judged_by_whom_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIDINH_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    member, root = Member(), OwnAuthority("Time root")
    file = tmp_path / "x.asice"
    file.write_bytes(pack(batch_stamped(member, OwnTimestamps(root))))

    def verify(*options: str) -> tuple[int, str]:
        told = RUN.invoke(app, ["verify", str(file), *options])
        return told.exit_code, (told.stdout + told.stderr).splitlines()[-1]

    assert verify() == (
        1,
        "The file agrees with itself, but nobody whom you trust vouches for it. Name an authority: --trust",
    )
    assert verify("--alone") == (0, "The file agrees with itself. Who made it was not judged.")
    roots = tmp_path / "roots.pem"
    roots.write_bytes(member.root.public_bytes(Encoding.PEM) + root.root.public_bytes(Encoding.PEM))
    assert verify("--trust", str(roots)) == (0, "The evidence holds.")
    (tmp_path / "nothing").mkdir()
    for wrong in (tmp_path / "nothing", tmp_path / "absent", file):
        assert verify("--trust", str(wrong))[0] == 2, wrong
    assert RUN.invoke(app, ["verify", str(tmp_path / "absent")]).exit_code == 2
    file.write_bytes(b"not a container")
    assert verify("--trust", str(roots)) == (1, "The evidence does not hold.")


def test_a_real_authority_needs_its_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Environment().timestamping == f"{Environment().services_url}/timestamps"
    assert Environment(sample=False, oidc_issuer="https://login.example").timestamping is None
    with pytest.raises(ValueError, match="MAIDINH_TIMESTAMP_ROOTS"):
        Environment(timestamp_url="https://time.example/")
