"""The national template comes back: every fault in one pass, drafts of what is good, never a published version.

A file with a fault writes nothing, unless the good rows are asked for. A resource that is in the directory opens a new
draft; one whose version is under review stays as it is and is named. Descriptions that touch secrets stop the whole
file, and nothing of it is kept (V07).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from catalogue import store as catalogue_store
from catalogue.entry import Entry
from catalogue.shape import ShapeError
from hub.directory import publish
from hub.directory.checking import Desk, SecretsInEntryError, finding_body
from hub.directory.differences import differences
from hub.directory.sheets import building, packing, store
from hub.directory.sheets.faults import Fault, Normalised, Place, listed
from hub.directory.sheets.places import place_of
from hub.directory.tree.store import tree_in_force
from hub.ledger.drafts import ReceiptKind
from policies.errors import DomainError

if TYPE_CHECKING:
    from catalogue.classes import ClassTree
    from catalogue.store import EntryRow
    from hub.directory.publish import Draft
    from hub.directory.sheets.building import Resource
    from hub.directory.sheets.importing_lists import How
    from hub.directory.sheets.reading import SheetFile

MOST_FINDINGS: Final = 500


@dataclass(slots=True)
class Outcome:
    """What becomes of one resource: new, changed, unchanged or faulty, with what is different and what rules say."""

    place: Place
    title: str
    outcome: str
    name: str = ""
    version: int | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    findings: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "sheet": self.place.sheet,
            "row": self.place.row,
            "title": self.title,
            "name": self.name,
            "outcome": self.outcome,
            "version": self.version,
            "changes": self.changes,
            "findings": self.findings,
        }


@dataclass(slots=True)
class Imported:
    """The report of a file; ``new`` + ``changed`` + ``unchanged`` + ``faulty`` are all its resources."""

    items: int = 0
    form: str = "two_sheets"
    is_written: bool = False
    idle: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    normalised: Normalised = field(default_factory=Normalised)

    def count(self, outcome: str) -> int:
        """Return how many resources had an outcome."""
        return sum(one.outcome == outcome for one in self.outcomes)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        return {
            "form": self.form,
            "resources": len(self.outcomes),
            "items": self.items,
            "new": self.count("new"),
            "changed": self.count("changed"),
            "unchanged": self.count("unchanged"),
            "faulty": self.count("faulty"),
            "is_written": self.is_written,
            "columns_not_read": self.idle,
            "normalised": self.normalised.to_list(),
            "entries": [one.to_dict() for one in self.outcomes],
            "rules_found": sum(one.findings for one in self.outcomes),
            "findings": self.findings[:MOST_FINDINGS],
            **listed(self.faults),
        }


def import_template(desk: Desk, file: SheetFile, how: How, digest: str) -> Imported:
    """Take in a workbook of the reporting template as drafts of the person's unit.

    ``digest`` is the RFC 9530 digest of the file, for the receipt.

    Raises:
        FileError, SheetFormError: the file as a whole cannot be read, or is none of the template.
        SecretsInEntryError: V07; the caller opens an incident.

    """
    packed = packing.unpack(file)
    report = Imported(items=packed.items, form=packed.form, idle=packed.idle, faults=list(packed.faults))
    building.older_share_types(packed.tables, report.normalised)
    report.faults += [fault for table in packed.tables for fault in table.faults]
    classes = tree_in_force(desk.unit)
    with desk.unit.connection.begin_nested() as point:
        for resource in packed.resources:
            report.outcomes.append(_taken(desk, resource, report, classes))
        report.is_written = not how.dry_run and (how.accept_good or not report.faults)
        if not report.is_written:
            point.rollback()
            for one in report.outcomes:
                one.version = None
    if report.is_written:
        _record(desk, report, digest)
    return report


def _record(desk: Desk, report: Imported, digest: str) -> None:
    desk.context.record(
        desk.unit,
        ReceiptKind.CATALOGUE,
        provider=str(desk.staff.member.id),
        end_user=str(desk.staff.staff.id),
        action="sheet.import",
        file_digest=digest,
        rows=len(report.outcomes),
        rows_accepted=report.count("new") + report.count("changed"),
        rows_unchanged=report.count("unchanged"),
        rows_rejected=report.count("faulty"),
    )


def _taken(desk: Desk, resource: Resource, report: Imported, classes: ClassTree) -> Outcome:
    """Read one resource, store its draft where it is good, and say what became of it."""
    row = resource.row
    outcome = Outcome(resource.table.place(row), row["title"].strip(), "faulty", row["name"].strip())
    known = _known(desk, resource)
    base = _present(desk, known) if known is not None else {}
    if known is not None:
        outcome.name = known.name
    if resource.items is not None and not resource.items:
        _without_items(resource, base)
    body = building.body_of(resource, base, report.normalised, classes)
    entry = _decoded(resource, body)
    if entry is not None and entry.provider.code.strip() != desk.staff.member.organisation_code:
        text = ("提供方不是本单位", "the provider is not your unit")
        mend = ("由提供单位自行导入，或改为本单位代码", "let that unit import it, or give your own code")
        resource.fault("provider_code", text, mend)
    if not resource.faults and entry is not None:
        _store(desk, resource, (known, base), entry, outcome, report)
    if outcome.outcome == "changed" and entry is not None:
        outcome.changes = shown_changes(Entry.from_dict(base), entry, classes)
    report.faults += resource.faults
    return outcome


def _without_items(resource: Resource, base: dict[str, Any]) -> None:
    """Say that a file with items has none of an entry that has some: nobody drops them by leaving rows out."""
    count = len(base.get("items", ()))
    resource.items = None
    if count:
        text = (
            f"条目现有 {count} 个信息项，文件中一个也没有",
            f"the entry has {count} items, the file has none of them",
        )
        mend = ("补上信息项，或把这个资源移出文件", "add its items, or take the resource out of the file")
        resource.fault("title", text, mend)


def _known(desk: Desk, resource: Resource) -> EntryRow | None:
    """Return the unit's entry a row means: by its resource code, its name, or its title."""
    code, name, title = (resource.row[key].strip() for key in ("resource_code", "name", "title"))
    own = desk.staff.member.id
    for key in (code if "/" in code else "", name):
        found = catalogue_store.find_entry(desk.unit, key) if key else None
        if found is not None and found.provider_id == own:
            return found
        if found is not None:
            text = ("这个代码或标识是另一单位的条目", "this code or name is another unit's entry")
            resource.fault("resource_code" if key == code else "name", text, ("清空或更正", "clear or correct it"))
            return None
    entry_id = store.entry_titled(desk.unit, own, title) if title else None
    return catalogue_store.find_entry(desk.unit, entry_id) if entry_id is not None else None


