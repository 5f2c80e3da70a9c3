"""The outline of a rule's SQL: its SELECTs, the tables that each names, and which columns it holds equal.

Layer 4, governance. Pure. It understands the plain forms that rules are mostly written in and refuses every other: a
wrong outline would make a wrong verdict, a refused one only a slower.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from maidinh.governance.querying.schema import TABLES

TOKEN = re.compile(
    r"(?P<skip>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<text>'(?:[^']|'')*')|(?P<word>[^\W\d]\w*)|(?P<number>\d[\w.]*)"
    r"|(?P<sign>\|\||<>|!=|<=|>=|==|.)",
    re.DOTALL,
)
UNCLEAR = frozenset({
    "with", "union", "intersect", "except", "values", "group", "having", "order", "limit", "offset", "window", "over",
    "filter", "case", "between", "natural", "using", "right", "full", "indexed", "collate", "escape", "count", "sum",
    "total", "avg", "min", "max", "group_concat", "string_agg", "all",
})  # fmt: skip
JOINS = frozenset({"join", "left", "outer", "inner", "cross", ","})
ENDS = frozenset({"where", "on", "as", *JOINS})
Column = tuple["Named", str]
Pairs = list[tuple[str, Column]]


class Unclear(Exception):
    """The SQL is not of a form that is understood."""


@dataclass(frozen=True)
class Token:
    """A word, a sign, a text or a number, and where it stands."""

    text: str
    kind: str
    start: int
    end: int


@dataclass(eq=False)
class Named:
    """A table that a SELECT names, by the name that it gives it; optional where it is joined by LEFT JOIN."""

    name: str
    table: str
    scope: Scope
    optional: bool
    on: list[Token] = field(default_factory=list)


@dataclass(eq=False)
class Scope:
    """One SELECT: the tables that it names, where it stands in another, whether it looks at nothing outside itself."""

    sql: str
    tokens: list[Token]
    parent: Scope | None
    exists: bool
    named: list[Named] = field(default_factory=list)
    where: list[Token] = field(default_factory=list)
    apart: bool = True

    def lies_in(self, other: Scope) -> bool:
        """Whether it is a part of the other."""
        return self.parent is not None and (self.parent is other or self.parent.lies_in(other))

    def text(self) -> str:
        """As it was written."""
        return self.sql[self.tokens[0].start : self.tokens[-1].end]

    def condition(self) -> str:
        """What stands after WHERE, as it was written."""
        return self.sql[self.where[0].start : self.where[-1].end] if self.where else ""

    def ties_of(self, each: Named) -> Iterator[Pairs]:
        """The columns of this table of its own that it holds equal to those of another, one `AND` after the other."""
        said = [each.on] if each.optional else [self.where, *(other.on for other in self.named if not other.optional)]
        said += [] if each.optional else [each.on]
        for condition in said:
            for part in _split(condition, "and") if not _has(condition, "or") else [condition]:
                pairs = _pairs(part, self, each)
                if pairs:
                    yield pairs


@dataclass(frozen=True)
class Outline:
    """A rule's SELECTs, the outermost first; its subject, None where it is about the whole model."""

    sql: str
    scopes: list[Scope]
    subject: Column | None

    def split(self) -> tuple[str, str]:
        """The rule before and after a list of subjects that it is to be asked of."""
        scope = self.scopes[0]
        said, column = self.subject if self.subject else (scope.named[0], "id")
        end = scope.tokens[-1].end
        crossed = [each for each in scope.tokens if each.text.lower() == "cross" and each.kind == "word"]
        where = scope.where[0].start if scope.where else end
        head = self.sql[:where]
        for each in reversed(crossed):  # the order that it asks for is that of asking everything
            if each.end <= where:
                head = head[: each.start] + " " * 5 + head[each.end :]
        told = f"{said.name}.{column} IN"
        return (f"{head}{told}", f"AND ({self.sql[where:end]})") if scope.where else (f"{head} WHERE {told}", "")


