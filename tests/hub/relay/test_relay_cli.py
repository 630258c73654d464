"""The verbs of ``hub relay``, as a provider's staff and an agency's developer run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hub.identity.roles import Role
from tests.hub.relay import provider as stub
from tests.hub.relay.conftest import ASKER, PERSON, PROVIDER, ROW, relaying_town
from tests.support import acts
from tests.support.acts import MARRIAGES
from tests.support.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Server
    from tests.hub.relay.conftest import Town

SYNTHETIC = "990000199001010015"


@pytest.fixture(scope="module")
def relay_town(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Give a city whose clock nobody moves: the programs these tests run know no other than the machine's."""
    with relaying_town(server, template, tmp_path_factory.mktemp("relay-cli")) as town:
        yield town


def run(town: Town, *arguments: str) -> str:
    """Run a verb against the served hub; returns what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    system = town.city.people.registered[ASKER]
    own = {
        "PYTHONPATH": str(ROOT),
        "LANG": "en_US.UTF-8",
        "HUB_CLIENT_URL": town.city.url,
        "HUB_CLIENT_PASSWORD": town.city.people.city.password,
        "HUB_CLIENT_SYSTEM": system.system_id,
        "HUB_CLIENT_KEY_FILE": system.key_file,
    }
    command = [sys.executable, "-m", "hub", "relay", *arguments]
    done = subprocess.run(command, env={**kept, **own}, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_provider_attaches_its_api_and_takes_it_away_from_the_command_line(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "endpoint.json"
    file.write_text(json.dumps(town.definition()), encoding="utf-8")
    member = town.city.people.city.member(PROVIDER)
    clerk, approver = ("--login", member.login(Role.CLERK)), ("--login", member.login(Role.APPROVER))
    made = json.loads(run(town, "propose", str(file), *clerk, "--json"))
    town.provider.behave = stub.answers({"data": [{**ROW, "idNo": SYNTHETIC}]})
    tried = run(town, "test", made["id"], "--key", f"shenfen_haoma={SYNTHETIC}", *clerk)
    approved = run(town, "approve", made["id"], *approver)
    suspended = run(town, "suspend", made["id"], "--reason", "maintenance", *clerk)
    listed = run(town, "list", *clerk)
    withdrawn = run(town, "withdraw", made["id"], "--reason", "replaced", *approver)
    assert ["good" in tried, "active" in approved, "suspended" in suspended, "retired" in withdrawn] == [True] * 4
    assert made["id"] in listed


def test_a_developer_asks_a_providers_api_from_the_command_line(town: Town) -> None:
    told = run(
        town, "ask", MARRIAGES, "--key", f"shenfen_haoma={PERSON}", "--purpose", acts.PURPOSE, "--case", acts.CASE,
        "--system", town.city.people.registered[ASKER].system_id,
    )  # fmt: skip
    assert ("provider, as of" in told, "hunyin_zhuangtai=21" in told, "receipt" in told) == (True, True, True)
