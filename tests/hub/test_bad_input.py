"""Whatever is sent, the answer is a problem that says what, where and what next, and nothing is stored.

Zhengzhou Art. 19 (a push is checked before it is kept); RFC 9457 (problems). Each case is one line of a table.
"""

from __future__ import annotations

import gzip
import io
import json
import socket
import uuid
import zipfile
from contextlib import suppress
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.roles import Role
from tests.support import acts
from tests.support.acts import BUS_STOPS, MARRIAGES, RESIDENTS
from tests.support.hosted import Doors, HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import httpx2

    from tests.conftest import Server

    Case = Callable[[Doors], httpx2.Response]

PUSH = f"/api/v1/entries/{BUS_STOPS}/pushes"
QUERY = f"/api/v1/exchange/{RESIDENTS}/query"
VERIFY = f"/api/v1/exchange/{RESIDENTS}/verify"
ROWS = f"/api/v1/datasets/{BUS_STOPS}/rows"
HEAD = "站点编码,站点名称,所在区,所在道路,行驶方向,经停线路,是否有候车亭,经度,纬度\n"
ROW = "ZD90001,示例站,东区,示例路,由西向东,1路,是,122.4,34.5\n"
GOOD = (HEAD + ROW).encode()
HUGE = 10**40
WHY = {"purpose": acts.PURPOSE, "case_number": acts.CASE}
NOBODY = str(uuid.UUID(int=7))
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    folder = tmp_path_factory.mktemp("bad-input")
    with hosted_city(server, template, folder) as city:
        acts.publish_and_supply(city.people, BUS_STOPS, folder)
        acts.publish_and_supply(city.people, RESIDENTS, folder)
        acts.publish(city.people, MARRIAGES)
        acts.ask_for(city.people, "rensheju", RESIDENTS, {"shenfen_haoma": "masked", "xingming": "masked"})
        yield city


@pytest.fixture(scope="module")
def doors(city: HostedCity) -> Iterator[Doors]:
    doors = Doors(city)
    yield doors
    doors.close()


def workbook() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            archive.writestr(name, "<a>" + "示例" * 5000 + "</a>")
    return content.getvalue()


FILES: Mapping[str, bytes] = {
    "nothing at all": b"",
    "only white space": b" \r\n\t\n",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
    "a PDF": b"%PDF-1.7\n" + b"1 0 obj << >> endobj\n" * 20,
    "a program": b"\x7fELF" + bytes(500),
    "a ZIP of something else": workbook(),
    "a workbook cut off": workbook()[:200],
    "a gzip cut off": gzip.compress(GOOD * 500)[:40],
    "gzip with garbage inside": gzip.compress(bytes(range(256)) * 40),
    "an old workbook cut off": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
    "200 columns of garbage": f"{','.join(map(str, range(200)))}\n{','.join('x' * 200)}\n".encode(),
    "invalid UTF-8": HEAD.encode() + b"ZD1,\xff\xfe\x80\x81\xc3\x28,\xf0\x28\x8c\x28\n",
    "NUL characters": HEAD.encode() + ROW.replace("示例站", "示\x00例").encode(),
    "one quote that never ends": HEAD.encode() + b'ZD1,"' + b"x" * 5000,
    "the head alone, twice the same": (HEAD.replace("站点名称", "站点编码")).encode(),
    "JSON": json.dumps([{"站点编码": "ZD1"}]).encode(),
    "HTML": b"<!doctype html><html><body>login</body></html>",
}
PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "an unknown mode": {"mode": "replace"},
    "header row 0": {"header_row": 0},
    "a huge header row": {"header_row": HUGE},
    "skip_rows that is no number": {"skip_rows": "many"},
    "a negative footer": {"skip_footer": -1},
    "a delimiter of two characters": {"delimiter": ";;"},
    "an unknown encoding": {"encoding": "klingon"},
    "a file name too long": {"filename": "x" * 300 + ".csv"},
    "allow_shrink that is neither": {"allow_shrink": "perhaps"},
    "the header row beyond the file": {"header_row": 900},
}


