"""`maidinh procedure plan|apply`: what becomes of open dossiers under a new version, and the version put into force.

Layer 0, config. Works on the installation's database. `plan` writes nothing there; `apply` loads the version and moves
what the plan listed, each dossier by itself, so that doing it again goes on where it broke off. Exit codes: 0 done,
1 something can't be moved or is refused, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.cli.architecture_files import write_whole
from maidinh.config.cli.doctor import environment_at
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.config.environment import Environment
    from maidinh.services.authoring.planning import Plan
    from maidinh.services.dossiers.actions.republishing import DossierFate
    from maidinh.services.procedures.definition import Procedure
    from maidinh.services.processes.moving import Hindrance

DONE, FINDINGS, WRONG_USE, FAILED = 0, 1, 2, 3
SHOWN = 20  # dossiers of one fate; --json and --save hold them all

Version = Annotated[Path, typer.Argument(help=say("The version: its procedure.yaml, or the folder of it."))]
AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]
Data = Annotated[Path | None, typer.Option(help=say("The data directory. Unset: as the settings say."))]


@told_plainly
def plan(
    path: Annotated[
        Path | None, typer.Argument(help=say("The version: its procedure.yaml, or the folder of it."))
    ] = None,
    province: Annotated[str | None, typer.Option(help=say("Instead: the newest versions of a province."))] = None,
    save: Annotated[Path | None, typer.Option(help=say("Keep the plan in this file, for `apply --plan`."))] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Say what becomes of each open dossier under a new version; nothing is written."""
    if (path is None) == (province is None) or (save is not None and path is None):
        _leave(WRONG_USE, say("Name one version, or a province; only the plan of one version is saved."))
    environment = environment_at(data.resolve() if data else None, None, None)
    asked = [_read(path)] if path is not None else _newest(province or "", environment)
    plans = in_database(environment, lambda: _planned(asked))
    if save is not None:
        write_whole(save, (json.dumps(plans[0].as_json(), ensure_ascii=False, indent=2) + "\n").encode())
    if as_json:
        found = [each.as_json() for each in plans]
        print(json.dumps(found[0] if path is not None else {"plans": found}, ensure_ascii=False, indent=2))
    else:
        for each in plans:
            _tell(each)
    sys.exit(DONE if all(each.stands for each in plans) else FINDINGS)


