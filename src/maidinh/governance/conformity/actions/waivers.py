"""Asking for a waiver, deciding on it, ending it, and telling its people before it ends.

Layer 4, governance. One person asks, another of the role that the rule names decides, once; what was granted is public
and entered in the transparency log. The database holds the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.exchange import jws
from maidinh.exchange.directory.actions import Signer
from maidinh.governance.architecture.rules import kept_text as kept
from maidinh.governance.conformity.models import Waiver
from maidinh.governance.conformity.queries import waiver_terms
from maidinh.governance.conformity.waiving import (
    ASKED,
    ENDED,
    GRANTED,
    REFUSED,
    WITHDRAWN,
    Fault,
    faults_of_days,
    faults_of_texts,
    reminded_from,
)
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.translog.promises import LogKeeper

ASKING, DECIDING = "conformity.ask-waiver", "conformity.decide-waiver"


class WaiverRefused(ValueError):
    """It can't be done; `faults` says why, each by its field ("" for the whole), in the reader's language."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.says for fault in faults))


@dataclass(frozen=True)
class Finding:
    """What a waiver is asked for: a rule, what its finding is about, and the version in which it was found."""

    rule: str
    subject: str
    subject_name: str
    version: str
    role: str


@transaction.atomic
def ask_waiver(
    *,
    actor: Actor,
    finding: Finding,
    justification: str,
    legal_ground: str,
    valid_from: date,
    valid_until: date,
    at: datetime,
) -> Waiver:
    """Ask that a finding may stand from one day to another."""
    require(actor, ASKING)
    today = localtime(at).date()
    reason, ground = kept(justification), kept(legal_ground)
    days = faults_of_days(valid_from, valid_until, today=today, term=waiver_terms().on(today))
    found = [*faults_of_texts(reason, ground), *days]
    if found:
        raise WaiverRefused(*(Fault(each.field, _(each.says)) for each in found))
    province = settings.MAIDINH.province
    try:
        with transaction.atomic():
            row = Waiver.objects.create(
                province=province,
                rule=finding.rule,
                subject=finding.subject,
                subject_name=finding.subject_name,
                version=finding.version,
                role=finding.role,
                justification=reason,
                legal_ground=ground,
                valid_from=valid_from,
                valid_until=valid_until,
                asked_by=actor.id,
                asked_agency=actor.agency,
                asked_at=at,
            )
    except IntegrityError:
        said = _("A waiver of this finding is asked for already. It must be decided or withdrawn first.")
        raise WaiverRefused(Fault("", said)) from None
    publish(name="conformity.waiver_asked", payload=_named(row), at=at, agency=actor.agency)
    details = {"until": valid_until.isoformat(), "version": finding.version}
    record_act(actor=actor, action="waiver.ask", subject=_subject(row), at=at, details=details)
    return row


@transaction.atomic
def decide_waiver(
    *, actor: Actor, waiver_id: int, granted: bool, decision: str, at: datetime, signer: Signer
) -> Waiver:
    """Grant or refuse a waiver that another person asked for; what is granted is entered in the public log."""
    require(actor, DECIDING)
    row, text = _locked(waiver_id), kept(decision)
    if row.state != ASKED:
        raise WaiverRefused(Fault("", _("This waiver is decided already.")))
    if row.asked_by == actor.id:
        raise WaiverRefused(Fault("", _("You asked for this waiver. Somebody else must decide.")))
    if row.role not in actor.roles:
        raise WaiverRefused(Fault("", _("The rule names another role as who may waive it.")))
    if not text:
        raise WaiverRefused(Fault("decision", _("Say why you decide so. It is published with the waiver.")))
    if granted and row.valid_until < localtime(at).date():
        raise WaiverRefused(Fault("", _("Its last day is past. It can only be refused.")))
    row.state = GRANTED if granted else REFUSED
    row.decided_by, row.decided_role, row.decided_at, row.decision = actor.id, row.role, at, text
    if granted:
        statement = {
            "kind": "conformity-waiver",
            "province": row.province,
            "rule": row.rule,
            "subject": row.subject,
            "version": row.version,
            "valid_from": row.valid_from.isoformat(),
            "valid_until": row.valid_until.isoformat(),
            "justification": row.justification,
            "legal_ground": row.legal_ground,
            "decision": text,
            "asked_by": row.asked_by,
            "decided_by": actor.id,
            "decided_at": jws.timestamp(at),
        }
        keeper = LogKeeper(signer, row.province, settings.MAIDINH.log_promise)
        entered = keeper.enter(kind="waiver-granted", agency=actor.agency, role="approver", content=statement, at=at)
        row.entry, row.receipt = entered.entry, entered.receipt
        publish(name="conformity.waiver_granted", payload=_named(row) | _until(row), at=at)
    else:
        publish(name="conformity.waiver_refused", payload=_named(row), at=at, agency=row.asked_agency)
    row.save()
    details = {"decision": text, "until": row.valid_until.isoformat()}
    done = "waiver.grant" if granted else "waiver.refuse"
    record_act(actor=actor, action=done, subject=_subject(row), at=at, details=details)
    return row


