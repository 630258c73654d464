"""A description written as a DCAT-AP 3 dataset with its record, forms, measures and lineage, HVD profile included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from hub.open.dcat import vocabularies
from hub.open.dcat.description import Concept, Text
from hub.open.dcat.terms import SHA256, node, said, term, typed
from hub.push.quality.words import words
from policies.facts import OpenType

if TYPE_CHECKING:
    from catalogue.item import Item
    from hub.open.dcat.description import Description, Form
    from hub.open.dcat.graph import Graph

ACCESS: Final = {
    OpenType.UNCONDITIONAL: "PUBLIC",
    OpenType.CONDITIONAL: "RESTRICTED",
    OpenType.CLOSED: "NON_PUBLIC",
}
SHARING: Final = {1: "无条件共享 / unconditional", 2: "有条件共享 / conditional", 3: "不予共享 / withheld"}
UNCLASSED: Final = Concept("3", Text("部门政务信息资源", "departmental information resources"))
"""Where an entry without a class stands: what a department holds is departmental before anything else."""
CSVW_TYPES: Final = {
    "C": "string", "N": "decimal", "Y": "decimal", "D": "date", "T": "dateTime", "L": "boolean", "M": "string",
    "G": "string", "B": "double", "I": "integer", "F": "float",
}  # fmt: skip
"""CSVW datatypes by the guide's letters."""


def dataset_node(base: str, name: str) -> NamedNode:
    """Return the node of an entry: an address that answers with a page or with this description."""
    return NamedNode(f"{base}/dataset/{name}")


