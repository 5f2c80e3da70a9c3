"""Whether decision tables decide everything once, of facts that there are, what fees and limits need.

Layer 4. Pure. A table of time limits may leave gaps: the case's own budget holds there.
"""

from __future__ import annotations

from collections.abc import Iterator

from maidinh.infrastructure.calendars.definition import LONGEST
from maidinh.services.checking.catalogue import found
from maidinh.services.checking.conditions import facts_before
from maidinh.services.checking.findings import Finding
from maidinh.services.checking.flow import Flow
from maidinh.services.checking.values import (
    Known,
    Values,
    impossible,
    left_open,
    properties_of,
    shown,
    values_of_input,
)
from maidinh.services.decisions.completeness import OTHER, Gap, Region, TooManyCases, gaps_and_overlaps
from maidinh.services.decisions.conditions import parse_cell
from maidinh.services.decisions.definition import DecisionTable, Input
from maidinh.services.procedures.definition import Procedure

SEVERAL = ("collect", "rule_order", "output_order")
FEE, LIMIT = "fee", "time_limit"  # as the file calls what a table decides
KINDS = {FEE: "money", LIMIT: "number"}


def table_findings(procedure: Procedure, flow: Flow, known: Known) -> Iterator[Finding]:
    """What is wrong with the tables, and with what they are used for."""
    fees = {case.fee.table for case in procedure.cases if case.fee and case.fee.table}
    limits = {case.time_limit.table for case in procedure.cases if case.time_limit.table}
    for n, table in enumerate(procedure.tables):
        uses = [use for use, names in ((FEE, fees), (LIMIT, limits)) if table.id in names]
        if not uses:
            yield found("table.unused", ("tables", n), table=table.id)
        sound = True
        for finding in _inputs(table, n, known):
            sound = False
            yield finding
        for use in uses:
            yield from _output(table, n, use)
        if sound:
            yield from _holes(table, n, left_open(procedure), gaps=FEE in uses or not uses)
        if FEE in uses:
            yield from _too_late(procedure, flow, table, n)


def _inputs(table: DecisionTable, n: int, known: Known) -> Iterator[Finding]:
    for i, column in enumerate(table.inputs):
        at = ("tables", n, "inputs", i)
        if column.id not in known:
            yield found("table.unknown-input", at, table=table.id, fact=column.id)
            continue
        own = values_of_input(column)
        for row, each in enumerate(table.rows):
            for wrong in impossible(parse_cell(each.when.get(column.id, "-")), (own,)):
                yield found(
                    "condition.impossible", ("tables", n, "rows", row, "when", column.id),
                    fact=column.id, cell=wrong, values=own.in_words(),
                )  # fmt: skip
        for values in known[column.id]:
            if values.kind != own.kind:
                yield found("table.input-differs", at, table=table.id, fact=column.id, kind=own.kind, found=values.kind)
            elif differing := _differing(column, own, values):
                yield found("table.input-values", at, table=table.id, fact=column.id, values=differing)
                break


def _differing(column: Input, own: Values, values: Values) -> str:
    if own.kind == "choice":
        return ", ".join(sorted({shown(each) for each in {*own.options} ^ {*values.options}}))
    if own.kind != "number":
        return ""
    wider = []
    if own.minimum is not None and (values.minimum is None or values.minimum < own.minimum):
        wider.append(f"< {own.minimum}")
    if own.maximum is not None and (values.maximum is None or values.maximum > own.maximum):
        wider.append(f"> {own.maximum}")
    if column.whole and not values.whole:
        wider.append("0.5")
    return ", ".join(wider)


def _output(table: DecisionTable, n: int, use: str) -> Iterator[Finding]:
    kinds = {output.id: (o, output.kind) for o, output in enumerate(table.outputs)}
    o, kind = kinds["amount"]
    if kind != KINDS[use]:
        at = ("tables", n, "outputs", o)
        yield found("table.output", at, table=table.id, use=use, kind=kind, wanted=KINDS[use])
    elif use == LIMIT:
        for row, each in enumerate(table.rows):
            amount = each.then["amount"]
            if not isinstance(amount, int | float) or not 0 < amount <= LONGEST or amount != int(amount):
                cell = ("tables", n, "rows", row, "then", "amount")
                yield found("table.not-whole", cell, table=table.id, row=row + 1, amount=shown(amount))
    if table.hit_policy in SEVERAL:
        yield found(
            "table.several-answers", ("tables", n, "hit_policy"), table=table.id, use=use, policy=table.hit_policy
        )


def _holes(table: DecisionTable, n: int, unknown: frozenset[str], *, gaps: bool) -> Iterator[Finding]:
    try:
        holes = gaps_and_overlaps(table, unknown)
    except TooManyCases:
        yield found("table.too-many-cases", ("tables", n), table=table.id)
        return
    for each in holes:
        example = _example(table, each.region)
        if not isinstance(each, Gap):
            at = ("tables", n, "rows", each.rows[-1] - 1)
            yield found("table.overlap", at, table=table.id, rows=", ".join(map(str, each.rows)), example=example)
        elif gaps:
            yield found("table.gap", ("tables", n), table=table.id, example=example)


def _example(table: DecisionTable, region: Region) -> str:
    told = []
    for column in table.inputs:
        if column.id in region.example:
            value = region.example[column.id]
            told.append(f"{column.id} = {'…' if value == OTHER else '∅' if value is None else shown(value)}")
    return ", ".join(told) or "…"


def _too_late(procedure: Procedure, flow: Flow, table: DecisionTable, n: int) -> Iterator[Finding]:
    """Facts of a fee that are found only after the step that waits for the fee: it would wait for ever."""
    fields = set(properties_of(procedure))
    waiting = [step.id for step in procedure.steps if step.requires_fee and step.id in flow.reached]
    facts = {fact.id for step in procedure.steps for fact in step.facts}
    for i, column in enumerate(table.inputs):
        early = any(column.id not in facts_before(flow, step) for step in waiting)
        if column.id in facts - fields and early:
            yield found("fact.too-early", ("tables", n, "inputs", i), fact=column.id)
