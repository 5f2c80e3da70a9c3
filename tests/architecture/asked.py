"""One request of the matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse


@dataclass(frozen=True)
class Asked:
    """One request: which page, how, on which object, with what."""

    page: str
    method: str
    on: str
    parts: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""

    @property
    def address(self) -> str:
        """Where it goes."""
        return reverse(self.page, kwargs=dict(self.parts)) + self.query