def pushes() -> Iterator[tuple[str, Case]]:
    for name, content in FILES.items():
        yield f"push of {name}", lambda d, content=content: d.system("jiaotongju").post(PUSH, content=content)  # type: ignore[misc]
    for name, given in PARAMETERS.items():
        yield f"push with {name}", lambda d, given=given: d.system("jiaotongju").post(PUSH, params=given, content=GOOD)  # type: ignore[misc]
    long_key = {"Idempotency-Key": "k" * 201}
    yield "push with a key too long", lambda d: d.system("jiaotongju").post(PUSH, content=GOOD, headers=long_key)
    yield "push without a token", lambda d: d.public().post(PUSH, content=GOOD)
    yield "push with another member's token", lambda d: d.system("gonganju").post(PUSH, content=GOOD)
    yield "push with a token that is none", lambda d: d.with_token("no.such.token").post(PUSH, content=GOOD)
    yield "push with an expired token", lambda d: d.with_token(expired(d)).post(PUSH, content=GOOD)
    yield "push by the wrong role", lambda d: d.staff("jiaotongju", Role.APPROVER).post(PUSH, content=GOOD)
    yield "push by a clerk of another organ", lambda d: d.staff("gonganju", Role.CLERK).post(PUSH, content=GOOD)
    yield "push to an absent entry", lambda d: d.system("jiaotongju").post("/api/v1/entries/none/pushes", content=GOOD)
    yield "push by PUT", lambda d: d.system("jiaotongju").put(PUSH, content=GOOD)


def expired(doors: Doors) -> str:
    """Return a token whose signature no longer fits because its last characters were changed."""
    token = doors.city.people.system("jiaotongju").bearer_token()
    return token[:-6] + ("AAAAAA" if not token.endswith("AAAAAA") else "BBBBBB")


def deep(levels: int, inner: object) -> str:
    return '{"and":[' * levels + json.dumps(inner) + "]}" * levels


BODIES: Mapping[str, str] = {
    "a list": "[]",
    "a text": '"x"',
    "a number": "1",
    "nothing": "",
    "no JSON": "{not json",
    "JSON cut off": '{"purpose": "x',
    "null": "null",
    "NaN": '{"limit": NaN}',
    "a thousand levels": '{"a":' * 1000 + "1" + "}" * 1000,
    "a hundred thousand levels": "[" * 100_000 + "]" * 100_000,
    "unknown members": '{"no_such_member": 1}',
}
JSON_ROUTES: Mapping[str, tuple[str, str, str | Role]] = {
    "query": ("POST", QUERY, "rensheju"),
    "verify": ("POST", VERIFY, "rensheju"),
    "entry": ("POST", "/api/v1/entries", Role.CLERK),
    "draft": ("PUT", f"/api/v1/entries/{MARRIAGES}/draft", Role.CLERK),
    "step": ("POST", f"/api/v1/entries/{MARRIAGES}/steps", Role.CLERK),
    "exemption": ("POST", "/api/v1/exemptions", Role.APPROVER),
    "request": ("POST", "/api/v1/requests", Role.AGENCY_USER),
    "answer": ("POST", f"/api/v1/requests/{NOBODY}/lines/{NOBODY}/answer", Role.APPROVER),
    "grant status": ("POST", f"/api/v1/grants/{NOBODY}/status", Role.APPROVER),
    "login": ("POST", "/api/v1/sessions", ""),
}


def caller(doors: Doors, who: str | Role) -> httpx2.Client:
    if isinstance(who, Role):
        return doors.staff("minzhengju", who)
    return doors.system(who) if who else doors.public()


def bodies() -> Iterator[tuple[str, Case]]:
    for route, (method, path, who) in JSON_ROUTES.items():
        for name, body in BODIES.items():

            def send(
                d: Doors, *, m: str = method, p: str = path, w: str | Role = who, b: str = body
            ) -> httpx2.Response:
                return caller(d, w).request(m, p, content=b.encode(), headers=JSON)

            yield f"{route}: {name}", send


