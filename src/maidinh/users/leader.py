"""The agency's leader (lãnh đạo): signs results and watches what is late. Layer 1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maidinh.channels.counter.waiting import late, to_sign
from maidinh.channels.web import appraising_opinions, observed, opinions, procedure_drafts, supervised
from maidinh.exchange.contracts.queries import waiting_count
from maidinh.users.home import Home, Item, Task

HOME = Home(
    role="leader",
    title=_("Signing"),
    tasks=(
        Task(_("Results to sign"), _("Read the draft, then sign it or send it back."), "signing", to_sign),
        Task(_("Late dossiers"), _("Steps of your agency that are past their time."), "worklist", late, "?state=late"),
        Task(_("Work of the agency"), _("Who holds which step; assign it, or take it back."), "team"),
        Task(_("Archive"), _("Finished dossiers, until when each is kept, what may be destroyed."), "archive"),
        Task(
            _("Drafts of procedures"),
            _("Versions that others wrote. The figure: to decide."),
            "procedure-drafts",
            procedure_drafts.waiting,
        ),
        Task(
            _("How well people are served"),
            _("On time or late, how long, how often more is asked for: by agency, procedure and month."),
            "open-measures",
        ),
        Task(
            _("Contracts between agencies"),
            _("Read a text, then sign it for your agency or decline it. The figure: to sign."),
            "contracts",
            waiting_count,
        ),
        Task(
            _("Opinions on the architecture"),
            _("What a draft changes for your agency; agree, ask for a change, or object."),
            "architecture-rounds",
            opinions.waiting,
            due=opinions.due,
        ),
        Task(_("Projects"), _("What agencies build and buy, what it costs, where it stands."), "projects"),
        Task(
            _("Roadmap"),
            _("Which projects start in which year, and the yearly plan of your agency."),
            "roadmap",
        ),
        Task(
            _("Public figures of your agency"),
            _("What everyone reads of your projects: money, days, what is late."),
            "open-money",
            query="?agency=mine",
        ),
        Task(
            _("Opinions on projects"),
            _("An appraiser asks your agency about a project; answer by the day."),
            "opinions-on-projects",
            appraising_opinions.waiting,
            due=appraising_opinions.due,
        ),
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
        Task(_("Architecture"), _("What the province has declared, and the traffic seen on it."), "architecture"),
        Task(
            _("Differences of your agency"),
            _("What your systems do otherwise than declared. The figure: to act on."),
            "observed",
            observed.of_agency,
            "?owner=mine",
        ),
        Task(_("Agencies"), _("What your agency owns, runs, provides, uses and owes."), "architecture-agencies"),
    ),
    guide=(
        _("Open the queue. The most urgent result is at the top."),
        _("Read the draft as the applicant will see it."),
        _("Sign it, or send it back with a reason."),
    ),
    menu=(
        Item(_("Results to sign"), "signing"),
        Item(_("Worklist"), "worklist"),
        Item(_("Work of the agency"), "team"),
        Item(_("Refunds"), "desk-refunds"),
        Item(_("Register of dossiers"), "register"),
        Item(_("Drafts of procedures"), "procedure-drafts"),
        Item(_("How well people are served"), "open-measures"),
        Item(_("Archive"), "archive"),
        Item(_("Contracts between agencies"), "contracts"),
        Item(_("Opinions on the architecture"), "architecture-rounds"),
        Item(_("Projects"), "projects"),
        Item(_("Roadmap"), "roadmap"),
        Item(_("Opinions on projects"), "opinions-on-projects"),
        Item(_("Architecture"), "architecture"),
        Item(_("Declared and observed"), "observed"),
        Item(_("Agencies"), "architecture-agencies"),
        Item(_("Supervision of projects"), "supervision"),
    ),
)
