"""The architect and the approver: draft, and publish what another drafted. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.users.home import Home, Item, Task

MENU = (Item(_("Architecture"), "architecture"), Item(_("Versions"), "architecture-versions"))

HOME = Home(
    role="architect",
    title=_("Architecture of the province"),
    tasks=(
        Task(_("See the architecture"), _("Seven layers, declared connections, traffic seen."), "architecture"),
        Task(_("Versions"), _("Load a draft; somebody else publishes it."), "architecture-versions"),
    ),
    guide=(
        _("Look at the picture: undeclared connections are marked."),
        _("Load the draft of the next version from the definitions."),
        _("Ask the approver to publish it. You cannot publish your own draft."),
    ),
    menu=MENU,
)
APPROVER = Home(
    role="architecture-approver",
    title=_("Publishing the architecture"),
    tasks=(
        Task(_("Versions"), _("Read a draft, then publish it under your name."), "architecture-versions"),
        Task(_("See the architecture"), _("What is in force now."), "architecture"),
    ),
    guide=(
        _("Open the draft that somebody else loaded."),
        _("Read what it declares and who may connect to what."),
        _("Publish it. The exchange follows it from that moment on."),
    ),
    menu=MENU,
)
