"""Random organs, roles, acts, days and restarts against the running hub; after each step every promise must hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from hub.identity.roles import Role
from tests.hub.exemptions import records
from tests.stateful.desk import ANY, picked
from tests.stateful.invariants import check_all
from tests.stateful.model import Record
from tests.stateful.use import Users
from tests.stateful.world import ASKERS, AUTHORITY, ITEMS, PROVIDERS, REPORTS, Breach
from tests.support import acts
from tests.support.acts import MARRIAGES, RESIDENTS

FORMS = st.sampled_from(("full", "masked", "verify_only"))
MODES = st.sampled_from((("query", "verify"), ("query", "verify"), ("query",), ("verify", "batch"), ("aggregate",), ()))
OWN = st.sampled_from(("own", "own", "other"))
PLACES = st.sampled_from(((MARRIAGES, "hunyin_zhuangtai"), (REPORTS, "tongxin_dizhi"), (MARRIAGES, "xingming")))
SOME = st.sets(st.integers(0, 2), min_size=1)
SAID = "核对办理低保所需材料，理由见附件"
RESTARTS = 2


class Sharing(Users):
    """All rules: those of use, and those of asking, answering, recording, disputing, changing, and time."""

    @initialize(form=st.sampled_from(("verify_only", "full", "full")), modes=MODES)
    def begin(self, form: str, modes: tuple[str, ...]) -> None:
        """Read the records the city was founded with; there is one grant, and one request that waits."""
        text = (
            "SELECT x.id::text, e.name, x.item, x.in_force_from, x.in_force_until, x.review_on, m.slug"
            " FROM hub.exemption x JOIN hub.entry e ON e.id = x.entry_id JOIN hub.member m ON m.id = x.member_id"
        )
        for row in self.world.rows(text):
            days = row["in_force_from"], row["in_force_until"], row["review_on"]
            self.model.records[row["id"]] = Record(row["id"], row["name"], row["item"], row["slug"], *days)
        for asker, entry, wanted in (("rensheju", MARRIAGES, modes), ("zhujianju", RESIDENTS, ("query", "verify"))):
            self.ask(
                asker, entry, "masked" if entry == RESIDENTS else form, wanted, {0, 1, 2}, 90, dual=False, consents=1
            )
        if self.model.waiting():
            self.answer_all(0, form)
        self.ask("zhujianju", MARRIAGES, "verify_only", ("verify", "batch"), {0, 1, 2}, 60, dual=True, consents=1)

    # What agencies do.

    @rule(
        asker=st.sampled_from(ASKERS),
        entry=st.sampled_from(sorted(PROVIDERS)),
        form=FORMS,
        modes=MODES,
        some=SOME,
        days=st.integers(5, 120),
        dual=st.booleans(),
        consents=ANY,
    )
    def ask(
        self,
        asker: str,
        entry: str,
        form: str,
        modes: tuple[str, ...],
        some: set[int],
        days: int,
        *,
        dual: bool,
        consents: int,
    ) -> None:
        """Ask for items; in three of four cases the head consents at once."""
        if asker in self.model.stopped:
            return
        until = self.world.clock() + timedelta(days=days)
        login = "dual.user" if dual and asker == "rensheju" else self.world.login(asker, Role.AGENCY_USER)
        items = [ITEMS[entry][place] for place in sorted(some)]
        made = self.world.do(login, "/api/v1/requests", {
            "entry": entry, "system": self.world.people.registered[asker].system_id, "purpose": acts.PURPOSE,
            "items": [{"item": item, "treatment": form} for item in items], "scenario": "最低生活保障家庭经济状况核对",
            "legal_basis": "社会救助暂行办法 第十三条", "case_pattern": "DB-[0-9]*", "modes": list(modes),
            "valid_from": self.world.clock().isoformat(), "valid_until": until.isoformat(),
        })  # fmt: skip
        if made is not None:
            request = self._learn(made, asker, entry, login, frozenset(modes), until)
            if consents % 4 > 0:
                self._consent(request, self.world.login(asker, Role.AGENCY_APPROVER))

    @rule(asker=st.sampled_from(ASKERS), days=st.integers(5, 120), dual=st.booleans(), form=FORMS, consents=ANY)
    def cart(self, asker: str, days: int, *, dual: bool, form: str, consents: int) -> None:
        """Fill an application for two providers, change it, submit it, and let a head or its maker consent."""
        if asker in self.model.stopped:
            return
        world = self.world
        login = "dual.user" if dual and asker == "rensheju" else world.login(asker, Role.AGENCY_USER)
        until = world.clock() + timedelta(days=days)
        lines = [
            {"entry": MARRIAGES, "item": "hunyin_zhuangtai", "form": "verify_only"},
            {"entry": REPORTS, "item": "jingying_zhuangtai", "form": form},
        ]
        made = world.do(login, "/api/v1/applications", {
            "title": "低保核对", "lines": lines[:1], "purpose": acts.PURPOSE, "scenario": "核对家庭经济状况",
            "bases": ["sharing-19", "pipl-34"], "basis_text": "社会救助暂行办法 第十三条", "case_pattern": "DB-[0-9]*",
            "modes": ["query", "verify"], "valid_until": until.isoformat(), "valid_from": world.clock().isoformat(),
            "people": ["低保经办人"], "systems": [world.people.registered[asker].system_id], "retention_days": 90,
        })  # fmt: skip
        path = "/api/v1/applications/" + str(made["id"]) if made is not None else ""
        if made is not None:
            made = world.do(login, path, {"version": made["version"], "lines": lines}, "PATCH")
        if made is not None:
            made = world.do(login, f"{path}/submit", {"version": made["version"]})
        if made is None:
            return
        entries = {self._entry_of(part): part for part in made["parts"]}
        parts = [
            self._learn(part, asker, entry, login, frozenset(("query", "verify")), until, str(made["id"]))
            for entry, part in entries.items()
        ]
        who = login if consents % 3 == 0 else world.login(asker, Role.AGENCY_APPROVER)
        if world.do(who, f"{path}/consent", {"version": made["version"]}) is not None:
            for part in parts:
                self._opened(part, who)

    @precondition(lambda self: self._submitted())
    @rule(number=ANY, who=st.sampled_from(("head", "maker", "dual.user")))
    def consent(self, number: int, who: str) -> None:
        """Consent to a request: as the head, as its maker, as somebody who could be both."""
        request = picked(self._submitted(), number)
        head = self.world.login(request.asker, Role.AGENCY_APPROVER)
        self._consent(request, {"head": head, "maker": request.maker}.get(who, who))

    @precondition(lambda self: self.model.requests)
    @rule(number=ANY)
    def withdraw(self, number: int) -> None:
        """Take back what waits."""
        request = picked(list(self.model.requests.values()), number)
        user = self.world.login(request.asker, Role.AGENCY_USER)
        if number % 3 == 0 and self.world.do(user, f"/api/v1/requests/{request.id}/withdraw") is not None:
            waiting = [line for line in request.lines.values() if line.state == "waiting"]
            for line in waiting:
                line.state = "withdrawn"
            request.state = "withdrawn" if len(waiting) == len(request.lines) else "answered"

    # What providers do.

    @precondition(lambda self: self.model.waiting())
    @rule(number=ANY, form=st.sampled_from(("verify_only", "verify_only", "masked", "full", "aggregate_only")),
          cited=st.booleans(), who=st.sampled_from(("own", "own", "other")))  # fmt: skip
    def answer(self, number: int, form: str, *, cited: bool, who: str) -> None:
        """Answer a waiting line with a form, lawful or not, as its provider or as somebody else's."""
        request, line = picked(self.model.waiting(), number)
        body: dict[str, Any] = {"decision": form, "decider_role": "数据共享工作负责人"}
        if cited and request.entry == MARRIAGES:
            body |= {"cites_law_and_assessment": True, "assessment": self.seed.assessment}
        organ = PROVIDERS[request.entry] if who == "own" else "gonganju"
        if self._answer(request, line, organ, body):
            self.model.grant(request, line, form)
            self._close(request)

    @precondition(lambda self: self.model.waiting())
    @rule(number=ANY, form=st.sampled_from(("verify_only", "full", "aggregate_only")))
    def answer_all(self, number: int, form: str) -> None:
        """Answer every waiting line of a request in one form."""
        request, _ = picked(self.model.waiting(), number)
        body: dict[str, Any] = {"decision": form, "decider_role": "数据共享工作负责人"}
        if request.entry == MARRIAGES:
            body |= {"cites_law_and_assessment": True, "assessment": self.seed.assessment}
        for line in [line for line in request.lines.values() if line.state == "waiting"]:
            if self._answer(request, line, PROVIDERS[request.entry], body):
                self.model.grant(request, line, form)
        self._close(request)

    @precondition(lambda self: self.model.waiting())
    @rule(number=ANY, record=ANY, none=st.booleans())
    def refuse(self, number: int, record: int, *, none: bool) -> None:
        """Refuse a waiting line on a record: the right one, a lapsed one, another item's, or none."""
        request, line = picked(self.model.waiting(), number)
        own = [one for one in self.model.records.values() if (one.entry, one.item) == (request.entry, line.item)]
        found = picked(own or list(self.model.records.values()), record)
        body = records.refusal("R05", "" if none and record % 2 else found.id)
        body["decider_role"] = "数据共享工作负责人"
        if self._answer(request, line, PROVIDERS[request.entry], body):
            line.state = "refused"
            if none and record % 2:
                raise Breach("a refusal without a record passed")
            if not found.holds(self.world.clock.today) or (found.entry, found.item) != (request.entry, line.item):
                raise Breach(f"a refusal on a record that does not hold passed: {found}")
            self._close(request)

    @precondition(lambda self: self.model.waiting())
    @rule(number=ANY)
    def narrow_request(self, number: int) -> None:
        """Return a line for narrowing, with a lesser offer."""
        request, line = picked(self.model.waiting(), number)
        given = {"decision": "narrow", "offer": "verify_only", "duty": "核对低保只需核验是否一致，不需取得内容"}
        if self._answer(request, line, PROVIDERS[request.entry], {"decider_role": "负责人", **given}):
            line.state = "narrowed"
            self._close(request)

    @rule(where=PLACES, days=st.integers(1, 60), review=st.integers(1, 60), begins=st.integers(-20, 3), who=OWN)
    def record(self, where: tuple[str, str], days: int, review: int, begins: int, who: str) -> None:
        """Record an exemption, by the organ of the item or by another; it ends soon."""
        entry, item = where
        organ = PROVIDERS[entry] if who == "own" else PROVIDERS[RESIDENTS]
        today = self.world.clock.today
        since, until, review_on = (today + timedelta(days=one) for one in (begins, days, review))
        found = records.body_of(
            self.world.people, "R05", records.evidence(self.world.people, "R05", item, organ), entry=entry, item=item,
            in_force_from=since.isoformat(), in_force_until=until.isoformat(), review_on=review_on.isoformat(),
        )  # fmt: skip
        made = self.world.do(self.world.login(organ, Role.APPROVER), records.BASE, found)
        if made is not None:
            self.model.records[made["id"]] = Record(made["id"], entry, item, organ, since, until, review_on)

    @rule(number=ANY)
    def lift(self, number: int) -> None:
        """End a record."""
        live = [one for one in self.model.records.values() if one.ended is None and one.entry != RESIDENTS]
        if live and number % 2:
            found = picked(live, number)
            path = f"{records.BASE}/{found.id}/withdraw"
            if self.world.do(self.world.login(found.organ, Role.APPROVER), path, {"reason": "复核后不再需要限制"}):
                found.ended = self.world.clock.today + timedelta(days=1)

    @precondition(lambda self: self.model.waiting())
    @rule(number=ANY, supply=st.booleans())
    def supplement(self, number: int, *, supply: bool) -> None:
        """Say what is missing, or supply it."""
        request, _ = picked(self.model.waiting(), number)
        path, today = f"/api/v1/requests/{request.id}/supplement", self.world.clock.today
        if supply:
            body = {"text": "已补充职责文件", "changes": {}}
            if self.world.do(self.world.login(request.asker, Role.AGENCY_USER), f"{path}/reply", body) is not None:
                request.pause[1] = today
        else:
            head = self.world.login(PROVIDERS[request.entry], Role.APPROVER)
            if self.world.do(head, path, {"text": "缺少职责文件", "missing": {"": ["material"]}}) is not None:
                request.pause = [today, None]

    @precondition(lambda self: self.model.waiting())
    @rule(number=ANY, days=st.integers(1, 12), consents=st.booleans())
    def extend(self, number: int, days: int, *, consents: bool) -> None:
        """Ask the authority for more time; it consents or not."""
        request, _ = picked(self.model.waiting(), number)
        body = {"working_days": days, "reason": "须会同档案部门核对历史登记"}
        head = self.world.login(PROVIDERS[request.entry], Role.APPROVER)
        made = self.world.do(head, f"/api/v1/requests/{request.id}/extension", body)
        if made is not None:
            said = {"consents": consents, "text": SAID}
            supervisor = self.world.login(AUTHORITY, Role.SUPERVISOR)
            if self.world.do(supervisor, f"/api/v1/extensions/{made['id']}/decision", said) is not None and consents:
                request.extended = days

    # Disputes.

    @precondition(lambda self: self.model.requests)
    @rule(
        number=ANY, form=st.sampled_from((None, "verify_only")), last=st.sampled_from(("overturn", "uphold", "refer"))
    )
    def dispute(self, number: int, form: str | None, last: str) -> None:
        """Dispute what was refused, returned or is late, take it to the authority, and let it decide."""
        open_ones = [
            (one, line) for one in self.model.requests.values() for line in one.lines.values()
            if line.state in {"refused", "narrowed"}
        ]  # fmt: skip
        if not open_ones:
            return
        request, line = picked(open_ones, number)
        world = self.world
        user, head = world.login(request.asker, Role.AGENCY_USER), world.login(PROVIDERS[request.entry], Role.APPROVER)
        body = {"line": line.id, "text": "履职确需该信息项"}
        made = world.do(user, f"/api/v1/requests/{request.id}/disputes", body)
        if made is None:
            return
        path = f"/api/v1/disputes/{made['id']}/acts"
        for who, act in ((head, "record"), (user, "escalate")):
            world.do(who, path, {"act": act, "text": SAID})
        supervisor = world.login(AUTHORITY, Role.SUPERVISOR)
        more = {"form": form} if form is not None and last == "overturn" else {}
        if world.do(supervisor, path, {"act": last, "text": SAID, **more}) is not None and last == "overturn":
            request.state = "open"
            line.state, line.started = "waiting", world.clock.today
            if form is not None:
                self.model.grant(request, line, form)
            self._close(request)

    # Grants.

    @precondition(lambda self: self.model.grants)
    @rule(number=ANY, status=st.sampled_from(("suspended", "active", "suspended", "active", "revoked")))
    def change_grant(self, number: int, status: str) -> None:
        """Suspend, resume or withdraw a grant."""
        grant = picked(list(self.model.grants.values()), number)
        said = {"reason": "已整改"} if status == "active" else {"ground": "security-event", "reason": "疑似密钥泄露"}
        if self._of_grant(grant, "status", {"status": status, **said}):
            grant.status = status

    @precondition(lambda self: self.model.grants)
    @rule(number=ANY, item=ANY, mode=st.sampled_from((None, "query", "verify")))
    def narrow_grant(self, number: int, item: int, mode: str | None) -> None:
        """Take an item or a mode away."""
        grant = picked(list(self.model.grants.values()), number)
        column = picked(sorted(grant.items), item)
        less: dict[str, Any] = {"items": {column: "withheld"}} if mode is None else {"without_modes": [mode]}
        if self._of_grant(grant, "narrow", {"reason": "按实际需要缩小", **less}):
            if mode is None:
                grant.items[column] = "withheld"
            else:
                grant.modes.discard(mode)

    @rule(asker=st.sampled_from(ASKERS), what=st.sampled_from(("members", "systems")), number=ANY)
    def stop_asker(self, asker: str, what: str, number: int) -> None:
        """Suspend a member or its system; whoever is suspended is sooner or later let go on."""
        mark = f"{what} {asker}"
        if mark not in self.model.marks and number % 4:
            return
        place = asker if what == "members" else self.world.people.registered[asker].system_id
        admin = self.world.login(AUTHORITY, Role.SECURITY_ADMIN)
        if mark in self.model.marks:
            if self.world.do(admin, f"/api/v1/{what}/{place}/resume") is not None:
                self.model.marks.discard(mark)
        elif self.world.do(admin, f"/api/v1/{what}/{place}/suspend") is not None:
            self.model.marks.add(mark)

    # Time.

    @rule(days=st.integers(1, 12), sweeps=st.booleans())
    def jump(self, days: int, *, sweeps: bool) -> None:
        """Let days pass."""
        self.world.clock.forward(days=days)
        if sweeps:
            self.sweep()

    @rule()
    def sweep(self) -> None:
        """Let everything happen that is due by itself."""
        self.world.sweep()
        self.model.swept_on = self.world.clock.today

    @precondition(lambda self: self.restarts < RESTARTS)
    @rule(number=ANY)
    def restart(self, number: int) -> None:
        """End the hub and start it again on the same database."""
        if number % 3 == 0:
            self.restarts += 1
            self.world.stop()
            self.world.start()

    @invariant()
    def promises(self) -> None:
        """Everything that is promised."""
        check_all(self.world, self.model)
