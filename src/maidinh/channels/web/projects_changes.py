"""`/projects/<code>/changes`: what a project adds, changes and retires in the architecture, one thing at a time.

Layer 2. A thing that is there is found by search; a new one is chosen by what it is. The form asks only for what that
kind needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from maidinh.channels.routing import page
from maidinh.channels.web import picture
from maidinh.channels.web.context import language
from maidinh.channels.web.drafting_inputs import Wrong, parsed, shown, typed
from maidinh.channels.web.drafting_values import Values
from maidinh.channels.web.fields import Words
from maidinh.channels.web.projects_changing import ON, SHAPES, ChangeForm, content_with, retirement
from maidinh.channels.web.projects_faults import change_address, change_title, said, told
from maidinh.channels.web.projects_frame import PAGE, PROPOSING, address, frame, may_write, of_own, open_faults
from maidinh.channels.web.projects_parts import CHANGES, PARTS
from maidinh.channels.web.projects_words import action_names
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.projects.actions.preparing import ProjectChanged, ProjectRefused, revise_project
from maidinh.governance.projects.definition import SECTIONS, ProposedChange
from maidinh.governance.projects.definition import Project as Proposal
from maidinh.governance.projects.queries import Project, revisions_of
from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.organisations.queries import agency_names

MOST_FOUND = 20
TONES = {"add": "good", "change": "wait", "retire": "late"}


@dataclass(frozen=True)
class Seen:
    """The project as its writer saw it."""

    revision: int
    project: Proposal


@of_own
def changes(request: HttpRequest, row: Project) -> HttpResponse:
    """All changes so far; a search for what is there; the kinds of things that can be added."""
    if not may_write(request.actor, row):  # type: ignore[attr-defined]
        return redirect("project", code=row.code)
    asked = request.GET.get("q", "")[:200].replace("\0", "")
    model = row.base.model
    faults = [each for each in told(open_faults(row), row.project) if each.place.part == CHANGES.id]
    context = frame(request, row, "project-write") | {
        "changes": change_rows(row, model), "q": asked, "found": _search(model, row, asked) if asked.strip() else None,
        "shapes": [(name, {"text": each.title, "hint": each.hint}) for name, each in SHAPES.items()],
        "version": model.version, "faults": faults, "done": request.GET.get("done", ""), "part": CHANGES,
        "number": list(PARTS).index(CHANGES.id) + 1, "parts": len(PARTS),
        "errors": {"new": _("Choose what is added.")} if request.GET.get("new") == "none" else {},
    }  # fmt: skip
    return render(request, "projects/changes.html", context)


@of_own
def change(request: HttpRequest, row: Project) -> HttpResponse:
    """One change: its form, saved, or taken out of the project."""
    if not may_write(request.actor, row):  # type: ignore[attr-defined]
        return redirect("project", code=row.code)
    source = request.POST if request.method == "POST" else request.GET
    section, item = source.get("section", ""), source.get("item", "")[:400]
    if request.GET.get("new") == "" and request.method == "GET" and not item:
        return redirect(f"{address(row, 'project-changes')}?new=none")
    shape = source.get("new", "")
    if shape not in SHAPES and section not in SECTIONS:
        raise Http404(section)
    section = SHAPES[shape].section if shape in SHAPES else section
    seen = _as_seen(request, row)
    before = next((each for each in seen.project.changes if (each.section, each.item) == (section, item)), None)
    if request.method == "POST" and request.POST.get("do") == "take-out" and before is not None:
        return _written(request, row, seen, [each for each in seen.project.changes if each is not before], "taken-out")
    standing = _standing(row.base.model, section, item)
    if standing is None and before is None and item:
        raise Http404(item)
    if source.get("way") == "retire" or (before is not None and before.action == "retire"):
        return _retire(request, row, seen, (section, item), before)
    others = [each for each in seen.project.changes if each is not before]
    values = Values(content_with(row.base.model, others), language())
    form = ChangeForm(
        section, values, shape=shape, standing=standing, before=before,
        data=request.POST if request.method == "POST" else None,
    )  # fmt: skip
    if request.method == "POST":
        made = form.read()
        if made is not None:
            return _written(request, row, seen, _with(seen, before, made), "saved", form)
    return _page(request, row, form, section=section, item=item, shape=shape)


def _page(request: HttpRequest, row: Project, form: ChangeForm, *, section: str, item: str, shape: str) -> HttpResponse:
    rows, errors = form.rows(), dict(form.errors)
    if form.data is None and form.before is not None:
        for each in told(open_faults(row), row.project):
            if each.place.change is not None and each.place.change.item == item:
                errors.setdefault(each.place.name, each.text)
        for cell in rows:
            cell["error"] = cell["error"] or errors.get(cell["field"].name)
    listed = {each["field"].options for each in rows if each["widget"] == "suggest"}
    name = (
        change_title(form.before, {}) if form.before is not None and form.adds else _name(row.base.model, section, item)
    )
    context = frame(request, row, "project-write") | {
        "rows": rows, "errors": errors, "section": section, "item": item, "shape": shape, "before": form.before,
        "heading": form.shape.title if form.adds and not item else name, "adds": form.adds, "hint": form.shape.hint,
        "suggestions": {each: form.values.options(each) for each in listed}, "retire": not form.adds,
        "seen": _as_seen(request, row).revision,
    }  # fmt: skip
    return render(request, "projects/change.html", context, status=422 if form.data is not None and errors else 200)


def _retire(
    request: HttpRequest, row: Project, seen: Seen, thing: tuple[Any, str], before: ProposedChange | None
) -> HttpResponse:
    """The form that retires a thing: the day, and why."""
    section, item = thing
    errors: dict[str, str] = {}
    retiring = before is not None and before.action == "retire"
    value: Any = shown(ON, before.on.isoformat() if retiring and before is not None and before.on else None)
    why = before.why.vi if retiring and before is not None and before.why else ""
    if request.method == "POST":
        value, why = typed(ON, request.POST), request.POST.get("why", "").strip()[:2000]
        try:
            on = parsed(ON, request.POST, None, Values({}, language()))
            if on is None and section == "elements":
                raise Wrong(_("Enter the day from which it is out of use, with day, month and four-digit year."))
            return _written(request, row, seen, _with(seen, before, retirement(section, item, on, why)), "saved")
        except Wrong as wrong:
            errors["on"] = str(wrong)
    context = frame(request, row, "project-write") | {
        "errors": errors, "section": section, "item": item, "value": value, "why": why, "before": before,
        "heading": _name(row.base.model, section, item), "seen": seen.revision,
    }  # fmt: skip
    return render(request, "projects/retire.html", context, status=422 if errors else 200)


def _written(
    request: HttpRequest,
    row: Project,
    seen: Seen,
    changes: list[ProposedChange],
    done: str,
    form: ChangeForm | None = None,
) -> HttpResponse:
    """The next revision with these changes; where it is refused, the page with what was typed."""
    errors: dict[str, str] = {}
    try:
        revise_project(
            actor=request.actor, project_id=row.pk, project=seen.project.model_copy(update={"changes": changes}),  # type: ignore[attr-defined]
            seen_revision=seen.revision, via="form", at=timezone.now(),
        )  # fmt: skip
    except (ProjectRefused, ProjectChanged) as refusal:
        errors = {"": " ".join(said(each) for each in refusal.faults)}
    except ValidationError as error:
        errors = {"": str(error.errors()[0]["msg"])}
    if not errors:
        return redirect(f"{address(row, 'project-changes')}?done={done}")
    if form is None:
        context = frame(request, row, "project-write") | {"errors": errors, "back": address(row, "project-changes")}
        return render(request, "projects/refused.html", context, status=422)
    form.errors = errors
    item = str((form.standing or {}).get("id", "")) or (form.before.item if form.before else "")
    return _page(request, row, form, section=form.section, item=item, shape=request.POST.get("new", ""))


def change_rows(row: Project, model: ArchitectureVersion, *, links: bool = True) -> list[dict[str, Any]]:
    """The changes of a project for lists: what is done with what, and which fields."""
    here = language()
    names, agencies = picture.element_names(model, here), agency_names(here)
    added = {
        each.item: change_title(each, {}) for each in row.project.changes if each.value and each.section == "elements"
    }
    names = {**names, **added, **_relation_names(model, {**names, **added})}
    words, actions = Words(names, agencies), action_names()
    kinds = {each.id: each.kind for each in (*model.elements, *model.relations)}
    found = []
    for each in row.project.changes:
        kind = str((each.value or {}).get("kind") or kinds.get(each.item, ""))
        fields = [(words.label(path), words.value(path, value) or "–") for path, value in each.set.items()]
        found.append({
            "change": each, "title": change_title(each, names), "action": actions[each.action],
            "tone": TONES[each.action], "fields": fields, "on": each.on,
            "kind": _relation_name(each.value, kind, names) if each.section == "relations" else picture.kind_name(kind),
            "why": each.why.in_language(here) if each.why else "",
            "href": change_address(row.code, each.section, each.item) if links else "",
        })  # fmt: skip
    return found


def _relation_name(value: Mapping[str, Any] | None, kind: str, names: Mapping[str, str]) -> str:
    """What a relation joins that is added under a name of its own; any other's title says that already."""
    verb = picture.relation_names().get(kind, "")
    if value is None or not value.get("name"):
        return verb
    ends = (str(value.get(end) or "") for end in ("from", "to"))
    return f" {verb} ".join(names.get(each, each) for each in ends)


