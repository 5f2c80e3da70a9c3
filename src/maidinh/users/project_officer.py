"""The project officer (cán bộ lập dự án): prepares the agency's projects and reports on them. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.web import observed
from maidinh.users.home import Home, Item, Task

HOME = Home(
    role="project-officer",
    title=_("Projects of your agency"),
    tasks=(
        Task(_("See the architecture"), _("What a project has to fit into."), "architecture"),
        Task(
            _("Differences of your agency"),
            _("What your systems do otherwise than declared. The figure: to act on."),
            "observed",
            observed.of_agency,
            "?owner=mine",
        ),
        Task(_("Agencies"), _("What your agency owns, runs, provides, uses and owes."), "architecture-agencies"),
    ),
    guide=(
        _("Describe what the project adds, changes and retires."),
        _("Let the checks run, mend what they find, then hand it in."),
    ),
    menu=(Item(_("Architecture"), "architecture"), Item(_("Declared and observed"), "observed")),
)
