"""The library of legal bases (依据库): articles a request may cite, what duty each gives, for which themes.

The articles shipped are told in our own words (``bases.toml``) with how sure we are of them; the city adds its own.
An application picks articles and writes beside them the article of its own duty (政务数据共享条例 Art. 20).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from hub.exchange.cart import store
from hub.exchange.cart.errors import Fault, LibraryError, fault_list
from hub.ledger.drafts import ReceiptKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester

CERTAINTIES = ("high", "medium", "unsure")
KEY = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")
_ARTICLE = re.compile(r"[0-9〇零一二三四五六七八九十百千]{1,12}")
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Basis:
    """One article: rule and number as they are cited, the duty in both languages, themes, certainty."""

    id: str
    law: str
    article: str
    duty_zh: str
    duty_en: str
    themes: tuple[str, ...]
    certainty: str
    by_city: bool = False

    @property
    def citation(self) -> str:
        """How a request cites it, for example 政务数据共享条例 第二十条."""
        return f"{self.law} 第{self.article}条"


def read_basis(key: str, body: Mapping[str, Any], *, by_city: bool) -> Basis:
    """Return an article from its stored form."""
    return Basis(
        id=key,
        law=body["law"],
        article=body["article"],
        duty_zh=body["duty_zh"],
        duty_en=body["duty_en"],
        themes=tuple(body["themes"]),
        certainty=body["certainty"],
        by_city=by_city,
    )


@cache
def shipped_bases() -> Mapping[str, Basis]:
    """Return the articles the product ships, by id."""
    stored = tomllib.loads(files("hub.exchange.cart").joinpath("bases.toml").read_text(encoding="utf-8"))
    return {one["id"]: read_basis(one["id"], one, by_city=False) for one in stored["bases"]}


def all_bases(unit: Unit) -> Mapping[str, Basis]:
    """Return every article there is, by id; those of the city after those shipped."""
    added = store.added(unit, "legal_basis")
    return {**shipped_bases(), **{key: read_basis(key, body, by_city=True) for key, body in added.items()}}


def search(unit: Unit, text: str = "", theme: str = "") -> tuple[Basis, ...]:
    """Return the articles that hold every word of ``text`` (rule, number, duty, theme) and carry ``theme``."""
    words = text.casefold().split()
    return tuple(
        one
        for one in all_bases(unit).values()
        if (not theme or theme in one.themes) and all(word in _searchable(one) for word in words)
    )


def _searchable(one: Basis) -> str:
    return " ".join((one.id, one.citation, one.duty_zh, one.duty_en, *one.themes)).casefold()


def _faults(new: Basis) -> Iterator[Fault]:
    if not KEY.fullmatch(new.id):
        yield "id", "编号须为小写字母、数字和连字符", "the id has small letters, digits and hyphens"
    for name in ("law", "duty_zh", "duty_en"):
        if not 0 < len(getattr(new, name).strip()) <= LONGEST:
            yield name, f"须写明，不超过 {LONGEST} 字", f"must be given, at most {LONGEST} characters"
    if not _ARTICLE.fullmatch(new.article):
        yield "article", "条款号只写数字，如 二十 或 20", "the article is a number, such as 20"
    if new.certainty not in CERTAINTIES:
        yield "certainty", f"须为 {'、'.join(CERTAINTIES)} 之一", f"one of {', '.join(CERTAINTIES)}"


def add_basis(context: Context, unit: Unit, staff: StaffRequester, new: Basis) -> Basis:
    """Add an article of the city to the library.

    Raises:
        LibraryError: something is missing or the id is taken; every fault is named.
    """
    faults = list(_faults(new))
    if new.id in shipped_bases():
        faults.append(("id", "该编号已被使用", "the id is taken"))
    body = {**asdict(new), "themes": list(new.themes)}
    if not faults and not store.add(unit, "legal_basis", new.id, body, by=staff.staff.id, at=context.now()):
        faults.append(("id", "该编号已被使用", "the id is taken"))
    if faults:
        raise library_error(faults)
    record_addition(context, unit, staff, "legal_basis", new.id)
    return new


def library_error(faults: list[Fault]) -> LibraryError:
    """Return the error that names every fault of an addition."""
    return LibraryError(
        "未能加入：" + "；".join(f"{field}：{zh}" for field, zh, _ in faults),
        "not added: " + "; ".join(f"{field}: {en}" for field, _, en in faults),
        next_zh="请改正所列各栏后再提交",
        next_en="mend the fields named and send it again",
        facts={"faults": fault_list(faults)},
    )


def record_addition(context: Context, unit: Unit, staff: StaffRequester, library_name: str, key: str) -> None:
    """Leave the receipt of an addition to a library."""
    context.record(
        unit,
        ReceiptKind.ADMIN,
        member=str(staff.member.id),
        end_user=str(staff.staff.id),
        action=f"{library_name}.add",
        subject_kind=library_name,
        subject_id=key,
    )
