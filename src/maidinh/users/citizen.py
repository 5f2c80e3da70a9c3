"""The citizen: submits dossiers and follows them. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.users.home import Home, Item, Task
from maidinh.users.public import MENU as PUBLIC_MENU

TASKS = (
    Task(_("Start an application"), _("Search for the procedure, then answer a few questions."), "procedures"),
    Task(_("My dossiers"), _("Where they stand, what is asked of you, your results."), "dossiers"),
    Task(_("Who read my data"), _("Which agency read data about you, when and why, with the proof."), "my-data"),
    Task(_("My papers"), _("Verified papers that you need not hand in again."), "my-papers"),
    Task(_("Notices"), _("What has changed since you last looked."), "notices"),
)
GUIDE = (
    _("Search for the procedure. You may type without accents."),
    _("Check what the registers hold about you. You need not type it again."),
    _("Upload your papers one by one; a photo from your telephone will do."),
    _("Check your answers and submit. Keep the receipt: it has your code and the promised date."),
)
MENU = (
    Item(_("My dossiers"), "dossiers"),
    Item(_("Notices"), "notices"),
    Item(_("My papers"), "my-papers"),
    Item(_("Who read my data"), "my-data"),
    *PUBLIC_MENU,
)

HOME = Home(role="citizen", title=_("Your dossiers"), tasks=TASKS, guide=GUIDE, menu=MENU)
