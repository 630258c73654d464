"""One SELECT over one resource, read into the query every dialect asks: what is not on the list is named and refused.

``SELECT [DISTINCT] * | names [AS other] | count(*) FROM "id" [WHERE …] [ORDER BY …] [LIMIT n] [OFFSET n]``; conditions
compare a name with a value (``= <> != < <= > >=``, ``IN``, ``BETWEEN``, ``LIKE 'a%'`` and ``'%a%'``, ``IS [NOT] NULL``)
under ``AND``, ``OR``, ``NOT``. Nothing of the text ever reaches the database. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from hub.open.ckan.errors import CkanNotAuthorizedError, CkanValidationError

LONGEST: Final = 20_000
DEEPEST: Final = 20
_TOKEN: Final = re.compile(
    r"""\s+|--[^\n]*|/\*.*?\*/
    |(?P<text>'(?:[^']|'')*')|(?P<name>"(?:[^"]|"")+")|(?P<number>\d+(?:\.\d+)?)
    |(?P<word>[^\W\d]\w*)|(?P<sign><=|>=|<>|!=|::|[-=<>(),.*;])""",
    re.VERBOSE | re.DOTALL,
)
_STATEMENTS: Final = {
    "insert": "InsertStmt",
    "update": "UpdateStmt",
    "delete": "DeleteStmt",
    "drop": "DropStmt",
    "create": "CreateStmt",
    "alter": "AlterTableStmt",
    "copy": "CopyStmt",
    "truncate": "TruncateStmt",
    "with": "WithClause",
    "explain": "ExplainStmt",
    "grant": "GrantStmt",
}
_COMPARED: Final = {"=": "eq", "<>": "ne", "!=": "ne", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_ENDS: Final = frozenset({"where", "order", "limit", "offset", "group", "having", "union", "join", "left", "inner"})
_LITERALS: Final = {"true": True, "false": False, "null": None}

Condition = tuple[object, ...]
"""``("and", parts…)``, ``("or", parts…)``, ``("not", part)``, ``(operator, name, value)``."""


@dataclass
class Selected:
    """What a SELECT asks: ``columns`` are (name, shown as), None for all; ``is_count`` for count(*)."""

    table: str = ""
    columns: list[tuple[str, str]] | None = None
    is_count: bool = False
    count_name: str = "count"
    is_distinct: bool = False
    where: Condition | None = None
    order: list[str] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0


def _refuse(what: str) -> CkanValidationError:
    zh = f"SQL 中的 {what} 不在可用写法之内；可用写法见 docs/reference/ckan.md"
    return CkanValidationError({"sql": [f"{zh} / Invalid query: {what} is not served, see docs/reference/ckan.md"]})


def read_select(sql: str) -> Selected:
    """Return what a statement asks.

    Raises:
        CkanValidationError: it is no SELECT, or holds what is not served; the part is named.
        CkanNotAuthorizedError: it calls a function.

    """
    return _Reader(sql).read()


class _Reader:
    """Reads tokens one after the other."""

    def __init__(self, sql: str) -> None:
        if len(sql) > LONGEST:
            raise _refuse(f"> {LONGEST} characters")
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(sql):
            found = _TOKEN.match(sql, at)
            if found is None:
                raise _refuse(repr(sql[at]))
            if found.lastgroup is not None:
                self._tokens.append((found.lastgroup, found.group()))
            at = found.end()
        self._at = 0
        self._depth = 0

    def _peek(self, ahead: int = 0) -> tuple[str, str]:
        place = self._at + ahead
        return self._tokens[place] if place < len(self._tokens) else ("end", "")

    def _word(self, ahead: int = 0) -> str:
        kind, text = self._peek(ahead)
        return text.lower() if kind == "word" else ""

    def _take(self, *texts: str) -> bool:
        kind, text = self._peek()
        if kind in {"word", "sign"} and text.lower() in texts:
            self._at += 1
            return True
        return False

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise _refuse(self._peek()[1][:40] or "end of text")

    def read(self) -> Selected:
        first = self._word()
        if first in _STATEMENTS:
            raise CkanValidationError({"sql": [f"Invalid query AST element: {_STATEMENTS[first]} / 只能是一条 SELECT"]})
        self._need("select")
        found = Selected(is_distinct=self._take("distinct"))
        self._targets(found)
        self._need("from")
        found.table = self._name()
        if self._take("as") or self._peek()[0] == "name" or (self._word() and self._word() not in _ENDS):
            self._name()
        if self._take("where"):
            found.where = self._or()
        if self._take("order"):
            self._need("by")
            found.order = self._orders()
        while self._word() in {"limit", "offset"}:
            self._part(found)
        self._take(";")
        if self._peek()[0] != "end":
            raise _refuse(self._peek()[1][:40])
        return found

    def _part(self, found: Selected) -> None:
        if self._take("limit"):
            found.limit = None if self._take("all") else self._whole()
        elif self._take("offset"):
            found.offset = self._whole()

    def _whole(self) -> int:
        kind, text = self._peek()
        if kind != "number" or "." in text:
            raise _refuse(text[:40])
        self._at += 1
        return int(text)

    def _targets(self, found: Selected) -> None:
        if self._take("*"):
            return
        if self._word() == "count" and self._peek(1)[1] == "(" and self._peek(2)[1] == "*":
            self._at += 3
            self._need(")")
            found.is_count = True
            if self._take("as") or self._peek()[0] == "name":
                found.count_name = self._name()
            return
        found.columns = []
        while True:
            name = self._name()
            shown = name
            if self._take("as") or self._peek()[0] == "name":
                shown = self._name()
            found.columns.append((name, shown))
            if not self._take(","):
                return

    def _name(self) -> str:
        """Read a name, the last part where it is qualified by the table's."""
        kind, text = self._peek()
        if kind not in {"name", "word"}:
            raise _refuse(text[:40] or "end of text")
        if kind == "word" and self._peek(1)[1] == "(":
            raise CkanNotAuthorizedError(
                f"不允许调用函数 {text[:40]}",
                f"Not authorized to call function {text[:40]}",
                next_zh="汇总请用 /api/v1/datasets/{名称}/aggregate",
                next_en="for figures use /api/v1/datasets/{name}/aggregate",
            )
        self._at += 1
        name = text[1:-1].replace('""', '"') if kind == "name" else text
        return self._name() if self._take(".") else name

    def _orders(self) -> list[str]:
        found = []
        while True:
            name = self._name()
            way = "desc" if self._take("desc") else "asc"
            self._take("asc")
            nulls = ""
            if self._take("nulls"):
                nulls = " nulls first" if self._take("first") else " nulls last"
                if nulls.endswith("last"):
                    self._need("last")
            quoted = name.replace('"', '""')
            found.append(f'"{quoted}" {way}{nulls}')
            if not self._take(","):
                return found

    def _or(self) -> Condition:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _refuse("nesting")
        parts = [self._and()]
        while self._take("or"):
            parts.append(self._and())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else ("or", *parts)

    def _and(self) -> Condition:
        parts = [self._not()]
        while self._take("and"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else ("and", *parts)

    def _not(self) -> Condition:
        if self._take("not"):
            self._depth += 1
            if self._depth > DEEPEST:
                raise _refuse("nesting")
            inner = self._not()
            self._depth -= 1
            return ("not", inner)
        if self._take("("):
            inner = self._or()
            self._need(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        name = self._name()
        kind, sign = self._peek()
        if kind == "sign" and sign in _COMPARED:
            self._at += 1
            return (_COMPARED[sign], name, self._value())
        if self._take("is"):
            is_not = self._take("not")
            self._need("null")
            return ("not", ("null", name)) if is_not else ("null", name)
        is_not = self._take("not")
        made = self._member(name)
        return ("not", made) if is_not else made

    def _member(self, name: str) -> Condition:
        if self._take("in"):
            self._need("(")
            values = [self._value()]
            while self._take(","):
                values.append(self._value())
            self._need(")")
            return ("in", name, values)
        if self._take("between"):
            low = self._value()
            self._need("and")
            return ("and", ("gte", name, low), ("lte", name, self._value()))
        if self._take("like"):
            return self._pattern(name)
        raise _refuse(self._peek()[1][:40] or "end of text")

    def _pattern(self, name: str) -> Condition:
        value = self._value()
        text = str(value)
        bare = text.strip("%")
        if not isinstance(value, str) or not bare or any(mark in bare for mark in "%_\\"):
            raise _refuse("LIKE pattern")
        if text.startswith("%"):
            return ("contains", name, bare) if text.endswith("%") else self._no_suffix()
        return ("prefix", name, bare) if text.endswith("%") else ("eq", name, bare)

    def _no_suffix(self) -> Condition:
        raise _refuse("LIKE '%…' without % at the end")

    def _value(self) -> object:
        is_negative = self._take("-")
        kind, text = self._peek()
        self._at += 1
        if kind == "number":
            number = float(text) if "." in text else int(text)
            value: object = -number if is_negative else number
        elif kind == "text" and not is_negative:
            value = text[1:-1].replace("''", "'")
        elif kind == "word" and text.lower() in _LITERALS and not is_negative:
            value = _LITERALS[text.lower()]
        else:
            raise _refuse(text[:40] or "end of text")
        if self._take("::"):
            self._name()
        return value
