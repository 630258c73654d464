"""DCAT-US, Atom, sitemap, Data Package, Croissant, schema.org: each read by something that is not ours."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import httpx2
import pytest
from typing_extensions import override

from hub.open import sitemap
from tests.hub.dcat.conftest import FILLED
from tests.hub.dcat.directory import CLOSED, HARVESTED
from tests.support.acts import BUS_STOPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.hosted import HostedCity

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
MANDATORY = {"title", "description", "identifier", "publisher", "contactPoint"}
FREQUENCY = re.compile(r"R/P.+|irregular")


def xml(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - what the hub itself wrote


@pytest.fixture(scope="module")
def document(city: HostedCity) -> dict[str, Any]:
    answer = httpx2.get(f"{city.url}/data.json", timeout=60)
    found: dict[str, Any] = answer.json()
    return found


def test_the_document_names_its_standard_and_holds_every_entry(document: dict[str, Any], reader: httpx2.Client) -> None:
    listed = xml(reader.get("/sitemap.xml").content).findall(f"{SITE}url")
    assert document["conformsTo"]["identifier"] == "https://resources.data.gov/dcat-us/3.0.0"
    assert len(document["dataset"]) == len(listed) - len(sitemap.PAGES)


def test_every_dataset_of_the_document_has_what_dcat_us_demands(document: dict[str, Any]) -> None:
    assert [one["identifier"] for one in document["dataset"] if not one.keys() >= MANDATORY] == []


def test_objects_of_the_document_have_the_shapes_of_dcat_us(document: dict[str, Any]) -> None:
    for one in document["dataset"]:
        assert all(concept["prefLabel"] and concept["inScheme"]["title"] for concept in one["theme"])
        assert all(contact["fn"] for contact in one["contactPoint"])
        assert one["publisher"]["name"]
        assert one["landingPage"]["title"]
        assert datetime.fromisoformat(one["modified"]).tzinfo is not None
        assert "accrualPeriodicity" not in one or FREQUENCY.fullmatch(one["accrualPeriodicity"])
        assert all({"downloadURL", "accessURL"} & form.keys() for form in one["distribution"])


def test_the_document_can_be_narrowed_to_one_organ(reader: httpx2.Client) -> None:
    found = reader.get("/data.json?organization=jiaotongju").json()["dataset"]
    assert {one["publisher"]["name"] for one in found} == {"示例市交通运输局"}


def test_the_document_is_not_sent_to_who_has_it(reader: httpx2.Client) -> None:
    tag = reader.head("/data.json").headers["etag"]
    assert reader.get("/data.json", headers={"If-None-Match": tag}).status_code == 304


def entries_of_feed(reader: httpx2.Client) -> Iterator[ET.Element]:
    address: str | None = "/feeds/dataset.atom?page_size=20"
    while address is not None:
        feed = xml(reader.get(address).content)
        assert all(feed.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated", "author"))
        yield from feed.findall(f"{ATOM}entry")
        links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
        address = links.get("next")


def test_every_entry_of_the_feed_has_what_rfc_4287_demands(reader: httpx2.Client) -> None:
    found = list(entries_of_feed(reader))
    assert len({one.findtext(f"{ATOM}id") for one in found}) == len(found) > 20
    for one in found:
        assert one.findtext(f"{ATOM}title")
        assert one.find(f"{ATOM}author/{ATOM}name") is not None
        assert datetime.fromisoformat(one.findtext(f"{ATOM}updated") or "").tzinfo is not None


def test_the_feed_begins_with_the_newest(reader: httpx2.Client) -> None:
    feed = xml(reader.get("/feeds/dataset.atom?page_size=1").content)
    assert (feed.findtext(f"{ATOM}entry/{ATOM}id") or "").rpartition("/")[2].startswith(HARVESTED)


def test_the_feed_can_be_narrowed(reader: httpx2.Client) -> None:
    feed = xml(reader.get("/feeds/dataset.atom", params={"q": "公交站点", "organization": "jiaotongju"}).content)
    assert [(one.findtext(f"{ATOM}id") or "").rpartition("/")[2] for one in feed.findall(f"{ATOM}entry")] == [BUS_STOPS]


def test_the_sitemap_names_pages_that_exist(reader: httpx2.Client) -> None:
    found = [one.findtext(f"{SITE}loc") or "" for one in xml(reader.get("/sitemap.xml").content)]
    assert {reader.get(urlsplit(place).path).status_code for place in found[:8]} == {200}


def test_a_large_directory_has_an_index_and_no_file_above_the_limit(city: HostedCity) -> None:
    limit = len(sitemap.PAGES) + 1
    with city.services.database.begin() as unit:
        total = sitemap.entries(unit)
        parts = [xml(sitemap.part(unit, city.url, n, limit=limit)) for n in range(1, sitemap.files(total, limit) + 1)]
    index = xml(sitemap.index(city.url, len(parts)))
    assert len(index) == len(parts) > 1
    places = [one.findtext(f"{SITE}loc") for part in parts for one in part]
    assert len(places) == len(set(places)) == total + len(sitemap.PAGES)
    assert max(len(part) for part in parts) == limit


def test_robots_are_led_to_the_sitemap(city: HostedCity, reader: httpx2.Client) -> None:
    assert f"Sitemap: {city.url}/sitemap.xml" in reader.get("/robots.txt").text


def test_the_catalogue_of_interfaces_names_their_descriptions(city: HostedCity, reader: httpx2.Client) -> None:
    answer = reader.get("/.well-known/api-catalog")
    described = [link["href"] for one in answer.json()["linkset"] for link in one.get("service-desc", ())]
    assert answer.headers["content-type"].startswith("application/linkset+json")
    assert described == [f"{city.url}/openapi.json"]


@pytest.mark.parametrize("name", FILLED)
def test_the_table_schema_names_the_columns_of_the_file(reader: httpx2.Client, name: str) -> None:
    package = reader.get(f"/dataset/{name}/datapackage.json").json()
    table = next(one for one in package["resources"] if one["name"] == "csv")
    head = next(csv.reader(io.StringIO(reader.get(table["path"]).text)))
    assert [field["name"] for field in table["schema"]["fields"]] == head
    assert set(table["schema"].get("primaryKey", ())) <= set(head)
    assert reader.get(f"/dataset/{name}/schema.json").json() == table["schema"]


def test_a_package_has_what_version_two_demands(reader: httpx2.Client) -> None:
    for name in (BUS_STOPS, f"{HARVESTED}kongqi", f"{HARVESTED}yusuan"):
        package = reader.get(f"/dataset/{name}/datapackage.json").json()
        assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
        assert all(one["name"] and one["path"] for one in package["resources"])
        assert len({one["name"] for one in package["resources"]}) == len(package["resources"]) > 0


def test_croissant_reads_its_fields_from_its_file(reader: httpx2.Client) -> None:
    about = reader.get(f"/dataset/{BUS_STOPS}/croissant.jsonld").json()
    files = {one["@id"]: one["contentUrl"] for one in about["distribution"]}
    fields = about["recordSet"][0]["field"]
    head = next(csv.reader(io.StringIO(reader.get(files["csv"]).text)))
    assert [field["source"]["extract"]["column"] for field in fields] == head


class Blocks(HTMLParser):
    """Takes the data blocks out of a page, as a search engine does."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.scripts: list[str | None] = []
        self._is_inside = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_inside = tag == "script"
        if self._is_inside:
            self.scripts.append(dict(attrs).get("type"))
            self.found.append("")

    @override
    def handle_endtag(self, tag: str) -> None:
        self._is_inside = self._is_inside and tag != "script"

    @override
    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.found[-1] += data


