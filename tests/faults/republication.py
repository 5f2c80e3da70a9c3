"""`python -m tests.faults.republication --dossiers 10000 --rounds 4 --seed 7`: versions change under open dossiers.

A crowd of dossiers of one procedure stands at every step, some waiting for their applicants, some ended. In each round
a version chosen by the seed is planned and applied: other time limits and budgets, steps renamed and taken away,
answers asked for that nobody gave. Afterwards no moment at which anything is due has changed but as the plan said, what
was not listed is as it was, and doing it again changes nothing. Exit code 1 when anything does not hold.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

CODE = "1.013225"
BASIS = {"text": "Điều khoản chuyển tiếp (mẫu)", "checked": False}
WAYS = (  # how far a dossier of the crowd has come
    (), ("accept",), ("accept", "pay", "pass"), ("accept", "pay", "supplement"), ("supplement",),
    ("accept", "pay", "pass", "confirm"), ("refuse",), ("accept", "pay", "ineligible"),
)  # fmt: skip
CLONE = """
WITH made AS (
    INSERT INTO dossiers_dossier ({columns})
    SELECT {values} FROM dossiers_dossier d CROSS JOIN generate_series(1, %(each)s) n WHERE d.code = ANY(%(codes)s)
    RETURNING id, code, status),
told AS (
    INSERT INTO dossiers_dossierevent (dossier_id, at, kind, status, step, agency, actor, reason, public)
    SELECT id, now(), 'submitted', status, '', '', '-', '', true FROM made)
INSERT INTO dossiers_task ({task_columns})
SELECT {task_values} FROM made JOIN dossiers_dossier d ON d.code = split_part(made.code, '#', 1)
JOIN dossiers_task t ON t.dossier_id = d.id ORDER BY made.id, t.id
"""


def crowd(
    *, dossiers: int, province: Any, citizen: Any, signer: Any, at: datetime, ways: Sequence[tuple[str, ...]] = WAYS
) -> list[str]:
    """The codes of so many committed dossiers, some at each step: one walked there for each way, the others copies."""
    codes = [_walked(way, province, citizen, signer, at) for way in ways]
    if dossiers > len(codes):
        _copy(codes, -(-dossiers // len(codes)) - 1)
    return codes


def state() -> dict[str, Any]:
    """When every dossier and open step is due, and under which version, as anyone who sees all finds it."""
    from maidinh.services.dossiers.models import Dossier, Task

    tasks: dict[int, dict[str, Any]] = {}
    for pk, step, due in Task.objects.filter(closed_at__isnull=True).values_list("dossier_id", "step", "due_at"):
        tasks.setdefault(pk, {})[step] = due
    rows = Dossier.objects.filter(procedure__code=CODE).values_list(
        "pk", "code", "procedure__version", "status", "due_at", "promised_at", "answers"
    )
    return {code: (version, status, due, promised, tasks.get(pk, {}), answers)
            for pk, code, version, status, due, promised, answers in rows}  # fmt: skip


def faults_after(plan: Any, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Everything that came otherwise than the plan said."""
    found, fates = [], {each.code: each for each in plan.fates}
    for code, was in before.items():
        fate, now = fates.get(code), after[code]
        if fate is None or fate.fate != "moves":
            found += [f"{code} was not to move and changed"] if now != was else []
            continue
        steps = {each.after: each.due_after for each in fate.steps if each.after in now[4]}
        wanted = (plan.procedure.version, was[1], fate.due_after, was[3], steps)
        found += [f"{code}: {now[:5]} and not {wanted}"] if now[:5] != wanted or len(now[4]) != len(was[4]) else []
        expected = {each.after for each in fate.steps}
        found += [f"{code}: open at {sorted(now[4])}"] if not set(now[4]) <= expected else []
    return found


