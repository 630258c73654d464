"""Records of a portal's catalogue dump: a JSON array of flat objects whose members every portal calls differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connectors.catalogues.portal_fields import COMMON, MEMBERS
from connectors.catalogues.record import Contact, Distribution, Record, Unreadable, first
from connectors.catalogues.texts import address_of, digest_of, text_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connectors.catalogues.record import Found

_LISTS: Final = frozenset({"keywords", "themes", "formats"})
_COLON: Final = "：:"
_NOTHING: Final = frozenset({"", "空", "无", "暂无", "None", "null", "-"})
"""What portals write where they have nothing; in an openness these words may mean something and stay."""


def read_portal(items: Iterable[tuple[int, object]], mapping: Mapping[str, str]) -> Iterator[Found]:
    """Yield a record for each object.

    Args:
        items: position from 0 and JSON value of each record.
        mapping: the source's own names; they come before the common ones.

    """
    names = {**COMMON, **mapping}
    for position, value in items:
        place = f"$[{position}]"
        if not isinstance(value, dict):
            yield Unreadable("", place, "不是 JSON 对象", "is no JSON object", digest_of(value))
            continue
        yield _record(value, place, names)


def _record(given: Mapping[str, Any], place: str, names: Mapping[str, str]) -> Found:
    found: dict[str, list[object]] = {}
    unread = []
    for name, value in given.items():
        member = names.get(name.strip().rstrip(_COLON))
        if member in MEMBERS:
            found.setdefault(member, []).append(value)
        else:
            unread.append(name[:60])
    url = address_of(_one(found, "url"))
    key = _one(found, "id") or url
    if not key:
        return Unreadable(
            "", place, "没有编号，也没有详情页网址，无法识别", "has neither an id nor an address", digest_of(given)
        )
    contact = _one(found, "contact")
    return Record(
        id=key,
        title=_one(found, "title"),
        place=place,
        title_en=_one(found, "title_en"),
        abstract=_one(found, "abstract"),
        publisher=_one(found, "publisher"),
        contact=Contact(contact, _one(found, "email"), _one(found, "telephone")),
        keywords=_many(found, "keywords"),
        themes=_many(found, "themes"),
        formats=tuple(text for text in _many(found, "formats") if text not in _NOTHING),
        cycle=_one(found, "cycle"),
        openness=_one(found, "openness"),
        licence=_one(found, "licence"),
        rights=_one(found, "rights"),
        issued=_one(found, "issued"),
        modified=_one(found, "modified"),
        url=url,
        distributions=(Distribution(url, "详情页", "html"),) if url else (),
        unread=tuple(unread),
    )


def _one(found: Mapping[str, list[object]], member: str) -> str:
    return first(text_of(value) for value in found.get(member, ()))


def _many(found: Mapping[str, list[object]], member: str) -> tuple[str, ...]:
    """Return the texts of a list; themes and keywords may stand in one text, with marks between them."""
    texts = [text for value in found.get(member, ()) for text in texts_of(value, splits=member == "keywords")]
    if member == "themes":
        texts = [part.strip() for text in texts for part in text.split("，") if part.strip()]
    return tuple(dict.fromkeys(text for text in texts if text not in _NOTHING))
