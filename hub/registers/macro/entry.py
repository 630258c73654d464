"""The directory entry that describes the macro-economy register: each element an item, open after its release.

A starting point for the statistics bureau or the data bureau, which take it through the lifecycle as any entry. What
counts contributors to a figure is internal and no item (Zhengzhou Art. 18; 统计法 Art. 28).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from catalogue.basic.macro_economy import MACRO_ECONOMY
from catalogue.elements import SharingDefault
from catalogue.entry import Assessment, AssessmentKind, Citation, CitationRank, Entry, Opening, Sharing
from policies.facts import OpenType, ResourceKind, ShareType

if TYPE_CHECKING:
    from datetime import date

    from catalogue.elements import Element
    from catalogue.entry import Provider
    from catalogue.item import Item

NAME: Final = "hongguan-jingji"
KEYS: Final = ("m001", "m003", "m004", "m005", "m006", "m007", "m012")
_BASIS: Final = "统计法实施条例 第二十七条"


def register_entry(
    provider: Provider, system: str, today: date, *, name: str = NAME, source: str | None = None
) -> Entry:
    """Return the description of the register as ``provider`` would publish it; ``system`` is where it is kept.

    ``source`` is the department the directory knows as the source of these elements; None: by function.
    """
    return Entry(
        title="宏观经济基础信息库",
        title_en="Macro-economy: indicators and their figures",
        provider=provider,
        sharing=Sharing(ShareType.UNCONDITIONAL, modes=("01",)),
        opening=Opening(OpenType.UNCONDITIONAL, "使用时注明来源"),
        licence="OPEN-CN-1",
        name=name,
        abstract="经济社会指标的数据，一个指标、地区、时期、口径、版本一条；修订以新版本给出并说明理由，未到发布时间不提供。",
        abstract_en="Figures of indicators by area, period, measure and vintage. Revisions are further vintages with "
        "their reason; nothing is given before its release.",
        class_path=("1", MACRO_ECONOMY.class_code),
        formats=("0204",),
        items=tuple(_item(one, source) for one in MACRO_ECONOMY.elements if one.sharing is not SharingDefault.INTERNAL),
        keys=KEYS,
        update_cycle="4",
        grade="G1",
        kind=ResourceKind.AGGREGATE,
        legal_basis=(Citation("统计法实施条例", "第二十七条", CitationRank.ADMINISTRATIVE_REGULATION),),
        source_system=system,
        assessments=(
            Assessment(
                AssessmentKind.SECRECY_RISK, today, f"{provider.name}保密工作机构", "经逐项审查，未发现涉密内容"
            ),
        ),
    )


def _item(one: Element, source: str | None) -> Item:
    item = replace(one.to_item(one.code.lower(), source), required=one.code.lower() in KEYS)
    if item.share_type is ShareType.UNCONDITIONAL:
        return item
    return replace(
        item,
        share_type=ShareType.CONDITIONAL,
        share_scope="本市各部门",
        share_purpose="经济分析",
        share_citation=_BASIS,
    )
