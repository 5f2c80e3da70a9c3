"""The architect and the approver: draft, and publish what another drafted. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.web import consultations, versions
from maidinh.users.home import Home, Item, Task

DRAFTS = Item(_("Drafts"), "architecture-drafts")
MENU = (
    Item(_("Architecture"), "architecture"),
    Item(_("Diagrams"), "architecture-diagrams"),
    Item(_("Versions"), "architecture-versions"),
    Item(_("Differences"), "architecture-difference"),
    Item(_("Document"), "architecture-document"),
)

HOME = Home(
    role="architect",
    title=_("Architecture of the province"),
    tasks=(
        Task(
            _("Drafts"),
            _("Change the architecture, ask agencies for opinions, answer them. The figure: opinions to answer."),
            "architecture-drafts",
            consultations.to_answer,
        ),
        Task(_("See the architecture"), _("Seven layers, declared connections, traffic seen."), "architecture"),
        Task(_("Versions"), _("Load a draft; somebody else publishes it."), "architecture-versions"),
        Task(
            _("Document and dossier"),
            _("The architecture as Word or PDF, its checklist, what is open, days to the deadline."),
            "architecture-dossier",
        ),
    ),
    guide=(
        _("Look at the picture: undeclared connections are marked."),
        _("Begin a draft from the version in force and change it."),
        _("Ask the agencies that it touches for their opinion, and answer each of them."),
        _("Write the conclusion and hand the draft in. You cannot approve or publish it yourself."),
    ),
    menu=(DRAFTS, *MENU),
)
APPROVER = Home(
    role="architecture-approver",
    title=_("Publishing the architecture"),
    tasks=(
        Task(
            _("Versions"),
            _("Read what was handed in, approve it with its decision, put it into force. The figure: to approve."),
            "architecture-versions",
            versions.to_approve,
        ),
        Task(_("See the architecture"), _("What is in force now."), "architecture"),
    ),
    guide=(
        _("Open the version that was handed in."),
        _("Read what it changes and what the agencies said."),
        _("Set the decision with its number and day, or send it back with a reason."),
        _("Publish it. The exchange follows it from that moment on."),
    ),
    menu=MENU,
)
