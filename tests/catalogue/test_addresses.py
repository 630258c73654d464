"""Written addresses: one spelling, cut along the levels, chosen or refused; and standard ones made into nodes."""

from __future__ import annotations

from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.addresses import AddressMatch, Found, Level, Outcome, Parts, Place, Relation, path_key, short_key
from catalogue.addresses_cutting import readings
from catalogue.addresses_former import former_names
from catalogue.addresses_index import NameIndex
from catalogue.addresses_reading import Fault, Row, fields_of, named_place, shifted_column, standard_address
from catalogue.addresses_scoring import Rules, choose
from catalogue.addresses_standard import (
    StandardAddress,
    address_nodes,
    cell_of,
    digits_of,
    division_node,
    standard_parts,
    street_id,
)
from catalogue.addresses_tail import parsed_tail
from catalogue.addresses_text import LONGEST, number_of, numeral_of, spelled, written

PLACES = (
    Place("410000000000", Level.PROVINCE, "河南省", "41"),
    Place("410100000000", Level.CITY, "郑州市", "4101"),
    Place("410102000000", Level.COUNTY, "中原区", "410102"),
    Place("410104000000", Level.COUNTY, "管城回族区", "410104"),
    Place("410105000000", Level.COUNTY, "金水区", "410105"),
    Place("410108000000", Level.COUNTY, "惠济区", "410108", ("邙山区",)),
    Place("410173000000", Level.COUNTY, "郑州航空港经济综合实验区", "410173"),
    Place("410104006000", Level.TOWN, "东明路街道", "410104006"),
    Place("410108100000", Level.TOWN, "花园口镇", "410108100"),
    Place("410108100201", Level.VILLAGE, "申庄村委会", "410108100201"),
    Place("410400000000", Level.CITY, "平顶山市", "4104"),
    Place("410402000000", Level.COUNTY, "新华区", "410402"),
    Place("410104006007", Level.VILLAGE, "东明路社区居委会", "410104006007"),
    Place("130000000000", Level.PROVINCE, "河北省", "13"),
    Place("130105000000", Level.COUNTY, "新华区", "130105"),
    Place("S1", Level.STREET, "花园路", "410105"),
    Place("S2", Level.STREET, "花园路", "410108"),
    Place("S3", Level.STREET, "金水路", "410105"),
    Place("S4", Level.STREET, "经八路", "410105"),
)
INDEX = NameIndex(PLACES)
DOOR = Found("D1", Level.DOOR, "", 113.6, 34.7)


def stored(street: str, prefix: str, **parts: str) -> dict[int, list[Found]]:
    """Return one address below a street as the register would give it."""
    written_parts = Parts(**parts)
    level = written_parts.level
    assert level is not None
    base = street_id(prefix, street)
    one = [Found("A1", level)]
    keys = {path_key(base, written_parts): one}
    return keys | ({short_key(base, written_parts): one} if level is Level.ROOM else {})


def match(text: str, found: dict[int, list[Found]] | None = None, within: str = "") -> AddressMatch:
    return choose(readings(text, INDEX, within), found or {}, INDEX)


class TestSpelling:
    @pytest.mark.parametrize(
        ("text", "same"),
        [
            ("金水路８０号", "金水路80号"),
            ("九号楼三单元十二层", "9号楼3单元12层"),
            ("一百二十三号", "123号"),
            ("9幢", "9号楼"),
            ("5栋2单元", "5号楼2单元"),
            ("12#楼", "12号楼"),
            ("60#", "60号"),
            ("第七大街", "第七大街"),
            ("经8路5号", "经八路5号"),
            ("五一路", "五一路"),
            ("七里河村", "七里河村"),
            ("南关街道办事处", "南关街道"),
            ("金水路80号（电话预约）", "金水路80号"),
            ("中国（上海）自由贸易试验区张杨路1号", "上海市张杨路1号"),
            ("河南自贸试验区郑州片区（郑东）金水东路21号", "郑州市金水东路21号"),
        ],
    )
    def test_one_spelling(self, text: str, same: str) -> None:
        plain = written(text)
        assert plain is not None
        assert plain.text == same

    def test_brackets_are_kept_as_remarks(self) -> None:
        plain = written("花园路1号（二楼）")
        assert plain is not None
        assert plain.remarks == ("二楼",)

    @pytest.mark.parametrize("text", ["", "金\ufffd路", "路" * (LONGEST + 1)])
    def test_what_cannot_be_read_is_nothing(self, text: str) -> None:
        assert written(text) is None

    @given(st.integers(1, 99))
    def test_numerals_are_read_as_they_are_written(self, number: int) -> None:
        assert number_of(numeral_of(number)) == number

    @given(st.text(max_size=60))
    def test_no_text_breaks_matching(self, text: str) -> None:
        assert match(text).outcome in Outcome

    @given(st.text(alphabet="花园路号楼单元层室0123456789一二三-附弄()", max_size=30))
    def test_spelling_is_stable(self, text: str) -> None:
        assert spelled(spelled(text)) == spelled(spelled(spelled(text)))


