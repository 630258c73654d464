"""Catalogues elsewhere, small and real: pages of a DCAT feed, and a CKAN with the actions that are used here."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "token-of-the-other-ckan"
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
"""


@dataclass
class Elsewhere:
    """What the other machine holds and what it was asked. ``fails_at`` is the request, from 1, that breaks off."""

    url: str = ""
    titles: list[str] = field(default_factory=list)
    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    fails_at: int = 0
    page_size: int = 2

    def turtle(self, page: int) -> str:
        """Return one page of the feed."""
        start = (page - 1) * self.page_size
        parts = [PREFIXES, f"<{self.url}/catalog> a dcat:Catalog ; dct:title 'feed' ."]
        for number, title in enumerate(self.titles[start : start + self.page_size], start):
            parts.append(
                f"<{self.url}/dataset/{number}> a dcat:Dataset ; dct:title '{title}'@zh ; dct:description 'x' ."
            )
        if start + self.page_size < len(self.titles):
            view, following = f"<{self.url}/catalog?page={page}>", f"<{self.url}/catalog?page={page + 1}>"
            parts.append(f"{view} a hydra:PartialCollectionView ; hydra:next {following} .")
        return "\n".join(parts)

    def act(self, action: str, given: dict[str, Any], token: str) -> tuple[int, dict[str, Any]]:
        """Do a CKAN action; returns status and body."""
        if action == "package_search":
            rows = sorted(self.packages.values(), key=lambda one: str(one["name"]))
            start = int(given.get("start", 0))
            page = rows[start : start + min(int(given.get("rows", 10)), self.page_size)]
            return 200, {"success": True, "result": {"count": len(rows), "results": page}}
        if action == "package_show":
            found = next((one for one in self.packages.values() if given["id"] in (one["id"], one["name"])), None)
            missing = {"success": False, "error": {"__type": "Not Found Error", "message": "Not found"}}
            return (200, {"success": True, "result": found}) if found else (404, missing)
        if token != TOKEN:
            return 403, {"success": False, "error": {"__type": "Authorization Error", "message": "Access denied: no"}}
        return self._write(action, given)

    def _write(self, action: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if action == "package_delete":
            self.packages.pop(str(given["id"]))
            return 200, {"success": True, "result": None}
        if action == "package_create" and any(one["name"] == given["name"] for one in self.packages.values()):
            return 409, {"success": False, "error": {"__type": "Validation Error", "name": ["taken"]}}
        key = str(given.get("id") or f"remote-{len(self.packages) + 1}")
        self.packages[key] = {**given, "id": key, "state": "active"}
        return 200, {"success": True, "result": self.packages[key]}


@contextmanager
def serving(held: Elsewhere) -> Iterator[Elsewhere]:
    """Serve it on this machine for the length of the block."""

    class Handler(BaseHTTPRequestHandler):
        @override
        def log_message(self, *_: object) -> None:
            """Stay silent."""

        def do_GET(self) -> None:
            """Answer a page of the feed."""
            parts = urlsplit(self.path)
            if self._breaks():
                return
            page = int(parse_qs(parts.query).get("page", ["1"])[0])
            self._answer(200, held.turtle(page).encode(), "text/turtle")

        def do_POST(self) -> None:
            """Answer an action."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self._breaks():
                return
            token = str(self.headers.get("Authorization") or "")
            status, answer = held.act(self.path.rpartition("/")[2], json.loads(body or b"{}"), token)
            self._answer(status, json.dumps({"help": "", **answer}).encode(), "application/json")

        def _breaks(self) -> bool:
            held.asked.append(self.path)
            if len(held.asked) == held.fails_at:
                self._answer(404, b"", "text/plain")
                return True
            return False

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