def outlined(sql: str) -> Outline:
    """The outline of a rule. Raises Unclear."""
    tokens = _tokens(sql)
    if tokens and tokens[-1].text == ";":
        tokens.pop()
    if not tokens or any(each.kind == "word" and each.text.lower() in UNCLEAR for each in tokens):
        raise Unclear
    scopes: list[Scope] = []
    _read(sql, tokens, None, scopes, exists=False)
    return Outline(sql, scopes, _subject(scopes[0]))


def _tokens(sql: str) -> list[Token]:
    found = []
    for each in TOKEN.finditer(sql):
        kind = each.lastgroup or ""
        if kind == "sign" and each[0] in ('"', "`", "[", "]", "?", "@", "$", "'"):
            raise Unclear
        if kind != "skip":
            found.append(Token(each[0], kind, each.start(), each.end()))
    return found


def _read(sql: str, tokens: list[Token], parent: Scope | None, scopes: list[Scope], *, exists: bool) -> None:
    """Read one SELECT and those in it."""
    scope = Scope(sql, tokens, parent, exists)
    scopes.append(scope)
    if tokens[0].text.lower() != "select":
        raise Unclear
    start, where = _place(tokens, "from"), _place(tokens, "where")
    if start is None or (where is not None and where < start):
        raise Unclear
    scope.where = tokens[where + 1 :] if where is not None else []
    if where is not None and not scope.where:
        raise Unclear
    _read_tables(scope, tokens[start + 1 : where])
    own, at = [], 0
    while at < len(tokens):
        if tokens[at].text == "(" and at + 1 < len(tokens) and tokens[at + 1].text.lower() == "select":
            close = _closing(tokens, at)
            before = tokens[at - 1].text.lower()
            _read(sql, tokens[at + 1 : close], scope, scopes, exists=before == "exists")
            at = close
        else:
            own.append(at)
        at += 1
    _look_outside(scope, [tokens[each] for each in own])


def _read_tables(scope: Scope, tokens: list[Token]) -> None:
    at = 0
    joined: list[str] = []
    while at < len(tokens):
        while at < len(tokens) and tokens[at].text.lower() in JOINS:
            joined.append(tokens[at].text.lower())
            at += 1
        if at == len(tokens) or tokens[at].text.lower() not in TABLES:
            raise Unclear
        table = name = tokens[at].text.lower()
        at += 1
        if at < len(tokens) and tokens[at].text.lower() == "as":
            at += 1
        if at < len(tokens) and tokens[at].kind == "word" and tokens[at].text.lower() not in ENDS:
            name = tokens[at].text.lower()
            at += 1
        named = Named(name, table, scope, "left" in joined)
        if any(each.name == name for each in scope.named):
            raise Unclear
        scope.named.append(named)
        joined = []
        if at < len(tokens) and tokens[at].text.lower() == "on":
            end = next((each for each in _level(tokens, at + 1) if tokens[each].text.lower() in JOINS), len(tokens))
            named.on = tokens[at + 1 : end]
            at = end
        if at < len(tokens) and tokens[at].text.lower() not in JOINS:
            raise Unclear
    if joined or not scope.named:
        raise Unclear


def _look_outside(scope: Scope, own: list[Token]) -> None:
    """Note in this SELECT, and in those around it, that it looks at a table further out."""
    top = scope
    while top.parent is not None:
        top = top.parent
    given = {after.text.lower() for before, after in pairwise(top.tokens) if before.text.lower() == "as"}
    for at, token in enumerate(own):
        if token.kind != "word" or (at and own[at - 1].text == "."):
            continue
        qualified = at + 1 < len(own) and own[at + 1].text == "."
        word = token.text.lower()
        at_scope: Scope | None = scope
        while at_scope is not None:
            if any(each.name == word if qualified else word in TABLES[each.table].names for each in at_scope.named):
                break
            at_scope = at_scope.parent
        else:
            if qualified or (scope.parent is not None and word in given):
                raise Unclear
            continue  # a word of the language, a function, a table, a name that is given
        inner = scope
        while inner is not at_scope:
            inner.apart = False
            if inner.parent is None:
                break
            inner = inner.parent


