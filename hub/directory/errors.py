"""What can go wrong with entries and exemption records; each becomes an RFC 9457 problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterable


class DirectoryError(DomainError):
    """Base of the errors of the directory."""


class EntryNotFoundError(DirectoryError):
    """No such entry, or none the reader may know of: both read the same."""

    def __init__(self, name: str = "") -> None:
        """``name`` is what was asked for, at most its first 80 characters are repeated."""
        super().__init__(
            f"目录中没有该条目：{name[:80]}" if name else "目录中没有该条目",
            f"the directory has no such entry: {name[:80]}" if name else "the directory has no such entry",
            next_zh="请在目录中检索（/catalog）后用条目名称访问",
            next_en="search the directory (/catalog) and use the entry's name",
        )


class NotYourEntryError(DirectoryError):
    """The entry belongs to another organ."""

    def __init__(self) -> None:
        """One fixed text."""
        super().__init__(
            "该条目不属于本单位",
            "the entry belongs to another organ",
            next_zh="请由提供单位的人员或系统操作",
            next_en="a person or system of the provider must do this",
        )


class EntryInvalidError(DirectoryError):
    """The entry breaks validation rules V01-V18; every finding is in ``findings``."""


class EntryFormError(DirectoryError):
    """The entry's JSON has the wrong shape; the path is named."""


class EntryStateError(DirectoryError):
    """The step is not possible from the entry's state, or by this person (four eyes)."""


class ExemptionError(DirectoryError):
    """The exemption record cannot be stored as given; every fault is named."""

    @classmethod
    def of(cls, what: tuple[str, str], faults: Iterable[tuple[str, str, str]], step: tuple[str, str]) -> ExemptionError:
        """Return the error of faults as (field, Chinese, English); forms show each beside its field.

        ``what`` cannot be done and ``step`` mends it, both in Chinese and English.
        """
        listed = tuple(faults)
        return cls(
            what[0] + "：" + "；".join(zh for _, zh, _ in listed),
            what[1] + ": " + "; ".join(en for _, _, en in listed),
            next_zh=step[0],
            next_en=step[1],
            facts={"errors": [{"pointer": f"/{name}", "message": zh, "message_en": en} for name, zh, en in listed]},
        )


class ExemptionNotFoundError(DirectoryError):
    """No such exemption record of this organ."""


class ExemptionStateError(DirectoryError):
    """The step does not fit where the record stands, or this person may not take it (four eyes)."""


class AssessmentRequiredError(DirectoryError):
    """No impact assessment in force covers the items (个人信息保护法 Art. 55)."""
