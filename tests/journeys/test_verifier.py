"""The one-file page that checks a receipt: opened from disk, offline, and of one mind with `maidinh log verify`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Page

from maidinh.infrastructure.translog.merkle import inclusion_proof, leaf_hash, root_of, subtree_of
from maidinh.infrastructure.translog.note import NoteKey, Tree, sign_note
from maidinh.infrastructure.translog.promise import sign_promise
from maidinh.infrastructure.translog.proof import Proof
from maidinh.infrastructure.translog.receipt import Receipt
from maidinh.infrastructure.translog.rules import leaf_for
from maidinh.infrastructure.translog.trust import read_keys
from maidinh.infrastructure.translog.verification import verdict, verify_receipt
from maidinh.infrastructure.translog.witness import Witness
from tests.infrastructure.translog.conftest import AT, NOTE_KEY, ORIGIN, PRIVATE

PAGE = Path(__file__).resolve().parents[2] / "src/maidinh/channels/web/verifier.html"
PROMISING = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
CONTENT = {
    "dossier": "H38.101-1",
    "tên": "Nguyễn Văn Mẫu",
    "files": [{"name": "đơn.pdf", "size": 12}],
    "fee": None,
    "😀": True,
}
SALT = bytes(range(32))


class Promising:
    def sign(self, key: str, message: bytes) -> bytes:
        return PROMISING.sign(message)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder of keys, and a receipt with promise, proof and a witness's cosignature."""
    folder = tmp_path_factory.mktemp("verifier")
    keys = folder / "keys"
    keys.mkdir()
    for stem, private in (("log@lao-cai", PRIVATE), ("promise@lao-cai", PROMISING)):
        pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (keys / f"{stem}.pem").write_bytes(pem)
    leaf = leaf_for(kind="dossier-submitted", agency="H38.101", role="portal", content=CONTENT, salt=SALT, at=AT)
    hashes = [leaf_hash(b"%d" % number) for number in range(13)]
    hashes[5] = leaf_hash(leaf)
    subtree = subtree_of(hashes)
    tree = Tree(ORIGIN, 13, root_of(13, subtree))
    note = sign_note(tree.text, NOTE_KEY, PRIVATE.sign(tree.text.encode()))
    witness = Witness(folder / "witness", "witness.example/council", {ORIGIN: NOTE_KEY})
    note += witness.add_checkpoint(f"old 0\n\n{note}", int(AT.timestamp()))
    (keys / "witness.vkey").write_text(witness.key.text + "\n")
    promise = sign_promise(Promising(), "promise:lao-cai", origin=ORIGIN, leaf=leaf, at=AT, within=60)
    proof = Proof(5, inclusion_proof(5, 13, subtree), note).text
    return keys, Receipt(CONTENT, SALT, leaf, promise, proof).document()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(offline=True, locale="vi-VN", viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(PAGE.as_uri())
    yield page
    context.close()


def told(page: Page, receipt: Any, keys: list[Path], place: Path) -> dict[str, str]:
    """What the page finds: each check by name, and the verdict's class."""
    (place / "receipt.json").write_text(json.dumps(receipt, ensure_ascii=False), "utf-8")
    page.set_input_files("#receipt", place / "receipt.json")
    page.set_input_files("#keys", keys)
    page.evaluate("document.getElementById('checks').replaceChildren()")
    page.click("button[type=submit]")
    page.wait_for_selector("#checks li", state="attached")
    found = page.eval_on_selector_all("#checks li", "all => all.map(each => [each.dataset.name, each.dataset.ok])")
    return dict(found) | {"verdict": page.get_attribute("#verdict", "class") or ""}


def changed(receipt: dict[str, Any], name: str, old: str, new: str) -> dict[str, Any]:
    assert old in receipt[name]
    return receipt | {name: receipt[name].replace(old, new, 1)}


def test_a_true_receipt_holds_offline(page: Page, given: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    keys, receipt = given
    found = told(page, receipt, sorted(keys.iterdir()), tmp_path)
    assert found == dict.fromkeys(("leaf", "promise", "checkpoint", "witness", "inclusion", "origin"), "true") | {
        "verdict": "yes"
    }
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.click("#language")
    assert page.inner_text("#verdict") == "The receipt holds."
    page.click("#language")
    assert page.inner_text("#verdict") == "Biên nhận đúng."
    (tmp_path / "other.json").write_text("{}", "utf-8")
    page.set_input_files("#receipt", tmp_path / "other.json")
    assert page.is_hidden("#result")  # what was found of one file never stands beside another


def test_whatever_was_changed_is_found_and_the_program_says_the_same(
    page: Page, given: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    keys, receipt = given
    step = receipt["proof"].split("\n")[3]
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    tree = Tree(ORIGIN, 13, bytes(32))
    forged = sign_note(tree.text, NoteKey(ORIGIN, other.public_key()), other.sign(tree.text.encode()))
    head, body, signature = receipt["promise"].split(".")
    forged_end = "AAAA" if signature[-4:] != "AAAA" else "BBBB"
    cases = {
        "content": receipt | {"content": CONTENT | {"fee": 0}},
        "salt": receipt | {"salt": "A" * 43 + "="},
        "leaf": changed(receipt, "leaf", "H38.101", "H38.102"),
        "promise": receipt | {"promise": f"{head}.{body}.{signature[:-4]}{forged_end}"},
        "promise's body": receipt | {"promise": f"{head}.{body[:-2]}.{signature}"},
        "index": changed(receipt, "proof", "index 5", "index 6"),
        "step": changed(receipt, "proof", step, "A" * 43 + "="),
        "size": changed(receipt, "proof", "\n13\n", "\n14\n"),
        "log": changed(receipt, "proof", f"\n{ORIGIN}\n", "\nmaidinh.example/other\n"),
        "another log's state": receipt | {"proof": receipt["proof"].partition("\n\n")[0] + "\n\n" + forged},
        "no proof": receipt | {"proof": None},
        "nothing vouches": receipt | {"proof": None, "promise": None},
        "format": receipt | {"format": "other"},
    }  # fmt: skip
    trusted = read_keys([keys])
    for name, case in cases.items():
        ours = verdict(verify_receipt(json.dumps(case), trusted, at=AT + timedelta(seconds=30)))
        found = told(page, case, sorted(keys.iterdir()), tmp_path)
        assert (found["verdict"] == "yes") is ours, (name, found)
        if name not in ("no proof", "nothing vouches"):
            assert found["verdict"] == "no", name


def test_keys_of_others_vouch_for_nothing(page: Page, given: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    keys, receipt = given
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    pem = tmp_path / "log@lao-cai.pem"
    pem.write_bytes(stranger.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert told(page, receipt, [pem], tmp_path)["checkpoint"] == "false"
    only = told(page, receipt, [keys / "promise@lao-cai.pem"], tmp_path)
    assert (only["promise"], only["checkpoint"], only["verdict"]) == ("true", "null", "yes")
    broken = tmp_path / "broken.pem"
    broken.write_text("nonsense")
    assert told(page, receipt, [broken], tmp_path) == {"key": "false", "verdict": "no"}
