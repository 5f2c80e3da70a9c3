"""Reminding applicants of a supplement before the time for it ends: once for each request.

Layer 4, part of the dossiers' actions; runs in the worker. How long before is a parameter of the rule pack under which
the dossier began (`dossier.supplement-reminder`), a setting of this project; without it nobody is reminded.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.timezone import localtime

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.commands.actions import begin_command, finish_command
from maidinh.infrastructure.events.actions import publish
from maidinh.infrastructure.rulepacks.queries import rule_pack, supplement_reminder
from maidinh.services.dossiers.actions.ending import awaited_until
from maidinh.services.dossiers.actions.progress import note
from maidinh.services.dossiers.models import Dossier, DossierEvent, Status, Task
from maidinh.services.dossiers.queries import APPLICANTS_ALONE, calendar_of
from maidinh.services.dossiers.rules import last_day_to_extend

REMINDED = "reminded"
REMINDER = Actor(kind="system", id="reminder")


def remind_of_supplements(*, at: datetime) -> list[str]:
    """Tell each applicant once whose supplement is awaited not much longer; the codes of those told now."""
    asked = Task.objects.filter(dossier=OuterRef("pk"), asked=True).order_by("-closed_at", "-id")
    told = DossierEvent.objects.filter(dossier=OuterRef("pk"), kind=REMINDED)
    waiting = Dossier.objects.filter(status=Status.SUPPLEMENT).annotate(asked_at=asked.values("closed_at")[:1])
    waiting = waiting.exclude(Exists(told.filter(at__gte=OuterRef("asked_at"))))
    codes = []
    for pack in sorted(set(waiting.values_list("rule_pack", flat=True))):
        if supplement_reminder(rule_pack(pack)) is None:
            continue
        rows = waiting.filter(rule_pack=pack).order_by(F("asked_at").asc(nulls_last=True), "pk")
        codes += [code for pk, code in rows.values_list("pk", "code") if _remind(pk, at)]
    return codes


@transaction.atomic
def _remind(dossier_id: int, at: datetime) -> bool:
    dossier = Dossier.objects.select_related("procedure").defer(APPLICANTS_ALONE).get(pk=dossier_id)
    ahead, until = supplement_reminder(rule_pack(dossier.rule_pack)), awaited_until(dossier)
    if ahead is None or until is None or at > until:
        return False
    if localtime(at).date() < last_day_to_extend(until, ahead, calendar_of(dossier)):
        return False
    request = {"dossier": dossier.code, "supplement": dossier.supplements}
    command = begin_command(scope=f"remind:{dossier.code}", key=str(dossier.supplements), request=request, at=at)
    if command.outcome:
        return False
    note(dossier, REMINDED, REMINDER, at, reason=f"{localtime(until):%d/%m/%Y}")
    publish(
        name="dossier.supplement_ending",
        payload={"dossier": dossier.pk, "code": dossier.code, "status": int(dossier.status)},
        at=at,
        agency=dossier.receiving,
    )
    finish_command(command=command, outcome="told")
    return True
