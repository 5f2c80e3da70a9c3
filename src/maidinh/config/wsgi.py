"""The web process's application, as Granian loads it. Layer 0, config."""

from __future__ import annotations

import os

from maidinh.infrastructure.database.parent import die_with_parent

die_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maidinh.config.settings")
os.environ.setdefault("MAIDINH_PROCESS", "web")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from maidinh.config.assets import with_assets

if settings.MAIDINH.otlp_endpoint:
    from maidinh.exchange.tracing import trace_to

    trace_to(settings.MAIDINH.otlp_endpoint, "web")
application = with_assets(get_wsgi_application())
