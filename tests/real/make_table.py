"""Push the real files and write their figures and the page of the docs: ``python tests/real/make_table.py``.

Starts a database of its own in a temporary folder, which is gone afterwards.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hub import logs, schema
from hub.context import utc_now
from hub.database import Database, DatabaseOptions
from hub.postgres import EmbeddedPostgres
from hub.postgres_cluster import ServerOptions
from hub.settings import Settings
from policies.workdays import local_day
from tests.real.describing import ABSENT, DATA, FIGURES, TABLE, real_entries
from tests.real.figures import push_all, totals
from tests.real.office import open_office
from tests.real.table import document


def main() -> int:
    """Do it; returns 1 without the folder of real files."""
    if not DATA.is_dir():
        print(ABSENT)
        return 1
    logs.configure("json", "error")
    entries = real_entries(local_day(utc_now()))
    figures: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="real-files-") as folder:
        server = Path(folder) / "server"
        server.mkdir()
        with EmbeddedPostgres(server, ServerOptions(is_durable=False, is_watched=False)) as embedded:
            database = Database(embedded.url("postgres"), DatabaseOptions(pool_size=4, overflow=8))
            schema.migrate(database)
            with open_office(database, Settings(data_dir=Path(folder) / "data", demo=True)) as office:
                for real in entries:
                    figures |= push_all(office, real)
                    print(f"{real.name}: {len(real.files)}")
            database.close()
    FIGURES.write_text(json.dumps(figures, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    TABLE.write_text(document(entries, figures), "utf-8")
    print(totals(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
