"""What a push says of the mapping it was read by: version and, where the header changed, the difference."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from connectors.files.errors import (
    ColumnTypeError,
    DamagedFileError,
    EmptyFileError,
    FileError,
    FileLimitError,
    OffsetCoordinatesError,
    UnsupportedFileError,
)
from hub.push.errors import HeaderMismatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.push.mappings.errors import MappingChangedError

_OF_THE_FILE = (
    ColumnTypeError,
    DamagedFileError,
    EmptyFileError,
    FileLimitError,
    OffsetCoordinatesError,
    UnsupportedFileError,
)
"""What is wrong with a file however it is read: no mapping would mend it, so this is what its provider is told."""


@contextmanager
def told_if_changed(changed: MappingChangedError | None) -> Iterator[None]:
    """Run a reading; where the header is none a saved mapping knows, that is the error, after the gate's own."""
    try:
        yield
    except (FileError, HeaderMismatchError) as error:
        if changed is None or isinstance(error, _OF_THE_FILE):
            raise
        raise changed from error
    if changed is not None:
        raise changed


def mapping_body(version: int | None) -> dict[str, Any]:
    """Return the part of a report that names the mapping; null where none was used."""
    return {"mapping": None if version is None else {"version": version}}


def mapping_lines(version: int | None, language: str) -> list[str]:
    """Return the line of a report that names the mapping; none where none was used."""
    if version is None:
        return []
    return [f"  按已保存的对应关系第 {version} 版读取" if language == "zh" else f"  read by saved mapping {version}"]
