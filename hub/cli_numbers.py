"""``hub key numbers | rotate-numbers | drop-numbers``: keys under which identity numbers are sealed (the console's).

A rotation runs beside the hub: a new key is made, every running hub reads it by itself, then what is sealed under the
old ones is sealed anew, resource by resource. Pushes to the resource at work wait, readers do not. The old key goes by
a command of its own, which looks first whether anything needs it. GB/T 39786 level 3; 密码法 Art. 27.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from hub.cli_output import emit, explained, pick, say

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Database
    from hub.identity.number_seals import NumberSeals
    from hub.rows.rotation.stepping import Standing

DataDir = Annotated[Path | None, typer.Option(help="数据目录 / data directory")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
LOOK_SECONDS: Final = 0.5


def install(key_app: typer.Typer) -> None:
    """Add the verbs."""
    key_app.command("numbers")(show_numbers)
    key_app.command("rotate-numbers")(rotate_numbers)
    key_app.command("drop-numbers")(drop_numbers)


def show_numbers(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """身份号码的加密密钥：在用版本，尚未换到该版本的数量。 Keys of identity numbers, and what is left to do."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.context import seals_of
    from hub.rows.rotation.stepping import standing

    with explained(as_json=as_json):
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            _tell(standing(database, seals_of(console_context(settings, database))), as_json=as_json)


def rotate_numbers(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """更换身份号码的加密密钥，平台照常运行；中断后再次执行即继续。 Change the key of identity numbers on line."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.context import seals_of
    from hub.rows.rotation.stepping import standing

    with explained(as_json=as_json):
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            seals = seals_of(context)
            if max(seals.versions) == seals.version and standing(database, seals).is_done:
                _add(context, database, settings.data_dir / "keys", quiet=as_json)
            _settle(seals, quiet=as_json)
            found = standing(database, seals)
            while not found.is_done:
                before, found = found, _go_on(database, seals, quiet=as_json)
                if not found.resources and found.texts == before.texts:
                    break  # what is left stands beside the same number under the new key: the old key is needed
            _tell(found, as_json=as_json)


def drop_numbers(
    version: Annotated[int, typer.Argument(help="旧密钥的版本 / version of the old key")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """删除一把旧的号码密钥；仍有数据由它加密的不删。 Remove an old key, unless something is sealed under it."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.context import seals_of
    from hub.ledger.drafts import ReceiptKind
    from hub.number_keys import remove_key
    from hub.rows.rotation.stepping import require_unused

    with explained(as_json=as_json):
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            require_unused(database, seals_of(context), version)
            with database.begin() as unit:
                context.record(
                    unit,
                    ReceiptKind.ADMIN,
                    action="number_key.drop",
                    subject_kind="number_key",
                    subject_id=str(version),
                    outcome="done",
                )
            remove_key(settings.data_dir / "keys", version)
        emit(
            {"dropped": version},
            as_json=as_json,
            text=pick(f"✔ 第 {version} 版密钥已删除", f"✔ the key of version {version} is removed"),
        )


def _add(context: Context, database: Database, keys: Path, *, quiet: bool) -> None:
    """Make the next key, with its receipt."""
    from hub.ledger.drafts import ReceiptKind
    from hub.number_keys import add_key

    version = add_key(keys)
    with database.begin() as unit:
        context.record(
            unit,
            ReceiptKind.ADMIN,
            action="number_key.add",
            subject_kind="number_key",
            subject_id=str(version),
            outcome="done",
        )
    if not quiet:
        say(
            f"已生成第 {version} 版密钥，等待各进程读入（约 10 秒）；请随后备份",
            f"the key of version {version} is made; every process reads it now (10 s); make a backup afterwards",
        )


def _settle(seals: NumberSeals, *, quiet: bool) -> None:
    """Wait until the newest key is in force."""
    seals.look(now=True)
    while seals.version < max(seals.versions):
        time.sleep(LOOK_SECONDS)
        seals.look(now=True)
    if not quiet:
        say(f"第 {seals.version} 版密钥已启用", f"the key of version {seals.version} is in force")


def _go_on(database: Database, seals: NumberSeals, *, quiet: bool) -> Standing:
    """Seal anew what can be now, and say what remains; waits a moment where pushes are at work."""
    from hub.rows.rotation.stepping import standing, step

    step(database, seals, is_thorough=True)
    found = standing(database, seals)
    if not found.is_done:
        if not quiet:
            _say(found)
        time.sleep(LOOK_SECONDS)
    return found


def _say(found: Standing) -> None:
    say(
        f"尚余 {found.resources} 个资源（{found.rows:,} 行）、平台自身的 {found.texts:,} 处",
        f"{found.resources} resources ({found.rows:,} rows) and {found.texts:,} texts of the hub itself remain",
    )


def _tell(found: Standing, *, as_json: bool) -> None:
    """Print how far the rotation is."""
    older = [version for version in found.versions if version < found.version]
    keys = pick("、", ", ").join(map(str, older)) or pick("无", "none")
    if found.is_done:
        text = pick(
            f"✔ 全部号码均以第 {found.version} 版密钥加密；旧密钥：{keys}（可用 hub key drop-numbers 删除）",
            f"✔ all numbers are sealed under version {found.version}; older keys: {keys} (hub key drop-numbers)",
        )
    else:
        text = pick(
            f"在用第 {found.version} 版，尚余 {found.resources} 个资源（{found.rows:,} 行）、"
            f"平台自身的 {found.texts:,} 处",
            f"version {found.version} is in force; {found.resources} resources ({found.rows:,} rows) and"
            f" {found.texts:,} texts of the hub itself are not sealed under it yet",
        )
    emit(
        {
            "version": found.version,
            "keys": list(found.versions),
            "resources_left": found.resources,
            "rows_left": found.rows,
            "texts_left": found.texts,
            "done": found.is_done,
        },
        as_json=as_json,
        text=text,
    )
