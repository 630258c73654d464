"""What the hub keeps of pushes beside the rows, each with canaries in it, and the organ it belongs to.

Rejected rows, a push that waits with its file, an upload that is not finished, an earlier version, an erased row, a
mapping, a rule set, a pull with its secret. Nothing of it is for anybody but the provider's own pushing people.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING, Final

from hub.demo.directory import demo_entry
from hub.demo.generators import demo_frame
from hub.identity.roles import Role
from tests.canary.birds import ADDRESS, KEPT, OLD_ADDRESS, PLANTED, TEXTS
from tests.hub.versions.kit import set_policy
from tests.support.acts import RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.hosted import Doors, HostedCity

OWNER: Final = "gonganju"
ENTRY: Final = f"/api/v1/entries/{RESIDENTS}"
DAILY: Final = {"kind": "daily", "at": "02:30"}
PULLED: Final = {
    "entry": RESIDENTS,
    "definition": {
        "source": {"kind": "http", "address": f"http://127.0.0.1:9/{TEXTS['address of a pull']}.csv", "auth": "bearer"},
        "schedule": DAILY,
    },
    "secret": TEXTS["secret of a pull"],
}
"""A pull from a port where nobody listens."""
RULES: Final = [{"name": "birth", "kind": "not_after_today", "item": "chusheng_riqi", "zh": "出生不晚于今天"}]


def file_of(values: Mapping[str, str]) -> bytes:
    """Return a file of residents with one row: an ordinary one, with ``values`` in it."""
    row = {column: "" if one is None else str(one) for column, one in demo_frame(RESIDENTS).row(0, named=True).items()}
    row |= values
    items = demo_entry(RESIDENTS, date(2026, 1, 1)).entry.items
    text = io.StringIO()
    csv.writer(text).writerows([[item.name for item in items], [row[item.column] for item in items]])
    return text.getvalue().encode()


def person(which: str, **more: str) -> dict[str, str]:
    """Return the values of one of the persons of :data:`tests.canary.birds.KEPT`."""
    return {"shenfen_haoma": KEPT[f"number {which}"], "xingming": KEPT[f"name {which}"], **more}


REJECTED: Final = file_of(person("of a rejected row", xingbie="雀"))


def keep(city: HostedCity, doors: Doors) -> None:
    """Leave one of everything behind."""
    conninfo = city.services.database.conninfo
    _push(doors, file_of({**PLANTED[RESIDENTS], "huji_dizhi": OLD_ADDRESS}))
    _push(doors, file_of({**PLANTED[RESIDENTS], "huji_dizhi": f"{ADDRESS}二"}))
    assert _push(doors, REJECTED)["rejected"] == 1
    set_policy(conninfo, RESIDENTS, release="two_step")
    assert _push(doors, file_of(person("of a row that waits")))["state"] == "awaiting_release"
    _propose_going_back(doors)
    set_policy(conninfo, RESIDENTS, release="direct")
    _erase(doors)
    _upload(doors)
    _describe(doors)


def _push(doors: Doors, content: bytes) -> dict[str, object]:
    params = {"mode": "upsert", "filename": f"{TEXTS['name of a file']}.csv"}
    answer = doors.system(OWNER).post(f"{ENTRY}/pushes", params=params, content=content)
    assert answer.is_success, answer.text
    return dict(answer.json())


def _propose_going_back(doors: Doors) -> None:
    params = {"allow_shrink": "true"}
    answer = doors.staff(OWNER, Role.CLERK).post(f"{ENTRY}/versions/1/restore", params=params)
    assert answer.status_code == 202, answer.text


def _erase(doors: Doors) -> None:
    _push(doors, file_of(person("of an erased row")))
    body = {
        "keys": [{"shenfen_haoma": KEPT["number of an erased row"]}],
        "ground": "consent_withdrawn",
        "decision": "示删〔2026〕9号",
    }
    answer = doors.staff(OWNER, Role.APPROVER).post(f"{ENTRY}/rows/erase", json=body)
    assert answer.status_code == 201, answer.text


def _upload(doors: Doors) -> None:
    content = file_of(person("in an upload"))
    system = doors.system(OWNER)
    made = system.post(f"{ENTRY}/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content) + 1)})
    head = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    sent = system.patch(made.headers["Location"], content=content, headers=head)
    assert sent.status_code == 204, sent.text


def _describe(doors: Doors) -> None:
    """Save a mapping, propose rules, set up a pull."""
    clerk = doors.staff(OWNER, Role.CLERK)
    heading = file_of({}).replace("姓名".encode(), TEXTS["heading of a mapping"].encode(), 1)
    made = clerk.post(f"{ENTRY}/mappings/proposals", content=heading).json()["mapping"]
    saved = clerk.post(f"{ENTRY}/mappings", json={"mapping": made, "why": "新系统导出", "fixed": False})
    assert saved.status_code == 201, saved.text
    rules = clerk.post(f"{ENTRY}/rules", json={"rules": RULES, "reason": TEXTS["reason of a rule set"]})
    assert rules.status_code == 201, rules.text
    pulled = clerk.post("/api/v1/pulls", json=PULLED)
    assert pulled.status_code == 201, pulled.text
