"""What anyone needs to verify without us: the files of the transparency log, and the public keys. Layer 2."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from maidinh.channels.routing import ANYONE, page
from maidinh.exchange.keys.queries import revoked_names
from maidinh.infrastructure.keys.identifiers import key_of_stem
from maidinh.infrastructure.translog.published import CHECKPOINT

TILE = re.compile(r"(?:closed/[0-9]{1,3}/)?tile/(?:[0-9]{1,2}|entries)(?:/x[0-9]{3})*/[0-9]{3}(?:\.p/[0-9]{1,3})?")
KEY_FILE = re.compile(r"[A-Za-z0-9@%._-]{1,300}\.(?:pem|pub|crt|vkey)")
STATE = re.compile(r"(?:closed/[0-9]{1,3}/)?(?:checkpoint|witnessed|origin\.json)")
VERIFIER = Path(__file__).with_name("verifier.html")
FOREVER = "public, max-age=31536000, immutable"


def log_file(request: HttpRequest, path: str) -> HttpResponse:
    """A file of the log: a signed state, which changes, or a tile, which never does (C2SP tlog-tiles)."""
    if not STATE.fullmatch(path) and not TILE.fullmatch(path):
        raise Http404
    try:
        content = (settings.MAIDINH.home.log / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise Http404 from None
    if STATE.fullmatch(path):
        return HttpResponse(content, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
    return HttpResponse(content, content_type="application/octet-stream", headers={"Cache-Control": FOREVER})


def keys(request: HttpRequest) -> HttpResponse:
    """The public keys, and how one verifies with them offline."""
    context = {"keys": _keys(), "log": f"{settings.MAIDINH.address}/log/", "checkpoint": _checkpoint()}
    return render(request, "web/keys.html", context)


def key_file(request: HttpRequest, file: str) -> HttpResponse:
    """One public key or certificate."""
    if not KEY_FILE.fullmatch(file):
        raise Http404
    try:
        content = (settings.MAIDINH.home.public_keys / file).read_bytes()
    except FileNotFoundError:
        raise Http404 from None
    headers = {"Cache-Control": "no-cache", "Content-Disposition": "attachment"}
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)


def verifier(request: HttpRequest) -> HttpResponse:
    """The page that checks a receipt on the visitor's own machine: one file, to be saved and opened without us."""
    content, policy = _verifier()
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": policy}
    return HttpResponse(content, content_type="text/html; charset=utf-8", headers=headers)


@cache
def _verifier() -> tuple[bytes, str]:
    """The page, and a policy that lets run what stands in it and nothing else."""
    content = VERIFIER.read_bytes()
    sources = {
        part: " ".join(
            f"'sha256-{base64.b64encode(hashlib.sha256(found).digest()).decode()}'"
            for found in re.findall(rb"<%s>(.*?)</%s>" % (part.encode(), part.encode()), content, re.DOTALL)
        )
        for part in ("script", "style")
    }
    policy = f"default-src 'none'; script-src {sources['script']}; style-src {sources['style']}; base-uri 'none'; "
    return content, policy + "form-action 'none'; frame-ancestors 'none'"


def _keys() -> list[dict[str, Any]]:
    rows, revoked = [], revoked_names()
    for file in sorted(settings.MAIDINH.home.public_keys.iterdir()):
        key = key_of_stem(file.stem)
        if key is not None and KEY_FILE.fullmatch(file.name):
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            rows.append({"key": key, "file": file.name, "digest": digest, "revoked": key in revoked})
    return rows


def _checkpoint() -> str:
    try:
        return (settings.MAIDINH.home.log / CHECKPOINT).read_text("utf-8")
    except FileNotFoundError:
        return ""


ROUTES = [
    page("log/<path:path>", log_file, name="log-file", who=ANYONE),
    page("verifier.html", verifier, name="verifier", who=ANYONE),
    page("keys", keys, name="keys", who=ANYONE),
    page("keys/<str:file>", key_file, name="key-file", who=ANYONE),
]
