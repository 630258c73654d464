"""Why a push cannot be taken as it is; files that cannot be read raise the connectors' ``FileError``."""

from __future__ import annotations

from policies.errors import DomainError


class PushError(DomainError):
    """Base of the errors of receiving a push."""


class HeaderMismatchError(PushError):
    """The columns of the file are not the items of the entry; ``facts`` list all of them."""


class GateStoppedError(PushError):
    """Secrecy marks or undeclared personal numbers: nothing of the file may be kept."""


class CoordinateShiftError(PushError):
    """The shapes moved against their earlier version by the shift of a web map."""

    def __init__(self, system: str, item: str) -> None:
        super().__init__(
            f"信息项“{item}”的位置与平台中同一批记录的上一版相比，整体偏移量与 {system} 一致，"
            "判定为互联网地图的偏移坐标，未改动任何数据",
            f"item {item}: against their earlier version the same records moved by the shift of {system}, the"
            " offset system of web maps; nothing was changed",
            next_zh="改用 CGCS2000 坐标重新推送；上一版才是错误的，请先与平台管理员一起回滚或更正上一版",
            next_en="push the CGCS2000 coordinates; if the earlier version is wrong, have that put right first",
            facts={"item": item, "crs": system},
        )
