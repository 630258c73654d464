"""``hub generate``: a synthetic city as the files of its departments, for tests, trials and demonstrations.

Nothing in it describes a real person or body: numbers begin with codes no division ever had.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli_output import emit, explained, pick, say

generate_app = typer.Typer(
    name="generate", help="生成合成城市数据 / make the data of a synthetic city", no_args_is_help=True
)


@generate_app.callback()
def generating() -> None:
    """生成合成城市数据。 Make the data of a synthetic city."""


@generate_app.command()
def city(
    out: Annotated[Path, typer.Option(help="输出目录，须为空 / a folder, empty or not there yet", file_okay=False)],
    persons: Annotated[int, typer.Option(min=1, max=100_000_000, help="人数 / persons")] = 10_000,
    bodies: Annotated[int, typer.Option(min=0, max=9_000_000, help="市场主体数 / businesses")] = 1_500,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="随机种子；相同种子得到相同文件 / seed")] = 1,
    days: Annotated[int, typer.Option(min=0, max=3660, help="此后多少天的变动 / days of events after it")] = 0,
    daily_share: Annotated[
        float | None, typer.Option(min=0, max=0.02, help="每日变动人数占比，如 0.005 / share of persons a day")
    ] = None,
    conflicts: Annotated[float, typer.Option(min=0, max=0.1, help="有意设置的矛盾占比 / share of conflicts")] = 0.002,
    parameters: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="城市参数（TOML） / parameters of the city")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """生成一座城市：base 为首日存量，days 为逐日变动，truth 供核对。 Make a city: base, days, truth."""
    from hub.generator.city import Wish, generate
    from hub.generator.parameters import load_parameters

    with explained(as_json=as_json):
        if out.exists() and any(out.iterdir()):
            text = pick(f"目录 {out} 不为空，请另选一个", f"the folder {out} is not empty: choose another")
            raise typer.BadParameter(text, param_hint="--out")
        out.mkdir(parents=True, exist_ok=True)
        wish = Wish(persons, bodies, seed, days, daily_share, conflicts)
        summary = generate(out, wish, load_parameters(parameters))
        text = pick(
            f"已生成 {persons} 人、{bodies} 个市场主体，写入 {out}；合计见 truth/summary.json",
            f"made {persons} persons and {bodies} bodies in {out}; totals are in truth/summary.json",
        )
        emit(summary, as_json=as_json, text=text)


@generate_app.command()
def load(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="hub generate city 的输出 / its folder")],
    url: Annotated[str, typer.Option(envvar="HUB_URL", help="示例城市中枢的地址 / a hub of the demo city")],
    wait: Annotated[float, typer.Option(min=1, help="等待汇入的秒数 / seconds to wait for the registers")] = 3600.0,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """把生成的城市装入示例中枢：发布条目、设置来源、逐日报送。 Load a generated city into a hub of the demo city."""
    from hub.demo.load import People
    from hub.generator.loading import load as load_city

    def told(step: str, seconds: float) -> None:
        say(f"✔ {step}  {seconds} 秒", f"✔ {step}  {seconds} s")

    with explained(as_json=as_json):
        people = People(url.rstrip("/"), ())
        try:
            steps = load_city(people, folder, seconds=wait, told=told)
        finally:
            people.close()
        emit({"steps": steps}, as_json=as_json, text=pick("已装入", "loaded"))
