"""Is the entry complete and well formed: V01, V10, V11, V13, V14, V18. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list
from catalogue.entry_rules.finding import error, warning
from catalogue.entry_rules.references import check_classes, check_code_list, check_element
from catalogue.identifiers import CHECK_NAMES, PUBLIC_PHONE, organisation_code
from catalogue.item import DataType, Item
from catalogue.marks import MarkKind, find_marks
from catalogue.shapes import SHAPE_CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue.entry import Entry
    from catalogue.entry_rules.finding import Finding, ValidationContext

TITLE_LENGTH: Final = 200
ABSTRACT_LENGTH: Final = 2000
REAL_TIME: Final = "1"
SERVICE_INTERFACE: Final = "01"
COLUMN: Final = re.compile(r"^[a-z][a-z0-9_]{0,58}$")
STRUCTURED_FORMATS: Final = ("02", "03", "06", "07")
"""Format classes whose content consists of items: spreadsheet, database, self-described, interface."""

GEOMETRY_ELEMENTS: Final = frozenset({"G011", "G012", "G030"})
GEOMETRY_WORDS: Final = re.compile(
    r"经度|纬度|坐标|几何|空间位置|边界|^(lon|lng|lat|longitude|latitude|geom|geometry|wkt)$"
)
SECRECY_WORDS: Final = re.compile(r"绝密|(?<!商业)机密(?!性)|秘密[ \u3000]*[★☆]")


def check_mandatory(entry: Entry, context: ValidationContext) -> Iterator[Finding]:
    """V01: all mandatory metadata are there; code and date of publication are given by the system later."""
    needed = {
        "title": (entry.title, "信息资源名称", "title"),
        "abstract": (entry.abstract, "信息资源摘要", "abstract"),
        "class_path": (entry.class_path, "信息资源分类", "resource classification"),
        "provider.name": (entry.provider.name, "信息资源提供方", "provider"),
        "provider.code": (entry.provider.code, "提供方代码", "provider code"),
        "formats": (entry.formats, "信息资源格式", "format"),
        "sharing.modes": (entry.sharing.modes, "共享方式", "sharing mode"),
        "update_cycle": (entry.update_cycle, "更新周期", "update cycle"),
        "grade": (entry.grade, "数据分级", "grade"),
        "legal_basis": (entry.legal_basis, "采集依据", "legal basis of collection"),
    }
    for path, (value, zh, en) in needed.items():
        if not (value.strip() if isinstance(value, str) else value):
            yield error("V01", f"$.{path}", (f"缺少“{zh}”", f"{en} is missing"), ("补填该项", "fill it in"))
    if not entry.items and any(code.startswith(STRUCTURED_FORMATS) for code in entry.formats):
        yield error(
            "V01",
            "$.items",
            ("结构化数据没有信息项", "structured data without items"),
            ("逐项登记信息项，可由数据文件表头生成", "describe the items; the header of a data file can start them"),
        )
    for path, text, limit in (("title", entry.title, TITLE_LENGTH), ("abstract", entry.abstract, ABSTRACT_LENGTH)):
        if len(text) > limit:
            over = (f"超过 {limit} 字", f"longer than {limit} characters")
            yield error("V01", f"$.{path}", over, ("缩短文字", "shorten it"))
    if entry.title in context.titles:
        twice = ("本单位已有同名目录条目", "this provider already has an entry of this title")
        yield error("V01", "$.title", twice, ("改名或修改已有条目", "rename it, or edit the existing entry"))
    yield from _check_codes(entry)
    yield from check_classes(entry, context)


def _check_codes(entry: Entry) -> Iterator[Finding]:
    """V01: coded metadata are in their lists."""
    coded = [
        ("formats", "catalogue_resource_format", entry.formats),
        ("sharing.modes", "catalogue_sharing_mode", entry.sharing.modes),
        ("sharing.mode_category", "catalogue_sharing_mode_category", (entry.sharing.mode_category,)),
        ("update_cycle", "catalogue_update_cycle", (entry.update_cycle,)),
        ("grade", "data_grade", (entry.grade,)),
    ]
    for path, name, codes in coded:
        if any(code and code not in load_code_list(name) for code in codes):
            title = load_code_list(name)
            unknown = (f"代码不在“{title.title_zh}”表中", f"a code is not in the list of {title.title_en}")
            allowed = "、".join(title.rows)
            yield error("V01", f"$.{path}", unknown, (f"可用代码：{allowed}", f"choose one of: {allowed}"))


def check_items(entry: Entry, context: ValidationContext) -> Iterator[Finding]:
    """V10: type and length, column names, code lists with their version, data elements, validators, keys."""
    columns = Counter(item.column for item in entry.items)
    for position, item in enumerate(entry.items):
        path = f"$.items[{position}]"
        if not COLUMN.match(item.column) or columns[item.column] > 1:
            yield error(
                "V10",
                f"{path}.column",
                ("列名重复或不合规", "the column name is repeated or not allowed"),
                (
                    "用小写字母开头的字母、数字、下划线，条目内不重复",
                    "letters, digits and _ starting with a letter, once an entry",
                ),
            )
        if not item.name.strip():
            yield error(
                "V10", f"{path}.name", ("信息项没有中文名称", "the item has no Chinese name"), ("补填名称", "name it")
            )
        if item.type is DataType.TEXT and not (item.length and item.length > 0):
            missing = ("字符型信息项没有长度", "a text item has no length")
            yield error("V10", f"{path}.length", missing, ("填写最大字符数", "give the largest number of characters"))
        known = (*CHECK_NAMES, PUBLIC_PHONE, *SHAPE_CHECKS)
        if item.check is not None and item.check not in known:
            unknown = ("没有这个校验规则", "no validator has this name")
            mend = (f"可用：{'、'.join(known)}", f"choose one of: {', '.join(known)}")
            yield error("V10", f"{path}.check", unknown, mend)
        if item.check in SHAPE_CHECKS and (item.type is not DataType.GENERAL or item.column in entry.keys):
            wrong = ("空间信息项须为通用型（G），且不能作主键", "a shape is of type G, and no key")
            yield error("V10", f"{path}.type", wrong, ("类型改为 G，主键另选", "make it G and choose another key"))
        if item.own_motion is not None and item.own_motion not in load_code_list("own_motion"):
            listed = "、".join(load_code_list("own_motion").rows)
            unknown = ("主动公开事项代码不在表中", "the code is not in the list of own-motion information")
            yield error("V10", f"{path}.own_motion", unknown, (f"可用代码：{listed}", f"choose one of: {listed}"))
        yield from check_code_list(item, path, context)
        yield from check_element(item, path, context)
    for position, key in enumerate(entry.keys):
        if key not in columns:
            unknown = ("主键列不是本条目的信息项", "a key column is no item of this entry")
            yield error("V10", f"$.keys[{position}]", unknown, ("改为信息项的列名", "name the column of an item"))


def check_provider(entry: Entry, context: ValidationContext) -> Iterator[Finding]:
    """V11: the provider code passes GB 32100 and belongs to the submitting department."""
    if not entry.provider.code:
        return
    result = organisation_code(entry.provider.code)
    if result.row is not None:
        texts = (f"提供方代码：{result.row.zh}", f"provider code: {result.row.en}")
        mends = (result.hint_zh or result.row.mend_zh, result.hint_en or result.row.mend_en)
        yield error("V11", "$.provider.code", texts, mends)
    elif context.submitting_department and result.normalised != context.submitting_department:
        yield error(
            "V11",
            "$.provider.code",
            ("提供方不是提交部门", "the provider is not the department that submits"),
            ("由提供部门自行提交，或改为本部门代码", "let the provider submit it, or give your own code"),
        )


def check_real_time(entry: Entry, _: ValidationContext) -> Iterator[Finding]:
    """V13: real time needs a service interface."""
    if entry.update_cycle == REAL_TIME and SERVICE_INTERFACE not in entry.sharing.modes:
        yield error(
            "V13",
            "$.sharing.modes",
            ("更新周期为实时，共享方式却没有服务接口", "real time without a service interface"),
            ("共享方式加上 01 服务接口，或改更新周期", "add mode 01, or choose another cycle"),
        )


def is_geometry(item: Item) -> bool:
    """Say whether an item holds a position or a shape."""
    return (
        item.element in GEOMETRY_ELEMENTS
        or GEOMETRY_WORDS.search(item.column) is not None
        or GEOMETRY_WORDS.search(item.name) is not None
    )


def check_crs(entry: Entry, _: ValidationContext) -> Iterator[Finding]:
    """V14: geometry names its coordinate reference system; offset systems of web maps are refused."""
    if not any(is_geometry(item) for item in entry.items):
        return
    row = load_code_list("crs").rows.get(entry.crs or "")
    national = ("写 4490（2000 国家大地坐标系）等 EPSG 代码", "give an EPSG code such as 4490 (CGCS2000)")
    if row is None:
        missing = ("有空间信息项，但未写明坐标参考系或代码不识", "geometry without a known coordinate reference system")
        yield error("V14", "$.crs", missing, national)
    elif row.extra["kind"] == "offset":
        yield error(
            "V14",
            "$.crs",
            ("GCJ-02、BD-09 是网络地图的偏移坐标，不能作交换坐标系", "GCJ-02 and BD-09 are offset systems of web maps"),
            ("取得测绘成果的原始坐标（4490）后再登记", "obtain the surveyed coordinates (4490) first"),
        )
    elif row.code in {"4214", "4610"}:
        historic = ("该坐标系已停用", "this system is historic")
        mend = ("请测绘主管部门用本地参数转换为 4490", "have the surveying authority transform it to 4490")
        yield warning("V14", "$.crs", historic, mend)


def check_texts(entry: Entry, _: ValidationContext) -> Iterator[Finding]:
    """V18: title, abstract and keywords hold no personal data and no secrecy marking."""
    texts = {
        "title": entry.title,
        "title_en": entry.title_en,
        "abstract": entry.abstract,
        "abstract_en": entry.abstract_en,
        "keywords": "\n".join(entry.keywords),
    }
    for path, text in texts.items():
        marks = find_marks(text)
        if SECRECY_WORDS.search(text) or any(mark.kind.is_secrecy for mark in marks):
            yield error(
                "V18",
                f"$.{path}",
                ("文字带有密级标志", "the text carries a secrecy marking"),
                (
                    "涉密内容不得录入；误写的请删除",
                    "classified content must not be entered; remove it if written by mistake",
                ),
            )
        if any(mark.kind in {MarkKind.CITIZEN_ID, MarkKind.PHONE, MarkKind.BANK_CARD} for mark in marks):
            personal = ("文字含有个人信息", "the text holds personal data")
            yield error(
                "V18",
                f"$.{path}",
                personal,
                ("删除号码，用岗位或部门代替", "remove the number; name the post or office"),
            )
