"""What can go wrong when a table is described."""

from __future__ import annotations

from typing import ClassVar

from policies.errors import DomainError


class DescribingError(DomainError):
    """Base of the errors of describing a table; ``status`` is what the command line turns into its exit code."""

    status: ClassVar[int] = 422


class MarkedTableError(DescribingError):
    """A secrecy mark stands in the table's description or sample: nothing was proposed and nothing was kept."""

    status: ClassVar[int] = 451

    def __init__(self, columns: tuple[str, ...]) -> None:
        """``columns`` are names of columns; values are never repeated."""
        where = f"（{'、'.join(columns[:10])}）" if columns else ""
        where_en = f" ({', '.join(columns[:10])})" if columns else ""
        super().__init__(
            f"表的说明或样本中有涉密标志{where}，已停止，没有保存任何内容（保守国家秘密法 第三十一条）",
            f"secrecy marks stand in the table's description or sample{where_en}: stopped, nothing was kept",
            next_zh="请立即联系本单位保密机构；涉密信息不得进入本平台",
            next_en="tell your organ's secrecy office at once; secrets never enter the hub",
            facts={"columns": list(columns[:10])},
        )


class AnswerError(DescribingError):
    """An answer about the entry cannot be understood; it says which, and how it is written."""

    def __init__(self, key: str, text: tuple[str, str], how: tuple[str, str]) -> None:
        """``key`` names the question; ``text`` what is wrong, ``how`` how an answer is written."""
        super().__init__(*text, next_zh=how[0], next_en=how[1], facts={"question": key})


class MissingAnswersError(DescribingError):
    """Questions without an answer, where nobody can be asked."""

    def __init__(self, keys: tuple[str, ...], columns: tuple[str, ...]) -> None:
        """``keys`` are questions; ``columns`` those of the source that have no Chinese name."""
        names = f"；没有中文名称的列：{'、'.join(columns)}" if columns else ""
        names_en = f"; columns without a Chinese name: {', '.join(columns)}" if columns else ""
        super().__init__(
            f"还缺少回答：{'、'.join(keys)}{names}",
            f"answers are missing: {', '.join(keys)}{names_en}",
            next_zh="写进 --answers 的 TOML 文件（列的中文名称写在 [names] 下），或不加 --yes 逐题回答",
            next_en="write them into the TOML file of --answers (names of columns under [names]), or answer one by one",
            facts={"questions": list(keys), "columns": list(columns)},
        )