@told_plainly
def apply(
    path: Version,
    plan_file: Annotated[
        Path | None, typer.Option("--plan", help=say("A plan that was saved; refused where anything changed since."))
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Load a version, and move the open dossiers that it takes over."""
    environment, procedure = environment_at(data.resolve() if data else None, None, None), _read(path)
    found = in_database(environment, lambda: _applied(procedure, plan_file))
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _tell_applied(procedure, found)
    sys.exit(DONE if not found["held"] and not found["changed"] else FINDINGS)


def _planned(procedures: Sequence[Procedure]) -> list[Plan]:
    from django.conf import settings

    from maidinh.config.procedures_change import plan_of
    from maidinh.infrastructure.database.standing import as_role

    with as_role(settings.CONNECTIONS, "worker"):
        return [plan_of(each) for each in procedures]


def _applied(procedure: Procedure, plan_file: Path | None) -> dict[str, Any]:
    from django.conf import settings
    from django.utils.timezone import localtime

    from maidinh.infrastructure.database.standing import as_role
    from maidinh.services.dossiers.actions.republishing import move_dossiers
    from maidinh.services.procedures.actions import apply_procedure

    at = datetime.now(UTC)
    (planned,) = _planned([procedure])
    if planned.refused:
        _leave(FINDINGS, planned.refused)
    if plan_file is not None:
        _hold_against(planned, plan_file)
    with as_role(settings.CONNECTIONS, "owner"):
        version = apply_procedure(procedure=procedure, at=at)
    ahead = procedure.effective_from > localtime(at).date()
    moving = [each for each in planned.fates if each.fate == "moves"]
    with as_role(settings.CONNECTIONS, "web"):
        done = move_dossiers(foreseen=[] if ahead else moving, version=version, at=at)
    return {
        "procedure": procedure.code, "version": procedure.version, "loaded": not planned.loaded,
        "moved": len(done.moved), "stays": planned.counts["stays"], "held": planned.counts["held"],
        "later": len(moving) if ahead else 0, "changed": list(done.changed),
        "drafts": dict(planned.drafts), "hash": planned.hash,
    }  # fmt: skip


def _hold_against(planned: Plan, file: Path) -> None:
    """Ends with what differs where the saved plan doesn't hold any more."""
    from django.conf import settings

    from maidinh.config.procedures_change import PlanUnreadable, read_plan, strayed_from
    from maidinh.infrastructure.database.standing import as_role
    from maidinh.services.dossiers.actions.republishing import moved_already

    try:
        saved = read_plan(file)
    except PlanUnreadable:
        _leave(WRONG_USE, f"{file}: {say('this is no plan, or it was changed by hand: make it again')}")
    if saved.version_hash != planned.version_hash:
        _leave(FINDINGS, f"{file}: {say('the plan is of another version, or the version was changed: plan again')}")
    with as_role(settings.CONNECTIONS, "worker"):
        moved = moved_already(saved.dossiers, planned.procedure)
    strayed = strayed_from(saved, planned, moved)
    if strayed:
        told = say("the plan does not hold any more, dossiers changed since; plan again: {codes}")
        _leave(FINDINGS, f"{file}: {told.format(codes=_some(strayed))}")


def in_database(environment: Environment, work: Callable[[], Any]) -> Any:
    """Do this with the installation's database; where there is none, say so and end."""
    os.environ.update(environment.variables())  # before Django's settings are read
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maidinh.config.settings")
    import django
    from django.conf import settings
    from django.db import OperationalError

    django.setup()
    if not settings.CONNECTIONS.prepared:
        _leave(WRONG_USE, say("There is no installation here yet. Start it: maidinh up, or set MAIDINH_DATA."))
    try:
        return work()
    except OperationalError as error:
        _leave(FAILED, say("The database does not answer: {reason}").format(reason=str(error).strip()))


def _read(path: Path) -> Procedure:
    from maidinh.infrastructure.definitions.reading import read_form
    from maidinh.services.procedures.definition import Procedure
    from maidinh.services.procedures.reading import FILE

    return read_form(path / FILE if path.is_dir() else path, Procedure)


def _newest(province: str, environment: Environment) -> list[Procedure]:
    """The version of each procedure of a province that begins last."""
    from maidinh.infrastructure.definitions.locating import province_root
    from maidinh.services.procedures.reading import read_procedures

    versions = read_procedures(province_root(province, environment.definitions))
    newest = {each.code: each for each in sorted(versions, key=lambda each: each.effective_from)}
    return [newest[code] for code in sorted(newest)]


def _tell(found: Plan) -> None:
    from maidinh.services.procedures.differences import weight_of

    procedure, weights = found.procedure, _weights()
    state = say("loaded") if found.loaded else say("not loaded yet")
    begins = say("from {day}").format(day=f"{procedure.effective_from:%d/%m/%Y}")
    print(f"{procedure.code} {procedure.version}: {begins}; {state}")
    if found.refused:
        print(f"  {say('refused')}: {found.refused}")
    weight = weight_of(list(found.differences))
    if weight:
        print(f"  {say('compared with version {version}').format(version=found.before)}: {weights[weight]}")
    for each in found.differences:
        print(f"    {weights[each.weight]}: {each.place}: {_short(each.before)} → {_short(each.after)}")
    counts = found.counts
    print(f"  {say('open dossiers')}: {say('stay')} {counts['stays']}, {say('move')} {counts['moves']}, "
          f"{say('cannot be moved')} {counts['held']}")  # fmt: skip
    for fate in ("held", "moves", "stays"):
        listed = [each for each in found.fates if each.fate == fate]
        for one in listed[:SHOWN]:
            print(f"    {_line(one)}")
        if len(listed) > SHOWN:
            print(f"    {say('and {count} more; --json tells them all').format(count=len(listed) - SHOWN)}")
    _tell_drafts(found.drafts)


def _line(fate: DossierFate) -> str:
    words = {"stays": say("stays"), "moves": say("moves"), "held": say("cannot be moved")}
    steps = ", ".join(
        each.before if each.before == each.after else f"{each.before} → {each.after}" for each in fate.steps
    )
    parts = [f"{fate.code} ({fate.version}): {words[fate.fate]}", steps]
    if fate.due_before is not None and fate.fate == "moves":
        parts.append(f"{say('due')} {_day(fate.due_before)} → {_day(fate.due_after)}" if fate.delta_seconds
                     else f"{say('due')} {_day(fate.due_before)}, {say('unchanged')}")  # fmt: skip
    if fate.filled:
        parts.append(f"{say('filled by the form')}: {', '.join(fate.filled)}")
    parts += [_why(each) for each in fate.hindrances]
    return "; ".join(part for part in parts if part)


def _why(hindrance: Hindrance) -> str:
    said = {
        "case": say("the new version has no case {named}: give it one"),
        "receiving": say("agency {named} does not receive any more: keep it under `receiving`"),
        "step": say("step {named} is gone: say under `change.steps` which one takes its place"),
        "join": say("step {named} becomes a join, or a join a step: map it to one of its kind"),
        "call": say("step {named} waits for a called procedure: keep the step and its call"),
        "merged": say("two open steps would become step {named}: map them to different ones"),
        "clock": say("the clock stands at step {named} under one version only: keep `suspends_clock`"),
        "position": say("the new process never has these steps open at once: {named}"),
        "field": say("answer {named} has no place: say under `change.fields` which field takes it"),
        "missing": say("answer {named} is asked for now and missing: give the field a default, or don't require it"),
        "answer": say("answer {named} does not fit the new form: let the form take what was good"),
        "limit": say("the time limit of case {named} can't be decided: mend its table"),
    }
    return said[hindrance.kind].format(named=hindrance.named)


def _tell_applied(procedure: Procedure, found: dict[str, Any]) -> None:
    what = say("loaded") if found["loaded"] else say("loaded before")
    print(f"{procedure.code} {procedure.version}: {what}")
    print(f"  {say('open dossiers')}: {say('moved')} {found['moved']}, {say('stay')} {found['stays']}, "
          f"{say('cannot be moved')} {found['held']}")  # fmt: skip
    if found["later"]:
        told = say("{count} will move when this is done again on or after {day}, its first day")
        print(f"  {told.format(count=found['later'], day=f'{procedure.effective_from:%d/%m/%Y}')}")
    if found["changed"]:
        print(f"  {say('left as they are, because they changed meanwhile; do it again')}: {_some(found['changed'])}")
    _tell_drafts(found["drafts"])


def _tell_drafts(drafts: Any) -> None:
    for version, count in sorted(drafts.items()):
        told = say("{count} begun applications stay under version {version}, as their applicants began them")
        print(f"  {told.format(count=count, version=version)}")


def _weights() -> dict[str, str]:
    return {"cosmetic": say("words only"), "compatible": say("compatible"), "breaking": say("breaking")}


def _short(value: Any) -> str:
    text = say("nothing") if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _day(moment: datetime | None) -> str:
    from django.utils.timezone import localtime

    return localtime(moment).strftime("%d/%m/%Y %H:%M") if moment else "-"


def _some(codes: Sequence[str]) -> str:
    rest = len(codes) - SHOWN
    more = f" {say('and {count} more; --json tells them all').format(count=rest)}" if rest > 0 else ""
    return ", ".join(codes[:SHOWN]) + more


def _leave(code: int, text: str) -> NoReturn:
    print(text, file=sys.stderr)
    sys.exit(code)
