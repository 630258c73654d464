"""Files made to exhaust the machine: each is refused, with less than 200 MiB above an idle process.

A process of its own opens the file; what counts is the peak of its memory over what it takes with the readers loaded.
"""

from __future__ import annotations

import gzip
import json
import resource
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
MIB = 1 << 20
MOST_MIB = 200
OPENER = """
import json, resource, sys
from pathlib import Path
from connectors.files import arrow, json_table, parquet, reader, spatial
from connectors.files.errors import FileError
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
refused = ""
try:
    with reader.open_table(Path(sys.argv[1])) as table:
        for _ in table.chunks():
            pass
except FileError as error:
    refused = type(error).__name__
print(json.dumps([refused, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle) / 1024]))
"""

pytestmark = pytest.mark.skipif(not hasattr(resource, "RUSAGE_SELF"), reason="no figures of memory on this system")


def opened(path: Path) -> tuple[str, float]:
    """Return the class of the refusal and the MiB taken above idle."""
    ended = subprocess.run(
        [sys.executable, "-c", OPENER, str(path)], cwd=ROOT, capture_output=True, check=True, timeout=250, text=True
    )
    refused, taken = json.loads(ended.stdout.splitlines()[-1])
    return refused, taken


def zip_of(path: Path, name: str, piece: bytes, times: int) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w", force_zip64=True) as member,
    ):
        for _ in range(times):
            member.write(piece)


def zip_bomb(path: Path) -> None:
    zip_of(path, "a.csv", b"1,2\n" * (MIB // 4), 200)


def workbook_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="a" r:id="r1"/></sheets></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", '<R><Relationship Id="r1" Target="worksheets/s.xml"/></R>')
        with archive.open("xl/worksheets/s.xml", "w") as sheet:
            for _ in range(200):
                sheet.write(b" " * MIB)


def directory_bomb(path: Path) -> None:
    """Write an archive whose directory lists 200,000 entries, and nothing else."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * 200_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 10, 10, len(directory), 4, 0)
    path.write_bytes(b"PK\x03\x04" + directory + end)


def gzip_bomb(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(200):
            file.write(b"1,2\n" * (MIB // 4))


def repeated(head: bytes, piece: bytes, times: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(head)
            for _ in range(times):
                file.write(piece)

    return write


def wide_header(path: Path) -> None:
    path.write_bytes(b",".join(b"c%d" % number for number in range(100_000)) + b"\n")


def many_names(path: Path) -> None:
    path.write_text("[" + ",".join(f'{{"n{number}": 1}}' for number in range(100_000)) + "]")


def wide_arrow(path: Path) -> None:
    pl.DataFrame({f"c{number}": [1] for number in range(10_000)}).write_ipc(path)


def parquet_pages(path: Path) -> None:
    pl.DataFrame({f"c{k}": [f"{n:07}" + "0" * MIB for n in range(20)] for k in range(10)}).write_parquet(
        path, compression="zstd"
    )


def arrow_batch(path: Path) -> None:
    pl.DataFrame({"a": ["0" * MIB] * 200}).write_ipc(path, compression="zstd")


BOMBS = {
    "a zip compressed beyond the ratio": (zip_bomb, "FileLimitError"),
    "a workbook compressed beyond the ratio": (workbook_bomb, "FileLimitError"),
    "a directory of 200,000 entries": (directory_bomb, "FileLimitError"),
    "a gzip compressed beyond the ratio": (gzip_bomb, "FileLimitError"),
    "one endless line": (repeated(b"a,b\n", b"x" * MIB, 64), "FileLimitError"),
    "one endless record of quotation marks": (repeated(b"a,b\n", b'"' * MIB, 24), "FileLimitError"),
    "one endless row of delimiters": (repeated(b"a,b\n", b"," * MIB, 24), "FileLimitError"),
    "100,000 columns in the header": (wide_header, "FileLimitError"),
    "100,000 columns in a row": (repeated(b"a,b\n", b"1," * 100_000 + b"1\n", 1), "FileLimitError"),
    "JSON of opening brackets": (repeated(b"", b"[" * MIB, 8), "FileLimitError"),
    "JSON nested inside a record": (repeated(b'[{"a":', b"[" * MIB, 8), "FileLimitError"),
    "JSON of objects in objects": (repeated(b"", b'{"a":' * 100_000, 1), "FileLimitError"),
    "a string of JSON without end": (repeated(b'[{"a":"', b"x" * MIB, 64), "FileLimitError"),
    "a number of JSON without end": (repeated(b'[{"a":', b"1" * MIB, 64), "FileLimitError"),
    "a line of JSON lines without end": (repeated(b'{"a":1}\n{"a":"', b"x" * MIB, 64), "FileLimitError"),
    "100,000 names in JSON": (many_names, "FileLimitError"),
    "10,000 columns of Arrow": (wide_arrow, "FileLimitError"),
    "pages of Parquet that unpack to much": (parquet_pages, "FileLimitError"),
    "a batch of Arrow that unpacks to much": (arrow_batch, "FileLimitError"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_bounded_memory(name: str, tmp_path: Path) -> None:
    write, expected = BOMBS[name]
    path = tmp_path / "upload"
    write(path)
    refused, taken = opened(path)
    assert refused == expected
    assert taken < MOST_MIB


def test_dense_line_ends_are_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    repeated(b"a,b\n", b"\n" * MIB, 3)(path)
    refused, taken = opened(path)
    assert refused == ""
    assert taken < MOST_MIB


@pytest.mark.long
def test_a_line_of_two_gigabytes_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    repeated(b"a,b\n", b"x" * MIB, 2048)(path)
    refused, taken = opened(path)
    assert refused == "FileLimitError"
    assert taken < MOST_MIB
