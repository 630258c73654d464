"""The page of the docs that tells what became of the real files, made from descriptions and figures alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.problem_table import PROBLEMS
from hub.push.rules import COERCIONS, RULES
from tests.real.figures import totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.real.describing import RealEntry, RealFile

KINDS: Final = {
    "register": "Registers 登记名录",
    "statistics": "Statistics 统计表",
    "geography": "Geography 地理",
    "catalogue": "Catalogues 目录",
    "air quality": "Air quality 空气质量",
    "population": "Population 人口",
    "dirty": "Files of departments as they come 部门原样文件",
}
INTRODUCTION: Final = """\
# Real files and what became of them 真实文件推送结果

This page is generated: `python tests/real/make_table.py` founds a small city on a fresh database, publishes the
{entries} entries of `tests/real/entries/`, tries every data file of the neighbour folder `../shared/data` over HTTP,
and writes the figures. `tests/real/` tries them again in every test run and compares. The files themselves are never
part of the project; without them those tests are skipped.

**All {tried} data files are tried: {taken} are taken in, each by a saved mapping, and {never} are refused.**
{received:,} rows received, {accepted:,} accepted, {rejected:,} rejected. Every rejection and every refusal was looked
at in the file; why it is right stands below. Some files are also pushed in a way they should not be, in brackets.

- *Mapping*: version of the saved mapping the file was read by. It is the one of `tests/real/mappings/`, or what the
  hub proposed for the file, with its questions answered, and then saved; the push itself carries no option.
- *Read as*: format, encoding and compression as the hub found them, unless an option said so.
- *Rejected*: rows by rule. A row may break several rules, so the rules can add up to more than the rows.
- *Brought to form*: values by what was changed or kept as it is without asking (K…); the meaning does not change.
- *Rows of the version*: + new, ~ changed, = unchanged.
"""


def document(entries: Sequence[RealEntry], figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the whole page."""
    files = [file for real in entries for file in real.files]
    refused = [file for file in files if "problem" in figures[file.key]]
    sums = totals(figures)
    parts = [INTRODUCTION.format(entries=len(entries), **numbers(files, figures), **sums)]
    for kind, title in KINDS.items():
        taken = [
            file for real in entries if real.kind == kind for file in real.files if "problem" not in figures[file.key]
        ]
        if taken:
            parts.append(f"## {title}\n\n" + "\n".join(_table(taken, figures)) + "\n")
    parts.append("## Why each rejection is right\n\n" + "\n".join(_reasons(files, figures)) + "\n")
    parts.append("## Files refused whole\n\n" + "\n".join(_refused(refused, figures)) + "\n")
    parts.append("## Rules and marks in these tables\n\n" + "\n".join(_legend(figures)) + "\n")
    return "\n".join(parts)


def numbers(files: Sequence[RealFile], figures: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Return how many data files are tried, how many of them are taken in some way, and how many never are."""
    tried = {file.pattern: 1 for file in files}
    tried |= {file.pattern: row["files"] for file in files if "problem" not in (row := figures[file.key])}
    taken = {file.pattern for file in files if "problem" not in figures[file.key]}
    number = sum(tried[pattern] for pattern in taken)
    return {"tried": sum(tried.values()), "taken": number, "never": sum(tried.values()) - number}


def _table(files: Sequence[RealFile], figures: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "| file | read as | mapping | rows | accepted | rejected | brought to form | rows of the version | remarks |"
    yield "|---|---|---|---:|---:|---|---|---|---|"
    for file in files:
        row = figures[file.key]
        name = f"`{file.key}`" + (f" ({row['files']} files)" if row["files"] > 1 else "")
        rejected = f"{row['rejected']:,}" + (f": {_counted(row['rules'])}" if row["rules"] else "")
        version = ", ".join(
            f"{sign} {row[count]:,}"
            for sign, count in (("+", "inserted"), ("~", "changed"), ("=", "unchanged"))
            if row[count]
        )
        remarks = "; ".join(part for part in (file.remark, _left_out(row["left_out"]), _told(file)) if part)
        cells = (
            name,
            row["form"],
            ", ".join(map(str, row["mapping"])) or "none",
            f"{row['received']:,}",
            f"{row['accepted']:,}",
            rejected,
            _counted(row["coercions"]),
            version,
            remarks,
        )
        yield "| " + " | ".join(cells) + " |"


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} × {number:,}" for name, number in numbers.items())


def _left_out(numbers: Mapping[str, int]) -> str:
    words = {
        "skipped_rows": ("row", "above the data not read"),
        "footer_rows": ("row", "below not read"),
        "blank_rows": ("blank row", ""),
        "blank_columns": ("blank column", ""),
    }
    return ", ".join(
        f"{numbers[name]} {noun}{'s' if numbers[name] > 1 else ''} {where}".rstrip()
        for name, (noun, where) in words.items()
        if name in numbers
    )


def _told(file: RealFile) -> str:
    """Return what was said of the file as the command line has it; long lists of names are not repeated."""
    words = []
    for name, value in file.options.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif name == "columns":
            words.append(f"{option} …")
        else:
            words += [f"{option} {one}" for one in (value if isinstance(value, list) else [value])]
    return f"`{' '.join(words)}`" if words else ""


def _reasons(files: Sequence[RealFile], figures: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "| file | rule | rows | why it is right |"
    yield "|---|---|---:|---|"
    for file in files:
        for rule, rows in figures[file.key].get("rules", {}).items():
            yield f"| `{file.key}` | {rule} {RULES[rule].name_zh} | {rows:,} | {file.why[rule]} |"


def _refused(files: Sequence[RealFile], figures: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    titles = {kind.slug: (kind.title, kind.title_en) for kind in PROBLEMS.values()}
    yield "| file | problem | what the hub says | why it is right |"
    yield "|---|---|---|---|"
    for file in files:
        zh, en = titles[file.problem]
        said = figures[file.key]["sentence"].replace("|", "\\|")
        yield f"| `{file.key}` | `{file.problem}` {zh} ({en}) | {said} | {file.remark} |"


def _legend(figures: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    used = {name for row in figures.values() for name in (*row.get("rules", ()), *row.get("coercions", ()))}
    for rule in RULES.values():
        if rule.id in used:
            yield f"- **{rule.id}** {rule.zh}: {rule.en} ({rule.standard})"
    for coercion in COERCIONS.values():
        if coercion.id in used:
            yield f"- **{coercion.id}** {coercion.zh}: {coercion.en}"
