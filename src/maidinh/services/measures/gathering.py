"""What many dossiers count for, read at once from their rows: state, history, papers, result, fee, form.

Layer 4; runs in the worker. The rules decide, here the rows are only gathered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.utils.timezone import localtime

from maidinh.infrastructure.calendars.queries import calendar_at
from maidinh.services.clock.reckoning import reckon
from maidinh.services.dossiers.queries import clock_of, dossiers_numbered, lines_of, papers_kept, turns_of
from maidinh.services.dossiers.rules import CHANNEL_NAMES
from maidinh.services.fees.queries import how_paid
from maidinh.services.measures.definition import IndexDefinition, held_on
from maidinh.services.measures.models import DossierFact, FormFilling
from maidinh.services.measures.rules import ONLINE, Stretch, Told, end_of, ending_of, month_of
from maidinh.services.papers.queries import digitised_of, with_reuse
from maidinh.services.papers.rules import Digitised, kinds_of, usable_at
from maidinh.services.procedures.definition import Paper
from maidinh.services.procedures.rules import facts_of, papers_for
from maidinh.services.results.queries import with_result

SUPPLEMENTS = ("supplement_asked", "supplement_received")


def facts_of_dossiers(dossier_ids: Iterable[int], versions: Sequence[IndexDefinition]) -> list[DossierFact]:
    """What these dossiers count for now, unsaved; a dossier that there isn't has no fact."""
    dossiers = dossiers_numbered(dossier_ids)
    ids = [each.pk for each in dossiers]
    turns, kept, signed, paid = turns_of(ids), papers_kept(ids), with_result(ids), how_paid(ids)
    fillings = FormFilling.objects.in_bulk(ids)
    procedures: dict[int, Any] = {}
    facts = []
    for dossier in dossiers:
        # One definition is taken apart once for all its dossiers.
        dossier.procedure.__dict__["procedure"] = procedures.setdefault(
            dossier.procedure_id, procedures.get(dossier.procedure_id) or dossier.procedure.procedure
        )
    asked = {dossier.pk: _papers_asked(dossier) for dossier in dossiers}
    reused, digitised = with_reuse(ids), _digitised_for(dossiers, asked)
    for dossier in dossiers:
        fact = DossierFact(
            dossier=dossier,
            agency=dossier.responsible,
            procedure=dossier.procedure.code,
            case=dossier.case,
            online=dossier.channel == ONLINE,
            rounds=dossier.supplements,
            electronic=dossier.pk in signed,
            paid=paid.get(dossier.pk, ""),
        )
        _write_filling(fact, fillings.get(dossier.pk))
        _write_papers(fact, asked[dossier.pk], kept.get(dossier.pk, set()))
        _write_reuse(fact, asked[dossier.pk], digitised.get(dossier.applicant, []), dossier.pk in reused)
        _write_ending(fact, dossier, tuple(turns.get(dossier.pk, ())), versions)
        facts.append(fact)
    return facts


def _write_filling(fact: DossierFact, filling: FormFilling | None) -> None:
    if filling is not None:
        fact.typed, fact.picked, fact.prefilled = filling.typed, filling.picked, filling.prefilled
        fact.minutes = filling.minutes


def _papers_asked(dossier: Any) -> tuple[Paper, ...]:
    known = facts_of(dossier.answers, dossier.case, CHANNEL_NAMES.get(dossier.channel, "online"), dossier.facts)
    return tuple(papers_for(dossier.procedure.procedure, known))


def _digitised_for(dossiers: list[Any], asked: dict[int, tuple[Paper, ...]]) -> dict[str, list[Digitised]]:
    """What the applicants ever had of the kinds that their dossiers ask for; nothing is read where none is named."""
    naming = [(each.applicant, kinds) for each in dossiers if (kinds := kinds_of(asked[each.pk]))]
    return digitised_of({who for who, _ in naming}, {kind for _, kinds in naming for kind in kinds})


def _write_papers(fact: DossierFact, asked: tuple[Paper, ...], kept: set[str]) -> None:
    required = {paper.id for paper in asked if paper.required}
    fact.papers_asked = bool(required)
    fact.papers_kept = bool(required) and required <= kept


def _write_reuse(fact: DossierFact, asked: tuple[Paper, ...], digitised: list[Digitised], reused: bool) -> None:
    """Whether a paper was used again, and whether one could be: then, at the submission, or by the use itself."""
    submitted = fact.dossier.submitted_at
    fact.papers_reused = reused
    fact.papers_reusable = reused or usable_at(asked, digitised, submitted, localtime(submitted).date())


def _write_ending(
    fact: DossierFact, dossier: Any, turns: tuple[tuple[Any, int], ...], versions: Sequence[IndexDefinition]
) -> None:
    calendar = calendar_at(localtime(dossier.submitted_at).date())
    fact.received_month = month_of(dossier.submitted_at, calendar.timezone)
    stretches = Stretch.of_lines((line.kind, line.at) for line in lines_of(dossier))
    promised = dossier.promised_at
    if dossier.accepted_at is not None:
        ledger = clock_of(dossier)
        others = tuple(each for each in ledger.entries if each.kind not in SUPPLEMENTS)
        promised = reckon(replace(ledger, entries=others)).last_due
    fact.promised_at = promised
    told = Told(
        status=dossier.status,
        submitted_at=dossier.submitted_at,
        accepted_at=dossier.accepted_at,
        promised=promised,
        rounds=dossier.supplements,
        turns=turns,
        stretches=stretches,
    )
    ended = end_of(told.status, told.turns)
    index = held_on(list(versions), localtime(ended[0]).date()) if ended is not None else None
    ending = ending_of(told, calendar, None if index is None else index.supplement_requests)
    if ending is not None:
        fact.ended_at, fact.end_status, fact.month = ending.at, ending.status, month_of(ending.at, calendar.timezone)
        fact.on_time, fact.working_minutes = ending.on_time, ending.working_minutes
