"""The days of a generated city: reports late and out of order, conflicts as listed, the same bytes again."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl
import pytest
from typer.testing import CliRunner

from catalogue.identifiers import citizen_id
from hub.cli import app
from hub.generator import rows
from hub.generator.city import Wish, generate
from hub.generator.parameters import CityParametersError, load_parameters
from tests.hub.generator.conftest import WISH

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hub.generator.conftest import Made


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*.*"))
    }


def test_the_same_seed_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    generate(tmp_path / "again", WISH, load_parameters())
    assert _digests(tmp_path / "again") == _digests(made.folder)


def test_another_seed_gives_other_people(made: Made, tmp_path: Path) -> None:
    generate(tmp_path / "other", Wish(persons=12_000, bodies=1_800, seed=2), load_parameters())
    name = f"base/{rows.RESIDENTS}.csv"
    assert (tmp_path / "other" / name).read_bytes() != (made.folder / name).read_bytes()


def test_each_day_has_the_share_of_events_that_was_asked_for(made: Made) -> None:
    events = made.summary["events"]
    assert isinstance(events, dict)
    persons = sum(count for kind, count in events.items() if kind not in {"founding", "deregistration", "capital"})
    assert persons == pytest.approx(12_000 * 0.005 * 6, rel=0.1)


def test_reports_come_late_and_out_of_order(made: Made) -> None:
    rows_ = made.days(rows.RESIDENTS).with_columns(event=pl.col("gengxin_shijian").str.slice(0, 10))
    late = rows_.filter(pl.col("event") < pl.col("reported"))
    behind = rows_.with_columns(before=pl.col("event").cum_max()).filter(pl.col("event") < pl.col("before"))
    assert (len(late) > 5, len(behind) > 5, len(rows_.filter(pl.col("event") > pl.col("reported")))) == (True, True, 0)


def test_a_person_meets_one_event_only(made: Made) -> None:
    numbers = made.days(rows.RESIDENTS)["shenfen_haoma"]
    assert numbers.n_unique() == len(numbers)


def test_the_dead_are_named_by_health_and_public_security(made: Made) -> None:
    police = made.days(rows.RESIDENTS).filter(pl.col("siwang_biaoshi") == "是")["shenfen_haoma"]
    assert set(police) == set(made.days(rows.DEATHS)["shenfen_haoma"])


def test_children_born_in_the_days_have_numbers_of_their_own_and_known_parents(made: Made) -> None:
    born = made.days(rows.BIRTHS)
    known = set(made.residents()["shenfen_haoma"])
    faults = {citizen_id(number, today=date(2025, 2, 1), demo=True).fault for number in born["shenfen_haoma"]}
    assert (faults, set(born["shenfen_haoma"]) & known, set(born["mu_haoma"]) - known) == ({None}, set(), set())


def test_certificates_are_numbered_once(made: Made) -> None:
    both = pl.concat([made.base(rows.BIRTHS), made.days(rows.BIRTHS).drop("reported")])
    assert both["zhengming_bianhao"].n_unique() == len(both)


def test_whoever_comes_to_the_city_was_not_there(made: Made) -> None:
    came = made.days(rows.RESIDENTS).filter(pl.col("huhao").str.starts_with("Q"))["shenfen_haoma"]
    assert (len(came) > 0, set(came) & set(made.residents()["shenfen_haoma"])) == (True, set())


def test_a_new_number_names_the_old_one(tmp_path: Path) -> None:
    generate(tmp_path, Wish(persons=60_000, bodies=0, seed=3, days=10, daily_share=0.02), load_parameters())
    days = [pl.read_csv(path, infer_schema=False) for path in tmp_path.glob(f"days/*/{rows.RESIDENTS}.csv")]
    renumbered = pl.concat(days).filter(pl.col("yuan_haoma").is_not_null())
    known = set(pl.read_csv(tmp_path / "base" / f"{rows.RESIDENTS}.csv", infer_schema=False)["shenfen_haoma"])
    assert (
        len(renumbered) > 0,
        set(renumbered["yuan_haoma"]) - known,
        set(renumbered["shenfen_haoma"]) & known,
    ) == (True, set(), set())


def test_the_listed_conflicts_are_in_the_files_and_no_others(made: Made) -> None:
    names = made.residents().select("shenfen_haoma", right="xingming")
    told = made.base(rows.INSURANCE).join(names, on="shenfen_haoma")
    differ = told.filter(pl.col("xingming") != pl.col("right"))["shenfen_haoma"]
    listed = made.conflicts().filter(pl.col("element") == "P002")["shenfen_haoma"]
    assert (sorted(differ), len(listed) > 10) == (sorted(listed), True)


def test_marital_conflicts_are_those_between_two_departments(made: Made) -> None:
    police = made.residents().select("shenfen_haoma", police="hunyin")
    both = made.base(rows.MARRIAGES).join(police, on="shenfen_haoma")
    differ = both.filter(pl.col("police") != pl.col("hunyin_zhuangtai"))["shenfen_haoma"]
    listed = made.conflicts().filter(pl.col("element") == "P019")["shenfen_haoma"]
    assert sorted(differ) == sorted(listed)


def test_bodies_are_founded_and_end_in_the_days(tmp_path: Path) -> None:
    wish = Wish(persons=5_000, bodies=4_000, seed=5, days=20)
    generate(tmp_path, wish, load_parameters())
    base = pl.read_csv(tmp_path / "base" / f"{rows.BODIES}.csv", infer_schema=False)
    days = [pl.read_csv(path, infer_schema=False) for path in tmp_path.glob(f"days/*/{rows.BODIES}.csv")]
    later = pl.concat(days)
    new = later.filter(~pl.col("tongyi_daima").is_in(base["tongyi_daima"].implode()))
    assert (len(base) + len(new), len(later.filter(pl.col("dengji_zhuangtai") == "4")) > 0) == (4_000, True)


def test_the_command_writes_a_city_and_says_what_it_made(tmp_path: Path) -> None:
    out = tmp_path / "city"
    done = CliRunner().invoke(
        app, ["generate", "city", "--persons", "300", "--bodies", "20", "--seed", "4", "--out", str(out), "--json"]
    )
    assert (done.exit_code, json.loads(done.stdout)["persons"], (out / "base" / f"{rows.RESIDENTS}.csv").exists()) == (
        0,
        300,
        True,
    )


def test_a_folder_that_holds_something_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    done = CliRunner().invoke(app, ["generate", "city", "--out", str(tmp_path)])
    assert (done.exit_code, [path.name for path in tmp_path.iterdir()]) == (2, ["mine.txt"])


def test_bad_parameters_say_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_text('name = "甲市"\n', encoding="utf-8")
    with pytest.raises(CityParametersError, match="KeyError"):
        load_parameters(path)


def test_a_city_of_one_person_is_no_trouble(tmp_path: Path) -> None:
    generate(tmp_path, Wish(persons=1, bodies=1, seed=1, days=2, daily_share=0.02), load_parameters())
    assert len(pl.read_csv(tmp_path / "base" / f"{rows.RESIDENTS}.csv")) == 1
