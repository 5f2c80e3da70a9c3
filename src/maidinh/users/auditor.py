"""The auditor: checks the records and can change nothing. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.web import supervised
from maidinh.users.home import Home, Item, Task

HOME = Home(
    role="auditor",
    title=_("Audit"),
    tasks=(
        Task(_("Declared and seen connections"), _("Every connection, with what was refused."), "architecture"),
        Task(_("Public keys"), _("Verify receipts and the log with them, offline."), "keys"),
        Task(_("Calls on the exchange"), _("What became of a call, what was refused or failed, and why."), "exchange"),
        Task(_("Verify a result"), _("See whether a document is genuine."), "verify"),
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
    ),
    guide=(
        _("Compare what was seen on the exchange with what is declared."),
        _("Verify a receipt with the public keys; you need nothing else from us."),
    ),
    menu=(
        Item(_("Architecture"), "architecture"),
        Item(_("Public keys"), "keys"),
        Item(_("Calls on the exchange"), "exchange"),
        Item(_("State of the exchange"), "exchange-state"),
        Item(_("Verify a result"), "verify"),
        Item(_("Supervision of projects"), "supervision"),
    ),
)