@transaction.atomic
def withdraw_waiver(*, actor: Actor, waiver_id: int, reason: str, at: datetime) -> Waiver:
    """End a waiver before its time: by who asked for it, or by who may decide on it. It holds no more from today on."""
    require(actor, ASKING if actor.may(ASKING) else DECIDING)
    row, text = _locked(waiver_id), kept(reason)
    require(actor, ASKING if row.asked_by == actor.id and actor.may(ASKING) else DECIDING)
    if row.asked_by != actor.id and row.role not in actor.roles:
        raise WaiverRefused(Fault("", _("The rule names another role as who may waive it.")))
    if row.state == ASKED and row.asked_by != actor.id:
        raise WaiverRefused(Fault("", _("Only who asked for it withdraws it now. You can refuse it.")))
    if row.state not in (ASKED, GRANTED):
        raise WaiverRefused(Fault("", _("This waiver has ended already.")))
    if not text:
        raise WaiverRefused(Fault("reason", _("Say why the waiver is withdrawn.")))
    was_granted = row.state == GRANTED
    row.state, row.ended_on, row.ended_by, row.ended_reason = WITHDRAWN, localtime(at).date(), actor.id, text
    row.save(update_fields=["state", "ended_on", "ended_by", "ended_reason"])
    agency = "" if was_granted else row.asked_agency
    publish(name="conformity.waiver_ended", payload=_named(row), at=at, agency=agency)
    record_act(actor=actor, action="waiver.withdraw", subject=_subject(row), at=at, details={"reason": text})
    return row


def watch_waivers(*, at: datetime) -> list[Waiver]:
    """Tell once of each waiver that ends soon, close those whose last day is past; returns those told of now."""
    today = localtime(at).date()
    for row in Waiver.objects.filter(state=GRANTED, valid_until__lt=today).order_by("pk"):
        _close(row.pk, at)
    term = waiver_terms().on(today)
    if term is None:
        return []
    waiting = Waiver.objects.filter(state=GRANTED, reminded_at__isnull=True, valid_from__lte=today).order_by("pk")
    return [row for row in waiting if reminded_from(row.valid_until, term) <= today and _remind(row.pk, at)]


@transaction.atomic
def _close(waiver_id: int, at: datetime) -> None:
    row = Waiver.objects.select_for_update().get(pk=waiver_id)
    if row.state != GRANTED:
        return
    row.state, row.ended_on = ENDED, row.valid_until + timedelta(days=1)
    row.save(update_fields=["state", "ended_on"])
    publish(name="conformity.waiver_ended", payload=_named(row), at=at)


@transaction.atomic
def _remind(waiver_id: int, at: datetime) -> bool:
    row = Waiver.objects.select_for_update().get(pk=waiver_id)
    if row.state != GRANTED or row.reminded_at is not None:
        return False
    row.reminded_at = at
    row.save(update_fields=["reminded_at"])
    publish(name="conformity.waiver_ending", payload=_named(row) | _until(row), at=at)
    return True


def _locked(waiver_id: int) -> Waiver:
    row = Waiver.objects.select_for_update().filter(pk=waiver_id).first()
    if row is None:
        raise WaiverRefused(Fault("", _("There is no such waiver.")))
    return row


def _named(row: Waiver) -> dict[str, object]:
    return {"waiver": row.pk, "rule": row.rule}


def _until(row: Waiver) -> dict[str, object]:
    return {"until": row.valid_until.isoformat()}


def _subject(row: Waiver) -> str:
    return f"waiver {row.pk} of {row.rule} {row.subject}".rstrip()
