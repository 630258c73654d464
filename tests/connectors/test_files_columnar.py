"""Parquet and Arrow: every value becomes its exact text, and what has none is refused by name."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from connectors.files.errors import ColumnTypeError, DamagedFileError, FileError, FileLimitError, HeaderError
from connectors.files.reader import open_table
from connectors.port import LINE, Limits

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.port import TableFacts

FORMS = ["parquet", "arrow", "stream"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def write(path: Path, frame: pl.DataFrame, form: str = "parquet") -> Path:
    match form:
        case "parquet":
            frame.write_parquet(path)
        case "arrow":
            frame.write_ipc(path)
        case _:
            frame.write_ipc_stream(path)
    return path


def read(path: Path, limits: Limits | None = None) -> tuple[pl.DataFrame, tuple[str, ...], TableFacts]:
    with open_table(path, None, limits) as table:
        chunks = list(table.chunks())
        return (pl.concat(chunks) if chunks else pl.DataFrame()), table.header, table.facts()


@pytest.mark.parametrize("form", FORMS)
def test_values_become_their_exact_text(path: Path, form: str) -> None:
    frame = pl.DataFrame(
        {
            "text": ["郑州", None],
            "long": [410102199003071234, None],
            "decimal": pl.Series([Decimal("12.30"), None], dtype=pl.Decimal(20, 2)),
            "float": [465.0, 0.1],
            "bool": [True, None],
            "date": [date(2020, 1, 2), None],
            "time": [time(8, 5), None],
            "local": [datetime(2020, 1, 2, 3, 4, 5), None],  # noqa: DTZ001  # a time without a zone is the case
            "word": pl.Series(["甲", "乙"], dtype=pl.Categorical),
            "none": [None, None],
        }
    )
    found, _, facts = read(write(path, frame, form))
    expected = ("郑州", "410102199003071234", "12.30", "465", "true", "2020-01-02", "08:05:00", "2020-01-02 03:04:05")
    assert found.row(0)[:10] == (*expected, "甲", "")
    assert found.row(1)[:10] == ("", "", "", "0.1", "", "", "", "", "乙", "")
    assert facts.format == form.replace("stream", "arrow")


def test_a_time_with_a_zone_keeps_its_offset(path: Path) -> None:
    moment = datetime(2020, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    frame = pl.DataFrame({"utc": [moment], "here": [moment.astimezone(ZoneInfo("Asia/Shanghai"))]})
    found, _, _ = read(write(path, frame))
    assert found.row(0)[:2] == ("2020-01-02 03:04:05.678+00:00", "2020-01-02 11:04:05.678+08:00")


@pytest.mark.parametrize("form", FORMS)
def test_rows_are_numbered_through_all_slices(path: Path, form: str) -> None:
    write(path, pl.DataFrame({"n": range(1000)}), form)
    found, _, _ = read(path, Limits(sheet_chunk_rows=64))
    assert found.filter(pl.col("c0").cast(pl.Int64) + 1 != pl.col(LINE)).height == 0
    assert found.height == 1000


def test_a_structure_becomes_columns_with_dotted_names(path: Path) -> None:
    found, header, _ = read(write(path, pl.DataFrame({"a": [{"b": 1, "c": {"d": "x"}}]})))
    assert (header, found.row(0)[:2]) == (("a.b", "a.c.d"), ("1", "x"))


def test_columns_without_a_text_are_refused_by_name_all_at_once(path: Path) -> None:
    frame = pl.DataFrame({"id": [1], "tags": [["x"]], "blob": [b"x"]})
    with pytest.raises(ColumnTypeError) as caught:
        read(write(path, frame))
    assert [name.split("（")[0] for name in caught.value.facts["columns"]] == ["tags", "blob"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_a_cut_file_is_damaged(path: Path, form: str, share: float) -> None:
    write(path, pl.DataFrame({"a": [f"郑州{n}" for n in range(5000)]}), form)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(DamagedFileError):
        read(path)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(12))
def test_a_file_with_any_byte_altered_is_read_or_refused(path: Path, form: str, seed: int) -> None:
    write(path, pl.DataFrame({"a": [f"郑州{n}" for n in range(50)], "b": range(50)}), form)
    data = bytearray(path.read_bytes())
    for step in range(4):
        at = (seed * 7919 + step * 104729) % (len(data) - 12)
        data[at] ^= 1 + (seed * 37 + step) % 255
    path.write_bytes(bytes(data))
    with suppress(FileError), open_table(path) as table:
        assert sum(chunk.height for chunk in table.chunks()) < 1000


def with_rows(path: Path, claimed: int) -> Path:
    """Write a Parquet file of 12,345 rows, and let its footer claim another number."""
    write(path, pl.DataFrame({"a": range(12_345)}))
    data = path.read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - length : -8].replace(varint(12_345 * 2), varint(claimed * 2))
    path.write_bytes(data[: -8 - length] + footer + len(footer).to_bytes(4, "little") + b"PAR1")
    return path


def varint(value: int) -> bytes:
    made = b""
    while value > 0x7F:
        made += bytes([value & 0x7F | 0x80])
        value >>= 7
    return made + bytes([value])


def test_a_parquet_file_that_claims_a_trillion_rows_is_refused(path: Path) -> None:
    with pytest.raises(FileLimitError):
        read(with_rows(path, 10**12))


def test_a_parquet_file_whose_pages_do_not_hold_the_rows_claimed_is_damaged(path: Path) -> None:
    with pytest.raises(DamagedFileError):
        read(with_rows(path, 12_346_000))


def test_a_page_that_unpacks_to_much_is_refused_before_it_is_unpacked(path: Path) -> None:
    pl.DataFrame({"a": ["0" * (40 << 20)] * 2}).write_parquet(path, compression="zstd")
    with pytest.raises(FileLimitError):
        read(path, Limits(page_bytes=16 << 20))


@pytest.mark.parametrize("form", ["arrow", "stream"])
def test_a_batch_that_unpacks_to_much_is_refused_before_it_is_unpacked(path: Path, form: str) -> None:
    frame = pl.DataFrame({"a": [str(n) + "0" * (1 << 20) for n in range(30)]})
    if form == "arrow":
        frame.write_ipc(path, compression="zstd")
    else:
        frame.write_ipc_stream(path, compression="zstd")
    with pytest.raises(FileLimitError):
        read(path, Limits(batch_bytes=8 << 20))


def test_too_many_columns_are_refused(path: Path) -> None:
    with pytest.raises(FileLimitError):
        read(write(path, pl.DataFrame({f"c{n}": [1] for n in range(2001)}), "arrow"))


def test_two_columns_that_come_to_one_name_are_refused(path: Path) -> None:
    with pytest.raises(HeaderError):
        read(write(path, pl.DataFrame({"a.b": [1], "a": [{"b": 2}]})))


def test_properties_of_a_parquet_file_reach_the_gate(path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(path, metadata={"comment": "机密"})
    with open_table(path) as table:
        assert any("机密" in text.text for text in table.outside())


def test_a_stream_with_changing_dictionaries_is_read(path: Path) -> None:
    target = io.BytesIO()
    pl.concat(
        [pl.DataFrame({"a": pl.Series([word] * 3, dtype=pl.Categorical)}) for word in ("甲", "乙")], rechunk=False
    ).write_ipc_stream(target)
    path.write_bytes(target.getvalue())
    found, _, _ = read(path)
    assert found["c0"].to_list() == ["甲"] * 3 + ["乙"] * 3
