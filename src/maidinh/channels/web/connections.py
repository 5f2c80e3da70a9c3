"""`/architecture/connections`: the contracts that the exchange obeys, which end soon, which two people have stopped.

Layer 2. One person asks that a contract is withdrawn or stands again, another decides; the exchange follows at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.channels.routing import page
from maidinh.channels.web import editions, picture
from maidinh.channels.web.context import language
from maidinh.exchange.directory.queries import current_directory
from maidinh.governance.architecture import actions as acts
from maidinh.governance.architecture.actions import CONFIRMING, WITHDRAWING, WithdrawalRefused
from maidinh.governance.architecture.definition import Relation
from maidinh.governance.architecture.queries import (
    Version,
    Withdrawal,
    current_version,
    takes_part_in_withdrawals,
    withdrawal_for,
    withdrawals_for,
    withdrawals_to_confirm,
    withdrawn_contracts,
)
from maidinh.governance.architecture.rules import (
    ASKED,
    CONFIRMED,
    ENDED,
    LONGEST_GROUND,
    LONGEST_REASON,
    REFUSED,
    TAKEN_BACK,
)
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.identity.queries import official
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.infrastructure.translog.promises import with_proof

PER_PAGE = 30
IN_FORCE, SOON, LATER, OVER, STOPPED, ABSENT = "in-force", "soon", "later", "over", "withdrawn", "absent"
TONES = {IN_FORCE: "good", SOON: "wait", LATER: "neutral", OVER: "neutral", STOPPED: "stopped", ABSENT: "neutral"}
ASK_TONES = {ASKED: "wait", CONFIRMED: "stopped", REFUSED: "neutral", TAKEN_BACK: "neutral", ENDED: "neutral"}
Errors = dict[str, list[str]]


@dataclass(frozen=True)
class Connections:
    """The contracts of a version as a reader may see them, with what became of each on a day."""

    version: Version
    relations: tuple[Relation, ...]
    names: dict[str, str]
    owners: dict[str, str]
    agencies: dict[str, str]
    withdrawn: frozenset[str]
    sent: frozenset[str]
    today: date

    def standing(self, relation: Relation) -> str:
        """What becomes of a call under this contract today."""
        contract = _contract(relation)
        if contract.id in self.withdrawn:
            return STOPPED
        if contract.valid_to < self.today:
            return OVER
        if contract.valid_from > self.today:
            return LATER
        if contract.id not in self.sent:
            return ABSENT
        return SOON if contract.valid_to - self.today <= _soon() else IN_FORCE

    def row(self, relation: Relation) -> dict[str, Any]:
        """One contract as lists and forms show it."""
        contract, standing = _contract(relation), self.standing(relation)
        days = (contract.valid_to - self.today).days
        left = ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days} if standing == SOON else ""
        return {
            "contract": contract,
            "id": contract.id,
            "source": self.names.get(relation.from_, relation.from_),
            "target": self.names.get(relation.to, relation.to),
            "consumer": self._owner(relation.from_),
            "provider": self._owner(relation.to),
            "purpose": contract.purpose.in_language(language()),
            "legal": "; ".join(each.text for each in contract.legal_basis),
            "standing": standing,
            "state": standing_names()[standing],
            "tone": TONES[standing],
            "left": left,
        }

    def named(self, contract: str) -> Relation | None:
        """The flow that carries a contract, where this reader may see it."""
        return next((each for each in self.relations if _contract(each).id == contract), None)

    def _owner(self, element: str) -> str:
        return self.agencies.get(self.owners.get(element, ""), self.owners.get(element, ""))


def connections(request: HttpRequest) -> HttpResponse:
    """All contracts of the version in force; what was withdrawn, and what waits for this person."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    version = current_version()
    if version is None:
        return render(request, "architecture/none.html", editions.nothing(actor, []), status=404)
    held, wanted = _held(actor, version), request.GET.get("state", "")
    rows = [held.row(each) for each in held.relations]
    found = [each for each in rows if wanted in ("", each["standing"])]
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    kept = withdrawals_for(actor)
    context = {
        "version": version,
        "page": shown,
        "rows": list(shown),
        "count": len(rows),
        "soon": [each for each in rows if each["standing"] == SOON],
        "waiting": _asked_rows(held, withdrawals_to_confirm(actor)),
        "own": _asked_rows(held, kept.filter(state=ASKED, asked_by=actor.id)) if actor.may(WITHDRAWING) else [],
        "withdrawn": _asked_rows(held, kept.filter(state=CONFIRMED, ends__isnull=True)),
        "past": _asked_rows(held, kept.filter(state=ENDED)),
        "states": [("", _("all")), *((each, name) for each, name in standing_names().items())],
        "wanted": wanted,
        "query": f"?state={wanted}&" if wanted in TONES else "?",
        "may_ask": actor.may(WITHDRAWING),
    }
    return render(request, "architecture/connections/list.html", context)


