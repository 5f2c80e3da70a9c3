"""`maidinh log`: what it finds, what it says, and with which exit code."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typer.testing import CliRunner

from maidinh.config.cli.log import app
from maidinh.infrastructure.translog.merkle import leaf_hash
from maidinh.infrastructure.translog.note import NoteKey, Tree, sign_note
from maidinh.infrastructure.translog.promise import sign_promise
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.receipt import Receipt
from maidinh.infrastructure.translog.rules import leaf_for
from maidinh.infrastructure.translog.tiles import Edge

AT = datetime(2026, 7, 1, 8, 0, 0, tzinfo=UTC)
ORIGIN = "maidinh.example/lao-cai"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CONTENT = {"code": "H38-2026-000001"}
LEAF = leaf_for(kind="dossier.received", agency="H38", role="clerk", content=CONTENT, salt=bytes(32), at=AT)


class Local:
    def sign(self, key: str, message: bytes) -> bytes:
        return KEY.sign(message)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a log of nine entries, the keys, and a receipt without a proof."""
    monkeypatch.setenv("MAIDINH_DATA", str(tmp_path / "none"))
    monkeypatch.setenv("MAIDINH_LANGUAGE", "en")
    published, edge = PublishedLog(tmp_path / "log"), Edge()
    for number in range(9):
        edge.append(LEAF if number == 5 else b"%d" % number)
    published.write(edge.partial())
    text = Tree(ORIGIN, 9, edge.root()).text
    published.publish(sign_note(text, NoteKey(ORIGIN, KEY.public_key()), KEY.sign(text.encode())))
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name in ("log@lao-cai.pem", "promise@lao-cai.pem"):
        (tmp_path / name).write_bytes(pem)
    promise = sign_promise(Local(), "promise:lao-cai", origin=ORIGIN, leaf=LEAF, at=AT, within=60)
    (tmp_path / "receipt.json").write_text(Receipt(CONTENT, bytes(32), LEAF, promise, None).text())
    return tmp_path


def run(*arguments: Any) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_a_receipt_gets_its_proof_and_is_verified_offline(place: Path) -> None:
    receipt, log = place / "receipt.json", place / "log"
    code, output = run("verify", receipt, "--key", place)
    assert (code, "promised by 2026-07-01T08:01:00" in output) == (1, True)
    code, output = run("prove", receipt, "--log", log, "--attach")
    assert (code, output.splitlines()[:2]) == (0, ["c2sp.org/tlog-proof@v1", "index 5"])
    code, output = run("verify", receipt, "--key", place)
    assert code == 0, output
    assert "entry 5 of those 9" in output
    assert output.endswith("The receipt holds.\n")


def test_entries_are_proved_by_index_and_by_hash(place: Path) -> None:
    by_index = run("prove", "5", "--log", place / "log")
    assert by_index == run("prove", leaf_hash(LEAF).hex(), "--log", place / "log")
    assert run("prove", "9", "--log", place / "log")[0] == 1
    assert run("prove", "0" * 64, "--log", place / "log")[0] == 1
    assert json.loads(run("prove", "5", "--log", place / "log", "--json")[1])["proof"] == by_index[1]


def test_json_says_the_same(place: Path) -> None:
    run("prove", place / "receipt.json", "--log", place / "log", "--attach")
    code, output = run("verify", place / "receipt.json", "--key", place, "--json")
    answer = json.loads(output)
    assert (code, answer["ok"]) == (0, True)
    assert [check["name"] for check in answer["checks"]] == ["leaf", "promise", "checkpoint", "inclusion", "origin"]


def test_a_changed_receipt_is_a_finding(place: Path) -> None:
    run("prove", place / "receipt.json", "--log", place / "log", "--attach")
    text = (place / "receipt.json").read_text()
    (place / "receipt.json").write_text(text.replace("000001", "000002", 1))
    code, output = run("verify", place / "receipt.json", "--key", place)
    assert code == 1
    assert "The receipt does not hold." in output
    (place / "receipt.json").write_bytes(b"\xff\x00")
    assert run("verify", place / "receipt.json", "--key", place)[0] == 1


def test_wrong_use_is_told_apart_from_findings(place: Path) -> None:
    receipt = place / "receipt.json"
    assert run("verify", place / "absent", "--key", place)[0] == 2
    assert run("verify", receipt)[0] == 2
    assert run("verify", receipt, "--key", place / "absent")[0] == 2
    assert run("verify", receipt, "--key", receipt)[0] == 2
    assert run("verify", receipt, "--key", place, "--language", "fr")[0] == 2
    assert run("prove", "5", "--log", place / "absent")[0] == 2
    assert run("prove", place / "absent", "--log", place / "log")[0] == 2


def test_the_audit_says_what_it_checked(place: Path) -> None:
    code, output = run("audit", "--log", place / "log", "--key", place / "log@lao-cai.pem")
    assert code == 0, output
    assert "All 1 tiles and 9 entries agree." in output
    assert "No database was compared." in output
    code, output = run("audit", "--log", place / "log", "--json")
    assert [check["ok"] for check in json.loads(output)["checks"]] == [None, True, True, None]


def test_the_audit_finds_a_changed_tile_and_a_missing_log(place: Path) -> None:
    tile = place / "log" / "tile" / "0" / "000.p" / "9"
    tile.write_bytes(bytes(len(tile.read_bytes())))
    code, output = run("audit", "--log", place / "log", "--no-database")
    assert (code, "tile/0/000.p/9 is not what the entries give." in output) == (1, True)
    assert run("audit", "--log", place / "absent")[0] == 1


def test_a_database_that_was_named_and_does_not_answer_is_a_failure(place: Path) -> None:
    code, _ = run("audit", "--log", place / "log", "--database", f"host={place} dbname=none")
    assert code == 3


def test_vietnamese_is_spoken_where_asked_for(place: Path) -> None:
    english = run("audit", "--log", place / "log", "--no-database", "--language", "en")
    vietnamese = run("audit", "--log", place / "log", "--no-database", "--language", "vi")
    assert english[0] == vietnamese[0] == 0
    assert english[1].endswith("The log holds.\n")


def test_the_verifier_key_is_one_line_that_a_witness_takes(place: Path) -> None:
    assert run("key", "--data", place)[0] == 2
    home = place / "home"  # and not `place`, where a log lies without an installation
    (home / "public").mkdir(parents=True)
    shutil.copytree(place / "log", home / "log")
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (home / "public/log@lao-cai.pem").write_bytes(pem)
    code, told = run("key", "--data", home)
    assert (code, told.strip()) == (0, NoteKey(ORIGIN, KEY.public_key()).text)
    assert json.loads(run("key", "--data", home, "--json")[1])["name"] == ORIGIN


def test_the_audit_of_ones_own_log_takes_ones_own_key(place: Path) -> None:
    home = place / "home"
    (home / "public").mkdir(parents=True)
    shutil.copytree(place / "log", home / "log")
    assert "no key was given" in run("audit", "--data", home)[1]
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (home / "public/log@lao-cai.pem").write_bytes(pem)
    code, told = run("audit", "--data", home)
    assert code == 0 and "no key was given" not in told
