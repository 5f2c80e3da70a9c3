"""What went wrong with an answer, a file or a sign-in, in the person's language and with the way out of it. Layer 2."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from maidinh.channels.web.context import language
from maidinh.portal.forms.rules import Fault
from maidinh.services.procedures.definition import FormField, Procedure

MEGABYTE = 1_000_000


def fault_texts(procedure: Procedure, faults: Mapping[str, Fault]) -> dict[str, str]:
    """What is wrong with each answer, by field."""
    fields = {field.id: field for page in procedure.pages for field in page.fields}
    return {name: fault_text(fault, fields.get(name)) for name, fault in faults.items()}


def fault_text(fault: Fault, field: FormField | None) -> str:
    """What is wrong with one answer, and what to write instead."""
    words = {"label": field.label.in_language(language()) if field else "", "limit": fault.limit}
    choice = field is not None and (field.widget in ("radios", "select"))
    texts = {
        "missing": _("Choose an answer for “%(label)s”") if choice else _("Enter an answer for “%(label)s”"),
        "not-a-number": _("“%(label)s” must be a whole number, such as 12"),
        "not-a-date": _("“%(label)s” must be a real date with day, month and four-digit year"),
        "too-long": _("“%(label)s” must have %(limit)s characters or fewer"),
        "too-short": _("“%(label)s” must have %(limit)s characters or more"),
        "too-small": _("“%(label)s” must be %(limit)s or more"),
        "too-large": _("“%(label)s” must be %(limit)s or less"),
        "not-an-option": _("Choose one of the answers listed for “%(label)s”"),
        "form": _("“%(label)s” is not written as expected. Check it for mistakes"),
    }
    return texts[fault.kind] % words


def sign_in_refusal(reason: str) -> str:
    """Why somebody could not be signed in, and what to do."""
    texts = {
        "unavailable": _("The identity service does not answer. Wait a few minutes and try again."),
        "cancelled": _("You went back without signing in. Nothing was changed."),
        "unknown-official": _("You are not registered as an official here. Ask your agency's administrator."),
        "no-personal-number": _("The identity service gave no personal number. Use a verified account."),
    }
    return texts.get(reason, _("The sign-in was not completed or took too long. Start again from here."))


def register_refusal(service: str, known: bool) -> str:
    """Why a register's data is not there, and that nothing is lost."""
    name = {"population": _("population register"), "land": _("land register")}.get(service, service)
    if not known:
        return _("The %(register)s holds nothing about you. Go to a one-stop desk: they can help.") % {"register": name}
    return _("The %(register)s does not answer now. Your application is saved. Try again later from “My dossiers”.") % {
        "register": name
    }


def file_size(size: int) -> str:
    """A file's size as people read it."""
    return f"{size / MEGABYTE:.1f} MB".replace(".", ",") if size >= MEGABYTE else f"{max(size // 1000, 1)} kB"
