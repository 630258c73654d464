"""Datasets of a DCAT graph (DCAT-AP 1 to 3, GeoDCAT, DCAT-AP.de ...) as neutral records.

Turtle, RDF/XML, JSON-LD, N-Triples, N-Quads and TriG are read by pyoxigraph. Nothing is fetched while reading: a
JSON-LD context elsewhere is a fault that is named, never a call to a stranger. Paging is hydra's (``hydra:next``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from connectors.catalogues.record import Contact, Distribution, Record, Unreadable, first, format_error
from connectors.catalogues.texts import address_of, size_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connectors.catalogues.record import Found, Notes

DCT, DCAT = "http://purl.org/dc/terms/", "http://www.w3.org/ns/dcat#"
FOAF, VCARD = "http://xmlns.com/foaf/0.1/", "http://www.w3.org/2006/vcard/ns#"
SKOS, HYDRA = "http://www.w3.org/2004/02/skos/core#", "http://www.w3.org/ns/hydra/core#"
SCHEMA: Final = "http://schema.org/"
_TYPE: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
MOST_TRIPLES: Final = 5_000_000
_ACCESS: Final = {"PUBLIC": "public", "RESTRICTED": "restricted", "NON_PUBLIC": "non-public"}
FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "rdf": ox.RdfFormat.RDF_XML,
    "xml": ox.RdfFormat.RDF_XML,
    "owl": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "json": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
}
"""Ending of a file to its syntax."""
Node = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


class Graph:
    """A parsed graph, asked by property; the languages of texts are chosen for readers of Chinese."""

    def __init__(self, content: bytes, syntax: ox.RdfFormat, base: str | None) -> None:
        """Parse ``content``; ``base`` resolves relative addresses.

        Raises:
            CatalogueFormatError: it breaks its syntax; line and column are named where the parser tells them.
        """
        self._said: dict[object, dict[str, dict[Term, None]]] = {}
        self._types: dict[str, dict[Node, None]] = {}
        try:
            quads = ox.parse(content, syntax, base_iri=base or "http://localhost/", lenient=True)
            for count, quad in enumerate(quads):
                if count > MOST_TRIPLES:
                    raise format_error("$", f"超过 {MOST_TRIPLES} 条三元组", f"more than {MOST_TRIPLES} triples")
                self._add(quad)
        except SyntaxError as error:
            raise _broken(error, syntax) from error
        except (ValueError, OSError) as error:
            raise _broken(error, syntax) from error

    def _add(self, quad: ox.Quad) -> None:
        subject, value = quad.subject, quad.object
        if not isinstance(subject, (ox.NamedNode, ox.BlankNode)):
            return
        self._said.setdefault(subject, {}).setdefault(quad.predicate.value, {})[value] = None
        if quad.predicate == _TYPE and isinstance(value, ox.NamedNode):
            self._types.setdefault(value.value, {})[subject] = None

    def subjects(self, type_iri: str) -> list[Node]:
        """Return the nodes of a type, in the order of their names; nodes without one as they stand in the file."""
        return sorted(self._types.get(type_iri, ()), key=_order)

    def objects(self, node: object, *properties: str) -> list[Term]:
        """Return the values of the first of the properties that has any, in a stable order."""
        if not isinstance(node, (ox.NamedNode, ox.BlankNode)):
            return []
        for name in properties:
            found = self._said.get(node, {}).get(name)
            if found:
                return sorted(found, key=_order)
        return []

    def text(self, node: object, *properties: str, language: str = "zh") -> str:
        """Return a text: in the language asked for, without a language, in English, in any, in this order."""
        found = self.objects(node, *properties)
        ranks = {language: 0, "": 1, "en": 2}

        def rank(term: Term) -> tuple[int, str]:
            tag = (getattr(term, "language", None) or "").split("-")[0].lower()
            return ranks.get(tag, 3), str(term)

        return first(self.said(term) for term in sorted(found, key=rank))

    def said(self, term: object) -> str:
        """Return what a value says: a literal itself, a node its label or its address."""
        if isinstance(term, ox.Literal):
            return str(term.value).strip()
        labels = (SKOS + "prefLabel", FOAF + "name", VCARD + "fn", DCT + "title", _RDFS_LABEL, SCHEMA + "name")
        label = next((str(one.value) for one in self.objects(term, *labels) if isinstance(one, ox.Literal)), "")
        return label.strip() or (str(term.value) if isinstance(term, ox.NamedNode) else "")

    def texts(self, node: object, *properties: str) -> tuple[str, ...]:
        """Return what all values of a property say, without repetition."""
        return tuple(dict.fromkeys(filter(None, (self.said(one) for one in self.objects(node, *properties)))))

    def address(self, node: object, *properties: str) -> str:
        """Return the first value that is an address of the web."""
        return first(
            address_of(str(one.value)) for one in self.objects(node, *properties) if not isinstance(one, ox.BlankNode)
            and isinstance(one, (ox.NamedNode, ox.Literal))
        )  # fmt: skip


def _order(term: Term) -> str:
    """Return what values are sorted by: blank nodes have no name that lasts, they keep their place in the file."""
    return "" if isinstance(term, ox.BlankNode) else str(term)


_PREFIX: Final = re.compile(r"prefix ([A-Za-z][A-Za-z0-9_-]{0,40}):? ")
_RDFS_LABEL: Final = "http://www.w3.org/2000/01/rdf-schema#label"


def _broken(error: Exception, syntax: ox.RdfFormat) -> Exception:
    line, column = getattr(error, "lineno", None), getattr(error, "offset", None)
    place = f"第 {line} 行第 {column} 列" if line else "$"
    if "context" in str(error).lower() or "LoadDocument" in str(error):
        return format_error(
            place,
            "JSON-LD 引用了别处的上下文（@context），平台不代为抓取",
            "the JSON-LD names a context elsewhere, which the hub does not fetch",
        )
    prefix = _PREFIX.search(str(error))
    why = (f"：前缀 {prefix[1]} 没有声明", f": the prefix {prefix[1]} is not declared") if prefix else ("", "")
    return format_error(
        f"line {line}, column {column}" if line else place,
        f"不是有效的 {syntax.name}{why[0]}",
        f"is no valid {syntax.name}{why[1]}",
    )


def read_graph(graph: Graph, notes: Notes) -> Iterator[Found]:
    """Yield a record for each ``dcat:Dataset``; what else is catalogued is told in the notes.

    Raises:
        CatalogueFormatError: the graph holds no dataset at all.
    """
    notes.more = next_page(graph)
    datasets = graph.subjects(DCAT + "Dataset")
    services, series = graph.subjects(DCAT + "DataService"), graph.subjects(DCAT + "DatasetSeries")
    if services:
        notes.told.append((f"{len(services)} 个 dcat:DataService 未收", f"{len(services)} dcat:DataService not taken"))
    if series:
        notes.told.append((f"{len(series)} 个 dcat:DatasetSeries 未收", f"{len(series)} dcat:DatasetSeries not taken"))
    if not datasets and not graph.subjects(DCAT + "Catalog"):
        raise format_error(
            "$", "图中没有 dcat:Dataset，也没有 dcat:Catalog", "the graph has no dcat:Dataset and no dcat:Catalog"
        )
    for node in datasets:
        yield _found(graph, node)


def next_page(graph: Graph) -> str:
    """Return the address of the page that follows, empty on the last; hydra writes it in two ways."""
    for kind in ("PartialCollectionView", "PagedCollection", "Collection"):
        for node in graph.subjects(HYDRA + kind):
            for name in ("next", "nextPage"):
                found = graph.texts(node, HYDRA + name)
                if found:
                    return address_of(found[0])
    return ""


def _found(graph: Graph, node: Node) -> Found:
    identifier = graph.text(node, DCT + "identifier")
    place = f"<{node.value}>" if isinstance(node, ox.NamedNode) else f"_:{node.value}"
    key = node.value if isinstance(node, ox.NamedNode) else identifier or graph.address(node, DCAT + "landingPage")
    if not key:
        return Unreadable(
            "",
            place,
            "空白节点，没有 dct:identifier，无法识别",
            "a blank node without dct:identifier cannot be told apart",
        )
    title, title_en = graph.text(node, DCT + "title"), graph.text(node, DCT + "title", language="en")
    distributions = tuple(_distributions(graph, graph.objects(node, DCAT + "distribution")))
    period = next(iter(graph.objects(node, DCT + "temporal")), None)
    access = graph.text(node, DCT + "accessRights").rpartition("/")[2]
    point = next(iter(graph.objects(node, DCAT + "contactPoint")), None)
    return Record(
        id=key,
        title=title,
        place=place,
        title_en=title_en if title_en != title else "",
        abstract=graph.text(node, DCT + "description"),
        publisher=graph.text(node, DCT + "publisher"),
        contact=_contact(graph, point),
        keywords=graph.texts(node, DCAT + "keyword"),
        themes=graph.texts(node, DCAT + "theme"),
        formats=tuple(
            dict.fromkeys(one.format or one.media_type for one in distributions if one.format or one.media_type)
        ),
        cycle=graph.text(node, DCT + "accrualPeriodicity"),
        openness=_ACCESS.get(access, access),
        licence=graph.text(node, DCT + "license") or _licence(graph, node),
        rights=graph.text(node, DCT + "rights"),
        issued=graph.text(node, DCT + "issued"),
        modified=graph.text(node, DCT + "modified"),
        url=graph.address(node, DCAT + "landingPage") or address_of(key),
        temporal_start=graph.text(period, DCAT + "startDate", SCHEMA + "startDate"),
        temporal_end=graph.text(period, DCAT + "endDate", SCHEMA + "endDate"),
        distributions=distributions,
    )


def _contact(graph: Graph, point: object) -> Contact:
    def value(*names: str) -> str:
        found = graph.objects(point, *(VCARD + name for name in names))
        one = found[0] if found else None
        inner = graph.text(one, VCARD + "hasValue") if isinstance(one, ox.BlankNode) else ""
        said = inner or (str(one.value) if isinstance(one, (ox.NamedNode, ox.Literal)) else "")
        return said.removeprefix("mailto:").removeprefix("tel:").strip()

    return Contact(
        graph.text(point, VCARD + "fn", FOAF + "name"), value("hasEmail", "email"), value("hasTelephone", "tel")
    )


def _licence(graph: Graph, node: Node) -> str:
    return first(graph.text(one, DCT + "license") for one in graph.objects(node, DCAT + "distribution"))


def _distributions(graph: Graph, nodes: Iterable[object]) -> Iterator[Distribution]:
    for node in nodes:
        url = graph.address(node, DCAT + "downloadURL") or graph.address(node, DCAT + "accessURL")
        if url:
            media = graph.text(node, DCAT + "mediaType").partition("media-types/")
            kind = graph.text(node, DCT + "format")
            yield Distribution(
                url,
                graph.text(node, DCT + "title"),
                kind.rpartition("/")[2] if kind.startswith("http") else kind,
                media[2] or media[0],
                size_of(graph.text(node, DCAT + "byteSize").partition(".")[0]),
            )
