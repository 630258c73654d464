"""An entry gets its codes when it is published: one of every scheme; a new class gives a new code, linked to the old.

Guide 发改高技〔2017〕1272号: a code survives a new name and a new provider; numbers are never given twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalogue import code_store, store
from catalogue.code_schemes import NATIONAL_FORM, CodeFacts, counter_of, follows_class, write_code
from catalogue.code_store import EntryCode
from catalogue.resource_code import NATIONAL, ResourceCodeError
from hub.directory.errors import EntryInvalidError
from hub.directory.tree import store as tree_store
from policies.workdays import local_day

if TYPE_CHECKING:
    from datetime import datetime

    from catalogue.code_schemes import SchemeForm
    from catalogue.entry import Entry
    from catalogue.store import EntryRow
    from hub.database import Unit


def give_codes(unit: Unit, row: EntryRow, entry: Entry, now: datetime) -> tuple[EntryCode, ...]:
    """Give the entry what codes it lacks in the schemes in use; the national one in force comes first.

    Returns:
        Every code of the entry, those of before too.

    Raises:
        EntryInvalidError: the class path fits no scheme.

    """
    facts = CodeFacts(_class_code(entry), entry.provider.code, row.jurisdiction, local_day(now).year)
    active = [scheme for scheme, _ in tree_store.schemes(unit, active_only=True)]
    known = code_store.codes_of(unit, [row.id]).get(row.id, ())
    has_moved = row.published_version is not None and row.class_path[-1:] != entry.class_path[-1:]
    for scheme in (NATIONAL_FORM, *active):
        is_there = any(one.scheme == scheme.name and one.replaced_by is None for one in known)
        if not is_there or (has_moved and follows_class(scheme)):
            code_store.add_code(unit, row.id, EntryCode(scheme.name, _next(unit, scheme, facts), now))
    found = code_store.codes_of(unit, [row.id])[row.id]
    return tuple(sorted(found, key=lambda one: (one.scheme != NATIONAL.name, one.replaced_by is not None)))


def _class_code(entry: Entry) -> str:
    try:
        return NATIONAL.class_code(entry.class_path)
    except ResourceCodeError as error:
        raise EntryInvalidError(
            error.zh, error.en, next_zh="请修改资源分类", next_en="correct the class path"
        ) from error


def _next(unit: Unit, scheme: SchemeForm, facts: CodeFacts) -> str:
    """Return the next code; a number whose code another scheme's row has already used up is passed over."""
    while True:
        code = write_code(scheme, facts, store.take_sequence(unit, counter_of(scheme, facts)))
        if not code_store.is_taken(unit, scheme.name, code):
            return code
