"""`/projects/new` and `/projects/<code>/edit/<part>`: a project written part by part, in any order, unfinished too.

Layer 2. What was typed and could not be saved yet is kept for the person until they come back or throw it away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from pydantic import ValidationError

from maidinh.channels.routing import page
from maidinh.channels.web.context import language
from maidinh.channels.web.projects_choices import choices, source_names
from maidinh.channels.web.projects_faults import errors_of, said, told
from maidinh.channels.web.projects_forms import PartForm, free_key, sums
from maidinh.channels.web.projects_frame import PAGE, PROPOSING, address, behind, frame, may_write, of_own, open_faults
from maidinh.channels.web.projects_inputs import Option
from maidinh.channels.web.projects_law import law_choices, offered_rows, papers_asked, requirements_asked, still_missing
from maidinh.channels.web.projects_papers import kept_files, taken_in, what_is_taken
from maidinh.channels.web.projects_parts import GENERAL, PAPERS, PARTS, Column, Part, after
from maidinh.channels.web.projects_words import kind_names
from maidinh.governance.architecture.queries import current_version, versions_for
from maidinh.governance.architecture.rules import DRAFT
from maidinh.governance.projects.actions.preparing import ProjectChanged, ProjectRefused, open_project, revise_project
from maidinh.governance.projects.content import content_of
from maidinh.governance.projects.definition import Project as Proposal
from maidinh.governance.projects.faults import form_faults
from maidinh.governance.projects.queries import Project, known, projects_for
from maidinh.governance.projects.rules import REFUSED, WITHDRAWN
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.organisations.queries import agency_names

KEPT = "projects-typed"
LONGEST_KEPT, MOST_KEPT = 200_000, 1_000_000  # letters of one form, and of all that a person left unsaved
Errors = dict[str, list[str]]
BEGIN = Part(
    "begin", GENERAL.title, "",
    fields=(*(each for each in GENERAL.fields if each.name in ("title.vi", "summary.vi", "kind", "began_on")),),
)  # fmt: skip


def new(request: HttpRequest) -> HttpResponse:
    """A new project: its title, what it is for, its kind, when its preparation began."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = localtime(timezone.now()).date()
    version = current_version()
    if version is None:
        return render(request, "projects/none.html", status=409)
    data = request.POST if request.method == "POST" else None
    blank: dict[str, Any] = {"began_on": today.isoformat()}
    kinds = {"kinds": list(kind_names().items())}
    form = PartForm(BEGIN, blank, kinds, data)
    errors: dict[str, Any] = {}
    chosen = request.POST.get("architecture", version.version)
    published = [each.version for each in versions_for(actor).exclude(state=DRAFT).only("version", "state")]
    if data is not None:
        content = form.read()
        errors = dict(form.errors)
        if chosen not in published:
            errors["architecture"] = _("Choose a version that is listed.")
        if content is not None and not errors:
            row, errors = _opened(actor, content | {"owner": actor.agency, "architecture": chosen})
            if row is not None:
                return redirect(f"{address(row, 'project-write')}?done=begun")
    agencies = agency_names(language())
    context = {
        "rows": form.fields(), "errors": errors, "owner": agencies.get(actor.agency, actor.agency),
        "versions": [(each, _in_force(each, version.version)) for each in published], "chosen": chosen,
    }  # fmt: skip
    return render(request, "projects/new.html", context, status=422 if errors else 200)


@of_own
def write(request: HttpRequest, row: Project) -> HttpResponse:
    """All parts with what is missing in each; where to begin and where to go on."""
    if not may_write(request.actor, row):  # type: ignore[attr-defined]
        return redirect("project", code=row.code)
    faults = told(open_faults(row), row.project)
    counted = {part: sum(1 for each in faults if each.place.part == part) for part in PARTS}
    content = content_of(row.project)
    kept = request.session.get(KEPT, {})
    tasks = []
    for part in PARTS.values():
        filled = part is GENERAL or any(content.get(name) for name in part.holds)
        wrong = counted[part.id]
        status = _("to mend: %(count)s") % {"count": wrong} if wrong else "" if filled else _("empty")
        if _key(row, part) in kept:
            status = _("not saved yet")
        tasks.append({
            "title": part.title, "href": address(row, "project-edit", part=part.id), "hint": part.hint,
            "done": filled and not wrong and _key(row, part) not in kept, "status": status,
            "tone": "yellow" if wrong else "blue",
        })  # fmt: skip
    for task in tasks:
        task["status"] = task["status"] or None
    context = frame(request, row, "project-write") | {
        "tasks": tasks, "faults": len(faults), "done": request.GET.get("done", ""),
    }  # fmt: skip
    return render(request, "projects/write.html", context)


