"""What the tests of duties, inventory and sources share: people at their desks, and small workbooks."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import xlsxwriter

from hub.identity.roles import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx2

    from tests.support.hosted import Doors

AUTHORITY, UNIT, OTHER = "shujuju", "minzhengju", "gonganju"
RULE, ARTICLE = "郑州市信息化建设管理办法", "第十九条"


def reviewer(doors: Doors) -> httpx2.Client:
    """Return the session of the authority's catalogue reviewer."""
    return doors.staff(AUTHORITY, Role.CATALOGUE_REVIEWER)


def clerk(doors: Doors, member: str = UNIT) -> httpx2.Client:
    """Return the session of a unit's clerk."""
    return doors.staff(member, Role.CLERK)


def workbook(rows: Sequence[Sequence[object]], sheet: str = "清单") -> bytes:
    """Return a workbook of one sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet(sheet)
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                page.write(line, place, cell)
    return file.getvalue()


def owed(title: str, **more: Any) -> dict[str, Any]:
    """Return the body of a duty of the unit."""
    basis = {"rule": RULE, "article": ARTICLE}
    return {"member": UNIT, "title": title, "update_cycle": "2", **basis, **more}


def enter(doors: Doors, title: str, **more: Any) -> dict[str, Any]:
    """Enter a duty; returns it."""
    answer = reviewer(doors).post("/api/v1/duties", json=owed(title, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def gaps(duty: dict[str, Any]) -> list[str]:
    """Return the words of a duty's gaps."""
    return [str(one["gap"]) for one in duty["gaps"]]
