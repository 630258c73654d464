"""The reference page and the example file of the settings, written from :class:`hub.settings.Settings`.

``python -m hub.settings_reference page > docs/reference/settings.md`` and
``python -m hub.settings_reference example > deploy/hub.env.example`` write them; a test compares.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from hub.settings import Settings

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

PREFIX: Final = "HUB_"
HEAD: Final = """# 设置 / Settings

数通只从以 `HUB_` 开头的环境变量读取设置，启动时读一次，之后不变；不合格的值会使启动失败并说明原因，空值视为未设。
示例文件：`deploy/hub.env.example`。本页由程序生成：`python -m hub.settings_reference page`。

The hub reads its settings from environment variables that begin with `HUB_`, once, at start; a value that does not
fit stops the start and says why, an empty one counts as not set. Example file: `deploy/hub.env.example`. The program
writes this page: `python -m hub.settings_reference page`.

| 变量 Variable | 含义 | Meaning | 缺省 Default |
|---|---|---|---|
"""
EXAMPLE_HEAD: Final = """# 数通的设置 / settings of the hub. 全部变量见 / all of them: docs/reference/settings.md
# 以下为缺省值；需要修改时去掉行首的 # / defaults; take away the # to change one.
"""


def settings_reference() -> str:
    """Return the page ``docs/reference/settings.md``."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {field.title} | {_meaning(field)} | {_default(name, field) or '—'} |"
        for name, field in Settings.model_fields.items()
    ]
    return HEAD + "\n".join(rows) + "\n"


def env_example() -> str:
    """Return the file ``deploy/hub.env.example``: every variable, commented out, with its default."""
    blocks = [
        f"\n# {field.title}\n# {_meaning(field)}\n#{PREFIX}{name.upper()}={_default(name, field).strip('`')}\n"
        for name, field in Settings.model_fields.items()
    ]
    return EXAMPLE_HEAD + "".join(blocks)


def _meaning(field: FieldInfo) -> str:
    text = " ".join((field.description or "").replace("``", "`").split())
    if get_origin(field.annotation) is Literal:
        text += " One of: " + ", ".join(f"`{value}`" for value in get_args(field.annotation)) + "."
    return text


def _default(name: str, field: FieldInfo) -> str:
    """Return the default as it is written in a variable; empty where there is none, or a secret."""
    if name == "data_dir":  # depends on who runs the hub, not on the machine that writes this page
        return "`/var/lib/shutong`"
    value = field.default
    if value is None or value is PydanticUndefined or isinstance(value, SecretStr) or value == ():
        return ""
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


if __name__ == "__main__":
    sys.stdout.write(env_example() if sys.argv[1:] == ["example"] else settings_reference())
