"""`/projects/<code>/supervision`: one approved project against its baseline, its risk, its reports, and who adds them.

Layer 2. The owner's officer reports; who supervises rates and evaluates. What was wrong is set right by a new entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import rounds, supervised_words
from maidinh.channels.web.context import language
from maidinh.channels.web.projects_choices import source_names
from maidinh.channels.web.projects_frame import PAGE, address, frame, of_project
from maidinh.channels.web.projects_words import cost_kind_names
from maidinh.governance.projects.queries import Project, is_of
from maidinh.governance.projects.rules import DECIDED
from maidinh.governance.supervision.actions.judging import rate_project
from maidinh.governance.supervision.actions.reporting import (
    record_contract,
    report_disbursement,
    report_milestone,
    write_report,
)
from maidinh.governance.supervision.queries import (
    Supervised,
    baseline_of,
    benefits_of,
    measured_on,
    payments_of,
    ratings_of,
    reports_written,
    supervised,
)
from maidinh.governance.supervision.rules import LEVELS, OWNER, SUPERVISOR, Fault, SupervisionRefused
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names

READING, REPORTING, SUPERVISING = "project.read", "project.report", "project.supervise"
Errors = dict[str, list[str]]
Forms = Mapping[str, Callable[[HttpRequest, Project], None]]
NAME = "project-supervision"
LIMIT = 20_001  # letters of a field that are looked at


@of_project
def project_supervision(request: HttpRequest, row: Project) -> HttpResponse:
    """What happened, held against what was approved; the risk; what was and is to be reported."""
    return _shown(request, row, {}, "")


@of_project
def report(request: HttpRequest, row: Project) -> HttpResponse:
    """The owner reports a milestone, a payment, a contract, or writes a report that is due."""
    forms = {"milestone": _milestone, "payment": _payment, "contract": _contract, "report": _report}
    return _kept(request, row, forms)


@of_project
def judge(request: HttpRequest, row: Project) -> HttpResponse:
    """Who supervises rates the project, or writes the report that is theirs."""
    return _kept(request, row, {"rating": _rating, "report": _report})


def _kept(request: HttpRequest, row: Project, forms: Forms) -> HttpResponse:
    form = request.POST.get("form", "")
    if form not in forms:
        return _shown(request, row, {"": [_("Choose what you want to report.")]}, "")
    try:
        forms[form](request, row)
    except SupervisionRefused as refusal:
        errors: Errors = {}
        for fault in refusal.faults:
            errors.setdefault(f"{form}-{fault.field}" if fault.field else "", []).append(_(fault.says))
        return _shown(request, row, errors, form)
    return redirect(f"{address(row, NAME)}?done={form}")


def _milestone(request: HttpRequest, row: Project) -> None:
    report_milestone(
        actor=request.actor, project_id=row.pk, milestone=_typed(request, "milestone-milestone"),  # type: ignore[attr-defined]
        began_on=rounds.typed_date(request, "milestone-began_on")[0],
        ended_on=rounds.typed_date(request, "milestone-ended_on")[0], note=_typed(request, "milestone-note"),
        at=timezone.now(),
    )  # fmt: skip


def _payment(request: HttpRequest, row: Project) -> None:
    paid_on = rounds.typed_date(request, "payment-paid_on")[0]
    year = _number(_typed(request, "payment-year"))
    report_disbursement(
        actor=request.actor, project_id=row.pk, year=year if year is not None and year < 2**15 else 0,  # type: ignore[attr-defined]
        source=_typed(request, "payment-source"), amount=_number(_typed(request, "payment-amount")), paid_on=paid_on,
        kind=_typed(request, "payment-kind"), document=_typed(request, "payment-document"),
        note=_typed(request, "payment-note"), corrects=_number(_typed(request, "payment-corrects")), at=timezone.now(),
    )  # fmt: skip


def _contract(request: HttpRequest, row: Project) -> None:
    way, _colon, pk = _typed(request, "contract-of").partition(":")
    number = _number(pk)
    record_contract(
        actor=request.actor, project_id=row.pk, number=_typed(request, "contract-number"),  # type: ignore[attr-defined]
        contractor=_typed(request, "contract-contractor"),
        contractor_code=_typed(request, "contract-contractor_code"),
        value=_number(_typed(request, "contract-value")),
        signed_on=rounds.typed_date(request, "contract-signed_on")[0],
        ends_on=rounds.typed_date(request, "contract-ends_on")[0],
        subject_matter=_typed(request, "contract-subject"),
        amends=number if way == "amends" else None, corrects=number if way == "corrects" else None, at=timezone.now(),
    )  # fmt: skip


def _report(request: HttpRequest, row: Project) -> None:
    kind, _space, period = _typed(request, "report-kind").partition(" ")
    results: dict[str, float] = {}
    for each in baseline_of(row).benefits:
        typed = _typed(request, f"report-result-{each.id}").replace(" ", "").replace(",", ".")
        try:
            results |= {each.id: float(typed)} if typed else {}
        except ValueError as error:
            raise _wrong_number(each.id) from error
        if typed.lower().lstrip("+-")[:3] in ("nan", "inf"):
            raise _wrong_number(each.id)
    write_report(
        actor=request.actor, project_id=row.pk, kind=kind, period=_number(period) or 0,  # type: ignore[attr-defined]
        text=_typed(request, "report-text"), results=results, document=_typed(request, "report-document"),
        at=timezone.now(),
    )  # fmt: skip


def _wrong_number(benefit: str) -> SupervisionRefused:
    return SupervisionRefused(Fault(f"result-{benefit}", _("Write a number, such as 12 or 12,5.")))


def _rating(request: HttpRequest, row: Project) -> None:
    rate_project(
        actor=request.actor, project_id=row.pk, level=_typed(request, "rating-level"),  # type: ignore[attr-defined]
        reasons=_typed(request, "rating-reasons"), at=timezone.now(),
    )  # fmt: skip


def _typed(request: HttpRequest, name: str) -> str:
    return str(request.POST.get(name, ""))[:LIMIT].strip()


def _number(typed: str) -> int | None:
    """A whole number as people write it, with dots or spaces between thousands; None where it is none."""
    plain = typed.replace(".", "").replace(" ", "").replace("\u00a0", "").removesuffix("₫")
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 19 else None


def _shown(request: HttpRequest, row: Project, errors: Errors, form: str) -> HttpResponse:
    if row.state not in DECIDED:
        raise Http404(row.code)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at = timezone.now()
    each = supervised(row, at)
    reports = actor.may(REPORTING) and is_of(actor, row)
    judges = actor.may(SUPERVISING) and actor.id not in row.writers
    context = frame(request, row, NAME) | _told(row, each) | {
        "errors": errors, "form": form, "typed": request.POST if errors else {}, "reports_it": reports,
        "judges_it": judges, "done": _done().get(request.GET.get("done", ""), ""),
        "days": {name: rounds.typed_date(request, name)[1] if errors else {} for name in (
            "milestone-began_on", "milestone-ended_on", "payment-paid_on", "contract-signed_on", "contract-ends_on")},
        "choices": _choices(row, each, at.year),
        "owner_reports": _to_write(each, OWNER), "supervisor_reports": _to_write(each, SUPERVISOR),
    }  # fmt: skip
    return render(request, "projects/project_supervision.html", context, status=422 if errors else 200)


def _told(row: Project, each: Supervised) -> dict[str, Any]:
    names, sources, agencies = supervised_words.level_names(), source_names(), agency_names(language())
    return {
        "supervised": each, "level": names[each.rating.level], "risk_tone": supervised_words.TONES[each.rating.level],
        "causes": [{"level": names[one.level], "tone": supervised_words.TONES[one.level],
                    "text": supervised_words.cause_text(one.code, one.values)} for one in each.rating.causes],
        "ratings": [{"rating": one, "level": names[one.level], "computed": names[one.computed],
                     "tone": supervised_words.TONES[one.level], "agency": agencies.get(one.agency, one.agency),
                     "differs": one.level != one.computed} for one in ratings_of(row)],
        "money": [(one, sources.get(one.source, one.source)) for one in each.progress.money],
        "payments": [(one, sources.get(one.source, one.source), cost_kind_names()[one.kind])
                     for one in payments_of(row)],
        "changed": [supervised_words.part_names()[one] for one in each.progress.changed],
        "due": [(one, supervised_words.report_line(one, one.term.title.in_language(language())),
                 one.overdue(each.on)) for one in each.due],
        "written": [(one, _report_title(each, one)) for one in reports_written(row)],
        "benefits": [(one, supervised_words.measure_name(one.of.measure) if one.of.measure else "",
                      supervised_words.figure_text(one.of.measure or "", one.value)) for one in benefits_of(row)],
        "age": supervised_words.age_text(measured_on(), each.on),
    }  # fmt: skip


def _report_title(each: Supervised, written: Any) -> str:
    for one in each.due:
        if (one.term.id, one.period) == (written.kind, written.period):
            return supervised_words.report_line(one, one.term.title.in_language(language()))
    return str(written.kind)


def _to_write(each: Supervised, by: str) -> list[tuple[str, str]]:
    """The reports that may be written now, or written anew, by whom they are from."""
    return [
        (f"{one.term.id} {one.period}", supervised_words.report_line(one, one.term.title.in_language(language())))
        for one in each.due
        if one.term.by == by and one.opens_on <= each.on
    ]


def _choices(row: Project, each: Supervised, year: int) -> dict[str, Any]:
    contracts = [("", _("a new contract"))]
    for one in each.contracts:
        named = {"number": one.record.number}
        contracts.append((f"amends:{one.record.pk}", _("an amendment of %(number)s") % named))
        contracts.append((f"corrects:{one.record.pk}", _("a correction of what was entered of %(number)s") % named))
    payments = [("", _("a new payment"))]
    for paid in payments_of(row):
        named = {"day": f"{paid.paid_on:%d/%m/%Y}", "sum": f"{paid.amount:,}".replace(",", ".")}
        payments.append((str(paid.pk), _("a correction of the payment of %(day)s, %(sum)s ₫") % named))
    levels = supervised_words.level_names()
    return {
        "milestones": [(one.id, one.title.in_language(language())) for one in baseline_of(row).schedule],
        "sources": list(source_names().items()), "kinds": list(cost_kind_names().items()), "contracts": contracts,
        "payments": payments, "levels": [(one, levels[one]) for one in LEVELS], "year": year,
        "benefits": [(one.id, one.title.in_language(language()), one.unit.in_language(language()))
                     for one in baseline_of(row).benefits],
    }  # fmt: skip


def _done() -> dict[str, str]:
    return {
        "milestone": _("The milestone is reported."), "payment": _("The payment is entered."),
        "contract": _("The contract is entered."), "report": _("The report is written."),
        "rating": _("Your rating is kept beside the computed one."),
    }  # fmt: skip


ROUTES = [
    page(f"{PAGE}/supervision", project_supervision, name=NAME, who=READING),
    page(f"{PAGE}/supervision/report", report, name="project-supervision-report", who=REPORTING, methods=("POST",)),
    page(f"{PAGE}/supervision/judge", judge, name="project-supervision-judge", who=SUPERVISING, methods=("POST",)),
]
