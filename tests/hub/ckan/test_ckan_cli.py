"""CKAN's own command line, unmodified, against the hub: action, dump, search, data packages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.hub.ckan.conftest import BUS_LINES, BUS_STOPS, ON_CONDITIONS

if TYPE_CHECKING:
    from tests.hub.ckan.conftest import Catalogue

OPEN = sorted((BUS_STOPS, BUS_LINES, ON_CONDITIONS))


def ckanapi(catalogue: Catalogue, *words: str) -> bytes:
    """Run the command; return what it prints. Its workers are found on the path, as its users have it."""
    folder = Path(sys.executable).parent
    path = f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [str(folder / "ckanapi"), *words, "-r", catalogue.city.url]
    run = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout


def lines(output: bytes) -> list[dict[str, Any]]:
    """Return the objects of JSON lines."""
    return [json.loads(line) for line in output.splitlines()]


@pytest.mark.parametrize("way", [(), ("-g",)], ids=["post", "get"])
def test_the_command_calls_any_action(catalogue: Catalogue, way: tuple[str, ...]) -> None:
    found = json.loads(ckanapi(catalogue, "action", "package_search", "q=公交", "rows=1", *way))
    assert (found["count"], len(found["results"])) == (2, 1)


def test_every_dataset_is_dumped_as_it_is_shown(catalogue: Catalogue) -> None:
    dumped = lines(ckanapi(catalogue, "dump", "datasets", "--all", "-q"))
    assert dumped == [catalogue.ckan.action.package_show(id=name) for name in OPEN]


def test_every_organization_is_dumped(catalogue: Catalogue) -> None:
    dumped = lines(ckanapi(catalogue, "dump", "organizations", "--all", "-q"))
    assert [one["name"] for one in dumped] == catalogue.ckan.action.organization_list()


def test_a_search_goes_on_until_an_empty_page(catalogue: Catalogue) -> None:
    found = lines(ckanapi(catalogue, "search", "datasets", "fq=organization:jiaotongju"))
    assert sorted(one["name"] for one in found) == [BUS_LINES, BUS_STOPS]


def test_data_packages_hold_the_rows_and_the_data_dictionary(catalogue: Catalogue, tmp_path: Path) -> None:
    ckanapi(catalogue, "dump", "datasets", BUS_STOPS, ON_CONDITIONS, "-q", "--datapackages", str(tmp_path))
    described = json.loads((tmp_path / BUS_STOPS / "datapackage.json").read_text("utf-8"))
    last = described["resources"][-1]
    whole = catalogue.http.get(f"/api/v1/datasets/{BUS_STOPS}/download?format=csv").content
    assert (tmp_path / BUS_STOPS / last["path"]).read_bytes() == whole
    titles = {field["name"]: field["title"] for field in last["schema"]["fields"]}
    assert titles["zhandian_mingcheng"] == "站点名称"
    assert (tmp_path / ON_CONDITIONS / "datapackage.json").exists()
