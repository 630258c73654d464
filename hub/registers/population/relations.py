"""The relations of two persons that can be asked. Pure."""

from __future__ import annotations

from enum import StrEnum


class Relation(StrEnum):
    """What ``other`` is said to be to the person."""

    PARENT = "parent"
    CHILD = "child"
    SPOUSE = "spouse"
    GUARDIAN = "guardian"
    WARD = "ward"
