"""A dossier as one file that needs no system of ours: packed with a manifest, and checked offline.

Layer 4, no Django and no clock. The manifest has the SHA-256 of each file; SHA256SUMS says the same to other tools.
What proves the dossier are its receipts with their proofs from the public log and the signature in its result.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.infrastructure.keys.pades import check_pdf
from maidinh.infrastructure.translog.trust import TrustedKeys
from maidinh.infrastructure.translog.verification import N_, Check, verify_receipt
from maidinh.services.dossiers.rules import MOVED, answers_digest

FORMAT = "maidinh-dossier/1"
MANIFEST, SUMS, README, DATA, SUMMARY = "manifest.json", "SHA256SUMS", "README.txt", "dossier.json", "summary.html"
SUBMISSION, PROCEDURE = "receipts/submission.json", "procedure.json"
LARGEST, MOST = 2 * 1024**3, 5_000  # bytes unpacked, files; more is no dossier
EXPLANATION = """\
Hồ sơ thủ tục hành chính, bản đầy đủ / An administrative dossier, complete

summary.html    tóm tắt để đọc / a summary to read
dossier.json    dữ liệu của hồ sơ: câu trả lời, các bước, thời hạn, lịch sử
                the dossier's data: answers, steps, time limits, history
procedure.json  thủ tục theo phiên bản đã áp dụng / the procedure in the version that applied
papers/         giấy tờ đã nộp / the papers that were handed in
forms/          các biểu mẫu đã lập / the forms that were issued
result/         kết quả đã ký số / the signed result
receipts/       biên nhận có bằng chứng từ nhật ký công khai / receipts with proofs from the public log
keys/           khóa công khai; hãy so với khóa lấy từ nơi khác / public keys; compare them with a copy from elsewhere

Kiểm tra / to check it:

    maidinh dossier verify FILE.zip --key KEYS
    sha256sum -c SHA256SUMS
