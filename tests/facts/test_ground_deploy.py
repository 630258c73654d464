"""What stands in deploy/ fits the hub: verbs and settings exist, nothing secret, units that systemd reads."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from hub.settings import Settings

TOP: Final = Path(__file__).resolve().parents[2]
DEPLOY: Final = TOP / "deploy"
TEXTS: Final = sorted(
    path
    for path in DEPLOY.rglob("*")
    if path.suffix in {".md", ".yaml", ".service", ".timer", ".example"} or path.name == "Containerfile"
)
VERB: Final = re.compile(r"(?:^(?:hub|.*\.venv/bin/hub)|`hub) ([a-z]+)\b", re.MULTILINE)
UNITS: Final = ("hub.service", "hub-backup.service", "hub-backup.timer")


def verbs() -> list[str]:
    """Return the verbs of ``hub`` that the runbook and the units call."""
    return sorted({verb for path in TEXTS for verb in VERB.findall(path.read_text("utf-8"))})


def test_the_runbook_and_the_units_call_the_hub() -> None:
    assert {"backup", "init", "migrate", "restore", "serve"} <= set(verbs())


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_that_deploy_calls_is_one_of_the_hub(verb: str) -> None:
    call = [sys.executable, "-c", "from hub.cli import main; main()", verb, "--help"]
    done = subprocess.run(call, cwd=TOP, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_setting_that_deploy_names_is_one_of_the_hub() -> None:
    named = {name for path in TEXTS for name in re.findall(r"\bHUB_[A-Z_]+\b", path.read_text("utf-8"))}
    known = {f"HUB_{field.upper()}" for field in Settings.model_fields} | {"HUB_ETC"}  # HUB_ETC: a folder, for compose
    assert {name for name in named - known if not name.startswith("HUB_CLIENT_")} == set()  # of the watcher, a client


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_nothing_secret_stands_in_deploy(path: Path) -> None:
    pattern = r"(?:PASSWORD|SECRET|TOKEN)\w*\s*[=:]\s*(?!\.\.\.|%s|\$)[\w+/-]{4,}|BEGIN [A-Z ]*PRIVATE KEY"
    assert re.findall(pattern, path.read_text("utf-8")) == []


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.endswith(".service")])
def test_a_unit_gives_its_program_nothing_it_does_not_need(unit: str) -> None:
    lines = set((DEPLOY / "systemd" / unit).read_text("utf-8").splitlines())
    wanted = {"NoNewPrivileges=true", "CapabilityBoundingSet=", "ProtectSystem=strict", "User=shutong", "UMask=0077"}
    assert wanted <= lines


def test_systemd_reads_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed here")
    copies = [tmp_path / unit for unit in UNITS]
    for unit, copy in zip(UNITS, copies, strict=True):
        # The check asks whether the program is there, which it is only where the hub is installed.
        text = (DEPLOY / "systemd" / unit).read_text("utf-8").replace("/srv/shutong/.venv/bin/hub", "/bin/true")
        copy.write_text(text, "utf-8")
    done = subprocess.run([program, "verify", *map(str, copies)], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if str(tmp_path) in line or line.startswith("hub")] == []