QUERIES: Mapping[str, Mapping[str, Any]] = {
    "a huge limit": {"limit": HUGE},
    "limit 0": {"limit": 0},
    "a huge version": {"as_of": HUGE},
    "a version of tomorrow": {"as_of": 2**60},
    "a cursor that is none": {"cursor": "AAAA"},
    "a cursor with NUL": {"cursor": "\0"},
    "no such item": {"items": ["no_such_item"]},
    "an item with a quote": {"items": ['xingming"; --']},
    "an item not granted": {"items": ["lianxi_dianhua"]},
    "an empty list of items": {"items": []},
    "an item with NUL": {"items": ["xing\0ming"]},
    "half a character": {"items": ["\ud800"]},
    "a purpose with half a character": {"purpose": "\ud800"},
    "another purpose": {"purpose": "别的用途"},
    "a purpose with NUL": {"purpose": "x\0y"},
    "a case number of another form": {"case_number": "XX-1"},
    "a case number with NUL": {"case_number": "DB-1\0"},
    "where as a list": {"where": []},
    "where without an operator": {"where": {"item": "xingming"}},
    "an unknown operator": {"where": {"item": "shenfen_haoma", "op": "matches", "value": ".*"}},
    "a filter by a masked item": {"where": {"item": "xingming", "op": "eq", "value": "张三"}},
    "a filter with NUL": {"where": {"item": "xingbie", "op": "eq", "value": "\0"}},
    "a value that is an object": {"where": {"item": "shenfen_haoma", "op": "eq", "value": {"a": 1}}},
    "a list too long": {"where": {"item": "shenfen_haoma", "op": "in", "value": ["1"] * 2000}},
    "too deep a condition": {"where": json.loads(deep(60, {"item": "xingbie", "op": "eq", "value": "1"}))},
    "too many sort items": {"order": ["shenfen_haoma"] * 9},
    "a sort by no item": {"order": ["; DROP TABLE"]},
}
CLAIMS: Mapping[str, Mapping[str, Any]] = {
    "no key": {"key": {}, "claims": {"xingming": "x"}},
    "no claims": {"key": {"shenfen_haoma": "1"}, "claims": {}},
    "an item as key and claim": {"key": {"shenfen_haoma": "1"}, "claims": {"shenfen_haoma": "1"}},
    "an unknown item": {"key": {"shenfen_haoma": "1"}, "claims": {"no_such_item": "1"}},
    "a number for a text": {"key": {"shenfen_haoma": 1}, "claims": {"xingming": "x"}},
    "a list for a text": {"key": {"shenfen_haoma": ["1"]}, "claims": {"xingming": "x"}},
    "NUL in the key": {"key": {"shenfen_haoma": "1\0"}, "claims": {"xingming": "x"}},
    "half a character in the key": {"key": {"shenfen_haoma": "\ud800"}, "claims": {"xingming": "x"}},
    "another purpose": {"key": {"shenfen_haoma": "1"}, "claims": {"xingming": "x"}, "purpose": "别的用途"},
}


def questions() -> Iterator[tuple[str, Case]]:
    for path, cases in ((QUERY, QUERIES), (VERIFY, CLAIMS)):
        for name, given in cases.items():
            body = json.dumps({**WHY, **given})

            def send(d: Doors, *, p: str = path, b: str = body) -> httpx2.Response:
                return d.system("rensheju").post(p, content=b, headers=JSON)

            yield f"{path.rpartition('/')[2]} with {name}", send
    yield "query without a token", lambda d: d.public().post(QUERY, json=WHY)
    yield "query without a grant", lambda d: d.system("jiaoyuju").post(QUERY, json=WHY)
    yield "query by a person", lambda d: d.staff("rensheju", Role.AGENCY_USER).post(QUERY, json=WHY)
    yield "query of an absent entry", lambda d: d.system("rensheju").post("/api/v1/exchange/none/query", json=WHY)
    yield "query by GET", lambda d: d.system("rensheju").get(QUERY)


