"""What is wrong in a portfolio, at its field and with the remedy, before anything is computed from it.

Layer 4, governance. Pure. Texts are English and are translated where they are shown. That what must be done costs more
than there is stands here too (`shortfalls`): it is known without a solver.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence

from maidinh.governance.modelling.integrity import rings
from maidinh.governance.projects.measures import MEASURES
from maidinh.governance.projects.sayings import N_, At, Fault
from maidinh.governance.roadmap.definition import Demand, Portfolio
from maidinh.governance.roadmap.programme import must_start, options_of

MOST = 10**15  # dong: the state spends about twice that in a year
LEAST = 10_000  # dong: who writes less has written millions
LONGEST = 50  # years: the most that a roadmap has, or that a cost comes after the start
LARGEST = 1e9  # points of value, or units of capacity
LISTED = 12  # names of those that are known, in one sentence


def faults(
    portfolio: Portfolio, *, agencies: Collection[str] | None = None, sources: Collection[str] | None = None
) -> list[Fault]:
    """Everything that is wrong in a portfolio, in the order of its file; nothing where it can be computed.

    `agencies` and `sources` are the codes that are known outside; unset, those that the portfolio itself names.
    """
    found = list(_years(portfolio))
    if found:
        return found  # nothing else can be said of years that aren't there
    known = set(agencies) if agencies is not None else set(portfolio.agencies)
    found += _weights(portfolio)
    found += _budgets(portfolio, sources)
    found += _demands(portfolio, known, sources)
    found += _capacities(portfolio, known)
    found += _phases(portfolio)
    found += _previous(portfolio)
    return found or shortfalls(portfolio)


def shortfalls(portfolio: Portfolio) -> list[Fault]:
    """Sources of which more must be spent than they give over the years; of a portfolio without other faults."""
    bound = _bound(portfolio)
    found = []
    for source in sorted({each.source for each in portfolio.budgets}):
        rows = [n for n, each in enumerate(portfolio.budgets) if each.source == source]
        given = sum(portfolio.budgets[n].amount for n in rows)
        costs = {each.id: _least(portfolio, each, source) for each in bound}
        needed = sum(costs.values())
        if needed > given:
            largest = sorted((each for each in costs if costs[each]), key=lambda each: (-costs[each], each))
            told = ", ".join(f"{each} ({costs[each]:,})" for each in largest[:LISTED])
            values = {
                "given": f"{given:,}", "needed": f"{needed:,}", "missing": f"{needed - given:,}", "source": source,
                "demands": told + (" …" if len(largest) > LISTED else ""),
            }  # fmt: skip
            found.append(Fault(
                f"budgets.{rows[0]}.amount",
                N_("All years of %(source)s give %(given)s dong, but what must be done takes %(needed)s: %(demands)s."),
                values, N_("%(missing)s dong are missing: give more, or take one of them out."),
                ("budgets", rows[0], "amount"),
            ))  # fmt: skip
    return found


def _bound(portfolio: Portfolio) -> list[Demand]:
    """The demands that must have a place, with what they need."""
    by_id = {each.id: each for each in portfolio.demands}
    waiting, found = [each.id for each in portfolio.demands if must_start(each)], set()
    while waiting:
        each = waiting.pop()
        if each in by_id and each not in found:
            found.add(each)
            if by_id[each].committed is None:
                waiting += [*by_id[each].needs, by_id[each].platform or ""]
    return [each for each in portfolio.demands if each.id in found]


def _least(portfolio: Portfolio, demand: Demand, source: str) -> int:
    """The least that a demand takes of a source within the years."""
    years = set(portfolio.years)
    return min(
        (
            sum(each.amount for each in demand.spend if each.source == source and start + each.after in years)
            for start in options_of(portfolio, demand)
        ),
        default=0,
    )


def _years(portfolio: Portfolio) -> Iterator[Fault]:
    years = portfolio.years
    if not years:
        yield Fault("years", N_("is an empty list."), {}, N_("Write the years of the roadmap."), ("years",))
    elif years != list(range(years[0], years[0] + len(years))):
        yield Fault("years", N_("are %(found)s, which don't follow one another."),
                    {"found": ", ".join(map(str, years))}, N_("Write each year once, the earliest first."),
                    ("years",))  # fmt: skip
    elif len(years) > LONGEST or not 1990 <= years[0] <= years[-1] <= 2100:
        yield Fault("years", N_("are %(first)s to %(last)s, which can't be."),
                    {"first": str(years[0]), "last": str(years[-1])},
                    N_("Write years between 1990 and 2100, 50 at most."), ("years",))  # fmt: skip


def _weights(portfolio: Portfolio) -> Iterator[Fault]:
    weights = portfolio.weights
    for name, found, low, high in (
        ("discount", weights.discount, 0.0, 0.9), ("gap", weights.gap, 0.0, 1.0),
        ("stability", weights.stability, 0.0, 1.0), ("seconds", weights.seconds, 0.1, 86_400.0),
        ("concession", weights.concession or 0.0, 0.0, 0.2),
    ):  # fmt: skip
        if not (math.isfinite(found) and low <= found <= high):
            values = {"found": f"{found:g}", "low": f"{low:g}", "high": f"{high:g}"}
            yield Fault(f"weights.{name}", N_("is %(found)s, which can't be."), values,
                        N_("Write a number from %(low)s to %(high)s."), ("weights", name))  # fmt: skip


def _budgets(portfolio: Portfolio, sources: Collection[str] | None) -> Iterator[Fault]:
    seen: dict[tuple[str, int], int] = {}
    for n, each in enumerate(portfolio.budgets):
        name, at = f"budgets.{n}", ("budgets", n)
        yield from _money(f"{name}.amount", each.amount, (*at, "amount"), zero=True)
        yield from _year(f"{name}.year", each.year, portfolio, (*at, "year"))
        if sources is not None and each.source not in sources:
            yield _unknown(f"{name}.source", each.source, N_("is %(found)s, which is no source of money."), sources,
                           (*at, "source"))  # fmt: skip
        first = seen.setdefault((each.source, each.year), n)
        if first != n:
            yield Fault(name, N_("says again what %(source)s gives in %(year)s; line %(first)s does already."),
                        {"source": each.source, "year": str(each.year), "first": str(first)},
                        N_("Put them together into one line."), at)  # fmt: skip


def _demands(portfolio: Portfolio, agencies: Collection[str], sources: Collection[str] | None) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    given = {each.source for each in portfolio.budgets}
    ids = {each.id for each in portfolio.demands}
    for n, each in enumerate(portfolio.demands):
        name, at = f"demands.{n}", ("demands", n)
        if seen.setdefault(each.id, n) != n:
            yield Fault(f"{name}.id", N_("stands here again (%(found)s)."), {"found": each.id},
                        N_("Give each an id of its own."), (*at, "id"))  # fmt: skip
        if agencies and each.agency not in agencies:
            yield _unknown(f"{name}.agency", each.agency, N_("is %(found)s, which is no agency of the province."),
                           agencies, (*at, "agency"))  # fmt: skip
        yield from _amount(f"{name}.value", each.value, (*at, "value"))
        if not 0 <= each.tier <= 1000:
            yield Fault(f"{name}.tier", N_("is %(found)s, which can't be."), {"found": str(each.tier)},
                        N_("Write 1 for what goes first, 2 for the next."), (*at, "tier"))  # fmt: skip
        if each.trains < 0:
            yield Fault(f"{name}.trains", N_("is %(found)s, less than 0."), {"found": str(each.trains)},
                        N_("Write how many people learn."), (*at, "trains"))  # fmt: skip
        yield from _spending(each, name, at, given, sources)
        yield from _work(each, name, at, agencies)
        yield from _needs(each, name, at, ids, portfolio.standing)
        yield from _time(each, name, at, portfolio)
    yield from _circles(portfolio)


def _spending(
    demand: Demand, name: str, at: At, given: Collection[str], sources: Collection[str] | None
) -> Iterator[Fault]:
    for n, each in enumerate(demand.spend):
        way, place = f"{name}.spend.{n}", (*at, "spend", n)
        yield from _money(f"{way}.amount", each.amount, (*place, "amount"))
        if not 0 <= each.after <= LONGEST:
            yield Fault(f"{way}.after", N_("is %(found)s, which can't be."), {"found": str(each.after)},
                        N_("Write how many years after the start it is paid: 0 is the first year."),
                        (*place, "after"))  # fmt: skip
        if sources is not None and each.source not in sources:
            yield _unknown(f"{way}.source", each.source, N_("is %(found)s, which is no source of money."), sources,
                           (*place, "source"))  # fmt: skip
        elif each.source not in given:
            values = {"found": each.source, "known": _listed(given)}
            yield Fault(f"{way}.source", N_("is %(found)s, of which no budget says what it gives (%(known)s)."), values,
                        N_("Write a budget of that source, 0 where it gives nothing, or mend the code."),
                        (*place, "source"))  # fmt: skip


def _work(demand: Demand, name: str, at: At, agencies: Collection[str]) -> Iterator[Fault]:
    for n, each in enumerate(demand.work):
        yield from _amount(f"{name}.work.{n}.amount", each.amount, (*at, "work", n, "amount"))
        if agencies and each.agency not in agencies:
            yield _unknown(f"{name}.work.{n}.agency", each.agency,
                           N_("is %(found)s, which is no agency of the province."), agencies,
                           (*at, "work", n, "agency"))  # fmt: skip


def _needs(demand: Demand, name: str, at: At, ids: Collection[str], standing: Collection[str]) -> Iterator[Fault]:
    for n, each in enumerate(demand.needs):
        if each not in ids and each not in standing:
            yield _unknown(f"{name}.needs.{n}", each, N_("is %(found)s, which is neither in the portfolio nor there."),
                           ids, (*at, "needs", n))  # fmt: skip
    if demand.platform is not None and demand.platform not in ids and demand.platform not in standing:
        yield _unknown(f"{name}.platform", demand.platform,
                       N_("is %(found)s, which is neither in the portfolio nor there."), {*standing, *ids},
                       (*at, "platform"))  # fmt: skip


def _time(demand: Demand, name: str, at: At, portfolio: Portfolio) -> Iterator[Fault]:
    first, last = portfolio.years[0], portfolio.years[-1]
    if demand.duration < 1 or (demand.duration > len(portfolio.years) and demand.committed is None):
        yield Fault(f"{name}.duration", N_("is %(found)s years, but the roadmap has %(years)s."),
                    {"found": str(demand.duration), "years": str(len(portfolio.years))},
                    N_("Write how many years it is built: 1 or more, and no more than the roadmap has."),
                    (*at, "duration"))  # fmt: skip
        return
    if demand.committed is not None:
        yield from _committed(demand, name, at, first, last)
        return
    begins = max(first, demand.earliest or first)
    if demand.earliest is not None and not 1990 <= demand.earliest <= last:
        yield Fault(f"{name}.earliest", N_("is %(found)s, after the last year (%(last)s)."),
                    {"found": str(demand.earliest), "last": str(last)}, N_("Mend the year, or take it out."),
                    (*at, "earliest"))  # fmt: skip
    elif demand.deadline is not None and demand.deadline < begins + demand.duration - 1:
        values = {"found": str(demand.deadline), "begins": str(begins), "ends": str(begins + demand.duration - 1)}
        yield Fault(f"{name}.deadline", N_("is %(found)s; but begun in %(begins)s it ends in %(ends)s."),
                    values, N_("Mend the deadline, the duration or the earliest year; or say when it was begun."),
                    (*at, "deadline"))  # fmt: skip
    if isinstance(demand.pinned, int):
        latest = last - demand.duration + 1
        if not begins <= demand.pinned <= latest:
            values = {"found": str(demand.pinned), "first": str(begins), "last": str(latest)}
            says = N_("is %(found)s, but it can start from %(first)s to %(last)s only.")
            if begins > latest:
                says = N_("is %(found)s, but there is no year in which it could start and end within the roadmap.")
            yield Fault(f"{name}.pinned", says, values, N_("Choose another year, or let it be computed."),
                        (*at, "pinned"))  # fmt: skip


def _committed(demand: Demand, name: str, at: At, first: int, last: int) -> Iterator[Fault]:
    begun = demand.committed or first
    if begun > last or begun < first - LONGEST:
        yield Fault(f"{name}.committed", N_("is %(found)s, after the last year (%(last)s) or long ago."),
                    {"found": str(begun), "last": str(last)},
                    N_("Write the year in which it was begun; what is still to begin is pinned to its year."),
                    (*at, "committed"))  # fmt: skip
    if demand.pinned is not None and demand.pinned != demand.committed:
        yield Fault(f"{name}.pinned", N_("is %(found)s, but it was begun in %(begun)s."),
                    {"found": str(demand.pinned), "begun": str(begun)},
                    N_("Take it out: what was begun goes on."), (*at, "pinned"))  # fmt: skip


def _circles(portfolio: Portfolio) -> Iterator[Fault]:
    places = {each.id: n for n, each in enumerate(portfolio.demands)}
    for ring in rings((each.id, need) for each in portfolio.demands for need in each.needs if need in places):
        n = places[ring[0]]
        after = ring[1] if len(ring) > 1 else ring[0]
        line = portfolio.demands[n].needs.index(after)
        yield Fault(f"demands.{n}.needs.{line}", N_("leads round in a circle: %(ring)s."),
                    {"ring": " → ".join([*ring, ring[0]])}, N_("Take one of them out of `needs`."),
                    ("demands", n, "needs", line))  # fmt: skip


def _capacities(portfolio: Portfolio, agencies: Collection[str]) -> Iterator[Fault]:
    seen: set[tuple[str, int]] = set()
    for n, each in enumerate(portfolio.capacities):
        name, at = f"capacities.{n}", ("capacities", n)
        yield from _amount(f"{name}.amount", each.amount, (*at, "amount"))
        yield from _year(f"{name}.year", each.year, portfolio, (*at, "year"))
        if agencies and each.agency not in agencies:
            yield _unknown(f"{name}.agency", each.agency, N_("is %(found)s, which is no agency of the province."),
                           agencies, (*at, "agency"))  # fmt: skip
        if (each.agency, each.year) in seen:
            yield Fault(name, N_("says again what %(agency)s can carry in %(year)s."),
                        {"agency": each.agency, "year": str(each.year)}, N_("Put them together into one line."),
                        at)  # fmt: skip
        seen.add((each.agency, each.year))


def _phases(portfolio: Portfolio) -> Iterator[Fault]:
    seen: set[str] = set()
    for n, each in enumerate(portfolio.phases):
        if each.id in seen:
            yield Fault(f"phases.{n}.id", N_("stands here again (%(found)s)."), {"found": each.id},
                        N_("Give each an id of its own."), ("phases", n, "id"))  # fmt: skip
        seen.add(each.id)
        if each.ends < each.begins:
            yield Fault(f"phases.{n}.ends", N_("is %(ends)s, before it begins (%(begins)s)."),
                        {"ends": each.ends.isoformat(), "begins": each.begins.isoformat()},
                        N_("Mend one of the two days."), ("phases", n, "ends"))  # fmt: skip
        for number, target in enumerate(each.targets):
            if not math.isfinite(target.target):
                yield Fault(f"phases.{n}.targets.{number}.target", N_("is %(found)s, which is no number."),
                            {"found": str(target.target)}, N_("Write a number."),
                            ("phases", n, "targets", number, "target"))  # fmt: skip
            if target.measure.partition("/")[0] not in MEASURES:
                yield _unknown(f"phases.{n}.targets.{number}.measure", target.measure,
                               N_("is %(found)s, which nothing measures."), MEASURES,
                               ("phases", n, "targets", number, "measure"))  # fmt: skip


def _previous(portfolio: Portfolio) -> Iterator[Fault]:
    ids = {each.id for each in portfolio.demands}
    for each in portfolio.previous:
        if each not in ids:
            yield _unknown(f"previous.{each}", each, N_("is %(found)s, which is no demand of the portfolio."), ids,
                           ("previous", each))  # fmt: skip


def _money(name: str, amount: int, at: At, *, zero: bool = False) -> Iterator[Fault]:
    if amount == 0 and not zero:
        yield Fault(name, N_("is 0."), {}, N_("Write what it costs, or take the line out."), at)
    elif amount and not LEAST <= amount <= MOST:
        yield Fault(name, N_("is %(amount)s dong, which can't be."), {"amount": f"{amount:,}"},
                    N_("Write whole dong, not thousands or millions."), at)  # fmt: skip


def _amount(name: str, found: float, at: At) -> Iterator[Fault]:
    if not math.isfinite(found):
        yield Fault(name, N_("is %(found)s, which is no number."), {"found": str(found)}, N_("Write a number."), at)
    elif not 0 <= found <= LARGEST:
        yield Fault(name, N_("is %(found)s, which can't be."), {"found": f"{found:g}"},
                    N_("Write 0 or more, and no more than a thousand million."), at)  # fmt: skip


def _year(name: str, year: int, portfolio: Portfolio, at: At) -> Iterator[Fault]:
    if year not in portfolio.years:
        values = {"found": str(year), "first": str(portfolio.years[0]), "last": str(portfolio.years[-1])}
        yield Fault(name, N_("is %(found)s, but the roadmap runs from %(first)s to %(last)s."), values,
                    N_("Mend the year, or take the line out."), at)  # fmt: skip


def _unknown(name: str, found: str, says: str, known: Collection[str], at: At) -> Fault:
    return Fault(name, says, {"found": found, "known": _listed(known)}, N_("Known are: %(known)s."), at)


def _listed(known: Collection[str]) -> str:
    listed: Sequence[str] = sorted(known)
    return ", ".join(listed[:LISTED]) + (" …" if len(listed) > LISTED else "") or "–"
