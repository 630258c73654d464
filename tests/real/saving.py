"""The mapping a file is read by: kept in ``mappings/``, or what the hub proposes, put right where it asks, and saved.

What the hub cannot know (which of several sheets, which columns are not read) the description of the file says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.push.mappings.toml_text import load
from tests.real.describing import MAPPINGS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real.describing import RealEntry, RealFile
    from tests.real.office import Office

WORKBOOKS: Final = frozenset({".xls", ".xlsx"})
_NO_HINTS: Final = frozenset({"rename", "ignore", "absent", "allow_shrink"})


def save_mapping(office: Office, real: RealEntry, file: RealFile) -> None:
    """Save the mapping for a file of a published entry."""
    kept = MAPPINGS / f"{real.name}.toml"
    if kept.is_file() and file is mapped_file(real):
        document = load(kept.read_text("utf-8"))
        body = {"mapping": document.mapping.to_dict(), "why": document.why}
    else:
        body = {"mapping": _answered(_proposed(office, real, file), file), "why": "按拟定的对应关系"}
    office.clerk.call("POST", f"/api/v1/entries/{real.name}/mappings", json=body)


def mapped_file(real: RealEntry) -> RealFile:
    """Return the file of an entry that its kept mapping is for: a workbook, or one pushed with options."""
    files = [file for file in real.files if not file.problem and not file.case]
    return next(file for file in files if file.options or file.paths()[0].suffix in WORKBOOKS)


def _proposed(office: Office, real: RealEntry, file: RealFile) -> dict[str, Any]:
    path: Path = file.paths()[0]
    hints = {name: value for name, value in file.options.items() if name not in _NO_HINTS}
    answer = office.clerk.raw(
        "POST",
        f"/api/v1/entries/{real.name}/mappings/proposals",
        params={**hints, "filename": path.name},
        content=path.read_bytes(),
    )
    mapping: dict[str, Any] = answer.json()["mapping"]
    return mapping


def _answered(mapping: dict[str, Any], file: RealFile) -> dict[str, Any]:
    """Return a proposal with the answers to what it asks: columns renamed, columns not read, items absent."""
    options = file.options
    renamed = dict(pair.rpartition("=")[::2] for pair in options.get("rename", ()))
    unread = dict.fromkeys(options.get("ignore", ()), "")
    return {
        **mapping,
        "columns": mapping["columns"] | renamed | unread,
        "absent": sorted({*mapping["absent"], *options.get("absent", ())}),
    }
