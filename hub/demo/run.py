"""``hub demo``: one command from a bare install to a served city whose story has really happened.

Everything lies in a directory of the demo's own. The first start loads the invented city and runs the story over
HTTP against the hub it serves; later starts only serve. Nothing is fetched from anywhere.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import webbrowser
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from hub import logs, schema
from hub.api.authentication import ledger_recorder
from hub.cli_output import Exit, pick, say
from hub.client import HubUnreachableError
from hub.database import Database
from hub.demo.bases import load_indicators, register_geography
from hub.demo.calendar import load_sample_years
from hub.demo.citizens import write_citizens
from hub.demo.city import load_city
from hub.demo.directory import demo_entries
from hub.demo.folder import Stage
from hub.demo.load import DemoSystem, People, describe, found_city, load_entries, review, supply
from hub.demo.registers import BODIES, PERSONS, name_sources, release_figures
from hub.demo.screen import Screen, guide
from hub.demo.story import Scene, read_story, run_story
from hub.demo.story_correction import correct
from hub.demo.story_proof import keep_checkpoint, prove
from hub.demo.story_provider import OWN_ENTRIES, REVIEWED, mend_and_push_again, push_dirty, release
from hub.demo.story_readers import find_the_item, open_as_citizen
from hub.demo.story_request import answer, ask
from hub.demo.story_use import use
from hub.ports import HOST
from hub.postgres import embedded_url, ending_cleanly
from hub.postgres_cluster import ServerOptions, buffers_of
from hub.serve import serve
from hub.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

    from hub.demo.directory import DemoEntry
    from hub.demo.folder import DemoFolder
    from hub.services import Services

SYSTEMS: Final = "systems.json"
ENV: Final = "env.sh"
STORY: Final = (
    push_dirty,
    mend_and_push_again,
    release,
    open_as_citizen,
    find_the_item,
    ask,
    answer,
    use,
    correct,
    prove,
)


class DemoSettings(Settings):
    """Settings that no variable of the environment changes: a demo never opens a real city's database."""

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


@dataclass(frozen=True, slots=True)
class DemoWish:
    """How the demo is wanted.

    Attributes:
        reset: erase what an earlier demo left there and begin anew.
        opens_browser: open the story in a browser where there is a screen.
        buffers_mib: shared buffers of the database; None: little, as a demo needs.
        registers: make the four basic databases too, when the city is made.

    """

    reset: bool = False
    opens_browser: bool = False
    buffers_mib: int | None = None
    registers: bool = False


def run_demo(port: int, folder: DemoFolder, wish: DemoWish) -> None:
    """Serve the demo until told to stop; the first time, load the city and run the story.

    Args:
        port: a free port, where to serve.
        folder: the demo's directory, on which no demo runs.
        wish: how it is wanted.

    """
    screen = Screen()
    city = load_city()
    with ExitStack() as stack:
        stack.enter_context(ending_cleanly())
        is_first = folder.prepare(reset=wish.reset)
        screen.say(f"数据目录 {folder.path}", f"data directory {folder.path}")
        logs.configure("json", "info", stack.enter_context((folder.path / "hub.log").open("a", encoding="utf-8")))
        settings = DemoSettings(
            data_dir=folder.path,
            public_url=f"http://{HOST}:{port}",
            city_name=city.name_zh,
            division_code=city.code,
            pack="zhengzhou",
            catalogue_licence="CC-BY-4.0",
            demo=True,
            host=HOST,
            port=port,
            database_buffers_mib=wish.buffers_mib,
        )
        options = ServerOptions(shared_buffers_mib=buffers_of(wish.buffers_mib, demo=True))
        url = stack.enter_context(embedded_url(folder.path, options=options))
        database = Database.from_settings(settings, url)
        stack.callback(database.close)
        schema.migrate(database)
        screen.say("数据库已启动", "the database runs")
        demo = Demo(folder, settings, screen, wish)
        try:
            serve(settings, database, demo.load_and_tell if is_first else demo.tell)
        except HubUnreachableError as error:
            if not demo.is_loading:
                raise
            say("演示尚未装完就被停止，下次启动会从头再来", "stopped before it was loaded; the next start begins anew")
            raise SystemExit(int(Exit.UNEXPECTED)) from error
        screen.say(f"已停止，数据保留在 {folder.path}", f"stopped; the data stay in {folder.path}")


