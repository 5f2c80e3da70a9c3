"""Changing a draft of a procedure: a part by its form, a file as text, a file that is brought along. Layer 2."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.procedure_drafts import found_draft, frame_of
from maidinh.channels.web.procedure_drafts_conditions import fact_choices
from maidinh.channels.web.procedure_drafts_forms import FORMS, fits, made_of, shown_of
from maidinh.channels.web.procedure_drafts_steps import ADDED
from maidinh.channels.web.procedure_drafts_tables import table_rows
from maidinh.channels.web.procedure_drafts_typed import UNITS, as_list, as_map, text_of, typed_in
from maidinh.channels.web.procedure_drafts_ways import shaped, way_counts
from maidinh.channels.web.procedure_drafts_words import PARTS
from maidinh.infrastructure.actor import Actor, require
from maidinh.infrastructure.identity.queries import roles
from maidinh.infrastructure.organisations.queries import agency_names
from maidinh.services.authoring.actions import ChangedMeanwhile, DraftRefused, save_files
from maidinh.services.authoring.definition import DRAFTING, FILE_LIMIT, FILE_NAME, MAIN, READING
from maidinh.services.authoring.queries import Draft
from maidinh.services.authoring.rewriting import lost_comments, rewritten
from maidinh.services.authoring.rules import content_of, kept_text, with_file
from maidinh.services.procedures.definition import ENDS, SUPPLEMENT

Errors = dict[str, str]
SCENARIO_HINT = "scenarios/"


def part(request: HttpRequest, draft_id: int, part: str) -> HttpResponse:
    """The form of one part of the procedure."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if part not in FORMS:
        raise Http404(part)
    row = _found(request, actor, draft_id)
    text = row.files[MAIN]
    content = content_of(text)
    content = content if content is not None and fits(part, content) else None
    if content is None or request.method != "POST":
        shown = shown_of(part, content) if content is not None else {}
        return _part(request, row, part, content, shown, {}, 200 if request.method == "GET" else 422)
    typed = typed_in(request)
    made = made_of(part, content, typed)
    if made.errors:
        return _part(request, row, part, content, typed, made.errors, 422)
    written = rewritten(text, made.content)
    try:
        _save(request, row, with_file(row.files, MAIN, written), typed.get("why", ""))
    except DraftRefused as refusal:
        status = 409 if isinstance(refusal, ChangedMeanwhile) else 422
        return _part(request, row, part, content, typed, {refusal.field: " ".join(refusal.reasons)}, status)
    done = "saved-without-comments" if lost_comments(text, written) else "saved"
    return redirect(f"{reverse('procedure-draft-part', args=[row.pk, part])}?done={done}")


