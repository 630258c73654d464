"""A copy of the data directory without the keys yields no identity number, and keys change while the hub serves.

One hub in a process of its own, with its own database, does everything that brings numbers into it; then every byte of
its data directory is searched (heap, indexes, write-ahead log, files), and the logical content of every table.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from psycopg import sql

from catalogue.entry import PushPolicy, Release
from hub.demo.directory import demo_entry
from hub.demo.load import describe, review
from hub.demo.people import residents
from tests.hub.push.channels import kit
from tests.support import acts
from tests.support.acts import MARRIAGES, RESIDENTS
from tests.support.running import ROOT, founded_hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.demo.load import People
    from tests.support.running import RunningHub

pytestmark = pytest.mark.long
AGENCY: Final = "zhujianju"
OWNER: Final = "gonganju"
WAITING: Final = "renkou-daichu"
GRANTED: Final = {"shenfen_haoma": "verify_only", "xingming": "full", "xingbie": "full"}
NUMBER: Final = re.compile(rb"(?=([0-9]{17}[0-9Xx]))")
WRONG: Final = "不是性别"


@dataclass
class Place:
    """The hub, its people, the file of residents as rows, and all numbers in it."""

    hub: RunningHub
    people: People
    folder: Path
    header: list[str]
    rows: list[list[str]]
    numbers: frozenset[bytes]
    answers: list[tuple[str, object]] = field(default_factory=list)

    def file(self, rows: list[list[str]], name: str) -> Path:
        """Write rows as a file of residents."""
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as target:
            table = csv.writer(target)
            table.writerow(self.header)
            table.writerows(rows)
        return path

    def push(self, rows: list[list[str]], name: str, entry: str = RESIDENTS, mode: str = "upsert") -> dict[str, Any]:
        """Push rows of residents as their department."""
        return self.people.system(OWNER).push(entry, self.file(rows, name), options={"mode": mode})

    def changed(self, first: int, item: str, value: str) -> list[list[str]]:
        """Return ten rows with one value changed."""
        place = self.header.index(item)
        return [[*row[:place], value, *row[place + 1 :]] for row in self.rows[first : first + 10]]

    def asked(self, number: str) -> dict[str, Any]:
        """Query one resident as an agency does."""
        where = {"item": "shenfen_haoma", "op": "eq", "value": number}
        found: dict[str, Any] = acts.query(self.people.system(AGENCY), RESIDENTS, where=where).json()
        return found


def _read(people: People, folder: Path) -> tuple[list[str], list[list[str]]]:
    """Return the residents as their department's file has them, from an export of an agency with a full grant."""
    import gzip

    path = next((folder / "files").glob(f"{RESIDENTS}*"))
    text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("utf-8-sig")
    header, *rows = list(csv.reader(text.splitlines()))
    return header, rows


def _publish_waiting(people: People) -> None:
    """Publish a copy of the register whose pushes wait for a second person."""
    entry = demo_entry(RESIDENTS, people.today())
    described = replace(
        entry.entry, name=WAITING, title="常住人口（两步放行）", push=PushPolicy(release=Release.TWO_STEP)
    )
    ours = replace(entry, entry=described)
    describe(people, ours)
    review(people, ours)


