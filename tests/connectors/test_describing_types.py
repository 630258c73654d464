"""Type words of databases: what an item of each is. Oracle's and 达梦's are tested as words, not on a server."""

from __future__ import annotations

import pytest

from catalogue.item import DataType
from connectors.databases.describing_parts import one_of
from connectors.databases.describing_types import ItemType, item_type

C, N, INT = DataType.TEXT, DataType.NUMBER, DataType.INTEGER


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("varchar(18)", ItemType(C, 18)),
        ("character varying(200)", ItemType(C, 200)),
        ("character varying", ItemType(C, None, is_unlimited=True)),
        ("char(1)", ItemType(C, 1)),
        ("character(6)", ItemType(C, 6)),
        ("text", ItemType(DataType.MEMO, is_unlimited=True)),
        ("decimal(12,2) unsigned", ItemType(N, 12, 2)),
        ("numeric(20,4)", ItemType(N, 20, 4)),
        ("numeric", ItemType(N)),
        ("decimal(10,0)", ItemType(INT, 10)),
        ("int(11)", ItemType(INT, 10)),
        ("bigint(20) unsigned", ItemType(INT, 19)),
        ("int unsigned zerofill", ItemType(INT, 10)),
        ("tinyint(1)", ItemType(INT, 3, is_flag=True)),
        ("boolean", ItemType(DataType.BOOLEAN, is_flag=True)),
        ("bit(1)", ItemType(DataType.BOOLEAN, is_flag=True)),
        ("date", ItemType(DataType.DATE)),
        ("datetime(6)", ItemType(DataType.DATETIME)),
        ("timestamp(3) without time zone", ItemType(DataType.DATETIME)),
        ("timestamp with time zone", ItemType(DataType.DATETIME)),
        ("double precision", ItemType(DataType.DOUBLE)),
        ("uuid", ItemType(C, 36)),
        ("longblob", ItemType(None)),
        ("bytea", ItemType(None)),
        ("geometry", ItemType(None)),
        ("text[]", ItemType(DataType.MEMO, is_unlimited=True)),
        ("varchar(20000)", ItemType(DataType.MEMO, is_unlimited=True)),
        ('VARCHAR(100) COLLATE "utf8mb4_bin"', ItemType(C, 100)),
    ],
)
def test_words_of_postgresql_and_mysql(declared: str, expected: ItemType) -> None:
    assert item_type(declared) == expected


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("VARCHAR2(100 BYTE)", ItemType(C, 100)),
        ("NVARCHAR2(50)", ItemType(C, 50)),
        ("NUMBER(12,2)", ItemType(N, 12, 2)),
        ("NUMBER(10)", ItemType(INT, 10)),
        ("NUMBER(*,0)", ItemType(N, 38)),
        ("NUMBER", ItemType(N)),
        ("BINARY_DOUBLE", ItemType(DataType.DOUBLE)),
        ("TIMESTAMP(6) WITH LOCAL TIME ZONE", ItemType(DataType.DATETIME)),
        ("CLOB", ItemType(DataType.MEMO, is_unlimited=True)),
        ("LONG RAW", ItemType(None)),
        ("BLOB", ItemType(None)),
        ("BYTE", ItemType(INT, 3)),
        ("DEC(10,2)", ItemType(N, 10, 2)),
        ("IMAGE", ItemType(None)),
        ("DATETIME WITH TIME ZONE", ItemType(DataType.DATETIME)),
    ],
)
def test_words_of_oracle_and_dameng(declared: str, expected: ItemType) -> None:
    assert item_type(declared) == expected


def test_a_word_nobody_knows_is_a_text_without_a_length() -> None:
    assert item_type("quaternion(4)") == ItemType(DataType.MEMO, is_unlimited=True)


@pytest.mark.parametrize(
    ("clause", "values"),
    [
        ("`sex` in (1,2)", ("1", "2")),
        ("(`zt` in ('A','B'))", ("A", "B")),
        ("CHECK (((zt)::text = ANY ((ARRAY['A'::character varying, 'B'::character varying])::text[])))", ("A", "B")),
        ("CHECK ((n = ANY (ARRAY[1, 2, 3])))", ("1", "2", "3")),
        ("x in ('男(M)','女(F)')", ("男(M)", "女(F)")),
        ("n > 0", ()),
        ("x in (1,2) or x > 9", ()),
    ],
)
def test_a_check_that_lists_values_and_nothing_else_is_read(clause: str, values: tuple[str, ...]) -> None:
    assert one_of(clause) == values
