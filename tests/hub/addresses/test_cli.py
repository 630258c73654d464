"""The verbs of the command line: load and show at the console, match over HTTP."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from hub.cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hub.addresses.conftest import AddressCity


def test_a_file_is_matched_with_a_summary_and_each_result(addresses: AddressCity, tmp_path: Path) -> None:
    asked, out = tmp_path / "asked.csv", tmp_path / "out.csv"
    asked.write_text("编号,住所\n1,东山区花园路12号\n2,\n3,无名巷\n", encoding="utf-8")
    words = ["addresses", "match", str(asked), "--column", "住所", "--out", str(out)]
    done = CliRunner().invoke(app, [*words, "--within", "", "--url", addresses.city.url, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["outcomes"] == {"matched": 1, "no_match": 2}
    with out.open(encoding="utf-8") as stream:
        assert [(row["address"], row["id"]) for row in csv.DictReader(stream)] == [
            ("东山区花园路12号", "DZ0001"),
            ("", ""),
            ("无名巷", ""),
        ]


def test_a_kind_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("code,name\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["addresses", "load", str(file), "--kind", "towns", "--data-dir", str(tmp_path)])
    assert done.exit_code == 2