@of_own
def check(request: HttpRequest, row: Project) -> HttpResponse:
    """Everything that is wrong, each at its field; and whether it can be handed in."""
    if not may_write(request.actor, row):  # type: ignore[attr-defined]
        return redirect("project", code=row.code)
    faults = told(open_faults(row), row.project)
    groups = [
        (part.title, [each for each in faults if each.place.part == part.id])
        for part in PARTS.values()
        if any(each.place.part == part.id for each in faults)
    ]
    context = frame(request, row, "project-check") | {
        "groups": groups, "faults": faults, "rebase": behind(row),
    } | still_missing(row.project, row.pack)  # fmt: skip
    return render(request, "projects/check.html", context)


@of_own
def edit(request: HttpRequest, row: Project, part: str) -> HttpResponse:
    """One part: seen, with what was typed before and not saved; saved; rows added and taken out."""
    if part not in PARTS:
        raise Http404(part)
    if part == "changes":
        return redirect("project-changes", code=row.code)
    if not may_write(request.actor, row):  # type: ignore[attr-defined]
        return redirect("project", code=row.code)
    which = PARTS[part]
    data, restored = _typed(request, row, which)
    if request.POST.get("do") == "discard":
        _forget(request, row, which)
        return redirect("project-edit", code=row.code, part=part)
    sent: dict[str, str] = {}
    if request.method == "POST" and which is PAPERS:
        data, sent = taken_in(request, row)
    kept = [(digest, each["name"]) for digest, each in _files(request, row, which).items()]
    form = PartForm(
        which, content_of(row.project), _choices(row, request.actor) | {"files": kept}, data,  # type: ignore[attr-defined]
        offered=offered_rows(row.project, row.pack, which.id),
    )  # fmt: skip
    errors: dict[str, Any] = dict(sent)
    if request.method == "POST":
        if not form.asks_for_rows:
            form.errors |= sent
            answer = _save(request, row, which, form)
            if isinstance(answer, HttpResponse):
                _forget(request, row, which)
                return answer
            errors = answer
        _remember(request, row, which, form.data or {})
    return _part(request, row, which, form, errors, restored=restored)


def _part(
    request: HttpRequest, row: Project, part: Part, form: PartForm, errors: dict[str, Any], *, restored: bool
) -> HttpResponse:
    """The page of a part; faults that were found before stand at their fields too."""
    seen = (form.data or {}).get("seen", row.revision)
    standing: dict[str, str] = {}
    if form.data is None:
        for each in told(open_faults(row), row.project):
            if each.place.part == part.id:
                standing.setdefault(each.place.name, each.text)
    shown_errors = errors or standing
    fields, tables = form.fields(), form.tables()
    files = _files(request, row, part)
    for cell in (*fields, *(cell for each in tables for line in each["lines"] for cell in line["cells"])):
        cell["error"] = cell["error"] or shown_errors.get(cell["name"])
        cell["file"] = files.get(cell["value"]) if cell["column"].widget == "file" else None
    following = after(part)
    context = frame(request, row, "project-write") | {
        "part": part, "fields": fields, "tables": tables, "errors": shown_errors, "standing": bool(standing),
        "seen": seen, "restored": restored, "next": following.title if following else None,
        "suggestions": {name: form.choices.get(name, ()) for name in _suggesting(part)},
        "sums": _sums(form, row) if part.id == "money" else None,
        "papers": papers_asked(row.project, row.pack) if part.id == "papers" else [],
        "requirements": requirements_asked(row.project, row.pack) if part.id == "reuse" else [],
        "taken": what_is_taken() if part is PAPERS else None,
        "number": list(PARTS).index(part.id) + 1, "parts": len(PARTS),
    }  # fmt: skip
    return render(request, "projects/part.html", context, status=422 if errors else 200)


def _files(request: HttpRequest, row: Project, part: Part) -> dict[str, dict[str, str]]:
    """The files that are with the project, where the part names some."""
    return kept_files(request.actor, row) if part is PAPERS else {}  # type: ignore[attr-defined]


def _save(request: HttpRequest, row: Project, part: Part, form: PartForm) -> HttpResponse | dict[str, Any]:
    """The next revision, and where to go on; else what is wrong, by field."""
    content = form.read()
    if content is None:
        return dict(form.errors)
    seen = str(request.POST.get("seen", ""))
    try:
        saved = revise_project(
            actor=request.actor, project_id=row.pk, project=Proposal.model_validate(content),  # type: ignore[attr-defined]
            seen_revision=int(seen) if seen.isdecimal() and len(seen) < 9 else row.revision, via="form",
            at=timezone.now(),
        )  # fmt: skip
    except ValidationError as error:
        return _by_field(form_faults(error), row, part)
    except (ProjectRefused, ProjectChanged) as refusal:
        return _by_field(refusal.faults, row, part)
    following = after(part)
    if request.POST.get("do") == "next" and following is not None:
        faulty = any(each.place.part == part.id for each in told(open_faults(saved), saved.project))
        if faulty and saved.revision != row.revision:  # who presses it again, with nothing changed, goes on
            return redirect(address(row, "project-edit", part=part.id))
        return redirect(f"{address(row, 'project-edit', part=following.id)}")
    return redirect(f"{address(row, 'project-write')}?done=saved")


