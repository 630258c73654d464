"""The rotation as steps over state: what is not sealed under the newest key is sealed anew, resource by resource.

Idempotent: it can be stopped at any moment and goes on where it was. Values stored before numbers were sealed at all
go the same way. A key is removed only when nothing is sealed under it any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hub.rows.errors import NumberKeyNeededError
from hub.rows.rotation import rows, texts

if TYPE_CHECKING:
    from hub.database import Database
    from hub.rows.sealed import Seals

FIRST: Final = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a rotation is: the version in force, and what is not sealed under it yet."""

    version: int
    versions: tuple[int, ...]
    resources: int
    rows: int
    texts: int

    @property
    def is_done(self) -> bool:
        """Whether everything is sealed under the version in force."""
        return not (self.resources or self.texts)


def standing(database: Database, seals: Seals) -> Standing:
    """Return how far the rotation is; reads every text of the hub's own tables where there are older keys."""
    version, versions = seals.version, seals.versions
    with database.begin(statement_timeout_seconds=0) as unit:
        resources, count = rows.rows_due(unit, version)
        older = texts.sealed_under(unit, [each for each in versions if each < version])
    return Standing(version, versions, resources, count, older)


def step(database: Database, seals: Seals, *, is_thorough: bool = False) -> int:
    """Seal anew what can be now; returns how many rows and texts were written.

    Resources a push is at work on are left for the next time. The hub's own texts are looked through once a key,
    ``is_thorough``: again.
    """
    version, done = seals.version, 0
    with database.begin() as unit:
        waiting = rows.due(unit, version)
        is_done = version == FIRST or (texts.is_done(unit, version) and not is_thorough)
    for entry_id in waiting:
        with database.begin(statement_timeout_seconds=0) as unit:
            written = rows.seal_anew(unit, entry_id, seals, version)
        done += written or 0
    if not is_done:
        done += texts.seal_texts_anew(database, seals, version)
        with database.begin() as unit:
            texts.note_done(unit, version)
    return done


def under(database: Database, version: int) -> tuple[int, int]:
    """Return how many resources, and how many texts of the hub's own tables, are sealed under a version."""
    with database.begin(statement_timeout_seconds=0) as unit:
        return rows.sealed_under(unit, version), texts.sealed_under(unit, [version])


def require_unused(database: Database, seals: Seals, version: int) -> None:
    """Make sure that a key can go.

    Raises:
        NumberKeyNeededError: it is in force or newer, is not there, or something is sealed under it.

    """
    if version not in seals.versions:
        raise NumberKeyNeededError(version, why=("没有这一版", "there is none"))
    if version >= seals.version:
        raise NumberKeyNeededError(version, why=("它正在使用", "it is in force"))
    resources, count = under(database, version)
    if resources or count:
        raise NumberKeyNeededError(version, resources, count)