class TestTail:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("12号", Parts("12")),
            ("88号附1号", Parts("88-1")),
            ("1444弄180号", Parts("1444L180")),
            ("1518弄2号642室", Parts("1518L2", room="642")),
            ("60号9号楼3单元12层1204室", Parts("60", "9", "3", "12", "1204")),
            ("18号院3号楼", Parts("18", "3")),
            ("293-297号", Parts("293-297")),
            ("北段路东8号", Parts("8")),
            ("9号楼2单元501", Parts("", "9", "2", "", "501")),
        ],
    )
    def test_parts_in_normal_form(self, text: str, parts: Parts) -> None:
        assert parsed_tail(text).parts == parts

    @pytest.mark.parametrize(
        ("text", "relation"),
        [
            ("与未来路交叉口向西100米路北6号", Relation.CROSSING),
            ("12号对面", Relation.OPPOSITE),
            ("12号东50米", Relation.OFFSET),
            ("12号东侧", Relation.NEAR),
            ("体育场附近", Relation.NEAR),
        ],
    )
    def test_beside_a_place_is_not_at_it(self, text: str, relation: Relation) -> None:
        tail = parsed_tail(text)
        assert (tail.relation, tail.parts.door) == (relation, "")

    def test_another_street_makes_the_first_its_surroundings(self) -> None:
        assert parsed_tail("人民路12号").is_elsewhere


class TestMatching:
    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("河南省郑州市金水区", "410105000000"),
            ("郑州市郑州市金水区", "410105000000"),
            ("郑州金水区", "410105000000"),
            ("郑州市管城区", "410104000000"),
            ("郑州市邙山区", "410108000000"),
            ("郑州航空港区", "410173000000"),
            ("惠济区花园口乡申庄村", "410108100201"),
            ("郑州市惠济区花园口镇申庄", "410108100201"),
            ("郑州市金水区花园路", "S1"),
            ("金水区经8路", "S4"),
        ],
    )
    def test_the_deepest_place_named(self, text: str, place: str) -> None:
        assert match(text).id == place

    def test_a_road_that_bears_the_name_of_a_district_is_not_that_district(self) -> None:
        assert match("郑州市金水路80号").id == "410100000000"

    def test_a_road_that_bears_the_name_of_a_community_is_not_that_community(self) -> None:
        assert match("郑州市东明路187号").id == "410100000000"

    def test_a_name_of_two_cities_is_ambiguous_and_counted(self) -> None:
        found = match("新华区建设路")
        assert (found.outcome, found.equals, found.id) == (Outcome.AMBIGUOUS, 2, None)

    def test_bounds_decide_between_equals(self) -> None:
        assert match("新华区建设路", within="4104").id == "410402000000"

    def test_a_stored_door_is_reached(self) -> None:
        found = match("金水区花园路十二号", stored("花园路", "410105", door="12"))
        assert (found.id, found.level, found.score) == ("A1", Level.DOOR, 1.0)

    def test_a_door_that_is_not_stored_is_answered_by_its_street(self) -> None:
        found = match("金水区花园路13号", stored("花园路", "410105", door="12"))
        assert (found.id, found.level) == ("S1", Level.STREET)

    def test_a_street_of_two_districts_alone_names_the_city(self) -> None:
        found = match("郑州市花园路12号")
        assert (found.id, found.equals, found.equals_level) == ("410100000000", 2, Level.STREET)

    def test_a_room_is_found_without_its_unit(self) -> None:
        held = stored("花园路", "410105", door="12", building="3", unit="2", room="501")
        assert match("金水区花园路12号3号楼501室", held).id == "A1"

    def test_a_room_of_another_unit_is_another_room(self) -> None:
        held = stored("花园路", "410105", door="12", building="3", unit="2", room="501")
        assert match("金水区花园路12号3号楼1单元501室", held).id == "S1"

    def test_an_annex_is_answered_by_its_main_door_and_less_surely(self) -> None:
        found = match("金水区花园路12号附3号", stored("花园路", "410105", door="12"))
        assert (found.id, found.score) == ("A1", 0.9)

    def test_below_the_threshold_nothing_is_answered(self) -> None:
        readings_found = readings("郑州市惠济区花园口乡申庄", INDEX)
        assert choose(readings_found, {}, INDEX, Rules(0.95)).outcome is Outcome.NO_MATCH

    def test_what_is_not_known_is_told(self) -> None:
        assert match("金水区无名巷5号").unread == "无名巷5号"


