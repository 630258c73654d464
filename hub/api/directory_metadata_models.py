"""Bodies of the directory's metadata: changes of the tree, code schemes, code lists, elements, words, decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from catalogue.classes import Change, Op
from catalogue.code_schemes import CountsPer, SchemeForm
from catalogue.dictionary_elements import WordKind
from hub.api.bodies import Body as TextBody

Code = Annotated[str, Field(min_length=1, max_length=40)]
Text100 = Annotated[str, Field(max_length=100)]
Text200 = Annotated[str, Field(max_length=200)]
Text500 = Annotated[str, Field(max_length=500)]


class Body(TextBody):
    """Base of the bodies here: values that never change."""

    model_config = ConfigDict(frozen=True)


class ChangeBody(Body):
    """One change of the classification tree."""

    op: Op = Field(description="add 增加、rename 改名、move 移动、retire 停用 / what it does")
    code: Code
    name_zh: Text100 = ""
    name_en: Text100 = ""
    to: Annotated[str, Field(max_length=40)] = Field(
        default="", description="移动后的代码，或接替的分类 / the new code of a move, or the successor"
    )

    def change(self) -> Change:
        """Return it as the tree reads it."""
        return Change(self.op, self.code, self.name_zh, self.name_en, self.to)


class TreeDraftBody(Body):
    """A draft of the next version of the tree."""

    changes: tuple[ChangeBody, ...] = Field(min_length=1, max_length=500)
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class SchemeBody(Body):
    """A code scheme; see docs/how-to/keep-the-classification.md."""

    name: Code
    title_zh: Text100
    title_en: Text100
    form: Text100 = Field(description="如 {division}-{class}-{sequence:06} / what a code looks like")
    counts_per: CountsPer = CountsPer.ALL
    source: Text200 = ""

    def scheme(self) -> SchemeForm:
        """Return it as the allocator reads it."""
        return SchemeForm(self.name, self.title_zh, self.title_en, self.form, self.counts_per, self.source)


class ActiveBody(Body):
    """Whether codes of a scheme are given from now on."""

    is_active: bool


class CodeRowBody(Body):
    """One code of a list; ``extra`` are the list's own columns."""

    code: Text200
    name_zh: Text200
    name_en: Text200 = ""
    extra: dict[str, Text500] = Field(default_factory=dict, max_length=20)


class CodeListBody(Body):
    """A department's own code list, or a new version of one."""

    name: Annotated[str, Field(max_length=60)]
    version: Code
    title_zh: Text200
    title_en: Text200
    source: Text500 = ""
    rows: Annotated[Sequence[CodeRowBody], Field(min_length=1, max_length=20_000)]

    def head(self) -> dict[str, Any]:
        """Return what the list is, without its rows."""
        return {"name": self.name, "version": self.version, "title_zh": self.title_zh, "title_en": self.title_en,
                "source": self.source}  # fmt: skip

    def listed(self) -> list[dict[str, Any]]:
        """Return the rows as they are stored."""
        return [row.model_dump() for row in self.rows]


class ElementBody(Body):
    """An element of the city: the JSON form of ``catalogue.dictionary_own.OwnElement``."""

    element: dict[str, Any]
    reason: Text500 = ""


class DecisionBody(Body):
    """The authority accepts or returns what a department filed."""

    accept: bool
    reason: Text500 = Field(default="", description="退回须写明 / a return gives its reason")


class WordBody(Body):
    """A word for an element."""

    word: Annotated[str, Field(min_length=1, max_length=60)]
    kind: WordKind = WordKind.SAME


class SuggestBody(Body):
    """What is known of a column. Samples are tested and forgotten: nothing of them is kept or answered."""

    name: Text200
    comment: Text500 = ""
    samples: tuple[Annotated[str, Field(max_length=500)], ...] = Field(default=(), max_length=200)


class NoticeBody(Body):
    """Why sharing is narrowed, and what was agreed with the users (政务数据共享条例 Art. 27)."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class RetireBody(Body):
    """Why an element is no longer used."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]
