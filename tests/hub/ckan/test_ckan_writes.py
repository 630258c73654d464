"""What CKAN's clients write to the own department: drafts for review, rows as pushes, files after the gates."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import httpx2
import pytest
from ckanapi.errors import NotAuthorized, ValidationError

from hub.identity.roles import Role
from tests.hub.ckan.writers import BUS_STOPS, Office, office, token_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server


@pytest.fixture(scope="module")
def shop(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give the city for all tests of this module."""
    with office(server, template, tmp_path_factory.mktemp("ckan-writes")) as made:
        yield made


def a_file(name: str, text: str) -> io.BytesIO:
    """Return a file as a client sends one."""
    made = io.BytesIO(text.encode())
    made.name = name
    return made


def test_a_table_sent_as_upload_becomes_a_push_with_its_report(shop: Office) -> None:
    sample = httpx2.get(f"{shop.city.url}/datastore/dump/{shop.rid}?limit=3&fields=zhandian_bianma").text
    whole = httpx2.get(f"{shop.city.url}/api/v1/datasets/{BUS_STOPS}/download?format=csv").text
    head, *rows = whole.splitlines()
    changed = "\n".join([head, rows[0].replace(rows[0].split(",")[1], "改过的站名", 1)]) + "\n"
    answer = shop.clerk.action.resource_patch(id=shop.rid, upload=a_file("stops.csv", changed))
    row = shop.client().action.datastore_search(resource_id=shop.rid, filters={"_id": 1})["records"][0]
    assert sample
    assert answer["push"]["counts"]["changed"] == 1
    assert answer["push"]["receipt"]
    assert row["zhandian_mingcheng"] == "改过的站名"


def test_another_file_is_attached_to_the_draft_and_the_department_alone_has_it(shop: Office) -> None:
    act = shop.clerk.action
    made = act.resource_create(
        package_id=BUS_STOPS, name="说明", upload=a_file("readme.txt", "公交站点数据的使用说明\n")
    )
    assert (made["url_type"], made["state"], made["format"]) == ("upload", "draft", "TXT")
    assert httpx2.get(made["url"]).status_code == 404
    own = httpx2.get(made["url"], headers={"Authorization": shop.token})
    assert own.text == "公交站点数据的使用说明\n"


def test_a_file_with_a_mark_of_secrecy_is_not_kept(shop: Office) -> None:
    with pytest.raises(ValidationError):
        shop.clerk.action.resource_create(package_id=BUS_STOPS, upload=a_file("a.txt", "机密★10年\n内部材料\n"))


def test_a_changed_dataset_is_a_draft_and_the_published_one_stays(shop: Office) -> None:
    act = shop.clerk.action
    before = act.package_show(id=BUS_STOPS)
    draft = act.package_patch(
        id=BUS_STOPS, notes="新的摘要", extras=[*before["extras"], {"key": "theirs", "value": "1"}]
    )
    assert (draft["state"], draft["private"], draft["notes"]) == ("draft", True, "新的摘要")
    assert {"key": "theirs", "value": "1"} in draft["extras"]
    assert act.package_show(id=BUS_STOPS)["notes"] == before["notes"]


def test_new_fields_with_chinese_names_become_items_of_the_draft(shop: Office) -> None:
    made = shop.clerk.action.datastore_create(
        resource_id=shop.rid, fields=[{"id": "候车亭 数量", "type": "int", "info": {"label": "候车亭数量"}}], records=[]
    )
    assert made["state"] == "draft"
    assert made["fields"][0]["id"] == "候车亭 数量"


def test_fields_that_are_published_take_records_at_once(shop: Office) -> None:
    act = shop.clerk.action
    fields = [{"id": one["id"], "type": one["type"]} for one in act.datastore_info(id=shop.rid)["fields"]]
    row = act.datastore_search(resource_id=shop.rid, limit=1)["records"][0]
    del row["_id"]
    made = act.datastore_create(
        resource_id=shop.rid, fields=fields, primary_key="zhandian_bianma", records=[{**row, "zhandian_bianma": "NEW1"}]
    )
    assert made["push"]["counts"]["inserted"] == 1


@pytest.mark.parametrize("name", ["package_delete", "dataset_purge"])
def test_what_the_law_keeps_is_not_destroyed(shop: Office, name: str) -> None:
    with pytest.raises(NotAuthorized, match="政务数据共享条例"):
        shop.clerk.call_action(name, {"id": BUS_STOPS})


def test_another_department_writes_nothing_here(shop: Office) -> None:
    other = shop.client(token_of(shop.city, "minzhengju", Role.CLERK)).action
    with pytest.raises(NotAuthorized):
        other.package_patch(id=BUS_STOPS, notes="x")
    with pytest.raises(NotAuthorized):
        other.datastore_upsert(resource_id=shop.rid, records=[{"zhandian_bianma": "A"}])
    with pytest.raises(NotAuthorized):
        other.resource_patch(id=shop.rid, upload=a_file("a.csv", "a\n1\n"))
