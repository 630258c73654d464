"""A hub in a process of its own: started as an operator starts it, killed as a power cut would kill it.

``founded_hub(folder)`` makes a data directory with the demo city's members, people and systems, and runs
``hub serve`` on it. All that follows goes over HTTP. The embedded database survives a killed hub, as it does in a
city; leaving the block stops both. Each life of a hub is forked from one process that has read the program already
(:mod:`tests.support.nursery`).
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import psycopg

from hub import schema
from hub.api.authentication import ledger_recorder
from hub.cli_admin import console_context
from hub.database import Database
from hub.demo.calendar import load_sample_years
from hub.demo.load import People, found_city
from hub.postgres import embedded_url, running_url
from hub.settings import Settings
from tests.support.nursery import shared_nursery
from tests.support.plain import NO_AUTHORITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.demo.load import DemoSystem
    from tests.support.nursery import Fledgling

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240.0
"""Of a machine on which everything else runs too: alone it takes less than ten."""
STOP_SECONDS = 30.0
PORTS = range(20_000, 32_000)
"""Below the range from which outgoing connections take theirs, so that a port is still free after a restart."""
PROCESSES = 8
"""Most that a test run has (noxfile.py)."""


def free_port() -> int:
    """Return a port of this machine that nobody listens on; processes of one test run have ports of their own."""
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % PROCESSES
    for port in random.sample(PORTS[process::PROCESSES], 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


class RunningHub:
    """One data directory, one port, and the process that serves them, again and again."""

    def __init__(self, data_dir: Path, port: int, **more: str) -> None:
        """Nothing runs before :meth:`start`; ``more`` are variables of its environment."""
        self.data_dir = data_dir
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.log = data_dir.parent / f"{data_dir.name}.log"
        self._process: Fledgling | None = None
        self._more = more

    @property
    def settings(self) -> Settings:
        """The settings the hub runs with."""
        return Settings(data_dir=self.data_dir, port=self.port, public_url=self.url, demo=True)

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a program beside this hub: no setting of the machine's own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        # Compiled modules are kept, for a hub that is killed fifty times is also started fifty times.
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        bytecode = Path(tempfile.gettempdir()) / f"hub-bytecode-{os.getuid()}"  # one for all test runs of a user
        bytecode.mkdir(mode=0o700, exist_ok=True)
        own = {"HUB_DATA_DIR": str(self.data_dir), "HUB_PUBLIC_URL": self.url, "HUB_DEMO": "true"}
        return {**kept, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(bytecode), **own, **self._more, **more}

    def start(self, fault: str = "") -> bool:
        """Start the hub and wait until it is ready; with an armed ``fault`` it may die instead (False)."""
        more = {"HUB_FAULT_POINT": fault} if fault else {}
        arguments = ["serve", "--port", str(self.port)]
        environment = self.environment(**more)
        self._process = shared_nursery(ROOT, environment).start(arguments, environment, self.log)
        with httpx2.Client(base_url=self.url, timeout=10, verify=NO_AUTHORITIES) as client:
            return self._wait_until_ready(self._process, client, may_die=bool(fault))

    def _wait_until_ready(self, process: Fledgling, client: httpx2.Client, *, may_die: bool) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                if may_die:
                    return False
                raise AssertionError(f"the hub ended with {process.returncode}:\n{self.log_tail()}")
            with suppress(httpx2.TransportError):
                if client.get("/readyz").is_success:
                    return True
            time.sleep(0.02)
        raise AssertionError(f"the hub was not ready after {START_SECONDS} s:\n{self.log_tail()}")

    def kill(self) -> None:
        """End the process as a power cut does (kill -9)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> int:
        """End the process in order, with the database; returns its exit status."""
        if self._process is None:
            return 0
        self._process.terminate()
        return self._process.wait(STOP_SECONDS)

    def wait_for_death(self, seconds: float) -> int | None:
        """Return how the process ended (-9: killed), None when it still lives after so long."""
        if self._process is None:
            return None
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def log_tail(self) -> str:
        """Return the last lines the hub logged."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])

    def kill_database(self) -> None:
        """End the database server and all its processes at once (kill -9 of the postmaster)."""
        mark = self.data_dir / "postgres" / "data" / "postmaster.pid"
        os.kill(int(mark.read_text(encoding="ascii").split()[0]), signal.SIGKILL)

    @contextmanager
    def superuser(self) -> Iterator[psycopg.Connection]:
        """Give a connection of the database's owner, beside the hub."""
        url = running_url(self.data_dir)
        assert url is not None, "the database does not run"
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection

    def close(self) -> None:
        """End whatever runs on the data directory, also a database that a killed hub left behind."""
        if self.is_alive():
            self.stop()
        if (self.data_dir / "postgres").exists():
            with embedded_url(self.data_dir):
                pass


def found(data_dir: Path, port: int) -> tuple[DemoSystem, ...]:
    """Make the database and register the demo city's members, people and systems; returns the systems."""
    settings = Settings(data_dir=data_dir, port=port, public_url=f"http://127.0.0.1:{port}", demo=True)
    with embedded_url(data_dir) as url:
        database = Database.from_settings(settings, url)
        schema.migrate(database)
        context = console_context(settings, database)
        record = ledger_recorder(context.writer)
        systems = found_city(database, record, settings.public_url, data_dir / "demo-keys")
        with database.begin() as unit:
            load_sample_years(context, unit)
        database.close()
    return systems


@contextmanager
def founded_hub(folder: Path, **more: str) -> Iterator[tuple[RunningHub, People]]:
    """Give a served hub with the demo city's people and nothing in its directory yet; ``more`` are its variables."""
    hub = RunningHub(folder / "data", free_port(), **more)
    systems = found(hub.data_dir, hub.port)
    people = People(hub.url, systems)
    try:
        hub.start()
        yield hub, people
    finally:
        people.close()
        hub.close()


def run_hub(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a verb with no server, no database and no setting in reach: what a third party would run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    command = [sys.executable, "-m", "hub", *arguments]
    environment = {**kept, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120)
