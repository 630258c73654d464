"""Feeding: versions of departments' resources become claims in the registers, step by step, each exactly once.

A step reads at most :data:`PAGE_ROWS` rows of one source and commits, in ONE transaction, claims, names, links,
refusals, values of the touched subjects, conflicts, its line of ``register_change`` and how far the source has come
(``consumed``, or ``taking`` and ``taken_row`` inside a large version). A hub killed at any moment therefore either
did the step or did not: the next round goes on from what is committed, and nothing is taken twice or left out. Steps of
one register wait for each other (advisory lock); readers and pushes wait for nothing.

The first feed of a source takes the version that stands; from then on every version is taken by itself, in order,
so that the history of loading is that of the pushes. The lag is in sight: versions and seconds behind
(:func:`hub.registers.sources_store.sources`). Zhengzhou Art. 19; Jilin Art. 27; 政务数据共享条例 Art. 16.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl
import structlog

from hub import faults
from hub.directory.facts import load_resource
from hub.ledger.drafts import ReceiptKind
from hub.registers import changes_store, conflicts_store, feeding_store, golden_store, naming_store, sources_store
from hub.registers.feeding_store import PUSH, Span, Step
from hub.registers.reading import one_page, read_moments
from hub.registers.rules import EVENT, FORM, KEY, ROW, Asked
from policies.clocks import start_clock
from policies.errors import DomainError
from policies.workdays import CHINA, CalendarMissingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource
    from hub.identity.number_seals import NumberSeals
    from hub.registers.rules import RegisterRules, Taken
    from hub.registers.sources_store import Source

PAGE_ROWS: Final = 100_000
BUDGET_SECONDS: Final = 10.0
"""A round stops after this long, so that the other sweeps have their turn; the next goes on."""
CORRECTION: Final = "share.correct"
log = structlog.get_logger()


class FeedingError(DomainError):
    """A source cannot be read as it is mapped; its resource changed, or its register does not know it any more."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a step did."""

    rows: int = 0
    closed: int = 0
    refused: int = 0
    born: int = 0
    touched: int = 0
    changed: int = 0
    merged: int = 0
    conflicts: int = 0
    settled: int = 0
    is_last: bool = True

    def counts(self) -> dict[str, int]:
        """Return them by name, as the line of the step holds them."""
        return {name: int(value) for name, value in asdict(self).items()}


def sweep(context: Context, database: Database, rules: Mapping[str, RegisterRules]) -> int:
    """Take what is due for at most :data:`BUDGET_SECONDS`; return how many steps were done.

    A source that fails is marked with its fault and left until its resource or its mapping changes.
    """
    ends, steps = time.monotonic() + BUDGET_SECONDS, 0
    with database.begin() as unit:
        due = sources_store.due(unit)
    for code, number in due:
        while code in rules and time.monotonic() < ends:
            done = feed_once(context, database, rules[code], number)
            steps += done is not None
            if done is None:
                break
    with database.begin() as unit:
        local = local_now(context)
        waiting = [code for code in rules if feeding_store.has_waiting(unit, code, local)]
    for code in waiting:
        steps += wake(context, database, code)
    return steps


def feed_all(context: Context, database: Database, rules: Mapping[str, RegisterRules]) -> int:
    """Take everything that is due, however long it lasts; return how many steps were done."""
    total = 0
    while steps := sweep(context, database, rules):
        total += steps
    return total


def feed_once(context: Context, database: Database, rules: RegisterRules, number: int) -> Done | None:
    """Do one step of one source in a transaction of its own; None when nothing is due or it failed (and says so)."""
    try:
        with database.begin(statement_timeout_seconds=0) as unit:
            done = step(context, unit, rules, number)
    except DomainError as error:
        log.warning("register-source-failed", source=number, error=type(error).__name__)
        with database.begin() as unit:
            found = sources_store.source(unit, number, locked=True)
            if found is not None:
                fault = {"zh": error.zh, "en": error.en, "version": str(found.version)}
                sources_store.set_source(unit, number, {"fault": fault})
        return None
    return done


def step(context: Context, unit: Unit, rules: RegisterRules, number: int) -> Done | None:
    """Take the next page of a source; None when nothing is due.

    Raises:
        FeedingError: a mapped column is gone, or an element is no longer known.

    """
    code = rules.basic.switch
    feeding_store.lock_register(unit, code)
    source = sources_store.source(unit, number, locked=True)
    if source is None or _rests(source):
        return None
    feeding_store.prepare(unit)
    if not source.is_active:
        return _withdraw(context, unit, source)
    resource = load_resource(context, unit, source.entry_id)
    _check(source, resource, rules)
    span = _span(source)
    frame = _frame(context, unit, source, resource, span)
    is_last = frame.height < span.limit
    numbers = _numbers(context)
    asked = Asked(source.kind, source.key_kind, numbers, context.today(), context.demo)
    with one_page():
        taken = rules.take(frame.drop(PUSH), asked)
    _put(unit, frame, taken, _older_forms(taken, numbers, is_sealed=rules.key_kinds[source.key_kind].is_sealed))
    feeding_store.put_gone(unit, resource.table, source, span, None if is_last else frame[ROW].to_list()[-1])
    if rules.speaks_of_two(source.kind):
        feeding_store.put_second(unit)
    done = _write(context, unit, _step_of(context, source, span.target), rules, source)
    _advance(context, unit, source, span, frame, is_last=is_last)
    done = replace(done, rows=frame.height, is_last=is_last)
    _note(context, unit, source, span.target, done)
    faults.point("register.stepped")
    return done


