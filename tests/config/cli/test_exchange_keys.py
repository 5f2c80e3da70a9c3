"""`maidinh exchange keys`: a key is listed, replaced, registered with a proof, and revoked; what is refused is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from typer.testing import CliRunner, Result

from maidinh.config.cli.exchange import app
from maidinh.exchange.directory.queries import current_directory
from maidinh.infrastructure.actor import Actor

pytestmark = pytest.mark.slow


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["keys", *map(str, arguments)], env={"MAIDINH_LANGUAGE": "en"})


@pytest.fixture
def administrator(own_database: str, official: Any) -> Actor:
    actor: Actor = official("exchange.manage-keys")
    return actor


def test_the_life_of_a_systems_keys(administrator: Actor, tmp_path: Path, official: Any) -> None:
    directory = current_directory()
    assert directory is not None
    system = next(each.id for each in directory.subsystems if each.keys)
    by = ("--as", administrator.id)
    first = f"caller:{system}"
    assert run("list", "--holder", system).output.startswith(f"{first}  in force, kept by the platform")
    assert "No key is registered" in run("list", "--holder", "nobody").output

    key = ec.generate_private_key(ec.SECP256R1())
    private, public, proof = (tmp_path / name for name in ("private.pem", "public.pem", "proof.jws"))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    proved = run("prove", system, "--private-key", private)
    assert proved.exit_code == 0, proved.output
    proof.write_text(proved.output, "utf-8")
    given = ("--public-key", public, "--proof", proof)
    registered = run("register", system, *given, "--last-day", "2999-12-31", *by, "--json")
    assert registered.exit_code == 0, registered.output
    told = json.loads(registered.output)
    assert (told["holder"], told["custody"], told["state"]) == (system, "agency", "ending")
    assert told["valid_to"].startswith("3000-01-01T00:00:00")
    lines = run("list", "--holder", system).output.splitlines()
    assert len(lines) == 2 and "kept by the agency" in lines[0] and "in force until" in lines[1]
    third = run("rotate", system, *by)
    assert third.exit_code == 1 and "two keys already" in third.output
    revoked = run("revoke", told["kid"], "--reason", "Lost", *by, "--json")
    assert json.loads(revoked.output)["state"] == "revoked"
    assert "registered before" in run("register", system, *given, *by).output
    rotated = run("rotate", system, *by)
    assert rotated.exit_code == 0, rotated.output
    assert f"In use from now on: {first}/3" in rotated.output
    states = {each["kid"]: each["state"] for each in json.loads(run("list", "--holder", system, "--json").output)}
    assert states == {first: "ending", told["kid"]: "revoked", f"{first}/3": "valid"}
    now = current_directory()
    assert now is not None
    assert {each.kid for one in now.subsystems if one.id == system for each in one.keys} == {first, f"{first}/3"}

    other = run("rotate", system, "--as", official("architecture.draft").id)
    assert other.exit_code == 2 and "exchange.manage-keys" in other.output


@pytest.mark.parametrize(("arguments", "told"), [
    (("register", "x", "--as", "a"), "Give --request"),
    (("register", "x", "--as", "a", "--public-key", "k"), "Give --request"),
    (("register", "x", "--as", "a", "--request", "r", "--last-day", "31/12/2027"), "2027-12-31"),
    (("prove", "AG1", "--private-key", __file__), "--instance"),
    (("prove", "A/B/C/D", "--private-key", __file__), "no private key"),
    (("rotate", "x", "--as", "nobody"), "no official nobody"),
])  # fmt: skip
def test_wrong_use_is_told(arguments: tuple[str, ...], told: str) -> None:
    answer = run(*arguments)
    assert answer.exit_code == 2 and told in answer.output
