"""Bodies by API: everybody asks for their public part, granted systems verify (Zhengzhou Art. 18, 20 §2).

Public reads need no key and leave no receipt; they are limited by address and by page. What systems are answered has
its receipt before the first byte. Numbers of persons travel in bodies, never in addresses.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ConfigDict, Field, model_validator

from hub.api.alarms import watch
from hub.api.authentication import UnboundSystem
from hub.api.bodies import Body as TextBody
from hub.exchange.use import Use
from hub.open import legal_persons as public
from hub.registers.legal_persons import asking, seats
from hub.registers.legal_persons.asking import NAME, REPRESENTATIVE, STATUS, Person
from hub.registers.legal_persons.desk import required
from hub.registers.legal_persons.seats import SEAT
from hub.services import Hub

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.exchange.use import Answer
    from hub.services import Services

public_router = APIRouter(prefix="/api/v1/legal-persons", tags=["citizens"])
router = APIRouter(prefix="/api/v1/legal-persons", tags=["agencies"])
Text = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[
    str, Field(min_length=1, max_length=40, description="统一社会信用代码，或组织机构代码、原注册号 / code of the body")
]


class Body(TextBody):
    """Base of the questions: why, in which case."""

    model_config = ConfigDict(frozen=True)

    purpose: Text = Field(description="用途，与授权一致 / purpose, as granted")
    case_number: str | None = Field(default=None, max_length=200, description="办件编号 / case number")


class VerifyBodyBody(Body):
    """A code and what is claimed of its body; at least one claim."""

    code: Code
    name: Text | None = Field(default=None, description="名称 / name")
    representative: str | None = Field(
        default=None, min_length=1, max_length=100, description="法定代表人（负责人、经营者）姓名 / representative"
    )
    is_active: bool | None = Field(default=None, description="是否存续 / whether it is active")

    @model_validator(mode="after")
    def claims_something(self) -> VerifyBodyBody:
        """Refuse a question without a claim."""
        if self.name is None and self.representative is None and self.is_active is None:
            raise ValueError("name, representative 或 is_active 至少给一个 / give at least one claim")
        return self

    def claims(self) -> dict[str, str | bool]:
        """Return the claims by element."""
        given = {NAME: self.name, REPRESENTATIVE: self.representative, STATUS: self.is_active}
        return {code: claim for code, claim in given.items() if claim is not None}


class PersonBody(Body):
    """The document of a person."""

    number: str = Field(min_length=1, max_length=64, repr=False, description="证件号码 / number of the document")
    document_type: str | None = Field(
        default=None, max_length=3, description="证件类型（id_document_types）；不填为居民身份证 / document type"
    )

    def person(self) -> Person:
        """Return whom it names."""
        return Person(self.number, self.document_type)


class RepresentativeBody(PersonBody):
    """A body and a person who may represent it."""

    code: Code


class BodiesBody(PersonBody):
    """A person, and the elements wanted of each body the person represents."""

    elements: tuple[Annotated[str, Field(pattern="^L[0-9]{3}$")], ...] = Field(
        default=("L001", "L002"), min_length=1, max_length=30, description="数据元 / elements of each body"
    )


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""


@public_router.get("", summary="按名称或代码查法人单位 / Find bodies by name or code", response_model=dict[str, Any])
def find_bodies(
    request: Request,
    hub: Hub,
    q: Annotated[
        str, Query(max_length=200, description="名称中连续的两个字以上，或者代码 / two characters or a code")
    ] = "",
    address: Annotated[
        str | None, Query(min_length=1, max_length=64, description="住所的标准地址标识 / id of the seat's address")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=public.PAGE)] = 10,
    offset: Annotated[int, Query(ge=0, le=public.MOST_SHOWN)] = 0,
) -> dict[str, Any]:
    """Return bodies whose present or former name holds the text: the best first, a hundred at most.

    With ``address`` those whose seat is that standard address itself, in the order in which they came in; ``q`` may
    narrow them by name. ``total`` null: there are more than ``more_than``; type more of the name.
    """
    desk = hub.legal_persons
    desk.turnstile.enter(_address(request))
    resource = desk.resource()
    seen = public.view(hub.context, resource)
    asked_by = ("L002",) if address is None else (SEAT, "L002") if q.strip() else (SEAT,)
    public.require_queryable(hub.context, resource, frozenset(required(resource, asked_by)))
    with hub.database.begin() as unit:
        if address is None:
            found = public.search(unit, seen, q, offset=offset, limit=limit)
        else:
            at = public.At(address, hub.addresses.hidden_from_public(hub.context, unit))
            found = public.search_at(unit, seen, at, q, offset=offset, limit=limit)
    return {
        **({} if address is None else {"address": address}),
        "total": found.total,
        "more_than": None if found.total is not None else public.COUNTED,
        "returned": len(found.bodies),
        "next": found.next,
        "most_shown": public.MOST_SHOWN,
        "register": resource.name,
        "bodies": list(found.bodies),
    }


@public_router.get(
    "/{code}", summary="一个法人单位的公示信息 / The public part of one body", response_model=dict[str, Any]
)
def show_body(
    request: Request,
    hub: Hub,
    code: Annotated[str, Path(max_length=40, description="统一社会信用代码，或组织机构代码、原注册号 / its code")],
    branches_from: Annotated[
        int, Query(ge=0, le=1_000_000, description="从第几个分支机构列起 / first branch, from 0")
    ] = 0,
) -> dict[str, Any]:
    """Return the public items of a body, and what is withheld with its reason."""
    desk = hub.legal_persons
    desk.turnstile.enter(_address(request))
    seen = public.view(hub.context, desk.resource())
    with hub.database.begin() as unit:
        return public.show(hub.context, unit, seen, code, hub.addresses, branches_from)


async def _respond(hub: Services, answer: Answer) -> Response:
    await watch(hub, answer)
    headers = {"Content-Digest": answer.digest, "Receipt": str(answer.receipt), "Cache-Control": "no-store"}
    return Response(answer.body, media_type="application/json", headers=headers | dict(answer.headers))


def _seats(hub: Services, bodies: Mapping[int, Mapping[str, str]]) -> Mapping[int, Mapping[str, Any]]:
    """Return the seats of bodies as standard addresses, as the public register of addresses has them."""
    with hub.database.begin() as unit:
        return seats.told(hub.context, unit, hub.addresses, bodies)


@router.post("/verify", summary="法人核验：逐项 match、mismatch、cannot_verify / Verify a body")
async def verify(body: VerifyBodyBody, system: UnboundSystem, hub: Hub) -> Response:
    """Say of each claim whether it is so, never what is stored; ``not_found`` where there is no such body."""
    standing = await hub.legal_persons.standing(system)
    async with hub.database.connection() as driver:
        use = Use(hub.context, driver, system, standing, body.purpose, body.case_number)
        answer = await asking.verify(use, body.code, body.claims())
    return await _respond(hub, answer)


@router.post("/representative", summary="法定代表人核验：yes、no / Does a person represent a body?")
async def check_representative(body: RepresentativeBody, system: UnboundSystem, hub: Hub) -> Response:
    """Say yes or no; needs a grant on the number of the representative (verify only is enough)."""
    standing = await hub.legal_persons.standing(system)
    async with hub.database.connection() as driver:
        use = Use(hub.context, driver, system, standing, body.purpose, body.case_number)
        answer = await asking.check_representative(use, hub.numbers, body.code, body.person())
    return await _respond(hub, answer)


@router.post("/of-person", summary="一人担任法定代表人的单位 / Bodies a person represents")
async def bodies_of_person(body: BodiesBody, system: UnboundSystem, hub: Hub) -> Response:
    """List them under a grant that names its legal basis; the answer says the grade of the joined data."""
    standing = await hub.legal_persons.standing(system)
    async with hub.database.connection() as driver:
        use = Use(hub.context, driver, system, standing, body.purpose, body.case_number)
        answer = await asking.bodies_of(use, hub.numbers, body.person(), body.elements, partial(_seats, hub))
    return await _respond(hub, answer)
