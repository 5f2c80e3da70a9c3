"""A person's notices; opening the page with a button notes them as read. Layer 2."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from maidinh.channels.routing import page
from maidinh.channels.wording import status_name
from maidinh.portal.inbox.actions import mark_read
from maidinh.portal.inbox.queries import notices_for
from maidinh.services.dossiers.queries import dossiers_for

PER_PAGE = 30


def notices(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    actor = request.actor
    if request.method == "POST":
        up_to = request.POST.get("up_to", "")
        if up_to.isascii() and up_to.isdigit() and len(up_to) < 18:
            mark_read(actor=actor, up_to=int(up_to), at=timezone.now())
        return redirect("notices")
    shown = Paginator(notices_for(actor), PER_PAGE).get_page(request.GET.get("page"))
    codes = {notice.dossier for notice in shown if not notice.kind.startswith("draft")}
    names = {each.code: each.procedure.procedure.short_name for each in dossiers_for(actor).filter(code__in=codes)}
    rows = [
        {
            "notice": notice,
            "status": status_name(notice.status) if notice.status else "",
            "procedure": names.get(notice.dossier),
        }
        for notice in shown
    ]
    unread = [row["notice"].pk for row in rows if row["notice"].read_at is None]
    context = {"page": shown, "rows": rows, "up_to": max(unread, default=None)}
    return render(request, "web/notices.html", context)


ROUTES = [page("notices", notices, name="notices", who="dossier.read-own", methods=("GET", "POST"))]
