"""`maidinh architecture draft-pull|draft-push`: a draft of the installation as a file for git, and back into it.

Layer 0, config. Works on the installation's database, in the name of one of its officials. Pushing merges field by
field what others changed since the pull. Exit codes: 0 done, 1 conflicts or a faulty file, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say

if TYPE_CHECKING:
    from maidinh.governance.architecture.definition import ArchitectureVersion
    from maidinh.governance.drafting.actions.editing import Outcome
    from maidinh.governance.drafting.rules import Fault
    from maidinh.infrastructure.actor import Actor

FINDINGS, WRONG_USE, FAILED = 1, 2, 3

Official = Annotated[
    str, typer.Option("--as", envvar="MAIDINH_AS", help=say("The id of the official in whose name this is done."))
]


@told_plainly
def pull(
    version: Annotated[str, typer.Argument(help=say("The version that is being drafted."))],
    output: Annotated[Path, typer.Option("--output", "-o", help=say("The file to write."))],
    official: Official,
) -> None:
    """Write a draft as version.yaml, without what it inherits."""
    with acting_as(official) as actor:
        from maidinh.governance.architecture.queries import frameworks
        from maidinh.governance.drafting.queries import living_draft_for
        from maidinh.governance.drafting.reading import delta, written

        draft = living_draft_for(actor, version)
        if draft is None:
            _leave(say("There is no draft of version {version} that you may read.").format(version=version))
        text = written(draft.pk, draft.revision, delta(_kept(draft.inherits), draft.model, frameworks()))
    part = output.with_name(f".{output.name}.part")
    part.write_text(text, "utf-8")
    part.replace(output)
    print(output)


@told_plainly
def push(
    file: Annotated[Path, typer.Argument(help=say("The file that draft-pull wrote."))],
    official: Official,
    decisions: Annotated[
        Path | None, typer.Option(help=say("A JSON file that decides conflicts: {key: ours, theirs, base or value}."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))] = False,
) -> None:
    """Bring a draft's file back into the draft: what it changed since it was pulled; conflicts are listed."""
    from maidinh.governance.drafting.reading import read_pulled, whole

    pulled, decided = read_pulled(file), _decisions(decisions)
    with acting_as(official) as actor:
        from maidinh.governance.architecture.definition import ArchitectureVersion
        from maidinh.governance.architecture.queries import frameworks
        from maidinh.governance.architecture.reading import unknown_framework
        from maidinh.governance.drafting.actions.editing import DraftRefused, replace_draft
        from maidinh.governance.drafting.queries import content_at, draft_for
        from maidinh.governance.drafting.rules import EditRefused
        from maidinh.infrastructure.actor import NotAllowed

        draft = draft_for(actor, pulled.draft)
        if draft is None:
            _leave(say("There is no draft {draft} that you may read.").format(draft=pulled.draft))
        try:
            seen = ArchitectureVersion.model_validate(content_at(draft, pulled.revision))
            known = frameworks()
            if pulled.own.framework not in known:
                _stop(str(unknown_framework(file, pulled.own.framework, known)))
            outcome = replace_draft(
                actor=actor, draft_id=draft.pk,
                model=whole(_kept(pulled.own.inherits), pulled.own, seen, known, listed=pulled.listed),
                seen_revision=pulled.revision, via="yaml", at=datetime.now(UTC), decisions=decided,
            )  # fmt: skip
        except NotAllowed as refusal:
            _leave(say("This official may not do this; it needs the permission {permission}.").format(
                permission=refusal.permission))  # fmt: skip
        except EditRefused as refusal:
            _stop(
                "\n".join(
                    f"{file}: {fault.section} {fault.item} {fault.path}: {_told(fault)}" for fault in refusal.faults
                )
            )
        except (DraftRefused, ValueError) as refusal:
            _stop(f"{file}: {refusal}")
    _answer(file, pulled.revision, outcome, as_json)


@contextmanager
def acting_as(official_id: str) -> Iterator[Actor]:
    """The installation's database as the pages' role, in the name of an official."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maidinh.config.settings")
    import django
    from django.conf import settings
    from django.db import OperationalError
    from django.utils.translation import override

    django.setup()
    from maidinh.infrastructure.database.scope import acting
    from maidinh.infrastructure.identity.queries import actor_of_official, official

    if not settings.CONNECTIONS.prepared:
        _leave(say("There is no installation here yet. Start it: maidinh up, or set MAIDINH_DATA."))
    try:
        found = official(official_id)
        if found is None:
            _leave(say("There is no official {official}.").format(official=official_id))
        actor = actor_of_official(found)
        with override(language()), acting(agencies=actor.agencies):
            yield actor
    except OperationalError as error:
        print(say("The database does not answer: {reason}").format(reason=str(error).strip()), file=sys.stderr)
        sys.exit(FAILED)


def _kept(version: str | None) -> ArchitectureVersion | None:
    """The version of this number that is, or was, in force."""
    from maidinh.governance.architecture.queries import version_numbered

    found = None if version is None else version_numbered(version)
    return None if found is None else found.model


def _decisions(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        decided = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        _leave(f"{path}: {error}")
    if not isinstance(decided, dict):
        _leave(f"{path}: {say('expected an object of conflict keys and decisions')}")
    return decided


def _answer(file: Path, seen: int, outcome: Outcome, as_json: bool) -> NoReturn:
    if as_json:
        told = {
            "revision": outcome.revision,
            "changed": [list(each.where) for each in outcome.changed],
            "conflicts": [each.as_json() for each in outcome.conflicts],
            "unused_decisions": list(outcome.unused),
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for conflict in outcome.conflicts:
            because = f" ({', '.join(conflict.because)})" if conflict.because else ""
            values = f"{_shown(conflict.theirs)} | {file.name}: {_shown(conflict.ours)}"
            print(f"{say('Conflict')}: {conflict.key}{because}: {values}")
        for key in outcome.unused:
            print(f"{say('a decision about no conflict')}: {key}")
        words = {"count": len(outcome.changed), "seen": seen, "revision": outcome.revision}
        print(say("Fields changed: {count}; revision {seen} -> {revision}.").format(**words))
        if outcome.conflicts:
            print(say("The draft keeps what stands in it; decide with --decisions, or pull and edit again."))
    sys.exit(FINDINGS if outcome.conflicts else 0)


def _shown(value: Any) -> str:
    return say("nothing") if value is None else json.dumps(value, ensure_ascii=False)[:200]


def _told(fault: Fault) -> str:
    return say(fault.says).format(**fault.values)


def _stop(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(FINDINGS)


def _leave(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(WRONG_USE)
