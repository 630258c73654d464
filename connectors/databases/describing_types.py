"""From a database's type words to the type letters of the national guide (发改高技〔2017〕1272号), length and scale.

Words of PostgreSQL, MySQL and MariaDB are tested on their servers. Those of Oracle, 达梦 DM8, KingbaseES, SQL Server
and DB2 are taken from their manuals and are tested as words alone, not on a server
(docs/how-to/describe-a-table.md lists them). Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.item import DataType

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_TEXT: Final = 4000
"""A declared length above this is a remark (备注型), not a name or a code."""
_WORD: Final = re.compile(
    r"\s*(?P<word>[a-z_][a-z0-9_]*(?: [a-z_][a-z0-9_]*)*)\s*(?:\((?P<inside>[^)]*)\))?", re.IGNORECASE
)
_QUALIFIERS: Final = re.compile(
    r"(?:_(?:unsigned|signed|zerofill|without_time_zone|with_time_zone|with_local_time_zone|collate.*|character_set.*))+$"
)
_NUMBERS: Final = re.compile(r"-?[0-9]+")


@dataclass(frozen=True, slots=True)
class ItemType:
    """What an item of a column is. ``letter`` None: no text, it does not travel.

    ``length`` is in characters (digits for numbers), ``scale`` in decimals. ``is_flag``: two values by its type.
    ``is_unlimited``: a text to which the database sets no length.
    """

    letter: DataType | None
    length: int | None = None
    scale: int | None = None
    is_flag: bool = False
    is_unlimited: bool = False


_TEXTS: Final = (
    "char character varchar nchar nvarchar character_varying bpchar varchar2 nvarchar2 varcharacter enum set uuid"
    " uniqueidentifier inet cidr macaddr rowid urowid sysname national_varchar national_character graphic vargraphic"
    " citext name"
)
_REMARKS: Final = (
    "text tinytext mediumtext longtext clob nclob long longvarchar ntext json jsonb xml xmltype dbclob"
    " long_varchar tsvector hstore"
)
_INTEGERS: Final = (
    "int int2 int4 int8 integer smallint bigint mediumint tinyint byte serial bigserial smallserial year oid"
    " pls_integer binary_integer"
)
_NUMERICS: Final = "numeric decimal dec number fixed decfloat"
_DOUBLES: Final = "double double_precision float8 binary_double real_double"
_FLOATS: Final = "float float4 real binary_float"
_MONEY: Final = "money smallmoney"
_MOMENTS: Final = "datetime datetime2 smalldatetime timestamp timestamptz datetimeoffset"
_CLOCKS: Final = "time timetz interval"
_FLAGS: Final = "bool boolean"
_OPAQUE: Final = (
    "blob tinyblob mediumblob longblob binary varbinary bytea raw long_raw image bfile longvarbinary geometry"
    " geography point linestring polygon multipoint multilinestring multipolygon geometrycollection geomcollection"
    " sdo_geometry st_geometry box path circle lseg line rowversion sql_variant"
)
LETTERS: Final[Mapping[str, DataType | None]] = MappingProxyType(
    {
        **dict.fromkeys(_TEXTS.split(), DataType.TEXT),
        **dict.fromkeys(_REMARKS.split(), DataType.MEMO),
        **dict.fromkeys(_INTEGERS.split(), DataType.INTEGER),
        **dict.fromkeys(_NUMERICS.split(), DataType.NUMBER),
        **dict.fromkeys(_DOUBLES.split(), DataType.DOUBLE),
        **dict.fromkeys(_FLOATS.split(), DataType.FLOAT),
        **dict.fromkeys(_MONEY.split(), DataType.CURRENCY),
        **dict.fromkeys(_MOMENTS.split(), DataType.DATETIME),
        **dict.fromkeys(_CLOCKS.split(), DataType.TEXT),
        **dict.fromkeys(_FLAGS.split(), DataType.BOOLEAN),
        **dict.fromkeys(_OPAQUE.split(), None),
        "date": DataType.DATE,
        "bit": DataType.TEXT,
    }
)
"""Type letter of every known word; None for what is no text."""
_DIGITS: Final = MappingProxyType(
    {"tinyint": 3, "byte": 3, "smallint": 5, "int2": 5, "mediumint": 7, "int": 10, "integer": 10, "int4": 10}
    | {"year": 4, "bigint": 19, "int8": 19, "serial": 10, "bigserial": 19, "smallserial": 5, "oid": 10}
)
_OWN_LENGTH: Final = MappingProxyType(
    {"uuid": 36, "uniqueidentifier": 36, "time": 15, "timetz": 21, "interval": 50, "inet": 45, "cidr": 45}
    | {"macaddr": 17, "rowid": 18, "name": 63, "sysname": 128}
)
_BYTES_AS_TEXT: Final = 2


def item_type(declared: str) -> ItemType:
    """Return what an item of a declared column type is: ``varchar(18)``, ``NUMBER(12,2)``, ``int unsigned`` ...

    A word nobody knows is a text without a length: nothing is lost by it, and a person sees it.
    """
    match = _WORD.match(declared)
    if match is None:
        return ItemType(DataType.MEMO, is_unlimited=True)
    word = "_".join(match["word"].lower().split())
    word = _QUALIFIERS.sub("", word)
    inside = (match["inside"] or "").replace("*", "38")  # NUMBER(*,0): as many digits as there can be
    numbers = [] if word in {"enum", "set"} else [int(number) for number in _NUMBERS.findall(inside)]
    is_list = declared.rstrip().endswith("[]")
    letter = DataType.MEMO if is_list else LETTERS.get(word, DataType.MEMO)
    match letter:
        case DataType.TEXT:
            return _text(word, numbers)
        case DataType.NUMBER:
            return _number(numbers)
        case DataType.INTEGER:
            # tinyint(1) is how MySQL writes a flag; many use it for short codes, so the values decide.
            return ItemType(letter, _DIGITS.get(word, 19), is_flag=word == "tinyint" and numbers == [1])
        case _:
            return ItemType(letter, is_flag=letter is DataType.BOOLEAN, is_unlimited=letter is DataType.MEMO)


def _text(word: str, numbers: list[int]) -> ItemType:
    if word == "bit":
        is_flag = numbers in ([], [1])
        return ItemType(DataType.BOOLEAN, is_flag=True) if is_flag else ItemType(DataType.TEXT, 20)
    if word in _OWN_LENGTH:
        return ItemType(DataType.TEXT, _OWN_LENGTH[word])
    length = numbers[0] if numbers else None
    if length is None:
        # Without a length a char is one character; a varchar has none at all.
        is_single = word in {"char", "character", "nchar", "bpchar", "national_character"}
        return ItemType(DataType.TEXT, 1) if is_single else ItemType(DataType.TEXT, None, is_unlimited=True)
    if length < 1 or length > LONGEST_TEXT:
        return ItemType(DataType.MEMO, is_unlimited=True)
    return ItemType(DataType.TEXT, length)


def _number(numbers: list[int]) -> ItemType:
    """Return a number; without a scale, or with one below zero, it is whole (NUMBER(10), NUMERIC(10,0))."""
    if not numbers:
        return ItemType(DataType.NUMBER)
    scale = numbers[1] if len(numbers) >= _BYTES_AS_TEXT else 0
    if scale <= 0:
        return ItemType(DataType.INTEGER if numbers[0] <= _DIGITS["bigint"] - 1 else DataType.NUMBER, numbers[0])
    return ItemType(DataType.NUMBER, numbers[0], scale)
