"""A directory is filled from another one: each entry passes the gates and is published on the authority's decision.

For an empty hub that takes over a catalogue (Zhengzhou Art. 17-18). Who imports is a catalogue reviewer of the
authority, whose token for this purpose is the decision in bulk; every entry leaves its receipts under that name. The
gates are those of every entry: marks of secrets (V07, V18), personal information in the description, openness beyond
what the items allow (V03-V05, V14). What only the department can state (assessments, legal basis, cycle ...) is not
asked for now; its next version is held to all rules. An entry that a department has described is never overwritten.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from catalogue import code_store, store
from catalogue.code_store import EntryCode
from catalogue.entry_rules.finding import Severity
from catalogue.lifecycle import State
from catalogue.names import pinyin_sort_key, slug
from catalogue.privacy.kinds import NAMES, Kind
from catalogue.resource_code import NATIONAL, ResourceCodeError
from catalogue.store import EntryRow, VersionRow
from hub.directory import privacy_gate
from hub.directory.checking import SecretsInEntryError, checked, finding_body
from hub.directory.errors import DirectoryError, EntryInvalidError
from hub.directory.privacy.errors import PrivacyHoldError
from hub.directory.publish import put_in_force

if TYPE_CHECKING:
    from catalogue.entry import Entry
    from catalogue.entry_rules.finding import Finding
    from hub.directory.checking import Desk
    from hub.identity.facts import Member

ASKED_LATER: Final = frozenset({"V01", "V02", "V06", "V08", "V09", "V10", "V11", "V12", "V13", "V15", "V16", "V19"})
"""Rules on what only the providing department can state: they bind its next version, not the import."""
DEFAULT_CLASS: Final = ("3",)
"""Class of an entry whose catalogue says none: department resources."""
SHOWN: Final = 5


class ImportOverwriteError(DirectoryError):
    """An import would change an entry that a department has described."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"条目 {name} 已由提供单位编目，导入不能改动",
            f"the entry {name} is described by its department; an import does not change it",
            next_zh="请由提供单位更新版本，或换一个名称导入",
            next_en="the department makes a new version, or import it under another name",
        )


@dataclass(frozen=True, slots=True)
class Imported:
    """What is imported: the description, its provider, and, where they are free, the id and code it had."""

    entry: Entry
    owner: Member
    id: uuid.UUID | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The entry as it is in force now, and what the rules say for its next version."""

    row: EntryRow
    entry: Entry
    findings: tuple[Finding, ...]


def take_in(desk: Desk, given: Imported) -> TakenIn:
    """Publish an entry, or a new version of one that was imported before.

    Raises:
        SecretsInEntryError: marks of secrets; nothing may be kept, the caller opens the incident.
        PrivacyHoldError: personal information in the description.
        EntryInvalidError: the title is taken, the class does not exist, or a rule of the gates is broken.
        ImportOverwriteError: a department has described the entry.

    """
    found = store.find_entry(desk.unit, given.entry.name, lock=True)
    if found is not None and not _was_imported(desk, found):
        raise ImportOverwriteError(found.name)
    if found is not None and found.provider_id != given.owner.id:
        raise ImportOverwriteError(found.name)
    owner = replace(desk, staff=replace(desk.staff, member=given.owner))
    entry = _named(given.entry)
    findings = _gated(owner, entry, found)
    row = found if found is not None else _new_row(desk, given, entry)
    number = store.next_version(desk.unit, row.id)
    version = VersionRow(
        row.id, number, State.DRAFT.value, entry.to_dict(), (), desk.staff.staff.id, desk.context.now(), None
    )
    store.save_version(desk.unit, version)
    row = put_in_force(owner, row, version, entry)
    return TakenIn(row, entry, findings)


def _named(entry: Entry) -> Entry:
    path = entry.class_path or DEFAULT_CLASS
    try:
        NATIONAL.class_code(path)
    except ResourceCodeError as error:
        raise EntryInvalidError(
            error.zh, error.en, next_zh="请修改资源分类", next_en="correct the class path"
        ) from error
    return replace(entry, class_path=path, resource_code=None)


def _was_imported(desk: Desk, row: EntryRow) -> bool:
    """Whether the version in force was made by the authority's own people, and nobody works on another."""
    if row.published_version is None or row.draft_version is not None or row.withdrawn_at is not None:
        return False
    version = store.find_version(desk.unit, row.id, row.published_version)
    return version is not None and store.steps_of(desk.unit, row.id, version.number) == ("edit", "publish")


