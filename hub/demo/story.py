"""The story of the demo: each step is really run against the served hub, and what it printed is kept.

A step holds the very commands a newcomer can paste (after sourcing ``env.sh`` once), the page to look at, the
articles it rests on, and the result in both languages. The steps are written to ``story.zh.json`` and
``story.en.json`` in the demo's folder, where the portal's page ``/story`` reads them.
Nothing is shown that does not run.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hub.cli_output import Exit, error_lines, exit_code_of, speaking
from hub.client import HubProblemError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from hub.client import Hub
    from hub.demo.directory import DemoEntry
    from hub.demo.load import DemoSystem, People
    from hub.services import Services

Result = TypeVar("Result")
LANGUAGES: Final = ("zh", "en")
SCRIPT_SECONDS: Final = 60
PLAIN: Final = re.compile(r"[\w@%+=:,./、，。；-]+")
"""Words no shell reads anything into; Chinese characters and marks are among them."""


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


@dataclass(frozen=True, slots=True)
class Part:
    """One command, what it printed and its exit code."""

    command: str
    result: Words
    exit_code: int


@dataclass(slots=True)
class Transcript:
    """The commands of a step in their order, with what each printed."""

    parts: list[Part] = field(default_factory=list)

    def ran(self, command: str, lines: Callable[[], list[str]], exit_code: int = 0) -> None:
        """Note a command with what it prints, spoken once in each language."""
        self.parts.append(Part(command, said(lines), exit_code))

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

    def key_options(self, member: str) -> tuple[str, ...]:
        """Return the words that name a system and its key, as a command takes them."""
        one: DemoSystem = self.people.registered[member]
        return ("--system", one.system_id, "--key-file", f"keys/{member}.pem")


def run_script(folder: Path, words: Sequence[str], **environment: str) -> list[str]:
    """Run a Python script of the demo's folder as a newcomer would; returns what it prints.

    Raises:
        StoryError: it ends with an error.
    """
    done = subprocess.run(  # noqa: S603 - a script the demo itself wrote, by this very Python
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=SCRIPT_SECONDS,
        check=False,
    )
    if done.returncode:
        raise StoryError(done.stderr)
    return done.stdout.splitlines()


def said(lines: Callable[[], list[str]]) -> Words:
    """Return what ``lines`` says in both languages."""
    texts = {}
    for lang in LANGUAGES:
        with speaking("en" if lang == "en" else "zh"):
            texts[lang] = "\n".join(lines())
    return Words(texts["zh"], texts["en"])


def command(*words: str) -> str:
    """Return a command line that a shell reads back as ``words``, with quotes only where they are needed."""
    return " ".join(word if PLAIN.fullmatch(word) else shlex.quote(word) for word in words)


def told(telling: Telling, transcript: Transcript, lang: str, setup: str) -> dict[str, Any]:
    """Return a step as the page reads it."""
    parts = [
        {"command": part.command, "result": part.result.of(lang), "exit_code": part.exit_code}
        for part in transcript.parts
    ]
    return {
        "number": telling.number,
        "title": telling.title.of(lang),
        "text": telling.text.of(lang),
        "article": telling.article.of(lang),
        "setup": setup,
        "page": telling.page,
        "external": False,
        "parts": parts,
        "command": "\n".join(part.command for part in transcript.parts),
        "result": "\n\n".join(part.result.of(lang) for part in transcript.parts if part.result.of(lang)),
    }


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
