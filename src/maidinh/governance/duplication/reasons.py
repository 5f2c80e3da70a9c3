"""Why two things are told to be the same, in words that an appraiser can check against both papers.

Layer 4, governance. Pure. Texts are English and are translated where they are shown: pages and the command line fill
`SAYINGS` from the values of a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from maidinh.governance.duplication.classifying import Description, is_code
from maidinh.governance.duplication.definition import Profile

Names = Mapping[str, tuple[str, str]]  # Vietnamese and English, by id; `brm:…` for a code, `data:…` for an entity
DATA = "data:"
STATED = ("mastered", "functions")  # of which both sides are quoted, by what they call it
AGAINST = " ↔ "
BOTH_NAMED = {"other_process": "process", "other_part": "part", "other_shape": "shape"}  # both sides are named
CLEAR = 0.1  # a likeness below it is no reason
MOST = 4  # names in one reason


def N_(text: str) -> str:  # noqa: N802 - marks a text that is translated where it is shown
    """The text itself."""
    return text


SAYINGS: dict[str, str] = {
    "mastered": N_("Both master the same data: %(what)s."),
    "object": N_("Both are about %(what)s."),
    "near": N_("The words of both come near to: %(what)s."),
    "held": N_("What the smaller one is about, the larger one has as well: %(what)s."),
    "functions": N_("Both do the same: %(what)s."),
    "users": N_("Both serve %(what)s."),
    "process": N_("In both the same is done: %(what)s."),
    "alike": N_("Both say it in other words: %(what)s."),
    "words": N_("Both are described with the same uncommon words: %(what)s."),
    "codes": N_("Both have the same classification: %(what)s."),
    "territory": N_("Both work in the same place: %(what)s."),
    "time": N_("Both run in the same years: %(what)s."),
    "other_object": N_("Against it: their titles and data name different things."),
    "other_mastered": N_("Against it: they master different data."),
    "other_territory": N_("Against it: they work in different places."),
    "other_shape": N_("Against it: they are systems of different kinds (%(what)s)."),
    "other_process": N_("Against it: different things are done in them (%(what)s)."),
    "other_part": N_("Against it: they are about different parts of the same (%(what)s)."),
    "other_functions": N_("Against it: they state different functions."),
    "phase": N_("One continues the other as its next phase."),
    "instance": N_("One is a place's instance of the other."),
    "reuse": N_("One says that it uses the other."),
    "siblings": N_("Both are instances of the same platform in different places."),
    "standing": N_("Both stand already, so neither would be invested in again."),
    "run_twice": N_("Both run already: what a system for the whole nation does is paid for again each year."),
    "shared": N_("The other one is there for all agencies to use."),
}


@dataclass(frozen=True)
class Reason:
    """A reason: its code in SAYINGS, and what it names, in Vietnamese and English."""

    code: str
    values: dict[str, str] = field(default_factory=dict)
    values_en: dict[str, str] = field(default_factory=dict)

    def in_language(self, language: str) -> dict[str, str]:
        """What it names, in the language asked for."""
        return self.values_en if language == "en" and self.values_en else self.values


def reasons_of(
    mine: Description, its: Description, values: dict[str, float], declared: str | None, names: Names
) -> tuple[Reason, ...]:
    """What speaks for and against it, the weightiest first; of each only what both papers show."""
    found: list[Reason] = []
    if declared is not None:
        found.append(Reason(declared))
    if its.shared:
        found.append(Reason("shared"))
    alike = [each for each in _shared(mine, its, "words") if not _written(each, mine, its)]
    for code in ("mastered", "object", "functions", "process", "users", "words", "codes"):
        if values[code] > CLEAR and (shared := _shared(mine, its, code)):
            shared = [each for each in shared if each not in alike] if code == "words" else shared
            if not shared:
                continue
            found.append(_quoted(code, mine, its, shared, names) if code in STATED else _reason(code, shared, names))
    if alike and values["words"] > CLEAR:
        found.append(_reason("alike", alike, names))
    if not _shared(mine, its, "object") and values["near"] > CLEAR and (shared := _shared(mine, its, "near")):
        found.append(_reason("near", shared, names))
    both_placed = all(each.places or each.nationwide for each in (mine, its))
    if values["territory"] and both_placed and (places := sorted(_stated(mine, its))):
        found.append(_reason("territory", places, {}))
    years = [each for each in (mine.profile.begins, its.profile.begins) if each]
    if values["time"] and years:
        found.append(_reason("time", [f"{max(years)}"], {}))
    for code in ("other_object", "other_mastered", "other_functions", "other_territory", *BOTH_NAMED):
        if values[code] and not (code == "other_part" and not values["object"]):
            bag = BOTH_NAMED.get(code)
            kinds = [*_named(mine.bags[bag]), *_named(its.bags[bag])] if bag else []
            found.append(_reason(code, kinds, names))
    return tuple(found)


def _written(phrase: str, *sides: Description) -> bool:
    """Whether all sides write it so; else at least one says another word for it."""
    return all(f" {word} " in each.written for each in sides for word in (phrase, *phrase.split()))


def named(key: str, names: Names) -> tuple[str, str]:
    """What an object, a code or an entity is called, in Vietnamese and English; a code stands in brackets."""
    vi, en = names.get(key, ("", ""))
    model, colon, code = key.rpartition(":")
    if not colon:
        return (vi, en or vi) if vi else (key, key)
    told = model == DATA[:-1] or code.upper().startswith(model.upper())  # `DRM001.001` says of which model it is
    shown = code if told else f"{model.upper()} {code}"
    return (f"{vi} ({shown})", f"{en or vi} ({shown})") if vi else (shown, shown)


def _shared(mine: Description, its: Description, name: str) -> list[str]:
    both = mine.bags[name].keys() & its.bags[name].keys()
    if name in ("words", *STATED):  # a pair of words says what each of the two says
        inside = {part for each in both if " " in each for part in each.split()}
        both = {
            each for each in both if each not in inside and not (name == "words" and each in mine.coded | its.coded)
        }
    found = sorted(both, key=lambda each: (-mine.bags[name][each] * its.bags[name][each], -len(each), each))
    return _phrases(found, mine.profile) if name == "words" else found


def _phrases(found: list[str], profile: Profile) -> list[str]:
    """Pairs of syllables that follow each other in the text, as one phrase: `phép tàu`, `tàu cá` is `phép tàu cá`."""
    texts = [profile.title.vi, profile.summary.vi if profile.summary else "", *profile.masters, *profile.functions]
    written = " | ".join(texts).lower()
    phrases = list(found)
    joined = True
    while joined:
        joined = False
        for one in phrases:
            for other in phrases:
                _, space, last = one.rpartition(" ")
                start, more, rest = other.partition(" ")
                whole = f"{one} {rest}"
                if space and more and one != other and last == start and whole in written:
                    phrases = [whole if each == one else each for each in phrases if each != other]
                    joined = True
                    break
            if joined:
                break
    return phrases


def _quoted(code: str, mine: Description, its: Description, shared: list[str], names: Names) -> Reason:
    """What both state, each in its own words; what no statement says stands as what it is about."""
    sides = [_statements(each, code, shared, names) for each in (mine, its)]
    if not all(sides):
        return _reason(code, shared, names)
    told = []
    for language in (0, 1):
        ours, theirs = ([each[language] for each in side][:MOST] for side in sides)
        told.append("; ".join(ours) if set(ours) == set(theirs) else AGAINST.join(("; ".join(ours), "; ".join(theirs))))
    return Reason(code, {"what": told[0]}, {"what": told[1]})


def _statements(described: Description, code: str, shared: list[str], names: Names) -> list[tuple[str, str]]:
    """The statements of one side that say something shared, by their names; the one that says most first."""
    stated = described.stated.get(code, {})
    said = {text: len(says.intersection(shared)) for text, says in stated.items()}
    told = sorted((text for text, count in said.items() if count), key=lambda text: -said[text])
    return [_statement(text, stated[text], names) for text in told]


def _statement(text: str, says: frozenset[str], names: Names) -> tuple[str, str]:
    if f"{DATA}{text}" in names:
        return named(f"{DATA}{text}", names)
    about = sorted(each.removeprefix("o:") for each in says if each.startswith("o:"))
    if is_code(text) and about and about[0] in names:
        vi, en = names[about[0]]
        return f"{vi} ({text})", f"{en} ({text})"
    return text, text


def _stated(mine: Description, its: Description) -> Iterable[str]:
    """The territory as the narrower of both states it."""
    narrow = mine if len(mine.places) >= len(its.places) else its
    return narrow.profile.territory or narrow.places


def _named(bag: object) -> list[str]:
    return sorted(bag) if isinstance(bag, dict) else []


def _reason(code: str, found: list[str], names: Names) -> Reason:
    plain = list(dict.fromkeys(each.removeprefix("o:") for each in found))[:MOST]
    told = [named(each, names) for each in plain]
    return Reason(code, {"what": ", ".join(vi for vi, _ in told)}, {"what": ", ".join(en for _, en in told)})
