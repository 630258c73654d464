"""Every action of the contract is served, or absent with its reason; the page of the reference tells which."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.open.ckan import served
from hub.open.ckan.actions import absent_actions, find_action
from hub.open.ckan.actions import served as served_actions

CONTRACT = frozenset(
    """
    package_list package_show package_search current_package_list_with_resources package_autocomplete resource_show
    resource_search resource_view_list resource_view_show organization_list organization_show organization_autocomplete
    organization_list_for_user group_list group_show group_package_show member_list tag_list tag_show tag_search
    tag_autocomplete vocabulary_list vocabulary_show license_list user_list user_show format_autocomplete status_show
    help_show site_read api_token_list package_collaborator_list dashboard_activity_list package_activity_list
    config_option_list config_option_show config_option_update
    package_create package_update package_patch package_revise package_delete dataset_purge package_resource_reorder
    package_owner_org_update bulk_update_private bulk_update_public bulk_update_delete
    resource_create resource_update resource_patch resource_delete
    organization_create organization_update organization_patch organization_delete organization_purge
    group_create group_update group_patch group_delete group_purge
    organization_member_create organization_member_delete group_member_create group_member_delete member_create
    member_delete user_create user_update user_patch user_delete user_invite tag_create tag_delete vocabulary_create
    vocabulary_update vocabulary_delete follow_dataset follow_group follow_user api_token_create api_token_revoke
    resource_view_create resource_view_update resource_view_delete resource_view_reorder
    package_collaborator_create package_collaborator_delete job_list job_show job_clear job_cancel
    datastore_create datastore_upsert datastore_search datastore_search_sql datastore_info datastore_delete
    datastore_records_delete xloader_hook
    """.split()  # noqa: SIM905 - names are read more easily than a list of quoted ones
)
PAGE = Path(__file__).resolve().parents[3] / "docs/reference/ckan.md"


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_an_action_of_the_contract_is_served_or_absent_for_a_reason(name: str) -> None:
    assert (find_action(name) is None) is (name in absent_actions())


def test_every_family_is_registered() -> None:
    assert {one.family for one in served_actions()} >= {"datasets", "resources", "organizations", "groups", "tags"}
    assert served.FAMILIES


def test_every_action_that_is_served_has_help() -> None:
    assert [one.name for one in served_actions() if len(one.help) < 20] == []


def test_the_reference_tells_of_every_action() -> None:
    page = PAGE.read_text("utf-8")
    known = {*absent_actions(), *(one.name for one in served_actions())}
    assert sorted(name for name in known if not re.search(rf"`{name}`", page)) == []
