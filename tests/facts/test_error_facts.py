"""Statements about every error: it is for people, it has a problem type, the type is told, both languages are there."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

import catalogue
import connectors
import hub
import policies
from hub.problem_notes import problem_notes
from hub.problem_table import PROBLEMS
from hub.problems import HTTP_TYPES, UNEXPECTED, VALIDATION, all_types, problem_type_of
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SLUG: Final = re.compile(r"[a-z]+(-[a-z]+)*")
HAN: Final = re.compile("[\u4e00-\u9fff]")
CONSOLE_ONLY: Final = ("hub.client", "hub.cli", "hub.backup", "hub.demo", "hub.generator", "hub.ports", "hub.postgres")
"""What runs at a console and never inside a request; its errors are said by ``hub.cli_output``."""

NO_DOMAIN_ERRORS: Final = {
    "policies.decision.PermitForgedError": "a permit was forged: a bug or an attack, and never an answer",
    "policies.facts.NaiveTimeError": "a moment without a zone reached a decision: a bug, and never an answer",
    "catalogue.indicators_reading._RefusedError": "caught where a cell is read; the rule it carries is reported",
    "hub.registers.macro.sdmx_file._DoctypeError": "caught where the file is opened, which is then refused",
    "catalogue.elements.ElementNotFoundError": "a lookup in shipped data; its callers pass known elements",
    "hub.demo.story.StoryError": "a step of the demo ended otherwise than the law has it: seen at the console",
    "hub.exchange.quota_store.LimitReachedError": "inside the door of use, which answers with the quota's own error",
    "hub.exchange.streams.StreamCutError": "inside a stream, which breaks off and says why in its close receipt",
    "hub.faults.UnknownFaultPointError": "a misspelt HUB_FAULT_POINT, which only tests set",
    "hub.identity.jws.MalformedTokenError": "inside the token reader, which answers with its own errors",
    "connectors.files.json_text.RepeatedNameError": "inside the JSON reader, which answers with its own error",
    "hub.directory.sheets.cells.CellError": "inside the reader of workbooks, which tells it as a fault of its cell",
    "hub.watched.box.FolderLockedError": "at the console of `hub watch`, said there",
    "hub.watched.rules.RuleError": "at the console of `hub watch`, said there",
    "hub.watched.watcher._StoppedError": "inside the watcher, which ends in order",
    "hub.middleware.BodyTooLargeError": "inside the gatekeeper, which answers 413",
}


def classes() -> list[type[BaseException]]:
    """Return every exception class of the four packages."""
    found: list[type[BaseException]] = []
    for package in (policies, catalogue, connectors, hub):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name == "hub.__main__" or "_migrations" in module.name:
                continue
            found += [
                value
                for value in vars(importlib.import_module(module.name)).values()
                if inspect.isclass(value) and issubclass(value, BaseException) and value.__module__ == module.name
            ]
    return found


ALL: Final = classes()
SERVED: Final = [
    one
    for one in ALL
    if issubclass(one, DomainError) and not one.__module__.startswith(CONSOLE_ONLY) and one is not DomainError
]


def name_of(error: type[BaseException]) -> str:
    """Return where a class is."""
    return f"{error.__module__}.{error.__qualname__}"


def test_there_are_errors_to_look_at() -> None:
    assert len(SERVED) > 80


@pytest.mark.parametrize("error", SERVED, ids=name_of)
def test_an_error_that_can_be_raised_in_the_server_has_a_problem_type(error: type[DomainError]) -> None:
    assert any(base in PROBLEMS for base in error.__mro__)


def test_what_is_no_error_for_people_is_known_with_its_reason() -> None:
    others = {name_of(one) for one in ALL if not issubclass(one, DomainError) and one.__name__.endswith("Error")}
    assert others - NO_DOMAIN_ERRORS.keys() == set()


def test_every_row_of_the_table_is_an_error_that_exists_for_people() -> None:
    assert [name_of(one) for one in PROBLEMS if not issubclass(one, DomainError)] == []


def test_slugs_are_unique() -> None:
    slugs = [one.slug for one in (*PROBLEMS.values(), *HTTP_TYPES.values(), VALIDATION, UNEXPECTED)]
    assert sorted(slugs) == sorted(set(slugs))


def test_slugs_are_words_that_an_address_can_hold() -> None:
    assert [slug for slug in all_types() if not SLUG.fullmatch(slug)] == []


def test_every_type_has_a_chinese_and_an_english_title() -> None:
    poor = [slug for slug, one in all_types().items() if not HAN.search(one.title) or HAN.search(one.title_en)]
    assert poor == []


def test_titles_tell_types_apart() -> None:
    titles = [(one.title, one.title_en, int(one.status)) for one in all_types().values()]
    twice = {title for title in titles if titles.count(title) > 1}
    assert twice == {
        ("当前不能办理这一步", "This step cannot be taken now", 409)
    }  # the same step, seen from two layers


@pytest.mark.parametrize("slug", list(all_types()))
def test_a_type_says_what_it_means_and_what_to_do_in_both_languages(slug: str) -> None:
    note = problem_notes()[slug]
    texts = [bool(HAN.search(text)) for text in (note.zh, note.next_zh)]
    assert (texts, bool(note.en), bool(note.next_en)) == ([True, True], True, True)


def test_there_is_no_note_of_a_type_that_does_not_exist(top: Path) -> None:
    text = (top / "hub/problem_notes.toml").read_text("utf-8")
    assert re.findall(r"^\[([a-z-]+)\]$", text, re.MULTILINE) == sorted(all_types())


@pytest.mark.parametrize("slug", list(all_types()))
def test_a_type_is_in_the_reference_under_a_heading_of_its_own(slug: str, top: Path) -> None:
    assert f"\n### {slug}\n" in (top / "docs/reference/problems.md").read_text("utf-8")


def test_an_unknown_error_is_an_unexpected_one() -> None:
    assert problem_type_of(RuntimeError()) is UNEXPECTED


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """Return every node of a file that says or raises something: texts and calls, read once for all tests here."""
    return [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call | ast.Constant | ast.JoinedStr)
    ]


def raised(top: Path) -> Iterator[tuple[str, ast.Call]]:
    """Yield (place, call) wherever an error for people is made with its texts as first arguments."""
    direct = {one.__name__ for one in ALL if issubclass(one, DomainError) and "__init__" not in vars(one)}
    for package in ("policies", "catalogue", "connectors", "hub"):
        for path in sorted((top / package).rglob("*.py")):
            for node in nodes_of(path):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in direct:
                    yield f"{path.relative_to(top)}:{node.lineno}", node


def literal(node: ast.expr) -> str | None:
    """Return the text of a literal with its placeholders left out, None for anything else."""
    match node:
        case ast.Constant(str(text)):
            return text
        case ast.JoinedStr(parts):
            return "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
        case _:
            return None


def test_every_message_written_at_its_raise_is_in_both_languages(top: Path) -> None:
    poor = []
    seen = 0
    for place, call in raised(top):
        if len(call.args) < 2:
            continue
        texts = [literal(one) for one in call.args[:2]]
        if not all(text is not None and re.search(r"\w", text) for text in texts):
            continue  # made elsewhere, or of parts that are texts themselves
        seen += 1
        if not HAN.search(str(texts[0])) or not re.search("[a-z]{2}", str(texts[1])):
            poor.append((place, texts))
    assert seen > 60
    assert poor == []


def test_every_next_step_is_in_both_languages(top: Path) -> None:
    poor = [
        place for place, call in raised(top) if len({word.arg for word in call.keywords} & {"next_zh", "next_en"}) == 1
    ]
    assert poor == []


def test_every_option_that_a_message_names_is_one_of_the_command_line(top: Path) -> None:
    known = set(re.findall(r"`(--[a-z-]+)`", (top / "docs/reference/cli.md").read_text("utf-8")))
    named: dict[str, set[str]] = {}
    for folder in ("connectors", "catalogue", "policies", "hub"):
        for path in sorted((top / folder).rglob("*.py")):
            for node in nodes_of(path):
                text = literal(node) if isinstance(node, ast.Constant | ast.JoinedStr) else None
                if text is not None and HAN.search(text) and "cli" not in path.name:
                    for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", text):
                        named.setdefault(option, set()).add(str(path.relative_to(top)))
    assert named
    assert {option: places for option, places in named.items() if option not in known} == {}
