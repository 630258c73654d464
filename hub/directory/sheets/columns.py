"""The columns of the reporting template: the guide's metadata by their numbers, then the extended ones. Pure.

政务信息资源目录编制指南 发改高技〔2017〕1272号 gives the thirteen; 政务数据共享条例 第十三条 the grade. A column
is a place in the JSON of an entry (or of an item) and a form of its cells. What no column holds goes into the last one
as JSON, so that a workbook carries every entry whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from catalogue.entry import Zone
from catalogue.item import IdentifierRole
from catalogue.subjects import folded
from hub.directory.sheets import cells
from hub.directory.sheets.cells import Form, coded, several_coded
from hub.directory.sheets.words import heading_words
from policies.facts import ResourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASSES: Final = ("class_1", "class_2", "class_3", "class_4")
REST: Final = "rest"
ITEM_REST: Final = "item_rest"
OPEN_FLAG, SHARE_CONDITION = "open_flag", "share_condition"
DERIVED: Final = frozenset({OPEN_FLAG, SHARE_CONDITION})
"""Columns the guide has and an entry says in other ones; read where those are blank."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: key, heading, place in the JSON (empty: put together otherwise), form, number in the guide.

    ``needed``: an entry cannot be read without it. ``is_set`` : given by the system, shown and never changed.
    ``default`` is what is meant where the JSON says nothing. ``about`` says what to write.
    """

    key: str
    heading: str
    path: tuple[str, ...]
    form: Form
    number: str = ""
    about: str = ""
    needed: bool = False
    is_set: bool = False
    default: Any = None
    choices: str = ""
    """Name of the code list that a cell offers to choose from."""

    def cell(self, body: Mapping[str, Any]) -> str:
        """Return the cell of a body."""
        value = inside(body, self.path)
        return self.form.write(self.default if value is None else value)


def inside(body: Mapping[str, Any], path: tuple[str, ...]) -> Any:  # noqa: ANN401 - any JSON value
    """Return what stands at a path, None where nothing does."""
    found: Any = body
    for part in path:
        if not isinstance(found, dict) or part not in found:
            return None
        found = found[part]
    return found


def put_inside(body: dict[str, Any], path: tuple[str, ...], value: Any, empty: Any) -> None:  # noqa: ANN401
    """Put a value at a path; what is the empty value is taken away instead."""
    place = body
    for part in path[:-1]:
        place = place.setdefault(part, {})
    if value == empty or value is None:
        place.pop(path[-1], None)
    else:
        place[path[-1]] = value


_ZONES: Final = {Zone.EXTRANET.value: "政务外网", Zone.INTERNET.value: "互联网"}
_KINDS: Final = {
    ResourceKind.RECORDS.value: "逐条记录",
    ResourceKind.AGGREGATE.value: "汇总数据",
    ResourceKind.MICRODATA.value: "微观数据",
}
_ROLES: Final = {
    IdentifierRole.DIRECT.value: "直接标识",
    IdentifierRole.QUASI.value: "准标识",
    IdentifierRole.NONE.value: "非标识",
}
_T, _O = cells.TEXT, cells.OPTIONAL_TEXT
_SHARE = "catalogue_sharing_type"
_OPEN = "catalogue_open_type"

ENTRY_COLUMNS: Final = (
    Column("class_1", "信息资源分类（类）", (), _T, "1", "代码或名称，如 1 政务基础信息资源"),
    Column("class_2", "信息资源分类（项）", (), _T, "1", "如 101 国家人口基础信息资源"),
    Column("class_3", "信息资源分类（目）", (), _T, "1", "没有的留空"),
    Column("class_4", "信息资源分类（细目）", (), _T, "1", "有几级写几行"),
    Column("title", "信息资源名称", ("title",), _T, "2", "本单位内不重名，不超过 200 字", needed=True),
    Column("resource_code", "信息资源代码", ("resource_code",), _O, "3", "发布时由系统给出", is_set=True),
    Column("name", "条目标识", ("name",), _T, "", "网址和命令用的英文名；新条目可留空，由名称拼音生成"),
    Column("provider_name", "信息资源提供方", ("provider", "name"), _T, "4", "单位规范名称", needed=True),
    Column("provider_unit", "提供方内部部门", ("provider", "unit"), _T, "4"),
    Column("provider_code", "信息资源提供方代码", ("provider", "code"), _T, "5", "18 位统一社会信用代码", needed=True),
    Column("provider_contact", "共享工作联系方式", ("provider", "contact"), _T, "", "科室和值班电话，不写个人"),
    Column("abstract", "信息资源摘要", ("abstract",), _T, "6", "内容、范围、采集依据，不超过 2000 字"),
    Column("formats", "信息资源格式", ("formats",), several_coded("catalogue_resource_format"), "7",
           "代码或名称，一行一个"),
    Column("share_type", "共享类型", ("sharing", "type"), coded(_SHARE, number=True, empty=None), "9",
           "1 无条件共享、2 有条件共享、3 不予共享", needed=True, choices=_SHARE),
    Column(SHARE_CONDITION, "共享条件", (), _T, "9", "由后三列得出；只有这一列的旧表也可读入"),
    Column("share_scope", "共享范围", ("sharing", "scope"), _T, "9", "有条件共享：哪些单位可以用"),
    Column("share_purpose", "使用用途", ("sharing", "purpose"), _T, "9", "有条件共享：可以用来办什么"),
    Column("share_citations", "不予共享依据", ("sharing", "citations"), cells.CITATIONS, "9",
           "《法律》第几条（法律），一行一条"),
    Column("share_mode_category", "共享方式分类", ("sharing", "mode_category"),
           coded("catalogue_sharing_mode_category"), "9", default="1", choices="catalogue_sharing_mode_category"),
    Column("share_modes", "共享方式", ("sharing", "modes"), several_coded("catalogue_sharing_mode"), "9",
           "代码或名称，一行一个"),
    Column(OPEN_FLAG, "是否向社会开放", (), cells.FLAG, "10", "由开放类型得出；只有这一列的旧表也可读入"),
    Column("open_type", "开放类型", ("opening", "type"), coded(_OPEN, number=True, empty=None), "10",
           "1 无条件开放、2 有条件开放、3 不予开放", choices=_OPEN),
    Column("open_condition", "开放条件", ("opening", "condition"), _T, "10", "开放的必填"),
    Column("update_cycle", "更新周期", ("update_cycle",), coded("catalogue_update_cycle"), "11", "代码或名称",
           choices="catalogue_update_cycle"),
    Column("issued", "发布日期", ("issued",), cells.DAY, "12", "发布时由系统给出", is_set=True),
    Column("related_codes", "关联资源代码", ("related_codes",), cells.TEXTS, "13", "一行一个"),
    Column("grade", "数据分级", ("grade",), coded("data_grade"), "14", "G1 至 G5", choices="data_grade"),
    Column("keys", "主键列名", ("keys",), cells.TEXTS, "", "能确定一行的信息项列名，一行一个"),
    Column("title_en", "英文名称", ("title_en",), _T),
    Column("abstract_en", "英文摘要", ("abstract_en",), _T),
    Column("keywords", "关键词", ("keywords",), cells.TEXTS, "", "一行一个"),
    Column("legal_basis", "采集依据", ("legal_basis",), cells.CITATIONS, "", "《法规》第几条（行政法规），一行一条"),
    Column("source_system", "来源系统", ("source_system",), _T),
    Column("assessments", "评估记录", ("assessments",), cells.ASSESSMENTS, "",
           "保密风险评估｜日期｜评估机构｜结论，一行一次"),
    Column("zone", "网络区域", ("zone",), cells.chosen(_ZONES, Zone.EXTRANET.value), default=Zone.EXTRANET.value),
    Column("kind", "资源种类", ("kind",), cells.chosen(_KINDS, ResourceKind.RECORDS.value),
           default=ResourceKind.RECORDS.value),
    Column("crs", "坐标参考系", ("crs",), _O, "", "EPSG 代码，如 4490"),
    Column("spatial_coverage", "空间范围", ("spatial_coverage",), cells.TEXTS, "", "行政区划代码，一行一个"),
    Column("temporal_start", "时间范围起", ("temporal_start",), _T),
    Column("temporal_end", "时间范围止", ("temporal_end",), _T),
    Column("licence", "许可协议", ("licence",), _T),
    Column("rights_statement", "权利声明", ("rights_statement",), _T),
    Column("release_time", "公布时间", ("release_time",), _O, "", "此前不对外提供；如 2026-12-31T09:00:00+08:00"),
    Column("effective_from", "生效日期", ("effective_from",), cells.DAY),
    Column("effective_to", "失效日期", ("effective_to",), cells.DAY),
    Column("supersedes", "取代的资源代码", ("supersedes",), _O),
    Column("review_on", "复核日期", ("review_on",), cells.DAY),
    Column("registration_code", "登记编码", ("registration_code",), _O),
    Column("registration_expires", "登记有效期", ("registration_expires",), cells.DAY),
    Column("push", "供数策略", ("push",), cells.JSON, "", "JSON，照导出的写法"),
    Column(REST, "其他元数据", (), cells.JSON, "", "JSON；没有专列的内容，照导出的写法"),
)  # fmt: skip

ITEM_COLUMNS: Final = (
    Column("item_name", "信息项名称", ("name",), _T, "8", needed=True),
    Column("item_column", "列名", ("column",), _T, "", "小写英文和下划线；新信息项可留空，由名称拼音生成"),
    Column("item_type", "数据类型", ("type",), coded("catalogue_data_type", empty=None), "8",
           "C 字符型、N 数值型、D 日期型等", needed=True, choices="catalogue_data_type"),
    Column("item_length", "数据长度", ("length",), cells.WHOLE, "8", "字符数；字符型必填"),
    Column("item_scale", "小数位数", ("scale",), cells.WHOLE),
    Column("item_required", "是否必填", ("required",), cells.FLAG),
    Column("item_code_list", "代码表", ("code_list",), cells.LIST_REF, "", "名称｜版本"),
    Column("item_check", "校验规则", ("check",), _O, "", "如 citizen_id、organisation_code"),
    Column("item_sensitivity", "敏感类别", ("sensitivity",), coded("sensitivity_class"), "",
           "PUB、INT、PI、SPI、MIN、TS", default="INT", choices="sensitivity_class"),
    Column("item_role", "标识作用", ("identifier_role",), cells.chosen(_ROLES, IdentifierRole.NONE.value),
           default=IdentifierRole.NONE.value),
    Column("item_masking", "脱敏规则", ("masking",), _O),
    Column("item_share_type", "信息项共享类型", ("share_type",), coded(_SHARE, number=True, empty=None), "9",
           "空：同条目", choices=_SHARE),
    Column("item_share_scope", "信息项共享范围", ("share_scope",), _O, "9"),
    Column("item_share_purpose", "信息项使用用途", ("share_purpose",), _O, "9"),
    Column("item_share_citation", "信息项不予共享依据", ("share_citation",), _O, "9"),
    Column("item_open_type", "信息项开放类型", ("open_type",), coded(_OPEN, number=True, empty=None), "10",
           "空：同条目", choices=_OPEN),
    Column("item_excluded", "不随条目开放", ("excluded_from_opening",), cells.FLAG),
    Column("item_element", "数据元代码", ("element",), _O, "", "如 P001"),
    Column("item_base", "是否基础信息项", ("base_item",), cells.FLAG),
    Column("item_source", "数源部门", ("source_department",), _O, "", "一数一源的部门"),
    Column("item_description", "信息项说明", ("description",), _T),
    Column("item_aliases", "信息项别名", ("aliases",), cells.TEXTS, "", "一行一个"),
    Column("item_own_motion", "主动公开事项", ("own_motion",), _O),
    Column(ITEM_REST, "信息项其他内容", (), cells.JSON, "", "JSON；照导出的写法"),
)  # fmt: skip

BY_KEY: Final[Mapping[str, Column]] = MappingProxyType({one.key: one for one in (*ENTRY_COLUMNS, *ITEM_COLUMNS)})
ENTRY_SHEET, ITEM_SHEET, HELP_SHEET = "信息资源", "信息项", "填报说明"
LINK_COLUMNS: Final = ("name", "title")
"""What ties a row of items to its resource: either of them."""


@cache
def known_headings(*, items: bool, entries: bool) -> Mapping[str, str]:
    """Return the key of each folded heading of the sheet of resources, of that of items, or of both in one sheet."""
    found: dict[str, str] = {}
    columns = (*(ENTRY_COLUMNS if entries else ()), *(ITEM_COLUMNS if items else ()))
    if items and not entries:
        columns = (*(BY_KEY[key] for key in LINK_COLUMNS), *columns)
    keys = {one.key for one in columns}
    for key, words in heading_words().items():
        if key in keys:
            found |= {folded(word): key for word in words}
    for place, word in zip(CLASSES, ("类", "项", "目", "细目"), strict=True):
        if place in keys:
            found[folded(word)] = place
            found[folded(f"信息资源分类{word}")] = place
    return MappingProxyType(found | {folded(one.heading): one.key for one in columns} | {key: key for key in keys})


def rest_of(
    body: Mapping[str, Any], columns: tuple[Column, ...], besides: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return the members of a body that no column holds."""
    taken = {one.path for one in columns if one.path}
    heads = {path[0] for path in taken}
    rest: dict[str, Any] = {key: value for key, value in body.items() if key not in heads and key not in besides}
    for head in heads:
        value = body.get(head)
        if isinstance(value, dict) and (head,) not in taken:
            inner = {key: each for key, each in value.items() if (head, key) not in taken}
            if inner:
                rest[head] = inner
    return rest
