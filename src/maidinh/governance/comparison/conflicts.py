"""Where two sides want different things: one conflict for each field, and what people decided about it.

Layer 4, governance. Pure. A decision is for one field of one thing; there is no way to decide for everything at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from maidinh.governance.comparison.parts import Key

Kind = Literal["field", "removed", "needed", "incomplete", "unfit", "order", "cycle", "same-id"]
Choice = Literal["ours", "theirs", "base"]
CHOICES: Final = ("ours", "theirs", "base")


class Undecidable(ValueError):
    """A decision can't be followed; the message says which, why, and what would do; `key` is of the field."""

    def __init__(self, message: str, key: str = "") -> None:
        self.key = key
        super().__init__(message)


@dataclass(frozen=True)
class Conflict:
    """One field that both sides changed, each differently; the empty path is the thing as a whole.

    field: two values. removed: one side removed what the other changed. needed: one side removed what `because` of the
    other side needs. incomplete: nothing can stand here before the fields in `because` are decided. unfit: each side's
    change is right alone, both together are not. order: two orders. cycle: both changes together lead round in a
    circle. same-id: two things of different sections want one id.
    """

    thing: Key
    path: str
    kind: Kind
    base: Any
    ours: Any
    theirs: Any
    name: str = ""
    because: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What a decision calls this conflict."""
        return address(self.thing, self.path)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        section, name = self.thing
        return {
            "key": self.key, "section": section, "id": name, "path": self.path, "kind": self.kind, "name": self.name,
            "base": self.base, "ours": self.ours, "theirs": self.theirs, "because": list(self.because),
        }  # fmt: skip


def address(thing: Key, path: str = "") -> str:
    """`section/id/path`, in a view `section/view/id/path`; `/` and `~` within an id are written as in JSON Pointer."""
    section, name = thing
    if section in ("nodes", "connections"):
        view, _, own = name.partition("/")
        return "/".join((section, view, _escaped(own), path))
    return "/".join((section, _escaped(name), path))


class Ledger:
    """The conflicts met while merging, each settled by its decision or open; `undecided`: what stands till then."""

    def __init__(self, decisions: Mapping[str, Any] | None, undecided: Choice = "base") -> None:
        self.decisions = dict(decisions or {})
        self.undecided: Choice = undecided
        for key, decision in self.decisions.items():
            if decision not in CHOICES and not (isinstance(decision, dict) and list(decision) == ["value"]):
                raise Undecidable(f"{key}: expected ours, theirs, base or {{value: …}} (found {decision!r})", key)
        self.open: dict[str, Conflict] = {}
        self.met: set[str] = set()

    def choice(self, thing: Key, path: str) -> Any:
        """The decision about a field; None where there is none."""
        key = address(thing, path)
        decision = self.decisions.get(key)
        if decision is not None:
            self.met.add(key)
        return decision

    def settle(self, conflict: Conflict) -> Any:
        """The value decided; where nothing was, that of the side that stands, and the conflict stays open."""
        decision = self.choice(conflict.thing, conflict.path)
        if decision is None:
            self.open[conflict.key] = conflict
            return getattr(conflict, self.undecided)
        return decision["value"] if isinstance(decision, dict) else getattr(conflict, decision)

    def settle_side(self, conflict: Conflict) -> Choice:
        """The side whose version of a whole thing was decided for; the one that stands where nothing was."""
        decision = self.choice(conflict.thing, conflict.path)
        if decision is None:
            self.open[conflict.key] = conflict
            return self.undecided
        if isinstance(decision, dict):
            raise Undecidable(
                f"{conflict.key}: choose ours, theirs or base; a thing as a whole takes no value", conflict.key
            )
        side: Choice = decision
        return side

    def goes_along(self, thing: Key, other: Key) -> None:
        """What goes with a thing while that is open is told with its conflict."""
        conflict, told = self.open.get(address(thing)), "/".join(other)
        if conflict is not None and told not in conflict.because:
            self.open[conflict.key] = replace(conflict, because=(*conflict.because, told))

    def unused(self) -> tuple[str, ...]:
        """Decisions about conflicts that there aren't."""
        return tuple(key for key in self.decisions if key not in self.met)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
