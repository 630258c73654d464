"""What can be wrong with a question about indicators, with feeding figures, or with settling a conflict."""

from __future__ import annotations

from policies.errors import DomainError


class MacroOffError(DomainError):
    """The city's rules establish no macro-economy database, or it is switched off."""

    def __init__(self) -> None:
        super().__init__(
            "本市没有启用宏观经济数据库",
            "this city has no macro-economy database switched on",
            next_zh="请查询公开目录；开启与否由数据主管部门决定（郑州市信息化建设管理办法第十八条）",
            next_en="look in the public directory; the data authority switches it on where the city's rules name it",
        )


class IndicatorNotFoundError(DomainError):
    """No indicator has this code."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"没有指标 {code[:20]}",
            f"there is no indicator {code[:20]}",
            next_zh="在 /api/v1/indicators 中查找代码",
            next_en="find the code at /api/v1/indicators",
            facts={"indicator": code[:20]},
        )


class IndicatorQuestionError(DomainError, ValueError):
    """A parameter of a question about figures is not right; nothing was read."""

    def __init__(self, name: str, zh: str, en: str) -> None:
        super().__init__(
            f"参数 {name}：{zh}",
            f"parameter {name}: {en}",
            next_zh="改正该参数后重试",
            next_en="correct the parameter and ask again",
            facts={"parameter": name},
        )


class FeedSourceError(DomainError):
    """A resource cannot feed the observations as it stands; the text says why."""


class FigureConflictNotFoundError(DomainError):
    """No open conflict has this number."""

    def __init__(self) -> None:
        super().__init__(
            "没有这条待校核的数据冲突",
            "there is no such open conflict of figures",
            next_zh="用 hub indicators conflicts 查看清单",
            next_en="see the list with hub indicators conflicts",
        )


class LoadFileError(DomainError):
    """A file of figures cannot be read by its mapping; nothing was loaded."""
