"""Verbs of the operator: ``hub init`` (a real city), ``hub member``, ``hub key new``, ``hub audit``: the console's.

The console is the person at the machine with the data directory; each act leaves a receipt under its name.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub import cli_divisions, cli_harvest, cli_numbers, cli_pull, cli_register, cli_relay
from hub.cli_output import emit, explained, pick, say

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.identity.facts import Member
    from hub.identity.member_import import ImportReport
    from hub.identity.recording import Recorder
    from hub.settings import Settings

DataDir = Annotated[Path | None, typer.Option(help="数据目录 / data directory")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
member_app = typer.Typer(name="member", help="部门与单位 / members", no_args_is_help=True)
key_app = typer.Typer(name="key", help="系统密钥 / keys of systems", no_args_is_help=True)
audit_app = typer.Typer(name="audit", help="审计 / audit", no_args_is_help=True)


def install(app: typer.Typer) -> None:
    """Add the operator's verbs."""
    app.command()(init)
    app.add_typer(member_app, name="member")
    app.add_typer(key_app, name="key")
    app.add_typer(audit_app, name="audit")
    cli_register.install(app, key_app)
    cli_numbers.install(key_app)
    cli_relay.install(app)
    cli_pull.install(app)
    cli_harvest.install(app)
    cli_divisions.install(app)


def console_context(settings: Settings, database: Database) -> Context:
    """Return the context of console acts: receipts are signed with the hub's own key."""
    from urllib.parse import urlsplit

    from hub.calendars.keeper import CalendarKeeper
    from hub.context import Context, utc_now
    from hub.ledger.publication import open_ledger
    from hub.number_keys import open_number_seals
    from hub.services import keeping_of

    log = open_ledger(settings.receipt_key, urlsplit(settings.public_url).netloc + "/ledger")
    with database.begin() as unit:
        log.publish(unit, utc_now())
    return Context(
        log.writer,
        CalendarKeeper(database),
        settings.demo,
        keeping=keeping_of(settings),
        numbers=open_number_seals(settings.data_dir / "keys"),
    )


def init(
    authority: Annotated[str, typer.Option(help="主管部门名称 / name of the authority")] = "数据主管部门",
    authority_code: Annotated[str, typer.Option(help="主管部门统一社会信用代码 / its credit code")] = "",
    authority_slug: Annotated[
        str, typer.Option(help="主管部门英文名，不填则用拼音 / its name in addresses; empty: pinyin")
    ] = "",
    authority_contact: Annotated[str, typer.Option(help="主管部门联系方式 / contact of its office")] = "",
    departments: Annotated[
        Path | None, typer.Option(exists=True, help="部门清单 CSV（名称、信用代码、类型）/ departments.csv")
    ] = None,
    admin: Annotated[
        str, typer.Option(help="首位安全管理员登录名 / login of the first security administrator")
    ] = "anquan",
    system_admin: Annotated[
        str, typer.Option(help="首位系统管理员登录名 / login of the first system administrator")
    ] = "xitong",
    data_dir: DataDir = None,
) -> None:
    """建立一座真实城市的平台：数据库、密钥、辖区、主管部门、首位安全管理员和系统管理员。 Set up a real city."""
    from hub import schema
    from hub.api.authentication import ledger_recorder
    from hub.cli import load_settings, opened
    from hub.context import utc_now
    from hub.identity.facts import CONSOLE
    from hub.identity.member_import import import_members

    with explained():
        settings = load_settings(data_dir=data_dir)
        _check_code(authority_code)
        people = [
            (login, name, _first_password(login))
            for login, name in ((admin, "安全管理员"), (system_admin, "系统管理员"))
        ]
        with opened(settings, joins=True, is_new=True, founds=True) as database:
            schema.migrate(database)
            record = ledger_recorder(console_context(settings, database).writer)
            with database.begin() as unit:
                named = (authority, authority_code, authority_contact, authority_slug)
                uris = _found_city(unit, record, settings, named, people)
                report = (
                    import_members(unit, record, CONSOLE, departments.read_bytes(), utc_now()) if departments else None
                )
        if report is not None:
            say(f"已登记 {report.added} 个单位", f"{report.added} members registered")
            _say_rejected(report)
        say(
            f"✔ {settings.city_name} 已建立，管理员 {'、'.join(uris)}",
            f"✔ {settings.city_name} is set up, {', '.join(uris)}",
        )
        for login, uri in uris.items():
            say(f"请把 {login} 的动态码密钥加入其验证器：{uri}", f"add this to the authenticator of {login}: {uri}")
        say("现在可以运行：hub serve", "now run: hub serve")


def _check_code(code: str) -> None:
    from catalogue.identifiers import organisation_code

    checked = organisation_code(code)
    if checked.fault is not None:
        raise ValueError(
            pick(
                f"--authority-code 不是有效的统一社会信用代码：{checked.message_zh}",
                f"--authority-code is no valid credit code: {checked.message_en}",
            )
        )


