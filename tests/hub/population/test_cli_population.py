"""``hub population`` in a terminal: the words of the services, no number printed, a file in and states out."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from hub.cli import app
from tests.hub.population import conftest as people
from tests.hub.population.conftest import GRANTED
from tests.support import acts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hub.population.conftest import Registry

WHY = ("--purpose", acts.PURPOSE, "--case", acts.CASE)


def run(registry: Registry, *words: str, given: str = "") -> Any:
    """Run a command as the agency's system."""
    system = registry.city.people.registered[GRANTED]
    place = ("--url", registry.city.url, "--system", system.system_id, "--key-file", str(system.key_file))
    return CliRunner().invoke(app, ["population", *words, *WHY, *place], input=given)


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("verify", "--name", "示例·母"), f"{people.MOTHER}\n", ("一致", "match")),
        (("verify", "--name", "示例父"), f"{people.MOTHER}\n", ("不一致", "mismatch")),
        (("alive", "--date"), f"{people.DEAD}\n", ("死亡", "deceased")),
        (("kinship", "--relation", "parent"), f"{people.CHILD}\n{people.MOTHER}\n", ("是", "yes")),
    ],
)
def test_an_answer_is_a_word_and_the_number_is_asked_for_without_echo(
    registry: Registry, words: tuple[str, ...], given: str, said: tuple[str, str]
) -> None:
    found = run(registry, *words, given=given)
    assert found.exit_code == 0, found.output
    assert any(one in found.output for one in said)
    assert given.splitlines()[0] not in found.output


def test_a_file_is_compared_and_its_states_written(registry: Registry, tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("number", "name"), (people.MOTHER, "示例·母"), (people.NOBODY, "某"), (people.MOTHER, "")]
        )
    found = run(registry, "match", str(source), "--out", str(out))
    assert found.exit_code == 0, found.output
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert [row["result"] for row in csv.DictReader(file)] == ["match", "not_found", "invalid"]
    assert people.MOTHER not in out.read_text(encoding="utf-8-sig") + found.output
