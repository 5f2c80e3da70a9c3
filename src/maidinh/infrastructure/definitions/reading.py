"""Reading a definition file: YAML to a checked form, with file and line for whatever is wrong.

Layer 7. Aliases are refused (they hide expansion), duplicate keys too (YAML would silently keep the last).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from maidinh.infrastructure.definitions.collection import uncollected

FILE_SIZE_LIMIT = 4 * 1024 * 1024  # bytes; the largest honest definition is a tenth of it

DEPTH_LIMIT = 50  # the deepest honest definition has 10; composing recurses in C, which no exception stops
PART_LIMIT = 3_000_000  # keys, values, their beginnings and ends; the largest public model has 1.3 million in YAML
NUMBER_LIMIT = 100  # characters of a number or day: a longer one takes the square of its length to compute
PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")
)
TEXT_TAG = "tag:yaml.org,2002:str"
COMPUTED_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "timestamp"))

Form = TypeVar("Form", bound=BaseModel)
Position = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in one definition file."""

    file: Path
    line: int
    place: str
    expected: str

    def __str__(self) -> str:
        place = f" {self.place}:" if self.place else ""
        return f"{self.file}:{self.line}:{place} {self.expected}"


class DefinitionError(Exception):
    """A definition can't be used; `problems` says where and why, all of them at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))

    @classmethod
    def of(cls, path: Path, lines: dict[Position, int], error: ValidationError) -> DefinitionError:
        """The same error as the form's, each problem at its line."""
        return cls([_problem(path, lines, detail) for detail in error.errors()])


def read_form(path: Path, form: type[Form], *, limit: int = FILE_SIZE_LIMIT) -> Form:
    """Read one YAML file as the given form. Raises DefinitionError naming file, line and what was expected."""
    content, lines = read_yaml(path, limit=limit)
    try:
        return form.model_validate(content)
    except ValidationError as error:
        raise DefinitionError.of(path, lines, error) from None


def read_all(paths: Iterable[Path], form: type[Form]) -> dict[Path, Form]:
    """Read many files as the same form. Raises one DefinitionError with the problems of all of them."""
    content: dict[Path, Form] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            content[path] = read_form(path, form)
        except DefinitionError as error:
            problems.extend(error.problems)
    if problems:
        raise DefinitionError(problems)
    return content


def read_yaml(path: Path, *, limit: int = FILE_SIZE_LIMIT) -> tuple[Any, dict[Position, int]]:
    """The content of a YAML file of at most `limit` bytes, and the line of every key and item (the first is 1)."""
    try:
        if path.stat().st_size > limit:
            raise DefinitionError([Problem(path, 0, "", f"larger than {limit} bytes")])
        text = read_text(path)
    except FileNotFoundError:
        raise DefinitionError([Problem(path, 0, "", "the file is missing")]) from None
    return parse_yaml(text, path)


def parse_yaml(text: str, path: Path) -> tuple[Any, dict[Position, int]]:
    """The content of YAML text, and the line of every key and item; `path` is what problems name."""
    try:
        _look_through(text, path)
        with uncollected():
            node = yaml.compose(text, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line + 1) if error.problem_mark else 0
        raise DefinitionError([Problem(path, line, "", f"not readable as YAML: {error.problem}")]) from None
    except yaml.YAMLError as error:
        raise DefinitionError([Problem(path, 0, "", f"not readable as YAML: {error}")]) from None
    if node is None:
        raise DefinitionError([Problem(path, 1, "", "the file is empty")])
    construction = _Construction(path)
    with uncollected():
        content = construction.content(node, ())
    if construction.problems:
        raise DefinitionError(construction.problems)
    return content, construction.lines


def read_mapping(path: Path, *, limit: int = FILE_SIZE_LIMIT) -> dict[str, Any]:
    """The content of a YAML file that must be keys with values. Raises DefinitionError."""
    content, _ = read_yaml(path, limit=limit)
    if not isinstance(content, dict):
        raise DefinitionError([Problem(path, 1, "", "expected keys with their values, not a list or a single value")])
    return content


def read_text(path: Path) -> str:
    """The text of a file in UTF-8. Raises DefinitionError."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        said = f"expected UTF-8 text ({error.reason} at byte {error.start})"
        raise DefinitionError([Problem(path, 0, "", said)]) from None


def _look_through(text: str, path: Path) -> None:
    """Raises DefinitionError where the text nests too deep or has too many parts; it stops there."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_loader())):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_LIMIT:
            raise DefinitionError([Problem(path, _line(event), "", f"nested more than {DEPTH_LIMIT} deep")])
        if count > PART_LIMIT:
            expected = f"more than {PART_LIMIT} keys and values: divide the file"
            raise DefinitionError([Problem(path, _line(event), "", expected)])


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _loader() -> type[yaml.SafeLoader]:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Construction:
    """The making of plain content from the nodes of one file, with the line of each part and what is refused."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Position, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()
        self._scalars = yaml.SafeLoader("")

    def content(self, node: yaml.Node, at: Position) -> Any:
        """What the node holds; None where it is refused."""
        self.lines.setdefault(at, node.start_mark.line + 1)
        if node.tag not in PLAIN_TAGS:
            return self._refuse(node, at, f"tags are not allowed (found {node.tag})")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, at)
        if id(node) in self._seen:
            return self._refuse(node, at, "aliases are not allowed: write the value out")
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.content(child, (*at, n)) for n, child in enumerate(node.value)]
        return self._mapping(node, at)

    def _mapping(self, node: yaml.Node, at: Position) -> dict[str | int, Any]:
        result: dict[str | int, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, at)
            if key is None:
                continue
            if key in result:
                self._refuse(key_node, (*at, key), "the same key stands here twice")
            self.lines[(*at, key)] = key_node.start_mark.line + 1
            result[key] = self.content(value_node, (*at, key))
        return result

    def _key(self, node: yaml.Node, at: Position) -> str | int | None:
        if not isinstance(node, yaml.ScalarNode) or node.tag not in PLAIN_TAGS:
            self._refuse(node, at, "expected a plain word or number as key")
            return None
        key = self._scalar(node, at)
        return key if isinstance(key, (str, int)) and not isinstance(key, bool) else str(node.value)

    def _scalar(self, node: yaml.Node, at: Position) -> Any:
        if node.tag == TEXT_TAG:  # nine of ten, and the library takes many calls to say the same
            return node.value
        if node.tag in COMPUTED_TAGS and len(node.value) > NUMBER_LIMIT:
            return self._refuse(node, at, f"a value that can't be read: longer than {NUMBER_LIMIT} characters")
        try:
            return self._scalars.construct_object(node)
        except (KeyError, IndexError, AttributeError):  # how the library says that a value doesn't fit its tag
            return self._refuse(node, at, f"a value that can't be read: {node.value!r} is no {node.tag.split(':')[-1]}")
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            return self._refuse(node, at, f"a value that can't be read: {error}")

    def _refuse(self, node: yaml.Node, at: Position, expected: str) -> None:
        self.problems.append(Problem(self.path, node.start_mark.line + 1, _place(at), expected))


def _place(at: Position) -> str:
    return ".".join(str(part) for part in at)


def _problem(path: Path, lines: dict[Position, int], detail: Any) -> Problem:
    at: Position = tuple(part for part in detail["loc"])
    place = at
    while place and place not in lines:
        place = place[:-1]
    found = detail.get("input")
    shown = "" if isinstance(found, (dict, list)) or detail["type"] == "missing" else f" (found {found!r})"
    return Problem(path, lines.get(place, 1), _place(at), f"{detail['msg']}{shown}")
