"""Pulls over HTTP: a department's clerk lets the hub fetch a resource on a schedule, and sees what every run did."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field, SecretStr, StringConstraints

from connectors.egress import EgressRefusedError
from hub.api.authentication import CurrentStaff, require_role
from hub.api.bodies import Body
from hub.identity.facts import StaffRequester
from hub.identity.recording import record_denial
from hub.identity.roles import Role
from hub.pulls import managing, store
from hub.pulls.definition import Definition
from hub.pulls.managing import Office, Wish
from hub.pulls.states import PULL
from hub.pulls.trying import try_source
from hub.services import Hub, Services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.pulls.records import Pull, Run
    from hub.pulls.trying import Trial

router = APIRouter(prefix="/api/v1", tags=["departments"])
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Clerk = Annotated[StaffRequester, Depends(require_role(Role.CLERK))]
Stopper = Annotated[StaffRequester, Depends(require_role(Role.CLERK, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN))]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


class PullBody(Body):
    """A pull to be set up or tried (docs/how-to/pull-from-a-database.md)."""

    model_config = ConfigDict(frozen=True)
    entry: Text = Field(description="条目名称 / name of the entry")
    definition: Definition
    secret: SecretStr | None = Field(default=None, description="口令、令牌或密钥，加密保存 / kept encrypted")


class PullChangeBody(Body):
    """A new version of a pull; without ``secret`` the one before stays."""

    model_config = ConfigDict(frozen=True)
    definition: Definition
    secret: SecretStr | None = Field(default=None, description="不填则沿用 / the one before stays")


class RunBody(Body):
    """What the run asked for does besides the usual."""

    whole: bool = Field(default=False, description="取全部行 / fetch all rows")
    allow_shrink: bool = Field(default=False, description="确认大量行失效 / consent to closing many rows")


def _wish(definition: Definition, secret: SecretStr | None) -> Wish:
    return Wish(definition, None if secret is None else secret.get_secret_value())


def shown(pull: Pull, last: Run | None = None) -> dict[str, Any]:
    """Return a pull as people see it: never a secret."""
    return {
        "id": pull.id,
        "entry_id": pull.entry_id,
        "version": pull.version,
        "state": pull.state,
        "possible": list(PULL.acts_of_people(pull.state)),
        "definition": pull.definition.to_json(),
        "has_secret": pull.secret is not None,
        "created_at": pull.created_at,
        "changed_at": pull.changed_at,
        "next_due_at": pull.next_due_at,
        "failed_runs": pull.tries,
        "failing_since": pull.failing_since,
        "last_good_at": pull.last_good_at,
        "watermark_known": "watermark" in pull.memory,
        "last_run": None if last is None else shown_run(last),
    }


def shown_run(run: Run) -> dict[str, Any]:
    """Return a run as people see it."""
    return {**asdict(run), "pushes": list(run.pushes), "notes": list(run.notes)}


def _shown_trial(trial: Trial) -> dict[str, Any]:
    return asdict(trial)


@contextmanager
def _refusing(hub: Services, staff: StaffRequester) -> Iterator[Office]:
    """Open a transaction; an address the hub does not call leaves a committed receipt of denial."""
    try:
        with hub.database.begin() as unit:
            yield Office(hub.context, unit, hub.pulls.outside, staff)
    except EgressRefusedError as error:
        with hub.database.begin() as unit:
            reason = f"egress-{error.facts.get('reason')}"
            record_denial(hub.identity.record, unit, "act", reason, end_user=str(staff.staff.id))
        raise


@router.post("/pulls", status_code=201, summary="设立定时拉取 / Set up a pull")
def create_pull(body: PullBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Let the hub fetch an entry from its source on a schedule; the first run begins at once."""
    with _refusing(hub, staff) as office:
        made = shown(managing.create(office, body.entry, _wish(body.definition, body.secret)))
    hub.pulls.start_due(hub.context, hub.database)
    return made


