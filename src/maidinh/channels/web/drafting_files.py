"""A draft as a file: handed out in each format, taken in again after a look at what it would change; a new draft.

Layer 2. What a file holds travels with the page of the preview, packed and signed for its draft and its person, so
that what is done is what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web import drafting_formats as formats
from maidinh.channels.web.context import language
from maidinh.channels.web.downloads import attachment
from maidinh.channels.web.drafting import READ, WHOLE, frame, of_draft
from maidinh.channels.web.drafting_conflicts import conflict_rows, decisions_in, faults_at, suited, with_more
from maidinh.channels.web.drafting_items import conflict_page
from maidinh.channels.web.drafting_refusals import said_of_fault
from maidinh.channels.web.drafting_standing import change_groups
from maidinh.channels.web.drafting_values import Values
from maidinh.channels.wording import file_refusal
from maidinh.governance.architecture.actions import VersionRefused
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.queries import current_version, declared_version, declared_versions, versions_for
from maidinh.governance.architecture.rules import DRAFT
from maidinh.governance.drafting.actions.editing import open_draft, replace_draft
from maidinh.governance.drafting.queries import DRAFTING, Draft, foreseen
from maidinh.governance.drafting.rules import Conflict, EditRefused, content_of
from maidinh.governance.interchange.problems import FileRefused
from maidinh.infrastructure.definitions.reading import DefinitionError

SALT = "architecture.incoming"
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,39}")
ORIGINS = ("in-force", "definitions", "file")


@of_draft
def files(request: HttpRequest, draft: Draft, errors: dict[str, Any] | None = None) -> HttpResponse:
    """The formats of the draft, and the form that takes a file in."""
    context = frame(request, draft) | {
        "formats": [
            {"name": each.name, "label": str(each.label), "file": each.file_name(draft)}
            for each in formats.FORMATS.values()
        ],
        "accept": _accepted(),
        "limit": settings.MAIDINH.upload_limit // 1_000_000,
        "from_revision": request.POST.get("from_revision", ""),
        "done": request.GET.get("done", ""),
        "errors": errors or {},
    }
    return render(request, "architecture/drafts/files.html", context, status=422 if errors else 200)


@of_draft
def download(request: HttpRequest, draft: Draft, form: str) -> HttpResponse:
    """The draft as a file of one format."""
    if form not in formats.FORMATS:
        raise Http404(form)
    try:
        content, media_type, file_name = formats.write(draft, form)
    except FileRefused as error:  # a draft may hold together less than a format asks for
        return files(request, draft_id=draft.pk, errors={"": formats.told_of_file(error)})
    return attachment(content, file_name, media_type)


@of_draft
def upload(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Look at what a file would change; nothing is written yet."""
    if request.method == "GET":
        return redirect("architecture-draft-files", draft_id=draft.pk)
    incoming, problems = _incoming(request, draft)
    if incoming is None or incoming.model is None:
        return files(request, draft_id=draft.pk, errors={"file": problems})
    asked = request.POST.get("from_revision", "").strip()
    if asked and not (asked.isdecimal() and len(asked) < 9 and int(asked) <= draft.revision):
        text = _("The draft has revisions 0 to %(newest)s") % {"newest": draft.revision}
        return files(request, draft_id=draft.pk, errors={"from_revision": text})
    said = int(asked) if asked else incoming.revision
    name = request.FILES["file"].name or ""
    packed = {
        "draft": draft.pk, "person": request.actor.id, "model": content_of(incoming.model),
        "seen": draft.revision if said is None else said, "told": said is not None, "via": incoming.via,
        "name": name[:200],
    }  # fmt: skip
    return _preview(request, draft, packed)


