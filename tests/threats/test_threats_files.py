"""Attacks by uploaded files: threats 29 and 30. Names lead nowhere, bombs are stopped early and cheaply."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

import pytest

from tests.support import acts
from tests.support.acts import BUS_STOPS

if TYPE_CHECKING:
    from hub.client import Hub, HubProblemError
    from tests.hub.portal.town import Town

MIB = 1024 * 1024
PATH = f"/api/v1/entries/{BUS_STOPS}/pushes"
MEMORY = 200 * MIB
NAMES = (
    "../../../../tmp/shutong-was-here.csv",  # where the attack aims
    "..%2f..%2fshutong-was-here.csv",
    "%252e%252e%252fshutong-was-here.csv",
    "..\\..\\shutong-was-here.csv",
    "/shutong-was-here.csv",
    "C:\\shutong-was-here.csv",
    "shutong-was-here.csv;rm -rf",
    "$(touch shutong-was-here).csv",
    "`touch shutong-was-here`.csv",
    "|touch shutong-was-here",
    "..",
    ".",
    "/",
    "~/x.csv",
    "a" * 255,
    "\u202egnp.csv",
    "\r\nSet-Cookie: a=b.csv",
    "\udcff.csv",
    "..；/shutong-was-here.csv",
)


def push(system: Hub, body: bytes, **parameters: str) -> HubProblemError:
    given = {"mode": "full", **parameters}
    return acts.problem_of(lambda: system.raw("POST", PATH, content=body, params=given))


@pytest.fixture(scope="module")
def system(town: Town) -> Hub:
    return town.people.system("jiaotongju")


def strays(town: Town) -> list[Path]:
    """Return what an attack left where nothing belongs."""
    places = (Path(gettempdir()), Path("/"), Path.cwd(), town.hub.data_dir, town.hub.data_dir.parent)
    return [path for place in places for path in place.glob("*was-here*")]


def kept_bodies(town: Town) -> list[str]:
    """Return uploaded files that were left behind."""
    return [path.name for path in town.hub.data_dir.rglob("push-*") if path.is_file()]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_an_upload_leads_nowhere(town: Town, system: Hub, name: str) -> None:
    safe = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    problem = push(system, b"zhandian_bianma\nx\n", filename=safe)
    assert (problem.status < 500, strays(town), kept_bodies(town)) == (True, [], [])


@pytest.mark.parametrize("member", ["../../was-here.txt", "/was-here.txt", "..\\was-here.txt", "xl/../../was-here"])
def test_a_member_of_a_workbook_leads_nowhere(town: Town, system: Hub, member: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(member, "x")
    problem = push(system, file.getvalue(), filename="x.xlsx")
    assert (problem.status in {413, 415, 422}, strays(town)) == (True, [])


@pytest.mark.parametrize(
    "path", ["..%2f..%2fhealthz", "%252e%252e", "x%5c..%5c", "%c0%ae%c0%ae", ";x=1", "x;..", "%2e%2e%3b"]
)
@pytest.mark.parametrize(
    "place", ["/static/{}", "/static/{}/site.css", "/d/{}", "/ledger/tile/{}", "/api/v1/datasets/{}/rows"]
)
def test_a_path_in_an_address_leads_nowhere(town: Town, place: str, path: str) -> None:
    answer = town.reader.get(place.format(path))
    assert answer.status_code in {400, 404, 405, 422}


def _highest_memory(town: Town) -> int:
    """Return the most memory the hub ever had, in bytes."""
    process = town.hub._process
    assert process is not None
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) * 1024


def gzip_bomb() -> bytes:
    """Return one megabyte that unpacks to one gigabyte of rows."""
    head = gzip.compress(b"zhandian_bianma,zhandian_mingcheng\n")
    part = gzip.compress(b"0,0\n" * (10 * MIB // 4), 9)
    return head + part * 100


def zip_bomb(entries: int = 1, size: int = 1024 * MIB) -> bytes:
    """Return a workbook with a sheet, or many members, that unpack to far more than they are."""
    file = io.BytesIO()
    block = b"\0" * MIB
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(entries):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as sheet:
                for _ in range(max(1, size // MIB // entries) if entries == 1 else 0):
                    sheet.write(block)
    return file.getvalue()


def nested_bomb() -> bytes:
    inner = gzip.compress(b"0" * 10 * MIB, 9)
    for _ in range(5):
        inner = gzip.compress(inner, 9)
    return inner


def _ten(number: int) -> str:
    return f"&a{number};" * 10


_ENTITIES = "".join(f'<!ENTITY a{n} "{_ten(n - 1)}">' for n in range(1, 10))
BILLION_LAUGHS = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{_ENTITIES}]><workbook>&a9;</workbook>'


def entity_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", BILLION_LAUGHS)
        archive.writestr("xl/worksheets/sheet1.xml", BILLION_LAUGHS)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("bomb.csv.gz", gzip_bomb),
        ("bomb.xlsx", zip_bomb),
        ("many.xlsx", lambda: zip_bomb(100_000, 0)),
        ("nested.gz", nested_bomb),
        ("laughs.xlsx", entity_bomb),
    ],
)
def test_a_bomb_is_stopped_at_its_limit_with_little_memory(town: Town, system: Hub, name: str, body: object) -> None:
    assert callable(body)
    bomb = body()
    before = _highest_memory(town)
    problem = push(system, bomb, filename=name)
    assert problem.status in {413, 415, 422}
    assert _highest_memory(town) - before < MEMORY
    assert kept_bodies(town) == []


def test_a_body_without_a_length_is_cut_at_the_limit(town: Town) -> None:
    with town.browser() as visitor:
        answer = visitor.post(
            "/api/v1/sessions", content=(b"x" * MIB for _ in range(8)), headers={"Content-Type": "application/json"}
        )
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


def test_the_good_rows_are_still_there_after_all_attacks(town: Town) -> None:
    rows = town.reader.get(f"/api/v1/datasets/{BUS_STOPS}/rows", params={"limit": "1"}).json()
    assert rows["total"] == 200
