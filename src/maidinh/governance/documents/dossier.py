"""The dossier that is put up for issue: document, diagrams, data set, at one version and one closing date.

Layer 4, governance. Pure: it makes files as bytes. All of them come from the same model, so that none can differ; the
editable ones carry the same version and date. After the draft guidance of 13/9/2026 to Decision 1425/QĐ-TTg.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from maidinh.governance.documents.building import build, facts
from maidinh.governance.documents.checklist import Checked, checked
from maidinh.governance.documents.content import Chapter, Document, Figure, Note, OpenPoint, Paragraph, Table
from maidinh.governance.documents.definition import DiagramPlan, DossierPlan
from maidinh.governance.documents.figures import drawn
from maidinh.governance.documents.material import Material
from maidinh.governance.documents.printed import pages_of, write_pdf
from maidinh.governance.documents.standing import Countdown, Review, countdown, reviews, work_list
from maidinh.governance.documents.widths import shares
from maidinh.governance.documents.word import write_docx
from maidinh.governance.nas.writing import write_data_set
from maidinh.infrastructure.workbooks.writing import SheetPlan, workbook_bytes

EPOCH = (1980, 1, 1, 0, 0, 0)
DIAGRAM_HEIGHT = 165  # mm: the table about the diagram stands on the same sheet
WORK_COLUMNS = ("place", "what", "why", "in-charge", "due")


@dataclass(frozen=True)
class Standing:
    """How far the dossier is: the checklist, what is open, the deadline, the reviews."""

    plan: DossierPlan
    document: Document
    results: tuple[Checked, ...]
    work: tuple[OpenPoint, ...]
    deadline: Countdown | None
    reviews: tuple[Review, ...]

    @property
    def ready(self) -> bool:
        """Whether every item that can be computed is met."""
        return all(each.status != "not-met" for each in self.results)


def standing(material: Material, plan: DossierPlan) -> Standing:
    """How far the dossier is on its closing date. The material must be of the dossier's framework."""
    document = build(material.basis.plans[plan.document], material)
    results = checked(material, plan)
    deadline = countdown(material, plan)
    work = work_list(material, document.open_points, results, deadline.due if deadline else None)
    since = material.basis.frameworks[plan.framework].valid_from
    return Standing(plan, document, tuple(results), tuple(work), deadline, tuple(reviews(material, plan.review, since)))


def dossier_files(material: Material, found: Standing) -> dict[str, bytes]:
    """Every file of the dossier by its path. ValueError when two objects have the same code."""
    names, stamp = found.plan.files, _stamp(material)
    files = {
        f"{names['document']}{stamp}.pdf": write_pdf(found.document),
        f"{names['document']}{stamp}.docx": write_docx(found.document, pages_of(found.document)),
        f"{names['data']}{stamp}.xlsx": write_data_set(material.correspondence.structure, material.data[0]).content,
        f"{names['diagrams']}{stamp}.pdf": write_pdf(_diagrams(material, found)),
        f"{names['checklist']}{stamp}.docx": write_docx(_checklist(material, found)),
        f"{names['work']}{stamp}.xlsx": _work_list(material, found),
    }
    for plan in found.plan.diagrams:
        whole = drawn(material, plan.figure, material.said(plan.title), whole=True)
        if whole is not None:
            files[f"{names['diagrams']}/{plan.code}{stamp}.svg"] = whole.svg.encode()
    return files


def archive(files: Mapping[str, bytes]) -> bytes:
    """The files as a .zip; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(files):
            made.writestr(zipfile.ZipInfo(name, EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _stamp(material: Material) -> str:
    version = f"_v{material.version.version}" if material.version else ""
    return f"{version}_{material.closing:%Y%m%d}"


def _diagrams(material: Material, found: Standing) -> Document:
    """Form 02: every diagram that can be drawn on its page, with what the guidance wants known of it."""
    said, known = material.said, facts(material)
    chapters = []
    for plan in found.plan.diagrams:
        drawing = drawn(material, plan.figure, said(plan.title))
        title = f"{plan.code}. {said(plan.title)}"
        rows = tuple((material.words[f"diagram-{name}"], text) for name, text in _metadata(material, plan, known))
        if drawing is None:
            missing = material.words["diagram-missing"].format(code=plan.code)
            chapters.append(Chapter(plan.figure, "", title, (Note(missing, "missing"),), new_page=True))
            continue
        number = len(chapters) + 1
        what = material.words["diagram-what"]
        table = Table(number, f"{what} {plan.code}", (what, material.words["diagram-said"]), rows, (0.3, 0.7))
        figure = Figure(number, said(plan.title), drawing.svg, drawing.alternative, plan.code, DIAGRAM_HEIGHT)
        chapters.append(Chapter(plan.figure, "", title, (figure, table), new_page=True))
    cover = replace(found.document.cover, title=f"{material.words['diagrams-title']}: {found.document.cover.title}")
    return replace(found.document, cover=cover, chapters=tuple(chapters), open_points=())


def _metadata(material: Material, plan: DiagramPlan, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "code", f"{plan.code} - {material.said(plan.title)}"
    yield "purpose", material.said(plan.purpose)
    yield "state", material.said(plan.state)
    yield "scope", known.get("province", "-")
    yield "version", f"{known.get('version', '-')}, {known.get('effective_from', '-')}"
    yield "source", material.words["diagram-from-model"].format(day=known["closing"])
    yield "file", f"{plan.code}{_stamp(material)}.svg"


def _checklist(material: Material, found: Standing) -> Document:
    """The checklist with its results, the deadline, what is open and the reviews, to be signed off by people."""
    words, said = material.words, material.said
    rows = [
        (each.plan.id, said(each.plan.title), words[each.status], "; ".join(each.evidence)) for each in found.results
    ]
    titles = (words.column("code"), words["question"], words["result"], words.column("evidence"))
    blocks = [Paragraph(found.deadline.told(material))] if found.deadline else []
    listed = Table(1, words["checklist-title"], titles, tuple(rows), shares(titles, rows))
    work = tuple((each.place, each.what, each.why) for each in found.work)
    open_titles = (words["place"], words["what"], words["why"])
    dates = tuple(
        (each.version, material.day(each.reviewed_on), each.basis, material.day(each.next_due), _late(material, each))
        for each in found.reviews
    )
    review_titles = tuple(words[f"review-{name}"] for name in ("version", "day", "basis", "next", "late"))
    chapters = [
        Chapter("checklist", "I.", words["checklist-title"], (*blocks, listed)),
        Chapter(
            "work",
            "II.",
            words["work-title"],
            (Table(2, words["work-title"], open_titles, work, shares(open_titles, work)),),
        ),
        Chapter(
            "review",
            "III.",
            words["review-title"],
            (
                Paragraph(said(found.plan.review.basis)),
                Table(3, words["review-title"], review_titles, dates, (0.14, 0.2, 0.26, 0.2, 0.2)),
            ),
        ),
    ]
    cover = replace(found.document.cover, title=f"{words['checklist-title']}: {found.document.cover.title}")
    return replace(found.document, cover=cover, chapters=tuple(chapters), open_points=())


def _late(material: Material, review: Review) -> str:
    return material.words["review-days"].format(days=review.overdue_days) if review.overdue_days else "-"


def _work_list(material: Material, found: Standing) -> bytes:
    rows = [(each.place, each.what, each.why, each.owner, material.day(each.due)) for each in found.work]
    headings = [[material.words[name] for name in WORK_COLUMNS]]
    return workbook_bytes([SheetPlan("DANH_MUC", headings, rows, widths={1: 50, 2: 60, 3: 60})])
