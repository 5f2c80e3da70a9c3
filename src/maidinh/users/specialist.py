"""The specialist (chuyên viên): examines dossiers, inspects on site, gives opinions. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.counter.waiting import late, waiting
from maidinh.channels.web import appraising_opinions, opinions
from maidinh.users.home import Home, Item, Task

HOME = Home(
    role="specialist",
    title=_("Processing"),
    tasks=(
        Task(_("Dossiers that wait for you"), _("Examine, inspect, give your opinion."), "worklist", waiting),
        Task(_("Late dossiers"), _("Do these first."), "worklist", late, "?state=late"),
        Task(
            _("Opinions on the architecture"),
            _("What a draft changes for your agency; agree, ask for a change, or object."),
            "architecture-rounds",
            opinions.waiting,
            due=opinions.due,
        ),
        Task(
            _("Opinions on projects"),
            _("An appraiser asks your agency about a project; answer by the day."),
            "opinions-on-projects",
            appraising_opinions.waiting,
            due=appraising_opinions.due,
        ),
        Task(
            _("Drafts of procedures"),
            _("Write the next version of a procedure of your agency."),
            "procedure-drafts",
        ),
    ),
    guide=(
        _("Open the worklist. The most urgent dossier is at the top."),
        _("Take the dossier, so that nobody else works on it."),
        _("Compare answers, register facts and papers; note what you found."),
        _("Choose how the step ends. Give the reason where one is asked for: the applicant reads it."),
    ),
    menu=(
        Item(_("Worklist"), "worklist"),
        Item(_("Register of dossiers"), "register"),
        Item(_("Procedures"), "procedures"),
        Item(_("Drafts of procedures"), "procedure-drafts"),
        Item(_("Opinions on the architecture"), "architecture-rounds"),
        Item(_("Opinions on projects"), "opinions-on-projects"),
    ),
)
