"""Who is told when a pull fails: the department's clerks at once, and again before the promised cycle ends.

政务数据共享条例 Art. 22: what is shared is kept up to date. A notice names the pull and the reason, never a value of
the source.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from catalogue import store as catalogue_store
from catalogue.entry import Entry
from hub.identity.roles import Role
from hub.notices.store import Notice, send
from hub.pulls import store
from hub.pulls.schedule import interval

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.pulls.records import Pull
    from policies.errors import DomainError

PROMISED: Final = {
    "2": timedelta(days=1),
    "3": timedelta(days=7),
    "4": timedelta(days=28),
    "5": timedelta(days=90),
    "6": timedelta(days=365),
    "7": timedelta(hours=1),
    "8": timedelta(days=10),
    "9": timedelta(days=181),
}
"""Shortest length of the update cycles of ``catalogue_update_cycle`` that promise a time."""
OVERDUE: Final = timedelta(minutes=10)
"""A run that should have begun so long ago does not begin by itself."""
WARN_AT: Final = 0.8
"""Share of the cycle after which the clerk is told: there is time left to act."""


def tell_failing(context: Context, unit: Unit, pull: Pull, error: DomainError, since: datetime) -> None:
    """Tell the clerks once that a pull has begun to fail, and why."""
    title = _title(unit, pull.entry_id)
    send(
        unit,
        Notice(
            member=pull.member_id,
            kind="pull.failing",
            zh=f"定时拉取失败：{title}。{error.zh}。已发布的版本照常提供",
            en=f"A scheduled pull failed: {title}. {error.en}. The version published before is served as ever",
            next_zh=error.next_zh,
            next_en=error.next_en,
            role=Role.CLERK.value,
            link="/w/pushes",
            subject_kind="pull",
            subject_id=str(pull.id),
            once=f"pull.failing:{pull.id}:{since.isoformat()}",
        ),
        context.now(),
    )


def warn_late(context: Context, database: Database) -> int:
    """Tell the clerks of every active pull whose resource will soon be older than promised; returns how many."""
    now = context.now()
    with database.begin() as unit:
        return sum(_warn(context, unit, pull, now) for pull in store.active(unit))


def _warn(context: Context, unit: Unit, pull: Pull, now: datetime) -> bool:
    since = pull.last_good_at or pull.created_at
    cycle = _cycle(unit, pull)
    is_behind = pull.failing_since is not None or now - pull.next_due_at > OVERDUE
    if now - since < cycle * WARN_AT or not is_behind:
        return False
    title = _title(unit, pull.entry_id)
    is_over = now - since >= cycle
    zh, en = ("已超过", "is older than") if is_over else ("即将超过", "will soon be older than")
    return send(
        unit,
        Notice(
            member=pull.member_id,
            kind="pull.late",
            zh=f"{title}：上次成功拉取以来的时间{zh}约定的更新周期（政务数据共享条例 第二十二条）",
            en=f"{title}: the last good pull {en} the promised update cycle",
            next_zh="请查看运行记录并排除故障，或先用 hub push 推送文件",
            next_en="look at the runs and mend the source, or push a file with hub push meanwhile",
            role=Role.CLERK.value,
            link="/w/pushes",
            subject_kind="pull",
            subject_id=str(pull.id),
            once=f"pull.late:{pull.id}:{since.isoformat()}:{'over' if is_over else 'soon'}",
        ),
        context.now(),
    )


def _cycle(unit: Unit, pull: Pull) -> timedelta:
    """Return the cycle the entry promises; where it promises none, two intervals of the schedule."""
    row = catalogue_store.find_entry(unit, pull.entry_id)
    number = row.published_version if row is not None else None
    version = catalogue_store.find_version(unit, pull.entry_id, number) if number is not None else None
    code = Entry.from_dict(version.body).update_cycle if version is not None else ""
    scheduled = interval(pull.definition.schedule)
    return max(PROMISED.get(code, 2 * scheduled), scheduled)


def _title(unit: Unit, entry_id: uuid.UUID) -> str:
    row = catalogue_store.find_entry(unit, entry_id)
    return row.title if row is not None else ""
