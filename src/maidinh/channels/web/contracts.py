"""`/contracts`: what agencies agree on: proposed by one, signed by every side, obeyed by the exchange once declared.

Layer 2. A contract opens nothing by itself: the version in force must declare exactly the text that was signed.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.contracts_forms import ContractForm
from maidinh.channels.web.contracts_words import Words, state_names
from maidinh.exchange.contracts import actions as acts
from maidinh.exchange.contracts import rules
from maidinh.exchange.contracts.actions import ContractRefused
from maidinh.exchange.contracts.queries import (
    PROPOSING,
    SIGNING,
    Standing,
    proposal_for,
    proposals_for,
    proposals_over,
    to_sign,
)
from maidinh.exchange.contracts.rules import AGREED, LONGEST_REASON, STATES, WAITING
from maidinh.exchange.directory import agreements
from maidinh.exchange.directory.definition import Contract, Directory
from maidinh.exchange.directory.queries import current_directory
from maidinh.governance.architecture.actions import sign_contract
from maidinh.governance.architecture.queries import Version, current_version, declared_contracts
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.translog.promises import with_proof

PER_PAGE = 30
LONGEST_TOKEN = 8000
Errors = dict[str, list[str]]


def contracts(request: HttpRequest, errors: Errors | None = None, status: int = 200) -> HttpResponse:
    """All contracts that this reader may see; what waits for their signature, and what is declared and not signed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    version = current_version()
    words = Words(actor, version, current_directory())
    wanted = request.GET.get("state", "")
    found = [each for each in proposals_for(actor) if words.published(each.contract)]
    rows = [words.standing(each) for each in found if wanted in ("", each.state)]
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "rows": list(shown),
        "waiting": [words.standing(each) for each in to_sign(actor)],
        "bare": [_bare(words, each, actor) for each in _unsigned(version, words)],
        "states": [("", _("all")), *state_names().items()],
        "wanted": wanted if wanted in STATES else "",
        "query": f"?state={wanted}&" if wanted in STATES else "?",
        "may_propose": actor.may(PROPOSING) and version is not None,
        "errors": errors or {},
    }
    return render(request, "architecture/contracts/list.html", context, status=status)


def contract(request: HttpRequest, proposal_id: int, errors: Errors | None = None, status: int = 200) -> HttpResponse:
    """One text: what it says, who has signed, what it opens and closes; the forms of who is asked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    version, directory = current_version(), current_directory()
    words = Words(actor, version, directory)
    found = _found(actor, proposal_id, words)
    declared = {agreements.digest(each) for each in declared_contracts(version)} if version else set()
    mine = found.open_sides(actor.agency) if actor.agency and actor.may(SIGNING) else []
    about = words.standing(found)
    context = {
        "about": about,
        "found": found,
        "digest": found.row.digest,
        "fields": words.fields(found.contract),
        "open": found.state in (WAITING, AGREED),
        "declared": found.row.digest in declared,
        "agreed": found.state == AGREED,
        "changes": words.changes(_changes(directory, found.contract)),
        "may_sign": [(each["side"], each["name"]) for each in about["sides"] if each["side"] in mine],
        "may_take_back": found.state == WAITING and actor.may(PROPOSING) and actor.agency == found.row.proposed_agency,
        "own_key": _own_key(directory, actor.agency),
        "done": request.GET.get("done", ""),
        "typed": {
            "side": request.POST.get("side", mine[0] if len(mine) == 1 else ""),
            "reason": request.POST.get("reason", "")[: LONGEST_REASON + 1],
            "token": request.POST.get("token", "")[:LONGEST_TOKEN],
            "read": request.POST.get("read", ""),
        },
        "longest": LONGEST_REASON,
        "errors": errors or {},
    }
    return render(request, "architecture/contracts/contract.html", context, status=status)


def propose(request: HttpRequest) -> HttpResponse:
    """Write the text of a contract and propose it to its other sides."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    version, directory = current_version(), current_directory()
    if version is None or directory is None:
        raise Http404
    declared = {each.id: each for each in declared_contracts(version)}
    words = Words(actor, version, directory)
    named = request.GET.get("contract", "")[:255]
    start = declared.get(named)
    if start is not None and not words.published(start):
        start = None
    form = ContractForm(directory, words, declared, sample=version.model.sample, start=start)
    errors: Errors = {}
    if request.method == "POST":
        form.take(request)
        text, errors = form.contract()
        if text is not None:
            try:
                row = acts.propose(actor=actor, contract=text, at=timezone.now())
            except ContractRefused as refusal:
                errors = _errors(refusal)
            else:
                return redirect(f"{_address(row.pk)}?done=proposed")
    context = {"form": form, "errors": errors, "longest": LONGEST_REASON}
    return render(request, "architecture/contracts/propose.html", context, status=422 if errors else 200)


