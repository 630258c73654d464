"""CKAN's actions that are not served, each with its reason; importing this module notes them."""

from __future__ import annotations

from hub.open.ckan.actions import absent

absent(
    "removed from CKAN itself with version 2.10",
    "site_read",
)
absent(
    "settings are the operator's and are not read or changed over the network: see docs/reference/settings.md",
    "config_option_list",
    "config_option_show",
    "config_option_update",
)
absent(
    "nobody has an account here: citizens read without one, staff log in to the workbench; so nothing is followed",
    "am_following_dataset",
    "am_following_group",
    "am_following_organization",
    "am_following_user",
    "dataset_followee_count",
    "dataset_followee_list",
    "dataset_follower_count",
    "dataset_follower_list",
    "follow_dataset",
    "follow_group",
    "follow_organization",
    "follow_user",
    "followee_count",
    "followee_list",
    "group_followee_count",
    "group_followee_list",
    "group_follower_count",
    "group_follower_list",
    "organization_followee_count",
    "organization_followee_list",
    "organization_follower_count",
    "organization_follower_list",
    "unfollow_dataset",
    "unfollow_group",
    "unfollow_organization",
    "unfollow_user",
    "user_followee_count",
    "user_followee_list",
    "user_follower_count",
    "user_follower_list",
)
absent(
    "what happened is in the log of receipts (`/ledger`), and each resource has its versions "
    "(`/api/v1/datasets/NAME/versions`): both can be verified, an activity stream cannot",
    "activity_create",
    "activity_data_show",
    "activity_diff",
    "activity_show",
    "dashboard_activity_list",
    "dashboard_mark_activities_old",
    "dashboard_new_activities_count",
    "group_activity_list",
    "organization_activity_list",
    "package_activity_list",
    "recently_changed_packages_activity_list",
    "send_email_notifications",
    "user_activity_list",
)
absent(
    "there is no queue of jobs: what is due by itself is done by the hub's rounds",
    "job_cancel",
    "job_clear",
    "job_list",
    "job_show",
)
absent(
    "internal to CKAN's own servers: nothing here is kept for it",
    "task_status_delete",
    "task_status_show",
    "task_status_update",
    "task_status_update_many",
    "term_translation_show",
    "term_translation_update",
    "term_translation_update_many",
)
absent(
    "no code of a client runs inside the database",
    "datastore_function_create",
    "datastore_function_delete",
    "datastore_run_triggers",
)
absent(
    "rows go straight into the datastore (`datastore_create`, `datastore_upsert`, an upload, `hub push`): no loader "
    "stands beside it, and whether there are rows is known without a flag",
    "datapusher_hook",
    "datapusher_status",
    "datapusher_submit",
    "set_datastore_active_flag",
    "xloader_hook",
    "xloader_status",
    "xloader_submit",
)
absent(
    "people are not public, and none works on another organ's dataset",
    "get_site_user",
    "package_collaborator_list_for_user",
    "user_autocomplete",
)
absent(
    "related entries are named by resource code (extra `related_codes`); a class has no people of its own",
    "group_list_authz",
    "package_relationship_create",
    "package_relationship_delete",
    "package_relationship_update",
    "package_relationships_list",
)
