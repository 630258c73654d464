"""What the fields of CKAN's search mean in this directory: a tree of :mod:`hub.open.ckan.solr` to filters and words.

Every field CKAN's own interface offers is here; one that means nothing here is refused by name. Words without a field
are for the Chinese search and must therefore stand alone or be joined by AND; conditions on fields may be joined in
any way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from catalogue.classes import shipped_tree
from catalogue.code_lists import load_code_list
from catalogue.finding import Filters
from hub.open.ckan import ids, solr
from hub.open.ckan.errors import CkanSearchQueryError
from hub.open.ckan.formats import codes_of_format
from hub.open.ckan.shapes import GROUP_PREFIX

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping

    from catalogue.classes import ClassTree
    from hub.identity.facts import Member

NOTHING: Final = Filters(any_of=())
"""Holds for no entry: an alternative of nothing."""
EVERYTHING: Final = Filters()
ALWAYS: Final[Mapping[str, frozenset[str]]] = {
    "state": frozenset({"active"}),
    "type": frozenset({"dataset"}),
    "dataset_type": frozenset({"dataset"}),
    "entity_type": frozenset({"package"}),
    "capacity": frozenset({"public"}),
    "private": frozenset({"false"}),
}
"""Fields with the same value in every dataset the public sees."""
TEXT_FIELDS: Final = frozenset({"", "text", "_text_"})
DATE_MATH: Final = re.compile(
    r"NOW(?:/(?P<unit>DAY|MONTH|YEAR|HOUR))?(?P<steps>(?:[+-]\d{1,5}(?:SECOND|MINUTE|HOUR|DAY|MONTH|YEAR)S?)*)(?:/(?:DAY|HOUR))?"
)
STEP: Final = re.compile(r"([+-]\d+)(SECOND|MINUTE|HOUR|DAY|MONTH|YEAR)")
SECONDS: Final = {"SECOND": 1, "MINUTE": 60, "HOUR": 3_600, "DAY": 86_400, "MONTH": 30 * 86_400, "YEAR": 365 * 86_400}


@dataclass(frozen=True, slots=True)
class Known:
    """What conditions are read with: the members by slug and id, the time, and a way to the tree of classes."""

    members: Mapping[uuid.UUID, Member]
    now: datetime
    classes: Callable[[], ClassTree] = shipped_tree

    def provider(self, text: str) -> uuid.UUID | None:
        """Return the id of a member named by slug, id or name."""
        identifier = ids.as_uuid(text)
        if identifier is not None:
            return identifier if identifier in self.members else None
        return next((one.id for one in self.members.values() if text in {one.slug, one.name}), None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query in the directory's own words: what the text must hold, and the filters."""

    text: str
    filters: Filters


def wanted(node: solr.Node, known: Known, where: str) -> Wanted:
    """Return a query as text and filters.

    Raises:
        CkanSearchQueryError: a part cannot be honoured; it is named.
    """
    words: list[str] = []
    rest: list[solr.Node] = []
    for part in _together(node):
        if isinstance(part, solr.Value) and part.field in TEXT_FIELDS:
            if part.text != "*":
                words.append(part.text)
        else:
            rest.append(part)
    found = tuple(_filters(part, known, where) for part in rest)
    return Wanted(" ".join(words), found[0] if len(found) == 1 else Filters(all_of=found))


def _together(node: solr.Node) -> tuple[solr.Node, ...]:
    """Return the parts that must all hold, brackets of AND opened."""
    if isinstance(node, solr.All):
        return tuple(one for part in node.parts for one in _together(part))
    return (node,)


def _filters(node: solr.Node, known: Known, where: str) -> Filters:
    match node:
        case solr.All(parts):
            return Filters(all_of=tuple(_filters(part, known, where) for part in parts))
        case solr.Either(parts):
            return Filters(any_of=tuple(_filters(part, known, where) for part in parts))
        case solr.Not(part):
            return Filters(none_of=(_filters(part, known, where),))
        case solr.Span():
            return _span(node, known)
        case solr.Value():
            return _value(node, known, where)


def _value(value: solr.Value, known: Known, where: str) -> Filters:
    name, text = value.field, value.text
    if name in TEXT_FIELDS:
        raise CkanSearchQueryError(
            text or where,
            "没有指明检索项的词只能与其他条件同时满足，不能用 OR、NOT 连接",
            "words without a field can only be joined by AND, not by OR or NOT",
        )
    if text == "*" or name == "*":
        return EVERYTHING
    if name in ALWAYS:
        return EVERYTHING if text.lower() in ALWAYS[name] else NOTHING
    read = FIELDS.get(name)
    if read is None:
        raise CkanSearchQueryError(
            f"{name}:",
            "没有这个检索项",
            f"there is no such field; known: {', '.join(sorted((*FIELDS, *SPANS, *ALWAYS)))}",
        )
    if text.endswith("*") or "?" in text:
        raise CkanSearchQueryError(f"{name}:{text}", "不支持通配符", "wildcards are not supported here")
    return read(text, known)


