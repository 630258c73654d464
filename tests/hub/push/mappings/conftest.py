"""One served hub for all tests of a module, with a department's clerk, and entries made for each test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from catalogue.item import DataType, Item
from hub.context import utc_now
from hub.settings import Settings
from policies.facts import Sensitivity
from policies.workdays import local_day
from tests.conftest import lent_database
from tests.real.describing import real_entries
from tests.real.office import open_office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Server
    from tests.real.office import Office

CODE = Item("编号", "code", DataType.TEXT, 8, required=True, sensitivity=Sensitivity.PUB)
NAME = Item("学校名称", "name", DataType.TEXT, 30, sensitivity=Sensitivity.PUB)
PLACE = Item("省份", "province", DataType.TEXT, 30, sensitivity=Sensitivity.PUB)
AMOUNT = Item("在校人数", "students", DataType.INTEGER, sensitivity=Sensitivity.PUB)
YEAR = Item("年份", "year", DataType.INTEGER, sensitivity=Sensitivity.PUB)


@pytest.fixture(scope="module")
def office(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Lend the office of a small city."""
    with lent_database(server, template) as database:
        settings = Settings(data_dir=tmp_path_factory.mktemp("mappings"), demo=True)
        with open_office(database, settings) as office:
            yield office


@pytest.fixture
def publish(office: Office, request: pytest.FixtureRequest) -> Callable[..., str]:
    """Give what publishes an entry of the test's own with given items and keys, and returns its name."""

    def made(*items: Item, keys: tuple[str, ...] = ("code",)) -> str:
        name = str(request.node.name).split("[")[0].replace("_", "-")[:60].strip("-")
        like = real_entries(local_day(utc_now()))[0].entry
        office.publish(replace(like, name=name, title=f"测试条目 {name}", items=items, keys=keys, crs=None))
        return name

    return made


class Desk:
    """What a clerk does with mappings over HTTP."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.folder = office, folder

    def file(self, text: str, name: str = "data.csv") -> Path:
        """Write a text file."""
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def look(self, entry: str, what: str, path: Path, **params: Any) -> dict[str, Any]:
        """Send a file to ``proposals`` or ``previews``."""
        answer = self.office.clerk.raw(
            "POST",
            f"/api/v1/entries/{entry}/mappings/{what}",
            params={"filename": path.name, **params},
            content=path.read_bytes(),
        )
        body: dict[str, Any] = answer.json()
        return body

    def propose(self, entry: str, path: Path, **params: Any) -> dict[str, Any]:
        """Return a proposal."""
        return self.look(entry, "proposals", path, **params)

    def save(self, entry: str, mapping: dict[str, Any], why: str = "测试", *, fixed: bool = True) -> dict[str, Any]:
        """Save a mapping."""
        body = {"mapping": mapping, "why": why, "fixed": fixed}
        return self.office.clerk.call("POST", f"/api/v1/entries/{entry}/mappings", json=body)

    def call(self, method: str, entry: str, rest: str = "", **json: Any) -> dict[str, Any]:
        """Call another operation on the mappings of an entry."""
        path = f"/api/v1/entries/{entry}/mappings{rest}"
        return self.office.clerk.call(method, path, json=json or None if method == "GET" else json)

    def push(self, entry: str, path: Path, **params: Any) -> dict[str, Any]:
        """Push a file in full."""
        return self.office.push(entry, path, {"mode": "full", **params})


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    """Give the clerk's desk."""
    return Desk(office, tmp_path)
