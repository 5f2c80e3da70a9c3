"""What a finding of traffic is called, what happened, and what is to be done, in the reader's language. Layer 2."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.channels.web.context import language
from maidinh.channels.web.jinja import vn_date
from maidinh.governance.architecture.queries import current_version
from maidinh.governance.conformity.rules import OUTSIDE
from maidinh.governance.observation import rules
from maidinh.governance.observation.queries import Finding, FindingDecision
from maidinh.infrastructure.organisations.queries import agency_names

TONES = {
    rules.OPEN: "late",
    rules.PROPOSED: "info",
    rules.ASKED: "wait",
    rules.EXCEPTED: "wait",
    rules.CLOSED: "neutral",
}
GONE = "gone"


def kind_names() -> dict[str, str]:
    """What the kinds are called, those that harm most first."""
    return {
        rules.UNDECLARED: _("Connection that nobody declared"),
        rules.NOT_MASTER: _("Register written by another than its master"),
        rules.OWNER_DIFFERS: _("Another owner than declared"),
        rules.ZONE_DIFFERS: _("Another network zone than declared"),
        rules.METHOD_DIFFERS: _("Operation outside the contract"),
        rules.UNUSED: _("Declared connection that nobody uses"),
        rules.NOT_SERVED: _("Procedure declared and not served"),
        rules.NO_CONSUMER: _("Shared platform without a consumer"),
    }


def state_names() -> dict[str, str]:
    """What the states are called."""
    return {
        rules.OPEN: _("to act on"),
        rules.PROPOSED: _("a project mends it"),
        rules.ASKED: _("exception asked for"),
        rules.EXCEPTED: _("excepted until a day"),
        rules.CLOSED: _("settled"),
        GONE: _("seen no more"),
    }


def decision_names() -> dict[str, str]:
    """What was decided."""
    return {
        rules.PROPOSE: _("A project will mend it"),
        rules.ASK: _("An exception was asked for"),
        rules.EXCEPT: _("The exception was granted"),
        rules.REFUSE: _("The exception was refused"),
        rules.CLOSE: _("It was settled"),
        rules.REOPEN: _("It is open again"),
    }


def remedies() -> dict[str, str]:
    """What is to be done about each kind."""
    return {
        rules.UNDECLARED: _(
            "If the connection is lawful and needed, declare it by a project with a contract. If not, stop the system"
            " from calling."
        ),
        rules.NOT_MASTER: _(
            "Let the change go through the agency that masters the data, or have the contract allow reading only."
        ),
        rules.OWNER_DIFFERS: _(
            "If the system has gone to another agency, declare its new owner. If not, find out who uses its name."
        ),
        rules.ZONE_DIFFERS: _("If the system has moved, declare its new zone. If not, find out what calls from there."),
        rules.METHOD_DIFFERS: _(
            "If the operation is needed, let a project change the contract. If not, mend the system that calls it."
        ),
        rules.UNUSED: _("Use it, or take it out of the architecture: what is not used needs no open door."),
        rules.NOT_SERVED: _("Publish the procedure's definition so that people can use it, or retire it."),
        rules.NO_CONSUMER: _("Find out which systems should use it, or retire it: it costs money every year."),
    }


class Words:
    """Findings in the reader's language, by the version in force."""

    def __init__(self) -> None:
        version = current_version()
        self.elements = {each.id: each for each in version.model.elements} if version else {}
        self.agencies = agency_names(language())
        self.kinds, self.states, self.remedies = kind_names(), state_names(), remedies()

    def row(self, finding: Finding) -> dict[str, Any]:
        """A finding as lists and pages show it."""
        state = GONE if finding.gone_at else finding.state
        return {
            "finding": finding,
            "href": reverse("observed-finding", kwargs={"finding_id": finding.pk}),
            "about": self.about(finding),
            "kind": self.kinds[finding.kind],
            "happened": self.happened(finding),
            "remedy": self.remedies[finding.kind],
            "state": self.states[state],
            "tone": "good" if state == GONE else TONES[state],
            "owner": self.agency(finding.owner),
        }

    def about(self, finding: Finding) -> str:
        """What it is about, in a few words."""
        if finding.source:
            return f"{self.name(finding.source)} → {self.name(finding.target)}"
        return self.name(finding.element)

    def name(self, element: str) -> str:
        """What an element is called."""
        if element == OUTSIDE:
            return _("Unknown")
        found = self.elements.get(element)
        return (found.name.in_language(language()) or element) if found else element

    def link(self, element: str) -> dict[str, str]:
        """An element and its page, if the version in force has it."""
        known = element in self.elements
        href = reverse("architecture-element", kwargs={"element": element}) if known else ""
        return {"text": self.name(element), "href": href}

    def agency(self, code: str) -> str:
        """What an agency is called."""
        return self.agencies.get(code, code) or _("not known")

    def happened(self, finding: Finding) -> str:
        """What was seen, in a sentence or two."""
        details: dict[str, Any] = finding.details
        times = ngettext("%(num)s time", "%(num)s times", finding.count) % {"num": finding.count}
        words = {"source": self.name(finding.source), "target": self.name(finding.target), "times": times}
        words |= {"seen": ", ".join(map(str, details.get("seen", [])))}
        told = {
            rules.UNDECLARED: self._undeclared,
            rules.NOT_MASTER: self._written,
            rules.OWNER_DIFFERS: self._owned,
            rules.ZONE_DIFFERS: self._placed,
            rules.METHOD_DIFFERS: self._exceeded,
            rules.UNUSED: self._unused,
            rules.NOT_SERVED: self._unserved,
            rules.NO_CONSUMER: self._unneeded,
        }
        return told[finding.kind](finding, details, words)

    def _undeclared(self, finding: Finding, details: dict[str, Any], words: dict[str, str]) -> str:
        allowed = details.get("allowed", 0)
        through = ngettext("%(num)s call went through.", "%(num)s calls went through.", allowed) % {"num": allowed}
        end = through if allowed else _("The exchange refused it.")
        if finding.source == OUTSIDE:
            said = _("Somebody who could not prove who it is called %(target)s, %(times)s.")
        elif finding.target == OUTSIDE:
            said = _("%(source)s called a service that the architecture does not know, %(times)s: %(services)s.")
            words = words | {"services": ", ".join(details.get("services", []))}
        else:
            said = _("%(source)s called %(target)s, %(times)s. No contract allows it.")
        return f"{said % words} {end}"

    def _written(self, _finding: Finding, details: dict[str, Any], words: dict[str, str]) -> str:
        words = words | {"master": self.agency(details.get("master", ""))}
        return _("%(source)s changed data through %(target)s, %(times)s. %(master)s masters these data.") % words

    def _owned(self, _finding: Finding, details: dict[str, Any], words: dict[str, str]) -> str:
        named = ", ".join(self.agency(each) for each in details.get("seen", []))
        words = words | {"declared": self.agency(details.get("declared", "")), "seen": named}
        said = _("The architecture names %(declared)s as owner. Calls named %(seen)s, %(times)s.") % words
        return said if details.get("proven") else f"{said} {_('The caller could not prove who it is.')}"

    def _placed(self, _finding: Finding, details: dict[str, Any], words: dict[str, str]) -> str:
        said = _("The architecture places it in zone %(declared)s. It called from %(seen)s, %(times)s.")
        return said % (words | {"declared": details.get("declared", "")})

    def _exceeded(self, _finding: Finding, _details: dict[str, Any], words: dict[str, str]) -> str:
        return _("%(source)s called what its contract does not name, %(times)s: %(seen)s.") % words

    def _unused(self, finding: Finding, details: dict[str, Any], _words: dict[str, str]) -> str:
        if finding.last_seen_at:
            return _("The last call went through on %(day)s.") % {"day": vn_date(finding.last_seen_at)}
        day = vn_date(date.fromisoformat(details["since"]))
        return _("A contract has allowed it since %(day)s; no call has gone through since then.") % {"day": day}

    def _unserved(self, _finding: Finding, details: dict[str, Any], _words: dict[str, str]) -> str:
        return _("The architecture declares procedure %(code)s. The portal does not offer it.") % details

    def _unneeded(self, _finding: Finding, _details: dict[str, Any], _words: dict[str, str]) -> str:
        return _("No system is declared to use it, and none was seen to.")

    def decided(self, decision: FindingDecision, names: dict[str, str]) -> dict[str, Any]:
        """A decision, as the timeline shows it; `names` are those of people by id."""
        text = decision.reason if decision.by else _(decision.reason)
        if decision.until:
            text = f"{_('Until %(day)s.') % {'day': vn_date(decision.until)}} {text}"
        if decision.project:
            text = f"{_('Project %(code)s.') % {'code': decision.project}} {text}"
        who = (
            f"{names.get(decision.by, decision.by)}, {self.agency(decision.agency)}" if decision.by else _("by itself")
        )
        title = decision_names()[decision.decision]
        return {"title": title, "at": decision.at, "who": who, "text": text}


def refusal_name(reason: str) -> str:
    """Why the exchange refused a call; a reason that is new here stays as it is."""
    return {
        "no_contract": _("no contract allows it"),
        "contract_not_signed": _("not every agency has signed the contract"),
        "contract_expired": _("the contract has expired"),
        "contract_not_yet_valid": _("the contract is not valid yet"),
        "operation_not_in_contract": _("the contract does not allow this operation"),
        "unknown_consumer": _("the caller is not declared"),
        "unknown_service": _("the service is not declared"),
        "unsafe_path": _("the address of the call is not safe"),
        "directory_expired": _("the directory of the exchange has expired"),
        "directory_not_yet_valid": _("the directory of the exchange is not valid yet"),
    }.get(reason, reason)
