"""What a difference between two architectures means, in sentences: contracts, running systems, projects. Layer 2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from maidinh.channels.web import fields
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.queries import declared_organisations
from maidinh.governance.architecture.rules import instance_of
from maidinh.governance.comparison.consequences import Consequence, consequences
from maidinh.governance.comparison.difference import Change, Difference
from maidinh.infrastructure.organisations.queries import agency_names

AREAS = ("exchange", "systems", "projects")
TONES = {"stops": "late", "limits": "wait", "changes": "info", "allows": "good"}


@dataclass(frozen=True)
class Sentence:
    """One consequence: its weight as a tag, and what it is in words."""

    kind: str
    name: str
    tone: str
    text: str


def told(found: Difference, old: ArchitectureVersion, new: ArchitectureVersion, language: str) -> list[dict[str, Any]]:
    """By area, the worst first; each area says so where there is nothing."""
    words = _Words(old, new, language)
    weights, sentences = weight_names(), {area: list[Sentence]() for area in AREAS}
    for each in _consequences(found, old, new):
        sentence = Sentence(each.kind, weights[each.weight], TONES[each.weight], words.sentence(each))
        sentences[each.area].append(sentence)
    titles = {
        "exchange": (_("For the exchange's contracts"), _("No access is gained, lost or changed.")),
        "systems": (_("For running systems"), _("No running system is touched.")),
        "projects": (_("For projects under way"), _("No project of the road map is touched.")),
    }
    return [
        {"area": area, "title": title, "nothing": nothing, "sentences": sentences[area]}
        for area, (title, nothing) in titles.items()
    ]


def as_json(found: Difference, old: ArchitectureVersion, new: ArchitectureVersion) -> list[dict[str, Any]]:
    """The same for machines."""
    return [each.as_json() for each in _consequences(found, old, new)]


def weight_names() -> dict[str, str]:
    """How much a consequence weighs."""
    return {"stops": _("ends"), "limits": _("limits"), "changes": _("changes"), "allows": _("new")}


def _consequences(found: Difference, old: ArchitectureVersion, new: ArchitectureVersion) -> list[Consequence]:
    instance = instance_of(declared_organisations().code)
    return consequences(old, new, found, instance=instance)


def sentences() -> dict[str, str]:
    """What each kind of consequence means; `changes` are the fields, `others` those who must know."""
    return {
        "contract-lost": _("%(source)s may no longer call %(target)s."),
        "contract-gained": _("%(source)s may call %(target)s: %(name)s"),
        "contract-readdressed": _("%(source)s and %(target)s are reached under another address: %(changes)s"),
        "contract-narrowed": _("%(source)s may get less from %(target)s: %(changes)s"),
        "contract-widened": _("%(source)s may get more from %(target)s: %(changes)s"),
        "contract-grounds-changed": _(
            "The contract of %(source)s with %(target)s rests on something else: %(changes)s"
        ),
        "contract-expiring": _("The contract of %(source)s with %(target)s ends soon: %(changes)s"),
        "element-removed": _("%(subject)s is there no longer."),
        "element-retired": _("%(subject)s is retired."),
        "element-retiring": _("%(subject)s is being retired."),
        "element-live": _("%(subject)s comes into use."),
        "element-put-off": _("%(subject)s is planned again, not in use."),
        "zone-changed": _("%(subject)s moves to another network zone: %(changes)s"),
        "owner-changed": _("%(subject)s gets another owner: %(changes)s"),
        "operator-changed": _("%(subject)s is run by another agency: %(changes)s"),
        "security-level-changed": _("%(subject)s gets another security level: %(changes)s"),
        "personal-data-changed": _("Whether %(subject)s holds personal data changes: %(changes)s"),
        "address-changed": _("%(subject)s is reached in another way: %(changes)s"),
        "interface-changed": _("%(subject)s offers other calls: %(changes)s"),
        "kind-changed": _("%(subject)s is of another kind: %(changes)s"),
        "relation-dangles": _("The relation %(subject)s leads to what is not there any more: %(missing)s"),
        "interface-without-system": _("%(subject)s has no system behind it any more: %(missing)s"),
        "zone-missing": _("The network zone of %(subject)s is not there any more: %(missing)s"),
        "view-shows-what-is-gone": _("The drawing %(subject)s shows what is not there any more: %(missing)s"),
        "project-removed": _("The project %(subject)s is there no longer."),
        "project-added": _("The project %(subject)s begins."),
        "project-changed": _("The project %(subject)s changes: %(changes)s"),
        "project-touched": _("The project %(subject)s has to do with %(missing)s, which changes."),
    }


NAMING_OTHERS = frozenset({
    "element-removed", "element-retired", "element-retiring", "element-put-off", "zone-changed", "address-changed",
    "interface-changed",
})  # fmt: skip


class _Words:
    """Names of both sides, and the sentences made with them."""

    def __init__(self, old: ArchitectureVersion, new: ArchitectureVersion, language: str) -> None:
        self.titles: dict[str, str] = {}
        for model in (old, new):
            self.titles |= {each.id: each.name.in_language(language) or each.id for each in model.elements}
            self.titles |= {each.id: each.name.in_language(language) or each.id for each in model.views}
        self.fields = fields.Words(self.titles, agency_names(language))
        self.templates = sentences()

    def sentence(self, it: Consequence) -> str:
        """One consequence."""
        ends = (*it.concerns, "", "")[:2]
        text = self.templates[it.kind] % {
            "subject": self._name(it.subject) if it.subject in self.titles else it.name or it.subject,
            "name": it.name,
            "source": self._name(ends[0]),
            "target": self._name(ends[1]),
            "missing": ", ".join(map(self._name, it.concerns)),
            "changes": "; ".join(map(self._change, it.changes)),
        }
        if it.kind not in NAMING_OTHERS or not it.concerns:
            return text
        told = _("Depending on it: %(names)s.") % {"names": ", ".join(map(self._name, it.concerns))}
        return f"{text.rstrip('.')}. {told}"

    def _change(self, it: Change) -> str:
        path = it.path if it.path in self.fields.names or "." in it.path else f"contract.{it.path}"
        before, after = self.fields.value(path, it.before), self.fields.value(path, it.after)
        return f"{self.fields.label(path)}: {before or _('nothing')} → {after or _('nothing')}"

    def _name(self, name: str) -> str:
        return self.titles.get(name, name)
