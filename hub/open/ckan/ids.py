"""Identifiers CKAN's clients hold on to, made from what is stored, so that no table has to keep them.

A resource is one way of having the data of an entry: its id is the entry's with the last 32 bits taken from a digest
of the way. So it stays the same as long as the entry and the way do, and tells the entry it belongs to.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import Final

NAMESPACE: Final = uuid.UUID("6f0d1e36-6b0b-5d0c-9d0f-4c5b8a6f7e21")
TAIL_BITS: Final = 32
TAIL: Final = (1 << TAIL_BITS) - 1


def resource_id(entry_id: uuid.UUID, way: str) -> uuid.UUID:
    """Return the id of one way of having the data: ``csv``, ``api``, or ``link `` and the address of the link."""
    digest = hashlib.sha256(way.encode("utf-8", "surrogatepass")).digest()
    return uuid.UUID(int=(entry_id.int & ~TAIL) | int.from_bytes(digest[: TAIL_BITS // 8]))


def entry_range(identifier: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID]:
    """Return the lowest and the highest id an entry can have whose resource ``identifier`` is."""
    return uuid.UUID(int=identifier.int & ~TAIL), uuid.UUID(int=identifier.int | TAIL)


def group_id(code: str) -> uuid.UUID:
    """Return the id of the group of a class of the class tree."""
    return uuid.uuid5(NAMESPACE, f"group/{code}")


def tag_id(word: str) -> uuid.UUID:
    """Return the id of the tag of a keyword."""
    return uuid.uuid5(NAMESPACE, f"tag/{word}")


def as_uuid(text: str) -> uuid.UUID | None:
    """Return the id a text writes, None where it is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
