"""A fault of a project: at which field, what is wrong, and the remedy; and how what a form's own check found is told.

Layer 4, governance. Pure. Texts are English msgids with %(name)s places, translated where they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as part

from pydantic import ValidationError

At = tuple[str | int, ...]


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    """A text for people, which is translated where it is shown."""
    return text


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field, and what to do. `field` names things by their id, lists by position from 0.

    `at` is the way down to the field in the file, `place` a spreadsheet's sheet and cell.
    """

    field: str
    says: str
    values: Mapping[str, str] = part(default_factory=dict)
    remedy: str = ""
    at: At = part(default=(), compare=False)
    place: str = ""

    def __str__(self) -> str:
        told = " ".join(each % self.values for each in (self.says, self.remedy) if each)
        return ": ".join(each for each in (self.place, self.field, told) if each)

    def as_json(self) -> dict[str, object]:
        """For machines, in English."""
        told: dict[str, object] = {
            "field": self.field,
            "says": self.says % self.values,
            "remedy": self.remedy % self.values,
        }
        return told | ({"place": self.place} if self.place else {})


class ProjectUnreadable(ValueError):
    """A file holds no project; `faults` says where and why, all of them at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


def form_faults(error: ValidationError, name: str = "", at: At = ()) -> list[Fault]:
    """What a form's own check found, each at its field below `name`."""
    found = []
    for detail in error.errors():
        path = tuple(part for part in detail["loc"] if not str(part).startswith(("function-", "nullable")))
        values = {"reason": str(detail["msg"]).removeprefix("Value error, "), "found": str(detail.get("input"))[:80]}
        values |= {key: str(value) for key, value in detail.get("ctx", {}).items() if key != "error"}
        says, remedy = SAYINGS.get(detail["type"], (N_("%(reason)s"), ""))
        found.append(Fault(".".join((*([name] if name else []), *map(str, path))), says, values, remedy, (*at, *path)))
    return found


SAYINGS: dict[str, tuple[str, str]] = {
    "missing": (N_("is missing."), N_("Write it.")),
    "extra_forbidden": (N_("is not known here."), N_("Look at the name of the field, or take it out.")),
    "literal_error": (N_("is %(found)s; expected %(expected)s."), N_("Choose one of these.")),
    "string_pattern_mismatch": (
        N_("is %(found)s, which has letters or signs that can't stand here."),
        N_("Use small letters without accents, digits and hyphens; a code is written as it was given."),
    ),
    "string_too_short": (N_("is empty."), N_("Write it.")),
    "string_type": (N_("is %(found)s, which is no text."), N_("Write a text; put a number into quotation marks.")),
    "int_type": (N_("is %(found)s, which is no whole number."), N_("Write digits only.")),
    "int_parsing": (N_("is %(found)s, which is no whole number."), N_("Write digits only.")),
    "int_from_float": (N_("is %(found)s, which is no whole number."), N_("Write digits only.")),
    "float_type": (N_("is %(found)s, which is no number."), N_("Write a number.")),
    "float_parsing": (N_("is %(found)s, which is no number."), N_("Write a number.")),
    "finite_number": (N_("is %(found)s, which is no number."), N_("Write a number.")),
    "bool_parsing": (N_("is %(found)s; expected yes or no."), N_("Choose one of these.")),
    "date_type": (N_("is %(found)s, which is no day."), N_("Write the day as 2027-01-31.")),
    "date_parsing": (N_("is %(found)s, which is no day."), N_("Write the day as 2027-01-31.")),
    "date_from_datetime_parsing": (N_("is %(found)s, which is no day."), N_("Write the day as 2027-01-31.")),
    "date_from_datetime_inexact": (N_("is %(found)s, which is no day."), N_("Write the day as 2027-01-31.")),
    "greater_than_equal": (N_("is %(found)s, less than %(ge)s."), N_("Write the right number.")),
    "greater_than": (N_("is %(found)s; it must be more than %(gt)s."), N_("Write the right number.")),
    "less_than_equal": (N_("is %(found)s, more than %(le)s."), N_("Write the right number.")),
    "list_type": (N_("is no list."), N_("Write it as a list.")),
    "too_short": (N_("is an empty list."), N_("Name at least one.")),
}
