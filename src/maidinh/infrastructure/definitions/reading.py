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

FILE_SIZE_LIMIT = 4 * 1024 * 1024  # bytes; the largest honest definition is a tenth of it

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


def read_form(path: Path, form: type[Form]) -> Form:
    """Read one YAML file as the given form. Raises DefinitionError naming file, line and what was expected."""
    content, lines = read_yaml(path)
    try:
        return form.model_validate(content)
    except ValidationError as error:
        raise DefinitionError([_problem(path, lines, detail) for detail in error.errors()]) from None


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


def read_yaml(path: Path) -> tuple[Any, dict[Position, int]]:
    """The content of a YAML file and the line of every key and item in it (the first line is 1)."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise DefinitionError([Problem(path, 0, "", "the file is missing")]) from None
    except UnicodeDecodeError as error:
        raise DefinitionError(
            [Problem(path, 0, "", f"expected UTF-8 text ({error.reason} at byte {error.start})")]
        ) from None
    if len(text) > FILE_SIZE_LIMIT:
        raise DefinitionError([Problem(path, 0, "", f"larger than {FILE_SIZE_LIMIT} bytes")])
    try:
        node = yaml.compose(text, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line + 1) if error.problem_mark else 0
        raise DefinitionError([Problem(path, line, "", f"not readable as YAML: {error.problem}")]) from None
    except yaml.YAMLError as error:
        raise DefinitionError([Problem(path, 0, "", f"not readable as YAML: {error}")]) from None
    if node is None:
        raise DefinitionError([Problem(path, 1, "", "the file is empty")])
    lines: dict[Position, int] = {}
    problems: list[Problem] = []
    content = _construct(node, (), lines, problems, path, set())
    if problems:
        raise DefinitionError(problems)
    return content, lines


def _loader() -> type[yaml.SafeLoader]:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_SCALARS = yaml.SafeLoader("")


def _construct(
    node: yaml.Node, at: Position, lines: dict[Position, int], problems: list[Problem], path: Path, seen: set[int]
) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(at, line)
    if isinstance(node, (yaml.MappingNode, yaml.SequenceNode)):
        if id(node) in seen:
            problems.append(Problem(path, line, _place(at), "aliases are not allowed: write the value out"))
            return None
        seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = _SCALARS.construct_object(key_node)
            if not isinstance(key, (str, int)):
                key = str(key_node.value)
            if key in result:
                problems.append(
                    Problem(path, key_node.start_mark.line + 1, _place((*at, key)), "the same key stands here twice")
                )
            lines[(*at, key)] = key_node.start_mark.line + 1
            result[key] = _construct(value_node, (*at, key), lines, problems, path, seen)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_construct(child, (*at, n), lines, problems, path, seen) for n, child in enumerate(node.value)]
    try:
        return _SCALARS.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        problems.append(Problem(path, line, _place(at), f"a value that can't be read: {error}"))
        return None


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