"""


class BundleError(ValueError):
    """The file is no exported dossier; the text says why."""


def pack(parts: Mapping[str, bytes], *, dossier: str, at: datetime) -> bytes:
    """The parts as a ZIP with its manifest; equal parts and time give equal bytes."""
    whole = {README: EXPLANATION.encode(), **parts}
    files = [
        {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for path, content in sorted(whole.items())
    ]
    head = {"format": FORMAT, "dossier": dossier, "made_at": at.isoformat(), "files": files}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in (
            (MANIFEST, json.dumps(head, ensure_ascii=False, indent=2).encode()),
            (SUMS, _sums(files)),
            *sorted(whole.items()),
        ):
            entry = zipfile.ZipInfo(path, date_time=at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def _sums(files: Sequence[Mapping[str, Any]]) -> bytes:
    return "".join(f"{each['sha256']}  {each['path']}\n" for each in files).encode()


def examine(path: Path, keys: TrustedKeys | None, authorities: Sequence[str], *, at: datetime) -> list[Check]:
    """What checking an exported dossier finds, with nothing but the file and the keys. Raises BundleError.

    Without keys and authorities the receipts and the signature are checked for what they say, not for who signed.
    """
    head, parts = _read(path)
    try:
        return _checks(head, parts, keys, authorities, at)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BundleError(f"{path}: a part can't be read: {error!r}"[:300]) from None


def _checks(
    head: Mapping[str, Any],
    parts: Mapping[str, bytes],
    keys: TrustedKeys | None,
    authorities: Sequence[str],
    at: datetime,
) -> list[Check]:
    checks = [_check_files(head, parts)]
    data = json.loads(parts.get(DATA, b"{}"))
    same = data.get("code") == head["dossier"]
    checks.append(
        Check("dossier", same, N_("The data is of dossier {code}."), {"code": head["dossier"]})
        if same
        else Check("dossier", False, N_("The data is of another dossier than the manifest says."))
    )
    receipt = json.loads(parts.get(SUBMISSION, b"{}")).get("content", {})
    checks += [_check_papers(data, receipt, parts), *_check_submitted(data, receipt, parts)]
    if SUBMISSION not in parts:
        checks.append(Check(SUBMISSION, False, N_("The receipt of the submission is missing.")))
    for name in sorted(name for name in parts if name.startswith("receipts/")):
        checks += _check_receipt(name, parts, keys, str(head["dossier"]), at)
    checks += [_check_result(name, parts, authorities, at) for name in sorted(parts) if name.startswith("result/")]
    return checks


def summary(title: str, sections: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> bytes:
    """A page that any browser shows, from rows of name and value; nothing that a person typed is read as a command."""
    body = "".join(
        f"<h2>{html.escape(name)}</h2>\n<table>\n"
        + "".join(
            f"<tr><th scope='row'>{html.escape(key)}</th><td>{html.escape(value)}</td></tr>\n" for key, value in rows
        )
        + "</table>\n"
        for name, rows in sections
        if rows
    )
    style = (
        "body{font-family:sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;line-height:1.5}"
        "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;"
        "border-bottom:1px solid #999}th{width:18rem;font-weight:600}td{white-space:pre-wrap;overflow-wrap:anywhere}"
    )
    return (
        f'<!doctype html>\n<html lang="vi">\n<head><meta charset="utf-8"><title>{html.escape(title)}</title>\n'
        f"<style>{style}</style></head>\n<body>\n<h1>{html.escape(title)}</h1>\n{body}</body>\n</html>\n"
    ).encode()


def _read(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST or sum(entry.file_size for entry in entries) > LARGEST:
                raise BundleError(f"{path} unpacks to more than a dossier is")
            names = [entry.filename for entry in entries]
            if len(set(names)) != len(names):
                raise BundleError(f"{path} holds two files of the same name")
            if bad := [name for name in names if ".." in PurePosixPath(name).parts or name.startswith("/")]:
                raise BundleError(f"{path}: {bad[0]!r} leads out of the archive")
            parts = {name: archive.read(name) for name in names if not name.endswith("/")}
        head = json.loads(parts.pop(MANIFEST))
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, BundleError):
            raise
        raise BundleError(f"{path} is no exported dossier, or is damaged: {error}") from None
    if not isinstance(head, dict) or head.get("format") != FORMAT or not isinstance(head.get("files"), list):
        raise BundleError(f"{path}: the manifest is of another format than {FORMAT}")
    return head, parts


def _check_files(head: Mapping[str, Any], parts: Mapping[str, bytes]) -> Check:
    listed = {str(each["path"]): str(each["sha256"]) for each in head["files"]}
    found = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items() if name != SUMS}
    problems = [
        *(f"{name}: missing" for name in listed.keys() - found.keys()),
        *(f"{name}: not in the manifest" for name in found.keys() - listed.keys()),
        *(f"{name}: changed" for name in listed.keys() & found.keys() if listed[name] != found[name]),
        *(
            f"{name}: listed twice"
            for name, times in Counter(each["path"] for each in head["files"]).items()
            if times > 1
        ),
        *([f"{SUMS}: changed"] if parts.get(SUMS) != _sums(head["files"]) else []),
    ]
    if problems:
        return Check("files", False, N_("Files differ from the manifest: {problems}"), {"problems": sorted(problems)})
    return Check("files", True, N_("{count} files are as the manifest says."), {"count": len(listed)})


def _check_papers(data: Mapping[str, Any], receipt: Mapping[str, Any], parts: Mapping[str, bytes]) -> Check:
    """Each paper of the data is there, and each that the receipt of the submission names; the log holds the latter."""
    held = Counter(hashlib.sha256(part).hexdigest() for name, part in parts.items() if name.startswith("papers/"))
    told = Counter(str(paper["sha256"]) for paper in data.get("papers", []))
    promised = Counter(str(digest) for _, digest in receipt.get("papers", []))
    if missing := sorted(digest[:12] for digest in (told - held) + (held - told) + (promised - held)):
        return Check("papers", False, N_("Papers are missing or changed: {missing}"), {"missing": missing})
    return Check("papers", True, N_("{count} papers are those that were handed in."), {"count": told.total()})


def _check_submitted(
    data: Mapping[str, Any], receipt: Mapping[str, Any], parts: Mapping[str, bytes]
) -> Iterator[Check]:
    """Whether procedure and answers are those of the submission's receipt, as far as it tells."""
    under = data.get("procedure", {}).get("hash")
    if content_hash(json.loads(parts.get(PROCEDURE, b"{}"))) != under:
        yield Check("procedure", False, N_("The text of the procedure is not that of the version that the data names."))
    moved = any(line.get("kind") == MOVED for line in data.get("history", []))
    if receipt.get("procedure_hash") != under and not moved:
        yield Check("procedure", False, N_("The receipt of the submission names another version of the procedure."))
    elif receipt.get("procedure_hash") != under:
        told = N_("The dossier moved to another version since: its answers were not compared with the receipt.")
        yield Check("answers", None, told)
    elif "answers" not in receipt:
        yield Check("answers", None, N_("The receipt is older and says nothing of the answers."))
    elif answers_digest(data.get("answers", {})) == receipt["answers"]:
        yield Check("answers", True, N_("Procedure and answers are those of the submission."))
    else:
        yield Check("answers", False, N_("The answers are not those that were handed in."))
    yield Check("data", None, N_("Steps and history are told by the system that exported them; no receipt has them."))


def _check_receipt(
    name: str, parts: Mapping[str, bytes], keys: TrustedKeys | None, dossier: str, at: datetime
) -> list[Check]:
    text = parts[name].decode("utf-8", errors="replace")
    content = json.loads(text).get("content", {})
    told = str(content.get("code") or content.get("number", "")).partition("/KQ")[0]
    if told != dossier:
        return [Check(name, False, N_("The receipt is of another dossier."))]
    found = []
    digest = content.get("digest")
    if digest is not None and content.get("kind") in ("result-issued", "result-stamped"):
        results = {hashlib.sha256(part).hexdigest() for path, part in parts.items() if path.startswith("result/")}
        found.append(
            Check(name, True, N_("The result is the file that the log's entry names."))
            if digest in results
            else Check(name, False, N_("The result is not the file that the log's entry names."))
        )
    if keys is None:
        return [*found, Check(name, None, N_("No key was given: who promised was not checked."))]
    return [
        *found,
        *(Check(f"{name}: {check.name}", check.ok, check.text, check.values)
          for check in verify_receipt(text, keys, at=at)),
    ]  # fmt: skip


def _check_result(name: str, parts: Mapping[str, bytes], authorities: Sequence[str], at: datetime) -> Check:
    found = check_pdf(parts[name], trusted=authorities, at=at)
    if not authorities and found.signed and found.intact and found.whole:
        return Check(name, None, N_("The signature is intact; by whom was not checked, for no authority was given."))
    if found.good:
        return Check(name, True, N_("Signed by {signer}, unchanged since."), {"signer": found.signer})
    return Check(name, False, N_("The signature does not hold: {problems}"), {"problems": ", ".join(found.problems)})
