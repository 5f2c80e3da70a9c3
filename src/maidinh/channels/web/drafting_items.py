"""One thing of a draft: seen, added, edited, taken out; and the title and dates of the draft itself.

Layer 2. A form carries the revision that it was made from: what others changed since is kept, and where they changed
the same field, the person decides (see drafting_conflicts).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.drafting import READ, WHOLE, Names, frame, of_draft
from maidinh.channels.web.drafting_conflicts import (
    changed_with,
    conflict_rows,
    decisions_in,
    faults_at,
    opened,
    sealed,
    suited,
    with_more,
)
from maidinh.channels.web.drafting_fields import BEGUN_AND_TAKEN_OUT, COSTS, FORMS, HEADER_FIELDS, Field, fields
from maidinh.channels.web.drafting_forms import ItemForm
from maidinh.channels.web.drafting_inputs import Wrong, parsed, shown, typed
from maidinh.channels.web.drafting_refusals import said_of_fault
from maidinh.channels.web.drafting_standing import item_address
from maidinh.channels.web.drafting_values import NOTHING, Values, language_of
from maidinh.governance.architecture.actions import VersionRefused
from maidinh.governance.architecture.frameworks import framework_of
from maidinh.governance.drafting.actions.editing import decide_conflicts, edit_draft
from maidinh.governance.drafting.content import HEADER, Content, done, dotted, things, value_at
from maidinh.governance.drafting.queries import DRAFTING, Draft, changes_of, conflicts_left, content_at
from maidinh.governance.drafting.removal import hanging, removal
from maidinh.governance.drafting.rules import EDITABLE, Conflict, Edit, EditRefused, Undecided


@of_draft
def item(request: HttpRequest, draft: Draft, section: str, item: str) -> HttpResponse:
    """One element, relation, principle or view: a form for who drafts, its fields for everyone else."""
    _known_section(section)
    revision, content = _as_seen(request, draft)
    before = (things(content.get(section, [])) or {}).get(item)
    if before is None:
        raise Http404(item)
    actor = request.actor
    if request.method == "GET" and not (actor.may(DRAFTING) and draft.state in EDITABLE):
        return _read_only(request, draft, section, before)
    form = ItemForm(section, before, Values(content, language()), request.POST if request.method == "POST" else None)
    return _form(request, draft, form, revision)


@of_draft
def new(request: HttpRequest, draft: Draft, section: str) -> HttpResponse:
    """Another element, relation or principle."""
    _known_section(section, BEGUN_AND_TAKEN_OUT)
    if request.method == "GET" and draft.state not in EDITABLE:
        return redirect("architecture-draft", draft_id=draft.pk)
    revision, content = _as_seen(request, draft)
    form = ItemForm(section, None, Values(content, language()), request.POST if request.method == "POST" else None)
    if request.method == "GET" and section == "relations":
        form.before["from"] = request.GET.get("from", "")[:200]
    return _form(request, draft, form, revision)


@of_draft
def remove(request: HttpRequest, draft: Draft, section: str, item: str) -> HttpResponse:
    """Take a thing out, with all that hangs on it, after saying what that is."""
    _known_section(section, BEGUN_AND_TAKEN_OUT)
    revision, content = _as_seen(request, draft)
    before = (things(content.get(section, [])) or {}).get(item)
    if before is None:
        raise Http404(item)
    errors: dict[str, Any] = {}
    found, values = hanging(content, section, item), Values(content, language())
    if request.method == "POST":
        if found.anything and "confirm" not in request.POST:
            errors = {"confirm": _("Tick the box to take out what hangs on it as well")}
        else:
            back = reverse("architecture-draft-table", kwargs={"draft_id": draft.pk, "section": section})
            answer = save(request, draft, removal(content, section, item), revision, back=back, done="removed")
            if isinstance(answer, HttpResponse):
                return answer
            errors = answer
    context = frame(request, draft) | {
        "name": values.names[item], "item": item, "section": section, "revision": revision, "errors": errors,
        "relations": [{"text": values.names[each], "href": item_address(draft, "relations", each)}
                      for each in found.relations],
        "boxes": [(values.names.get(view, view), count) for view, count in found.boxes],
        "lines": [(values.names.get(view, view), count) for view, count in found.lines],
        "found": found,
        "named_by": [{"text": values.names[each], "href": item_address(draft, "elements", each)}
                     for each in found.named_by],
        "back": item_address(draft, section, item),
    }  # fmt: skip
    return render(request, "architecture/drafts/remove.html", context, status=422 if errors else 200)


@of_draft
def header(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The title, the day on which the version takes effect, the note, and what the model says of itself."""
    revision, content = _as_seen(request, draft)
    values = Values(content, language())
    errors: dict[str, Any] = {}
    if request.method == "POST":
        edits, errors = _header_edits(request.POST, content, values)
        if not errors:
            back = reverse("architecture-draft", kwargs={"draft_id": draft.pk})
            answer = save(request, draft, edits, revision, back=back)
            if isinstance(answer, HttpResponse):
                return answer
            errors = answer
    rows = [
        {
            "field": field, "widget": field.widget, "options": [], "error": errors.get(field.name),
            "value": typed(field, request.POST) if request.method == "POST" else shown(
                field, value_at(content, field.path)
            ),
        }
        for field in HEADER_FIELDS
    ]  # fmt: skip
    context = frame(request, draft) | {"rows": rows, "revision": revision, "errors": errors}
    return render(request, "architecture/drafts/header.html", context, status=422 if errors else 200)


