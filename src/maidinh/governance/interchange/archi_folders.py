"""Folders between the model and Archi, which wants every concept in exactly one folder below the one of its layer.

Layer 4, governance. Pure. A tree that Archi can hold is written as it is. Any other (things in several folders or in
none, layers mixed, references to more than concepts) is laid out below Archi's folders, and goes along as a whole; when
the file comes back, what was moved in Archi meanwhile is moved in the tree too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maidinh.governance.interchange.archi_kinds import FOLDER_OF_KIND, FOLDER_OF_NAME, FOLDERS
from maidinh.governance.interchange.archi_wording import plain
from maidinh.governance.modelling.definition import Folder, Model, Phrase, Words
from maidinh.governance.modelling.metamodel import TYPE_OF_KIND, kebab

MADE = "id-maidinh-folder-"
Path = tuple[int, ...]
Places = Mapping[str, str]  # the folder of Archi in which a concept or view belongs


def places(model: Model) -> dict[str, str]:
    """In which of Archi's folders each thing belongs."""
    found = {each.id: FOLDER_OF_KIND[kebab(TYPE_OF_KIND[each.kind])] for each in model.elements}
    return found | {each.id: "relations" for each in model.relations} | {each.id: "diagrams" for each in model.views}


def within(folder: Folder) -> Iterator[str]:
    """All that a folder and its folders hold."""
    for each in folder.holds:
        if isinstance(each, Folder):
            yield from within(each)
        else:
            yield each


@dataclass
class Plan:
    """How the folders are written: which, of which type, with whom besides; `tree` goes along when it isn't these."""

    folders: list[Folder]
    kinds: list[str | None]
    unfiled: dict[int, list[str]] = field(default_factory=dict)
    made: set[int] = field(default_factory=set)
    tree: list[Folder] | None = None


def plan(model: Model, where: Places) -> Plan:
    """How the folders of a model are written."""
    kinds = _kinds(model.folders, where)
    if kinds is None:
        folders, _ = laid_out(model.folders, where)
        return Plan(folders, [each.kind for each in folders], tree=model.folders)
    found = Plan(list(model.folders), kinds)
    filed = {each for folder in model.folders for each in within(folder)}
    left: dict[str, list[str]] = {}
    for identifier, kind in where.items():
        if identifier not in filed:
            left.setdefault(kind, []).append(identifier)
    bare = "archi" in model.carried and "!folders" in model.carried["archi"].attributes
    foreign = not bare and not any(folder.kind or _untyped(folder) for folder in model.folders)
    for kind in FOLDERS:
        if kind in kinds:
            if kind in left:
                found.unfiled[kinds.index(kind)] = left[kind]
        elif kind in left or foreign:
            found.made.add(len(found.folders))
            found.folders.append(_top(kind, left.get(kind, [])))
            found.kinds.append(kind)
    return found


def _kinds(folders: Sequence[Folder], where: Places) -> list[str | None] | None:
    """The types of the uppermost folders; None when Archi can't hold this tree."""
    held = [each for folder in folders for each in within(folder)]
    if len(held) != len(set(held)) or any(each not in where for each in held):
        return None
    found: list[str | None] = []
    for folder in folders:
        kind = folder.kind
        if kind is None and not _untyped(folder):
            kind = FOLDER_OF_NAME.get((plain(folder.name) or "").lower())
            if kind is None or kind in found or any(where[each] != kind for each in within(folder)):
                return None
        found.append(kind)
    return found


def _untyped(folder: Folder) -> bool:
    """Whether a file of Archi had the folder uppermost without a type."""
    return "archi" in folder.carried and "!type" in folder.carried["archi"].attributes


def _top(kind: str, holds: list[str]) -> Folder:
    return Folder(id=MADE + kind, name=Words(other=[Phrase(text=FOLDERS[kind])]), kind=kind, holds=[*holds])


