"""Regulation packs: complete, closed, versioned, and refused when something is missing."""

from __future__ import annotations

import csv
import shutil
from dataclasses import FrozenInstanceError
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from policies.facts import Path as LegalPath
from policies.masking import MASKING_RULES
from policies.packs import PACK_NAMES, PackError, load_pack, read_pack

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "domain" / "codes"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the neighbour folder ../shared is absent")


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """Return a copy of the packs that a test may break."""
    with as_file(files("policies.packs")) as folder:
        for name in PACK_NAMES:
            shutil.copytree(folder / name, tmp_path / name)
    return tmp_path


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("pack", "grounds"),
    [
        ("zhengzhou", {"R01", "R04", "R05"}),
        ("jilin", {"R01", "R04", "R05"}),
        ("national", {"R01", "R04", "R05", "R15"}),
    ],
)
def test_the_closed_list_for_refusing_another_organ(pack: str, grounds: set[str]) -> None:
    assert load_pack(pack).share_grounds == grounds


@pytest.mark.parametrize("pack", PACK_NAMES)
def test_handling_codes_and_r16_found_no_refusal_on_any_path(pack: str) -> None:
    loaded = load_pack(pack)
    assert loaded.grounds_for(LegalPath.SHARE) | loaded.grounds_for(LegalPath.OPEN) <= {
        *(f"R0{n}" for n in range(1, 9)),
        "R15",
    }


def test_intellectual_property_is_a_statement_in_jilin_and_a_ground_nowhere() -> None:
    statement = load_pack("jilin").rights_statement
    names = {ground.name.zh for pack in PACK_NAMES for ground in load_pack(pack).grounds.values()}
    assert statement is not None
    assert ("Art.29" in statement.article, [name for name in names if "知识产权" in name]) == (True, [])


def test_the_macro_economy_database_is_optional_in_jilin_alone() -> None:
    assert [load_pack(pack).macro_economy for pack in ("zhengzhou", "jilin", "national")] == [True, False, True]


@pytest.mark.parametrize("pack", PACK_NAMES)
def test_every_refusal_ground_has_a_remedy_in_both_languages_on_each_of_its_paths(pack: str) -> None:
    loaded = load_pack(pack)
    grounds = [loaded.grounds[code] for code in sorted(loaded.share_grounds | loaded.open_grounds)]
    assert [ground.code for ground in grounds if set(ground.remedies) != ground.paths] == []


def test_refusals_under_articles_14_to_16_say_reconsideration_comes_first() -> None:
    loaded = load_pack("national")
    remedies = [loaded.grounds[code].remedies[LegalPath.DISCLOSURE].zh for code in sorted(loaded.open_grounds)]
    assert [text for text in remedies if "应当先在60日内" not in text] == []


@pytest.mark.parametrize("pack", PACK_NAMES)
def test_a_pack_knows_the_masks_the_code_knows(pack: str) -> None:
    assert load_pack(pack).masking_rules == MASKING_RULES


def test_a_pack_is_read_once_and_cannot_be_changed() -> None:
    pack = load_pack("jilin")
    with pytest.raises(FrozenInstanceError):
        pack.national_overlay = True  # type: ignore[misc]
    assert load_pack("jilin") is pack


def test_the_version_is_a_digest_of_the_files(packs: Path) -> None:
    before = read_pack(packs, "zhengzhou").version
    _edit(packs / "zhengzhou" / "articles.csv", "四大基础库", "四个基础库")
    after = read_pack(packs, "zhengzhou").version
    assert (len(before), before == load_pack("zhengzhou").version, before == after) == (64, True, False)


def test_a_change_of_the_national_files_changes_the_version_of_a_city_pack(packs: Path) -> None:
    before = read_pack(packs, "jilin").version
    _edit(packs / "national" / "articles.csv", "区分处理", "分开处理")
    assert read_pack(packs, "jilin").version != before


