"""Who judges the drafts of procedures in an installation: the checks of `procedure check`, and the scenarios.

Layer 0, config. The files of a draft are laid down as they would stand in the definitions and read by the same reader.
A version without a last day gives way to the next one, so that the draft need not change the one before it. Legal
ground: Decree 63/2010/NĐ-CP article 8 (the parts of a procedure).
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from maidinh.config.environment import Environment

if TYPE_CHECKING:
    from maidinh.infrastructure.definitions.reading import Problem
    from maidinh.services.authoring.judging import Told, Verdict
    from maidinh.services.procedures.definition import Procedure

REMEMBERED = 32  # verdicts: a page that is looked at again is not judged again


@dataclass(frozen=True)
class _Judge:
    """The judge of one installation, by its province and its definitions."""

    province: str
    definitions: Path | None

    def verdict(self, *, files: Mapping[str, str], kept: Sequence[Procedure]) -> Verdict:
        from maidinh.infrastructure.definitions.hashing import content_hash

        known = {content_hash(each.model_dump(mode="json", by_alias=True)): each for each in kept}
        return _judged(self, tuple(sorted(files.items())), _Kept(tuple(sorted(known)), tuple(known.values())))


@dataclass(frozen=True)
class _Kept:
    """The versions of the installation, told from others by their identities alone."""

    hashes: tuple[str, ...]
    versions: tuple[Procedure, ...]

    def __hash__(self) -> int:
        return hash(self.hashes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and self.hashes == other.hashes


def judge_of(environment: Environment) -> _Judge:
    """The judge of this installation."""
    return _Judge(environment.province, environment.definitions)


@lru_cache(maxsize=REMEMBERED)
def _judged(judge: _Judge, files: tuple[tuple[str, str], ...], kept: _Kept) -> Verdict:
    from maidinh.config.procedures_given import check_files
    from maidinh.infrastructure.definitions.locating import province_root
    from maidinh.infrastructure.definitions.reading import DefinitionError, read_form
    from maidinh.services.authoring.definition import MAIN
    from maidinh.services.authoring.judging import Told, Verdict
    from maidinh.services.procedures.definition import Procedure

    home = province_root(judge.province, judge.definitions)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "draft"
        _lay_down(folder, files)
        try:
            procedure = read_form(folder / MAIN, Procedure)
        except DefinitionError:
            procedure = None
        checked = check_files([folder / MAIN], home, judge.definitions, kept.versions)
        told = [Told(MAIN, each.line, each.place, each.finding) for each in checked.findings]
        names = [name for name, _text in files if name != MAIN]
        if procedure is not None:
            told += _scenarios(Path(place), files, procedure, home.parents[1] / "national")
    return Verdict(procedure, tuple(told), len(names))


def _lay_down(folder: Path, files: Sequence[tuple[str, str]]) -> None:
    for name, text in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def _scenarios(place: Path, files: Sequence[tuple[str, str]], procedure: Procedure, national: Path) -> list[Told]:
    """What comes about otherwise than the scenarios say; they are tried as if they stood beside the procedure."""
    from maidinh.config.scenarios_check import terms_of
    from maidinh.infrastructure.definitions.reading import DefinitionError
    from maidinh.services.authoring.definition import MAIN
    from maidinh.services.scenarios.reading import scenario_problems

    folder = place / procedure.code / "draft"  # not its version: that may be written like a path
    _lay_down(folder, files)
    known, told = {(procedure.code, folder.name): procedure}, []
    terms_on = terms_of(national)
    for name, _text in files:
        if name == MAIN:
            continue
        try:
            told += [_told(name, each) for each in scenario_problems(folder / name, known, terms_on)]
        except DefinitionError as error:
            told += [_told(name, each) for each in error.problems]
    return told


def _told(name: str, problem: Problem) -> Told:
    from maidinh.services.authoring.judging import SCENARIO, Told
    from maidinh.services.checking.findings import Finding

    return Told(name, problem.line, problem.place, Finding(SCENARIO, (), {"expected": problem.expected}))
