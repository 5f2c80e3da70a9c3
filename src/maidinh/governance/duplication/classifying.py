"""A profile, taken apart into what can be weighed: each part is a bag of words or objects with how much they say.

Layer 4, governance. Pure.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from maidinh.governance.duplication.definition import CodeModel, DuplicationTerms, Profile
from maidinh.governance.duplication.texts import Meaning, Vocabulary
from maidinh.infrastructure.definitions.folding import fold

Bag = Mapping[str, float]
SAYS = {"title": 1.0, "masters": 1.0, "functions": 0.5, "summary": 0.4}  # how much a part says of what it is
DONE = {"title": 1.0, "masters": 0.7, "functions": 1.0, "summary": 0.5}  # how much a part says of what is done
LINKED = 0.1
WHOLE = 0.4  # how much naming a part of something says of the whole
FORETOLD = 0.5  # what a code that is foretold weighs beside one that is declared
BAGS = (
    "object", "main", "field", "mastered", "functions", "users", "words", "text", "codes", "shape", "owner", "near",
    "letters", "place", "keeper", "kept", "reading", "titled", "process", "part",
)  # fmt: skip
PAIR = 2.0  # how much more two syllables say than one: most words have two
NEAREST = 0.25  # objects that a text is nearer to than this part of the nearest count
LETTERS = (3, 4)  # lengths of the runs of bare letters
KEPT = 2048  # descriptions that are not made anew
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Description:
    """A profile as it is compared."""

    profile: Profile
    bags: Mapping[str, Bag]
    places: frozenset[str]
    foretold: Mapping[CodeModel, Mapping[str, float]]
    shared: bool
    continuing: bool
    nationwide: bool = False
    stated: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)  # what each statement says
    coded: frozenset[str] = frozenset()  # words that stand only in codes of data: no words of an owner
    written: str = ""  # its words as it writes them, before people's words are read as plain ones
    known: float = 0.0  # the part of what its title and data say that the words of the terms cover


class Describer:
    """Takes profiles apart by the words of the terms."""

    def __init__(self, terms: DuplicationTerms) -> None:
        self.vocabulary = Vocabulary(terms)
        self.field_of = {each.id: field for field in terms.fields for each in field.objects}
        self.whole_of = {each.id: each.part_of for each in terms.objects() if each.part_of}
        self.arm_of = {each.id: each.arm for each in terms.shapes}
        self.near = _near(self.vocabulary, terms)
        self._kept: dict[str, Description] = {}

    def describe(self, profile: Profile) -> Description:
        """What a profile is about; what was taken apart before is kept, by all that it says."""
        key = profile.model_dump_json()
        found = self._kept.get(key)
        if found is None:
            found = self._described(profile)
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[key] = found
        return found

    def _described(self, profile: Profile) -> Description:
        read = self.vocabulary.read
        title = read(profile.title.vi)
        summary = read(profile.summary.vi) if profile.summary else None
        parts = [("title", title), *(("masters", read(each)) for each in profile.masters)]
        parts += [("functions", read(each)) for each in profile.functions]
        parts += [("summary", summary)] if summary else []
        bags: dict[str, dict[str, float]] = {name: defaultdict(float) for name in BAGS}
        for source, meaning in parts:
            weight = SAYS[source]
            wholes = [self.whole_of[each] for each in meaning.objects if each in self.whole_of]
            _most(bags["object"], meaning.objects, weight)
            _most(bags["object"], wholes, weight * WHOLE)
            _most(bags["object"], meaning.linked, LINKED)
            _most(bags["part"], (each for each in meaning.objects if each in self.whole_of), weight)
            _most(bags["words"], meaning.words, weight)
            _most(bags["shape"], meaning.shapes, weight)
            _most(bags["process"], meaning.processes, DONE[source])
            if source == "title":
                _most(bags["titled"], meaning.objects, 1.0)
                _most(bags["titled"], wholes, WHOLE)
            if source != "summary":
                _most(bags["main"], [*meaning.objects, *wholes], 1.0)
            if source in ("masters", "functions"):
                own = bags["mastered" if source == "masters" else source]
                _most(own, (f"o:{each}" for each in meaning.objects), 1.0)
                _most(own, (f"o:{each}" for each in wholes), WHOLE)
                _most(own, meaning.words, 0.7)
        stated = {
            name: {text: frozenset(_told(read(text))) for text in texts}
            for name, texts in (("mastered", profile.masters), ("functions", profile.functions))
        }
        if not bags["main"]:
            _most(bags["main"], (each for _, meaning in parts for each in meaning.objects), 1.0)
        _most(bags["text"], title.words, 1.0)
        for each, weight in bags["object"].items():
            _most(bags["field"], (self.field_of[each].id,), weight)
        for text in profile.users:
            found = read(text)
            _most(bags["users"], found.users or found.words, 1.0)
        self._loosely(bags, parts)
        for source, meaning in parts:
            if source in ("title", "masters"):
                _most(bags["kept"], [*(f"o:{each}" for each in meaning.objects), *meaning.words], 1.0)
            _most(bags["reading"], [*(f"o:{each}" for each in meaning.linked), *meaning.linked_words], 1.0)
        for meaning in map(read, profile.reads):
            _most(bags["reading"], [*(f"o:{each}" for each in meaning.objects), *meaning.words], 1.0)
        if profile.owner:
            _most(bags["keeper"], (self.field_of[each].id for each in read(profile.owner).objects), 1.0)
            _most(bags["owner"], (" ".join(self.vocabulary.tokens(profile.owner)),), 1.0)
        foretold = self._foretold(bags)
        self._codes(bags["codes"], profile, foretold)
        places = self._places(profile, title.places, summary.places if summary else ())
        _most(bags["place"], places, 1.0)
        phrase = [meaning for source, meaning in parts if source in ("title", "masters")]
        return Description(
            profile=profile,
            bags=bags,
            places=places,
            stated=stated,
            coded=self._coded(profile, [title, *([summary] if summary else [])]),
            nationwide=bool(profile.territory) and not places and self.vocabulary.nationwide(profile.territory),
            written=self._written(profile),
            known=sum(each.known for each in phrase) / (sum(each.said for each in phrase) or 1),
            foretold=foretold,
            shared=profile.kind in ("platform", "service", "national-platform")
            or title.shared
            or bool(summary and summary.shared and profile.kind == "system"),
            continuing=title.continuing or bool(summary and summary.continuing),
        )

    def _written(self, profile: Profile) -> str:
        texts = [profile.title.vi, profile.summary.vi if profile.summary else "", *profile.masters, *profile.functions]
        plain = [" ".join(self.vocabulary.tokens(text)) for text in texts]
        told = [fold(each) if text.isascii() else each for text, each in zip(texts, plain, strict=True)]
        return f" {' '.join(told)} "

    def _coded(self, profile: Profile, written: Iterable[Meaning]) -> frozenset[str]:
        """The words that come from codes of data alone."""
        codes = [each for each in (*profile.masters, *profile.reads) if is_code(each)]
        words = {word for each in codes for word in self.vocabulary.read(each).words}
        texts = [self.vocabulary.read(each) for each in (*profile.masters, *profile.functions) if not is_code(each)]
        return frozenset(words - {word for meaning in (*written, *texts) for word in meaning.words})

    def _loosely(self, bags: Mapping[str, dict[str, float]], parts: Iterable[tuple[str, Meaning]]) -> None:
        """What it may be about where no word of the terms stands: the nearest objects, and runs of bare letters."""
        near: dict[str, float] = defaultdict(float)
        for word, said in bags["words"].items():
            for each, weight in self.near.get(word, {}).items():
                near[each] += said * weight
        least = NEAREST * max(near.values(), default=0.0)
        bags["near"].update({each: weight for each, weight in near.items() if weight >= least})
        for source, meaning in parts:
            for word in meaning.words:
                if " " in word:
                    bare = f" {fold(word)} "
                    runs = (bare[n : n + length] for length in LETTERS for n in range(len(bare) - length + 1))
                    _most(bags["letters"], runs, SAYS[source])

    def _places(self, profile: Profile, *named: Iterable[str]) -> frozenset[str]:
        """The places it works in; the owner's name tells the province where only a commune or the whole is stated."""
        said = frozenset(place for each in profile.territory for place in self.vocabulary.place(each))
        if not profile.territory:
            said = frozenset(place for group in named for place in group)
        owner = frozenset(self.vocabulary.read(profile.owner).places) if profile.owner else frozenset[str]()
        vague = not said and not self.vocabulary.nationwide(profile.territory)
        if vague or (said and not self.vocabulary.names_province(profile.territory)):
            return said | owner
        return said

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


def is_code(text: str) -> bool:
    """Whether a statement is a code (`road-section`) and no words."""
    return CODE.fullmatch(text) is not None


def _told(meaning: Meaning) -> Iterable[str]:
    """What a statement says, as the bags name it."""
    yield from (f"o:{each}" for each in meaning.objects)
    yield from meaning.words


def _near(vocabulary: Vocabulary, terms: DuplicationTerms) -> dict[str, dict[str, float]]:
    """How much each syllable and pair of syllables speaks for an object: the more objects have it, the less."""
    said: dict[str, Counter[str]] = {}
    for concept in terms.objects():
        found = said.setdefault(concept.id, Counter())
        for text in (concept.vi, *concept.words):
            found.update(set(vocabulary.read(text).words))
    having = Counter(word for words in said.values() for word in words)
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    for name, words in said.items():
        each_weight = {word: math.log(len(said) / having[word]) * (PAIR if " " in word else 1.0) for word in words}
        for word, weight in each_weight.items():
            weights[word][name] = weight
    return dict(weights)


def _most(bag: dict[str, float], words: Iterable[str], weight: float) -> None:
    for word in words:
        bag[word] = max(bag.get(word, 0.0), weight)
