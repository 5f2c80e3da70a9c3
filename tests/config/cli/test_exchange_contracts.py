"""`maidinh exchange contracts plan|apply`: a file of contracts, what it opens and closes, and its proposal."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils.timezone import localtime
from typer.testing import CliRunner, Result

from maidinh.config.cli.exchange import app
from maidinh.config.environment import Environment
from maidinh.exchange.contracts.models import Proposal
from maidinh.exchange.directory import agreements
from maidinh.exchange.directory.definition import Contract
from maidinh.exchange.directory.models import PublishedDirectory
from maidinh.exchange.directory.queries import current_directory
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.locating import definitions_root

pytestmark = pytest.mark.usefixtures("db")
LAND = "one-stop-land"
Run = Callable[..., Result]


@pytest.fixture
def land() -> Contract:
    return next(each for each in current_directory().contracts if each.id == LAND)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, where a gateway keeps the directory in force."""
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    monkeypatch.setattr(Environment, "variables", lambda _: {})
    here = Environment(data=tmp_path / "home")
    here.home.prepare()
    copy = here.home.gateway / "directory.jws"
    copy.write_text(PublishedDirectory.objects.order_by("-serial").values_list("jws", flat=True)[0], "ascii")

    def asked(*arguments: str | Path) -> Result:
        return CliRunner().invoke(app, ["contracts", *map(str, arguments), "--data", str(tmp_path / "home")])

    return asked


def stated(contract: Contract, **changes: Any) -> dict[str, Any]:
    """A contract as a file says it."""
    last = localtime(contract.valid_to) - timedelta(seconds=1)
    return {
        "id": contract.id, "consumer": "one-stop", "service": "land", "fields": list(contract.fields),
        "methods": [{"method": each.method, "path": each.path} for each in contract.methods],
        "purpose": contract.purpose, "legal_basis": contract.legal_basis.split("; "), "sample": True,
        "valid_from": localtime(contract.valid_from).date(), "valid_to": last.date(),
    } | changes  # fmt: skip


def written(place: Path, *contracts: dict[str, Any]) -> Path:
    file = place / "contracts.yaml"
    file.write_text(yaml.safe_dump({"contracts": list(contracts)}, allow_unicode=True), "utf-8")
    return file


def test_a_file_that_says_what_is_in_force_changes_nothing(run: Run, land: Contract, tmp_path: Path) -> None:
    told = run("plan", written(tmp_path, stated(land)))
    assert (told.exit_code, told.output.strip()) == (0, "No access is gained or lost.")


def test_a_version_s_contracts_take_the_place_of_all(run: Run, land: Contract, tmp_path: Path) -> None:
    standing = current_directory()
    own = ("--province", standing.province, "--version", standing.architecture_version)
    told = run("plan", *own)
    assert (told.exit_code, told.output.strip()) == (0, "No access is gained or lost."), told.output
    copied = tmp_path / "architecture"
    shutil.copytree(definitions_root(None) / "provinces" / standing.province, copied)
    (folder,) = [each for each in (copied / "architecture").iterdir() if each.name == standing.architecture_version]
    changed = 0
    for file in folder.rglob("*.yaml"):
        text = file.read_text("utf-8")
        if f"id: {LAND}\n" in text and "/owners/*/parcels" in text:
            file.write_text(text.replace("/owners/*/parcels", "/owners/*/houses"), "utf-8")
            changed += 1
    assert changed
    told = run("plan", "--architecture", folder, "--json")
    assert told.exit_code == 0, told.output
    found = {(each["change"], each["consumer"], each["path"]) for each in json.loads(told.output)["changes"]}
    assert ("lost", land.consumer, "/owners/*/parcels") in found
    assert ("gained", land.consumer, "/owners/*/houses") in found


@pytest.mark.parametrize("arguments", [(), ("contracts.yaml", "--province", "lao-cai"), ("--province", "ninh-thuan")])
def test_a_plan_of_nothing_of_two_or_of_another_province_is_wrong_use(run: Run, arguments: tuple[str, ...]) -> None:
    told = run("plan", *arguments)
    assert told.exit_code == 2, told.output


