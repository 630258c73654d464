"""A table of another database, read through the SQLAlchemy dialect that is installed: SQLite stands for them here."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from catalogue.item import DataType
from connectors.databases.describing import Wish, describe_table
from connectors.egress import EgressPolicy
from connectors.sources import SourceAddressError, SourceDriverError, SourceLimits, SourceQueryError

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.databases.describing import TableFacts


def read(address: str, table: str) -> TableFacts:
    """Describe a table as nobody's guest."""
    return describe_table(Wish(address, table), EgressPolicy(), SourceLimits())


@pytest.fixture
def address(tmp_path: Path) -> str:
    """Give the address of a database with a register and its code table."""
    path = tmp_path / "register.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """CREATE TABLE kinds (code VARCHAR(2) PRIMARY KEY, label VARCHAR(20));
            INSERT INTO kinds VALUES ('01', '小型'), ('02', '大型');
            CREATE TABLE register (number VARCHAR(20) PRIMARY KEY, kind VARCHAR(2) REFERENCES kinds (code),
              state CHAR(1) CHECK (state IN ('A', 'B')), area DECIMAL(12, 2) NOT NULL, photo BLOB);
            INSERT INTO register VALUES ('甲1', '01', 'A', 12.5, x'00'), ('甲2', '02', 'B', 8, NULL);"""
        )
    connection.close()
    return f"sqlite:///{path}"


def test_columns_keys_checks_and_code_tables_are_read(address: str) -> None:
    table = read(address, "register")
    columns = {column.name: column for column in table.columns}
    kinds = columns["kind"].code_table
    assert (table.primary_key, columns["state"].values) == (("number",), ("A", "B"))
    assert kinds is not None
    assert kinds.codes == (("01", "小型"), ("02", "大型"))
    assert (columns["area"].item_type.letter, columns["area"].is_nullable) == (DataType.NUMBER, False)


def test_a_photograph_does_not_travel_and_is_not_sampled(address: str) -> None:
    table = read(address, "register")
    assert not next(column for column in table.columns if column.name == "photo").travels
    assert table.sample.columns == ["number", "kind", "state", "area"]


def test_a_sample_is_no_part_of_what_a_table_shows_of_itself(address: str) -> None:
    assert "甲1" not in repr(read(address, "register"))


def test_a_table_that_is_not_there_has_its_neighbours_named(address: str) -> None:
    with pytest.raises(SourceQueryError, match="没有表 registers"):
        read(address, "registers")


@pytest.mark.parametrize(
    ("address", "package"), [("dm+dmPython://reader@h:5236/city", "dmSQLAlchemy"), ("hana://u@h/x", "SQLAlchemy")]
)
def test_a_driver_that_is_not_installed_is_named_with_its_remedy(address: str, package: str) -> None:
    with pytest.raises(SourceDriverError) as refused:
        read(address, "register")
    assert package in refused.value.next_zh


def test_an_address_that_is_none_is_told_so() -> None:
    with pytest.raises(SourceAddressError):
        read("oracle://user:pa://ss@::h:x", "register")
