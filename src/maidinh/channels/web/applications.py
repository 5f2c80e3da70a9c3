"""Filling in an application: its case, then one subject to a page, each page saved. Layer 2.

What a register holds is fetched through the exchange and shown; nothing of it is ever read from what was posted.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from maidinh.channels.routing import page as route
from maidinh.channels.web.cases import case_choices, posted_case, receiving_choices
from maidinh.channels.web.context import language
from maidinh.channels.web.drafts import asked_by, newer_version, next_stop, of_own_draft
from maidinh.channels.web.wording import fault_texts, register_refusal
from maidinh.exchange.directory.queries import current_directory
from maidinh.portal.forms.actions import choose_case, discard_draft, save_page
from maidinh.portal.forms.adapters.registers import PersonUnknown, Registers, RegisterUnavailable
from maidinh.portal.forms.rules import (
    calls_of,
    held_answers,
    items_of,
    page_after,
    page_of,
    parts_of,
    picked_answers,
    required_of,
    validate_answers,
)
from maidinh.services.procedures.definition import FormField, Page
from maidinh.services.results.rules import answer_in_words

SUBMIT = "dossier.submit"


@of_own_draft
def resume(request: HttpRequest, draft: Any) -> HttpResponse:
    """Go on where the person stopped."""
    name, where = next_stop(draft)
    return redirect(name, **where)


@of_own_draft
def change_case(request: HttpRequest, draft: Any) -> HttpResponse:
    """Choose another case or agency."""
    procedure = draft.procedure.procedure
    errors: dict[str, str] = {}
    chosen = (draft.case, draft.receiving)
    if request.method == "POST":
        chosen, errors = posted_case(procedure, request.POST)
        if not errors:
            actor = request.actor
            choose_case(actor=actor, draft_id=draft.pk, case=chosen[0], receiving=chosen[1], at=timezone.now())
            return redirect("application", draft=draft.pk)
    context = {
        "procedure": procedure,
        "back": reverse("application-check", kwargs={"draft": draft.pk}),
        "cases": case_choices(procedure),
        "agencies": receiving_choices(procedure),
        "chosen": chosen,
        "errors": errors,
    }
    return render(request, "web/case.html", context, status=422 if errors else 200)


@of_own_draft
def questions(request: HttpRequest, draft: Any, page: str) -> HttpResponse:
    """One page of questions, with what the registers hold of them."""
    procedure = asked_by(draft)
    asked = page_of(procedure, page)
    if asked is None:
        raise Http404
    actor = request.actor
    try:
        found = _registers_answers(request, draft, asked)
    except (RegisterUnavailable, PersonUnknown) as fault:
        text = register_refusal(fault.service, known=isinstance(fault, RegisterUnavailable))
        context = {"procedure": procedure, "page": asked, "text": text}
        return render(request, "web/register_unavailable.html", context, status=503)
    errors: dict[str, str] = {}
    if request.method == "POST":
        picked, wrong = picked_answers(asked, actor.person, found, request.POST, required_of(procedure))
        typed, faults = validate_answers(procedure, asked, request.POST)
        errors = fault_texts(procedure, wrong | faults)
        if not errors:
            answers = held_answers(asked, actor.person, found) | picked | typed
            fields = frozenset(field.id for field in asked.fields)
            saved = save_page(actor=actor, draft_id=draft.pk, fields=fields, answers=answers, at=timezone.now())
            return _onwards(request, saved, asked)
    context = {
        "procedure": procedure,
        "page": asked,
        "position": procedure.pages.index(asked) + 1,
        "of": len(procedure.pages),
        "held": _held(asked, actor.person, found),
        "inputs": [_input(field, draft, actor.person, found, request) for field in asked.fields if _is_input(field)],
        "errors": errors,
        "back": _before(draft, asked),
        "newer": newer_version(draft),
    }
    return render(request, "web/questions.html", context, status=422 if errors else 200)


@of_own_draft
def discard(request: HttpRequest, draft: Any) -> HttpResponse:
    """Throw the application away, once the person has said so twice."""
    if request.method == "POST":
        discard_draft(actor=request.actor, draft_id=draft.pk, at=timezone.now())
        return redirect("dossiers")
    return render(request, "web/discard.html", {"procedure": draft.procedure.procedure, "draft": draft})


def _registers_answers(request: HttpRequest, draft: Any, page: Page) -> Any:
    actor = request.actor
    calls = calls_of(page, actor.person)
    if not calls:
        return {}
    directory = current_directory()
    if directory is None:
        raise RegisterUnavailable(min(calls)[0], "no directory is published")
    registers = Registers(
        gateway_url=settings.MAIDINH.gateway_url,
        signer=settings.SIGNER,
        directory=directory,
        timeout_seconds=settings.MAIDINH.gateway_timeout,
    )
    return registers.answers(calls, user=actor.id, issue=str(draft.pk), at=timezone.now())


def _is_input(field: FormField) -> bool:
    return field.from_register is None or field.from_register.choose


def _held(page: Page, person: str, found: Any) -> list[dict[str, str]]:
    values = held_answers(page, person, found)
    return [
        {"key": field.label.in_language(language()), "value": answer_in_words(field, values.get(field.id), language())}
        for field in parts_of(page).held
    ]


def _input(field: FormField, draft: Any, person: str, found: Any, request: HttpRequest) -> dict[str, Any]:
    posted = request.POST if request.method == "POST" else None
    value: Any = draft.answers.get(field.id, "") if posted is None else posted.get(field.id, "")
    schema = asked_by(draft).answers["properties"][field.id]
    widget: str = field.widget
    options = _options(field, schema)
    if field.from_register is not None:
        items = items_of(field, person, found)
        page = next(each for each in asked_by(draft).pages if field in each.fields)
        widget, options = "radios", [(each, _item_in_words(field, page, item)) for each, item in items.items()]
        if not items:
            widget = "nothing"
    if widget == "date":
        parts = ("day", "month", "year")
        if posted is not None:
            value = {part: posted.get(f"{field.id}-{part}", "") for part in parts}
        elif value:
            value = dict(zip(parts, reversed([each.lstrip("0") for each in value.split("-")]), strict=True))
    optional = field.id not in required_of(asked_by(draft))
    return {
        "id": field.id,
        "label": field.label.in_language(language()),
        "hint": field.hint.in_language(language()) if field.hint else None,
        "widget": widget,
        "options": options,
        "value": value,
        "optional": optional,
        "numeric": schema.get("type") in ("integer", "number"),
        "telephone": field.id == "phone",
        "max": schema.get("maxLength"),
    }


def _options(field: FormField, schema: Any) -> list[tuple[str, str]]:
    # The database keeps no order of an object's keys; the schema's list of values keeps the definition's.
    order = [str(each) for each in schema.get("enum", ())] or list(field.options)
    return [(each, field.options[each].in_language(language())) for each in order if each in field.options]


def _item_in_words(field: FormField, page: Page, item: Any) -> str:
    source = field.from_register
    following = parts_of(page).following
    labels = {each.from_register.field: each for each in following if each.from_register}
    parts = []
    for name in (source.show if source else []) or [source.field if source else ""]:
        text = answer_in_words(field, item.get(name), language())
        labelled = name in labels and isinstance(item.get(name), int)
        parts.append(f"{labels[name].label.in_language(language())}: {text}" if labelled else text)
    return " – ".join(parts)


def _onwards(request: HttpRequest, draft: Any, page: Page) -> HttpResponse:
    if "change" in request.GET:
        return redirect("application", draft=draft.pk)
    following = page_after(asked_by(draft), page.id)
    if following is not None:
        return redirect("application-page", draft=draft.pk, page=following.id)
    return redirect("application-papers", draft=draft.pk)


def _before(draft: Any, page: Page) -> str:
    pages = asked_by(draft).pages
    position = pages.index(page)
    if position == 0:
        return reverse("application-case", kwargs={"draft": draft.pk})
    return reverse("application-page", kwargs={"draft": draft.pk, "page": pages[position - 1].id})


BOTH = ("GET", "POST")
ROUTES = [
    route("applications/<uuid:draft>", resume, name="application", who=SUBMIT),
    route("applications/<uuid:draft>/case", change_case, name="application-case", who=SUBMIT, methods=BOTH),
    route(
        "applications/<uuid:draft>/questions/<str:page>", questions, name="application-page", who=SUBMIT, methods=BOTH
    ),
    route("applications/<uuid:draft>/discard", discard, name="application-discard", who=SUBMIT, methods=BOTH),
]
