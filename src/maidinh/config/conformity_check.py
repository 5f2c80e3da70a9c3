"""Whether the rules of conformity are in order: each once, its SQL runs, its own examples come out as they say.

Layer 0, config. Part of the check of all definitions. What a file's examples came to is remembered while the program
runs: they are the same as long as the file and what it is held against are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from maidinh.governance.conformity.definition import RuleBook
from maidinh.governance.conformity.examples import tried
from maidinh.governance.conformity.reading import (
    Surroundings,
    framework_called,
    read_surroundings,
    rule_files,
    rules_of,
)  # fmt: skip
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.reading import DefinitionError, Problem, read_all
from maidinh.infrastructure.identity.definition import Roles

HELD_AGAINST = ("frameworks", "catalogues", "codes")
Wrong = tuple[int, int, str]  # which rule, which of its examples, what is wrong
_KNOWN: dict[str, tuple[Wrong, ...]] = {}


def rule_problems(
    national: Path,
    province: Path | None,
    roles: Roles | None,
    *,
    examples: bool = True,
    around: Surroundings | None = None,
) -> Iterator[Problem]:
    """What is wrong in the rules of the nation or, where one is given, of a province.

    Examples need only run where the facts around them are in order; who has read these already gives them.
    """
    paths = rule_files(national if province is None else province)
    try:
        books = read_all([*rule_files(national), *paths] if province is not None else paths, RuleBook)
        rules_of(books)
        around = around or read_surroundings(national, province)
    except DefinitionError as error:
        yield from error.problems
        return
    roots = [national] if province is None else [national, province]
    stamp = _stamp(
        [each for root in roots for folder in HELD_AGAINST for each in sorted((root / folder).glob("*.yaml"))]
    )
    for path in paths:
        yield from _of_file(path, books[path], around, roles)
        if not examples:
            continue
        document = Document(path)
        for rule, example, text in _examples(_stamp([path]) + stamp, books[path], around):
            yield document.problem(("rules", rule, "examples", example), text)


def _of_file(path: Path, book: RuleBook, around: Surroundings, roles: Roles | None) -> Iterator[Problem]:
    document = Document(path)
    if book.id != path.stem:
        yield document.problem(("id",), f"expected {path.stem}, the file's name")
    known = {role.id for role in roles.roles} if roles else None
    for n, rule in enumerate(book.rules):
        for name in rule.frameworks:
            try:
                framework_called(name, around.frameworks)
            except ValueError as error:
                yield document.problem(("rules", n, "frameworks"), str(error))
        if known is not None and rule.waivable_by is not None and rule.waivable_by not in known:
            expected = f"expected a role of roles.yaml (found {rule.waivable_by!r})"
            yield document.problem(("rules", n, "waivable_by"), expected)


def _examples(stamp: str, book: RuleBook, around: Surroundings) -> tuple[Wrong, ...]:
    """What is wrong in the examples of a file; `stamp` stands for the file and all that it is held against."""
    if stamp not in _KNOWN:
        _KNOWN[stamp] = tuple(
            (number, rule.examples.index(each.example), f"{each.example.named('vi')}: {each.text or each.verdict}")
            for number, rule in enumerate(book.rules)
            for each in tried(rule, around)
            if not each.ok
        )
    return _KNOWN[stamp]


def _stamp(paths: list[Path]) -> str:
    found = hashlib.sha256()
    for path in paths:
        found.update(path.read_bytes())
    return found.hexdigest()
