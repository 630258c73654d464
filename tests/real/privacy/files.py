"""The real files searched by ``hub scan``: counts by kind, no value; unlabelled, so these are findings, not scores."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from connectors.files.errors import FileError
from hub.scan_files import scan_file
from tests.real.privacy.corpora import SHARED

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = SHARED.parent
_ENDINGS: Final = (".csv", ".xls", ".xlsx", ".json", ".jsonl", ".txt", ".geojson", ".conll", ".bio")
_LARGE: Final = 200_000_000


def files() -> list[Path]:
    """Return the files that ``hub scan`` reads, in order; labelled corpora are measured elsewhere."""
    found = [path for path in sorted(FOLDER.rglob("*")) if path.name.removesuffix(".gz").endswith(_ENDINGS)]
    return [path for path in found if path.parent != SHARED and path.stat().st_size < _LARGE]


def counts() -> dict[str, Any]:
    """Return counts by file and kind, yearly files of one register taken together."""
    found: dict[str, Counter[str]] = {}
    for path in files():
        name = path.relative_to(FOLDER).as_posix()
        if path.parent.name.startswith("enterprises_"):
            name = f"{path.parent.relative_to(FOLDER).as_posix()}/*"
        total = found.setdefault(name, Counter())
        try:
            report = scan_file(path)
        except FileError as error:
            total[f"not read: {type(error).__name__}"] += 1
            continue
        total["rows"] += report.rows
        for column in (*report.columns, *report.outside):
            for kind, count in column.kinds.items():
                total[kind.value] += count.count
    return {name: dict(total) for name, total in found.items()}
