"""What the rules V01-V19 say of a description, with all they need to know from the database.

A description that touches secrets is not kept at all (V07; 政务数据共享条例 Art. 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue import dictionary_store, store
from catalogue.entry import Entry, EntryFormatError
from catalogue.entry_rules.finding import ExemptionFact, Finding, Severity, ValidationContext
from catalogue.entry_rules.protection import narrowed_columns
from catalogue.validation import has_errors, holds_secrets, validate
from hub.directory.changes import store as changes_store
from hub.directory.code_lists import store as code_list_store
from hub.directory.errors import EntryFormError, EntryInvalidError
from hub.directory.evidence import exemption_of
from hub.directory.sources import decisions
from hub.directory.tree import store as tree_store
from hub.identity import store as identity_store
from policies.exemptions import in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.entry_rules.finding import AffectedGrant, Holding
    from catalogue.store import EntryRow
    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester
    from policies.packs import Pack

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Desk:
    """Who works on an entry, in which transaction, with which means."""

    context: Context
    unit: Unit
    staff: StaffRequester

    def pack(self, jurisdiction: str) -> Pack:
        """Return the regulation pack of a jurisdiction."""
        found = identity_store.jurisdiction(self.unit, jurisdiction)
        return self.context.pack(found.pack if found is not None else "national")


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads the published version: grants that are narrowed (V16), and what their holders have beside (V17)."""

    grants: Sequence[AffectedGrant] = ()
    holdings: Sequence[Holding] = ()


NOBODY = Readers()


class SecretsInEntryError(EntryInvalidError):
    """V07: the description names state or work secrets. Nothing of it is kept; an incident is opened."""


def read_entry(data: object) -> Entry:
    """Return the entry of JSON data (raises :class:`EntryFormError` naming path, expectation and remedy)."""
    try:
        return Entry.from_dict(data)
    except EntryFormatError as error:
        raise EntryFormError(
            f"{error.path}：应为{error.expected_zh}",
            f"{error.path}: expected {error.expected_en}",
            next_zh=error.mend_zh,
            next_en=error.mend_en,
            facts={"pointer": error.path},
        ) from error


def _context(desk: Desk, entry: Entry, row: EntryRow | None, readers: Readers) -> ValidationContext:
    previous, is_filed = None, False
    facts: tuple[ExemptionFact, ...] = ()
    if row is not None:
        pack = desk.pack(row.jurisdiction)
        facts = tuple(
            ExemptionFact(
                record.item or "", record.ground, not in_force(exemption_of(record), desk.context.today(), pack)
            )
            for record in store.exemptions(desk.unit, entry_id=row.id)
        )
        if row.published_version is not None:
            published = store.find_version(desk.unit, row.id, row.published_version)
            previous = Entry.from_dict(published.body) if published is not None else None
        if previous is not None and row.draft_version is not None:
            narrowed = narrowed_columns(previous, entry)
            is_filed = narrowed <= changes_store.filed_columns(desk.unit, row.id, row.draft_version)
    ruled = decisions.rulings(desk.unit, desk.staff)
    besides = row.id if row is not None else None
    names_elements = any(item.element for item in entry.items)
    return ValidationContext(
        today=desk.context.today(),
        submitting_department=desk.staff.member.organisation_code,
        exemptions=facts,
        element_sources=store.element_sources(desk.unit, besides) if names_elements else {},
        decided_sources=ruled.sources,
        second_sources=ruled.allowed,
        previous=previous,
        affected_grants=tuple(readers.grants),
        change_notice_filed=is_filed,
        holdings=tuple(readers.holdings),
        classes=tree_store.tree_in_force(desk.unit),
        own_lists=code_list_store.held(desk.unit),
        own_elements=frozenset(own.code for own in dictionary_store.own_elements(desk.unit)),
    )


def checked(desk: Desk, entry: Entry, row: EntryRow | None, readers: Readers = NOBODY) -> tuple[Finding, ...]:
    """Return what the rules say; raise when the description must not be kept at all."""
    findings = validate(entry, _context(desk, entry, row, readers))
    if holds_secrets(findings):
        raise SecretsInEntryError(
            "条目涉及国家秘密或工作秘密，已停止办理，内容未保存（《政务数据共享条例》第三条、《保守国家秘密法》第三十一条）",
            "the entry touches state or work secrets: stopped, nothing of it was kept",
            next_zh="请立即联系本单位保密机构，按应急预案处置",
            next_en="tell your organ's secrecy office at once",
            facts={"findings": [finding_body(finding) for finding in findings]},
        )
    title_clash = store.title_taken(desk.unit, desk.staff.member.id, entry.title, row.id if row is not None else None)
    if title_clash:
        raise EntryInvalidError(
            "本单位已有同名条目",
            "your organ has another entry of this title",
            next_zh="请修改名称，或在原条目上更新版本",
            next_en="change the title, or revise that entry",
        )
    return findings


def finding_body(finding: Finding) -> dict[str, str]:
    """Return a finding as JSON."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "path": finding.path,
        "message": finding.zh,
        "message_en": finding.en,
        "mend": finding.mend_zh,
        "mend_en": finding.mend_en,
        "article": finding.article,
    }


def checked_without_errors(desk: Desk, entry: Entry, row: EntryRow, readers: Readers) -> tuple[Finding, ...]:
    """Return the findings of a description the department vouches for; raise when any is an error."""
    findings = checked(desk, entry, row, readers)
    if has_errors(findings):
        errors = [finding for finding in findings if finding.severity is Severity.ERROR]
        raise EntryInvalidError(
            f"条目还有 {len(errors)} 处不符合编目规则："
            + "；".join(f"{f.rule} {f.path} {f.zh}" for f in errors[:SHOWN]),
            f"the entry breaks {len(errors)} rule(s): "
            + "; ".join(f"{f.rule} {f.path} {f.en}" for f in errors[:SHOWN]),
            next_zh="；".join(dict.fromkeys(f.mend_zh for f in errors)),
            next_en="; ".join(dict.fromkeys(f.mend_en for f in errors)),
            facts={"findings": [finding_body(finding) for finding in findings]},
        )
    return findings
