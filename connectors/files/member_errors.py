"""What can be wrong with an archive of files: each refusal names the file of the archive and what to do."""

from __future__ import annotations

from typing import Final

from connectors.files.errors import ArchiveMemberError, DamagedFileError, FileLimitError

_SHOWN: Final = 20
_LONGEST: Final = 120


def shown(name: str) -> str:
    """Return a name as a message shows it: without control characters, cut where it is long."""
    plain = "".join(char if char.isprintable() else "\ufffd" for char in name)
    return plain if len(plain) <= _LONGEST else plain[:_LONGEST] + "…"


def _listed(names: tuple[str, ...], joint: str, more: str) -> str:
    listed = joint.join(shown(name) for name in names[:_SHOWN])
    return listed if len(names) <= _SHOWN else f"{listed}{more}"


def several_members(names: tuple[str, ...], others: int) -> ArchiveMemberError:
    """Build the refusal of an archive with several tables."""
    return ArchiveMemberError(
        f"压缩包内有 {len(names)} 个文件，无法判断推送哪一个：{_listed(names, '、', ' 等')}",
        f"the archive holds {len(names)} files, and which to push cannot be told: {_listed(names, ', ', ' and more')}",
        next_zh="用 --member 指明文件名，或只打包一个表格",
        next_en="name one with --member, or pack one table alone",
        facts={"members": [shown(name) for name in names[:_SHOWN]], "total": len(names), "others": others},
    )


def unknown_member(names: tuple[str, ...]) -> ArchiveMemberError:
    """Build the refusal of a member that is not there, or of a name that fits several."""
    return ArchiveMemberError(
        f"压缩包内没有（或不止一个）所指的文件；现有：{_listed(names, '、', ' 等')}",
        f"the archive has no such file, or several of that name; present: {_listed(names, ', ', ' and more')}",
        next_zh="用 --member 写出压缩包内的完整路径",
        next_en="give the whole path inside the archive with --member",
        facts={"members": [shown(name) for name in names[:_SHOWN]], "total": len(names)},
    )


def unsafe_member(name: str, zh: str, en: str) -> ArchiveMemberError:
    """Build the refusal of an archive with a member that no honest tool would make."""
    return ArchiveMemberError(
        f"压缩包内的“{shown(name)}”：{zh}，整个压缩包不予读取",
        f"“{shown(name)}” in the archive: {en}; the archive is not read",
        next_zh="重新打包，只放要推送的表格",
        next_en="pack it again with the table to push alone",
        facts={"member": shown(name)},
    )


def encrypted_member(name: str) -> ArchiveMemberError:
    """Build the refusal of an encrypted member."""
    return ArchiveMemberError(
        f"压缩包内的“{shown(name)}”是加密的",
        f"“{shown(name)}” in the archive is encrypted",
        next_zh="去掉密码重新打包后再推送；传输本身已经加密",
        next_en="pack it without a password; the connection is encrypted anyway",
        facts={"member": shown(name)},
    )


def no_table(name: str, zh: str, en: str) -> ArchiveMemberError:
    """Build the refusal of a member that cannot be read as a table."""
    return ArchiveMemberError(
        f"压缩包内的“{shown(name)}”：{zh}",
        f"“{shown(name)}” in the archive: {en}",
        next_zh="解压后直接推送其中的表格",
        next_en="unpack it and push the table itself",
        facts={"member": shown(name)},
    )


def damaged_member(name: str) -> DamagedFileError:
    """Build the refusal of a member that is cut or altered."""
    return DamagedFileError(
        f"压缩包内的“{shown(name)}”不完整或已损坏",
        f"“{shown(name)}” in the archive is cut or damaged",
        next_zh="重新打包或重新上传该文件",
        next_en="pack or upload the file again",
        facts={"member": shown(name)},
    )


def too_large(limit: int) -> FileLimitError:
    """Build the refusal of a member beyond the size limit."""
    return FileLimitError(
        f"解压后超过上限 {limit >> 20} MiB",
        f"unpacked, the file exceeds the limit of {limit >> 20} MiB",
        next_zh="请分批推送",
        next_en="push it in parts",
        facts={"limit": limit},
    )


def ratio_beyond(limit: int) -> FileLimitError:
    """Build the refusal of a compression that looks like a bomb."""
    return FileLimitError(
        f"压缩比超过 {limit} 倍，疑似压缩炸弹，已停止解压",
        f"compressed more than {limit} to 1, which looks like a bomb: unpacking stopped",
        next_zh="请直接推送未压缩的文件",
        next_en="push the file uncompressed",
        facts={"limit": limit},
    )
