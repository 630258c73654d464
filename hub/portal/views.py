"""What the pages show, as plain values: read from the stores, decided by the same law as the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from catalogue import search
from catalogue.code_lists import CodeListNotFoundError, load_code_list
from catalogue.item import DataType
from hub.api.citizens import provider_names
from hub.exchange.errors import DeniedError, PendingError, RefusedError
from hub.ledger import evidence, prove
from hub.ledger import store as ledger_store
from hub.ledger.errors import LedgerError
from hub.ledger.publication import published_keys
from hub.ledger.receipts import receipt_id_of
from hub.ledger.verdict import TrustedKeys
from hub.open import datasets
from hub.open.rows import read_public_page
from hub.push import store as push_store
from hub.rows.errors import QueryError
from hub.rows.parsing import parse_parameters

if TYPE_CHECKING:
    import uuid

    from starlette.requests import Request

    from catalogue.item import Item
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.portal.texts import Lang
    from hub.rows.store import RowPage
    from hub.services import Services

BASES = (
    ("101", "base_population"),
    ("102", "base_legal_persons"),
    ("103", "base_geography"),
    ("106", "base_macro"),
)
PAGE_SIZE = 20
PREVIEW_ROWS = 20
FILTERS = 4
OPTIONS = 60
LATEST = 6
VERSIONS = 20


def _hit(unit: Unit, hit: search.EntryHit, names: dict[uuid.UUID, str]) -> dict[str, Any]:
    facts = push_store.latest_facts(unit, hit.id)
    return {
        "name": hit.name,
        "title": hit.title,
        "provider": names[hit.provider_id],
        "open_type": hit.open_type,
        "share_type": hit.share_type,
        "rows": facts["rows"] if facts is not None else None,
        "updated": facts["updated"].date().isoformat() if facts is not None else None,
        "abstract": "",
    }


def _hits(unit: Unit, found: tuple[search.EntryHit, ...]) -> list[dict[str, Any]]:
    names = provider_names(unit, {hit.provider_id for hit in found})
    return [_hit(unit, hit, names) for hit in found]


def home(hub: Services) -> dict[str, Any]:
    """Return the bases with their counts, the latest open entries, and the public figures."""
    with hub.database.begin() as unit:
        bases = []
        for code, key in BASES:
            wanted = search.Search(class_code=code, public_only=False, limit=100)
            hits, total = search.find_entries(unit, wanted)
            facts = [found for hit in hits if (found := push_store.latest_facts(unit, hit.id)) is not None]
            updated = max((fact["updated"] for fact in facts), default=None)
            bases.append(
                {"code": code, "key": key, "entries": total, "updated": updated.date() if updated is not None else None}
            )
        latest, _ = search.find_entries(unit, search.Search(limit=LATEST))
        counts = search.figures(unit)
        checkpoint = ledger_store.latest_checkpoint(unit)
        refused = ledger_store.count_of_kind(unit, "refusal")
        hits = _hits(unit, latest)
    figures = [
        ("figure_entries", counts["entries"]),
        ("figure_items", counts["items"]),
        ("figure_open", counts["open"]),
        ("figure_refused", refused),
        ("figure_receipts", checkpoint.size if checkpoint is not None else 0),
    ]
    return {"bases": bases, "latest": hits, "figures": figures}


def _class_name(code: str, lang: Lang) -> str:
    row = load_code_list("catalogue_resource_class").rows.get(code)
    if row is None:
        return code
    return row.name_en if lang == "en" else row.name_zh


def catalog(
    hub: Services, lang: Lang, *, q: str, provider: str, class_code: str, offset: int, public: bool
) -> dict[str, Any]:
    """Return one page of entries with the facets beside them."""
    import uuid

    provider_id = None
    if provider:
        try:
            provider_id = uuid.UUID(provider)
        except ValueError:
            provider = ""
    wanted = search.Search(q, provider_id, class_code or None, public, PAGE_SIZE, offset)
    everything = search.Search(q, public_only=public)
    with hub.database.begin() as unit:
        found, total = search.find_entries(unit, wanted)
        providers, classes = search.facets(unit, everything)
        names = provider_names(unit, {uuid.UUID(facet.value) for facet in providers})
        hits = _hits(unit, found)
    return {
        "q": q,
        "provider": provider,
        "class_code": class_code,
        "hits": hits,
        "total": total,
        "providers": [(facet.value, names[uuid.UUID(facet.value)], facet.count) for facet in providers],
        "classes": [(facet.value, _class_name(facet.value, lang), facet.count) for facet in classes],
    }


def items(hub: Services, *, q: str, offset: int, public: bool) -> dict[str, Any]:
    """Return one page of items with their holders."""
    how = {1: "how_unconditional", 2: "how_conditional", 3: "how_withheld"}
    wanted = search.Search(q, public_only=public, limit=PAGE_SIZE, offset=offset)
    with hub.database.begin() as unit:
        found, total = search.find_items(unit, wanted)
        names = provider_names(unit, {hit.provider_id for hit in found})
    hits = [
        {
            "item": hit.item,
            "provider": names[hit.provider_id],
            "name": hit.name,
            "title": hit.title,
            "share_type": hit.share_type,
            "how": "how_open" if hit.is_open else how[hit.share_type],
        }
        for hit in found
    ]
    return {"q": q, "hits": hits, "total": total}


def dataset(hub: Services, request: Request, name: str, lang: Lang, *, public: bool) -> dict[str, Any]:
    """Return everything the dataset page shows."""
    resource = hub.cache.load(name, None).resource
    if public:
        datasets.require_visible(resource)
    is_open = datasets.is_open_to_all(hub.context, resource)
    with hub.database.begin() as unit:
        facts = push_store.latest_facts(unit, resource.id)
        names = provider_names(unit, {resource.provider_id})
        versions = push_store.pushes(unit, resource.id, limit=VERSIONS)
        preview = _preview(hub, unit, request, resource, lang) if is_open and facts is not None else None
    entry = resource.entry
    has_files = is_open and facts is not None
    base = f"/api/v1/datasets/{resource.name}"
    return {
        "entry": {
            "name": resource.name,
            "title": (entry.title_en or entry.title) if lang == "en" else entry.title,
            "provider": names[resource.provider_id],
            "open_type": int(entry.opening.type),
            "share_type": int(entry.sharing.type),
            "abstract": (entry.abstract_en or entry.abstract) if lang == "en" else entry.abstract,
            "rows": facts["rows"] if facts is not None else None,
            "data_version": facts["version"] if facts is not None else None,
            "updated": facts["updated"].date() if facts is not None else None,
        },
        "downloads": [
            {"href": f"{base}/download?format={form}", "key": f"download_{key}"}
            for form, key in (("excel", "excel"), ("csv", "csv"), ("json", "json"))
        ]
        if has_files
        else [],
        "preview": preview,
        "items": [_item(resource, item) for item in entry.items],
        "withheld": datasets.withheld_items(hub.context, resource, lang) if entry.opening.is_open else (),
        "facts": _facts(resource, lang),
        "api_example": f"{hub.settings.public_url}{base}/rows?limit=10",
        "versions": [
            {"number": one.outcome.number, "at": one.outcome.merged_at.strftime("%Y-%m-%d %H:%M UTC"), **_did(one)}
            for one in versions
            if one.outcome.merged_at is not None
        ]
        if has_files
        else [],
    }


def _did(push: push_store.StoredPush) -> dict[str, Any]:
    return {key: push.outcome.counts.get(key, 0) for key in ("inserted", "changed", "closed", "unchanged")}


def _item(resource: Resource, item: Item) -> dict[str, Any]:
    return {
        "name": item.name,
        "column": item.column,
        "type": load_code_list("catalogue_data_type").rows[item.type.value].name_zh,
        "length": item.length,
        "codes": item.code_list.name if item.code_list is not None else None,
        "description": item.description,
        "how": datasets.how_to_get(resource, item),
    }


def _named(code_list: str, code: str, lang: Lang) -> str:
    row = load_code_list(code_list).rows.get(code)
    if row is None:
        return code
    return row.name_en if lang == "en" else row.name_zh


def _facts(resource: Resource, lang: Lang) -> list[tuple[str, Any]]:
    entry = resource.entry
    cells: list[tuple[str, Any]] = [
        ("resource_code", resource.row.resource_code),
        ("class_path", " / ".join(_class_name(code, lang) for code in entry.class_path)),
        ("provider", entry.provider.name),
        ("update_cycle", _named("catalogue_update_cycle", entry.update_cycle, lang)),
        ("format", "、".join(_named("catalogue_resource_format", code, lang) for code in entry.formats)),
        ("grade", _named("data_grade", entry.grade, lang)),
        ("licence", entry.licence),
        ("rights", entry.rights_statement),
        ("published", resource.row.published_at.date() if resource.row.published_at is not None else None),
        ("version", resource.version),
    ]
    return [(key, value) for key, value in cells if value not in {None, ""}]


def _filterable(page: RowPage) -> list[Item]:
    """Return the few items worth a filter: coded ones first, then short texts."""
    given = [column.item for column in page.columns if not column.is_masked]
    coded = [item for item in given if item.code_list is not None]
    texts = [item for item in given if item.code_list is None and item.type is DataType.TEXT]
    return (coded + texts)[:FILTERS]


def _options(item: Item, lang: Lang) -> list[tuple[str, str]] | None:
    if item.code_list is None:
        return None
    try:
        rows = load_code_list(item.code_list.name).rows
    except CodeListNotFoundError:
        return None
    if len(rows) > OPTIONS:
        return None
    return [(code, row.name_en if lang == "en" and row.name_en else row.name_zh) for code, row in rows.items()]


def _preview(hub: Services, unit: Unit, request: Request, resource: Resource, lang: Lang) -> dict[str, Any]:
    """Return the preview's page; a filter that cannot be read is said, and the first rows are shown."""
    given = [(key, value) for key, value in request.query_params.multi_items() if value != ""]
    error = ""
    try:
        asked = parse_parameters(resource.id, [("limit", str(PREVIEW_ROWS)), *_filters(given)])
        page = read_public_page(hub.context, unit, resource, asked, hub.cursor_key)
    except (QueryError, DeniedError, PendingError, RefusedError) as fault:
        error = fault.en if lang == "en" else f"{fault.zh} {fault.next_zh}"
        given = []
        asked = parse_parameters(resource.id, [("limit", str(PREVIEW_ROWS))])
        page = read_public_page(hub.context, unit, resource, asked, hub.cursor_key)
    first = _first_row(given) if page.rows else 0
    values = dict(_filters(given))
    following = None
    if page.next_cursor is not None:
        kept = [(key, value) for key, value in given if key not in {"cursor", "row"}]
        state = [*kept, ("cursor", page.next_cursor), ("row", str(first + page.returned))]
        following = f"{request.url.path}?{urlencode(state)}#preview"
    return {
        "error": error,
        "columns": [column.item.name for column in page.columns],
        "rows": page.rows,
        "total": page.total.rows,
        "estimate": page.total.is_estimate,
        "first": first,
        "last": first + page.returned - 1,
        "next_url": following,
        "filters": [
            {
                "column": item.column,
                "name": item.name,
                "options": _options(item, lang),
                "value": values.get(item.column, ""),
            }
            for item in _filterable(page)
        ],
    }


