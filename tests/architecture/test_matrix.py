"""Who may do what: every actor, every page, every object, every cell declared in matrix.yaml and tried.

The words of a cell: shown (the page came, or leads to another), done (something was written), told (the form or the
state of the object refuses, and the page says why), sign-in, refused (403), absent (404), unavailable (503: the
identity provider does not run here). A page by a method that it does not declare is 405 to all, and not in the table.
Every one of these answers is guarded too (guarding.py).
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection, transaction
from django.test import Client

import maidinh.config.urls  # noqa: F401 - the pages are declared by being imported
from maidinh.channels.routing import PAGES
from tests.architecture.guarding import unguarded
from tests.architecture.inhabitants import ACTORS, GROUPS, World
from tests.architecture.requests import Asked, requests_in, undeclared_methods

TABLE = Path(__file__).with_name("matrix.yaml")
WORDS = {400: "told", 403: "refused", 404: "absent", 405: "method", 409: "told", 422: "told", 503: "unavailable"}
WRITES = ("INSERT", "UPDATE", "DELETE")
pytestmark = [pytest.mark.slow]
HALVES = [pytest.mark.xdist_group(f"matrix-{half}") for half in range(2)]  # of the pages: a world in each is cheap


@cache
def declared() -> dict[str, dict[str, dict[str, set[str]]]]:
    """The table: page, "METHOD object", word, actors."""
    table = yaml.safe_load(TABLE.read_text("utf-8"))
    return {
        page: {line: {word: _spelt_out(names) for word, names in words.items()} for line, words in lines.items()}
        for page, lines in table.items()
    }


def _spelt_out(names: str) -> set[str]:
    return {actor for name in names.split() for actor in GROUPS.get(name, (name,))}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=HALVES[number % 2]) for number, name in enumerate(sorted(PAGES))]
)
def test_every_cell_is_as_declared(world: World, name: str) -> None:
    found = {f"{asked.method} {asked.on}": _by_word(world, asked) for asked in requests_by_page(world)[name]}
    methods = {line.partition(" ")[0] for line in found}
    assert methods == set(PAGES[name].methods), f"{name}: the matrix tries {methods}"
    assert found == declared().get(name), f"found:\n{written(name, found)}"


@HALVES[0]
def test_the_table_names_pages_and_actors_there_are() -> None:
    assert set(declared()) == set(PAGES)
    for name, lines in declared().items():
        for line, words in lines.items():
            named = [actor for actors in words.values() for actor in actors]
            assert sorted(named) == sorted(ACTORS), f"{name} {line}"
            assert not [word for word in words if word.startswith("broken")], f"{name} {line}"


@HALVES[1]
def test_no_page_takes_a_method_that_it_does_not_declare(world: World) -> None:
    address = {asked.page: asked.address for asked in requests_in(world)}
    for name, method in undeclared_methods():
        for who in ("anonymous", "citizen", "one-stop", "administrator"):
            answer = world.browser(who).generic(method, address[name])
            assert answer.status_code == 405, f"{method} {name} by {who} answers {answer.status_code}"


@cache
def requests_by_page(world: World) -> dict[str, list[Asked]]:
    """Every request by its page; worked out once, for the world is as it was after each cell."""
    found: dict[str, list[Asked]] = defaultdict(list)
    for asked in requests_in(world):
        found[asked.page].append(asked)
    return found


def written(name: str, lines: dict[str, dict[str, set[str]]]) -> str:
    """Lines to paste into the table, once somebody has judged them."""
    rows = [
        f"  {line}: {{{', '.join(f'{word}: {_in_short(words[word])}' for word in sorted(words))}}}\n"
        for line, words in sorted(lines.items())
    ]
    return f"{name}:\n{''.join(rows)}"


def _in_short(actors: set[str]) -> str:
    left, names = set(actors), []
    for group, members in GROUPS.items():
        if left.issuperset(members):
            names.append(group)
            left -= set(members)
    return " ".join([*names, *(actor for actor in ACTORS if actor in left)])


def _by_word(world: World, asked: Asked) -> dict[str, set[str]]:
    found = defaultdict(set)
    for who in ACTORS:
        answer, wrote = _answer(world.browser(who), asked)
        found[_word(answer, wrote)].add(who)
        own = world.actors[who].name if who in world.actors else ""
        open_ = list(unguarded(answer, own))
        assert not open_, f"{asked.method} {asked.address} by {who}, {answer.status_code}: {open_}"
    return dict(found)


def _answer(client: Client, asked: Asked) -> tuple[Any, bool]:
    """What comes of a request, which is then undone, and whether it wrote."""
    writes: list[str] = []

    def watch(execute: Any, statement: str, *rest: Any) -> Any:
        if statement.lstrip().upper().startswith(WRITES) and "django_session" not in statement:
            writes.append(statement)
        return execute(statement, *rest)

    with transaction.atomic():
        with connection.execute_wrapper(watch):
            answer = client.generic(asked.method, asked.address) if not asked.data and asked.method == "GET" else (
                client.post(asked.address, asked.data)
            )  # fmt: skip
        transaction.set_rollback(True)
    return answer, bool(writes)


def _word(answer: Any, wrote: bool) -> str:
    if answer.status_code in (301, 302) and answer["Location"].startswith("/sign-in"):
        return "sign-in"
    if answer.status_code < 400:
        return "done" if wrote else "shown"
    return WORDS.get(answer.status_code, f"broken {answer.status_code}")
