"""The business registers of two provinces taken into the register of legal persons, every row counted.

The files are pushed as any department pushes: one upsert by credit code after the other. What a push rejects is on
its list with line, rule and remedy; what the register refuses on the list of its source. Nobody's name is printed.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from catalogue import store as catalogue_store
from catalogue.entry import Provider
from hub.demo.load import LIFECYCLE
from hub.identity.facts import CONSOLE
from hub.identity.roles import Role
from hub.registers import feeding, sources, sources_store
from hub.registers.known import REGISTER_RULES
from hub.registers.legal_persons import following, store
from hub.registers.mapping import SourceMapping
from tests.hub.legal_persons.conftest import register_entry
from tests.real.describing import DATA, real_entries

if TYPE_CHECKING:
    from catalogue.entry import Entry
    from tests.support.hosted import HostedCity

REGISTER: Final = "legal_persons"
FILES: Final = {"qiye-henan": "legal/enterprises_henan/*.csv*", "qiye-shanghai": "legal/enterprises_shanghai/*.csv*"}
AUTHORITY: Final = "shujuju"
PROVIDERS: Final = {"qiye-henan": "shichangju", "qiye-shanghai": "shichangju"}
ITEMS: Final = {
    "L001": "xinyong_daima",
    "L002": "qiye_mingcheng",
    "L005": "faren_daibiao",
    "L008": "zhuce_zijin",
    "L010": "zhuce_riqi",
    "L011": "zhuce_dizhi",
    "L013": "jingying_fanwei",
}
"""Which item of the files is which element; type, province and district are words and no codes of the register."""


@dataclass(slots=True)
class Loaded:
    """What became of every row, and how long it took (seconds)."""

    pushes: Counter[str] = field(default_factory=Counter)
    rejected_by_rule: Counter[str] = field(default_factory=Counter)
    refused_by_rule: Counter[str] = field(default_factory=Counter)
    register: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def publish(city: HostedCity, provider: str, entry: Entry) -> None:
    """Take an entry through its lifecycle."""
    people = city.people
    member = people.city.member(provider)
    own = replace(entry, provider=Provider(member.name, member.organisation_code, contact=member.contact))
    people.person(provider, Role.CLERK).call("POST", "/api/v1/entries", json={"entry": own.to_dict()})
    path = f"/api/v1/entries/{entry.name}/steps"
    for step, role in LIFECYCLE:
        people.person(provider, role).call("POST", path, json={"step": step})
    for step in ("audit", "publish"):
        people.person(AUTHORITY, Role.CATALOGUE_REVIEWER).call("POST", path, json={"step": step})


def load(city: HostedCity) -> Loaded:
    """Describe, push, name the sources, feed, follow; return the counts."""
    done, began = Loaded(), time.monotonic()
    described = {one.name: one.entry for one in real_entries(city.people.today()) if one.name in FILES}
    for name, pattern in FILES.items():
        publish(city, PROVIDERS[name], described[name])
        for path in sorted(DATA.glob(pattern)):
            report = city.people.system(PROVIDERS[name]).push(name, path, options={"mode": "upsert"})
            _count(city, name, report, done)
    done.seconds["push"] = time.monotonic() - began
    began = time.monotonic()
    _switch_on(city, described)
    context, database = city.services.context, city.services.database
    feeding.feed_all(context, database, REGISTER_RULES)
    done.seconds["feed"] = time.monotonic() - began
    began = time.monotonic()
    following.sweep(context, database)
    done.seconds["names"] = time.monotonic() - began
    with database.begin() as unit:
        done.register = store.counts(unit)
        for source in sources_store.sources(unit, REGISTER):
            refused, total = sources_store.refused(unit, source.id, limit=1_000)
            assert len(refused) == total
            done.refused_by_rule.update(one.rule for one in refused)
    return done


def _count(city: HostedCity, name: str, report: dict[str, Any], done: Loaded) -> None:
    counts = report["counts"]
    assert counts["received"] == counts["accepted"] + counts["rejected"], (name, counts)
    done.pushes.update({key: counts[key] for key in ("received", "accepted", "rejected", "inserted", "changed")})
    following_page: str | None = f"/api/v1/pushes/{report['push']}/rejections" if counts["rejected"] else None
    lines: dict[int, str] = {}
    while following_page is not None:
        page = city.people.system(PROVIDERS[name]).call("GET", following_page)
        for fault in page["faults"]:
            lines.setdefault(fault["line"], fault["rule"])  # the first fault of a row is why it was rejected
        following_page = page["next"]
    assert len(lines) == counts["rejected"]
    done.rejected_by_rule.update(lines.values())


def _switch_on(city: HostedCity, described: dict[str, Entry]) -> None:
    people, context = city.people, city.services.context
    member = people.city.member(AUTHORITY)
    entry = register_entry(
        Provider(member.name, member.organisation_code, contact=member.contact), member.system, people.today()
    )
    publish(city, AUTHORITY, entry)
    with city.services.database.begin() as unit:
        row = catalogue_store.find_entry(unit, entry.name)
        assert row is not None
        sources.describe_by(context, unit, REGISTER, row.id, CONSOLE)
        sources.switch(context, unit, REGISTER, CONSOLE, is_on=True)
        for name in described:
            mapping = SourceMapping(ITEMS["L001"], "credit_code", ITEMS, {}, "zhuce_riqi")
            sources.name_source(context, unit, REGISTER_RULES[REGISTER], name, mapping, CONSOLE)
    city.services.identity.keeper.refresh_or_log()
