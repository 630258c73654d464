"""Opening a catalogue: which kind a file is, its JSON read forward piece by piece, its graph parsed as a whole.

UTF-8 alone, plain or gzip, within limits. A JSON catalogue of any size needs the memory of one record; a graph has
no order and is held whole, so it has a limit of its own.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

from connectors.catalogues import ckan_packages, datajson, portal, rdf
from connectors.catalogues.kinds import Kind
from connectors.catalogues.record import format_error
from connectors.files.json_text import JsonCursor
from connectors.files.streams import ByteStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from connectors.catalogues.record import Found, Notes
    from connectors.port import Limits

GRAPH_BYTES: Final = 256 << 20
PIECE: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_HEAD: Final = 4096
_WORKBOOK: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class CatalogueFile:
    """A catalogue in a file of this machine."""

    def __init__(self, path: Path, name: str, limits: Limits, *, base: str = "") -> None:
        """``name`` is what the file is called outside: its ending tells the syntax of a graph."""
        self._path, self._name, self._limits, self._base = path, name, limits, base
        with path.open("rb") as file:
            self._is_gzip = file.read(2) == _GZIP

    def records(self, kind: Kind, mapping: Mapping[str, str], notes: Notes) -> Iterator[Found]:
        """Yield the records.

        Raises:
            CatalogueFormatError: it is no catalogue of this kind; the place is named.
            FileError: it is damaged, too large, or no text.
        """
        wanted = self.kind() if kind is Kind.AUTO else kind
        match wanted:
            case Kind.RDF:
                yield from rdf.read_graph(self._graph(), notes)
            case Kind.PORTAL:
                yield from portal.read_portal(self._items(()), mapping)
            case Kind.DATAJSON:
                yield from datajson.read_datasets(self._items(("dataset",)))
            case Kind.CKAN:
                yield from ckan_packages.read_packages(self._counted(notes), self._base)
            case Kind.AUTO:
                raise format_error("$", "认不出目录的种类", "the kind of the catalogue is not clear")

    def kind(self) -> Kind:
        """Find out the kind from the first characters and the ending (raises CatalogueFormatError)."""
        head = self._head()
        if head.startswith(_WORKBOOK):
            raise format_error(
                "$",
                "是电子表格，不是目录交换格式；请用目录批量编目功能导入，或导出为 data.json",
                "is a workbook, which is no catalogue format; export it as data.json",
            )
        text = head.decode("utf-8-sig", "ignore").lstrip()
        if self._ending() in rdf.FORMATS and self._ending() not in {"json", "xml"}:
            return Kind.RDF
        if text.startswith("["):
            return self._kind_of_list()
        if text.startswith("{"):
            return self._kind_of_object()
        if text.startswith(("<", "@prefix")):
            return Kind.RDF
        raise format_error("$", "认不出目录的种类", "the kind of the catalogue is not clear")

    def _kind_of_list(self) -> Kind:
        one = next((value for _, value in self._items(())), None)
        if isinstance(one, dict) and ("resources" in one or "owner_org" in one):
            return Kind.CKAN
        if isinstance(one, dict) and ("@id" in one or "@type" in one):
            return Kind.RDF
        return Kind.PORTAL

    def _kind_of_object(self) -> Kind:
        names = self._members()
        if "dataset" in names:
            return Kind.DATAJSON
        if "result" in names or ("resources" in names and "name" in names):
            return Kind.CKAN
        if names & {"@context", "@graph"}:
            return Kind.RDF
        shown = "、".join(sorted(names)[:8])
        raise format_error(
            "$",
            f"顶层没有 dataset（data.json）、result 或 resources（CKAN）、@context（JSON-LD），只有：{shown}",
            "the top level has no `dataset` (data.json), `result` or `resources` (CKAN), nor `@context` (JSON-LD);"
            f" it has {', '.join(sorted(names)[:8])}",
        )

    def _ending(self) -> str:
        return self._name.lower().removesuffix(".gz").rpartition(".")[2]

    def _head(self) -> bytes:
        stream = ByteStream(self._path, compressed=self._is_gzip, limits=self._limits)
        try:
            return stream.read(_HEAD)
        finally:
            stream.close()

    def _pieces(self) -> Iterator[str]:
        """Yield the text in pieces."""
        stream = ByteStream(self._path, compressed=self._is_gzip, limits=self._limits)
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            while data := stream.read(PIECE):
                yield decoder.decode(data)
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise format_error(
                f"byte {stream.bytes_read}", "不是 UTF-8 文字，请转为 UTF-8", "is no UTF-8 text; convert it"
            ) from error
        finally:
            stream.close()

    def _cursor(self) -> JsonCursor:
        return JsonCursor(filter(None, self._pieces()), self._limits, tell_numbers=False, allows_repeats=True)

    def _items(self, path: tuple[str, ...]) -> Iterator[tuple[int, object]]:
        """Yield position and value of the array at a path of member names."""
        cursor = self._cursor()
        for depth, name in enumerate(path):
            here = "$" + "".join(f".{one}" for one in path[:depth])
            if not _enter(cursor, name):
                raise format_error(here, f"没有成员 {name}", f"has no member `{name}`")
        if cursor.peek() != "[":
            raise format_error("$" + "".join(f".{one}" for one in path), "不是数组", "is no array")
        cursor.take("[")
        if cursor.peek() == "]":
            return
        position = 0
        while True:
            yield position, cursor.value()
            position += 1
            if not cursor.goes_on("]"):
                break
        if not path and cursor.peek():
            raise format_error(f"line {cursor.line}", "数组之后还有内容", "something follows the array")

    def _members(self) -> frozenset[str]:
        """Return the names of the members of the top-level object; large members are passed, not kept."""
        cursor = self._cursor()
        cursor.take("{")
        names: set[str] = set()
        while cursor.peek() == '"':
            names.add(str(cursor.value()))
            cursor.take(":")
            if cursor.peek() in {"[", "{"} and names & {"dataset", "result", "@graph"}:
                break  # what follows is the catalogue itself
            cursor.value()
            if not cursor.goes_on("}"):
                break
        return frozenset(names)

    def _counted(self, notes: Notes) -> Iterator[tuple[int, object]]:
        """Yield the packages; say where the answer counts more of them than it holds."""
        stated, held = self._stated_count(), 0
        for package in self._packages():
            held += 1
            yield package
        if stated > held:
            notes.more = f"{held + 1} – {stated}"
            notes.told.append(
                (f"应答称共有 {stated} 条，文件中只有 {held} 条", f"{stated} in all, {held} in this file")
            )

    def _stated_count(self) -> int:
        cursor = self._cursor()
        if cursor.peek() == "{" and _enter(cursor, "result") and _enter(cursor, "count"):
            stated = str(cursor.value())
            return int(stated) if stated.isdigit() else 0
        return 0

    def _packages(self) -> Iterator[tuple[int, object]]:
        text = self._head().decode("utf-8-sig", "ignore").lstrip()
        if text.startswith("["):
            yield from self._items(())
            return
        names = self._members()
        if "result" in names:
            yield from self._items(("result", "results"))
        elif self._ending() in {"jsonl", "ndjson"} or "resources" in names:
            yield from enumerate(self._values())
        else:
            raise format_error("$", "没有 result，也不是数据集", "has no `result` and is no package")

    def _values(self) -> Iterator[object]:
        """Yield one value after another: a dump has one package a line."""
        cursor = self._cursor()
        while cursor.peek():
            yield cursor.value()

    def _graph(self) -> rdf.Graph:
        stream = ByteStream(self._path, compressed=self._is_gzip, limits=self._limits)
        try:
            content = stream.read(GRAPH_BYTES + 1)
        finally:
            stream.close()
        if len(content) > GRAPH_BYTES:
            raise format_error("$", f"超过 {GRAPH_BYTES >> 20} MiB", f"is larger than {GRAPH_BYTES >> 20} MiB")
        syntax = rdf.FORMATS.get(self._ending())
        start = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
        if syntax is None or self._ending() in {"json", "xml"}:
            is_json, is_xml = start.startswith((b"{", b"[")), start.startswith(b"<?xml") or b"<rdf:RDF" in start
            syntax = rdf.FORMATS["jsonld" if is_json else "rdf" if is_xml else "ttl"]
        return rdf.Graph(content, syntax, self._base or None)


def _enter(cursor: JsonCursor, wanted: str) -> bool:
    """Go to the value of a member of the object that begins here; False where the object has none."""
    if cursor.peek() != "{":
        return False
    cursor.take("{")
    while cursor.peek() == '"':
        name = cursor.value()
        cursor.take(":")
        if name == wanted:
            return True
        cursor.value()
        if not cursor.goes_on("}"):
            break
    return False