@of_draft
def take(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Bring a file in that was looked at, as it was decided."""
    packed = _unpacked(request, draft)
    if packed is None:
        return files(request, draft_id=draft.pk, errors={"file": _("Choose the file again: the page was too old")})
    model = ArchitectureVersion.model_validate(packed["model"])
    try:
        decisions, errors, raised = _decided(request, draft, model, packed["seen"])
        if errors:
            return _preview(request, draft, packed, errors, raised)
        outcome = replace_draft(
            actor=request.actor, draft_id=draft.pk, model=model, seen_revision=packed["seen"],
            via=packed["via"], at=timezone.now(), decisions=decisions,
        )  # fmt: skip
    except VersionRefused as refusal:
        return _preview(request, draft, packed, {"": list(refusal.reasons)})
    except EditRefused as refusal:
        return _preview(request, draft, packed, faults_at(refusal.faults, request.POST))
    back = reverse("architecture-draft", kwargs={"draft_id": draft.pk})
    if outcome.undecided is not None:  # somebody changed a field between the look and the deed
        more = {"draft": draft.pk, "person": request.actor.id, "back": back, "saved": len(outcome.changed)}
        return conflict_page(request, draft, outcome.conflicts, outcome.undecided, more)
    return redirect(f"{back}?done=taken")


def _decided(
    request: HttpRequest, draft: Draft, model: ArchitectureVersion, seen: int
) -> tuple[dict[str, Any], dict[str, Any], tuple[Conflict, ...]]:
    """What was decided, what is missing in it, and the conflicts that only these decisions raise."""
    decisions, errors = decisions_in(request.POST)
    _changes, conflicts = foreseen(draft, model, seen)
    if errors or {each.key for each in conflicts} - decisions.keys():
        return {}, dict(errors or {"": _("Decide on every field that both changed")}), ()
    decisions = suited(decisions, conflicts)
    _changes, left = foreseen(draft, model, seen, decisions)
    return decisions, dict(with_more(conflicts, left)[1]), left


def begin(request: HttpRequest) -> HttpResponse:
    """A new draft: from the version in force, from the definitions, or from a file."""
    errors: dict[str, Any] = {}
    data = request.POST
    if request.method == "POST":
        made, errors = _begun(request)
        if made is not None:
            return redirect("architecture-draft", draft_id=made.pk)
    kept = {each.version for each in versions_for(request.actor).exclude(state=DRAFT)}
    current = current_version()
    context = {
        "current": current, "declared": [each for each in declared_versions() if each not in kept],
        "accept": _accepted(), "limit": settings.MAIDINH.upload_limit // 1_000_000, "errors": errors,
        "origin": data.get("origin", "in-force" if current is not None else "definitions"),
        "values": {name: data.get(name, "") for name in ("version", "declared", "title.vi", "title.en")},
    }  # fmt: skip
    return render(request, "architecture/drafts/new.html", context, status=422 if errors else 200)


def _begun(request: HttpRequest) -> tuple[Draft | None, dict[str, Any]]:
    data, origin = request.POST, request.POST.get("origin", "")
    errors: dict[str, Any] = {}
    if origin not in ORIGINS:
        return None, {"origin": _("Choose what the draft begins with")}
    title = {"vi": data.get("title.vi", "").strip(), "en": data.get("title.en", "").strip()}
    version = data.get("declared" if origin == "definitions" else "version", "").strip()
    model: ArchitectureVersion | None = None
    if origin == "definitions":
        errors |= {} if version in declared_versions() else {"declared": _("Choose a version of the definitions")}
        if not errors and not title["vi"]:
            found = declared_version(version)[0].title
            title = {"vi": found.vi, "en": title["en"] or found.en or ""}
    elif not NUMBER.fullmatch(version):
        errors["version"] = _("Write the number of the version with letters, digits, dots and hyphens, such as 2.1")
    if origin == "file":
        incoming, problems = _incoming(request, None)
        model = incoming.model if incoming is not None else None
        errors |= {} if model is not None else {"file": problems}
    if not title["vi"] and origin != "definitions":
        errors["title.vi"] = _("Write the title of the version in Vietnamese")
    if errors:
        return None, errors
    return _opened(request, origin, version, {key: text for key, text in title.items() if text}, model)


def _opened(
    request: HttpRequest, origin: str, version: str, title: Mapping[str, str], model: ArchitectureVersion | None
) -> tuple[Draft | None, dict[str, Any]]:
    field = "declared" if origin == "definitions" else "version"
    actor, current = request.actor, current_version()
    if versions_for(actor).filter(version=version).exists():
        return None, {field: _("Version %(version)s is there already. Choose another number") % {"version": version}}
    base = current.pk if current is not None and origin != "definitions" else None
    try:
        made = open_draft(actor=actor, version=version, title=title, at=timezone.now(), base=base, model=model)
    except VersionRefused as refusal:
        return None, {field: list(refusal.reasons)}
    except EditRefused as refusal:
        return None, {"": [said_of_fault(fault) for fault in refusal.faults]}
    except DefinitionError as error:
        return None, {field: [str(problem) for problem in error.problems]}
    return made, {}


def _incoming(request: HttpRequest, draft: Draft | None) -> tuple[formats.Incoming | None, list[str]]:
    """What the uploaded file holds, or why it can't be taken."""
    file = request.FILES.get("file")
    if file is None:
        return None, [_("Choose a file first")]
    if not file.size:
        return None, [file_refusal("empty", ())]
    if file.size > settings.MAIDINH.upload_limit:
        return None, [file_refusal("too-large", ())]
    incoming = formats.read(file.read(), file.name or "", draft)
    return incoming, list(incoming.problems)


def _preview(
    request: HttpRequest,
    draft: Draft,
    packed: dict[str, Any],
    errors: dict[str, Any] | None = None,
    raised: Iterable[Conflict] = (),
) -> HttpResponse:
    """What the file changes in the draft as it stands, what must be decided, and the button that does it."""
    values, errors = Values(draft.content, language()), dict(errors or {})
    try:
        model = ArchitectureVersion.model_validate(packed["model"])
        changes, conflicts = foreseen(draft, model, packed["seen"])
        conflicts, _told = with_more(conflicts, raised)
    except VersionRefused as refusal:
        return files(request, draft_id=draft.pk, errors={"file": list(refusal.reasons)})
    except EditRefused as refusal:
        return files(request, draft_id=draft.pk, errors={"file": [said_of_fault(fault) for fault in refusal.faults]})
    shown = Values(content_of(model), language())
    shown.names.update({name: text for name, text in values.names.items() if name not in shown.names})
    context = frame(request, draft) | {
        "name": packed["name"], "seen": packed["seen"], "told": packed["told"], "packed": _packed(packed),
        "groups": change_groups(changes, draft, shown), "count": len(changes), "errors": errors,
        "conflicts": conflict_rows(conflicts, shown, posted=request.POST, errors=errors),
    }  # fmt: skip
    return render(request, "architecture/drafts/preview.html", context, status=422 if errors else 200)


def _packed(found: Mapping[str, Any]) -> str:
    return signing.dumps(dict(found), salt=SALT, compress=True)


def _unpacked(request: HttpRequest, draft: Draft) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = signing.loads(request.POST.get("packed", ""), salt=SALT)
    except signing.BadSignature:
        return None
    own = (found["draft"], found["person"]) == (draft.pk, request.actor.id)
    return found if own else None


def _accepted() -> str:
    return ",".join(formats.ENDINGS)


AT = "architecture/drafts/<int:draft_id>/files"
ROUTES = [
    page("architecture/drafts/new", begin, name="architecture-draft-new", who=DRAFTING, methods=WHOLE),
    page(AT, files, name="architecture-draft-files", who=READ),
    page(f"{AT}/download/<str:form>", download, name="architecture-draft-download", who=READ),
    page(f"{AT}/upload", upload, name="architecture-draft-upload", who=DRAFTING, methods=WHOLE),
    page(f"{AT}/take", take, name="architecture-draft-take", who=DRAFTING, methods=("POST",)),
]
