"""`maidinh project duplicates`: a proposal, or many, held against what stands and is planned.

Layer 0, config. Works on files alone; no database. Legal ground: Nghị định 224/2026/NĐ-CP article 23 clause 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maidinh.config.cli.project_given import DONE, FINDINGS, AsJson, Definitions, stop
from maidinh.config.failures import told_plainly
from maidinh.config.texts import language, say

if TYPE_CHECKING:
    from maidinh.governance.duplication.definition import Profile
    from maidinh.governance.duplication.judging import Finding, Flag, Searcher

Proposals = Annotated[
    Path,
    typer.Argument(help=say("The proposal: a project, an inventory of profiles, or a folder."), show_default=False),
]
Against = Annotated[
    Path,
    typer.Option(help=say("What it is held against: an inventory, a project, an architecture or a province's folder.")),
]
Limit = Annotated[int, typer.Option(min=1, max=1000, help=say("How many findings of each proposal are told at most."))]


@told_plainly
def duplicates(
    file: Proposals, against: Against, limit: Limit = 10, as_json: AsJson = False, definitions: Definitions = None
) -> None:
    """Say what a proposal would pay for again: which system, platform or project, why, and what could be saved."""
    from maidinh.governance.duplication.definition import read_duplication_terms
    from maidinh.governance.duplication.judging import Searcher
    from maidinh.governance.duplication.profiles import national_platforms
    from maidinh.governance.duplication.reading import catalogue_names
    from maidinh.infrastructure.definitions.locating import definitions_root

    national = definitions_root(definitions) / "national"
    terms = read_duplication_terms(national)
    proposals = _read(file, definitions, as_json)
    held = {each.id: each for each in national_platforms(national, terms)}
    held |= {each.id: each for each in _read(against, definitions, as_json)}
    searcher = Searcher(list(held.values()), terms, names=catalogue_names(national))
    found = searcher.all(proposals, limit=limit)
    flags = {each.id: searcher.code_flags(each) for each in proposals}
    if as_json:
        told = [_json(each.id, found[each.id], flags[each.id]) for each in proposals]
        print(json.dumps(told if len(told) > 1 else told[0], ensure_ascii=False, indent=2))
    else:
        print("\n".join(line for each in proposals for line in _told(each, found[each.id], flags[each.id], searcher)))
    serious = any(each.kind != "complementary" for group in found.values() for each in group)
    sys.exit(FINDINGS if serious else DONE)


def _read(path: Path, definitions: Path | None, as_json: bool) -> list[Profile]:
    from maidinh.config.cli.architecture_exchange import refusals, refused
    from maidinh.config.cli.architecture_given import leave
    from maidinh.governance.duplication.reading import read_profiles
    from maidinh.governance.projects.faults import ProjectUnreadable

    try:
        return read_profiles(path, definitions)
    except FileNotFoundError:
        leave(f"{path}: {say('there is no such file')}")
    except ProjectUnreadable as error:
        stop(path, error.faults, as_json)
    except refusals() as error:
        refused(path, error, as_json)


def _json(proposal: str, found: Sequence[Finding], flags: Sequence[Flag]) -> dict[str, Any]:
    return {
        "proposal": proposal,
        "flags": [
            {"model": each.model, "declared": list(each.declared), "predicted": each.predicted,
             "confidence": each.confidence}
            for each in flags
        ],
        "found": [
            {"with": each.other.id, "kind": each.other.kind, "class": each.kind, "score": each.score,
             "reasons": list(_reasons(each)), "saving": each.saving}
            for each in found
        ],
    }  # fmt: skip


def _reasons(finding: Finding) -> Iterator[str]:
    from maidinh.governance.duplication.reasons import SAYINGS

    for each in finding.reasons:
        yield say(SAYINGS[each.code]) % each.in_language(language())


def _told(profile: Profile, found: Sequence[Finding], flags: Sequence[Flag], searcher: Searcher) -> Iterator[str]:
    """One proposal for a terminal."""
    yield f"{profile.id} · {profile.title.in_language(language())}"
    for flag in flags:
        declared, predicted = (
            ", ".join(searcher.code_name(flag.model, each, language()) for each in codes)
            for codes in (flag.declared, [flag.predicted])
        )
        said = f"{say('declared')} {declared or say('none')}; {say('the words speak for')} {predicted}"
        yield f"  {flag.model.upper()}: {said} ({round(flag.confidence * 100)} %)"
    if not found:
        yield f"  {say('Nothing like it was found.')}"
    names = class_names()
    for each in found:
        other = each.other
        yield f"  [{names[each.kind]}] {other.id} · {other.title.in_language(language())} ({round(each.score * 100)} %)"
        if other.owner:
            yield f"      {say('Responsible agency')}: {other.owner}"
        yield from (f"      - {reason}" for reason in _reasons(each))
        if each.saving:
            shares = searcher.shares(each.kind)
            years = searcher.term.saving.years
            how = say("%(build)s %% of building, %(run)s %% of %(years)s years of running") % {
                "build": round(shares.build * 100), "run": round(shares.run * 100), "years": years
            }  # fmt: skip
            money = f"{each.saving:,}".replace(",", ".")
            yield f"      {say('Could be saved')}: {money} {say('dong')} ({how})"


def class_names() -> dict[str, str]:
    """What each class is called."""
    return {
        "duplicate": say("duplicate"),
        "overlap": say("overlap"),
        "should-reuse": say("should reuse"),
        "complementary": say("complementary"),
    }
