"""When something goes wrong: a plain page that says what happened to the person's work and what to do.

Layer 2. The pages for a fault of ours need neither the database nor the session.
"""

from __future__ import annotations

import errno
import secrets
import sys
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from maidinh.infrastructure.keys.client import SignerUnavailableError

GONE = (OperationalError, InterfaceError, SignerUnavailableError)
FULL = (errno.ENOSPC, errno.EDQUOT)
FORM_ROOM = 1_000_000  # bytes of a form around the file in it

_log = structlog.get_logger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request can't be read."""
    return _plain(400)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but not theirs."""
    return _plain(403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or none that this person may see."""
    return _plain(404)


def broken(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database or the signer could not be reached."""
    incident = secrets.token_hex(4)
    error = sys.exc_info()[1]
    _log.error("page failed", incident=incident, path=request.path, error=type(error).__name__)
    return _plain(503 if _passing(error) else 500, incident=incident)


def database_gone(get_response: Answer) -> Answer:
    """Middleware: a lost database or signer or a full disk is said as such; what was under way is undone whole."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if _too_large(request):  # before anything has looked for the language, and the thread's is another visitor's
            with translation.override(translation.get_language_from_request(request)):
                return _plain(413, back=request.path)
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if _unspeakable(exception):
            return _plain(400)
        if not _passing(exception):
            return None
        _log.error("database or signer gone, or disk full", path=request.path, error=str(exception).strip())
        answer = _plain(503)
        answer["Retry-After"] = "30"
        return answer

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def _unspeakable(exception: Exception) -> bool:
    """Whether it is the database's word that a text has a zero character, which nobody types and no text can hold."""
    return isinstance(exception, DataError | ValueError) and "NUL" in str(exception) and "0x00" in str(exception)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's secret is not the session's: it lay open too long, or another site sent it."""
    context = {
        "title": _("This form was open too long"),
        "texts": [
            _("For your safety we did not take it in. What you saved on earlier pages is still there."),
            _("Go back, load the page again, and send the form once more."),
        ],
    }
    return HttpResponse(render_to_string("web/failure.html", context), status=403)


def _plain(status: int, incident: str = "", back: str = "") -> HttpResponse:
    if status == 413:
        megabytes = settings.MAIDINH.upload_limit // 1_000_000
        texts = [
            _("A file may have at most %(size)s MB. Nothing was taken in.") % {"size": megabytes},
            _("Go back and choose a smaller file. Take the photo in a smaller size, or scan in black and white."),
            _("What you uploaded before is still there."),
        ]
        context = {"title": _("The file is too large"), "texts": texts, "back": back}
        return HttpResponse(render_to_string("web/failure.html", context), status=status)
    return HttpResponse(render_to_string(f"errors/{status}.html", {"incident": incident}), status=status)


def _passing(error: BaseException | None) -> bool:
    """Whether the fault lies in what we stand on, so that the same request is answered once that is mended."""
    return isinstance(error, GONE) or (isinstance(error, OSError) and error.errno in FULL)


def _too_large(request: HttpRequest) -> bool:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return True
    return length > settings.MAIDINH.upload_limit + FORM_ROOM
