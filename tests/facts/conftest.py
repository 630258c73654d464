"""What the tests about the whole tree share: its top folder and the files that git would commit."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import pytest

TOP: Final = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def top() -> Path:
    """Return the top folder of the checkout."""
    return TOP


@pytest.fixture(scope="session")
def tracked(top: Path) -> list[Path]:
    """Return the files that are committed or would be by the next ``git add``, as paths below the top folder."""
    command = ["git", "-c", f"safe.directory={top}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=top, capture_output=True, check=False)
    if listing.returncode != 0:
        pytest.skip("this is not a git checkout, so which files belong to the project is not known")
    names = sorted(set(listing.stdout.decode().split("\0")) - {""})
    return [Path(name) for name in names if (top / name).is_file()]
