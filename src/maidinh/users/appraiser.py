"""The appraiser: holds projects against the architecture. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.web import appraising, duplicates, supervised, waivers
from maidinh.users.home import Home, Item, Task

HOME = Home(
    role="appraiser",
    title=_("Appraisal of projects"),
    tasks=(
        Task(
            _("Appraisal of projects"),
            _("Take one up, hold it against the architecture, give the verdict. The figure: those on their clock."),
            "appraisals",
            appraising.waiting,
            due=appraising.due,
        ),
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
        Task(
            _("Duplicates"),
            _("What projects would pay for again. The figure: findings to decide."),
            "duplicates",
            duplicates.waiting,
        ),
        Task(_("See the architecture"), _("What a project has to fit into."), "architecture"),
        Task(_("Conformity"), _("What does not conform, whose it is, and what mends it."), "conformity"),
        Task(
            _("Waivers"),
            _("Decide whether a finding may stand until a day. The figure: to decide, and those that end soon."),
            "waivers",
            waivers.to_decide,
            due=waivers.next_end,
        ),
        Task(_("Exceptions"), _("Projects that were approved though they do not fit, each until a day."), "exceptions"),
        Task(_("Versions"), _("What was in force when a project was submitted."), "architecture-versions"),
    ),
    guide=(
        _("Open the queue. The most urgent project is at the top. Take it up."),
        _("Read what the checks said, first what is not met. They help you; the verdict is yours."),
        _("Ask for everything that is missing at once. The clock stands until the owner answers."),
        _("Judge each requirement, give your reasons, read the verdict once more, sign it."),
    ),
    menu=(
        Item(_("Appraisal of projects"), "appraisals"),
        Item(_("Duplicates"), "duplicates"),
        Item(_("Exceptions"), "exceptions"),
        Item(_("Architecture"), "architecture"),
        Item(_("Versions"), "architecture-versions"),
        Item(_("Conformity"), "conformity"),
        Item(_("Waivers"), "waivers"),
        Item(_("Rules of conformity"), "rules"),
        Item(_("Supervision of projects"), "supervision"),
    ),
)
