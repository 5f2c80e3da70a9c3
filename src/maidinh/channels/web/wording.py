"""What went wrong with an answer, a file or a sign-in, in the person's language and with the way out of it. Layer 2."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
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


def file_refusal(reason: str, formats: tuple[str, ...]) -> str:
    """Why a file is not taken in, and which would be."""
    words = {
        "size": settings.MAIDINH.upload_limit // MEGABYTE,
        "formats": ", ".join({"pdf": "PDF", "jpeg": "JPEG", "png": "PNG"}[each] for each in formats),
    }
    texts = {
        "empty": _("The file is empty. Choose another one, or take the photo again"),
        "too-large": _("The file is larger than %(size)s MB. Choose a smaller one"),
        "office": _("The file is one of Word, Excel or the like. Save it as PDF and upload that"),
        "archive": _("The file is an archive (such as ZIP). Unpack it and upload its files one by one"),
        "unknown-type": _("The file is of another type. Upload one of these: %(formats)s"),
        "type": _("This paper is taken as %(formats)s only. Upload the file in that format"),
        "damaged": _("The file is damaged or incomplete. Open it to see, then save or scan it again"),
        "encrypted": _("The file is protected by a password. Save it without one and upload it again"),
        "unpacks-too-large": _("The file would become far too large when opened. Save or scan it again"),
        "too-many": _("There are too many files already. Remove one first"),
    }
    return texts[reason] % words


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
