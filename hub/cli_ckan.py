"""``hub ckan``: tokens for CKAN clients: one's own, and the console's for filling a new directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_output import emit, explained, say
from hub.cli_staff import Code, Login, logged_in

if TYPE_CHECKING:
    from hub.identity.ckan_tokens.issuing import Issued

ckan_app = typer.Typer(name="ckan", help="CKAN 客户端的令牌 / tokens for CKAN clients", no_args_is_help=True)

Name = Annotated[str, typer.Option("--name", help="令牌名称 / name of the token")]
Days = Annotated[int | None, typer.Option("--days", min=1, max=365, help="有效天数 / days it is good for")]
Scope = Annotated[str, typer.Option("--scope", help="write：本部门读写；import：建库导入 / write, or import")]


@ckan_app.command("token")
def token(
    login: Login,
    name: Name = "ckan",
    days: Days = None,
    scope: Scope = "write",
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """申领令牌；只显示这一次。 Make a token; it is shown this once."""
    body = {"name": name, "scope": scope} | ({"days": days} if days is not None else {})
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        made = hub.call("POST", "/api/v1/ckan-tokens", json=body)
        emit(made, as_json=as_json, text=made["token"])


@ckan_app.command("tokens")
def tokens(login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """列出本人的令牌。 List one's tokens."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", "/api/v1/ckan-tokens")
        emit(found, as_json=as_json, text="\n".join(map(_line, found["tokens"])))


@ckan_app.command("revoke")
def revoke(
    token_id: Annotated[str, typer.Argument(help="令牌编号 / id of the token")],
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """撤销令牌，立即失效。 End a token at once."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        ended = hub.call("DELETE", f"/api/v1/ckan-tokens/{token_id}")
        emit(ended, as_json=as_json, text=_line(ended))


def _line(one: dict[str, Any]) -> str:
    state = "revoked" if one["revoked"] else f"→ {one['expires']}"
    return f"{one['id']}  {one['scope']}  {one['name']}  {state}"


@ckan_app.command("import-token")
def import_token(
    login: Annotated[str, typer.Argument(help="目录管理员的登录名 / login of the authority's catalogue reviewer")],
    name: Name = "import",
    days: Annotated[int, typer.Option("--days", min=1, max=7, help="有效天数 / days it is good for")] = 1,
    data_dir: Annotated[Path | None, typer.Option(help="数据目录 / data directory")] = None,
    as_json: AsJson = False,
) -> None:
    """为建库导入签发令牌（控制台）：其持有人所导入的条目经各道检查后即发布。 A token for filling a new directory."""
    with explained(as_json=as_json):
        made = _issued(login, name, days, data_dir)
        shown = {"token": made.text, "id": str(made.token.id), "expires": made.token.expires.isoformat()}
        emit(shown, as_json=as_json, text=made.text)
        if not as_json:
            say(
                "只显示这一次；导入完成后请撤销。例：ckanapi load datasets -I dump.jsonl -r 地址 -a 令牌",
                "shown this once; revoke it when done. ckanapi load datasets -I dump.jsonl -r URL -a TOKEN",
            )


def _issued(login: str, name: str, days: int, data_dir: Path | None) -> Issued:
    from hub.api.authentication import ledger_recorder
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.context import utc_now
    from hub.identity import store
    from hub.identity.ckan_tokens.issuing import IMPORT, NewToken, issue
    from hub.identity.errors import NotRegisteredError
    from hub.identity.facts import CONSOLE
    from hub.identity.staff import find_staff

    settings = load_settings(data_dir=data_dir)
    with opened(settings, joins=True) as database:
        record = ledger_recorder(console_context(settings, database).writer)
        with database.begin() as unit:
            staff = find_staff(unit, login)
            member = store.member(unit, "id", staff.member_id)
            if member is None:
                raise NotRegisteredError("成员单位", "member")
            return issue(unit, record, CONSOLE, (staff, member), NewToken(name, days, IMPORT), utc_now())
