"""The architect and the approver: draft, and publish what another drafted. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.web import connections, consultations, observed, projects, rulebook, versions, waivers
from maidinh.users.home import Home, Item, Task

DRAFTS = Item(_("Drafts"), "architecture-drafts")
MENU = (
    Item(_("Architecture"), "architecture"),
    Item(_("Diagrams"), "architecture-diagrams"),
    Item(_("Search"), "architecture-explorer"),
    Item(_("Agencies"), "architecture-agencies"),
    Item(_("Declared and observed"), "observed"),
    Item(_("Conformity"), "conformity"),
    Item(_("Versions"), "architecture-versions"),
    Item(_("Differences"), "architecture-difference"),
    Item(_("Document"), "architecture-document"),
    Item(_("Projects"), "projects"),
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
        Task(
            _("Projects"),
            _("Bring what was accepted into a draft. The figure: accepted projects that wait for it."),
            "projects",
            projects.to_merge,
        ),
        Task(_("See the architecture"), _("Seven layers, declared connections, traffic seen."), "architecture"),
        Task(
            _("Declared and observed"),
            _("What runs otherwise than declared: who must act, and what was decided. The figure: to act on."),
            "observed",
            observed.to_act,
        ),
        Task(
            _("Search the architecture"),
            _("Find a component, what depends on it, who answers for it."),
            "architecture-explorer",
        ),
        Task(_("Technology watch"), _("Which products must go, and what stands on them."), "architecture-technology"),
        Task(_("Versions"), _("Load a draft; somebody else publishes it."), "architecture-versions"),
        Task(_("Conformity"), _("What does not conform, whose it is, and what mends it."), "conformity"),
        Task(
            _("Waivers"),
            _("Findings that may stand until a day. The figure: of yours, those that end soon."),
            "waivers",
            waivers.ending,
            due=waivers.next_end,
        ),
        Task(_("Rules of conformity"), _("Read them, try one, write one of the province's own."), "rules"),
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
        Task(
            _("Declared and observed"),
            _("What runs otherwise than declared: who must act, and what was decided. The figure: to act on."),
            "observed",
            observed.to_act,
        ),
        Task(
            _("Connections and their contracts"),
            _("Confirm that a contract is withdrawn, or stands again. The figure: to confirm."),
            "connections",
            connections.to_confirm,
        ),
        Task(
            _("Waivers"),
            _("Decide whether a finding may stand until a day. The figure: to decide, and those that end soon."),
            "waivers",
            waivers.to_decide,
            due=waivers.next_end,
        ),
        Task(
            _("Rules of conformity"),
            _("Put a rule of the province into force that another person wrote. The figure: to decide."),
            "rules",
            rulebook.to_decide,
        ),
        Task(_("Agencies"), _("Who owns, runs, provides, uses and owes what."), "architecture-agencies"),
    ),
    guide=(
        _("Open the version that was handed in."),
        _("Read what it changes and what the agencies said."),
        _("Set the decision with its number and day, or send it back with a reason."),
        _("Publish it. The exchange follows it from that moment on."),
    ),
    menu=(*MENU, Item(_("Contracts"), "connections")),
)
