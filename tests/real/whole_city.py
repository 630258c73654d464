"""The four basic databases together on one machine, by the commands of the documentation, timed.

``python tests/real/whole_city.py --persons 1000000 --bodies 150000 --folder NEW_FOLDER`` serves a demo hub in the
folder, loads every real list of divisions, the boundaries of both cities, the business registers of two provinces,
the real tables of the economy and a generated city with a day of its events, asks of each what its page of the
documentation asks, and prints steps, seconds, disk and memory as JSON. Ends with 1 where an answer is not right.
Needs the neighbour folder ``../shared``. Nobody's name is printed. Zhengzhou Art. 18; Jilin Art. 26.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import polars as pl

from catalogue.entry import Provider
from hub.client import Hub
from hub.demo.city import load_city
from hub.demo.load import People
from hub.identity.roles import Role
from policies.workdays import local_day
from tests.hub.legal_persons.conftest import register_entry
from tests.real.describing import DATA, real_entries
from tests.real.divisions.conftest import (
    CURRENT,
    CURRENT_DAY,
    REVISIONS,
    SMALL,
    STATISTICAL,
    STATISTICAL_DAY,
    WITHDRAWN,
)
from tests.real.macro.conftest import ECONOMY, FILES, mapping_of
from tests.real.macro.conftest import HERE as MACRO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue.entry import Entry

TOP: Final = Path(__file__).resolve().parents[2]
GEO: Final = DATA / "geo"
BUFFERS_MIB: Final = 4096
"""Buffers of the database for a register of millions."""
REGISTRAR, BUREAU = "shichangju", "shujuju"
BOUNDARIES: Final = (
    "boundary_zhengzhou_districts_wgs84_2015.geojson",
    "boundary_jilin_city_districts_wgs84_2015.geojson",
)
ENTERPRISES: Final = {
    "qiye-henan": "legal/enterprises_henan/*.csv*",
    "qiye-shanghai": "legal/enterprises_shanghai/*.csv*",
}
KEY: Final = "shenfen_haoma"
ASKED: Final = 100
WATCH_SECONDS: Final = 20.0
"""Looking at the memory of processes with gigabytes of shared pages costs them time."""
REAL_BODIES: Final = 52_675
"""Bodies the rows of both provinces speak of; three rows are refused, some speak of the same body."""
ITEMS: Final = (
    "L001=xinyong_daima",
    "L002=qiye_mingcheng",
    "L005=faren_daibiao",
    "L008=zhuce_zijin",
    "L010=zhuce_riqi",
    "L011=zhuce_dizhi",
    "L013=jingying_fanwei",
)
LIFECYCLE: Final = (
    ("assess", "{0}.clerk"),
    ("approve", "{0}.approver"),
    ("review_secrecy", "{0}.secrecy_reviewer"),
    ("submit", "{0}.clerk"),
    ("audit", f"{BUREAU}.catalogue_reviewer"),
    ("publish", f"{BUREAU}.catalogue_reviewer"),
)


@dataclass
class Machine:
    """A served demo hub: its folder, its process, what each step took, the most memory seen (MiB, proportional)."""

    folder: Path
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    steps: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    peak_mib: dict[str, float] = field(default_factory=dict)

    def run(self, *words: str | Path, label: str = "") -> str:
        """Run a command of the documentation and note its seconds; returns what it printed."""
        line = shlex.join(str(word) for word in words)
        began = time.monotonic()
        done = subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        seconds = round(time.monotonic() - began, 1)
        self.steps.append(
            {"command": label or line.replace(str(DATA), "…"), "seconds": seconds, "code": done.returncode}
        )
        print(f"{seconds:8.1f} s  {self.steps[-1]['command'][:150]}", file=sys.stderr, flush=True)
        if done.returncode not in {0, 3}:
            raise RuntimeError(f"{line}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def expect(self, what: str, *, is_so: bool) -> None:
        """Note an answer that is not what it should be."""
        if not is_so:
            self.wrong.append(what)
            print(f"   WRONG  {what}", file=sys.stderr, flush=True)


def reader(data: Path) -> dict[str, str]:
    """Return the environment of somebody who has sourced the demo's ``env.sh``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "LC_", "LANG"))}
    more = {
        "PYTHONPATH": str(TOP),
        "BASH_ENV": str(data / "demo" / "env.sh"),
        "HUB_DATA_DIR": str(data),
        "LC_CTYPE": "C.UTF-8",
        "LC_MESSAGES": "en_GB.UTF-8",
    }
    return {**kept, **more}


