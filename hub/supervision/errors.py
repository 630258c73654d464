"""What can go wrong in supervision; each becomes an RFC 9457 problem."""

from __future__ import annotations

from policies.errors import DomainError


class SupervisionError(DomainError):
    """Base of the errors of supervision: urging, reasons, disputes."""


class DisputeNotFoundError(SupervisionError):
    """No such dispute, or none the reader is a party to or hears: both read the same."""


class DisputeError(SupervisionError):
    """The dispute cannot be opened or taken on so (政务数据共享条例 Art. 28)."""


class HearingError(SupervisionError):
    """Who set the class, answered or asked may not hear the dispute."""


class ClockNotFoundError(SupervisionError):
    """No such clock under this authority or of this member, or it is not overdue."""
