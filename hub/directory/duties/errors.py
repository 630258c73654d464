"""What can go wrong with supply duties."""

from __future__ import annotations

from hub.directory.errors import DirectoryError


class DutyNotFoundError(DirectoryError):
    """No such supply duty, or none of a unit the reader may see: both read the same."""

    def __init__(self) -> None:
        """One fixed text."""
        super().__init__(
            "没有这项供数责任，或不归本单位",
            "there is no such supply duty, or it is not yours to see",
            next_zh="请从供数责任清单（/w/duties）中选择",
            next_en="choose one from the list of supply duties (/w/duties)",
        )


class DutyInvalidError(DirectoryError):
    """The duty, or the answer to it, lacks something; every fault is named in ``faults``."""

    @classmethod
    def of(cls, *faults: tuple[str, str, str]) -> DutyInvalidError:
        """Return the error of faults as (member of the body, Chinese, English)."""
        return cls(
            "供数责任有误：" + "；".join(zh for _, zh, _ in faults),
            "the supply duty is not right: " + "; ".join(en for _, _, en in faults),
            next_zh="请按提示修改后重试；更新周期填代码或名称，依据写明名称和条款",
            next_en="mend what is named; the cycle is a code or its name, the basis names rule and article",
            facts={"faults": [{"field": name, "message": zh, "message_en": en} for name, zh, en in faults]},
        )
