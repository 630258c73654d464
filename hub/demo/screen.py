"""What the terminal shows of the demo: progress while it loads, then addresses, logins, keys and the story.

A bar where the output is a terminal, plain lines where it goes into a file or a pipe.
"""

from __future__ import annotations

import sys
import textwrap
import time
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from hub.cli_output import pick
from hub.demo.city import load_city
from hub.identity.roles import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hub.demo.load import DemoSystem

EVERY: Final = 10
"""A plain line after so many entries."""
INDENT: Final = "       "


class Screen:
    """Lines for people on standard output, with the seconds since the start in front while work is going on."""

    def __init__(self) -> None:
        """Begin to count the seconds."""
        self._started = time.monotonic()
        self._out = sys.stdout  # kept: a proof run in this process lends standard output for a moment
        self._console = Console(file=self._out, highlight=False)
        self._bar: Progress | None = None
        self._done = self._total = 0

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def say(self, zh: str, en: str) -> None:
        """Print one line of progress."""
        self._console.print(f"{self.seconds:5.1f} s  {pick(zh, en)}", markup=False, soft_wrap=True)

    def begin(self, total: int) -> None:
        """Begin to count entries."""
        self._done, self._total = 0, total
        if self._console.is_terminal:
            words = TextColumn(pick("        目录与数据", "        entries and data"))
            self._bar = Progress(
                words, BarColumn(), MofNCompleteColumn(), console=self._console, transient=True, redirect_stdout=False
            )
            self._bar.start()
            self._bar.add_task("entries", total=total)

    def count(self) -> None:
        """Count one entry as done."""
        self._done += 1
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0])
        elif self._done % EVERY == 0 and self._done < self._total:
            self.say(f"已发布并供数 {self._done}/{self._total} 个条目", f"{self._done} of {self._total} entries done")

    def end(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def lines(self, lines: Sequence[str]) -> None:
        """Print lines as they are, so that commands can be copied whole."""
        self._out.write("\n".join(lines) + "\n")
        self._out.flush()


def guide(
    url: str, folder: Path, registered: Sequence[DemoSystem], steps: Sequence[dict[str, Any]], setup: str
) -> list[str]:
    """Return what a newcomer needs: the address, a login a role, a key a department, the story, how to stop."""
    prefix = pick("", "/en")
    return [
        "",
        pick(f"✔ 演示已就绪，请打开 {url}{prefix}/story", f"✔ The demo is ready: open {url}{prefix}/story"),
        "",
        *_logins(),
        "",
        *_systems(registered, folder),
        "",
        pick("走一遍：以下各步启动时都已真实执行", "The story: every step below was really run"),
        pick("  另开一个终端，先执行一次：", "  in another terminal, once:"),
        f"{INDENT}{setup}",
        *(line for step in steps for line in _step(step, url + prefix)),
        "",
        pick(
            "停止：按 Ctrl-C。数据保留，再次运行 hub demo 直接打开；hub demo --reset 清空重来。",
            "To stop press Ctrl-C. The data stay for the next hub demo; hub demo --reset starts afresh.",
        ),
    ]


def _logins() -> list[str]:
    """Return one login for each role."""
    city = load_city()
    lines = [
        pick(
            f"登录（口令都是 {city.password}，仅用于示例数据）",
            f"Logins (every password is {city.password}; sample data only)",
        )
    ]
    for role in Role:
        person = next((one for member in city.members[::-1] for one in member.staff if one.role is role), None)
        if person is not None:
            lines.append(f"  {person.login:<28}{pick(person.role_zh, role.value.replace('_', ' '))}")
    return lines


def _systems(registered: Sequence[DemoSystem], folder: Path) -> list[str]:
    """Return each system's id and the file of its key."""
    city = load_city()
    lines = [pick(f"系统与私钥（{folder / 'keys'}）", f"Systems and keys ({folder / 'keys'})")]
    for one in registered:
        member = city.member(one.member)
        lines.append(f"  {one.system_id}  {one.member}.pem  {pick(f'{member.name} {one.name}', member.name_en)}")
    return lines


def _step(step: dict[str, Any], base: str) -> list[str]:
    commands = textwrap.indent(step["command"], INDENT).splitlines()
    return ["", f"  {step['number']:>2}  {step['title']}  {base}{step['page']}", *commands]
