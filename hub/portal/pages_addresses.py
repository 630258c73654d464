"""``/addresses`` 地址匹配: what a written address is, the addresses at a point, and one standard address.

Questions are posted: an address somebody types may be where he lives, and what stands in an address line is kept by
browsers and proxies. The functions of the API answer (:mod:`hub.api.addresses`). 地名管理条例 Art. 15, 21.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Path
from starlette.responses import HTMLResponse

from catalogue.addresses_standard import CRS
from hub.api import addresses as api
from hub.portal.asked import told
from hub.portal.pages_divisions import names_of
from hub.portal.rendering import AskedPage, both
from hub.portal.texts import translator
from hub.portal.work.forms import EMPTY, Fault, Form, Posted
from hub.registers.addresses.errors import AddressPointError, AddressRegisterError
from hub.registers.addresses.matching import LONGEST_TEXT

if TYPE_CHECKING:
    from hub.portal.rendering import Page

router = APIRouter(include_in_schema=False)
Id = Annotated[str, Path(max_length=64)]
MOST_LINES: Final = 50
"""Addresses one form takes; more go through the API, a thousand a call."""
NEAR: Final = 10
_SURE, _FAIR = 0.9, 0.75


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows beside its form: matches of texts, or addresses near a point."""

    texts: tuple[str, ...] = ()
    matches: dict[str, Any] | None = None
    near: dict[str, Any] | None = None


@both(router, "/addresses")
def addresses(page: AskedPage) -> HTMLResponse:
    """Show both forms: texts to match, and a point to look up."""
    return _show(page, EMPTY, Shown())


def _show(page: Page, form: Form, shown: Shown, faults: tuple[Fault, ...] = (), status: int = 200) -> HTMLResponse:
    codes: set[str] = set()
    if shown.matches is not None:
        codes |= {_division(one["division"]) for one in shown.matches["results"] if one.get("division")}
    return page.show(
        "addresses.html",
        status=status,
        form=form,
        faults=faults,
        shown=shown,
        lines=list(zip(shown.texts, shown.matches["results"], strict=True)) if shown.matches is not None else [],
        division_of=_division,
        division_names=names_of(page, codes, page.hub.context.today()) if codes else {},
        most=MOST_LINES,
        longest=LONGEST_TEXT,
        sure=_sure,
    )


def _division(code: str) -> str:
    """Return a division of an answer, twelve digits with zeros, as its list writes it."""
    digits = code.rstrip("0")
    for length in (6, 9, 12):
        if len(digits) <= length:
            return code[:length]
    return code


def _sure(score: float) -> str:
    """Return how a score is marked; the number stands beside it."""
    return "good" if score >= _SURE else "" if score >= _FAIR else "warn"


@router.post("/addresses", response_class=HTMLResponse)
@router.post("/en/addresses", response_class=HTMLResponse)
def ask(page: AskedPage, form: Posted) -> HTMLResponse:
    """Match the lines that were typed, or look up a point."""
    return _reverse(page, form) if form.value("kind") == "point" else _match(page, form)


def _match(page: Page, form: Form) -> HTMLResponse:
    t = translator(page.lang)
    texts = tuple(line.strip() for line in form.value("text").splitlines() if line.strip())
    fault = ""
    if not texts:
        fault = t("addr_no_text")
    elif len(texts) > MOST_LINES:
        fault = t("addr_too_many", n=len(texts), most=MOST_LINES)
    elif any(len(line) > LONGEST_TEXT for line in texts):
        fault = t("addr_too_long", most=LONGEST_TEXT)
    if fault:
        return _show(page, form, Shown(), (Fault("text", fault),), 422)
    everywhere = form.is_ticked("everywhere", "1")
    found = api.match(api.MatchBody(addresses=list(texts), within="" if everywhere else None), page.hub)
    return _show(page, form, Shown(texts, found))


def _reverse(page: Page, form: Form) -> HTMLResponse:
    numbers: dict[str, float] = {}
    faults = []
    for name, most in (("longitude", 180.0), ("latitude", 90.0)):
        try:
            numbers[name] = float(form.value(name))
        except ValueError:
            numbers[name] = most + 1
        if not abs(numbers[name]) <= most:
            faults.append(Fault(name, translator(page.lang)("addr_no_degree")))
    if faults:
        return _show(page, form, Shown(), tuple(faults), 422)
    crs = "GCJ-02" if form.value("crs") == "gcj" else CRS
    asked = api.PointBody(longitude=numbers["longitude"], latitude=numbers["latitude"], crs=crs, limit=NEAR)
    try:
        found = api.reverse(asked, page.hub)
    except (AddressPointError, AddressRegisterError) as error:
        fault, status = told(page, error, "crs" if crs != CRS else "longitude")
        return _show(page, form, Shown(), (fault,), status)
    return _show(page, form, Shown(near=found))


@both(router, "/addresses/{address_id}")
def address(page: AskedPage, address_id: Id) -> HTMLResponse:
    """Show one standard address down to its door plate: former names, end, source."""
    found = api.read(address_id, page.hub)
    code = _division(found["division"]) if found["division"] else ""
    names = names_of(page, {code}, page.hub.context.today()) if code else {}
    return page.show("address.html", one=found, division=code, division_name=names.get(code, ""))
