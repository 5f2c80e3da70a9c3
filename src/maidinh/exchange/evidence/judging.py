"""Judging the evidence of an exchange with nothing but its file and what the verifier trusts.

Layer 6, no Django. Besides the container itself: the record and both members' signatures, the entry in the log with its
proof, the time stamp over the log, the directory, and the bodies where they are there. Times are passed in.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from maidinh.exchange import jws
from maidinh.exchange.asic.archive import RECORD
from maidinh.exchange.asic.judging import OURS, Judged, judge_container, judge_stamp
from maidinh.exchange.asic.trust import Trust, certified
from maidinh.exchange.directory.definition import KIND as DIRECTORY_KIND
from maidinh.exchange.directory.definition import Directory, architecture_key
from maidinh.exchange.evidence.container import BODIES, CHECKPOINT, DIRECTORY, RECEIPT, SIGNATURES, STAMP
from maidinh.exchange.evidence.rules import log_content, verify_record
from maidinh.infrastructure.keys.identifiers import KeyNameError, file_stem
from maidinh.infrastructure.timestamps.responses import TokenError, token_of
from maidinh.infrastructure.translog.proof import ProofError, read_proof
from maidinh.infrastructure.translog.receipt import ReceiptError, read_receipt
from maidinh.infrastructure.translog.verification import N_, Check, verify_receipt

# What a forged file may break in its reader.
UNREAD = (UnsupportedAlgorithm, x509.InvalidVersion)
BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, *UNREAD)


@dataclass(frozen=True)
class Known:
    """Whom the verifier believes, the members' keys by a directory that it believes, and when the record was signed."""

    trust: Trust
    declared: Mapping[str, str]
    at: datetime


def judge_evidence(content: bytes, trust: Trust, *, at: datetime) -> Judged:
    """Judge a container; what is in one of ours is judged too."""
    judged = judge_container(content, trust, at=at)
    if judged.kind != OURS:
        return judged
    return Judged(judged.kind, judged.files, (*judged.checks, *_record(judged.files, trust, at)), judged.proved_at)


def _record(files: Mapping[str, bytes], trust: Trust, at: datetime) -> list[Check]:
    try:
        record = json.loads(files[RECORD])
        signatures = json.loads(files[SIGNATURES])
        if jws.canonical_json(record) != files[RECORD]:
            raise ValueError("the record is not in its canonical form")
        finished_at = datetime.fromisoformat(record["finished_at"].replace("Z", "+00:00"))
        values = {
            "client": record["client"] or "?",
            "service": record["service"],
            "outcome": record["outcome"],
            "contract": record["contract"] or "-",
            "at": record["finished_at"],
        }
        members = record["members"]
        members = {members["consumer"], members["provider"]}
        kids = [_kid(entry) for entry in signatures]
    except BROKEN as error:
        return [Check("record", False, N_("The record cannot be read: {reason}."), {"reason": error})]
    text = N_("{at}: {client} called {service} under the contract {contract}: {outcome}.")
    checks = [Check("record", True, text, values)]
    known = Known(trust, _declared(files, record, trust), finished_at)
    checks += _members(files, signatures, kids, known)
    checks += _both_signed(record["outcome"], members, kids)
    checks += _log(files, record, signatures, trust, at)
    checks += _directory(files, record, trust)
    checks += _bodies(files, record)
    return checks


def _kid(entry: Mapping[str, str]) -> str:
    kid = json.loads(jws.from_base64url(entry["protected"]))["kid"]
    if not isinstance(kid, str):
        raise TypeError("a signature names no key")
    return kid


