"""Templates of use cases (应用场景): an application prefilled with purpose, articles, items and the narrowest forms.

A template names items by their Chinese name and data element; which entry holds them is looked up in the directory
of the day, the source department first (一数一源, 政务数据共享条例 Art. 19). What is not found stays a line to be
completed, with the words to search for. The city adds templates of its own.
"""

from __future__ import annotations

import tomllib
import uuid
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from catalogue.finding import ORGAN_VIEWER, Ask, find_items
from hub.directory.facts import load_resource
from hub.exchange.cart import store
from hub.exchange.cart.bases import KEY, all_bases, library_error, record_addition
from hub.exchange.cart.errors import Fault, TemplateNotFoundError
from hub.exchange.cart.records import CartLine, Content
from policies.case_numbers import CasePatternError, check_case_pattern
from policies.facts import Mode, Treatment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester

CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class TemplateItem:
    """One typical item: its Chinese name, data element (may be empty), words to search with, the form that serves."""

    name: str
    form: Treatment
    element: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """One use case. ``own_duty_*`` says which article of the organ's own duty is to be added."""

    id: str
    name_zh: str
    name_en: str
    purpose: str
    scenario: str
    own_duty_zh: str
    own_duty_en: str
    bases: tuple[str, ...]
    modes: frozenset[Mode]
    items: tuple[TemplateItem, ...]
    case_pattern: str | None = None
    period_days: int | None = None
    retention_days: int | None = None
    people: tuple[str, ...] = ()
    by_city: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the template as it is stored and sent."""
        return {
            **asdict(self),
            "bases": list(self.bases),
            "modes": sorted(mode.value for mode in self.modes),
            "people": list(self.people),
            "items": [{**asdict(item), "form": item.form.value, "hints": list(item.hints)} for item in self.items],
        }


def read_template(key: str, body: Mapping[str, Any], *, by_city: bool) -> Template:
    """Return a template from its stored form."""
    return Template(
        id=key,
        name_zh=body["name_zh"],
        name_en=body["name_en"],
        purpose=body["purpose"],
        scenario=body["scenario"],
        own_duty_zh=body["own_duty_zh"],
        own_duty_en=body["own_duty_en"],
        bases=tuple(body["bases"]),
        modes=frozenset(Mode(mode) for mode in body["modes"]),
        items=tuple(
            TemplateItem(one["name"], Treatment(one["form"]), one.get("element", ""), tuple(one.get("hints", ())))
            for one in body["items"]
        ),
        case_pattern=body.get("case_pattern"),
        period_days=body.get("period_days"),
        retention_days=body.get("retention_days"),
        people=tuple(body.get("people", ())),
        by_city=by_city,
    )


@cache
def shipped_templates() -> Mapping[str, Template]:
    """Return the templates the product ships, by id."""
    stored = tomllib.loads(files("hub.exchange.cart").joinpath("templates.toml").read_text(encoding="utf-8"))
    return {one["id"]: read_template(one["id"], one, by_city=False) for one in stored["templates"]}


def templates(unit: Unit) -> Mapping[str, Template]:
    """Return every template there is, by id."""
    added = store.added(unit, "request_template")
    return {**shipped_templates(), **{key: read_template(key, body, by_city=True) for key, body in added.items()}}


def prefilled(context: Context, unit: Unit, staff: StaffRequester, template_id: str) -> Content:
    """Return what a new application begins with.

    Raises:
        TemplateNotFoundError: there is no such template; those there are, are named.
    """
    known = templates(unit)
    template = known.get(template_id)
    if template is None:
        raise TemplateNotFoundError(tuple(known))
    return Content(
        title=template.name_zh,
        lines=tuple(_line(context, unit, staff, item) for item in template.items),
        purpose=template.purpose,
        scenario=template.scenario,
        bases=template.bases,
        case_pattern=template.case_pattern,
        modes=template.modes,
        period_days=template.period_days,
        people=template.people,
        retention_days=template.retention_days,
    )


def _line(context: Context, unit: Unit, staff: StaffRequester, item: TemplateItem) -> CartLine:
    """Return the line of an item: with its entry where the directory lists it, else to be completed."""
    found = _holder(context, unit, staff, item)
    if found is None:
        hints = "、".join(item.hints)
        text = f"{item.name}（目录中未找到，可检索：{hints}）" if hints else item.name
        return CartLine(uuid.uuid4(), description=text, form=item.form)
    return CartLine(uuid.uuid4(), entry=found[0], item=found[1], description=item.name, form=item.form)


def _holder(context: Context, unit: Unit, staff: StaffRequester, item: TemplateItem) -> tuple[str, str] | None:
    """Return entry and column of another organ's item; that of the source department before copies."""
    hits = find_items(unit, ORGAN_VIEWER, Ask(item.name, limit=CANDIDATES, suggest=False)).hits
    best: tuple[int, str, str] | None = None
    for hit in hits:
        if hit.provider_id == staff.member.id:
            continue
        resource = load_resource(context, unit, hit.name)
        listed = resource.entry.item(hit.column)
        if listed is None or (item.element and listed.element != item.element):
            continue
        # Base items shared without conditions stand first, then those whose source is the holder itself.
        rank = 2 * (not hit.is_authoritative) + (hit.share_type != 1) + (hit.item != item.name)
        if best is None or rank < best[0]:
            best = (rank, hit.name, hit.column)
    return best[1:] if best is not None else None


def _faults(unit: Unit, new: Template) -> Iterator[Fault]:
    if not KEY.fullmatch(new.id):
        yield "id", "编号须为小写字母、数字和连字符", "the id has small letters, digits and hyphens"
    for name in ("name_zh", "name_en", "purpose", "scenario"):
        if not getattr(new, name).strip():
            yield name, "须写明", "must be given"
    if not new.items or any(not item.name.strip() for item in new.items):
        yield "items", "须列出典型信息项及其名称", "name the typical items"
    if not new.modes:
        yield "modes", "须写明共享方式", "name the modes"
    unknown = [key for key in new.bases if key not in all_bases(unit)]
    if unknown:
        yield "bases", f"依据库中没有：{'、'.join(unknown)}", f"not in the library: {', '.join(unknown)}"
    if new.case_pattern is not None:
        try:
            check_case_pattern(new.case_pattern)
        except CasePatternError as error:
            yield "case_pattern", error.zh, error.en


def add_template(context: Context, unit: Unit, staff: StaffRequester, new: Template) -> Template:
    """Add a use case of the city.

    Raises:
        LibraryError: something is missing or the id is taken; every fault is named.
    """
    faults = list(_faults(unit, new))
    if new.id in shipped_templates():
        faults.append(("id", "该编号已被使用", "the id is taken"))
    taken = not faults and not store.add(
        unit, "request_template", new.id, new.as_json(), by=staff.staff.id, at=context.now()
    )
    if taken:
        faults.append(("id", "该编号已被使用", "the id is taken"))
    if faults:
        raise library_error(faults)
    record_addition(context, unit, staff, "request_template", new.id)
    return new
