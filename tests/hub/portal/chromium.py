"""A headless Chromium driven over its DevTools protocol: what tests need of a browser, and nothing more."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.support.plain import NO_AUTHORITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
START_SECONDS = 30.0
PAGE_SECONDS = 30.0


class BrowserError(Exception):
    """The browser did not do what it was told."""


def program() -> str | None:
    """Return the path of an installed Chromium, None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name)) is not None), None)


class Page:
    """One tab: open addresses, run expressions, press keys, and know what went wrong meanwhile."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self.faults: list[str] = []
        self.requests: list[str] = []
        self._loaded = False
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command and return its result."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = self._next(PAGE_SECONDS)
            if message.get("id") == self._number:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error']}")
                result: dict[str, Any] = message["result"]
                return result

    def _next(self, seconds: float) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._socket.recv(timeout=seconds))
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, method: str, parameters: dict[str, Any]) -> None:
        if method == "Log.entryAdded" and parameters["entry"]["level"] in {"error", "warning"}:
            self.faults.append(parameters["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.faults.append(parameters["exceptionDetails"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Page.loadEventFired":
            self._loaded = True

    def open(self, url: str) -> None:
        """Go to an address and wait until it is loaded."""
        self._loaded = False
        answer = self.call("Page.navigate", url=url)
        if "errorText" in answer:
            raise BrowserError(f"{url}: {answer['errorText']}")
        self.wait()

    def wait(self) -> None:
        """Wait for the page that is being loaded."""
        ends = time.monotonic() + PAGE_SECONDS
        while not self._loaded:
            if time.monotonic() > ends:
                raise BrowserError("the page did not load in time")
            self._next(PAGE_SECONDS)
        self.call("Runtime.evaluate", expression="1")

    def size(self, width: int, height: int = 800) -> None:
        """Show the page at a width in CSS pixels, as a phone does below 600."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def value(self, expression: str) -> Any:
        """Return the value of an expression."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{expression}: {answer['exceptionDetails']['text']}")
        return answer["result"].get("value")

    def press(self, key: str, *, leads_away: bool = False) -> None:
        """Press a key; ``leads_away`` waits for the page it opens."""
        codes = {"Tab": 9, "Enter": 13}
        text = {"text": "\r"} if key == "Enter" else {}
        self._loaded = not leads_away
        for kind in ("keyDown", "keyUp"):
            extra = text if kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=codes[key], **extra)
        self.wait()

    def type(self, text: str) -> None:
        """Type text into what has the focus."""
        self.call("Input.insertText", text=text)

    def picture(self, path: Path) -> None:
        """Write a picture of the whole page."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        path.write_bytes(base64.b64decode(answer["data"]))


def _tab(folder: Path, process: subprocess.Popen[bytes]) -> str:
    """Return the address of the first tab, from the port the browser wrote down."""
    import httpx2

    ends = time.monotonic() + START_SECONDS
    marker = folder / "DevToolsActivePort"
    while time.monotonic() < ends and process.poll() is None:
        if marker.exists() and (lines := marker.read_text().splitlines()):
            tabs = httpx2.get(f"http://127.0.0.1:{lines[0]}/json/list", verify=NO_AUTHORITIES).json()
            found = [tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"]
            if found:
                return str(found[0])
        time.sleep(0.1)
    raise BrowserError("the browser did not start")


@contextmanager
def browser(*, scripts: bool = True) -> Iterator[Page]:
    """Give a tab of a browser of its own, with no profile and no way out but this machine."""
    path = program()
    if path is None:
        raise BrowserError("no Chromium on this machine")
    with tempfile.TemporaryDirectory(prefix="shutong-chromium-", ignore_cleanup_errors=True) as name:
        command = [
            path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-extensions", "--disable-background-networking", "--disable-component-update",
            "--no-proxy-server", "--remote-debugging-port=0", f"--user-data-dir={name}", "about:blank",
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with connect(_tab(Path(name), process), max_size=None, proxy=None) as socket:
                page = Page(socket)
                page.call("Emulation.setScriptExecutionDisabled", value=not scripts)
                yield page
        except ConnectionClosed as error:
            raise BrowserError("the browser ended") from error
        finally:
            process.terminate()
            process.wait(10)
