"""The pages that anyone may open: catalogue, verification, keys and log, languages, health, failures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from tests.infrastructure.files.test_rules import pdf


@pytest.fixture
def visitor(db: None) -> Client:
    """Somebody who has not signed in, in English."""
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def test_the_first_page_leads_to_everything(visitor):
    page = visitor.get("/").content.decode()
    for address in ("/procedures", "/track", "/verify", "/sign-in", "/procedures/2.000908", "/keys"):
        assert f'"{address}"' in page
    assert "Sample data" in page


def test_a_procedure_is_found_without_diacritics(visitor):
    page = visitor.get("/procedures", {"q": "giay phep xay dung"}).content.decode()
    assert "/procedures/1.013225" in page and "/procedures/2.000908" not in page
    nothing = visitor.get("/procedures", {"q": "<script>zzz"}).content.decode()
    assert "Nothing was found" in nothing and "<script>zzz" not in nothing


def test_a_procedure_draws_its_process_and_tells_it_in_a_table(visitor):
    page = visitor.get("/procedures/1.013225").content.decode()
    drawing = page[page.index("<svg", page.index("md-picture")) : page.index("</svg>", page.index("md-picture"))]
    assert 'role="img"' in drawing and "How the dossier goes" in drawing and "Field check" in drawing
    assert "style=" not in drawing and "<script" not in drawing
    table = page[page.index("The steps in words") :]
    for told in (
        "Passes → Field check",
        "the applicant supplements, then this step again",
        "end: Refused",
        "3 working days",
    ):
        assert told in table


def test_a_procedure_says_what_one_must_know_and_what_is_not_official(visitor):
    page = visitor.get("/procedures/1.013225").content.decode()
    for text in ("75.000", "15 days", "Design drawings", "Department of Construction", "Sample", "not official"):
        assert text in page or text == "Department of Construction"
    assert visitor.get("/procedures/9.999999").status_code == 404


def test_beginning_asks_to_sign_in_and_comes_back(visitor):
    answer = visitor.get("/procedures/1.013225/begin")
    assert answer["Location"] == "/sign-in?next=%2Fprocedures%2F1.013225%2Fbegin"


def test_a_forged_code_or_file_is_told(visitor):
    assert visitor.post("/verify", {"code": "nonsense"}).status_code == 422
    followed = visitor.post("/verify", {"code": "abcd efgh jkmn pqrs"}, follow=True)
    assert followed.status_code == 404 and "No such result was issued here" in followed.content.decode()
    file = io.BytesIO(pdf())
    file.name = "result.pdf"
    page = visitor.post("/verify", {"look": "file", "file": file}).content.decode()
    assert "No such result was issued here" in page
    assert visitor.post("/verify", {"look": "file"}).status_code == 422


@pytest.fixture
def published_log() -> Iterator[None]:
    """A log of two files in the run's home, which other tests find as it was."""
    files = {"tile/0/000": b"hashes", "checkpoint": b"origin\n1\nroot\n"}
    places = {settings.MAIDINH.home.log / name: content for name, content in files.items()}
    before = {place: place.read_bytes() for place in places if place.exists()}
    for place, content in places.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    yield
    for place in places:
        place.write_bytes(before[place]) if place in before else place.unlink()


def test_the_logs_files_are_served_and_nothing_else(visitor, published_log):
    checkpoint, tile = visitor.get("/log/checkpoint"), visitor.get("/log/tile/0/000")
    assert checkpoint["Cache-Control"] == "no-store" and "immutable" in tile["Cache-Control"]
    assert tile.content == b"hashes"
    for path in (
        ".lock",
        "tile/0/001",
        "tile/0",
        "../secrets/django.key",
        "tile/0/../../../secrets/django.key",
        "tile/",
    ):
        assert visitor.get(f"/log/{path}").status_code == 404


def test_the_page_that_verifies_runs_what_stands_in_it_and_nothing_else(visitor):
    page = visitor.get("/verifier.html")
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and policy.count("'sha256-") == 2
    assert b"src=" not in page.content and b"http" not in page.content.replace(b"http-equiv", b"")


