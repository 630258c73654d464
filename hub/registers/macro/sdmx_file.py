"""SDMX-ML 2.1 generic data messages as a table: one row an observation, a column for each concept of its key.

The columns are the dimensions and attributes of the series, ``TIME_PERIOD``, ``OBS_VALUE`` and the attributes of the
observation. A document type is refused, so that no entity is ever resolved. SDMX 2.1, part 3A, section 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from hub.registers.macro.errors import LoadFileError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GENERIC: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic"
_PLACES: Final = {"ObsDimension": "TIME_PERIOD", "ObsValue": "OBS_VALUE"}
LARGEST_BYTES: Final = 256 << 20


class _DoctypeError(Exception):
    """The file declares a document type."""


class _Message:
    """What the parser tells, gathered into one record an observation."""

    def __init__(self) -> None:
        self.found: list[dict[str, str]] = []
        self._series: dict[str, str] = {}
        self._observation: dict[str, str] | None = None

    def begin(self, name: str, given: Mapping[str, str]) -> None:
        """Take the start of an element."""
        space, _, local = name.rpartition(" ")
        if space != GENERIC:
            return
        here = self._series if self._observation is None else self._observation
        if local == "Series":
            self._series = {}
        elif local == "Obs":
            self._observation = {}
        elif local == "Value":
            here[given.get("id", "")] = given.get("value", "")
        elif local in _PLACES:
            here[_PLACES[local]] = given.get("value", "")

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name == f"{GENERIC} Obs" and self._observation is not None:
            self.found.append({**self._series, **self._observation})
            self._observation = None


def read_sdmx(path: Path) -> tuple[tuple[str, ...], list[tuple[int, list[str | None]]]]:
    """Return header and rows (number from 1, values) of a generic data message.

    Raises:
        LoadFileError: no XML, no generic data message, or too large.

    """
    if path.stat().st_size > LARGEST_BYTES:
        raise _unreadable("过大", "it is too large")
    message = _Message()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = message.begin
    parser.EndElementHandler = message.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except (expat.ExpatError, _DoctypeError) as error:
        raise _unreadable("不是可读的 XML", "it is no readable XML") from error
    if not message.found:
        raise _unreadable("不含 SDMX 2.1 通用数据", "it holds no SDMX 2.1 generic data")
    header = tuple(dict.fromkeys(name for one in message.found for name in one))
    return header, [(number, [one.get(name) for name in header]) for number, one in enumerate(message.found, 1)]


def _refuse_doctype(*_: object) -> None:
    raise _DoctypeError


def _unreadable(zh: str, en: str) -> LoadFileError:
    return LoadFileError(
        f"SDMX 文件{zh}",
        f"the SDMX file cannot be read: {en}",
        next_zh="请提供 SDMX-ML 2.1 通用数据文件，或改用 CSV",
        next_en="give an SDMX-ML 2.1 generic data message, or a CSV",
    )
