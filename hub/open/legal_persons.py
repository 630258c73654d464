"""What everybody may ask of bodies: by code or by name; public items of the law, as far as the register's entry opens.

企业信息公示暂行条例 第三条、第六条; 市场主体登记管理条例 第八条、第三十五条. Two limits hold at once: the law's list
(:mod:`catalogue.basic.legal_persons_public`) and the public's permit on the entry, with its exemptions and open types,
item by item. What either does not open is told as withheld. Reads of the public leave no receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from catalogue.addresses import OPEN_LEVEL
from catalogue.basic.legal_persons_kinds import BodyKind, class_name, kind_of
from catalogue.basic.legal_persons_public import NEVER_PUBLIC, OF_COMPANIES, PUBLIC, is_public, public_address
from catalogue.basic.legal_persons_status import ACTIVE, EXISTING
from catalogue.code_lists import load_code_list
from catalogue.elements import element
from hub.exchange.deciding import refusal_of_use
from hub.open.datasets import public_decision, require_visible, withheld_items
from hub.registers import store as register_store
from hub.registers.addresses import reading_store
from hub.registers.addresses.errors import AddressNotFoundError
from hub.registers.legal_persons import seats, seats_store, store
from hub.registers.legal_persons.codes import KINDS, code_form
from hub.registers.legal_persons.errors import BodyNotFoundError, SearchLimitError
from hub.registers.legal_persons.names import name_question
from hub.registers.legal_persons.seats import SEAT
from hub.registers.legal_persons.store import REGISTER
from policies.decision import Permit
from policies.facts import Treatment
from policies.masking import mask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.open.datasets import Withheld
    from hub.registers.addresses.matching import AddressBook
    from hub.registers.addresses.reading_store import Hidden
    from hub.registers.legal_persons.store import NameHit
    from hub.registers.store import Subject

PAGE: Final = 20
MOST_SHOWN: Final = 100
"""Bodies one question shows at most, over all pages: a search is no way to copy the register."""
COUNTED: Final = 1_000
"""Names are counted up to here; of more it is told that there are more."""
BRANCHES: Final = 50
_TOO_LAW: Final = ("法律未规定向社会公示", "no law makes it public")


@dataclass(frozen=True, slots=True)
class View:
    """What the public is given of the register: elements with their form, and what is withheld and why."""

    resource: Resource
    forms: Mapping[str, Treatment]
    withheld: tuple[Withheld, ...]
    withheld_en: Mapping[str, Withheld]

    def gives(self, code: str) -> bool:
        """Whether an element is given in full."""
        return self.forms.get(code) is Treatment.FULL


@dataclass(frozen=True, slots=True)
class At:
    """A standard address bodies are looked for at, and what the public is not told of addresses now."""

    address: str
    hidden: Hidden


@dataclass(frozen=True, slots=True)
class Found:
    """A page of bodies found by name; ``total`` None: more than :data:`COUNTED`. ``next`` is the next offset."""

    bodies: tuple[dict[str, Any], ...]
    total: int | None
    next: int | None


def view(context: Context, resource: Resource) -> View:
    """Return what the public's permit gives of the register.

    Raises:
        hub.directory.errors.EntryNotFoundError: the public may not know of the entry.
        DeniedError, PendingError, RefusedError: nothing of it is open now, and why.

    """
    require_visible(resource)
    decision = public_decision(context, resource)
    if not isinstance(decision, Permit):
        _, _, error = refusal_of_use(decision, {})
        raise error
    forms = {
        item.element: decision.treatment_of(item.column)
        for item in resource.entry.items
        if item.element in PUBLIC and decision.treatment_of(item.column) in {Treatment.FULL, Treatment.MASKED}
    }
    english = {one.column: one for one in withheld_items(context, resource, "en")}
    return View(resource, forms, withheld_items(context, resource, "zh"), english)


def require_queryable(context: Context, resource: Resource, columns: frozenset[str]) -> None:
    """Raise what stands in the way of asking by these columns: a withheld item may not be searched by either."""
    decision = public_decision(context, resource, queried=columns)
    if not isinstance(decision, Permit):
        _, _, error = refusal_of_use(decision, {})
        raise error


def show(context: Context, unit: Unit, seen: View, text: str, addresses: AddressBook, first: int = 0) -> dict[str, Any]:
    """Return the public part of one body as JSON data; ``first`` is the place of the first branch told, from 0.

    ``seat`` is its registered address as a standard one, for readers who are given that item in full; else None.

    Raises:
        BodyNotFoundError: there is none of this code.

    """
    form = code_form(text)
    found = register_store.find(unit, REGISTER, [form], KINDS) if form is not None else {}
    subject = register_store.subjects(unit, REGISTER, found.values()).get(found[form]) if form in found else None
    if subject is None or subject.is_protected or not subject.values:
        raise BodyNotFoundError
    kind = kind_of(subject.values.get("L001", ""))
    given = _given(context, seen, subject, kind)
    former = store.former_names(unit, subject.id) if seen.gives("L002") else []
    return {
        "code": given.get("L001"),
        "name": given.get("L002"),
        "kind": kind.value,
        **_standing(given),
        "items": [_item(subject, code, value) for code, value in given.items()],
        "seat": _seat(context, unit, seen, subject, addresses),
        "former_names": [{"name": name, "since": since, "until": until} for name, since, until in former],
        "links": _links(context, unit, seen, subject, first),
        "withheld": _withheld(seen, kind),
        "register": seen.resource.name,
        "as_of": subject.changed_at,
    }


def _given(context: Context, seen: View, subject: Subject, kind: BodyKind) -> dict[str, object]:
    """Return the values given, by element: what law and entry both open, masked where either says so."""
    given: dict[str, object] = {}
    for item in seen.resource.entry.items:
        code = item.element
        if code is None or code not in seen.forms or not is_public(code, kind) or code not in subject.values:
            continue
        value: object = subject.values[code]
        if code == "L011":
            value = public_address(subject.values[code], kind)
        if seen.forms[code] is Treatment.MASKED:
            value = mask(value, item.masking, "public", today=context.today())
        given[code] = value
    return given


def _seat(context: Context, unit: Unit, seen: View, subject: Subject, addresses: AddressBook) -> dict[str, Any] | None:
    """Return the seat of a body as a standard address: nothing of it where the public is not given the item itself."""
    if not seen.gives(SEAT):
        return None
    told = seats.told(context, unit, addresses, {subject.id: subject.values}).get(subject.id)
    return told | {"under_verification": True} if told is not None and SEAT in subject.doubted else told


def _standing(given: Mapping[str, object]) -> dict[str, bool | None]:
    """Return whether a body is active and exists: sets of states; None where its state is not given or not known."""
    status = given.get("L015")
    if status is None:
        return {"is_active": None, "exists": None}
    return {"is_active": status in ACTIVE, "exists": status in EXISTING}


def _item(subject: Subject, code: str, value: object) -> dict[str, Any]:
    """Return one value with its name; a coded one with its label and the list and version it is of."""
    about = element(code)
    shown: dict[str, Any] = {"element": code, "name": about.name, "name_en": about.name_en, "value": value}
    if code in subject.doubted:
        shown["under_verification"] = True
    if about.code_list is None or not isinstance(value, str):
        return shown
    bare, _, version = value.partition("@")
    codes = load_code_list(about.code_list.name)
    shown |= {"value": bare, "list": about.code_list.name, "version": version or about.code_list.version}
    # The codes of an industry go deeper than the shipped list: its label is that of the division.
    row = codes.rows.get(bare) or (codes.rows.get(bare[1:3] or bare[:1]) if code == "L019" else None)
    if row is not None and not version:
        shown |= {"label": row.name_zh, "label_en": row.name_en}
    return shown


def _links(context: Context, unit: Unit, seen: View, subject: Subject, first: int) -> dict[str, Any]:
    """Return the registered links between bodies: the superior and the branches; none to a person."""
    if not seen.gives("L040"):
        return {}
    kinds, day = ("branch_of", "superior"), context.today()
    above = register_store.links_of(unit, REGISTER, [subject.id], kinds, day=day)
    below = register_store.links_to(unit, REGISTER, (REGISTER, [subject.id]), ("branch_of",), day=day)
    page = below[first : first + BRANCHES]
    ids = {*(one.other for one in above if one.other is not None), *(one.subject for one in page)}
    bodies = register_store.subjects(unit, REGISTER, ids)
    return {
        "superiors": [
            {"kind": one.kind, "code": one.other_form, "name": _name(seen, bodies.get(one.other or 0))} for one in above
        ],
        "branches": {
            "total": len(below),
            "returned": len(page),
            "next": first + BRANCHES if len(below) > first + BRANCHES else None,
            "bodies": [
                {"code": body.values.get("L001"), "name": _name(seen, body)}
                for one in page
                if (body := bodies.get(one.subject)) is not None
            ],
        },
    }


def _name(seen: View, subject: Subject | None) -> str | None:
    return subject.values.get("L002") if subject is not None and seen.gives("L002") else None


def _withheld(seen: View, kind: BodyKind) -> list[dict[str, Any]]:
    """Return what is not given of a body of this kind, each with its reason: of the entry, or of the law.

    What the law closes is told whether the entry has it as an item or not.
    """
    told = [
        {
            "element": _element_of(seen, one.column), "name": one.name, "ground": one.ground, "reason": one.reason,
            "reason_en": seen.withheld_en[one.column].reason, "remedy": one.remedy,
            "remedy_en": seen.withheld_en[one.column].remedy,
        }
        for one in seen.withheld
    ]  # fmt: skip
    by_entry = {one.column for one in seen.withheld}
    for item in seen.resource.entry.items:
        code = item.element
        if item.column in by_entry or code is None or (code in seen.forms and is_public(code, kind)):
            continue
        told.append(_by_law(code, item.name))
    listed = {line["element"] for line in told}
    return told + [_by_law(code, element(code).name) for code in NEVER_PUBLIC if code not in listed]


def _by_law(code: str, name: str) -> dict[str, Any]:
    return {"element": code, "name": name, "ground": None, **_reason(code), "remedy": "", "remedy_en": ""}


def _reason(code: str) -> dict[str, str]:
    if code in OF_COMPANIES:
        return {
            "reason": "仅公司的股东为登记事项（市场主体登记管理条例 第八条）",
            "reason_en": "shareholders are a registered item of companies alone (市场主体登记管理条例 Art. 8)",
        }
    article, what = NEVER_PUBLIC.get(code, _TOO_LAW)
    return {"reason": f"不属于依法公示的事项（{article}）", "reason_en": f"not public by law: {what} ({article})"}


def _element_of(seen: View, column: str) -> str | None:
    item = seen.resource.entry.item(column)
    return item.element if item is not None else None


def search(unit: Unit, seen: View, text: str, *, offset: int, limit: int) -> Found:
    """Return bodies whose present or former name holds a text; the public is shown at most :data:`MOST_SHOWN` of them.

    Raises:
        NameTooShortError: fewer than two characters.
        SearchLimitError: a page beyond what is shown.

    """
    _within_shown(offset, limit)
    form = code_form(text)
    if form is not None:
        return _by_code(unit, seen, form)
    asked = name_question(text)
    count = store.count_names(unit, asked, COUNTED + 1)
    read = store.any_names if count > COUNTED else store.best_names
    hits = read(unit, asked, offset, limit)
    return _page(seen, hits, count, offset + limit)


def search_at(unit: Unit, seen: View, at: At, text: str, *, offset: int, limit: int) -> Found:
    """Return bodies whose seat is a standard address, all or those whose present name holds a text.

    Told are links that were made with no more than is public now, and that say *at* the address, not beside it.

    Raises:
        hub.registers.addresses.errors.AddressNotFoundError: there is no such address in public.
        NameTooShortError: a text of fewer than two characters.
        SearchLimitError: a page beyond what is shown.

    """
    _within_shown(offset, limit)
    found = reading_store.by_ids(unit, [at.address], at.hidden).get(at.address)
    if found is None or found.level > OPEN_LEVEL or found.valid_to is not None:
        raise AddressNotFoundError(
            "没有这个标识的公开地址",
            "there is no open address of this identifier",
            next_zh="请核对标识；可以用地址匹配查到标识",
            next_en="check the identifier; matching an address tells it",
        )
    parts = name_question(text).parts if text.strip() else ()
    asked = (at.address, at.hidden.loads, parts)
    count = seats_store.count_at(unit, *asked, COUNTED + 1)
    return _page(seen, seats_store.page_at(unit, *asked, (offset, limit)), count, offset + limit)


def _within_shown(offset: int, limit: int) -> None:
    if offset + limit > MOST_SHOWN:
        raise SearchLimitError(
            f"一次查询最多显示前 {MOST_SHOWN} 个单位",
            f"a search shows the first {MOST_SHOWN} bodies at most",
            next_zh="请输入更完整的名称，或者用统一社会信用代码查询",
            next_en="type more of the name, or ask by the credit code",
            facts={"most": MOST_SHOWN},
        )


def _page(seen: View, hits: Sequence[NameHit], count: int, more: int) -> Found:
    total = count if count <= COUNTED else None
    has_next = bool(hits) and more < MOST_SHOWN and (total is None or more < total)
    bodies = tuple(_hit(seen, hit.values, hit.name, is_former=not hit.is_current) for hit in hits)
    return Found(bodies, total, more if has_next else None)


def _by_code(unit: Unit, seen: View, form: str) -> Found:
    found = register_store.find(unit, REGISTER, [form], KINDS)
    bodies = [one for one in register_store.subjects(unit, REGISTER, found.values()).values() if not one.is_protected]
    shown = tuple(_hit(seen, one.values, one.values.get("L002", ""), is_former=False) for one in bodies if one.values)
    return Found(shown, len(shown), None)


def _hit(seen: View, values: Mapping[str, str], name: str, *, is_former: bool) -> dict[str, Any]:
    """Return one line of a search: what the body is called, its code, its class, whether it is active."""
    given = {code: values[code] for code in ("L001", "L002", "L015") if code in values and seen.gives(code)}
    code = given.get("L001", "")
    pair, pair_en = class_name(code[:2])
    return {
        "code": code or None,
        "name": given.get("L002"),
        "found_by": name if is_former and seen.gives("L002") else None,
        "kind": kind_of(code).value if code else None,
        "class": pair or None,
        "class_en": pair_en or None,
        **_standing(given),
    }
