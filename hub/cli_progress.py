"""The progress bar of a push: bytes while a file is read and sent, rows while the hub works on it.

On a terminal alone, and never with ``--json``: what a cron line or a program reads holds no bar.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from hub.cli_output import pick
from hub.client_uploads import Step, untold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

IN_BYTES: Final = frozenset({"reading", "sending"})
MIB: Final = 1 << 20


@contextmanager
def progress_bar(*, hidden: bool, console: Console | None = None) -> Iterator[Callable[[Step], None]]:
    """Show steps as they come; yield what to tell them to."""
    if hidden or not (sys.stderr.isatty() if console is None else console.is_terminal):
        yield untold
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    shown = console if console is not None else Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[amount]}"))
    with Progress(*columns, TimeElapsedColumn(), console=shown, transient=True) as bar:
        task = bar.add_task("", total=None, amount="")

        def tell(step: Step) -> None:
            bar.update(
                task, description=pick(step.zh, step.en), total=step.total, completed=step.done, amount=amount_of(step)
            )

        yield tell


def amount_of(step: Step) -> str:
    """Return how much is done, in words: MiB of a file, rows of the hub's work."""
    if step.stage in IN_BYTES and step.total is not None:
        return f"{step.done / MIB:,.1f} / {step.total / MIB:,.1f} MiB"
    return pick(f"{step.done:,} 行", f"{step.done:,} rows") if step.done else ""
