"""Figures for Prometheus: requests, pushes, decisions, receipts, pools. Labels are few and never hold data.

A route is its template (``/api/v1/entries/{name}``), never an address that was asked for. Each :class:`Metrics`
has a registry of its own: nothing global, so that two hubs of one process (tests) do not meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.metrics_core import Metric

    from hub.database import Database

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
NO_ROUTE: Final = "(none)"
"""Label of requests that met no route: the address asked for is never a label."""


class Metrics:
    """All figures of one hub."""

    def __init__(self) -> None:
        """Make the figures, all at zero."""
        self.registry = CollectorRegistry()
        self.requests = self._counter("requests", "Requests answered", "route", "method", "status", "entry_point")
        self.request_seconds = Histogram(
            "hub_request_seconds", "Time from request to last byte", ["route"], buckets=SECONDS, registry=self.registry
        )
        self.pushes = self._counter("pushes", "Pushes finished", "mode", "outcome")
        self.push_rows = self._counter("push_rows", "Rows of finished pushes", "outcome")
        self.decisions = self._counter("decisions", "Decisions", "action", "outcome")
        self.receipts = self._counter("receipts", "Receipts written", "kind")
        self.webhooks = self._counter("webhooks", "Attempts at webhooks", "outcome")
        self.denied_tokens = self._counter("denied_tokens", "Token requests refused", "reason")
        self.integrator_lag_seconds = self._gauge("integrator_lag_seconds", "Age of the oldest receipt not in the tree")
        self.log_size = self._gauge("log_size", "Leaves of the newest checkpoint")
        self.database_up = self._gauge("database_up", "1 when the last probe could write")
        self.database_probe_seconds = self._gauge("database_probe_seconds", "Duration of the last probe")
        self.disk_has_room = self._gauge("disk_has_room", "1 when the data directory's disk takes pushes")
        self.sweep_done = self._counter("sweep_done", "What sweeps dealt with", "sweep")
        self.sweep_failures = self._counter("sweep_failures", "Sweeps that failed", "sweep")
        self.sweep_last_good = self._gauge("sweep_last_good_timestamp_seconds", "Last good end of a sweep", "sweep")
        self._figures: dict[tuple[str | None, str, int, str], tuple[Counter, Histogram]] = {}
        ProcessCollector(registry=self.registry)

    def watch(self, database: Database) -> None:
        """Show how busy the pools of ``database`` are, read when somebody asks."""
        self.registry.register(PoolCollector(database))

    def request(self, route: str | None, method: str, status: int, seconds: float, entry_point: str = "both") -> None:
        """Count one answered request; ``route`` is the template of its route, None when it met none."""
        figures = self._figures.get((route, method, status, entry_point))
        if figures is None:
            name = NO_ROUTE if route is None else route
            labels = (name, method, str(status), entry_point)
            figures = self.requests.labels(*labels), self.request_seconds.labels(name)
            self._figures[route, method, status, entry_point] = figures
        counted, timed = figures
        counted.inc()
        timed.observe(seconds)

    def render(self) -> tuple[bytes, str]:
        """Return the figures as text, and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"hub_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"hub_{name}", text, labels, registry=self.registry)


class PoolCollector(Collector):
    """Connections of the database pools, by pool and state."""

    def __init__(self, database: Database) -> None:
        """Keep the database to ask."""
        self._database = database

    @override
    def collect(self) -> Iterator[Metric]:
        """Yield the figures as they are now."""
        family = GaugeMetricFamily("hub_pool_connections", "Connections of a pool", labels=["pool", "state"])
        for name, use in self._database.pool_use().items():
            for state, number in (("lent", use.lent), ("idle", use.idle), ("waiting", use.waiting)):
                family.add_metric([name, state], number)
        yield family