def ask(request: HttpRequest) -> HttpResponse:
    """Ask that a contract is withdrawn: the contract is the one that the address names."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    source = request.POST if request.method == "POST" else request.GET
    version = current_version()
    named = source.get("contract", "")[:255].replace("\0", "")
    held = _held(actor, version) if version else None
    relation = held.named(named) if held else None
    if held is None or relation is None:
        raise Http404(named)
    return _form(request, held.row(relation), lambda typed: acts.ask_withdrawal(
        actor=actor, contract=named, at=timezone.now(), **typed,
    ))  # fmt: skip


def end(request: HttpRequest, withdrawal_id: int) -> HttpResponse:
    """Ask that a withdrawn contract stands again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _found(actor, withdrawal_id)
    if row.state != CONFIRMED or row.ends_id is not None:
        raise Http404(withdrawal_id)
    return _form(request, _about(actor, row), lambda typed: acts.ask_withdrawal(
        actor=actor, contract=row.contract, ends=row.pk, at=timezone.now(), **typed,
    ), ends=row)  # fmt: skip


def withdrawal(
    request: HttpRequest, withdrawal_id: int, errors: Errors | None = None, status: int = 200
) -> HttpResponse:
    """What was asked for a contract: why, by whom, what came of it; the forms of who decides and who takes it back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _found(actor, withdrawal_id)
    inside = takes_part_in_withdrawals(actor)
    endings = withdrawals_for(actor).filter(ends=row)
    context = {
        "row": row,
        "about": _about(actor, row),
        "state": asked_names(row)[row.state],
        "tone": ASK_TONES[row.state] if row.ends_id is None or row.state == ASKED else "good",
        "agency": agency_names(language()).get(row.asked_agency, row.asked_agency),
        "people": _people(row) if inside else {},
        "decided": row.state in (CONFIRMED, ENDED, REFUSED),
        "endings": [(each, asked_names(each)[each.state]) for each in endings],
        "may_decide": row.state == ASKED and actor.may(CONFIRMING) and row.asked_by != actor.id,
        "own": row.state == ASKED and row.asked_by == actor.id,
        "may_end": row.state == CONFIRMED and row.ends_id is None and actor.may(WITHDRAWING)
        and not endings.filter(state=ASKED).exists(),
        "done": request.GET.get("done", ""),
        "typed": {name: request.POST.get(name, "")[: LONGEST_REASON + 1] for name in ("confirmed", "decision")},
        "longest": LONGEST_REASON,
        "errors": errors or {},
    }  # fmt: skip
    return render(request, "architecture/connections/withdrawal.html", context, status=status)


def decide(request: HttpRequest, withdrawal_id: int) -> HttpResponse:
    """Confirm or refuse what another person asked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _found(actor, withdrawal_id)
    choice = request.POST.get("confirmed", "")
    if choice not in ("yes", "no"):
        return withdrawal(request, withdrawal_id, {"confirmed": [_("Choose whether you confirm or refuse it.")]}, 422)
    try:
        acts.decide_withdrawal(
            actor=actor, withdrawal_id=withdrawal_id, confirmed=choice == "yes",
            decision=request.POST.get("decision", ""), at=timezone.now(), signer=settings.SIGNER,
        )  # fmt: skip
    except WithdrawalRefused as refusal:
        return withdrawal(request, withdrawal_id, _errors(refusal), 422)
    return redirect(f"{_address(withdrawal_id)}?done={'confirmed' if choice == 'yes' else 'refused'}")


def take_back(request: HttpRequest, withdrawal_id: int) -> HttpResponse:
    """Take back what one asked for."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _found(actor, withdrawal_id)
    try:
        acts.take_back_withdrawal(actor=actor, withdrawal_id=withdrawal_id, at=timezone.now())
    except WithdrawalRefused as refusal:
        return withdrawal(request, withdrawal_id, _errors(refusal), 422)
    return redirect(f"{_address(withdrawal_id)}?done=taken-back")


def proof(request: HttpRequest, withdrawal_id: int) -> HttpResponse:
    """What was entered in the transparency log when it was confirmed, with the proof once it is there."""
    row = _found(request.actor, withdrawal_id)  # type: ignore[attr-defined]
    if row.entry is None or row.receipt is None:
        raise Http404(withdrawal_id)
    return JsonResponse(
        with_proof(row.receipt, row.entry),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": f'attachment; filename="connection-{row.province}-{row.pk}.json"'},
    )


def standing_names() -> dict[str, str]:
    """What becomes of a contract, in words."""
    return {
        IN_FORCE: _("in force"),
        SOON: _("ends soon"),
        LATER: _("does not hold yet"),
        OVER: _("has ended"),
        STOPPED: _("contract withdrawn"),
        ABSENT: _("not on the exchange"),
    }


def asked_names(row: Withdrawal) -> dict[str, str]:
    """What the state of a withdrawal, or of its end, is called."""
    done = _("contract withdrawn") if row.ends_id is None else _("stands again")
    return {
        ASKED: _("asked for"),
        CONFIRMED: done,
        REFUSED: _("refused"),
        TAKEN_BACK: _("taken back"),
        ENDED: _("withdrawal ended"),
    }


def to_confirm(actor: Actor, at: datetime) -> int:
    """How many withdrawals wait for this person: a figure of their home."""
    del at
    return int(withdrawals_to_confirm(actor).count())


def ending_soon(actor: Actor, at: datetime) -> int:
    """How many contracts in force end soon: a figure of the integrator's home."""
    version = current_version()
    held = _held(actor, version, localtime(at).date()) if version else None
    return sum(held.standing(each) == SOON for each in held.relations) if held else 0


