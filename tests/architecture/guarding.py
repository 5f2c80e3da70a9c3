"""What every answer must carry, whoever asked: a strict policy, no sniffing, no framing, no keeping of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
POLICY = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'",
          "frame-ancestors 'none'")  # fmt: skip
# A page that is one file: what stands in it, by its digest, and nothing else; it sends nothing anywhere.
ONE_FILE = ("default-src 'none'", "script-src 'sha256-", "style-src 'sha256-", "form-action 'none'", "base-uri 'none'",
            "frame-ancestors 'none'")  # fmt: skip
NOTHING_RUNS = ("script-src 'none'", "default-src 'none'")


def unguarded(answer: Any, name: str) -> Iterator[str]:
    """What is missing from an answer to the person of this name ("" for nobody)."""
    for header, value in HEADERS.items():
        if answer.get(header) != value:
            yield f"{header} is {answer.get(header)!r}"
    policy = answer.get("Content-Security-Policy", "")
    if answer.get("Content-Type", "").startswith("text/html"):
        wanted = ONE_FILE if "'sha256-" in policy else POLICY
        yield from (f"the policy lacks {part}" for part in wanted if part not in policy)
        if "unsafe" in policy:
            yield "the policy allows what is unsafe"
        if b"style=" in answer.content.replace(b"md-style=", b""):
            yield "a style stands in the page"
        if b"onclick=" in answer.content:
            yield "a script stands in the page"
    elif not any(part in policy for part in NOTHING_RUNS):
        yield "scripts may run in what is no page"
    yield from (f"it tells {word}" for word in ("Server", "X-Powered-By") if word in answer)
    own = name and answer.status_code == 200 and name in _text(answer)
    if own and "no-store" not in answer.get("Cache-Control", ""):
        yield "it names the person and may be kept"


def _text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode("utf-8", "replace"))
