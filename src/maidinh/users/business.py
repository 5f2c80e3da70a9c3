"""The business or organisation: as the citizen, for an organisation. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.users.citizen import GUIDE, MENU, TASKS
from maidinh.users.home import Home

HOME = Home(role="business", title=_("Your organisation's dossiers"), tasks=TASKS, guide=GUIDE, menu=MENU)
