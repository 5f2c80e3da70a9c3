"""A rule of conformity in the reader's language: what it asks, why, by which article, for whom, until when. Layer 2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _

from maidinh.channels.web.findings import SEVERITY_TONES, group_name, severity_names
from maidinh.governance.conformity.definition import Example, Rule
from maidinh.infrastructure.identity.queries import roles


@dataclass(frozen=True)
class RuleWords:
    """One rule for one reader."""

    rule: Rule
    language: str

    @property
    def id(self) -> str:
        """Its id."""
        return self.rule.id

    @property
    def title(self) -> str:
        """What it asks."""
        return self.rule.title.in_language(self.language)

    @property
    def explanation(self) -> str:
        """Why it matters."""
        return self.rule.explanation.in_language(self.language)

    @property
    def remedy(self) -> str:
        """What mends it."""
        return self.rule.remedy.in_language(self.language)

    @property
    def message(self) -> str:
        """What it says of a finding, with the places to be filled."""
        return self.rule.message.in_language(self.language)

    @property
    def group(self) -> str:
        """What it is about."""
        return group_name(self.rule.id)

    @property
    def severity(self) -> str:
        """How grave a finding of it is."""
        return severity_names()[self.rule.severity]

    @property
    def tone(self) -> str:
        """How the gravity looks."""
        return SEVERITY_TONES[self.rule.severity]

    @property
    def law(self) -> list[str]:
        """The articles that it rests on; what nobody has checked says so."""
        unchecked = _("not checked")
        return [each.text if each.checked else f"{each.text} ({unchecked})" for each in self.rule.legal_basis]

    @property
    def frameworks(self) -> str:
        """For which national frameworks it holds."""
        return ", ".join(self.rule.frameworks) or _("all")

    @property
    def waived_by(self) -> str:
        """Who may waive it."""
        return role_name(self.rule.waivable_by, self.language) if self.rule.waivable_by else _("nobody")

    @property
    def question(self) -> str:
        """How it asks: its SQL, or the name of its program."""
        return self.rule.select or ""

    def examples(self) -> list[dict[str, Any]]:
        """Its examples, with what each must come to."""
        return [self._example(each) for each in self.rule.examples]

    def _example(self, example: Example) -> dict[str, Any]:
        subjects = ", ".join(each or _("the architecture as a whole") for each in example.fails)
        return {
            "title": example.named(self.language),
            "passes": example.passes,
            "comes_to": _("must pass") if example.passes else _("must find: %(subjects)s") % {"subjects": subjects},
            "model": as_yaml(example.model),
        }


def role_name(role: str, language: str) -> str:
    """What a role is called."""
    found = next((each for each in roles().roles if each.id == role), None)
    return found.name.in_language(language) if found else role


def as_yaml(content: Any) -> str:
    """Content as people write it."""
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100, default_flow_style=False)
