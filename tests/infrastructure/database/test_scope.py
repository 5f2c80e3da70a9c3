from __future__ import annotations

from collections.abc import Iterator

import django
import psycopg
import pytest
from django.conf import settings
from django.db import connections as django_connections
from django.db import transaction
from django.db.backends.postgresql.base import DatabaseWrapper

from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.database.policies import (
    AGENCY_OF,
    ANY_OF,
    EVERY_ROW,
    PERSON_IS,
    TRACKING_IS,
    Rows,
    grant,
    protect,
)
from maidinh.infrastructure.database.scope import acting, agency_list

ALIAS = "scope"
EVERYTHING = {"agencies": ["A", "B"], "person": "an", "tracking": "t"}


class Failure(Exception):
    pass


@pytest.fixture
def web(prepared: Connections) -> Iterator[None]:
    if not settings.configured:
        settings.configure()
        django.setup()
    with psycopg.connect(prepared.dsn("owner"), autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS thing")
        owner.execute("CREATE TABLE thing (agency text, person text, code text)")
        owner.execute("INSERT INTO thing VALUES ('A', '', ''), ('B', '', ''), ('', 'an', ''), ('', '', 't')")
        condition = ANY_OF(AGENCY_OF("agency"), PERSON_IS("person"), TRACKING_IS("code"))
        rows = Rows(condition, check=EVERY_ROW)
        for operation in (protect("thing", web=rows), grant("thing", "web", "SELECT, INSERT")):
            for statement in operation.sql:
                owner.execute(statement)
    defaults = {"TIME_ZONE": None, "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False, "TEST": {}}
    django_connections[ALIAS] = DatabaseWrapper(prepared.django("web") | defaults, ALIAS)
    yield
    django_connections[ALIAS].close()
    del django_connections[ALIAS]


def visible() -> set[str]:
    with django_connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT agency || person || code FROM thing")
        return {row[0] for row in cursor.fetchall()}


def test_each_actor_sees_their_own(web: None) -> None:
    for told, expected in (
        ({"agencies": ["A"]}, {"A"}), ({"agencies": {"A", "B"}}, {"A", "B"}), ({"person": "an"}, {"an"}),
        ({"tracking": "t"}, {"t"}), (EVERYTHING, {"A", "B", "an", "t"}), ({}, set()),
    ):  # fmt: skip
        with acting(using=ALIAS, **told):
            assert visible() == expected
        assert visible() == set()


def test_nothing_is_left_for_the_next_on_the_same_connection(web: None) -> None:
    with acting(using=ALIAS, **EVERYTHING):
        pid = django_connections[ALIAS].connection.info.backend_pid
    with acting(using=ALIAS, person="binh"):
        assert visible() == set()
        assert django_connections[ALIAS].connection.info.backend_pid == pid


def test_an_inner_scope_replaces_the_outer_one_and_gives_it_back(web: None) -> None:
    with acting(using=ALIAS, agencies=["A"]):
        with acting(using=ALIAS, person="an"):
            assert visible() == {"an"}
        assert visible() == {"A"}
        with pytest.raises(Failure), acting(using=ALIAS, tracking="t"):
            assert visible() == {"t"}
            raise Failure
        assert visible() == {"A"}


def test_it_is_a_transaction(web: None) -> None:
    with pytest.raises(Failure), acting(using=ALIAS, agencies=["C"]):
        with django_connections[ALIAS].cursor() as cursor:
            cursor.execute("INSERT INTO thing VALUES ('C', '', '')")
        assert visible() == {"C"}
        raise Failure
    with acting(using=ALIAS, agencies=["C"]):
        assert visible() == set()


def test_an_inner_scope_that_broke_the_transaction_says_so_only_once(web: None) -> None:
    with pytest.raises(Failure), transaction.atomic(using=ALIAS):
        with acting(using=ALIAS, agencies=["A"]):
            transaction.set_rollback(True, using=ALIAS)
        raise Failure
    assert visible() == set()


@pytest.mark.parametrize("code", ["A,B", "", " A", "A\n", "A\0"])
def test_codes_that_would_read_as_others_are_refused(code: str) -> None:
    with pytest.raises(ValueError, match="no code"):
        agency_list(["A", code])


def test_one_code_is_not_taken_for_its_letters() -> None:
    with pytest.raises(TypeError):
        agency_list("AB")
    assert agency_list(iter(["B", "A", "B"])) == "A,B"
