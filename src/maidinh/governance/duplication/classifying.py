"""A profile, taken apart into what can be weighed: each part is a bag of words or objects with how much they say.

Layer 4, governance. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from maidinh.governance.duplication.definition import CodeModel, DuplicationTerms, Profile
from maidinh.governance.duplication.texts import Vocabulary

Bag = Mapping[str, float]
SAYS = {"title": 1.0, "masters": 1.0, "functions": 0.5, "summary": 0.4}  # how much a part says of what it is
LINKED = 0.1
FORETOLD = 0.5  # what a code that is foretold weighs beside one that is declared
BAGS = ("object", "main", "field", "mastered", "functions", "users", "words", "text", "codes", "shape", "owner")


@dataclass(frozen=True)
class Description:
    """A profile as it is compared."""

    profile: Profile
    bags: Mapping[str, Bag]
    places: frozenset[str]
    foretold: Mapping[CodeModel, Mapping[str, float]]
    read: frozenset[str]
    shared: bool
    continuing: bool


class Describer:
    """Takes profiles apart by the words of the terms."""

    def __init__(self, terms: DuplicationTerms) -> None:
        self.vocabulary = Vocabulary(terms)
        self.field_of = {each.id: field for field in terms.fields for each in field.objects}
        self.arm_of = {each.id: each.arm for each in terms.shapes}

    def describe(self, profile: Profile) -> Description:
        """What a profile is about."""
        read = self.vocabulary.read
        title = read(profile.title.vi)
        summary = read(profile.summary.vi) if profile.summary else None
        parts = [("title", title), *(("masters", read(each)) for each in profile.masters)]
        parts += [("functions", read(each)) for each in profile.functions]
        parts += [("summary", summary)] if summary else []
        bags: dict[str, dict[str, float]] = {name: defaultdict(float) for name in BAGS}
        for source, meaning in parts:
            weight = SAYS[source]
            _most(bags["object"], meaning.objects, weight)
            _most(bags["object"], meaning.linked, LINKED)
            _most(bags["words"], meaning.words, weight)
            _most(bags["shape"], meaning.shapes, weight)
            if source != "summary":
                _most(bags["main"], meaning.objects, 1.0)
            if source in ("masters", "functions"):
                own = bags["mastered" if source == "masters" else source]
                _most(own, (f"o:{each}" for each in meaning.objects), 1.0)
                _most(own, meaning.words, 0.7)
        if not bags["main"]:
            _most(bags["main"], (each for _, meaning in parts for each in meaning.objects), 1.0)
        _most(bags["text"], title.words, 1.0)
        for each, weight in bags["object"].items():
            _most(bags["field"], (self.field_of[each].id,), weight)
        for text in profile.users:
            found = read(text)
            _most(bags["users"], found.users or found.words, 1.0)
        if profile.owner:
            _most(bags["owner"], (" ".join(self.vocabulary.tokens(profile.owner)),), 1.0)
        foretold = self._foretold(bags)
        self._codes(bags["codes"], profile, foretold)
        return Description(
            profile=profile,
            bags=bags,
            places=self._places(profile, title.places, summary.places if summary else ()),
            foretold=foretold,
            read=frozenset(each for text in profile.reads for each in read(text).objects)
            | frozenset(each for _, meaning in parts for each in meaning.linked),
            shared=profile.kind in ("platform", "service", "national-platform")
            or title.shared
            or bool(summary and summary.shared and profile.kind == "system"),
            continuing=title.continuing or bool(summary and summary.continuing),
        )

    def _places(self, profile: Profile, *named: Iterable[str]) -> frozenset[str]:
        said = frozenset(place for each in profile.territory for place in self.vocabulary.place(each))
        return said if profile.territory else frozenset(place for group in named for place in group)

    def _foretold(self, bags: Mapping[str, Bag]) -> dict[CodeModel, dict[str, float]]:
        """Codes that the words speak for, each with its share of all that speaks."""
        found: dict[CodeModel, dict[str, float]] = {"brm": {}, "drm": {}, "arm": {}}
        for each, weight in bags["object"].items():
            field = self.field_of[each]
            for code in field.brm:
                found["brm"][code] = found["brm"].get(code, 0.0) + weight
            for code in field.drm:
                found["drm"][code] = found["drm"].get(code, 0.0) + weight
        for each, weight in bags["shape"].items():
            for code in self.arm_of.get(each, ()):
                found["arm"][code] = found["arm"].get(code, 0.0) + weight
        for codes in found.values():
            whole = sum(codes.values())
            codes |= {code: weight / whole for code, weight in codes.items()}
        return found

    def _codes(self, bag: dict[str, float], profile: Profile, foretold: Mapping[CodeModel, Bag]) -> None:
        for model, codes in profile.classification.items():
            _most(bag, (f"{model}:{code}" for code in codes), 1.0)
        for model, weighed in foretold.items():
            for code, share in weighed.items():
                _most(bag, (f"{model}:{code}",), FORETOLD * share)


def _most(bag: dict[str, float], words: Iterable[str], weight: float) -> None:
    for word in words:
        bag[word] = max(bag.get(word, 0.0), weight)