def next_version(chance: random.Random, old: Any, number: int, first_day: date) -> Any:
    """Another version of a procedure, as a province might make it, with or without a ground to take dossiers over."""
    from maidinh.services.procedures.definition import Procedure

    content = old.model_dump(mode="json", by_alias=True)
    content |= {"version": f"{number}.0", "effective_from": first_day.isoformat()}
    change: dict[str, Any] = {"dossiers": "pin"}
    if number % 3 != 1 or chance.random() < 0.5:
        change = {"dossiers": "migrate", "from_versions": ["1.0", *(f"{n}.0" for n in range(7, number))],
                  "basis": BASIS, "steps": {}}  # fmt: skip
    for case in content["cases"]:
        case["time_limit"]["budget"]["amount"] += chance.randint(-3, 6)
    for step in content["steps"]:
        if step["budget"]:
            step["budget"]["amount"] += chance.randint(0, 2)
    if chance.random() < 0.6:
        _rename(content, chance.choice(["appraisal", "field-check"]), f"step-{number}", change, chance)
    if chance.random() < 0.4:
        name = f"asked_{number}"
        schema = {"type": "boolean", "default": False} if chance.random() < 0.7 else {"type": "string"}
        content["pages"][-1]["fields"].append({"id": name, "label": {"vi": name}})
        content["answers"]["properties"][name] = schema
        content["answers"]["required"].append(name)
    content["change"] = change
    return Procedure.model_validate(content)


def _rename(content: dict[str, Any], name: str, to: str, change: dict[str, Any], chance: random.Random) -> None:
    if name not in {each["id"] for each in content["steps"]}:
        return
    for step in content["steps"]:
        step["id"] = to if step["id"] == name else step["id"]
        for outcome in step["outcomes"]:
            outcome["to"] = to if outcome["to"] == name else outcome["to"]
    if "steps" in change and chance.random() < 0.7:
        change["steps"] = {name: to}


def _walked(way: tuple[str, ...], province: Any, citizen: Any, signer: Any, at: datetime) -> str:
    import typst

    from maidinh.infrastructure.database.scope import acting
    from maidinh.infrastructure.files.actions import store_document
    from maidinh.infrastructure.identity.queries import actor_of_official, official
    from maidinh.infrastructure.translog.promises import LogKeeper
    from maidinh.services.dossiers.actions.steps import complete_task, record_payment
    from maidinh.services.dossiers.actions.submission import SubmittedPaper, submit_dossier
    from maidinh.services.dossiers.queries import open_task_of
    from maidinh.services.procedures.queries import versions_of

    version = versions_of(CODE)[0]
    receiving, content = version.procedure.receiving[0], typst.compile(b"A sample paper")
    everyone = [each.code for each in province.organisations.agencies]
    with acting(person=citizen.person):
        papers = [SubmittedPaper(each.id, store_document(content=io.BytesIO(content), at=at).digest, f"{each.id}.pdf")
                  for each in version.procedure.papers]  # fmt: skip
        dossier = submit_dossier(
            actor=citizen, version=version, case=version.procedure.cases[0].id, receiving=receiving,
            answers={"full_name": citizen.name}, papers=papers, channel=2,
            key=f"{at.timestamp():.0f} {' '.join(way)}", at=at, log=LogKeeper(signer, province.id, 60),
        ).dossier  # fmt: skip
    for outcome in way:
        at += timedelta(hours=1)
        with acting(agencies=everyone):
            task = open_task_of(dossier)
        people = [each for each in province.organisations.officials
                  if each.agency == (receiving if outcome == "pay" else task.agency)
                  and (task.role in each.roles or outcome == "pay")]  # fmt: skip
        actors = [actor_of_official(official(each.id)) for each in people]
        if outcome == "pay":
            cashier = next(each for each in actors if each.may("fee.record"))
            with acting(agencies=cashier.agencies):
                record_payment(actor=cashier, code=dossier.code, receipt_number=dossier.code[-12:], at=at)
            continue
        with acting(agencies=actors[0].agencies):
            complete_task(actor=actors[0], task_id=task.pk, outcome=outcome, at=at, reason="vì mẫu", findings="mẫu")
    return str(dossier.code)