def _by_field(faults: Any, row: Project, part: Part) -> Errors:
    return errors_of(faults, row.project, part.id)


def _opened(actor: Actor, content: dict[str, Any]) -> tuple[Project | None, dict[str, Any]]:
    """The project, under a code made of its title that no other has."""
    version = current_version()
    taken = set(known(version.model).others) if version is not None else set()
    for _attempt in range(5):
        code = free_key(content["title"]["vi"], taken, 50)
        code = code if len(code) > 2 else f"{code}-du-an"
        try:
            proposal = Proposal.model_validate({"id": code, "total": 0, **content})
            return open_project(actor=actor, project=proposal, at=timezone.now()), {}
        except ValidationError as error:
            return None, _begun_errors(form_faults(error))
        except ProjectRefused as refusal:
            if not any(each.field == "id" for each in refusal.faults):
                return None, _begun_errors(refusal.faults)
            taken.add(code)
    return None, {"title.vi": _("Choose another title: there are too many projects of this name.")}


def _begun_errors(faults: Any) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    for fault in faults:
        column = next((each for each in BEGIN.fields if fault.field.startswith(each.name.partition(".")[0])), None)
        errors.setdefault(column.name if column else "", []).append(said(fault))
    return errors


def _in_force(version: str, current: str) -> str:
    text = _("version %(version)s, in force") if version == current else _("version %(version)s")
    return text % {"version": version}


def _choices(row: Project, actor: Actor) -> dict[str, list[Option]]:
    """The lists of the form; of the projects those that this person sees and nobody gave up."""
    projects = projects_for(actor).exclude(state__in=(REFUSED, WITHDRAWN))
    return choices(row.project, row.base.model, law_choices(row.pack), projects)


def _suggesting(part: Part) -> set[str]:
    columns: list[Column] = [*part.fields, *(each for rows in part.rows for each in rows.columns)]
    return {each.options for each in columns if each.widget == "suggest"}


def _sums(form: PartForm, row: Project) -> dict[str, Any]:
    total = row.project.total
    if form.data is not None:
        probe = PartForm(form.part, form.content, form.choices, form.data)
        content = probe.read()
        total = content["total"] if content is not None else total
    return sums(form.complete_costs(), source_names(), total)


def _key(row: Project, part: Part) -> str:
    return f"{row.pk}/{part.id}"


def _typed(request: HttpRequest, row: Project, part: Part) -> tuple[Mapping[str, Any] | None, bool]:
    """What is typed now, or was before and is not saved yet; and whether it is from before."""
    if request.method == "POST":
        return request.POST, False
    kept = request.session.get(KEPT, {}).get(_key(row, part))
    return (QueryDict(kept), True) if kept else (None, False)


def _remember(request: HttpRequest, row: Project, part: Part, typed: Mapping[str, Any]) -> None:
    posted = QueryDict(mutable=True)
    posted.update(typed)
    for name in ("csrfmiddlewaretoken", "do"):
        posted.pop(name, None)
    do = str(request.POST.get("do", ""))
    written = _after_rows(posted, do)
    if len(written) <= LONGEST_KEPT:
        before = {name: text for name, text in request.session.get(KEPT, {}).items() if name != _key(row, part)}
        request.session[KEPT] = newest({**before, _key(row, part): written})


def newest(kept: dict[str, str], most: int = MOST_KEPT) -> dict[str, str]:
    """What was typed last, as much of it as is kept: a session is no store."""
    found: dict[str, str] = {}
    for name, text in reversed(kept.items()):
        most -= len(text)
        if most < 0:
            break
        found[name] = text
    return dict(reversed(found.items()))


def _after_rows(posted: QueryDict, do: str) -> str:
    """What is kept of a form whose rows are being changed: as it stands after the button."""
    way, _colon, name = do.partition(":")
    if way == "add" and posted.get(f"{name}.count", "").isdecimal():
        posted[f"{name}.count"] = str(int(posted[f"{name}.count"]) + 1)
    if way == "remove":
        for each in [each for each in posted if each.startswith(f"{name.replace(':', '.')}.")]:
            del posted[each]
    return posted.urlencode()


def _forget(request: HttpRequest, row: Project, part: Part) -> None:
    kept = request.session.get(KEPT, {})
    if _key(row, part) in kept:
        request.session[KEPT] = {name: text for name, text in kept.items() if name != _key(row, part)}


BOTH = ("GET", "POST")
ROUTES = [
    page(f"{PAGE}/write", write, name="project-write", who=PROPOSING),
    page(f"{PAGE}/check", check, name="project-check", who=PROPOSING),
    page(f"{PAGE}/edit/<str:part>", edit, name="project-edit", who=PROPOSING, methods=BOTH),
]
