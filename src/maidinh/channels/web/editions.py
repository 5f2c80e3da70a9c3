"""The architecture that a request asks for, as its reader may see it: whole for officials, else the public edition.

Layer 2. The one door from a version to its pages: what may not be published is left out here, by the rules of
`governance/exploring/publication`. What was read of a version is kept by its hash, since a version never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, wraps
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maidinh.channels.routing import PAGES
from maidinh.channels.web import fields, picture
from maidinh.channels.web.context import language
from maidinh.governance.architecture.definition import ArchitectureVersion, Element
from maidinh.governance.architecture.queries import Version, current_version, version_as_of, versions_for
from maidinh.governance.architecture.rules import DRAFT
from maidinh.governance.exploring.exploration import Exploration
from maidinh.governance.exploring.life_cycle import state_at
from maidinh.governance.exploring.publication import LeftOut, PublicationRules, publication, read_publication_rules
from maidinh.governance.exploring.reference import Notice, Reference, read_notice, read_reference
from maidinh.governance.exploring.wording import Wording
from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.definitions.locating import definitions_root, province_root
from maidinh.infrastructure.organisations.queries import agency_names

KEPT = 8  # explorations: versions, languages, and the two kinds of readers


@dataclass(frozen=True)
class Edition:
    """A version as a reader may see it, ready to be asked, and what was left out for this reader."""

    exploration: Exploration
    left_out: tuple[LeftOut, ...]

    @property
    def model(self) -> ArchitectureVersion:
        """The architecture itself."""
        found = self.exploration.model
        if not isinstance(found, ArchitectureVersion):
            raise TypeError("an edition is made of a version")
        return found


_editions: OrderedDict[tuple[Any, ...], Edition] = OrderedDict()
_lock = Lock()


def is_inside(actor: Actor) -> bool:
    """Whether the actor sees what is not published: everybody who works for the province."""
    return actor.kind == "official"


def edition_for(actor: Actor, version: Version) -> Edition:
    """The version as the actor may see it."""
    here, inside = language(), is_inside(actor)
    agencies = agency_names(here)
    key = (version.hash, inside, here, tuple(agencies.items()))
    with _lock:
        if key in _editions:
            _editions.move_to_end(key)
            return _editions[key]
    model, left_out = (version.model, ()) if inside else publication(version.model, publication_rules())
    made = Edition(Exploration(model, agencies), left_out)
    with _lock:
        _editions[key] = made
        while len(_editions) > KEPT:
            _editions.popitem(last=False)
    return made


@cache
def publication_rules() -> PublicationRules:
    """What is withheld from the public."""
    return read_publication_rules(definitions_root(settings.MAIDINH.definitions) / "national")


@cache
def reference() -> Reference:
    """The reference models and technologies that hold for this province."""
    here = settings.MAIDINH
    province = province_root(here.province, here.definitions)
    return read_reference(definitions_root(here.definitions) / "national", province)


@cache
def notice() -> Notice:
    """How early to warn."""
    return read_notice(definitions_root(settings.MAIDINH.definitions) / "national")


@dataclass(frozen=True)
class Reading:
    """One request's reading of an architecture: which version, on which day, in whose words."""

    actor: Actor
    version: Version
    edition: Edition
    day: date
    as_of: date | None
    asked: bool
    words: Wording

    @property
    def exploration(self) -> Exploration:
        """What can be asked."""
        return self.edition.exploration

    @property
    def kept(self) -> dict[str, str]:
        """What every address on the page carries on: the version, or the day, if one was asked for."""
        if self.as_of is not None:
            return {"as_of": self.as_of.isoformat()}
        return {"version": self.version.version} if self.asked else {}

    def href(self, page: str, query: dict[str, Any] | None = None, **parts: str) -> str:
        """The address of another page about the same version and day."""
        asked = self.kept | {name: value for name, value in (query or {}).items() if value not in ("", None)}
        return reverse(page, kwargs=parts) + (f"?{urlencode(asked)}" if asked else "")

    def beside(self, page: str, query: dict[str, Any] | None = None, **parts: str) -> str:
        """The same for a page that another part of the house may bring; nothing where there is none."""
        return self.href(page, query, **parts) if page in PAGES else ""

    def name(self, element: str) -> str:
        """What an element is called."""
        return self.words.name(self.exploration, element)

    def row(self, element_id: str) -> dict[str, Any]:
        """An element as tables show it."""
        element = self.exploration.elements[element_id]
        return {
            "id": element.id,
            "name": self.name(element.id),
            "href": self.href("architecture-element", element=element.id),
            "kind": picture.kind_name(element.kind),
            "layer": element.layer,
            "owner": self.words.agency(element.owner),
            "owner_href": self.href("architecture-agency", code=element.owner) if element.owner else "",
            "state": self.state(element),
            "zone": self.zone(element.zone),
        }

    def state(self, element: Element) -> str:
        """The element's state on the day, in words."""
        return fields.life_cycle_names()[state_at(element, self.day)]

    def zone(self, zone: str | None) -> str:
        """What a network zone is called."""
        found = self.exploration.zones.get(zone or "")
        return self.name(found) if found else zone or ""

    def context(self, **more: Any) -> dict[str, Any]:
        """What the templates of all readings get."""
        return {
            "reading": self,
            "version": self.version,
            "versions": versions_for(self.actor),
            "as_of": self.as_of,
            "day": self.day,
            "official": is_inside(self.actor),
            "left_out": self.edition.left_out,
        } | more