@router.get("/pulls", summary="定时拉取列表 / List pulls")
def list_pulls(staff: CurrentStaff, hub: Hub, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """List the pulls of your organ with their last run (administrators, supervisors and auditors: all)."""
    with hub.database.begin() as unit:
        found, total = managing.listed(Office(hub.context, unit, hub.pulls.outside, staff), limit, offset)
        last = store.last_runs(unit, [pull.id for pull in found])
    following = offset + limit if offset + limit < total else None
    pulls = [shown(pull, last.get(pull.id)) for pull in found]
    return {"total": total, "returned": len(pulls), "next": following, "pulls": pulls}


@router.post("/pulls/test", summary="试连数据源 / Try a source")
def try_new(body: PullBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Connect, and show columns and masked first rows; nothing is stored."""
    with _refusing(hub, staff) as office:
        entry, definition, secret = managing.checked_definition(office, body.entry, _wish(body.definition, body.secret))
    return _shown_trial(try_source(hub.pulls.outside, entry, definition, secret or ""))


@router.get("/pulls/{pull_id}", summary="一个定时拉取 / One pull")
def show_pull(pull_id: uuid.UUID, staff: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Return a pull with its last run; its secret is never shown."""
    with hub.database.begin() as unit:
        pull = managing.find(Office(hub.context, unit, hub.pulls.outside, staff), pull_id)
        return shown(pull, store.last_runs(unit, [pull.id]).get(pull.id))


@router.put("/pulls/{pull_id}", summary="修改定时拉取 / Change a pull")
def change_pull(pull_id: uuid.UUID, body: PullChangeBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Store a new version; where what is read changes, the next run fetches all rows."""
    with _refusing(hub, staff) as office:
        changed = shown(managing.change(office, pull_id, _wish(body.definition, body.secret)))
    hub.pulls.start_due(hub.context, hub.database)
    return changed


@router.get("/pulls/{pull_id}/runs", summary="运行记录 / Runs of a pull")
def list_runs(
    pull_id: uuid.UUID, staff: CurrentStaff, hub: Hub, limit: Limit = 50, offset: Offset = 0
) -> dict[str, Any]:
    """List what every run did, newest first; one under way shows how far it is."""
    with hub.database.begin() as unit:
        pull = managing.find(Office(hub.context, unit, hub.pulls.outside, staff), pull_id)
        found, total = store.runs(unit, pull.id, limit, offset)
    following = offset + limit if offset + limit < total else None
    return {"total": total, "returned": len(found), "next": following, "runs": [shown_run(run) for run in found]}


@router.post("/pulls/{pull_id}/run", status_code=202, summary="立即拉取 / Pull now")
def run_now(pull_id: uuid.UUID, body: RunBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Make the pull due now; its run shows among the runs."""
    with _refusing(hub, staff) as office:
        pull = shown(managing.ask_run(office, pull_id, whole=body.whole, allow_shrink=body.allow_shrink))
    hub.pulls.start_due(hub.context, hub.database)
    return pull


@router.post("/pulls/{pull_id}/test", summary="试连已设立的数据源 / Try the source of a pull")
def try_pull(pull_id: uuid.UUID, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Connect with what is stored, and show columns and masked first rows; nothing is stored."""
    with hub.database.begin() as unit:
        office = Office(hub.context, unit, hub.pulls.outside, staff)
        pull, entry = managing.own_with_entry(office, pull_id)
    return _shown_trial(try_source(hub.pulls.outside, entry, pull.definition, hub.pulls.outside.secret(pull)))


@router.post("/pulls/{pull_id}/{step}", summary="暂停、恢复或移除 / Pause, resume or remove a pull")
def step_pull(
    pull_id: uuid.UUID, step: Literal["pause", "resume", "remove"], staff: Stopper, hub: Hub
) -> dict[str, Any]:
    """Pause, resume or remove; what was pulled stays. The hub's administrators may pause any."""
    with _refusing(hub, staff) as office:
        return shown(managing.take_step(office, pull_id, step))