def test_a_plan_tells_what_is_gained_and_lost_and_writes_nothing(run: Run, land: Contract, tmp_path: Path) -> None:
    fields = [*land.fields[1:], "owner"]
    changed = stated(land, fields=fields, methods=[{"method": "GET", "path": "/parcels/*"}])
    told = run("plan", written(tmp_path, changed), "--json")
    assert told.exit_code == 0, told.output
    found = {(each["change"], each["path"]): each for each in json.loads(told.output)["changes"]}
    assert set(found) == {("lost", "/owners/*/parcels"), ("widened", "/parcels/*"), ("narrowed", "/parcels/*")}
    assert found["widened", "/parcels/*"]["gained_fields"] == ["owner"]
    assert found["narrowed", "/parcels/*"]["lost_fields"] == [land.fields[0]]
    assert found["lost", "/owners/*/parcels"]["after"] is None
    plain = run("plan", written(tmp_path, changed)).output
    assert f"lost: {land.consumer} -> {land.provider_service} GET /owners/*/parcels" in plain
    other = stated(land, id="another", fields=[])
    told = run("plan", written(tmp_path, other), "--json")
    assert {each["change"] for each in json.loads(told.output)["changes"]} == {"widened"}
    assert Proposal.objects.filter(contract=LAND).count() == 1


def test_what_is_wrong_with_a_file_is_told_all_at_once(run: Run, land: Contract, tmp_path: Path) -> None:
    wrong = stated(
        land, consumer="nobody", service="nothing", on_behalf_of="X", valid_to=localtime(land.valid_from).date()
    )
    wrong["valid_to"] -= timedelta(days=1)
    unoffered = stated(land, methods=[{"method": "DELETE", "path": "/parcels/*"}])
    told = run("plan", written(tmp_path, wrong, unoffered))
    assert told.exit_code == 1
    for words in ("no such system", "no such service", "not before the first", "no agency with the code X",
                  "does not offer DELETE /parcels/*", "stands there twice"):  # fmt: skip
        assert words in told.output, words
    file = tmp_path / "broken.yaml"
    file.write_text("contracts:\n  - id: a b\n", "utf-8")
    assert run("plan", file).exit_code == 1
    assert run("plan", tmp_path / "absent.yaml").exit_code == 1
    assert run("apply", written(tmp_path, unoffered), "--as", "nobody").exit_code == 1


def test_apply_proposes_and_signs_for_the_official_s_own_agency(
    run: Run, land: Contract, tmp_path: Path, official: Callable[..., Actor]
) -> None:
    file = written(tmp_path, stated(land, fields=[*land.fields, "owner"]))
    sides = agreements.parties(land)
    consumer, provider = (official("contract.sign", sides[side]).id for side in ("consumer", "provider"))
    stranger = official("contract.sign", "H38.101").id
    assert "no side of this contract" in run("apply", file, "--as", stranger).output
    assert "contract.propose" in run("apply", file, "--as", official("architecture.draft").id).output
    first = json.loads(run("apply", file, "--as", consumer, "--sign", "--json").output)["contracts"][0]
    assert (first["proposed"], first["signed"], first["state"]) == (True, ["consumer"], "waiting")
    again = json.loads(run("apply", file, "--as", consumer, "--json").output)["contracts"][0]
    assert (again["proposed"], again["signed"], again["proposal"]) == (False, [], first["proposal"])
    last = json.loads(run("apply", file, "--as", provider, "--sign", "--json").output)["contracts"][0]
    assert (last["signed"], last["state"], last["digest"]) == (["provider"], "agreed", first["digest"])
    assert "signed by every side" in run("apply", file, "--as", provider).output


def test_where_no_exchange_runs_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Environment, "variables", lambda _: {})
    told = CliRunner().invoke(
        app, ["contracts", "plan", "x.yaml", "--data", str(tmp_path)], env={"MAIDINH_LANGUAGE": "en"}
    )
    assert told.exit_code == 2
    assert "There is no exchange" in told.output
