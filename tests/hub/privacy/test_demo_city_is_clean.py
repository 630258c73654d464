"""The demo city holds no undeclared personal information: every entry is described and supplied, and none is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.demo.directory import demo_entries
from hub.demo.load import describe, load_entries, review, supply
from hub.directory.privacy import store
from hub.directory.privacy.records import State

if TYPE_CHECKING:
    from hub.demo.directory import DemoEntry
    from tests.support.hosted import HostedCity


def test_no_resource_of_the_demo_city_holds_undeclared_personal_information(city: HostedCity) -> None:
    people = city.people

    def work(entry: DemoEntry) -> None:
        describe(people, entry)
        review(people, entry)
        if entry.file:
            supply(people, entry, city.folder, people.today())

    load_entries(people, demo_entries(people.today()), work)
    with city.services.database.begin() as unit:
        found, total = store.listed(unit, member_id=None, states=frozenset(State), limit=100, offset=0)
    assert [(one.place, one.kind, one.source, one.count, one.filled, one.examples) for one in found] == []
    assert total == 0
