"""pg_dump, pg_restore and psql: which ones to use, and how to run them without showing a password or a row.

The wheel's programs know no TLS and no server newer than themselves. Where the hub's own connection is
encrypted, or the server is newer, the programs of the machine (PATH) are used instead.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hub.postgres_binaries import NoBinariesError, find_binaries
from policies.errors import DomainError

if TYPE_CHECKING:
    from hub.database import Unit

TRANSACTION_TIMEOUT_SINCE: Final = 170000
"""First server that knows the setting which pg_restore 17 and newer always sets."""
PREAMBLE_LINES: Final = 60
"""A script of pg_restore sets everything it sets well before this line, and has no rows yet."""
ERROR_LINES: Final = 5
ERROR_LENGTH: Final = 300
VERSION: Final = re.compile(rb"\b(\d+)(?:\.\d+)*\b")


class BackupProgramError(DomainError):
    """pg_dump or pg_restore is missing, too old or failed."""


def program_for(name: str, unit: Unit) -> str:
    """Return the path of ``name`` that suits the server and the connection of ``unit``.

    Raises:
        BackupProgramError: none does.

    """
    needed = unit.driver.info.server_version // 10000
    is_encrypted = bool(unit.driver.pgconn.ssl_in_use)
    try:
        binaries = find_binaries()
    except NoBinariesError:
        pass
    else:
        if int(binaries.major) >= needed and not is_encrypted:
            return binaries.program(name)
    found = shutil.which(name)
    if found is not None and _major(found) >= needed:
        return found
    raise BackupProgramError(
        f"本机没有适用于 PostgreSQL {needed} 的 {name}",
        f"no {name} for PostgreSQL {needed} is on this machine",
        next_zh=f"请安装 postgresql-client-{needed}（或更新的版本），使 {name} 位于 PATH 中",
        next_en=f"install postgresql-client-{needed} (or newer), so that {name} is on PATH",
    )


def dump(unit: Unit, conninfo: str, snapshot: str, target: Path) -> None:
    """Write all of the database, as ``snapshot`` sees it, to the file ``target`` (custom format, compressed).

    Raises:
        BackupProgramError: pg_dump is missing, too old or failed.

    """
    words = ["--format=custom", "--no-owner", "--no-privileges", "--no-unlogged-table-data"]
    words += [f"--snapshot={snapshot}", f"--file={target}"]
    _run([program_for("pg_dump", unit), *words], conninfo)


def undump(unit: Unit, conninfo: str, source: Path) -> None:
    """Write what :func:`dump` wrote into an empty database: all of it in one transaction, or nothing.

    Raises:
        BackupProgramError: a program is missing, too old or failed.

    """
    words = [program_for("pg_restore", unit), "--no-owner", "--no-privileges"]
    if unit.driver.info.server_version >= TRANSACTION_TIMEOUT_SINCE:
        _run([*words, "--exit-on-error", "--single-transaction", str(source)], conninfo)
    else:
        _undump_as_script([*words, "--file=-", str(source)], program_for("psql", unit), conninfo)


def _undump_as_script(pg_restore: list[str], psql: str, conninfo: str) -> None:
    """Go through psql, without the one line of the preamble that an older server does not understand."""
    words = [psql, "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(pg_restore, stdout=subprocess.PIPE, stderr=told) as script,  # noqa: S603 - as below
    ):
        with _started(words, conninfo) as reader:
            source, sink = script.stdout, reader.stdin
            if source is not None and sink is not None:
                try:
                    for line in itertools.islice(source, PREAMBLE_LINES):
                        if not line.startswith(b"SET transaction_timeout"):
                            sink.write(line)
                    shutil.copyfileobj(source, sink)
                except BrokenPipeError:
                    script.kill()  # psql stopped at an error, which it tells below
            _, complaints = reader.communicate()
        told.seek(0)
        _check(pg_restore[0], script.wait(), told.read().decode("utf-8", "replace"))
        _check(psql, reader.returncode, complaints.decode("utf-8", "replace"))


def _run(words: list[str], conninfo: str) -> None:
    with _started(words, conninfo) as process:
        _, complaints = process.communicate()
    _check(words[0], process.returncode, complaints.decode("utf-8", "replace"))


def _started(words: list[str], conninfo: str) -> subprocess.Popen[bytes]:
    """Start a program on a database; the password goes by the environment: a command line is everyone's to read."""
    parts = conninfo_to_dict(conninfo)
    secret = parts.pop("password", None)
    parts["options"] = f"{parts.get('options') or ''} -c statement_timeout=0".strip()
    environment = {**os.environ, "LC_ALL": "C.UTF-8", **({} if secret is None else {"PGPASSWORD": str(secret)})}
    return subprocess.Popen(  # noqa: S603 - a program of PostgreSQL, fixed words
        [words[0], "--no-password", f"--dbname={make_conninfo('', **parts)}", *words[1:]],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _check(program: str, code: int, complaints: str) -> None:
    """Refuse a program that failed, with its first complaints."""
    if code != 0:
        name = Path(program).name
        raise BackupProgramError(
            f"{name} 失败：{_first_lines(complaints)}",
            f"{name} failed (exit {code})",
            next_zh="请检查磁盘空间、数据库权限和连接后重试",
            next_en="check disk space, the rights of the database user and the connection, and try again",
        )


def _first_lines(text: str) -> str:
    """Return the first error lines only: details and contexts of PostgreSQL quote rows."""
    lines = [line[:ERROR_LENGTH] for line in text.splitlines() if "error:" in line.lower()]
    return "；".join(lines[:ERROR_LINES])


def _major(program: str) -> int:
    done = subprocess.run([program, "--version"], capture_output=True, check=False)  # noqa: S603
    found = VERSION.search(done.stdout)
    return int(found[1]) if found is not None else 0
