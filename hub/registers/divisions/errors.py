"""What can go wrong with boundaries of divisions."""

from __future__ import annotations

from catalogue.divisions_model import DivisionError


class BoundaryError(DivisionError):
    """A file of boundaries that cannot be taken; nothing is loaded."""


class OffsetBoundaryError(DivisionError):
    """The boundaries are in GCJ-02 or BD-09, by their name or by their place, and do not pass for CGCS2000."""


class BoundaryNotFoundError(DivisionError):
    """No boundary of the division is known on the day."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"没有 {code} 在该日的界线数据",
            f"no boundary of {code} is known on this day",
            next_zh="界线由运行单位从标准地图载入（hub divisions boundaries）；可改查其他日期",
            next_en="the operator loads boundaries from the standard map (hub divisions boundaries); try another day",
        )


class MapNotReviewedError(DivisionError):
    """A boundary without a review number is not published."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code} 的界线没有审图号，不能公开（《地图管理条例》第十五条、《测绘法》第三十八条）",
            f"the boundary of {code} has no review number and is not published (地图管理条例 Art. 15, 测绘法 Art. 38)",
            next_zh="由自然资源主管部门审核取得审图号后，用 hub divisions boundaries --review-number 重新载入；"
            "名称、隶属、沿革等仍可查询",
            next_en="load it again with --review-number once the surveying authority has reviewed it; names, parents"
            " and history can be asked as before",
            facts={"basis": "《地图管理条例》第十五条", "code": code},
        )