def _present(desk: Desk, row: EntryRow) -> dict[str, Any]:
    number = row.draft_version or row.published_version
    version = catalogue_store.find_version(desk.unit, row.id, number) if number is not None else None
    body = dict(version.body) if version is not None else {}
    return body | {"name": row.name} | ({"resource_code": row.resource_code} if row.resource_code else {})


def _decoded(resource: Resource, body: dict[str, Any]) -> Entry | None:
    """Return the entry of the JSON; what its shape does not allow becomes a fault of the cell it came from."""
    if resource.faults:
        return None
    try:
        return Entry.from_dict(body)
    except ShapeError as error:
        place = place_of(resource, error.path)
        text = (f"应为{error.expected_zh}", f"expected {error.expected_en}")
        resource.faults.append(Fault(place, *text, error.mend_zh, error.mend_en))
        return None


def _store(
    desk: Desk,
    resource: Resource,
    present: tuple[EntryRow | None, dict[str, Any]],
    entry: Entry,
    outcome: Outcome,
    report: Imported,
) -> None:
    known, base = present
    if known is not None and Entry.from_dict(base) == entry:
        outcome.outcome = "unchanged"
        return
    try:
        with desk.unit.connection.begin_nested():
            draft = (
                publish.create(desk, entry.to_dict())
                if known is None
                else publish.revise(desk, known.name, entry.to_dict())
            )
    except SecretsInEntryError:
        raise
    except DomainError as error:
        resource.fault("title" if known is None else "", (error.zh, error.en), (error.next_zh, error.next_en))
        return
    outcome.outcome = "new" if known is None else "changed"
    outcome.name, outcome.version = draft.row.name, draft.version.number
    _note_findings(resource, draft, outcome, report)


def _note_findings(resource: Resource, draft: Draft, outcome: Outcome, report: Imported) -> None:
    """Say which cells the rules V01-V19 speak of: a draft is kept with them, and does not move on before they go."""
    outcome.findings = len(draft.findings)
    for finding in draft.findings:
        place = place_of(resource, finding.path)
        report.findings.append(
            {
                "sheet": place.sheet,
                "row": place.row,
                "column": place.column,
                "heading": place.heading,
                **finding_body(finding),
            }
        )


def shown_changes(before: Entry, after: Entry, classes: ClassTree | None = None) -> list[dict[str, Any]]:
    """Return what differs between two descriptions: metadata first, then items, as JSON data."""
    found = differences(before, after, classes)
    return [*(one.as_json() for one in found.metadata), *({"item": one.column, **one.as_json()} for one in found.items)]
