"""The canaries: unmistakable values that lie where some may not look, and how they are found again in any encoding.

``ROWS`` are values of persons and bodies in rows; ``TEXTS`` are words of one organ's files (evidence, claims, texts of
requests, secrets) that other organs may not read; ``SENT`` is what a test sends in bad input, never to come back.
"""

from __future__ import annotations

import gzip
import html
import json
import zlib
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from hub.demo.numbers import citizen_id
from tests.support.acts import COMPANIES, MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import httpx2

NUMBER, SPOUSE, HEAD, CLAIMED, SENT_NUMBER = (citizen_id(date(1990, 2, day), 991) for day in range(1, 6))
NAME, SPOUSE_NAME, ADDRESS, PHONE = "雀甲丙", "雀乙丁", "示例市雀鸣路九号密室", "16488888888"
OLD_ADDRESS: Final = "示例市雀鸣路八号旧室"
PLANTED: Final[Mapping[str, Mapping[str, str]]] = {
    RESIDENTS: {"shenfen_haoma": NUMBER, "xingming": NAME, "huji_dizhi": ADDRESS, "lianxi_dianhua": PHONE},
    MARRIAGES: {
        "shenfen_haoma": NUMBER,
        "xingming": NAME,
        "peiou_xingming": SPOUSE_NAME,
        "peiou_shenfen_haoma": SPOUSE,
    },
    COMPANIES: {"fading_daibiaoren_zhengjian": HEAD},
}
KEPT: Final = {
    f"{what} {whose}": value
    for number, (whose, name) in enumerate(
        {
            "of a rejected row": "雀退丙",
            "of a row that waits": "雀候丙",
            "in an upload": "雀传丙",
            "of an erased row": "雀删丙",
        }.items()
    )
    for what, value in (("number", citizen_id(date(1990, 3, number + 1), 991)), ("name", name))
}
"""Persons in what is kept of pushes beside the rows (:mod:`tests.canary.kept`)."""
ROWS: Final = {
    "number": NUMBER,
    "number of the spouse": SPOUSE,
    "number of the head": HEAD,
    "name": NAME,
    "name of the spouse": SPOUSE_NAME,
    "address": ADDRESS,
    "phone": PHONE,
    "address of an old version": OLD_ADDRESS,
    **KEPT,
}
TEXTS: Final = {
    "scenario of a request": "雀用场景核对低保家庭",
    "basis of a request": "雀用依据第十三条",
    "title of a draft": "雀用申请草稿",
    "harm in an exemption": "雀用损害说明",
    "reference of an assessment": "雀评〔2026〕9号",
    "rows of a claim": "雀用年报范围",
    "value of a claim": "雀用商业价值",
    "measures of a claim": "雀用保密措施",
    "holder of a claim": "雀用权利人公司",
    "claimed value of a correction": "雀正名",
    "reason of a correction": "雀用更正理由",
    "evidence of a correction": "雀用证明材料正文",
    "name of the evidence": "雀用证明",
    "text of a complaint": "雀用投诉内容",
    "basis of a delay": "雀用延迟依据",
    "address of an API": "queyong-base-path",
    "secret of an API": "queyong-header-secret",
    "address of a webhook": "queyong-hook-path",
    "a field that is not declared": "雀用多余字段",
    "name of a file": "雀用文件名",
    "heading of a mapping": "雀用姓名",
    "reason of a rule set": "雀用规则缘由",
    "address of a pull": "queyong-pull-path",
    "secret of a pull": "queyong-pull-secret",
}
CLAIM_OF_NAME: Final = TEXTS["claimed value of a correction"]
SENT: Final = {"number": SENT_NUMBER, "text": "雀寄来的一段文字"}


def spellings(value: str) -> frozenset[bytes]:
    """Return a value as it may stand in bytes: plain, GB18030, UTF-16, escaped for JSON, URLs and HTML."""
    return frozenset(
        {
            value.encode(),
            value.encode("gb18030"),
            json.dumps(value)[1:-1].encode(),
            quote(value).encode(),
            html.escape(value).encode(),
            value.encode("utf-16-le"),
        }
    )


SPELLED: Final = {
    name: spellings(value)
    for group in (ROWS, TEXTS, {f"sent {k}": v for k, v in SENT.items()})
    for name, value in group.items()
}


def heard(content: bytes, names: Iterable[str]) -> list[str]:
    """Return which of the named canaries are in bytes, packed ones unpacked."""
    whole = content + unpacked(content)
    return [name for name in names if any(one in whole for one in SPELLED[name])]


def unpacked(content: bytes) -> bytes:
    """Return what is inside gzip or zlib bytes; nothing where they are neither."""
    with suppress(OSError, EOFError, zlib.error):
        return gzip.decompress(content)
    with suppress(zlib.error):
        return zlib.decompress(content)
    return b""


def heard_in(answer: httpx2.Response, names: Iterable[str]) -> list[str]:
    """Return which of the named canaries an answer shows, in its body or its head."""
    return heard(answer.content + b"\n" + str(answer.headers).encode(), names)
