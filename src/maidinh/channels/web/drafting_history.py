"""The history of a draft: each revision with who made it, when, by which way, and each field before and after.

Layer 2.
"""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.drafting import READ, Names, frame, of_draft
from maidinh.channels.web.drafting_fields import label_of, section_names
from maidinh.channels.web.drafting_standing import way_names
from maidinh.channels.web.drafting_values import Values, language_of
from maidinh.governance.drafting.queries import Draft, DraftChange, changes_of, revisions_of

REVISIONS_ON_A_PAGE, CHANGES_ON_A_PAGE, SHOWN_AT_ONCE = 20, 100, 5


@of_draft
def history(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The revisions, the newest first, each with its first changes."""
    values, names, ways = Values(draft.content, language()), Names(), way_names()
    listed = Paginator(revisions_of(draft), REVISIONS_ON_A_PAGE).get_page(request.GET.get("page"))
    rows = []
    for each in listed:
        number = each["revision"]
        first = changes_of(draft, after=number - 1, until=number)[:SHOWN_AT_ONCE]
        parts = {"draft_id": draft.pk, "revision": number}
        rows.append({
            "number": number, "who": names.of(each["by"]), "at": each["at"], "way": ways[each["via"]],
            "count": each["fields"], "changes": [_row(change, values) for change in first],
            "more": max(each["fields"] - SHOWN_AT_ONCE, 0),
            "href": reverse("architecture-draft-revision", kwargs=parts),
        })  # fmt: skip
    context = frame(request, draft) | {"rows": rows, "page": listed, "author": names.of(draft.author)}
    return render(request, "architecture/drafts/history.html", context)


@of_draft
def revision(request: HttpRequest, draft: Draft, revision: int) -> HttpResponse:
    """Everything that one revision changed."""
    found = changes_of(draft, after=revision - 1, until=revision) if 0 < revision <= draft.revision else None
    first = found.first() if found is not None else None
    if found is None or first is None:
        raise Http404(revision)
    values = Values(draft.content, language())
    listed = Paginator(found, CHANGES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = frame(request, draft) | {
        "number": revision, "who": Names().of(first.by), "at": first.at, "way": way_names()[first.via],
        "page": listed, "rows": [_row(change, values) for change in listed],
    }  # fmt: skip
    return render(request, "architecture/drafts/revision.html", context)


def _row(change: DraftChange, values: Values) -> dict[str, Any]:
    section, item, path = change.section, change.item, change.path
    name = values.names.get(item) or item
    if item and not path and isinstance(change.before, dict):  # it is gone: its name stands in what it was
        name = values.name_of(section, change.before)
    return {
        "section": section_names().get(section, section),
        "name": name,
        "field": label_of(section, path) if path else "",
        "language": language_of(path),
        "before": values.said(section, path, change.before),
        "after": values.said(section, path, change.after),
    }


AT = "architecture/drafts/<int:draft_id>/history"
ROUTES = [
    page(AT, history, name="architecture-draft-history", who=READ),
    page(f"{AT}/<int:revision>", revision, name="architecture-draft-revision", who=READ),
]