def _filters(given: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(key, value) for key, value in given if key not in {"row", "limit"}]


def _first_row(given: list[tuple[str, str]]) -> int:
    """Return the number of the first row shown, for people; the cursor decides what is read."""
    shown = dict(given).get("row", "1")
    return int(shown) if shown.isdigit() and len(shown) < len("1000000000") and "cursor" in dict(given) else 1


def log_state(hub: Services) -> dict[str, Any]:
    """Return the log's current checkpoint."""
    with hub.database.begin() as unit:
        latest = ledger_store.latest_checkpoint(unit)
    if latest is None:
        return {"size": 0, "root": "-", "note": ""}
    return {"size": latest.size, "root": latest.root.hex(), "note": latest.note}


def checked_receipt(hub: Services, pasted: bytes, lang: Lang) -> dict[str, Any]:
    """Check a pasted receipt or bundle against this hub's log; the steps are those of ``hub prove``."""
    with hub.database.begin() as unit:
        keys = TrustedKeys.read(published_keys(unit))
        bundle = None
        try:
            text = pasted.decode("utf-8", "strict").strip()
            if not text.startswith("{"):
                bundle = json.dumps(evidence.bundle(unit, receipt_id_of(text.encode()))).encode()
        except (LedgerError, ValueError):
            bundle = None
    verdict = prove.prove_receipt(pasted.strip(), bundle, keys)
    word = verdict.code.name.lower().split("_")[0]
    css = {"true": "true", "false": "false"}.get(word, "unknown")
    return {
        "css": css,
        "key": f"proof_{css}",
        "lines": [line.en if lang == "en" else line.zh for line in verdict.lines],
    }


def story(hub: Services, lang: Lang) -> list[dict[str, Any]]:
    """Return the demo's steps as they were run, from the file the demo wrote."""
    path = hub.settings.data_dir / "demo" / f"story.{lang}.json"
    if not path.exists():
        return []
    steps: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return steps
