"""Where a draft stands in words: its state, what happens next and who does it, what it changes. Layer 2."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.channels.web.drafting_fields import FORMS, label_of, section_names
from maidinh.channels.web.drafting_values import Values
from maidinh.governance.drafting.content import HEADER, ORDER, Change
from maidinh.governance.drafting.queries import APPROVING, DRAFTING, Draft, consultations_of
from maidinh.governance.drafting.rules import ABANDONED, CONCLUDED, CONSULTING, EDITING, PUBLISHED, SUBMITTED
from maidinh.infrastructure.actor import Actor

STATE_TONES = {
    EDITING: "info", CONSULTING: "wait", CONCLUDED: "info", SUBMITTED: "wait", PUBLISHED: "good", ABANDONED: "stopped",
}  # fmt: skip
SHOWN = 25  # changed things of a section that the overview names; the whole is on the page of differences


def state_names() -> dict[str, str]:
    """What the state of a draft is called."""
    return {
        EDITING: _("being drafted"),
        CONSULTING: _("out for opinions"),
        CONCLUDED: _("opinions concluded"),
        SUBMITTED: _("waits for approval"),
        PUBLISHED: _("in force"),
        ABANDONED: _("given up"),
    }


def way_names() -> dict[str, str]:
    """By which way a change came into a draft."""
    return {
        "form": _("form"), "table": _("table"), "bulk": _("many at once"), "spreadsheet": _("spreadsheet"),
        "yaml": _("YAML file"), "oef": _("ArchiMate exchange file"), "archimate": _("Archi file"),
        "merge": _("taken in from the version in force"),
    }  # fmt: skip


def next_step(draft: Draft, actor: Actor, *, waiting: int, problems: int) -> dict[str, str]:
    """Who acts now, and what they do."""
    drafter = _("You") if actor.may(DRAFTING) else _("The architect")
    approver = _("You") if actor.may(APPROVING) and not actor.may(DRAFTING) else _("The approver")
    if draft.state == EDITING:
        text = _("Finish the draft, then ask the agencies for their opinions.")
        if problems:
            text = ngettext(
                "Mend the %(count)s thing that does not fit together, then ask the agencies for their opinions.",
                "Mend the %(count)s things that do not fit together, then ask the agencies for their opinions.",
                problems,
            ) % {"count": problems}
        return {"who": drafter, "text": text}
    if draft.state == CONSULTING:
        return _consulting(draft, drafter, waiting)
    if draft.state == CONCLUDED:
        text = _("Hand the draft in for approval. A change to it now needs a new conclusion.")
        return {"who": drafter, "text": text}
    if draft.state == SUBMITTED:
        return {"who": approver, "text": _("Approve it with the decision's number and date, or send it back.")}
    if draft.state == PUBLISHED:
        return {"who": _("Nobody"), "text": _("The version is in force. A change begins with another draft.")}
    return {"who": _("Nobody"), "text": _("The draft was given up. It is kept and not edited any more.")}


def _consulting(draft: Draft, drafter: str, waiting: int) -> dict[str, str]:
    current = consultations_of(draft).last()
    if current is not None and current.open:
        said = set(current.opinions.values_list("agency", flat=True))
        asked = {each.agency for each in current.invitations.all()}
        words = {"given": len(said & asked), "asked": len(asked), "due": f"{current.due_on:%d/%m/%Y}"}
        text = _("%(given)s of %(asked)s agencies have given their opinion; they have until %(due)s.") % words
        return {"who": _("The agencies that were asked"), "text": text}
    if waiting:
        text = ngettext("Answer %(count)s opinion.", "Answer %(count)s opinions.", waiting) % {"count": waiting}
        return {"who": drafter, "text": text}
    return {"who": drafter, "text": _("Write the conclusion on the opinions.")}


def change_groups(changes: Iterable[Change], draft: Draft, values: Values) -> list[dict[str, Any]]:
    """What a draft changes, by section and thing: counts, and the first things with the fields that differ."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for change in changes:
        section, item, path = change.where
        if path == ORDER or (not item and section != HEADER):
            item, path = "", path or ORDER
        things = found.setdefault(section, {})
        thing = things.setdefault(item, {"id": item, "kind": "changed", "fields": []})
        if item and not path:
            thing["kind"] = "added" if change.before is None else "removed"
            thing["was"] = change.before
        else:
            thing["fields"].append(label_of(section, path))
    names = section_names()
    return [
        {
            "section": section, "name": names.get(section, section),
            "counts": {kind: sum(each["kind"] == kind for each in things.values())
                       for kind in ("added", "changed", "removed")},
            "rows": [_changed(section, each, draft, values) for each in list(things.values())[:SHOWN]],
            "more": max(len(things) - SHOWN, 0),
        }
        for section, things in sorted(found.items(), key=lambda each: list(names).index(each[0]))
    ]  # fmt: skip


def _changed(section: str, thing: dict[str, Any], draft: Draft, values: Values) -> dict[str, Any]:
    words = {"added": _("added"), "changed": _("changed"), "removed": _("removed")}
    tones = {"added": "good", "changed": "info", "removed": "stopped"}
    was = thing.get("was") or {}
    name = values.names.get(thing["id"]) or (values.name_of(section, was) if was else "")
    return {
        "name": name or thing["id"] or section_names().get(section, section),
        "id": thing["id"],
        "kind": words[thing["kind"]],
        "tone": tones[thing["kind"]],
        "fields": ", ".join(dict.fromkeys(thing["fields"])),
        "href": "" if thing["kind"] == "removed" else item_address(draft, section, thing["id"]),
    }


def item_address(draft: Draft, section: str, item: str) -> str:
    """Where a thing of the draft is seen and edited; empty for what has no page of its own."""
    if section == HEADER:
        return reverse("architecture-draft-header", kwargs={"draft_id": draft.pk})
    if section not in FORMS or not item:
        return ""
    parts = {"draft_id": draft.pk, "section": section, "item": item}
    return reverse("architecture-draft-item", kwargs=parts)
