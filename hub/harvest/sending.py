"""Publishing open entries to a CKAN: what is new or changed, one way, taken up again where it was.

Zhengzhou Art. 20 §2 (what is open reaches the public where it looks). The directory is read as the public reads it,
so nothing leaves that the public may not know of. What was sent is kept with its digest: the next call sends the
difference alone, and takes back what is withdrawn here. Every entry sent is one small transaction after its answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from catalogue.finding import PUBLIC_VIEWER, Ask, Filters, find
from catalogue.published import published
from connectors.catalogues.ckan_client import Ckan
from connectors.http_source import client_for
from connectors.sources import SourceDeniedError, SourceError, SourceLostError, SourceQueryError
from hub.harvest import sent_store
from hub.harvest.packages import digest_of, package_of
from hub.ledger.drafts import ReceiptKind
from policies.facts import OpenType

if TYPE_CHECKING:
    import uuid

    from catalogue.published import Published
    from connectors.egress import EgressPolicy
    from connectors.sources import SourceLimits
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.harvest.sent_store import Sent
    from hub.identity.facts import StaffRequester

PAGE: Final = 500
OPEN: Final = (int(OpenType.UNCONDITIONAL), int(OpenType.CONDITIONAL))
SHORT_ID: Final = 8


@dataclass(frozen=True, slots=True)
class Target:
    """A CKAN to publish to; its token is used and never kept."""

    address: str
    token: str = field(repr=False)
    organization: str = ""
    include_harvested: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """With which means, and for whom, entries are sent."""

    context: Context
    database: Database
    policy: EgressPolicy
    limits: SourceLimits
    public_url: str
    staff: StaffRequester


@dataclass(slots=True)
class Report:
    """What a call did; ``failed`` names entries with the reason, ``remaining`` is what the next call has to do."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    remaining: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return it as the API gives it."""
        return {
            "created": self.created,
            "updated": self.updated,
            "deleted": self.deleted,
            "unchanged": self.unchanged,
            "remaining": self.remaining,
            "failed": self.failed,
        }


def send(desk: Desk, target: Target, limit: int) -> Report:
    """Send at most ``limit`` changes to a CKAN.

    Raises:
        SourceDeniedError, SourceUnreachableError, SourceLostError: the CKAN cannot be talked to.
        EgressRefusedError, EgressUnreachableError: the hub does not call that address.
    """
    address = target.address.rstrip("/")
    with desk.database.begin(statement_timeout_seconds=0) as unit:
        sent = {one.entry_id: one for one in sent_store.sent(unit, address)}
        wanted = _open_entries(unit, include_harvested=target.include_harvested)
    report = Report()
    pending: list[tuple[Published, dict[str, Any]]] = []
    for one in wanted:
        package = package_of(one, target.organization, desk.public_url)
        known = sent.get(one.row.id)
        if known is not None and known.digest == digest_of(package):
            report.unchanged += 1
        else:
            pending.append((one, package))
    here = {one.row.id for one in wanted}
    leaving = [one for one in sent.values() if one.entry_id not in here]
    with client_for(desk.policy, desk.limits, None) as client, Ckan(address, client, target.token) as ckan:
        for one, package in pending[:limit]:
            _put(_Way(desk, ckan, report), one, package, sent.get(one.row.id))
        for gone in leaving[: max(0, limit - len(pending))]:
            _take_back(_Way(desk, ckan, report), gone)
    done = report.created + report.updated + report.deleted + len(report.failed)
    report.remaining = len(pending) + len(leaving) - done
    with desk.database.begin() as unit:
        _record(desk, unit, report)
    return report


def _open_entries(unit: Unit, *, include_harvested: bool) -> list[Published]:
    found: list[Published] = []
    offset = 0
    while True:
        page = find(
            unit,
            PUBLIC_VIEWER,
            Ask(filters=Filters(open_types=OPEN), order=(("name", False),), limit=PAGE, offset=offset),
        )
        whole = published(unit, PUBLIC_VIEWER, [hit.entry_id for hit in page.hits])
        found += [one for one in whole.values() if include_harvested or one.entry.origin is None]
        offset += PAGE
        if len(page.hits) < PAGE:
            return found


@dataclass(frozen=True, slots=True)
class _Way:
    desk: Desk
    ckan: Ckan
    report: Report


def _put(way: _Way, one: Published, package: dict[str, Any], known: Sent | None) -> None:
    """Create or update one package; a fault of this one is told, a CKAN that is away ends the call."""
    try:
        there = _remote(way.ckan, one, package, known)
        if there is None:
            made = way.ckan.call("package_create", **package)
            way.report.created += 1
        else:
            made = way.ckan.call("package_update", **{**package, "id": there})
            way.report.updated += 1
    except (SourceDeniedError, SourceLostError):
        raise
    except (SourceQueryError, LookupError) as error:
        way.report.failed.append(_fault(one.row.name, error))
        return
    remote_id = str(made.get("id") or made.get("name")) if isinstance(made, dict) else package["name"]
    with way.desk.database.begin() as unit:
        row = sent_store.Sent(one.row.id, digest_of(_as_wanted(package, one)), remote_id)
        sent_store.note(unit, way.ckan.address, row, way.desk.context.now())


def _as_wanted(package: dict[str, Any], one: Published) -> dict[str, Any]:
    """Return the package under the name it is compared by, whatever name was free at the target."""
    return {**package, "name": one.row.name[:100]}


def _remote(ckan: Ckan, one: Published, package: dict[str, Any], known: Sent | None) -> str | None:
    """Return the id of the package at the target: the one sent before, or one that carries our id.

    Where another's package has the name, ours gets a longer one.
    """
    for key in ([known.remote_id] if known is not None else []) + [package["name"]]:
        try:
            there = ckan.call("package_show", id=key)
        except LookupError:
            continue
        if not isinstance(there, dict) or str(there.get("state", "active")) == "deleted":
            continue
        ours = {"key": "hub_id", "value": str(one.row.id)}
        if known is not None and key == known.remote_id:
            package["name"] = str(there.get("name") or package["name"])
            return str(there.get("id") or key)
        if any(
            extra.get("key") == ours["key"] and extra.get("value") == ours["value"]
            for extra in there.get("extras") or ()
        ):
            return str(there.get("id") or key)
        package["name"] = f"{package['name'][:90]}-{one.row.id.hex[:SHORT_ID]}"
    return None


def _take_back(way: _Way, gone: Sent) -> None:
    try:
        way.ckan.call("package_delete", id=gone.remote_id)
    except LookupError:
        pass
    except SourceQueryError as error:
        way.report.failed.append(_fault(str(gone.entry_id), error))
        return
    way.report.deleted += 1
    with way.desk.database.begin() as unit:
        sent_store.forget(unit, way.ckan.address, gone.entry_id)


def _fault(name: str, error: SourceError | LookupError) -> dict[str, str]:
    if isinstance(error, SourceError):
        return {"entry": name, "zh": error.zh, "en": error.en}
    return {"entry": name, "zh": "对方没有该数据集或机构", "en": "the CKAN has no such package or organization"}


def _record(desk: Desk, unit: Unit, report: Report) -> uuid.UUID:
    receipt = desk.context.record(
        unit,
        ReceiptKind.CATALOGUE,
        action="harvest.push_to_ckan",
        member=str(desk.staff.member.id),
        end_user=str(desk.staff.staff.id),
        rows_inserted=report.created,
        rows_updated=report.updated,
        rows_closed=report.deleted,
        rows_rejected=len(report.failed),
    )
    return receipt.id
