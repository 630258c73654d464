"""What can go wrong with an application (申请车), its libraries and its offers; each becomes an RFC 9457 problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.exchange.errors import ExchangeError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

Fault = tuple[str, str, str]
"""What is wrong: field (as a path of the body), Chinese, English."""


class ApplicationNotFoundError(ExchangeError):
    """No such application, or another organ's: both read the same."""

    def __init__(self) -> None:
        """One fixed text."""
        super().__init__(
            "没有这份申请车，或不属于本单位",
            "there is no such application, or it is not your organ's",
            next_zh="请从“申请车”列表中打开",
            next_en="open it from your list of applications",
        )


class ApplicationInvalidError(ExchangeError):
    """Something is missing or does not fit; every fault is named with its field."""

    def __init__(
        self, faults: Sequence[Fault], *, what_zh: str = "申请未能提交", what_en: str = "not submitted"
    ) -> None:
        """``faults`` in the order of the form."""
        super().__init__(
            f"{what_zh}，共 {len(faults)} 处：" + "；".join(zh for _, zh, _ in faults),
            f"{what_en}, {len(faults)} fault(s): " + "; ".join(en for _, _, en in faults),
            next_zh="请按《政务数据共享条例》第二十条补齐所列各栏；草稿已保存的内容不会丢失",
            next_en="complete the fields named (政务数据共享条例 Art. 20); what the draft holds is kept",
            facts={"faults": fault_list(faults)},
        )


def fault_list(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Return faults as JSON."""
    return [{"field": field, "message": zh, "message_en": en} for field, zh, en in faults]


class ApplicationChangedError(ExchangeError):
    """Somebody else saved it meanwhile: nothing is overwritten unseen."""

    def __init__(self, version: int, at: str) -> None:
        """``version`` is the present one, ``at`` when it was saved."""
        super().__init__(
            f"这份申请车已被同事改过，现为第 {version} 版（{at}），您的改动没有保存",
            f"a colleague changed the application: it is at version {version} now ({at}); your change was not stored",
            next_zh="请重新读取，对照后在新版本上修改",
            next_en="read it again, compare, and change the present version",
            facts={"version": version},
        )


class ApplicationStateError(ExchangeError):
    """Not possible where the application stands."""


class OfferError(ExchangeError):
    """No lesser form is held out on this line, or it has been taken up."""


class LibraryError(ExchangeError):
    """A legal basis or a use case cannot be added as given; every fault is named."""


class TemplateNotFoundError(ExchangeError):
    """No such use case."""

    def __init__(self, known: Sequence[str]) -> None:
        """``known`` are the ids there are."""
        super().__init__(
            "没有这个应用场景模板",
            "there is no such use case",
            next_zh=f"可用的模板：{'、'.join(known)}",
            next_en=f"there are: {', '.join(known)}",
        )
