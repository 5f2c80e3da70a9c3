"""The project approver (người quyết định đầu tư): decides on appraised projects. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.web import approvals, exceptions, roadmap
from maidinh.users.home import Home, Item, Task

HOME = Home(
    role="project-approver",
    title=_("Decisions on projects"),
    tasks=(
        Task(
            _("Decisions on projects"),
            _("Approve, refuse, accept what was built. The figure: what waits for you."),
            "approvals",
            approvals.waiting,
        ),
        Task(
            _("Exceptions"),
            _("Decide whether a project may be approved though it does not fit. The figure: to decide."),
            "exceptions",
            exceptions.to_decide,
        ),
        Task(
            _("Roadmap"),
            _("Read what the planner computed, and adopt it. The figure: to decide."),
            "roadmap",
            roadmap.to_adopt,
        ),
        Task(_("See the architecture"), _("What a project has to fit into."), "architecture"),
        Task(_("Conformity"), _("What does not conform, whose it is, and what mends it."), "conformity"),
    ),
    guide=(
        _("Read the verdict of the appraisal, and what it was made against."),
        _("Approve, refuse, or decide on an exception that ends on a day."),
    ),
    menu=(
        Item(_("Decisions on projects"), "approvals"),
        Item(_("Exceptions"), "exceptions"),
        Item(_("Roadmap"), "roadmap"),
        Item(_("Architecture"), "architecture"),
        Item(_("Conformity"), "conformity"),
    ),
)
