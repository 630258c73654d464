"""A graph under construction: statements in order, one line a fact, empty facts left out, shared nodes told once.

Every node another one points to is described in the same graph, in one or two lines: harvesters and the official
shapes ask what a format, a language or a theme is, and find it here without a further request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, Triple

from hub.open.dcat import vocabularies
from hub.open.dcat.description import Text
from hub.open.dcat.parts import key_of
from hub.open.dcat.terms import ADMS_LICENCE, ADMS_PUBLISHER, ADMS_STATUS, EPSG, PROFILE, node, said, term, typed
from hub.open.dcat.vocabularies import EU, IANA

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from hub.open.dcat.description import Agent, Concept, Contact, Place, Rule
    from hub.open.dcat.vocabularies import Licence

Object = NamedNode | Literal
_DAY: Final = 10
_PUBLISHERS: Final = {"11": "LocalAuthority", "9": "Company", "5": "NonProfitOrganisation"}
"""ADMS publisher types by the beginning of a credit code; other bodies have no type there."""
_PUBLISHER_NAMES: Final = {
    "LocalAuthority": ("地方机关", "Local authority"),
    "Company": ("企业", "Company"),
    "NonProfitOrganisation": ("非营利组织", "Non-profit organisation"),
}


class Graph:
    """Statements in the order they were made; nodes that many descriptions share are described once."""

    def __init__(self, base: str) -> None:
        """Begin an empty graph; ``base`` is the address of the hub, without a slash at its end."""
        self.base = base
        self.triples: list[Triple] = []
        self._told: set[NamedNode] = set()
        self._resources: set[NamedNode] = set()

    def own(self, fragment: str) -> NamedNode:
        """Return a node of the catalogue's own."""
        return NamedNode(f"{self.base}/catalog#{fragment}")

    def add(self, subject: NamedNode, name: str, *objects: Object | None) -> None:
        """State ``subject name object`` for every object that is there."""
        predicate = term(name)
        self.triples.extend(Triple(subject, predicate, one) for one in objects if one is not None)

    def text(self, subject: NamedNode, name: str, text: Text) -> None:
        """State a text in the languages it is written in."""
        if text.zh:
            self.add(subject, name, said(text.zh, "zh"))
        if text.en:
            self.add(subject, name, said(text.en, "en"))

    def plain(self, subject: NamedNode, name: str, value: str) -> None:
        """State a text without a language, where there is one."""
        if value:
            self.add(subject, name, said(value))

    def moment(self, subject: NamedNode, name: str, at: datetime | None) -> None:
        """State a moment."""
        if at is not None:
            self.add(subject, name, typed(at.isoformat(timespec="seconds"), "dateTime"))

    def day(self, subject: NamedNode, name: str, on: date | None) -> None:
        """State a day."""
        if on is not None:
            self.add(subject, name, typed(on.isoformat(), "date"))

    def once(self, one: NamedNode, tell: Callable[[NamedNode], None]) -> NamedNode:
        """Describe a shared node the first time it is pointed to."""
        if one not in self._told:
            self._told.add(one)
            tell(one)
        return one

    def label(self, one: NamedNode, name: str, names: tuple[str, str]) -> None:
        """State the Chinese and the English name of a node."""
        self.text(one, name, Text(*names))

    def listed(self, table: str, code: str, kind: str, labels: str) -> NamedNode:
        """Return the node of a term of an EU authority list, with its class, its name and its list."""

        def tell(one: NamedNode) -> None:
            self.add(one, "a", term(kind))
            self.label(one, "skos:prefLabel", vocabularies.label_of(labels, code))
            self.add(one, "skos:inScheme", NamedNode(f"{EU}{table}"))

        return self.once(NamedNode(f"{EU}{table}/{code}"), tell)

    def theme(self, code: str) -> NamedNode:
        """Return an EU theme."""
        self.eu_themes()
        return self.listed("data-theme", code, "skos:Concept", "theme_names")

    def eu_themes(self) -> NamedNode:
        """Return the list of EU themes."""
        return self.scheme(NamedNode(f"{EU}data-theme"), ("欧盟数据主题", "EU data themes"))

    def availability(self) -> NamedNode:
        """Return how long the hub's own forms are planned to be had."""

        def tell(one: NamedNode) -> None:
            self.add(one, "a", term("skos:Concept"))
            self.label(one, "skos:prefLabel", ("长期可用", "available"))
            self.add(one, "skos:inScheme", NamedNode(f"{EU}planned-availability"))

        return self.once(NamedNode(f"{EU}planned-availability/AVAILABLE"), tell)

    def file_type(self, code: str) -> NamedNode:
        """Return an EU file type."""

        def tell(one: NamedNode) -> None:
            self.add(one, "a", term("dct:MediaTypeOrExtent"))
            self.add(one, "skos:prefLabel", said(code, "en"))
            self.add(one, "skos:inScheme", NamedNode(f"{EU}file-type"))

        return self.once(NamedNode(f"{EU}file-type/{code}"), tell)

    def media_type(self, name: str) -> NamedNode:
        """Return a media type of IANA's register."""
        return self.once(NamedNode(f"{IANA}{name}"), lambda one: self.add(one, "a", term("dct:MediaType")))

    def scheme(self, one: NamedNode, names: tuple[str, str]) -> NamedNode:
        """Return a list of concepts."""

        def tell(scheme: NamedNode) -> None:
            self.add(scheme, "a", term("skos:ConceptScheme"))
            self.label(scheme, "dct:title", names)

        return self.once(one, tell)

    def adms(self, scheme: str, code: str, names: tuple[str, str]) -> NamedNode:
        """Return a term of an ADMS list; ``scheme`` is the address it begins with."""
        listed = self.scheme(NamedNode(f"{scheme}1.0"), (f"ADMS {scheme.rstrip('/').rpartition('/')[2]}", ""))

        def tell(one: NamedNode) -> None:
            self.add(one, "a", term("skos:Concept"))
            self.label(one, "skos:prefLabel", names)
            self.add(one, "skos:inScheme", listed)

        return self.once(NamedNode(f"{scheme}{code}"), tell)

    def status(self) -> NamedNode:
        """Return the state of every record that is shown: published."""
        return self.adms(ADMS_STATUS, "Completed", ("已发布", "completed"))

    def agent(self, agent: Agent) -> NamedNode:
        """Return an organ with its credit code."""

        def tell(one: NamedNode) -> None:
            self.add(one, "a", term("foaf:Agent"))
            self.add(one, "foaf:name", said(agent.name, "zh"))
            self.plain(one, "dct:identifier", agent.code)
            kind = next((kind for start, kind in _PUBLISHERS.items() if agent.code.startswith(start)), None)
            if kind is not None and agent.is_local:
                self.add(one, "dct:type", self.adms(ADMS_PUBLISHER, kind, _PUBLISHER_NAMES[kind]))

        return self.once(self.own(agent.key), tell)

    def contact(self, one: NamedNode, contact: Contact) -> NamedNode:
        """Return an office to write or call to."""

        def tell(office: NamedNode) -> None:
            self.add(office, "a", term("vcard:Kind"), term("vcard:Organization"))
            self.add(office, "vcard:fn", said(f"{contact.organ}{contact.unit}", "zh"))
            if contact.telephone:
                self.add(office, "vcard:hasTelephone", NamedNode(f"tel:{contact.telephone}"))
            if contact.email:
                mail = NamedNode(f"mailto:{contact.email}")
                self.add(office, "vcard:hasEmail", self.resource(mail))

        return self.once(one, tell)

    def resource(self, one: NamedNode | None) -> NamedNode | None:
        """Return an address as what it is: a resource."""
        if one is not None and one not in self._resources:
            self._resources.add(one)  # apart from what else it is: a page is a document too
            self.add(one, "a", term("rdfs:Resource"))
        return one

    def document(self, address: str) -> NamedNode | None:
        """Return a page."""
        one = node(address)
        return None if one is None else self.once(one, lambda page: self.add(page, "a", term("foaf:Document")))

    def place(self, place: Place) -> NamedNode:
        """Return a division, by its code."""

        def tell(one: NamedNode) -> None:
            self.add(one, "a", term("dct:Location"))
            self.plain(one, "dct:identifier", place.code)
            self.text(one, "skos:prefLabel", place.name)

        return self.once(self.own(f"division-{place.code}"), tell)

    def concept(self, concept: Concept) -> NamedNode:
        """Return a class of the directory's tree."""
        tree = self.tree()

        def tell(one: NamedNode) -> None:
            self.add(one, "a", term("skos:Concept"))
            self.text(one, "skos:prefLabel", concept.name)
            self.plain(one, "skos:notation", concept.code)
            self.add(one, "skos:inScheme", tree)
            if concept.parent:
                self.add(one, "skos:broader", self.own(f"class-{concept.parent}"))

        return self.once(self.own(f"class-{concept.code}"), tell)

    def tree(self) -> NamedNode:
        """Return the directory's tree of classes."""
        return self.scheme(self.own("classes"), ("政务信息资源分类", "Classes of government information resources"))

    def rule(self, rule: Rule) -> NamedNode:
        """Return an article of a rule."""

        def tell(one: NamedNode) -> None:
            self.add(one, "a", term("eli:LegalResource"))
            self.add(one, "rdfs:label", said(f"{rule.rule} {rule.article}".strip(), "zh"))

        return self.once(self.own(rule.key), tell)

    def standard(self, address: str, name: str) -> NamedNode | None:
        """Return a standard something conforms to."""
        one = node(address)

        def tell(there: NamedNode) -> None:
            self.add(there, "a", term("dct:Standard"))
            self.plain(there, "dct:title", name)

        return None if one is None else self.once(one, tell)

    def profile(self) -> NamedNode | None:
        """Return the application profile that is kept."""
        return self.standard(PROFILE, "DCAT-AP 3.0.1")

    def crs(self, code: str) -> NamedNode | None:
        """Return a coordinate system by its EPSG code."""
        return self.standard(f"{EPSG}{code}", f"EPSG:{code}") if code.isdigit() else None

    def licence(self, licence: Licence) -> NamedNode | None:
        """Return a licence: by its address where it has one, else by its name."""
        one = node(licence.url) if licence.url else self.own(f"licence-{key_of(licence.name)}")

        def tell(there: NamedNode) -> None:
            self.add(there, "a", term("dct:LicenseDocument"))
            self.plain(there, "dct:title", licence.name)
            if licence.type:
                names = vocabularies.label_of("licence_types", licence.type)
                self.add(there, "dct:type", self.adms(ADMS_LICENCE, licence.type, names))

        return None if one is None else self.once(one, tell)

    def rights(self, one: NamedNode, *texts: str) -> NamedNode:
        """Return a statement of rights in words."""

        def tell(there: NamedNode) -> None:
            self.add(there, "a", term("dct:RightsStatement"))
            self.add(there, "rdfs:label", *(said(text, "zh") for text in texts if text))

        return self.once(one, tell)

    def date_like(self, subject: NamedNode, name: str, value: str) -> None:
        """State a year, a month or a day as the type of XML Schema that fits."""
        if value:
            kind = {4: "gYear", 7: "gYearMonth", _DAY: "date"}[len(value)]
            self.add(subject, name, typed(value, kind))
