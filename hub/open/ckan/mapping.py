"""A CKAN dataset as an entry of the directory: the way back of :mod:`hub.open.ckan.shapes`, without loss.

What an entry has a place for goes there; what it has none for (another catalogue's extras, members such as ``author``
that say something else than the entry does, what is said of a file) is kept beside it and given back as it was written.
Pure: nothing is stored or decided here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from catalogue.code_lists import load_code_list
from catalogue.entry import Citation, CitationRank, Entry, Extra, Link, Opening, Provider, Sharing
from catalogue.item import DataType, Item
from catalogue.resource_code import NATIONAL
from hub.open.ckan.errors import CkanValidationError
from hub.open.ckan.ids import as_uuid
from hub.open.ckan.keeping import KEPT_MEMBERS, MEMBER_PREFIX
from hub.open.ckan.shapes import GROUP_PREFIX
from policies.facts import OpenType, Sensitivity, ShareType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hub.identity.facts import Member

OF_THE_HUB: Final = frozenset(
    {"id", "package_id", "position", "state", "created", "metadata_modified", "last_modified", "cache_last_updated"}
    | {"revision_id", "tracking_summary", "datastore_contains_all_records_of_source_file"}
)
"""Members of a resource that the hub gives itself: ids and dates."""
OF_A_LINK: Final = {"url": "url", "name": "title", "format": "format", "mimetype": "media_type", "size": "bytes"}
RUNNING: Final = frozenset({"javascript", "vbscript", "data"})
"""Schemes of addresses that run in the browser of who follows them."""
MOST_EXTRAS: Final = 200
MOST_RESOURCES: Final = 500
LONGEST_TEXT: Final = 100_000
_NAME: Final = re.compile(r"[a-z0-9_-]{2,100}")
_COLUMN: Final = re.compile(r"[a-z][a-z0-9_]{0,58}")
_UNKNOWN: Final = "未注明"


@dataclass(frozen=True, slots=True)
class Given:
    """A dataset as a client sent it: its members, and those of its extras by key."""

    members: Mapping[str, Any]
    extras: Mapping[str, str]

    def text(self, name: str) -> str | None:
        """Return a member as text; None where it is not given."""
        value = self.members.get(name)
        return None if value is None else str(value).strip()


def wrong(name: str, zh: str, en: str) -> CkanValidationError:
    """Return the fault of a member."""
    return CkanValidationError({name: [f"{zh} / {en}"]})


def given_of(members: Mapping[str, Any]) -> Given:
    """Read the members of a dataset.

    Raises:
        CkanValidationError: extras or resources have another shape, or there are too many.

    """
    extras: dict[str, str] = {}
    for one in _list(members, "extras", MOST_EXTRAS):
        key, value = str(one.get("key") or "").strip(), one.get("value")
        if not key or key.startswith(MEMBER_PREFIX):
            raise wrong("extras", "附加项缺少 key，或 key 不可用", "an extra has no key, or one that is reserved")
        if key in extras:
            raise wrong("extras", f"附加项 {key[:60]} 重复", "an extra stands twice")
        if value is not None and not one.get("deleted"):
            extras[key] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if any(len(value) > LONGEST_TEXT for value in extras.values()):
        raise wrong("extras", f"附加项不超过 {LONGEST_TEXT} 字", f"an extra has {LONGEST_TEXT} characters at most")
    _list(members, "resources", MOST_RESOURCES)
    return Given(members, extras)


def _list(members: Mapping[str, Any], name: str, most: int) -> list[Mapping[str, Any]]:
    value = members.get(name)
    if value is None or value == "":
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise wrong(name, "应为对象的列表", "must be a list of objects")
    if len(value) > most:
        raise wrong(name, f"不超过 {most} 个", f"at most {most}")
    return value


def name_of(given: Given) -> str:
    """Return the name of a new dataset (raises :class:`CkanValidationError`: none, or not one of CKAN's)."""
    name = given.text("name") or ""
    if _NAME.fullmatch(name) is None:
        raise wrong(
            "name", "须为 2 至 100 个小写字母、数字、- 或 _", "must be 2 to 100 lower-case letters, digits, - or _"
        )
    return name


def new_entry(given: Given, owner: Member) -> Entry:
    """Return the entry of a new dataset of a member.

    Raises:
        CkanValidationError: a member cannot be read; it is named.

    """
    blank = Entry(
        title=given.text("title") or name_of(given),
        name=name_of(given),
        provider=Provider(owner.name, owner.organisation_code, contact=owner.contact),
        sharing=Sharing(ShareType.UNCONDITIONAL),
        opening=Opening(OpenType.UNCONDITIONAL),
    )
    made = changed(blank, given)
    if made.opening.type is OpenType.UNCONDITIONAL:
        return made
    # A dataset does not tell how it is shared among organs: what is not open to everybody is decided case by case.
    return replace(made, sharing=Sharing(ShareType.CONDITIONAL, scope=_UNKNOWN, purpose=_UNKNOWN))


def changed(entry: Entry, given: Given) -> Entry:
    """Return the entry as the members given change it; what is not given stays (raises as :func:`new_entry`)."""
    values: dict[str, Any] = {}
    plain = {"title": "title", "notes": "abstract", "license_id": "licence"}
    for name, place in plain.items():
        if name in given.members:
            values[place] = given.text(name) or ""
    if not values.get("title", entry.title):
        values["title"] = entry.name
    if "tags" in given.members or given.members.get("tag_string"):
        values["keywords"] = _tags(given)
    if "extras" in given.members:
        read, foreign = _read_extras(given)
        values |= read
        kept = [one for one in entry.extras if one.key.startswith(MEMBER_PREFIX)]
        values["extras"] = (*foreign, *kept)
    if "class_path" not in values and "groups" in given.members:
        values |= _groups(given)
    made = replace(entry, **values)
    made = replace(made, provider=_provider(entry.provider, given), **_openness(entry, given))
    return replace(made, links=_links(given)) if "resources" in given.members else made


def _read_extras(given: Given) -> tuple[dict[str, Any], list[Extra]]:
    """Return what extras of our own mapping say of the entry, and those that are kept as they are."""
    values: dict[str, Any] = {}
    foreign = []
    for key, text in given.extras.items():
        read = _READERS.get(key)
        if read is not None:
            try:
                values |= read(text)
            except ValueError:
                foreign.append(Extra(key, text))  # another catalogue means something else by this name
        elif key not in OWN_EXTRAS or (key == "frequency" and "update_cycle" not in given.extras):
            foreign.append(Extra(key, text))
    return values, foreign


def _tags(given: Given) -> tuple[str, ...]:
    listed = given.members.get("tags")
    if listed is None:
        words = [part.strip() for part in str(given.members.get("tag_string", "")).split(",")]
    elif isinstance(listed, list):
        words = [str(one.get("name") or "").strip() if isinstance(one, dict) else str(one).strip() for one in listed]
    else:
        raise wrong("tags", "应为列表", "must be a list")
    return tuple(dict.fromkeys(word for word in words if word))


def _groups(given: Given) -> dict[str, Any]:
    """Return the class path that groups of the class tree stand for."""
    names = [str(one.get("name") or "") for one in _list(given.members, "groups", MOST_EXTRAS)]
    codes = sorted((name.removeprefix(GROUP_PREFIX) for name in names if name.startswith(GROUP_PREFIX)), key=len)
    return {"class_path": tuple(codes)} if codes else {}


def _provider(provider: Provider, given: Given) -> Provider:
    """Return the provider with the unit and contact that ``maintainer`` and ``maintainer_email`` write."""
    if "maintainer" not in given.members and "maintainer_email" not in given.members:
        return provider
    mail, text = given.text("maintainer_email") or "", given.text("maintainer") or ""
    if "@" in mail:
        return replace(provider, unit=text, contact=mail)
    unit, _, tail = text.rpartition(" ")
    if any(one.isdigit() for one in tail):
        return replace(provider, unit=unit, contact=tail)
    return replace(provider, unit=text, contact="")


def _openness(entry: Entry, given: Given) -> dict[str, Any]:
    """Return how the entry is open: as its extras say; a private dataset is closed."""
    kind = entry.opening.type
    if given.extras.get("open_type") in {"1", "2", "3"}:
        kind = OpenType(int(given.extras["open_type"]))
    if str(given.members.get("private", False)).lower() in {"true", "1"}:
        kind = OpenType.CLOSED
    condition = given.extras.get("open_condition", entry.opening.condition)
    return {"opening": Opening(kind, condition)}


def _links(given: Given) -> tuple[Link, ...]:
    """Return the resources as links; what a link has no place for is kept with it."""
    found = []
    for one in _list(given.members, "resources", MOST_RESOURCES):
        if str(one.get("url") or "").strip().partition(":")[0].lower() in RUNNING:
            raise wrong("resources", "地址不能是脚本", "an address must not be a script")
        size = one.get("size")
        number = int(str(size)) if str(size).isdecimal() and int(str(size)) < 1 << 62 else None
        extras = [
            Extra(str(name), json.dumps(value, ensure_ascii=False, sort_keys=True))
            for name, value in one.items()
            if name not in OF_THE_HUB and name not in OF_A_LINK and value not in (None, "")
        ]
        identifier = as_uuid(str(one.get("id") or ""))
        if identifier is not None:
            extras.append(Extra("id", json.dumps(str(identifier))))
        if not one.get("name"):
            extras.append(Extra("name", json.dumps(one.get("name"))))
        if size is not None and number is None:
            extras.append(Extra("size", json.dumps(size)))
        found.append(
            Link(
                url=str(one.get("url") or ""),
                title=str(one.get("name") or ""),
                format=str(one.get("format") or ""),
                media_type=str(one.get("mimetype") or ""),
                bytes=number,
                extras=tuple(extras),
            )
        )
    return tuple(found)


def with_kept_members(
    entry: Entry, given: Given, shown: Mapping[str, Any], names: Sequence[str] = KEPT_MEMBERS
) -> Entry:
    """Keep the members that the entry would show otherwise than they were given; ``shown`` is how it shows itself.

    Raises:
        CkanValidationError: there are too many, or one is too long.

    """
    others = tuple(one for one in entry.extras if not one.key.startswith(MEMBER_PREFIX))
    former = {one.key: one for one in entry.extras if one.key.startswith(MEMBER_PREFIX)}
    for name in names:
        if name not in given.members:
            continue
        key, value = f"{MEMBER_PREFIX}{name}", given.members[name]
        former.pop(key, None)
        if value not in (None, "") and value != shown.get(name):
            former[key] = Extra(key, json.dumps(value, ensure_ascii=False))
            if len(former[key].value) > LONGEST_TEXT or len(former) > MOST_EXTRAS:
                raise wrong(name[:60], "内容过长或成员过多", "it is too long, or there are too many members")
    return replace(entry, extras=(*others, *former.values()))


@cache
def _cycles() -> Mapping[str, str]:
    return {row.name_zh: code for code, row in load_code_list("catalogue_update_cycle").rows.items()}


def _class_path(text: str) -> tuple[str, ...]:
    """Return the classes a path writes (raises ``ValueError``: not of the class tree's form)."""
    path = tuple(text.split("/"))
    NATIONAL.class_code(path)
    return path


def _citations(text: str) -> tuple[Citation, ...]:
    found = []
    for part in text.split("；"):
        rule, _, article = part.strip().rpartition(" ")
        found.append(Citation(rule or article, article if rule else "", CitationRank.OTHER))
    return tuple(one for one in found if one.rule)


def _items(text: str) -> dict[str, Any]:
    """Return the items that the extra ``items`` lists, and the key among them (raises ``ValueError``: no such list)."""
    listed = json.loads(text)
    if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
        raise ValueError(text)
    items = tuple(_item(one) for one in listed)
    keys = tuple(str(one["id"]) for one in listed if one.get("key"))
    return {"items": items, "keys": keys}


def _item(one: Mapping[str, Any]) -> Item:
    column, kind = str(one.get("id") or ""), str(one.get("type") or "")
    if _COLUMN.fullmatch(column) is None or kind not in {member.value for member in DataType}:
        raise ValueError(column)
    length, is_open = one.get("length"), one.get("open") is True
    return Item(
        name=str(one.get("label") or column),
        column=column,
        type=DataType(kind),
        length=length if isinstance(length, int) and not isinstance(length, bool) and length > 0 else None,
        sensitivity=Sensitivity.PUB if is_open else Sensitivity.INT,
        excluded_from_opening=not is_open and one.get("conditional") is not True,
    )


_READERS: Final[Mapping[str, Callable[[str], dict[str, Any]]]] = {
    "catalog_path": lambda text: {"class_path": _class_path(text)},
    "crs": lambda text: {"crs": text},
    "issued": lambda text: {"issued": date.fromisoformat(text[:10])},
    "items": _items,
    "legal_basis": lambda text: {"legal_basis": _citations(text)},
    "notes_en": lambda text: {"abstract_en": text},
    "related_codes": lambda text: {"related_codes": tuple(text.split())},
    "rights": lambda text: {"rights_statement": text},
    "spatial_coverage": lambda text: {"spatial_coverage": tuple(text.split())},
    "temporal_end": lambda text: {"temporal_end": text},
    "temporal_start": lambda text: {"temporal_start": text},
    "title_en": lambda text: {"title_en": text},
    "update_cycle": lambda text: {"update_cycle": _cycles().get(text, text)},
}
"""How each extra of our own mapping goes back into the entry."""
OWN_EXTRAS: Final = frozenset({*_READERS, "frequency", "open_condition", "open_type", "provider_code", "resource_code"})
"""Extras that the entry shows by itself; a client cannot make them say something else."""
