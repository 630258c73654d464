"""The register of persons filled for a measurement: invented persons straight into its tables by COPY.

Feeding is measured elsewhere; here the tables hold what feeding leaves behind: a subject with its values and its number
as an alias, the number sealed with the keys of the stage. Nobody is described.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import polars as pl
import psycopg

from benchmarks.generate import HEADER, population
from benchmarks.stage import publish
from catalogue.elements import element
from hub.number_keys import open_number_seals
from hub.registers.population import elements as e
from policies.facts import ShareType

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.stage import Stage
    from catalogue.item import Item
    from hub.demo.directory import DemoEntry
    from hub.identity.number_seals import NumberSeals

LIKE: Final = "changzhu-renkou"
CODES: Final = (e.NUMBER, e.NAME, e.SEX, "P004", e.BORN, "P012", "P013", e.MARITAL, "P024", e.IS_DEAD)
OF_HEADER: Final = {e.NAME: 1, e.SEX: 2, "P004": 3, e.BORN: 4, "P012": 5, "P013": 6, e.MARITAL: 7, "P024": 8}
"""Elements by their place among the generated columns (:data:`benchmarks.generate.HEADER`)."""
STEP: Final = 250_000
INDEXES: Final = (
    "ALTER TABLE hub.population_alias DROP CONSTRAINT pk_population_alias",
    "DROP INDEX hub.ix_population_alias_subject",
)
AGAIN: Final = (
    "SET maintenance_work_mem = '512MB'",
    "ALTER TABLE hub.population_alias ADD CONSTRAINT pk_population_alias PRIMARY KEY (form, kind)",
    "CREATE INDEX ix_population_alias_subject ON hub.population_alias (subject)",
    "SELECT setval(pg_get_serial_sequence('hub.population_subject', 'id'), max(id)) FROM hub.population_subject",
    "VACUUM ANALYZE hub.population_subject",
    "VACUUM ANALYZE hub.population_alias",
    "CHECKPOINT",
)


def register_items() -> tuple[Item, ...]:
    """Return the items of the register's entry, all of them for granted use alone."""
    return tuple(
        replace(element(code).to_item(code.lower()), share_type=ShareType.CONDITIONAL, base_item=False)
        for code in CODES
    )


def describe_register(stage: Stage, name: str) -> DemoEntry:
    """Publish the entry that describes the register of persons and switch the register on."""
    entry = publish(stage, LIKE, name, register_items(), e.NUMBER.lower(), ShareType.CONDITIONAL)
    with psycopg.connect(stage.database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO hub.register (code, is_on, entry_id, changed_at)"
            " SELECT 'population', true, id, now() FROM hub.entry WHERE name = %s"
            " ON CONFLICT (code) DO UPDATE SET is_on = true, entry_id = excluded.entry_id",
            (name,),
        )
    return entry


def fill(stage: Stage, persons: int) -> Path:
    """Fill the register with ``persons`` and return a file with numbers and names of some of them, shuffled."""
    seals = open_number_seals(stage.settings.data_dir / "keys")
    sample = stage.folder / "persons.csv"
    kept: list[pl.DataFrame] = []
    with psycopg.connect(stage.database_url, autocommit=True) as connection:
        for statement in INDEXES:
            connection.execute(statement.encode())
        for first in range(0, persons, STEP):
            part = population(min(STEP, persons - first), first=first)
            _load(connection, part, first, seals)
            kept.append(
                part.select(HEADER[0], HEADER[1]).sample(min(len(part), max(2_000, 200_000 * STEP // persons)), seed=1)
            )
        for statement in AGAIN:
            connection.execute(statement.encode())
    os.sync()  # what the fill left to the disk is not part of what is measured
    pl.concat(kept).sample(fraction=1.0, shuffle=True, seed=2).write_csv(sample)
    return sample


def _load(connection: psycopg.Connection, part: pl.DataFrame, first: int, seals: NumberSeals) -> None:
    forms = pl.Series("form", seals.seal_all(part[HEADER[0]]), dtype=pl.String)
    values = pl.struct(
        pl.col("form").alias(e.NUMBER),
        *(pl.col(HEADER[place]).alias(code) for code, place in OF_HEADER.items()),
        pl.lit("false").alias(e.IS_DEAD),
    )
    frame = part.with_columns(forms, id=pl.int_range(first + 1, first + 1 + len(part)))
    subjects = frame.select(
        "id", values.struct.json_encode().alias("values"), pl.lit("{}").alias("doubted"), pl.lit(1).alias("changed"),
        pl.lit(datetime.now(UTC).isoformat()).alias("changed_at"),
    )  # fmt: skip
    with connection.cursor() as cursor:
        text = 'COPY hub.population_subject (id, "values", doubted, changed, changed_at) FROM STDIN (FORMAT csv)'
        with cursor.copy(text) as copy:
            copy.write(subjects.write_csv(include_header=False).encode())
        with cursor.copy("COPY hub.population_alias (form, kind, subject) FROM STDIN (FORMAT csv)") as copy:
            aliases = frame.select("form", pl.lit("number").alias("kind"), "id")
            copy.write(aliases.write_csv(include_header=False).encode())
