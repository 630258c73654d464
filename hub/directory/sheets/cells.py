"""How one value of an entry stands in one cell, and is read back: every form gives back exactly what it wrote.

A form has a wording for people; where that would not read back to the same value, the cell holds the value's JSON
instead (it begins with ``[``, ``{`` or ``"``), so that no round trip loses anything. Reading takes both. Pure.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from catalogue.citations import parse_citation
from catalogue.code_lists import load_code_list
from catalogue.entry import AssessmentKind, CitationRank
from hub.directory.sheets.words import code_of, is_own_form, shown

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_CELL: Final = 32_767
"""Characters one cell of a workbook holds."""
_SEVERAL: Final = re.compile(r"[；;、,，]+")
_JSON: Final = ("[", "{", '"')
_RANKS: Final = {
    CitationRank.LAW: "法律",
    CitationRank.ADMINISTRATIVE_REGULATION: "行政法规",
    CitationRank.STATE_COUNCIL_DECISION: "国务院决定",
    CitationRank.LOCAL_REGULATION: "地方性法规",
    CitationRank.DEPARTMENTAL_RULE: "部门规章",
    CitationRank.OTHER: "其他",
}
_KINDS: Final = {
    AssessmentKind.SECRECY_RISK: "保密风险评估",
    AssessmentKind.PERSONAL_INFORMATION: "个人信息保护影响评估",
}
_CITED: Final = re.compile(rf"《(?P<rule>.+)》(?P<article>[^》]*?)（(?P<rank>{'|'.join(_RANKS.values())})）")
_ASSESSED: Final = re.compile(
    r"(?P<kind>[^｜]+)｜(?P<on>\d{4}-\d{2}-\d{2})｜(?P<assessor>[^｜]*)｜(?P<result>.*)", re.DOTALL
)


class CellError(ValueError):
    """A cell that cannot be read: what is wrong and how to mend it, in both languages."""

    def __init__(self, zh: str, en: str, mend_zh: str, mend_en: str) -> None:
        """Take texts that never repeat the cell."""
        super().__init__(en)
        self.zh, self.en, self.mend_zh, self.mend_en = zh, en, mend_zh, mend_en


@dataclass(frozen=True, slots=True)
class Read:
    """What a cell says: the JSON value, and the code list's word it was read as where that is another form."""

    value: Any
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of cells: ``plain`` writes a JSON value (never None), ``parse`` reads a text that is not blank."""

    plain: Callable[[Any], str]
    parse: Callable[[str], Read]
    empty: Any = ""
    """The value of a blank cell."""

    def write(self, value: Any) -> str:  # noqa: ANN401 - any JSON value
        """Return the cell of a value: its wording, or its JSON where the wording would not read back."""
        if value == self.empty or value is None:
            return ""
        text = self.plain(value)
        try:
            if text.strip() and self.read(text).value == value:
                return text
        except CellError:
            pass
        return json.dumps(value, ensure_ascii=False)

    def read(self, text: str) -> Read:
        """Return what a cell says.

        Raises:
            CellError: it says nothing this form knows.

        """
        if not text.strip():
            return Read(self.empty)
        if text.startswith(_JSON):
            try:
                return Read(json.loads(text))
            except ValueError:
                pass  # a text may begin with a bracket
        return self.parse(text)


def _wrong(zh: str, en: str, mend: tuple[str, str]) -> CellError:
    return CellError(zh, en, *mend)


TEXT: Final = Form(str, lambda text: Read(text.strip()))
OPTIONAL_TEXT: Final = Form(str, lambda text: Read(text.strip()), None)


def _whole(text: str) -> Read:
    plain = text.strip().replace(",", "").removesuffix(".0")
    if not plain.isascii() or not plain.isdigit() or len(plain) > len("999999999"):
        raise _wrong("不是整数", "this is no whole number", ("只写数字", "write digits alone"))
    return Read(int(plain))


WHOLE: Final = Form(str, _whole, None)


def _day(text: str) -> Read:
    match = re.fullmatch(r"\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*", text)
    if match is None:
        raise _wrong("不是日期", "this is no date", ("写成 2026-12-31", "write it as 2026-12-31"))
    day = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    return Read(day, day if day != text.strip() else "")


DAY: Final = Form(str, _day, None)


def _flag(text: str) -> Read:
    code = code_of("catalogue_open_flag", text.strip())
    if code is None:
        raise _wrong("应为“是”或“否”", "this is neither yes nor no", ("写“是”或“否”", "write 是 or 否"))
    return Read(code == "1", "" if text.strip() in {"是", "否"} else ("是" if code == "1" else "否"))


FLAG: Final = Form(lambda value: "是" if value else "否", _flag, False)  # noqa: FBT003 - the value of a blank cell


def coded(name: str, *, number: bool = False, empty: Any = "") -> Form:  # noqa: ANN401 - any JSON value
    """Return the form of one code of a list; ``number`` where the JSON value is the code as a number."""

    def parse(text: str) -> Read:
        return _code(name, text.strip(), is_number=number)

    return Form(lambda value: shown(name, str(value)), parse, empty)


def _code(name: str, text: str, *, is_number: bool = False) -> Read:
    code = code_of(name, text)
    if code is None:
        rows = load_code_list(name).rows.values()
        listed = "、".join(f"{row.code} {row.name_zh}" for row in list(rows)[:12])
        mend = (f"可填：{listed}" + ("等" if len(rows) > 12 else ""), f"one of: {listed}")  # noqa: PLR2004
        raise _wrong("代码表中没有这个值", "the code list has no such value", mend)
    otherwise = "" if is_own_form(name, code, text) else shown(name, code)
    return Read(int(code) if is_number else code, otherwise)


def parts_of(text: str) -> list[str]:
    """Return the parts of a cell: one a line, else parted by commas, semicolons and the like."""
    pieces = text.split("\n") if "\n" in text else _SEVERAL.split(text)
    return [piece.strip() for piece in pieces if piece.strip()]


def _lines(values: list[Any]) -> str:
    """Return values one a line; a single one that holds a separator gets a line end, which says that it is one."""
    texts = [str(value) for value in values]
    return f"{texts[0]}\n" if len(texts) == 1 and _SEVERAL.search(texts[0]) else "\n".join(texts)


TEXTS: Final = Form(_lines, lambda text: Read(parts_of(text)), [])


def several_coded(name: str) -> Form:
    """Return the form of several codes of a list."""

    def parse(text: str) -> Read:
        found = [_code(name, part) for part in parts_of(text)]
        is_other = any(one.otherwise for one in found)
        return Read([one.value for one in found], "、".join(str(one.value) for one in found) if is_other else "")

    return Form(lambda values: "\n".join(shown(name, str(value)) for value in values), parse, [])


def _citation(part: str) -> dict[str, str]:
    match = _CITED.fullmatch(part)
    if match is not None:
        rank = next(rank for rank, word in _RANKS.items() if word == match["rank"])
        found = {"rule": match["rule"], "article": match["article"]}
        return found if rank is CitationRank.OTHER else {**found, "rank": rank.value}
    cited = parse_citation(part)
    if cited is None:
        mend = ("写成《政府信息公开条例》第二十条（行政法规），一行一条", "write rule and article, one a line")
        raise _wrong("没有写明法规名称和条款", "rule and article are not both named", mend)
    found = {"rule": cited.rule, "article": cited.article}
    return found if cited.rank is CitationRank.OTHER else {**found, "rank": cited.rank.value}


def _cited(values: list[dict[str, str]]) -> str:
    ranks = (_RANKS[CitationRank(one.get("rank", "other"))] for one in values)
    return "\n".join(f"《{one['rule']}》{one['article']}（{rank}）" for one, rank in zip(values, ranks, strict=True))


CITATIONS: Final = Form(
    _cited, lambda text: Read([_citation(part.strip()) for part in text.split("\n") if part.strip()]), []
)


def _assessment(part: str) -> dict[str, str]:
    match = _ASSESSED.fullmatch(part)
    kind = next((kind for kind, word in _KINDS.items() if match is not None and match["kind"] == word), None)
    if match is None or kind is None:
        form = "保密风险评估｜2026-10-01｜评估机构｜结论"
        mend = (f"一行一次，写成 {form}", f"one a line, as {form}")
        raise _wrong("评估写法不对", "an assessment is not written so", mend)
    return {"kind": kind.value, "on": match["on"], "assessor": match["assessor"], "result": match["result"]}


def _assessed(values: list[dict[str, str]]) -> str:
    kinds = (_KINDS[AssessmentKind(one["kind"])] for one in values)
    return "\n".join(
        f"{kind}｜{one['on']}｜{one['assessor']}｜{one['result']}" for one, kind in zip(values, kinds, strict=True)
    )


ASSESSMENTS: Final = Form(
    _assessed, lambda text: Read([_assessment(part.strip()) for part in text.split("\n") if part.strip()]), []
)


def _json(_: str) -> Read:
    raise _wrong("应为 JSON", "this is no JSON", ("照导出的写法填写", "write it as the export does"))


JSON: Final = Form(lambda value: json.dumps(value, ensure_ascii=False), _json, None)


def chosen(words: dict[str, str], empty: str) -> Form:
    """Return the form of one of a few words of the entry's format, each with its Chinese name."""

    def parse(text: str) -> Read:
        plain = text.strip()
        found = next((key for key, word in words.items() if plain in {key, word, f"{key} {word}"}), None)
        if found is None:
            listed = "、".join(words.values())
            raise _wrong("不是可选的值", "this is none of the values", (f"可填：{listed}", f"one of: {listed}"))
        return Read(found)

    return Form(lambda value: words.get(str(value), str(value)), parse, empty)


def _list_ref(text: str) -> Read:
    name, _, version = text.strip().partition("｜")
    if not name.strip() or not version.strip():
        mend = ("写成 代码表名称｜版本", "write name｜version")
        raise _wrong("代码表缺名称或版本", "the code list lacks its name or version", mend)
    return Read({"name": name.strip(), "version": version.strip()})


LIST_REF: Final = Form(lambda value: f"{value['name']}｜{value['version']}", _list_ref, None)