class DatasetWriter:
    """Writes one description into a graph."""

    def __init__(self, graph: Graph, about: Description) -> None:
        """``graph`` takes the statements of ``about``."""
        self.graph = graph
        self.about = about
        self.node = dataset_node(graph.base, about.name)

    def part(self, name: str) -> NamedNode:
        """Return a node that belongs to this entry alone."""
        return NamedNode(f"{self.node.value}#{name}")

    def write(self, *, is_whole: bool = False) -> NamedNode:
        """Write the dataset and its record; ``is_whole`` adds every item. Returns the dataset's node."""
        self._names()
        self._holders()
        self._coverage()
        self._law()
        self._lineage()
        self._measures()
        for form in self.about.forms:
            self.graph.add(self.node, "dcat:distribution", self._form(form))
        if is_whole:
            self._items()
        return self.node

    def _names(self) -> None:
        graph, about, one = self.graph, self.about, self.node
        graph.add(one, "a", term("dcat:Dataset"), term("dcat:Resource"))
        graph.text(one, "dct:title", about.title)
        graph.text(one, "dct:description", about.about)
        graph.plain(one, "dct:identifier", about.resource_code or about.id)
        if about.resource_code:
            graph.add(one, "adms:identifier", self._code())
        graph.add(one, "dcat:keyword", *(said(word, "zh") for word in about.keywords))
        graph.add(one, "dcat:theme", *(graph.theme(code) for code in about.themes))
        graph.add(one, "dcat:theme", *(graph.concept(concept) for concept in about.concepts))
        graph.add(one, "dcat:landingPage", graph.document(f"{graph.base}/d/{about.name}"))
        graph.add(one, "foaf:page", graph.document(f"{graph.base}/d/{about.name}#items"))
        graph.add(one, "dct:language", graph.listed("language", "ZHO", "dct:LinguisticSystem", "languages"))
        graph.day(one, "dct:issued", about.issued)
        graph.moment(one, "dct:modified", about.modified)
        graph.plain(one, "dcat:version", about.version)
        if about.is_sample:
            graph.add(one, "dct:type", self._type("SYNTHETIC_DATA", ("合成数据", "Synthetic data")))
        if about.is_aggregate:
            graph.add(one, "dct:type", self._type("STATISTICAL", ("统计数据", "Statistical data")))

    def _code(self) -> NamedNode:
        code = self.part("code")
        self.graph.add(code, "a", term("adms:Identifier"))
        self.graph.plain(code, "skos:notation", self.about.resource_code)
        self.graph.add(code, "adms:schemaAgency", said("政务信息资源代码", "zh"))
        return code

    def _type(self, code: str, names: tuple[str, str]) -> NamedNode:
        def tell(one: NamedNode) -> None:
            self.graph.add(one, "a", term("skos:Concept"))
            self.graph.label(one, "skos:prefLabel", names)
            self.graph.add(one, "skos:inScheme", NamedNode(f"{vocabularies.EU}dataset-type"))

        return self.graph.once(NamedNode(f"{vocabularies.EU}dataset-type/{code}"), tell)

    def _holders(self) -> None:
        graph, about, one = self.graph, self.about, self.node
        graph.add(one, "dct:publisher", graph.agent(about.publisher))
        if about.contact is not None:
            graph.add(one, "dcat:contactPoint", graph.contact(self.part("contact"), about.contact))
        access = ACCESS[OpenType(about.open_type)]
        graph.add(one, "dct:accessRights", graph.listed("access-right", access, "dct:RightsStatement", "access_rights"))
        if about.rights or about.condition:
            graph.add(one, "dct:rights", graph.rights(self.part("rights"), about.rights, about.condition))
        graph.add(one, "cn:sharingType", said(SHARING[about.share_type]))

    def _coverage(self) -> None:
        graph, about, one = self.graph, self.about, self.node
        graph.add(one, "dct:spatial", *(graph.place(place) for place in about.places))
        if about.period is not None:
            period = self.part("period")
            graph.add(one, "dct:temporal", period)
            graph.add(period, "a", term("dct:PeriodOfTime"))
            graph.date_like(period, "dcat:startDate", about.period.start)
            graph.date_like(period, "dcat:endDate", about.period.end)
        if about.frequency:
            frequency = graph.listed("frequency", about.frequency, "dct:Frequency", "frequencies")
            graph.add(one, "dct:accrualPeriodicity", frequency)
        graph.add(one, "dct:conformsTo", graph.crs(about.crs) if about.crs else None)

    def _law(self) -> None:
        graph, about, one = self.graph, self.about, self.node
        graph.add(one, "dcatap:applicableLegislation", *(graph.rule(rule) for rule in about.rules))
        graph.add(one, "dcatap:hvdCategory", self.category())

    def category(self) -> NamedNode:
        """Return the basic database an entry belongs to, else the first class it stands in."""
        graph, path = self.graph, self.about.concepts
        if not path:
            return graph.concept(UNCLASSED)
        is_basic = path[0].code == "1"
        return graph.concept(path[1] if is_basic and len(path) > 1 else path[0])

    def _lineage(self) -> None:
        graph, about, one = self.graph, self.about, self.node
        graph.add(one, "dct:relation", *(dataset_node(graph.base, name) for name in about.related))
        if about.previous:
            graph.add(one, "dcat:previousVersion", dataset_node(graph.base, about.previous))
        if about.origin is not None:
            source = node(about.origin.url)
            graph.add(one, "prov:wasDerivedFrom", source)
            if source is not None:
                graph.once(source, lambda there: graph.add(there, "a", term("prov:Entity")))
        if about.system:
            made, system = self.part("collection"), said(about.system, "zh")
            graph.add(one, "prov:wasGeneratedBy", made)
            graph.add(made, "a", term("prov:Activity"))
            graph.add(made, "rdfs:label", system)
            graph.moment(made, "prov:endedAtTime", about.data_at)
        for number, name in enumerate(about.sources, start=1):
            share, agent = self.part(f"source-{number}"), self.part(f"source-organ-{number}")
            graph.add(one, "prov:qualifiedAttribution", share)
            graph.add(share, "a", term("prov:Attribution"))
            graph.add(share, "prov:agent", agent)
            graph.add(share, "dcat:hadRole", self._role())
            graph.add(agent, "a", term("prov:Agent"))
            graph.add(agent, "foaf:name", said(name, "zh"))

    def _role(self) -> NamedNode:
        def tell(one: NamedNode) -> None:
            self.graph.add(one, "a", term("dcat:Role"))
            self.graph.label(one, "rdfs:label", ("数源单位", "source department of items"))

        return self.graph.once(self.graph.own("role-source"), tell)

    def _measures(self) -> None:
        graph = self.graph
        for measure in self.about.measures:
            one = self.part(f"quality-{measure.word}")
            graph.add(self.node, "dqv:hasQualityMeasurement", one)
            graph.add(one, "a", term("dqv:QualityMeasurement"))
            graph.add(one, "dqv:computedOn", self.node)
            graph.add(one, "dqv:isMeasurementOf", self._metric(measure.word))
            graph.add(one, "dqv:value", typed(f"{measure.share:.6f}".rstrip("0").rstrip("."), "decimal"))

    def _metric(self, word: str) -> NamedNode:
        graph, meant = self.graph, words()[word]

        def tell(one: NamedNode) -> None:
            graph.add(one, "a", term("dqv:Metric"))
            graph.label(one, "skos:prefLabel", (meant.zh, meant.en))
            graph.label(one, "skos:definition", (meant.meaning_zh, meant.meaning_en))
            graph.add(one, "dqv:expectedDataType", term("xsd:decimal"))

        return graph.once(graph.own(f"metric-{word}"), tell)

    def _form(self, form: Form) -> NamedNode:
        graph, about, one = self.graph, self.about, self.part(f"form-{form.key}")
        graph.add(one, "a", term("dcat:Distribution"))
        graph.text(one, "dct:title", form.title)
        graph.text(one, "dct:description", form.about)
        page = f"{graph.base}/d/{about.name}"
        graph.add(one, "dcat:accessURL", graph.resource(node(form.access) or node(page)))
        graph.add(one, "dcat:downloadURL", node(form.download) if form.download else None)
        if form.format is not None:
            graph.add(one, "dct:format", graph.file_type(form.format.code) if form.format.code else None)
            media = form.format.media_type
            graph.add(one, "dcat:mediaType", graph.media_type(media) if media else None)
        graph.add(one, "dct:license", graph.licence(about.licence) if about.licence is not None else None)
        graph.add(one, "dcatap:applicableLegislation", *(graph.rule(rule) for rule in about.rules))
        if form.is_ours:
            graph.add(one, "dcatap:availability", graph.availability())
            graph.add(one, "dct:language", graph.listed("language", "ZHO", "dct:LinguisticSystem", "languages"))
            graph.day(one, "dct:issued", about.issued)
            graph.moment(one, "dct:modified", about.data_at)
        if form.key == "api":
            graph.add(one, "dcat:accessService", graph.own("service-api"))
        if about.given and form.is_ours:
            schema = graph.standard(f"{self.node.value}/schema.json", f"Table Schema: {about.title.zh}")
            graph.add(one, "dct:conformsTo", schema)
        if form.bytes is not None:
            graph.add(one, "dcat:byteSize", typed(str(form.bytes), "nonNegativeInteger"))
        if form.sha256:
            graph.add(one, "spdx:checksum", self._checksum(form))
        return one

    def _checksum(self, form: Form) -> NamedNode:
        graph, one = self.graph, self.part(f"checksum-{form.key}")
        graph.add(one, "a", term("spdx:Checksum"))
        graph.add(
            one,
            "spdx:algorithm",
            graph.once(NamedNode(SHA256), lambda way: graph.add(way, "a", term("spdx:ChecksumAlgorithm"))),
        )
        graph.add(one, "spdx:checksumValue", typed(form.sha256, "hexBinary"))
        return one

    def _items(self) -> None:
        graph, schema = self.graph, self.part("items")
        graph.add(self.node, "csvw:tableSchema", schema)
        graph.add(schema, "a", term("csvw:Schema"))
        for item in self.about.items:
            graph.add(schema, "csvw:column", self._item(item))

    def _item(self, item: Item) -> NamedNode:
        graph, one = self.graph, self.part(f"item-{item.column}")
        graph.add(one, "a", term("csvw:Column"))
        graph.plain(one, "csvw:name", item.column)
        graph.add(one, "csvw:title", said(item.name, "zh"))
        graph.add(one, "csvw:datatype", said(CSVW_TYPES[item.type.value]))
        graph.add(one, "csvw:required", typed("true", "boolean") if item.required else None)
        if item.description:
            graph.add(one, "dct:description", said(item.description, "zh"))
        return one
