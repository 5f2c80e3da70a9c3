"""The appraiser: holds projects against the architecture. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.web import waivers
from maidinh.users.home import Home, Item, Task

HOME = Home(
    role="appraiser",
    title=_("Appraisal of projects"),
    tasks=(
        Task(_("See the architecture"), _("What a project has to fit into."), "architecture"),
        Task(_("Conformity"), _("What does not conform, whose it is, and what mends it."), "conformity"),
        Task(
            _("Waivers"),
            _("Decide whether a finding may stand until a day. The figure: to decide, and those that end soon."),
            "waivers",
            waivers.to_decide,
            due=waivers.next_end,
        ),
        Task(_("Versions"), _("What was in force when a project was submitted."), "architecture-versions"),
    ),
    guide=(
        _("Find the systems that the project touches."),
        _("See which connections are declared, and which are used without being declared."),
    ),
    menu=(
        Item(_("Architecture"), "architecture"),
        Item(_("Versions"), "architecture-versions"),
        Item(_("Conformity"), "conformity"),
        Item(_("Waivers"), "waivers"),
        Item(_("Rules of conformity"), "rules"),
    ),
)
