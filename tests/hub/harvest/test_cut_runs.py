"""A run that is cut goes on exactly where it was; a schedule runs a source by itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub.harvest import running, store
from hub.harvest.errors import HarvestStoppedError
from hub.harvest.sifting import Sieve
from hub.rounds import run_now
from tests.hub.harvest.conftest import record
from tests.hub.harvest.servers import Elsewhere, serving

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from connectors.catalogues.record import Found
    from hub.database import Unit
    from tests.hub.harvest.conftest import Library


def test_a_run_cut_between_two_batches_goes_on_behind_the_last(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = library.add()
    sifted: list[int] = []
    sift = Sieve.sift

    def cut(sieve: Sieve, unit: Unit, batch: Sequence[Found]) -> None:
        sifted.append(len(batch))
        if len(sifted) == 2:
            raise HarvestStoppedError
        sift(sieve, unit, batch)

    monkeypatch.setattr(running, "BATCH", 4)
    monkeypatch.setattr(Sieve, "sift", cut)
    content = json.dumps([record(number) for number in range(10)]).encode()
    path = f"/api/v1/harvest/sources/{code}/runs"
    started: dict[str, Any] = library.clerk.post(path, params={"name": "a.json"}, content=content).json()
    run_now(library.city.services, "harvests")
    assert library.city.services.harvests.wait(60)
    with library.city.services.database.begin() as unit:
        source = store.find_source(unit, code)
        assert source is not None
        halfway = store.counted(unit, source.id)["records"]
    done = library.wait(started["id"])
    assert (halfway >= 4, done["state"], done["counts"]["added"]) == (True, "review", 10)
    assert sum(sifted) == 14  # the batch that was cut is read again, no other


def test_a_scheduled_source_runs_by_itself(library: Library) -> None:
    with serving(Elsewhere(titles=["定时名录"])) as feed:
        code = library.add(kind="rdf", address=f"{feed.url}/catalog", schedule={"kind": "every", "minutes": 60})
        run_now(library.city.services, "harvests")
        assert library.city.services.harvests.wait(60)
    page = library.clerk.get(f"/api/v1/harvest/sources/{code}/runs").json()
    assert [(run["state"], run["by_staff"]) for run in page["runs"]] == [("review", None)]
