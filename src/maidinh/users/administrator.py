"""The administrator: keeps the system running and reads no dossier. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.web import exchange_keys
from maidinh.users.home import Home, Item, Task

HOME = Home(
    role="administrator",
    title=_("Operations"),
    tasks=(
        Task(_("State of the system"), _("Whether this installation answers."), "health"),
        Task(
            _("State of the exchange"),
            _("The last hour of each service, calls without an end, keys that end soon."),
            "exchange-state",
        ),
        Task(
            _("Keys of the exchange"),
            _("By which keys systems and agencies are recognised. The figure: without a key, or soon."),
            "exchange-keys",
            exchange_keys.ending_soon,
        ),
        Task(_("Architecture"), _("What is declared and what is seen."), "architecture"),
        Task(_("Public keys"), _("The keys in use."), "keys"),
    ),
    guide=(
        _("Look whether the system answers."),
        _("On the machine, 'maidinh doctor' names what is wrong and the mend."),
        _("If a private key was lost or seen by somebody else, revoke it at once."),
    ),
    menu=(
        Item(_("State of the exchange"), "exchange-state"),
        Item(_("Architecture"), "architecture"),
        Item(_("Keys of the exchange"), "exchange-keys"),
        Item(_("Public keys"), "keys"),
    ),
)
