"""Why something was not done with a dossier, in words, and what to do instead. Layer 2."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.infrastructure.actor import NotAllowed
from maidinh.infrastructure.identity.queries import official
from maidinh.services.dossiers.actions.assignment import NotInService
from maidinh.services.dossiers.actions.calls import CalledMissing
from maidinh.services.dossiers.actions.steps import (
    FeeUndecided,
    FeeUnpaid,
    NotYours,
    PlaceUnknown,
    ResultMissing,
    SupplementAwaited,
    SupplementsUsedUp,
    TaskClosed,
    TaskTaken,
    TooEarly,
)
from maidinh.services.dossiers.rules import NoSuchOutcome

REFUSALS = (
    TaskClosed,
    TaskTaken,
    NotYours,
    FeeUnpaid,
    FeeUndecided,
    ResultMissing,
    SupplementsUsedUp,
    SupplementAwaited,
    TooEarly,
    NoSuchOutcome,
    CalledMissing,
    NotInService,
    NotAllowed,
)


def in_words(refusal: Exception) -> str:
    """Why it was not done, and what to do instead."""
    match refusal:
        case TaskTaken():
            person = official(refusal.by)
            words = _("%(name)s is working on this step. Talk to them, or choose another dossier.")
            said = words % {"name": person.name if person else refusal.by}
        case TaskClosed():
            said = _("This step was finished in the meantime. The page shows the dossier as it stands now.")
        case TooEarly():
            moment = f"{timezone.localtime(refusal.until):%H:%M %d/%m/%Y}"
            said = _("This step lasts until %(moment)s. Finish it then.") % {"moment": moment}
        case FeeUndecided():
            said = _("The fee cannot be decided: no row of its table applies. Tell whoever looks after the procedure.")
        case FeeUnpaid():
            said = _("The fee is not paid. Record the payment first.")
        case SupplementAwaited():
            said = _("The applicant was asked at another step and has not answered yet. Wait for the supplement.")
        case SupplementsUsedUp():
            said = _("The applicant was asked already as often as the law allows. Decide on what is there.")
        case PlaceUnknown():
            said = _("The procedure has no %(place)s. Open the page again.") % {"place": refusal}
        case CalledMissing():
            said = _("Procedure %(code)s is not offered here, so it cannot be called.") % {"code": refusal}
        case NotInService():
            person = official(str(refusal))
            words = _("%(name)s does not do this kind of step at this agency. Choose another colleague.")
            said = words % {"name": person.name if person else refusal}
        case NotAllowed():
            said = _("Only the agency's leader may do this.")
        case NotYours():
            said = _(
                "This step is not yours: it belongs to another agency or role, or you did an earlier step yourself."
            )
        case _other:
            said = _("The step cannot end like this. Choose one of the buttons.")
    return said
