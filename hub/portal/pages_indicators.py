"""``/indicators``: the macro-economy for people: the list, one indicator with chart, table and vintages.

The chart is a drawing inside the page, with the same figures in a table below it; no script. What is not released is
not there (统计法实施条例 第二十八条). Jilin Art. 24 (accessibility).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from hub.api.indicators import public_reader_of
from hub.portal.pages_divisions import names_of
from hub.portal.rendering import AskedPage, Page, address, both
from hub.portal.texts import translator
from hub.registers.macro import answers
from hub.registers.macro.questions import Asked, question_of
from policies.workdays import CHINA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

router = APIRouter(include_in_schema=False)
Word = Annotated[str, Query(max_length=40)]
Cursor = Annotated[str, Query(max_length=8192)]
ROWS: Final = 300
EVERY: Final = "all"
"""Every vintage of a figure: one line cannot show them."""
WIDTH, HEIGHT, LEFT, BOTTOM = 760, 260, 90, 30
_MEASURES: Final = ("current", "cumulative", "yoy", "mom", "share", "index")
_FREQUENCIES: Final = "ASQMWD"


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures as a drawing: lines of points in pixels, the highest and lowest value, the first and last period."""

    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    highest: str
    lowest: str
    first: str
    last: str


def chart_of(observations: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Return the drawing of the first series among figures in order; None with fewer than two of its values.

    Cumulative figures begin anew each year, and so does their line.
    """
    if not observations:
        return None
    head = observations[0]
    parts = ("area", "frequency", "measure", "price_basis", "unit")
    line: list[tuple[str, Decimal]] = [
        (one["period"], one["value"])
        for one in observations
        if one.get("value") is not None and all(one.get(part) == head.get(part) for part in parts)
    ]
    if len(line) < len(("from", "to")):
        return None
    numbers = [float(value) for _, value in line]
    low, high = min(numbers), max(numbers)
    step = (WIDTH - LEFT - 10) / (len(line) - 1)
    scale = (HEIGHT - BOTTOM - 20) / (high - low) if high > low else 0.0
    dots = tuple(
        (round(LEFT + step * place, 1), round(HEIGHT - BOTTOM - (number - low) * scale, 1))
        for place, number in enumerate(numbers)
    )
    ordered = sorted(line, key=lambda one: one[1])
    pieces: dict[str, list[str]] = {}
    for (period, _), (x, y) in zip(line, dots, strict=True):
        pieces.setdefault(period[:4] if head.get("measure") == "cumulative" else "", []).append(f"{x},{y}")
    return Chart(
        lines=tuple(" ".join(one) for one in pieces.values()),
        dots=dots if len(dots) <= ROWS // 5 else (),
        highest=f"{ordered[-1][1]:f}",
        lowest=f"{ordered[0][1]:f}",
        first=line[0][0],
        last=line[-1][0],
    )


@both(router, "/indicators")
def indicators(page: AskedPage) -> HTMLResponse:
    """List the indicators with definition and unit."""
    reader = public_reader_of(page.hub)
    with page.hub.database.read_only() as unit:
        found = answers.listing(unit, reader)
    return page.show("indicators.html", indicators=found, measures=_words(page, "measure", _MEASURES))


def _words(page: Page, kind: str, words: Sequence[str]) -> dict[str, str]:
    t = translator(page.lang)
    return {word: t(f"ind_{kind}_{word}") for word in words}


@both(router, "/indicators/{code}")
def indicator(
    page: AskedPage, code: str, area: Word = "", as_of: Word = "", vintage: Word = "", cursor: Cursor = ""
) -> HTMLResponse:
    """Show one indicator: definition, chart and table of an area, vintages, as of a day."""
    hub = page.hub
    reader = public_reader_of(hub)
    asked = Asked(as_of=as_of)
    with hub.database.read_only() as unit:
        known = answers.series_listing(unit, reader, question_of(unit, code, asked, reader.now))
        areas = list(dict.fromkeys(str(one["area"]) for one in known["series"]))
        chosen = area or (areas[0] if areas else "")
        shown = Asked(area=chosen, as_of=as_of, vintage=vintage, limit=ROWS)
        own = answers.series_listing(unit, reader, question_of(unit, code, shown, reader.now))
        found = answers.figures(unit, reader, code, shown, (hub.cursor_key, cursor))
    names = names_of(page, set(areas), reader.now.astimezone(CHINA).date())
    here = address(page.lang, f"/indicators/{code}")
    kept = f"area={chosen}&as_of={as_of}&vintage={vintage}"
    return page.show(
        "indicator.html",
        one=found.indicator,
        areas={one: names.get(one, "") for one in areas},
        area=chosen,
        as_of=as_of,
        vintage=vintage,
        figures=found,
        day=_day,
        chart=None if vintage == EVERY else chart_of(found.observations),
        every=EVERY,
        size=(WIDTH, HEIGHT, LEFT, BOTTOM),
        vintages=own["vintages"],
        measures=_words(page, "measure", _MEASURES),
        statuses=_words(page, "status", "APRFMCE"),
        frequencies=_words(page, "frequency", _FREQUENCIES),
        next_url=f"{here}?{kept}&cursor={found.next}" if found.next else "",
        data_url=f"/api/v1/indicators/{code}/observations?{kept}",
    )


def _day(moment: datetime) -> str:
    """Return a time as the day in the city."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