def _gated(desk: Desk, entry: Entry, row: EntryRow | None) -> tuple[Finding, ...]:
    findings = checked(desk, entry, row)
    errors = [one for one in findings if one.severity is Severity.ERROR and _binds(one)]
    if errors:
        raise EntryInvalidError(
            "；".join(f"{one.rule} {one.path} {one.zh}" for one in errors[:SHOWN]),
            "; ".join(f"{one.rule} {one.path} {one.en}" for one in errors[:SHOWN]),
            next_zh="；".join(dict.fromkeys(one.mend_zh for one in errors[:SHOWN])),
            next_en="; ".join(dict.fromkeys(one.mend_en for one in errors[:SHOWN])),
            facts={"findings": [finding_body(one) for one in errors]},
        )
    held = [one for one in privacy_gate.metadata_findings(entry.to_dict()) if one.blocks]
    if any(one.kind is Kind.SECRECY_MARK for one in held):
        raise SecretsInEntryError(
            "条目文字带有密级标志，已停止办理，内容未保存（《保守国家秘密法》第三十一条）",
            "the description carries a mark of secrecy: stopped, nothing of it was kept",
            next_zh="请立即联系保密机构，按应急预案处置",
            next_en="tell the secrecy office at once",
        )
    if held:
        raise PrivacyHoldError(
            "目录文字含有个人信息，不予导入（个人信息保护法第二十五条）："
            + "；".join(f"{one.path} 有{NAMES[one.kind][0]}" for one in held[:SHOWN]),
            "the description holds personal information, it is not imported: "
            + "; ".join(f"{NAMES[one.kind][1]} in {one.path}" for one in held[:SHOWN]),
            next_zh="请在来源处改正后重新导入",
            next_en="mend it at the source and import it again",
            facts={"findings": [one.to_dict() for one in held]},
        )
    return findings


def _binds(finding: Finding) -> bool:
    """Whether a rule binds an import: of openness, what it says of items; its condition and licence are asked later."""
    if finding.rule == "V04":
        return finding.path.startswith("$.items")
    return finding.rule not in ASKED_LATER


def _new_row(desk: Desk, given: Imported, entry: Entry) -> EntryRow:
    identifier = given.id
    if identifier is None or store.find_entry(desk.unit, identifier) is not None:
        identifier = uuid.uuid4()
    now = desk.context.now()
    row = EntryRow(
        id=identifier,
        name=entry.name or slug(entry.title),
        resource_code=None,
        provider_id=given.owner.id,
        jurisdiction=given.owner.jurisdiction,
        title=entry.title,
        draft_version=1,
        published_version=None,
        share_type=int(entry.sharing.type),
        open_type=int(entry.opening.type),
        class_path=entry.class_path,
        created_at=now,
        published_at=None,
        withdrawn_at=None,
        suspended=False,
    )
    store.insert_entry(desk.unit, row, pinyin_sort_key(entry.title))
    front, _, number = given.code.partition("/")
    is_fitting = front == NATIONAL.class_code(entry.class_path) and number.isdecimal() and number[0] != "0"
    if is_fitting and not code_store.is_taken(desk.unit, NATIONAL.name, given.code):
        code_store.add_code(desk.unit, row.id, EntryCode(NATIONAL.name, given.code, now))
    return row
