"""``hub``: one command for newcomer, department, agency and operator. Chinese or English by locale.

Exit codes: 0 done, 1 unexpected, 2 usage, 3 partly rejected, 4 all rejected, 5 refused by policy, 6 network.
Verbs import what they need when they run, so that ``--help`` and ``prove`` stay fast and light.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from typer.exceptions import Abort, TyperException

from hub import __version__, cli_client, cli_delivery, cli_directory_entries, cli_push, cli_versions
from hub.cli_addresses import addresses_app
from hub.cli_catalogue import describe
from hub.cli_ckan import ckan_app
from hub.cli_correction import correct_app
from hub.cli_directory import directory_app
from hub.cli_duties import duty_app, inventory_app, source_app
from hub.cli_exemption import exemption_app
from hub.cli_figures import figures
from hub.cli_generate import generate_app
from hub.cli_grants import grant_app
from hub.cli_inbox import request_app
from hub.cli_indicators import indicators_app
from hub.cli_legal_persons import legal_persons_app
from hub.cli_mapping import mapping_app
from hub.cli_output import Exit, emit, explained, is_english, pick, say
from hub.cli_population import population_app
from hub.cli_registers import registers_app
from hub.cli_rules import rules_app
from hub.cli_scan import scan
from hub.cli_sheets import sheet_app
from hub.cli_staff import catalogue_app
from hub.cli_supervision import calendar_app
from hub.cli_usage import usage_lines
from hub.cli_watch import watch
from hub.ledger.cli_prove import app as prove_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.database import Database
    from hub.settings import Settings

app = typer.Typer(
    name="hub",
    help="数通：政务数据共享目录与交换 / Shutong, the government data directory and exchange",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(prove_app, name="prove")
app.command()(cli_push.push)
app.command()(watch)
app.command()(cli_client.find)
app.command()(cli_client.query)
app.command()(cli_client.verify)
app.command()(cli_client.headers)
app.command()(figures)
app.command()(cli_client.get)
app.command()(scan)
app.command()(cli_versions.versions)
app.command("restore-version")(cli_versions.restore_version)
app.command("release-version")(cli_versions.release_version)
app.command()(cli_versions.lineage)
app.command("erase-rows")(cli_versions.erase_rows)
app.command()(cli_versions.quality)
app.command()(cli_delivery.match)
app.command()(cli_delivery.changes)
app.command()(cli_delivery.subscribe)
app.add_typer(cli_delivery.webhook_app)
catalogue_app.command("describe")(describe)
app.add_typer(catalogue_app)
app.add_typer(request_app)
app.add_typer(grant_app)
app.add_typer(population_app)
app.add_typer(correct_app)
app.add_typer(generate_app)
cli_directory_entries.install(directory_app)
app.add_typer(directory_app)
app.add_typer(exemption_app)
app.add_typer(mapping_app)
app.add_typer(indicators_app)
app.add_typer(registers_app, name="registers")
app.add_typer(legal_persons_app, name="legal-persons")
app.add_typer(rules_app)
app.add_typer(duty_app)
app.add_typer(inventory_app)
app.add_typer(source_app)
app.add_typer(sheet_app)
app.add_typer(calendar_app, name="calendar")
app.add_typer(addresses_app)
app.add_typer(ckan_app)

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
GARBAGE: Final = (100_000, 20, 100)
"""What a verb imports stays: looking for garbage among it took a quarter of the start of ``hub serve``."""
DISK_FULL: Final = "53100"
"""SQLSTATE of PostgreSQL where it cannot write for want of room."""


def load_settings(**changes: object) -> Settings:
    """Read the settings once; misspelt variables are named."""
    from pydantic import ValidationError

    from hub.settings import Settings, unknown_variables

    unknown = unknown_variables(os.environ)
    if unknown:
        say(f"未知的环境变量（未生效）：{'、'.join(unknown)}", f"unknown variables (ignored): {', '.join(unknown)}")
    try:
        return Settings(**{key: value for key, value in changes.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        faults = "; ".join(f"HUB_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors())
        raise ValueError(pick(f"设置有误：{faults}", f"the settings are not right: {faults}")) from error


@contextmanager
def opened(settings: Settings, *, joins: bool, is_new: bool = False, founds: bool = False) -> Iterator[Database]:
    """Yield the database of the settings: external, or embedded for the length of the block.

    ``joins`` is for verbs that may run beside a living hub; ``is_new`` for those that make or upgrade the schema;
    ``founds`` for the one that makes an embedded database where there is none: others say that no hub is there.
    """
    from contextlib import ExitStack

    from hub import schema
    from hub.database import Database
    from hub.postgres import embedded_url
    from hub.postgres_cluster import ServerOptions, buffers_of
    from hub.postgres_files import require_cluster

    with ExitStack() as stack:
        if settings.database_url is not None:
            url = settings.database_url.get_secret_value()
        else:
            if not founds:
                require_cluster(settings.data_dir)
            options = ServerOptions(shared_buffers_mib=buffers_of(settings.database_buffers_mib, demo=settings.demo))
            url = stack.enter_context(embedded_url(settings.data_dir, joins=joins, options=options))
        database = Database.from_settings(settings, url)
        stack.callback(database.close)
        database.check()
        if not is_new:
            schema.require_current(database)
        yield database


@app.command()
def version() -> None:
    """显示版本。 Print the version."""
    print(__version__)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="监听地址 / address")] = None,
    port: Annotated[int | None, typer.Option(help="端口 / port")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="数据目录 / data directory")] = None,
) -> None:
    """运行平台。 Run the hub until told to stop."""
    from hub import logs
    from hub.ports import require_ports
    from hub.postgres import ending_cleanly

    with explained():
        settings = load_settings(host=host, port=port, data_dir=data_dir)
        require_ports(settings)
        logs.configure(settings.log_format, settings.log_level)
        with ending_cleanly(), opened(settings, joins=False) as database:
            from hub.serve import serve as run  # after what may go wrong at once: reading it takes seconds

            run(settings, database)


@app.command()
def migrate(data_dir: Annotated[Path | None, typer.Option(help="数据目录 / data directory")] = None) -> None:
    """升级数据库结构。 Bring the database schema up to date."""
    from hub import schema

    with explained():
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True, is_new=True) as database:
            before, after = schema.migrate(database)
        say(f"数据库结构：{before or '空'} → {after}", f"schema: {before or 'empty'} → {after}")


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="端口 / port")] = 8000,
    data_dir: Annotated[Path | None, typer.Option(help="数据目录 / data directory")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="清空演示数据重来 / start afresh")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="不打开浏览器 / do not open a browser")] = False,
    buffers: Annotated[
        int | None,
        typer.Option(
            min=16,
            max=65_536,
            envvar="HUB_DATABASE_BUFFERS_MIB",
            help="数据库缓冲 MiB；装入大城市时设大些 / database buffers in MiB, more for a generated city",
        ),
    ] = None,
    registers: Annotated[
        bool,
        typer.Option("--registers", help="首次建立时并建成四个基础数据库 / also make the four basic databases"),
    ] = False,
) -> None:
    """一条命令看全程：虚构城市、真实执行的故事、离线可验。 An invented city and the story, in one command."""
    from hub.demo.folder import DemoFolder, default_folder
    from hub.ports import free_port

    with explained():
        folder = DemoFolder(data_dir if data_dir is not None else default_folder())
        folder.require_idle()
        port = free_port(port)
        from hub.demo.run import DemoWish, run_demo  # after what may go wrong at once: reading it takes seconds

        wish = DemoWish(reset=reset, opens_browser=not no_browser, buffers_mib=buffers, registers=registers)
        run_demo(port, folder, wish)


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="备份写到的目录（须不存在）/ new directory of the backup")],
    data_dir: Annotated[Path | None, typer.Option(help="数据目录 / data directory")] = None,
    as_json: AsJson = False,
) -> None:
    """备份数据库和签名密钥；平台可照常运行。 Back up database and keys while the hub runs."""
    from hub import backup as backups
    from hub import schema

    with explained(as_json=as_json):
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True, is_new=True) as database:
            schema.require_founded(database)
            manifest = backups.backup(
                database, target, backups.key_files(settings.data_dir, settings.receipt_key), tell=_tell
            )
        emit(
            {"target": str(target), "tables": len(manifest.tables), "schema": manifest.schema_revision},
            as_json=as_json,
            text=pick(
                f"✔ 已备份 {len(manifest.tables)} 张表到 {target}", f"✔ {len(manifest.tables)} tables in {target}"
            ),
        )
        say("备份中含签名私钥，请妥善保管", "the backup holds private keys: keep it safe")


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="备份目录 / directory of the backup")],
    data_dir: Annotated[Path | None, typer.Option(help="恢复到的数据目录（须为空）/ empty data directory")] = None,
    verify: Annotated[bool, typer.Option("--verify/--no-verify", help="逐表核对行数与摘要")] = True,
    as_json: AsJson = False,
) -> None:
    """恢复到空目录或空数据库，并逐表核对。 Restore into an empty place and verify every table."""
    from hub import backup as backups

    with explained(as_json=as_json):
        settings = load_settings(data_dir=data_dir)
        url = settings.database_url.get_secret_value() if settings.database_url is not None else None
        report = backups.restore(source, settings.data_dir, url, verify=verify, tell=_tell)
        emit(
            {
                "source": str(source),
                "data_dir": str(settings.data_dir),
                "tables": len(report.tables),
                "verified": verify,
            },
            as_json=as_json,
            text=pick(
                f"✔ 已恢复 {len(report.tables)} 张表" + ("，行数与摘要全部一致" if verify else "（未核对）"),
                f"✔ {len(report.tables)} tables restored"
                + (", rows and digests equal" if verify else ", not verified"),
            ),
        )


def _tell(progress: object) -> None:
    done, total = getattr(progress, "done", 0), getattr(progress, "total", 0)
    say(f"  [{done}/{total}] {getattr(progress, 'zh', '')}", f"  [{done}/{total}] {getattr(progress, 'en', '')}")


def main() -> None:
    """Run the command line."""
    gc.set_threshold(*GARBAGE)
    from hub import cli_admin

    cli_admin.install(app)
    try:
        # The library's own words are shown only where they are wanted: it has no Chinese ones.
        code = app(standalone_mode=is_english())
    except TyperException as error:
        lines = usage_lines(error)
        print("\n".join(lines or ()), file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except Abort:
        say("已取消，没有执行", "aborted, nothing was done")
        raise SystemExit(int(Exit.UNEXPECTED)) from None
    except Exception as error:
        if os.environ.get("HUB_CLIENT_TRACEBACK"):
            raise
        if getattr(getattr(error, "orig", None) or error, "sqlstate", None) == DISK_FULL:
            say(
                "✘ 数据库所在磁盘空间不足，未完成；请清出空间后重试",
                "✘ the disk of the database is full, not done; make room and try again",
            )
            raise SystemExit(int(Exit.UNEXPECTED)) from None
        say(
            f"✘ 意外故障（{type(error).__name__}），未完成；设 HUB_CLIENT_TRACEBACK=1 重试可看细节",
            f"✘ unexpected fault ({type(error).__name__}), not done; set HUB_CLIENT_TRACEBACK=1 for details",
        )
        raise SystemExit(int(Exit.UNEXPECTED)) from None
    if isinstance(code, int) and code:  # --help and the like end with a code of their own
        raise SystemExit(code)


if __name__ == "__main__":
    main()