@pytest.mark.parametrize("name", ["shanghai", "", "../national", "national/..", "packs"])
def test_a_pack_that_is_not_installed_is_an_error(name: str) -> None:
    with pytest.raises(PackError, match="没有法规包"):
        load_pack(name)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("national/decision_table.csv", "OWN,PUB,ALLOW,,,政府信息公开条例 Art.13,yes,licence rate_limit\n", ""),
        ("national/decision_table.csv", "OWN,AGG,ALLOW", "OWN,PUB,ALLOW"),
        ("national/decision_table.csv", "OWN,AGG,ALLOW", "OWN,AGG,PERHAPS"),
        ("national/decision_table.csv", "OWN,AGG,ALLOW", "OWN,AGG,PENDING"),
        ("national/decision_table.csv", "OWN,AGG,ALLOW", "SELF,AGG,ALLOW"),
        ("national/decision_table.csv", "PUBLIC,SPI,REFUSE,R05", "PUBLIC,SPI,REFUSE,"),
        ("national/decision_table.csv", "PUBLIC,SPI,REFUSE,R05", "PUBLIC,SPI,REFUSE,R77"),
        ("national/decision_table.csv", "inside_owner", "some_duty"),
        ("national/decision_table.csv", "统计法 Art.28,,inside_owner", "某部办法 Art.28,,inside_owner"),
        ("national/decision_table.csv", "OWN,AGG,ALLOW,,", "OWN,AGG,ALLOW,"),
        ("national/grounds.csv", "R05,个人隐私,personal privacy,ground", "R05,个人隐私,personal privacy,foi_handling"),
        ("national/grounds.csv", "R05,个人隐私,personal privacy,ground", "R05,个人隐私,personal privacy,good"),
        ("national/remedies.csv", "any,share,", "none,share,"),
        ("national/deadlines.csv", "share.deliver,实施共享", "share.reply.conditional,实施共享"),
        (
            "national/deadlines.csv",
            "政务数据共享条例 Art.22,20,working_day",
            "政务数据共享条例 Art.22,twenty,working_day",
        ),
        ("national/deadlines.csv", "政务数据共享条例 Art.22,20,working_day", "政务数据共享条例 Art.22,,working_day"),
        ("national/deadlines.csv", "政务数据共享条例 Art.22,20,working_day", "政务数据共享条例 Art.22,20,fortnight"),
        ("national/secrecy_levels.csv", "3,秘密", "7,秘密"),
        ("national/laws.csv", "统计法,law", "统计法,statute"),
        ("national/laws.csv", "name,kind", "title,kind"),
        ("zhengzhou/closed_list.csv", "R05,郑州市信息化建设管理办法 Art.20\n", ""),
        ("zhengzhou/closed_list.csv", "R05,", "R06,"),
        ("zhengzhou/closed_list.csv", "R05,", "R99,"),
        ("zhengzhou/pack.toml", "national_overlay = false", 'national_overlay = "no"'),
        ("zhengzhou/pack.toml", "macro_economy = true", ""),
        ("zhengzhou/pack.toml", "[switches]", "[switches"),
    ],
)
def test_a_pack_with_a_fault_does_not_load(packs: Path, file: str, old: str, new: str) -> None:
    _edit(packs / file, old, new)
    with pytest.raises(PackError):
        read_pack(packs, "zhengzhou")


def test_a_fault_is_told_with_its_place_in_both_languages(packs: Path) -> None:
    _edit(packs / "national" / "decision_table.csv", "OWN,AGG,ALLOW", "OWN,AGG,PERHAPS")
    with pytest.raises(PackError) as error:
        read_pack(packs, "jilin")
    where = "decision_table.csv OWN/AGG"
    assert (where in error.value.zh, where in error.value.en, bool(error.value.next_zh)) == (True, True, True)


def test_the_overlay_is_a_switch_of_the_pack_not_of_the_code(packs: Path) -> None:
    _edit(packs / "zhengzhou" / "pack.toml", "national_overlay = false", "national_overlay = true")
    assert read_pack(packs, "zhengzhou").share_grounds == {"R01", "R04", "R05", "R15"}


def _shared(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader((SHARED / file).read_text(encoding="utf-8").splitlines()))


@needs_shared
def test_deadlines_equal_the_shared_ones() -> None:
    units = {"working_day": "working day", "year_min": "year (minimum)", "month_min": "month (minimum)"}
    own = {
        d.code: (d.date or ("" if d.value is None else str(d.value)), units.get(d.unit.value, d.unit.value), d.source)
        for d in load_pack("national").deadlines.values()
        if not d.code.startswith("product.")
    }
    assert own == {row["code"]: (row["value"], row["unit"], row["source"]) for row in _shared("deadlines.csv")}


@needs_shared
def test_extensions_equal_the_shared_ones() -> None:
    own = {
        d.code: "" if d.extension is None else str(d.extension)
        for d in load_pack("national").deadlines.values()
        if not d.code.startswith("product.")
    }
    assert own == {row["code"]: row["extension"] for row in _shared("deadlines.csv")}


@needs_shared
def test_grounds_equal_the_shared_ones() -> None:
    own = {
        code: (ground.name.zh, ground.kind.value, {path.value for path in ground.paths})
        for code, ground in load_pack("national").grounds.items()
    }
    shared = {
        row["code"]: (row["name_zh"], row["kind"], set(row["applies_to"].split(",")))
        for row in _shared("refusal_grounds.csv")
    }
    assert own == shared


@needs_shared
def test_secrecy_levels_and_masks_equal_the_shared_ones() -> None:
    pack = load_pack("national")
    years = {str(level.value): str(rule.longest_years) for level, rule in pack.secrecy.items()}
    shared = {row["code"]: row["default_max_years"] for row in _shared("secrecy_level.csv") if row["code"] != "0"}
    masks = {row["code"] for row in _shared("masking_rules.csv")}
    assert (years, set(pack.masking_rules)) == (shared, masks)


@needs_shared
def test_sensitivity_classes_equal_the_shared_ones() -> None:
    text = (files("policies.packs") / "national" / "sensitivity_classes.csv").read_text(encoding="utf-8")
    own = {(row["code"], row["name_zh"], row["minimum_grade"]) for row in csv.DictReader(text.splitlines())}
    assert own == {(row["code"], row["name_zh"], row["minimum_grade"]) for row in _shared("sensitivity_class.csv")}
