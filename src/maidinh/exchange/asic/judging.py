"""Judging an ASiC-E container, ours or X-Road's: its files, signatures, certificates, time stamps and hash chains.

Layer 6, no Django. Nobody is asked and nothing outside the file and what the verifier trusts is looked at; whether a
certificate was revoked is therefore not judged. Times are passed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.x509 import Certificate

from maidinh.exchange.asic.archive import META, MIMETYPE, MIMETYPE_NAME, RECORD, ArchiveError, unpack
from maidinh.exchange.asic.hashchain import ChainError, follow
from maidinh.exchange.asic.signatures import Signature, read_signature
from maidinh.exchange.asic.trust import Trust, certified
from maidinh.infrastructure.timestamps.responses import TokenError
from maidinh.infrastructure.timestamps.tokens import judge_token
from maidinh.infrastructure.translog.verification import N_, Check

OURS, X_ROAD, OTHER = "maidinh", "x-road", "other"
MESSAGE = "message.xml"
SIGNED_CHAIN, STAMPED_CHAIN = "sig-hashchainresult.xml", "ts-hashchainresult.xml"
CHAIN_FILES = frozenset({SIGNED_CHAIN, STAMPED_CHAIN, "sig-hashchain.xml", "ts-hashchain.xml"})


@dataclass(frozen=True)
class Judged:
    """What a container is worth. `kind` says whose form it has; `proved_at` is the time that a stamp proves."""

    kind: str
    files: Mapping[str, bytes]
    checks: tuple[Check, ...]
    proved_at: datetime | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing contradicts itself; who vouches for it is another question."""
        return all(check.ok is not False for check in self.checks)

    @property
    def trusted(self) -> bool:
        """Whether somebody whom the verifier believes vouches for every signature."""
        certificates = [check.ok for check in self.checks if check.name == "certificate"]
        return bool(certificates) and all(certificates)


def judge_container(content: bytes, trust: Trust, *, at: datetime) -> Judged:
    """Judge a container; `at` is the time as of which a certificate counts where no stamp proves an earlier one."""
    try:
        files = unpack(content)
    except ArchiveError as error:
        text = N_("The file is no container: {reason}.")
        return Judged(OTHER, {}, (Check("archive", False, text, {"reason": error}),))
    kind = OURS if RECORD in files else X_ROAD if MESSAGE in files else OTHER
    checks = [_mimetype(files)]
    covered: set[str] = set()
    proved: list[datetime] = []
    names = [name for name in files if name.startswith(META) and "signatures" in name and name.endswith(".xml")]
    if not names:
        checks.append(Check("signature", False, N_("The container holds no signature.")))
    for name in names:
        signature = read_signature(name, files[name], files)
        checks += signature.checks
        if signature.certificate is None:  # it could not be read at all
            continue
        covered |= signature.files
        checks += _chained(signature, files, kind, covered)
        stamps, stamped_at = _stamps(signature, files, trust)
        checks += stamps
        proved += [stamped_at] if stamped_at else []
        checks.append(_certificate(signature.certificate, signature.others, trust, stamped_at or at))
    checks.append(_coverage(files, covered, kind))
    return Judged(kind, files, tuple(checks), min(proved, default=None))


def _mimetype(files: Mapping[str, bytes]) -> Check:
    said = files.get(MIMETYPE_NAME)
    if said is None or said.decode("utf-8", errors="replace").strip() != MIMETYPE:
        return Check("mimetype", False, N_("The container does not say that it is of the type ASiC-E."))
    return Check("mimetype", True, N_("The container says that it is of the type ASiC-E."))


