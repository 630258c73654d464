"""Actions about the site itself: its state, its licences, the help of every action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import hub
from hub.open.ckan import licences
from hub.open.ckan.actions import action, find_action
from hub.open.ckan.errors import CkanNotFoundError

if TYPE_CHECKING:
    from hub.open.ckan.asks import CkanAsk

FAMILY: Final = "site"
CKAN_VERSION: Final = "2.12.0"
"""The version whose contract is served; clients parse its digits before they ask."""
EXTENSIONS: Final = ("datastore", "shutong")


@action(
    "status_show", reads=True, family=FAMILY, differs="`ckan_version` is the contract's; `shutong` holds the hub's own."
)
def status_show(ask: CkanAsk) -> dict[str, Any]:
    """Return what the site is and which contract it serves."""
    return {
        "ckan_version": CKAN_VERSION,
        "site_title": "数通 政务信息资源目录 / Shutong data directory",
        "site_description": "政务数据共享目录与开放数据 / directory of government data, open data",
        "site_url": ask.site,
        "error_emails_to": None,
        "locale_default": "zh_Hans_CN",
        "extensions": list(EXTENSIONS),
        "shutong": {"version": hub.__version__, "documentation": f"{ask.site}/docs"},
    }


@action("help_show", reads=True, family=FAMILY)
def help_show(ask: CkanAsk) -> str:
    """Return what an action does (``name``), and where it differs from CKAN's."""
    found = find_action(ask.arguments.needed("name"))
    if found is None:
        raise CkanNotFoundError("动作 action")
    return f"{found.help}\n\nDiffers from CKAN: {found.differs}" if found.differs else found.help


@action("license_list", reads=True, family=FAMILY)
def license_list(ask: CkanAsk) -> list[dict[str, Any]]:
    """Return the licences datasets are published under."""
    del ask
    return [licences.as_ckan(one) for one in licences.LICENCES]