def file(request: HttpRequest, draft_id: int) -> HttpResponse:
    """One file of the draft as text, whatever stands in it; or a file more."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = _found(request, actor, draft_id)
    name = (request.POST.get("name") or request.GET.get("name", MAIN))[:120].replace("\0", "").strip()
    asked = request.POST.get("act", "save") if request.method == "POST" else ""
    if request.method == "GET" and name not in row.files and name != SCENARIO_HINT:
        raise Http404(name)
    text = row.files.get(name, "")
    if request.method == "GET":
        return _file(request, row, name, text, {}, 200)
    text = kept_text(request.POST.get("text", ""))
    errors: Errors = {}
    if asked == "upload":
        brought, errors = _brought(request)
        text = brought if not errors else row.files.get(name, "")
    if not FILE_NAME.fullmatch(name):
        errors["name"] = _("Name the file scenarios/, then small letters, digits and dashes, then .yaml.")
    if asked == "remove" and name == MAIN:
        errors["name"] = _("The procedure itself is not taken out.")
    if errors:
        return _file(request, row, name, text, errors, 422)
    new_files = with_file(row.files, name, None if asked == "remove" else text)
    try:
        _save(request, row, new_files, request.POST.get("why", ""))
    except DraftRefused as refusal:
        status = 409 if isinstance(refusal, ChangedMeanwhile) else 422
        return _file(request, row, name, text, {refusal.field: " ".join(refusal.reasons)}, status)
    if asked == "remove":
        return redirect(f"{reverse('procedure-draft', args=[row.pk])}?done=saved")
    return redirect(f"{reverse('procedure-draft-file', args=[row.pk])}?name={name}&done=saved")


def _found(request: HttpRequest, actor: Actor, draft_id: int) -> Draft:
    """The draft; only who drafts sends anything to it."""
    if request.method == "POST":
        require(actor, DRAFTING)
    return found_draft(actor, draft_id)


def _save(request: HttpRequest, row: Draft, files: dict[str, str], why: str) -> None:
    number = request.POST.get("revision", "")
    save_files(
        actor=request.actor,  # type: ignore[attr-defined]
        draft_id=row.pk,
        revision=int(number) if number.isdecimal() and len(number) < 10 else -1,
        files=files,
        why=why,
        at=timezone.now(),
    )


def _brought(request: HttpRequest) -> tuple[str, Errors]:
    """The text of an uploaded file, or why it is not taken."""
    given: Any = request.FILES.get("file")
    if given is None:
        return "", {"file": _("Choose a file.")}
    if given.size > FILE_LIMIT:
        return "", {
            "file": _("The file is too large. The largest one has %(count)s characters.") % {"count": FILE_LIMIT}
        }
    try:
        return kept_text(given.read().decode("utf-8-sig")), {}
    except UnicodeDecodeError:
        return "", {"file": _("The file is no text in UTF-8. Save it as YAML in UTF-8.")}


def _part(
    request: HttpRequest, row: Draft, part: str, content: Any, shown: dict[str, str], errors: Errors, status: int
) -> HttpResponse:
    frame, _verdict = frame_of(request.actor, row)  # type: ignore[attr-defined]
    own_first = sorted(frame["told"], key=lambda each: each.part != part)
    context = frame | {
        "part": part,
        "title": PARTS[part],
        "readable": content is not None,
        "here": own_first,
        "shown": shown,
        "errors": errors,
        "revision": request.POST.get("revision", row.revision),
        "rows": _rows(part, content or {}),
        "choices": _choices(content or {}),
        "done": request.GET.get("done", ""),
    }
    return render(request, f"procedures/{part}.html", context, status=status)


def _file(request: HttpRequest, row: Draft, name: str, text: str, errors: Errors, status: int) -> HttpResponse:
    frame, _verdict = frame_of(request.actor, row)  # type: ignore[attr-defined]
    context = frame | {
        "name": name,
        "text": text,
        "is_new": name not in row.files,
        "is_main": name == MAIN,
        "here": [each for each in frame["told"] if each.file == name],
        "errors": errors,
        "revision": request.POST.get("revision", row.revision),
        "done": request.GET.get("done", ""),
    }
    return render(request, "procedures/file.html", context, status=status)


def _rows(part: str, content: dict[str, Any]) -> list[Any]:
    """How many rows the form has, and what each is called."""
    here = language()
    if part == "cases":
        return [_title(each, here) for each in as_list(content.get(part))]
    if part == "papers":
        return [{"title": _title(each, here), "conditions": len(as_map(as_map(each).get("when"))) + 1}
                for each in as_list(content.get(part))]  # fmt: skip
    if part == "tables":
        return table_rows(content, here)
    if part == "steps":
        return [
            {"title": _title(each, here), "automatic": as_map(each).get("kind") in ("join", "call"),
             "outcomes": [{"title": _title(one, here), "shaped": shaped(one), **way_counts(one)}
                          for one in as_list(as_map(each).get("outcomes"))]}
            for each in as_list(content.get("steps"))
        ]  # fmt: skip
    return [
        {"title": _title(each, here, "title"),
         "fields": [{"title": _title(one, here, "label"), "register": bool(as_map(one).get("from_register")),
                     "conditions": len(as_map(as_map(one).get("when"))) + 1}
                    for one in as_list(as_map(each).get("fields"))]}
        for each in as_list(content.get("pages"))
    ]  # fmt: skip


def _choices(content: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in the forms."""
    here, steps = language(), as_list(content.get("steps"))
    named = [(str(as_map(each).get("id")), _title(each, here)) for each in steps]
    ends = {"returned": _("the result is handed over"), "refused": _("refused"), "stopped": _("stopped"),
            SUPPLEMENT: _("the applicant supplements")}  # fmt: skip
    units = {"working_day": _("working days"), "calendar_day": _("days"), "working_hour": _("working hours"),
             "month": _("months")}  # fmt: skip
    places = {"receiving": _("the agency that received the dossier"), "responsible": _("the responsible agency")}
    kinds = {"appraisal": _("appraisal"), "field_check": _("inspection on site"), "consultation": _("opinion"),
             "approval": _("approval")}  # fmt: skip
    ways = {"text": _("a short text"), "textarea": _("a long text"), "number": _("a number"), "date": _("a day"),
            "radios": _("one of several answers")}  # fmt: skip
    return {
        "steps": named,
        "targets": [*named, *((each, str(ends[each])) for each in (*ENDS, SUPPLEMENT))],
        "units": [(each, str(units[each])) for each in UNITS],
        "roles": [(each.id, each.name.in_language(here)) for each in roles().roles if each.group == "official"],
        "agencies": [*places.items(), *sorted(agency_names(here).items(), key=lambda pair: pair[1])],
        "kinds": [(each, str(kinds[each])) for each in ADDED],
        "ways": list(ways.items()),
        "facts": fact_choices(content, here),
        "cases": [(str(as_map(each).get("id")), _title(each, here)) for each in as_list(content.get("cases"))],
        "decides": [("fee", _("a fee")), ("limit", _("a time limit")), ("text", _("something else"))],
        "kinds_decided": [
            ("money", _("an amount in dong")),
            ("number", _("a number")),
            ("yes_no", _("yes or no")),
            ("text", _("a short text")),
        ],
        "pages": [(str(n), _title(each, here, "title")) for n, each in enumerate(as_list(content.get("pages")))],
    }


def _title(part: Any, here: str, name: str = "name") -> str:
    found = as_map(part).get(name)
    return text_of(found, here) or text_of(found, "vi") or str(as_map(part).get("id", ""))


BOTH = ("GET", "POST")
ROUTES = [
    page("desk/procedures/<int:draft_id>/file", file, name="procedure-draft-file", who=READING, methods=BOTH),
    page("desk/procedures/<int:draft_id>/parts/<str:part>", part, name="procedure-draft-part", who=READING,
         methods=BOTH),
]  # fmt: skip