def _rests(source: Source) -> bool:
    """Whether nothing is to be done for a source, or nothing can be before its resource or mapping changes."""
    if source.fault is not None and source.fault.get("version") == str(source.version):
        return True
    if not source.is_active:
        return source.consumed == 0
    return source.version == 0 or (source.lag == 0 and source.taking is None and not source.is_refeeding)


def _span(source: Source) -> Span:
    low = 0 if source.is_whole else source.consumed
    target = source.taking or (source.version if source.is_whole else source.consumed + 1)
    return Span(low, target, source.taken_row or 0, PAGE_ROWS)


def _numbers(context: Context) -> NumberSeals:
    if context.numbers is None:
        raise RuntimeError("registers cannot be fed without the seals of numbers")
    return context.numbers


def local_now(context: Context) -> datetime:
    """Return the local time without a zone, as events are dated."""
    return context.now().astimezone(CHINA).replace(tzinfo=None)


def _step_of(context: Context, source: Source, push: int) -> Step:
    return Step(source.register, source.id, push, context.now(), local_now(context))


def _check(source: Source, resource: Resource, rules: RegisterRules) -> None:
    known = resource.table.by_column
    columns = [source.key_column, *source.items.values(), *([source.event_column] if source.event_column else [])]
    lost = sorted({column for column in columns if column not in known})
    strange = sorted(code for code in source.items if code not in rules.elements)
    if not lost and not strange and source.key_kind in rules.key_kinds and source.kind in rules.kinds:
        return
    what = "、".join([*lost, *strange]) or f"{source.key_kind}/{source.kind}"
    raise FeedingError(
        f"来源的映射已不适用：{what}",
        f"the mapping of the source no longer fits: {what}",
        next_zh="条目的信息项或本库的数据元已变更，请数据局重新设置该来源的映射",
        next_en="items of the entry or elements of the register changed: set the mapping of this source again",
        facts={"source": source.id, "columns": [*lost, *strange]},
    )


def _frame(context: Context, unit: Unit, source: Source, resource: Resource, span: Span) -> pl.DataFrame:
    """Return the rows of a page as the rules are promised them, with ``_push``."""
    wanted = {KEY: source.key_column, **source.items}
    if source.event_column is not None:
        wanted[EVENT] = source.event_column
    frame = feeding_store.read_page(unit, resource.table, wanted, span)
    pushes = frame[PUSH].unique().to_list()
    merged = feeding_store.push_times(unit, source.entry_id, pushes)
    local = {push: at.astimezone(CHINA).replace(tzinfo=None, microsecond=0) for push, at in merged.items()}
    fallback = local_now(context).replace(microsecond=0)
    times = pl.Series([local.get(push, fallback) for push in pushes], dtype=pl.Datetime("us"))
    of_push = pl.col(PUSH).replace_strict(pl.Series(pushes, dtype=pl.Int64), times, return_dtype=pl.Datetime("us"))
    if source.event_column is None:
        return frame.with_columns((of_push if pushes else pl.lit(None, pl.Datetime("us"))).alias(EVENT))
    said = read_moments(frame[EVENT])
    if not pushes:
        return frame.with_columns(said.alias(EVENT))
    return frame.with_columns(said.alias(EVENT)).with_columns(pl.coalesce(EVENT, of_push).alias(EVENT))


def _older_forms(taken: Taken, numbers: NumberSeals, *, is_sealed: bool) -> pl.DataFrame:
    """Return the keys as sealed under older keys, while numbers are being sealed anew; else nothing."""
    older = [version for version in numbers.versions if version != numbers.version]
    rows, forms = taken.rows[ROW], taken.rows[FORM]
    if not is_sealed or not older:
        return pl.DataFrame({ROW: rows.head(0), FORM: forms.head(0)})
    return pl.concat(
        pl.DataFrame({ROW: rows, FORM: pl.Series(numbers.seal_all(forms, version), dtype=pl.String)})
        for version in older
    )


