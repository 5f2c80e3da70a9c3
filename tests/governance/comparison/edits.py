"""Random edits of a model, as people make them in tools, and who checks that a merge lost none of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from maidinh.governance.comparison.conflicts import Conflict
from maidinh.governance.comparison.facts import facts_of
from maidinh.governance.comparison.merging import Merge
from maidinh.governance.modelling.definition import Model
from maidinh.infrastructure.definitions.sequences import numbered

Content = dict[str, Any]
Facts = dict[tuple[str, str], dict[str, Any]]


def edited(model: Model, seed: int, number: int = 3) -> Model:
    """The model after some random edits."""
    chance = random.Random(seed)
    content = model.model_dump(mode="json", by_alias=True)
    for _ in range(number):
        chance.choice(EDITS)(content, chance)
    return Model.model_validate(content)


def _nodes(nodes: list[Content]) -> Iterator[tuple[list[Content], Content]]:
    for node in list(nodes):
        yield nodes, node
        yield from _nodes(node["nodes"])


def _folders(holds: list[Any]) -> Iterator[tuple[list[Any], Content]]:
    for each in list(holds):
        if isinstance(each, dict):
            yield holds, each
            yield from _folders(each["holds"])


def set_field(content: Content, chance: random.Random) -> None:
    if content["elements"]:
        element = chance.choice(content["elements"])
        field = chance.choice(("state", "owner", "security_level", "zone", "personal_data", "kind"))
        values = {
            "state": ("live", "retiring", "retired"), "owner": ("H99.1", "H99.2", None),
            "security_level": (None, 2, 3, 4), "zone": ("e1", "internet", None), "personal_data": (True, False),
            "kind": ("platform", "database", "agency"),
        }  # fmt: skip
        element[field] = chance.choice(values[field])


def set_words(content: Content, chance: random.Random) -> None:
    things = [*content["elements"], *content["views"], *content["property_definitions"], content]
    thing = chance.choice(things)
    field = chance.choice(("name", "documentation"))
    if field == "documentation" and chance.random() < 0.3:
        thing[field] = None
    else:
        words = thing[field] or {"vi": None, "en": None, "other": []}
        words[chance.choice(("vi", "en"))] = chance.choice(("Một", "Hai", "Ba", None))
        if chance.random() < 0.3:
            words["other"] = [{"text": chance.choice("xyz"), "language": chance.choice(("fr", None))} for _ in range(2)]
        thing[field] = words


def set_property(content: Content, chance: random.Random) -> None:
    thing = chance.choice([*content["elements"], *content["relations"], content])
    entry = {"key": chance.choice(("k0", "k1", "k2")), "value": chance.choice("xyz")}
    match chance.choice(("add", "set", "remove", "turn")):
        case "add":
            thing["properties"].insert(chance.randint(0, len(thing["properties"])), entry)
        case "set" if thing["properties"]:
            chance.choice(thing["properties"]).update(value=chance.choice("xyz"), values=[])
        case "remove" if thing["properties"]:
            thing["properties"].pop()
        case _:
            thing["properties"].reverse()


def set_list(content: Content, chance: random.Random) -> None:
    if content["elements"]:
        items = chance.choice(content["elements"])[chance.choice(("masters", "technology", "reference"))]
        if items and chance.random() < 0.5:
            items.remove(chance.choice(items))
        else:
            items.insert(chance.randint(0, len(items)), chance.choice(("person", "land", "redis", "nginx")))


def set_cost(content: Content, chance: random.Random) -> None:
    if content["elements"]:
        element = chance.choice(content["elements"])
        run = [{"year": year, "amount": chance.randint(1, 9)} for year in chance.sample(range(2026, 2030), 2)]
        element["cost"] = chance.choice((None, {"build": [], "run": run}, {"build": run[:1], "run": []}))


def set_contract(content: Content, chance: random.Random) -> None:
    relations = [each for each in content["relations"] if each["contract"]]
    if not relations:
        return
    relation = chance.choice(relations)
    match chance.choice(("until", "fields", "methods", "remove")):
        case "until":
            relation["contract"]["valid_to"] = chance.choice(("2027-01-01", "2028-01-01", "2029-01-01"))
        case "fields":
            relation["contract"]["fields"] = chance.sample(["name", "birth", "address"], chance.randint(0, 3))
        case "methods":
            paths = chance.sample(["/persons", "/births", "/deaths"], chance.randint(1, 2))
            relation["contract"]["methods"] = [{"method": "GET", "path": path} for path in paths]
        case _:
            relation["contract"] = None


def set_ends(content: Content, chance: random.Random) -> None:
    if content["relations"] and content["elements"]:
        ids = [each["id"] for each in content["elements"]]
        chance.choice(content["relations"])[chance.choice(("from", "to"))] = chance.choice(ids)


def add_thing(content: Content, chance: random.Random) -> None:
    ids = [each["id"] for each in content["elements"]]
    name = f"new{chance.randint(0, 3)}"
    taken = {each["id"] for section in ("elements", "relations", "views") for each in content[section]}
    if name in taken:
        return
    if chance.random() < 0.6 or not ids:
        content["elements"].insert(
            chance.randint(0, len(ids)), {"id": name, "kind": chance.choice(("node", "platform"))}
        )
        _fill(content, content["elements"], name)
    else:
        kind = chance.choice(("composition", "serving"))
        relation = {"id": name, "kind": kind, "from": chance.choice(ids), "to": chance.choice(ids)}
        content["relations"].append(relation)
        _fill(content, content["relations"], name)
    folders = [each for _, each in _folders(content["folders"])]
    if folders:
        chance.choice(folders)["holds"].append(name)


def _fill(content: Content, section: list[Content], name: str) -> None:
    """The new thing with every field there, as those that were dumped have them."""
    which = "elements" if section is content["elements"] else "relations"
    dumped = Model.model_validate({which: [each for each in section if each["id"] == name]})
    section[[each["id"] for each in section].index(name)] = dumped.model_dump(mode="json", by_alias=True)[which][0]


def remove_thing(content: Content, chance: random.Random) -> None:
    section = chance.choice(("elements", "relations", "views", "property_definitions"))
    if not content[section]:
        return
    gone = {chance.choice(content[section])["id"]}
    gone |= {each["id"] for each in content["relations"] if gone & {each["from"], each["to"]}}
    for name in ("elements", "relations", "views", "property_definitions"):
        content[name] = [each for each in content[name] if each["id"] not in gone]
    for view in content["views"]:
        for siblings, node in list(_nodes(view["nodes"])):
            if node["element"] in gone or node["view"] in gone:
                siblings.remove(node)
        known = {node["id"] for _, node in _nodes(view["nodes"])}
        view["connections"] = [
            each for each in view["connections"]
            if each["relation"] not in gone and (each["source"] in known and each["target"] in known)
        ]  # fmt: skip
    for _, folder in _folders(content["folders"]):
        folder["holds"] = [each for each in folder["holds"] if isinstance(each, dict) or each not in gone]


def edit_node(content: Content, chance: random.Random) -> None:
    found = [pair for view in content["views"] for pair in _nodes(view["nodes"])]
    if not found:
        return
    _, node = chance.choice(found)
    match chance.choice(("move", "style", "unbox", "label")):
        case "move" if node["box"]:
            node["box"][chance.choice(("x", "y", "width"))] = chance.randint(0, 99)
        case "unbox":
            node["box"] = chance.choice((None, {"x": 0, "y": chance.randint(0, 3), "width": 9, "height": 9}))
        case "label":
            node["label"] = chance.choice((None, {"vi": chance.choice("ab"), "en": None, "other": []}))
        case _:
            node["style"] = chance.choice((None, {"fill": chance.choice(("#000000", "#ffffff"))}))


def place_node(content: Content, chance: random.Random) -> None:
    """Put a node elsewhere: into another node, or among others of its parent."""
    views = [view for view in content["views"] if view["nodes"]]
    if not views:
        return
    view = chance.choice(views)
    siblings, node = chance.choice(list(_nodes(view["nodes"])))
    siblings.remove(node)
    places = [view["nodes"], *(each["nodes"] for _, each in _nodes(view["nodes"]))]
    target = chance.choice(places)
    target.insert(chance.randint(0, len(target)), node)


def add_node(content: Content, chance: random.Random) -> None:
    if content["views"]:
        view = chance.choice(content["views"])
        name = f"m{chance.randint(0, 2)}"
        if name not in {node["id"] for _, node in _nodes(view["nodes"])}:
            element = chance.choice(content["elements"])["id"] if content["elements"] else None
            made = {"id": name, "element": element, "box": {"x": 1, "y": chance.randint(0, 9), "width": 5, "height": 5}}
            dumped = Model.model_validate({"views": [{"id": "v", "nodes": [made]}]}).model_dump(mode="json")
            places = [view["nodes"], *(each["nodes"] for _, each in _nodes(view["nodes"]))]
            chance.choice(places).append(dumped["views"][0]["nodes"][0])


def remove_node(content: Content, chance: random.Random) -> None:
    views = [view for view in content["views"] if view["nodes"]]
    if views:
        view = chance.choice(views)
        siblings, node = chance.choice(list(_nodes(view["nodes"])))
        at = siblings.index(node)
        siblings[at : at + 1] = node["nodes"] if chance.random() < 0.5 else []
        known = {each["id"] for _, each in _nodes(view["nodes"])}
        view["connections"] = [each for each in view["connections"] if {each["source"], each["target"]} <= known]


def edit_line(content: Content, chance: random.Random) -> None:
    lines = [each for view in content["views"] for each in view["connections"]]
    if lines:
        chance.choice(lines)["bends"] = [{"x": chance.randint(0, 3), "y": 0} for _ in range(chance.randint(0, 2))]


def file_thing(content: Content, chance: random.Random) -> None:
    found = list(_folders(content["folders"]))
    if not found:
        return
    _, source = chance.choice(found)
    _, target = chance.choice(found)
    things = [each for each in source["holds"] if isinstance(each, str)]
    if things:
        name = chance.choice(things)
        source["holds"].remove(name)
        target["holds"].insert(chance.randint(0, len(target["holds"])), name)


def move_folder(content: Content, chance: random.Random) -> None:
    found = list(_folders(content["folders"]))
    if found:
        siblings, folder = chance.choice(found)
        siblings.remove(folder)
        places = [content["folders"], *(each["holds"] for _, each in _folders(content["folders"]))]
        chance.choice(places).append(folder)


def edit_folders(content: Content, chance: random.Random) -> None:
    found = list(_folders(content["folders"]))
    match chance.choice(("add", "remove", "rename")):
        case "remove" if found:
            siblings, folder = chance.choice(found)
            at = siblings.index(folder)
            siblings[at : at + 1] = [
                each for each in folder["holds"] if siblings is not content["folders"] or isinstance(each, dict)
            ]
        case "rename" if found:
            chance.choice(found)[1]["name"] = {"vi": chance.choice("ABC"), "en": None, "other": []}
        case _:
            name = f"nf{chance.randint(0, 1)}"
            if name not in {each["id"] for _, each in found}:
                made = Model.model_validate({"folders": [{"id": name}]}).model_dump(mode="json")["folders"][0]
                content["folders"].append(made)


def reorder(content: Content, chance: random.Random) -> None:
    items = content[chance.choice(("elements", "relations", "views", "folders"))]
    if len(items) > 1:
        items.insert(0, items.pop(chance.randrange(len(items))))


EDITS: tuple[Callable[[Content, random.Random], None], ...] = (
    set_field, set_words, set_property, set_list, set_cost, set_contract, set_ends, add_thing, remove_thing, edit_node,
    place_node, add_node, remove_node, edit_line, file_thing, move_folder, edit_folders, reorder,
)  # fmt: skip


def losses(base: Model, ours: Model, theirs: Model, merge: Merge, *, theirs_stands: bool = False) -> list[str]:
    """Every edit that is neither in the merged model nor in a conflict, and every fact that nobody wrote.

    Where theirs stands till it is decided, what hangs on a thing they removed is told with its conflict.
    """
    facts = [facts_of(each) for each in (base, ours, theirs, merge.model)]
    told = {(conflict.thing, conflict.path) for conflict in merge.conflicts}
    for conflict in merge.conflicts if theirs_stands else ():
        if conflict.kind == "needed":
            told |= {((section, name), "") for section, _, name in (each.partition("/") for each in conflict.because)}
    found = []
    for side, other, name in ((facts[1], facts[2], "ours"), (facts[2], facts[1], "theirs")):
        found += [f"{name}: {each}" for each in _lost(facts[0], side, other, facts[3], told)]
    return [*found, *_invented(*facts)]


def _lost(base: Facts, side: Facts, other: Facts, result: Facts, told: set[Any]) -> Iterator[str]:
    for key in dict.fromkeys((*base, *side)):
        if base.get(key) == side.get(key) or _is_told(key, "", told):
            continue
        if key not in side:
            if key in result and key[0] != "strays":
                yield f"{key} was removed and is still there"
            continue
        if key not in result:
            if key in base and key not in other and _only_order(base[key], side[key]):
                continue
            if key[0] == "strays" and _is_told(key, "folders", told):
                continue  # nothing but the folders that hold it makes it be there
            yield f"{key} is gone"
            continue
        before = base.get(key, {})
        for path in dict.fromkeys((*before, *side[key])):
            if before.get(path) != side[key].get(path) and not _is_told(key, path, told):
                values = [each.get(key, {}).get(path) for each in (base, side, other, result)]
                if not _is_kept(path, values, result[key]):
                    yield f"{key} {path}: {values}"


def _only_order(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return all(before.get(path) == after.get(path) or path.endswith(":order") for path in (*before, *after))


def _is_told(key: tuple[str, str], path: str, told: set[Any]) -> bool:
    whole = {key, ("views", key[1].partition("/")[0])} if key[0] in ("nodes", "connections") else {key}
    parts = path.split(".")
    return any((each, "") in told for each in whole) or any(
        (key, ".".join(parts[:number])) in told for number in range(1, len(parts) + 1)
    )


def _is_kept(path: str, values: list[Any], result: dict[str, Any]) -> bool:
    before, mine, _, found = values
    if found == mine or mine == {} or before == {}:
        return True
    if path.endswith(":order"):
        return _order_is_kept(before or [], mine or [], found or [])
    if not any(isinstance(each, list) for each in values) or path in ("folders", "bends"):
        return False
    for item in _keyed([*(before or []), *(mine or [])]):
        count, own, other, now = (_keyed(each or []).count(item) for each in values)
        if own > count and now < own - max(0, count - other):
            return False
        if own < count and now > max(own, other):
            return False
    return True


def _order_is_kept(before: list[Any], mine: list[Any], found: list[Any]) -> bool:
    base, side, now = (numbered(_keyed(each)) for each in (before, mine, found))
    known = [each for each in side if each in base and each in now]
    if known != [each for each in base if each in known] and [each for each in now if each in known] != known:
        return False
    line = [each for each in side if each in now]
    return all(now.index(one) < now.index(two) for one, two in pairwise(line) if two not in base)


def _keyed(items: list[Any]) -> list[str]:
    return [repr(each) for each in items]


def _invented(base: Facts, ours: Facts, theirs: Facts, result: Facts) -> Iterator[str]:
    for key, facts in result.items():
        for path, value in facts.items():
            known = [each.get(key, {}).get(path) for each in (base, ours, theirs)]
            if value in known or path.endswith(":order"):
                continue
            pool = [item for each in known if isinstance(each, list) for item in each]
            if not isinstance(value, list) or any(item not in pool for item in value):
                yield f"{key} {path}: nobody wrote {value!r}"


def needless(base: Model, ours: Model, theirs: Model, merge: Merge) -> list[str]:
    """The conflicts about what only one side changed, or both alike: a merge that asks everything loses nothing too."""
    before, mine, others = (facts_of(each) for each in (base, ours, theirs))
    return [each.key for each in merge.conflicts if not _is_needed(each, before, mine, others)]


def _is_needed(conflict: Conflict, *facts: Facts) -> bool:
    sides = [each.get(conflict.thing) for each in facts]
    there = [each is not None for each in sides]
    if conflict.kind in ("field", "order"):
        values = [None if each is None else each.get(conflict.path) for each in sides]
        return values[1] != values[2] and values[0] not in (values[1], values[2])
    if conflict.path:
        return True
    if conflict.kind == "incomplete":
        return not there[0]
    if conflict.kind == "needed":
        return there[1] != there[2] and bool(conflict.because)
    return conflict.kind != "removed" or there[1] != there[2]
