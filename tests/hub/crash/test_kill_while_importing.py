"""A bulk import is killed as by a power cut, again and again; the index holds what is published, and nothing else."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from catalogue.finding import PUBLIC_VIEWER, Ask, find, find_items
from catalogue.finding_index import outdated
from tests.hub.crash.importing import BATCH, ITEMS

if TYPE_CHECKING:
    from hub.database import Database

ROOT = Path(__file__).resolve().parents[3]
LIVES, LONGEST_SECONDS = 4, 1.0
COUNTS = (
    "SELECT (SELECT count(*) FROM hub.entry WHERE published_version IS NOT NULL),"
    " (SELECT count(*) FROM hub.entry_index), (SELECT count(*) FROM hub.entry_item),"
    " (SELECT count(*) FROM hub.entry_version)"
)


def import_and_die(url: str, first: int) -> int:
    """Import until killed at a random moment after the first batch; return how many entries were acknowledged."""
    command = [sys.executable, "-m", "tests.hub.crash.importing", url, str(first)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(random.uniform(0, LONGEST_SECONDS))
        child.kill()
        return BATCH * (1 + len(child.stdout.readlines()))


def test_after_kills_during_a_bulk_import_the_index_is_what_is_published(database: Database) -> None:
    acknowledged = first = 0
    for _ in range(LIVES):
        acknowledged += import_and_die(database.url, first)
        with database.begin() as unit:
            entries, *kept = unit.connection.exec_driver_sql(COUNTS).one()
            found, items = find(unit, PUBLIC_VIEWER, Ask("登记信息")), find_items(unit, PUBLIC_VIEWER, Ask("企业名称"))
            assert outdated(unit, 1) == ()
        assert entries in {acknowledged, acknowledged + BATCH}, "a batch was lost, or half of one kept"
        assert (kept, found.total, items.total) == ([entries, entries * len(ITEMS), entries], entries, entries)
        acknowledged = first = entries
