"""Choosing the language of the pages: kept in a cookie, not in the account. Layer 2."""

from __future__ import annotations

from django.views.i18n import set_language

from maidinh.channels.routing import ANYONE, page

ROUTES = [page("language", set_language, name="language", who=ANYONE, methods=("POST",))]
