"""``/problems/<slug>``: what stands at the address that a problem document gives as its type (RFC 9457 3.1.1).

A browser gets a page, a program the same as JSON. Nothing here tells of any one request.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from hub.portal.faults import wants_page
from hub.portal.rendering import AskedPage, both
from hub.problem_notes import problem_notes
from hub.problems import TYPE_PREFIX

if TYPE_CHECKING:
    from hub.portal.texts import Lang
    from hub.problem_notes import ProblemNote

router = APIRouter(include_in_schema=False)
Slug = Annotated[str, Path(max_length=60)]


def _described(note: ProblemNote) -> dict[str, object]:
    """Return a type as JSON."""
    return {
        "type": TYPE_PREFIX + note.kind.slug,
        "title": note.kind.title,
        "title_en": note.kind.title_en,
        "status": int(note.kind.status),
        "meaning": note.zh,
        "meaning_en": note.en,
        "next": note.next_zh,
        "next_en": note.next_en,
    }


def _shown(note: ProblemNote, lang: Lang) -> dict[str, object]:
    """Return a type as the page shows it."""
    is_english = lang == "en"
    return {
        "slug": note.kind.slug,
        "status": int(note.kind.status),
        "title": note.kind.title_en if is_english else note.kind.title,
        "meaning": note.en if is_english else note.zh,
        "next": note.next_en if is_english else note.next_zh,
    }


def _by_status(notes: list[ProblemNote], lang: Lang) -> list[dict[str, object]]:
    """Return all types by status; on the page of the list a type tells its meaning, on its own what to do too."""
    ordered = sorted(notes, key=lambda note: (int(note.kind.status), note.kind.slug))
    return [
        {"status": status, "problems": [_shown(note, lang) for note in alike]}
        for status, alike in groupby(ordered, key=lambda note: int(note.kind.status))
    ]


def _json(value: object) -> Response:
    return JSONResponse(value, headers={"Vary": "Accept"})


@both(router, "/problems")
def list_problems(page: AskedPage) -> Response:
    """List every problem type."""
    notes = list(problem_notes().values())
    if wants_page(page.request):
        return page.show("problems.html", groups=_by_status(notes, page.lang), total=len(notes))
    counts = {"total": len(notes), "returned": len(notes), "next": None}
    return _json({**counts, "problems": [_described(note) for note in notes]})


@both(router, "/problems/{slug}")
def show_problem(page: AskedPage, slug: Slug) -> Response:
    """Show what one problem type means and what to do about it."""
    note = problem_notes().get(slug)
    if note is None:
        raise HTTPException(404)
    if wants_page(page.request):
        return page.show("problem.html", problem=_shown(note, page.lang))
    return _json(_described(note))
