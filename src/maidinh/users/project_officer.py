"""The project officer (cán bộ lập dự án): prepares the agency's projects and reports on them. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.web import component_reports, observed, projects, roadmap_plans, supervised
from maidinh.users.home import Home, Item, Task

HOME = Home(
    role="project-officer",
    title=_("Projects of your agency"),
    tasks=(
        Task(
            _("Projects"),
            _("Prepare, mend, hand in, report. The figure: projects that wait for you."),
            "projects",
            projects.waiting,
        ),
        Task(_("Prepare a new project"), _("A small purchase takes about twenty minutes."), "project-new"),
        Task(
            _("Components of my agency"),
            _("How far each is. The figure: reports that are overdue."),
            "components",
            component_reports.overdue,
        ),
        Task(_("Yearly plans"), _("Your agency's plan, as a workbook and a document."), "roadmap-plans"),
        Task(
            _("Training plan"),
            _("Who must learn what before a system starts. The figure: overdue ones of your agency."),
            "training-plan",
            roadmap_plans.overdue,
        ),
        Task(
            _("Supervision of projects"),
            _("Time, money, contracts, risk. The figure: reports and conditions past their day."),
            "supervision",
            supervised.owed,
        ),
        Task(
            _("Systems in use"),
            _("What is paid for and not used, or used though it should be at rest."),
            "systems-in-use",
        ),
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
        _("Begin a project with its title. Fill in its parts in any order; each is kept."),
        _("Describe what the project adds, changes and retires."),
        _("Let the checks run, mend what they find, then hand it in."),
        _("When a supplement is asked for, follow its links, mend each place and answer."),
    ),
    menu=(
        Item(_("Projects"), "projects"),
        Item(_("Components of my agency"), "components"),
        Item(_("Architecture"), "architecture"),
        Item(_("Declared and observed"), "observed"),
        Item(_("Supervision of projects"), "supervision"),
        Item(_("Contracts between agencies"), "contracts"),
    ),
)
