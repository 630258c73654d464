"""``/standards``: the classes, code lists, data elements and licences of the directory, for who reads pages.

Notices about them lead here. The same as JSON and CSV: ``/api/v1/directory/…``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import HTMLResponse

from catalogue.code_lists import code_list_names
from catalogue.dictionary import suggest
from catalogue.dictionary_elements import WordKind
from catalogue.dictionary_store import dictionary
from catalogue.licences import licences
from hub.directory.code_lists import reading
from hub.directory.code_lists import store as list_store
from hub.directory.dictionary.keeping import ElementUnknownError
from hub.directory.tree import store as tree_store
from hub.portal.rendering import AskedPage, Page, both
from hub.portal.shown import named
from hub.portal.texts import translator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.dictionary_elements import DataElement

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 100
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a page: keys of its headings, its rows (the first cell may lead to ``links``), how many there are."""

    headings: tuple[str, ...]
    rows: Sequence[Row]
    total: int
    links: Sequence[str] = ()


def page_text(page: Page, key: str) -> str:
    """Return a text in the language of the page."""
    return translator(page.lang)(key)


def _show(page: Page, title: str, table: Table, offset: int, **more: object) -> HTMLResponse:
    path = page.request.url.path
    kept = "".join(f"{key}={value}&" for key, value in page.request.query_params.items() if key != "offset")
    following = offset + len(table.rows)
    parts: dict[str, Any] = {"version": "", "note": "", "api": "", "q": "", "is_search": False, **more}
    return page.show(
        "standards.html",
        title=title,
        table=table,
        first=offset + 1,
        last=following,
        previous_url=f"{path}?{kept}offset={max(offset - PAGE_SIZE, 0)}" if offset else "",
        next_url=f"{path}?{kept}offset={following}" if following < table.total else "",
        **parts,
    )


@both(router, "/standards")
def standards(page: AskedPage) -> HTMLResponse:
    """Show what there is, each with how many it has."""
    with page.hub.database.begin() as unit:
        tree = tree_store.tree_in_force(unit)
        own = {name for name, _ in list_store.held(unit)}
        elements = len(dictionary(unit))
    rows = [
        (page_text(page, "std_classes"), str(len(tree.nodes))),
        (page_text(page, "std_lists"), str(len(code_list_names()) + len(own))),
        (page_text(page, "std_elements"), str(elements)),
        (page_text(page, "std_licences"), str(len(licences()))),
    ]
    links = ["/standards/classes", "/standards/code-lists", "/standards/elements", "/standards/licences"]
    return _show(page, page_text(page, "std_title"), Table(("std_name", "std_count"), rows, len(rows), links), 0)


@both(router, "/standards/classes")
def classes(page: AskedPage, offset: Offset = 0) -> HTMLResponse:
    """Show the classification in force."""
    is_english = page.lang == "en"
    with page.hub.database.begin() as unit:
        tree = tree_store.tree_in_force(unit)
    nodes = list(tree.nodes.values())
    rows = [
        (
            node.code,
            node.name_en if is_english else node.name_zh,
            page_text(page, "std_retired") if node.is_retired else "",
            tree.successor_of(node.code) if node.is_retired else "",
        )
        for node in nodes[offset : offset + PAGE_SIZE]
    ]
    table = Table(("std_code", "std_name", "std_state", "std_successor"), rows, len(nodes))
    return _show(page, page_text(page, "std_classes"), table, offset, version=str(tree.version), api="classes")


@both(router, "/standards/code-lists")
def code_lists(page: AskedPage, offset: Offset = 0) -> HTMLResponse:
    """Show the lists the hub holds: shipped ones, then the present version of departments' own."""
    is_english = page.lang == "en"
    with page.hub.database.begin() as unit:
        names = [*code_list_names(), *sorted({name for name, _ in list_store.held(unit)})]
        shown = names[offset : offset + PAGE_SIZE]
        found = [reading.code_list(unit, name) for name in shown]
    rows = [
        (one.name, one.version, one.title_en if is_english else one.title_zh, str(len(one.history))) for one in found
    ]
    links = [f"/standards/code-lists/{name}" for name in shown]
    table = Table(("std_name", "std_version", "std_meaning", "std_count"), rows, len(names), links)
    return _show(page, page_text(page, "std_lists"), table, offset, api="code-lists")


