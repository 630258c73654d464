"""The dialogue of ``hub catalogue describe``: questions with proposed answers, answers from a file, what is shown."""

from __future__ import annotations

import csv
import sys
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hub.cli_output import error_lines, is_english, pick, say
from hub.directory.describing.errors import AnswerError, MissingAnswersError

if TYPE_CHECKING:
    from catalogue.classes import ClassTree
    from catalogue.entry import Entry
    from catalogue.item import Item
    from connectors.databases.describing import TableFacts
    from hub.directory.describing.answers import Question
    from hub.directory.describing.entry import Organ, Proposal
    from hub.directory.describing.items import Known
    from policies.text import Text

LEAVE_OUT: Final = "-"
_TABLES: Final = frozenset({"names", "items"})
_SHARES: Final = {1: ("无条件共享", "unconditional"), 2: ("有条件共享", "conditional"), 3: ("不予共享", "withheld")}


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers given beforehand: by question, Chinese names and members of items by source column or item column."""

    texts: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_answers(path: Path | None) -> Answers:
    """Read a TOML file of answers.

    Raises:
        ValueError: it is no TOML, or an answer has the wrong kind.
    """
    if path is None:
        return Answers()
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(pick(f"{path} 不是有效的 TOML：{error}", f"{path} is no valid TOML: {error}")) from error
    names, items = told.pop("names", {}), told.pop("items", {})
    texts = {key: "；".join(map(str, value)) if isinstance(value, list) else str(value) for key, value in told.items()}
    is_right = isinstance(names, dict) and isinstance(items, dict)
    is_right = is_right and all(isinstance(name, str) for name in names.values())
    if not is_right or not all(isinstance(one, dict) for one in items.values()):
        raise ValueError(
            pick("[names] 是 列=名称，[items.列] 是成员", "[names] is column=name, [items.column] members")
        )
    return Answers(texts, names, items)


@dataclass(slots=True)
class Dialogue:
    """Asks, or takes answers given beforehand; ``count`` is how many answers a person typed.

    ``takes_proposals``: what is proposed is taken unasked, but for what a person vouches for.
    ``classes`` is the tree in force, known once the dialogue is held.
    """

    answers: Answers
    takes_proposals: bool = False
    asks: bool = True
    count: int = 0
    classes: ClassTree | None = None

    def hold(self, table: TableFacts, organ: Organ, known: Known) -> Proposal:
        """Return the proposal as answered.

        Raises:
            MissingAnswersError: nobody can be asked and something has neither an answer nor a proposal.
            AnswerError: an answer given beforehand cannot be understood.
        """
        from hub.directory.describing.answers import names_question, questions, title_question
        from hub.directory.describing.entry import propose, title_of

        self.classes = known.classes
        if not self.takes_proposals and self.asks:
            _show_table(table)
        title = self._title(title_question(title_of(table)))
        names = {**self.answers.names}
        proposal = propose(table, organ, known, title, names)
        if proposal.unnamed and not (LEAVE_OUT in names.values() and not self._waiting(proposal, names)):
            asked = names_question(proposal.unnamed)
            names |= self._names(asked, proposal.unnamed)
            proposal = propose(table, organ, known, title, {key: one for key, one in names.items() if one != LEAVE_OUT})
        entry = _with_items(proposal, self.answers.items)
        proposal = replace(proposal, entry=entry)
        if self.asks:
            _show_items(proposal)
        missing: list[str] = []
        for question in questions(proposal, known.today):
            entry = self._ask(entry, question, missing)
        if missing:
            raise MissingAnswersError(tuple(missing), ())
        return replace(proposal, entry=entry)

    def _waiting(self, proposal: Proposal, names: dict[str, str]) -> list[str]:
        return [name for name in proposal.unnamed if names.get(name) != LEAVE_OUT]

    def _title(self, question: Question) -> str:
        given = self.answers.texts.get("title")
        if given is None and self.takes_proposals:
            given = question.proposed
        if given is None:
            if not self.asks:
                raise MissingAnswersError(("title",), ())
            given = self._typed(question)
        if not given:
            raise MissingAnswersError(("title",), ())
        return given

    def _names(self, question: Question, columns: tuple[str, ...]) -> dict[str, str]:
        waiting = tuple(name for name in columns if self.answers.names.get(name) != LEAVE_OUT)
        if not waiting:
            return {}
        if self.takes_proposals or not self.asks:
            raise MissingAnswersError(("names",), waiting)
        while True:
            try:
                return read_names(self._typed(question), waiting)
            except AnswerError as error:
                _complain(error)

    def _ask(self, entry: Entry, question: Question, missing: list[str]) -> Entry:
        from hub.directory.describing.answers import answered

        given = self.answers.texts.get(question.key)
        if given is not None:
            return answered(entry, question.key, given, self.classes)
        if self.takes_proposals or not self.asks:
            if question.is_vouched:
                return entry  # the draft says what is missing; a machine makes no statement for a person
            if question.proposed is None or not self.takes_proposals:
                missing.append(question.key)
                return entry
            return answered(entry, question.key, question.proposed, self.classes)
        while True:
            try:
                return answered(entry, question.key, self._typed(question), self.classes)
            except AnswerError as error:
                _complain(error)

    def _typed(self, question: Question) -> str:
        """Return what a person types; Enter takes the proposed answer."""
        self.count += 1
        title, why = _of(question.title), _of(question.why)
        say(f"\n{self.count}. {title}", f"\n{self.count}. {title}")
        if why:
            say(f"   {why}", f"   {why}")
        if question.proposed is not None:
            say(f"   回车采用：{question.proposed}", f"   Enter takes: {question.proposed}")
        try:
            print("> ", end="", file=sys.stderr, flush=True)
            typed = input().strip()
        except EOFError:
            raise MissingAnswersError((question.key,), ()) from None
        return typed or question.proposed or ""


def read_names(text: str, columns: tuple[str, ...]) -> dict[str, str]:
    """Read Chinese names: ``列=名称；列=名称``, a CSV file of column and name, ``-`` for the rest that is left out.

    Raises:
        AnswerError: a name without Chinese, a column that is not asked for, or columns without an answer.
    """
    from hub.directory.describing.comments import take_apart

    found: dict[str, str] = {}
    path = Path(text)
    if text.endswith(".csv") and path.is_file():
        rows = csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
        pairs = [(row[0].strip(), row[1].strip()) for row in rows if len(row) > 1]
        pairs = [pair for pair in pairs if pair[0] in columns]
    else:
        parts = [part.strip() for part in text.replace(";", "；").replace("，", "；").split("；") if part.strip()]
        pairs = [(one.strip(), name.strip()) for part in parts for one, _, name in (part.partition("="),)]
        pairs = [pair for pair in pairs if pair[0] != LEAVE_OUT]
    for column, name in pairs:
        if column not in columns:
            raise _names_fault(f"没有待命名的列 {column}", f"{column} waits for no name", columns)
        if name != LEAVE_OUT and not take_apart(name).name:
            raise _names_fault(f"列 {column} 的名称须是中文", f"the name of {column} is Chinese", columns)
        found[column] = name
    missing = [column for column in columns if column not in found]
    if missing and not text.strip().endswith(LEAVE_OUT):
        raise _names_fault(f"还没有名称：{'、'.join(missing)}", f"without a name: {', '.join(missing)}", columns)
    return {**dict.fromkeys(missing, LEAVE_OUT), **found}


def _names_fault(zh: str, en: str, columns: tuple[str, ...]) -> AnswerError:
    first = columns[0]
    how = f"写作 {first}=中文名称；…，末尾加 - 表示其余不作为信息项"
    return AnswerError("names", (zh, en), (how, f"write {first}=名称；…, and - at the end to leave out the rest"))


def _with_items(proposal: Proposal, given: dict[str, dict[str, Any]]) -> Entry:
    """Return the entry with members of items that a person gave, by source column or item column."""
    from catalogue.item import Item
    from catalogue.shape import ShapeError, decode, encode
    from hub.directory.describing.entry import settled

    by_source = {one.source: one.item.column for one in proposal.items.proposals}
    wanted = {by_source.get(name, name): members for name, members in given.items()}
    strangers = sorted(set(wanted) - {item.column for item in proposal.entry.items})
    if strangers:
        named = "、".join(strangers)
        how = ("核对列名", "check the names of the columns")
        raise AnswerError("items", (f"没有信息项 {named}", f"there is no item {named}"), how)
    items = []
    for item in proposal.entry.items:
        members = wanted.get(item.column)
        body = encode(item)
        if members is None or not isinstance(body, dict):
            items.append(item)
            continue
        try:
            items.append(decode(Item, {**body, **members}))
        except ShapeError as error:
            text = (f"{error.path}：应为{error.expected_zh}", f"{error.path}: {error.expected_en}")
            raise AnswerError(f"items.{item.column}", text, (error.mend_zh, error.mend_en)) from error
    return settled(replace(proposal.entry, items=tuple(items)))


def _of(text: Text) -> str:
    return text.of("en" if is_english() else "zh")


def _complain(error: AnswerError) -> None:
    for line in error_lines(error):
        say(line, line)


def _show_table(table: TableFacts) -> None:
    rows = "" if table.rows is None else pick(f"，约 {table.rows} 行", f", about {table.rows} rows")
    say(
        f"表 {table.name}：{len(table.columns)} 列{rows}，看了 {table.sample.height} 行样本（不保存、不上传）",
        f"table {table.name}: {len(table.columns)} columns{rows}, {table.sample.height} sample rows looked at"
        " (neither stored nor sent)",
    )
    if table.is_encrypted is False:
        say(
            "与数据库的连接没有加密；支持 TLS 时在地址后加 ?sslmode=require",
            "the connection is not encrypted; where TLS is spoken add ?sslmode=require",
        )


def _show_items(proposal: Proposal) -> None:
    for line in item_lines(proposal):
        say(line, line)


def _protection_lines(proposal: Proposal, items: dict[str, Item]) -> list[str]:
    """Return each reason of class, sharing and opening once, with the items it stands for."""
    found: dict[str, list[str]] = {}
    for place in range(3):
        for one in proposal.items.proposals:
            if one.item.column in items:
                found.setdefault(_of(one.protections[place]), []).append(one.source)
    return [f"· {why}：{'、'.join(sources)}" for why, sources in found.items()]


def item_lines(proposal: Proposal) -> list[str]:
    """Return the items with the reasons, and what is left out, as a terminal shows them."""
    from catalogue.code_lists import load_code_list

    entry = proposal.entry
    items = {item.column: item for item in entry.items}
    lines = []
    for one in proposal.items.proposals:
        item = items.get(one.item.column)
        if item is None:
            told = f"✘ {one.source}（{one.declared}）没有中文名称，不作为信息项"
            lines.append(pick(told, f"✘ {one.source} ({one.declared}) has no Chinese name: no item"))
            continue
        size = "" if item.length is None else str(item.length) + ("" if item.scale is None else f",{item.scale}")
        kind = load_code_list("sensitivity_class").rows[item.sensitivity.value]
        words = [f"{item.type.value}{size}", pick(kind.name_zh, kind.name_en), pick(*_SHARES[entry.share_type(item)])]
        if entry.opening.is_open:
            words.append(pick("不开放", "closed") if item.excluded_from_opening else pick("开放", "open"))
        words += [pick("主键", "key")] if item.column in entry.keys else [pick("必填", "required")] * item.required
        words += [f"{pick('代码表', 'list')} {item.code_list.name}"] if item.code_list is not None else []
        lines.append(f"✔ {one.source} → {item.name}  {' · '.join(words)}")
        lines += [f"    {'；'.join(map(_of, one.reasons))}"] * bool(one.reasons)
    lines += [f"– {one.source}（{one.declared}）{_of(one.reason)}" for one in proposal.items.left_out]
    lines += _protection_lines(proposal, items)
    keys = "、".join(entry.keys) or pick("无", "none")
    lines.append(f"{pick('主键', 'key')}：{keys}（{_of(proposal.reasons['keys'])}）")
    lines.append(f"{pick('分级', 'grade')}：{entry.grade}（{_of(proposal.reasons['grade'])}）")
    lines.append(
        pick(
            '要改某一项：在 --answers 文件的 [items.列名] 下写，如 sensitivity = "PUB"',
            'to change an item write it under [items.column] of the file of --answers, such as sensitivity = "PUB"',
        )
    )
    provider = f"{entry.provider.name} {entry.provider.code}"
    lines.append(f"{pick('提供方', 'provider')}：{provider}")
    return lines