@of_draft
def decide(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Carry out what was decided on the fields that two people changed at once."""
    found = opened(request.POST.get("sealed", ""), draft=draft.pk, person=request.actor.id)
    if found is None:
        return redirect("architecture-draft", draft_id=draft.pk)
    undecided, more = found
    decisions, missing = decisions_in(request.POST)
    errors: dict[str, Any] = dict(missing)
    conflicts: tuple[Conflict, ...] = ()
    try:
        conflicts = conflicts_left(draft, undecided)
        if not errors:
            outcome = decide_conflicts(
                actor=request.actor, draft_id=draft.pk, undecided=undecided, at=timezone.now(),
                decisions=suited(decisions, conflicts),
            )  # fmt: skip
            if outcome.undecided is None:
                return redirect(f"{more['back']}{'&' if '?' in more['back'] else '?'}done=saved")
            if outcome.undecided.kept == undecided.kept:  # a decision raised another question
                conflicts, errors = with_more(conflicts, outcome.conflicts)
            else:  # somebody changed the same fields once more
                more["saved"], undecided, conflicts = len(outcome.changed), outcome.undecided, outcome.conflicts
    except VersionRefused as refusal:
        errors = {"": list(refusal.reasons)}
    except EditRefused as refusal:
        errors = faults_at(refusal.faults, request.POST)
    return conflict_page(request, draft, conflicts, undecided, more, errors)


def save(
    request: HttpRequest,
    draft: Draft,
    edits: Iterable[Edit],
    revision: int,
    *,
    back: str,
    via: str = "form",
    done: str = "saved",
) -> HttpResponse | dict[str, Any]:
    """Make the edits: on to `back`, to the page of conflicts, or what is wrong, by field."""
    edits, at = list(edits), timezone.now()
    actor = request.actor
    try:
        outcome = edit_draft(actor=actor, draft_id=draft.pk, edits=edits, seen_revision=revision, via=via, at=at)
    except VersionRefused as refusal:
        return {"": list(refusal.reasons)}
    except EditRefused as refusal:
        return _faults(refusal)
    if outcome.undecided is not None:
        more = {"draft": draft.pk, "person": actor.id, "back": back, "saved": len(outcome.changed)}
        return conflict_page(request, draft, outcome.conflicts, outcome.undecided, more)
    return redirect(f"{back}{'&' if '?' in back else '?'}done={done}")


def conflict_page(
    request: HttpRequest,
    draft: Draft,
    conflicts: tuple[Conflict, ...],
    undecided: Undecided,
    more: Mapping[str, Any],
    errors: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The fields to be decided, each with who changed it meanwhile."""
    draft.refresh_from_db()
    draft.__dict__.pop("model", None)
    values, names = Values(draft.content, language()), Names()
    wanted = Values(done(content_at(draft, undecided.seen), undecided.wanted), language())
    values.names.update({name: text for name, text in wanted.names.items() if name not in values.names})
    since = list(changes_of(draft, after=undecided.seen, until=undecided.stood).defer("before", "after"))
    rows = conflict_rows(conflicts, values, posted=request.POST, errors=errors)
    for row, each in zip(rows, conflicts, strict=True):
        theirs = [change.by for change in since if changed_with(each, change.section, change.item, change.path)]
        row["who"] = ", ".join(dict.fromkeys(names.of(by) for by in theirs))
    context = frame(request, draft) | {
        "conflicts": rows, "sealed": sealed(undecided, **more), "saved": more["saved"], "errors": errors or {},
    }  # fmt: skip
    return render(request, "architecture/drafts/conflicts.html", context, status=422 if errors else 409)


def revision_of(request: HttpRequest, draft: Draft) -> int:
    """The revision that a form was made from; the newest for one that says none."""
    text = request.POST.get("revision", "")
    return min(int(text), draft.revision) if text.isdecimal() and len(text) < 9 else draft.revision


def _form(request: HttpRequest, draft: Draft, form: ItemForm, revision: int) -> HttpResponse:
    if request.method == "POST" and not form.asks_for_more:
        found = form.read()
        if found is not None:
            back = item_address(draft, form.section, found["id"])
            answer = save(request, draft, form.edits(found), revision, back=back)
            if isinstance(answer, HttpResponse):
                return answer
            form.errors = answer
    own = form.before.get("id", "")
    related = _related(draft, form.values, own) if own and form.section == "elements" else []
    context = frame(request, draft) | {
        "form": form, "section": form.section, "revision": revision, "errors": form.errors, "new": form.new,
        "name": form.values.names.get(own, own), "item": own, "related": related, "done": request.GET.get("done", ""),
        "asked_id": (form.data or {}).get("id", ""),
        "framework": framework_of(own) if form.section == "principles" else None,
        "suggestions": {name: form.values.options(name) for name in _lists(form.section)},
    }  # fmt: skip
    return render(request, "architecture/drafts/edit.html", context, status=422 if form.errors else 200)


def _read_only(request: HttpRequest, draft: Draft, section: str, before: Mapping[str, Any]) -> HttpResponse:
    values = Values(draft.content, language())
    rows = [
        {
            "key": str(field.label), "language": language_of(field.name),
            "value": values.said(section, dotted(field.path), value_at(before, field.path)),
        }
        for field in fields(section)
        if not (field.widget == "check" and not value_at(before, field.path))
    ]  # fmt: skip
    for name, label in COSTS if section == "elements" else ():
        costs = value_at(before, tuple(name.split("."))) or []
        rows += [
            {"key": f"{label}, {each['year']}", "value": f"{each['amount']:,} ₫".replace(",", ".")} for each in costs
        ]
    rows += [
        {"key": each["key"], "value": values.said(section, "", each.get("value") or [
            phrase.get("text", "") for phrase in each.get("values", ())
        ])}
        for each in before.get("properties", ())
    ]  # fmt: skip
    context = frame(request, draft) | {
        "rows": [row for row in rows if row["value"] != NOTHING], "name": values.names.get(before["id"], before["id"]),
        "section": section, "item": before["id"],
        "framework": framework_of(before["id"]) if section == "principles" else None,
        "related": _related(draft, values, before["id"]) if section == "elements" else [],
    }  # fmt: skip
    return render(request, "architecture/drafts/item.html", context)


def _related(draft: Draft, values: Values, element: str) -> list[dict[str, str]]:
    """The relations of an element, each with its page."""
    return [
        {
            "from": values.names.get(each["from"], each["from"]), "to": values.names.get(each["to"], each["to"]),
            "kind": values.said("relations", "kind", each["kind"]),
            "href": item_address(draft, "relations", each["id"]),
        }
        for each in values.content.get("relations", ())
        if element in (each["from"], each["to"])
    ]  # fmt: skip


def _header_edits(data: Mapping[str, Any], content: Content, values: Values) -> tuple[list[Edit], dict[str, Any]]:
    edits: list[Edit] = []
    errors: dict[str, Any] = {}
    for field in HEADER_FIELDS:
        before = value_at(content, field.path)
        try:
            value = parsed(field, data, before, values)
        except Wrong as wrong:
            errors[field.name] = str(wrong)
            continue
        if value is None and field.name in ("title.vi", "effective_from"):
            errors[field.name] = _("Enter an answer for “%(label)s”") % {"label": field.label}
        if value != before:
            edits.append(Edit(HEADER, "", dotted(field.path), value))
    changed = {edit.path: edit.value for edit in edits}
    note = {name: changed.get(f"note.{name}", value_at(content, ("note", name))) for name in ("vi", "en")}
    if not note["vi"] and note["en"]:
        errors["note.vi"] = _("Write the note in Vietnamese too")
    elif not note["vi"] and value_at(content, ("note",)):
        edits = [edit for edit in edits if not edit.path.startswith("note")] + [Edit(HEADER, "", "note", None)]
    standing = value_at(content, ("documentation",)) or {}
    written = {path.partition(".")[2]: value for path, value in changed.items() if path.startswith("documentation.")}
    if standing and not any({**standing, **written}.values()):
        edits = [edit for edit in edits if not edit.path.startswith("documentation")]
        edits.append(Edit(HEADER, "", "documentation", None))
    return edits, errors


def _faults(refusal: EditRefused) -> dict[str, Any]:
    """What is wrong, by the field of the form that it is about."""
    errors: dict[str, Any] = {}
    for fault in refusal.faults:
        known: list[Field] = list(fields(fault.section)) if fault.section in FORMS else list(HEADER_FIELDS)
        named = [field.name for field in known if fault.path and fault.path.startswith(dotted(field.path))]
        errors.setdefault(named[0] if named else "", []).append(said_of_fault(fault, with_place=not named))
    return errors


def _as_seen(request: HttpRequest, draft: Draft) -> tuple[int, Content]:
    revision = revision_of(request, draft)
    return revision, content_at(draft, revision)


def _lists(section: str) -> list[str]:
    return sorted({field.options for field in fields(section) if field.widget == "suggest"})


def _known_section(section: str, known: Iterable[str] = FORMS) -> None:
    if section not in known:
        raise Http404(section)


AT = "architecture/drafts/<int:draft_id>"
ROUTES = [
    page(f"{AT}/header", header, name="architecture-draft-header", who=DRAFTING, methods=WHOLE),
    page(f"{AT}/conflicts", decide, name="architecture-draft-decide", who=DRAFTING, methods=("POST",)),
    page(f"{AT}/content/<str:section>/new", new, name="architecture-draft-new-item", who=DRAFTING, methods=WHOLE),
    page(f"{AT}/content/<str:section>/items/<path:item>", item, name="architecture-draft-item", who=READ,
         methods=WHOLE),
    page(f"{AT}/content/<str:section>/remove/<path:item>", remove, name="architecture-draft-remove", who=DRAFTING,
         methods=WHOLE),
]  # fmt: skip
