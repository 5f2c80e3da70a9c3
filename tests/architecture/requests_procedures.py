"""What is asked of the drafts of procedures, for the matrix."""

from __future__ import annotations

from collections.abc import Iterator

from maidinh.services.authoring.definition import MAIN
from tests.architecture.asked import Asked
from tests.architecture.inhabitants import DRAFTED, World

DECISION = {
    "decision": "12/QĐ-UBND", "decided_on-day": "18", "decided_on-month": "11", "decided_on-year": "2026",
}  # fmt: skip


def procedure_drafts_asked(world: World) -> Iterator[Asked]:
    """The pages of drafts: one that is written, one that was handed in, and one that there is not."""
    yield Asked("procedure-drafts", "GET", "it")
    yield Asked("procedure-draft-new", "GET", "it")
    yield Asked("procedure-draft-new", "POST", "it", data={"base": DRAFTED})
    for on, number in world.procedure_drafts.items():
        where = {"draft_id": number}
        for name in ("procedure-draft", "procedure-draft-effects", "procedure-draft-files"):
            yield Asked(name, "GET", on, where)
        for act, more in (("approve", DECISION), ("send-back", {"reason": "Thiếu căn cứ"}), ("submit", {})):
            yield Asked("procedure-draft-act", "POST", f"{on} {act}", where, {"act": act} | more)
        yield Asked("procedure-draft-merge", "GET", on, where)
        yield Asked("procedure-draft-merge", "POST", on, where)
        part = where | {"part": "papers"}
        yield Asked("procedure-draft-part", "GET", on, part)
        paper = {"revision": "1", "new-name_vi": "Giấy mới"} | {
            f"papers-{n}-name_vi": f"Giấy {n}" for n in range(20)
        }  # fmt: skip
        yield Asked("procedure-draft-part", "POST", on, part, paper)
        yield Asked("procedure-draft-file", "GET", on, where)
        yield Asked("procedure-draft-file", "POST", on, where, {"name": MAIN, "text": "a: 1", "revision": "1"})
