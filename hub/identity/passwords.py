"""Passwords: argon2id (RFC 9106), a rule for new ones, and the same work for a login nobody has.

Parameters are those OWASP gives for 19 MiB (t=2, p=1). Hashing is bounded to a few at once, so that a
storm of logins costs waiting, not memory.
"""

from __future__ import annotations

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from hub.identity.errors import InvalidDetailsError

MIN_CHARACTERS = 12
MAX_CHARACTERS = 256
MEMORY_KIB = 19 * 1024
AT_ONCE = 4


class Passwords:
    """Hashes and checks passwords; one object a process."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=MEMORY_KIB, parallelism=1, type=Type.ID)
        self._turns = BoundedSemaphore(AT_ONCE)
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """Return the argon2id hash of a password, parameters and salt inside."""
        with self._turns:
            return self._hasher.hash(password)

    def fits(self, password_hash: str | None, password: str) -> bool:
        """Whether ``password`` is the one hashed; None (no such login) takes the same time and is False."""
        with self._turns:
            try:
                self._hasher.verify(password_hash or self._nobody, password[:MAX_CHARACTERS])
            except (VerificationError, InvalidHashError):
                return False
        return password_hash is not None


def checked_password(password: str, login: str) -> str:
    """Return ``password`` when it may be set for ``login``.

    Raises:
        InvalidDetailsError: shorter than 12 or longer than 256 characters, one repeated character, or the login.

    """
    simple = len(set(password)) < MIN_CHARACTERS // 2 or login.lower() in password.lower()
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS or simple:
        raise InvalidDetailsError(
            "口令须为 12 至 256 个字符，不含登录名，不能多为重复字符",
            "a password has 12 to 256 characters, does not contain the login and is not mostly one character",
            next_zh="建议用四个以上互不相关的词组成",
            next_en="four or more unrelated words make a good one",
            facts={"field": "password"},
        )
    return password
