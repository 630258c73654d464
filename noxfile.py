"""The one entry to every check: ``nox`` alone runs lint, types, imports and tests.

Sessions run in the environment nox itself is installed in, which is the one that ``requirements-dev.txt``
describes: what a developer, an operator and the build machine test is then one set of packages, and no
session downloads anything of its own. ``nox -l`` lists the sessions. See docs/decisions/0003.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Final

import nox

HERE: Final = Path(__file__).resolve().parent
BIN: Final = Path(sys.executable).parent
"""Folder of the programs installed beside the running Python."""
PROCESSES: Final = str(min(8, 1 + (os.cpu_count() or 1)))
"""Of the tests: one more than there are processors, eight at most; each waits for the database a third of its time."""

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "imports", "tests"]


def run_module(session: nox.Session, module: str, *args: str) -> None:
    """Run ``python -m module`` with the Python nox runs in: the folder of its programs need not be on PATH.

    Compiled modules are kept whatever the machine says otherwise: the tests start hundreds of programs, and each
    would compile the hub anew.
    """
    session.run(sys.executable, "-m", module, *args, external=True, env={"PYTHONDONTWRITEBYTECODE": None})


@nox.session
def lint(session: nox.Session) -> None:
    """Check the rules of ruff and its format; change nothing."""
    run_module(session, "ruff", "check", *session.posargs, ".")
    run_module(session, "ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly, of packages, benchmarks and tests."""
    run_module(session, "mypy", *session.posargs)


@nox.session
def imports(session: nox.Session) -> None:
    """Check who imports whom (contracts in pyproject.toml)."""
    session.run(str(BIN / "lint-imports"), "--no-logo", *session.posargs, external=True)


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests but the long ones in several processes; arguments after ``--`` go to pytest (``-n 0``: in one)."""
    run_module(session, "pytest", "-n", PROCESSES, "--dist", "loadfile", "--no-loadscope-reorder", *session.posargs)


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Run only the tests that run the code blocks of the documentation."""
    run_module(session, "pytest", "tests/docs", *session.posargs)


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Run the tests with branch coverage, and list the lines that none of them reaches."""
    run_module(session, "coverage", "run", "-m", "pytest", *session.posargs)
    run_module(session, "coverage", "report", "--show-missing", "--skip-covered")


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Long: generated requests against every operation, no answer may be a 5xx (tests marked long, named fuzz)."""
    run_module(session, "pytest", "-m", "long", "-k", "fuzz", *session.posargs)


@nox.session(default=False)
def kill9(session: nox.Session) -> None:
    """Long: the hub killed at random moments and at each fault point (tests marked long, named kill9)."""
    run_module(session, "pytest", "-m", "long", "-k", "kill9", *session.posargs)


@nox.session(default=False)
def interleaving(session: nox.Session) -> None:
    """Long: pushes, cuts, kills, ways back in random order, many seeds (tests marked long, in test_interleaving)."""
    run_module(session, "pytest", "-m", "long", "-k", "interleaving", "-rP", *session.posargs)


@nox.session(default=False)
def webhooks(session: nox.Session) -> None:
    """Long: 20,000 events to receivers that fail in every way (tests marked long, named webhooks)."""
    run_module(session, "pytest", "-m", "long", "-k", "webhooks", *session.posargs)


@nox.session(default=False)
def stateful(session: nox.Session) -> None:
    """Long: random organs, acts, days, restarts; the promises after every step (tests marked long, named stateful)."""
    run_module(session, "pytest", "-m", "long", "-k", "stateful", *session.posargs)


@nox.session(default=False)
def suspension(session: nox.Session) -> None:
    """Long: every stop on every way of delivery, ten times each (tests marked long, named suspension)."""
    run_module(session, "pytest", "-m", "long", "-k", "suspension", *session.posargs)


@nox.session(default=False)
def roles(session: nox.Session) -> None:
    """Long: every route tried by a person of every role that it is closed to (tests marked long, in threats)."""
    run_module(session, "pytest", "-m", "long", "tests/threats/test_threats_routes.py", *session.posargs)


@nox.session(default=False)
def moving(session: nox.Session) -> None:
    """Long: the demo city moves into a hub of its own by ckanapi alone (tests marked long, in test_ckan_moving)."""
    run_module(session, "pytest", "-m", "long", "-k", "moving", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Long: one benchmark, as in ``nox -s bench -- push --rows 1000000``; prints one line of JSON."""
    run_module(session, "benchmarks", *session.posargs)


@nox.session(default=False)
def audit(session: nox.Session) -> None:
    """Ask the public advisory database about every pinned package (needs a network)."""
    for lock_file in ("requirements.txt", "requirements-dev.txt"):
        run_module(
            session, "pip_audit", "--strict", "--require-hashes", "--disable-pip", "-r", lock_file, *session.posargs
        )


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Write the two lock files from pyproject.toml; versions stay unless ``-- --upgrade`` is given. Needs uv."""
    if not (BIN / "uv").exists() and shutil.which("uv") is None:
        session.error("uv writes the lock files and is not here: `pip install uv`, then again")
    uv = str(BIN / "uv") if (BIN / "uv").exists() else "uv"
    common = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--quiet")
    sources = ("pyproject.toml", "requirements.in")
    env = {"UV_CUSTOM_COMPILE_COMMAND": "nox -s lock"}  # the header names this, not the machine's paths
    session.chdir(HERE)
    for arguments in (
        (*sources, "-o", "requirements.txt"),
        (*sources, "--extra", "dev", "-c", "requirements.txt", "-o", "requirements-dev.txt"),
    ):
        session.run(uv, "pip", "compile", *common, *arguments, *session.posargs, env=env, external=True)
