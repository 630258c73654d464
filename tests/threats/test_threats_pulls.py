"""Pulls under attack (32, 26): addresses that lead inside, queries that do more than read, servers that lie."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from connectors.databases.address import parse_address
from connectors.databases.reading import open_session
from connectors.databases.relation import Relation
from connectors.databases.session import Login
from connectors.egress import EgressPolicy, EgressRefusedError, EgressUnreachableError, check_server
from connectors.http_source import Credentials, Validators, client_for, download
from connectors.objects import LocalObjects
from connectors.sources import SourceAddressError, SourceError, SourceLimits, SourceQueryError
from hub.identity.roles import Role
from tests.support import acts
from tests.support.acts import BUS_STOPS
from tests.support.hosted import Doors, hosted_city

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.conftest import Server
    from tests.support.hosted import HostedCity

SECRET = "canary-pull-secret"
LIMITS = SourceLimits(connect_seconds=2, silence_seconds=1, statement_seconds=5)
OPEN = EgressPolicy(loopback=True)


@dataclass
class Listener:
    """A server on this machine that does as it is told with each connection, and keeps what it got."""

    behave: Callable[[socket.socket], bytes]
    port: int = 0
    heard: list[bytes] = field(default_factory=list)


@contextmanager
def listening(behave: Callable[[socket.socket], bytes]) -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = Listener(behave, int(server.getsockname()[1]))

        def serve() -> None:
            while True:
                try:
                    near, _ = server.accept()
                except OSError:
                    return
                with near, suppress(OSError):
                    near.settimeout(5)
                    made.heard.append(behave(near))

        threading.Thread(target=serve, daemon=True).start()
        yield made


def login(url: str, policy: EgressPolicy = OPEN) -> Login:
    address, _ = parse_address(url)
    return Login(address, SECRET, policy, LIMITS)


INSIDE = [
    *("127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.8", "192.168.1.1", "2130706433", "0177.0.0.1"),
    "0.0.0.0",  # noqa: S104 - refused, not bound
    *("0x7f000001", "127.1", "[::ffff:10.0.0.8]", "[fd00::1]", "localhost"),
]


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_32_no_database_inside_is_connected_to(scheme: str, host: str) -> None:
    policy = EgressPolicy.from_rules(["public", "db.example.cn"])
    with pytest.raises((EgressRefusedError, EgressUnreachableError)):
        open_session(login(f"{scheme}://u@{host}:15432/d", policy))


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_32_a_name_that_turns_inside_after_it_was_set_up_is_not_connected_to(scheme: str) -> None:
    answers = iter([("203.0.113.7",), ("127.0.0.1",)])

    def turning(_host: str, _port: int) -> Sequence[str]:
        return next(answers)

    policy = replace(EgressPolicy.from_rules(["db.example.cn", "203.0.113.0/24"]), resolve=turning)
    with listening(lambda near: near.recv(100)) as inside:
        assert check_server("db.example.cn", inside.port, policy).addresses == ("203.0.113.7",)
        with pytest.raises(EgressRefusedError):
            open_session(login(f"{scheme}://u@db.example.cn:{inside.port}/d", policy))
    assert inside.heard == []


ODD_ADDRESSES = [
    "postgresql://u@%2Fvar%2Frun%2Fpostgresql/d",
    "postgresql:///d?host=/var/run/postgresql",
    "postgresql://u@a.example.cn,b.example.cn/d",
    "postgresql://u@db.example.cn/d?service=hub",
    "postgresql://u@db.example.cn/d?passfile=/etc/passwd",
    "postgresql://u@db.example.cn/d?sslkey=/etc/ssl/private/key.pem",
    "postgresql://u@db.example.cn/d?hostaddr=10.0.0.8",
    "postgresql://u@db.example.cn/d?options=-c%20default_transaction_read_only%3Doff",
    "postgresql://u@db.example.cn/d?sslmode=verify-full&sslrootcert=/etc/passwd",
    "postgresql://u@db.example.cn/d#host=10.0.0.8",
    "mysql://u@db.example.cn/d?unix_socket=/run/mysqld/mysqld.sock",
    "mysql://u@db.example.cn/d?local_infile=1",
    "mysql://u@db.example.cn/d?read_default_file=/etc/mysql/debian.cnf",
    "mysql://u@db.example.cn/d?charset=utf8&charset=/etc/passwd",
    "mysql://u@db.example.cn/d?stored=../../etc/passwd",
    "jdbc:postgresql://db.example.cn/d",
    "jdbc:mysql://u@db.example.cn/d?allowLoadLocalInfile=true",
    "sqlite:////etc/passwd",
    "file:///etc/passwd",
    "postgresql://u@db.example.cn/d\x00",
]


@pytest.mark.parametrize("url", ODD_ADDRESSES)
def test_32_an_address_is_no_way_to_options_files_or_sockets(url: str) -> None:
    policy = EgressPolicy.from_rules(["public"])
    with pytest.raises((SourceError, EgressRefusedError, EgressUnreachableError)) as caught:
        check_server(parse_address(url)[0].host, 5432, policy)
    assert "passwd" not in f"{caught.value.zh}{caught.value.en}{caught.value.facts}"


@pytest.mark.parametrize("name", ["host=10.0.0.8 port=22", "postgresql://10.0.0.8/x", "d' host='10.0.0.8"])
def test_32_the_name_of_a_database_is_only_a_name(name: str) -> None:
    """What libpq would take for options reaches the server that was checked, as the name of a database."""
    quoted = name.replace("/", "%2F").replace(" ", "%20").replace("'", "%27").replace(":", "%3A")
    with listening(lambda near: near.recv(1000)) as server:
        url = f"postgresql://u@127.0.0.1:{server.port}/{quoted}?sslmode=disable"
        with pytest.raises(SourceError):
            open_session(login(url))
    assert all(name.encode() + b"\x00" in heard for heard in server.heard)


def test_32_the_name_of_a_database_with_a_path_is_refused() -> None:
    with pytest.raises(SourceAddressError):
        parse_address("postgresql://u@db.example.cn/a/b")


def test_32_a_pull_follows_no_redirect(tmp_path: Path) -> None:
    with listening(lambda near: near.recv(4000)) as inside:
        told = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{inside.port}/x\r\nContent-Length: 0\r\n\r\n"

        def redirect(near: socket.socket) -> bytes:
            heard = near.recv(4000)
            near.sendall(told.encode())
            return heard

        with listening(redirect) as server, client_for(OPEN, LIMITS, None) as client:
            url = f"http://127.0.0.1:{server.port}/data.csv"
            with pytest.raises(SourceQueryError) as caught:
                download(client, url, Credentials("bearer", secret=SECRET).headers, Validators(), tmp_path / "got")
    assert inside.heard == []
    assert SECRET not in f"{caught.value.en}{caught.value.facts}"


def test_29_a_folder_of_objects_gives_nothing_outside_of_it(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "a.csv").write_text("x")
    (inside / "link.csv").symlink_to(outside / "a.csv")
    (inside / "folder").symlink_to(outside, target_is_directory=True)
    objects = LocalObjects(inside, (inside,))
    found = objects.list_objects("", "*")
    assert [one.name for one in found] == ["a.csv"]
    for name in ("../outside/a.csv", str(outside / "a.csv"), "link.csv", "folder/a.csv"):
        with pytest.raises(SourceError):
            objects.fetch(replace(found[0], name=name), tmp_path / "got")
    with pytest.raises(SourceAddressError):
        LocalObjects(inside / ".." / "outside", (inside,))


QUERIES = [
    "SELECT 1; DROP TABLE stops",
    "DELETE FROM stops",
    "COPY stops TO PROGRAM 'id'",
    "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE stops",
    "SELECT 1 -- rest",
    "SELECT 1 /*! INTO OUTFILE 'x' */",
    "CALL drop_all()",
    "(SELECT 1)",
    "",
    # One text in MySQL, the end of a text and more statements in PostgreSQL.
    r"SELECT '\') AS q; COMMIT; DROP TABLE stops; SELECT * FROM (SELECT ''",
    r"SELECT E'\'' || '; COMMIT; SELECT '",
    "SELECT $$'$$) AS q; COMMIT; DROP TABLE stops; SELECT * FROM (SELECT $$'$$",
    "SELECT $a$'$a$) q; COMMIT; SELECT * FROM (SELECT $a$'$a$",
    "SELECT `;` FROM stops",
]


@pytest.mark.parametrize("query", QUERIES)
def test_26_a_query_of_a_pull_is_one_select_by_the_rules_of_every_dialect(query: str) -> None:
    with pytest.raises(SourceQueryError):
        Relation(query=query).check()


@pytest.mark.parametrize(
    "query", ["SELECT ';' AS a FROM stops", "SELECT \"a;b\" FROM stops WHERE c = 'it''s -- so'", r"SELECT '\d' AS a"]
)
def test_26_signs_within_texts_are_let_through(query: str) -> None:
    Relation(query=query).check()


def _packet(number: int, body: bytes) -> bytes:
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body


GREETING = _packet(
    0,
    b"\x0a8.0.0\x00" + struct.pack("<I", 1) + b"12345678\x00" + b"\xff\xf7" + b"\x21" + b"\x02\x00" + b"\xff\x81"
    + b"\x15" + b"\x00" * 10 + b"123456789012\x00" + b"mysql_native_password\x00",
)  # fmt: skip
OKAY = b"\x00\x00\x00\x02\x00\x00\x00"


def greedy(after: int) -> Callable[[socket.socket], bytes]:
    """Let anybody in, do as asked so many times, then ask for a file; return what comes after that."""

    def behave(near: socket.socket) -> bytes:
        near.sendall(GREETING)
        near.recv(4000)
        near.sendall(_packet(2, OKAY))
        for _ in range(after):
            near.recv(4000)
            near.sendall(_packet(1, OKAY))
        near.recv(4000)
        near.sendall(_packet(1, b"\xfb/etc/passwd"))
        return near.recv(4000)

    return behave


@pytest.mark.parametrize("after", range(6))
def test_26_a_mysql_server_gets_no_file_of_the_hub(after: int) -> None:
    with listening(greedy(after)) as server:
        url = f"mysql://u@127.0.0.1:{server.port}/d"
        with pytest.raises(SourceError) as caught:
            open_session(login(url))
    assert "passwd" not in f"{caught.value.zh}{caught.value.en}{caught.value.facts}"
    assert all(b"root:" not in heard for heard in server.heard)


NONSENSE = [
    b"",
    b"\x00",
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"\xff" * 300,
    GREETING[:20],
    b"E\xff\xff\xff\xff",
    b"R\0",
]


@pytest.mark.parametrize("answer", NONSENSE, ids=range(len(NONSENSE)))
@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_26_a_server_that_speaks_nonsense_is_told_as_such_and_repeats_no_secret(scheme: str, answer: bytes) -> None:
    def speak(near: socket.socket) -> bytes:
        near.sendall(answer)
        return near.recv(100)

    with listening(speak) as server, pytest.raises(SourceError) as caught:
        open_session(login(f"{scheme}://u@127.0.0.1:{server.port}/d?sslmode=disable"))
    assert SECRET not in f"{caught.value.zh}{caught.value.en}{caught.value.facts}"


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    with hosted_city(server, template, tmp_path_factory.mktemp("pulled"), egress_loopback=True) as city:
        acts.publish(city.people, BUS_STOPS)
        yield city


@pytest.fixture(scope="module")
def doors(city: HostedCity) -> Iterator[Doors]:
    doors = Doors(city)
    yield doors
    doors.close()


def _body(address: str, **more: str) -> dict[str, object]:
    source = {"kind": "database", "address": address, "table": "stops", **more}
    schedule = {"kind": "daily", "at": "02:30"}
    return {"entry": BUS_STOPS, "definition": {"source": source, "schedule": schedule}, "secret": SECRET}


def test_32_a_pull_from_inside_cannot_be_set_up_and_the_attempt_has_a_receipt(city: HostedCity, doors: Doors) -> None:
    clerk = doors.staff("jiaotongju", Role.CLERK)
    for path in ("/api/v1/pulls", "/api/v1/pulls/test"):
        answer = clerk.post(path, json=_body("postgresql://u@169.254.169.254:5432/d"))
        assert answer.json()["type"] == "/problems/egress-refused"
    with city.services.database.begin() as unit:
        text = b"SELECT count(*) FROM hub.receipt WHERE convert_from(body, 'UTF8') LIKE '%%egress-%%'"
        found = unit.driver.execute(text, ()).fetchone()
    assert found == (2,)


def test_32_the_hubs_own_database_is_no_source(city: HostedCity, doors: Doors) -> None:
    """Its host and port belong to the hub itself; the embedded one has no port at all."""
    own = {("127.0.0.1", 25432)}
    with pytest.raises(EgressRefusedError):
        check_server("127.0.0.1", 25432, EgressPolicy.from_rules(["127.0.0.0/8"], loopback=True, own=own))
    answer = doors.staff("jiaotongju", Role.CLERK).post("/api/v1/pulls/test", json=_body(
        f"postgresql://u@127.0.0.1:{city.url.rpartition(':')[2]}/d"))  # fmt: skip
    assert answer.json()["type"] == "/problems/egress-refused"


@pytest.mark.parametrize("pem", ["-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----", "/etc/passwd", "\x00"])
def test_32_pinned_certificates_are_text_and_no_path(doors: Doors, pem: str) -> None:
    with listening(greedy(0)) as server:
        for scheme in ("mysql", "postgresql"):
            address = f"{scheme}://u@127.0.0.1:{server.port}/d?sslmode=verify-full"
            body = _body(address, trust_pem=pem)
            answer = doors.staff("jiaotongju", Role.CLERK).post("/api/v1/pulls/test", json=body)
            assert 400 <= answer.status_code < 500, answer.text
            assert SECRET not in answer.text


def test_the_runs_of_a_pull_are_a_list_that_tells_its_length(city: HostedCity, doors: Doors) -> None:
    clerk = doors.staff("jiaotongju", Role.CLERK)
    made = clerk.post("/api/v1/pulls", json=_body("mysql://u@127.0.0.1:2999/d"))
    assert made.status_code == 201, made.text
    pull = made.json()["id"]
    assert city.services.pulls.wait(30)
    clerk.post(f"/api/v1/pulls/{pull}/run", json={})
    assert city.services.pulls.wait(30)
    page = clerk.get(f"/api/v1/pulls/{pull}/runs", params={"limit": 1}).json()
    assert (page["total"] >= 2, page["returned"], page["next"]) == (True, 1, 1)
    assert SECRET not in str(page)
