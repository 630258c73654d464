"""What can go wrong with identity, each error with what happened and what to do now, in both languages.

Errors of the token endpoint carry ``facts["error"]`` (RFC 6749 5.2) and ``error_description``; those of
protected routes ``facts["error"]`` of RFC 6750 3.1. ``reason`` is a fixed word for receipts and tests.
No message tells whether a login, a system or a key exists to somebody who has not proved who he is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.identity.roles import RoleConflict

ASK_ADMIN_ZH = "请联系本市数据主管部门的系统管理员"
ASK_ADMIN_EN = "ask the system administrator of the city's data authority"


class IdentityError(DomainError):
    """Base of everything in this package that a caller can understand and mend."""


class NotFreshError(IdentityError):
    """The standing of members and keys is older than allowed: nothing may be decided on it."""

    def __init__(self, age_seconds: float | None) -> None:
        """``age_seconds`` is how old the last confirmed snapshot is; None when there was none yet."""
        super().__init__(
            "暂时无法确认成员和密钥的最新状态，本次请求未作决定",
            "the standing of members and keys cannot be confirmed now; nothing was decided",
            next_zh="请稍后原样重试；持续出现请联系运维检查数据库",
            next_en="send the same request again shortly; if it lasts, the operator should check the database",
            facts={"retry_after_seconds": 2, "age_seconds": None if age_seconds is None else round(age_seconds)},
        )


class TokenKeyFileError(IdentityError):
    """The file with the hub's token key cannot be used; the hub does not start."""


class TokenRequestError(IdentityError):
    """The token request is not a well-formed one (RFC 6749 5.2: 400)."""

    def __init__(self, error: str, zh: str, en: str) -> None:
        """``error`` is the code of RFC 6749 5.2; ``en`` must be ASCII."""
        super().__init__(
            zh,
            en,
            next_zh="请对照 /.well-known/oauth-authorization-server 和接口说明修改请求",
            next_en="compare the request with /.well-known/oauth-authorization-server and the API description",
            facts={"error": error, "error_description": en},
        )
        self.reason = error


class ClientRefusedError(IdentityError):
    """A system did not prove who it is (RFC 6749 5.2 invalid_client: 401)."""

    def __init__(self, reason: str, zh: str, en: str, *, next_zh: str = "", next_en: str = "") -> None:
        """``reason`` is a fixed word such as ``assertion-expired``; ``en`` must be ASCII."""
        super().__init__(
            zh,
            en,
            next_zh=next_zh or "请用已批准的密钥重新签发断言后再试",
            next_en=next_en or "sign a new assertion with an approved key and try again",
            facts={"error": "invalid_client", "error_description": en, "reason": reason},
        )
        self.reason = reason


class TokenRefusedError(IdentityError):
    """An access token is not valid here and now (RFC 6750 3.1 invalid_token: 401)."""

    def __init__(self, reason: str, zh: str, en: str) -> None:
        """``reason`` is a fixed word such as ``token-expired``."""
        super().__init__(
            zh,
            en,
            next_zh="请在 /oauth/token 重新取得令牌",
            next_en="obtain a new token at /oauth/token",
            facts={"error": "invalid_token", "reason": reason},
        )
        self.reason = reason


class ProofRefusedError(TokenRefusedError):
    """A proof of possession is missing, wrong or used before (RFC 9449 5, 7.1: 401, at the token endpoint 400)."""

    def __init__(self, reason: str, zh: str, en: str, facts: Mapping[str, object]) -> None:
        """``facts`` hold ``error`` (RFC 9449 12.2) and, where one is wanted, the ``nonce`` to use."""
        super().__init__(reason, zh, en)
        self.next_zh = "请用系统的登记密钥为每次请求新签 DPoP 证明；示例见 GET /api/v1/grants/{id}/samples"
        self.next_en = (
            "sign a new DPoP proof with the system's registered key for each request; "
            "GET /api/v1/grants/{id}/samples shows how"
        )
        self.facts = {**self.facts, "error_description": en, "scheme": "DPoP", **facts}


class CredentialsNeededError(IdentityError):
    """The route needs a token or a session and none was sent (401, no error code: RFC 6750 3.1)."""

    def __init__(self) -> None:
        super().__init__(
            "此接口需要先表明身份",
            "this operation needs credentials and none were sent",
            next_zh="系统请在 Authorization 头中携带 DPoP 或 Bearer 令牌；工作人员请先登录",
            next_en="a system sends a DPoP or Bearer token in the Authorization header; staff log in first",
        )


class LoginRefusedError(IdentityError):
    """Login, password or code do not fit; which one is not said."""

    def __init__(self, reason: str) -> None:
        """``reason`` goes to the receipt only, never to the caller."""
        super().__init__(
            "登录未成功：账号、口令或动态码不正确，或该账号不能登录",
            "login failed: the login, the password or the code is wrong, or the account cannot log in",
            next_zh="请核对后重试；忘记口令请联系本单位管理员重置",
            next_en="check and try again; an administrator can reset a forgotten password",
        )
        self.reason = reason


class TooManyAttemptsError(IdentityError):
    """Too many failed logins for one login name (429)."""

    def __init__(self, retry_after_seconds: int) -> None:
        """``retry_after_seconds`` until the next attempt counts."""
        super().__init__(
            "该账号尝试登录次数过多，已暂停登录",
            "too many login attempts for this login; it is paused",
            next_zh=f"请在 {retry_after_seconds} 秒后重试；若不是本人操作，请立即告知安全管理员",
            next_en=f"try again in {retry_after_seconds} seconds; if it was not you, tell the security administrator",
            facts={"retry_after_seconds": retry_after_seconds},
        )
        self.reason = "too-many-attempts"