def _chained(signature: Signature, files: Mapping[str, bytes], kind: str, covered: set[str]) -> list[Check]:
    """X-Road signs one message, or the result of a hash chain over many."""
    if SIGNED_CHAIN not in signature.files:
        if kind == X_ROAD and MESSAGE not in signature.files:
            return [Check("message", False, N_("The signature is neither over the message nor over a hash chain."))]
        return []
    try:
        chained = follow(SIGNED_CHAIN, files, inputs=frozenset({MESSAGE}) if MESSAGE in files else frozenset())
    except ChainError as error:
        text = N_("The hash chain under the signature does not hold: {reason}.")
        return [Check("hash-chain", False, text, {"reason": error})]
    covered |= chained.covered
    values = {"count": len(chained.covered)}
    checks = [Check("hash-chain", True, N_("The hash chain under the signature holds over {count} files."), values)]
    if chained.absent:
        text = N_("The hash chain names files that are not here, by their digests: {files}.")
        checks.append(Check("hash-chain-absent", None, text, {"files": ", ".join(sorted(chained.absent))}))
    return checks


def _stamps(signature: Signature, files: Mapping[str, bytes], trust: Trust) -> tuple[list[Check], datetime | None]:
    """Every time stamp over the signature, and the earliest time that one proves."""
    checks: list[Check] = []
    candidates = list(signature.stamped)
    loose = [name for name in files if name.startswith(META) and name.endswith(".tst")]
    if loose and STAMPED_CHAIN in files:
        try:
            follow(STAMPED_CHAIN, files, inputs=frozenset({f"{META}signatures.xml"}))
            checks.append(Check("time-stamp-chain", True, N_("The hash chain under the time stamp holds.")))
            candidates = [files[STAMPED_CHAIN]]
        except ChainError as error:
            text = N_("The hash chain under the time stamp does not hold: {reason}.")
            return [Check("time-stamp-chain", False, text, {"reason": error})], None
    judged = [judge_stamp(token, candidates, trust) for token in (*signature.tokens, *(files[name] for name in loose))]
    checks += [check for check, _ in judged]
    times = [moment for _, moment in judged if moment is not None]
    return checks, min(times, default=None)


def judge_stamp(token: bytes, candidates: Sequence[bytes], trust: Trust) -> tuple[Check, datetime | None]:
    """Judge one token (DER) over one of these data; with the time where it proves it."""
    try:
        verdict = judge_token(token, candidates, trust.roots)
    except TokenError as error:
        return Check("time-stamp", False, N_("The time stamp cannot be read: {reason}."), {"reason": error}), None
    values = {"at": verdict.at.isoformat(), "authority": verdict.authority}
    if not verdict.matches:
        return Check("time-stamp", False, N_("The time stamp of {at} is over something else."), values), None
    if not verdict.signed:
        return Check("time-stamp", False, N_("The time stamp of {at} was not signed by its authority."), values), None
    if verdict.trusted is None:
        text = N_("Stamped at {at} by {authority}; whether to believe that authority was not said.")
        return Check("time-stamp", None, text, values), None
    if not verdict.trusted:
        return Check("time-stamp", False, N_("Stamped at {at} by {authority}, who is not believed."), values), None
    return Check("time-stamp", True, N_("Stamped at {at} by {authority}."), values), verdict.at


def _certificate(certificate: Certificate, others: Sequence[Certificate], trust: Trust, at: datetime) -> Check:
    values = {
        "signer": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "at": at.isoformat(),
    }
    if not trust.roots:
        text = N_("The certificate of {signer} was issued by {issuer}; whether to believe that was not said.")
        return Check("certificate", None, text, values)
    reason = certified(certificate, others, trust.roots, at)
    if reason:
        text = N_("The certificate of {signer} does not count: {reason}")
        return Check("certificate", False, text, values | {"reason": reason})
    return Check("certificate", True, N_("The certificate of {signer} counted at {at}; it is by {issuer}."), values)


def _coverage(files: Mapping[str, bytes], covered: set[str], kind: str) -> Check:
    """A file beside the signed ones proves nothing; in a container of ours there is none."""
    loose = {name for name in files if name != MIMETYPE_NAME and not name.startswith(META)} - covered - CHAIN_FILES
    if not loose:
        return Check("coverage", True, N_("Every file is under a signature."))
    values = {"files": ", ".join(sorted(loose))}
    return Check("coverage", False if kind == OURS else None, N_("Under no signature: {files}."), values)
