"""The first page: search, the tasks people come for, tracking. Layer 2."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from maidinh.channels.routing import ANYONE, page
from maidinh.channels.web.dossiers import awaiting
from maidinh.portal.catalogue.queries import search
from maidinh.portal.forms.queries import drafts_for
from maidinh.portal.inbox.queries import unread_for


def home(request: HttpRequest) -> HttpResponse:
    """Search box, procedures, tracking box, and what the person has begun."""
    actor = request.actor
    drafts = drafts_for(actor) if actor.may("dossier.submit") else []
    mine = actor.may("dossier.read-own")
    context = {
        "procedures": search(""),
        "drafts": drafts,
        "awaiting": awaiting(actor) if mine else [],
        "unread": unread_for(actor) if mine else 0,
    }
    return render(request, "web/home.html", context)


ROUTES = [page("", home, name="home", who=ANYONE)]
