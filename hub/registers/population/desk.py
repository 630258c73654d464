"""Where the services about persons stand together: the register's state in memory, grouped reading, grouped receipts.

The register is described by one entry of the directory, so whoever asks has standing, grant and quotas there as with
any resource (政务数据共享条例 Art. 20-28). State is as old as the policy epoch at most; a change of the switch, of the
entry or of the telephone bumps it.
"""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from catalogue.basic.population_documents import PersonName, person_name
from hub.exchange.errors import DeniedError
from hub.exchange.use import Use, at_once, decided
from hub.ledger.drafts import ReceiptKind
from hub.registers.population import delivering, lookup_store
from hub.registers.population.errors import PopulationInputError, PopulationOffError
from hub.registers.population.grouping import Grouping
from hub.registers.population.lookup_store import Person, Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from hub.context import Context
    from hub.database import Database
    from hub.exchange.deciding import Question
    from hub.exchange.quotas import Used
    from hub.exchange.standing import ResourceCache, Standing
    from hub.exchange.use import Permitted
    from hub.identity.facts import Requester
    from hub.identity.number_seals import NumberSeals
    from hub.identity.snapshot import SnapshotKeeper
    from hub.registers.population.delivering import Delivery
    from hub.registers.population.grouping import Failed
    from hub.registers.population.lookup_store import Driver, State
    from policies.decision import Permit
    from policies.facts import Mode

NOBODYS: Final = "-"
"""Stands for a number that cannot be anybody's: it is looked up like any other and never found."""


class PopulationDesk:
    """Shared by all services about persons of one process; the async part serves one event loop."""

    def __init__(
        self, database: Database, context: Context, keeper: SnapshotKeeper, cache: ResourceCache, seals: NumberSeals
    ) -> None:
        """Nothing is read before the first question."""
        self.database = database
        self.context = context
        self.seals = seals
        self._keeper = keeper
        self._cache = cache
        self._state: tuple[int, State] | None = None
        self._columns: dict[tuple[str, int], Mapping[str, str]] = {}
        self.persons: Grouping[Wanted, Person] = Grouping(self._find)
        self.receipts: Grouping[Delivery, Used] = Grouping(self._store)

    async def _find(self, wanted: Sequence[Wanted]) -> list[Person | Failed]:
        async with self.database.connection() as driver:
            return [*await lookup_store.find(driver, wanted, self.context.today())]

    async def _store(self, wanted: Sequence[Delivery]) -> list[Used | Failed]:
        return await delivering.store(self.database, self.context.writer, wanted)

    def known_state(self) -> State | None:
        """Return the state of this policy epoch; None where it must be loaded."""
        epoch = self._keeper.current().epoch
        known = self._state
        return known[1] if known is not None and known[0] == epoch else None

    def load_state(self) -> State:
        """Read the state of the register; call it off the event loop."""
        epoch = self._keeper.current().epoch
        with self.database.begin() as unit:
            found = lookup_store.state(unit)
        self._state = (epoch, found)
        return found

    async def standing(self, system: Requester) -> tuple[Standing, State]:
        """Return what a system may meet at the register.

        Raises:
            PopulationOffError: the register is off or has no entry.

        """
        state = self.known_state()
        if state is None:
            state = await asyncio.to_thread(self.load_state)
        if not state.is_on or state.entry is None:
            raise PopulationOffError
        known = self._cache.known(state.entry, system.system_id)
        if known is None:
            known = await asyncio.to_thread(self._cache.load, state.entry, system.system_id)
        return known, state

    def columns(self, standing: Standing) -> Mapping[str, str]:
        """Return the entry's column of each element."""
        key = (str(standing.resource.id), standing.resource.version)
        found = self._columns.get(key)
        if found is None:
            items = standing.resource.entry.items
            found = self._columns[key] = {item.element: item.column for item in items if item.element is not None}
        return found


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks about persons, for which stated purpose, with what standing."""

    desk: PopulationDesk
    system: Requester
    standing: Standing
    state: State
    purpose: str
    case_number: str

    @property
    def context(self) -> Context:
        """What use cases need."""
        return self.desk.context

    def use(self, driver: Driver) -> Use:
        """Return the use of the exchange on a connection."""
        return Use(self.context, driver, self.system, self.standing, self.purpose, self.case_number)

    def column(self, element: str) -> str:
        """Return the entry's column of an element; one that the entry lacks reads as one that was not granted."""
        return self.desk.columns(self.standing).get(element, element)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a question names: kind and number of the document, or what cannot be anybody's (``is_formed`` false)."""

    name: PersonName = field(repr=False)
    is_formed: bool


async def permit(asker: Asker, question: Question, mode: Mode) -> Permitted:
    """Decide a question; without a permit the receipt of what stands in the way is written before this raises.

    Raises:
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.

    """
    found = at_once(asker.context, asker.system, asker.standing, replace(question, mode=mode))
    if found is None:
        async with asker.desk.database.connection() as driver:
            found = await decided(asker.use(driver), question, mode)
    if found.grant is None:
        raise await _without_grant(asker, found)
    return found


async def _without_grant(asker: Asker, found: Permitted) -> DeniedError:
    """Return the denial of a use without a grant, its receipt written.

    Base items are shared between departments without conditions; the services about single persons are not: each use
    of them rests on a grant with its purpose, quota and case number (个人信息保护法 Art. 6, 34).
    """
    writer, record = asker.context.writer, {**found.fields, "decision": "denied", "reason_code": "grant-needed"}
    draft = writer.draft(ReceiptKind.DENIAL, record, at=asker.context.now())
    async with asker.desk.database.connection() as driver:
        await writer.write_async(driver, draft)
    return DeniedError(
        "核验个人须有授权：基础信息项虽无条件共享，逐人核验仍须说明用途并取得授权",
        "persons are verified under a grant only, although base items are shared without conditions",
        next_zh="请就人口基础库的条目提出申请，写明用途、依据和办件编号规则",
        next_en="ask for the entry of the register with purpose, legal basis and the pattern of case numbers",
        facts={"code": "grant-needed", "receipt": str(draft.id)},
    )


def subject_of(number: str, document: str | None, *, today: date, demo: bool) -> Subject:
    """Return whom a number names.

    Raises:
        PopulationInputError: the type of document is none that names a person (the same for everybody, so no hint).

    """
    found = person_name(number, document, today=today, demo=demo)
    if isinstance(found, PersonName):
        return Subject(found, is_formed=True)
    if document is not None and found.value in {
        "document_type_unknown",
        "document_never_stored",
        "document_not_of_one_person",
    }:
        raise PopulationInputError(
            "证件类型不是可以核验个人的类型",
            "this type of document names no person",
            next_zh="请使用代码表 id_document_types 中的个人证件类型；身份证可不填",
            next_en="use a personal type of the code list id_document_types; leave it out for identity cards",
            facts={"document_type": document},
        )
    return Subject(PersonName(lookup_store.NUMBER, NOBODYS + number[:64]), is_formed=False)


def wanted(asker: Asker, permit_: Permit, subject: Subject) -> Wanted:
    """Return what to look up for a subject: a number nobody can have costs what any number costs."""
    number = subject.name.number
    digest = hmac.digest(asker.context.writer.secret, number.encode(), "sha256")
    decoy = 1 + int.from_bytes(digest[:8]) % max(1, asker.state.largest)
    return Wanted(permit_, asker.desk.seals.forms(number), subject.name.kind, decoy)
