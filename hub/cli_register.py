"""Verbs of administrators over HTTP: ``hub staff``, ``hub system`` and ``hub key propose | approve | rotate | revoke``.

They log in as a person, as :mod:`hub.cli_staff` does: the system administrator registers, the security administrator
gives roles and approves keys; nobody approves what he or she proposed (三员分立).
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_output import emit, explained, pick, say
from hub.cli_staff import Code, Login, logged_in
from hub.identity.roles import Role

if TYPE_CHECKING:
    from hub.client import SystemCredentials

staff_app = typer.Typer(name="staff", help="人员与角色 / people and their roles", no_args_is_help=True)
system_app = typer.Typer(name="system", help="业务系统 / systems of members", no_args_is_help=True)
Member = Annotated[str, typer.Option("--member", help="单位简称，见 hub member list / slug of the member")]
Thumbprint = Annotated[str, typer.Argument(help="密钥指纹 / thumbprint of the key")]
PROOF_TYPE = "key-proof+jwt"


def install(app: typer.Typer, key_app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(staff_app)
    app.add_typer(system_app)
    key_app.command("propose")(propose_key)
    key_app.command("approve")(approve_key)
    key_app.command("rotate")(rotate_key)
    key_app.command("revoke")(revoke_key)


@staff_app.command("add")
def add_staff(
    person: Annotated[str, typer.Argument(help="新人员的登录名 / login of the new person")],
    member: Member,
    name: Annotated[str, typer.Option(help="姓名 / name")],
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """新增人员（系统管理员）；角色另由安全管理员给。 Add a person; roles are given by another administrator."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        asked = pick(f"{person} 的首个口令（至少 12 位）", f"first password of {person} (12 or more)")
        password = os.environ.get("HUB_CLIENT_NEW_PASSWORD") or typer.prompt(
            asked, hide_input=True, confirmation_prompt=True
        )
        body = {"member": member, "login": person, "name": name, "password": password}
        made = hub.call("POST", "/api/v1/staff", json=body)
        emit(made, as_json=as_json, text=pick(f"✔ 已登记 {person}", f"✔ {person} is registered"))
        if made["totp_uri"] is not None:
            say(
                f"请把此动态码密钥加入其验证器：{made['totp_uri']}",
                f"add this to the authenticator: {made['totp_uri']}",
            )


@staff_app.command("roles")
def set_roles(
    person: Annotated[str, typer.Argument(help="登录名 / login of the person")],
    roles: Annotated[list[Role], typer.Argument(help="此后的全部角色 / all roles from now on")],
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """设置另一人的角色（安全管理员）。 Give another person roles (security administrator)."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        wanted = [role.value for role in roles]
        done = hub.call("PUT", f"/api/v1/staff/{person}/roles", json={"roles": wanted})
        emit(done, as_json=as_json, text=f"✔ {person}: {', '.join(done['roles'])}")


@system_app.command("add")
def add_system(
    name: Annotated[str, typer.Argument(help="系统名称 / name of the system")],
    member: Member,
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """登记单位的业务系统（系统管理员）。 Register a member's system; its id is the client id."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        made = hub.call("POST", "/api/v1/systems", json={"member": member, "name": name})
        emit(made, as_json=as_json, text=pick(f"✔ 系统编号 {made['id']}", f"✔ id of the system: {made['id']}"))


def propose_key(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="私钥文件（PEM），不会发送 / never sent")],
    system: Annotated[UUID, typer.Option("--system", help="系统编号 / id of the system")],
    login: Login,
    lifetime_days: Annotated[int, typer.Option(min=1, max=730, help="有效期，天 / life in days")] = 365,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """提交系统的新公钥和持有证明，待另一人批准。 Propose a system's public key; another person approves it."""
    from hub.client import SystemCredentials

    with explained(as_json=as_json):
        key = SystemCredentials.load(str(system), file)
        with logged_in(url, login, code) as hub:
            nonce = hub.call("POST", f"/api/v1/systems/{system}/nonces")
            body = {**_proof(key, nonce["nonce"], nonce["audience"]), "lifetime_days": lifetime_days}
            made = hub.call("POST", f"/api/v1/systems/{system}/keys", json=body)
        emit(made, as_json=as_json, text=_said(made))


def _proof(key: SystemCredentials, nonce: str, audience: str) -> dict[str, Any]:
    """Return the public key and what proves that its private half is held."""
    import jwt
    from cryptography.hazmat.primitives.asymmetric import ec

    algorithm = "ES256" if isinstance(key.private_key, ec.EllipticCurvePrivateKey) else "EdDSA"
    claims = {"sub": key.system_id, "aud": audience, "iat": int(time.time()), "nonce": nonce}
    public = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(key.private_key.public_key()))
    jwk = {name: value for name, value in public.items() if name in {"kty", "crv", "x", "y"}}
    return {
        "jwk": jwk,
        "proof": jwt.encode(claims, key.private_key, algorithm=algorithm, headers={"typ": PROOF_TYPE}),
    }


def approve_key(
    thumbprint: Thumbprint, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """批准另一人提交的公钥（安全管理员）。 Approve a key another person proposed."""
    _act(thumbprint, "approve", None, (url, login, code), as_json=as_json)


def rotate_key(
    thumbprint: Thumbprint,
    login: Login,
    overlap_minutes: Annotated[int, typer.Option(min=0, max=20160, help="与新密钥并用的分钟数 / overlap")] = 60,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """停用旧密钥：并用一段时间后失效。 Let an old key end after an overlap with its successor."""
    _act(thumbprint, "rotate", {"overlap_minutes": overlap_minutes}, (url, login, code), as_json=as_json)


def revoke_key(
    thumbprint: Thumbprint, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """立即吊销密钥及其令牌（安全管理员）。 End a key and its tokens at once."""
    _act(thumbprint, "revoke", None, (url, login, code), as_json=as_json)


def _act(
    thumbprint: str, act: str, body: dict[str, Any] | None, who: tuple[str, str, str | None], *, as_json: bool
) -> None:
    with explained(as_json=as_json), logged_in(*who) as hub:
        done = hub.call("POST", f"/api/v1/keys/{thumbprint}/{act}", json=body)
        emit(done, as_json=as_json, text=_said(done))


def _said(key: dict[str, Any]) -> str:
    """Return a key as a terminal shows it."""
    until = str(key["valid_to"])[:10]
    return pick(
        f"✔ 密钥 {key['thumbprint']}：{key['status']}，有效期至 {until}",
        f"✔ key {key['thumbprint']}: {key['status']}, valid until {until}",
    )
