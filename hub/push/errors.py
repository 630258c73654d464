"""Why a push cannot be taken as it is; files that cannot be read raise the connectors' ``FileError``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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


class RowsRejectedError(PushError):
    """A push that is taken whole or not at all has rows that break a rule; nothing of it was kept."""

    def __init__(self, rejected: int, faults: Sequence[Mapping[str, object]]) -> None:
        """``faults`` are the first ones, as a report lists them: line, item, rule, how to mend; values masked."""
        first = faults[0] if faults else {}
        super().__init__(
            f"有 {rejected} 行不符合规则，整批未入库；第一处：第 {first.get('line')} 行 {first.get('item') or ''}",
            f"{rejected} rows break a rule, nothing was stored; the first is row {first.get('line')}",
            next_zh="按 faults 逐条改正后整批重新提交",
            next_en="mend what faults lists and send all of it again",
            facts={"rejected": rejected, "faults": [dict(one) for one in faults]},
        )
        self.faults = tuple(faults)
