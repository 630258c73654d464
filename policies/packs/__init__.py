"""Regulation packs: the law of a jurisdiction as data files beside this module.

``zhengzhou`` (郑州市信息化建设管理办法), ``jilin`` (吉林市信息化促进办法), ``national`` (政务数据共享条例 and
the other national rules, which both cities read too).
"""

from __future__ import annotations

from policies.packs.loading import PACK_NAMES, load_pack, read_pack
from policies.packs.model import (
    Article,
    Deadline,
    Ground,
    GroundKind,
    Pack,
    PackError,
    RightsStatement,
    Rule,
    RuleKind,
    SecrecyRule,
    Unit,
)

__all__ = [
    "PACK_NAMES",
    "Article",
    "Deadline",
    "Ground",
    "GroundKind",
    "Pack",
    "PackError",
    "RightsStatement",
    "Rule",
    "RuleKind",
    "SecrecyRule",
    "Unit",
    "load_pack",
    "read_pack",
]
