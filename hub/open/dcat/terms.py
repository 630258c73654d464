"""Namespaces and terms of RDF descriptions, and the quick making of nodes. Pure."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PREFIXES: Final = {
    "adms": "http://www.w3.org/ns/adms#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "cn": "urn:shutong:terms:",
}
"""Prefixes as they are written; ``cn`` holds the few facts of Chinese law that no vocabulary has a word for."""

ADMS_LICENCE: Final = "http://purl.org/adms/licencetype/"
ADMS_PUBLISHER: Final = "http://purl.org/adms/publishertype/"
ADMS_STATUS: Final = "http://purl.org/adms/status/"
EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"
PROFILE: Final = "http://data.europa.eu/r5r/"
OPENAPI: Final = "https://spec.openapis.org/oas/v3.1.0"
CKAN_API: Final = "https://docs.ckan.org/en/latest/api/index.html"
SHA256: Final = "https://spdx.org/rdf/terms#checksumAlgorithm_sha256"
"""With https, as the official shapes ask for; the term itself is written with http and is the same page."""
_SCHEMES: Final = ("https://", "http://", "ftp://", "ftps://")
_UNWRITABLE: Final = {code: None for code in range(32) if code not in {9, 10, 13}} | {0xFFFE: None, 0xFFFF: None}
SAFE: Final = "%/:=&?~#+!$,;'@()*[]"


@cache
def term(name: str) -> NamedNode:
    """Return the node of a prefixed name of ours (``dct:title``); ``a`` is the type."""
    if name == "a":
        return NamedNode(f"{RDF}type")
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


@lru_cache(maxsize=4096)
def node(address: str) -> NamedNode | None:
    """Return the node of an address; what is no address for RDF as it stands is escaped, None where that is no help."""
    written = address.strip()
    if ":" not in written:
        return None
    try:
        return NamedNode(written)
    except ValueError:
        pass
    try:
        return NamedNode(quote(written, safe=SAFE))
    except ValueError:
        return None


def web(address: str) -> str:
    """Return an address of the web as RDF, Atom and JSON take it; empty where it is none."""
    one = node(address)
    return one.value if one is not None and one.value.lower().startswith(_SCHEMES) else ""


def said(text: str, lang: str = "") -> Literal:
    """Return a text as a literal, in a language where one is given, without characters no XML can hold."""
    plain = text.translate(_UNWRITABLE)
    return Literal(plain, language=lang) if lang else Literal(plain)


def typed(value: str, kind: str) -> Literal:
    """Return a literal of a datatype of XML Schema."""
    return Literal(value, datatype=term(f"xsd:{kind}"))
