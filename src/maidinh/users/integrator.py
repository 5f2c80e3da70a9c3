"""The integrator: looks after the connections between systems. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.web import connections, observed, waivers
from maidinh.users.home import Home, Item, Task

HOME = Home(
    role="integrator",
    title=_("Connections"),
    tasks=(
        Task(
            _("Declared and seen connections"), _("Which are used, which are not, which were refused."), "architecture"
        ),
        Task(
            _("Declared and observed"),
            _("What runs otherwise than declared: who must act, and what was decided. The figure: to act on."),
            "observed",
            observed.to_act,
        ),
        Task(
            _("Connections and their contracts"),
            _("What is in force, until when, and how it is withdrawn. The figure: contracts that end soon."),
            "connections",
            connections.ending_soon,
        ),
        Task(
            _("Contracts between agencies"),
            _("Which texts were proposed, who has signed them, what each opens and closes."),
            "contracts",
        ),
        Task(_("Calls on the exchange"), _("What became of a call, what was refused or failed, and why."), "exchange"),
        Task(
            _("State of the exchange"),
            _("The last hour of each service, calls without an end, keys that end soon."),
            "exchange-state",
        ),
        Task(_("Services on the exchange"), _("What each offers, and how a call to it is tried."), "exchange-services"),
        Task(_("Conformity"), _("What does not conform, whose it is, and what mends it."), "conformity"),
        Task(
            _("Waivers"),
            _("Findings that may stand until a day. The figure: of yours, those that end soon."),
            "waivers",
            waivers.ending,
            due=waivers.next_end,
        ),
        Task(_("Public keys"), _("What others need to verify what we sign."), "keys"),
    ),
    guide=(
        _("Look for connections marked as undeclared: a system tried and was refused."),
        _("Write down what is done about each: a project, an exception until a day, or that it is settled."),
        _("Ask the architect to declare what is lawful. Nothing else opens the exchange."),
        _("If a connection must stop before its last day, ask to withdraw its contract. Another person confirms."),
    ),
    menu=(
        Item(_("Architecture"), "architecture"),
        Item(_("Declared and observed"), "observed"),
        Item(_("Contracts"), "connections"),
        Item(_("Contracts between agencies"), "contracts"),
        Item(_("Calls on the exchange"), "exchange"),
        Item(_("State of the exchange"), "exchange-state"),
        Item(_("Services on the exchange"), "exchange-services"),
        Item(_("Conformity"), "conformity"),
        Item(_("Waivers"), "waivers"),
        Item(_("Public keys"), "keys"),
    ),
)
