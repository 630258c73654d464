from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from hub.generator import rows
from hub.generator.city import Wish, generate
from hub.generator.parameters import load_parameters

if TYPE_CHECKING:
    from pathlib import Path

WISH = Wish(persons=12_000, bodies=1_800, seed=20_250_101, days=6, daily_share=0.005, conflict_share=0.01)


class Made:
    """A generated city on disk with its files as tables of text."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.summary = generate(folder, WISH, load_parameters())

    def base(self, resource: str) -> pl.DataFrame:
        return pl.read_csv(self.folder / "base" / f"{resource}.csv", infer_schema=False)

    def days(self, resource: str) -> pl.DataFrame:
        """All rows reported after the first day, in the order of the days, with the day of the report."""
        found = [
            pl.read_csv(path, infer_schema=False).with_columns(reported=pl.lit(path.parent.name))
            for path in sorted(self.folder.glob(f"days/*/{resource}.csv"))
        ]
        return pl.concat(found)

    def conflicts(self) -> pl.DataFrame:
        return pl.read_csv(self.folder / "truth" / "conflicts.csv", infer_schema=False)

    def residents(self) -> pl.DataFrame:
        """Residents of the first day, birth dates as dates."""
        return self.base(rows.RESIDENTS).with_columns(pl.col("chusheng_riqi").str.to_date())


@pytest.fixture(scope="package")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("city") / "out")
