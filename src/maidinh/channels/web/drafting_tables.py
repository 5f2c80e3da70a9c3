"""The tables of a draft's components, relations, principles and views: filtered by their address, many edited at once.

Layer 2. What many are to be given is shown before it is done: each with what stands there and what will.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.drafting import READ, WHOLE, frame, of_draft
from maidinh.channels.web.drafting_fields import (
    BEGUN_AND_TAKEN_OUT,
    FORMS,
    Field,
    bulk_fields,
    field_called,
    section_names,
)
from maidinh.channels.web.drafting_inputs import LINE_END, Wrong, parsed, typed
from maidinh.channels.web.drafting_items import revision_of, save
from maidinh.channels.web.drafting_standing import item_address
from maidinh.channels.web.drafting_values import Values, texts
from maidinh.governance.drafting.content import Content, dotted, things, value_at
from maidinh.governance.drafting.queries import DRAFTING, Draft, content_at
from maidinh.governance.drafting.rules import Edit
from maidinh.governance.modelling.metamodel import LAYERED_KINDS
from maidinh.infrastructure.definitions.folding import fold

ROWS_ON_A_PAGE = 50
ROWS_PREVIEWED = 200
FILTERS = {
    "elements": (("kind", "kinds"), ("layer", "layers"), ("owner", "agencies"), ("state", "states")),
    "relations": (("kind", "relation-kinds"),),
    "principles": (("kind", "principle-kinds"),),
    "views": (),
}
COLUMNS = {
    "elements": ("kind", "layer", "owner", "state", "zone", "security_level"),
    "relations": ("from", "kind", "to"),
    "principles": ("kind",),
    "views": ("viewpoint",),
}
WITHOUT = "-"  # asks for those that have no value
HOWS = ("replace", "add", "take")
Item = dict[str, Any]


@of_draft
def table(request: HttpRequest, draft: Draft, section: str) -> HttpResponse:
    """The things of a section that match what is asked for, fifty on a page."""
    if section not in FORMS:
        raise Http404(section)
    return _table(request, draft, section, request.GET)


@of_draft
def bulk(request: HttpRequest, draft: Draft, section: str) -> HttpResponse:
    """Give one field of many things one value: choose the value, see what it changes, then do it."""
    if section not in FORMS:
        raise Http404(section)
    if request.method == "GET":
        return redirect("architecture-draft-table", draft_id=draft.pk, section=section)
    revision = revision_of(request, draft)
    content = content_at(draft, revision)
    asked = QueryDict(request.POST.get("filter", "")[:2000])
    chosen = _chosen(request, content, section, asked)
    field = next((each for each in bulk_fields(section) if each.name == request.POST.get("field")), None)
    errors = {} if chosen else {"rows": _("Tick the rows that are to be changed")}
    if field is None:
        errors["field"] = _("Choose which field is to be changed")
    if errors or field is None:
        return _table(request, draft, section, asked, errors)
    edits, before, errors = _edits(request.POST, section, field, chosen, content)
    step = request.POST.get("step", "")
    if step == "do" and not errors:
        back = reverse("architecture-draft-table", kwargs={"draft_id": draft.pk, "section": section})
        kept = f"{back}?{asked.urlencode()}" if asked else back
        answer = save(request, draft, edits, revision, via="bulk", back=kept, done="changed")
        if isinstance(answer, HttpResponse):
            return answer
        errors = answer
    return _value_page(request, draft, section, field, chosen, content, revision, step, edits, before, errors)


def _table(
    request: HttpRequest, draft: Draft, section: str, asked: QueryDict, errors: Mapping[str, Any] | None = None
) -> HttpResponse:
    values = Values(draft.content, language())
    wanted = _wanted(section, asked)
    listed = Paginator(matching(draft.content, section, wanted, values), ROWS_ON_A_PAGE).get_page(asked.get("page"))
    kept = urlencode({name: value for name, value in wanted.items() if value})
    ticked = set(request.POST.getlist("row"))
    context = frame(request, draft) | {
        "section": section, "heading": section_names()[section], "page": listed, "asked": wanted,
        "query": f"?{kept}&" if kept else "?", "filter": kept, "revision": draft.revision,
        "filters": [_filter(draft, section, name, options, values) for name, options in FILTERS[section]],
        "may_add": section in BEGUN_AND_TAKEN_OUT, "columns": [_label(section, name) for name in COLUMNS[section]],
        "rows": [_row(draft, section, each, values, ticked) for each in listed],
        "bulk": [(field.name, str(field.label)) for field in bulk_fields(section)],
        "field": request.POST.get("field", ""), "all": "all" in request.POST,
        "done": request.GET.get("done", ""), "errors": errors or {},
    }  # fmt: skip
    return render(request, "architecture/drafts/table.html", context, status=422 if errors else 200)


def matching(content: Content, section: str, wanted: Mapping[str, str], values: Values) -> list[Item]:
    """The things that hold every word that is asked for, typed with or without diacritics, and each asked value."""
    words = fold(wanted.get("q", "")).split()
    exact = {name: value for name, value in wanted.items() if name != "q" and value}
    return [
        each
        for each in content.get(section, ())
        if all(_has(each, name, value) for name, value in exact.items()) and _holds(each, words, values)
    ]


def _has(item: Item, name: str, value: str) -> bool:
    found = item.get(name)
    return found in (None, "") if value == WITHOUT else found is not None and str(found) == value


def _holds(item: Item, words: list[str], values: Values) -> bool:
    if not words:
        return True
    said = [item["id"], *(each for part in ("name", "description", "statement") for each in texts(item.get(part)))]
    said += [values.names.get(item.get(end, ""), "") for end in ("from", "to")]
    said += [each.get("value") or "" for each in item.get("properties", ())]
    text = fold(" ".join(said))
    return all(word in text for word in words)


def _wanted(section: str, asked: QueryDict) -> dict[str, str]:
    return {name: asked.get(name, "").strip()[:80] for name in ("q", *(each for each, _options in FILTERS[section]))}


def _filter(draft: Draft, section: str, name: str, options: str, values: Values) -> dict[str, Any]:
    """A list to filter by: only values that stand in the draft."""
    standing = {str(each[name]) if each.get(name) is not None else WITHOUT for each in draft.content.get(section, ())}
    known = values.options(options)
    found = [(value, text) for value, text in known if value in standing]
    found += [(value, value) for value in sorted(standing - {value for value, _text in known} - {WITHOUT})]
    none = [(WITHOUT, _("without one"))] if WITHOUT in standing else []
    return {"name": name, "label": _label(section, name), "options": [*found, *none]}


def _label(section: str, name: str) -> str:
    field = field_called(section, name)
    return str(field.label) if field is not None else name


def _row(draft: Draft, section: str, item: Item, values: Values, ticked: set[str]) -> dict[str, Any]:
    return {
        "id": item["id"],
        "name": values.names.get(item["id"], item["id"]),
        "href": item_address(draft, section, item["id"]),
        "cells": [values.said(section, name, item.get(name)) for name in COLUMNS[section]],
        "ticked": item["id"] in ticked,
        "contract": bool(item.get("contract")),
    }


def _chosen(request: HttpRequest, content: Content, section: str, asked: QueryDict) -> list[str]:
    """The ids that were ticked, or all that the filter finds; on later pages they come in one field."""
    known = things(content.get(section, [])) or {}
    if "rows" in request.POST:
        return [each for each in LINE_END.split(request.POST["rows"]) if each in known]
    if "all" in request.POST:
        found = matching(content, section, _wanted(section, asked), Values(content, language()))
        return [each["id"] for each in found]
    return [each for each in dict.fromkeys(request.POST.getlist("row")) if each in known]


def _edits(
    data: Mapping[str, Any], section: str, field: Field, chosen: Iterable[str], content: Content
) -> tuple[list[Edit], list[Any], dict[str, str]]:
    """The edits that give each its value, what stood in each before, and what is wrong."""
    errors: dict[str, str] = {}
    if data.get("step") not in ("see", "do"):
        return [], [], errors
    try:
        value = parsed(field, data, None, Values(content, language()))
    except Wrong as wrong:
        return [], [], {field.name: str(wrong)}
    if field.widget == "check":
        value = field.name in data
    elif value is None and "clear" not in data:
        return [], [], {field.name: _("Choose or write a value, or tick that it is to be taken away")}
    elif "clear" in data:
        value = None
    how = data.get("how") if data.get("how") in HOWS and field.widget == "lines" else "replace"
    known, edits, standing = things(content.get(section, [])) or {}, [], []
    for item in chosen:
        before = value_at(known[item], field.path)
        after = _combined(before, value, str(how)) if field.widget == "lines" else value
        if (before or None) != (after or None) or (isinstance(after, bool) and before != after):
            edits.append(Edit(section, item, dotted(field.path), after))
            standing.append(before)
    errors |= _refusals(field, value, edits, known)
    return edits, standing, errors


def _combined(before: Any, value: Any, how: str) -> Any:
    """A list with the values in place of its own, added to them, or taken out of them."""
    own, new = list(before or ()), list(value or ())
    if how == "add":
        return [*own, *(each for each in new if each not in own)]
    return [each for each in own if each not in new] if how == "take" else new


def _refusals(field: Field, value: Any, edits: Iterable[Edit], known: Mapping[str, Item]) -> dict[str, str]:
    if field.name in ("kind", "state") and value is None:
        return {field.name: _("This field always has a value. Choose one")}
    bare = [
        edit.item
        for edit in edits
        if (field.name == "layer" and value is None and known[edit.item]["kind"] in LAYERED_KINDS)
        or (field.name == "kind" and value in LAYERED_KINDS and edit.section == "elements"
        and known[edit.item].get("layer") is None)
    ]  # fmt: skip
    if bare:
        words = {"ids": ", ".join(bare[:10])}
        return {field.name: _("Components of such a kind need a layer. Without one would be: %(ids)s") % words}
    return {}


def _value_page(
    request: HttpRequest,
    draft: Draft,
    section: str,
    field: Field,
    chosen: list[str],
    content: Content,
    revision: int,
    step: str,
    edits: list[Edit],
    before: list[Any],
    errors: Mapping[str, Any],
) -> HttpResponse:
    values, data = Values(content, language()), request.POST
    seen = step in ("see", "do") and not errors
    rows = [
        {
            "name": values.names.get(edit.item, edit.item), "before": values.said(section, field.name, was),
            "after": values.said(section, field.name, edit.value),
        }
        for edit, was in zip(edits[:ROWS_PREVIEWED], before, strict=False)
    ]  # fmt: skip
    sent = {
        name: value for name, value in data.items() if name.partition("-")[0] == field.name or name in ("how", "clear")
    }
    context = frame(request, draft) | {
        "section": section, "field": field, "label": str(field.label), "count": len(chosen),
        "chosen": "\n".join(chosen), "revision": revision, "filter": data.get("filter", ""), "errors": errors,
        "row": {
            "field": field, "widget": field.widget, "value": typed(field, data), "error": errors.get(field.name),
            "options": values.options(field.options) if field.options else [],
        },
        "suggestions": {field.options: values.options(field.options)} if field.widget == "suggest" else {},
        "how": data.get("how", "replace"), "clear": "clear" in data, "sent": sent, "seen": seen, "rows": rows,
        "changed": len(edits), "unchanged": len(chosen) - len(edits), "more": max(len(edits) - ROWS_PREVIEWED, 0),
        "clearable": field.widget != "check" and field.name not in ("kind", "state"),
    }  # fmt: skip
    return render(request, "architecture/drafts/bulk.html", context, status=422 if errors else 200)


AT = "architecture/drafts/<int:draft_id>/content/<str:section>"
ROUTES = [
    page(AT, table, name="architecture-draft-table", who=READ),
    page(f"{AT}/bulk", bulk, name="architecture-draft-bulk", who=DRAFTING, methods=WHOLE),
]
