"""Pages of the catalogue and single entries as DCAT-AP 3 graphs, with hydra's view of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from hub.open.dcat.dataset_graph import DatasetWriter, dataset_node
from hub.open.dcat.description import Text
from hub.open.dcat.graph import Graph
from hub.open.dcat.terms import CKAN_API, OPENAPI, said, term, typed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

    from hub.open.dcat.description import Catalogue, Description, Leaf

SERVICES: Final = (
    (
        "service-api",
        ("数通开放数据接口", "Open data interface of the hub"),
        ("按条件查询开放数据，支持分页与多种格式", "query open rows by conditions, page by page, in several formats"),
        "/api/v1",
        "/openapi.json",
        (OPENAPI, "OpenAPI 3.1"),
    ),
    (
        "service-ckan",
        ("CKAN 兼容接口", "CKAN Action API"),
        ("供 CKAN 客户端检索和读取目录", "for clients of CKAN that search and read the directory"),
        "/api/3/action",
        "/api/3/action/help_show?name=package_search",
        (CKAN_API, "CKAN Action API v3"),
    ),
)
_NEIGHBOURS: Final = ("first", "last", "next", "previous")


def page_graph(leaf: Leaf) -> list[Triple]:
    """Return the statements of one page: the catalogue, the view, its services, records and datasets."""
    graph = Graph(leaf.catalogue.base)
    catalogue = NamedNode(f"{graph.base}/catalog")
    _catalogue(graph, catalogue, leaf.catalogue)
    _view(graph, catalogue, leaf)
    served = tuple(about for about in leaf.descriptions if about.given)
    _services(graph, catalogue, leaf.catalogue, served)
    for about in leaf.descriptions:
        graph.add(catalogue, "dcat:dataset", DatasetWriter(graph, about).write())
        graph.add(catalogue, "dcat:record", _record(graph, about))
    return grouped(graph)


def entry_graph(catalogue: Catalogue, about: Description) -> list[Triple]:
    """Return the statements of one entry with every item, its record, and the catalogue it stands in."""
    graph = Graph(catalogue.base)
    whole = NamedNode(f"{graph.base}/catalog")
    _catalogue(graph, whole, catalogue)
    _services(graph, whole, catalogue, (about,) if about.given else ())
    graph.add(whole, "dcat:dataset", DatasetWriter(graph, about).write(is_whole=True))
    graph.add(whole, "dcat:record", _record(graph, about))
    return grouped(graph)


def grouped(graph: Graph) -> list[Triple]:
    """Return the statements of a graph with those of one subject together, so that they are written as one."""
    found: dict[object, list[Triple]] = {}
    for triple in graph.triples:
        found.setdefault(triple.subject, []).append(triple)
    return [triple for triples in found.values() for triple in triples]


def _catalogue(graph: Graph, one: NamedNode, about: Catalogue) -> None:
    graph.add(one, "a", term("dcat:Catalog"), term("dcat:Resource"))
    graph.text(one, "dct:title", about.title)
    graph.text(one, "dct:description", about.about)
    graph.add(one, "dct:publisher", graph.agent(about.publisher))
    for code in ("ZHO", "ENG"):
        graph.add(one, "dct:language", graph.listed("language", code, "dct:LinguisticSystem", "languages"))
    graph.add(one, "dct:license", graph.licence(about.licence) if about.licence is not None else None)
    graph.day(one, "dct:issued", about.issued)
    graph.moment(one, "dct:modified", about.modified)
    graph.add(one, "dct:spatial", graph.place(about.place))
    graph.theme("GOVE")
    graph.add(one, "dcat:themeTaxonomy", graph.eu_themes(), graph.tree())
    graph.add(one, "foaf:homepage", graph.document(f"{graph.base}/"))
    graph.add(one, "dct:conformsTo", graph.profile())
    graph.add(one, "dcatap:applicableLegislation", *(graph.rule(rule) for rule in about.rules))
    if about.contact is not None:
        graph.add(one, "dcat:contactPoint", graph.contact(graph.own("contact"), about.contact))


def _view(graph: Graph, one: NamedNode, leaf: Leaf) -> None:
    graph.add(one, "a", term("hydra:Collection"))
    total = typed(str(leaf.total), "integer")
    graph.add(one, "hydra:totalItems", total)
    view = NamedNode(leaf.addresses["self"])
    graph.add(one, "hydra:view", view)
    graph.add(view, "a", term("hydra:PartialCollectionView"))
    graph.add(view, "hydra:totalItems", total)
    graph.add(view, "hydra:itemsPerPage", typed(str(leaf.size), "integer"))
    for name in _NEIGHBOURS:
        if name in leaf.addresses:
            graph.add(view, f"hydra:{name}", NamedNode(leaf.addresses[name]))


def _services(graph: Graph, catalogue: NamedNode, about: Catalogue, served: Iterable[Description]) -> None:
    """Describe the interfaces; ``served`` are the entries of this page whose rows they give."""
    writers = [DatasetWriter(graph, one) for one in served]
    if not writers:
        return
    categories = dict.fromkeys(writer.category() for writer in writers)
    for key, names, texts, place, description, (standard, name) in SERVICES:
        one = graph.own(key)
        graph.add(catalogue, "dcat:service", one)
        graph.add(one, "a", term("dcat:DataService"), term("dcat:Resource"))
        graph.text(one, "dct:title", Text(*names))
        graph.text(one, "dct:description", Text(*texts))
        graph.add(one, "dcat:endpointURL", graph.resource(NamedNode(f"{graph.base}{place}")))
        graph.add(one, "dcat:endpointDescription", graph.resource(NamedNode(f"{graph.base}{description}")))
        graph.add(one, "foaf:page", graph.document(f"{graph.base}/docs"))
        graph.add(one, "dct:publisher", graph.agent(about.publisher))
        if about.contact is not None:
            graph.add(one, "dcat:contactPoint", graph.contact(graph.own("contact"), about.contact))
        graph.add(one, "dcat:theme", graph.theme("GOVE"))
        graph.add(one, "dcat:keyword", said("开放数据", "zh"), said("open data", "en"))
        graph.add(one, "dct:conformsTo", graph.standard(standard, name))
        graph.add(one, "dct:format", graph.file_type("JSON"))
        access = graph.listed("access-right", "PUBLIC", "dct:RightsStatement", "access_rights")
        graph.add(one, "dct:accessRights", access)
        graph.add(one, "dcatap:applicableLegislation", *(graph.rule(rule) for rule in about.rules))
        graph.add(one, "dcatap:hvdCategory", *categories)
        graph.add(one, "dcat:servesDataset", *(writer.node for writer in writers))


def _record(graph: Graph, about: Description) -> NamedNode:
    dataset = dataset_node(graph.base, about.name)
    one = NamedNode(f"{dataset.value}#record")
    graph.add(one, "a", term("dcat:CatalogRecord"))
    graph.add(one, "foaf:primaryTopic", dataset)
    graph.day(one, "dct:issued", about.issued)
    graph.moment(one, "dct:modified", about.described)
    graph.add(one, "dct:conformsTo", graph.profile())
    graph.add(one, "adms:status", graph.status())
    graph.add(one, "dct:language", graph.listed("language", "ZHO", "dct:LinguisticSystem", "languages"))
    if about.origin is not None:
        graph.moment(one, "prov:generatedAtTime", about.origin.harvested)
    return one
