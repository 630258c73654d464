"""Actions on people: users are not public. A token sees whose it is, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.open.ckan.actions import action
from hub.open.ckan.errors import CkanNotAuthorizedError, CkanNotFoundError

if TYPE_CHECKING:
    from hub.open.ckan.asks import CkanAsk, CkanCaller

FAMILY: Final = "users"


def _shown(caller: CkanCaller) -> dict[str, Any]:
    """Return who calls in the shape of a user; neither address nor number of a person is told."""
    return {
        "id": str(caller.staff.id),
        "name": caller.staff.login,
        "fullname": None,
        "display_name": caller.staff.login,
        "about": None,
        "created": None,
        "activity_streams_email_notifications": False,
        "email": None,
        "sysadmin": False,
        "state": "active",
        "image_url": None,
        "image_display_url": None,
        "number_created_packages": 0,
    }


@action("user_list", reads=True, family=FAMILY, differs="Not public: a token sees its own user, nobody else sees any.")
def user_list(ask: CkanAsk) -> list[Any]:
    """Return the caller as the only user there is to see; without a token this is not allowed."""
    if ask.caller is None:
        raise CkanNotAuthorizedError(
            "用户名单不公开（《个人信息保护法》第六条）",
            "users are not public",
            next_zh="可用 organization_list 查看各单位",
            next_en="see the organs with organization_list",
        )
    shown = _shown(ask.caller)
    return [shown] if ask.arguments.boolean("all_fields", default=True) else [shown["name"]]


@action(
    "user_show", reads=True, family=FAMILY, differs="Not public: a token sees its own user; anyone else is not found."
)
def user_show(ask: CkanAsk) -> dict[str, Any]:
    """Return the caller; without ``id``, or with the caller's own."""
    key = ask.arguments.text("id")
    if ask.caller is None or key not in {"", str(ask.caller.staff.id), ask.caller.staff.login}:
        raise CkanNotFoundError("用户 user")
    return _shown(ask.caller)
