"""What every page shows: the province, who is signed in, whether this is a sample.

Layer 2. A context processor of the templates.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from maidinh.infrastructure.definitions.definition import Text
from maidinh.infrastructure.definitions.locating import province_root
from maidinh.infrastructure.identity.queries import anonymous
from maidinh.infrastructure.organisations.reading import read_organisations


@cache
def province_name() -> Text:
    """The province's name, from its definitions."""
    return read_organisations(province_root(settings.MAIDINH.province, settings.MAIDINH.definitions)).name


def language() -> str:
    """The language of the page, vi or en."""
    return "en" if (get_language() or "").startswith("en") else "vi"


def _sign_in(request: HttpRequest) -> str:
    """Where one signs in and comes back to this page; from the first page, to where one's work is."""
    if request.path == reverse("home"):
        return reverse("sign-in")
    here = request.get_full_path() if request.method == "GET" else request.path
    return f"{reverse('sign-in')}?{urlencode({'next': here})}"


def of_request(request: HttpRequest) -> dict[str, Any]:
    """The context of every page."""
    actor = getattr(request, "actor", None) or anonymous()
    account = {"name": _("Sign in"), "href": _sign_in(request)}
    if actor.signed_in:
        href = reverse("desk" if actor.kind == "official" else "dossiers")
        account = {"name": actor.name, "href": href, "sign_out": reverse("sign-out")}
    return {
        "province_name": province_name().in_language(language()),
        "sample": settings.MAIDINH.sample,
        "account": account,
        "home_url": reverse("home"),
        "footer_menu": [
            {"text": _("Projects in public"), "href": reverse("open-projects")},
            {"text": _("Verify a result"), "href": reverse("verify")},
            {"text": _("Public keys and the log"), "href": reverse("keys")},
        ],
    }
