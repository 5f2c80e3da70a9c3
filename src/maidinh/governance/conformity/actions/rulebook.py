"""Writing a rule of the province, putting it into force, ending it.

Layer 4, governance. One person writes, another puts it into force; a text is never changed, a new version follows it.
A rule is kept only when its own examples come out as they say. The database holds the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maidinh.exchange import jws
from maidinh.exchange.directory.actions import Signer
from maidinh.governance.conformity.definition import Rule
from maidinh.governance.conformity.examples import ExampleResult
from maidinh.governance.conformity.models import RuleVersion
from maidinh.governance.conformity.proposing import APPROVED, PROPOSED, REFUSED, WITHDRAWN
from maidinh.governance.conformity.queries import examples_of, rules_of_files
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.audit.actions import record_act
from maidinh.infrastructure.definitions.hashing import content_hash
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.translog.promises import LogKeeper

WRITING, APPROVING = "conformity.write-rule", "conformity.approve-rule"
LONGEST_REASON = 4000


class RuleRefused(ValueError):
    """It can't be done; `reasons` says why, a line each, in the reader's language."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


class ExamplesFailed(RuleRefused):
    """An example does not come out as it says; `results` tells which and why."""

    def __init__(self, results: Sequence[ExampleResult]) -> None:
        self.results = results
        super().__init__(*(f"{each.example.named('vi')}: {each.text}" for each in results))


@transaction.atomic
def propose_rule(*, actor: Actor, rule: Rule, at: datetime) -> RuleVersion:
    """Keep a rule as a proposal for another person; its own examples run first, and each must come out as it says."""
    require(actor, WRITING)
    if rule.id in rules_of_files():
        raise RuleRefused(_("A rule of the definitions has this id already. Choose another one."))
    if rule.program is not None:
        raise RuleRefused(_("A rule of the province asks by SQL, not by a program."))
    wrong = [each for each in examples_of(rule) if not each.ok]
    if wrong:
        raise ExamplesFailed(wrong)
    content = rule.model_dump(mode="json", by_alias=True, exclude_none=True)
    province, digest = settings.MAIDINH.province, content_hash(content)
    known = RuleVersion.objects.filter(province=province, rule=rule.id)
    if known.filter(state=APPROVED, in_force_to__isnull=True, hash=digest).exists():
        raise RuleRefused(_("The rule in force says the same already."))
    last = known.aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            row = RuleVersion.objects.create(
                province=province,
                rule=rule.id,
                number=last + 1,
                content=content,
                hash=digest,
                written_by=actor.id,
                written_agency=actor.agency,
                written_at=at,
            )
    except IntegrityError:
        raise RuleRefused(
            _("A version of this rule waits for another person already. It must be decided or taken back first.")
        ) from None
    publish(name="conformity.rule_proposed", payload=_named(row), at=at, agency=actor.agency)
    record_act(actor=actor, action="rule.propose", subject=_subject(row), at=at, details={"hash": digest})
    return row


@transaction.atomic
def decide_rule(
    *, actor: Actor, version_id: int, approved: bool, decision: str, at: datetime, signer: Signer
) -> RuleVersion:
    """Put a rule that another person wrote into force from today on, or refuse it; the one before it ends."""
    require(actor, APPROVING)
    row, text = _locked(version_id), _kept(decision)
    if row.state != PROPOSED:
        raise RuleRefused(_("This rule is decided already."))
    if row.written_by == actor.id:
        raise RuleRefused(_("You wrote this rule. Somebody else must decide."))
    if not text:
        raise RuleRefused(_("Say why you decide so."))
    today = localtime(at).date()
    row.state = APPROVED if approved else REFUSED
    row.decided_by, row.decided_at, row.decision = actor.id, at, text
    if approved:
        _end_standing(row, actor, today)
        row.in_force_from = today
        statement = {
            "kind": "conformity-rule",
            "province": row.province,
            "rule": row.rule,
            "number": row.number,
            "hash": row.hash,
            "written_by": row.written_by,
            "decided_by": actor.id,
            "decided_at": jws.timestamp(at),
            "in_force_from": today.isoformat(),
        }
        keeper = LogKeeper(signer, row.province, settings.MAIDINH.log_promise)
        entered = keeper.enter(kind="rule-approved", agency=actor.agency, role="approver", content=statement, at=at)
        row.entry, row.receipt = entered.entry, entered.receipt
        publish(name="conformity.rule_approved", payload=_named(row) | {"day": today.isoformat()}, at=at)
    else:
        publish(name="conformity.rule_refused", payload=_named(row), at=at, agency=row.written_agency)
    row.save()
    done = "rule.approve" if approved else "rule.refuse"
    record_act(actor=actor, action=done, subject=_subject(row), at=at, details={"hash": row.hash, "decision": text})
    return row


@transaction.atomic
def end_rule(*, actor: Actor, version_id: int, last_day: date, reason: str, at: datetime) -> RuleVersion:
    """Check a rule no more after a day: its versions stay, and so does what was checked by it."""
    require(actor, APPROVING)
    row, text = _locked(version_id), _kept(reason)
    if row.state != APPROVED or row.in_force_to is not None or row.in_force_from is None:
        raise RuleRefused(_("This version of the rule is not in force, or its end is set already."))
    if last_day < localtime(at).date():
        raise RuleRefused(_("The last day is not in the past: what was checked by the rule stays as it was."))
    if last_day == date.max:
        raise RuleRefused(_("Choose an earlier last day."))
    if not text:
        raise RuleRefused(_("Say why the rule ends."))
    row.in_force_to, row.ended_by, row.ended_reason = last_day + timedelta(days=1), actor.id, text
    row.save(update_fields=["in_force_to", "ended_by", "ended_reason"])
    day = row.in_force_to.isoformat()
    publish(name="conformity.rule_ended", payload=_named(row) | {"day": day}, at=at)
    record_act(actor=actor, action="rule.end", subject=_subject(row), at=at, details={"from": day, "reason": text})
    return row


@transaction.atomic
def take_back_rule(*, actor: Actor, version_id: int, at: datetime) -> RuleVersion:
    """Take a proposal back that nobody decided on yet: by who wrote it."""
    require(actor, WRITING)
    row = _locked(version_id)
    if row.state != PROPOSED:
        raise RuleRefused(_("This rule is decided already."))
    if row.written_by != actor.id:
        raise RuleRefused(_("Only who wrote it takes it back."))
    row.state, row.ended_by = WITHDRAWN, actor.id
    row.save(update_fields=["state", "ended_by"])
    record_act(actor=actor, action="rule.take-back", subject=_subject(row), at=at, details={"hash": row.hash})
    return row


def _end_standing(row: RuleVersion, actor: Actor, today: date) -> None:
    """The version in force until now is followed by this one."""
    standing = RuleVersion.objects.filter(province=row.province, rule=row.rule, state=APPROVED)
    for each in standing.filter(in_force_to__isnull=True).select_for_update():
        each.in_force_to, each.ended_by = today, actor.id
        each.save(update_fields=["in_force_to", "ended_by"])


def _locked(version_id: int) -> RuleVersion:
    row = RuleVersion.objects.select_for_update().filter(pk=version_id).first()
    if row is None:
        raise RuleRefused(_("There is no such version of a rule."))
    return row


def _kept(text: str) -> str:
    return text.replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST_REASON]


def _named(row: RuleVersion) -> dict[str, Any]:
    return {"rule": row.rule, "number": row.number}


def _subject(row: RuleVersion) -> str:
    return f"rule {row.rule} version {row.number}"
