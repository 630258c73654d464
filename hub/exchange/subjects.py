"""Whom a resource is about: the item that names the person or body, and the digest receipts know them by.

A receipt holds no identity number: «who looked at my data» (个人信息保护法 Art. 44-45) is found again by a keyed
digest of resource and number, which the hub can make anew when the person asks and nobody can guess back.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from hub.rows.query import comparisons
from policies.facts import ResourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.entry import Entry
    from catalogue.item import Item
    from hub.directory.facts import Resource
    from hub.ledger.writer import ReceiptWriter
    from hub.rows.query import Query

PERSON_ELEMENT, BODY_ELEMENT = "P001", "L001"
"""公民身份号码 and 统一社会信用代码 of the basic databases: the item that says whom the row is about."""
PERSON_CHECK, BODY_CHECK = "citizen_id", "organisation_code"


def _declared(entry: Entry, element: str, check: str) -> Item | None:
    return next((item for item in entry.items if item.element == element and item.check == check), None)


def body_key(entry: Entry) -> Item | None:
    """Return the item that names the legal person a row is about, None where rows are about something else."""
    if entry.kind is not ResourceKind.RECORDS:
        return None
    found = _declared(entry, BODY_ELEMENT, BODY_CHECK)
    if found is not None:
        return found
    return next((item for item in entry.items if item.column in entry.keys and item.check == BODY_CHECK), None)


def person_key(entry: Entry) -> Item | None:
    """Return the item that names the person a row is about, None where rows are about something else.

    The declared element 公民身份号码; without one, the only required identity number of rows that are about no body.
    """
    if entry.kind is not ResourceKind.RECORDS:
        return None
    found = _declared(entry, PERSON_ELEMENT, PERSON_CHECK)
    if found is not None or body_key(entry) is not None:
        return found
    numbers = [item for item in entry.items if item.check == PERSON_CHECK and item.required]
    return numbers[0] if len(numbers) == 1 else None


def normal(number: str) -> str:
    """Return a number as registers write it: half width, capitals, no blanks."""
    return "".join(unicodedata.normalize("NFKC", number).split()).upper()


def subject_digest(writer: ReceiptWriter, resource: Resource, key: Mapping[str, object]) -> str:
    """Return the digest of whom a question is about: of the person's or body's number where the key holds one.

    So the same person has one digest a resource, whatever else was asked with the number.
    """
    for item in (person_key(resource.entry), body_key(resource.entry)):
        if item is not None and isinstance(key.get(item.column), str):
            return writer.digest({"resource": str(resource.id), item.column: normal(str(key[item.column]))})
    return writer.digest({"resource": str(resource.id), **{name: str(value) for name, value in key.items()}})


def subject_of_query(writer: ReceiptWriter, resource: Resource, asked: Query) -> str | None:
    """Return the digest of the one person or body a query is about, None where it is about many."""
    names = {item.column for item in (person_key(resource.entry), body_key(resource.entry)) if item is not None}
    if asked.where is None or not names:
        return None
    key = {
        node.item: node.value
        for node, is_match in comparisons(asked.where)
        if is_match and node.item in names and isinstance(node.value, str)
    }
    return subject_digest(writer, resource, key) if key else None
