"""On whose behalf somebody looks: on one's own, a body's, or a child's whose guardianship a register proves.

Under 14 the guardian acts, from 14 the child's own right stands beside the guardian's, at 18 the guardian's ends
(个人信息保护法 Art. 31; 民法典 Art. 17, 27). Birth dates are those in the identity number (GB 11643).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from hub.exchange import subjects
from hub.exchange.corrections.records import Reporter, ReporterKind
from hub.exchange.own_data import store
from hub.exchange.own_data.errors import GuardianshipNotProvenError, OwnRateLimitError, ThroughGuardianError
from hub.identity import store as identity_store
from hub.identity.citizens.sessions import subject_key
from hub.identity.citizens.store import SessionKind
from hub.ledger.drafts import ReceiptKind
from hub.rows import record
from hub.rows.errors import OperandError
from policies.facts import Requester, RequesterKind
from policies.masking import Audience, mask

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.identity.citizens.sessions import Citizen
    from hub.identity.sealing import Sealer

OWN_AGE: Final = 14
ADULT_AGE: Final = 18
GUARDIAN_ELEMENT: Final = "P032"
"""监护人公民身份号码: the element by which a register names a child's guardian."""
SEAL_WARD: Final = "guardianship"
NUMBER_LENGTH: Final = 18
WINDOW: Final = timedelta(minutes=15)
LOOKS: Final = 120
PROOFS: Final = 10


@dataclass(frozen=True, slots=True)
class Acting:
    """Whose record is looked at (``key``, ``number``), by whom, as the decision and a correction know it."""

    requester: Requester
    reporter: Reporter
    key: str
    number: str = field(repr=False)
    is_body: bool

    @property
    def is_guardian(self) -> bool:
        """Whether a guardian looks at a child's record."""
        return self.requester.kind is RequesterKind.GUARDIAN


def born_on(number: str) -> date | None:
    """Return the birth date in an identity number, None where it holds none."""
    if len(number) != NUMBER_LENGTH or not number[6:14].isdigit():
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def birthday(born: date, years: int) -> date:
    """Return the day on which somebody is so many years old (29 February: 1 March)."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def age_on(number: str, day: date) -> int | None:
    """Return full years on a day, None where the number holds no date."""
    born = born_on(number)
    if born is None:
        return None
    return day.year - born.year - (day < birthday(born, day.year - born.year))


def acting_for(context: Context, unit: Unit, sealer: Sealer, citizen: Citizen, ward: str | None = None) -> Acting:
    """Return on whose behalf a session looks; ``ward`` is the internal key of a proven ward.

    Raises:
        ThroughGuardianError: the person is a child under 14.
        GuardianshipNotProvenError: no proof of this guardianship, or the child has come of age.

    """
    today = context.today()
    if ward is not None:
        known = None if citizen.is_body else store.find_guardianship(unit, citizen.subject, ward)
        if known is None or today >= known.until:
            raise GuardianshipNotProvenError
        number = sealer.open(SEAL_WARD, known.sealed).decode()
        requester = Requester(
            RequesterKind.GUARDIAN, subject=citizen.subject, ward=ward, second_factor=citizen.has_second_factor
        )
        return Acting(requester, Reporter(ReporterKind.GUARDIAN, subject=citizen.subject), ward, number, is_body=False)
    kind = RequesterKind.LEGAL_PERSON if citizen.is_body else RequesterKind.CITIZEN
    if not citizen.is_body:
        age = age_on(citizen.number, today)
        if age is not None and age < OWN_AGE:
            raise ThroughGuardianError
    requester = Requester(kind, subject=citizen.subject, second_factor=citizen.has_second_factor)
    reporter = Reporter(ReporterKind.LEGAL_PERSON if citizen.is_body else ReporterKind.CITIZEN, subject=citizen.subject)
    return Acting(requester, reporter, citizen.subject, citizen.number, is_body=citizen.is_body)


def count_look(context: Context, unit: Unit, citizen: Citizen, what: str = "look", most: int = LOOKS) -> None:
    """Count a look of a person; commit it before anything is read.

    Raises:
        OwnRateLimitError: too many within a quarter of an hour.

    """
    now = context.now()
    count, began = identity_store.count_attempt(unit, f"own:{what}:{citizen.subject}", now, now - WINDOW)
    if count > most:
        raise OwnRateLimitError(max(1, int((began + WINDOW - now).total_seconds())))


def prove_guardianship(
    context: Context, unit: Unit, sealer: Sealer, citizen: Citizen, ward_number: str, registers: Iterable[Resource]
) -> str | GuardianshipNotProvenError:
    """Prove guardianship by a register that names this guardian beside this child; returns the ward's internal key.

    The registers are compared inside the hub; nothing of them is told but that the proof stands. The error is returned,
    with its receipt, and the caller raises it after commit; unknown numbers and foreign children read the same.
    """
    number = subjects.normal(ward_number)
    born = born_on(number)
    proof = None if citizen.is_body else _proving(unit, registers, number, citizen.number)
    until = birthday(born, ADULT_AGE) if born is not None else context.today()
    is_proven = proof is not None and context.today() < until
    context.record(
        unit,
        ReceiptKind.VERIFY,
        action="guardian.prove",
        door="citizen",
        resource=str(proof.id) if proof is not None and is_proven else None,
        provider=str(proof.provider_id) if proof is not None and is_proven else None,
        legal_basis="个人信息保护法 Art.31",
        outcome="proven" if is_proven else "not-proven",
    )
    if proof is None or not is_proven:
        return GuardianshipNotProvenError()
    ward = subject_key(context.writer.digest, SessionKind.CITIZEN, number)
    known = store.Guardianship(
        citizen.subject, ward, sealer.seal(SEAL_WARD, number.encode()), proof.id, context.now(), until
    )
    store.save_guardianship(unit, known)
    return ward


def _proving(unit: Unit, registers: Iterable[Resource], ward: str, guardian: str) -> Resource | None:
    """Return the first register with a record of the child that names the guardian; all are looked at."""
    found: Resource | None = None
    for register in registers:
        child = subjects.person_key(register.entry)
        elder = next((item for item in register.entry.items if item.element == GUARDIAN_ELEMENT), None)
        if child is None or elder is None:
            continue
        try:
            places = record.locate(unit, register.table, {child.column: ward, elder.column: guardian})
        except OperandError:
            continue
        if places and found is None:
            found = register
    return found


def masked_number(sealer: Sealer, sealed: bytes) -> str:
    """Return a ward's number as pages show it: the first and the last character."""
    return str(mask(sealer.open(SEAL_WARD, sealed).decode(), "citizen_id", Audience.PUBLIC))
