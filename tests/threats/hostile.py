"""An open entry whose every text is an attack: title, abstract, names of items, values, the name of its file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from hub.demo.directory import demo_entry
from hub.demo.load import describe, review
from tests.hub.portal.town import BUS_STOPS

if TYPE_CHECKING:
    from hub.client import Hub
    from tests.hub.portal.town import Town

PROVIDER = "jiaotongju"
NAME = "hostile-entry"
SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(2)>'
TITLE = f"站点{SCRIPT}"
ABSTRACT = f"说明{IMAGE}<svg onload=alert(3)>[x](javascript:alert(4))"
ITEM = "站名<b onmouseover=alert(5)>"
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    '=HYPERLINK("http://attacker.example")',
    "=cmd|' /C calc'!A0",
)
MARKUP = (SCRIPT, IMAGE, "<svg/onload=alert(6)>", "javascript:alert(7)", "&lt;b&gt;", "{{7*7}}", "{% raw %}", "]]>")
NUMBERS = ("-5", "+7.25", "0012", "410199199001011232")
VALUES = (*FORMULAS, *MARKUP, *NUMBERS)
FILE_NAME = '"><script>alert(8)</script>.csv'


@dataclass(frozen=True, slots=True)
class Hostile:
    """The entry as it was pushed: values by key."""

    values: dict[str, str]


def publish_hostile(town: Town) -> Hostile:
    """Describe, review and supply the entry; everything in it is allowed to be stored."""
    demo = demo_entry(BUS_STOPS, date.today())
    key, name = demo.entry.items[0], replace(demo.entry.items[1], name=ITEM, element=None, base_item=False)
    entry = replace(
        demo.entry, name=NAME, title=TITLE, abstract=ABSTRACT, title_en=SCRIPT, abstract_en=IMAGE, keywords=(SCRIPT,),
        rights_statement=IMAGE, items=(key, name), crs=None,
    )  # fmt: skip
    hostile = replace(demo, entry=entry)
    describe(town.people, hostile)
    review(town.people, hostile)
    values = {f"K{number:03d}": value for number, value in enumerate(VALUES)}
    push(town.people.system(PROVIDER), values)
    return Hostile(values)


def push(system: Hub, values: dict[str, str], filename: str = FILE_NAME) -> dict[str, object]:
    """Push rows of the hostile entry under a file name; returns the report."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["站点编码", ITEM])
    writer.writerows(values.items())
    path = f"/api/v1/entries/{NAME}/pushes"
    body = text.getvalue().encode()
    answer = system.raw(
        "POST", path, content=body, params={"mode": "full", "filename": filename, "allow_shrink": "true"}
    )
    report: dict[str, object] = answer.json()
    return report
