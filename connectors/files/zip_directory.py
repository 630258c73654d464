"""The directory of a ZIP archive (PKWARE APPNOTE 4.3-4.4), read only when its size is bounded.

A directory can list millions of entries in a file of some megabytes: its stated size is looked at before
anything is built from it.
"""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING, Final

from connectors.files.errors import DamagedFileError, FileLimitError

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.port import Limits

_END: Final = struct.Struct("<4s4H2LH")
_END_MARK: Final = b"PK\x05\x06"
_LOCATOR: Final = struct.Struct("<4sLQL")
_LOCATOR_MARK: Final = b"PK\x06\x07"
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_COMMENT_BYTES: Final = 1 << 16


def read_directory(path: Path, limits: Limits) -> tuple[zipfile.ZipInfo, ...]:
    """Return the entries of an archive.

    Raises:
        DamagedFileError: no readable directory.
        FileLimitError: more entries, or a larger directory, than the limits allow.
    """
    size = _directory_bytes(path)
    if size > limits.directory_bytes:
        raise _too_many(
            f"目录超过 {limits.directory_bytes >> 10} KiB", f"over {limits.directory_bytes >> 10} KiB", limits
        )
    try:
        with zipfile.ZipFile(path) as archive:
            entries = tuple(archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise _no_directory() from error
    if len(entries) > limits.entries:
        raise _too_many(f"共 {len(entries)} 个，上限是 {limits.entries}", f"{len(entries)} of {limits.entries}", limits)
    return entries


def _directory_bytes(path: Path) -> int:
    """Return the size of the directory as the archive's end states it, the larger one where it states two."""
    with path.open("rb") as file:
        length = file.seek(0, 2)
        window = min(length, _COMMENT_BYTES + _END.size)
        file.seek(length - window)
        tail = file.read(window)
        at = tail.rfind(_END_MARK)
        if at < 0 or at + _END.size > len(tail):
            raise _no_directory()
        size = int(_END.unpack_from(tail, at)[5])
        locator = length - window + at - _LOCATOR.size
        if locator < 0:
            return size
        file.seek(locator)
        mark, _, offset, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
        if mark != _LOCATOR_MARK:
            return size
        # a directory of the large form is read from where it says, or from before its own pointer
        sizes = [0 if size == (1 << 32) - 1 else size]
        for place in (offset, locator - _END64.size):
            if 0 <= place <= length - _END64.size:
                file.seek(place)
                fields = _END64.unpack(file.read(_END64.size))
                if fields[0] == b"PK\x06\x06":
                    sizes.append(int(fields[8]))
        return max(sizes)


def _no_directory() -> DamagedFileError:
    return DamagedFileError(
        "文件不完整：压缩目录缺失，多为上传或复制中断",
        "the file is incomplete: its archive directory is missing, mostly a cut copy or upload",
        next_zh="重新导出或重新复制该文件后再推送",
        next_en="export or copy the file again and push it",
    )


def _too_many(zh: str, en: str, limits: Limits) -> FileLimitError:
    return FileLimitError(
        f"压缩包内文件过多（{zh}），疑似压缩炸弹",
        f"the archive lists too many files ({en}): it looks like a bomb",
        next_zh="只打包要推送的表格；工作簿请新建后只粘贴数据",
        next_en="pack the tables to push alone; for a workbook, paste the data into a new one",
        facts={"limit": limits.entries},
    )
