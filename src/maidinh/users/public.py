"""The visitor: finds a procedure, follows a dossier, verifies a result. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.users.home import Home, Item, Task

MENU = (
    Item(_("Procedures"), "procedures"),
    Item(_("Track a dossier"), "track"),
    Item(_("Verify a result"), "verify"),
    Item(_("Architecture"), "architecture"),
    Item(_("Projects in public"), "open-projects"),
)

HOME = Home(
    role="anonymous",
    title=_("Visitor"),
    tasks=(
        Task(_("Find a procedure"), _("What it costs, how long it takes, what you need."), "procedures"),
        Task(_("Track a dossier"), _("With the code on your receipt. You need not sign in."), "track"),
        Task(_("Verify a result"), _("See whether a document is genuine."), "verify"),
        Task(
            _("Search the architecture"),
            _("Which systems the province has, and whose they are."),
            "architecture-explorer",
        ),
        Task(_("Projects in public"), _("What is built, for whom, how much, by when, is it late."), "open-projects"),
        Task(_("Money of projects"), _("By year, source and agency, with charts and tables."), "open-money"),
        Task(
            _("How well people are served"),
            _("On time or late, how long, how often more is asked for: by agency, procedure and month."),
            "open-measures",
        ),
        Task(_("Projects"), _("What agencies build and buy, what it costs, where it stands."), "projects"),
    ),
    guide=(
        _("Search for what you want to do. You may type without accents."),
        _("Read what you need and how long it takes."),
        _("Sign in and start. What is in a register is filled in for you."),
    ),
    menu=MENU,
)