def laid_out(tree: Sequence[Folder], where: Places) -> tuple[list[Folder], dict[str, Path | None]]:
    """The tree below Archi's folders; and of each folder made, from which one of the tree it comes."""
    tops: dict[str, dict[str, Any]] = {
        kind: {"id": MADE + kind, "name": Words(other=[Phrase(text=name)]), "kind": kind, "holds": []}
        for kind, name in FOLDERS.items()
    }
    made: dict[tuple[str, Path], dict[str, Any]] = {}
    origins: dict[str, Path | None] = {MADE + kind: None for kind in FOLDERS}
    filed: set[str] = set()

    def ensure(kind: str, way: Sequence[tuple[Path, Folder]]) -> dict[str, Any]:
        current = tops[kind]
        for path, folder in way:
            if len(path) == 1 and (plain(folder.name) or "").lower() in FOLDER_OF_NAME:
                continue  # what another tool calls Business lies directly in Business
            inner = made.get((kind, path))
            if inner is None:
                identifier = f"{MADE}{kind}-{'.'.join(map(str, path))}"
                inner = made[kind, path] = {"id": identifier, "name": folder.name, "holds": []}
                origins[identifier] = path
                current["holds"].append(inner)
            current = inner
        return current

    def walk(folder: Folder, way: tuple[tuple[Path, Folder], ...]) -> None:
        for at, each in enumerate(folder.holds):
            if isinstance(each, Folder):
                walk(each, (*way, ((*way[-1][0], at), each)))
            elif each in where and each not in filed:
                filed.add(each)
                ensure(where[each], way)["holds"].append(each)

    for at, folder in enumerate(tree):
        walk(folder, (((at,), folder),))
    for identifier, kind in where.items():
        if identifier not in filed:
            tops[kind]["holds"].append(identifier)
    return [Folder.model_validate(each) for each in tops.values()], origins


def restored(model: Model, tree: list[Folder], others: Iterable[str]) -> Model:
    """The model with the tree that went along, changed as Archi's folders have been changed since.

    `others` are the identifiers in it that were none of a concept or view.
    """
    where = places(model)
    expected, origins = laid_out(tree, where)
    there = {*where, *others}
    if all(each in there for folder in tree for each in within(folder)) and [_bare(each) for each in expected] == [
        _bare(each) for each in model.folders
    ]:
        return model.model_copy(update={"folders": tree})
    return model.model_copy(update={"folders": _Moved(model, tree, expected, origins).folders(there)})


def _bare(folder: Folder) -> tuple[Any, ...]:
    return folder.id, plain(folder.name), [_bare(each) if isinstance(each, Folder) else each for each in folder.holds]


def _all(folders: Sequence[Folder]) -> Iterator[Folder]:
    for folder in folders:
        yield folder
        yield from _all([each for each in folder.holds if isinstance(each, Folder)])


class _Moved:
    """The tree that went along, and how Archi's folders differ from what was made of it."""

    def __init__(
        self, model: Model, tree: Sequence[Folder], expected: Sequence[Folder], origins: Mapping[str, Path | None]
    ) -> None:
        self.model = model
        self.origins = origins
        self.tree = [each.model_dump() for each in tree]
        self.at: dict[Path, dict[str, Any]] = {}
        for at, each in enumerate(self.tree):
            self._note(each, (at,))
        self.expected = {each.id: each for each in _all(expected)}
        self.parent = {held: each.id for each in _all(expected) for held in each.holds if isinstance(held, str)}

    def folders(self, there: set[str]) -> list[Folder]:
        """The tree as it is now, with nothing that isn't there any more."""
        for kept in self._each(self.tree):
            kept["holds"] = [each for each in kept["holds"] if isinstance(each, dict) or each in there]
        for folder in _all(self.model.folders):
            path = self.origins.get(folder.id or "", ())
            for each in folder.holds:
                if isinstance(each, str) and self.parent.get(each) != folder.id:
                    self._take_out(each)
                    if path:
                        self.at[path]["holds"].append(each)
            before = self.expected.get(folder.id)
            if path and before and plain(before.name) != plain(folder.name):
                self.at[path]["name"] = folder.name.model_dump()
        self._take_in(self.model.folders, None)
        return [Folder.model_validate(each) for each in self.tree]

    def _take_in(self, folders: Sequence[Folder], parent: Path | None) -> None:
        """Folders that somebody made in Archi, each with all that it holds."""
        for folder in folders:
            path = self.origins.get(folder.id or "", ())
            if path == ():
                (self.at[parent]["holds"] if parent else self.tree).append(folder.model_dump())
            else:
                self._take_in([each for each in folder.holds if isinstance(each, Folder)], path)

    def _note(self, folder: dict[str, Any], path: Path) -> None:
        self.at[path] = folder
        for at, each in enumerate(folder["holds"]):
            if isinstance(each, dict):
                self._note(each, (*path, at))

    def _take_out(self, identifier: str) -> None:
        for folder in self._each(self.tree):
            if identifier in folder["holds"]:
                folder["holds"].remove(identifier)
                return

    def _each(self, folders: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for folder in folders:
            yield folder
            yield from self._each([each for each in folder["holds"] if isinstance(each, dict)])
