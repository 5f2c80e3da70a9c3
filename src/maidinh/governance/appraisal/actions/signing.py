"""The opinion on a project as a signed document that anyone can read and check.

Layer 4, governance. Decree 30/2020/NĐ-CP on the form of documents; Law on Electronic Transactions 20/2023/QH15 on
signatures. It says what was appraised against what by their hashes, so that nobody can pass it off for another text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from django.db import connection
from django.utils.timezone import localtime

from maidinh.governance.appraisal.definition import AppraisalPack
from maidinh.governance.appraisal.models import Appraisal, Verdict
from maidinh.governance.appraisal.rules import FAIL, PASS, PASS_WITH_CONDITIONS
from maidinh.governance.projects.definition import Project
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.identity.queries import official
from maidinh.infrastructure.keys.pades import DigestSigner, sign_pdf
from maidinh.infrastructure.organisations.queries import agency, agency_names
from maidinh.infrastructure.typesetting import day_in_words, qr_code, typeset

TEMPLATE = Path(__file__).parent.parent / "opinion.typ"
SAMPLE = "MẪU - SAMPLE"
VERDICTS = {PASS: "ĐẠT", PASS_WITH_CONDITIONS: "ĐẠT CÓ ĐIỀU KIỆN", FAIL: "KHÔNG ĐẠT"}
MEANING = {
    PASS: "Dự án phù hợp. Người quyết định đầu tư được phê duyệt dự án đúng nội dung đã thẩm định.",
    PASS_WITH_CONDITIONS: "Dự án có thể được phê duyệt. Chỉ nghiệm thu khi mọi điều kiện ghi tại mục 3 đã hoàn thành.",
    FAIL: "Dự án chưa thể được phê duyệt. Cơ quan chủ quản sửa và trình lại, hoặc đề nghị ngoại lệ có thời hạn.",
}
SHOWN = 6  # proofs of one requirement; all of them stand in the appraisal itself
KINDS = {"investment": "Dự án đầu tư", "purchase": "Mua sắm", "service": "Thuê dịch vụ"}


class Signer(DigestSigner, Protocol):
    """Who signs both the document (as the official) and the promise of the log (as the platform)."""

    def sign(self, key: str, message: bytes) -> bytes:
        """The signature of a message."""


class Installation(Protocol):
    """What of the installation shows in its documents: its address, its log, whether it is a sample."""

    @property
    def address(self) -> str: ...
    @property
    def province(self) -> str: ...
    @property
    def promise_within(self) -> int: ...
    @property
    def sample(self) -> bool: ...


@dataclass(frozen=True)
class Opinion:
    """What a verdict says, as it goes into its document."""

    result: str
    results: Sequence[Mapping[str, Any]]
    reasons: str
    conditions: Sequence[Mapping[str, str]]


def opinion_number(row: Appraisal, at: datetime) -> str:
    """The next number of the appraising body's opinions in this year; nobody else takes it before this one is kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"opinion-number {row.agency}"])
    year = localtime(at).year
    given = Verdict.objects.filter(given_agency=row.agency, given_at__year=year).count()
    return f"{given + 1:02}/{year}/KQTĐ"


def signed_document(
    *,
    actor: Actor,
    row: Appraisal,
    pack: AppraisalPack,
    opinion: Opinion,
    signer: Signer,
    installation: Installation,
    at: datetime,
) -> bytes:
    """The opinion, signed by the appraiser."""
    document = typeset(TEMPLATE, facts_of(actor, row, pack, opinion, installation, at), at=at, foreign_letters=True)
    return sign_pdf(
        document, signer=signer, key=f"person:{actor.id}", name=actor.name, reason=opinion_number(row, at), at=at
    )