def blocks_of(page: str) -> Blocks:
    parser = Blocks()
    parser.feed(page)
    return parser


@pytest.mark.parametrize("path", [f"/d/{BUS_STOPS}", f"/en/d/{BUS_STOPS}", f"/d/{HARVESTED}guai"])
def test_a_page_tells_search_engines_what_it_shows(reader: httpx2.Client, path: str) -> None:
    parser = blocks_of(reader.get(path).text)
    about = json.loads(parser.found[0])
    assert parser.scripts == ["application/ld+json"]
    assert about["@type"] == "Dataset"
    assert about["name"]
    assert 50 <= len(about["description"]) <= 5_000


def test_what_a_search_engine_may_download_can_be_downloaded(reader: httpx2.Client) -> None:
    about = json.loads(blocks_of(reader.get(f"/d/{BUS_STOPS}").text).found[0])
    assert [reader.get(form["contentUrl"]).status_code for form in about["distribution"]] == [200, 200]


def test_the_page_of_a_closed_entry_tells_machines_nothing(reader: httpx2.Client) -> None:
    answer = reader.get(f"/d/{CLOSED}")
    assert answer.status_code == 404
    assert "ld+json" not in answer.text


def test_a_page_leads_machines_to_the_other_forms(reader: httpx2.Client) -> None:
    page = reader.get(f"/d/{BUS_STOPS}").text
    places = re.findall(r'<link rel="alternate" type="[^"]+" href="([^"]+)"', page)
    assert {reader.get(place).status_code for place in places} == {200}
    assert len(places) == 3
