"""Files pulled over HTTP and from S3-compatible stores: fetched once, resumed where cut, every one of the new."""

from __future__ import annotations

import hashlib
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from typing_extensions import override

from tests.support.work import HEAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hub.pulls.conftest import Depot


def _stops(rows: int, mark: str, first: int = 1) -> bytes:
    lines = (f"ZD{n:05d},示例站,东区,{mark},由西向东,1路,是,122.4,34.5" for n in range(first, first + rows))
    return ("\n".join((HEAD, *lines)) + "\n").encode()


@dataclass
class Shelf:
    """A server of files and of one S3 bucket called ``bucket``; it tells what it was asked and may cut an answer."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    cut_once_at: int | None = None
    port: int = 0

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def _served(shelf: Shelf) -> Iterator[Shelf]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/bucket":
                self._list(parse_qs(parts.query).get("prefix", [""])[0])
                return
            content = shelf.files.get(parts.path)
            if content is None or (parts.path.startswith("/bucket/") and "Authorization" not in self.headers):
                self._answer(403 if content is not None else 404, b"")
                return
            etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
            if self.headers.get("If-None-Match") == etag:
                self._answer(304, b"", ETag=etag)
                return
            start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
            more = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if start else {}
            self._answer(206 if start else 200, content[start:], ETag=etag, **more)

        def _list(self, prefix: str) -> None:
            found = "".join(
                f"<Contents><Key>{name.removeprefix('/bucket/')}</Key><LastModified>2026-03-0{n + 1}T00:00:00.000Z"
                f'</LastModified><ETag>"{hashlib.sha256(content).hexdigest()[:16]}"</ETag><Size>{len(content)}</Size>'
                "</Contents>"
                for n, (name, content) in enumerate(sorted(shelf.files.items()))
                if name.startswith(f"/bucket/{prefix}")
            )
            space = "http://s3.amazonaws.com/doc/2006-03-01/"
            body = f'<ListBucketResult xmlns="{space}"><IsTruncated>false</IsTruncated>{found}</ListBucketResult>'
            self._answer(200, body.encode())

        def _answer(self, status: int, body: bytes, **headers: str) -> None:
            shelf.asked.append((self.path, self.headers.get("Range", ""), status))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if shelf.cut_once_at is not None and len(body) > shelf.cut_once_at:
                body, shelf.cut_once_at = body[: shelf.cut_once_at], None
                self.close_connection = True
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        shelf.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield shelf
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """Give a server without files."""
    with _served(Shelf()) as shelf:
        yield shelf


def test_an_unchanged_file_does_not_travel_again(depot: Depot, shelf: Shelf) -> None:
    shelf.files["/stops.csv"] = _stops(300, "甲")
    entry = depot.publish()
    pull = depot.add(entry, {"kind": "http", "address": f"{shelf.url}/stops.csv", "auth": "bearer"})
    assert depot.wait(pull)["state"] == "done"
    second = depot.next_day(pull)
    assert (second["state"], second["bytes_fetched"], shelf.asked[-1][2]) == ("unchanged", 0, 304)
    shelf.files["/stops.csv"] = _stops(301, "甲")
    assert depot.next_day(pull)["state"] == "done"
    assert depot.served(entry) == (2, 301)


def test_a_cut_transfer_goes_on_where_it_stopped(depot: Depot, shelf: Shelf) -> None:
    content = shelf.files["/stops.csv"] = _stops(2000, "乙")
    shelf.cut_once_at = 50_000
    entry = depot.publish()
    pull = depot.add(entry, {"kind": "http", "address": f"{shelf.url}/stops.csv", "auth": "bearer"})
    run = depot.wait(pull)
    assert (run["state"], run["bytes_fetched"]) == ("done", len(content))
    assert shelf.asked[-1][1:] == ("bytes=50000-", 206)
    assert depot.served(entry) == (1, 2000)


def test_all_new_objects_of_a_bucket_are_taken_once(depot: Depot, shelf: Shelf) -> None:
    shelf.files |= {"/bucket/stops/a.csv": _stops(10, "甲"), "/bucket/stops/b.csv": _stops(10, "乙", 11)}
    shelf.files["/bucket/stops/b.txt"] = b"no table"
    entry = depot.publish()
    source = {"kind": "objects", "address": f"{shelf.url}/bucket", "prefix": "stops/", "pattern": "*.csv"}
    pull = depot.add(entry, {**source, "take": "all_new", "user": "KEYID"}, mode="upsert")
    assert len(depot.wait(pull)["pushes"]) == 2
    shelf.files["/bucket/stops/c.csv"] = _stops(5, "丙", 21)
    assert len(depot.next_day(pull)["pushes"]) == 1
    assert depot.next_day(pull)["state"] == "unchanged"
    assert depot.served(entry)[1] == 25
