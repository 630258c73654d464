"""``hub prove`` on the command line: exit codes, JSON, and that it needs nothing but the files."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from hub.ledger.cli_prove import app
from hub.ledger.evidence import bundle, consistency, dump
from hub.ledger.integrator import integrate
from hub.ledger.publication import published_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub.database import Database
    from hub.ledger.checkpoint import LogSigner

ANSWER = '{"rows":[{"marital_status":"已婚"}]}'


@pytest.fixture
def files(log: Database, signer: LogSigner, append: Callable[[int], list[Any]], tmp_path: Path) -> Path:
    """Give a folder with everything a third party got: bundle, answer, two checkpoints, proof, keys, dump."""
    ids = append(3)
    integrate(log, signer)
    append(4)
    integrate(log, signer)
    with log.read_only() as unit:
        proof = consistency(unit, 3, 7)
        texts = {
            "bundle.json": json.dumps(bundle(unit, ids[1])),
            "proof.json": json.dumps(proof),
            "keys.json": json.dumps(published_keys(unit)),
            "old": str(proof["old_checkpoint"]),
            "new": str(proof["new_checkpoint"]),
            "answer.json": ANSWER,
            "altered.json": ANSWER.replace("已婚", "未婚"),
        }
        dump(unit, tmp_path / "log")
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    receipt = json.loads(texts["bundle.json"])["receipt"]
    (tmp_path / "receipt.jws").write_text(receipt, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("receipt {0}/bundle.json", 0),
        ("receipt {0}/receipt.jws --bundle {0}/bundle.json --keys {0}/keys.json", 0),
        ("receipt {0}/receipt.jws", 2),
        ("receipt {0}/answer.json", 1),
        ("receipt {0}/absent.json", 2),
        ("receipt {0}/bundle.json --keys {0}/answer.json", 2),
        ("answer {0}/bundle.json {0}/answer.json", 0),
        ("answer {0}/receipt.jws {0}/answer.json --keys {0}/keys.json", 0),
        ("answer {0}/bundle.json {0}/altered.json", 1),
        ("consistency {0}/old {0}/new --proof {0}/proof.json", 0),
        ("consistency {0}/old {0}/new --keys {0}/keys.json", 2),
        ("consistency {0}/new {0}/old --proof {0}/proof.json", 1),
        ("log {0}/log", 0),
        ("log {0}/log --keys {0}/keys.json", 0),
        ("log {0}", 2),
    ],
)
def test_exit_codes_are_0_true_1_false_2_cannot_tell(files: Path, arguments: str, code: int) -> None:
    done = CliRunner().invoke(app, arguments.format(files).split())
    assert done.exit_code == code, done.output


def test_each_step_is_told_in_chinese_and_english(files: Path) -> None:
    output = CliRunner().invoke(app, ["receipt", str(files / "bundle.json")]).output
    assert all(word in output for word in ("凭证签名成立", "signed by the hub", "结论：成立 / true"))


def test_json_is_one_object_with_code_and_lines(files: Path) -> None:
    output = CliRunner().invoke(app, ["log", str(files / "log"), "--json"]).output
    verdict = json.loads(output)
    assert (verdict["code"], verdict["result"], verdict["altered"]) == (0, "true", [])


LIGHT = """
import sys
from typer.testing import CliRunner
from hub.ledger.cli_prove import app
done = CliRunner().invoke(app, sys.argv[1:])
heavy = {"sqlalchemy", "psycopg", "fastapi", "polars", "alembic", "structlog"} & set(sys.modules)
print(done.exit_code, sorted(heavy))
"""


def test_proving_loads_no_database_and_no_settings(files: Path) -> None:
    arguments = ["log", str(files / "log")]
    done = subprocess.run([sys.executable, "-c", LIGHT, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout == "0 []\n"
