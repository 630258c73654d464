"""``/registers`` 基础数据库查询: what anybody may ask of the basic databases, and where.

Zhengzhou Art. 18, Jilin Art. 26.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from hub.portal import pages_addresses, pages_bodies, pages_divisions, pages_population
from hub.portal.registers import SERVICES, TITLES, closed_paths
from hub.portal.rendering import AskedPage, both

router = APIRouter(include_in_schema=False)


@both(router, "/registers")
def registers(page: AskedPage) -> HTMLResponse:
    """Show the services of the basic databases; one whose page says that its database is off is no link."""
    with page.hub.database.begin() as unit:
        closed = closed_paths(unit)
    return page.show("registers.html", services=SERVICES, titles=TITLES, closed=closed)


for _part in (pages_divisions, pages_bodies, pages_addresses, pages_population):
    router.include_router(_part.router)