def _relation_names(model: ArchitectureVersion, names: Mapping[str, str]) -> dict[str, str]:
    verbs = picture.relation_names()
    return {
        each.id: f"{names.get(each.from_, each.from_)} {verbs.get(each.kind, each.kind)} {names.get(each.to, each.to)}"
        for each in model.relations
    }


def _search(model: ArchitectureVersion, row: Project, asked: str) -> list[dict[str, Any]]:
    """What is there of this name, with or without diacritics; elements first, then relations."""
    words = fold(asked).split()
    names, agencies = picture.element_names(model, language()), agency_names(language())
    listed: list[tuple[str, str, str, str]] = [
        ("elements", each.id, names[each.id], f"{picture.kind_name(each.kind)}"
         f"{f' · {agencies.get(each.owner, each.owner)}' if each.owner else ''}")
        for each in model.elements if each.state != "retired"
    ]  # fmt: skip
    titles = _relation_names(model, names)
    verbs = picture.relation_names()
    listed += [("relations", each.id, titles[each.id], verbs.get(each.kind, each.kind)) for each in model.relations]
    taken = {(each.section, each.item) for each in row.project.changes}
    found = []
    for section, item, title, note in listed:
        text = fold(f"{title} {item}")
        if all(word in text for word in words):
            address_ = change_address(row.code, section, item)
            found.append({"title": title, "note": note, "href": address_, "retire": f"{address_}&way=retire",
                          "taken": (section, item) in taken})  # fmt: skip
    return found[:MOST_FOUND]


