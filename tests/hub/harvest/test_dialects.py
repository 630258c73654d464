"""A harvested entry is an entry: pages, native API, CKAN, DCAT and feeds serve it, with its links and no rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.harvest.conftest import record

if TYPE_CHECKING:
    from tests.hub.harvest.conftest import Library

LINK = "https://data.example.cn/detail?id=77"


@pytest.fixture(scope="module")
def name(library: Library) -> str:
    """Publish one harvested entry; give its name."""
    library.publish(library.run(library.add(), [record(77, 标题="塔院名录", 描述="")]))
    page = library.doors.public().get("/api/v1/datasets", params={"q": "塔院名录"}).json()
    return str(page["datasets"][0]["name"])


@pytest.mark.parametrize(
    "path",
    ["/d/{}", "/api/v1/datasets/{}", "/api/3/action/package_show?id={}", "/dataset/{}.ttl", "/dataset/{}.jsonld"],
)
def test_a_dialect_serves_it_with_its_link(library: Library, name: str, path: str) -> None:
    answer = library.doors.public().get(path.format(name))
    assert (answer.status_code, LINK in answer.text.replace("\\/", "/").replace("&amp;", "&")) == (200, True)


@pytest.mark.parametrize(
    "path", ["/catalog.ttl", "/data.json", "/feeds/dataset.atom", "/sitemap.xml", "/catalog?q=塔院"]
)
def test_a_list_of_entries_holds_it(library: Library, name: str, path: str) -> None:
    answer = library.doors.public().get(path)
    assert (answer.status_code, name in answer.text) == (200, True)


@pytest.mark.parametrize("path", ["/api/v1/datasets/{}/rows", "/api/v1/datasets/{}/download?format=csv"])
def test_its_rows_are_asked_for_in_vain_and_without_a_fault(library: Library, name: str, path: str) -> None:
    assert library.doors.public().get(path.format(name)).status_code in {403, 404, 409}