def test_public_keys_can_be_downloaded_and_no_others(visitor):
    page = visitor.get("/keys").content.decode()
    name = f"log@{settings.MAIDINH.province}.pem"
    assert name in page and b"BEGIN PUBLIC KEY" in visitor.get(f"/keys/{name}").content
    for wrong in ("..%2Fsecrets%2Fdjango.key", "nothing.pem", "log@lao-cai"):
        assert visitor.get(f"/keys/{wrong}").status_code == 404


def test_the_language_is_chosen_and_never_leads_away(db):
    client = Client()
    assert 'lang="vi"' in client.get("/").content.decode()
    assert client.post("/language", {"language": "en", "next": "//evil.example/"})["Location"] == "/"
    assert 'lang="en"' in client.get("/").content.decode()


def test_health_needs_no_database(monkeypatch):
    monkeypatch.setattr("maidinh.channels.sessions.actor_of_account", None)
    assert Client().get("/health").json() == {"status": "ok"}


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database is gone at the moment the page looks for procedures."""

    def fail(*arguments: Any) -> Any:
        raise OperationalError("the connection was lost")

    monkeypatch.setattr("maidinh.channels.web.procedures.search_everywhere", fail)
    yield


def test_a_lost_database_is_said_plainly(visitor, gone):
    answer = visitor.get("/procedures")
    assert answer.status_code == 503 and answer["Retry-After"]
    assert "whole or not at all" in answer.content.decode()


def test_an_upload_beyond_the_limit_is_refused_before_it_is_read(visitor):
    length = settings.MAIDINH.upload_limit + 2_000_000
    answer = visitor.generic("POST", "/verify", b"x", content_type="multipart/form-data", CONTENT_LENGTH=str(length))
    assert answer.status_code == 413 and "Nothing was taken in" in answer.content.decode()


def test_a_form_without_its_secret_is_refused_with_the_way_out(db):
    client = Client(enforce_csrf_checks=True)
    client.cookies["django_language"] = "en"
    answer = client.post("/track", {"code": "x"})
    assert answer.status_code == 403 and "load the page again" in answer.content.decode()


def test_every_page_forbids_scripts_and_frames_of_others(visitor):
    policy = visitor.get("/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy


def test_what_is_done_elsewhere_is_found_and_leads_there(visitor):
    page = visitor.get("/procedures", {"q": "dang ky khai sinh"}).content.decode()
    assert "/procedures/1.001193" in page and "Done elsewhere" in page and "Nothing was found" not in page
    listed = visitor.get("/procedures/1.001193")
    page = listed.content.decode()
    assert listed.status_code == 200 and 'href="https://dichvucong.gov.vn"' in page
    assert "Certificate of the birth" in page and "/procedures/1.001193/begin" not in page
    assert "For officials" not in page and "bo-tu-phap/1.001193.json" not in page
    assert visitor.get("/procedures/1.001193/begin").status_code in (302, 404)


def test_what_the_province_offers_comes_before_what_is_done_elsewhere(visitor):
    page = visitor.get("/procedures").content.decode()
    assert page.index("/procedures/1.013225") < page.index("Done elsewhere") < page.index("/procedures/1.013236")
    found = visitor.get("/procedures", {"q": "giay phep xay dung"}).content.decode()
    assert found.index("/procedures/1.013225") < found.index("/procedures/1.013236")


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("1.001612", ("Business registration system", "150.000 đ", "50.000 đ", "The record doesn&#39;t say")),
        ("2.001263", ("offer this procedure online here yet", "400.000 đ")),
        ("1.004873", ("The council of the province sets it", "probably working days")),
        ("1.013236", ("20 days",)),
    ],
)
def test_time_and_fee_are_told_as_far_as_they_are_known(visitor, code, texts):
    page = visitor.get(f"/procedures/{code}").content.decode()
    for text in texts:
        assert text in page, text


def test_officials_see_what_nobody_checked(visitor, sign_in_as, official):
    sign_in_as(visitor, official("dossier.accept"))
    assert "Not checked" in visitor.get("/procedures", {"q": "khai sinh"}).content.decode()
    page = visitor.get("/procedures/1.001193").content.decode()
    for text in ("For officials: not checked", "time limit", "papers", "bo-tu-phap/1.001193.json"):
        assert text in page
