"""Why a push cannot be taken as it is; files that cannot be read raise the connectors' ``FileError``."""

from __future__ import annotations

from policies.errors import DomainError


class PushError(DomainError):
    """Base of the errors of receiving a push."""


class HeaderMismatchError(PushError):
    """The columns of the file are not the items of the entry; ``facts`` list all of them."""


class GateStoppedError(PushError):
    """Secrecy marks or undeclared personal numbers: nothing of the file may be kept."""
