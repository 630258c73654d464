"""What tests share: one PostgreSQL a run, one database a test, settings of their own.

``HUB_TEST_DATABASE_URL`` (a superuser's, any database of the server) runs the tests on a server of one's own;
otherwise the embedded server runs in a folder in memory (:mod:`tests.support.memory`). Each ``database`` is cloned
from a template made once.
"""

from __future__ import annotations

import gc
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as properties
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hub import schema
from hub.database import Database, DatabaseOptions
from hub.postgres import EmbeddedPostgres
from hub.postgres_cluster import ServerOptions
from hub.settings import Settings
from tests.support.memory import fleeting_folder
from tests.support.nursery import close_shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SMALL = DatabaseOptions(pool_size=4, overflow=8, async_pool_size=4)
LONGEST_FIRST = (
    "docs/test_code_blocks.py",
    "hub/test_fuzz_api.py",
    "hub/demo/test_run_demo.py",
    "canary/test_canary_routes.py",
    "facts/test_promises.py",
    "stateful/test_stateful.py",
    "way/test_way.py",
    "hub/test_backup_while_pushing.py",
    "hub/crash/test_kill9.py",
    "hub/crash/test_kill_in_relay.py",
    "way/test_way_real_files.py",
    "hub/test_benchmarks.py",
    "hub/push/test_interleaving.py",
    "hub/push/channels/test_uploads_survive.py",
    "real/test_real_files.py",
    "hub/test_postgres.py",
)
"""Files that take longest, by what they took: begun first, so that no process is left alone with one at the end."""


gc.set_threshold(50_000, 20, 100)  # what a test process imports is large and stays


def pytest_configure() -> None:
    """Give examples time."""
    # A busy machine is no fault of what is tested: no example is failed for the time it took.
    properties.register_profile("hub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    properties.load_profile("hub")


def pytest_collection_finish() -> None:
    """Leave what was read for the tests out of every later look for garbage: it stays to the end."""
    gc.freeze()


def pytest_sessionfinish() -> None:
    """End the process that hubs are forked from."""
    close_shared()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest files first; everything else stays in its order."""
    places = {config.rootpath / "tests" / name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@dataclass
class Server:
    """A running PostgreSQL on which databases are made and dropped."""

    url: str
    prefix: str = field(default_factory=lambda: f"shutong_test_{os.getpid()}")
    numbers: Iterator[int] = field(default_factory=count)

    def url_of(self, name: str) -> str:
        """Return the URL of a database of this server."""
        return make_conninfo("", **{**conninfo_to_dict(self.url), "dbname": name})

    def create(self, template: str | None = None) -> str:
        """Make a database and return its name."""
        name = f"{self.prefix}_{next(self.numbers)}"
        source, strategy = ("template0", "") if template is None else (template, " STRATEGY file_copy")
        text = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + strategy)
        self._admin(text.format(sql.Identifier(name), sql.Identifier(source)))
        return name

    def drop(self, name: str) -> None:
        """Drop a database, closing what is still connected."""
        self._admin(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _admin(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Give the one server of the run."""
    external = os.environ.get("HUB_TEST_DATABASE_URL", "")
    if external:
        yield Server(external)
        return
    options = ServerOptions(is_durable=False, is_watched=False, max_connections=200)
    with fleeting_folder() as folder, EmbeddedPostgres(folder, options) as embedded:
        yield Server(embedded.url("postgres"))


@pytest.fixture(scope="session")
def template(server: Server) -> Iterator[str]:
    """Give the name of a database with all control tables and no rows: migrated, as every real one is."""
    name = server.create()
    made = Database(server.url_of(name), SMALL)
    if schema.head() is None:
        schema.create_all_for_tests(made)
    else:
        schema.migrate(made)
    made.close()
    yield name
    server.drop(name)


@contextmanager
def lent_database(server: Server, template: str | None) -> Iterator[Database]:
    """Lend a database of its own for the length of the block."""
    name = server.create(template)
    database = Database(server.url_of(name), SMALL)
    try:
        yield database
    finally:
        database.close()
        server.drop(name)


@pytest.fixture
def database(server: Server, template: str) -> Iterator[Database]:
    """Give the test a database of its own, with all control tables."""
    with lent_database(server, template) as database:
        yield database


@pytest.fixture
def empty_database(server: Server) -> Iterator[Database]:
    """Give the test a database of its own, with nothing in it."""
    with lent_database(server, None) as database:
        yield database


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Give a maker of settings: a data directory of the test's own, and whatever is named."""

    def make(**changes: Any) -> Settings:
        return Settings(**{"data_dir": tmp_path / "data", "demo": True, **changes})

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """Give settings as the demo has them."""
    return make_settings()
