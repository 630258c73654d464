"""What can go wrong when a citizen signs in; no message repeats a number or tells whether somebody is known."""

from __future__ import annotations

from policies.errors import DomainError

_AGAIN_ZH = "请从“我的数据”页面重新登录；持续出现请联系本市数据主管部门"
_AGAIN_EN = "sign in again from the page «My data»; if it lasts, ask the city's data authority"


class CitizenSignInUnavailableError(DomainError):
    """The city's unified identity is not set up, or does not answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "统一身份认证目前不可用，无法确认您的身份",
            "the city's unified identity is not available: who you are cannot be proven now",
            next_zh="请稍后再试，或到窗口办理",
            next_en="try again later, or go to the service window",
            facts={"reason": reason, "retry_after_seconds": 30},
        )
        self.reason = reason


class CitizenSignInRefusedError(DomainError):
    """What came back from the unified identity proves nothing here: forged, expired, used before, for somebody else."""

    def __init__(self, reason: str) -> None:
        """``reason`` is a fixed word for receipts and tests."""
        super().__init__(
            "登录没有成功：返回的身份凭据无效、已过期或已使用过",
            "the sign-in failed: what came back is not valid, has expired or was used before",
            next_zh=_AGAIN_ZH,
            next_en=_AGAIN_EN,
            facts={"reason": reason},
        )
        self.reason = reason


class CitizenSessionNeededError(DomainError):
    """No session of a citizen or legal person, or it has ended."""

    def __init__(self) -> None:
        super().__init__(
            "请先登录：查看本人（本单位）的数据须经统一身份认证",
            "sign in first: one's own data is shown after the city's unified identity",
            next_zh="在“我的数据”页面登录",
            next_en="sign in on the page «My data»",
        )


class CitizenCsrfError(DomainError):
    """The form did not come from this session's own pages."""

    def __init__(self) -> None:
        super().__init__(
            "提交的表单不是从本人打开的页面发出的，未作处理",
            "the form was not sent from a page of this session: nothing was done",
            next_zh="请回到页面重新提交",
            next_en="go back to the page and send it again",
        )
