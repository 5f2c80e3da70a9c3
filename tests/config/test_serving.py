"""The server of the pages is started as the settings say."""

from __future__ import annotations

from typing import Any

import granian
import pytest
from pydantic import ValidationError

from maidinh.config.environment import Environment
from maidinh.config.serving import serve_web


def test_pages_are_answered_by_as_many_processes_and_threads_as_set(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[dict[str, Any]] = []

    class Server:
        def __init__(self, target: str, **settings: Any) -> None:
            started.append(settings)

        def serve(self) -> None:
            started[-1]["served"] = True

    monkeypatch.setattr(granian, "Granian", Server)
    serve_web(Environment(web_workers=3, web_threads=5))
    serve_web(Environment())
    assert [(each["workers"], each["blocking_threads"], each["served"]) for each in started] == [
        (3, 5, True),
        (1, 8, True),
    ]


def test_no_process_at_all_is_refused() -> None:
    with pytest.raises(ValidationError):
        Environment(web_workers=0)
