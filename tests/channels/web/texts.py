"""The texts that modules can tell of a file, collected from their code: what stands in the call that tells a problem.

A name in a text is looked up (constants, assignments, the ends of `for`); what is known only when the code runs becomes
`FILL`. A text that is only passed on (`error.text`) is collected where it is made.
"""

from __future__ import annotations

import ast
import importlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src"
FILL = "7"  # reads as a number, a name and an identifier alike
HOLDERS = {"FileRefused", "TableRefused", "ProfileError", "DefinitionError", "of"}  # are given what was told already
TOLD_ANEW = {"XMLSyntaxError"}  # is caught in its package, and told there as something else
TELLERS = {
    "Defect": 2, "Problem": 3, "RowProblem": 3, "Unliftable": 2, "Unreadable": 0, "Undecidable": 0,
    "ValueError": 0, "wrong": 1, "refuse": 1, "_refuse": 2, "_refused": -1, "_refusal": 0, "_saying": 1,
}  # fmt: skip


@dataclass
class Texts:
    """What a module can tell, and what was found in it that nobody can follow."""

    found: dict[str, int] = field(default_factory=dict)  # with the line
    lost: list[str] = field(default_factory=list)


def texts_in(path: Path) -> Texts:
    """Every text that a module of the sources tells."""
    return _Collection(path).texts


class _Collection:
    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.module = importlib.import_module(".".join(path.relative_to(SOURCE).with_suffix("").parts))
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.functions = {each.name: each for each in ast.walk(self.tree) if isinstance(each, ast.FunctionDef)}
        self.texts = Texts()
        # Of the two forms of a place, one has its text after the file, the other at the end.
        self.tellers = TELLERS | {"Place": 1 if ".workbooks." in f"{self._home('Place')}." else 3}
        self._look(self.tree, [])

    def _home(self, name: str) -> str:
        return str(getattr(getattr(self.module, name, None), "__module__", ""))

    def _look(self, node: ast.AST, around: list[ast.FunctionDef]) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef):
                self._look(child, [*around, child])
                continue
            if isinstance(child, ast.Call):
                self._told(child, around)
            if (
                isinstance(child, ast.Raise)
                and isinstance(child.exc, ast.Call)
                and (child.exc.args or child.exc.keywords)
            ):
                name = _name(child.exc.func)
                if name not in self.tellers.keys() | HOLDERS | TOLD_ANEW | self.functions.keys():
                    self._lost(child, f"raises {name}")
            self._look(child, around)

    def _told(self, call: ast.Call, around: list[ast.FunctionDef]) -> None:
        name = _name(call.func)
        if name not in self.tellers:
            return
        at = self.tellers[name]
        named = [each.value for each in call.keywords if each.arg in ("text", "expected")]
        if not named and (not call.args or any(isinstance(each, ast.Starred) for each in call.args)):
            return  # a copy of one that was told
        text = named[0] if named else call.args[at]
        if isinstance(text, ast.Name) and around and text.id in _parameters(around[-1]):
            if around[-1].name not in self.tellers:
                self._lost(call, f"{around[-1].name} is given the text: add it to the tellers")
            return
        for each in self._values(text, around, ()):
            if each.strip(FILL + "' "):
                self.texts.found.setdefault(each, call.lineno)

    def _values(self, node: ast.expr, around: list[ast.FunctionDef], seen: tuple[str, ...]) -> Iterator[str]:
        """What an expression can be, as text."""
        if isinstance(node, ast.Constant):
            yield from () if node.value is None else (str(node.value),)
        elif isinstance(node, ast.JoinedStr):
            parts = [list(dict.fromkeys(self._part(each, around, seen))) for each in node.values]
            yield from ("".join(each) for each in itertools.product(*parts))
        elif isinstance(node, ast.IfExp):
            yield from self._values(node.body, around, seen)
            yield from self._values(node.orelse, around, seen)
        elif isinstance(node, ast.BoolOp):
            for each in node.values:
                yield from self._values(each, around, seen)
        elif isinstance(node, ast.Name):
            yield from self._of_name(node, around, seen)
        elif isinstance(node, ast.Call) and _name(node.func) in self.functions:
            function = self.functions[_name(node.func)]
            for each in ast.walk(function):
                if isinstance(each, ast.Return) and each.value is not None:
                    yield from self._values(each.value, [function], seen)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = [list(self._part(each, around, seen)) for each in (node.left, node.right)]
            yield from ("".join(each) for each in itertools.product(*sides))
        elif isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.BinOp):
            yield FILL
        else:
            self._lost(node, f"a text made by {type(node).__name__}")

    def _part(self, node: ast.expr, around: list[ast.FunctionDef], seen: tuple[str, ...]) -> Iterator[str]:
        if not isinstance(node, ast.FormattedValue):
            yield from self._values(node, around, seen)
        elif node.conversion == ord("r"):
            yield f"'{FILL}'"
        elif isinstance(node.value, ast.Name | ast.IfExp | ast.JoinedStr | ast.BoolOp):
            yield from self._values(node.value, around, seen)
        else:
            yield FILL

    def _of_name(self, node: ast.Name, around: list[ast.FunctionDef], seen: tuple[str, ...]) -> Iterator[str]:
        name = node.id
        if name in seen:
            return
        for function in reversed(around):
            values = list(self._assigned(function, name))
            if values:
                for each in values:
                    yield from self._values(each, around, (*seen, name)) if each is not None else (FILL,)
                return
            if name in _parameters(function):
                yield FILL
                return
        value = getattr(self.module, name, None)
        yield value if isinstance(value, str) else FILL

    def _assigned(self, function: ast.FunctionDef, name: str) -> Iterator[ast.expr | None]:
        """What a name is set to in a function; None where only running it tells."""
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name) and target.id == name:
                        yield node.value
                    elif isinstance(target, ast.Tuple) and name in {_name(each) for each in target.elts}:
                        yield None
            elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
                if isinstance(node.target, ast.Name) and node.target.id == name:
                    yield node.value
            elif isinstance(node, ast.For | ast.comprehension):
                yield from self._looped(node, name)
            elif isinstance(node, ast.ExceptHandler) and node.name == name:
                yield None

    def _looped(self, loop: ast.For | ast.comprehension, name: str) -> Iterator[ast.expr | None]:
        """What a name is in each round, where the rounds stand in the code."""
        for at, target in enumerate(loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]):
            if not (isinstance(target, ast.Name) and target.id == name):
                continue
            iterated = loop.iter
            if isinstance(iterated, ast.Name):
                value = getattr(self.module, iterated.id, None)
                iterated = ast.parse(repr(value), mode="eval").body if isinstance(value, tuple) else iterated
            rounds = iterated.elts if isinstance(iterated, ast.Tuple | ast.List) else []
            for each in rounds:
                yield each.elts[at] if isinstance(each, ast.Tuple) and isinstance(loop.target, ast.Tuple) else each
            if not rounds:
                yield None

    def _lost(self, node: ast.AST, why: str) -> None:
        self.texts.lost.append(f"{self.name}:{getattr(node, 'lineno', 0)}: {why}")


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _parameters(function: ast.FunctionDef) -> set[str]:
    return {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
