"""Checking a receipt with nothing but the receipt and the public keys: each check by name, and what it found.

Layer 7, pure: the time is passed in, files were read before. The texts are English message ids; who shows them
translates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from maidinh.infrastructure.translog.cosignature import WitnessKey, cosigned_by
from maidinh.infrastructure.translog.merkle import leaf_hash
from maidinh.infrastructure.translog.note import NoteError, Tree, open_checkpoint, unchecked_tree
from maidinh.infrastructure.translog.promise import Promise, PromiseError, open_promise, read_promise
from maidinh.infrastructure.translog.proof import ProofError, read_proof
from maidinh.infrastructure.translog.receipt import Receipt, ReceiptError, read_receipt
from maidinh.infrastructure.translog.rules import ContentError, commitment_of, read_leaf
from maidinh.infrastructure.translog.trust import TrustedKeys


def N_(text: str) -> str:  # noqa: N802 - the name by which message extraction knows it
    """Mark a text for translation."""
    return text


@dataclass(frozen=True)
class Check:
    """What one check found: True it holds, False it does not, None it could not be made."""

    name: str
    ok: bool | None
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def detail(self) -> str:
        """What was found, in English."""
        return self.text.format(**self.values)


def verdict(checks: Iterable[Check]) -> bool:
    """Tell whether nothing is wrong and the leaf is promised or proved."""
    found = {check.name: check.ok for check in checks}
    vouched = found.get("inclusion") is True or found.get("promise") is True
    return False not in found.values() and found.get("leaf") is True and vouched


@dataclass(frozen=True)
class Quorum:
    """The witnesses that a verifier trusts, and how many of them must have seen a state."""

    witnesses: tuple[WitnessKey, ...]
    count: int


def check_quorum(note: str, quorum: Quorum) -> Check:
    """Whether so many of the witnesses cosigned this checkpoint."""
    try:
        seen = cosigned_by(note, quorum.witnesses)
    except NoteError as error:
        return Check("witnesses", False, N_("A cosignature is wrong: {reason}."), {"reason": error})
    values = {"count": len(seen), "needed": quorum.count, "names": ", ".join(sorted(seen)) or "-"}
    if len(seen) < quorum.count:
        return Check("witnesses", False, N_("{count} of the {needed} witnesses needed saw it: {names}."), values)
    return Check("witnesses", True, N_("Witnesses saw this state: {names}."), values)


def verify_receipt(
    text: str, keys: TrustedKeys, *, at: datetime, origin: str | None = None, quorum: Quorum | None = None
) -> list[Check]:
    """Check a receipt; `origin` is the log it must be of, `quorum` who must have seen the state it is proved by."""
    try:
        receipt = read_receipt(text)
    except ReceiptError as error:
        return [Check("receipt", False, N_("The file is not a receipt: {reason}."), {"reason": error})]
    checks = [_check_leaf(receipt)]
    promise = _check_promise(receipt, keys, checks)
    tree = _check_proof(receipt, keys, checks)
    if receipt.proof is None:
        checks.append(_missing_proof(promise, at))
    elif quorum is not None and tree is not None:
        checks.append(check_quorum(read_proof(receipt.proof).checkpoint, quorum))
    checks.append(_check_origin(promise, tree, origin))
    return checks


def _check_leaf(receipt: Receipt) -> Check:
    try:
        fields = read_leaf(receipt.leaf)
        same = commitment_of(receipt.content, receipt.salt) == fields["commitment"]
    except ContentError as error:
        return Check("leaf", False, N_("The leaf or the content is damaged: {reason}."), {"reason": error})
    if not same:
        return Check("leaf", False, N_("The content or the salt is not what the leaf commits to."))
    text = N_("The leaf commits to this content: {kind}, {agency}, {role}, {time}.")
    return Check("leaf", True, text, fields)


def _check_promise(receipt: Receipt, keys: TrustedKeys, checks: list[Check]) -> Promise | None:
    if receipt.promise is None:
        checks.append(Check("promise", None, N_("The receipt has no promise.")))
        return None
    try:
        promise = read_promise(receipt.promise)
        candidates = keys.of_promise(promise.key)
    except PromiseError as error:
        checks.append(Check("promise", False, N_("The promise is damaged: {reason}."), {"reason": error}))
        return None
    if not candidates and not keys.for_promises:
        text = N_("The promise was not checked: no key was given for {key}.")
        checks.append(Check("promise", None, text, {"key": promise.key}))
        return promise
    if not any(_signed(receipt.promise, public) for public in candidates):
        text = N_("The promise was not signed by {key}, or was changed.")
        checks.append(Check("promise", False, text, {"key": promise.key}))
        return None
    if promise.leaf != leaf_hash(receipt.leaf).hex():
        checks.append(Check("promise", False, N_("The promise is about another leaf.")))
        return None
    values = {"key": promise.key, "log": promise.log, "due": promise.due.isoformat()}
    checks.append(Check("promise", True, N_("Signed by {key}: in the log {log} by {due}."), values))
    return promise


def _signed(promise: str, public: Any) -> bool:
    try:
        open_promise(promise, public)
    except PromiseError:
        return False
    return True


def _check_proof(receipt: Receipt, keys: TrustedKeys, checks: list[Check]) -> Tree | None:
    if receipt.proof is None:
        return None
    try:
        proof = read_proof(receipt.proof)
        tree = unchecked_tree(proof.checkpoint)
    except (NoteError, ProofError) as error:
        checks.append(Check("inclusion", False, N_("The proof is damaged: {reason}."), {"reason": error}))
        return None
    known = keys.of_log(tree.origin)
    if not known:
        text = N_("No key was given for the log {log}: its checkpoint could not be checked.")
        checks.append(Check("checkpoint", False, text, {"log": tree.origin}))
        return tree
    try:
        open_checkpoint(proof.checkpoint, known)
    except NoteError as error:
        values = {"log": tree.origin, "reason": error}
        checks.append(Check("checkpoint", False, N_("The log {log} did not sign this checkpoint: {reason}."), values))
        return tree
    values = {"log": tree.origin, "size": tree.size}
    checks.append(Check("checkpoint", True, N_("The log {log} signed a state of {size} entries."), values))
    if proof.includes(leaf_hash(receipt.leaf), tree.size, tree.root):
        values = {"index": proof.index, "size": tree.size}
        checks.append(Check("inclusion", True, N_("The leaf is entry {index} of those {size}."), values))
    else:
        checks.append(Check("inclusion", False, N_("The proof does not lead from this leaf to the signed state.")))
    return tree


def _missing_proof(promise: Promise | None, at: datetime) -> Check:
    if promise is None:
        return Check("inclusion", None, N_("The receipt has no proof."))
    values = {"due": promise.due.isoformat()}
    if at > promise.due:
        return Check("inclusion", False, N_("There is no proof, though it was promised by {due}. Fetch it."), values)
    return Check("inclusion", None, N_("There is no proof yet; it is due by {due}."), values)


def _check_origin(promise: Promise | None, tree: Tree | None, origin: str | None) -> Check:
    named = {each for each in (promise and promise.log, tree and tree.origin, origin) if each}
    if not named:
        return Check("origin", None, N_("The receipt names no log."))
    values = {"log": " / ".join(sorted(named))}
    if len(named) > 1:
        return Check("origin", False, N_("Promise, proof and what was expected name different logs: {log}."), values)
    return Check("origin", True, N_("Everything is about one log: {log}."), values)
