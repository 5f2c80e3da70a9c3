"""Sending what waits: of each dossier the first message only, the intent written before the call.

Layer 4, part of the national portal's actions. No call is made within a transaction. Wherever a sender is stopped
between intent and answer, its hold on the dossier ends by itself and the message goes again under the same number.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction
from django.db.models import Q

from maidinh.infrastructure.files.queries import open_document
from maidinh.services.dossiers.queries import dossier_numbered
from maidinh.services.nationalportal.adapters.portal import NationalPortal, PortalRefused, PortalUnavailable
from maidinh.services.nationalportal.models import Link, Message
from maidinh.services.nationalportal.rules import Patience

Sent = Literal["nothing", "delivered", "refused", "unavailable"]
LONGEST_CODE = 60


@dataclass(frozen=True)
class Courier:
    """How messages are sent: how patiently, how long one may be held, by which clock, with what chance."""

    patience: Patience
    hold: timedelta
    now: Callable[[], datetime]
    chance: Callable[[], float]


def deliver_one(*, portal: NationalPortal, courier: Courier) -> Sent:
    """Send the message that has been due the longest; what came of it."""
    message = _intend(courier.now(), courier.hold)
    if message is None:
        return "nothing"
    try:
        answer = portal.send(message.kind, _body(message), at=courier.now())
        code = _code_in(message, answer)
    except PortalRefused as error:
        return _note_refusal(message, error.reason, courier.now())
    except PortalUnavailable as error:
        return _note_silence(message, str(error), courier)
    return _note_delivery(message, answer, code, courier.now())


@transaction.atomic
def _intend(at: datetime, hold: timedelta) -> Message | None:
    """Take the first message of the dossier that is due the longest into hand, and write that down."""
    free = Q(held_until__isnull=True) | Q(held_until__lte=at)
    due = Link.objects.select_for_update(skip_locked=True).filter(free, state="waiting", next_at__lte=at)
    link = due.order_by("next_at", "id").first()
    if link is None:
        return None
    message = Message.objects.filter(~Q(state="delivered"), link=link).order_by("serial").first()
    if message is None or message.state == "refused":  # never, but a link must not be looked at for ever
        link.state = "idle" if message is None else "parked"
        link.save(update_fields=["state"])
        return None
    link.held_until = at + hold
    link.save(update_fields=["held_until"])
    message.state, message.attempts, message.intended_at = "sent", message.attempts + 1, at
    message.save(update_fields=["state", "attempts", "intended_at"])
    message.link = link
    return message


def _body(message: Message) -> dict[str, Any]:
    """The message as it goes out; the same each time, for nothing it is made of changes."""
    link, content = message.link, dict(message.content)
    if message.kind == "file":
        with open_document(content["Bam"]) as stream:
            content["NoiDung"] = base64.b64encode(stream.read()).decode("ascii")
    if message.kind == "dossier":
        dossier = dossier_numbered(link.dossier_id)
        content |= {"ChuHoSo": dossier.applicant_name, "SoDinhDanh": dossier.applicant}
        answers = Message.objects.filter(link=link, kind="file", serial__lt=message.serial).values_list(
            "content__Bam", "answer__MaTep"
        )
        files = dict(answers)
        content["ThanhPhanHoSo"] = [each | {"MaTep": files.get(each["Bam"])} for each in content["ThanhPhanHoSo"]]
    if code := link.national_code or link.unknown_code:
        content |= {"MaHoSo": code} if len(code) <= LONGEST_CODE else {}  # the answered message names it too
    return {**content, "MaTinNhan": message.message, "SoThuTu": message.serial}


def _code_in(message: Message, answer: dict[str, Any]) -> str:
    """The code that the portal minted; empty where none was asked for."""
    if message.kind != "code":
        return ""
    code = answer.get("MaHoSo")
    if not isinstance(code, str) or not code.strip() or len(code) > LONGEST_CODE:
        raise PortalUnavailable("the portal gave no code")
    return code


@transaction.atomic
def _note_delivery(message: Message, answer: dict[str, Any], code: str, at: datetime) -> Sent:
    link, row = _both(message)
    if row.state == "delivered":  # another sender was quicker, under the same number
        return "delivered"
    if code and Link.objects.filter(national_code=code).exclude(pk=link.pk).exists():
        return _park(link, row, f"the portal gave {code} to another dossier already", at)
    row.state, row.answered_at, row.reason = "delivered", at, ""
    row.answer = {name: value for name, value in answer.items() if isinstance(value, (str, int)) and name != "MaPhien"}
    row.save(update_fields=["state", "answered_at", "answer", "reason"])
    if code:
        link.national_code = code
    more = Message.objects.filter(~Q(state="delivered"), link=link).exists()
    link.state, link.next_at = ("waiting", at) if more else ("idle", None)
    link.held_until, link.attempts, link.last_error, link.synced_at = None, 0, "", at
    link.save()
    return "delivered"


@transaction.atomic
def _note_refusal(message: Message, reason: str, at: datetime) -> Sent:
    """The message is parked with the portal's reason; those after it wait, those of other dossiers go on."""
    link, row = _both(message)
    return "delivered" if row.state == "delivered" else _park(link, row, reason, at)


def _park(link: Link, row: Message, reason: str, at: datetime) -> Sent:
    row.state, row.answered_at, row.reason = "refused", at, reason[:300]
    row.save(update_fields=["state", "answered_at", "reason"])
    link.state, link.next_at, link.held_until, link.last_error = "parked", None, None, reason[:300]
    link.save(update_fields=["state", "next_at", "held_until", "last_error"])
    return "refused"


@transaction.atomic
def _note_silence(message: Message, error: str, courier: Courier) -> Sent:
    link, row = _both(message)
    if row.state == "delivered":
        return "delivered"
    at = courier.now()
    link.attempts += 1
    link.next_at = courier.patience.next_try(at, link.attempts, courier.chance())
    link.held_until, link.last_error = None, error[:300]
    link.save(update_fields=["attempts", "next_at", "held_until", "last_error"])
    return "unavailable"


def _both(message: Message) -> tuple[Link, Message]:
    """Link and message as they are now, the link under lock."""
    link = Link.objects.select_for_update().get(pk=message.link_id)
    return link, Message.objects.get(pk=message.pk)


@transaction.atomic
def send_again(*, code: str | None, at: datetime) -> int:
    """Let parked messages go again: those of a dossier by either of its codes, or of all; how many."""
    parked = Link.objects.select_for_update(of=("self",)).filter(state="parked").order_by("id")
    if code is not None:
        parked = parked.filter(Q(dossier__code=code) | Q(national_code=code) | Q(unknown_code=code))
    links = list(parked)
    for link in links:
        Message.objects.filter(link=link, state="refused").update(state="waiting", answered_at=None)
        link.state, link.next_at, link.attempts = "waiting", at, 0
        link.save(update_fields=["state", "next_at", "attempts"])
    return len(links)
