"""What can be wrong with a question for descriptions: a form nobody serves, an organ nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence


class FormNotServedError(DomainError):
    """The reader accepts none of the forms in which the description is served (RFC 9110 section 15.5.7)."""

    def __init__(self, offered: Sequence[str]) -> None:
        """``offered`` are the media types that are served."""
        listed = "、".join(offered)
        super().__init__(
            "没有所要求的格式",
            "the description is not served in a form that is accepted",
            next_zh=f"请在 Accept 中选用：{listed}",
            next_en=f"accept one of: {', '.join(offered)}",
            facts={"offered": list(offered)},
        )


class OrganizationUnknownError(DomainError):
    """No organ of the hub has this short name."""

    def __init__(self, slug: str) -> None:
        """``slug`` is what was asked for; the first 80 characters of what could be a short name are repeated."""
        shown = f" {slug[:80]}" if slug.isascii() and slug.isprintable() else ""
        super().__init__(
            f"没有简称为{shown or '这样'}的单位",
            f"no organ has the short name{shown or ' that was given'}",
            next_zh="单位简称见 /api/3/action/organization_list",
            next_en="the short names are listed at /api/3/action/organization_list",
        )
