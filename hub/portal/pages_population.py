"""``/statistics/population`` 人口统计: counts of registrations by division as tables, hidden cells marked as such.

A count of registrations is no population figure, and the page says so. No chart is drawn: a line or bar would show
where a hidden figure lies. The function of the API answers (:mod:`hub.api.population_statistics`). 统计法 Art. 28.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse

from hub.api import population_statistics as api
from hub.portal.asked import Offset, told
from hub.portal.pages_divisions import names_of
from hub.portal.rendering import AskedPage, Page, both, pager
from hub.portal.texts import translator
from hub.registers.statistics.answering import MOST_CELLS, asked_of
from hub.registers.statistics.measures import BY_CODE, MEASURE, TRAITS
from policies.disclosure_cube import DISTRICT, LEVELS, TOWN
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.registers.statistics.measures import Trait

router = APIRouter(include_in_schema=False)
Words = Annotated[list[str], Query(max_length=10)]
Word = Annotated[str, Query(max_length=20)]
ROWS: Final = 100
WIDEST: Final = 6
"""A trait of more categories goes down the page, not across it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: division, categories in words, a figure for each column; None is hidden."""

    division: str
    categories: tuple[str, ...]
    figures: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the page shows it: heads of traits that go down, heads of the columns, lines, divisions left out."""

    down: tuple[str, ...]
    across: tuple[str, ...]
    lines: tuple[Line, ...]
    is_cut: bool


@both(router, "/statistics/population")
async def population(
    page: AskedPage,
    by: Words = [],  # noqa: B006 - a default of the query, never changed
    level: Word = DISTRICT,
    within: Word = "",
    period: Word = "",
    offset: Offset = 0,
) -> HTMLResponse:
    """Show a released table of one level of division, by up to two traits, within a division, of a month."""
    about = await api.statistics_about(page.hub)
    asked_for = bool(page.request.url.query)
    typed: dict[str, Any] = {"by": by, "level": level, "within": within.strip(), "period": period, "levels": LEVELS}
    common: dict[str, Any] = {"about": about, "traits": [one.code for one in TRAITS], **typed}
    try:
        asked = asked_of(MEASURE, level, tuple(by), within.strip(), period.strip() or None, (MOST_CELLS, 0))
        body = (await api.public_table(page.hub, asked)).body
    except DomainError as error:
        fault, status = told(page, error, str(error.facts.get("position", "")))
        return page.show(
            "population.html", status=status if asked_for else 200, faults=(fault,), body=None, **_nothing(), **common
        )
    table = table_of(page, body, asked.by)
    shown = table.lines[offset : offset + ROWS]
    names = await run_in_threadpool(names_of, page, {one.division for one in shown}, page.hub.context.today())
    return page.show(
        "population.html",
        faults=(),
        body=body,
        table=table,
        shown=shown,
        names=names,
        data_url="/api/v1/statistics/population?" + urlencode(_query(asked.by, typed)),
        below=TOWN if level == DISTRICT else DISTRICT if level != TOWN else "",
        kept=urlencode([("by", one) for one in by] + ([("period", period)] if period else [])),
        **pager(page.request, len(table.lines), offset, ROWS),
        **common,
    )


def _nothing() -> dict[str, Any]:
    return {"table": None, "shown": (), "names": {}, "data_url": "", "below": "", "kept": ""} | {
        "first": 0, "last": 0, "next_url": None, "previous_url": None,
    }  # fmt: skip


def _query(by: Sequence[int], typed: Mapping[str, Any]) -> list[tuple[str, str]]:
    asked = [("level", typed["level"]), ("by", ",".join(TRAITS[one].code for one in by))]
    return [pair for pair in [*asked, ("within", typed["within"]), ("period", typed["period"])] if pair[1]]


def table_of(page: Page, body: Mapping[str, Any], by: Sequence[int]) -> Table:
    """Return the cells of an answer as lines; what an answer does not list is zero.

    The last trait with few categories goes across. Where the answer is not whole, its last division is left out: a
    cell that did not arrive is not to be read as zero.
    """
    across = next((TRAITS[one] for one in reversed(by) if len(TRAITS[one].codes) <= WIDEST), None)
    down = [TRAITS[one] for one in by if TRAITS[one] is not across]
    codes = across.codes if across is not None else ("",)
    found: dict[tuple[str, ...], dict[str, int | None]] = {}
    for cell in body["cells"]:
        key = (str(cell["division"]), *(str(cell[one.code]) for one in down))
        found.setdefault(key, {})[str(cell[across.code]) if across is not None else ""] = cell["figure"]
    is_cut = body["next"] is not None
    last = max((key[0] for key in found), default="") if is_cut else None
    order = sorted((key for key in found if key[0] != last), key=lambda key: (key[0], _places(key[1:], down)))
    return Table(
        down=tuple(_trait(page, one) for one in down),
        across=tuple(_category(page, across, code) for code in codes) if across is not None else (),
        lines=tuple(
            Line(
                key[0],
                tuple(_category(page, one, code) for one, code in zip(down, key[1:], strict=True)),
                tuple(found[key].get(code, 0) for code in codes),
            )
            for key in order
        ),
        is_cut=is_cut,
    )


def _places(codes: Sequence[str], traits: Sequence[Trait]) -> tuple[int, ...]:
    return tuple(trait.codes.index(code) for trait, code in zip(traits, codes, strict=True))


def _trait(page: Page, trait: Trait) -> str:
    return translator(page.lang)(f"pop_trait_{trait.code}")


def _category(page: Page, trait: Trait, code: str) -> str:
    """Return a category in words: age bands by their years, the others by their name."""
    t = translator(page.lang)
    if trait is not TRAITS[BY_CODE["age_band"]]:
        return t(f"pop_{trait.code}_{code}")
    if code == "unknown":
        return t("pop_age_unknown")
    return t("pop_age_over", low=code[:-1]) if code.endswith("+") else t("pop_age", years=code.replace("-", "–"))
