"""The data directory of a demo: marked as one, so that nothing else is ever erased, and redone when half loaded.

The mark is a small file. ``loading`` is written before anything else, ``ready`` when city and story are complete:
a directory still ``loading`` at the next start was interrupted, and is started afresh.
"""

from __future__ import annotations

import json
import shutil
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from hub.postgres import EmbeddedPostgres, running_url
from hub.postgres_files import DataDirLock
from hub.settings import default_data_dir
from policies.errors import DomainError

if TYPE_CHECKING:
    from pathlib import Path

MARK: Final = "shutong-demo.json"
FORMAT: Final = "shutong-demo-1"


class Stage(StrEnum):
    """How far a demo's directory is."""

    EMPTY = "empty"
    LOADING = "loading"
    READY = "ready"


class NotADemoFolderError(DomainError):
    """The directory holds something that no demo has written."""


def default_folder() -> Path:
    """Return the demo's own directory, beside the one a real hub uses by default and never the same."""
    return default_data_dir().with_name("shutong-demo")


class DemoFolder:
    """A data directory that belongs to the demo, or may become one because nothing is in it."""

    def __init__(self, path: Path) -> None:
        """Look at ``path`` and touch nothing.

        Raises:
            NotADemoFolderError: files lie there and no demo wrote them.
        """
        self.path = path.expanduser().absolute()
        self.stage = self._found()

    @property
    def shown(self) -> Path:
        """The folder a newcomer works in: keys, files, receipts, the story."""
        return self.path / "demo"

    def require_idle(self) -> None:
        """Check that no demo runs on it.

        Raises:
            DataDirInUseError: one does.
        """
        if self.stage is not Stage.EMPTY:
            lock = DataDirLock(self.path)
            lock.take()
            lock.release()

    def prepare(self, *, reset: bool) -> bool:
        """Make the directory ready for a start and return whether the city must be loaded; nobody may run on it."""
        if self.stage is Stage.LOADING or (reset and self.stage is Stage.READY):
            self._erase()
        if self.stage is Stage.EMPTY:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.mark(Stage.LOADING)
        return self.stage is Stage.LOADING

    def mark(self, stage: Stage) -> None:
        """Write the mark, whole or not at all."""
        half = self.path / f"{MARK}.new"
        half.write_text(json.dumps({"format": FORMAT, "stage": stage.value}) + "\n", encoding="utf-8")
        half.replace(self.path / MARK)
        self.stage = stage

    def _found(self) -> Stage:
        if not self.path.exists() or (self.path.is_dir() and not any(self.path.iterdir())):
            return Stage.EMPTY
        try:
            mark = json.loads((self.path / MARK).read_text(encoding="utf-8"))
            if mark["format"] == FORMAT:
                return Stage(mark["stage"])
        except (OSError, ValueError, TypeError, KeyError):
            pass
        raise NotADemoFolderError(
            f"{self.path} 里有别的文件，不是演示目录，不会在此运行演示，也不会清空",
            f"{self.path} holds other files and is no demo directory: no demo runs there and nothing is erased",
            next_zh="请用 --data-dir 指定一个新目录或空目录",
            next_en="name a new or empty directory with --data-dir",
        )

    def _erase(self) -> None:
        """Erase what the demo wrote; a database server left behind by a killed hub is stopped first."""
        if running_url(self.path) is not None:
            with EmbeddedPostgres(self.path):
                pass
        self.mark(Stage.LOADING)
        for entry in self.path.iterdir():
            if entry.name == MARK:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
