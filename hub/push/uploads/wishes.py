"""What an upload is to become: the arrival of its push without the bytes, as JSON that survives a restart."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from connectors.port import ReadOptions
from hub.push.header import HeaderMapping
from hub.push.merge import MergeMode
from hub.push.receive import Arrival

if TYPE_CHECKING:
    from pathlib import Path

NOT_WISHED: Final = frozenset({"path", "digest", "member_id", "by_system", "by_staff", "key_thumbprint", "instance"})
"""Members of an arrival that are known when it arrives, not when it is announced."""


def to_json(arrival: Arrival) -> dict[str, Any]:
    """Return what is wished for in an arrival whose file is not here yet."""
    return {one.name: _plain(getattr(arrival, one.name)) for one in fields(Arrival) if one.name not in NOT_WISHED}


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(map(_plain, value))
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value


def _frozen(value: object) -> Any:  # noqa: ANN401 - JSON
    """Return JSON lists as the tuples they were."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def to_arrival(wishes: Mapping[str, Any], *, path: Path, digest: bytes, **now: Any) -> Arrival:
    """Return the arrival of a file that is here; ``now`` are the members that were not wished for.

    Wishes that this version does not know are passed over: an older program may finish what a newer one began.
    """
    known = {one.name: str(one.type) for one in fields(Arrival)}
    given = {name: _frozen(value) for name, value in wishes.items() if name in known}
    for name, value in given.items():
        if value is not None and "UUID" in known[name]:
            given[name] = uuid.UUID(value)
    given["mode"] = MergeMode(wishes["mode"])
    given["options"] = _options(wishes["options"])
    mapping = wishes["mapping"]
    given["mapping"] = HeaderMapping(
        dict(mapping["rename"]), frozenset(mapping["ignore"]), frozenset(mapping["absent"])
    )
    return Arrival(path=path, digest=digest, **given, **now)


def _options(stored: Mapping[str, Any]) -> ReadOptions:
    known = {one.name for one in fields(ReadOptions)}
    return ReadOptions(**{name: _frozen(value) for name, value in stored.items() if name in known})
