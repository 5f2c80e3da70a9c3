"""`/desk`: the home of whoever signed in, with what waits for them and a guide to their main task. Layer 1."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from maidinh.channels.routing import page
from maidinh.users.home import Home
from maidinh.users.menus import homes_of, may_open


def home(request: HttpRequest) -> HttpResponse:
    """The homes of the actor's roles."""
    actor, at = request.actor, timezone.now()
    return render(request, "users/home.html", {"homes": [_shown(each, actor, at) for each in homes_of(actor)]})


def _shown(home: Home, actor: Any, at: Any) -> dict[str, Any]:
    tasks = [
        {
            "title": task.title,
            "text": task.text,
            "href": reverse(task.page) + task.query,
            "count": task.count(actor, at) if task.count else None,
            "due": task.due(actor, at) if task.due else None,
        }
        for task in home.tasks
        if may_open(actor, task.page)
    ]
    return {"role": home.role, "title": home.title, "tasks": tasks, "guide": home.guide}


ROUTES = [page("desk", home, name="desk", who="home.read")]
