"""The story of the demo: each step is really run against the served hub, and what it printed is kept.

A step holds the very commands a newcomer can paste (after sourcing ``env.sh`` once), the page to look at, the
articles it rests on, and the result in both languages. The steps are written to ``story.zh.json`` and
``story.en.json`` in the demo's folder, where the portal's page ``/story`` reads them.
Step 9 (correction, 校核) is not shown: nothing is shown that does not run.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hub.cli_output import Exit, error_lines, exit_code_of, speaking
from hub.client import HubProblemError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

    from hub.client import Hub
    from hub.demo.directory import DemoEntry
    from hub.demo.load import DemoSystem, People
    from hub.services import Services

Result = TypeVar("Result")
LANGUAGES: Final = ("zh", "en")
SHORT: Final = 64
"""Characters of a command that stand above its result where a step has several."""


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """Return the text in ``zh`` or ``en``."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Telling:
    """What the page says beside the commands; ``page`` is a path of the portal without its language."""

    number: int
    title: Words
    text: Words
    article: Words
    page: str


@dataclass(slots=True)
class Transcript:
    """The commands of a step, what each printed, and the exit code of the last."""

    commands: list[str] = field(default_factory=list)
    results: list[Words] = field(default_factory=list)
    exit_code: int = 0

    def ran(self, command: str, lines: Callable[[], list[str]], exit_code: int = 0) -> None:
        """Note a command with what it prints, spoken once in each language."""
        self.commands.append(command)
        self.results.append(said(lines))
        self.exit_code = exit_code

    def act(
        self, command: str, call: Callable[[], Result], lines: Callable[[Result], list[str]], expected: Exit = Exit.OK
    ) -> Result | None:
        """Do what ``command`` does and note both; a problem is a result too where it is ``expected``.

        Raises:
            HubProblemError: the hub refused what should have gone through.
            StoryError: the hub let through what it had to refuse.
        """
        try:
            result = call()
        except HubProblemError as error:
            if exit_code_of(error) is not expected:
                raise
            self.ran(command, partial(error_lines, error), int(expected))
            return None
        if expected is Exit.POLICY:
            raise StoryError(command)
        self.ran(command, partial(lines, result), int(expected))
        return result


class StoryError(Exception):
    """A step of the story did not end as the law has it; the argument is its command."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything the steps need: the people, the demo's folder, the entries of the directory, the running hub."""

    services: Services
    people: People
    folder: Path
    entries: Mapping[str, DemoEntry]
    today: date
    kept: dict[str, Any] = field(default_factory=dict)
    """What a step leaves for later ones: sizes of the log, requests, numbers."""

    def system(self, member: str) -> Hub:
        """Return the client of a member's system."""
        return self.people.system(member)

    def key_options(self, member: str) -> str:
        """Return the options that name a system and its key, as a command takes them."""
        one: DemoSystem = self.people.registered[member]
        return f"--system {one.system_id} --key-file keys/{member}.pem"


def said(lines: Callable[[], list[str]]) -> Words:
    """Return what ``lines`` says in both languages."""
    texts = {}
    for lang in LANGUAGES:
        with speaking("en" if lang == "en" else "zh"):
            texts[lang] = "\n".join(lines())
    return Words(texts["zh"], texts["en"])


def command(*words: str) -> str:
    """Return a command line a shell reads back as ``words``; options of one word stay readable."""
    return " ".join(word if word.startswith("--system ") else shlex.quote(word) for word in words)


def told(telling: Telling, transcript: Transcript, lang: str, setup: str) -> dict[str, Any]:
    """Return a step as the page reads it."""
    pairs = zip(transcript.commands, transcript.results, strict=True)
    many = len(transcript.commands) > 1
    results = [f"$ {_short(one)}\n{words.of(lang)}" if many else words.of(lang) for one, words in pairs]
    return {
        "number": telling.number,
        "title": telling.title.of(lang),
        "text": telling.text.of(lang),
        "article": telling.article.of(lang),
        "setup": setup,
        "command": "\n".join(transcript.commands),
        "page": telling.page,
        "external": False,
        "result": "\n\n".join(results).rstrip(),
        "exit_code": transcript.exit_code,
    }


def _short(line: str) -> str:
    """Return the beginning of a command, enough to know which of several it is."""
    return line if len(line) <= SHORT else f"{line[: SHORT - 2].rstrip()} …"


def run_story(
    scene: Scene,
    tellers: tuple[Callable[[Scene, Transcript], Telling], ...],
    setup: str,
    progress: Callable[[Telling], None],
) -> None:
    """Run every step and write the story in both languages, whole or not at all."""
    steps: list[tuple[Telling, Transcript]] = []
    for teller in tellers:
        transcript = Transcript()
        telling = teller(scene, transcript)
        steps.append((telling, transcript))
        progress(telling)
    for lang in LANGUAGES:
        content = [told(telling, transcript, lang, setup) for telling, transcript in steps]
        half = scene.folder / f"story.{lang}.json.new"
        half.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        half.replace(scene.folder / f"story.{lang}.json")


def read_story(folder: Path, lang: str) -> list[dict[str, Any]]:
    """Return the steps as they were run, in one language."""
    steps: list[dict[str, Any]] = json.loads((folder / f"story.{lang}.json").read_text(encoding="utf-8"))
    return steps
