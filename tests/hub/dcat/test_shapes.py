"""The feed against the official SHACL shapes of DCAT-AP 3.0.1, every file of them (SEMICeu, CC BY 4.0)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyshacl import validate
from rdflib import RDF, Graph, Namespace

from tests.hub.dcat.directory import HARVESTED
from tests.support.acts import BUS_STOPS

if TYPE_CHECKING:
    import httpx2

SHAPES = Path(__file__).resolve().parents[4] / "shared" / "dcat-ap-3.0.1"
SH = Namespace("http://www.w3.org/ns/shacl#")
FILES = (
    "shapes.ttl",
    "range.ttl",
    "shapes_recommended.ttl",
    "deprecateduris.ttl",
    "mdr-vocabularies.shape.ttl",
    "hvd-SHACL.ttl",
    "hvd-SHACL-base.ttl",
    "dcat-ap-SHACL.ttl",
)
LISTED = {
    "shapes_recommended.ttl": {
        ("Dataset", "temporal"),
        ("Dataset", "contactPoint"),
        ("Dataset", "spatial"),
        ("Dataset", "keyword"),
        ("Distribution", "availability"),
        ("Distribution", "format"),
        ("Distribution", "license"),
        ("Location", "bbox"),
        ("Location", "centroid"),
        ("Agent", "type"),
        ("PeriodOfTime", "startDate"),
        ("LicenseDocument", "type"),
    },
    "mdr-vocabularies.shape.ttl": {
        ("Dataset", "theme"),
        ("Dataset", "publisher"),
        ("Dataset", "spatial"),
        ("DataService", "publisher"),
        ("Catalog", "publisher"),
        ("Catalog", "spatial"),
    },
}
"""Every warning that is left, by class and property: each is explained in docs/reference/dcat.md."""

pytestmark = pytest.mark.skipif(not SHAPES.is_dir(), reason="the official shapes lie in a folder that is not here")


def last(name: object) -> str:
    return str(name).replace("#", "/").rpartition("/")[2]


def shapes_of(name: str) -> Graph:
    """Return the shapes of a file without the property shapes that name no property: three of them are broken."""
    shapes = Graph().parse(SHAPES / name)
    for shape, _, one in list(shapes.triples((None, SH.property, None))):
        if shapes.value(one, SH.path) is None:
            shapes.remove((shape, SH.property, one))
    return shapes


def found_by(data: Graph, name: str) -> dict[str, set[tuple[str, str]]]:
    """Return class and property of what the shapes of a file find, by severity."""
    _, report, _ = validate(data, shacl_graph=shapes_of(name), inference="none", do_owl_imports=False)
    assert isinstance(report, Graph)
    found: dict[str, set[tuple[str, str]]] = {}
    for result in report.objects(next(report.subjects(RDF.type, SH.ValidationReport)), SH.result):
        focus = report.value(result, SH.focusNode)
        kind = next((last(one) for one in data.objects(focus, RDF.type)), "")
        severity = last(report.value(result, SH.resultSeverity))
        found.setdefault(severity, set()).add((kind, last(report.value(result, SH.resultPath))))
    return found


@pytest.fixture(scope="module")
def feed() -> dict[str, Graph]:
    return {}


def graph_of(reader: httpx2.Client, feed: dict[str, Graph], path: str) -> Graph:
    if path not in feed:
        feed[path] = Graph().parse(data=reader.get(path).content, format="turtle")
    return feed[path]


@pytest.mark.parametrize("name", FILES)
def test_the_whole_feed_keeps_the_shapes(reader: httpx2.Client, feed: dict[str, Graph], name: str) -> None:
    found = found_by(graph_of(reader, feed, "/catalog.ttl?page_size=500"), name)
    assert found.pop("Violation", set()) == set()
    assert found.pop("Warning", set()) <= LISTED.get(name, set())
    assert found == {}


@pytest.mark.parametrize("entry", [BUS_STOPS, f"{HARVESTED}kongqi"])
@pytest.mark.parametrize("name", ["shapes.ttl", "range.ttl", "hvd-SHACL.ttl"])
def test_one_entry_alone_keeps_the_shapes(reader: httpx2.Client, feed: dict[str, Graph], name: str, entry: str) -> None:
    assert found_by(graph_of(reader, feed, f"/dataset/{entry}.ttl"), name) == {}
