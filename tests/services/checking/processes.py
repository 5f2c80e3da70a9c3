"""Small processes for the tests of the checks."""

from __future__ import annotations

from typing import Any

from maidinh.services.checking.flow import Flow
from maidinh.services.procedures.definition import Procedure


def procedure(*steps: dict[str, Any], **parts: Any) -> Procedure:
    """A procedure of these steps and nothing else of interest."""
    text = {"vi": "Mẫu"}
    content: dict[str, Any] = {
        "code": "1.000001",
        "version": "1.0",
        "name": text,
        "short_name": text,
        "field": text,
        "kind": "licence",
        "effective_from": "2026-07-01",
        "published_by": "1/QĐ-MAU",
        "legal_basis": [{"text": "Văn bản mẫu", "checked": False}],
        "responsible": "H99.1",
        "receiving": ["H99.1"],
        "applicants": [text],
        "channels": ["online"],
        "cases": [{"id": "one", "name": text, "time_limit": {"budget": {"amount": 10, "unit": "working_day"}}}],
        "pages": [{"id": "all", "title": text, "fields": [{"id": "name", "label": text}]}],
        "answers": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 80}}},
        "steps": list(steps),
        "result": {"code": "KQ.G17.000001", "name": text, "title": text, "body": text},
    }
    return Procedure.model_validate({**content, **parts})


def step(name: str, *ways: Any, kind: str = "approval", routes: Any = (), **parts: Any) -> dict[str, Any]:
    """A step with an outcome for each of these ways; `routes` belong to the first."""
    who = {} if kind == "join" else {"role": "specialist", "agency": "responsible"}
    outcomes = [
        {
            "id": f"way-{n}", "name": {"vi": "Mẫu"}, "to": way, "reason": True,
            "routes": [{"when": {"name": "x"}, "to": to} for to in routes] if n == 0 else [],
        }
        for n, way in enumerate(ways)
    ]  # fmt: skip
    return {"id": name, "name": {"vi": "Mẫu"}, "kind": kind, **who, "outcomes": outcomes, **parts}


def flow(*steps: dict[str, Any]) -> Flow:
    """The graph of these steps."""
    return Flow(procedure(*steps))
