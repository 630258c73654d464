"""Calls of the services about persons and bodies, filled in for a grant: what it covers, to copy (users.md a2).

A grant on the entry of a basic database is used by a system, each call with its purpose, case and receipt; nobody of
staff asks about a person on a page (政务数据共享条例 Art. 22, 25). What is shown follows the elements the grant gives.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, Final

from hub.registers.population import elements as e
from hub.registers.population.kinship import ELEMENT
from policies.facts import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.directory.facts import Resource
    from hub.exchange.records import Grant
    from hub.portal.work.frame import WorkPage

POPULATION, BODIES = "population", "legal_persons"
_CODE, _BODY_NAME, _REPRESENTATIVE, _NUMBER, _STATUS = "L001", "L002", "L005", "L007", "L015"
_PERSONS: Final = "/api/v1/population"
_OF_BODIES: Final = "/api/v1/legal-persons"


def calls(page: WorkPage, grant: Grant, resource: Resource, register: str, case: str) -> list[dict[str, Any]]:
    """Return the calls a grant on the entry of a register covers, in one of its modes, filled in for its system."""
    columns = {item.element: item.column for item in resource.entry.items if item.element is not None}
    given = {element for element, column in columns.items() if column in grant.items}
    why = {"purpose": grant.purposes[0], "case_number": case or page.text("desk_fill_case")}
    asked = _about_persons(page, given, why) if register == POPULATION else _about_bodies(page, given, why)
    return [_filled(page, grant, one) for one in asked if one["mode"] in grant.modes]


def _about_persons(page: WorkPage, given: set[str], why: Mapping[str, str]) -> list[dict[str, Any]]:
    number = {"number": page.text("desk_fill_number")}
    asked: list[dict[str, Any]] = []
    if {e.NUMBER, e.NAME} <= given:
        name = {"name": page.text("desk_fill_name")}
        command = ["hub", "population", "verify", "--name", name["name"]]
        words = ("match", "mismatch", "not_found", "cannot_verify")
        asked.append(_call("verify", f"{_PERSONS}/verify", {**number, **name, **why}, (command, words)))
        batch = {"key": ["number"], "claims": ["name"], "rows": [{**number, **name}], **why}
        command = ["hub", "population", "match", "persons.csv", "--out", "states.csv"]
        asked.append(_call("match", f"{_PERSONS}/match", batch, (command, (*words, "invalid")), Mode.BATCH))
    if {e.NUMBER, e.IS_DEAD} <= given:
        words = ("alive", "deceased", "not_found", "cannot_verify")
        asked.append(_call("alive", f"{_PERSONS}/alive", {**number, **why}, (["hub", "population", "alive"], words)))
    relations = [relation.value for relation, element in ELEMENT.items() if element in given]
    if e.NUMBER in given and relations:
        body = {**number, "other": page.text("desk_fill_other"), "relation": relations[0], **why}
        command = ["hub", "population", "kinship", "--relation", relations[0]]
        found = _call("kinship", f"{_PERSONS}/kinship", body, (command, ("yes", "no", "unknown")))
        asked.append(found | {"relations": relations})
    return asked


def _about_bodies(page: WorkPage, given: set[str], why: Mapping[str, str]) -> list[dict[str, Any]]:
    code = {"code": page.text("desk_fill_code")}
    claims: dict[str, Any] = {
        _BODY_NAME: ("name", page.text("desk_fill_body")),
        _REPRESENTATIVE: ("representative", page.text("desk_fill_name")),
        _STATUS: ("is_active", True),
    }
    claimed = dict(pair for element, pair in claims.items() if element in given)
    asked = []
    if _CODE in given and claimed:
        words = ("match", "mismatch", "cannot_verify", "not_found")
        asked.append(_call("body_verify", f"{_OF_BODIES}/verify", {**code, **claimed, **why}, ([], words)))
    if {_CODE, _NUMBER} <= given:
        body = {**code, "number": page.text("desk_fill_number"), **why}
        asked.append(_call("representative", f"{_OF_BODIES}/representative", body, ([], ("yes", "no"))))
    return asked


def _call(
    name: str, path: str, body: Mapping[str, Any], said: tuple[list[str], tuple[str, ...]], mode: Mode = Mode.VERIFY
) -> dict[str, Any]:
    """Return one call; ``said`` is its command, empty where there is none, and the words it may be answered by."""
    return {"name": name, "path": path, "body": body, "command": said[0], "answers": said[1], "mode": mode}


def _filled(page: WorkPage, grant: Grant, one: Mapping[str, Any]) -> dict[str, Any]:
    base = page.hub.settings.public_url
    body = one["body"]
    url = f"{base}{one['path']}"
    why = ["--purpose", grant.purposes[0], "--case", body["case_number"]]
    place = (
        f"export HUB_CLIENT_URL={shlex.quote(base)}\nexport HUB_CLIENT_SYSTEM='{grant.system_id}'\n"
        "export HUB_CLIENT_KEY_FILE=key.pem\n"
    )
    return {
        "title": page.text(f"desk_call_{one['name']}"),
        "path": one["path"],
        "is_batch": one["mode"] is Mode.BATCH,
        "answers": one["answers"],
        "relations": one.get("relations", ()),
        "question": json.dumps(body, ensure_ascii=False, indent=1),
        "command": f"{place}{shlex.join([*one['command'], *why])}\n" if one["command"] else "",
        "curl": f"{place}URL={shlex.quote(url)}\n"
        'hub headers POST "$URL" | curl --silent --show-error --fail-with-body --header @- \\\n'
        "  --header 'Content-Type: application/json' --data @question.json \"$URL\"\n",
        "python": "import json\n\nfrom hub.client import Hub\n\n"
        f'hub = Hub({json.dumps(base)}, "key.pem", system="{grant.system_id}")\n'
        'with open("question.json", encoding="utf-8") as file:\n'
        f'    print(hub.call("POST", "{one["path"]}", json=json.load(file)))\n',
    }
