"""What can go wrong with a workbook of entries as a whole; faults of rows and cells are in its report."""

from __future__ import annotations

from hub.directory.errors import DirectoryError


class SheetFormError(DirectoryError):
    """The workbook has no sheet with the headings asked for, or too much in it; nothing was stored."""


class SheetColumnError(DirectoryError):
    """A column asked for is none of the template, or cannot be edited in bulk."""