def _put(unit: Unit, frame: pl.DataFrame, taken: Taken, older: pl.DataFrame) -> None:
    """Send what the rules made of a page."""
    pushes = frame.select(pl.col(ROW).alias("_of"), PUSH)  # what a row says of a second subject has minus its number
    rows = taken.rows.with_columns(pl.col(ROW).abs().alias("_of"))
    rows = rows.join(pushes, on="_of", how="left", maintain_order="left").drop("_of")
    codes = [column for column in rows.columns if column not in {ROW, FORM, EVENT, PUSH}]
    values = pl.struct(codes).struct.json_encode() if codes else pl.lit("{}")
    feeding_store.put(unit, "fed", rows.select(ROW, FORM, PUSH, pl.col(EVENT), values.alias("vals")))
    feeding_store.put(unit, "fed_read", frame.select(ROW))
    feeding_store.put(unit, "fed_older", older)
    feeding_store.put(unit, "fed_alias", taken.aliases.select(ROW, FORM, "kind", "since", "until", "is_same"))
    links = taken.links.filter(pl.col("other_form").is_not_null() | pl.col("other_kind").is_null())
    names = [ROW, "kind", "other_register", "other_kind", "other_form", "since", "until"]
    feeding_store.put(unit, "fed_link", links.select(names))
    arrays = pl.concat_str(pl.lit("{"), pl.col("elements").list.join(","), pl.lit("}")).alias("elements")
    feeding_store.put(unit, "fed_refused", taken.refused.select(ROW, "rule", arrays))


def _write(context: Context, unit: Unit, step: Step, rules: RegisterRules, source: Source) -> Done:
    kinds = rules.key_kinds[source.key_kind].known_as
    born = feeding_store.resolve(unit, step.register, kinds)
    merged = naming_store.write_aliases(unit, step.register)
    closed = feeding_store.write_claims(unit, step)
    naming_store.write_links(unit, step)
    naming_store.find_ends(unit, step.register, kinds[0])
    feeding_store.note_waiting(unit, step)
    refused = feeding_store.write_refusals(unit, step)
    done = bring_up(context, unit, step, has_born=True)
    return replace(done, closed=closed, refused=refused, born=born, merged=merged)


def bring_up(context: Context, unit: Unit, step: Step, *, has_born: bool) -> Done:
    """Recompute the subjects of ``fed_todo`` and the list of conflicts."""
    change = changes_store.next_number(unit, step.register)
    made = golden_store.recompute(unit, step, change, _numbers(context), has_born=has_born)
    voices = golden_store.voices(unit)
    lines = conflicts_store.reconcile(unit, step, voices, correction_due(context), context.writer.secret)
    return Done(touched=made.touched, changed=made.changed, conflicts=lines.opened, settled=lines.settled)


def correction_due(context: Context) -> datetime | None:
    """Return the end of the last day a source asked today has (政务数据共享条例 Art. 26), None where not countable."""
    try:
        day = start_clock(context.pack("national"), CORRECTION, context.today()).due_on(context.calendar)
    except CalendarMissingError:
        return None
    if day is None:
        return None
    return (datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(days=1)).astimezone(UTC)


def _advance(context: Context, unit: Unit, source: Source, span: Span, frame: pl.DataFrame, *, is_last: bool) -> None:
    """Note how far the source has come."""
    came: dict[str, object]
    if is_last:
        came = {"consumed": span.target, "taking": None, "taken_row": None, "is_refeeding": False}
    else:
        came = {"taking": span.target, "taken_row": frame[ROW].max()}
    sources_store.set_source(unit, source.id, {**came, "consumed_at": context.now(), "fault": None})


def _note(context: Context, unit: Unit, source: Source, push: int, done: Done) -> None:
    """Write the line of the step, and a receipt with counts alone."""
    changes_store.write(unit, _step_of(context, source, push), done.counts())
    context.record(
        unit,
        ReceiptKind.ADMIN,
        action="register.fed",
        resource=str(source.entry_id),
        resource_version=str(push),
        rows=done.rows,
        subjects=done.touched,
        rows_rejected=done.refused,
        rows_closed=done.closed,
    )


def _withdraw(context: Context, unit: Unit, source: Source) -> Done:
    """Close a page of what a stopped source said."""
    step = _step_of(context, source, source.consumed)
    gone = feeding_store.put_withdrawn(unit, step, PAGE_ROWS)
    is_last = gone < PAGE_ROWS
    feeding_store.no_rows(unit)
    naming_store.write_links(unit, step)
    closed = feeding_store.write_claims(unit, step)
    done = replace(bring_up(context, unit, step, has_born=False), closed=closed, is_last=is_last)
    if is_last:
        nothing = {"consumed": 0, "taking": None, "taken_row": None, "is_refeeding": False, "fault": None}
        sources_store.set_source(unit, source.id, {**nothing, "consumed_at": context.now()})
    _note(context, unit, source, source.consumed, done)
    return done


def wake(context: Context, database: Database, code: str) -> int:
    """Recompute subjects whose claims of a time to come begin to count; return how many steps that was (0 or 1)."""
    with database.begin(statement_timeout_seconds=0) as unit:
        feeding_store.lock_register(unit, code)
        feeding_store.prepare(unit)
        step = Step(code, 0, 0, context.now(), local_now(context))
        taken = feeding_store.take_waiting(unit, code, step.local_now, PAGE_ROWS)
        if taken:
            changes_store.write(unit, step, bring_up(context, unit, step, has_born=False).counts())
    return int(taken > 0)
