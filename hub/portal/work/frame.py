"""The frame of every workbench page: who may open it, the menu by role, words said after an act, the days left.

A page takes :func:`open_to` as its dependency, shows itself with :meth:`WorkPage.show` and ends an act with
:meth:`WorkPage.see_other` (post, redirect, get): what was done is said once by the page that follows, from a short
cookie that holds nothing but the key of a text and a label.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse
from typing_extensions import override

from hub.api.authentication import SAFE_METHODS, Identity, current_staff, optional_staff, require_role
from hub.identity.facts import StaffRequester
from hub.notices import store as notice_store
from hub.portal.rendering import Page, address, both, lang_of
from hub.portal.texts import texts, translator
from hub.portal.work.forms import EMPTY, Form
from hub.rows.store import CHINA
from hub.services import Hub
from policies.results import cite
from policies.workdays import CalendarMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from datetime import date, datetime

    from fastapi import FastAPI

    from hub.context import Context
    from hub.database import Unit
    from hub.identity.roles import Role

__all__ = ["Duty", "Left", "MenuEntry", "WorkPage", "both", "furnish", "open_to", "reader_of"]

SAID_SECONDS = 60
LONGEST_LABEL = 60
_SAID = re.compile(r"([a-z_]+)(?::(.*))?", re.DOTALL)
SOON_DAYS = 2
"""Working days left from which a line is marked as urgent, in words and by a mark."""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One link of the menu: texts ``work_menu_<name>``, ``work_about_<name>``; ``roles`` empty: for everybody."""

    path: str
    name: str
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Duty:
    """Something a person has to do: where, what, until when.

    The text is ``duty_<name>`` with {label}; ``left`` are working days, negative when overdue, None without a clock.
    """

    path: str
    name: str
    label: str
    note: str = ""
    due_on: date | None = None
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """Days left in words, with the mark that goes with them."""

    text: str
    css: str


def furnish(
    app: FastAPI, menu: Iterable[MenuEntry], duties: Iterable[Callable[[WorkPage, Unit], Iterable[Duty]]]
) -> None:
    """Give the frame its menu and the functions that say what a person has to do."""
    app.state.work_menu = tuple(menu)
    app.state.work_duties = tuple(duties)


@dataclass(frozen=True, slots=True)
class WorkPage(Page):
    """A page of the workbench, asked for by a person with a session."""

    @property
    def person(self) -> StaffRequester:
        """The person who works here."""
        if self.staff is None:
            raise TypeError("a workbench page needs a session")
        return self.staff

    @property
    def context(self) -> Context:
        """What use cases need."""
        return self.hub.context

    def text(self, key: str, **values: object) -> str:
        """Return a text of the page's language."""
        return translator(self.lang)(key, **values)

    def pick(self, zh: str, en: str) -> str:
        """Return the one in the page's language."""
        return en if self.lang == "en" else zh

    def at(self, path: str) -> str:
        """Return the address of a page in this page's language."""
        return address(self.lang, path)

    def days(self, due: date | None) -> int | None:
        """Return the working days left until a day, negative when it is past.

        None without a day, or where the holidays of its year are not loaded (:meth:`left` says so).
        """
        if due is None:
            return None
        today, calendar = self.context.today(), self.context.calendar
        try:
            if due >= today:
                return calendar.working_days_between(today, due)
            return -calendar.working_days_between(due, today)
        except CalendarMissingError:
            return None

    def moment(self, at: datetime | None) -> str:
        """Return a moment as people read it, in the city's time; empty without one."""
        return "" if at is None else at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")

    def left(self, days: int | None, due: date | None = None) -> Left:
        """Return working days left in words: never by colour alone."""
        if days is None:
            return Left(self.text("work_no_clock") if due is None else self.text("work_days_unknown", due=due), "")
        if days < 0:
            return Left(self.text("work_days_over", n=-days), "bad")
        if days == 0:
            return Left(self.text("work_days_today"), "bad")
        return Left(self.text("work_days_left", n=days), "warn" if days <= SOON_DAYS else "")

    @override
    def show(self, template: str, *, status: int = 200, form: Form = EMPTY, **values: Any) -> HTMLResponse:
        """Return the page in the workbench's frame; ``form`` holds what was typed and what is wrong with it."""
        state = self.request.app.state
        with self.hub.database.begin() as unit:
            _, unread = notice_store.for_person(unit, reader_of(self.person), unread=True, limit=1, offset=0)
        roles = self.person.staff.roles
        answer = Page.show(
            self,
            template,
            status=HTTPStatus.UNPROCESSABLE_ENTITY if form.faults and status == HTTPStatus.OK else status,
            csrf=self.person.csrf,
            form=form,
            said=self._said(),
            unread=unread,
            menu=[one for one in state.work_menu if not one.roles or one.roles & roles],
            left=self.left,
            moment=self.moment,
            pick=self.pick,
            cite=lambda article: cite(article, self.lang),
            **values,
        )
        answer.headers["Cache-Control"] = "no-store"
        if self._cookie in self.request.cookies:
            answer.delete_cookie(self._cookie, path="/", secure=self._is_https, httponly=True, samesite="lax")
        return answer

    def see_other(self, path: str, said: str, label: str = "") -> RedirectResponse:
        """Go to a page, which says once what was done: the text ``said_<said>`` with {label}."""
        answer = RedirectResponse(self.at(path), status_code=HTTPStatus.SEE_OTHER)
        value = quote(f"{said}:{label[:LONGEST_LABEL]}" if label else said, safe="")
        answer.set_cookie(
            self._cookie, value, max_age=SAID_SECONDS, path="/", secure=self._is_https, httponly=True, samesite="lax"
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @property
    def _is_https(self) -> bool:
        return self.hub.settings.public_url.startswith("https://")

    @property
    def _cookie(self) -> str:
        return "__Host-shutong-said" if self._is_https else "shutong-said"

    def _said(self) -> str:
        """Return what the act before this page did, in words; what is no known text is not shown."""
        found = _SAID.fullmatch(unquote(self.request.cookies.get(self._cookie, "")))
        if found is None or f"said_{found[1]}" not in texts(self.lang):
            return ""
        return self.text(f"said_{found[1]}", label=(found[2] or "")[:LONGEST_LABEL])


def reader_of(person: StaffRequester) -> notice_store.Reader:
    """Return a person as a reader of notices."""
    return notice_store.Reader(person.member.id, person.staff.id, frozenset(role.value for role in person.staff.roles))


def open_to(*roles: Role) -> Callable[..., Coroutine[Any, Any, WorkPage]]:
    """Return a dependency that gives the page to a person with one of ``roles`` (none: everybody with a session).

    Who is not logged in and only wants to look is sent to the login and comes back; what would change something
    needs the session's CSRF token (403 without it, recorded); a missing role is refused and recorded.
    """
    has_role = require_role(*roles)

    async def asked(request: Request, hub: Hub, services: Identity) -> WorkPage:
        person = await optional_staff(request, services)
        if person is None and request.method in SAFE_METHODS:
            raise HTTPException(HTTPStatus.SEE_OTHER, headers={"Location": _login(request)})
        request.state.staff = person
        person = await current_staff(request, services, person)
        if roles:
            await has_role(services, person)
        return WorkPage(request, hub, person)

    return asked


def _login(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{address(lang_of(request), '/login')}?next={quote(request.url.path + query, safe='')}"
