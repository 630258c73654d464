"""Harvest the real catalogues and write their figures and the page of the docs.

``python tests/real/harvest/make_page.py`` starts a database of its own in a temporary folder, gone afterwards.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from hub import logs, schema
from hub.database import Database, DatabaseOptions
from hub.postgres import EmbeddedPostgres
from hub.postgres_cluster import ServerOptions
from tests.conftest import Server
from tests.real.harvest.harvesting import ABSENT, DATA, FIGURES, PAGE, Harvest, catalogues
from tests.real.harvest.page import document
from tests.support.hosted import hosted_city


def main() -> int:
    """Do it; returns 1 without the folder of real catalogues."""
    if not DATA.is_dir():
        print(ABSENT)
        return 1
    logs.configure("json", "error")
    figures: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="real-catalogues-") as folder:
        place = Path(folder) / "server"
        place.mkdir()
        with EmbeddedPostgres(place, ServerOptions(is_durable=False, is_watched=False)) as embedded:
            server = Server(embedded.url("postgres"))
            name = server.create()
            database = Database(server.url_of(name), DatabaseOptions(pool_size=2, overflow=2))
            schema.migrate(database)
            database.close()
            with hosted_city(server, name, Path(folder)) as city:
                harvest = Harvest(city)
                for one in catalogues():
                    began = time.monotonic()
                    figures[one.code] = harvest.whole(one)
                    print(f"{one.code}: {time.monotonic() - began:.1f} s", figures[one.code].get("records"))
    FIGURES.write_text(json.dumps(figures, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    PAGE.write_text(document(figures), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