def _subject(scope: Scope) -> Column | None:
    start = _place(scope.tokens, "from")
    listed = scope.tokens[1:start]
    if listed and listed[0].text.lower() == "distinct":
        listed = listed[1:]
    for item in _split(listed, ","):
        if len(item) > 2 and [each.text.lower() for each in item[-2:]] == ["as", "subject"]:
            if len(item) == 3 and item[0].kind == "text":
                return None
            found = _column(item[:-2], scope)
            if found is None or found[0].scope is not scope or not _is_text(found):
                raise Unclear
            return found
    raise Unclear


def _pairs(part: Sequence[Token], scope: Scope, each: Named) -> Pairs | None:
    """The columns of the table that this condition holds equal to columns of one other, whichever of them it is."""
    part = _bare(part)
    found: Pairs = []
    for one in _split(part, "or"):
        equal = _equal(_bare(one), scope)
        if equal is None:
            return None
        for first, second in equal:
            own, other = (first, second) if first[0] is each else (second, first)
            if own[0] is not each or other[0] is each:
                return None
            if not (_is_text(own) and _is_text(other)):
                return None
            found.append((own[1], other))
    return found if len({id(other[0]) for _, other in found}) == 1 else None


def _equal(part: Sequence[Token], scope: Scope) -> list[tuple[Column, Column]] | None:
    """`a = b` or `a IN (b, c)`, all of them columns."""
    place = next((at for at in _level(part, 0) if part[at].text.lower() in ("=", "==", "in")), None)
    if place is None:
        return None
    first = _column(part[:place], scope)
    others = [part[place + 1 :]]
    if part[place].text.lower() == "in":
        rest = part[place + 1 :]
        if not rest or rest[0].text != "(" or _closing(rest, 0) != len(rest) - 1:
            return None
        others = _split(rest[1:-1], ",")
    columns = [_column(each, scope) for each in others]
    if first is None or None in columns:
        return None
    return [(first, each) for each in columns if each is not None]


def _column(part: Sequence[Token], scope: Scope) -> Column | None:
    words = [each.text.lower() for each in part]
    at: Scope | None = scope
    while at is not None:
        if len(words) == 3 and words[1] == "." and part[0].kind == part[2].kind == "word":
            found = [each for each in at.named if each.name == words[0]]
            if found:
                return (found[0], words[2]) if words[2] in TABLES[found[0].table].names else None
        elif len(words) == 1 and part[0].kind == "word":
            found = [each for each in at.named if words[0] in TABLES[each.table].names]
            if found:
                return (found[0], words[0]) if len(found) == 1 else None
        at = at.parent
    return None


def _is_text(column: Column) -> bool:
    """Texts are compared as they stand; numbers and texts would be turned into each other."""
    table = TABLES[column[0].table]
    return not table.columns[table.names.index(column[1])].endswith(" INT")


def _bare(part: Sequence[Token]) -> Sequence[Token]:
    while len(part) > 2 and part[0].text == "(" and _closing(part, 0) == len(part) - 1:
        part = part[1:-1]
    return part


def _level(tokens: Sequence[Token], start: int) -> Iterator[int]:
    """The places outside all brackets."""
    deep = 0
    for at in range(start, len(tokens)):
        if tokens[at].text == ")":
            deep -= 1
        if deep == 0:
            yield at
        if tokens[at].text == "(":
            deep += 1


def _place(tokens: Sequence[Token], word: str) -> int | None:
    return next((at for at in _level(tokens, 0) if tokens[at].text.lower() == word), None)


def _has(tokens: Sequence[Token], word: str) -> bool:
    return _place(tokens, word) is not None


def _split(tokens: Sequence[Token], word: str) -> list[Sequence[Token]]:
    found: list[Sequence[Token]] = []
    start = 0
    for at in _level(tokens, 0):
        if tokens[at].text.lower() == word:
            found.append(tokens[start:at])
            start = at + 1
    return [*found, tokens[start:]]


def _closing(tokens: Sequence[Token], start: int) -> int:
    deep = 0
    for at in range(start, len(tokens)):
        deep += {"(": 1, ")": -1}.get(tokens[at].text, 0)
        if deep == 0:
            return at
    raise Unclear
