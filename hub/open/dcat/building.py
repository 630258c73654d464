"""From published entries to their descriptions: one batch of reads for a page, no read an entry where it can be helped.

Everything comes through :mod:`catalogue.published`, so that one rule of visibility holds; what of the rows is given is
decided by the law for the public (Zhengzhou Art. 20 §2), as for every download.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from catalogue.finding import PUBLIC_VIEWER, Ask, find
from catalogue.published import published, published_one
from hub.directory.facts import facts_of_many
from hub.directory.tree.store import tree_in_force
from hub.identity import store as identity_store
from hub.identity.facts import MemberKind, Status
from hub.open.datasets import public_columns
from hub.open.dcat import parts, vocabularies
from hub.open.dcat.description import Catalogue, Description, Measure, Place, Source, Text
from hub.open.dcat.terms import web
from hub.push import store as push_store
from hub.push.quality import store as quality_store
from hub.push.quality.words import WORDS
from policies.facts import OpenType, ResourceKind
from policies.workdays import local_day

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence

    from catalogue.classes import ClassTree
    from catalogue.published import Published
    from hub.database import Unit
    from hub.identity.facts import Jurisdiction, Member
    from hub.open.dcat.description import Agent, Contact
    from hub.services import Services

MOST: Final = 500
"""Members and jurisdictions read for one page; a city has fewer."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read for one page of entries."""

    hub: Services
    unit: Unit
    classes: ClassTree
    jurisdictions: Mapping[str, Jurisdiction]
    members: Mapping[uuid.UUID, Member]
    pushed: Mapping[uuid.UUID, Mapping[str, object]] = field(default_factory=dict)
    measures: Mapping[uuid.UUID, tuple[Measure, ...]] = field(default_factory=dict)
    given: Mapping[uuid.UUID, tuple[str, ...]] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """The address of the hub, without a slash at its end."""
        return self.hub.settings.public_url.rstrip("/")


def describe(hub: Services, unit: Unit, ids: Sequence[uuid.UUID]) -> tuple[Description, ...]:
    """Return the descriptions of entries in the order of ``ids``; those the public may not know of are left out."""
    found = published(unit, PUBLIC_VIEWER, ids)
    shown = [found[one] for one in ids if one in found]
    filled = [one for one in shown if one.data_at is not None and one.entry.opening.type is OpenType.UNCONDITIONAL]
    facts = facts_of_many(hub.context, unit, filled)
    keys = [one.row.id for one in filled]
    read = _Read(
        hub,
        unit,
        tree_in_force(unit),
        _jurisdictions(unit),
        _members(unit, {one.row.provider_id for one in shown}),
        push_store.latest_facts_of(unit, keys) if keys else {},
        {key: _measures(one.shares) for key, one in quality_store.latest(unit, keys).items()} if keys else {},
        {key: public_columns(hub.context, one) for key, one in facts.items()},
    )
    return tuple(_description(read, one) for one in shown)


def catalogue_of(hub: Services, unit: Unit) -> Catalogue:
    """Return the catalogue as a whole; its publisher is the city's data authority (Zhengzhou Art. 18)."""
    first = find(unit, PUBLIC_VIEWER, Ask(order=(("issued", False),), limit=1)).hits
    newest = [find(unit, PUBLIC_VIEWER, Ask(order=((name, True),), limit=1)).hits for name in ("modified", "data_at")]
    moments = [at for hits in newest for hit in hits for at in (hit.modified, hit.data_at) if at is not None]
    settings = hub.settings
    authority = _authority(unit, settings.division_code)
    jurisdiction = identity_store.jurisdiction(unit, settings.division_code)
    city = Text(settings.city_name, jurisdiction.name_en if jurisdiction is not None else "")
    publisher = (
        parts.member_agent(authority)
        if authority is not None
        else parts.outside_agent(f"{settings.city_name}政务数据共享主管部门", "")
    )
    mandates = vocabularies.mandates_of(jurisdiction.pack if jurisdiction is not None else settings.pack)
    return Catalogue(
        base=settings.public_url.rstrip("/"),
        title=Text(f"{settings.city_name}政务数据目录", f"Government data directory of {city.en}" if city.en else ""),
        about=Text(
            f"{settings.city_name}各部门编目并向社会开放的政务数据资源。",
            "Government data resources that the departments of the city list and open to society.",
        ),
        publisher=publisher,
        contact=parts.contact_of(authority.name, "", authority.contact) if authority is not None else None,
        place=Place(settings.division_code, city),
        licence=vocabularies.licence_of(settings.catalogue_licence),
        issued=first[0].issued if first else None,
        modified=max(moments, default=None),
        rules=parts.rules_of(mandates),
        is_sample=settings.demo,
    )


def _authority(unit: Unit, division: str) -> Member | None:
    members = identity_store.members(unit, identity_store.Paging(limit=MOST)).rows
    fit = [one for one in members if one.kind is MemberKind.AUTHORITY and one.status is Status.ACTIVE]
    return next((one for one in fit if one.jurisdiction == division), fit[0] if fit else None)


