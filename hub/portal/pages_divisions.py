"""``/divisions`` 行政区划: find a division on a day; one division: its names, above, below, before, after, boundary.

Everything comes from the functions of the API (:mod:`hub.api.divisions`), so a page never tells more or else than its
JSON. Zhengzhou Art. 18, Jilin Art. 26; 地图管理条例 Art. 15.
"""

from __future__ import annotations

from datetime import date as day_type
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from catalogue.divisions_model import DivisionNotFoundError
from hub.api import divisions as api
from hub.portal.asked import DayText, Offset, day_of
from hub.portal.boundary_drawing import drawing_of
from hub.portal.rendering import AskedPage, Page, address, both, pager
from hub.portal.texts import translator
from hub.portal.work.forms import Fault
from hub.registers.divisions import service
from hub.registers.divisions.errors import BoundaryNotFoundError, MapNotReviewedError

if TYPE_CHECKING:
    from collections.abc import Sequence

router = APIRouter(include_in_schema=False)
SearchText = Annotated[str, Query(max_length=100)]
Word = Annotated[str, Query(max_length=4)]
Code = Annotated[str, Path(pattern="^[0-9]{2,12}$")]
PAGE_SIZE: Final = 50
CHILDREN: Final = 200
LEVELS: Final = (2, 4, 6, 9, 12)
Level = Literal[2, 4, 6, 9, 12]
_KNOWN_LEVELS: Final[dict[str, Level]] = {"2": 2, "4": 4, "6": 6, "9": 9, "12": 12}


@both(router, "/divisions")
def divisions(
    page: AskedPage, q: SearchText = "", date: DayText = "", level: Word = "", ever: Word = "", offset: Offset = 0
) -> Response:
    """Find divisions by part of the name or by code, on a day or of all times; without words the provinces."""
    asked = q.strip().replace("\x00", "")
    typed: dict[str, Any] = {"q": q, "date": date, "level": level, "ever": bool(ever), "levels": LEVELS}
    fault, on = _day(page, date)
    if fault is None and asked.isascii() and asked.isdigit():
        if len(asked) in LEVELS:
            kept = f"?date={on.isoformat()}" if on is not None else ""
            return RedirectResponse(address(page.lang, f"/divisions/{asked}{kept}"), status_code=303)
        fault = Fault("q", translator(page.lang)("div_code_digits"))
    if fault is not None:
        return page.show("divisions.html", status=422, found=None, faults=(fault,), **typed, **_no_pages())
    found = api.find_divisions(
        page.hub, asked, on, _KNOWN_LEVELS.get(level), ever=bool(ever), limit=PAGE_SIZE, offset=offset
    )
    pages = pager(page.request, found["total"], offset, PAGE_SIZE)
    return page.show("divisions.html", found=found, faults=(), **typed, **pages)


def _no_pages() -> dict[str, Any]:
    return {"first": 0, "last": 0, "next_url": None, "previous_url": None}


def _day(page: Page, text: str) -> tuple[Fault | None, day_type | None]:
    try:
        return None, day_of(text)
    except ValueError:
        return Fault("date", translator(page.lang)("asked_no_day")), None


@both(router, "/divisions/{code}")
def division(page: AskedPage, code: Code, date: DayText = "", offset: Offset = 0) -> HTMLResponse:
    """Show what a code named on a day, what lies above and below, what was before and after, notes and boundary.

    A code that held on other days only is told with those days (404); one that never was is not found.
    """
    fault, given = _day(page, date)
    on = given or page.hub.context.today()
    full = service.full_code(code)
    told = api.show_history(page.hub, full)
    shown = _on_day(page, full, on)
    followed = api.show_successors(page.hub, full, on if shown is not None else None)
    status = 422 if fault is not None else 200 if shown is not None else 404
    return page.show(
        "division.html",
        status=status,
        code=full,
        day=on.isoformat(),
        typed=date,
        faults=(fault,) if fault is not None else (),
        one=shown,
        title=shown["name"] if shown is not None else told["periods"][-1]["name"],
        periods=told["periods"],
        changes=_changes(page, told["changes"]),
        notes=told["notes"],
        successors=[{**one, "percent": percent(one["share"])} for one in followed["successors"]],
        is_same=_is_same(full, followed["successors"]),
        **_map(page, full, on, is_there=shown is not None),
        **(_below(page, full, on, offset) if shown is not None else {"below": None} | _no_pages()),
    )


def _on_day(page: Page, code: str, on: day_type) -> dict[str, Any] | None:
    try:
        return api.show_division(page.hub, code, on)
    except DivisionNotFoundError:
        return None


def _below(page: Page, code: str, on: day_type, offset: int) -> dict[str, Any]:
    found = api.list_children(page.hub, code, on, CHILDREN, offset)
    return {"below": found, **pager(page.request, found["total"], offset, CHILDREN)}


def _changes(page: Page, changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return changes with the names of both sides: of the day before, and of the day itself."""
    told = []
    with page.hub.database.begin() as unit:
        for one in changes:
            on, share = day_type.fromisoformat(one["date"]), one["share"]
            before = service.names(unit, [one["old"]], on - timedelta(days=1))
            after = service.names(unit, [one["new"]] if one["new"] is not None else [], on)
            told.append(
                {
                    **one,
                    "old_name": before.get(one["old"], ""),
                    "new_name": after.get(one["new"], ""),
                    "percent": percent(share),
                }
            )
    return told


def names_of(page: Page, codes: set[str], on: day_type) -> dict[str, str]:
    """Return what codes were called on a day, else by the last name they had; unknown codes are left out."""
    with page.hub.database.begin() as unit:
        return service.names(unit, codes, on)


def percent(share: str | None) -> str | None:
    """Return a share of one, written with its digits, as people read it."""
    return None if share is None else f"{float(share) * 100:.4g} %"


def _is_same(code: str, successors: Sequence[dict[str, Any]]) -> bool:
    """Whether a division is what it was: one trail, without a step, that leads to its own code."""
    return len(successors) == 1 and successors[0]["code"] == code and not successors[0]["steps"]


def _map(page: Page, code: str, on: day_type, *, is_there: bool) -> dict[str, Any]:
    if not is_there:
        return {"drawing": None, "no_map": ""}
    try:
        feature = bytes(api.show_boundary(page.hub, code, on).body)
    except (BoundaryNotFoundError, MapNotReviewedError) as error:
        return {"drawing": None, "no_map": f"{error.en}." if page.lang == "en" else f"{error.zh}。"}
    return {"drawing": drawing_of(feature), "no_map": ""}