def _copy(codes: list[str], each: int) -> None:
    """Copies of dossiers and their steps, made by the database's administrator, who stands above its policies."""
    import psycopg
    from django.conf import settings
    from psycopg.conninfo import make_conninfo

    from maidinh.services.dossiers.models import Dossier, Task

    columns = [f.column for f in Dossier._meta.concrete_fields if f.column != "id"]
    values = ["d.code || '#' || n" if name == "code" else f'd."{name}"' for name in columns]
    of_task = [f.column for f in Task._meta.concrete_fields if f.column not in ("id", "dossier_id")]
    statement = CLONE.format(
        columns=", ".join(f'"{name}"' for name in columns), values=", ".join(values),
        task_columns=", ".join(["dossier_id", *(f'"{name}"' for name in of_task)]),
        task_values=", ".join(["made.id", *(f't."{name}"' for name in of_task)]),
    )  # fmt: skip
    dsn = make_conninfo(settings.CONNECTIONS.admin_dsn, dbname=settings.CONNECTIONS.database)
    with psycopg.connect(dsn) as connection:
        connection.execute("SET session_replication_role = replica")  # whoever copies rows answers for them
        connection.execute("ALTER TABLE dossiers_task DISABLE TRIGGER USER")
        connection.execute(statement, {"each": each, "codes": codes})
        connection.execute("ALTER TABLE dossiers_task ENABLE TRIGGER USER")
        for trigger in ("dossiers_others_steps", "dossiers_applicant_reopens"):
            connection.execute(f"ALTER TABLE dossiers_task ENABLE ALWAYS TRIGGER {trigger}")


@dataclass
class Report:
    """What came of the rounds."""

    broken: list[str] = field(default_factory=list)
    moved: int = 0
    held: int = 0
    stayed: int = 0


def republish(*, rounds: int, seed: int, province: Any, say: bool = False) -> Report:
    """Plan and apply a version in each round, and hold what came of it against the plan."""
    from django.conf import settings

    from maidinh.config.procedures_change import plan_of
    from maidinh.infrastructure.database.standing import as_role
    from maidinh.services.dossiers.actions.republishing import move_dossiers
    from maidinh.services.procedures.actions import apply_procedure

    chance, report, at = random.Random(seed), Report(), datetime.now(UTC)
    old = next(each for each in province.procedures if (each.code, each.version) == (CODE, "1.0"))
    for number in range(rounds):
        new = next_version(chance, old, 7 + number, date(2026, 8, 1) + timedelta(days=number))
        began = time.process_time(), time.monotonic()
        with as_role(settings.CONNECTIONS, "worker"):
            plan, before = plan_of(new), state()
        planned = time.process_time(), time.monotonic()
        with as_role(settings.CONNECTIONS, "owner"):
            version = apply_procedure(procedure=new, at=at)
        with as_role(settings.CONNECTIONS, "web"):
            moving = [each for each in plan.fates if each.fate == "moves"]
            done = move_dossiers(foreseen=moving, version=version, at=at)
            applied = time.process_time(), time.monotonic()
            again = move_dossiers(foreseen=moving[:20], version=version, at=at)
            report.broken += [f"{code} moved twice" for code in (*again.moved, *again.changed)]
            report.broken += [f"{code} was not to be moved any more" for code in done.changed]
        with as_role(settings.CONNECTIONS, "worker"):
            report.broken += [f"round {number}: {each}" for each in faults_after(plan, before, state())]
        report.moved += len(done.moved)
        report.held += plan.counts["held"]
        report.stayed += plan.counts["stays"]
        if say:
            plan_cpu, move_cpu = planned[0] - began[0], applied[0] - planned[0]
            print(f"{new.version:5} {plan.counts}  planned in {planned[1] - began[1]:.1f} s (CPU {plan_cpu:.1f}),"
                  f" moved in {applied[1] - planned[1]:.1f} s (CPU {move_cpu:.1f})", flush=True)  # fmt: skip
        old = new
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    from tests import conftest

    run = conftest.Run()
    try:
        run.start()
        from django.conf import settings

        from maidinh.config.provinces import read_province

        province = read_province(conftest.PROVINCE)
        crowd(dossiers=given.dossiers, province=province, citizen=conftest.citizen_of(province, 0),
              signer=settings.SIGNER, at=conftest.NOW)  # fmt: skip
        report = republish(rounds=given.rounds, seed=given.seed, province=province, say=True)
    finally:
        run.stop()
    print(f"moved {report.moved}, held {report.held}, stayed {report.stayed}, faults {len(report.broken)}")
    print("\n".join(report.broken[:20]))
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
