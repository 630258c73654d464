"""Services about persons for granted systems: verify, alive, kinship, fields (政务数据共享条例 Art. 20-28).

Numbers and names travel in bodies, never in addresses. The grant stands on the entry that describes the register.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from hub.api.alarms import watch
from hub.api.authentication import UnboundSystem
from hub.api.bodies import Body as TextBody
from hub.api.direct import DirectRoute
from hub.api.match import BATCH_SCHEMA
from hub.exchange import match_input
from hub.registers.population import fields as person_fields
from hub.registers.population import kinship as kin
from hub.registers.population import matching, verifying
from hub.registers.population.desk import Asker
from hub.registers.population.errors import PopulationInputError
from hub.registers.population.relations import Relation
from hub.services import Hub

if TYPE_CHECKING:
    from hub.exchange.use import Answer
    from hub.identity.facts import Requester
    from hub.services import Services

router = APIRouter(prefix="/api/v1/population", tags=["agencies"], route_class=DirectRoute)
Number = Annotated[str, Field(min_length=1, max_length=64, repr=False)]
DocumentType = Annotated[
    str | None, Field(max_length=3, description="证件类型（id_document_types）；不填为居民身份证 / document type")
]


class Body(TextBody):
    """Base of the questions: whom, why, in which case."""

    model_config = ConfigDict(frozen=True)

    purpose: str = Field(min_length=1, max_length=200, description="用途，与授权一致 / purpose, as granted")
    case_number: str = Field(min_length=1, max_length=200, description="办件编号 / case number")
    number: Number
    document_type: DocumentType = None


class VerifyPersonBody(Body):
    """A number and a name, to hear whether they are one person's."""

    name: str = Field(min_length=1, max_length=200, repr=False)


class AliveBody(Body):
    """A number, to hear whether the person lives."""

    with_date: bool = Field(default=False, description="同时要死亡日期，须有授权 / the date of death too, if granted")


class KinshipBody(TextBody):
    """Two numbers and a relation, to hear whether ``other`` is that to the person."""

    model_config = ConfigDict(frozen=True)

    purpose: str = Field(min_length=1, max_length=200)
    case_number: str = Field(min_length=1, max_length=200)
    number: Number
    other: Number
    relation: Relation = Field(description="other 是本人的什么人 / what other is to the person")


class PersonFieldsBody(Body):
    """A number: the granted elements of the person."""

    items: tuple[str, ...] | None = Field(
        default=None, min_length=1, max_length=64, description="列名；不填为授权的全部 / columns; all granted"
    )


async def asker_of(hub: Services, system: Requester, purpose: str, case_number: str) -> Asker:
    """Return who asks, with what standing at the register (raises :class:`PopulationOffError`)."""
    standing, state = await hub.population.standing(system)
    return Asker(hub.population, system, standing, state, purpose, case_number)


async def respond(hub: Services, answer: Answer) -> Response:
    """Let the watch see whom an answer was about, then answer: the receipt is durable already."""
    await watch(hub, answer)
    headers = {"Content-Digest": answer.digest, "Receipt": str(answer.receipt), "Cache-Control": "no-store"}
    return Response(answer.body, media_type="application/json", headers=headers | dict(answer.headers))


@router.post("/verify", summary="身份核验：match、mismatch、not_found、cannot_verify / Verify a person")
async def verify(body: VerifyPersonBody, system: UnboundSystem, hub: Hub) -> Response:
    """Say whether number and name are one person's, and nothing else: not which part failed, not by time or size."""
    asker = await asker_of(hub, system, body.purpose, body.case_number)
    return await respond(hub, await verifying.verify(asker, body.number, body.name, body.document_type))


@router.post("/alive", summary="存亡核验：alive、deceased / Is a person alive?")
async def alive(body: AliveBody, system: UnboundSystem, hub: Hub) -> Response:
    """Say whether a person lives; the date of death only where it is asked for and granted."""
    asker = await asker_of(hub, system, body.purpose, body.case_number)
    answer = await verifying.alive(asker, body.number, body.document_type, with_date=body.with_date)
    return await respond(hub, answer)


@router.post("/kinship", summary="亲属关系核验：yes、no、unknown / Kinship of two persons")
async def kinship(body: KinshipBody, system: UnboundSystem, hub: Hub) -> Response:
    """Say whether ``other`` is parent, child, spouse, guardian or ward of the person."""
    asker = await asker_of(hub, system, body.purpose, body.case_number)
    return await respond(hub, await kin.kinship(asker, body.number, body.other, body.relation))


@router.post("/fields", summary="人口信息查询：授权的信息项，其余脱敏或不提供 / Granted elements of a person")
async def fields(body: PersonFieldsBody, system: UnboundSystem, hub: Hub) -> Response:
    """Return granted items with flags and the source of every value; a masked item says so."""
    asker = await asker_of(hub, system, body.purpose, body.case_number)
    return await respond(hub, await person_fields.fields(asker, body.number, body.document_type, body.items))


@router.post(
    "/match",
    summary="批量比对：号码与姓名 / Compare numbers and names of many persons",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": BATCH_SCHEMA}}}},
)
async def match(request: Request, system: UnboundSystem, hub: Hub) -> Response:
    """Answer every row in order; key ``number`` (and ``document_type``), claim ``name``; at most 100,000 rows.

    Over the set size a second person at the provider approves the batch first; the same content is then sent again.
    """
    body = await request.body()
    asked = await run_in_threadpool(match_input.read_json, body)
    if not asked.case_number:
        raise PopulationInputError(
            "缺少办件编号 case_number",
            "the case number is missing",
            next_zh="请填写本批比对的办件编号",
            next_en="give the case number of this batch",
        )
    asker = await asker_of(hub, system, asked.purpose, asked.case_number)
    return await respond(hub, await matching.match(asker, asked.batch, body, hub.settings.match_approval_persons))
