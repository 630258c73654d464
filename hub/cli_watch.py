"""The verb ``watch``: whatever is dropped into a folder is pushed, and its report lies beside it (Zhengzhou Art. 19).

Runs until SIGTERM, or with ``--once`` for a cron line. Exit codes of ``--once``: 0 all taken, 3 some rows given
back, 4 a file was not taken, 6 something waits for the network or for a permission.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli_client import DEFAULT_URL, AsJson, KeyFile, SystemId, connect
from hub.cli_output import Exit, explained, pick
from hub.watched.box import Box, FolderLockedError
from hub.watched.rules import Rule, Rules, checked, load_rules
from hub.watched.watcher import Watcher

if TYPE_CHECKING:
    from types import FrameType

    from hub.watched.watcher import Happening


def watch(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="被看管的文件夹 / folder to watch")],
    entry: Annotated[
        str | None, typer.Option("--entry", "-e", help="全部文件推送到此条目 / entry of all files")
    ] = None,
    mode: Annotated[str, typer.Option(help="full 全量 | upsert 增改 | append 只增 | delete 按主键删")] = "upsert",
    option: Annotated[
        list[str] | None, typer.Option(help="推送选项 名=值，可多次 / option of the push, name=value")
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="规则文件（TOML），代替 --entry / rules file")
    ] = None,
    settle: Annotated[
        float | None, typer.Option(min=0, help="大小不变多少秒算写完 / seconds without change: finished")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="处理完现有文件即退出，供 cron 使用 / for cron")] = False,
    url: Annotated[str | None, typer.Option("--url", envvar="HUB_CLIENT_URL", help="平台地址 / address")] = None,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """看管一个文件夹：放进去的文件自动推送，报告放在旁边。 Push whatever is dropped into a folder."""
    with explained(as_json=as_json):
        read = _rules(rules, entry, mode, option or [], settle)
        key = key_file if key_file is not None else Path(read.key_file) if read.key_file is not None else None
        hub = connect(url or read.url or DEFAULT_URL, system or read.system, key)
        box = Box(folder)
        watcher = Watcher(hub, box, read, lambda happening: _tell(happening, as_json=as_json))
        _stop_on_signals(watcher)
        try:
            with box.locked():
                if not once:
                    watcher.run()
                    return
                ended = watcher.once()
        except FolderLockedError as error:
            raise ValueError(str(error)) from error
        raise SystemExit(int(_exit(ended)))


def _rules(path: Path | None, entry: str | None, mode: str, options: list[str], settle: float | None) -> Rules:
    """Return the rules of the file or of the command line; just one of the two is given."""
    if (path is None) == (entry is None):
        raise ValueError(pick("请给出 --entry 或 --rules 之一", "give either --entry or --rules"))
    if path is not None:
        read = load_rules(path)
    else:
        given: dict[str, object] = {}
        for pair in options:
            name, sign, value = pair.partition("=")
            if not sign:
                raise ValueError(pick(f"应写作 名=值：{pair}", f"write name=value: {pair}"))
            given[name] = value
        read = Rules((checked(Rule("*", entry or "", mode, given), "--entry"),))
    return read if settle is None else replace(read, settle_seconds=settle, every_seconds=max(settle, 0.2))


def _stop_on_signals(watcher: Watcher) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        watcher.stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _tell(happening: Happening, *, as_json: bool) -> None:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    if as_json:
        print(json.dumps({"at": at, **asdict(happening)}, ensure_ascii=False), flush=True)
    else:
        print(f"{at} {happening.file} → {happening.entry}  {pick(happening.zh, happening.en)}", file=sys.stderr)


def _exit(ended: dict[str, int]) -> Exit:
    if ended["rejected"]:
        return Exit.ALL_REJECTED
    if ended["waiting"]:
        return Exit.NETWORK
    return Exit.PARTLY_REJECTED if ended["partly"] else Exit.OK