@contextmanager
def served(folder: Path, port: int, *, is_resumed: bool = False) -> Iterator[Machine]:
    """Serve a demo in a new folder until the block ends, or go on in one of before."""
    folder.mkdir(parents=True, exist_ok=is_resumed)
    data, log = folder / "data", folder / "demo.log"
    environment = reader(data)
    command = [
        sys.executable,
        "-m",
        "hub",
        "demo",
        "--buffers",
        str(BUFFERS_MIB),
        "--port",
        str(port),
        "--no-browser",
        "--data-dir",
        str(data),
    ]
    own = {name: value for name, value in environment.items() if name != "BASH_ENV"}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=own, stdout=output, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + 120
        while "serving" not in log.read_text("utf-8"):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(log.read_text("utf-8"))
            time.sleep(0.2)
        machine = Machine(folder, process, environment)
        stopping = Event()
        watcher = Thread(target=_watch, args=(machine, stopping))
        watcher.start()
        try:
            yield machine
        finally:
            stopping.set()
            watcher.join()
    finally:
        process.terminate()
        process.wait(300)


def _watch(machine: Machine, stopping: Event) -> None:
    while not stopping.wait(WATCH_SECONDS):
        for name, mib in memory(machine.process.pid).items():
            machine.peak_mib[name] = max(machine.peak_mib.get(name, 0.0), mib)


