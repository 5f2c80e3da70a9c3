"""The auditor: checks the records and can change nothing. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.users.home import Home, Item, Task

HOME = Home(
    role="auditor",
    title=_("Audit"),
    tasks=(
        Task(_("Declared and seen connections"), _("Every connection, with what was refused."), "architecture"),
        Task(_("Public keys"), _("Verify receipts and the log with them, offline."), "keys"),
        Task(_("Verify a result"), _("See whether a document is genuine."), "verify"),
    ),
    guide=(
        _("Compare what was seen on the exchange with what is declared."),
        _("Verify a receipt with the public keys; you need nothing else from us."),
    ),
    menu=(
        Item(_("Architecture"), "architecture"),
        Item(_("Public keys"), "keys"),
        Item(_("Verify a result"), "verify"),
    ),
)