READS: Mapping[str, str] = {
    "an absent entry": "/api/v1/datasets/none",
    "a closed entry": f"/api/v1/datasets/{MARRIAGES}",
    "rows of a closed entry": f"/api/v1/datasets/{MARRIAGES}/rows",
    "a download of a closed entry": f"/api/v1/datasets/{MARRIAGES}/download",
    "an entry with NUL": "/api/v1/datasets/a%00b",
    "an entry in no UTF-8": "/api/v1/datasets/%ff%fe",
    "an entry with a quote": "/api/v1/datasets/a'b/rows",
    "a parameter that is no item": f"{ROWS}?no_such_item=1",
    "an operator that is none": f"{ROWS}?quhua__regex=.*",
    "a filter with NUL": f"{ROWS}?quhua=%00",
    "a number too large": f"{ROWS}?jingdu=1e999999",
    "a number that is none": f"{ROWS}?jingdu=NaN",
    "an empty pattern": f"{ROWS}?quhua__contains=",
    "a huge limit": f"{ROWS}?limit={HUGE}",
    "a limit that is no number": f"{ROWS}?limit=all",
    "a huge version": f"{ROWS}?as_of={HUGE}",
    "version 0": f"{ROWS}?as_of=0",
    "a cursor that is none": f"{ROWS}?cursor=x",
    "two limits": f"{ROWS}?limit=1&limit=2",
    "a format that is none": f"/api/v1/datasets/{BUS_STOPS}/download?format=exe",
    "a search too long": "/api/v1/datasets?q=" + "示" * 201,
    "a search with NUL": "/api/v1/datasets?q=%00",
    "an item search with NUL": "/api/v1/items?q=a%00",
    "a huge offset": f"/api/v1/datasets?q=x&offset={HUGE}",
    "no such page": "/api/v1/no/such/path",
    "a receipt without credentials": f"/ledger/receipts/{NOBODY}",
    "a checkpoint of no size": "/ledger/checkpoint?size=0",
    "a checkpoint of a huge size": f"/ledger/checkpoint?size={HUGE}",
    "a checkpoint that is not there": f"/ledger/checkpoint?size={2**62}",
    "consistency backwards": "/ledger/consistency?old=2&new=1",
    "consistency of tomorrow": f"/ledger/consistency?old=1&new={2**53}",
    "consistency with nothing": "/ledger/consistency",
    "a tile that is none": "/ledger/tile/x/y",
    "a tile with NUL": "/ledger/tile/0/%00",
    "a tile of receipts": "/ledger/tile/entries/000",
    "a path upwards": "/static/..%2f..%2fetc/passwd",
    "a problem type that is none": "/problems/no-such-problem",
}
STAFF_READS: Mapping[str, str] = {
    "an id that is none": "/api/v1/requests/not-an-id",
    "an id of nobody": f"/api/v1/requests/{NOBODY}",
    "a push of nobody": f"/api/v1/pushes/{NOBODY}",
    "a push id that is none": "/api/v1/pushes/x",
    "rejections of nobody": f"/api/v1/pushes/{NOBODY}/rejections?after={HUGE}",
    "a huge version": f"/api/v1/entries/{MARRIAGES}?version={HUGE}",
    "an absent version": f"/api/v1/entries/{MARRIAGES}?version=99",
    "an absent entry": "/api/v1/entries/none",
    "another organ's entry": f"/api/v1/entries/{BUS_STOPS}",
    "an entry with NUL": "/api/v1/entries/a%00b",
    "a huge offset": f"/api/v1/requests?offset={HUGE}",
    "an offset beyond the database": f"/api/v1/entries?offset={2**63}",
    "receipts for auditors": "/ledger/entries/000",
    "a receipt of nobody": f"/ledger/receipts/{NOBODY}",
}


def reads() -> Iterator[tuple[str, Case]]:
    for name, path in READS.items():
        yield f"read of {name}", lambda d, path=path: d.public().get(path)  # type: ignore[misc]
    for name, path in STAFF_READS.items():
        yield f"staff reads {name}", lambda d, path=path: d.staff("minzhengju", Role.CLERK).get(path)  # type: ignore[misc]


