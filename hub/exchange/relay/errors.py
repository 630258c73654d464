"""What can go wrong with relays; each becomes an RFC 9457 problem."""

from __future__ import annotations

from policies.errors import DomainError


class RelayError(DomainError):
    """Base of the errors of relays."""


class RelayNotFoundError(RelayError):
    """No such endpoint or waiting question, or not one of the reader's: both read the same."""

    def __init__(self) -> None:
        super().__init__(
            "没有找到该接口或该次查询",
            "no such endpoint or question",
            next_zh="请核对名称；该资源可能没有登记接口方式，可改用查询或核验",
            next_en="check the name; the resource may have no relay, then query or verify it",
        )


class RelayDefinitionError(RelayError):
    """The endpoint cannot be registered as described; ``facts["faults"]`` names each place."""


class RelayKeyError(RelayError):
    """The key of the question does not fit the endpoint's parameters."""


class RelayStateError(RelayError):
    """The step does not fit the state of the endpoint."""


class RelayFourEyesError(RelayError):
    """The person who proposed an endpoint cannot approve it."""

    def __init__(self) -> None:
        super().__init__(
            "登记人和批准人不能是同一人，接口未启用",
            "the person who proposed an endpoint cannot approve it; it is not in use",
            next_zh="请由本单位另一位审核人批准",
            next_en="let another approver of your organ approve it",
        )


class RelayUnavailableError(RelayError):
    """The provider's API is away, or is not asked for a while because it failed again and again."""


class RelayJobGoneError(RelayError):
    """The waiting question has ended: fetched already, or its grant or time ran out."""