def facts_of(
    actor: Actor, row: Appraisal, pack: AppraisalPack, opinion: Opinion, installation: Installation, at: datetime
) -> dict[str, Any]:
    """Everything that the document says."""
    project, body, person = row.revision_form, agency(row.agency), official(actor.id)
    verify_at, names = f"{installation.address}/projects/{row.project.code}", agency_names("vi")
    return {
        "agency": body.name_vi,
        "parent": body.parent.name_vi if body.parent else "",
        "number": opinion_number(row, at),
        "day": day_in_words(localtime(at)),
        "to": names.get(row.owner, row.owner),
        "project": _project(project, pack, names),
        "revision": row.revision.number,
        "project_hash": row.revision.hash,
        "version": row.version.version,
        "version_hash": row.version_hash,
        "assessed_at": f"{localtime(row.assessed_at):%H:%M %d/%m/%Y}" if row.assessed_at else "",
        "pack": pack.name.vi,
        "legal": [each.text for each in pack.legal],
        "verdict": VERDICTS[opinion.result],
        "tone": opinion.result,
        "meaning": MEANING[opinion.result],
        "reasons": opinion.reasons,
        "results": [_result(each, pack) for each in opinion.results],
        "counts": _counts(opinion.results, pack),
        "conditions": [{"text": each["text"], "until": _day(each["until"])} for each in opinion.conditions],
        "opinions": _opinions(row, names),
        "supplements": row.supplements.count(),
        "meetings": [f"{each.held_on:%d/%m/%Y}" for each in row.meetings.order_by("held_on")],
        "verify_at": verify_at,
        "qr": qr_code(verify_at),
        "signer_title": person.title_vi if person else "",
        "signer_name": actor.name,
        "signed_at": f"{localtime(at):%H:%M %d/%m/%Y}",
        "sample": installation.sample or row.project.sample,
        "sample_text": SAMPLE,
    }


def vietnamese(said: Any) -> str:
    """What the checks say, in Vietnamese; several things one after the other."""
    if isinstance(said, Mapping):
        return str(said.get("vi") or said.get("text") or "")
    if isinstance(said, str):
        return said
    return "; ".join(text for each in said or () if (text := vietnamese(each)))


def money(amount: int) -> str:
    """An amount as documents write it."""
    return f"{amount:,}".replace(",", ".") + " đồng"


def _project(project: Project, pack: AppraisalPack, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "code": project.id,
        "title": project.title.vi,
        "summary": project.summary.vi,
        "owner": names.get(project.owner, project.owner),
        "kind": KINDS[project.kind] + (f", nhóm {project.group}" if project.group else ""),
        "total": money(project.total),
        "began_on": f"{project.began_on:%d/%m/%Y}",
        "changes": len(project.changes),
    }


def _result(each: Mapping[str, Any], pack: AppraisalPack) -> dict[str, Any]:
    named = {one.id: one.name.vi for one in pack.results}
    against = [one for one in each.get("proof", ()) if one.get("against")]
    return {
        "title": vietnamese(each.get("title")) or each["requirement"],
        "grade": each["result"],
        "result": named.get(each["result"], each["result"]),
        "basis": vietnamese(each.get("basis")),
        "says": vietnamese(each.get("says")),
        "proofs": [vietnamese(one) for one in against[:SHOWN]],
        "more": max(0, len(against) - SHOWN),
        "by_appraiser": each["result"] != each.get("checked", each["result"]),
        "why": each.get("why", ""),
        "remedy": "" if each["result"] in ("met", "not-applicable") else vietnamese(each.get("remedy")),
    }


def _counts(results: Sequence[Mapping[str, Any]], pack: AppraisalPack) -> list[dict[str, Any]]:
    found = [each["result"] for each in results]
    counted = ((each.id, each.name.vi, found.count(each.id)) for each in pack.results)
    return [{"grade": grade, "name": name, "count": count} for grade, name, count in counted if count]


def _opinions(row: Appraisal, names: Mapping[str, str]) -> list[dict[str, str]]:
    stances = {
        "agree": "Thống nhất",
        "agree-with-changes": "Thống nhất, đề nghị sửa đổi",
        "disagree": "Không thống nhất",
    }
    return [
        {
            "agency": names.get(each.agency, each.agency),
            "stance": stances.get(each.stance, f"Chưa trả lời (hạn {each.due_on:%d/%m/%Y})"),
            "text": each.text,
        }
        for each in row.opinions.order_by("asked_at", "pk")
    ]


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%d/%m/%Y}"
