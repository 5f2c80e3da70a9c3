"""How the content of the clean architecture is tampered with, and what a fault is.

A fault is a name, a framework, what is done to the content, and the findings: `rule subject`, the subject empty where
it is the model itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.governance.conformity.clean import Content

NOW, THEN = "2026-1425", "2.0"


@dataclass(frozen=True)
class Fault:
    """One fault: what is done, and what must be found; nothing else may be."""

    name: str
    framework: str
    done: Callable[[Content], Any]
    found: tuple[str, ...]
    day: date | None = None


def thing(said: Content, id_: str) -> Content:
    """An element, relation, principle or view of the content."""
    of = [*said["elements"], *said["relations"], *said["principles"], *said["views"]]
    return next(each for each in of if each["id"] == id_)


def edit(id_: str, **fields: Any) -> Callable[[Content], None]:
    """Fields of a thing are set; None takes one away."""

    def done(said: Content) -> None:
        found = thing(said, id_)
        found.update(fields)
        for field in [each for each, value in fields.items() if value is None]:
            del found[field]

    return done


def agreed(id_: str, **fields: Any) -> Callable[[Content], None]:
    """Fields of a contract are set."""
    return lambda said: thing(said, id_)["contract"].update(fields)


def drop(*ids: str) -> Callable[[Content], None]:
    """Things are taken away, with the relations at them."""

    def done(said: Content) -> None:
        for section in ("elements", "relations", "principles", "views"):
            said[section] = [
                each for each in said[section] if not {each["id"], each.get("from"), each.get("to")} & set(ids)
            ]

    return done


def add(*elements: Content) -> Callable[[Content], None]:
    """Elements come."""
    return lambda said: said["elements"].extend(elements)


def relate(*relations: str) -> Callable[[Content], None]:
    """Relations come: `from kind to`."""

    def done(said: Content) -> None:
        for one, kind, other in (each.split() for each in relations):
            named = {"name": {"vi": "Dữ liệu"}} if kind == "flow" else {}
            said["relations"].append({"id": f"{one}-{kind}-{other}", "kind": kind, "from": one, "to": other} | named)

    return done


def both(*steps: Callable[[Content], Any]) -> Callable[[Content], None]:
    """One after the other."""

    def done(said: Content) -> None:
        for step in steps:
            step(said)

    return done


def without_field(field: str) -> Callable[[Content], None]:
    """No element says this."""

    def done(said: Content) -> None:
        for each in said["elements"]:
            each.pop(field, None)

    return done


def unmapped(*components: str) -> Callable[[Content], None]:
    """Nothing stands for these components any more."""

    def done(said: Content) -> None:
        for each in said["elements"]:
            each["reference"] = [one for one in each["reference"] if one not in components]

    return done


def system(id_: str, owner: str = "H99.2", **more: Any) -> Content:
    """A running information system that lacks nothing but relations."""
    said: Content = {
        "id": id_, "kind": "information-system", "layer": 5, "name": {"vi": f"Hệ thống {id_}"}, "owner": owner,
        "zone": "tslcd", "security_level": 2, "security_basis": {"text": "Nghị định 85/2016/NĐ-CP, điều 8"},
        "technology": ["postgresql"], "classification": {"arm": ["AP-SECTOR"]},
        "cost": {"run": [{"year": 2021, "amount": 1}, {"year": 2026, "amount": 1}]},
    }  # fmt: skip
    return said | more
