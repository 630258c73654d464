"""What the tests of channels share: files of bus stops, a bare tus client on a socket that can be cut anywhere."""

from __future__ import annotations

import hashlib
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.support.acts import BUS_STOPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2

    from hub.client import Hub

OWNER, OTHER = "jiaotongju", "minzhengju"
HEAD: Final = "站点编码,站点名称,所在区,所在道路,行驶方向,经停线路,是否有候车亭,经度,纬度"
UPLOADS: Final = f"/api/v1/entries/{BUS_STOPS}/uploads"
TUS: Final = {"Tus-Resumable": "1.0.0"}
PIECE: Final = {**TUS, "Content-Type": "application/offset+octet-stream"}


def stops(count: int, mark: str = "示例路", first: int = 1) -> bytes:
    """Return a CSV of so many bus stops; ``mark`` is the name of their road."""
    rows = (f"ZD{n:05d},示例站{n},东区,{mark},由西向东,1路,是,122.4,34.5" for n in range(first, first + count))
    return ("\n".join((HEAD, *rows)) + "\n").encode()


def created(hub: Hub, content: bytes, *, path: str = UPLOADS, mode: str = "full", **more: str) -> httpx2.Response:
    """Create an upload for ``content`` and return the answer; ``more`` are query parameters."""
    headers = {**TUS, "Upload-Length": str(len(content))}
    return hub.raw("POST", path, params={"mode": mode, "allow_shrink": "true", **more}, headers=headers)


def place_of(answer: httpx2.Response) -> str:
    """Return the address of a created upload."""
    return str(answer.headers["location"])


def sent(hub: Hub, place: str, content: bytes, offset: int = 0, **headers: str) -> int:
    """Send a piece and return the new offset."""
    given = {**PIECE, "Upload-Offset": str(offset), **{name.replace("_", "-"): one for name, one in headers.items()}}
    return int(hub.raw("PATCH", place, content=content, headers=given).headers["upload-offset"])


def offset_of(hub: Hub, place: str) -> int:
    """Return how many bytes of an upload are here."""
    return int(hub.raw("HEAD", place, headers=TUS).headers["upload-offset"])


def finish(hub: Hub, place: str, **more: Any) -> dict[str, Any]:
    """Push a complete upload and return the report; ``more`` are query parameters."""
    return hub.call("POST", f"{place}/push", params=more or None)


def uploaded(hub: Hub, content: bytes, **more: str) -> str:
    """Create an upload and send all of it; return its address."""
    place = place_of(created(hub, content, **more))
    sent(hub, place, content)
    return place


@dataclass(frozen=True, slots=True)
class Cut:
    """A PATCH whose connection ends after some bytes of its body, as a network would end it."""

    port: int
    place: str

    def send(self, hub: Hub, content: bytes, offset: int, until: int, headers: Mapping[str, str] | None = None) -> None:
        """Announce all of ``content`` from ``offset``, send ``until`` bytes of it, and be gone."""
        proving = hub.proving("PATCH", f"{hub.url}{self.place}")
        given = {**PIECE, **proving, **(headers or {}), "Host": "hub", "Upload-Offset": str(offset)}
        given["Content-Length"] = str(len(content) - offset)
        head = f"PATCH {self.place} HTTP/1.1\r\n" + "".join(f"{name}: {one}\r\n" for name, one in given.items())
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as one:
            one.sendall(head.encode() + b"\r\n" + content[offset : offset + until])
            one.shutdown(socket.SHUT_WR)
            one.settimeout(10)
            while one.recv(65_536):
                pass


def sha256(content: bytes) -> bytes:
    """Return the digest of some bytes."""
    return hashlib.sha256(content).digest()