ReadingView = Callable[..., HttpResponse]


def reading(view: ReadingView) -> Callable[..., HttpResponse]:
    """A view that is given, after the request, the reading which it asks for; where there is none, the page says so."""

    @wraps(view)
    def opened(request: HttpRequest, **parts: Any) -> HttpResponse:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        try:
            version, day = asked_version(request), asked_day(request)
        except ValueError as error:
            return render(request, "architecture/none.html", nothing(actor, [str(error)]), status=422)
        if version is None:
            return render(request, "architecture/none.html", nothing(actor, [], day), status=404)
        found = Reading(
            actor=actor,
            version=version,
            edition=edition_for(actor, version),
            day=day or timezone.localdate(),
            as_of=day,
            asked=bool(request.GET.get("version")),
            words=Wording(_, language(), picture.kind_name, agency_names(language())),
        )
        return view(request, found, **parts)

    return opened


def asked_version(request: HttpRequest) -> Version | None:
    """The version asked for by number or by day, or the one in force; Http404 for one that isn't the actor's to see.

    ValueError for a day that is none.
    """
    asked, day = request.GET.get("version", ""), asked_day(request)
    if day is not None:
        return version_as_of(request.actor, day)  # type: ignore[attr-defined]
    if not asked:
        return current_version()
    found = versions_for(request.actor).filter(version=asked[:40].replace("\0", " ")).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404(asked)
    return found


def asked_day(request: HttpRequest) -> date | None:
    """The day asked for; ValueError for one that is none."""
    asked = request.GET.get("as_of", "").strip()
    if not asked:
        return None
    try:
        return date.fromisoformat(asked)
    except ValueError:
        raise ValueError(_("“%(day)s” is no day. Write it as year-month-day: 2026-01-31.") % {"day": asked}) from None


def kept(request: HttpRequest, version: Version) -> dict[str, str]:
    """What every address on a page carries on: the version, or the day, if one was asked for."""
    day = asked_day(request)
    if day is not None:
        return {"as_of": day.isoformat()}
    return {"version": version.version} if request.GET.get("version") else {}


def nothing(actor: Actor, problems: list[str], day: date | None = None) -> dict[str, Any]:
    """What is said where no version is to be shown; the first one there is, for whoever asked for a day before it."""
    first = versions_for(actor).exclude(state=DRAFT).order_by("effective_from", "published_at").first()
    return {"day": day, "errors": {"as_of": problems} if problems else {}, "first": first}