def _members(
    files: Mapping[str, bytes], signatures: list[dict[str, str]], kids: list[str], known: Known
) -> list[Check]:
    checks = []
    for entry, kid in zip(signatures, kids, strict=True):
        key, check = _key(files, kid, known)
        checks.append(check)
        if key is None:
            continue
        try:
            verify_record(files[RECORD], [entry], {kid: key})
            checks.append(Check("member-signature", True, N_("{key} signed this record."), {"key": kid}))
        except (jws.InvalidToken, *BROKEN) as error:
            values = {"key": kid, "reason": error}
            text = N_("{key} did not sign this record: {reason}.")
            checks.append(Check("member-signature", False, text, values))
    return checks


def _key(files: Mapping[str, bytes], kid: str, known: Known) -> tuple[str | None, Check]:
    """The key of a name: as given, as the directory declares it, or by a certificate with that name."""
    trust, at = known.trust, known.at
    if kid in trust.keys:
        return trust.keys[kid], Check("certificate", True, N_("The key {key} is the one given."), {"key": kid})
    if kid in known.declared:
        text = N_("The key {key} is the one that the signed directory declares.")
        return known.declared[kid], Check("certificate", True, text, {"key": kid})
    return _certified_key(files, kid, trust, at)


def _certified_key(files: Mapping[str, bytes], kid: str, trust: Trust, at: datetime) -> tuple[str | None, Check]:
    try:
        stem = file_stem(kid)
        chain = x509.load_pem_x509_certificates(files[f"keys/{stem}.crt"])
        pem = chain[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        named = str(chain[0].subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)
    except KeyError:
        return _loose_key(files, kid)
    except (KeyNameError, *BROKEN) as error:
        values = {"key": kid, "reason": error}
        return None, Check("certificate", False, N_("The key {key} cannot be read: {reason}."), values)
    values = {"key": kid, "issuer": chain[0].issuer.rfc4514_string(), "at": at.isoformat()}
    if not trust.roots:
        text = N_("The certificate of {key} was issued by {issuer}; whether to believe that was not said.")
        return pem, Check("certificate", None, text, values)
    reason = certified(chain[0], chain[1:], trust.roots, at) or (
        "" if named == kid else f"it is the certificate of {named}"
    )
    if reason:
        text = N_("The certificate of {key} does not count: {reason}")
        return pem, Check("certificate", False, text, values | {"reason": reason})
    return pem, Check("certificate", True, N_("The certificate of {key} counted at {at}; it is by {issuer}."), values)


def _loose_key(files: Mapping[str, bytes], kid: str) -> tuple[str | None, Check]:
    try:
        content = files.get(f"keys/{file_stem(kid)}.pem")
    except KeyNameError:
        content = None
    text = N_("Nobody vouches for the key {key}: it has no certificate here, and you gave no key of that name.")
    return None if content is None else content.decode(errors="replace"), Check("certificate", None, text, {"key": kid})


def _both_signed(outcome: str, members: set[str], kids: list[str]) -> list[Check]:
    """Whoever took part signed, unless the call was turned away before it went anywhere."""
    owners = {kid.removeprefix("member:").partition("/")[0] for kid in kids if kid.startswith("member:")}
    missing = {member for member in members if member} - owners
    if not missing:
        return [Check("members", True, N_("Every agency that took part signed."))]
    values = {"members": ", ".join(sorted(missing))}
    if outcome == "allowed":
        return [Check("members", False, N_("Not signed by {members}, who took part."), values)]
    return [Check("members", None, N_("The call was not carried out; not signed by {members}."), values)]


def _log(
    files: Mapping[str, bytes],
    record: Mapping[str, Any],
    signatures: list[dict[str, str]],
    trust: Trust,
    at: datetime,
) -> list[Check]:
    if RECEIPT not in files:
        return [Check("inclusion", None, N_("The container holds no entry of the public log."))]
    text = files[RECEIPT].decode("utf-8", errors="replace")
    try:
        receipt = read_receipt(text)
    except ReceiptError as error:
        return [Check("receipt", False, N_("The file is not a receipt: {reason}."), {"reason": error})]
    if receipt.content != log_content(record, signatures):
        return [Check("receipt", False, N_("The entry of the log is about something else than this record."))]
    checks = [check for check in verify_receipt(text, trust.logs, at=at) if check.name != "promise"]
    if not trust.logs.keys:  # without a key of the log its state is a claim, not a contradiction
        checks = [
            Check(check.name, None, check.text, check.values) if check.name == "checkpoint" else check
            for check in checks
        ]
    return [*checks, *_stamp(files, receipt.proof, trust)]


def _stamp(files: Mapping[str, bytes], proof: str | None, trust: Trust) -> list[Check]:
    """The time stamp is over the very state of the log that the proof leads to."""
    if STAMP not in files:
        return [Check("time-stamp", None, N_("No time stamp covers the entry yet."))]
    try:
        token, proved = token_of(files[STAMP]), read_proof(proof or "").checkpoint
    except (TokenError, ProofError) as error:
        return [Check("time-stamp", False, N_("The time stamp cannot be read: {reason}."), {"reason": error})]
    if files.get(CHECKPOINT) != proved.encode():
        return [Check("time-stamp", False, N_("The state that was stamped is not the one that the proof leads to."))]
    check, _ = judge_stamp(token, [files[CHECKPOINT]], trust)
    return [check]


def _directory(files: Mapping[str, bytes], record: Mapping[str, Any], trust: Trust) -> list[Check]:
    if DIRECTORY not in files:
        return [Check("directory", None, N_("The directory that decided is not in the container."))]
    try:
        directory, kid, signed = _read_directory(files, record, trust)
    except (jws.InvalidToken, *BROKEN) as error:
        return [Check("directory", False, N_("The directory does not hold: {reason}."), {"reason": error})]
    values = {"serial": directory.serial, "version": directory.architecture_version, "key": kid}
    if not signed:
        text = N_("Directory {serial} of version {version}; its signature by {key} was not checked: no key was given.")
        return [Check("directory", None, text, values)]
    text = N_("Decided by directory {serial} of version {version}, signed by {key}.")
    return [Check("directory", True, text, values)]


def _read_directory(files: Mapping[str, bytes], record: Mapping[str, Any], trust: Trust) -> tuple[Directory, str, bool]:
    """The directory that the record names, the key that it says signed it, and whether that was checked."""
    token = jws.parse(files[DIRECTORY].decode("ascii"), DIRECTORY_KIND)
    directory = Directory.model_validate_json(token.payload)
    named, kid = record["directory"], str(token.header["kid"])
    if (directory.serial, directory.hash()) != (named["serial"], named["hash"]):
        raise ValueError("it is not the one that the record names")
    if kid not in trust.keys:
        return directory, kid, False
    if kid != architecture_key(directory.province):
        raise ValueError(f"{kid} is not the key of its architecture")
    jws.verify(token, jws.public_key(trust.keys[kid]))
    return directory, kid, True


def _declared(files: Mapping[str, bytes], record: Mapping[str, Any], trust: Trust) -> dict[str, str]:
    """The members' keys by a directory whose signature holds; an agency's own key may have no certificate."""
    try:
        directory, _, signed = _read_directory(files, record, trust)
    except (jws.InvalidToken, *BROKEN):
        return {}
    if not signed:
        return {}
    return {
        key.kid: key.public_key_pem
        for member in directory.members
        for key in member.keys
        if key.kid.removeprefix("member:").partition("/")[0] == member.code
    }


def _bodies(files: Mapping[str, bytes], record: Mapping[str, Any]) -> list[Check]:
    checks = []
    for side, name in BODIES.items():
        if name not in files:
            continue
        message = record.get(side) or {}
        same = message.get("body_sha256") == base64.b64encode(hashlib.sha256(files[name]).digest()).decode()
        text = (
            N_("{file} is the body that was exchanged.") if same else N_("{file} is not the body that was exchanged.")
        )
        checks.append(Check("body", same, text, {"file": name}))
    return checks
