"""The catalogue as a harvester walks it: pages, forms, conditions, what changed; and what the public may not know."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.compare import isomorphic

from tests.hub.dcat.conftest import FILLED
from tests.hub.dcat.directory import CLOSED, HARVESTED
from tests.support.acts import BUS_STOPS, RESIDENTS

if TYPE_CHECKING:
    import httpx2

    from tests.support.hosted import HostedCity

DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
TYPES = {"text/turtle": "turtle", "application/ld+json": "json-ld", "application/rdf+xml": "xml"}
ENDINGS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml", "xml": "xml"}
PAGES = ("/catalog.ttl", "/data.json", "/feeds/dataset.atom?page_size=500", "/sitemap.xml", "/catalog.jsonld?q=名册")
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own
FORMS = (".ttl", ".jsonld", ".rdf", "/datapackage.json", "/schema.json", "/croissant.jsonld")


def read(answer: httpx2.Response, form: str) -> Graph:
    assert answer.status_code == 200, answer.text
    return Graph().parse(data=answer.content, format=form)


def names(graph: Graph) -> list[str]:
    found = [str(one) for one in graph.objects(None, DCAT.dataset)]
    return sorted(name.rpartition("/")[2] for name in found)


def walked(reader: httpx2.Client, place: str) -> list[str]:
    """Follow ``hydra:next`` from page to page."""
    found: list[str] = []
    address: str | None = place
    for _ in range(100):
        if address is None:
            return found
        graph = read(reader.get(address), ENDINGS[urlsplit(address).path.rpartition(".")[2]])
        found += names(graph)
        view = next(graph.objects(None, HYDRA.view))
        assert (view, RDF.type, HYDRA.PartialCollectionView) in graph
        following = graph.value(view, HYDRA.next)
        address = str(following) if following is not None else None
    raise AssertionError("the pages do not end")


def test_every_accepted_form_of_a_page_holds_the_same_graph(reader: httpx2.Client) -> None:
    first, *others = [read(reader.get("/catalog", headers={"Accept": name}), form) for name, form in TYPES.items()]
    assert len(first) > 1_000
    assert all(isomorphic(first, other) for other in others)


@pytest.mark.parametrize("name", [BUS_STOPS, f"{HARVESTED}guai"])
def test_every_address_of_an_entry_holds_the_same_graph(reader: httpx2.Client, name: str) -> None:
    first, *others = [read(reader.get(f"/dataset/{name}.{end}"), ENDINGS[end]) for end in ("ttl", "jsonld", "rdf")]
    assert len(first) > 50
    assert all(isomorphic(first, other) for other in others)


@pytest.mark.parametrize("ending", ENDINGS)
def test_following_the_pages_gives_every_entry_once(reader: httpx2.Client, ending: str) -> None:
    found = walked(reader, f"/catalog.{ending}?page_size=9")
    assert len(found) == len(set(found)) > 20
    assert found == names(read(reader.get("/catalog.ttl?page_size=500"), "turtle"))


def test_the_header_leads_to_the_next_page(reader: httpx2.Client) -> None:
    answer = reader.get("/catalog.ttl?page_size=9&q=信息")
    assert reader.get(answer.links["next"]["url"]).status_code == 200
    assert "q=" in answer.links["next"]["url"]


def test_the_total_is_told_of_the_catalogue_and_of_the_view(reader: httpx2.Client) -> None:
    graph = read(reader.get("/catalog.ttl?page_size=3"), "turtle")
    assert len(set(graph.objects(None, HYDRA.totalItems))) == 1
    assert len(list(graph.subject_objects(HYDRA.totalItems))) == 2


def test_a_page_beyond_the_last_is_empty_and_leads_back(reader: httpx2.Client) -> None:
    answer = reader.get("/catalog.ttl?page=900")
    assert names(read(answer, "turtle")) == []
    assert "previous" in answer.links


@pytest.mark.parametrize("query", ["page=0", "page_size=501", "page=x", "modified_since=gestern"])
def test_a_question_that_cannot_be_read_is_said_to_be_so(reader: httpx2.Client, query: str) -> None:
    answer = reader.get(f"/catalog.ttl?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_only_what_changed_since_is_given(reader: httpx2.Client) -> None:
    assert names(read(reader.get("/catalog.ttl?modified_since=2036-01-01"), "turtle")) == []
    assert len(names(read(reader.get("/catalog.ttl?modified_since=2016-01-01T00:00:00Z"), "turtle"))) > 20


def test_one_organ_and_one_word_narrow_the_catalogue(reader: httpx2.Client) -> None:
    found = names(read(reader.get("/catalog.ttl", params={"organization": "jiaotongju", "q": "公交"}), "turtle"))
    assert BUS_STOPS in found
    assert RESIDENTS not in found


def test_an_organ_nobody_knows_is_a_problem(reader: httpx2.Client) -> None:
    answer = reader.get("/catalog.ttl?organization=nobody")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/organization-unknown")


@pytest.mark.parametrize("path", ["/catalog", f"/dataset/{BUS_STOPS}"])
def test_a_form_nobody_serves_is_not_acceptable(reader: httpx2.Client, path: str) -> None:
    answer = reader.get(path, headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json()["offered"]


@pytest.mark.parametrize("path", ["/catalog", f"/dataset/{BUS_STOPS}"])
def test_a_browser_gets_the_page_at_the_same_address(reader: httpx2.Client, path: str) -> None:
    answer = reader.get(path, headers={"Accept": "text/html,*/*;q=0.8"}, follow_redirects=True)
    assert answer.headers["content-type"].startswith("text/html")
    assert all("Accept" in one.headers["vary"] for one in (answer, *answer.history))


@pytest.mark.parametrize("path", ["/catalog.rdf", f"/dataset/{BUS_STOPS}.ttl", "/feeds/dataset.atom", "/sitemap.xml"])
def test_who_has_the_body_is_not_sent_it_again(reader: httpx2.Client, path: str) -> None:
    first = reader.get(path)
    by_tag = reader.get(path, headers={"If-None-Match": first.headers["etag"]})
    by_time = reader.get(path, headers={"If-Modified-Since": first.headers["last-modified"]})
    changed = reader.get(
        path, headers={"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]}
    )
    assert [one.status_code for one in (by_tag, by_time, changed)] == [304, 304, 200]
    assert (by_tag.content, by_tag.headers["etag"]) == (b"", first.headers["etag"])


@pytest.mark.parametrize("path", ["/catalog.ttl", f"/dataset/{BUS_STOPS}.rdf", "/data.json", "/feeds/dataset.atom"])
def test_head_answers_the_headers_without_the_body(reader: httpx2.Client, path: str) -> None:
    asked, told = reader.get(path), reader.head(path)
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["content-type"] == asked.headers["content-type"]
    assert told.headers["etag"] == asked.headers["etag"]


@pytest.mark.parametrize("path", PAGES)
def test_a_closed_entry_is_in_no_list(reader: httpx2.Client, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 200
    assert CLOSED not in answer.text
    assert "内部名册" not in answer.text


@pytest.mark.parametrize("ending", FORMS)
def test_a_closed_entry_reads_like_one_that_does_not_exist(reader: httpx2.Client, ending: str) -> None:
    closed, absent = (reader.get(f"/dataset/{name}{ending}") for name in (CLOSED, "absent"))
    assert (closed.status_code, absent.status_code) == (404, 404)
    assert closed.text.replace(CLOSED, "absent") == absent.text


def test_rows_are_offered_only_of_entries_that_give_them(reader: httpx2.Client) -> None:
    graph = read(reader.get("/catalog.ttl?page_size=500"), "turtle")
    ours = {str(one) for one in graph.objects(None, DCAT.downloadURL) if "/api/v1/datasets/" in str(one)}
    assert {one.partition("/datasets/")[2].partition("/")[0] for one in ours} == set(FILLED)
    assert all(reader.get(one).status_code == 200 for one in ours)


def test_the_service_serves_what_has_rows(city: HostedCity, reader: httpx2.Client) -> None:
    graph = read(reader.get("/catalog.ttl?page_size=500"), "turtle")
    served = set(graph.objects(URIRef(f"{city.url}/catalog#service-api"), DCAT.servesDataset))
    assert served == {URIRef(f"{city.url}/dataset/{name}") for name in FILLED}


def test_an_entry_is_described_in_both_languages(city: HostedCity, reader: httpx2.Client) -> None:
    graph = read(reader.get(f"/dataset/{BUS_STOPS}.ttl"), "turtle")
    titles = graph.objects(URIRef(f"{city.url}/dataset/{BUS_STOPS}"), DCT.title)
    assert {getattr(one, "language", None) for one in titles} == {"zh", "en"}
