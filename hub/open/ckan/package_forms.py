"""How a write of a dataset is answered: the dataset as it stands now, and, where it waits for review, that it does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from catalogue.published import Published
from hub.directory.checking import finding_body
from hub.directory.tree.store import tree_in_force
from hub.open.ckan import shapes

if TYPE_CHECKING:
    from catalogue.entry import Entry
    from catalogue.entry_rules.finding import Finding
    from catalogue.store import EntryRow
    from hub.identity.facts import Member
    from hub.open.ckan.asks import CkanAsk

UNDER_REVIEW = (
    "已存为草稿，须经评估、批准、保密审查、审核后发布（《政务数据共享条例》第十二条至第十七条）"
    " / stored as a draft: it is published after assessment, approval, secrecy review and audit"
)


def shown_as(ask: CkanAsk, row: EntryRow, entry: Entry, owner: Member, number: int) -> dict[str, Any]:
    """Return how a version of an entry shows itself as a dataset."""
    standing = replace(row, published_version=number, title=entry.title, open_type=int(entry.opening.type))
    published = Published(standing, entry, ask.hub.context.now(), None, None)
    return shapes.package(ask.site, published, owner, tree_in_force(ask.unit))


def draft_body(package: dict[str, Any], findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Return a dataset that waits for review, with what the rules V01-V19 say of it."""
    return {
        **package,
        "state": "draft",
        "private": True,
        "review": UNDER_REVIEW,
        "findings": [finding_body(one) for one in findings],
    }
