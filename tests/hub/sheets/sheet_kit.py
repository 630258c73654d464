"""Workbooks of the template for tests: written by the hub's own writer, changed cell by cell, read back as texts."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import fastexcel
import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Grid = list[list[str]]


def grids(content: bytes) -> dict[str, Grid]:
    """Return the cells of every sheet as texts."""
    reader = fastexcel.read_excel(content)
    found = {}
    for name in reader.sheet_names:
        frame = reader.load_sheet(name, header_row=None, dtypes="string").to_polars()
        found[name] = [["" if cell is None else str(cell) for cell in row] for row in frame.iter_rows()]
    return found


def book(sheets: Mapping[str, Grid]) -> bytes:
    """Return a workbook of these cells."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as made:
        for name, grid in sheets.items():
            page = made.add_worksheet(name)
            for line, row in enumerate(grid):
                for place, cell in enumerate(row):
                    page.write_string(line, place, cell)
    return file.getvalue()


def changed(content: bytes, sheet: str, change: Callable[[Grid], None]) -> bytes:
    """Return a workbook after a change of one sheet."""
    found = grids(content)
    change(found[sheet])
    return book(found)


def column(grid: Grid, heading: str) -> int:
    """Return the place of a heading."""
    return grid[0].index(heading)


def saved(folder: Path, content: bytes) -> Path:
    """Write a workbook to a file."""
    path = folder / "sheet.xlsx"
    path.write_bytes(content)
    return path
