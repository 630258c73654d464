"""``/w/sources`` 一数一源: items that several units supply, conflicts first, and the authority's decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, RedirectResponse

from hub.directory import oversight
from hub.directory.sources import decisions, report
from hub.directory.sources.report import VERDICT_NAMES, Verdict
from hub.identity.roles import Role
from hub.portal.rendering import both, pager
from hub.portal.work.forms import EMPTY, Form, Posted, faults_of
from hub.portal.work.frame import WorkPage, open_to
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

router = APIRouter(include_in_schema=False)
READERS: Final = (Role.CLERK, Role.APPROVER, *oversight.READERS)
Reader = Annotated[WorkPage, Depends(open_to(*READERS))]
Reviewer = Annotated[WorkPage, Depends(open_to(Role.CATALOGUE_REVIEWER))]
PAGE_SIZE: Final = 20
_CSS: Final = {Verdict.CONFLICT: "bad", Verdict.UNDECIDED: "warn", Verdict.AGREED: "good", Verdict.DECIDED: "good"}


@both(router, "/w/sources")
def shared(
    page: Reader,
    verdict: Annotated[Verdict | None, Query()] = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """Show items that several units supply, each with its suppliers and its source."""
    return _shown(page, EMPTY, verdict=verdict, offset=offset)


def _shown(page: WorkPage, form: Form, *, verdict: Verdict | None = None, offset: int = 0) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        everything = report.shared_items(unit, page.person)
        found = [one for one in everything.shared if verdict is None or one.verdict is verdict]
        rows = report.with_suppliers(unit, page.person, found[offset : offset + PAGE_SIZE])
    counts = {each: sum(one.verdict is each for one in everything.shared) for each in Verdict}
    return page.show(
        "work_sources.html",
        form=form,
        rows=[_row(page, one) for one in rows],
        verdict=verdict.value if verdict is not None else "",
        verdicts=[
            (each.value, page.pick(VERDICT_NAMES[each].zh, VERDICT_NAMES[each].en), counts[each]) for each in Verdict
        ],
        everyday=everything.everyday,
        is_authority=oversight.oversees(page.person, Role.CATALOGUE_REVIEWER),
        total=len(found),
        **pager(page.request, len(found), offset, PAGE_SIZE),
    )


def _row(page: WorkPage, one: Mapping[str, Any]) -> dict[str, Any]:
    verdict = Verdict(one["verdict"])
    words = VERDICT_NAMES[verdict]
    return {**one, "verdict_text": page.pick(words.zh, words.en), "css": _CSS[verdict]}


@router.post("/w/sources", response_model=None)
@router.post("/en/w/sources", response_model=None)
def decide(page: Reviewer, form: Posted) -> HTMLResponse | RedirectResponse:
    """Name the source of an item, as the authority."""
    also = tuple(one for one in form.value("also").replace("，", ",").replace("、", ",").split(",") if one.strip())
    ruling = decisions.Ruling(
        form.bounded("item", 200),
        form.bounded("source", 200),
        form.bounded("basis", 200),
        also,
        form.bounded("reason", 2000),
    )
    try:
        with page.hub.database.begin() as unit:
            row = decisions.decide(page.context, unit, page.person, ruling)
    except DomainError as error:
        return _shown(page, form.with_faults(*faults_of(error, page.lang, at="item")))
    return page.see_other("/w/sources", "source_decided", row.name)
