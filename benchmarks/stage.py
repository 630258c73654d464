"""A stage to measure on: an embedded database, a hub process, members with keys, entries published and pushed.

All in a temporary folder on 127.0.0.1, loaded by the product's own path, taken away at the end.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from urllib.error import URLError
from urllib.request import urlopen

from hub import schema
from hub.api.authentication import ledger_recorder
from hub.cli_admin import console_context
from hub.database import Database
from hub.demo.calendar import load_sample_years
from hub.demo.directory import DemoEntry, demo_entry
from hub.demo.load import People, describe, found_city, review
from hub.identity.roles import Role
from hub.postgres import embedded_url
from hub.postgres_cluster import ServerOptions, buffers_of
from hub.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue.item import Item
    from policies.facts import ShareType

AGENCY: Final = "minzhengju"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
LOG_TAIL: Final = 3000
PURPOSE: Final = "低保核对"


@dataclass(frozen=True, slots=True)
class Stage:
    """A running hub: where it is, its processes, its people; ``folder`` is for files of the benchmark."""

    folder: Path
    port: int
    hub_pid: int
    postgres_pid: int
    database_url: str
    people: People
    settings: Settings

    @property
    def pids(self) -> tuple[int, int]:
        """The hub and the database."""
        return self.hub_pid, self.postgres_pid


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def running(words: list[str], port: int, path: str, *, environment: dict[str, str], log: Path) -> Iterator[int]:
    """Run a program of ours until the end of the block; yield its process id once ``path`` answers."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", *words], env={**os.environ, **environment}, stdout=output, stderr=output
        )
    try:
        _wait(child, f"http://127.0.0.1:{port}{path}")
        yield child.pid
    except Exception as error:
        error.add_note(log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:])
        raise
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(child: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        try:
            with urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError("the program did not start")


def postmaster_of(data_dir: Path) -> int:
    """Return the process of the embedded database on a data directory."""
    file = data_dir / "postgres" / "data" / "postmaster.pid"
    return int(file.read_text(encoding="ascii").partition("\n")[0])


@contextmanager
def staged(*, is_city: bool = False) -> Iterator[Stage]:
    """Build the stage and take it away again; ``is_city``: with the database's memory of a hub that is no demo."""
    with TemporaryDirectory(prefix="hub-bench-") as name:
        folder, port = Path(name), free_port()
        settings = Settings(data_dir=folder / "data", demo=True, port=port, public_url=f"http://127.0.0.1:{port}")
        settings.data_dir.mkdir()
        options = ServerOptions(shared_buffers_mib=buffers_of(None, demo=not is_city))
        with embedded_url(settings.data_dir, options=options) as url:
            database = Database.from_settings(settings, url)
            schema.migrate(database)
            context = console_context(settings, database)
            record = ledger_recorder(context.writer)
            registered = found_city(database, record, settings.public_url, folder / "keys")
            with database.begin() as unit:
                load_sample_years(context, unit)
            database.close()
            environment = {
                "HUB_DATABASE_URL": url,
                "HUB_DATA_DIR": str(settings.data_dir),
                "HUB_DEMO": "true",
                "HUB_PUBLIC_URL": settings.public_url,
                "HUB_PORT": str(port),
            }
            with running(["hub", "serve"], port, "/readyz", environment=environment, log=folder / "hub.log") as pid:
                people = People(settings.public_url, registered)
                try:
                    yield Stage(folder, port, pid, postmaster_of(settings.data_dir), url, people, settings)
                finally:
                    people.close()


def publish(
    stage: Stage, like: str, name: str, items: tuple[Item, ...], key: str, share: ShareType | None = None
) -> DemoEntry:
    """Take a new entry from draft to publication, with metadata like those of an entry of the demo."""
    template = demo_entry(like, datetime.now(UTC).date())
    described = template.entry
    described = replace(
        described,
        name=name,
        title=f"{described.title}（测速 {name}）",
        items=items,
        keys=(key,),
        sharing=replace(described.sharing, type=share or described.sharing.type),
    )
    entry = replace(template, entry=described, stops=(), exemptions=())
    draft = describe(stage.people, entry)
    faults = [finding for finding in draft["findings"] if finding["severity"] == "error"]
    if faults:
        raise RuntimeError(f"the entry is not valid: {faults}")
    review(stage.people, entry)
    return entry


def push(stage: Stage, entry: DemoEntry, path: Path, mode: str = "full", *, key: str | None = None) -> dict[str, Any]:
    """Push a file by the provider's system; without a ``key`` under one that is new each time."""
    return stage.people.system(entry.provider).push(
        entry.name, path, options={"mode": mode}, idempotency_key=key or os.urandom(16).hex()
    )


def grant(stage: Stage, entry: DemoEntry, columns: tuple[str, ...], modes: tuple[str, ...] = ()) -> str:
    """Ask for items as an agency does; its head consents, the provider gives them in full; return a token.

    The provider cites law and impact assessment, without which personal items come masked (个人信息保护法 Art. 55).
    """
    now = datetime.now(UTC)
    user = stage.people.person(AGENCY, Role.AGENCY_USER)
    asked = user.call(
        "POST",
        "/api/v1/requests",
        json={
            "entry": entry.name,
            "system": stage.people.registered[AGENCY].system_id,
            "items": [{"item": column, "treatment": "full"} for column in columns],
            "purpose": PURPOSE,
            "scenario": "最低生活保障家庭经济状况核对",
            "legal_basis": "社会救助暂行办法 第十三条",
            "case_pattern": "DB-[0-9]*",
            "valid_from": now.isoformat(),
            "valid_until": (now + timedelta(days=1)).isoformat(),
            "modes": list(modes),
        },
    )
    path = f"/api/v1/requests/{asked['id']}"
    answered = stage.people.person(AGENCY, Role.AGENCY_APPROVER).call("POST", f"{path}/consent")
    provider = stage.people.person(entry.provider, Role.APPROVER)
    assessment = _assessed(stage, entry, columns)
    for line in answered["lines"]:
        given = {
            "decision": "full",
            "decider_role": "局长",
            "cites_law_and_assessment": True,
            "assessment": assessment,
        }
        provider.call("POST", f"{path}/lines/{line['id']}/answer", json=given)
    # The load generator signs nothing: it measures the hub with a bearer token, as an exempted system uses it.
    security = stage.people.person("shujuju", Role.SECURITY_ADMIN)
    system = stage.people.registered[AGENCY].system_id
    security.call("POST", f"/api/v1/systems/{system}/dpop", json={"required": False, "reason": "benchmark"})
    return stage.people.system(AGENCY).bearer_token()


def _assessed(stage: Stage, entry: DemoEntry, columns: tuple[str, ...]) -> str:
    """File and approve the impact assessment that a grant in full rests on; return its id."""
    body = {
        "entry": entry.name,
        "items": list(columns),
        "purpose": PURPOSE,
        "cited_law": "个人信息保护法 第三十四条",
        "persons": 1_000_000,
        "necessity": "逐人核对家庭经济状况须读取这些信息项",
        "harm": "泄露会暴露当事人的家庭情况",
        "measures": "授权限定系统和用途，全程留痕",
        "outcome": "with_measures",
        "reference": "示评〔2026〕1号",
        "assessor_role": "数据安全专员",
        "review_on": (stage.people.today() + timedelta(days=180)).isoformat(),
    }
    filed = stage.people.person(entry.provider, Role.CLERK).call("POST", "/api/v1/exemptions/assessments", json=body)
    path = f"/api/v1/exemptions/assessments/{filed['id']}/approve"
    return str(stage.people.person(entry.provider, Role.APPROVER).call("POST", path)["id"])
