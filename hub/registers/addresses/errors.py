"""What can be wrong with a file of addresses, with an address to match, or with a point."""

from __future__ import annotations

from policies.errors import DomainError


class AddressFileError(DomainError):
    """A file of addresses, divisions or place names that cannot be read; nothing of it was taken."""


class AddressClosedError(DomainError):
    """An entry that cannot enter the register, which is public: the public is not given all its items in full."""


class AddressPointError(DomainError):
    """A point that is not in CGCS2000, or lies nowhere in the country."""


class AddressRegisterError(DomainError):
    """The entry is no register of addresses, or its items do not name what is asked for."""


class AddressNotFoundError(DomainError):
    """No such address, or one below the door plate: which of both is not told."""
