"""Matching over HTTP: what is answered to everybody, what on a grant, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hub.registers.addresses.loading import FileKind
from tests.hub.addresses.conftest import ASKER, STRANGER
from tests.support import acts

if TYPE_CHECKING:
    from tests.hub.addresses.conftest import AddressCity

FLAT = "示范市东山区花园路12号3号楼2单元501室"


class TestOpenMatching:
    def test_a_door_plate_is_answered_with_identifier_and_point(self, addresses: AddressCity) -> None:
        (found,) = addresses.match("河南省示范市东山区花园路12号")
        assert (found["level"], found["id"], found["score"]) == ("door", "DZ0001", 1.0)
        assert found["point"] == {"longitude": 113.6, "latitude": 34.7, "crs": "EPSG:4490"}

    def test_the_public_is_answered_the_door_plate_of_a_flat(self, addresses: AddressCity) -> None:
        (found,) = addresses.match(FLAT)
        assert (found["level"], found["id"]) == ("door", "DZ0001")

    def test_numerals_width_and_repeats_are_one_spelling(self, addresses: AddressCity) -> None:
        ways = ("示范市东山区花园路十二号", "示范市 东山区 花园路１２＃", "示范市东山区示范市东山区花园路12号（二楼）")
        assert {one["id"] for one in addresses.match(*ways, "东山区经8路10号")} == {"DZ0001", "DZ0008"}

    def test_a_street_in_two_districts_is_told_by_its_door(self, addresses: AddressCity) -> None:
        (found,) = addresses.match("示范市解放路7号")
        assert (found["id"], found["score"]) == ("DZ0004", 0.9)

    def test_between_two_equal_doors_nothing_is_guessed(self, addresses: AddressCity) -> None:
        (found,) = addresses.match("示范市人民路1号")
        assert (found["level"], found["equals"], found["equals_level"]) == ("city", 2, "door")

    def test_a_crossing_is_no_door(self, addresses: AddressCity) -> None:
        (found,) = addresses.match("东山区花园路与经八路交叉口向西100米路北12号")
        assert (found["level"], found["relation"]) == ("street", "intersection")

    def test_opposite_a_door_is_not_that_door(self, addresses: AddressCity) -> None:
        (found,) = addresses.match("东山区花园路12号对面")
        assert (found["level"], found["relation"], "point" in found) == ("street", "opposite", False)

    def test_a_former_district_leads_to_the_present_one(self, addresses: AddressCity) -> None:
        assert addresses.match("示范市老城区解放路5号")[0]["id"] == "DZ0003"

    def test_a_former_street_name_leads_to_the_present_one(self, addresses: AddressCity) -> None:
        (found,) = addresses.match("西河区永安路")
        assert (found["id"], found["name"]) == ("DM001", "长安大道")

    def test_a_function_zone_is_found_by_its_short_name(self, addresses: AddressCity) -> None:
        assert addresses.match("示范市高新区")[0]["division"] == "419904000000"

    def test_a_town_that_became_a_subdistrict_is_found(self, addresses: AddressCity) -> None:
        assert addresses.match("东山区柳林乡柳家庄村")[0]["division"] == "419901002201"

    def test_what_names_nothing_known_is_no_match(self, addresses: AddressCity) -> None:
        assert [one["outcome"] for one in addresses.match("无名胡同三号", "\ufffd\ufffd路", "-")] == ["no_match"] * 3

    def test_bounds_stand_in_for_a_missing_division(self, addresses: AddressCity) -> None:
        (found,) = addresses.match("北翟路1444弄180号", within="419902")
        assert found["id"] == "DZ0011"

    def test_the_same_question_has_the_same_answer(self, addresses: AddressCity) -> None:
        texts = [FLAT, "示范市人民路1号", "柳林乡"]
        assert addresses.match(*texts) == addresses.match(*texts)

    def test_an_answer_says_which_part_is_what(self, addresses: AddressCity) -> None:
        (found,) = addresses.match("东山区花园路12号")
        assert [(one["text"], one["level"]) for one in found["matched"]] == [("东山区", "county"), ("花园路", "street")]

    def test_limits_are_told(self, addresses: AddressCity) -> None:
        told = addresses.post("/api/v1/addresses/match", addresses=["东山区"])
        assert {key: told[key] for key in ("total", "returned", "next", "limit", "deepest_level")} == {
            "total": 1,
            "returned": 1,
            "next": None,
            "limit": 1000,
            "deepest_level": "door",
        }

    def test_more_than_the_limit_is_refused(self, addresses: AddressCity) -> None:
        problem = acts.problem_of(lambda: addresses.match(*["东山区"] * 1001))
        assert problem.problem["status"] == 422


class TestGrantedMatching:
    def test_a_granted_system_is_answered_the_room(self, addresses: AddressCity) -> None:
        told = addresses.granted(ASKER, FLAT, "示范市东山区花园路12号3号楼501室")
        assert {(one["level"], one["id"]) for one in told["results"]} == {("room", "DZ0002")}

    def test_the_receipt_holds_counts_and_no_address(self, addresses: AddressCity) -> None:
        told = addresses.granted(ASKER, FLAT)
        bundle = json.loads(acts.bundle_of(addresses.city.people.system(ASKER), told["receipt"]))
        assert "花园" not in json.dumps(bundle, ensure_ascii=False)

    def test_a_system_without_a_grant_is_not_answered(self, addresses: AddressCity) -> None:
        problem = acts.problem_of(lambda: addresses.granted(STRANGER, FLAT))
        assert problem.problem["status"] == 403


class TestPoints:
    def test_the_nearest_address_comes_first_with_its_distance(self, addresses: AddressCity) -> None:
        told = addresses.post("/api/v1/addresses/reverse", longitude=113.6001, latitude=34.7, crs="CGCS2000")
        assert [(one["id"], one["metres"]) for one in told["results"]] == [("DZ0001", 9.2)]

    def test_a_shifted_point_is_refused(self, addresses: AddressCity) -> None:
        problem = acts.problem_of(
            lambda: addresses.post("/api/v1/addresses/reverse", longitude=113.6, latitude=34.7, crs="GCJ-02")
        )
        assert problem.problem["type"].endswith("/address-point")

    def test_a_point_far_from_all_addresses_has_none(self, addresses: AddressCity) -> None:
        told = addresses.post("/api/v1/addresses/reverse", longitude=120.0, latitude=30.0, crs="EPSG:4490")
        assert (told["total"], told["results"]) == (0, [])


class TestReading:
    def test_a_room_is_not_shown_to_the_public(self, addresses: AddressCity) -> None:
        problem = acts.problem_of(lambda: addresses.public.call("GET", "/api/v1/addresses/DZ0002"))
        assert problem.problem["status"] == 404

    def test_an_address_tells_its_source_and_row(self, addresses: AddressCity) -> None:
        found = addresses.public.call("GET", "/api/v1/addresses/DZ0001")
        assert (found["full_text"], found["source"]) == (
            "河南省示范市东山区花园街道花园路12号",
            {"name": "addresses.csv", "row": 2},
        )

    def test_a_place_name_is_found_by_its_former_name(self, addresses: AddressCity) -> None:
        found = addresses.public.call("GET", "/api/v1/place-names", params={"name": "永安路"})
        (one,) = found["names"]
        assert (one["name"], one["pinyin"], one["kind_name"], one["approved_on"]) == (
            "长安大道",
            "Chang An Da Dao",
            "街路巷",
            "2024-03-01",
        )


class TestLoading:
    def test_a_shifted_point_and_an_unknown_division_are_not_taken(self, addresses: AddressCity) -> None:
        loaded = addresses.loaded[FileKind.ADDRESSES]
        assert loaded.told == [(10, "point-not-cgcs2000"), (11, "division-unknown")]
        assert (loaded.read, loaded.taken) == (11, 9)

    def test_late_announcements_are_counted(self, addresses: AddressCity) -> None:
        assert addresses.loaded[FileKind.NAMES].late == 1

    def test_a_name_that_tells_no_place_is_no_former_name(self, addresses: AddressCity) -> None:
        assert addresses.match("示范市郊区")[0]["level"] == "city"


class TestPages:
    def test_place_names_come_in_pages(self, addresses: AddressCity) -> None:
        first = addresses.public.call("GET", "/api/v1/place-names", params={"limit": 1})
        second = addresses.public.call("GET", "/api/v1/place-names", params={"limit": 1, "after": first["next"]})
        assert [(one["names"][0]["id"], one["total"], one["next"]) for one in (first, second)] == [
            ("DM001", 2, "DM001"),
            ("DM002", 2, None),
        ]

    def test_addresses_at_a_point_come_in_pages(self, addresses: AddressCity) -> None:
        asked = {"longitude": 113.6305, "latitude": 34.7305, "crs": "CGCS2000", "limit": 1}
        told = addresses.post("/api/v1/addresses/reverse", **asked)
        assert (told["total"], told["returned"], told["next"]) == (1, 1, None)


def test_a_code_that_is_no_division_bounds_nothing(addresses: AddressCity) -> None:
    problem = acts.problem_of(lambda: addresses.match("东山区", within="41x"))
    assert problem.problem["type"].endswith("/address-register")