def _provider(text: str, known: Known) -> Filters:
    found = known.provider(text)
    return NOTHING if found is None else Filters(provider_ids=(found,))


def _group(text: str, known: Known) -> Filters:
    code = class_code(text, known.classes)
    return NOTHING if code is None else Filters(class_codes=(code,))


def class_code(text: str, classes: Callable[[], ClassTree]) -> str | None:
    """Return the class a group's name, id or title stands for, one in force first; None where there is none.

    ``classes`` gives the tree in force; it is asked only where the text is not a group's name.
    """
    if text.startswith(GROUP_PREFIX):
        return text.removeprefix(GROUP_PREFIX)
    nodes = classes().nodes
    identifier = ids.as_uuid(text)
    if identifier is not None:
        return next((code for code in nodes if ids.group_id(code) == identifier), None)
    called = sorted((node.is_retired, code) for code, node in nodes.items() if node.name_zh == text)
    return text if text in nodes else called[0][1] if called else None


def _cycle(text: str, _: Known) -> Filters:
    rows = load_code_list("catalogue_update_cycle").rows
    codes = tuple(
        code for code, row in rows.items() if text in {code, row.name_zh, row.name_en, row.extra["eu_frequency"]}
    )
    return Filters(cycles=codes) if codes else NOTHING


def _entry_id(text: str, _: Known) -> Filters:
    identifier = ids.as_uuid(text)
    return NOTHING if identifier is None else Filters(ids=(identifier,))


def _open_type(text: str, _: Known) -> Filters:
    return Filters(open_types=(int(text),)) if text in {"1", "2", "3"} else NOTHING


def _is_open(text: str, _: Known) -> Filters:
    if text.lower() not in {"true", "false"}:
        raise CkanSearchQueryError(f"isopen:{text}", "应为 true 或 false", "must be true or false")
    opened = Filters(open_types=(1,))
    return opened if text.lower() == "true" else Filters(none_of=(opened,))


FIELDS: Final[Mapping[str, Callable[[str, Known], Filters]]] = {
    "id": _entry_id,
    "name": lambda text, _: Filters(names=(text,)),
    "organization": _provider,
    "owner_org": _provider,
    "groups": _group,
    "tags": lambda text, _: Filters(keywords=(text,)),
    "license_id": lambda text, _: Filters(licences=(text,)),
    "res_format": lambda text, _: Filters(formats=codes_of_format(text)) if codes_of_format(text) else NOTHING,
    "frequency": _cycle,
    "update_cycle": _cycle,
    "open_type": _open_type,
    "isopen": _is_open,
    "harvest_source": lambda text, _: Filters(origins=(text,)),
}


def _moment(text: str, known: Known, part: str) -> datetime:
    """Return a time of a range: ISO 8601, a day, or Solr's ``NOW-7DAYS``."""
    math = DATE_MATH.fullmatch(text)
    if math is not None:
        steps = sum(int(step[1]) * SECONDS[step[2]] for step in STEP.finditer(math["steps"]))
        return _floor(known.now, math["unit"]) + timedelta(seconds=steps)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CkanSearchQueryError(part, f"“{text}”不是日期或时间", f"{text!r} is no date or time") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _floor(moment: datetime, unit: str | None) -> datetime:
    match unit:
        case "HOUR":
            return moment.replace(minute=0, second=0, microsecond=0)
        case "DAY":
            return datetime.combine(moment.date(), time(), UTC)
        case "MONTH":
            return datetime.combine(moment.date().replace(day=1), time(), UTC)
        case "YEAR":
            return datetime.combine(date(moment.year, 1, 1), time(), UTC)
        case _:
            return moment


def _modified(low: datetime | None, high: datetime | None) -> Filters:
    return Filters(modified_from=low, modified_until=high)


def _created(low: datetime | None, high: datetime | None) -> Filters:
    """Days of publication, in the city's calendar, stand for their first moment: a later one means the day after."""
    return Filters(issued_from=_day_from(low), issued_until=_day_from(high))


def _day_from(moment: datetime | None) -> date | None:
    if moment is None:
        return None
    first = datetime.combine(moment.date(), time(), UTC)
    return moment.date() if moment == first else moment.date() + timedelta(days=1)


SPANS: Final[Mapping[str, Callable[[datetime | None, datetime | None], Filters]]] = {
    "metadata_modified": _modified,
    "metadata_created": _created,
}


def _span(span: solr.Span, known: Known) -> Filters:
    part = f"{span.field}:[{span.low or '*'} TO {span.high or '*'}]"
    read = SPANS.get(span.field)
    if read is None:
        raise CkanSearchQueryError(
            part, "该检索项没有范围条件", f"no ranges of this field; known: {', '.join(sorted(SPANS))}"
        )
    low, high = (None if one is None else _moment(one, known, part) for one in (span.low, span.high))
    # The directory's ranges hold their beginning and not their end.
    if low is not None and not span.has_low:
        low += timedelta(microseconds=1)
    if high is not None and span.has_high:
        high += timedelta(microseconds=1)
    return read(low, high)
