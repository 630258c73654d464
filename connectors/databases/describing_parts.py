"""What both native readers of a table's description share: small answers, the sample, code tables, allowed values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from connectors.databases.describing import MOST_CODES, SAMPLE_CHARACTERS, CodeTable, ColumnFacts
from connectors.databases.relation import Shape
from connectors.port import position
from connectors.sources import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.databases.describing_types import ItemType
    from connectors.databases.relation import Column, Relation
    from connectors.databases.session import Session

_LITERAL: Final = re.compile(r"'((?:[^']|'')*)'")
_LISTED: Final = re.compile(
    r"\bin\s*\((?P<in>(?:[^()']|'(?:[^']|'')*')*)\)|=\s*any\s*\(\(?\s*array\s*\[(?P<any>(?:[^\]']|'(?:[^']|'')*')*)\]",
    re.IGNORECASE,
)
_WHOLE: Final = re.compile(r"(?<![\w.'])-?[0-9]{1,18}(?![\w.'])")
_JOINED: Final = re.compile(r"\b(?:and|or|not)\b", re.IGNORECASE)
_LABEL: Final = re.compile(r"name|label|title|text|mc|ming|desc|value|zh|cn|名称|名|含义|说明", re.IGNORECASE)
_LONGEST_MEANING: Final = 60


@dataclass(frozen=True, slots=True)
class Told:
    """A column on its way to its facts."""

    facts: ColumnFacts

    @classmethod
    def of(cls, name: str, declared: str, form: ItemType, comment: str) -> Told:
        """Return a column with what every database tells."""
        return cls(ColumnFacts(name, declared, form, comment.strip()))


def rows_of(session: Session, statement: str, width: int) -> list[tuple[str | None, ...]]:
    """Return the rows of a small answer as texts."""
    # A lone null would be an empty line, which no reader of delimited text sees: a second column keeps it.
    given = statement if width > 1 else f"SELECT x.*, 1 FROM ({statement}) AS x"  # noqa: S608 - our own statement
    return [row[:width] for frame in session.stream(given, max(width, 2)) for row in frame.rows()]


def number(text: str | None) -> int | None:
    """Return a whole number the database wrote; None where it says nothing."""
    return int(text) if text is not None and text.lstrip("-").isdigit() else None


def literals(text: str) -> tuple[str, ...]:
    """Return the quoted texts of an SQL fragment."""
    return tuple(found.replace("''", "'") for found in _LITERAL.findall(text))


def one_of(clause: str) -> tuple[str, ...]:
    """Return the values of a check that says «one of these» and nothing else; nothing for any other check."""
    found = _LISTED.search(clause)
    if found is None or _JOINED.search(_LITERAL.sub("", clause)):
        return ()
    inside = found["in"] or found["any"] or ""
    return literals(inside) or tuple(_WHOLE.findall(inside))


def sample_of(session: Session, relation: Relation, columns: Sequence[ColumnFacts], first: int) -> pl.DataFrame:
    """Return the first rows of a table as texts by column name, long values cut; nothing of it is kept anywhere."""
    travelling = {column.name for column in columns if column.travels}
    shown = [column for column in session.columns(relation) if column.name in travelling and _is_text(column)]
    if not shown or first < 1:
        return pl.DataFrame()
    speech = session.speech
    values = [f"substr({speech.shown(column)}, 1, {SAMPLE_CHARACTERS})" for column in shown]
    statement = f"SELECT {', '.join([*values, '1'])} FROM {speech.source(relation)} LIMIT {first}"  # noqa: S608 - quoted
    frames = list(session.stream(statement, len(values) + 1))
    if not frames:
        return pl.DataFrame(schema={column.name: pl.String() for column in shown})
    whole = pl.concat(frames).select(position(index) for index in range(len(shown)))
    return whole.rename({position(index): column.name for index, column in enumerate(shown)})


def _is_text(column: Column) -> bool:
    return column.shape not in {Shape.BINARY, Shape.GEOMETRY}


def code_table(session: Session, relation: Relation, key: str) -> CodeTable | None:
    """Return a short table of codes with their meanings; None where the table is no such thing, or may not be read."""
    try:
        columns = [column for column in session.columns(relation) if _is_text(column)]
        code = next((column for column in columns if column.name == key), None)
        texts = [column for column in columns if column.name != key and column.shape is Shape.PLAIN]
        label = next((column for column in texts if _LABEL.search(column.name)), texts[0] if texts else None)
        if code is None or label is None:
            return None
        speech = session.speech
        statement = (
            f"SELECT {speech.shown(code)}, {speech.shown(label)} FROM {speech.source(relation)}"  # noqa: S608 - quoted
            f" ORDER BY 1 LIMIT {MOST_CODES + 1}"
        )
        rows = rows_of(session, statement, 2)
    except SourceError:
        return None
    codes = tuple((one.strip(), meaning.strip()) for one, meaning in rows if one and meaning and meaning.strip())
    is_short = 0 < len(codes) <= MOST_CODES and all(len(meaning) <= _LONGEST_MEANING for _, meaning in codes)
    return CodeTable(relation.table, codes) if is_short else None