def _jurisdictions(unit: Unit) -> Mapping[str, Jurisdiction]:
    rows = identity_store.jurisdictions(unit, identity_store.Paging(limit=MOST)).rows
    return {one.code: one for one in rows}


def _members(unit: Unit, ids: set[uuid.UUID]) -> Mapping[uuid.UUID, Member]:
    found = (identity_store.member(unit, "id", one) for one in sorted(ids))
    return {one.id: one for one in found if one is not None}


def _measures(shares: Mapping[str, float | None]) -> tuple[Measure, ...]:
    return tuple(Measure(word, round(share, 6)) for word in WORDS if (share := shares.get(word)) is not None)


def _publisher(read: _Read, one: Published) -> Agent:
    entry, member = one.entry, read.members.get(one.row.provider_id)
    if entry.origin is not None:
        return parts.outside_agent(entry.provider.name or entry.origin.publisher, entry.provider.code)
    if member is not None:
        return parts.member_agent(member)
    return parts.outside_agent(entry.provider.name, entry.provider.code)


def _description(read: _Read, one: Published) -> Description:
    row, entry, base = one.row, one.entry, read.base
    page = f"{base}/d/{row.name}"
    given = read.given.get(row.id, ())
    if entry.origin is not None:
        forms = parts.links_of(page, entry)
    else:
        own = parts.files_of(base, row.name, entry, given) if given else ()
        linked = parts.links_of(page, entry) if entry.links else ()
        forms = (*own, *linked) or parts.pages_of(page, entry, has_rows=one.data_at is not None)
    jurisdiction = read.jurisdictions.get(row.jurisdiction)
    mandates = vocabularies.mandates_of(jurisdiction.pack if jurisdiction is not None else read.hub.settings.pack)
    names = {code: Text(known.name_zh, known.name_en) for code, known in read.jurisdictions.items()}
    names.setdefault(read.hub.settings.division_code, Text(read.hub.settings.city_name))
    concepts = parts.concepts_of(entry.class_path, read.classes)
    issued = entry.issued if entry.issued is not None else local_day(one.modified)
    return Description(
        name=row.name,
        id=str(row.id),
        title=Text(entry.title, entry.title_en),
        about=Text(entry.abstract or entry.title, entry.abstract_en),
        publisher=_publisher(read, one),
        share_type=int(entry.sharing.type),
        open_type=int(entry.opening.type),
        described=one.modified,
        modified=max(one.modified, one.data_at or one.modified),
        concepts=concepts,
        themes=vocabularies.themes_of(entry.class_path),
        rules=parts.rules_of([*mandates, *((cited.rule, cited.article) for cited in entry.legal_basis)]),
        contact=_contact(read, one),
        resource_code=row.resource_code or "",
        keywords=tuple(word for word in entry.keywords if word.strip())
        or tuple(concept.name.zh for concept in concepts[-1:]),
        issued=issued,
        cycle=entry.update_cycle,
        frequency=vocabularies.frequency_of(entry.update_cycle),
        places=parts.places_of(entry.spatial_coverage, names),
        period=parts.period_of(entry.temporal_start, entry.temporal_end),
        crs=entry.crs or "",
        licence=vocabularies.licence_of(entry.licence),
        condition=entry.opening.condition,
        rights=entry.rights_statement,
        version=str(read.pushed.get(row.id, {}).get("version", "")),
        rows=one.rows if given else None,
        data_at=one.data_at,
        forms=forms,
        items=entry.items,
        keys=entry.keys,
        given=given,
        sources=tuple(dict.fromkeys(item.source_department for item in entry.items if item.source_department)),
        system=entry.source_system,
        measures=read.measures.get(row.id, ()) if given else (),
        related=_visible(read, entry.related_codes),
        previous=next(iter(_visible(read, (entry.supersedes,) if entry.supersedes else ())), ""),
        origin=_source(one),
        is_sample=read.hub.settings.demo and entry.origin is None,
        is_aggregate=entry.kind is ResourceKind.AGGREGATE,
    )


def _contact(read: _Read, one: Published) -> Contact | None:
    provider, member = one.entry.provider, read.members.get(one.row.provider_id)
    found = parts.contact_of(provider.name, provider.unit, provider.contact)
    if found is None and member is not None and one.entry.origin is None:
        found = parts.contact_of(member.name, provider.unit, member.contact)
    return found


def _source(one: Published) -> Source | None:
    origin = one.entry.origin
    if origin is None:
        return None
    return Source(origin.source, web(origin.url), origin.modified, origin.harvested)


def _visible(read: _Read, codes: Sequence[str]) -> tuple[str, ...]:
    """Return the names of entries by resource code, without those the public may not know of."""
    found = (published_one(read.unit, PUBLIC_VIEWER, code) for code in codes)
    return tuple(one.row.name for one in found if one is not None)
