"""``/legal-persons`` 法人查询: the public part of a body by law, what is withheld and why; by name or by code.

The same functions as the API answer (:mod:`hub.api.legal_persons`), behind the same turnstile. 企业信息公示暂行条例
第三条、第六条; 市场主体登记管理条例 第八条.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from starlette.responses import HTMLResponse

from hub.api import legal_persons as api
from hub.open.legal_persons import PAGE
from hub.portal.asked import told
from hub.portal.rendering import AskedPage, both, pager
from hub.registers.errors import RegisterOffError
from hub.registers.legal_persons.errors import SearchLimitError
from hub.registers.legal_persons.names import NameTooShortError
from policies.workdays import CHINA

router = APIRouter(include_in_schema=False)
SearchText = Annotated[str, Query(max_length=200)]
Address = Annotated[str, Query(max_length=64)]
Place = Annotated[int, Query(ge=0, le=1_000_000)]
Code = Annotated[str, Path(max_length=40)]
_NO_PAGES: Final[dict[str, Any]] = {"first": 0, "last": 0, "next_url": None, "previous_url": None}


@both(router, "/legal-persons")
def bodies(page: AskedPage, q: SearchText = "", offset: Place = 0, address: Address = "") -> HTMLResponse:
    """Find bodies by name or code, or those seated at a standard address; without words only the form."""
    if not q.strip() and not address:
        return page.show("bodies.html", q=q, address="", found=None, faults=(), **_NO_PAGES)
    try:
        found = api.find_bodies(page.request, page.hub, q, address or None, PAGE, offset)
    except (NameTooShortError, SearchLimitError, RegisterOffError) as error:
        fault, status = told(page, error, "q")
        return page.show("bodies.html", status=status, q=q, address=address, found=None, faults=(fault,), **_NO_PAGES)
    pages = pager(page.request, offset + found["returned"], offset, PAGE)
    if found["next"] is not None:
        pages |= pager(page.request, found["next"] + 1, offset, PAGE) | {"last": pages["last"]}
    return page.show("bodies.html", q=q, address=address, found=found, faults=(), **pages)


@both(router, "/legal-persons/{code}")
def body(page: AskedPage, code: Code, branches_from: Place = 0) -> HTMLResponse:
    """Show the public items of one body with source and date, its branches, and what is withheld and why."""
    found = api.show_body(page.request, page.hub, code, branches_from)
    return page.show(
        "body.html",
        one=found,
        code=found["code"] or code,
        title=found["name"] or found["code"] or code,
        as_of=found["as_of"].astimezone(CHINA).date().isoformat(),
        branches_from=branches_from,
    )
