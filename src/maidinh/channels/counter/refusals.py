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
            words = _("%(name)s is working on this step. Talk to them, or choose another dossier.")
            return words % {"name": _name(refusal.by)}
        case TooEarly():
            moment = f"{timezone.localtime(refusal.until):%H:%M %d/%m/%Y}"
            return _("This step lasts until %(moment)s. Finish it then.") % {"moment": moment}
        case PlaceUnknown():
            return _("The procedure has no %(place)s. Open the page again.") % {"place": refusal}
        case CalledMissing():
            return _("Procedure %(code)s is not offered here, so it cannot be called.") % {"code": refusal}
        case NotInService():
            words = _("%(name)s does not do this kind of step at this agency. Choose another colleague.")
            return words % {"name": _name(str(refusal))}
    return _plain(refusal)


def _plain(refusal: Exception) -> str:
    words: dict[type[Exception], str] = {
        TaskClosed: _("This step was finished in the meantime. The page shows the dossier as it stands now."),
        FeeUndecided: _(
            "The fee cannot be decided: no row of its table applies. Tell whoever looks after the procedure."
        ),
        FeeUnpaid: _("The fee is not paid. Record the payment first."),
        SupplementAwaited: _(
            "The applicant was asked at another step and has not answered yet. Wait for the supplement."
        ),
        SupplementsUsedUp: _("The applicant was asked already as often as the law allows. Decide on what is there."),
        NotAllowed: _("Only the agency's leader may do this."),
        NotYours: _(
            "This step is not yours: it belongs to another agency or role, or you did an earlier step yourself."
        ),
    }
    return words.get(type(refusal), _("The step cannot end like this. Choose one of the buttons."))


def _name(official_id: str) -> str:
    person = official(official_id)
    return person.name if person else official_id
