"""Which file of a watched folder goes to which entry, and how: read from a TOML file, or said on the command line."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MODES: Final = ("full", "upsert", "append", "delete")
OPTIONS: Final = frozenset(
    {"sheet", "header_row", "skip_rows", "skip_after_header", "skip_footer", "encoding", "delimiter", "quote"}
    | {"no_header", "columns", "rename", "ignore", "absent", "allow_shrink", "mapping", "header_rows", "fill_merged"}
    | {"footer_words", "subtitles_to", "unpivot", "unpivot_heading", "unpivot_value", "crs", "point"}
)
"""Options of a push a rule may give; another word is a mistake, and is told."""
UNFINISHED: Final = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".writing", ".swp", ".lock")
"""Endings of files that are still being written."""
KEYS: Final = frozenset({"match", "entry", "mode", "options"})
TOP: Final = frozenset({"url", "system", "key_file", "settle_seconds", "every_seconds", "folder"})


class RuleError(ValueError):
    """The rules of a watched folder cannot be read; the text says what and where, in both languages."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Files that match go to ``entry``. ``match`` is a pattern of the path below the folder (``renkou/*.csv``)."""

    match: str
    entry: str
    mode: str = "upsert"
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def fits(self, path: PurePosixPath) -> bool:
        """Whether a file (its path below the folder) is meant; ``*`` stands for no ``/``."""
        wanted = PurePosixPath(self.match).parts
        return len(wanted) == len(path.parts) and all(map(fnmatchcase, path.parts, wanted))

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the push."""
        return {"mode": self.mode, **{name: _said(value) for name, value in self.options.items()}}


def _said(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in order (the first that fits counts), and what else the file says; times in seconds.

    A file is finished when its size and time have stood still for ``settle_seconds``.
    """

    rules: tuple[Rule, ...]
    settle_seconds: float = 5.0
    every_seconds: float = 5.0
    url: str | None = None
    system: str | None = None
    key_file: str | None = None

    def rule_for(self, path: PurePosixPath) -> Rule | None:
        """Return the first rule that fits a path; None where there is none, or the file is not finished."""
        if any(part.startswith((".", "~")) for part in path.parts) or path.name.lower().endswith(UNFINISHED):
            return None
        return next((rule for rule in self.rules if rule.fits(path)), None)


def load_rules(path: Path) -> Rules:
    """Read rules from a TOML file.

    Raises:
        RuleError: it is no TOML, has unknown words, or lacks a rule.
        OSError: it cannot be read.
    """
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError(f"{path} 不是有效的 TOML 文件 / {path} is no valid TOML: {error}") from error
    _known(given, TOP, str(path))
    folders = given.pop("folder", [])
    if not isinstance(folders, list) or not folders or not all(isinstance(one, dict) for one in folders):
        raise RuleError(f"{path} 里至少要有一个 [[folder]] / {path} needs one [[folder]] at least")
    for name in ("settle_seconds", "every_seconds"):
        if not isinstance(given.get(name, 0), int | float) or given.get(name, 0) < 0:
            raise RuleError(f"{name} 须为不小于 0 的数 / {name} is a number from 0")
    return Rules(tuple(_rule(one, f"[[folder]] {number}") for number, one in enumerate(folders, 1)), **given)


def _rule(given: Mapping[str, Any], where: str) -> Rule:
    _known(given, KEYS, where)
    return checked(
        Rule(
            str(given.get("match", "*")),
            str(given.get("entry", "")),
            str(given.get("mode", "upsert")),
            dict(given.get("options", {})),
        ),
        where,
    )


def checked(rule: Rule, where: str) -> Rule:
    """Return a rule that can be worked by (raises :class:`RuleError`)."""
    if not rule.entry or "/" in rule.entry:
        raise RuleError(f"{where}：entry 须为条目名称 / entry is the name of an entry")
    if rule.mode not in MODES:
        raise RuleError(f"{where}：mode 须为 {'、'.join(MODES)} 之一 / mode is one of {', '.join(MODES)}")
    path = PurePosixPath(rule.match)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise RuleError(f"{where}：match 是文件夹内的路径 / match is a path inside the folder")
    _known(rule.options, OPTIONS, f"{where}.options")
    return rule


def _known(given: Mapping[str, Any], words: frozenset[str], where: str) -> None:
    if strange := sorted(set(given) - words):
        raise RuleError(
            f"{where}：不认识的 {'、'.join(strange)}；可用 {'、'.join(sorted(words))} / "
            f"{where}: unknown {', '.join(strange)}"
        )