class Demo:
    """What happens once the hub answers: load and tell the story, or only tell where everything is."""

    def __init__(self, folder: DemoFolder, settings: Settings, screen: Screen, wish: DemoWish) -> None:
        """Nothing happens before the hub serves."""
        self.folder = folder
        self.settings = settings
        self.screen = screen
        self.wish = wish
        self.is_loading = False

    def load_and_tell(self, services: Services) -> None:
        """Load the city, run the story, mark the directory as ready, and tell."""
        self.is_loading = True
        shown = self.folder.shown
        shown.mkdir(mode=0o700, exist_ok=True)
        issuer = self.settings.public_url
        registered = found_city(services.database, ledger_recorder(services.context.writer), issuer, shown / "keys")
        with services.database.begin() as unit:
            years = load_sample_years(services.context, unit)
        if years:
            listed = "、".join(map(str, years))
            self.screen.say(f"{listed} 年使用示例日历（虚构）", f"{listed}: an invented calendar is used")
        (shown / SYSTEMS).write_text(json.dumps([asdict(one) for one in registered], indent=1), encoding="utf-8")
        count = len(load_city().members)
        self.screen.say(f"已登记 {count} 个单位及其人员、密钥", f"{count} members registered with people and keys")
        people = People(issuer, registered)
        try:
            self._play(services, people)
        finally:
            people.close()
        self.folder.mark(Stage.READY)
        self.is_loading = False
        self.tell(services)

    def _play(self, services: Services, people: People) -> None:
        """Load all entries, then run the story in front of them."""
        shown, today = self.folder.shown, date.today()  # noqa: DTZ011 - the newcomer's day
        entries = demo_entries(today)
        write_citizens(shown, today)
        files = shown / "files"
        files.mkdir(exist_ok=True)

        def work(entry: DemoEntry) -> None:
            describe(people, entry)
            review(people, entry)
            if entry.file and entry.name not in OWN_ENTRIES:
                supply(people, entry, files, today)

        self.screen.begin(len(entries) - 1)
        try:
            load_entries(
                people,
                [entry for entry in entries if entry.name != REVIEWED],
                work,
                lambda _entry: self.screen.count(),
            )
        finally:
            self.screen.end()
        self.screen.say(f"目录 {len(entries)} 个条目，开始故事", f"{len(entries)} entries; the story begins")
        if self.wish.registers:
            name_sources(people)
            register_geography(services)
            count = load_indicators(services, people, files)
            self.screen.say(
                f"区划、地址已登记，{count} 个指标已装载", f"divisions, addresses, {count} indicators loaded"
            )
        scene = Scene(services, people, shown, {entry.name: entry for entry in entries}, today)
        keep_checkpoint(scene)
        run_story(
            scene,
            STORY,
            self.setup,
            lambda telling: self.screen.say(
                f"第 {telling.number} 步 {telling.title.zh}", f"step {telling.number}: {telling.title.en}"
            ),
        )

        if self.wish.registers:
            held = release_figures(people)
            persons, bodies = held[PERSONS], held[BODIES]
            self.screen.say(
                f"基础数据库已汇集：人口 {persons} 条记录，法人单位 {bodies} 个",
                f"the basic databases are fed: {persons} records of persons, {bodies} bodies",
            )

    def tell(self, services: Services) -> None:
        """Print where everything is, and open the story where there is a screen to show it on."""
        _ = services
        shown = self.folder.shown
        registered = [DemoSystem(**one) for one in json.loads((shown / SYSTEMS).read_text(encoding="utf-8"))]
        write_env(shown / ENV, self.settings.public_url, registered)
        steps = read_story(shown, pick("zh", "en"))
        url = self.settings.public_url
        self.screen.lines(guide(url, shown, registered, steps, self.setup))
        self.screen.say("正在服务", "serving")
        if self.wish.opens_browser and has_display():
            address = f"{url}{pick('', '/en')}/story"
            Thread(target=webbrowser.open, args=(address,), name="browser", daemon=True).start()

    @property
    def setup(self) -> str:
        """The line a newcomer runs once in another terminal."""
        return f". {shlex.quote(str(self.folder.shown / ENV))}"


def write_env(file: Path, url: str, registered: Sequence[DemoSystem] = ()) -> None:
    """Write what a shell needs for the commands of the story and of the documentation.

    The program, the address, the password, ``SYSTEM_<member>`` with the id of each member's system, the folder.
    """
    programs = Path(sys.executable).parent
    if not (programs / "hub").exists():  # run from the sources: a program, so that scripts find it too
        programs = write_program(file.parent / "bin")
    lines = [
        "# 在 sh、bash、zsh 中执行一次：. env.sh   Source this once in sh, bash or zsh.",
        f'export PATH={shlex.quote(str(programs))}:{shlex.quote(str(Path(sys.executable).parent))}:"$PATH"',
        f"export HUB_CLIENT_URL={shlex.quote(url)}",
        f"export HUB_CLIENT_PASSWORD={shlex.quote(load_city().password)}",
        *(f"export SYSTEM_{one.member}={one.system_id}" for one in registered),
        f"cd {shlex.quote(str(file.parent))}",
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_program(folder: Path) -> Path:
    """Write a program ``hub`` that runs this very Python; returns its folder."""
    folder.mkdir(mode=0o700, exist_ok=True)
    program = folder / "hub"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m hub "$@"\n', encoding="utf-8")
    program.chmod(0o700)
    return folder


def has_display() -> bool:
    """Say whether a browser could be seen: always on a desktop system, on Linux where a display is named."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
