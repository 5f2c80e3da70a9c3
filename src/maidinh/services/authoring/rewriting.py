"""Writing a changed content back into the YAML text that it came from: only what changed is touched. Pure.

Layer 4. Comments, order and layout stay wherever nothing changed. The result is read again; where it doesn't say what
it should, the whole text is written anew, without its comments: what is kept is right in any case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

WIDTH = 110
WIDEST = 1_000_000  # no line break inside of a value


def dumped(content: Any) -> str:
    """The content as YAML, in its order; small mappings on one line."""
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=None)


def rewritten(text: str, content: Any) -> str:
    """The text changed so that it says this content."""
    try:
        before, node = yaml.safe_load(text), yaml.compose(text, Loader=yaml.SafeLoader)
        if before == content and alike(before, content):
            return text
        if node is None:
            return dumped(content)
        edits = _Edits(text)
        edits.mend(node, before, content)
        result = edits.applied()
        if yaml.safe_load(result) == content:
            return result
    except (yaml.YAMLError, ValueError, AttributeError):
        pass
    return dumped(content)


def lost_comments(before: str, after: str) -> int:
    """How many lines of comment the second text has fewer."""
    counts = [sum(line.lstrip().startswith("#") for line in text.splitlines()) for text in (before, after)]
    return max(0, counts[0] - counts[1])


def alike(one: Any, other: Any) -> bool:
    """Equal and of the same kind throughout: 1, 1.0 and true are equal, and written differently."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    text: str


class _Edits:
    """The changes to one text, gathered while its content is walked."""

    def __init__(self, text: str) -> None:
        self.text = text if text.endswith("\n") else text + "\n"
        self.edits: list[_Edit] = []

    def applied(self) -> str:
        """The text with all changes; from its end, so that the places before stay right."""
        result = self.text
        numbered = sorted(enumerate(self.edits), key=lambda each: (each[1].start, each[1].end, each[0]), reverse=True)
        for _number, edit in numbered:  # of two at one place the later one first, so that it comes to stand behind
            result = result[: edit.start] + edit.text + result[edit.end :]
        return result

    def mend(self, node: yaml.Node, before: Any, after: Any) -> None:
        """Change what the node holds from one content to another."""
        if alike(before, after):
            return
        if isinstance(node, yaml.MappingNode) and isinstance(after, dict) and after and not node.flow_style:
            self._mapping(node, before, after)
        elif (
            isinstance(node, yaml.SequenceNode)
            and isinstance(after, list)
            and after
            and not node.flow_style
            and not self._in_pairs(before, after)
            and self._in_order(before, after)
        ):
            self._sequence(node, before, after)
        elif isinstance(node, yaml.SequenceNode) and not node.flow_style and self._in_pairs(before, after):
            for item, was, now in zip(node.value, before, after, strict=True):
                self.mend(item, was, now)
        else:
            self._replace(node, after)

    def _mapping(self, node: yaml.MappingNode, before: dict[Any, Any], after: dict[Any, Any]) -> None:
        for (key_node, value_node), key in zip(node.value, before, strict=True):
            if key not in after:
                if not self._begins_line(key_node.start_mark.index):
                    raise ValueError("the first key of an item, behind its dash, is gone")
                self.edits.append(self._lines(key_node.start_mark.index, self._end(value_node), ""))
            else:
                self.mend(value_node, before[key], after[key])
        added = {key: value for key, value in after.items() if key not in before}
        if added:
            block = "".join(map(_pair, added.items()))
            self._insert(self._end(node), node.start_mark.column, block)

    def _sequence(self, node: yaml.SequenceNode, before: list[Any], after: list[Any]) -> None:
        names = [_name(each) for each in before]
        kept = {_name(each): each for each in after}
        dash = self._dash(node)
        follows = self._line_start(node.value[0].start_mark.index)
        places: dict[Any, int] = {}
        for item, name, was in zip(node.value, names, before, strict=True):
            if name in kept:
                self.mend(item, was, kept[name])
            else:
                self.edits.append(self._lines(item.start_mark.index, self._end(item), ""))
            places[name] = self._after(self._end(item))
        at = follows
        for each in after:
            if _name(each) in places:
                at = places[_name(each)]
            else:
                self.edits.append(_Edit(at, at, _indented(_item(each), dash)))

    def _in_order(self, before: list[Any], after: list[Any]) -> bool:
        """Whether every item can be told from the others, and those that stay stand in the order they had."""
        were, are = [_name(each) for each in before], [_name(each) for each in after]
        if len(set(were)) != len(were) or len(set(are)) != len(are) or not set(were) & set(are):
            return False
        return [each for each in were if each in are] == [each for each in are if each in were]

    def _in_pairs(self, before: Any, after: Any) -> bool:
        """Whether both are as many things without ids: then one is changed where it stands."""
        if not (isinstance(before, list) and isinstance(after, list) and len(before) == len(after) and before):
            return False
        return all(isinstance(each, dict) and "id" not in each for each in (*before, *after))

    def _replace(self, node: yaml.Node, after: Any) -> None:
        """A value on one line, which may stand in every place."""
        start, end = node.start_mark.index, self._end(node)
        text = _inline(after)
        tail = "\n" if self.text[end - 1 : end] == "\n" else ""
        lead = ""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and self._begins_line(start):
            start = self._line_start(start)
            lead = " " * (node.start_mark.column + (1 if isinstance(node, yaml.SequenceNode) else 0))
        self.edits.append(_Edit(start, end, f"{lead}{text}{tail}"))

    def _insert(self, end: int, column: int, block: str) -> None:
        at = self._after(end)
        self.edits.append(_Edit(at, at, _indented(block, column)))

    def _lines(self, start: int, end: int, text: str) -> _Edit:
        return _Edit(self._line_start(start), self._after(end), text)

    def _line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _begins_line(self, at: int) -> bool:
        return not self.text[self._line_start(at) : at].strip()

    def _after(self, end: int) -> int:
        """Where the next line begins."""
        if end and self.text[end - 1] == "\n":
            return end
        found = self.text.find("\n", end)
        return len(self.text) if found < 0 else found + 1

    def _end(self, node: yaml.Node) -> int:
        """Where the last thing in the node ends; the parser's own mark of a block stands behind comments."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(node, yaml.MappingNode) else last)
        return int(node.end_mark.index)

    def _dash(self, node: yaml.SequenceNode) -> int:
        """In which column the dashes of a block stand."""
        start = node.value[0].start_mark.index
        line = self.text[self._line_start(start) : start]
        return line.rindex("-")


def _name(item: Any) -> Any:
    """By what an item of a list is told from the others: its id, else all that it says."""
    if isinstance(item, dict) and isinstance(item.get("id"), str):
        return item["id"]
    return repr(item)


def _inline(value: Any) -> str:
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=WIDEST, default_flow_style=True)
    return text.removesuffix("\n").removesuffix("\n...").rstrip("\n")


def _pair(pair: tuple[Any, Any]) -> str:
    key, value = pair
    return dumped({key: value}) if isinstance(value, (dict, list)) else f"{_inline(key)}: {_inline(value)}\n"


def _item(value: Any) -> str:
    return dumped([value]) if isinstance(value, (dict, list)) else f"- {_inline(value)}\n"


def _indented(block: str, column: int) -> str:
    return "".join(" " * column + line + "\n" if line else "\n" for line in block.splitlines())
