"""``suspension``: seconds from a stop at one hub to its effect at another, for every way of delivery.

Two hubs serve one database. A system uses a way of delivery at the one without pause; the grant, the member, the
system or its key is stopped at the other. ``--rows`` is the number of trials of each way, in turn over all stops. The
limit is a promise, not a figure of the run: 5 s.
"""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.rounds import rounded
from hub import schema
from hub.database import Database
from hub.postgres import EmbeddedPostgres
from hub.postgres_cluster import ServerOptions
from tests.conftest import SMALL, Server
from tests.hub.suspension.ways import LIMIT_SECONDS, TRIALS, WAYS, measured, two_hubs

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence


def run(given: Namespace) -> dict[str, Any]:
    """Measure; the figures of a way are its longest, its median, and the stop that took longest."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with EmbeddedPostgres(folder / "server", ServerOptions(is_watched=False, max_connections=200)) as embedded:
            server = Server(embedded.url("postgres"), prefix="suspension")
            template = server.create()
            made = Database(server.url_of(template), SMALL)
            schema.migrate(made)
            made.close()
            with two_hubs(server, template, folder) as pair:
                trials: dict[str, list[tuple[float, str]]] = {}
                for way in WAYS:
                    stops = islice(cycle(stop for one, stop in TRIALS if one == way), given.rows)
                    trials[way] = [(measured(pair, way, stop), stop) for stop in stops]
    found = {way: _figures(of_way) for way, of_way in trials.items()}
    longest = max(one["longest_seconds"] for one in found.values())
    return {
        "limit_seconds": LIMIT_SECONDS,
        "longest_seconds": longest,
        "is_kept": longest < LIMIT_SECONDS,
        "ways": found,
    }


def _figures(trials: Sequence[tuple[float, str]]) -> dict[str, Any]:
    longest, stop = max(trials)
    middle = median(seconds for seconds, _ in trials)
    return {
        "trials": len(trials),
        "longest_seconds": rounded(longest),
        "median_seconds": rounded(middle),
        "longest_by": stop,
    }
