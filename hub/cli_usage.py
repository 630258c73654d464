"""A command typed wrongly, told in Chinese: what is wrong, in which argument or option, and where its help is.

The library that reads the command line speaks English alone. Its sentences are few and are told one by one; one that
is not known here is repeated as it stands. Where the locale asks for English, the library's own words are shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hub.cli_output import is_english

if TYPE_CHECKING:
    from typer.exceptions import TyperException

_SENTENCES: Final = (
    (r"Invalid value for (?P<name>.+?): (?P<rest>.+)", "{name} 的值有误：{rest}"),
    (r"Missing (?:argument|option|parameter):? ?(?P<name>.*?)\.?", "缺少 {name}"),
    (r"No such option: (?P<name>\S+?)\.?(?: Did you mean (?P<near>.+?)\??)?", "没有选项 {name}"),
    (r"No such option: (?P<name>\S+) \(Possible options: (?P<near>.+)\)", "没有选项 {name}"),
    (r"No such command (?P<name>.+?)\.(?: Did you mean (?P<near>.+?)\??)?", "没有命令 {name}"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((?P<name>.+)\)", "多余的内容：{name}；含空格的值请加引号"),
    (r"Option (?P<name>\S+) requires an argument\.?", "选项 {name} 后面要有值"),
    (r"Option (?P<name>\S+) does not take a value\.?", "选项 {name} 后面不要写值"),
    (r"Missing command\.", "没有写要执行的命令"),
)
_VALUES: Final = (
    (r"\w+ (?P<name>'.+') does not exist\.", "没有文件或目录 {name}，请核对路径和名称"),
    (r"\w+ (?P<name>'.+') is a directory\.", "{name} 是目录，这里要的是文件"),
    (r"\w+ (?P<name>'.+') is a file\.", "{name} 是文件，这里要的是目录"),
    (r"\w+ (?P<name>'.+') is not readable\.", "没有权限读取 {name}，请检查属主和权限，或换运行平台的账号"),
    (r"\w+ (?P<name>'.+') is not writable\.", "没有权限写入 {name}，请检查属主和权限"),
    (r"Input should be a valid integer.*", "应为整数"),
    (r"Input should be a valid number.*", "应为数"),
    (r"Input should be less than or equal to (?P<name>\S+)", "不能大于 {name}"),
    (r"Input should be greater than or equal to (?P<name>\S+)", "不能小于 {name}"),
    (r"(?:Value error, )?(?P<name>'.*') is not one of (?P<near>.+?)\.?", "{name} 不在可选值之内"),
)
_NEAR: Final = {"没有选项 {name}": "是否要写 {near}", "没有命令 {name}": "是否要写 {near}"}
_USUALLY_NEAR: Final = "可用：{near}"


def usage_lines(error: TyperException) -> list[str] | None:
    """Return what is wrong with a command and where its help is, in Chinese; None where English is asked for."""
    said = " ".join(error.format_message().split())
    if is_english() or not said:
        return None
    lines = [f"✘ 命令写法有误：{_told(said, _SENTENCES)}"]
    context = getattr(error, "ctx", None)
    if context is not None:
        # The program is called hub, however it was started.
        path = re.sub(r"^(?:\S*python\S* -m )?\S+", "hub", context.command_path, count=1)
        lines.append(f"  用法和全部选项：{path} --help")
    return lines


def _told(said: str, sentences: tuple[tuple[str, str], ...]) -> str:
    for pattern, words in sentences:
        found = re.fullmatch(pattern, said, re.DOTALL)
        if found is None:
            continue
        parts = {name: text or "" for name, text in found.groupdict().items()}
        if "rest" in parts:
            parts["rest"] = _told(parts["rest"], _VALUES)
        near = f"；{_NEAR.get(words, _USUALLY_NEAR).format(near=parts['near'])}" if parts.get("near") else ""
        return words.format(**parts) + near
    return said
