"""What is wrong in a project, at its field and with the remedy: money, days, codes, what waits for what.

Layer 4, governance. Pure; the day is passed in. Texts are English and are translated where they are shown: the pages
and the command line fill `says` and `remedy` from `values`. What of the change can't be made is found in `proposal`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as part
from datetime import date

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.modelling.integrity import rings
from maidinh.governance.projects.definition import Benefit, Project
from maidinh.governance.projects.fitting import misfits
from maidinh.governance.projects.measures import MEASURES, PROCEDURE, SYSTEM
from maidinh.governance.projects.proposal import ProposalRefused, proposed
from maidinh.governance.projects.sayings import N_, At, Fault, ProjectUnreadable, form_faults

__all__ = ["N_", "At", "Fault", "Known", "ProjectUnreadable", "faults", "form_faults", "shared_platforms"]

MOST = 10**15  # dong: the state spends about twice that in a year
LEAST = 10_000  # dong: who writes less has written millions
SHARED = ("platform", "shared-platform", "shared-service")


@dataclass(frozen=True)
class Known:
    """What a project is held against. `agencies` are codes and short ids, each with the code that it stands for.

    `others` are the other projects, each with those that it needs; `requirements` and `papers` those of the appraisal
    packs. Codes that are None nobody knows here, and they aren't looked at.
    """

    version: ArchitectureVersion
    agencies: Mapping[str, str] | Collection[str]
    sources: Collection[str] | None = None
    procedures: Collection[str] | None = None
    platforms: Collection[str] | None = None
    others: Mapping[str, Collection[str]] = part(default_factory=dict)
    requirements: Collection[str] | None = None
    papers: Collection[str] | None = None

    def codes(self) -> Mapping[str, str]:
        """The code of each agency by whatever name it goes."""
        return self.agencies if isinstance(self.agencies, Mapping) else {each: each for each in self.agencies}


def shared_platforms(version: ArchitectureVersion) -> set[str]:
    """The platforms and services of an architecture that are there for all, by id."""
    return {each.id for each in version.elements if each.kind in SHARED and each.state != "retired"}


def faults(project: Project, known: Known, *, today: date) -> list[Fault]:
    """Everything that is wrong in a project, in the order of its file; nothing where it can be handed in."""
    codes = known.codes()
    elements = {each.id for each in known.version.elements}
    try:
        model = proposed(known.version, project, codes)
        elements |= {each.id for each in model.elements}
        wrong = list(misfits(known.version, model, project, set(codes.values())))
    except ProposalRefused as refused:
        wrong = list(refused.faults)
        elements |= {each.item for each in project.changes if each.section == "elements"}
    return [
        *_header(project, known, today), *wrong, *_costs(project, known, elements), *_schedule(project),
        *_benefits(project, known, elements), *_people(project, known), *_codes(project, known),
        *_reuse(project, known, elements), *_needs(project, known), *_papers(project, known, today),
    ]  # fmt: skip


def _header(project: Project, known: Known, today: date) -> Iterator[Fault]:
    yield from _agency("owner", project.owner, known, ("owner",))
    if project.began_on > today:
        values = {"day": project.began_on.isoformat(), "today": today.isoformat()}
        yield Fault(
            "began_on", N_("is %(day)s, which is still to come (today is %(today)s)."), values,
            N_("Write the day on which preparing it began: it decides by which law it is appraised."), ("began_on",),
        )  # fmt: skip
    if project.architecture != known.version.version:
        values = {"found": project.architecture, "version": known.version.version}
        yield Fault(
            "architecture", N_("is %(found)s, but the change is held against version %(version)s."), values,
            N_("Rebase the project onto that version."), ("architecture",),
        )  # fmt: skip


def _costs(project: Project, known: Known, elements: Collection[str]) -> Iterator[Fault]:
    built = sum(each.amount for each in project.costs if each.kind == "build")
    if built != project.total:
        values = {"total": f"{project.total:,}", "sum": f"{built:,}", "rest": f"{abs(project.total - built):,}"}
        yield Fault(
            "total", N_("is %(total)s dong, but its lines of building come to %(sum)s; they differ by %(rest)s."),
            values, N_("Mend the lines or the total, so that they are the same."), ("total",),
        )  # fmt: skip
    years = _years(project)
    for n, line in enumerate(project.costs):
        name, values = f"costs.{n}", {"amount": f"{line.amount:,}", "year": str(line.year)}
        if line.amount == 0:
            yield Fault(f"{name}.amount", N_("is 0."), {}, N_("Write what it costs, or take the line out."),
                        ("costs", n, "amount"))  # fmt: skip
        elif line.amount < LEAST or line.amount > MOST:
            yield Fault(f"{name}.amount", N_("is %(amount)s dong, which can't be."), values,
                        N_("Write whole dong, not thousands or millions."), ("costs", n, "amount"))  # fmt: skip
        if years is not None and (line.year < years[0] or (line.kind == "build" and line.year > years[1])):
            values |= {"first": str(years[0]), "last": str(years[1])}
            yield Fault(f"{name}.year", N_("is %(year)s, but the schedule runs from %(first)s to %(last)s."), values,
                        N_("Write the year in which it is spent, or mend the schedule."),
                        ("costs", n, "year"))  # fmt: skip
        if known.sources is not None and line.source not in known.sources:
            yield _unknown(f"{name}.source", line.source, N_("is %(found)s, which is no source of money."),
                           known.sources, ("costs", n, "source"))  # fmt: skip
        if line.component is not None and line.component not in elements:
            yield Fault(
                f"{name}.component", N_("is %(found)s, which is no component of the architecture."),
                {"found": line.component}, N_("Write the id of a component that is there or that the project adds."),
                ("costs", n, "component"),
            )  # fmt: skip


def _years(project: Project) -> tuple[int, int] | None:
    if not project.schedule:
        return None
    return min(each.begins for each in project.schedule).year, max(each.ends for each in project.schedule).year


def _schedule(project: Project) -> Iterator[Fault]:
    yield from _repeated("schedule", [each.id for each in project.schedule])
    by_id = {each.id: each for each in project.schedule}
    for n, each in enumerate(project.schedule):
        name = f"schedule.{each.id}"
        if each.ends < each.begins:
            yield Fault(
                f"{name}.ends", N_("is %(ends)s, before it begins (%(begins)s)."),
                {"ends": each.ends.isoformat(), "begins": each.begins.isoformat()}, N_("Mend one of the two days."),
                ("schedule", n, "ends"),
            )  # fmt: skip
        if each.begins < project.began_on:
            yield Fault(
                f"{name}.begins", N_("is %(begins)s, before the project began (%(day)s)."),
                {"begins": each.begins.isoformat(), "day": project.began_on.isoformat()},
                N_("Mend one of the two days."), ("schedule", n, "begins"),
            )  # fmt: skip
        for other in each.after:
            if other not in by_id:
                yield Fault(f"{name}.after", N_("names %(found)s, which is no stretch of the schedule."),
                            {"found": other}, N_("Write the id of another stretch."),
                            ("schedule", n, "after"))  # fmt: skip
            elif by_id[other].ends > each.begins and other != each.id:
                values = {"other": other, "ends": by_id[other].ends.isoformat(), "begins": each.begins.isoformat()}
                yield Fault(f"{name}.begins", N_("is %(begins)s, but %(other)s, which comes first, ends %(ends)s."),
                            values, N_("Let it begin later, or take the other out of `after`."),
                            ("schedule", n, "begins"))  # fmt: skip
    places = {each.id: n for n, each in enumerate(project.schedule)}
    for ring in rings((each.id, other) for each in project.schedule for other in each.after if other in by_id):
        yield Fault(f"schedule.{ring[0]}.after", N_("leads round in a circle: %(ring)s."), {"ring": _told(ring)},
                    N_("Take one of them out of `after`."), ("schedule", places[ring[0]], "after"))  # fmt: skip


def _benefits(project: Project, known: Known, elements: Collection[str]) -> Iterator[Fault]:
    yield from _repeated("benefits", [each.id for each in project.benefits])
    first = min((each.begins for each in project.schedule), default=project.began_on)
    for n, each in enumerate(project.benefits):
        name = f"benefits.{each.id}"
        if each.by < first:
            yield Fault(f"{name}.by", N_("is %(day)s, before the project begins to build (%(first)s)."),
                        {"day": each.by.isoformat(), "first": first.isoformat()},
                        N_("Write the day by which the target is reached."), ("benefits", n, "by"))  # fmt: skip
        if each.baseline == each.target:
            yield Fault(f"{name}.target", N_("is %(target)s, the same as before the project."),
                        {"target": f"{each.target:g}"}, N_("Write what is to be reached."),
                        ("benefits", n, "target"))  # fmt: skip
        yield from _measured(each, name, n, known, elements)


def _measured(benefit: Benefit, name: str, n: int, known: Known, elements: Collection[str]) -> Iterator[Fault]:
    """The figure of the running system that a benefit names, and of what it is taken."""
    named: dict[str, str | None] = {SYSTEM: benefit.system, PROCEDURE: benefit.procedure}
    given = {each: value for each, value in named.items() if value is not None}
    measure = MEASURES.get(benefit.measure or "")
    if benefit.measure is None:
        if given:
            yield Fault(f"{name}.measure", N_("is missing, but a system or a procedure is named."), {},
                        N_("Choose the figure that is taken of it, or take it out."),
                        ("benefits", n, "measure"))  # fmt: skip
        return
    if measure is None:
        yield _unknown(f"{name}.measure", benefit.measure, N_("is %(found)s, which is no figure of the system."),
                       MEASURES.keys(), ("benefits", n, "measure"))  # fmt: skip
        return
    if measure.subjects == (SYSTEM,) and benefit.system is None:
        yield Fault(f"{name}.system", N_("is missing: this figure is that of one system."), {},
                    N_("Choose the system."), ("benefits", n, "system"))  # fmt: skip
    for each, value in given.items():
        at = ("benefits", n, each)
        if each not in measure.named:
            yield Fault(f"{name}.{each}", N_("is %(found)s, but this figure is not taken of that."), {"found": value},
                        N_("Take it out, or choose another figure."), at)  # fmt: skip
        elif each == SYSTEM and value not in elements:
            yield Fault(f"{name}.{each}", N_("is %(found)s, which is not in the architecture."), {"found": value},
                        N_("Choose a system of it, or add it to the changes."), at)  # fmt: skip
        elif each == PROCEDURE and known.procedures is not None and value not in known.procedures:
            yield _unknown(f"{name}.{each}", value, N_("is %(found)s, which is no procedure of the province."),
                           known.procedures, at)  # fmt: skip


def _people(project: Project, known: Known) -> Iterator[Fault]:
    yield from _repeated("training", [each.id for each in project.training])
    first = min((each.begins for each in project.schedule), default=project.began_on)
    for n, each in enumerate(project.training):
        yield from _agency(f"training.{each.id}.agency", each.agency, known, ("training", n, "agency"))
        if each.before < first:
            yield Fault(f"training.{each.id}.before", N_("is %(day)s, before the project begins to build (%(first)s)."),
                        {"day": each.before.isoformat(), "first": first.isoformat()},
                        N_("Write the day by which they must have learnt it."), ("training", n, "before"))  # fmt: skip


def _codes(project: Project, known: Known) -> Iterator[Fault]:
    yield from _repeated("procedures", project.procedures)
    for n, code in enumerate(project.procedures):
        if known.procedures is not None and code not in known.procedures:
            yield _unknown(f"procedures.{n}", code, N_("is %(found)s, which is no procedure of the province."),
                           known.procedures, ("procedures", n))  # fmt: skip
    yield from _repeated("statements", [each.requirement for each in project.statements])


def _reuse(project: Project, known: Known, elements: Collection[str]) -> Iterator[Fault]:
    yield from _repeated("reuse", [each.platform for each in project.reuse])
    platforms = known.platforms
    for n, each in enumerate(project.reuse):
        if platforms is not None and each.platform not in platforms and each.platform not in elements:
            yield _unknown(f"reuse.{each.platform}.platform", each.platform,
                           N_("is %(found)s, which is no shared platform."), platforms,
                           ("reuse", n, "platform"))  # fmt: skip
        if each.decision == "own" and each.reason is None:
            yield Fault(f"reuse.{each.platform}.reason", N_("is missing: the project builds its own."), {},
                        N_("Say why the shared platform does not serve."), ("reuse", n, "reason"))  # fmt: skip


def _needs(project: Project, known: Known) -> Iterator[Fault]:
    yield from _repeated("needs", project.needs)
    for n, code in enumerate(project.needs):
        if code == project.id or code not in known.others:
            says = N_("is the project itself.") if code == project.id else N_("is %(found)s, which is no project.")
            yield Fault(f"needs.{n}", says, {"found": code}, N_("Write the code of another project."),
                        ("needs", n))  # fmt: skip
    pairs = [(project.id, each) for each in project.needs if each != project.id]
    pairs += [(code, each) for code, needs in known.others.items() if code != project.id for each in needs]
    for found in rings(pairs):
        if project.id in found:
            at = found.index(project.id)
            ring = [*found[at:], *found[:at]]
            n = project.needs.index(ring[1])
            yield Fault(f"needs.{n}", N_("leads round in a circle: %(ring)s."), {"ring": _told(ring)},
                        N_("Take it out, or let the other project not wait for this one."), ("needs", n))  # fmt: skip


def _papers(project: Project, known: Known, today: date) -> Iterator[Fault]:
    for n, said in enumerate(project.statements):
        if known.requirements is not None and said.requirement not in known.requirements:
            yield _unknown(f"statements.{said.requirement}", said.requirement,
                           N_("is %(found)s, which is no requirement of the appraisal."), known.requirements,
                           ("statements", n, "requirement"))  # fmt: skip
    for n, each in enumerate(project.papers):
        if known.papers is not None and each.kind not in known.papers:
            yield _unknown(f"papers.{n}.kind", each.kind, N_("is %(found)s, which is no paper of the appraisal."),
                           known.papers, ("papers", n, "kind"))  # fmt: skip
        if each.dated is not None and each.dated > today:
            yield Fault(f"papers.{n}.dated", N_("is %(day)s, which is still to come (today is %(today)s)."),
                        {"day": each.dated.isoformat(), "today": today.isoformat()},
                        N_("Write the day that stands on the paper."), ("papers", n, "dated"))  # fmt: skip


def _agency(name: str, found: str, known: Known, at: At) -> Iterator[Fault]:
    if found not in known.codes():
        yield _unknown(name, found, N_("is %(found)s, which is no agency of the province."), known.codes(), at)


def _unknown(name: str, found: str, says: str, known: Collection[str], at: At) -> Fault:
    listed = sorted(known)
    values = {"found": found, "known": ", ".join(listed[:12]) + (" …" if len(listed) > 12 else "") or "–"}
    return Fault(name, says, values, N_("Known are: %(known)s."), at)


def _repeated(section: str, ids: Sequence[str]) -> Iterator[Fault]:
    for each, count in Counter(ids).items():
        if count > 1:
            last = len(ids) - 1 - ids[::-1].index(each)
            yield Fault(f"{section}.{each}", N_("stands more than once."), {}, N_("Take one out, or rename it."),
                        (section, last))  # fmt: skip


def _told(ring: Sequence[str]) -> str:
    return " → ".join((*ring, ring[0]))
