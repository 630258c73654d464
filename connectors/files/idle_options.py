"""Options meant for another kind of file: refused by name, never passed over in silence.

Who says ``--delimiter`` of a Parquet file, or ``--header-row`` of a JSON document, believes something about the file
that is not so; reading it all the same would hide that. Pure: no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from connectors.files.errors import ReadOptionError
from connectors.files.kinds import Kind
from connectors.port import ReadOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORKBOOKS: Final = frozenset({Kind.XLSX, Kind.XLS, Kind.ODS})
_LINES: Final = frozenset({Kind.TEXT}) | _WORKBOOKS
_JSON: Final = frozenset({Kind.JSON, Kind.NDJSON})
_SHAPES: Final = frozenset({Kind.GEOJSON, Kind.SHAPEFILE, Kind.GEOPACKAGE})
_NAMES: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "CSV",
    Kind.XLSX: "XLSX",
    Kind.XLS: "XLS",
    Kind.ODS: "ODS",
    Kind.JSON: "JSON",
    Kind.NDJSON: "NDJSON",
    Kind.PARQUET: "Parquet",
    Kind.ARROW: "Arrow",
    Kind.GEOJSON: "GeoJSON",
    Kind.SHAPEFILE: "Shapefile",
    Kind.GEOPACKAGE: "GeoPackage",
    Kind.GZIP: "gzip",
    Kind.ZIP: "ZIP",
}


@dataclass(frozen=True, slots=True)
class _Use:
    """The kinds of file an option means something for, and how those are called."""

    kinds: frozenset[Kind]
    zh: str
    en: str


_IN_LINES: Final = _Use(_LINES, "CSV 等文本表格和工作簿", "delimited text and workbooks")
_IN_TEXT: Final = _Use(frozenset({Kind.TEXT}), "CSV 等文本表格", "delimited text")
USES: Final[Mapping[str, _Use]] = {
    "encoding": _Use(
        frozenset({Kind.TEXT, Kind.GEOJSON, Kind.SHAPEFILE}) | _JSON,
        "CSV、JSON、GeoJSON 和 Shapefile",
        "delimited text, JSON, GeoJSON and Shapefile",
    ),
    "delimiter": _IN_TEXT,
    "quote": _IN_TEXT,
    "sheet": _Use(_WORKBOOKS | {Kind.GEOPACKAGE}, "工作簿和 GeoPackage 图层", "workbooks and layers of a GeoPackage"),
    "header_row": _IN_LINES,
    "skip_rows": _IN_LINES,
    "skip_after_header": _IN_LINES,
    "no_header": _IN_LINES,
    "columns": _IN_LINES,
    "header_rows": _IN_LINES,
    "fill_merged": _Use(_WORKBOOKS, "工作簿", "workbooks"),
    "member": _Use(frozenset({Kind.ZIP}), "ZIP 压缩包", "ZIP archives"),
    "records_path": _Use(_JSON, "JSON", "JSON"),
    "nested": _Use(_JSON, "JSON", "JSON"),
    "crs": _Use(_SHAPES, "GeoJSON、Shapefile 和 GeoPackage", "GeoJSON, Shapefile and GeoPackage"),
}
"""Options that mean something for some kinds of file alone; every other option holds for all of them."""
_DEFAULTS: Final = {one.name: one.default for one in fields(ReadOptions)}


def refuse_idle_options(kind: Kind, options: ReadOptions) -> None:
    """Raise where an option is given that means nothing for a file of this kind.

    Raises:
        ReadOptionError: names all such options, what they are for, and the kind the file has.
    """
    idle = [name for name, use in USES.items() if kind not in use.kinds and _is_given(options, name)]
    if not idle:
        return
    flags = [f"--{name.replace('_', '-')}" for name in idle]
    meant = "；".join(f"{flag} 用于{USES[name].zh}" for flag, name in zip(flags, idle, strict=True))
    meant_en = "; ".join(f"{flag} is for {USES[name].en}" for flag, name in zip(flags, idle, strict=True))
    raise ReadOptionError(
        f"文件是 {_NAMES[kind]}，选项 {'、'.join(flags)} 对它不起作用",
        f"the file is {_NAMES[kind]}: {', '.join(flags)} means nothing for it",
        next_zh=f"去掉后再推送（{meant}）；若文件本应是另一种格式，请检查导出",
        next_en=f"leave it out ({meant_en}); if it should be of another format, check the export",
        facts={"option": idle[0], "options": idle, "format": kind.value},
    )


def _is_given(options: ReadOptions, name: str) -> bool:
    """Tell whether an option says anything."""
    return bool(getattr(options, name) != _DEFAULTS[name])
