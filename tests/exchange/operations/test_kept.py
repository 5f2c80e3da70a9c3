"""Requests of failed calls: sealed, small, for some hours, for one taker at a time."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from maidinh.exchange.operations.kept import AT_MOST, KeptRequest, KeptRequests, kept_headers
from maidinh.infrastructure.home import Home
from tests.exchange.world import NOW, PORTAL, SERVICE

TARGET = f"/r1/{SERVICE}/persons/012345678901?name=Nguy%E1%BB%85n"
REQUEST = KeptRequest(
    PORTAL, "id-1", "PUT", TARGET, (("Accept", "application/json"),), b'{"name": "Nguy\xe1\xbb\x85n"}'
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


def kept_in(home: Home, hours: int = 1, limit: int = 1000) -> KeptRequests:
    return KeptRequests(home, lifetime=timedelta(hours=hours), size_limit=limit)


def test_it_comes_back_whole_and_lies_there_sealed(home: Home) -> None:
    number = uuid.uuid4()
    assert kept_in(home).keep(number, REQUEST, NOW)
    (file,) = (home.gateway / "failed").iterdir()
    assert file.stat().st_mode & 0o077 == 0 and (home.secrets / "exchange-kept.key").stat().st_mode & 0o077 == 0
    assert not [word for word in (b"012345678901", b"Nguy", b"persons", b"PORTAL") if word in file.read_bytes()]
    assert kept_in(home).holds(number, NOW)
    with kept_in(home).taken(number, NOW) as request:
        assert request == REQUEST
        with kept_in(home).taken(number, NOW) as other:
            assert other is None
    assert list((home.gateway / "failed").iterdir()) == []


def test_an_error_puts_it_back(home: Home) -> None:
    number = uuid.uuid4()
    kept_in(home).keep(number, REQUEST, NOW)
    with pytest.raises(ConnectionError), kept_in(home).taken(number, NOW):
        raise ConnectionError
    with kept_in(home).taken(number, NOW) as request:
        assert request == REQUEST


def test_one_of_another_call_or_changed_is_not_opened(home: Home) -> None:
    number, other = uuid.uuid4(), uuid.uuid4()
    kept_in(home).keep(number, REQUEST, NOW)
    (file,) = (home.gateway / "failed").iterdir()
    file.rename(file.with_name(file.name.replace(str(number), str(other))))
    with kept_in(home).taken(other, NOW) as request:
        assert request is None


@pytest.mark.parametrize(
    ("hours", "limit", "method"), [(0, 1000, "PUT"), (1, 0, "PUT"), (1, 5, "PUT"), (1, 1000, "POST")]
)
def test_what_is_not_wanted_is_not_kept(home: Home, hours: int, limit: int, method: str) -> None:
    request = KeptRequest(PORTAL, "id-1", method, TARGET, (), REQUEST.body)
    assert not kept_in(home, hours, limit).keep(uuid.uuid4(), request, NOW)
    assert not (home.gateway / "failed").exists()


def test_it_is_deleted_after_its_time_and_when_there_are_too_many(home: Home) -> None:
    number, later = uuid.uuid4(), NOW + timedelta(hours=2)
    kept_in(home).keep(number, REQUEST, NOW)
    assert kept_in(home).sweep(NOW) == 0
    assert not kept_in(home).holds(number, later)
    assert kept_in(home).sweep(later) == 1 and kept_in(home).sweep(later) == 0
    for each in range(AT_MOST + 3):
        (home.gateway / "failed" / f"{uuid.uuid4()}.{int(later.timestamp()) + each}").touch()
    assert kept_in(home).sweep(NOW) == 3


def test_of_the_headers_only_what_the_service_needs() -> None:
    given = [(b"Authorization", b"Bearer x"), (b"Accept", b"text/xml"), (b"Cookie", b"y"), (b"X-Road-UserId", b"u")]
    assert kept_headers(given) == (("Accept", "text/xml"), ("X-Road-UserId", "u"))
