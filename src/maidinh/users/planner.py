"""The planner (cán bộ kế hoạch): computes the roadmap and draws the yearly plans. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.web import roadmap_plans, supervised
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
        Task(_("Roadmap by year and by phase"), _("The adopted roadmap as pictures and tables."), "roadmap-timeline"),
        Task(
            _("Yearly plans of agencies"),
            _("What the roadmap gives each agency to do, as a workbook or a document."),
            "roadmap-plans",
        ),
        Task(
            _("Training plan"),
            _("Who must learn what before which system starts. The figure: overdue in your agency."),
            "training-plan",
            roadmap_plans.overdue,
        ),
        Task(_("Projects"), _("Every project, where it stands and what it costs."), "projects"),
        Task(
            _("Supervision of projects"),
            _("How approved projects go: time, money, contracts, risk. The figure: those at high risk."),
            "supervision",
            supervised.at_risk,
        ),
        Task(
            _("Systems in use"),
            _("What is paid for and not used, or used though it should be at rest."),
            "systems-in-use",
        ),
        Task(_("See the architecture"), _("What a project has to fit into."), "architecture"),
    ),
    guide=(
        _("Compute the roadmap from the projects, the money and what the law demands."),
        _("Give the years to the agencies as their plan."),
    ),
    menu=(
        Item(_("Scenarios of the roadmap"), "roadmap-scenarios"),
        Item(_("Roadmap"), "roadmap"),
        Item(_("Yearly plans of agencies"), "roadmap-plans"),
        Item(_("Training plan"), "training-plan"),
        Item(_("Projects"), "projects"),
        Item(_("Architecture"), "architecture"),
        Item(_("Supervision of projects"), "supervision"),
    ),
)