def propose_declared(request: HttpRequest) -> HttpResponse:
    """Propose exactly the text that the version in force declares."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    version = current_version()
    named = request.POST.get("contract", "")[:255]
    declared = [each for each in declared_contracts(version) if each.id == named] if version else []
    if not declared:
        raise Http404(named)
    try:
        row = acts.propose(actor=actor, contract=declared[0], at=timezone.now())
    except ContractRefused as refusal:
        return contracts(request, _errors(refusal), 422)
    return redirect(f"{_address(row.pk)}?done=proposed")


def sign(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Sign the text that the page showed, for one side."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _found(actor, proposal_id)
    if request.POST.get("read") != "yes":
        return contract(request, proposal_id, {"read": [_("Say that you have read the text you sign.")]}, 422)
    try:
        sign_contract(
            actor=actor, proposal_id=proposal_id, side=request.POST.get("side", ""),
            digest=request.POST.get("digest", ""), token=request.POST.get("token", "")[:LONGEST_TOKEN],
            at=timezone.now(), signer=settings.SIGNER,
        )  # fmt: skip
    except ContractRefused as refusal:
        return contract(request, proposal_id, _errors(refusal), 422)
    return redirect(f"{_address(proposal_id)}?done=signed")


def decline(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Decline the text for one side, with the reason."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _found(actor, proposal_id)
    try:
        acts.decline(
            actor=actor, proposal_id=proposal_id, side=request.POST.get("side", ""),
            reason=request.POST.get("reason", ""), at=timezone.now(),
        )  # fmt: skip
    except ContractRefused as refusal:
        return contract(request, proposal_id, _errors(refusal), 422)
    return redirect(f"{_address(proposal_id)}?done=declined")


def take_back(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Take back what one's agency proposed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _found(actor, proposal_id)
    try:
        acts.take_back(actor=actor, proposal_id=proposal_id, at=timezone.now())
    except ContractRefused as refusal:
        return contract(request, proposal_id, _errors(refusal), 422)
    return redirect(f"{_address(proposal_id)}?done=taken-back")


def text(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """The text to the letter, as it is signed, and every signature on it: for an agency's own key, and for judges."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = _found(actor, proposal_id)
    signed = {side: each.jws for side, each in found.answers.items() if each.jws}
    return JsonResponse(
        {"digest": found.row.digest, "text": found.row.text, "sides": found.parties, "signatures": signed},
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": f'attachment; filename="contract-{found.row.pk}.json"'},
    )


def proof(request: HttpRequest, proposal_id: int, side: str) -> HttpResponse:
    """What was entered in the transparency log when a side signed, with the proof once it is there."""
    found = _found(request.actor, proposal_id)  # type: ignore[attr-defined]
    answer = found.answers.get(side)
    if answer is None or answer.entry is None or answer.receipt is None:
        raise Http404(side)
    return JsonResponse(
        with_proof(answer.receipt, answer.entry),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": f'attachment; filename="contract-{found.row.pk}-{side}.json"'},
    )


def _unsigned(version: Version | None, words: Words) -> list[tuple[Contract, Standing | None]]:
    """What the version in force declares and not every side has signed, each with the proposal that waits."""
    declared = declared_contracts(version) if version else []
    kept = proposals_over(agreements.digest(each) for each in declared)
    found = [(each, kept.get(agreements.digest(each))) for each in declared if words.published(each)]
    return [
        (each, standing)
        for each, standing in found
        if agreements.digest(each) not in words.in_force and (standing is None or standing.state != AGREED)
    ]


def _bare(words: Words, pair: tuple[Contract, Standing | None], actor: Actor) -> dict[str, Any]:
    declared, waiting = pair
    shown = waiting is not None and proposal_for(actor, waiting.row.pk) is not None
    mine = actor.may(PROPOSING) and actor.agency in agreements.parties(declared).values()
    return words.row(declared) | {
        "waits": waiting is not None,
        "href": _address(waiting.row.pk) if waiting is not None and shown else "",
        "may_propose": mine and waiting is None,
    }


def _changes(directory: Directory | None, text: Contract) -> list[rules.Change]:
    """What would become of access if the exchange obeyed this text in the place of the contract of its name."""
    standing = directory.contracts if directory else ()
    at = timezone.now()
    after = rules.replaced(standing, [text])
    return rules.changes(rules.access_of(standing, at), rules.access_of(after, at))


def _own_key(directory: Directory | None, agency: str) -> bool:
    """Whether the agency keeps its key itself, and so signs outside."""
    at = timezone.now()
    members = directory.members if directory else ()
    keys = [key for each in members if each.code == agency for key in each.keys if key.valid(at)]
    return bool(keys) and max(keys, key=lambda each: each.valid_from).custody == "agency"


def _found(actor: Actor, proposal_id: int, words: Words | None = None) -> Standing:
    found = proposal_for(actor, proposal_id)
    known = words or Words(actor, current_version(), None)
    if found is None or not known.published(found.contract):
        raise Http404(proposal_id)
    return found


def _errors(refusal: ContractRefused) -> Errors:
    errors: Errors = {}
    for fault in refusal.faults:
        errors.setdefault(fault.field, []).append(fault.says)
    return errors


def _address(proposal_id: int) -> str:
    return reverse("contract", kwargs={"proposal_id": proposal_id})


READ, LIST, POST = "architecture.read", "contracts", ("POST",)
ONE = f"{LIST}/<int:proposal_id>"
ROUTES = [
    page(LIST, contracts, name="contracts", who=READ),
    page(f"{LIST}/new", propose, name="contract-propose", who=PROPOSING, methods=("GET", "POST")),
    page(f"{LIST}/declared", propose_declared, name="contract-declared", who=PROPOSING, methods=POST),
    page(ONE, contract, name="contract", who=READ),
    page(f"{ONE}/sign", sign, name="contract-sign", who=SIGNING, methods=POST),
    page(f"{ONE}/decline", decline, name="contract-decline", who=SIGNING, methods=POST),
    page(f"{ONE}/take-back", take_back, name="contract-take-back", who=PROPOSING, methods=POST),
    page(f"{ONE}/text", text, name="contract-text", who=READ),
    page(f"{ONE}/proof/<str:side>", proof, name="contract-proof", who=READ),
]
