"""The spool keeps received files by their content, on disk before it says so, and loses none another needs."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.identity.sealed_files import FileKey
from hub.push.spool import Spool, SpooledFileGoneError

if TYPE_CHECKING:
    from pathlib import Path

ROWS = "机场名称,跑道数\n新郑,2\n".encode()
HOUR = timedelta(hours=1)


def received(folder: Path, content: bytes = ROWS, name: str = "push-1") -> tuple[Path, bytes]:
    path = folder / name
    path.write_bytes(content)
    return path, hashlib.sha256(content).digest()


def held(spool: Spool, key: str, folder: Path) -> bytes:
    with spool.lent(key, folder) as path:
        return path.read_bytes()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", FileKey(b"k" * 32))


def test_a_kept_file_is_found_by_its_key(spool: Spool, tmp_path: Path) -> None:
    key = spool.keep(*received(tmp_path))
    assert held(spool, key, tmp_path) == ROWS


def test_the_key_is_the_digest_of_the_content(spool: Spool, tmp_path: Path) -> None:
    path, digest = received(tmp_path)
    assert spool.keep(path, digest) == digest.hex()


def test_the_received_file_is_moved_not_copied(spool: Spool, tmp_path: Path) -> None:
    path, digest = received(tmp_path)
    spool.keep(path, digest)
    assert not path.exists()


def test_a_kept_file_is_private_to_the_hub(spool: Spool, tmp_path: Path) -> None:
    key = spool.keep(*received(tmp_path))
    assert stat.S_IMODE(spool.path(key).stat().st_mode) == 0o600


def test_the_same_content_is_kept_once(spool: Spool, tmp_path: Path) -> None:
    spool.keep(*received(tmp_path))
    spool.keep(*received(tmp_path, name="push-2"))
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [hashlib.sha256(ROWS).hexdigest()]


def test_a_dropped_file_is_gone_and_dropping_it_again_is_no_error(spool: Spool, tmp_path: Path) -> None:
    key = spool.keep(*received(tmp_path))
    spool.drop(key)
    spool.drop(key)
    with pytest.raises(SpooledFileGoneError):
        spool.path(key)


def test_a_sweep_removes_what_no_table_names(spool: Spool, tmp_path: Path) -> None:
    named = spool.keep(*received(tmp_path))
    forgotten = spool.keep(*received(tmp_path, b"old"))
    for key in (named, forgotten):
        os.utime(spool.path(key), (time.time() - 7200,) * 2)
    assert spool.sweep({named}, HOUR) == 1
    assert held(spool, named, tmp_path) == ROWS


def test_a_sweep_spares_what_was_kept_a_moment_ago(spool: Spool, tmp_path: Path) -> None:
    key = spool.keep(*received(tmp_path))
    assert (spool.sweep(set(), HOUR), held(spool, key, tmp_path)) == (0, ROWS)


def test_keeping_an_old_file_again_makes_it_young(spool: Spool, tmp_path: Path) -> None:
    key = spool.keep(*received(tmp_path))
    os.utime(spool.path(key), (time.time() - 7200,) * 2)
    spool.keep(*received(tmp_path))
    assert spool.sweep(set(), HOUR) == 0


def test_a_copy_cut_by_a_crash_is_swept(spool: Spool, tmp_path: Path) -> None:
    key = spool.keep(*received(tmp_path))
    left = spool.path(key).parent / "partial-abc"
    left.write_bytes(b"half")
    os.utime(left, (time.time() - 7200,) * 2)
    assert spool.sweep({key}, HOUR) == 1


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "A" * 64, "0" * 63])
def test_a_key_that_is_no_digest_reaches_no_file(spool: Spool, key: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        spool.path(key)


def test_a_short_digest_is_no_key(spool: Spool, tmp_path: Path) -> None:
    path, _ = received(tmp_path)
    with pytest.raises(ValueError, match="32 bytes"):
        spool.keep(path, b"short")


def test_an_empty_spool_sweeps_nothing(spool: Spool) -> None:
    assert spool.sweep(set(), HOUR) == 0
