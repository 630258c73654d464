"""What can go wrong between a request and its use; each becomes an RFC 9457 problem."""

from __future__ import annotations

from policies.errors import DomainError


class ExchangeError(DomainError):
    """Base of the errors of requests, answers and grants."""


class RequestNotFoundError(ExchangeError):
    """No such request, or none the reader is a party to: both read the same."""


class RequestInvalidError(ExchangeError):
    """The request cannot be made as written (政务数据共享条例 Art. 20)."""


class LineClosedError(ExchangeError):
    """The line has been answered, or the request is not open."""


class ConsentError(ExchangeError):
    """The consent of the head is missing, or given by the same person (政务数据共享条例 Art. 20)."""


class AnswerNotPossibleError(ExchangeError):
    """The answer cannot be given in this form; the line stays open."""


class SupplementError(ExchangeError):
    """A supplement cannot be asked for or supplied so (政务数据共享条例 Art. 21: once)."""


class ExtensionError(ExchangeError):
    """More time cannot be asked for or consented to so (政务数据共享条例 Art. 21)."""


class LetterNotFoundError(ExchangeError):
    """No letter: the line has not been answered by a person, or the reader is no party."""


class GrantNotFoundError(ExchangeError):
    """No such grant, or none the reader is a party to."""


class DeniedError(ExchangeError):
    """No standing to ask: reason and next step, no ground, no hint at content."""


class RefusedError(ExchangeError):
    """The law withholds the item: ground, article and remedy are named."""


class PendingError(ExchangeError):
    """Not decided yet: next step, owner and clock are named."""


class VerificationError(ExchangeError):
    """The question of a verification is not well formed."""
