"""Systems that use what was granted, or was not: an answer needs a grant, a receipt, and holds nothing more."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.stateful.desk import ANY, Desk, picked
from tests.stateful.world import ASKERS, ITEMS, PROVIDERS, Breach
from tests.support import acts
from tests.support.acts import MARRIAGES

if TYPE_CHECKING:
    import httpx2

PATHS = {"verify": "verify", "batch": "match"}
DIGEST = "SELECT convert_from(body, 'UTF8')::jsonb ->> 'response_digest' AS digest FROM hub.receipt WHERE id::text = %s"


class Users(Desk):
    """The rules of use."""

    @precondition(lambda self: self.model.grants)
    @rule(number=ANY, wider=st.booleans())
    def use_grant(self, number: int, *, wider: bool) -> None:
        """Use a grant that was given at some time: query what it names (or one item more), verify, count."""
        grant = picked(list(self.model.grants.values()), number)
        asker, entry, items = grant.request.asker, grant.request.entry, sorted(grant.items)
        places = {ITEMS[entry].index(item) for item in (ITEMS[entry] if wider else items)}
        self.read(asker, entry, places)
        if entry == MARRIAGES:
            item = picked(items, number)
            key = picked(self.seed.numbers, number)
            verify = {"key": {"shenfen_haoma": key}, "claims": {item: "10"}}
            batch = {"key": ["shenfen_haoma"], "claims": [item], "rows": [[key, "10"]]}
            for mode, body in (("verify", verify), ("batch", batch)):
                self._states(asker, f"/api/v1/exchange/{MARRIAGES}/{PATHS[mode]}", body, mode, item)
            count = {"group_by": [item], "measures": ["count"]}
            self._states(asker, f"/api/v1/exchange/{MARRIAGES}/aggregate", count, "aggregate", item)

    @rule(
        asker=st.sampled_from(ASKERS),
        entry=st.sampled_from(sorted(PROVIDERS)),
        some=st.sets(st.integers(0, 2), min_size=1),
    )
    def query(self, asker: str, entry: str, some: set[int]) -> None:
        """Query some items."""
        self.read(asker, entry, some)

    def read(self, asker: str, entry: str, some: set[int]) -> None:
        """Query some items: answered only with a grant, and always with one."""
        items = [ITEMS[entry][place] for place in sorted(some)]
        now = self.world.clock()
        answer = self._use(asker, f"/api/v1/exchange/{entry}/query", {"items": items, "limit": 20})
        if answer is None:
            if self.model.must(asker, entry, items, now):
                raise Breach(f"{asker} has a grant of {items} of {entry} and was not answered")
            return
        for row in answer.json()["rows"]:
            for item in set(row) & set(ITEMS[entry]):
                form = self.model.may(asker, entry, item, "query", now)
                if form not in {"full", "masked"}:
                    raise Breach(f"{asker} reads {item} of {entry}, and may have it as {form}")
                if form == "masked" and str(row[item]) in self.seed.truth.get(entry, {}).get(item, ()):
                    raise Breach(f"{asker} reads {item} of {entry} unmasked")

    @rule(asker=st.sampled_from(ASKERS), number=ANY, item=st.sampled_from(("xingming", "hunyin_zhuangtai")))
    def verify(self, asker: str, number: int, item: str) -> None:
        """Verify one person of the marriages."""
        body = {"key": {"shenfen_haoma": picked(self.seed.numbers, number)}, "claims": {item: "10"}}
        self._states(asker, f"/api/v1/exchange/{MARRIAGES}/verify", body, "verify", item)

    @rule(asker=st.sampled_from(ASKERS), number=ANY, item=st.sampled_from(("xingming", "hunyin_zhuangtai")))
    def match(self, asker: str, number: int, item: str) -> None:
        """Compare a batch of one with the marriages."""
        body = {"key": ["shenfen_haoma"], "claims": [item], "rows": [[picked(self.seed.numbers, number), "10"]]}
        self._states(asker, f"/api/v1/exchange/{MARRIAGES}/match", body, "batch", item)

    @rule(asker=st.sampled_from(ASKERS), item=st.sampled_from(("hunyin_zhuangtai", "xingming")))
    def aggregate(self, asker: str, item: str) -> None:
        """Count the marriages."""
        body = {"group_by": [item], "measures": ["count"]}
        self._states(asker, f"/api/v1/exchange/{MARRIAGES}/aggregate", body, "aggregate", item)

    @rule(asker=st.sampled_from(ASKERS), number=ANY)
    def correct(self, asker: str, number: int) -> None:
        """Report a record as wrong."""
        key = {"shenfen_haoma": picked(self.seed.numbers, number)}
        body = {"entry": MARRIAGES, "key": key, "items": {"hunyin_zhuangtai": None}, "reason": "与证件不符"}
        self.world.settle()
        answer = self.world.call(self.world.system(asker), "POST", "/api/v1/corrections", body)
        if not answer.is_error:
            self.world.settle()

    def _use(self, asker: str, path: str, body: dict[str, Any]) -> httpx2.Response | None:
        """Ask as a system; an answer must have its receipt, and the receipt the digest of what came."""
        self.world.settle()
        given = {"purpose": acts.PURPOSE, "case_number": acts.CASE, **body}
        answer = self.world.call(self.world.system(asker), "POST", path, given)
        if answer.is_error:
            return None
        receipt = answer.headers.get("Receipt", "")
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(answer.content).digest()).decode()}:"
        kept = self.world.rows(DIGEST, receipt)
        if not kept or kept[0]["digest"] != digest:
            raise Breach(f"{path} was answered without a receipt of this answer")
        self.world.receipts.append(receipt)
        self.world.given += 1
        return answer

    def _states(self, asker: str, path: str, body: dict[str, Any], mode: str, item: str) -> None:
        """Ask for states or figures; what is told needs the item in the mode now."""
        now = self.world.clock()
        answer = self._use(asker, path, body)
        if answer is None:
            return
        if self.model.may(asker, MARRIAGES, item, mode, now) not in {"full", "masked", "verify_only", "aggregate_only"}:
            raise Breach(f"{asker} learns about {item} by {mode}, which nobody granted: {answer.text[:300]}")