class SessionEndedError(IdentityError):
    """The session is unknown, over, or its owner may no longer log in (401)."""

    def __init__(self, reason: str = "session-ended") -> None:
        super().__init__(
            "登录已失效",
            "the session has ended",
            next_zh="请重新登录；未保存的内容请先复制",
            next_en="log in again",
        )
        self.reason = reason


class CsrfError(IdentityError):
    """A change was asked for with a session cookie but without the session's CSRF token (403)."""

    def __init__(self) -> None:
        super().__init__(
            "页面令牌缺失或已失效，操作未执行",
            "the CSRF token is missing or wrong; nothing was done",
            next_zh="请刷新页面后重新提交；程序调用请在 X-CSRF-Token 头中携带登录时返回的 csrf",
            next_en="reload the page and send again; programs send the csrf of the login answer in X-CSRF-Token",
        )
        self.reason = "csrf"


class RoleRequiredError(IdentityError):
    """The person is known but holds none of the roles the operation needs (403)."""

    def __init__(self, needed_zh: str, needed: tuple[str, ...]) -> None:
        """``needed`` are role names, any of which would do; ``needed_zh`` the same in Chinese."""
        super().__init__(
            f"此操作需要以下角色之一：{needed_zh}",
            f"this operation needs one of the roles: {', '.join(needed)}",
            next_zh="请由具有该角色的同事办理，或向安全管理员申请角色",
            next_en="let a colleague with the role do it, or ask the security administrator for the role",
            facts={"roles": list(needed)},
        )
        self.reason = "role"


class OtherMemberError(IdentityError):
    """Staff of one member act on another member's system (403, the same answer whether it exists or not)."""

    def __init__(self) -> None:
        super().__init__(
            "只能办理本单位的系统和密钥",
            "only systems and keys of your own member can be handled",
            next_zh=ASK_ADMIN_ZH,
            next_en=ASK_ADMIN_EN,
        )
        self.reason = "other-member"


class OwnRightsError(IdentityError):
    """A person changes his or her own rights (403)."""

    def __init__(self) -> None:
        super().__init__(
            "不能更改自己的角色或状态",
            "nobody changes his or her own roles or status",
            next_zh="请由另一位安全管理员办理",
            next_en="let another security administrator do it",
        )
        self.reason = "own-rights"


class FourEyesError(IdentityError):
    """The same person proposes and approves (409)."""

    def __init__(self) -> None:
        super().__init__(
            "提出人和批准人不能是同一人，密钥未启用",
            "the person who proposed a key cannot approve it; the key stays proposed",
            next_zh="请由另一位安全管理员批准",
            next_en="let another security administrator approve it",
        )
        self.reason = "four-eyes"


class NotRegisteredError(IdentityError):
    """What an administrator names is not registered (404)."""

    def __init__(self, what_zh: str, what_en: str) -> None:
        """``what_zh``/``what_en`` say the kind of thing, such as 成员单位 / member."""
        super().__init__(
            f"没有登记过该{what_zh}",
            f"no such {what_en} is registered",
            next_zh="请从列表中选择，或先登记",
            next_en="choose one from the list, or register it first",
        )


class AlreadyRegisteredError(IdentityError):
    """The name, code or key is taken (409)."""

    def __init__(self, what_zh: str, what_en: str) -> None:
        """``what_zh``/``what_en`` name the value that must be unique."""
        super().__init__(
            f"{what_zh}已被登记",
            f"the {what_en} is already registered",
            next_zh="请核对是否重复登记；确需新增请换一个值",
            next_en="check whether it was registered before; otherwise choose another value",
        )


class WrongStateError(IdentityError):
    """The step does not fit the state it starts from (409)."""


class InvalidDetailsError(IdentityError):
    """A registered fact is not acceptable: code, slug, kind, jurisdiction, file (422)."""


class KeyRefusedError(IdentityError):
    """A public key or its proof of possession is not acceptable (422)."""

    def __init__(self, reason: str, zh: str, en: str, *, next_zh: str = "", next_en: str = "") -> None:
        """``reason`` is a fixed word such as ``algorithm``."""
        super().__init__(
            zh,
            en,
            next_zh=next_zh or "请用 P-256 或 Ed25519 生成新密钥对，只提交公钥，并用私钥签名新的随机数",
            next_en=next_en or "make a P-256 or Ed25519 key pair, send the public key only, sign a new nonce with it",
            facts={"reason": reason},
        )
        self.reason = reason


class TooManyKeysError(IdentityError):
    """Two keys of the purpose are live already (409)."""

    def __init__(self) -> None:
        super().__init__(
            "该系统已有两把同用途密钥在用，轮换期最多两把",
            "two keys of this purpose are live already; rotation allows two",
            next_zh="请先停用或吊销旧密钥，再批准新密钥",
            next_en="rotate out or revoke the old key, then approve the new one",
        )


class RoleConflictError(IdentityError):
    """One person would hold roles that must stay apart (409)."""

    def __init__(self, conflicts: tuple[RoleConflict, ...]) -> None:
        """``conflicts`` is not empty."""
        super().__init__(
            "；".join(conflict.zh for conflict in conflicts),
            "; ".join(conflict.en for conflict in conflicts),
            next_zh="请把其中一个角色交给另一人；一个单位可由不同的人分别办理",
            next_en="give one of the roles to another person; a member does both through different people",
            facts={"conflicts": [[conflict.first.value, conflict.second.value] for conflict in conflicts]},
        )
