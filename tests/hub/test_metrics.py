"""Figures an operator's Prometheus reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import REGISTRY

from hub.metrics import Metrics

if TYPE_CHECKING:
    from hub.database import Database


def text(metrics: Metrics) -> str:
    return metrics.render()[0].decode()


def test_a_request_is_counted_by_route_template_and_status() -> None:
    metrics = Metrics()
    metrics.request("/api/v1/entries/{name}", "GET", 200, 0.004, "public")
    line = 'hub_requests_total{entry_point="public",method="GET",route="/api/v1/entries/{name}",status="200"} 1.0'
    assert line in text(metrics)


def test_an_address_without_a_route_is_not_a_label() -> None:
    metrics = Metrics()
    metrics.request(None, "GET", 404, 0.001)
    assert 'route="(none)"' in text(metrics)


def test_two_hubs_of_one_process_do_not_share_figures() -> None:
    first, second = Metrics(), Metrics()
    first.receipts.labels("push").inc()
    assert 'hub_receipts_total{kind="push"}' not in text(second)


def test_nothing_is_put_into_the_registry_of_the_process() -> None:
    Metrics()
    assert [family.name for family in REGISTRY.collect() if family.name.startswith("hub_")] == []


def test_connections_of_the_pool_are_shown_while_lent(database: Database) -> None:
    metrics = Metrics()
    metrics.watch(database)
    with database.begin():
        assert 'hub_pool_connections{pool="sync",state="lent"} 1.0' in text(metrics)


def test_the_answer_is_of_the_type_prometheus_reads() -> None:
    assert Metrics().render()[1].startswith("text/plain")