def memory(root: int) -> dict[str, float]:
    """Return proportional set sizes in MiB of the hub and of all its other processes (the database)."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(status.parent.name)] = int(words[1])
    family, found = {root}, {"hub": 0.0, "database": 0.0}
    for _ in range(4):
        family |= {child for child, parent in parents.items() if parent in family}
    for one in family:
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        match = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
        found["hub" if one == root else "database"] += int(match.group(1)) / 1024 if match else 0.0
    return found


def publish(machine: Machine, organ: str, entry: Entry) -> None:
    """Draft an entry from a file and take it through its lifecycle, one command a person."""
    member = load_city().member(organ)
    own = replace(
        entry, provider=Provider(member.name, member.organisation_code, unit="数据科", contact=member.contact)
    )
    draft = machine.folder / f"{entry.name}.json"
    draft.write_text(json.dumps(own.to_dict(), ensure_ascii=False), encoding="utf-8")
    machine.run(
        "hub", "catalogue", "draft", draft, "--login", f"{organ}.clerk", label=f"hub catalogue draft {draft.name}"
    )
    for step, login in LIFECYCLE:
        machine.run("hub", "catalogue", "step", entry.name, step, "--login", login.format(organ))


def load_divisions(machine: Machine) -> None:
    """Load every real list and the boundaries (docs/how-to/look-up-divisions.md, load-boundaries.md)."""
    machine.run("hub", "divisions", "load", GEO / REVISIONS)
    machine.run("hub", "divisions", "load", GEO / WITHDRAWN, "--as", "withdrawn")
    machine.run("hub", "divisions", "load", GEO / CURRENT, "--as", "current", "--date", CURRENT_DAY.isoformat())
    files = [GEO / name for name in (*STATISTICAL, *SMALL)]
    machine.run("hub", "divisions", "load", *files, "--date", STATISTICAL_DAY.isoformat())
    for name in BOUNDARIES:
        machine.run("hub", "divisions", "boundaries", GEO / name, "--date", "2015-12-31", "--crs", "EPSG:4490")


def load_enterprises(machine: Machine) -> None:
    """Load the business registers of two provinces (docs/how-to/load-enterprises.md)."""
    today = local_day(datetime.now(UTC))
    described = {one.name: one.entry for one in real_entries(today) if one.name in ENTERPRISES}
    member = load_city().member(BUREAU)
    register = register_entry(Provider(member.name, member.organisation_code), member.system, today)
    source = load_city().member(REGISTRAR).name  # 一数一源: the demo's directory names the registrar as their source
    items = tuple(replace(item, source_department=source) for item in register.items)
    publish(machine, BUREAU, replace(register, items=items))
    machine.run("hub", "registers", "describe", "legal_persons", "faren-danwei")
    machine.run("hub", "registers", "on", "legal_persons")
    key = machine.folder / "data" / "demo" / "keys" / f"{REGISTRAR}.pem"
    for name, pattern in ENTERPRISES.items():
        publish(machine, REGISTRAR, described[name])
        began = time.monotonic()
        for path in sorted(DATA.glob(pattern)):
            who = f'--system "$SYSTEM_{REGISTRAR}" --key-file {shlex.quote(str(key))}'
            words = f"hub push {shlex.quote(str(path))} --dataset {name} --mode upsert {who}"
            machine.run("bash", "-c", words, label=f"hub push {path.name} --dataset {name} --mode upsert")
        _together(machine, "hub push", f"hub push … --dataset {name} --mode upsert", began)
        mapped = [word for item in ITEMS for word in ("--item", item)]
        machine.run("hub", "legal-persons", "source", name, "--event", "zhuce_riqi", *mapped)
    machine.run("hub", "registers", "feed")
    machine.run("hub", "legal-persons", "follow")


def _together(machine: Machine, begins: str, label: str, began: float) -> None:
    """Make one step of the many pushes of a resource."""
    kept = [step for step in machine.steps if not step["command"].startswith(begins) or " … " in step["command"]]
    count = len(machine.steps) - len(kept)
    seconds = round(time.monotonic() - began, 1)
    machine.steps[:] = [*kept, {"command": f"{label} ({count} files)", "seconds": seconds, "code": 0}]


def load_indicators(machine: Machine) -> None:
    """Load the real tables of the economy, every vintage (docs/how-to/publish-indicators.md)."""
    member = load_city().member("tongjiju")
    text = machine.run(
        "hub",
        "indicators",
        "entry",
        "--provider",
        member.name,
        "--code",
        member.organisation_code,
        "--source",
        member.name,
    )
    draft = machine.folder / "indicators.json"
    draft.write_text(json.dumps(json.loads(text)["entry"], ensure_ascii=False), encoding="utf-8")
    machine.run(
        "hub", "catalogue", "draft", draft, "--login", "tongjiju.clerk", label="hub catalogue draft indicators.json"
    )
    name = json.loads(draft.read_text("utf-8"))["name"]
    for step, login in LIFECYCLE:
        machine.run("hub", "catalogue", "step", name, step, "--login", login.format("tongjiju"))
    machine.run("hub", "indicators", "on", "--entry", name)
    machine.run("hub", "indicators", "define", MACRO / "indicators.toml")
    mappings = machine.folder / "mappings"
    mappings.mkdir()
    for file in FILES:
        (mappings / mapping_of(file).name).write_bytes(mapping_of(file).read_bytes())
    machine.run(
        "hub", "indicators", "load", *(ECONOMY / file for file in FILES), "--mapping", mappings,
        label="hub indicators load (16 files) --mapping mappings",
    )  # fmt: skip


def make_city(machine: Machine, persons: int, bodies: int) -> None:
    """Generate a city (docs/how-to/generate-a-city.md)."""
    machine.run(
        "hub", "generate", "city", "--persons", str(persons), "--bodies", str(bodies), "--seed", "7", "--days", "1",
        "--daily-share", "0.005", "--out", "city",
    )  # fmt: skip


def load_generated(machine: Machine, hours: float) -> None:
    """Load a generated city with a day of events (docs/how-to/generate-a-city.md)."""
    seconds = str(int(hours * 3600))
    text = machine.run("bash", "-c", f'hub generate load city --url "$HUB_CLIENT_URL" --wait {seconds} --json',
                       label="hub generate load city")  # fmt: skip
    for step in json.loads(text[text.index("{") :])["steps"]:
        machine.steps.append({"command": f"  {step['step']}", "seconds": step["seconds"], "result": step["result"]})


def ask(machine: Machine, url: str, persons: int, bodies: int) -> dict[str, Any]:
    """Ask of each database what its page asks, and look at the answers; returns milliseconds by address."""
    public, taken = Hub(url), {}

    def get(path: str) -> Any:
        began = time.monotonic()
        found = public.call("GET", path)
        taken[path] = round((time.monotonic() - began) * 1000, 1)
        return found

    expect = machine.expect
    expect("410181 is 巩义市", is_so="巩义市" in json.dumps(get("/api/v1/divisions/410181"), ensure_ascii=False))
    expect(
        "410108 in 2000",
        is_so="邙山" in json.dumps(get("/api/v1/divisions/410108?date=2000-01-01"), ensure_ascii=False),
    )
    get("/api/v1/divisions/412126/successors")
    expect("children", is_so=get("/api/v1/divisions/410100/children")["total"] >= 12)
    expect("a place", is_so="4101" in json.dumps(get("/api/v1/division-at?lon=113.6&lat=34.75")))
    found = get("/api/v1/legal-persons?q=%E6%9C%89%E9%99%90%E5%85%AC%E5%8F%B8&limit=5")
    expect("bodies are found", is_so=found["returned"] == 5)
    then = get("/api/v1/indicators/GDP/observations?area=110000&period=2015&as_of=2019-06-01")
    every = get("/api/v1/indicators/GDP/observations?area=110000&period=2015&vintage=all")
    expect("one vintage as of then", is_so=then["returned"] == 1)
    expect("every vintage", is_so=every["returned"] > 1)
    cells = get("/api/v1/statistics/population?level=district&limit=50")
    expect("statistics", is_so=cells["total"] > 0)
    registers = json.loads(machine.run("hub", "registers", "list", "--json"))
    subjects = {one["code"]: one.get("subjects") for one in registers["registers"]}
    expect(f"persons {subjects}", is_so=(subjects.get("population") or 0) >= persons)
    expect(f"bodies {subjects}", is_so=(subjects.get("legal_persons") or 0) >= bodies + REAL_BODIES)
    return {"milliseconds": taken, "registers": registers["registers"], "person": ask_persons(machine, url, persons)}


def ask_persons(machine: Machine, url: str, persons: int) -> dict[str, float]:
    """Ask where the values of persons spread over the whole city come from; returns milliseconds."""
    column = pl.scan_csv(machine.folder / "data/demo/city/base/hecheng-jumin.csv", infer_schema=False).select(KEY)
    numbers = column.gather_every(max(persons // ASKED, 1)).collect(engine="streaming")[KEY].head(ASKED)
    people, seconds = People(url, ()), []
    try:
        keeper = people.person(people.city.authority.slug, Role.CATALOGUE_REVIEWER)
        for number in numbers:
            question = {"key": number, "key_kind": "number", "reason": "核对登记来源"}
            began = time.monotonic()
            found = keeper.call("POST", "/api/v1/registers/population/origins", json=question)
            seconds.append(time.monotonic() - began)
            said = {line["entry"] for line in found["values"]}
            machine.expect("a person's values name their source", is_so="hecheng-jumin" in said)
    finally:
        people.close()
    ordered = sorted(seconds)
    return {
        "asked": len(ordered),
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 1),
        "most_ms": round(ordered[-1] * 1000, 1),
    }


def main() -> int:
    """Do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--bodies", type=int, default=150_000)
    parser.add_argument("--folder", type=Path, required=True, help="a folder that is not there yet")
    parser.add_argument("--port", type=int, default=28431)
    parser.add_argument("--hours", type=float, default=3.0, help="how long the registers may take")
    parser.add_argument("--resume", action="store_true", help="a run was broken off while its city was being loaded")
    given = parser.parse_args()
    if given.folder.exists() and not given.resume:
        parser.error(f"{given.folder} is there: name a new folder, or go on in it with --resume")
    if not DATA.is_dir():
        print("the folder with real files is not beside the project")
        return 1
    began = time.monotonic()
    with served(given.folder.resolve(), given.port, is_resumed=given.resume) as machine:
        if not given.resume:
            for part in (load_divisions, load_enterprises, load_indicators):
                part(machine)
            make_city(machine, given.persons, given.bodies)
        load_generated(machine, given.hours)
        answers = ask(machine, f"http://127.0.0.1:{given.port}", given.persons, given.bodies)
        disk = subprocess.run(
            ["du", "-sm", "data", "city"], cwd=machine.folder, capture_output=True, text=True, check=False
        )
        result = {
            "persons": given.persons,
            "bodies": given.bodies,
            "seconds": round(time.monotonic() - began),
            "disk_mib": {word.split("\t")[1]: int(word.split("\t")[0]) for word in disk.stdout.splitlines()},
            "peak_mib": {name: round(mib) for name, mib in machine.peak_mib.items()},
            "wrong": machine.wrong,
            **answers,
            "steps": machine.steps,
        }
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 1 if machine.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
