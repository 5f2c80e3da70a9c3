"""The labelled set of duplicate investment: its parts, pairs classed by people, codes put wrong by a seed.

Nothing here knows the detector. How the set was made: docs/explanation/labelled-duplicates.md. What each part is
made of: `python -m bench.labelled`.
"""

from __future__ import annotations

import random
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from maidinh.governance.duplication.definition import Inventory, Profile
from maidinh.governance.duplication.profiles import national_platforms
from maidinh.infrastructure.definitions.locating import definitions_root
from maidinh.infrastructure.definitions.reading import read_form

LABELLED = Path(__file__).resolve().parents[1] / "tests/governance/duplication/labelled"
HALVES = ("tune", "held-out")
FRESH = "fresh"  # written after them, not seen by who tuned; its figures are known now
BLIND = "blind"  # written last; nobody who tunes has seen it or its figures
PARTS = (*HALVES, FRESH, BLIND)
TRUE = frozenset({"duplicate", "overlap", "should-reuse"})
NATIONAL = "national:"
FEW = 0.2  # two titles share few words when no more than this part of all their words is in both

LEAST = {BLIND: {"profiles": 150, "true": 50, "near_misses": 80, "few_words": 0.5}}  # what a part promises
STEPS = (0.1, FEW, 0.3)  # where a tally of shared words is cut

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


class Makeup(BaseModel):
    """What a part is made of. `titles` and `texts` tally its true pairs by the share of words that both sides use."""

    model_config = ConfigDict(frozen=True)
    profiles: int
    projects: int
    true: int
    national: int  # of the true pairs, those with a national platform
    near_misses: int
    few_words: float  # which part of the true pairs share few words of their titles
    titles: tuple[int, ...]
    texts: tuple[int, ...]

    def told(self) -> str:
        """In one line."""
        return (
            f"{self.profiles} profiles ({self.projects} projects), {self.true} true pairs ({self.national} with a "
            f"national platform), {self.near_misses} near misses; {self.few_words:.0%} of the true pairs share few "
            f"words; true pairs by words shared, up to {', '.join(map(str, STEPS))} and more: "
            f"titles {_row(self.titles)}, whole texts {_row(self.texts)}"
        )


def _row(counts: tuple[int, ...]) -> str:
    return "/".join(map(str, counts))


def read_half(name: str) -> Half:
    """One part, every profile held against the product's own form, and the part against what it promises."""
    folder = LABELLED / name
    profiles = [
        profile
        for path in sorted((folder / "profiles").glob("*.yaml"))
        for profile in read_form(path, Inventory).profiles
    ]
    rows = yaml.safe_load((folder / "pairs.yaml").read_text("utf-8"))["pairs"]
    pairs = [Pair(class_=row["class"], **{key: row[key] for key in ("one", "other", "why")}) for row in rows]
    half = Half(name=name, profiles=profiles, pairs=pairs)
    if found := faults(half, LEAST.get(name, {})):
        raise ValueError(f"{folder.name}: " + "; ".join(found))
    return half


def faults(half: Half, least: dict[str, float]) -> list[str]:
    """What is wrong with a part: ids that stand twice or nowhere, pairs that stand twice, fewer than it promises."""
    ids = [each.id for each in half.profiles]
    kinds = {each.id: each.kind for each in half.profiles}
    known = {**kinds, **dict.fromkeys(_platforms(), "national-platform")}
    ends = [pair.ends for pair in half.pairs]
    found = [f"{name} stands twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    for pair in half.pairs:
        told = f"the pair {pair.one}, {pair.other}"
        found += [f"{told}: nothing is called {name}" for name in (pair.one, pair.other) if name not in known]
        if len(pair.ends) == 1:
            found.append(f"{told} is of one")
        if least and pair.true and "project" not in {known.get(pair.one), known.get(pair.other)}:
            found.append(f"{told} is true, but none of both is a project")
        if not pair.why.strip():
            found.append(f"{told} doesn't say why")
        if ends.count(pair.ends) > 1:
            found.append(f"{told} stands more than once")
    if found or not least:
        return found
    told_of = makeup(half).model_dump()
    return [
        f"{key}: {told_of[key]}, {count} or more were promised" for key, count in least.items() if told_of[key] < count
    ]


def makeup(half: Half) -> Makeup:
    """Count a part, and how many words the sides of its true pairs share."""
    known = {**_platforms(), **{each.id: each for each in half.profiles}}
    true = [pair for pair in half.pairs if pair.true]
    ends = [(known[pair.one], known[pair.other]) for pair in true]
    titles = [shared_words(*each) for each in ends]
    return Makeup(
        profiles=len(half.profiles),
        projects=sum(each.kind == "project" for each in half.profiles),
        true=len(true),
        national=sum(any(name.startswith(NATIONAL) for name in pair.ends) for pair in true),
        near_misses=len(half.pairs) - len(true),
        few_words=sum(share <= FEW for share in titles) / max(1, len(titles)),
        titles=_tally(titles),
        texts=_tally([_shared(_text(one), _text(other)) for one, other in ends]),
    )


@cache
def _platforms() -> dict[str, Profile]:
    return {each.id: each for each in national_platforms(definitions_root() / "national")}


def _tally(shares: list[float]) -> tuple[int, ...]:
    return tuple(
        sum(low < share <= high for share in shares) for low, high in zip((-1.0, *STEPS), (*STEPS, 1.0), strict=True)
    )


def _text(profile: Profile) -> str:
    summary = profile.summary.vi if profile.summary else ""
    return " ".join([profile.title.vi, summary, *profile.masters, *profile.functions, *profile.users])


def words(text: str) -> set[str]:
    """The words of a text, without case and marks."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return set(re.findall(r"\w+", "".join(letter for letter in plain if not unicodedata.combining(letter))))


def shared_words(one: Profile, other: Profile) -> float:
    """Which part of the words of two titles stands in both."""
    return _shared(one.title.vi, other.title.vi)


def _shared(one: str, other: str) -> float:
    mine, theirs = words(one), words(other)
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


if __name__ == "__main__":
    for part in PARTS:
        print(f"{part}: {makeup(read_half(part)).told()}")