@both(router, "/standards/code-lists/{name}")
def code_list(
    page: AskedPage,
    name: Annotated[str, Path(max_length=60)],
    version: Annotated[str | None, Query(max_length=40)] = None,
    offset: Offset = 0,
) -> HTMLResponse:
    """Show the codes of a list (raises :class:`CodeListUnknownError`)."""
    is_english = page.lang == "en"
    with page.hub.database.begin() as unit:
        found = reading.code_list(unit, name, version)
    rows = [
        (row.code, row.name_en if is_english else row.name_zh) for row in found.history[offset : offset + PAGE_SIZE]
    ]
    table = Table(("std_code", "std_meaning"), rows, len(found.history))
    title = found.title_en if is_english else found.title_zh
    return _show(page, title, table, offset, version=found.version, api=f"code-lists/{found.name}", note=found.source)


@both(router, "/standards/elements")
def elements(page: AskedPage, q: Annotated[str, Query(max_length=100)] = "", offset: Offset = 0) -> HTMLResponse:
    """Show the dictionary; with ``q`` the likeliest first."""
    with page.hub.database.begin() as unit:
        known = dictionary(unit)
    found = [one.element for one in suggest(q, q, dictionary=known, limit=len(known))] if q.strip() else list(known)
    shown = found[offset : offset + PAGE_SIZE]
    table = Table(
        ("std_code", "std_name", "std_type", "std_meaning"),
        [_element_row(page, one) for one in shown],
        len(found),
        [f"/standards/elements/{one.code}" for one in shown],
    )
    return _show(page, page_text(page, "std_elements"), table, offset, api="elements", q=q, is_search=True)


def _element_row(page: Page, one: DataElement) -> Row:
    is_english = page.lang == "en"
    return (
        one.code,
        one.element.name_en if is_english else one.name,
        named("catalogue_data_type", one.element.type.value, page.lang),
        one.definition.of(page.lang),
    )


@both(router, "/standards/elements/{code}")
def element(page: AskedPage, code: Annotated[str, Path(max_length=20)]) -> HTMLResponse:
    """Show one element with its words (raises :class:`ElementUnknownError`)."""
    with page.hub.database.begin() as unit:
        known = dictionary(unit)
    if code not in known:
        raise ElementUnknownError(code)
    one = known.get(code)
    element, lang = one.element, page.lang
    listed = f"{element.code_list.name} {element.code_list.version}" if element.code_list is not None else ""
    cells = [
        ("std_code", one.code),
        ("std_meaning", one.definition.of(lang)),
        ("std_type", named("catalogue_data_type", element.type.value, lang)),
        ("std_length", str(element.length or "")),
        ("std_lists", listed or element.standard),
        ("std_sensitivity", named("sensitivity_class", element.sensitivity.value, lang)),
        ("std_words", "、".join(word.text for word in one.words if word.kind in {WordKind.SAME, WordKind.NEAR})),
    ]
    rows = [(page_text(page, key), value) for key, value in cells if value]
    title = element.name_en if lang == "en" else one.name
    table = Table(("std_name", "std_value"), rows, len(rows))
    return _show(page, title, table, 0, api=f"elements/{one.code}")


@both(router, "/standards/licences")
def licence_list(page: AskedPage) -> HTMLResponse:
    """Show the licences open entries name."""
    lang = page.lang
    rows = [(one.code, one.name.of(lang), one.statement.of(lang)) for one in licences().values()]
    table = Table(("std_code", "std_name", "std_meaning"), rows, len(rows), [])
    return _show(page, page_text(page, "std_licences"), table, 0, api="licences")
