"""What a validator answers: one value object for every kind of identifier. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue.faults import FAULTS, Fault, FaultCode, Validity

if TYPE_CHECKING:
    from typing import Self


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Answer of a validator.

    ``normalised`` is the value to store (a legacy number already converted); it is for storage, never
    for a message. ``hint_zh`` and ``hint_en`` add what only this value tells, such as the right last
    character. ``kind`` is the class of the identifier, where it has one. ``fault`` None means good.
    """

    validity: Validity
    normalised: str
    kind: str | None = None
    fault: FaultCode | None = None
    hint_zh: str = ""
    hint_en: str = ""

    @classmethod
    def good(cls, normalised: str, kind: str | None = None) -> Self:
        """Return the answer for a value that may be stored."""
        return cls(Validity.VALID, normalised, kind)

    @classmethod
    def bad(cls, fault: FaultCode, normalised: str, last_character: str | None = None) -> Self:
        """Return the answer for a fault; ``last_character`` is what the check formula expects at the end."""
        if last_character is None:
            return cls(FAULTS[fault].validity, normalised, None, fault)
        return cls(
            FAULTS[fault].validity,
            normalised,
            None,
            fault,
            f"若其余各位无误，末位应为 {last_character}",
            f"if the other positions are right, the last character is {last_character}",
        )

    @property
    def row(self) -> Fault | None:
        """The fault's texts, rule and standard; None when the value is good."""
        return None if self.fault is None else FAULTS[self.fault]

    @property
    def message_zh(self) -> str:
        """What is wrong, by which standard, and how to mend it, in Chinese; empty when good."""
        return "" if self.row is None else f"{self.row.zh}（{self.row.standard}）。{self.hint_zh or self.row.mend_zh}。"

    @property
    def message_en(self) -> str:
        """The same in English; empty when good."""
        return "" if self.row is None else f"{self.row.en} ({self.row.standard}): {self.hint_en or self.row.mend_en}."
