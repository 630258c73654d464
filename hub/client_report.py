"""The report of a push as a program and a notebook read it: counts, rules, the way to the rejected rows.

Chinese first, English beside. What is shown is what the hub answered, escaped; protected values are masked by the
hub before they come here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import httpx2
    import polars as pl

PAGE: Final = 1000
SHOWN: Final = 20
CELL: Final = "border:1px solid #ccc;padding:2px 8px;text-align:"
COUNTS: Final = (
    ("received", "收到", "received"),
    ("accepted", "通过", "accepted"),
    ("rejected", "退回", "rejected"),
    ("inserted", "新增", "inserted"),
    ("changed", "变更", "changed"),
    ("unchanged", "未变", "unchanged"),
    ("closed", "失效", "closed"),
    ("held", "保留", "held"),
)
"""Counts of a report: name, and what they are called."""


class Source(Protocol):
    """What a report needs of the hub to fetch more."""

    def call(
        self, method: str, path: str, *, json: object = None, params: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Call an operation and return its JSON object."""
        ...

    def raw(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Call any path and return the whole response."""
        ...

    def save(self, path: str, target: Path) -> int:
        """Write the body of a GET to a file; returns its length in bytes."""
        ...


@dataclass(frozen=True, slots=True)
class PushReport:
    """What became of one push. ``data`` is the whole report as the hub answered it (``docs/reference``)."""

    data: Mapping[str, Any]
    _source: Source = field(repr=False)
    _again: Callable[[object, str], PushReport] = field(repr=False)

    @property
    def push(self) -> str | None:
        """The id of the push; None for a dry run, of which nothing is kept."""
        return self.data.get("push")

    @property
    def version(self) -> int | None:
        """The version of the resource the push made; None where it made none."""
        return self.data.get("version")

    @property
    def state(self) -> str:
        """What became of it: ``merged``, ``held`` and so on."""
        return str(self.data.get("state", ""))

    @property
    def receipt(self) -> str | None:
        """The id of its receipt."""
        return self.data.get("receipt")

    @property
    def is_repeat(self) -> bool:
        """Whether the same push was done before and nothing was done now."""
        return bool(self.data.get("is_repeat"))

    @property
    def counts(self) -> dict[str, int]:
        """Rows by what became of them: received, accepted, rejected, inserted, changed, unchanged, closed, held."""
        given = {**self.data, **self.data.get("counts", {})}
        return {name: int(given[name]) for name, _, _ in COUNTS if isinstance(given.get(name), int)}

    @property
    def received(self) -> int:
        """Rows of the file."""
        return self.counts.get("received", 0)

    @property
    def accepted(self) -> int:
        """Rows that passed every check."""
        return self.counts.get("accepted", 0)

    @property
    def rejected(self) -> int:
        """Rows that came back."""
        return self.counts.get("rejected", 0)

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The rules that sent rows back, each with its count, the standard it rests on and an example."""
        return [dict(one) for one in self.data.get("rules", ())]

    @property
    def summary(self) -> list[str]:
        """The report in Chinese, line by line, as the command line shows it."""
        return [str(line) for line in self.data.get("summary", ())]

    @property
    def summary_en(self) -> list[str]:
        """The report in English."""
        return [str(line) for line in self.data.get("summary_en", ())]

    def faults(self) -> Iterator[dict[str, Any]]:
        """Yield every fault in the order of the file: line, column, item, rule, masked value, what to do."""
        after: str | None = f"/api/v1/pushes/{self.push}/rejections?limit={PAGE}" if self.push else None
        while after is not None:
            page = self._source.call("GET", after)
            yield from page["faults"]
            after = page["next"]

    def rejections(self) -> pl.DataFrame:
        """Return all faults as a data frame, one a row (``.to_pandas()`` for pandas)."""
        import polars as pl

        return pl.DataFrame(list(self.faults()), infer_schema_length=None)

    def marked_xlsx(self, path: str | Path) -> Path:
        """Save the workbook of the rejected rows, faulty cells coloured and commented; mend it, then :meth:`resume`."""
        target = Path(path)
        self._source.save(f"/api/v1/pushes/{self.push}/marked.xlsx", target)
        return target

    def resume(self, mended: object) -> PushReport:
        """Push the mended rows alone: the marked workbook, or a file or data frame with its column 原行号."""
        if self.push is None:
            raise ValueError("试运行没有可续推的行 / a dry run has no rows to resume")
        return self._again(mended, self.push)

    @override
    def __str__(self) -> str:
        """Return the report in Chinese."""
        return "\n".join(self.summary)

    def _title(self) -> str:
        mark = "✔" if not self.rejected else "✘"
        again = "（与先前一次相同 / done before）" if self.is_repeat else ""
        return f"{mark} {self.summary[0] if self.summary else self.state}{again}"

    def _rows(self) -> list[tuple[str, str]]:
        counts = self.counts
        return [(f"{zh} {en}", f"{counts[name]:,}") for name, zh, en in COUNTS if name in counts]

    def _repr_html_(self) -> str:
        """Return a compact table for a notebook."""
        names = "".join(f'<th style="{CELL}center">{escape(name)}</th>' for name, _ in self._rows())
        values = "".join(f'<td style="{CELL}right">{escape(value)}</td>' for _, value in self._rows())
        lines = "".join(f"<li>{escape(line)}</li>" for line in self.summary[1 : SHOWN + 1])
        known = [f"版本 version {self.version}"] if self.version is not None else []
        known += [f"推送号 push {self.push}"] if self.push else []
        known += [f"凭证 receipt {self.receipt}"] if self.receipt else []
        return (
            f'<div lang="zh"><strong>{escape(self._title())}</strong>'
            f'<table style="border-collapse:collapse"><tr>{names}</tr><tr>{values}</tr></table>'
            f"<ul>{lines}</ul><small>{escape(' · '.join(known))}</small></div>"
        )

    def _repr_markdown_(self) -> str:
        """Return the same as Markdown, for what renders no HTML."""
        rows = self._rows()
        head = "| " + " | ".join(name for name, _ in rows) + " |\n|" + "---:|" * len(rows)
        body = "| " + " | ".join(value for _, value in rows) + " |"
        lines = "\n".join(f"- {_plain(line)}" for line in self.summary[1 : SHOWN + 1])
        return f"**{_plain(self._title())}**\n\n{head}\n{body}\n\n{lines}\n"


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]<>#|" else sign for sign in text)
