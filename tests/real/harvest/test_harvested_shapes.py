"""The feed of a directory of real harvested catalogues against the official shapes of DCAT-AP 3.0.1.

The catalogues of the folder are harvested and published on a hub: the seven dumps of Chinese portals on one, all
others that are accepted on another. The feed is read to its last page; each page is validated by the shapes and the
ranges, every fourth by the other files of shapes as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import httpx2
import pytest
from rdflib import RDF, Graph, Namespace

from tests.hub.dcat.test_shapes import FILES, LISTED, SHAPES, found_by
from tests.real.harvest.harvesting import ABSENT, DATA, Harvest, catalogues
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server

DCAT: Final = Namespace("http://www.w3.org/ns/dcat#")
PAGE_SIZE: Final = 500
ON_EVERY_PAGE: Final = ("shapes.ttl", "range.ttl")
STRIDE: Final = 4

pytestmark = [
    pytest.mark.skipif(not (DATA.is_dir() and SHAPES.is_dir()), reason=ABSENT),
    pytest.mark.long,
    pytest.mark.timeout(3600),
]


@dataclass
class Feed:
    """How many entries the public finds, which the feed names, what the shapes found by page and file of shapes."""

    public: int = 0
    named: set[str] = field(default_factory=set)
    wrong: dict[tuple[int, str], Any] = field(default_factory=dict)


def pages(address: str) -> Iterator[tuple[int, Graph]]:
    """Yield the pages of a feed, one in memory at a time."""
    with httpx2.Client(base_url=address, timeout=120) as reader:
        for number in count(1):
            answer = reader.get("/catalog.ttl", params={"page_size": PAGE_SIZE, "page": number})
            yield number, Graph().parse(data=answer.content, format="turtle")
            if 'rel="next"' not in answer.headers["link"]:
                return


@pytest.fixture(scope="module", params=["portals", "others"])
def feed(
    request: pytest.FixtureRequest, server: Server, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Feed:
    """Give what became of a group of catalogues."""
    feed, folder = Feed(), tmp_path_factory.mktemp("harvested")
    with hosted_city(server, template, folder, catalogue_licence="CC-BY-4.0") as city:
        harvest = Harvest(city)
        for one in catalogues():
            if one.is_portal == (request.param == "portals") and not one.why:
                harvest.publish(harvest.run(one))
        feed.public = int(httpx2.get(f"{city.url}/api/v1/datasets", params={"limit": 1}, timeout=60).json()["total"])
        for number, page in pages(city.url):
            feed.named |= {str(one) for one in page.subjects(RDF.type, DCAT.Dataset)}
            for name in FILES if number % STRIDE == 1 else ON_EVERY_PAGE:
                found = found_by(page, name)
                found["Warning"] = found.pop("Warning", set()) - LISTED.get(name, set())
                if any(found.values()):
                    feed.wrong[number, name] = found
    return feed


def test_the_feed_of_real_catalogues_breaks_no_shape(feed: Feed) -> None:
    assert feed.wrong == {}


def test_the_feed_of_real_catalogues_names_every_entry_that_is_open(feed: Feed) -> None:
    assert len(feed.named) == feed.public > 0