class TestStandard:
    ABOVE: ClassVar = {"41": "河南省", "4101": "河南省郑州市", "410105": "河南省郑州市金水区"}

    def test_an_address_makes_the_nodes_above_it(self) -> None:
        given_one = StandardAddress(2, "410105", "花园路", ("12号", "3号楼", "2单元", "", "501室"), "DZ1")
        nodes = address_nodes(given_one, self.ABOVE)
        assert nodes is not None
        assert [(node.level, node.is_given) for node in nodes] == [
            (Level.STREET, False),
            (Level.DOOR, False),
            (Level.BUILDING, False),
            (Level.UNIT, False),
            (Level.ROOM, True),
        ]
        assert (nodes[-1].id, nodes[-1].full_text) == ("DZ1", "河南省郑州市金水区花园路12号3号楼2单元501室")

    def test_two_sources_make_the_same_street(self) -> None:
        ways = [StandardAddress(2, code, "经8路", ("1号", "", "", "", "")) for code in ("410105", "410105001")]
        assert len({(address_nodes(one, self.ABOVE) or [])[0].id for one in ways}) == 1

    def test_parts_that_cannot_be_read_are_refused(self) -> None:
        assert standard_parts(("门口", "", "", "", "")) is None

    @pytest.mark.parametrize(
        ("code", "digits"),
        [("410105", "410105"), ("410100", "4101"), ("410105001002", "410105001002"), ("41010500", None), ("x", None)],
    )
    def test_codes_of_divisions(self, code: str, digits: str | None) -> None:
        assert digits_of(code) == digits

    def test_pseudo_divisions_are_not_in_full_texts(self) -> None:
        assert division_node(2, "3101", "市辖区", {"31": "上海市"}).full_text == "上海市"

    def test_cells_are_a_thousandth_of_a_degree(self) -> None:
        assert cell_of(113.6004, 34.7009) == cell_of(113.6009, 34.7001) != cell_of(113.6011, 34.7001)


class TestFiles:
    FIELDS = fields_of(("行政区划代码", "街路巷", "G009", "经度", "纬度", "坐标系"))

    def row(self, **values: str) -> Row:
        return Row(2, values, {name: name for name in values})

    def test_columns_are_known_by_element_and_by_name(self) -> None:
        assert (self.FIELDS["division"], self.FIELDS["door"], self.FIELDS["crs"]) == ("行政区划代码", "G009", "坐标系")

    def test_a_column_of_shifted_points_is_told(self) -> None:
        assert shifted_column(("名称", "lon_gcj02")) == "lon_gcj02"

    @pytest.mark.parametrize("crs", ["", "GCJ-02", "BD-09", "WGS84"])
    def test_a_point_that_is_not_in_cgcs2000_is_refused(self, crs: str) -> None:
        row = self.row(division="410105", street="花园路", door="1号", longitude="113.6", latitude="34.7", crs=crs)
        assert standard_address(row) is Fault.POINT

    def test_exchanged_axes_are_refused(self) -> None:
        row = self.row(division="410105", street="花园路", longitude="34.7", latitude="113.6", crs="EPSG:4490")
        assert standard_address(row) is Fault.POINT

    def test_a_place_name_is_its_specific_and_its_generic_part(self) -> None:
        row = self.row(name="长安大道", specific="长安", generic="路", kind="5", division="410105")
        assert named_place(row) is Fault.SPECIFIC


class TestFormerNames:
    CURRENT: ClassVar = {
        "410308": "孟津区",
        "410205": "禹王台区",
        "410307": "偃师区",
        "410311": "洛龙区",
        "310106": "静安区",
    }

    @pytest.mark.parametrize(
        ("listed", "names"),
        [
            (("410322", "孟津县", ""), {"410308": ("孟津县",)}),
            (("410205", "南关区", ""), {"410205": ("南关区",)}),
            (("310108", "闸北区", "310106"), {"310106": ("闸北区",)}),
            (("410307", "洛龙区", ""), {}),
            (("410211", "郊区", ""), {}),
        ],
    )
    def test_where_a_former_name_leads(self, listed: tuple[str, str, str], names: dict[str, tuple[str, ...]]) -> None:
        assert former_names([listed], self.CURRENT) == names
