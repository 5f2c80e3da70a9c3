"""Following a dossier without signing in: with the code and the secret of the receipt. Layer 2."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import ANYONE, page
from maidinh.channels.web.context import language
from maidinh.channels.web.standing import public_story, times_of
from maidinh.channels.wording import status_name
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.portal.tracking.queries import TYPED_LIMIT, elsewhere_by, standing_by


def track(request: HttpRequest) -> HttpResponse:
    """The form, and where the dossier stands; the secret is never part of an address."""
    code = (request.POST.get("code") or request.GET.get("code", ""))[:TYPED_LIMIT]
    context: dict[str, object] = {"code": code, "errors": {}}
    status = 200
    if request.method == "POST":
        secret = request.POST.get("secret", "")
        errors = {}
        if not code.strip():
            errors["code"] = _("Enter the code on the receipt")
        if not secret.strip():
            errors["secret"] = _("Enter the secret on the receipt")
        standing = None if errors else standing_by(code, secret)
        elsewhere = None if errors or standing is not None else elsewhere_by(code, secret)
        if elsewhere is not None:
            context |= {
                "elsewhere": elsewhere,
                "status": status_name(elsewhere.status),
                "story": [{"title": status_name(step), "at": at} for at, step in reversed(elsewhere.history)],
            }
        elif standing is None:
            wrong = _("No dossier has this code and secret. Compare both with your receipt, then try again")
            context["errors"], status = errors or {"code": wrong}, 422
        else:
            names = agency_names(language())
            context |= {
                "standing": standing,
                "status": status_name(standing.status),
                "times": times_of(standing, timezone.now()),
                "holder": names.get(standing.holder, standing.holder),
                "story": public_story(standing, names),
            }
    answer = render(request, "web/track.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


ROUTES = [page("track", track, name="track", who=ANYONE, methods=("GET", "POST"))]