def _first_password(login: str) -> str:
    """Return a first administrator's password, from the environment or asked for; each changes it after login."""
    given = os.environ.get("HUB_CLIENT_INIT_PASSWORD")
    asked = pick(f"{login} 的口令（至少 12 位）", f"password of {login} (12 or more)")
    return given or str(typer.prompt(asked, hide_input=True, confirmation_prompt=True))


def _found_city(
    unit: Unit,
    record: Recorder,
    settings: Settings,
    authority: tuple[str, str, str, str],
    people: list[tuple[str, str, str]],
) -> dict[str, str]:
    """Register the city, its data authority and two administrators; returns login -> address for the code generator.

    Two, because who registers people (system) gives no roles, and who gives roles (security) registers nobody.
    """
    from hub.context import utc_now
    from hub.identity.facts import CONSOLE, Jurisdiction, JurisdictionKind, MemberKind
    from hub.identity.members import NewMember, add_jurisdiction, add_member
    from hub.identity.passwords import Passwords
    from hub.identity.roles import Role
    from hub.identity.staff import NewStaff, add_staff

    code, name = settings.division_code, settings.city_name
    add_jurisdiction(unit, record, CONSOLE, Jurisdiction(code, name, name, JurisdictionKind.CITY, None, settings.pack))
    new = NewMember(*authority[:2], MemberKind.AUTHORITY, code, *authority[2:])
    member = add_member(unit, record, CONSOLE, new, utc_now())
    uris = {}
    for (login, shown, password), role in zip(people, (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN), strict=True):
        staff = NewStaff(member.slug, login, shown, password, frozenset({role}))
        _, uri = add_staff(unit, record, CONSOLE, Passwords(), staff)
        uris[login] = uri or ""
    return uris


@member_app.command("list")
def list_members(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出单位。 List members."""
    from hub.cli import load_settings, opened
    from hub.identity import store

    with explained(as_json=as_json):
        settings = load_settings(data_dir=data_dir)
        found: list[Member] = []
        with opened(settings, joins=True) as database, database.begin() as unit:
            page = store.members(unit, store.Paging())
            found.extend(page.rows)
            while page.next is not None:
                page = store.members(unit, store.Paging(after=page.next))
                found.extend(page.rows)
        rows = [
            {"slug": one.slug, "name": one.name, "code": one.organisation_code, "kind": one.kind.value,
             "status": one.status.value}
            for one in found
        ]  # fmt: skip
        text = "\n".join(f"{row['slug']}  {row['name']}  {row['code']}  {row['status']}" for row in rows)
        emit({"total": len(rows), "members": rows}, as_json=as_json, text=text)


@member_app.command("import")
def import_csv(file: Annotated[Path, typer.Argument(exists=True)], data_dir: DataDir = None) -> None:
    """从 CSV 登记单位。 Register members from a CSV file."""
    from hub.api.authentication import ledger_recorder
    from hub.cli import load_settings, opened
    from hub.context import utc_now
    from hub.identity.facts import CONSOLE
    from hub.identity.member_import import import_members

    with explained():
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            record = ledger_recorder(console_context(settings, database).writer)
            with database.begin() as unit:
                report = import_members(unit, record, CONSOLE, file.read_bytes(), utc_now())
        say(f"已登记 {report.added} 个单位", f"{report.added} members registered")
        _say_rejected(report)


def _say_rejected(report: ImportReport) -> None:
    for row in report.rejected:
        say(f"  ✘ 第 {row.line} 行：{row.zh}", f"  ✘ line {row.line}: {row.en}")


@key_app.command("new")
def new_key(
    file: Annotated[Path, typer.Argument(help="私钥写到的新文件 / new file of the private key")],
    algorithm: Annotated[str, typer.Option(help="ES256 或 EdDSA")] = "EdDSA",
) -> None:
    """生成一把系统密钥：私钥存文件（0600），公钥打印为 JWK。 Make a key pair for a system."""
    import jwt
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    with explained():
        if algorithm not in {"ES256", "EdDSA"}:
            raise ValueError(pick("算法须为 ES256 或 EdDSA", "the algorithm must be ES256 or EdDSA"))
        private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey = (
            ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else ed25519.Ed25519PrivateKey.generate()
        )
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as target:
            target.write(pem)
        public = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(private.public_key()))
        print(json.dumps(public))


@audit_app.command("dump")
def dump_log(
    folder: Annotated[Path, typer.Argument(help="导出到的新目录 / new folder")], data_dir: DataDir = None
) -> None:
    """导出整个日志（凭证、分块、全部检查点），供 hub prove log 离线核验。 Write the whole log, to be proved offline."""
    from hub.cli import load_settings, opened
    from hub.ledger.evidence import dump

    with explained():
        with opened(load_settings(data_dir=data_dir), joins=True) as database, database.read_only() as unit:
            size = dump(unit, folder)
        say(f"✔ {size:,} 份凭证已导出到 {folder}", f"✔ {size:,} receipts in {folder}")
