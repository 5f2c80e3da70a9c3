"""Rounds of opinions in words: who was asked, what was said and answered, what comes next and who acts. Layer 2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maidinh.channels.web import fields, picture
from maidinh.channels.web.context import language
from maidinh.channels.web.principles import principle_name
from maidinh.governance.drafting.content import Content, things
from maidinh.governance.drafting.queries import Consultation, Draft, Opinion
from maidinh.governance.drafting.rules import AGREE, CHANGE, DECLINED, OBJECT, PARTLY, TAKEN
from maidinh.infrastructure.definitions.folding import fold
from maidinh.infrastructure.organisations.queries import agency_names

STANCE_TONES = {AGREE: "good", CHANGE: "wait", OBJECT: "late"}
EDITED = frozenset({"elements", "relations", "principles"})
FACTS = ("kind", "layer", "owner", "operator", "state", "zone", "security_level", "personal_data", "technology")
ANSWER_TONES = {TAKEN: "good", PARTLY: "wait", DECLINED: "stopped"}


@dataclass(frozen=True)
class Topic:
    """What an opinion is about: a thing of the draft, or the whole."""

    title: str
    section: str = ""
    item: str = ""


def stance_names() -> dict[str, str]:
    """What an agency can say."""
    return {AGREE: _("agrees"), CHANGE: _("asks for a change"), OBJECT: _("objects")}


def answer_names() -> dict[str, str]:
    """How an opinion can be answered."""
    return {TAKEN: _("taken in"), PARTLY: _("taken in, in part"), DECLINED: _("not taken in")}


class Topics:
    """What things of a draft are called, so that an opinion says what it is about."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.elements = things(content.get("elements", [])) or {}

    def topic(self, section: str | None, item: str | None) -> Topic:
        """What an opinion with this tie is about."""
        if section is None or item is None:
            return Topic(_("the draft as a whole"))
        if section == "header":
            return Topic(_("what the version says of itself"), section, "")
        found = self.elements.get(item) if section == "elements" else self._found(section, item)
        return Topic(self._title(section, found) or item, section, item)

    def find(self, wanted: str, limit: int) -> list[Topic]:
        """The components whose name holds a text, typed with or without diacritics."""
        words = fold(wanted)
        if not words:
            return []
        found = (self.topic("elements", name) for name in self.elements)
        return [each for each in found if words in fold(f"{each.title} {each.item}")][:limit]

    def facts(self, section: str | None, item: str | None, agencies: Mapping[str, str]) -> list[dict[str, str]]:
        """What the draft says of a component, for whoever is to judge it."""
        element = self.elements.get(item or "") if section == "elements" else None
        if element is None:
            return []
        titles = {name: _text(each.get("name")) or name for name, each in self.elements.items()}
        words = fields.Words(titles, agencies)
        told = [
            {"key": words.label(name), "value": words.value(name, element[name])} for name in FACTS if name in element
        ]
        texts = {name: _text(element.get(name)) for name in ("description", "documentation")}
        return [*told, *({"key": words.label(name), "value": text} for name, text in texts.items() if text)]

    def _found(self, section: str, item: str) -> Any:
        return (things(self.content.get(section, [])) or {}).get(item)

    def _title(self, section: str, thing: Mapping[str, Any] | None) -> str:
        if thing is None:
            return ""
        if section == "relations":
            verb = picture.relation_names().get(thing["kind"], thing["kind"])
            ends = [_text((self.elements.get(thing[end]) or {}).get("name")) or thing[end] for end in ("from", "to")]
            return f"{ends[0]} {verb} {ends[1]}"
        if section == "principles":
            return principle_name(thing["id"], _text(thing.get("statement")))
        return _text(thing.get("name"))


def opinion_rows(opinions: Iterable[Opinion], topics: Topics) -> list[dict[str, Any]]:
    """The opinions as the table shows them; of people it names agencies only."""
    agencies, stances, answers = agency_names(language()), stance_names(), answer_names()
    return [
        {
            "opinion": each,
            "agency": agencies.get(each.agency, each.agency),
            "topic": topics.topic(each.section, each.item),
            "stance": stances[each.stance],
            "tone": STANCE_TONES[each.stance],
            "answer": answers.get(each.answer or "", ""),
            "answer_tone": ANSWER_TONES.get(each.answer or "", "neutral"),
            "needs_answer": each.answer is None and not (each.stance == AGREE and not each.text),
        }
        for each in opinions
    ]


def round_of(consultation: Consultation, opinions: Iterable[Opinion], topics: Topics, at: datetime) -> dict[str, Any]:
    """A round: its agencies, with how much each said; its opinions; how far it is."""
    names, rows = agency_names(language()), opinion_rows(opinions, topics)
    said: dict[str, int] = {}
    for row in rows:
        said[row["opinion"].agency] = said.get(row["opinion"].agency, 0) + 1
    asked = [
        {"code": each.agency, "name": names.get(each.agency, each.agency), "said": said.get(each.agency, 0)}
        for each in consultation.invitations.all()
    ]
    return {
        "round": consultation,
        "asked": sorted(asked, key=lambda each: str(each["name"])),
        "silent": [each["name"] for each in asked if not each["said"]],
        "rows": rows,
        "waiting": sum(row["needs_answer"] for row in rows),
        "due": due_in_words(consultation.due_on, at) if consultation.open else "",
        "state": _state(consultation),
    }


def _state(consultation: Consultation) -> dict[str, str]:
    if consultation.concluded_at is not None:
        return {"text": _("concluded"), "tone": "good"}
    if consultation.closed_at is not None:
        return {"text": _("closed, to be concluded"), "tone": "wait"}
    return {"text": _("open for opinions"), "tone": "info"}


def due_in_words(due_on: date, at: datetime) -> str:
    """How long opinions are still awaited."""
    days = (due_on - localtime(at).date()).days
    if days < 0:
        return ngettext("%(days)s day past", "%(days)s days past", -days) % {"days": -days}
    if days == 0:
        return _("today is the last day")
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def typed_date(request: HttpRequest, name: str) -> tuple[date | None, dict[str, str]]:
    """The day that a date field sent, if it is one; and what was typed."""
    typed = {part: request.POST.get(f"{name}-{part}", "").strip()[:10] for part in ("day", "month", "year")}
    try:
        return date(int(typed["year"]), int(typed["month"]), int(typed["day"])), typed
    except (ValueError, OverflowError):
        return None, typed


def item_address(draft: Draft, section: str | None, item: str | None) -> str:
    """Where a thing of the draft is changed."""
    if section not in EDITED or not item:
        return ""
    return reverse("architecture-draft-item", kwargs={"draft_id": draft.pk, "section": section, "item": item})


def _text(words: Any) -> str:
    if not isinstance(words, Mapping):
        return ""
    return str(words.get(language()) or words.get("vi") or words.get("en") or "")
