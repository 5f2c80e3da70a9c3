"""All addresses: what the page modules of the channels and the users declare as their ROUTES.

Layer 0, config.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from django.urls import URLPattern

import maidinh.channels.counter
import maidinh.channels.web
import maidinh.users


def page_modules() -> Iterator[ModuleType]:
    """Every module that declares routes."""
    for package in (maidinh.channels.web, maidinh.channels.counter, maidinh.users):
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
            loaded = importlib.import_module(f"{package.__name__}.{module.name}")
            if hasattr(loaded, "ROUTES"):
                yield loaded


urlpatterns: list[URLPattern] = [route for module in page_modules() for route in module.ROUTES]

handler400 = "maidinh.channels.web.failures.bad_request"
handler403 = "maidinh.channels.web.failures.not_allowed"
handler404 = "maidinh.channels.web.failures.not_found"
handler500 = "maidinh.channels.web.failures.broken"
