"""Assets arrive compressed, may be kept for good, and nothing else of the disk can be asked for."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from maidinh.config.assets import SOURCE, with_assets


def ask(application: Any, path: str, encoding: str = "gzip") -> tuple[str, dict[str, str], bytes]:
    environ: dict[str, Any] = {"PATH_INFO": path, "HTTP_ACCEPT_ENCODING": encoding}
    setup_testing_defaults(environ)
    answered: list[Any] = []
    body = b"".join(application(environ, lambda status, headers: answered.append((status, dict(headers)))))
    return answered[0][0], answered[0][1], body


@pytest.fixture
def application(tmp_path: Path) -> Any:
    def pages(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("404 Not Found", [])
        return [b"a page"]

    return with_assets(pages, tmp_path)


def test_the_stylesheet_is_sent_compressed_and_kept(application: Any) -> None:
    status, headers, body = ask(application, "/static/theme.css")
    whole = (SOURCE / "theme.css").read_bytes()
    assert (status, headers["Content-Encoding"]) == ("200 OK", "gzip")
    assert gzip.decompress(body) == whole
    assert len(body) < len(whole) / 4
    assert "immutable" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_who_takes_no_compression_gets_the_file(application: Any) -> None:
    _, headers, body = ask(application, "/static/theme.css", "identity")
    assert "Content-Encoding" not in headers
    assert body == (SOURCE / "theme.css").read_bytes()


@pytest.mark.parametrize("path", ["/static/../secrets/database.json", "/static/", "/static/nothing.css", "/"])
def test_everything_else_is_the_pages(application: Any, path: str) -> None:
    assert ask(application, path)[2] == b"a page"