def _sign_in(hub: RunningHub, number: str) -> None:
    """Sign in as a person and look at the own record."""
    with httpx2.Client(base_url=hub.url, headers={"Accept": "text/html"}, timeout=60) as browser:
        answer = browser.get("/me/login")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
        names = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")
        form = {**{name: asked[name] for name in names}, "number": number}
        back = browser.post("/demo-idp/authorize", data=form)
        assert browser.get(str(back.headers["location"])).status_code == 303
        assert browser.get("/me").status_code == 200


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give the hub after everything that brings numbers into it."""
    folder = tmp_path_factory.mktemp("sealed")
    with founded_hub(folder / "city") as (hub, people):
        for name in (RESIDENTS, MARRIAGES):
            acts.publish_and_supply(people, name, folder / "files")
        header, rows = _read(people, folder)
        numbers = frozenset(one.number.encode() for one in residents())
        place = Place(hub, people, folder, header, rows, numbers)
        _do_everything(place)
        yield place


def _do_everything(place: Place) -> None:
    people, column = place.people, place.header.index("公民身份号码")
    numbers = [row[column] for row in place.rows]
    assert place.push(place.changed(0, "民族", "02"), "upsert.csv")["rejected"] == 0
    rejected = place.push(place.changed(20, "性别", WRONG), "rejected.csv")
    assert rejected["rejected"] == 10, rejected
    longer = [[f"{value}0" if value == row[column] else value for value in row] for row in place.rows[40:50]]
    assert place.push(longer, "longer.csv")["rejected"] == 10
    _publish_waiting(people)
    assert place.push(place.rows[:50], "waits.csv", WAITING, "full")["state"] == "awaiting_release"
    owner, content = people.system(OWNER), place.file(place.rows[60:90], "upload.csv").read_bytes()
    path = f"/api/v1/entries/{RESIDENTS}/uploads"
    kit.sent(owner, kit.place_of(kit.created(owner, content, path=path, mode="upsert")), content[:2000])
    done = kit.uploaded(owner, content, path=path, mode="upsert")
    kit.finish(owner, done)
    acts.ask_for(people, AGENCY, RESIDENTS, GRANTED, modes=["query", "verify", "batch"])
    system = people.system(AGENCY)
    assert len(place.asked(numbers[3])["rows"]) == 1
    acts.verify(system, RESIDENTS, {"shenfen_haoma": numbers[4]}, {"xingming": "某某"})
    why = {"purpose": acts.PURPOSE, "case_number": acts.CASE}
    asked = {"key": ["shenfen_haoma"], "claims": ["xingming"]}
    given = [{"shenfen_haoma": number, "xingming": "某某"} for number in numbers[5:9]]
    system.call("POST", f"/api/v1/exchange/{RESIDENTS}/match", json={**why, **asked, "rows": given})
    key = {"shenfen_haoma": numbers[10]}
    body = {"entry": RESIDENTS, "key": key, "items": {"xingming": "某某"}, "reason": "与证件不符"}
    system.call("POST", "/api/v1/corrections", json=body)
    _sign_in(place.hub, next(one.number for one in residents() if not one.is_dead and one.age() >= 20))


def _bytes_with_numbers(place: Place) -> dict[str, int]:
    """Return how many numbers stand in each file of the data directory, the keys left out."""
    with place.hub.superuser() as connection:
        connection.execute("CHECKPOINT")
    data, found = place.hub.data_dir, {}
    for path in sorted(data.rglob("*")):
        if not path.is_file() or path.relative_to(data).parts[0] == "keys":
            continue
        hits = sum(match[1].upper() in place.numbers for match in NUMBER.finditer(path.read_bytes()))
        if hits:
            found[str(path.relative_to(data))] = hits
    return found


def _tables_with_numbers(place: Place) -> dict[str, int]:
    """Return how many numbers stand in each table, whatever PostgreSQL compresses."""
    found = {}
    with place.hub.superuser() as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('hub', 'data') ORDER BY 1, 2"
        ).fetchall()
        for name in tables:
            copied = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(*name))
            with connection.cursor().copy(copied) as copy:
                content = b"".join(bytes(block) for block in copy)
            hits = sum(match[1].upper() in place.numbers for match in NUMBER.finditer(content))
            if hits:
                found[".".join(name)] = hits
    return found


def test_no_table_yields_a_number(place: Place) -> None:
    assert _tables_with_numbers(place) == {}


def test_no_byte_of_the_data_directory_yields_a_number(place: Place) -> None:
    with place.hub.superuser() as connection:
        assert connection.execute("SHOW wal_compression").fetchone() == ("off",)
    assert _bytes_with_numbers(place) == {}


def test_what_lies_in_the_spool_and_in_uploads_is_there_and_encrypted(place: Place) -> None:
    kept = [path for name in ("spool", "uploads") for path in (place.hub.data_dir / name).rglob("*") if path.is_file()]
    assert len(kept) == 2
    assert all(path.read_bytes().startswith(b"SHUTONG FILE 1\n") for path in kept)


def _hub(place: Place, *arguments: str) -> dict[str, Any]:
    """Run a verb of the operator beside the hub; returns what it prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "hub", "key", *arguments, "--json"],
        cwd=ROOT,
        env=place.hub.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode in {0, 1, 5}, done.stderr
    return {"code": done.returncode, **json.loads(done.stdout or "{}")}


@contextmanager
def _asking(place: Place) -> Iterator[list[object]]:
    """Ask for residents and push, without pause, for the length of the block; gives what went wrong."""
    wrong, ended = list[object](), threading.Event()
    name = place.header.index("姓名")
    column = place.header.index("公民身份号码")

    def ask() -> None:
        n = 0
        while not ended.is_set():
            row = place.rows[n % 200 + 100]
            found = place.asked(row[column])
            if [shown["xingming"][0] for shown in found["rows"]] != [row[name][0]]:  # the grant shows names masked
                wrong.append((found["total"], len(found["rows"])))
            n += 1
        if n == 0:
            wrong.append("nothing was asked")

    def push() -> None:
        n = 0
        while not ended.is_set():
            first = 300 + 10 * (n % 20)
            report = place.push(place.changed(first, "民族", f"0{1 + n // 20 % 2}"), "during.csv")
            if report["rejected"] or report["merge"]["inserted"]:
                wrong.append(report)
            n += 1

    threads = [threading.Thread(target=ask), threading.Thread(target=push)]
    for thread in threads:
        thread.start()
    try:
        yield wrong
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def test_a_key_is_changed_while_the_hub_answers_and_takes_pushes(place: Place) -> None:
    with _asking(place) as wrong:
        done = _hub(place, "rotate-numbers")
    assert (done["version"], done["done"], done["keys"]) == (2, True, [2, 1])
    assert wrong == []
    dropped = _hub(place, "drop-numbers", "1")
    assert (dropped["code"], dropped["dropped"]) == (0, 1)
    assert _hub(place, "numbers")["keys"] == [2]
    column = place.header.index("公民身份号码")
    assert len(place.asked(place.rows[150][column])["rows"]) == 1
    assert _tables_with_numbers(place) == {}


def test_the_search_would_find_a_number_that_stands_in_the_clear(place: Place) -> None:
    number = residents()[0].number
    with place.hub.superuser() as connection:
        connection.execute("CREATE TABLE public.plain AS SELECT %s::text AS number", (number,))
    found = _bytes_with_numbers(place)
    with place.hub.superuser() as connection:
        connection.execute("DROP TABLE public.plain")
    assert len(found) >= 2
    assert any("pg_wal" in name for name in found)
