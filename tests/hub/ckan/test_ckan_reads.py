"""What is read: datasets in CKAN's shape, search with filters and facets, organizations, groups, tags, resources."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from hub.open.ckan.keeping import PACKAGE_MEMBERS
from tests.hub.ckan.conftest import BUS_LINES, BUS_STOPS, CLOSED, ON_CONDITIONS

if TYPE_CHECKING:
    from tests.hub.ckan.conftest import Catalogue

OPEN = sorted((BUS_STOPS, BUS_LINES, ON_CONDITIONS))


def names(catalogue: Catalogue, **arguments: Any) -> list[str]:
    """Return the names of the datasets a search finds, in order of the names."""
    found = catalogue.ckan.action.package_search(**arguments)
    assert found["count"] == len(found["results"])
    return sorted(one["name"] for one in found["results"])


def test_the_list_holds_every_open_entry_by_name(catalogue: Catalogue) -> None:
    assert catalogue.ckan.action.package_list(include_private=True, include_drafts=True) == OPEN
    assert catalogue.ckan.action.package_list(limit=1, offset=1) == OPEN[1:2]


def test_a_dataset_has_every_member_of_ckans(catalogue: Catalogue) -> None:
    found = catalogue.ckan.action.package_show(id=BUS_STOPS, include_datasets=False, include_users=False)
    assert set(found) == PACKAGE_MEMBERS
    assert (found["title"], found["private"], found["state"], found["author_email"]) == (
        "公交站点信息",
        False,
        "active",
        None,
    )
    assert found["organization"]["id"] == found["owner_org"]
    assert [tag["name"] for tag in found["tags"]] == sorted(["公交", "站点", "出行"])
    assert {group["name"] for group in found["groups"]} == {"class-1", "class-103"}
    assert (found["license_id"], found["isopen"]) == ("CC-BY-4.0", True)
    assert all(isinstance(one["value"], str) for one in found["extras"])
    moment = datetime.fromisoformat(found["metadata_modified"])
    assert (moment.tzinfo, len(found["metadata_modified"])) == (None, 26)


def test_a_dataset_is_known_by_id_name_and_resource_code(catalogue: Catalogue) -> None:
    found = catalogue.ckan.action.package_show(id=BUS_STOPS)
    code = next(one["value"] for one in found["extras"] if one["key"] == "resource_code")
    assert [catalogue.ckan.action.package_show(id=key)["name"] for key in (found["id"], code)] == [BUS_STOPS] * 2


def test_every_resource_has_a_format_and_an_address_that_answers(catalogue: Catalogue) -> None:
    for name in OPEN:
        for one in catalogue.ckan.action.package_show(id=name)["resources"]:
            assert one["format"]
            assert catalogue.http.get(one["url"], follow_redirects=True).status_code == 200, one["url"]


def test_one_resource_of_an_open_dataset_has_the_datastore_and_stands_last(catalogue: Catalogue) -> None:
    held = [one["datastore_active"] for one in catalogue.ckan.action.package_show(id=BUS_STOPS)["resources"]]
    assert held == [False] * (len(held) - 1) + [True]


def test_a_resource_keeps_its_id_and_is_shown_by_it(catalogue: Catalogue) -> None:
    for one in catalogue.ckan.action.package_show(id=BUS_STOPS)["resources"]:
        assert catalogue.ckan.action.resource_show(id=one["id"]) == one
        assert catalogue.ckan.action.resource_view_list(id=one["id"], limit=0) == []


def test_what_is_open_on_conditions_is_described_and_guarded(catalogue: Catalogue) -> None:
    found = catalogue.ckan.action.package_show(id=ON_CONDITIONS)
    assert [(one["resource_type"], one["datastore_active"]) for one in found["resources"]] == [("guarded", False)]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, OPEN),
        ({"q": "*:*"}, OPEN),
        ({"q": "公交"}, [BUS_LINES, BUS_STOPS]),
        ({"q": "候车亭"}, [BUS_STOPS]),
        ({"q": "公交 tags:出行"}, [BUS_STOPS]),
        ({"q": 'title:"x" OR tags:站点'}, None),
        ({"fq": "organization:jiaotongju"}, [BUS_LINES, BUS_STOPS]),
        ({"fq": "-organization:jiaotongju"}, [ON_CONDITIONS]),
        ({"fq": "tags:(站点 OR 年报)"}, sorted([BUS_STOPS, ON_CONDITIONS])),
        ({"fq_list": ["tags:公交", "-tags:站点"]}, [BUS_LINES]),
        ({"fq": "+groups:class-103 +state:active"}, [BUS_LINES, BUS_STOPS]),
        ({"fq": "res_format:csv AND isopen:false"}, [ON_CONDITIONS]),
        ({"fq": f"name:{BUS_STOPS}"}, [BUS_STOPS]),
        ({"fq": "metadata_modified:[NOW-1DAY TO *]"}, OPEN),
        ({"fq": "metadata_modified:[* TO 2020-01-01T00:00:00Z]"}, []),
        ({"fq": "frequency:MONTHLY AND NOT (tags:线路 OR tags:年报)"}, [BUS_STOPS]),
        ({"start": 50}, None),
    ],
)
def test_a_search_finds(catalogue: Catalogue, arguments: dict[str, Any], expected: list[str] | None) -> None:
    if "title" in str(arguments):
        assert catalogue.fault("package_search", **arguments)[1]["__type"] == "Search Query Error"
    elif expected is None:
        found = catalogue.ckan.action.package_search(**arguments)
        assert (found["count"], found["results"]) == (len(OPEN), [])
    else:
        assert names(catalogue, **arguments) == expected


def test_an_id_is_a_condition(catalogue: Catalogue) -> None:
    found = catalogue.ckan.action.package_show(id=BUS_LINES)
    assert names(catalogue, fq=f"id:{found['id']}") == [BUS_LINES]


def test_facets_count_what_was_found_in_both_shapes(catalogue: Catalogue) -> None:
    asked = {"facet.field": '["organization", "tags"]', "facet.limit": "2", "rows": "0", "q": "公交"}
    found = catalogue.http.get("/api/3/action/package_search", params=asked).json()["result"]
    assert found["facets"]["organization"] == {"jiaotongju": 2}
    shown = found["search_facets"]["organization"]["items"]
    assert shown == [{"name": "jiaotongju", "display_name": "示例市交通运输局", "count": 2}]
    tags = [one["display_name"] for one in found["search_facets"]["tags"]["items"]]
    assert (len(tags), tags) == (2, sorted(tags, reverse=True))


def test_facets_count_under_the_filter_of_their_own_field_too(catalogue: Catalogue) -> None:
    found = catalogue.ckan.action.package_search(fq="tags:站点", **{"facet.field": ["tags"]})
    assert set(found["facets"]["tags"]) == {"公交", "站点", "出行"}


def test_the_order_is_the_one_asked_for(catalogue: Catalogue) -> None:
    found = catalogue.ckan.action.package_search(sort="name desc")
    assert [one["name"] for one in found["results"]] == sorted(OPEN, reverse=True)


def test_fl_gives_the_members_named(catalogue: Catalogue) -> None:
    found = catalogue.ckan.action.package_search(q="候车亭", fl=["name", "extras_frequency"])
    assert found["results"] == [{"name": BUS_STOPS, "extras_frequency": "MONTHLY"}]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"rows": 1001}, "rows"),
        ({"qf": "title^5"}, "qf"),
        ({"colour": 1}, "colour"),
        ({"fl": "password"}, "password"),
        ({"facet.field": ["password"]}, "password"),
        ({"fq": "password:x"}, "password"),
        ({"q": "公交 OR 地铁"}, "公交"),
        ({"sort": "random asc"}, "random"),
        ({"facet.mincount": 0}, "facet.mincount"),
    ],
)
def test_what_cannot_be_honoured_is_named_and_never_passed_over(
    catalogue: Catalogue, arguments: dict[str, Any], part: str
) -> None:
    status, error = catalogue.fault("package_search", **arguments)
    assert (status, error["__type"]) == (400, "Search Query Error")
    assert part in error["message"]


def test_organizations_are_members(catalogue: Catalogue) -> None:
    listed = catalogue.ckan.action.organization_list(all_fields=True, sort="package_count desc")
    assert (listed[0]["name"], listed[0]["package_count"]) == ("jiaotongju", 2)
    shown = catalogue.ckan.action.organization_show(id=listed[0]["id"], include_datasets=True)
    assert sorted(one["name"] for one in shown["packages"]) == [BUS_LINES, BUS_STOPS]
    assert shown["users"] == []
    assert {"uscc"} <= {one["key"] for one in shown["extras"]}


def test_groups_are_classes(catalogue: Catalogue) -> None:
    group = catalogue.ckan.action.group_show(id="class-103")
    assert (group["title"], group["package_count"]) == ("自然资源和空间地理基础信息资源", 2)
    assert catalogue.ckan.action.group_show(id=group["id"])["name"] == "class-103"
    shown = catalogue.ckan.action.group_package_show(id="class-103", limit=1)
    assert [one["name"] for one in shown] == [BUS_LINES]


def test_tags_are_keywords(catalogue: Catalogue) -> None:
    tag = catalogue.ckan.action.tag_show(id="公交", include_datasets=True)
    assert sorted(one["name"] for one in tag["packages"]) == [BUS_LINES, BUS_STOPS]
    assert catalogue.ckan.action.tag_show(id=tag["id"])["name"] == "公交"
    assert catalogue.ckan.action.tag_search(query="公")["count"] == 1
    assert "公交" in catalogue.ckan.action.tag_autocomplete(query="交")


def test_resources_are_searched(catalogue: Catalogue) -> None:
    found = catalogue.ckan.action.resource_search(query=["format:csv", "name:站点"], order_by="name")
    assert (found["count"], {one["format"] for one in found["results"]}) == (2, {"CSV"})


def test_names_are_completed_from_their_beginning(catalogue: Catalogue) -> None:
    found = catalogue.ckan.action.package_autocomplete(q="gongjiao-z")
    assert [one["name"] for one in found] == [BUS_STOPS]
    assert catalogue.ckan.action.organization_autocomplete(q="交通")[0]["name"] == "jiaotongju"


def test_the_state_of_the_site_has_a_version_clients_can_parse(catalogue: Catalogue) -> None:
    found = catalogue.ckan.action.status_show()
    assert [part.isdigit() for part in found["ckan_version"].split(".")] == [True] * 3
    assert found["site_url"] == catalogue.city.url


def hidden_id(catalogue: Catalogue) -> str:
    """Return the id of the entry that is closed to society."""
    with catalogue.city.services.database.begin() as unit:
        row = unit.driver.execute("SELECT id FROM hub.entry WHERE name = %s", (CLOSED,)).fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("package_show", {"id": CLOSED}),
        ("package_show", {"id": "{id}"}),
        ("resource_show", {"id": "{id}"}),
        ("package_collaborator_list", {"id": CLOSED}),
        ("group_show", {"id": "class-999"}),
        ("tag_show", {"id": "婚姻"}),
    ],
)
def test_what_is_closed_answers_as_what_does_not_exist(
    catalogue: Catalogue, name: str, arguments: dict[str, str]
) -> None:
    absent = {key: str(uuid.uuid4()) if value == "{id}" else "meiyou-zhege" for key, value in arguments.items()}
    asked = {key: value.replace("{id}", hidden_id(catalogue)) for key, value in arguments.items()}
    assert catalogue.fault(name, **asked) == catalogue.fault(name, **absent)


def test_what_is_closed_is_in_no_list_count_or_facet(catalogue: Catalogue) -> None:
    hidden = hidden_id(catalogue)
    fields = ["organization", "groups", "tags", "res_format", "license_id", "update_cycle", "open_type"]
    answers = [
        catalogue.ask("package_list"),
        catalogue.ask("package_search", rows=1000, **{"facet.field": fields, "facet.limit": -1}),
        catalogue.ask("package_search", fq=f"name:{CLOSED}"),
        catalogue.ask("package_search", fq=f"id:{hidden}"),
        catalogue.ask("package_search", fq=f"-name:{BUS_STOPS}"),
        catalogue.ask("package_search", q="婚姻登记"),
        catalogue.ask("package_autocomplete", q="hunyin"),
        catalogue.ask("current_package_list_with_resources"),
        catalogue.ask("member_list", id="minzhengju"),
        catalogue.ask("organization_show", id="minzhengju", include_datasets=True),
        catalogue.ask("resource_search", query="name:婚姻"),
        catalogue.ask("tag_list"),
        catalogue.http.get("/api/2/util/dataset/autocomplete?incomplete=hunyin").json(),
    ]
    told = str(answers)
    assert [word for word in (CLOSED, hidden, "婚姻登记信息", "'open_type': {'3'") if word in told] == []
    assert answers[9]["result"]["package_count"] == 0
