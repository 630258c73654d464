"""The search syntax CKAN hands to Solr, read into a tree.

``field:value``, ``"a phrase"``, AND OR NOT + -, groups, ``[a TO b]``, ``*``; what a field means is in
:mod:`hub.open.ckan.conditions`. What this directory cannot honour (fuzzy words, boosts, regular expressions, local
parameters) is refused by name, never passed over. Words side by side must all hold, as CKAN sets its operator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from hub.open.ckan.errors import CkanSearchError, CkanSearchQueryError

DEPTH: Final = 30
TERMS: Final = 500
TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+|,(?=\s))
  | (?P<phrase>"(?:[^"\\]|\\.)*")
  | (?P<range>[\[{]\s*(?:"[^"]*"|[^\s\]}"]+)\s+TO\s+(?:"[^"]*"|[^\s\]}"]+)\s*[\]}])
  | (?P<and>AND(?=[\s(]|$)|&&)
  | (?P<or>OR(?=[\s(]|$)|\|\|)
  | (?P<not>NOT(?=[\s(]|$)|!)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<must>\+)
  | (?P<mustnot>-)
  | (?P<field>(?:[^\s:()"\[\]{}\\+\-!^~/]|\\.)(?:[^\s:()"\[\]{}\\^~]|\\.)*:(?!:))
  | (?P<regex>/(?:[^/\\]|\\.)*/)
  | (?P<extra>[\^~][\d.]*)
  | (?P<word>(?:[^\s()"\[\]{}\\^~:]|\\.|(?<=\d):(?=\d))+)
    """,
    re.VERBOSE,
)
BOUNDS: Final = re.compile(r'([\[{])\s*("[^"]*"|\S+)\s+TO\s+("[^"]*"|[^\s\]}]+)\s*([\]}])')


@dataclass(frozen=True, slots=True)
class Value:
    """One thing a field must hold; ``field`` empty: any text. ``is_phrase``: it stood in quotation marks."""

    field: str
    text: str
    is_phrase: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A range of a field; None is open, the flags say whether a bound itself is inside."""

    field: str
    low: str | None
    high: str | None
    has_low: bool = True
    has_high: bool = True


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: Node


@dataclass(frozen=True, slots=True)
class All:
    """What must hold together; without parts it holds for everything."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Of which at least one must hold."""

    parts: tuple[Node, ...]


Node = Value | Span | Not | All | Either
EVERYTHING: Final = All(())


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _tokens(text: str, where: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise CkanSearchQueryError(
                where, f"“{text[at : at + 20]}”处无法读懂", f"cannot be read at {text[at : at + 20]!r}"
            )
        kind = str(match.lastgroup)
        if kind in {"extra", "regex"}:
            raise CkanSearchQueryError(
                match.group(),
                "不支持模糊、加权和正则写法",
                "fuzzy words, boosts and regular expressions are not supported",
            )
        if kind != "space":
            found.append(_Token(kind, match.group()))
        at = match.end()
    if len(found) > TERMS:
        raise CkanSearchQueryError(where, f"条件超过 {TERMS} 个", f"more than {TERMS} conditions")
    return found


class _Reader:
    """Reads tokens by recursive descent: OR binds loosest, then AND and standing side by side, then NOT."""

    def __init__(self, tokens: list[_Token], where: str) -> None:
        """``where`` is the argument the text came in."""
        self.tokens = tokens
        self.where = where
        self.at = 0
        self.depth = 0

    @property
    def kind(self) -> str:
        """The kind of the token that comes next; empty at the end."""
        return self.tokens[self.at].kind if self.at < len(self.tokens) else ""

    def take(self) -> _Token:
        """Return the next token and go on."""
        token = self.tokens[self.at]
        self.at += 1
        return token

    def either(self, field: str) -> Node:
        """Read parts joined by OR."""
        self.depth += 1
        if self.depth > DEPTH:
            raise CkanSearchQueryError(self.where, "括号嵌套过深", "brackets are nested too deeply")
        parts = [self.all(field)]
        while self.kind == "or":
            self.take()
            parts.append(self.all(field))
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def all(self, field: str) -> Node:
        """Read parts joined by AND or standing side by side."""
        parts = [self.one(field)]
        while self.kind not in {"", "or", "close"}:
            if self.kind == "and":
                self.take()
            parts.append(self.one(field))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def one(self, field: str) -> Node:
        """Read one part with the signs before it."""
        if self.kind in {"not", "mustnot"}:
            self.take()
            return Not(self.one(field))
        if self.kind == "must":
            self.take()
            return self.one(field)
        if self.kind in {"", "and", "or", "close"}:
            raise CkanSearchQueryError(self.where, "条件不完整", "a condition is missing")
        token = self.take()
        if token.kind == "field":
            name = _unescaped(token.text[:-1])
            if field:
                raise CkanSearchQueryError(
                    token.text, "条件中又出现检索项的名称", "a field inside the group of another field"
                )
            return self.one(name)
        if token.kind == "open":
            inner = self.either(field)
            if self.kind != "close":
                raise CkanSearchQueryError(self.where, "缺少右括号", "a closing bracket is missing")
            self.take()
            return inner
        return self.value(token, field)

    def value(self, token: _Token, field: str) -> Node:
        """Return a word, phrase or range as a condition."""
        if token.kind == "phrase":
            return Value(field, _unescaped(token.text[1:-1]), is_phrase=True)
        if token.kind == "range":
            return self.span(token, field)
        return Value(field, _unescaped(token.text))

    def span(self, token: _Token, field: str) -> Span:
        """Return a range."""
        bounds = BOUNDS.fullmatch(token.text)
        if bounds is None or not field:
            raise CkanSearchQueryError(token.text, "范围无法读懂", "the range cannot be read")
        low, high = (None if bounds[n].strip('"') == "*" else bounds[n].strip('"') for n in (2, 3))
        return Span(field, low, high, has_low=bounds[1] == "[", has_high=bounds[4] == "]")


def parse(text: str, where: str) -> Node:
    """Read a query; blank, ``*`` and ``*:*`` hold for everything.

    Args:
        text: what the client sent.
        where: the argument it came in, for messages.

    Raises:
        CkanSearchQueryError: it cannot be read, or asks for what is not supported; the part is named.
        CkanSearchError: it holds local parameters ``{!...}``.
    """
    if "{!" in text:
        raise CkanSearchError(
            "检索条件不得含有局部参数 {!...}",
            "local parameters are not supported",
            next_zh="请去掉 {!...}",
            next_en="leave out the part in {!...}",
        )
    if text.strip() in {"", "*", "*:*"}:
        return EVERYTHING
    reader = _Reader(_tokens(text, where), where)
    if not reader.tokens:
        return EVERYTHING
    found = reader.either("")
    if reader.kind:
        raise CkanSearchQueryError(where, "右括号多余", "a closing bracket too many")
    return found