def _with(seen: Seen, before: ProposedChange | None, made: ProposedChange) -> list[ProposedChange]:
    """The changes with one in the place of what stood there before, else at the end."""
    if before is None:
        return [*seen.project.changes, made]
    return [made if each is before else each for each in seen.project.changes]


def _standing(model: ArchitectureVersion, section: str, item: str) -> dict[str, Any] | None:
    found = next((each for each in getattr(model, section) if each.id == item), None)
    return None if found is None else found.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _name(model: ArchitectureVersion, section: str, item: str) -> str:
    names = picture.element_names(model, language())
    return (names if section == "elements" else _relation_names(model, names)).get(item, item)


def _as_seen(request: HttpRequest, row: Project) -> Seen:
    """The project as it stood when the form was made, so that what others changed since is kept."""
    text = request.POST.get("seen", "")
    number = int(text) if text.isdecimal() and len(text) < 9 else row.revision
    if number == row.revision:
        return Seen(row.revision, row.project)
    revision = revisions_of(request.actor, row).filter(number=number).first()  # type: ignore[attr-defined]
    return (
        Seen(row.revision, row.project) if revision is None else Seen(number, Proposal.model_validate(revision.content))
    )


ROUTES = [
    page(f"{PAGE}/changes", changes, name="project-changes", who=PROPOSING),
    page(f"{PAGE}/change", change, name="project-change", who=PROPOSING, methods=("GET", "POST")),
]