def _form(
    request: HttpRequest, about: dict[str, Any], act: Callable[[dict[str, str]], Withdrawal],
    ends: Withdrawal | None = None,
) -> HttpResponse:  # fmt: skip
    typed = {
        "reason": request.POST.get("reason", "")[: LONGEST_REASON + 1],
        "legal_ground": request.POST.get("legal_ground", "")[: LONGEST_GROUND + 1],
    }
    errors: Errors = {}
    if request.method == "POST":
        try:
            row = act(typed)
        except WithdrawalRefused as refusal:
            errors = _errors(refusal)
        else:
            return redirect(f"{_address(row.pk)}?done=asked")
    context = {"about": about, "ends": ends, "typed": typed, "errors": errors, "longest": LONGEST_REASON}
    return render(request, "architecture/connections/ask.html", context, status=422 if errors else 200)


def _held(actor: Actor, version: Version, today: date | None = None) -> Connections:
    model = editions.edition_for(actor, version).model
    directory = current_directory()
    owners = {each.id: each.owner or "" for each in model.elements}
    return Connections(
        version=version,
        relations=tuple(each for each in model.relations if each.contract),
        names=picture.element_names(model, language()),
        owners=owners,
        agencies=agency_names(language()),
        withdrawn=withdrawn_contracts(version.province),
        sent=frozenset(each.id for each in directory.contracts) if directory else frozenset(),
        today=today or timezone.localdate(),
    )


def _about(actor: Actor, row: Withdrawal) -> dict[str, Any]:
    """The contract that a withdrawal is about, from the version in which it stood; only its id where it is hidden."""
    held = _held(actor, row.version)
    relation = held.named(row.contract)
    return held.row(relation) if relation else {"id": row.contract, "source": "", "target": ""}


def _asked_rows(held: Connections, rows: Any) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        relation = held.named(row.contract)
        about = held.row(relation) if relation else None
        found.append({
            "row": row,
            "href": _address(row.pk),
            "name": f"{about['source']} → {about['target']}" if about else row.contract,
            "agency": held.agencies.get(row.asked_agency, row.asked_agency),
            "state": asked_names(row)[row.state],
            "tone": ASK_TONES[row.state],
        })  # fmt: skip
    return found


def _people(row: Withdrawal) -> dict[str, str]:
    return {
        what: (found.name if (found := official(who)) else who)
        for what, who in (("asked", row.asked_by), ("decided", row.decided_by))
        if who
    }


def _soon() -> timedelta:
    return timedelta(days=editions.notice().contract_ends_days)


def _contract(relation: Relation) -> Any:
    return relation.contract


def _found(actor: Actor, withdrawal_id: int) -> Withdrawal:
    row = withdrawal_for(actor, withdrawal_id)
    if row is None:
        raise Http404(withdrawal_id)
    return row


def _errors(refusal: WithdrawalRefused) -> Errors:
    errors: Errors = {}
    for fault in refusal.faults:
        errors.setdefault(fault.field, []).append(fault.says)
    return errors


def _address(withdrawal_id: int) -> str:
    return reverse("connection-withdrawal", kwargs={"withdrawal_id": withdrawal_id})


READ, LIST = "architecture.read", "architecture/connections"
ONE = f"{LIST}/withdrawals/<int:withdrawal_id>"
BOTH = ("GET", "POST")
ROUTES = [
    page(LIST, connections, name="connections", who=READ),
    page(f"{LIST}/withdraw", ask, name="connection-withdraw", who=WITHDRAWING, methods=BOTH),
    page(ONE, withdrawal, name="connection-withdrawal", who=READ),
    page(f"{ONE}/decide", decide, name="connection-withdrawal-decide", who=CONFIRMING, methods=("POST",)),
    page(f"{ONE}/end", end, name="connection-withdrawal-end", who=WITHDRAWING, methods=BOTH),
    page(f"{ONE}/take-back", take_back, name="connection-withdrawal-take-back", who=WITHDRAWING, methods=("POST",)),
    page(f"{ONE}/proof", proof, name="connection-withdrawal-proof", who=READ),
]
