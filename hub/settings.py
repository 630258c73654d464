"""Settings: one frozen object, read once from ``HUB_*`` variables when the program starts.

Every field has its unit in the name or in its text. Secrets are :class:`~pydantic.SecretStr` and have no default.
``deploy/hub.env.example`` and ``docs/reference/settings.md`` are written from here (:mod:`hub.settings_reference`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, IPvAnyNetwork, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from connectors.egress import EgressPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

MIB: Final = 1024 * 1024
OTHER_VARIABLES: Final = ("HUB_CLIENT_", "HUB_TEST_", "HUB_FAULT_POINT", "HUB_ETC")
"""Variables of the command line client, of tests and of the compose file: no settings of the hub."""


def default_data_dir() -> Path:
    """Return where data lies when nothing is said: ``/var/lib/shutong`` for root, else below the user's home."""
    if os.geteuid() == 0:
        return Path("/var/lib/shutong")
    base = os.environ.get("XDG_DATA_HOME", "")
    return (Path(base) if base else Path.home() / ".local" / "share") / "shutong"


class Settings(BaseSettings):
    """All settings of the hub."""

    model_config = SettingsConfigDict(
        env_prefix="HUB_",
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        validate_default=True,
        hide_input_in_errors=True,  # the input may be a password
    )

    database_url: SecretStr | None = Field(default=None, title="数据库连接；不设则使用内置数据库")
    """libpq URL of a PostgreSQL 15 or newer; unset: the embedded database below the data directory."""

    database_buffers_mib: int | None = Field(
        default=None, ge=16, le=65536, title="内置数据库的缓冲区，MiB；不设则按内存大小（演示模式 64）"
    )
    """Shared buffers of the embedded database; unset: a sixteenth of the machine's memory between 64 and 1,024 MiB, in
    demo mode 64. An external PostgreSQL has its own."""

    read_database_url: SecretStr | None = Field(default=None, title="只读副本连接，用于长时间读取")
    """libpq URL of a streaming replica for long reads; unset: reads go to the main database."""

    data_dir: Path = Field(default_factory=default_data_dir, title="数据目录")
    """Directory of the embedded database, keys and prepared files; made when absent, private to the hub. Default
    for root ``/var/lib/shutong``, for others ``~/.local/share/shutong`` (below ``XDG_DATA_HOME`` where that is set)."""

    public_url: str = Field(default="http://127.0.0.1:8000", title="对外地址，即令牌的签发者和受众")
    """Address people and systems call the hub by, without a path; issuer and audience of every token."""

    city_name: str = Field(default="示例市", min_length=1, title="城市名称")
    """Name of the city, in Chinese, on pages and in receipts."""

    division_code: str = Field(default="410199", pattern=r"^\d{6}$", title="城市行政区划代码（GB/T 2260）")
    """Six digits; the default is an unassigned code for the demo city."""

    address_least_score: float = Field(default=0.6, ge=0.5, le=1.0, title="地址匹配的最低得分")
    """Least score of an address match; below it nothing is answered: a wrong address is worse than none."""

    catalogue_licence: str = Field(default="", max_length=200, title="目录说明的许可：SPDX 标识或网址；不设则不声明")
    """Licence of the descriptions themselves (SPDX identifier or address), told in DCAT and data.json; empty: none."""

    pack: Literal["zhengzhou", "jilin", "national"] = Field(default="national", title="适用的法规包")
    """Regulation pack that decides: grounds, articles and deadlines."""

    demo: bool = Field(default=False, title="演示模式，仅用于示例数据")
    """Demo mode: password login without a second factor, invented data, test identity numbers accepted."""

    entry_points: Literal["public", "exchange", "both"] = Field(default="both", title="开放哪些入口")
    """Which entry points run: public (open data), exchange (departments, agencies), or both."""

    host: str = Field(default="127.0.0.1", title="监听地址（公众入口，或两个入口合用）")
    """Address to listen on: public entry point, or both on one port."""

    port: int = Field(default=8000, ge=0, le=65535, title="监听端口；0 由系统选择")
    """TCP port of ``host``; 0 lets the system choose."""

    exchange_host: str = Field(default="127.0.0.1", title="交换入口单独监听的地址")
    """Address of the exchange entry point when it has a port of its own."""

    exchange_port: int | None = Field(default=None, ge=0, le=65535, title="交换入口单独监听的端口")
    """TCP port of the exchange entry point; unset: it shares ``host`` and ``port``."""

    metrics_host: str = Field(default="127.0.0.1", title="指标监听地址")
    """Address for ``/metrics`` when it has a port of its own; never a public one."""

    metrics_port: int | None = Field(default=None, ge=0, le=65535, title="指标监听端口")
    """TCP port for ``/metrics``; unset: on the exchange entry point, to this machine only."""

    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = Field(
        default=(), title="可信反向代理的地址段，逗号分隔"
    )
    """Networks (CIDR, separated by commas) whose forwarding headers are believed; none by default."""

    upload_limit_bytes: int = Field(default=2048 * MIB, ge=1024, title="单个推送文件的上限，字节")
    """Largest file of one push, in bytes as received."""

    resumable_limit_bytes: int = Field(default=16384 * MIB, ge=1024, title="续传上传单个文件的上限，字节")
    """Largest file of one resumable upload, in bytes as received."""

    resumable_quota_bytes: int = Field(default=65536 * MIB, ge=1024, title="一个单位未办结上传的总限额，字节")
    """Most bytes announced in the open resumable uploads of one organ together."""

    resumable_open_limit: int = Field(default=20, ge=1, le=10_000, title="一个单位未办结上传的个数上限")
    """Most resumable uploads one organ may have open at a time."""

    resumable_lifetime_hours: int = Field(default=48, ge=1, le=720, title="续传上传闲置多久后清除，小时")
    """A resumable upload nobody has touched for so many hours is thrown away with its bytes."""

    body_limit_bytes: int = Field(default=1 * MIB, ge=1024, title="其他请求体的上限，字节")
    """Largest body of any other request, in bytes."""

    header_limit_bytes: int = Field(default=16 * 1024, ge=1024, title="请求头总长的上限，字节")
    """Largest request head (request line and headers), in bytes."""

    database_pool_size: int = Field(default=40, ge=2, le=1000, title="数据库连接数（同步）")
    """Connections for handlers and jobs; at least the thread limit of the server (40)."""

    database_async_pool_size: int = Field(default=16, ge=1, le=1000, title="数据库连接数（热路径）")
    """Connections for row queries, verification and receipts."""

    statement_timeout_seconds: float = Field(default=30.0, ge=0, title="单条语句时限，秒；0 为不限")
    """Longest database statement of a request, in seconds; 0 is without limit."""

    session_idle_minutes: int = Field(default=30, ge=1, title="登录会话空闲时限，分钟")
    """A staff session ends after so many minutes without a request."""

    session_lifetime_minutes: int = Field(default=720, ge=1, title="登录会话最长时限，分钟")
    """A staff session ends after so many minutes in any case."""

    token_lifetime_seconds: int = Field(default=600, ge=10, le=3600, title="系统令牌有效期，秒")
    """Life of an access token of a system, in seconds."""

    snapshot_max_age_seconds: float = Field(default=5.0, gt=0, le=60, title="授权快照最长时效，秒")
    """Oldest snapshot of grants, exemptions and member states a decision may use; older: pending."""

    citizen_oidc_issuer: str | None = Field(default=None, title="统一身份认证（OpenID Connect）的签发者地址")
    """Issuer of the city's unified identity for citizens and legal persons; unset: «my data» is closed (in demo mode:
    the built-in sample provider answers)."""

    citizen_oidc_client_id: str = Field(default="shutong", min_length=1, title="统一身份认证中的客户端编号")
    """Client id of the hub at the unified identity."""

    citizen_oidc_client_secret: SecretStr | None = Field(default=None, title="统一身份认证的客户端密钥；可不设")
    """Client secret at the unified identity; unset: a public client with PKCE alone."""

    citizen_oidc_number_claim: str = Field(default="id_number", min_length=1, title="身份号码所在的声明")
    """Claim of the ID token that holds the identity number."""

    citizen_oidc_body_claim: str = Field(default="organisation_code", min_length=1, title="单位信用代码所在的声明")
    """Claim of the ID token that holds the credit code of the body the person may speak for."""

    citizen_oidc_strong_acr: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("2",), title="视为二次验证的 acr 值，逗号分隔"
    )
    """Values of ``acr`` (separated by commas) that mean a second factor was passed."""

    access_request_url: str | None = Field(default=None, title="政府信息公开申请系统的地址")
    """Address of the system that takes access requests (政府信息公开条例 Art. 27), shown to people; unset: text."""

    watch_subjects_per_case: int = Field(default=200, ge=1, title="一个办件编号可核验的主体数上限，超过即告警")
    """Distinct subjects one case number may be used for in a day before an alarm is raised."""

    watch_run_of_numbers: int = Field(default=20, ge=2, title="连续号码告警的个数")
    """So many consecutive identity numbers in a row raise an alarm and suspend the grant."""

    watch_calls_before_ratio: int = Field(default=200, ge=1, title="计算命中率的最少次数")
    """Verifications of a grant in a day before its hit ratio is looked at."""

    watch_least_hit_percent: int = Field(default=20, ge=0, le=100, title="最低命中率，百分比")
    """Least share of verifications that find somebody, in percent; below it an alarm is raised."""

    match_approval_persons: int = Field(default=20_000, ge=1, le=100_000, title="批量比对超过多少人须提供单位批准")
    """Persons of one batch match; a larger one is compared after an approver of the register's provider consents."""

    receipt_key_path: Path | None = Field(default=None, title="凭证签名私钥文件")
    """PEM file of the key that signs receipts; unset: ``keys/receipt.pem`` in the data directory, made at the start."""

    egress_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), title="平台可以主动访问的主机与网段，逗号分隔；不设则一律不访问"
    )
    """What relays and webhooks may call: host names (``*.example.cn`` too), ``public`` for any public address, and
    networks (CIDR), which alone open private addresses; separated by commas. Unset: the hub calls nobody."""

    egress_loopback: bool = Field(default=False, title="允许访问本机（仅演示与测试）")
    """Demo mode only: relays and webhooks may call this machine, also by plain HTTP; never the hub's own ports."""

    held_rows_days: int = Field(default=30, ge=1, le=365, title="退回行原文保存天数，到期清除")
    """Days for which the text of rejected rows is kept for the clerk who mends them; then it is erased."""

    held_rows_limit: int = Field(default=200_000, ge=0, title="一次推送保存的退回行数上限")
    """Most rejected rows of one push that are kept for mending; the report says when there were more."""

    push_wait_days: int = Field(default=10, ge=1, le=365, title="待放行的推送失效前的天数")
    """Days after which a push nobody released lapses; its file is erased and its people are told."""

    push_remind_days: int = Field(default=2, ge=1, le=365, title="待放行的推送提醒前的天数")
    """Days after which the people who may release a waiting push are reminded."""

    log_format: Literal["json", "console"] = Field(default="json", title="日志格式")
    """``json`` for machines (one object a line), ``console`` for people."""

    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", title="日志级别")
    """Least level that is written."""

    pull_limit_rows: int = Field(default=50_000_000, ge=1, title="单次拉取的行数上限")
    """Most rows one pull fetches; a larger source is refused, never cut."""

    pull_limit_bytes: int = Field(default=65536 * MIB, ge=1024, title="单次拉取的字节上限")
    """Most bytes one pull fetches, as values or as a file."""

    pull_statement_seconds: int = Field(default=3600, ge=1, le=86_400, title="数据源上单条查询的时限，秒")
    """Longest query on a department's database, and longest transfer of a file, in seconds."""

    pull_folders: Annotated[tuple[Path, ...], NoDecode] = Field(default=(), title="允许拉取的本机目录，逗号分隔")
    """Folders of this machine (network mounts) that pulls may read files from; separated by commas. Unset: none."""

    @field_validator("public_url")
    @classmethod
    def _has_no_path(cls, value: str) -> str:
        """Keep scheme, host and port; a trailing slash would make another issuer."""
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
            msg = "需要形如 https://data.example.gov.cn 的地址 / must be like https://data.example.gov.cn"
            raise ValueError(msg)
        if parts.query or parts.fragment or parts.username is not None:
            msg = "不得含查询、片段或用户名 / must not carry a query, a fragment or a user name"
            raise ValueError(msg)
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("trusted_proxies", "egress_allow", "citizen_oidc_strong_acr", "pull_folders", mode="before")
    @classmethod
    def _split_on_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("citizen_oidc_issuer", "access_request_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        """Keep an address of the web; an issuer is compared letter by letter, so nothing is added or taken away."""
        if value is not None and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
            msg = "需要 http(s) 地址 / must be an http(s) address"
            raise ValueError(msg)
        return value

    @field_validator("data_dir", "receipt_key_path")
    @classmethod
    def _is_absolute(cls, value: Path | None) -> Path | None:
        """Make paths absolute once: a later change of the working directory must not move the data."""
        return None if value is None else value.expanduser().absolute()

    @field_validator("egress_allow")
    @classmethod
    def _are_egress_rules(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        EgressPolicy.from_rules(value)
        return value

    @model_validator(mode="after")
    def _reaches_itself_in_the_demo_only(self) -> Self:
        if self.egress_loopback and not self.demo:
            msg = "HUB_EGRESS_LOOPBACK 只能与 HUB_DEMO 一起使用 / HUB_EGRESS_LOOPBACK goes with HUB_DEMO alone"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _has_consistent_lifetimes(self) -> Self:
        if self.session_idle_minutes > self.session_lifetime_minutes:
            msg = (
                "HUB_SESSION_IDLE_MINUTES 不得大于 HUB_SESSION_LIFETIME_MINUTES / "
                "HUB_SESSION_IDLE_MINUTES must not exceed HUB_SESSION_LIFETIME_MINUTES"
            )
            raise ValueError(msg)
        return self

    @property
    def receipt_key(self) -> Path:
        """The file of the key that signs receipts."""
        return self.receipt_key_path if self.receipt_key_path is not None else self.data_dir / "keys" / "receipt.pem"

    @property
    def has_separate_exchange(self) -> bool:
        """Whether the exchange entry point listens on a port of its own."""
        return self.entry_points == "both" and self.exchange_port is not None


def unknown_variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ``HUB_`` variables that name no setting: misspelt ones are told, not passed over in silence."""
    known = {f"HUB_{name.upper()}" for name in Settings.model_fields}
    ours = [name for name in environment if name.startswith("HUB_") and not name.startswith(OTHER_VARIABLES)]
    return tuple(sorted(name for name in ours if name not in known))