def texts_that_no_database_takes() -> Iterator[tuple[str, Case]]:
    """NUL and halves of characters, in every text a form takes."""
    clerk, user = ("minzhengju", Role.CLERK), ("rensheju", Role.AGENCY_USER)
    for mark, name in (("\0", "NUL"), ("\ud800", "half a character")):
        entry = {"entry": {"title": f"示例{mark}"}}
        step = {"step": "return", "reason": f"x{mark}"}
        asked = {
            "entry": f"a{mark}",
            "system": NOBODY,
            "items": [{"item": f"x{mark}"}],
            "purpose": f"x{mark}",
            "scenario": f"x{mark}",
            "legal_basis": f"x{mark}",
            "valid_from": "2026-01-01T00:00:00Z",
            "valid_until": "2027-01-01T00:00:00Z",
        }
        login = {"login": f"x{mark}", "password": f"y{mark}"}
        for where, who, path, body in (
            ("a draft", clerk, "/api/v1/entries", entry),
            ("a step", clerk, f"/api/v1/entries/{MARRIAGES}/steps", step),
            ("a request", user, "/api/v1/requests", asked),
            ("a login", None, "/api/v1/sessions", login),
        ):
            text = json.dumps(body)

            def send(d: Doors, *, w: Any = who, p: str = path, t: str = text) -> httpx2.Response:
                client = d.staff(*w) if w is not None else d.public()
                return client.post(p, content=t, headers=JSON)

            yield f"{name} in {where}", send


def oversized() -> Iterator[tuple[str, Case]]:
    big = b"x" * (2 << 20)
    yield "a body too large", lambda d: d.public().post("/api/v1/sessions", content=big)
    pieces = [big[: 1 << 20]] * 3
    yield "a body too large, in pieces", lambda d: d.public().post("/api/v1/sessions", content=iter(pieces))
    yield "a head too large", lambda d: d.public().get("/healthz", headers={"X-Long": "x" * 20_000})
    yield "an address too long", lambda d: d.public().get("/api/v1/datasets?q=" + "x" * 20_000)
    no_boundary = {"Content-Type": "multipart/form-data"}
    yield "a form without a boundary", lambda d: d.public().post("/proof", content=b"--b\r\n", headers=no_boundary)


CASES: Mapping[str, Case] = dict(
    [*pushes(), *bodies(), *questions(), *reads(), *texts_that_no_database_takes(), *oversized()]
)


def told(answer: httpx2.Response) -> dict[str, Any]:
    """Return what a problem leaves out of what it must tell; empty where it tells all."""
    problem = answer.json()
    parts = ("type", "title", "title_en", "detail", "detail_en", "next", "next_en", "instance")
    missing = {part: problem.get(part) for part in parts if not problem.get(part)}
    return missing if problem["status"] == answer.status_code else {**missing, "status": problem["status"]}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_bad_input_gets_a_problem_that_says_what_where_and_what_next_and_nothing_is_stored(
    city: HostedCity, doors: Doors, case: Case
) -> None:
    before = city.counts()
    answer = case(doors)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert told(answer) == {}
    assert city.counts() == before


def test_a_form_that_is_cut_off_gets_the_page_back_with_what_is_missing(doors: Doors) -> None:
    form = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = doors.public().post("/proof", content=b"--b\r\nContent-Disp", headers=form)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")


def sent(city: HostedCity, pieces: Iterator[bytes]) -> bytes:
    """Send bytes over a plain socket until the server has enough of them; return what it answers."""
    port = int(city.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        with suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                client.sendall(piece)
        return client.recv(65_536)


def test_a_head_that_never_ends_is_answered_and_cut_off(city: HostedCity) -> None:
    start = b"GET / HTTP/1.1\r\nHost: x\r\n"
    endless_lines = sent(city, chain([start], repeat(b"X-Long: " + b"x" * 4000 + b"\r\n", 400)))
    one_endless_line = sent(city, chain([start, b"X-Long: "], repeat(b"x" * 4000, 400)))
    for answer in (endless_lines, one_endless_line):
        assert answer.startswith(b"HTTP/1.1 431 "), answer
        assert b"application/problem+json" in answer


def test_what_is_no_http_is_answered_with_a_problem(city: HostedCity) -> None:
    secured = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 4
    for request in (secured, b"GET /\xe9 HTTP/1.1\r\n\r\n", b"HELLO\r\n\r\n"):
        answer = sent(city, iter([request]))
        assert answer.startswith(b"HTTP/1.1 400 "), answer
        assert b"application/problem+json" in answer
