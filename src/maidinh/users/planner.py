"""The planner (cán bộ kế hoạch): computes the roadmap and draws the yearly plans. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.users.home import Home, Item, Task

HOME = Home(
    role="planner",
    title=_("Roadmap and yearly plans"),
    tasks=(
        Task(
            _("Scenarios of the roadmap"),
            _("Begin one, give the money, compute it, hold them side by side."),
            "roadmap-scenarios",
        ),
        Task(_("Roadmap"), _("What is adopted, as everyone reads it."), "roadmap"),
        Task(_("Projects"), _("Every project, where it stands and what it costs."), "projects"),
        Task(_("See the architecture"), _("What a project has to fit into."), "architecture"),
    ),
    guide=(
        _("Compute the roadmap from the projects, the money and what the law demands."),
        _("Give the years to the agencies as their plan."),
    ),
    menu=(
        Item(_("Scenarios of the roadmap"), "roadmap-scenarios"),
        Item(_("Roadmap"), "roadmap"),
        Item(_("Projects"), "projects"),
        Item(_("Architecture"), "architecture"),
    ),
)
