"""What the rules of the stateful machine share: the life of a city, how an act is done and noted in the model."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from typing_extensions import override

from hub.identity.roles import Role
from hub.ledger import prove
from hub.ledger.verdict import Code
from tests.stateful.model import Grant, Line, Model, Request
from tests.stateful.world import ITEMS, PROVIDERS, Breach, Seed, World, new_world
from tests.support import acts
from tests.support.acts import RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
ANY = st.integers(min_value=0, max_value=9999)
"""Chooses from what there is when the step is taken: ``number % length``."""


def picked(things: Sequence[T], number: int) -> T:
    """Return one of the things there are."""
    return things[number % len(things)]


class Desk(RuleBasedStateMachine):
    """One life of the city with its model; ``seed`` is set by the test that runs it."""

    seed: ClassVar[Seed]
    tally: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="stateful"))
        self.world: World = new_world(self.seed, self.folder)
        self.model = Model()
        self.restarts = 0

    @override
    def teardown(self) -> None:
        try:
            self._prove_some()
            for name, number in (("answers", self.world.given), ("refused", self.world.refusals)):
                self.tally[name] = self.tally.get(name, 0) + number
            self.tally["calls"] = self.tally.get("calls", 0) + self.world.steps
        finally:
            self.world.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _submitted(self) -> list[Request]:
        return [one for one in self.model.requests.values() if one.state == "submitted" and one.application is None]

    def _entry_of(self, part: dict[str, Any]) -> str:
        items = {line["item"] for line in part["lines"]}
        return next(entry for entry, known in ITEMS.items() if items <= set(known))

    def _learn(self, made: dict[str, Any], asker: str, entry: str, maker: str, modes: frozenset[str], until: Any,
               application: str | None = None) -> Request:  # fmt: skip
        lines = {
            line["item"]: Line(line["id"], line["item"], line.get("asked", "full"), line["state"])
            for line in made["lines"]
        }
        request = Request(made["id"], asker, entry, maker, modes, until, lines, application)
        self.model.requests[request.id] = request
        return request

    def _consent(self, request: Request, who: str) -> None:
        if self.world.do(who, f"/api/v1/requests/{request.id}/consent") is not None:
            self._opened(request, who)

    def _opened(self, request: Request, who: str) -> None:
        """Note a consent; what is shared without conditions may have been granted by the rule at once."""
        if who == request.maker:
            raise Breach(f"{who} consented to the own request")
        request.state = "open"
        stored = "SELECT item, state, treatment FROM hub.request_line WHERE request_id = %s::uuid"
        for row in self.world.rows(stored, request.id):
            line = request.lines[row["item"]]
            line.started = self.world.clock.today
            if row["state"] == "granted":
                if request.entry != RESIDENTS:
                    raise Breach(f"{line.item} of {request.entry} has conditions and was granted by itself")
                self.model.grant(request, line, row["treatment"])
        self._close(request)

    def _answer(self, request: Request, line: Line, organ: str, body: dict[str, Any]) -> bool:
        path = f"/api/v1/requests/{request.id}/lines/{line.id}/answer"
        done = self.world.do(self.world.login(organ, Role.APPROVER), path, body) is not None
        if done and organ != PROVIDERS[request.entry]:
            raise Breach(f"{organ} answered for {PROVIDERS[request.entry]}")
        return done

    def _close(self, request: Request) -> None:
        if request.state == "open" and not any(line.state == "waiting" for line in request.lines.values()):
            request.state = "answered"

    def _of_grant(self, grant: Grant, word: str, body: dict[str, Any]) -> bool:
        if grant.id is None:
            found = self.world.rows("SELECT id::text FROM hub.grant WHERE request_id = %s::uuid", grant.request.id)
            grant.id = str(found[0]["id"])
        head = self.world.login(PROVIDERS[grant.request.entry], Role.APPROVER)
        return self.world.do(head, f"/api/v1/grants/{grant.id}/{word}", body) is not None

    def _prove_some(self) -> None:
        """Prove the first and the last answer of the life from the log, as a third party would."""
        for receipt in {*self.world.receipts[:1], *self.world.receipts[-1:]}:
            self.world.settle()
            asker = self.world.rows("SELECT system_id FROM hub.receipt WHERE id::text = %s", receipt)[0]["system_id"]
            names = {one.system_id: one.member for one in self.seed.systems}
            if names[asker] in self.model.stopped:
                continue
            verdict = prove.prove_receipt(acts.bundle_of(self.world.people.system(names[asker]), receipt))
            if verdict.code is not Code.TRUE:
                raise Breach(f"an answer cannot be proved: {verdict.lines}")
