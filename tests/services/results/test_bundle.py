"""A dossier as one file: complete, readable without the system, and any change to it found offline."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from typer.testing import CliRunner

from maidinh.config.cli.dossier import app
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.translog.trust import read_keys
from maidinh.services.results import bundle
from maidinh.services.results.actions import Installation, issue_due_forms, issue_result
from maidinh.services.results.bundle import BundleError, examine, pack, summary
from maidinh.services.results.exporting import NoSuchDossier, export_dossier
from tests.services.results.stages import advanced_to, official_of, submitted

HERE = Installation(address="http://127.0.0.1:8000", province="lao-cai", promise_within=60, sample=True)


@pytest.fixture
def made(db: None, citizen: Actor, signer: Any, province: Any, at: datetime, tmp_path: Path) -> tuple[Any, Path, Actor]:
    dossier = submitted(citizen, signer, at, kind="licence")
    leader = official_of(dossier, advanced_to(dossier, "signature", province, at), province)
    with acting(agencies=leader.agencies):
        issue_due_forms(dossier=dossier, at=at)
        task = dossier.tasks.get(closed_at__isnull=True)
        issue_result(actor=leader, task_id=task.pk, outcome="sign", at=at + timedelta(hours=1), signer=signer,
                     installation=HERE)  # fmt: skip
        content = export_dossier(actor=leader, code=dossier.code, installation=HERE, at=at)
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    return dossier, path, leader


def checked(path: Path, at: datetime) -> dict[str, bool | None]:
    folder = settings.MAIDINH.home.public_keys
    authorities = [each.read_text("ascii") for each in folder.glob("authority@*.crt")]
    return {check.name: check.ok for check in examine(path, read_keys([folder]), authorities, at=at)}


def changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_it_holds_everything_and_is_read_without_the_system(made: Any, at: datetime, tmp_path: Path) -> None:
    dossier, path, _ = made
    assert False not in checked(path, at + timedelta(seconds=30)).values()
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "out")
    out = tmp_path / "out"
    folders = {each.parent.name for each in out.rglob("*") if each.is_file()}
    assert {"papers", "forms", "result", "receipts", "keys"} <= folders
    data = json.loads((out / "dossier.json").read_text("utf-8"))
    assert data["answers"] == dossier.answers
    assert data["applicant"]["name"] == dossier.applicant_name
    assert len(data["history"]) > 2
    page = (out / "summary.html").read_text("utf-8")
    assert dossier.applicant_name in page
    assert "<b>&" not in page, "what a person typed is never read as a command"
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=out, check=False).returncode == 0


def test_every_change_is_found(made: Any, at: datetime) -> None:
    _, path, _ = made
    before = path.read_bytes()

    def paper(parts: dict[str, bytes]) -> None:
        name = next(name for name in parts if name.startswith("papers/"))
        parts[name] += b"x"

    def repacked(parts: dict[str, bytes]) -> None:
        """A forger who knows the format writes data and manifest anew; the receipt cannot be."""
        name = next(name for name in parts if name.startswith("papers/"))
        data = json.loads(parts["dossier.json"])
        old = hashlib.sha256(parts[name]).hexdigest()
        parts[name] += b"x"
        row = next(row for row in data["papers"] if row["sha256"] == old)
        row["sha256"] = hashlib.sha256(parts[name]).hexdigest()
        parts["dossier.json"] = json.dumps(data).encode()
        head = json.loads(parts.pop("manifest.json"))
        del parts["SHA256SUMS"]
        whole = pack({k: v for k, v in parts.items() if k != "README.txt"}, dossier=head["dossier"], at=at)
        parts.clear()
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            parts.update({name: archive.read(name) for name in archive.namelist()})

    def anew(parts: dict[str, bytes], **changed: bytes) -> None:
        kept = {name: part for name, part in parts.items() if name not in ("manifest.json", "SHA256SUMS", "README.txt")}
        whole = pack(kept | changed, dossier=json.loads(parts["manifest.json"])["dossier"], at=at)
        parts.clear()
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            parts.update({name: archive.read(name) for name in archive.namelist()})

    def answers(parts: dict[str, bytes]) -> None:
        data = json.loads(parts["dossier.json"])
        data["answers"] = dict.fromkeys(data["answers"], "another")
        anew(parts, **{"dossier.json": json.dumps(data).encode()})

    def procedure(parts: dict[str, bytes]) -> None:
        text = json.loads(parts["procedure.json"]) | {"responsible": "H38.1"}
        anew(parts, **{"procedure.json": json.dumps(text).encode()})

    def sums(parts: dict[str, bytes]) -> None:
        parts["SHA256SUMS"] = parts["SHA256SUMS"].replace(b"0", b"1")

    def manifest(parts: dict[str, bytes]) -> None:
        head = json.loads(parts["manifest.json"])
        head["files"].append(head["files"][0])
        parts["manifest.json"] = json.dumps(head).encode()

    def result(parts: dict[str, bytes]) -> None:
        parts["result/01.pdf"] += b"\n"

    def added(parts: dict[str, bytes]) -> None:
        parts["papers/99-x.pdf"] = b"x"

    def gone(parts: dict[str, bytes]) -> None:
        del parts["receipts/submission.json"]

    def another(parts: dict[str, bytes]) -> None:
        receipt = json.loads(parts["receipts/submission.json"])
        receipt["content"]["code"] = "H38.101-20260101-0000001"
        parts["receipts/submission.json"] = json.dumps(receipt).encode()

    for change in (paper, repacked, answers, procedure, sums, manifest, result, added, gone, another):
        path.write_bytes(before)
        assert False in checked(changed(path, change), at).values(), change.__name__


def test_what_is_no_exported_dossier_is_refused(tmp_path: Path, at: datetime) -> None:
    path = tmp_path / "x.zip"
    for content in (b"", b"PK nothing", pack({}, dossier="x", at=at).replace(b"manifest.json", b"manifest.jsom")):
        path.write_bytes(content)
        with pytest.raises(BundleError):
            examine(path, None, [], at=at)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../x", b"x")
    with pytest.raises(BundleError, match="leads out"):
        examine(path, None, [], at=at)


@pytest.mark.parametrize("limit", ["MOST", "LARGEST"])
def test_what_unpacks_to_more_than_a_dossier_is_not_unpacked(
    limit: str, tmp_path: Path, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(pack({"papers/1.pdf": b"0" * 10_000}, dossier="x", at=at))
    monkeypatch.setattr(bundle, limit, 3)
    with pytest.raises(BundleError, match="unpacks to more"):
        examine(path, None, [], at=at)


@pytest.mark.parametrize(
    "parts",
    [
        {"dossier.json": b"[]"},
        {"dossier.json": b"{"},
        {"dossier.json": b'{"code": "x", "papers": [1]}'},
        {"dossier.json": b'{"code": "x"}', "receipts/submission.json": b"[" * 100_000},
        {"dossier.json": b'{"code": "x"}', "receipts/submission.json": b'{"content": []}'},
    ],
)
def test_parts_that_cannot_be_read_are_told_plainly(parts: dict[str, bytes], tmp_path: Path, at: datetime) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(pack(parts, dossier="x", at=at))
    with pytest.raises(BundleError, match="can't be read"):
        examine(path, None, [], at=at)


def test_another_agency_exports_nothing(made: Any, official: Any, at: datetime) -> None:
    dossier, _, leader = made
    stranger = Actor("official", id="x", agencies=("H38.5.1",), permissions=leader.permissions)
    with acting(agencies=stranger.agencies), pytest.raises(NoSuchDossier):
        export_dossier(actor=stranger, code=dossier.code, installation=HERE, at=at)


def test_a_summary_shows_texts_as_texts() -> None:
    page = summary("<x>", [("A & B", [("<script>", "1 < 2")])]).decode()
    assert "<script>" not in page
    assert "1 &lt; 2" in page


def test_the_command_line_exports_and_verifies(made: Any, tmp_path: Path) -> None:
    dossier, _, _ = made
    run, file = CliRunner(), tmp_path / "y.zip"
    done = run.invoke(app, ["export", dossier.code, "-o", str(file), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["dossier"] == dossier.code
    assert file.stat().st_mode & 0o077 == 0
    assert run.invoke(app, ["export", dossier.code, "-o", str(file)]).exit_code == 2, "an existing file is kept"
    assert run.invoke(app, ["export", "H38.101-20260101-9999999", "-o", str(tmp_path / "z.zip")]).exit_code == 2
    unkeyed = run.invoke(app, ["verify", str(file), "--json"])
    assert json.loads(unkeyed.output)["ok"] is True, "nothing is wrong, and some of it could not be checked"
    assert run.invoke(app, ["verify", str(tmp_path / "none.zip")]).exit_code == 2
    changed(file, lambda parts: parts.update({"dossier.json": b"{}"}))
    found = run.invoke(app, ["verify", str(file)])
    assert found.exit_code == 1
