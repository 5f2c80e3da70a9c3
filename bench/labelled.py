"""The labelled set of duplicate investment: its parts, pairs classed by people, codes put wrong by a seed.

Nothing here knows the detector. How the set was made: docs/explanation/labelled-duplicates.md.
"""

from __future__ import annotations

import random
import re
import unicodedata
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from maidinh.governance.duplication.definition import Inventory, Profile
from maidinh.infrastructure.definitions.reading import read_form

LABELLED = Path(__file__).resolve().parents[1] / "tests/governance/duplication/labelled"
HALVES = ("tune", "held-out")
FRESH = "fresh"  # written last; nobody who tunes has seen it or its figures
PARTS = (*HALVES, FRESH)
TRUE = frozenset({"duplicate", "overlap", "should-reuse"})
NATIONAL = "national:"
FEW = 0.2  # two titles share few words when no more than this part of all their words is in both

PairClass = Literal["duplicate", "overlap", "should-reuse", "complementary", "different"]


class Pair(BaseModel):
    """Two profiles, what people say they are to one another, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    one: str
    other: str
    class_: PairClass
    why: str

    @property
    def true(self) -> bool:
        """Whether money would be spent twice."""
        return self.class_ in TRUE

    @property
    def ends(self) -> frozenset[str]:
        """Both ids, in no order."""
        return frozenset({self.one, self.other})


class Half(BaseModel):
    """All profiles of one part and its pairs. A pair may name a national platform, which is defined elsewhere."""

    model_config = ConfigDict(frozen=True)
    name: str
    profiles: list[Profile]
    pairs: list[Pair]

    @property
    def agencies(self) -> set[str]:
        """The owners; no two parts share one."""
        return {each.owner for each in self.profiles if each.owner}

    def partners(self) -> dict[str, set[str]]:
        """For each project, what it shouldn't be built beside."""
        found: dict[str, set[str]] = {each.id: set() for each in self.profiles if each.kind == "project"}
        for pair in self.pairs:
            for mine, theirs in ((pair.one, pair.other), (pair.other, pair.one)):
                if pair.true and mine in found:
                    found[mine].add(theirs)
        return {project: others for project, others in found.items() if others}


def read_half(name: str) -> Half:
    """One part, every profile held against the product's own form."""
    folder = LABELLED / name
    profiles = [
        profile
        for path in sorted((folder / "profiles").glob("*.yaml"))
        for profile in read_form(path, Inventory).profiles
    ]
    rows = yaml.safe_load((folder / "pairs.yaml").read_text("utf-8"))["pairs"]
    pairs = [Pair(class_=row["class"], **{key: row[key] for key in ("one", "other", "why")}) for row in rows]
    return Half(name=name, profiles=profiles, pairs=pairs)


def words(text: str) -> set[str]:
    """The words of a text, without case and marks."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return set(re.findall(r"\w+", "".join(letter for letter in plain if not unicodedata.combining(letter))))


def shared_words(one: Profile, other: Profile) -> float:
    """Which part of the words of two titles stands in both."""
    mine, theirs = words(one.title.vi), words(other.title.vi)
    return len(mine & theirs) / len(mine | theirs)


def shared_codes(one: Profile, other: Profile) -> float:
    """Which part of the codes of two profiles stands in both: classification and the entities mastered."""
    mine, theirs = _codes(one), _codes(other)
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0


def _codes(profile: Profile) -> set[str]:
    return {code for codes in profile.classification.values() for code in codes} | {
        name for name in profile.masters if is_code(name)
    }


def is_code(name: str) -> bool:
    """Whether a name of data is an entity's id and no words."""
    return re.fullmatch(r"[a-z]+(-[a-z]+)*", name) is not None


def with_wrong_codes(profiles: list[Profile], *, share: float, seed: int) -> list[Profile]:
    """The same profiles with that share of their codes replaced: classification, and entities mastered or read.

    The wrong ones are drawn from the codes that the set uses, so that each is a code that there is.
    """
    if not share:
        return profiles
    chance = random.Random(seed)  # noqa: S311 - a published seed
    known = {
        model: sorted({code for each in profiles for code in each.classification.get(model, [])})
        for model in ("brm", "drm", "arm")
    }
    entities = sorted({name for each in profiles for name in [*each.masters, *each.reads] if is_code(name)})

    def put_wrong(codes: list[str], all_codes: list[str]) -> list[str]:
        return [
            chance.choice([other for other in all_codes if other != code]) if chance.random() < share else code
            for code in codes
        ]

    def changed(profile: Profile) -> Profile:
        classed = {model: put_wrong(codes, known[model]) for model, codes in profile.classification.items()}
        data = {
            field: [put_wrong([name], entities)[0] if is_code(name) else name for name in getattr(profile, field)]
            for field in ("masters", "reads")
        }
        return profile.model_copy(update={"classification": classed, **data})

    return [changed(each) for each in profiles]
