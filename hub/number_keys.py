"""Where the keys of sealed numbers lie: ``keys/numbers/<version>-a.key`` and ``-b.key``, a half each.

A new key is used for opening and for looking up at once, for sealing only :data:`SETTLE_SECONDS` later: by then every
process has read it, so that nothing is sealed that another process would not find.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from hub.identity.number_seals import KEY_BYTES, Keys, NumberSeals
from hub.ledger.keys import open_secret

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "numbers"
PSEUDONYM_FILE: Final = "pseudonyms.key"
SETTLE_SECONDS: Final = 10.0
_NAME: Final = re.compile(r"([1-9][0-9]{0,3})-[ab]\.key")


def open_number_seals(keys: Path) -> NumberSeals:
    """Return the seals of the numbers with all keys of a ``keys`` folder; the first is made where there is none.

    The keys are read again when they change.

    Raises:
        hub.ledger.errors.KeyFileError: a file cannot be read or is not what it should be.

    """
    folder = keys / FOLDER
    if not _versions(folder):
        _make(folder, 1)
    known = {version: _key(folder, version) for version in _versions(folder)}
    return NumberSeals(known, open_secret(folder / PSEUDONYM_FILE), _Watched(folder))


def add_key(keys: Path) -> int:
    """Make the key of the next version and return the version; running hubs read it by themselves."""
    folder = keys / FOLDER
    version = max(open_number_seals(keys).versions) + 1
    _make(folder, version)
    return version


def remove_key(keys: Path, version: int) -> None:
    """Remove the key of a version: what is still sealed under it can never be opened again."""
    for half in "ab":
        (keys / FOLDER / f"{version}-{half}.key").unlink(missing_ok=True)


class _Watched:
    """Tells the keys of a folder anew when a file came or went, or a new key has settled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[int, int] | None = None

    def __call__(self) -> Keys | None:
        if not self._folder.is_dir():
            return None
        stamp = self._folder.stat().st_mtime_ns
        if self._seen == (stamp, 0):
            return None
        versions = _versions(self._folder)
        settled = [version for version in versions if _age(self._folder, version) >= SETTLE_SECONDS]
        # A folder that was just written to may be written to again within the same tick of its clock.
        is_fresh = time.time() - stamp / 1e9 < SETTLE_SECONDS
        self._seen = stamp, len(versions) - len(settled) + is_fresh
        keys = {version: _key(self._folder, version) for version in versions}
        return Keys(keys, max(settled, default=min(versions)))


def _versions(folder: Path) -> list[int]:
    """Return the versions with both halves, the oldest first."""
    halves = [int(found[1]) for path in folder.glob("*.key") if (found := _NAME.fullmatch(path.name))]
    return sorted({version for version in halves if halves.count(version) == len("ab")})


def _age(folder: Path, version: int) -> float:
    return time.time() - (folder / f"{version}-b.key").stat().st_mtime


def _make(folder: Path, version: int) -> None:
    for half in "ab":
        open_secret(folder / f"{version}-{half}.key")


def _key(folder: Path, version: int) -> bytes:
    """Return the 64 bytes of a version: two secrets of 32 bytes."""
    key = open_secret(folder / f"{version}-a.key") + open_secret(folder / f"{version}-b.key")
    if len(key) != KEY_BYTES:
        raise ValueError("a key of numbers has two halves of 32 bytes")
    return key
