"""The one-stop official (Bộ phận Một cửa): takes in dossiers, records fees, hands over results. Layer 1.

Decree 118/2025/NĐ-CP on the one-stop shop.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.counter.waiting import late, waiting
from maidinh.users.home import Home, Item, Task

HOME = Home(
    role="one-stop-official",
    title=_("One-stop counter"),
    tasks=(
        Task(
            _("Dossiers that wait for you"),
            _("Take in, ask for what is missing, hand over results."),
            "worklist",
            waiting,
        ),
        Task(_("Late dossiers"), _("Do these first."), "worklist", late, "?state=late"),
        Task(_("Verify a result"), _("See whether a document that somebody brings is genuine."), "verify"),
    ),
    guide=(
        _("Open the worklist. The most urgent dossier is at the top."),
        _("Read the answers and open each paper."),
        _("Accept, ask once for everything that is missing, or refuse with a reason."),
        _("Print the receipt with the promised date."),
        _("When the result is signed, hand it over and mark it as returned."),
    ),
    menu=(
        Item(_("Worklist"), "worklist"),
        Item(_("Online payments"), "desk-payments"),
        Item(_("Register of dossiers"), "register"),
        Item(_("Verify a result"), "verify"),
        Item(_("Procedures"), "procedures"),
    ),
)
