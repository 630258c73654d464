"""``/w/verify`` 单条核验 and ``/w/batch`` 批量比对: which grants allow it, and the call of the organ's system to copy.

A grant belongs to a system, so that every answer has a key, a case and a receipt: no person compares records on a
page. These pages say so, show what the organ may verify, and give the call filled in (政务数据共享条例 Art. 22, 25).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse

from hub.exchange import samples, store
from hub.exchange.grant_states import state_of
from hub.exchange.match_input import MAX_ROWS
from hub.identity.roles import Role
from hub.portal.desk import verify_registers
from hub.portal.desk.grants import key_state, view
from hub.portal.rendering import both
from hub.portal.work import naming
from hub.portal.work.frame import WorkPage, open_to
from hub.registers import store as register_store
from policies.facts import Mode, Treatment

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.exchange.records import Grant

router = APIRouter(include_in_schema=False)
Holder = Annotated[WorkPage, Depends(open_to(Role.AGENCY_USER, Role.AGENCY_APPROVER))]
MOST: Final = 200
_ASKED_SINGLY: Final = frozenset({verify_registers.POPULATION, verify_registers.BODIES})
"""Registers with services of their own for one person or body."""


@both(router, "/w/verify")
def verify(page: Holder) -> HTMLResponse:
    """Show what may be verified one by one, with the call of the system."""
    return _show(page, Mode.VERIFY)


@both(router, "/w/batch")
def batch(page: Holder) -> HTMLResponse:
    """Show what may be compared by the file, with the call of the system."""
    return _show(page, Mode.BATCH)


def _show(page: WorkPage, mode: Mode) -> HTMLResponse:
    now = page.context.now()
    with page.hub.database.begin() as unit:
        found, total = store.list_grants(unit, member=page.person.member.id, limit=MOST)
        live = [one for one in found if mode in one.modes and state_of(one, now, is_disposed=False) == "active"]
        rows = [_row(page, unit, one, mode) for one in live]
    return page.show(
        "desk_verify.html",
        is_batch=mode is Mode.BATCH,
        grants=rows,
        is_cut=total > MOST,
        most=MOST,
        most_rows=f"{MAX_ROWS:,}",
    )


def _row(page: WorkPage, unit: Unit, grant: Grant, mode: Mode) -> dict[str, Any]:
    shown = view(page, unit, grant)
    resource = naming.resource(page, unit, grant.entry_id)
    keys = [column for column in resource.table.key if column in grant.items] if resource is not None else []
    claims = [
        column for column, form in grant.items.items() if column not in keys and form is not Treatment.AGGREGATE_ONLY
    ] or keys
    case = samples.case_like(grant.case_pattern) if grant.case_pattern is not None else ""
    values = {"purpose": grant.purposes[0], "case": case, "name": shown["name"]}
    described = register_store.by_entry(unit, grant.entry_id)
    if resource is not None and described is not None and described.code in _ASKED_SINGLY:
        keys = []  # a register has no rows to compare: its own services answer
        register = verify_registers.calls(page, grant, resource, described.code, case)
    else:
        register = None
    return {
        **shown,
        "register": register and [one for one in register if one["is_batch"] == (mode is Mode.BATCH)],
        "is_register": register is not None,
        "key": key_state(page, unit, grant.system_id),
        "keys": [naming.item_name(resource, column) for column in keys],
        "claims": [naming.item_name(resource, column) for column in claims],
        "call": (_batch if mode is Mode.BATCH else _one)(page, grant, values, keys, claims) if keys else "",
    }


def _one(page: WorkPage, grant: Grant, values: dict[str, Any], keys: list[str], claims: list[str]) -> str:
    body: dict[str, Any] = {
        "purpose": values["purpose"],
        **({"case_number": values["case"]} if values["case"] else {}),
        "key": dict.fromkeys(keys, page.text("desk_fill_key")),
        "claims": dict.fromkeys(claims, page.text("desk_fill_claim")),
    }
    base = page.hub.settings.public_url
    text = json.dumps(body, ensure_ascii=False).replace("'", "'\\''")
    return (
        f"export HUB_CLIENT_URL='{base}'\nexport HUB_CLIENT_SYSTEM='{grant.system_id}'\n"
        f"export HUB_CLIENT_KEY_FILE=key.pem\nURL='{base}/api/v1/exchange/{values['name']}/verify'\n"
        'hub headers POST "$URL" | curl --silent --show-error --fail-with-body --header @- \\\n'
        f"  --header 'Content-Type: application/json' --data '{text}' \"$URL\"\n"
    )


def _batch(page: WorkPage, grant: Grant, values: dict[str, Any], keys: list[str], claims: list[str]) -> str:
    named = " ".join([*(f"--key {one}" for one in keys), *(f"--claims {one}" for one in claims)])
    purpose = values["purpose"].replace("'", "'\\''")
    case = f" --case '{values['case']}'" if values["case"] else ""
    return (
        f"export HUB_CLIENT_URL='{page.hub.settings.public_url}'\nexport HUB_CLIENT_SYSTEM='{grant.system_id}'\n"
        f"export HUB_CLIENT_KEY_FILE=key.pem\n"
        f"hub match rows.xlsx --resource {values['name']} {named} \\\n"
        f"  --purpose '{purpose}'{case} --out states.csv --receipt receipt.json\n"
    )
