"""Building a document: the plan's chapters filled from the model, numbered, with everything missing on the work list.

Layer 4, governance. Pure. Decree 30/2020/NĐ-CP gives the first page its form. A chapter may be written by people: the
model's property `document:<id of the chapter>` holds its text, and then nothing of it counts as missing.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from functools import singledispatchmethod

from maidinh.governance.documents.checklist import checked
from maidinh.governance.documents.content import (
    Block,
    Bullets,
    Chapter,
    Cover,
    Document,
    Figure,
    Note,
    OpenPoint,
    Paragraph,
    Table,
)
from maidinh.governance.documents.definition import (
    ChapterPlan,
    DocumentPlan,
    FigurePart,
    ListPart,
    MissingPart,
    NationalPart,
    SayPart,
    StatementsPart,
    TablePart,
    ViewsPart,
)
from maidinh.governance.documents.figures import drawn
from maidinh.governance.documents.material import SAMPLE, UNCHECKED, Material
from maidinh.governance.documents.rows import headings, rows, selected
from maidinh.governance.documents.widths import LINE, LONG_LINE, shares
from maidinh.governance.drawings.imported import draw_view
from maidinh.governance.drawings.svg import write

WRITTEN = "document:"
VIEW_HEIGHT, VIEW_WIDTH = 135, 247  # mm: views stand on pages that lie on their long side
ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI")


def build(plan: DocumentPlan, material: Material) -> Document:
    """The document that the plan asks for, from the model at its closing date."""
    return _Builder(plan, material).document()


def facts(material: Material) -> dict[str, str]:
    """What sentences may say of the version: each fact under its name, an unknown one is not there."""
    version, framework = material.version, material.framework
    told = {
        "framework": framework.name,
        "framework_legal": framework.legal,
        "closing": material.day(material.closing),
        "elements": str(len(material.model.elements)),
        "relations": str(len(material.model.relations)),
        "province": material.said(material.organisations.name) if material.organisations else "",
        "title": title_of(material),
    }
    if version is not None:
        told |= {
            "version": version.version,
            "decision": version.decision or "",
            "decided_on": material.day(version.decided_on),
            "effective_from": material.day(version.effective_from),
            "note": material.said(version.note) if version.note else "",
        }
    return {key: text for key, text in told.items() if text}


def title_of(material: Material) -> str:
    """What the architecture is called."""
    if material.version is not None:
        return material.said(material.version.title)
    return material.model.name.in_language(material.language) or material.words["untitled"]


def marking(material: Material) -> str:
    """What must be told of the whole: that it is a sample, holds samples, or was rebuilt from other sources."""
    version = material.version
    if version is not None and version.sample:
        return material.words["mark-sample"]
    if any(each.sample for each in (*material.model.elements, *material.model.relations, *material.model.principles)):
        return material.words["mark-samples"]
    return material.words["mark-unchecked"] if version is not None and not version.checked else ""


class _Builder:
    def __init__(self, plan: DocumentPlan, material: Material) -> None:
        self.plan, self.material = plan, material
        self.tables = self.figures = 0
        self.open: list[OpenPoint] = []
        self.facts = facts(material)
        self.line = LINE

    def document(self) -> Document:
        material, words = self.material, self.material.words
        chapters = tuple(self._numbered(self.plan.chapters, ""))
        upright = sum(not each.annex for each in chapters)
        further = []
        if self.plan.glossary:
            further.append(self._glossary(upright))
        if material.public:
            further.append(self._left_out(upright + len(further)))
        chapters = (*chapters[:upright], *further, *chapters[upright:])
        labels = {name: text.in_language(material.language) for name, text in material.basis.words.labels.items()}
        return Document(
            language=material.language,
            closing=material.closing,
            cover=self._cover(),
            chapters=chapters,
            labels=labels | {"missing": words["missing"]},
            open_points=tuple(self.open),
        )

    def _cover(self) -> Cover:
        material, words, known = self.material, self.material.words, self.facts
        version, decided = known.get("version", ""), known.get("decided_on", "")
        issued = ""
        if "decision" in known:
            issued = words["issued-with"].format(decision=known["decision"], day=decided or "…")
        shown = [("version", version), ("effective", known.get("effective_from", "")), ("closing", known["closing"])]
        shown.insert(1, ("framework", f"{known['framework']} ({known['framework_legal']})"))
        running = [words["version-short"].format(version=version)] if version else []
        running += [words["decision-short"].format(decision=known["decision"], day=decided)] if issued else []
        running.append(words["closing-short"].format(day=known["closing"]))
        return Cover(
            agency=self._issuer(),
            title=f"{material.said(self.plan.title)}: {known['title']}" if material.public else known["title"],
            issued_with=issued,
            facts=tuple((words[f"fact-{name}"], text) for name, text in shown if text),
            running=" · ".join(running),
            mark=marking(material),
        )

    def _issuer(self) -> str:
        committees = (each for each in self.material.agencies.values() if each.kind == "people-committee")
        found = next((each for each in committees if each.tier == "province"), None)
        return self.material.said(found.name) if found else self.facts.get("province", "")

    def _numbered(self, plans: list[ChapterPlan], above: str, path: str = "") -> Iterator[Chapter]:
        annexes = number = 0
        for plan in plans:
            if plan.optional and not any(each.nodes for each in self.material.model.views):
                continue
            if plan.annex:
                annexes += 1
                yield self._chapter(plan, self.material.words["annex"].format(number=f"{annexes:02}"), path)
            else:
                number += 1
                yield self._chapter(plan, self._number(number, above), path)

    def _number(self, number: int, above: str) -> str:
        if not above and self.plan.numbering == "roman":
            return f"{ROMAN[number]}."
        # below a Roman number counting begins anew, as the forms of the guidance do
        prefix = "" if above.rstrip(".") in ROMAN or not above[:1].isdigit() else above
        return f"{prefix}{number}."

    def _chapter(self, plan: ChapterPlan, number: str, path: str) -> Chapter:
        heading = f"{path} › {number} {self.material.said(plan.title)}".removeprefix(" › ")
        written = self._written(plan.id)
        self.line = LONG_LINE if plan.annex else LINE
        blocks: list[Block] = list(written)
        for part in plan.parts:
            found = list(self._part(part, heading, bool(written)))
            blocks += [each for each in found if not (written and isinstance(each, Note) and each.kind == "missing")]
        chapters = tuple(self._numbered(plan.chapters, number, heading))
        if not blocks and not chapters:
            blocks.append(self._missing(self.material.said(plan.title), heading))
        return Chapter(
            id=plan.id,
            number=number,
            title=self.material.said(plan.title),
            blocks=tuple(blocks),
            chapters=chapters,
            annex=plan.annex,
            answers=tuple(plan.answers),
        )

    def _written(self, chapter: str) -> list[Paragraph]:
        """What people wrote for the chapter, in the document's language or the one there is."""
        for each in self.material.model.properties:
            if each.key == f"{WRITTEN}{chapter}":
                phrases = each.phrases()
                own = [one for one in phrases if one.language == self.material.language] or phrases
                return [Paragraph(line.strip()) for line in own[0].text.split("\n") if line.strip()]
        return []

    def _missing(self, what: str, place: str) -> Note:
        self.open.append(OpenPoint(place, what, self.material.words["not-in-model"]))
        return Note(f"{self.material.words['missing']}: {what}", "missing")

    def _part(self, part: object, place: str, written: bool) -> Iterator[Block]:
        if isinstance(part, SayPart):
            yield from self._said(part)
            return
        if isinstance(part, NationalPart | ViewsPart):
            yield from self._national(part) if isinstance(part, NationalPart) else self._views(part)
            return
        found = [] if isinstance(part, MissingPart) else self._shown(part)
        if found:
            yield from found
        elif not written:
            yield self._missing(self.material.said(part.missing), place)  # type: ignore[attr-defined]

    def _said(self, part: SayPart) -> Iterator[Block]:
        text = self.material.said(part.say)
        wanted = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        if wanted <= self.facts.keys():
            yield Paragraph(text.format_map(self.facts))

    def _national(self, part: NationalPart) -> Iterator[Block]:
        entries = [each for each in getattr(self.material.framework, part.national) if part.group in (None, each.group)]
        in_english = self.material.language == "en"
        names = [(each.en or each.vi) if in_english else each.vi for each in entries]
        told = tuple(each for each in names if each)
        if told:
            yield Paragraph(self.material.said(part.lead).format_map(self.facts))
            yield Bullets(told)

    def _views(self, part: ViewsPart) -> Iterator[Block]:
        for view in [each for each in self.material.model.views if each.nodes][: part.views]:
            drawing = draw_view(view, self.material.model, self.material.wording)
            self.figures += 1
            caption = view.name.in_language(self.material.language) or view.id
            svg = write(drawing, link=lambda _box: None, key=f"view-{self.figures}")
            told = f"{drawing.title}. {drawing.description}"
            yield Figure(self.figures, caption, svg, told, tallest=VIEW_HEIGHT, widest=VIEW_WIDTH)

    @singledispatchmethod
    def _shown(self, part: object) -> list[Block]:
        raise TypeError(f"{type(part).__name__} is no part of a chapter")

    @_shown.register
    def _(self, part: StatementsPart) -> list[Block]:
        there = [each for each in self.material.model.principles if each.kind in part.statements]
        told = [f"{each.statement.in_language(self.material.language)}{self.material.mark(each)}" for each in there]
        told += [self.material.name(each) for each in self.material.model.elements if each.kind in part.statements]
        return [Bullets(tuple(told)), *self._marks(told)] if told else []

    @_shown.register
    def _(self, part: ListPart) -> list[Block]:
        told = [self.material.name(each) for each in selected(self.material, part.names)]
        return [Bullets(tuple(told)), *self._marks(told)] if told else []

    @_shown.register
    def _(self, part: TablePart) -> list[Block]:
        found = self._results(part) if part.table.of == "checklist" else rows(self.material, part.table, part.columns)
        if not found:
            return []
        self.tables += 1
        titles = headings(self.material, part.table, part.columns)
        note = " ".join(each.text for each in self._marks([cell for row in found for cell in row]))
        caption = self.material.said(part.caption).format_map(_Known(self.facts))
        return [Table(self.tables, caption, tuple(titles), tuple(found), shares(titles, found, self.line), note)]

    @_shown.register
    def _(self, part: FigurePart) -> list[Block]:
        caption = self.material.said(part.caption)
        found = drawn(self.material, part.figure, caption)
        if found is None:
            return []
        self.figures += 1
        return [Figure(self.figures, caption, found.svg, found.alternative, part.code)]

    def _results(self, part: TablePart) -> list[tuple[str, ...]]:
        """What the checklist before issue says, where the framework has one."""
        dossiers = self.material.basis.dossiers.values()
        dossier = next((each for each in dossiers if each.framework == self.material.framework.id), None)
        found = []
        for each in checked(self.material, dossier) if dossier else []:
            told = {
                "code": each.plan.id,
                "name": self.material.said(each.plan.title),
                "result": self.material.words[each.status],
                "evidence": "; ".join(each.evidence),
                "remedy": self.material.said(each.plan.remedy) if each.status == "not-met" else "",
            }
            found.append(tuple(told[column] for column in part.columns))
        return found

    def _marks(self, texts: list[str]) -> list[Note]:
        """What the marks in these texts mean."""
        words = self.material.words
        told = [words["sample-note"]] if any(SAMPLE in each for each in texts) else []
        told += [words["unchecked-note"]] if any(UNCHECKED in each for each in texts) else []
        return [Note(" ".join(told), "mark")] if told else []

    def _glossary(self, before: int) -> Chapter:
        said = self.material.said
        self.tables += 1
        found = sorted((said(each.term), said(each.meaning)) for each in self.plan.glossary)
        titles = (self.material.words["term"], self.material.words["meaning"])
        words = self.material.words["glossary"]
        table = Table(self.tables, words, titles, tuple(found), (0.28, 0.72))
        number = self._number(before + 1, "")
        return Chapter("glossary", number, words, (table,))

    def _left_out(self, before: int) -> Chapter:
        """What kinds of things may not be published, and from how many components or texts they were taken."""
        words, said = self.material.words, self.material.said
        found = [
            f"{said(each.rule.title)} ({words['times'].format(count=each.count)}). {said(each.rule.reason)}"
            for each in self.material.left_out
        ]
        blocks: tuple[Block, ...] = (Bullets(tuple(found)),) if found else (Paragraph(words["nothing-left-out"]),)
        return Chapter("left-out", self._number(before + 1, ""), words["left-out"], blocks)


class _Known(dict[str, str]):
    """Facts for a text that may name an unknown one: it is left empty."""

    def __init__(self, known: Mapping[str, str]) -> None:
        super().__init__(known)

    def __missing__(self, key: str) -> str:
        return ""
