"""Statements about every text of the pages: both languages have it, templates name what exists, words are one each."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from hub.portal.texts import LANGUAGES, Lang, texts

if TYPE_CHECKING:
    from pathlib import Path

KEY: Final = re.compile(r"\bt\(\s*'([a-z0-9_]+)'\s*(,|\))")
PREFIX: Final = re.compile(r"\bt\(\s*'([a-z0-9_]+_)'\s*~")
PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
HAN: Final = re.compile("[\u4e00-\u9fff]")
WRONG_WORDS: Final = {
    "收据": "凭证",
    "回执": "凭证",
    "报文": "请求",
    "字段": "信息项",
    "系统异常": "what happened",
    "拒绝": "不予提供（只有引用法条时用“拒绝”）",
}
"""Words that readers must not meet, and what is said instead (docs/reference/glossary.md)."""

QUOTES_OF_LAW: Final = {
    "policies/packs/zhengzhou/articles.csv": "the title of Zhengzhou Art. 20, which speaks of refusing",
    "hub/demo/story_readers.py": "names Zhengzhou Art. 20 in its own words",
}


def templates(top: Path) -> dict[str, str]:
    """Return the templates of the portal by name."""
    return {path.name: path.read_text("utf-8") for path in sorted((top / "hub/portal/templates").glob("*.html"))}


def test_both_languages_have_the_same_texts() -> None:
    assert texts("zh").keys() == texts("en").keys()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty(lang: Lang) -> None:
    assert [key for key, text in texts(lang).items() if not text.strip()] == []


def test_both_languages_fill_in_the_same_values() -> None:
    pairs = {
        key: (PLACEHOLDER.findall(text), PLACEHOLDER.findall(texts("en")[key])) for key, text in texts("zh").items()
    }
    assert {key for key, (zh, en) in pairs.items() if sorted(zh) != sorted(en)} == set()


def test_every_text_a_template_names_exists(top: Path) -> None:
    named = {(name, key) for name, source in templates(top).items() for key, _ in KEY.findall(source)}
    assert named
    assert {(name, key) for name, key in named if key not in texts("zh")} == set()


def test_every_family_of_texts_a_template_names_has_members(top: Path) -> None:
    named = {(name, prefix) for name, source in templates(top).items() for prefix in PREFIX.findall(source)}
    assert named
    known = texts("zh")
    assert {one for one in named if not any(key.startswith(one[1]) for key in known)} == set()


def test_every_text_is_used_somewhere(top: Path) -> None:
    sources = "\n".join(templates(top).values())
    sources += "\n".join(path.read_text("utf-8") for path in sorted((top / "hub").rglob("*.py")))
    prefixes = {
        *PREFIX.findall(sources),
        *re.findall(r"f\"([a-z_]+_)\{", sources),
        *re.findall(r"'([a-z_]+_)' ~", sources),
    }
    named = set(re.findall(r"(?<=[\"'|])[A-Za-z0-9_]+(?=[\"'|])", sources))
    unused = {key for key in texts("zh") if key not in named and not any(key.startswith(one) for one in prefixes)}
    assert unused == set()


@cache
def spoken(path: Path) -> list[str]:
    """Return the texts of a file that people may read: literals of Python that are no docstrings, all else whole."""
    source = path.read_text("utf-8")
    if path.suffix != ".py":
        return [line for line in source.splitlines() if not line.startswith("#")]
    tree = ast.parse(source)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docs
        and HAN.search(node.value)
    ]


@pytest.mark.parametrize("word", WRONG_WORDS)
def test_nobody_reads_a_second_word_for_the_same_thing(top: Path, word: str) -> None:
    found = []
    for folder in ("hub", "policies", "catalogue", "connectors"):
        for path in sorted((top / folder).rglob("*")):
            place = path.relative_to(top).as_posix()
            if path.suffix not in {".py", ".toml", ".html", ".csv"} or place in QUOTES_OF_LAW:
                continue
            if "packs/national" in place or "catalogue/codes" in place or "synonyms" in place:
                continue  # facts that carry over from laws and standards, and words readers type
            found += [f"{place}: {text[:60]}" for text in spoken(path) if word in text]
    assert found == []
